"""``amts parallel --cluster``: the same as one process, whatever happens to workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from waiting import PATIENCE, until

import amts_sphinx.align
from amts_sphinx.align import align_documents, text
from amts_sphinx.align.workers import Failure, Task, WorkerLostError, carry
from amts_sphinx.cli import main
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Book, Container, LanguagePair, Location, Segment
from amts_sphinx.parallel import cluster
from amts_sphinx.parallel.extract import pair_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAIR = LanguagePair("en", "zh")
#: A text that no reader of the tests below survives.
BAD = "This document is bad."


def container(words: str) -> Container:
    whole = Segment(words, "paragraph", Location("a", 1), ())
    return Container(whole, (whole,), 2)


def documents(count: int) -> list[tuple[list[Container], list[Container]]]:
    """Return as many documents, each of eighty sentences in both languages."""
    return [
        (
            [container(f"Reading {n} of the gauge {i}.") for i in range(40)],
            [container(f"雨量计{i}的读数{n}。") for i in range(40)],
        )
        for n in range(count)
    ]


class Kept:
    """A result, or that its workers were lost."""

    def __init__(self, result: Any) -> None:
        self.kept = result

    def result(self) -> Any:
        """Return it."""
        if self.kept is None:
            raise WorkerLostError("4 workers ended while they had it")
        return self.kept


class Now:
    """Carries a task at once; those that hold a word lose their workers."""

    def __init__(self, deadly: str = "") -> None:
        self.deadly = deadly
        self.tasks: list[list[Any]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Kept:
        """Do it."""
        documents = list(args[0].documents)
        self.tasks.append(documents)
        return Kept(None if self.deadly in documents else function(*args))


def upper(task: Task) -> list[str]:
    return [each.upper() for each in task.documents]


def test_a_task_whose_workers_end_is_done_document_by_document() -> None:
    carrier = Now("b")
    found = list(carry(carrier, upper, [Task(["a", "b", "c"]), Task(["d"])]))
    lost = Failure("4 workers ended while they had it")
    assert found == [["A", lost, "C"], ["D"]]
    assert carrier.tasks == [["a", "b", "c"], ["d"], ["a"], ["b"], ["c"]]


def test_tasks_are_not_handed_out_all_at_once() -> None:
    carrier = Now()
    results = carry(carrier, upper, [Task([f"{n}"]) for n in range(1000)])
    assert next(results) == ["0"]
    assert len(carrier.tasks) < 500
    assert [one for [one] in results] == [f"{n}" for n in range(1, 1000)]
    assert len(carrier.tasks) == 1000


def test_a_document_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    read = text.read

    def fragile(containers: Any, language: str) -> Any:
        if any(each.whole.source == BAD for each in containers):
            raise ValueError("no such letter")
        return read(containers, language)

    monkeypatch.setattr(amts_sphinx.align.text, "read", fragile)
    good: Book = {"a": (container("Rain."),), "c": (container("Snow."),)}
    theirs: Book = {"a": (container("雨。"),), "c": (container("雪。"),)}
    bad: Book = {"a": good["a"], "b": (container(BAD),) * 2, "c": good["c"]}
    found = pair_books(bad, {**theirs, "b": (container("坏。"),)}, PAIR)
    assert found.units == pair_books(good, theirs, PAIR).units
    [left] = found.left
    assert left == (
        Location("b"),
        "it cannot be aligned: ValueError: no such letter",
        2,
    )
    with pytest.raises(
        RuntimeError, match=r"document 0 (.|\n)*fragile(.|\n)*no such letter"
    ):
        align_documents([(bad["b"], bad["b"])], PAIR)


def test_the_extra_is_named_when_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    asked = ["parallel", str(tmp_path), str(tmp_path), "-o", str(tmp_path / "x.tmx")]
    assert main([*asked, "--cluster", "tcp://127.0.0.1:8786"]) == 1
    assert "pip install './amts_sphinx[cluster]'" in capsys.readouterr().err


def test_a_file_of_pairs_is_nothing_for_a_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.tmx"
    file.touch()
    assert main(["parallel", str(file), "-o", "x.tmx", "--cluster", "h:1"]) == 1
    assert "--cluster aligns two editions" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["127.0.0.1", "smoke://x:1", "h:port"])
def test_what_is_no_address(address: str) -> None:
    pytest.importorskip("distributed", reason="needs: pip install distributed")
    with (
        pytest.raises(ConfigError, match=f"--cluster {address}: .*tcp://HOST:PORT"),
        cluster.connected(address, print),
    ):
        pass


def test_there_is_no_scheduler() -> None:
    dask = pytest.importorskip("dask", reason="needs: pip install distributed")
    quick = {"distributed.comm.timeouts.connect": "1s"}
    with (
        dask.config.set(quick),
        pytest.raises(cluster.ClusterError, match="no scheduler answers at tcp"),
        # Nothing listens on this port, which is kept for a service of old.
        cluster.connected("tcp://127.0.0.1:1", print),
    ):
        pass


class Machines:
    """Stands in for a client of Dask."""

    def __init__(self, found: dict[str, Any], scheduler: Any = None) -> None:
        self.found = found
        self.scheduler = scheduler

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Return what each worker said."""
        return self.found

    def run_on_scheduler(self, function: Callable[[], Any]) -> Any:
        """Return what the scheduler said."""
        return self.scheduler or function()

    def nthreads(self) -> dict[str, int]:
        """Return the workers that there are."""
        return dict.fromkeys(self.found, 1)


