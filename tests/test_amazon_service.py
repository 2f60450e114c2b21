"""The Amazon engine as a guest of the service: patience, signs of life, and order."""

from __future__ import annotations

import re
import socket
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from amazon_book import BUCKET, TEXTS, Used, engine_for
from amazon_clock import QuickClock
from corpus_toys import ES, ZH
from engine_calls import commission, translated
from waiting import until

from amts_sphinx.core.errors import EngineError, EngineUnavailableError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine.amazon import leftovers, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from amts_sphinx.endpoint import Served
    from amts_sphinx.engine.amazon.engine import AmazonEngine

    Make = Callable[..., AmazonEngine]

PT: Final = LanguagePair("en", "pt")
DOCS: Final = Path(__file__).parent.parent / "docs" / "amazon.md"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve(Options(buckets=(BUCKET,), min_pairs=20)) as endpoint:
        yield endpoint


@pytest.fixture
def used(endpoint: Served) -> Used:
    return Used(endpoint)


@pytest.fixture
def make(endpoint: Served, tmp_path: Path) -> Make:
    """Return what makes an engine for one book."""
    prefix = "s" + tmp_path.name.replace("_", "-")[:50].rstrip("-")
    assert endpoint.url

    def made(pair: LanguagePair = ES, **options: Any) -> AmazonEngine:
        return engine_for(pair, **{"home": tmp_path, "prefix": prefix, **options})

    return made


@pytest.fixture
def service(endpoint: Served) -> Any:
    """Return boto3's client."""
    return boto3.client("translate", endpoint_url=endpoint.url)


# Parallel data.


def test_each_language_has_its_examples(make: Make, used: Used, service: Any) -> None:
    """Of several units with one source the service counts one, with its languages."""
    engines = [make(pair) for pair in (ZH, ES, PT)]
    told: list[str] = []
    engines[0].begin([commission(e, TEXTS, e.pair, told.append) for e in engines])
    assert (used.jobs, used("CreateParallelData")) == (1, 1)
    (mine,) = (
        each
        for each in service.list_parallel_data()["ParallelDataPropertiesList"]
        if each["Name"].startswith(engines[0].options.prefix)
    )
    assert mine["Status"] == "ACTIVE"
    assert (mine["SkippedRecordCount"], mine["FailedRecordCount"]) == (0, 0)
    assert mine["TargetLanguageCodes"] == ["es", "pt", "zh"]
    sent = next(line for line in told if "waiting until" in line)
    counts = {tag: int(n) for n, tag in re.findall(r"(\d+) into (\w+)", sent)}
    assert counts == dict.fromkeys(("es", "pt", "zh"), mine["ImportedRecordCount"])
    for engine in engines:
        assert None not in translated(engine, TEXTS, engine.pair)


def test_jobs_that_differ_share_one_import(make: Make, used: Used) -> None:
    engines = [make(ES), make(ZH), make(PT)]
    texts = [TEXTS, TEXTS[:3], TEXTS[:2]]
    engines[0].begin(
        [commission(e, t, e.pair) for e, t in zip(engines, texts, strict=True)]
    )
    assert (used.jobs, used("CreateParallelData")) == (3, 1)
    for engine, asked in zip(engines, texts, strict=True):
        assert None not in translated(engine, asked, engine.pair)


# Nothing is left behind.


def names(service: Any, engine: AmazonEngine) -> list[str]:
    """Return what a book has at the service."""
    data = service.list_parallel_data(MaxResults=500)["ParallelDataPropertiesList"]
    terms = service.list_terminologies(MaxResults=500)["TerminologyPropertiesList"]
    prefix = engine.options.prefix
    found = [each["Name"] for each in (*data, *terms)]
    return sorted(name for name in found if name.startswith(prefix))


def gone(service: Any, name: str) -> bool:
    """Tell whether parallel data is no more."""
    try:
        service.get_parallel_data(Name=name)
    except service.exceptions.ResourceNotFoundException:
        return True
    return False


def test_what_newer_ones_replace_is_removed(make: Make, service: Any) -> None:
    told: list[str] = []
    for learnt in (8, 9, 10):
        engine = make(learnt=learnt, terms={"book": f"Tomo{learnt}"})
        translated(engine, [f"The book {learnt} reads."], ES, told.append)
        until(lambda: len(names(service, engine)) == 2)  # noqa: B023
    assert sum("removed, since it is not used any more" in each for each in told) == 4
    state = service.get_parallel_data(Name=names(service, engine)[0])
    said = state["ParallelDataProperties"]["Description"]
    assert said == f"amts_sphinx: {BUCKET}/{engine.options.prefix}"


