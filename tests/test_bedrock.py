"""The engine bedrock, against botocore's own model of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import ANY, Stubber
from engine_calls import requests, translated

from amts_sphinx.core.errors import EngineRejectedError, EngineUnavailableError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.llm import chat
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ES: Final = LanguagePair("en", "es")
MODEL: Final = "vendor.model-v1:0"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were waited for; no time passes."""
    found: list[float] = []
    monkeypatch.setattr(chat, "sleep", found.append)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return found


def engine_of(**options: Any) -> Any:
    given = {"model": MODEL, "region": "us-east-1", "requests": 1, **options}
    return create_engine("bedrock", given)


@pytest.fixture
def engine() -> Any:
    return engine_of(patience=20)


@pytest.fixture
def stub(engine: Any) -> Iterator[Stubber]:
    """Return a stub that refuses what the service's model does not allow."""
    with Stubber(engine._chat._client) as made:  # noqa: SLF001
        yield made
        made.assert_no_pending_responses()


def reply(text: str, stop: str = "end_turn") -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop,
        "usage": {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110},
        "metrics": {"latencyMs": 5},
    }


def test_a_conversation(stub: Stubber, engine: Any, tmp_path: Path) -> None:
    unit = TranslationUnit("A house.", "Una casa.", ES, HUMAN, State.REVIEWED)
    taught = engine.train(ES, [unit], tmp_path, {})
    turns = [("user", "A house."), ("assistant", "Una casa."), ("user", "The house.")]
    wanted = {
        "modelId": MODEL,
        "system": ANY,
        "messages": [{"role": r, "content": [{"text": t}]} for r, t in turns],
        "inferenceConfig": {"maxTokens": ANY, "temperature": 0.0},
    }
    stub.add_response("converse", reply("La casa."), wanted)
    lines: list[str] = []
    assert translated(taught, ["The house."], ES, lines.append) == ["La casa."]
    assert lines == [
        "the text of the book is sent to Amazon Bedrock",
        "1 requests, 100 tokens in, 10 out",
    ]
    assert engine.fingerprint == f"bedrock/1/{MODEL}"


def test_a_faulty_answer_is_asked_for_again(stub: Stubber, engine: Any) -> None:
    stub.add_response("converse", reply("La"))
    stub.add_response("converse", reply('La casa <x id="1"/>.', "max_tokens"))
    stub.add_response("converse", reply("La casa"))
    assert translated(engine, ['The house <x id="1"/>.'], ES) == [
        'La casa <x id="1"/>.'
    ]


@pytest.mark.parametrize(
    "stop", ["guardrail_intervened", "content_filtered", "malformed_model_output"]
)
def test_the_words_of_a_filter_are_no_translation(
    stub: Stubber, engine: Any, stop: str
) -> None:
    for _ in range(2):
        stub.add_response("converse", reply("El modelo no puede responder.", stop))
    assert translated(engine, ["The house is red and old."], ES) == [None]


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ServiceUnavailableException", "ModelNotReadyException"],
)
def test_what_passes_is_tried_again(
    stub: Stubber, engine: Any, waits: list[float], code: str
) -> None:
    for _ in range(2):
        stub.add_client_error("converse", code, "later", 429)
    stub.add_response("converse", reply("La casa."))
    assert translated(engine, ["The house."], ES) == ["La casa."]
    assert waits == [1.0, 2.0]


def test_what_does_not_pass_ends(stub: Stubber, engine: Any) -> None:
    for _ in range(5):
        stub.add_client_error("converse", "InternalServerException", "no", 500)
    with pytest.raises(EngineUnavailableError, match="again and again"):
        translated(engine, ["The house."], ES)


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("AccessDeniedException", EngineUnavailableError, "bedrock:InvokeModel"),
        ("ResourceNotFoundException", EngineUnavailableError, "no such model"),
        ("ValidationException", EngineRejectedError, "ValidationException"),
    ],
)
def test_what_the_user_must_do(
    stub: Stubber, engine: Any, code: str, error: type[Exception], message: str
) -> None:
    stub.add_client_error("converse", code, "The house.", 400)
    with pytest.raises(error, match=message) as caught:
        translated(engine, ["The house."], ES)
    assert "The house" not in str(caught.value)


def test_a_lost_connection(
    engine: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    def lost(**_: Any) -> Any:
        raise ConnectTimeoutError(endpoint_url="https://x")

    monkeypatch.setattr(engine._chat._client, "converse", lost)  # noqa: SLF001
    with pytest.raises(EngineUnavailableError, match="ConnectTimeoutError"):
        engine.translate(requests(["The house."]), ES, quiet)
    assert waits


def test_without_a_model_it_says_what_to_configure() -> None:
    engine: Any = create_engine("bedrock", {})
    assert "amts_bedrock" in engine.lacks(ES)


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(EngineUnavailableError, match=r"amts_bedrock\.region"):
        translated(engine_of(profile="nobody"), ["The house."], ES)
