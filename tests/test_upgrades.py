"""A new version of the package makes new what it changes, and pays for nothing."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx import _compat
from amts_sphinx.edition import plan as plans
from amts_sphinx.edition.plan import EditionState, load_state, save_state

if TYPE_CHECKING:
    from conftest import Book, Built, Say

ROOT: Final = Path(__file__).parent.parent
#: The commit of release 0.1.0.
RELEASE: Final = "55035c0"


def state_file(home: Path) -> Path:
    return home / "state.pickle"


def test_a_state_comes_back(tmp_path: Path) -> None:
    save_state(str(tmp_path), EditionState({}, {"html out": {"index"}}))
    assert load_state(str(tmp_path)).pending == {"html out": {"index"}}


def test_a_state_of_another_version_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(str(tmp_path), EditionState({}, {"html out": {"index"}}))
    for name, value in {
        "__version__": "9.9", "sphinx.__display_version__": "1.0",
        "docutils.__version__": "0.1",
    }.items():  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(f"amts_sphinx._compat.{name}", value)
            assert load_state(str(tmp_path)) == EditionState()
    with monkeypatch.context() as patch:
        patch.setattr(plans, "FORMAT", plans.FORMAT + 1)
        assert load_state(str(tmp_path)) == EditionState()
    assert load_state(str(tmp_path)).pending


class Gone:
    """A class that unpickles only in the way it wants."""

    def __reduce__(self) -> tuple[object, ...]:
        return (int, ("no number",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        pickle.dumps(EditionState()),  # without a stamp, as 0.1.0 wrote it
        pickle.dumps(_compat.stamp(plans.FORMAT)),
        pickle.dumps(_compat.stamp(plans.FORMAT)) + pickle.dumps(Gone()),
        pickle.dumps(_compat.stamp(plans.FORMAT)) + pickle.dumps([]),
        pickle.dumps(_compat.stamp(plans.FORMAT)) + b"camts_sphinx.gone\nState\n.",
    ],
)
def test_a_state_that_cannot_be_used_is_none(tmp_path: Path, content: bytes) -> None:
    state_file(tmp_path).write_bytes(content)
    assert load_state(str(tmp_path)) == EditionState()


def test_the_environment_is_of_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    now = _compat.env_version(1)
    assert now == _compat.env_version(1)
    assert now != _compat.env_version(2)
    monkeypatch.setattr("amts_sphinx._compat.__version__", "9.9")
    assert now != _compat.env_version(1)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package as it was released as 0.1.0."""
    command = [
        "git",
        "-C",
        str(ROOT),
        "archive",
        "--format=tar",
        RELEASE,
        "amts_sphinx",
    ]
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except OSError:
        pytest.skip("needs git, for the code of release 0.1.0")
    if done.returncode:
        pytest.skip(f"needs the commit {RELEASE} (0.1.0), which a shallow clone lacks")
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def build_with(release: Path, book: Book) -> None:
    """Build the Chinese edition of *book* with the code in the folder *release*."""
    options = ["-b", "amts-zh", "-d", str(book.doctrees), "-D", "amts_engine=pseudo"]
    folders = [str(book.source), str(book.source.parent / "out" / "amts-zh")]
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", *options, *folders],
        check=True,
        cwd=release,
        env={**os.environ, "PYTHONPATH": str(release)},
        stdin=subprocess.DEVNULL,
    )


def test_an_edition_of_the_last_release_is_made_new(release: Path, book: Book) -> None:
    build_with(release, book)
    receipt = book.doctrees / ".amts" / "zh" / "receipt.json"
    assert receipt.exists()
    out = book.source.parent / "out" / "amts-zh"
    old = {path: path.stat().st_mtime_ns for path in out.glob("*.html")}
    assert len(old) > 4
    built: Built = book.build("amts-zh", engine="pseudo")
    assert (built.status, built.warned) == (0, "")
    # Every page is new, and the engine was asked for nothing.
    assert all(path.stat().st_mtime_ns > age for path, age in old.items())
    assert built.summary()["translated"] == 0
    assert built.summary()["recalled"] == built.summary()["segments"] > 0
    again = book.build("amts-zh", engine="pseudo")
    assert "amts-zh: the edition is up to date" in again.said


def test_a_damaged_state_of_a_build_is_made_again(book: Book, say: Say) -> None:
    book.build("amts-zh", engine="pseudo")
    state = state_file(book.doctrees / ".amts" / "zh")
    state.write_bytes(b"\x80\x05damaged")
    book.change("part_one.rst", book_line(book), "A new sentence.")
    built = book.build("amts-zh", engine="pseudo")
    assert (built.status, built.warned) == (0, "")
    assert say("A new sentence.") in " ".join(built.text("part_one", "//p"))


def book_line(book: Book) -> str:
    """Return the last line of the first part."""
    lines = (book.source / "part_one.rst").read_text("utf-8").strip().splitlines()
    return lines[-1]
