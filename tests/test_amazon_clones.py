"""Builds that share nothing but the bucket: the book is paid for once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from amazon_book import BUCKET, CHARACTERS, TEXTS, Used, engine_for
from amazon_clock import QuickClock, StillClock
from corpus_toys import ES, ZH
from engine_calls import commission, requests, translated

from amts_sphinx.core.errors import EngineError, EnginePartialError
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine.amazon import limits
from amts_sphinx.engine.aws import index
from amts_sphinx.engine.aws.journal import FETCHED, STARTED, Journal
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from amts_sphinx.endpoint import Served
    from amts_sphinx.engine.amazon.engine import AmazonEngine

    Clone = Callable[..., AmazonEngine]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    # A token does not keep a second job from starting: the harder road.
    with serve(Options(buckets=(BUCKET,), min_pairs=20, dedupe=False)) as endpoint:
        yield endpoint


@pytest.fixture
def used(endpoint: Served) -> Used:
    return Used(endpoint)


@pytest.fixture
def clone(endpoint: Served, tmp_path: Path) -> Clone:
    """Return what makes an engine in a fresh clone of one book."""
    prefix = "c" + tmp_path.name.replace("_", "-")[:50].rstrip("-")
    assert endpoint.options.region == "us-west-2"

    def make(name: str = "", **options: Any) -> AmazonEngine:
        count = len(list(tmp_path.iterdir()))
        home = tmp_path / (name or f"clone{count}")
        home.mkdir(exist_ok=True)
        return engine_for(home=home, prefix=prefix, **options)

    return make


def empty(engine: AmazonEngine, below: str = "") -> None:
    """Remove what the bucket has of a book."""
    client = engine.batch.client
    client.delete(f"{engine.options.prefix}/{below}")


def test_four_fresh_clones_pay_once(clone: Clone, used: Used) -> None:
    first = translated(clone(), TEXTS, ES)
    paid = used.characters
    assert paid > 0
    for _ in range(3):
        engine = clone()
        assert engine.bill(requests(TEXTS), ES).amount == 0
        assert translated(engine, TEXTS, ES) == first
    assert (used.jobs, used.characters) == (1, paid)


def test_half_of_what_the_bucket_tells_is_not_taken_for_all(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    """A connection that broke would have the book paid for again."""
    first = translated(clone(), TEXTS, ES)
    cut_off = {"on": "S3:GetObject", "kind": "truncated", "match": "*/index/*"}
    endpoint.plan([{**cut_off, "count": 3}])
    assert translated(clone(), TEXTS, ES) == first
    assert endpoint.faults()[0]["happened"] == 3
    assert used.jobs == 1


def test_two_clones_at_once_share_one_job(clone: Clone, used: Used) -> None:
    engines, start = [clone(clock=StillClock()) for _ in range(2)], Barrier(2)

    def build(engine: AmazonEngine) -> list[str | None]:
        start.wait()
        return translated(engine, TEXTS, ES)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, engines)
    assert first == second
    assert None not in first
    assert used.jobs == 1
    assert used.repeated == 0


def test_two_clones_of_different_versions_share_what_is_equal(
    clone: Clone, used: Used
) -> None:
    engines, start = [clone(clock=StillClock()) for _ in range(2)], Barrier(2)
    books = [TEXTS, [*TEXTS[1:], "A new one reads."]]

    def build(engine: AmazonEngine, texts: list[str]) -> list[str | None]:
        start.wait()
        return translated(engine, texts, ES)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(build, engines, books)
    assert first[1:] == second[:-1]
    assert used.repeated == 0


def test_an_emptied_bucket_costs_once_more_and_fails_nobody(
    clone: Clone, used: Used
) -> None:
    translated(clone("kept"), TEXTS, ES)
    paid = used.characters
    for again in (2, 3, 4):  # the service still lists the jobs
        empty(clone())
        assert None not in translated(clone(), TEXTS, ES)
        assert used.characters == again * paid
    empty(clone())
    # Whoever has the results needs no bucket.
    assert None not in translated(clone("kept"), TEXTS, ES)
    assert used.characters == 4 * paid


def test_a_bucket_without_results_does_not_count_as_an_attempt(
    clone: Clone, used: Used
) -> None:
    translated(clone(), TEXTS, ES)
    for again in (2, 3, 4):
        empty(clone(), "jobs/")  # what was done is still told
        assert None not in translated(clone(), TEXTS, ES)
        assert used.jobs == again


def test_a_clone_goes_on_where_another_broke_off(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    """The other one was killed while it fetched, and has told nobody."""
    there = clone(realtime_up_to=0, patience=1)
    endpoint.plan(
        [{"on": "S3:GetObject", "kind": "reset", "match": "*/out/*", "count": None}]
    )
    with pytest.raises(EngineError, match="cannot fetch a result"):
        translated(there, TEXTS, ES)
    endpoint.plan([])
    assert None not in translated(clone(), TEXTS, ES)
    assert None not in translated(there, TEXTS, ES)
    assert (used.jobs, used.repeated) == (1, 0)


def test_a_changed_book_takes_what_another_clone_has_paid_for(
    clone: Clone, used: Used
) -> None:
    translated(clone(), TEXTS, ES)
    changed = [*TEXTS[1:], "The cloud trains a first layer."]
    engine = clone()
    assert engine.bill(requests(changed), ES).amount == len(changed[-1])
    assert None not in translated(engine, changed, ES)
    assert (used.jobs, used.repeated) == (2, 0)


def test_one_language_takes_what_a_job_for_two_has(clone: Clone, used: Used) -> None:
    both = [clone("both"), clone("both", pair=ZH)]
    both[0].begin([commission(each, TEXTS, each.pair) for each in both])
    assert None not in translated(clone(pair=ZH), TEXTS, ZH)
    assert None not in translated(clone(), TEXTS, ES)
    assert (used.jobs, used.repeated) == (1, 0)


def test_a_refusal_is_known_to_other_clones(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    """A segment that the service always drops is paid for twice, by all together."""
    endpoint.plan([{"on": "document", "kind": "blocks-lost", "count": None}])
    made = clone().translate(requests(TEXTS), ES, quiet)
    assert [each.target is None for each in made].count(True) == 1
    assert made[0].note == "Amazon Translate left it out twice"
    assert (used.jobs, used.repeated) == (2, len(TEXTS[0]))
    for _ in range(2):
        engine = clone()
        assert engine.bill(requests(TEXTS), ES).amount == 0
        assert engine.translate(requests(TEXTS), ES, quiet) == made
    assert used.jobs == 2


def test_a_job_that_was_only_intended_is_started_by_the_next(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    """The other clone was killed with the lock in its hands."""
    refused = {"on": "StartTextTranslationJob", "kind": "error", "count": None}
    endpoint.plan([{**refused, "code": "AccessDeniedException"}])
    dead = clone()
    with pytest.raises(EngineError, match="lacks a permission"):
        translated(dead, TEXTS, ES)
    endpoint.plan([])
    left = dead.batch.client
    left.put(f"{dead.options.prefix}/lock/{dead.batch.use}", b"{}", "text/plain")
    clock, told = QuickClock(), list[str]()
    living = clone(clock=clock)
    assert None not in translated(living, TEXTS, ES, told.append)
    assert "another build is starting a job; waiting for it" in told
    assert index.LEASE <= sum(clock.waits) < 3 * index.LEASE
    assert used.jobs == 1


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b'{"name": "x", "targets": []}', b'{"name": 1, "targets": [2]}'],
)
def test_what_strangers_write_into_the_bucket_is_passed_over(
    clone: Clone, used: Used, text: bytes
) -> None:
    engine = clone("one")
    translated(engine, TEXTS, ES)
    client, place = engine.batch.client, index.place_of(engine.batch.client)
    for name in ("x", "../../x", "x y"):
        client.put(f"{place}{engine.batch.use}/{name}.json", text, "text/plain")
    other = clone("other")
    assert None not in translated(other, TEXTS, ES)
    assert used.jobs == 1
    (entry,) = other.batch.journal.entries()
    assert entry.state == FETCHED


def test_an_index_that_lies_leads_nowhere(
    clone: Clone, used: Used, tmp_path: Path
) -> None:
    """Names from the bucket become names of files here, and places in the bucket."""
    engine = clone("one")
    translated(engine, TEXTS, ES)
    client = engine.batch.client
    (key,) = client.keys(index.place_of(client))
    said = client.get(key, 10**6).data
    (entry,) = Journal(tmp_path / "one" / "amazon").entries()
    evil = said.replace(b'"00001.html"', b'"../../evil.html"')
    client.put(key, evil, "text/plain")
    elsewhere = said.replace(entry.folder.encode(), b"other/place/")
    client.put(
        key.replace(entry.name, "elsewhere"),
        elsewhere.replace(entry.name.encode(), b"elsewhere"),
        "text/plain",
    )
    other = clone("other")
    assert None not in translated(other, TEXTS, ES)
    assert not list(tmp_path.rglob("*evil*"))
    folders = {each.folder for each in other.batch.journal.entries()}
    assert all(each.startswith(f"{engine.options.prefix}/jobs/") for each in folders)
    assert used.jobs <= 2


def test_a_document_that_fails_each_time_stops_nothing(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    endpoint.plan([{"on": "document", "kind": "failed", "count": None}])
    # Every document fails, and is not billed: no build waits for it for ever.
    made = clone().translate(requests(TEXTS), ES, quiet)
    assert {each.target for each in made} == {None}
    assert used.characters == 0
    assert used.jobs == 2


@pytest.mark.parametrize("kind", ["failed", "stopped"])
def test_what_is_finished_of_a_job_that_broke_off_is_taken(
    clone: Clone,
    endpoint: Served,
    used: Used,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(limits, "DOCUMENT", 1)  # a document for each segment
    endpoint.plan([{"on": "job", "kind": kind, "documents": 3, "count": 1}])
    targets: list[str | None] = []
    if kind == "failed":  # it goes on by itself
        targets = translated(clone(), TEXTS, ES)
    else:  # whoever stopped it does not want another
        with pytest.raises(EnginePartialError, match="ended as STOPPED") as caught:
            translated(clone(), TEXTS, ES)
        done = [each.target for each in caught.value.translations if each]
        assert len(done) == 3
        targets = translated(clone(), TEXTS, ES)
    assert None not in targets
    assert (used.jobs, used.repeated) == (2, 0)
    assert translated(clone(), TEXTS, ES) == targets
    assert used.jobs == 2


def test_a_job_that_fails_at_once_is_told_and_costs_nothing(
    clone: Clone, endpoint: Served, used: Used
) -> None:
    endpoint.plan([{"on": "job", "kind": "failed", "message": "No rights."}])
    with pytest.raises(EngineError, match=r"FAILED: No rights\. The next build"):
        translated(clone(), TEXTS, ES)
    assert None not in translated(clone(), TEXTS, ES)
    assert (used.jobs, used.repeated) == (2, 0)


def test_an_endpoint_that_lost_everything_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal knows a job that the service does not, and the bucket is empty."""
    prefix = "restart"
    billed: list[tuple[int, int]] = []
    for _ in range(2):
        with serve(Options(buckets=(BUCKET,), min_pairs=20)) as endpoint:
            for name, value in endpoint.environment().items():
                monkeypatch.setenv(name, value)
            if not billed:
                endpoint.plan([{"on": "job", "kind": "stuck"}])
            engine = engine_for(home=tmp_path, prefix=prefix)
            engine.begin([commission(engine, TEXTS, ES)])
            if billed:
                assert None not in translated(engine, TEXTS, ES)
            use = endpoint.usage()
            billed.append((len(use["jobs"]), use["repeated_characters"]))
    assert billed == [(1, 0), (1, 0)]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost-reply", "count": 1},
        {"kind": "lost-reply", "count": 3},
        {"kind": "reset", "count": 2},
        {"kind": "raw", "status": 502, "count": 2},
        {"kind": "error", "code": "InternalServerException", "count": 2},
        {"kind": "truncated", "count": 1},
        {"kind": "empty", "count": 1},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault['count']}",
)
def test_a_fault_at_the_start_starts_no_second_job(
    clone: Clone, endpoint: Served, used: Used, fault: dict[str, object]
) -> None:
    """Though a token does not keep the service from starting one."""
    endpoint.plan([{"on": "StartTextTranslationJob", **fault}])
    assert None not in translated(clone(learnt=0), TEXTS, ES)
    assert (used.jobs, used.characters) == (1, CHARACTERS)


def test_a_job_of_an_earlier_version_is_taken_over(clone: Clone, used: Used) -> None:
    """Its results are elsewhere in the bucket; other clones are not sent there."""
    engine = clone("old")
    batch = engine.batch
    translated(engine, TEXTS, ES)
    (entry,) = batch.journal.entries()
    (key,) = batch.client.keys(index.place_of(batch.client))
    batch.client.delete(key)
    (result,) = (k for k in batch.client.keys(entry.folder) if k.endswith("00001.html"))
    former = f"{entry.prefix}/{entry.name}/"
    place = f"{former}out/1-TranslateText-2/{result.rpartition('/')[2]}"
    batch.client.put(place, batch.client.get(result, 10**6).data, "text/html")
    batch.client.delete(entry.folder)
    batch.journal.drop(entry)
    batch.journal.write(entry, state=STARTED, folder=former)
    assert None not in translated(clone("old"), TEXTS, ES)
    assert (used.jobs, used.repeated) == (1, 0)
    assert not list(batch.client.keys(index.place_of(batch.client)))
