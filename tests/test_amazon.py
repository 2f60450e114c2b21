"""The Amazon engine over HTTP, against the local endpoint."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from amazon_book import BUCKET, CHARACTERS, TEXTS, Used, engine_for
from corpus_toys import ES, ZH
from engine_calls import commission, makers, requests, translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EnginePartialError,
    EngineRejectedError,
    EngineUnavailableError,
    LanguagePairError,
)
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine.aws.journal import FETCHED, Journal
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.protocol import quiet
from amts_sphinx.formats import terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from amts_sphinx.endpoint import Served
    from amts_sphinx.engine.amazon.engine import AmazonEngine

    Make = Callable[..., AmazonEngine]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve(Options(buckets=(BUCKET,), min_pairs=20)) as endpoint:
        yield endpoint


@pytest.fixture
def make(endpoint: Served, tmp_path: Path) -> Make:
    """Return what makes an engine that has learnt some pairs."""
    assert endpoint.options.buckets == (BUCKET,)

    def make(
        pair: LanguagePair = ES,
        learnt: int = 8,
        terms: Mapping[str, str] | None = None,
        home: Path = tmp_path,
        scope: str = "",
        **options: Any,
    ) -> AmazonEngine:
        # A prefix of its own: what other tests left at the service is none of ours.
        prefix = tmp_path.name.replace("_", "-")[:50].rstrip("-")
        return engine_for(
            pair,
            home=home,
            prefix=f"t{prefix}",
            learnt=learnt,
            terms=terms,
            scope=scope,
            **options,
        )

    return make


@pytest.fixture
def used(endpoint: Served) -> Used:
    return Used(endpoint)


def assert_sound(sources: list[str], targets: list[str | None]) -> None:
    for source, target in zip(sources, targets, strict=True):
        assert target is not None
        assert inline_codes.verify(source, target) == ""
        assert inline_codes.plain(target) != inline_codes.plain(source)


# Batch jobs with parallel data.


def test_a_job_translates_with_parallel_data(make: Make, used: Used) -> None:
    told: list[str] = []
    engine = make(learnt=60)
    targets = translated(engine, TEXTS, ES, told.append)
    assert_sound(TEXTS, targets)
    assert "libro" in (targets[0] or "")  # it has learnt from our pairs
    assert (used.jobs, used("CreateParallelData")) == (1, 1)
    assert used("TranslateText") == 0
    said = "\n".join(told)
    assert "started for es, 4 segments in 1 documents" in said
    assert "completed" in said
    assert "characters into es, by the service" in said
    assert not any(inline_codes.plain(text) in said for text in TEXTS)


def test_what_was_fetched_is_not_asked_for_again(make: Make, used: Used) -> None:
    first = translated(make(), TEXTS, ES)
    again = translated(make(), [*TEXTS[::-1], "A new one reads."], ES)
    assert again[:4] == first[::-1]
    assert used.jobs == 2
    assert used.repeated == 0


def test_the_bucket_keeps_results_and_what_was_done(make: Make) -> None:
    engine = make()
    translated(engine, TEXTS, ES)
    prefix = engine.options.prefix
    kept = [key.split("/")[1:] for key in engine.batch.client.keys(f"{prefix}/")]
    assert {parts[0] for parts in kept} == {"index", "jobs"}
    assert {parts[2] for parts in kept if parts[0] == "jobs"} == {"out"}


def test_the_same_parallel_data_is_sent_once(make: Make, used: Used) -> None:
    translated(make(), TEXTS[:1], ES)
    translated(make(), TEXTS[1:2], ES)
    assert used("CreateParallelData") == 1
    translated(make(learnt=9), TEXTS[2:3], ES)
    assert used("CreateParallelData") == 2
    assert used.jobs == 3


def test_without_people_there_is_no_parallel_data(make: Make, used: Used) -> None:
    for engine in (make(learnt=0), make(parallel_data=False)):
        assert "parallel" not in engine.fingerprint
        assert_sound(TEXTS, translated(engine, TEXTS, ES))
    assert used("CreateParallelData") == 0


def test_like_orders_share_a_job(make: Make, used: Used) -> None:
    engines = [make(ES), make(ZH)]
    heard: dict[str, list[str]] = {"es": [], "zh": []}
    engines[0].begin(
        [
            commission(each, TEXTS, each.pair, heard[each.pair.target].append)
            for each in engines
        ]
    )
    assert used.jobs == 1
    # Whoever watches one of the editions sees that its job was started.
    assert heard["es"] == heard["zh"]
    assert any("started for es, zh" in line for line in heard["zh"])
    for engine in engines:
        assert_sound(TEXTS, translated(engine, TEXTS, engine.pair))
    assert used.jobs == 1
    assert used("CreateParallelData") == 1


def test_unlike_orders_have_jobs_of_their_own(make: Make, used: Used) -> None:
    engines = [make(ES, formality="FORMAL"), make(ZH, formality="FORMAL")]
    commissions = [
        commission(engines[0], TEXTS, ES),
        commission(engines[1], TEXTS[:2], ZH),
    ]
    engines[0].begin(commissions)
    assert used.jobs == 2
    assert_sound(TEXTS, translated(engines[0], TEXTS, ES))
    assert_sound(TEXTS[:2], translated(engines[1], TEXTS[:2], ZH))
    assert used.jobs == 2


def test_systems_of_an_experiment_have_jobs_of_their_own(
    make: Make, used: Used, tmp_path: Path
) -> None:
    """They are asked for the same texts, and each has learnt something else."""
    engines = [
        make(ES, learnt=8, home=tmp_path / "sentence", scope="sentence"),
        make(ES, learnt=9, home=tmp_path / "paragraph", scope="paragraph"),
        make(ZH, learnt=8, home=tmp_path / "zh", scope="zh"),
        make(
            LanguagePair("zh", "es"),
            learnt=0,
            home=tmp_path / "sentence",
            scope="sentence",
        ),
    ]
    engines[0].begin([commission(engine, TEXTS, engine.pair) for engine in engines])
    assert used.jobs == 4
    assert used("CreateParallelData") == 3
    for engine in engines:
        assert engine.bill(requests(TEXTS), engine.pair).amount == 0


def test_a_changed_book_takes_what_a_former_job_has(make: Make, used: Used) -> None:
    killed = make()
    killed.begin([commission(killed, TEXTS, ES)])
    engine = make()
    changed = [*TEXTS[1:], "The cloud trains a first layer."]
    assert engine.bill(requests(changed), ES).amount == len(changed[-1])
    assert_sound(changed, translated(engine, changed, ES))
    assert used.jobs == 2
    assert used.repeated == 0


def test_a_job_of_another_computer_is_found_by_its_name(
    make: Make, used: Used, tmp_path: Path
) -> None:
    there = make()
    there.begin([commission(there, TEXTS, ES)])
    (entry,) = Journal(tmp_path / "amazon").entries()
    Journal(tmp_path / "amazon").drop(entry)
    told: list[str] = []
    here = make()
    for key in list(here.batch.client.keys(f"{here.options.prefix}/index/")):
        here.batch.client.delete(key)
    assert_sound(TEXTS, translated(here, TEXTS, ES, told.append))
    assert "found at the service" in "\n".join(told)
    assert used.jobs == 1
    assert used.repeated == 0


def test_a_job_of_another_region_is_none_of_ours(
    make: Make, used: Used, tmp_path: Path
) -> None:
    engine = make()
    translated(engine, TEXTS, ES)
    journal = Journal(tmp_path / "amazon")
    journal.write(journal.entries()[0], region="eu-west-1")
    assert engine.bill(requests(TEXTS), ES).amount > 0
    journal.write(journal.entries()[0], region="us-west-2")
    assert engine.bill(requests(TEXTS), ES).amount == 0
    assert used.jobs == 1


def test_a_job_has_ten_languages_at_most(make: Make, used: Used) -> None:
    tags = "af de es fr it nl pl pt sv tr vi".split()
    engines = [make(LanguagePair("en", tag), learnt=0) for tag in tags]
    engines[0].begin([commission(engine, TEXTS, engine.pair) for engine in engines])
    assert used.jobs == 2
    for engine in engines:
        assert_sound(TEXTS, translated(engine, TEXTS, engine.pair))
    assert used.jobs == 2


def test_results_that_cannot_be_fetched_now_are_fetched_later(
    make: Make, endpoint: Served, used: Used
) -> None:
    endpoint.plan([{"on": "S3:GetObject", "kind": "reset", "count": None}])
    with pytest.raises(EngineUnavailableError, match="cannot fetch a result"):
        translated(make(), TEXTS, ES)
    endpoint.plan([])
    assert_sound(TEXTS, translated(make(), TEXTS, ES))
    assert used.jobs == 1
    assert used.repeated == 0


def test_terms_are_enforced(make: Make, used: Used) -> None:
    engine = make(terms={"book": "Tomo"})
    assert engine.makers("The book.")[0] != engine.makers("The cloud.")[0]
    assert engine.makers("The cloud.") == make().makers("The cloud.")
    target = translated(engine, TEXTS[:1], ES)[0]
    assert target is not None
    assert "Tomo" in target
    translated(make(terms={"book": "Tomo"}), ["The book shows an error."], ES)
    assert used("ImportTerminology") == 1


# Real time.


def test_real_time_needs_no_bucket(make: Make, used: Used) -> None:
    engine = make(mode="realtime", bucket="", role_arn="", brevity=True)
    assert_sound(TEXTS, translated(engine, TEXTS, ES))
    assert used("TranslateText") == len(TEXTS)
    assert used("S3:PutObject") == 0
    assert set(makers(engine, TEXTS[:1], ES).values()) == {engine.fingerprint}
    assert "Brevity=ON" in engine.fingerprint


def test_a_small_change_goes_to_real_time_and_is_marked(make: Make, used: Used) -> None:
    engine = make(realtime_up_to=50)
    assert "real time" in engine.bill(requests(TEXTS[:1]), ES).tariff
    assert "parallel" in engine.bill(requests(TEXTS), ES).tariff
    batch, realtime = engine.makers(TEXTS[0])
    assert makers(engine, TEXTS[:1], ES) == {TEXTS[0]: realtime}
    assert used("TranslateText") == 1
    assert "batch" in batch
    assert "realtime" in realtime
    assert set(makers(engine, TEXTS, ES).values()) == {batch}
    assert used.jobs == 1


def test_a_text_that_is_too_long_for_real_time_stays(make: Make) -> None:
    engine = make(mode="realtime")
    long = "word " * 2001
    left, done = engine.translate(requests([long, TEXTS[0]]), ES, quiet)
    assert left.target is None
    assert left.note == "Amazon Translate takes 10,000 bytes in real time"
    assert done.target is not None
    assert done.note == ""


def test_what_html_cannot_hold_stays(make: Make, used: Used) -> None:
    asked = requests(["A bell \x07 rings.", "\x00"])
    bell, nothing = make().translate(asked, ES, quiet)
    assert bell.target is None
    assert "no control characters" in bell.note
    assert nothing.target == "\x00"
    assert used.jobs == 0


def test_an_engine_is_for_one_pair(make: Make, used: Used) -> None:
    engine = make()
    assert ZH in engine.pairs
    assert LanguagePair("en", "en") not in engine.pairs
    assert LanguagePair("en", "eo") not in engine.pairs
    with pytest.raises(LanguagePairError, match="made for en → es"):
        translated(engine, TEXTS, ZH)
    assert used.jobs == 0


# Faults.

LIMIT = "LimitExceededException"
PASSING = [
    {"on": "*", "kind": "error", "code": "TooManyRequestsException", "count": 2},
    {"on": "Translate", "kind": "error", "code": "ThrottlingException", "count": 2},
    {"on": "*", "kind": "error", "code": "InternalServerException", "count": 5},
    {"on": "*", "kind": "raw", "status": 502, "count": 5},
    {"on": "*", "kind": "raw", "status": 429, "count": 2},
    {"on": "*", "kind": "truncated", "count": 3},
    {"on": "*", "kind": "empty", "count": 3},
    {"on": "Translate", "kind": "nothing", "count": 3},
    {"on": "*", "kind": "reset", "count": 5},
    {"on": "*", "kind": "lost-reply", "count": 4},
    {"on": "StartTextTranslationJob", "kind": "lost-reply", "count": 4},
    {
        "on": "StartTextTranslationJob",
        "kind": "error",
        "code": "LimitExceededException",
    },
    {"on": "CreateParallelData", "kind": "lost-reply", "count": 2},
    {"on": "CreateParallelData", "kind": "error", "code": LIMIT},
    {"on": "S3:GetObject", "kind": "error", "code": "SlowDown", "status": 503},
    {"on": "document", "kind": "missing", "count": 1},
    {"on": "document", "kind": "not-utf8", "count": 1},
    {"on": "document", "kind": "segments-lost", "count": 1},
    {"on": "document", "kind": "truncated-html", "count": 1},
    {"on": "document", "kind": "oversized", "count": 1},
    {"on": "job", "kind": "foreign-object", "count": 1},
    {"on": "job", "kind": "wrong-counters", "count": 1},
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda f: f"{f['on']}-{f['kind']}")
def test_a_fault_that_passes_is_borne(
    make: Make, endpoint: Served, used: Used, fault: dict[str, Any]
) -> None:
    endpoint.plan([fault])
    # Without parallel data there is less to wait for.
    learnt = 8 if "ParallelData" in fault["on"] else 0
    assert_sound(TEXTS, translated(make(learnt=learnt), TEXTS, ES))
    assert sum(each["happened"] for each in endpoint.faults()) > 0
    if fault["on"] != "document":
        assert (used.jobs, used.characters) == (1, CHARACTERS)


LASTING: list[tuple[dict[str, Any], type[EngineError], str]] = [
    (
        {"on": "Translate", "kind": "error", "code": "ServiceUnavailableException"},
        EngineUnavailableError,
        "the service is not available",
    ),
    (
        {"on": "Translate", "kind": "error", "code": "ExpiredTokenException"},
        EngineUnavailableError,
        "the credentials have expired; log in again",
    ),
    (
        {"on": "Translate", "kind": "error", "code": "AccessDeniedException"},
        EngineUnavailableError,
        "lacks a permission",
    ),
    (
        {"on": "S3", "kind": "error", "code": "AccessDenied", "status": 403},
        EngineUnavailableError,
        "lacks a permission",
    ),
    (
        {
            "on": "StartTextTranslationJob",
            "kind": "error",
            "code": "UnsupportedLanguagePairException",
        },
        EngineRejectedError,
        "does not translate between these languages",
    ),
    ({"on": "job", "kind": "failed"}, EngineRejectedError, "as FAILED"),
    ({"on": "job", "kind": "stopped"}, EngineRejectedError, "as STOPPED"),
    ({"on": "import", "kind": "failed"}, EngineRejectedError, "refused the parallel"),
]


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    LASTING,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_fault_that_lasts_is_told(
    make: Make,
    endpoint: Served,
    fault: dict[str, Any],
    error: type[EngineError],
    message: str,
) -> None:
    endpoint.plan([{**fault, "count": None}])
    learnt = 8 if fault["on"] == "import" else 0
    with pytest.raises(EngineError, match=message) as caught:
        translated(make(learnt=learnt), TEXTS, ES)
    assert isinstance(caught.value, error)
    endpoint.plan([])
    assert_sound(TEXTS, translated(make(learnt=learnt), TEXTS, ES))


def test_what_was_translated_before_a_fault_is_kept(
    make: Make, endpoint: Served, used: Used
) -> None:
    endpoint.plan(
        [
            {
                "on": "TranslateText",
                "kind": "error",
                "code": "AccessDeniedException",
                "after": 2,
                "count": None,
            }
        ]
    )
    engine = make(mode="realtime", requests=1)
    with pytest.raises(EnginePartialError) as caught:
        translated(engine, TEXTS, ES)
    done = [each for each in caught.value.translations if each]
    assert len(caught.value.translations) == len(TEXTS)
    assert 1 <= len(done) < len(TEXTS)
    assert all(each.target for each in done)
    assert used("TranslateText") == 2


def test_real_time_takes_over_if_it_may(make: Make, endpoint: Served) -> None:
    endpoint.plan([{"on": "document", "kind": "missing", "count": None}])
    engine = make(realtime_fallback=True)
    made = engine.translate(requests(TEXTS), ES, quiet)
    assert_sound(TEXTS, [each.target for each in made])
    assert {each.maker for each in made} == {engine.makers(TEXTS[0])[-1]}


@pytest.mark.parametrize(
    "kind", ["codes-dropped", "codes-moved", "codes-doubled", "dnt-leak", "blanks"]
)
def test_damage_is_handed_on_for_the_checks_to_see(
    make: Make, endpoint: Served, kind: str
) -> None:
    endpoint.plan([{"on": "document", "kind": kind, "count": None, "all": True}])
    targets = translated(make(learnt=0), TEXTS, ES)
    assert None not in targets
    faulty = inline_codes.verify(TEXTS[1], targets[1] or "") != ""
    assert faulty is (kind != "blanks")


def test_a_bucket_of_another_account_gets_nothing(make: Make, used: Used) -> None:
    engine = make(account_id="210987654321")
    with pytest.raises(EngineUnavailableError, match="the bucket is another"):
        translated(engine, TEXTS, ES)
    assert used.jobs == 0
    assert used("S3:PutObject") == 0


def test_no_credentials_are_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(EngineUnavailableError, match="there are no AWS credentials"):
        translated(make(), TEXTS, ES)


def test_nothing_of_the_text_is_logged(
    make: Make,
    endpoint: Served,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SecretOfTheKey")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "TokenOfTheSession")
    told: list[str] = []
    endpoint.plan(
        [
            {"on": "*", "kind": "error", "code": "InternalServerException", "count": 2},
            {"on": "document", "kind": "segments-lost", "count": 1},
        ]
    )
    with caplog.at_level(logging.DEBUG):
        for engine in (make(), make(mode="realtime")):
            texts = ["The Zanzibar reads a book.", *TEXTS]
            translated(engine, texts, ES, told.append)
    said = caplog.text + "\n".join(told)
    assert told
    for secret in ("Zanzibar", "SecretOfTheKey", "TokenOfTheSession"):
        assert secret not in said


def test_the_journal_holds_no_text(make: Make, tmp_path: Path) -> None:
    translated(make(), TEXTS, ES)
    (entry,) = Journal(tmp_path / "amazon").entries()
    assert entry.state == FETCHED
    text = (tmp_path / "amazon" / f"{entry.name}.json").read_text("utf-8")
    assert not any(inline_codes.plain(source) in text for source in TEXTS)


def test_terms_reach_the_service_as_its_file(make: Make) -> None:
    engine = make(terms={"big book": "tomo", "NumPy": "NumPy"})
    translated(engine, TEXTS[:1], ES)
    reply = engine.batch.client.translate(
        "get_terminology",
        "see",
        Name=engine.batch._terms_name,  # noqa: SLF001
    )
    assert reply["TerminologyProperties"]["TermCount"] == 2
    assert terminology.encode(engine.batch.terms, engine.pair).startswith(b"en,es\n")


@pytest.fixture
def failing(make: Make, endpoint: Served) -> AmazonEngine:
    """Return an engine whose service refuses everything."""
    fault = {"on": "*", "kind": "error", "code": "AccessDeniedException"}
    endpoint.plan([{**fault, "count": None}])
    return make()


@pytest.fixture(scope="class")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home for all tests of a class: each text is translated once."""
    return tmp_path_factory.mktemp("contract")


class TestAmazonBatch(EngineContract):
    """The contract, through batch jobs."""

    @pytest.fixture
    def failing_engine(self, failing: AmazonEngine) -> AmazonEngine:
        """Return an engine that cannot work."""
        return failing

    @pytest.fixture
    def engine(self, endpoint: Served, shared: Path) -> AmazonEngine:
        """Return the engine to test."""
        assert endpoint.url
        return engine_for(home=shared, prefix="contract", learnt=0)


class TestAmazonRealTime(EngineContract):
    """The contract, in real time."""

    @pytest.fixture
    def engine(self, make: Make) -> AmazonEngine:
        """Return the engine to test."""
        return make(mode="realtime")
