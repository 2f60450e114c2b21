"""A release by Amazon Translate, from ``conf.py`` to the edition, and its care."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from fork_server import python
from test_cli import amts
from waiting import PATIENCE, until

from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine.aws.journal import FAILED, FETCHED, STARTED, Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Book, MakeBook

    from amts_sphinx.endpoint import Served

CONF: Final = """
amts_engine = "amazon"
amts_amazon = {
    "region": REGION,
    "bucket": "release",
    "prefix": PREFIX,
    "role_arn": "arn:aws:iam::123456789012:role/translate",
    "poll": 0.1,
}
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve(Options(buckets=("release",))) as endpoint:
        yield endpoint


@pytest.fixture
def book(endpoint: Served, make_book: MakeBook) -> Book:
    """Return a book that Amazon Translate is to translate."""
    book = make_book("incremental")
    prefix = f"r{book.source.parent.name}".replace("_", "-")
    added = CONF.replace("PREFIX", repr(prefix))
    added = added.replace("REGION", repr(endpoint.options.region))
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write("conf.py", conf + added)
    return book


def copy_book(book: Book, folder: Path) -> Book:
    """Return a clone of a book."""
    shutil.copytree(book.source, folder / "source")
    return type(book)(folder / "source")


def jobs(endpoint: Served) -> int:
    return len(endpoint.usage()["jobs"])


def operations(endpoint: Served) -> dict[str, object]:
    """Return what was asked of the service, but for what the bucket holds."""
    use: dict[str, object] = endpoint.usage()["operations"]
    return {name: each for name, each in use.items() if name != "S3:ListObjectsV2"}


def test_both_editions_come_of_one_job(book: Book, endpoint: Served) -> None:
    before, billed = jobs(endpoint), endpoint.usage()["characters"]
    told = amts("estimate", book.source)
    assert told.returncode == 0, told.stderr
    assert jobs(endpoint) == before
    built = book.build("amts")
    assert built.status == 0, built.warned
    assert jobs(endpoint) == before + 1
    spent = endpoint.usage()["characters"] - billed
    assert f"in all {spent:,} characters" in told.stdout
    for tag in ("zh", "es"):
        use = built.summary(tag)
        assert (use["translated"], use["findings"]) == (use["segments"], 0)
    again = book.build("amts")
    assert again.summary("zh")["translated"] == 0
    assert jobs(endpoint) == before + 1
    assert "in all" not in amts("estimate", book.source).stdout


def test_fresh_clones_pay_nothing(book: Book, endpoint: Served, tmp_path: Path) -> None:
    """By the bucket; and by text beside the home files, where there is no bucket."""
    kept = ("-D", "amts_machine_file=memory/{language}.machine.tmx")
    first = book.build("amts", *kept)
    assert first.status == 0, first.warned
    assert "units that were paid for to" in first.said
    billed = endpoint.usage()["characters"]
    without = ("-D", "amts_amazon.prefix=another", *kept)
    for name, settings, translated in (
        ("bucket", (), first.summary("es")["segments"]),
        ("text", without, 0),
    ):
        clone = copy_book(book, tmp_path / name)
        if name == "bucket":
            shutil.rmtree(clone.source / "memory")
        shutil.rmtree(clone.source / ".amts")
        built = clone.build("amts", *settings)
        assert built.status == 0, built.warned
        for tag in ("zh", "es"):
            use = built.summary(tag)
            assert (use["translated"], use["findings"]) == (translated, 0)
    assert endpoint.usage()["characters"] == billed


def test_all_numbers_of_one_build_agree(book: Book, endpoint: Served) -> None:
    """Though a sentence is asked for again in pieces, as its markup was damaged."""
    billed = endpoint.usage()["characters"]
    told = amts("estimate", book.source, "--languages", "zh").stdout
    damage = {"on": "document", "kind": "codes-dropped", "count": 1, "all": True}
    endpoint.plan([damage])
    built = book.build("amts-zh")
    assert "translated piece by piece" in built.warned
    spent = endpoint.usage()["characters"] - billed
    estimated = int(re.search(r"([\d,]+) characters", told)[1].replace(",", ""))  # type: ignore[index]
    assert f"segments, {estimated} characters" in built.said  # before it is sent
    assert built.summary()["characters"] == spent > estimated
    path = book.source / ".amts" / "report" / "zh" / "report.json"
    cost = json.loads(path.read_text("utf-8"))["cost"]
    assert cost["characters"] == spent
    assert cost["dollars"] == pytest.approx(spent * 15e-6)


@pytest.mark.parametrize(
    ("limit", "message"),
    [("$0.0001", r"more than amts_cost_limit ($0.00)"), ("10", "(10 characters)")],
)
def test_what_costs_too_much_is_refused_before_it_is_sent(
    book: Book, endpoint: Served, limit: str, message: str
) -> None:
    before = operations(endpoint)
    built = book.build("amts", "-D", f"amts_cost_limit={limit}")
    assert built.status != 0
    assert message in built.warned
    assert "nothing was sent" in built.warned
    assert operations(endpoint) == before
    assert book.build("amts", "-D", "amts_cost_limit=$1").status == 0


@pytest.mark.parametrize("limit", ["much", "$x", "-1"])
def test_a_wrong_limit_is_refused(book: Book, limit: str) -> None:
    built = book.build("amts", "-D", f"amts_cost_limit={limit}")
    assert built.status != 0
    assert "amts_cost_limit must be characters, as 500000, or dollars" in built.warned