def test_nothing_of_others_is_touched(make: Make, service: Any) -> None:
    """Neither what has no mark of ours, nor another book's, nor what a job uses."""
    mine = make()
    client = mine.batch.client
    strangers = {f"{mine.options.prefix}-stranger": "", "other": "amts_sphinx: x/y"}
    for name, mark in strangers.items():
        service.import_terminology(
            Name=name,
            MergeStrategy="OVERWRITE",
            Description=mark,
            TerminologyData={"File": b"en,es\nbook,tomo\n", "Format": "CSV"},
        )
    translated(mine, TEXTS, ES)
    resources = [*leftovers.parallel_data(client), *leftovers.terminologies(client)]
    assert {r.name for r in resources if r.ours} == set(names(service, mine)) - set(
        strangers
    )
    assert leftovers.clean(client, lambda _: None) == []


def test_what_a_running_job_uses_stays(
    make: Make, endpoint: Served, service: Any
) -> None:
    endpoint.plan([{"on": "job", "kind": "stuck"}])
    running = make(learnt=8)
    running.begin([commission(running, TEXTS, ES)])
    later = make(learnt=9)
    translated(later, ["A new one reads."], ES)
    assert len(names(service, later)) == 2
    (entry,) = (e for e in later.batch.journal.entries() if e.state == "started")
    service.stop_text_translation_job(JobId=entry.job_id)
    until(lambda: not leftovers.used(later.batch.client))
    removed = leftovers.clean(later.batch.client, lambda _: None)
    assert len(removed) == 1
    until(lambda: gone(service, removed[0].name))