OURS = cluster.versions()


@pytest.mark.parametrize(
    ("machines", "told"),
    [
        (Machines({"a": OURS, "b": {**OURS, "numpy": "0.9"}}), "b: numpy 0.9 instead"),
        (Machines({"a": OURS}, {**OURS, "Python": "2.7"}), "scheduler: Python 2.7"),
        (Machines({"a": ModuleNotFoundError("No module named 'x'")}), "a: ModuleNotF"),
    ],
)
def test_versions_that_differ_are_named(machines: Machines, told: str) -> None:
    with pytest.raises(cluster.ClusterError, match=told) as caught:
        cluster.compare(machines)
    assert "pip install './amts_sphinx[cluster]', from a clone of" in str(caught.value)


def test_a_worker_that_joins_later_is_compared_too() -> None:
    assert cluster.run_checked(OURS, len, "abc") == 3
    with pytest.raises(cluster.ClusterError, match="same versions"):
        cluster.run_checked({**OURS, "amts_sphinx": "0"}, len, "abc")


def test_all_workers_are_lost() -> None:
    told: list[str] = []
    machines = Machines({"tcp://a": OURS, "tcp://b": OURS})
    carrier = cluster.Cluster(machines, told.append, patience=0)
    del machines.found["tcp://a"]
    carrier.look()
    machines.found["tcp://c"] = OURS
    carrier.look()
    machines.found.clear()
    with pytest.raises(cluster.ClusterError, match="all workers"):
        carrier.look()
    assert told == [
        "worker tcp://a is lost; its work is done again",
        "worker tcp://c has come",
        "worker tcp://b is lost; its work is done again",
        "worker tcp://c is lost; its work is done again",
        "no worker is left; waiting 0 seconds for one",
    ]


