"""Builds that are killed, and run again: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from amazon_driver import TEXTS
from fork_server import python
from waiting import PATIENCE

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import Options, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Book, MakeBook

    from amts_sphinx.endpoint import Served

    Done = subprocess.CompletedProcess[str]

DRIVER: Final = Path(__file__).with_name("amazon_driver.py")
BUCKET: Final = "killed"
#: Points at which a build is killed, of those that an undisturbed one has.
POINTS: Final = 10


# The second takes the harder road: a token does not keep a second job from starting.
TOKENS: Final = pytest.param(True, id="tokens", marks=pytest.mark.slow)
NO_TOKENS: Final = pytest.param(False, id="no-tokens")


@pytest.fixture(scope="module", params=[TOKENS, NO_TOKENS])
def endpoint(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Return an endpoint, with and without regard for the tokens of requests."""
    options = Options(buckets=(BUCKET,), min_pairs=20, dedupe=request.param)
    with serve(options) as served:
        yield served


def drive(
    endpoint: Served, home: Path, kill_at: int = 0, clone: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a build against *endpoint*.

    :param clone: names a folder without a journal
    """
    prefix = "k" + home.name.replace("_", "-")[:40].rstrip("-")
    arguments = [
        str(home / clone),
        prefix,
        BUCKET,
        *([str(kill_at)] if kill_at else []),
    ]
    return subprocess.run(
        [python(), "-m", DRIVER.stem, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={
            **os.environ,
            **endpoint.environment(),
            "PYTHONPATH": str(DRIVER.parent),
        },
    )


def said(done: Done, lost: int = 0) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["targets"].count(None) == lost
    for source, target in zip(TEXTS, found["targets"], strict=True):
        assert target is None or inline_codes.verify(source, target) == ""
    return found


@pytest.fixture(scope="module")
def steps(endpoint: Served, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many steps an undisturbed build has."""
    return int(said(drive(endpoint, tmp_path_factory.mktemp("whole")))["steps"])


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=[pytest.mark.slow] if point % 2 else [])
        for point in range(POINTS)
    ],
)
def test_a_killed_build_goes_on(
    endpoint: Served, steps: int, tmp_path: Path, point: int
) -> None:
    kill_at = 1 + point * (steps - 1) // (POINTS - 1)
    before = endpoint.usage()
    killed = drive(endpoint, tmp_path, kill_at)
    assert killed.returncode == -signal.SIGKILL
    said(drive(endpoint, tmp_path))
    after = endpoint.usage()
    assert len(after["jobs"]) - len(before["jobs"]) == 1
    assert after["repeated_characters"] == before["repeated_characters"]


#: What is added to the book's conf.py.
CONF: Final = """
extensions.append("amts_test_killer")
amts_engine = "amazon"
amts_amazon = {
    "region": "us-west-2",
    "bucket": "killed",
    "prefix": PREFIX,
    "role_arn": "arn:aws:iam::123456789012:role/translate",
    "poll": 0.05,
}
"""


@pytest.fixture
def release(
    endpoint: Served,
    make_book: MakeBook,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[[int], Book]:
    """Return what makes a book whose first build is killed at a step."""
    for name, value in endpoint.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AMTS_STEPS", str(tmp_path / "steps"))

    def make(kill_at: int) -> Book:
        book = make_book("incremental")
        prefix = f"r{book.source.parent.name}".replace("_", "-")
        conf = (book.source / "conf.py").read_text("utf-8")
        book.write("conf.py", conf + CONF.replace("PREFIX", repr(prefix)))
        monkeypatch.setenv("AMTS_KILL_AT", str(kill_at))
        return book

    return make


# What the engine does with tokens is shown above, without a book.
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("endpoint", [NO_TOKENS], indirect=True)
def test_a_killed_release_is_completed(
    endpoint: Served,
    release: Callable[[int], Book],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    before = endpoint.usage()
    whole = release(0).build("amts-zh")
    assert whole.status == 0, whole.warned
    price = endpoint.usage()["characters"] - before["characters"]
    assert price > 0
    last = int((tmp_path / "steps").read_text("utf-8"))
    assert last >= POINTS
    for point in range(POINTS):
        before = endpoint.usage()
        book = release(1 + point * (last - 1) // (POINTS - 1))
        assert book.build("amts-zh").status == -signal.SIGKILL
        monkeypatch.setenv("AMTS_KILL_AT", "0")
        edition = book.build("amts-zh")
        assert edition.status == 0, edition.warned
        use = edition.summary()
        assert use["recalled"] + use["translated"] == use["segments"]
        assert use["findings"] == 0
        after = endpoint.usage()
        assert len(after["jobs"]) - len(before["jobs"]) == 1
        assert after["characters"] - before["characters"] == price


#: What goes wrong beside that which is drawn by lot: nothing; the network is lost for
#: a minute, as the patient count; one segment is dropped, for ever.
SPECIAL: Final[tuple[dict[str, object], ...]] = (
    {},
    {"on": "*", "kind": "reset", "count": 9},
    {"on": "document", "kind": "blocks-lost", "count": None},
)


@pytest.mark.slow
def test_twenty_builds_under_random_faults(
    endpoint: Served, steps: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kinds = ["reset", "lost-reply", "truncated", "empty"]
    before = endpoint.usage()
    dropped = 0
    for seed in range(20):
        rng = random.Random(seed)
        special = SPECIAL[seed % len(SPECIAL)]
        after = {"after": rng.randint(0, 40)} if special.get("on") == "*" else {}
        drawn = [
            {"on": on, "kind": kind, "chance": 0.1, "seed": seed, "count": None}
            for on, kind in (
                ("*", rng.choice(kinds)),
                ("Translate", rng.choice(kinds)),
                ("S3", rng.choice(kinds)),
            )
        ]
        endpoint.plan([{**special, **after}, *drawn] if special else drawn)
        home = tmp_path_factory.mktemp(f"random{seed}")
        drive(endpoint, home, rng.randint(1, steps))  # killed, or failed, or neither
        lost = int(special.get("on") == "document")
        dropped += lost
        said(drive(endpoint, home), lost)
        # So does a clone, which has the bucket alone.
        said(drive(endpoint, home, clone="clone"), lost)
    endpoint.plan([])
    after_all = endpoint.usage()
    # What is dropped is asked for once more, by all builds together.
    assert len(after_all["jobs"]) - len(before["jobs"]) == 20 + dropped
    repeated = after_all["repeated_characters"] - before["repeated_characters"]
    assert repeated == dropped * len(inline_codes.plain(TEXTS[0]))


def test_two_builds_at_once_start_one_job(endpoint: Served, tmp_path: Path) -> None:
    before = endpoint.usage()
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(drive, endpoint, tmp_path) for _ in range(2)]
        first, second = (said(run.result()) for run in runs)
    assert first["targets"] == second["targets"]
    after = endpoint.usage()
    assert len(after["jobs"]) - len(before["jobs"]) == 1
    assert after["repeated_characters"] == before["repeated_characters"]