def test_a_full_account_is_looked_at_and_not_waited_out(
    make: Make, endpoint: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = {"kind": "error", "code": "LimitExceededException", "count": None}
    monkeypatch.setattr(limits, "PARALLEL_DATA", 0)
    for on, what in (
        ("CreateParallelData", "parallel data in this region, 0 of them of this book"),
        ("ImportTerminology", "cannot import the terminology"),
    ):
        endpoint.plan([{"on": on, **limit}])
        clock = QuickClock()
        engine = make(clock=clock, terms={"book": "tomo"}, learnt=8 + len(on))
        with pytest.raises(EngineUnavailableError, match=what):
            translated(engine, TEXTS, ES)
        assert sum(clock.waits) < 60
        endpoint.plan([])


def test_room_is_made_where_that_is_possible(
    make: Make, endpoint: Served, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two older ones were left by builds that were not allowed to remove them."""
    forbidden = {"kind": "error", "code": "AccessDeniedException", "count": None}
    endpoint.plan(
        [
            {"on": f"Delete{what}", **forbidden}
            for what in ("Terminology", "ParallelData")
        ]
    )
    told: list[str] = []
    for n in (8, 9):
        engine = make(terms={"book": f"Tomo{n}"}, learnt=n)
        translated(engine, [f"The book {n} reads."], ES, told.append)
    assert any("stays: Amazon Translate: cannot remove" in each for each in told)
    assert len(names(service, engine)) == 4
    monkeypatch.setattr(limits, "PARALLEL_DATA", 2)
    limit = {"kind": "error", "code": "LimitExceededException", "count": 1}
    endpoint.plan(
        [{"on": on, **limit} for on in ("CreateParallelData", "ImportTerminology")]
    )
    translated(make(terms={"book": "Tomo"}, learnt=10), ["The book reads."], ES)
    until(lambda: len(names(service, engine)) == 2)


# Patience.


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Outage(QuickClock):
    """A clock that lets the network come back after a while."""

    def __init__(self, seconds: float, back: Callable[[], None]) -> None:
        super().__init__()
        self._end = seconds
        self._back = back

    def sleep(self, seconds: float) -> None:
        """Wait; the network comes back when its time has come."""
        before = self.now()
        super().sleep(seconds)
        if before < self._end <= self.now():
            self._back()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{}", "http://nowhere.invalid:{}", "https://127.0.0.1:{}"],
    ids=["refused", "no-name", "no-tls"],
)
def test_a_lost_network_is_borne(
    make: Make,
    endpoint: Served,
    used: Used,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
) -> None:
    port = endpoint.url.rpartition(":")[2] if "https" in url else free_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", url.format(port))
    told: list[str] = []

    def send(request: Any, **_: object) -> None:
        request.url = re.sub(r"^https?://[^/]+", endpoint.url, request.url)

    def back() -> None:
        connections.client("translate", "adaptive").meta.events.register(
            "before-send", send
        )

    clock = Outage(60.0, back)
    engine = make(clock=clock, mode="realtime")
    connections = engine.batch.client._connections  # noqa: SLF001
    translated(engine, TEXTS[:1], ES, told.append)
    assert 60 <= sum(clock.waits) < 300
    assert used("TranslateText") == 1
    assert 1 <= len(told) <= 3
    assert all("; trying for " in line for line in told)


def test_a_network_that_stays_lost_ends_the_build(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    clock = QuickClock()
    with pytest.raises(EngineUnavailableError, match="the service is not reached"):
        translated(make(clock=clock), TEXTS, ES)
    assert 200 < sum(clock.waits) <= 300


def test_a_bill_does_not_wait_for_the_network(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    clock = QuickClock()
    engine = make(clock=clock)
    bill = engine.bill(commission(engine, TEXTS, ES).requests, ES)
    assert bill.amount > 0
    assert "did not say what has been paid for" in bill.tariff
    assert clock.waits == []


# Signs of life.


def test_a_job_of_ten_minutes_says_so_every_minute(
    make: Make, endpoint: Served, service: Any
) -> None:
    """Two jobs, that of the second edition too while the first is waited for."""
    endpoint.plan([{"on": "job", "kind": "stuck", "count": 2}])
    clock = QuickClock()
    heard: dict[str, list[tuple[float, str]]] = {"es": [], "zh": []}

    def ear(tag: str) -> Callable[[str], None]:
        return lambda line: heard[tag].append((clock.now(), line))

    engines = [make(ES, clock=clock), make(ZH, clock=clock)]
    texts = [TEXTS, TEXTS[:3]]
    engines[0].begin(
        [
            commission(each, asked, each.pair, ear(each.pair.target))
            for each, asked in zip(engines, texts, strict=True)
        ]
    )
    began = clock.now()

    def stop() -> None:
        for entry in engines[0].batch.journal.entries():
            service.stop_text_translation_job(JobId=entry.job_id)

    outage = Outage(began + 600.0, stop)
    clock.sleep = outage.sleep  # type: ignore[method-assign]
    clock.now = outage.now  # type: ignore[method-assign]
    outage.sleep(began)
    with pytest.raises(EngineError, match="ended as STOPPED"):
        translated(engines[0], TEXTS, ES, ear("es"))
    for tag, lines in heard.items():
        times = [at for at, line in lines if "in progress" in line or "started" in line]
        gaps = [after - before for before, after in pairwise(times)]
        assert len(times) >= 10, tag
        assert max(gaps) <= 61
    assert re.search(
        r"job \S+: in progress, 5 min, 0 of 1 documents done",
        "\n".join(line for _, line in heard["zh"]),
    )


def test_a_shared_job_is_told_to_all_its_editions(make: Make) -> None:
    heard: dict[str, list[str]] = {"es": [], "zh": []}
    engines = [make(ES), make(ZH)]
    engines[0].begin(
        [commission(e, TEXTS, e.pair, heard[e.pair.target].append) for e in engines]
    )
    translated(engines[0], TEXTS, ES, heard["es"].append)
    assert any(": completed" in line for line in heard["zh"])


# Rights.


def action(operation: str) -> str:
    """Return the right that an operation needs."""
    if operation == "S3:ListObjectsV2":
        return "s3:ListBucket"
    service, _, name = operation.rpartition(":")
    return f"{service.lower() or 'translate'}:{name}"


def test_the_policies_list_just_what_is_called(
    make: Make, endpoint: Served, used: Used
) -> None:
    """With everything that builds and `amts jobs` do."""
    engine = make(terms={"book": "tomo"})
    translated(engine, TEXTS, ES)
    translated(make(learnt=9, terms={"book": "libro"}), ["The book is new."], ES)
    translated(make(mode="realtime"), TEXTS[:1], ES)
    endpoint.plan([{"on": "job", "kind": "stuck"}])
    waiting = make()
    waiting.begin([commission(waiting, ["It waits."], ES)])
    (entry,) = (e for e in waiting.batch.journal.entries() if e.state == "started")
    waiting.batch.client.service.stop(waiting.batch.client, entry)
    leftovers.clean(engine.batch.client, lambda _: None)
    called = {name for name in endpoint.usage()["operations"] if used(name, asked=True)}
    needed = {action(name) for name in called}
    policy = DOCS.read_text("utf-8").partition('"Effect": "Allow"')[2]
    policy = policy.partition("iam:PassRole")[0]
    listed = set(re.findall(r'"((?:translate|s3):[A-Z]\w+)"', policy))
    assert listed == needed