@contextmanager
def dask_cluster(
    tmp_path: Path, workers: int, spared: int = 3
) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Start a scheduler and its workers, each in a process, as people do.

    :param spared: workers that a task may end before it is given up
    """
    command = [sys.executable, "-W", "ignore", "-m", "dask"]
    file = tmp_path / "scheduler.json"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = [*command, "scheduler", *local, "--port", "0"]
    worker = [*command, "worker", *local, "--nthreads", "1", "--no-nanny"]
    worker += ["--local-directory", str(tmp_path), "--scheduler-file", str(file)]
    several = [worker] * workers
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(spared),
    }
    log = (tmp_path / "dask.log").open("w", encoding="utf-8")
    running: list[subprocess.Popen[str]] = []
    try:
        running += [
            subprocess.Popen(each, stdout=log, stderr=log, encoding="utf-8", env=env)
            for each in ([*scheduler, "--scheduler-file", str(file)], *several)
        ]
        yield address_in(file), running[1:]
    finally:
        for process in reversed(running):
            process.kill()
            process.wait(PATIENCE)
        log.close()


def address_in(file: Path) -> str:
    """Return the scheduler's address when it has written it down."""

    def look() -> str | None:
        try:
            return str(json.loads(file.read_text("utf-8"))["address"])
        except (OSError, ValueError):
            return None

    return until(look)


@pytest.mark.slow
def test_two_workers_do_what_one_process_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a worker that is killed when the first documents are done."""
    distributed = pytest.importorskip("distributed", reason="needs: distributed")
    monkeypatch.setattr(amts_sphinx.align, "_PORTION", 100)
    several = documents(12)
    alone = align_documents(several, PAIR)
    told: list[str] = []
    with dask_cluster(tmp_path, 2) as (address, workers):
        client = distributed.Client(address, set_as_default=False)
        client.wait_for_workers(2)

        def kill_one(_done: int, _whole: int) -> None:
            if workers[0].poll() is None:
                workers[0].kill()
                workers[0].wait(PATIENCE)
                until(lambda: len(client.nthreads()) == 1)

        with cluster.connected(address, told.append) as carrier:
            found = align_documents(several, PAIR, carrier, kill_one)
        assert found == alone
        assert told[0] == "2 workers, 2 tasks at a time"
        [lost] = told[1:]
        assert lost.endswith("is lost; its work is done again")
        files = [tmp_path / "one.tmx", tmp_path / "two.tmx"]
        ways: list[list[str]] = [["-j", "1"], ["--cluster", address]]
        for side, word in (("en", "It rains on {}."), ("zh", "{}上下雨了。")):
            for n in range(20):
                page = tmp_path / side / f"page-{n}.md"
                page.parent.mkdir(exist_ok=True)
                page.write_text(f"# {n}\n\n{word.format(n)}\n", "utf-8")
        books = [str(tmp_path / side) for side in ("en", "zh")]
        for file, way in zip(files, ways, strict=True):
            asked = ["parallel", *books, "--languages", "en", "zh", "-o", str(file)]
            assert main([*asked, *way]) == 0
        assert files[0].read_bytes() == files[1].read_bytes()
        assert b"page-19" in files[0].read_bytes()
        client.close()


def upper_or_end(task: Task) -> list[str]:
    """Do the work, or end the worker."""
    if "b" in task.documents:
        os._exit(1)
    return upper(task)


@pytest.mark.slow
def test_a_document_that_ends_its_workers_is_found(tmp_path: Path) -> None:
    """It takes two of three workers along: with others, and alone."""
    pytest.importorskip("distributed", reason="needs: pip install distributed")
    told: list[str] = []
    with (
        dask_cluster(tmp_path, 3, spared=0) as (address, workers),
        cluster.connected(address, told.append) as carrier,
    ):
        until(lambda: carrier.count() == 3)
        tasks = [Task(["a", "b", "c"]), Task(["d"])]
        [[a, failure, c], [d]] = carry(carrier, upper_or_end, tasks)
        until(lambda: [each.poll() is None for each in workers].count(True) == 1)
        # The scheduler may learn of a worker's end after the task's failure has come.
        until(lambda: carrier.count() == 1)
        carrier.look()
    assert (a, c, d) == ("A", "C", "D")
    assert failure.reason.startswith("1 worker ended with it")
    assert len([line for line in told if "is lost" in line]) == 2