def test_a_failed_job_fails_its_editions_and_the_next_build_goes_on(
    book: Book, endpoint: Served
) -> None:
    endpoint.plan([{"on": "job", "kind": "failed", "count": 1}])
    failed = book.build("amts-zh")
    assert failed.status != 0
    assert "Amazon Translate ended the job" in failed.warned
    folder = book.source / ".amts"
    (entry,) = Journal(folder / "amazon").entries()
    assert entry.state == FAILED
    assert "failed" in amts("jobs", "list", folder).stdout
    assert book.build("amts-zh").status == 0
    states = {each.state for each in Journal(folder / "amazon").entries()}
    assert states == {FAILED, FETCHED}
    cleaned = amts("jobs", "clean", folder)
    assert cleaned.stdout.count("removed") == 2
    assert amts("jobs", "list", folder).stdout == "no jobs\n"


def test_a_segment_that_is_dropped_for_ever_stops_nothing(
    book: Book, endpoint: Served
) -> None:
    lost = {"on": "document", "kind": "blocks-lost", "count": None}
    endpoint.plan([lost])
    built = book.build("amts-zh")
    assert built.status == 0, built.warned
    assert "Amazon Translate left it out twice" in built.said
    use = built.summary()
    assert use["translated"] == use["segments"] - 1
    before = jobs(endpoint)
    again = book.build("amts-zh")
    assert (again.status, again.summary()["translated"]) == (0, 0)
    assert again.summary()["findings"] == use["findings"]
    assert jobs(endpoint) == before
    gate = ("-D", "amts_fail_under.coverage=1")
    assert book.build("amts-zh", *gate).status != 0


#: A shell that starts us in the background has us, and all we start, ignore Ctrl-C.
HEEDING: Final = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


def start(book: Book) -> subprocess.Popen[str]:
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write("conf.py", conf + HEEDING)
    command = [python(), "-m", "sphinx", "-b", "amts-zh", str(book.source)]
    return subprocess.Popen(
        [*command, str(book.source.parent / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@pytest.fixture
def waiting(
    book: Book, endpoint: Served
) -> Callable[[], tuple[subprocess.Popen[str], list[str]]]:
    """Return what starts a build, and waits until its job is stuck."""

    def begin() -> tuple[subprocess.Popen[str], list[str]]:
        endpoint.plan([{"on": "job", "kind": "stuck", "count": 1}])
        process = start(book)
        said: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if "in progress" in line:
                break
        return process, said

    return begin


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT")
def test_an_interrupted_build_says_that_the_job_goes_on(
    book: Book,
    endpoint: Served,
    waiting: Callable[[], tuple[subprocess.Popen[str], list[str]]],
) -> None:
    before = jobs(endpoint)
    process, _ = waiting()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode != 0
    assert "goes on: build again to have its results, or `amts jobs stop`" in said
    folder = book.source / ".amts"
    (entry,) = Journal(folder / "amazon").entries()
    assert entry.state == STARTED
    assert "started (in progress)" in amts("jobs", "list", folder).stdout
    assert "not removed" in amts("jobs", "clean", folder).stdout
    stopped = amts("jobs", "stop", folder, entry.name)
    assert "asked to stop" in stopped.stdout
    until(lambda: "(stopped)" in amts("jobs", "list", folder).stdout)
    resumed = amts("jobs", "resume", folder)
    assert resumed.returncode == 0
    assert "its results are fetched" in resumed.stdout
    assert book.build("amts-zh").status == 0
    assert jobs(endpoint) == before + 2


def test_jobs_of_another_computer_are_listed_and_cleaned(
    book: Book, endpoint: Served, tmp_path: Path
) -> None:
    before = jobs(endpoint)
    assert book.build("amts-zh").status == 0
    clone = copy_book(book, tmp_path)
    shutil.rmtree(clone.source / ".amts")
    listed = amts("jobs", "list", "--book", clone.source)
    assert listed.returncode == 0, listed.stderr
    assert "en → zh  ended  " in listed.stdout
    resumed = amts("jobs", "resume", "--book", clone.source)
    assert "its results are fetched; the next build uses them" in resumed.stdout
    assert "removed" in amts("jobs", "clean", "--book", clone.source).stdout
    # What the first computer knows by itself is still there; the bucket has nothing.
    assert "fetched" in amts("jobs", "list", "--book", book.source).stdout
    assert amts("jobs", "list", "--book", clone.source).stdout == "no jobs\n"
    assert book.build("amts-zh").summary()["translated"] == 0
    assert jobs(endpoint) == before + 1


def test_jobs_are_looked_for_where_they_are(book: Book) -> None:
    done = amts("jobs", "list", book.source / "nowhere")
    assert (done.returncode, done.stderr) == (
        1,
        f"amts: there is no {book.source / 'nowhere'}\n",
    )
    done = amts("jobs", "stop", book.source, "amts-x")
    assert done.returncode == 1
    assert "has no job 'amts-x'; there are none" in done.stderr
    assert amts("jobs", "resume", book.source).stdout == "no job is running\n"


def test_only_a_book_can_be_estimated(book: Book) -> None:
    done = amts("estimate", book.source.parent)
    assert done.returncode == 1
    assert "it has no conf.py" in done.stderr
    book.change("conf.py", 'extensions = ["amts_sphinx"]', "extensions = []")
    done = amts("estimate", book.source)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    done = amts("estimate", book.source, "-D", "nonsense")
    assert "-D takes NAME=VALUE, not 'nonsense'" in done.stderr
