"""What ``amts doctor --online`` asks AWS: checked by botocore's own model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import botocore.session
import pytest
from botocore.stub import Stubber

from amts_sphinx.cli import main
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.engine import checkup
from amts_sphinx.engine.aws import client as aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROLE: Final = "arn:aws:iam::123456789012:role/jobs"
BATCH: Final = {
    "region": "us-west-2",
    "mode": "batch",
    "bucket": "books",
    "role_arn": ROLE,
}
WHO: Final = {
    "Account": "123456789012",
    "Arn": "arn:aws:iam::123456789012:user/ada",
    "UserId": "AIDA",
}
LISTED: Final = {"Bucket": "books", "MaxKeys": 1, "ExpectedBucketOwner": "123456789012"}
PROFILE: Final[dict[str, Any]] = {
    "inferenceProfileName": "p",
    "inferenceProfileArn": "arn:aws:bedrock:us-west-2:123456789012:inference-profile/p",
    "inferenceProfileId": "us.vendor.model-v1:0",
    "models": [{"modelArn": "arn:aws:bedrock:us-west-2::foundation-model/vendor.m"}],
    "status": "ACTIVE",
    "type": "SYSTEM_DEFINED",
}
FOUND: Final[dict[str, Any]] = {
    "modelDetails": {
        "modelArn": "arn:aws:bedrock:us-west-2::foundation-model/vendor.m",
        "modelId": "vendor.model-v1:0",
    }
}


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Stubber]]:
    """Return what stands for each service; it refuses what its model does not allow."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    session = botocore.session.get_session()
    made: dict[str, Stubber] = {}
    clients: dict[str, Any] = {}
    for name in ("sts", "translate", "s3", "bedrock"):
        clients[name] = session.create_client(name, region_name="us-west-2")
        made[name] = Stubber(clients[name])
        made[name].activate()
    monkeypatch.setattr(
        aws._Connections,  # noqa: SLF001 - the one way to all services
        "client",
        lambda _, service, mode="standard": clients[service] if mode else None,
    )
    yield made
    for each in made.values():
        each.assert_no_pending_responses()


def told(engine: str, options: Mapping[str, object]) -> list[tuple[bool, str]]:
    return [(c.ill, c.text) for c in checkup.checks(engine, options, ["zh", "es"])]


def test_an_account_that_may_all(stubs: dict[str, Stubber]) -> None:
    stubs["sts"].add_response("get_caller_identity", WHO, {})
    translate = stubs["translate"]
    translate.add_response(
        "list_text_translation_jobs",
        {"TextTranslationJobPropertiesList": []},
        {"MaxResults": 1},
    )
    translate.add_response("list_parallel_data", {}, {"MaxResults": 1})
    translate.add_response("list_terminologies", {}, {"MaxResults": 1})
    stubs["s3"].add_response("list_objects_v2", {}, {**LISTED, "Prefix": "amts/"})
    assert told("amazon", BATCH) == [
        (False, f"the credentials are those of {WHO['Arn']}"),
        (False, "it may list batch jobs"),
        (False, "it may list parallel data"),
        (False, "it may list terminologies"),
        (False, "it may list the bucket books"),
    ]


def test_credentials_that_have_expired(stubs: dict[str, Stubber]) -> None:
    """Nothing else is asked."""
    stubs["sts"].add_client_error("get_caller_identity", "ExpiredToken", "x", 403)
    ((ill, text),) = told("amazon", BATCH)
    assert ill
    assert "the credentials have expired; log in again" in text


@pytest.mark.parametrize(
    ("model", "operation", "asked", "reply"),
    [
        (
            *("us.vendor.model-v1:0", "get_inference_profile"),
            *("inferenceProfileIdentifier", PROFILE),
        ),
        (
            *("vendor.model-v1:0", "get_foundation_model"),
            *("modelIdentifier", FOUND),
        ),
    ],
)
def test_a_model_and_what_is_not_allowed(
    stubs: dict[str, Stubber],
    model: str,
    operation: str,
    asked: str,
    reply: dict[str, Any],
) -> None:
    stubs["sts"].add_response("get_caller_identity", WHO, {})
    bedrock = stubs["bedrock"]
    bedrock.add_client_error(
        "list_model_invocation_jobs", "AccessDeniedException", "x", 403
    )
    bedrock.add_response(operation, reply, {asked: model})
    stubs["s3"].add_client_error("list_objects_v2", "NoSuchBucket", "x", 404)
    found = told("bedrock", {**BATCH, "model": model})
    assert [ill for ill, _ in found] == [False, True, True, False]
    assert "cannot list batch jobs: the AWS identity lacks a permission" in found[1][1]
    assert "cannot list the bucket books: there is no such bucket" in found[2][1]
    assert found[3][1] == f"it may look at the model {model!r}"


def test_a_model_that_is_not_there(stubs: dict[str, Stubber]) -> None:
    stubs["sts"].add_response("get_caller_identity", WHO, {})
    stubs["bedrock"].add_client_error(
        "get_foundation_model", "ResourceNotFoundException", "x", 404
    )
    options: dict[str, object] = {"model": "vendor.none", "region": "us-west-2"}
    _, (ill, text) = told("bedrock", options)
    assert ill
    assert "no such thing in this region" in text


def test_options_that_are_wrong(stubs: dict[str, Stubber]) -> None:
    assert stubs
    with pytest.raises(ConfigError, match="no option 'nothing'"):
        told("bedrock", {"nothing": 1})


def test_amts_doctor_online(
    stubs: dict[str, Stubber], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\nlanguage = "en"\n'
        'amts_target_languages = ["zh"]\namts_engine = "bedrock"\n'
        'amts_bedrock = {"model": "vendor.model-v1:0", "region": "us-west-2"}\n'
    )
    assert main(["doctor", "--book", str(tmp_path)]) == 0
    assert "not tried, see --online" in capsys.readouterr().out
    stubs["sts"].add_response("get_caller_identity", WHO, {})
    stubs["bedrock"].add_client_error(
        "get_foundation_model", "AccessDeniedException", "x", 403
    )
    assert main(["doctor", "--online", "--book", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert f"us-west-2: the credentials are those of {WHO['Arn']}" in said
    assert "! Amazon Bedrock in us-west-2: Amazon Bedrock: cannot look at" in said
