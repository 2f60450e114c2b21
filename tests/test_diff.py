"""``amts diff``: what a change of the source asks of people and of the engine."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.build import commission
from amts_sphinx.cli import main
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine.none import NoEngine
from amts_sphinx.engine.protocol import Bill
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from amts_sphinx.core.units import Request

pytestmark = pytest.mark.sphinx
PAIR = LanguagePair("en", "de")
BEFORE = "Garden\n======\n\nWater it well before the first frost. Rain is free.\n"
NOW = "Garden\n======\n\nRain is free. Water it well before the last frost. Go.\n"
FORMER = "Water it well before the first frost."
CHANGED = "Water it well before the last frost."


@dataclass(frozen=True, slots=True)
class Dear(NoEngine):
    """Takes a dollar for each character."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return the price."""
        assert pair == PAIR
        count = sum(len(request.source) for request in requests)
        return Bill(count, count, "a dollar each")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book in a repository of git that has changed since its commit."""
    folder = tmp_path / "repository" / "docs"
    folder.mkdir(parents=True)
    (folder / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\namts_engine = "none"\n'
        'amts_target_languages = ["de"]\namts_memory_files = ["../a.tmx"]\n'
    )
    said = [
        TranslationUnit(FORMER, "Gieße.", PAIR, HUMAN, State.REVIEWED, "index"),
    ]
    tmx.write(folder.parent / "a.tmx", said, source_language="en")
    (folder / "index.rst").write_text(BEFORE)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(folder.parent), *command], check=True)
    (folder / "index.rst").write_text(NOW)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs the command and returns its output, or its error."""

    def call(*arguments: object, code: int = 0) -> str:
        assert main(["diff", *map(str, arguments)]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return call


def test_a_revision_and_the_book_as_it_is(
    book: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commission, "create_engine", lambda *_: Dear())
    found = json.loads(run("HEAD", "--json"))
    assert found["reused"]["segments"] == 2
    assert found["changed"] == {"segments": 1, "words": 7, "characters": len(CHANGED)}
    assert found["new"] == {"segments": 1, "words": 1, "characters": len("Go.")}
    assert found["gone"] == 0
    assert [each["name"] for each in found["documents"]] == ["index"]
    [edition] = found["editions"]
    assert edition["language"] == "de"
    assert edition["people"]["segments"] == 1
    # "Rain is free." is not translated either, but that is not of this change.
    assert edition["asked"]["characters"] == len(CHANGED) + len("Go.")
    assert edition["dollars"] == len(CHANGED) + len("Go.")
    said = run("HEAD")
    assert "index: 1 changed, 1 new" in said
    assert f"{len(CHANGED) + 3} characters, ${len(CHANGED) + 3}.00 (a dollar" in said
    assert not (book / "_build").exists()


def test_two_folders(book: Path, run: Any, tmp_path: Path) -> None:
    for name, text in (("one", NOW), ("two", BEFORE)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "conf.py").write_bytes((book / "conf.py").read_bytes())
        (folder / "index.rst").write_text(text)
    same = json.loads(run(tmp_path / "one", tmp_path / "one", "--json"))
    assert (same["changed"]["segments"], same["new"]["segments"]) == (0, 0)
    assert same["documents"] == []
    back = json.loads(run(tmp_path / "one", tmp_path / "two", "--json"))
    assert (back["changed"]["segments"], back["gone"]) == (1, 1)
    # Where it came from is gone, but a person had translated what it is now again.
    assert back["editions"][0]["asked"]["segments"] == 0
    assert "which costs nothing" in run(tmp_path / "one", tmp_path / "two")


def test_what_is_no_version(run: Any, book: Path, tmp_path: Path) -> None:
    assert "NOPE is neither a folder with a conf.py nor a revision" in run(
        "NOPE", code=1
    )
    assert "has no conf.py" in run(tmp_path, code=1)
    assert "cannot be translated into it" in run("HEAD", "--languages", "en", code=1)
    assert book.exists()


def test_a_book_of_d2lbook_has_no_former_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """d2lbook writes the project anew, and nobody keeps it under version control."""
    book = tmp_path / "book"
    project = book / "_build" / "rst"
    project.mkdir(parents=True)
    (book / "config.ini").write_text("[build]\nsphinx_extensions = amts_sphinx\n")
    (project / "conf.py").write_text('amts_target_languages = ["de"]\n')
    assert main(["diff", "HEAD~1", "--book", str(book)]) == 1
    told = capsys.readouterr().err
    assert "is in no revision" in told
    assert f"amts drift {book} EDITION --base HEAD~1" in told
