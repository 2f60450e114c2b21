"""A memory that 0.1.0 wrote: all of it stays, in its place, or nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import MemoryFileError
from amts_sphinx.core.units import HUMAN, LanguagePair, Severity, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file, migration, schema
from amts_sphinx.memory.importing import BookFiles, learn_book
from amts_sphinx.memory.memory import Memory, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Made by 0.1.0: two files were learnt, one was corrected by hand, and so on.
DUMP = Path(__file__).parent / "gold" / "memory-0.1.0.sql"
PAIR = LanguagePair("en", "de")
PUBLISHED = {
    "Only in the file.": "Nur in der Datei.",
    "Corrected since.": "Verbessert.",
    "In both files.": "In beiden.",
    "Its file is gone.": "Deren Datei ist fort.",
    "By hand alone.": "Nur von Hand.",
    "To be looked at.": "Anzusehen.",
    "By a machine.": "Von einer Maschine.",
    "A first sentence. A second one.": "Ein erster Satz. Ein zweiter.",
}


def old_memory(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(DUMP.read_text("utf-8"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    old_memory(tmp_path / ".amts" / "memory.sqlite")
    units = [
        TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
        for source, target in (
            ("Only in the file.", "Nur in der Datei."),
            ("Corrected since.", "Alt."),
            ("In both files.", "In beiden."),
        )
    ]
    tmx.write(tmp_path / "listed.tmx", units, source_language="en")
    return tmp_path


def published(memory: Memory) -> dict[str, str]:
    found = memory.recall(PAIR, "amazon:1", PUBLISHED)
    return {key: unit.target for key, unit in found.items()}


def test_everything_is_kept_with_the_origins_that_are_known(book: Path) -> None:
    with Memory(book / ".amts" / "memory.sqlite") as memory:
        assert published(memory) == PUBLISHED
        refused = memory.refused(PAIR, "amazon:1")
        assert refused == {
            "Refused.": Refusal(
                "codes", Severity.WARNING, "the engine damaged the markup"
            )
        }
        said = memory.statements(PAIR, PUBLISHED)
        origins = {
            key: sorted((s.origin.kind, s.origin.name) for s in each)
            for key, each in said.items()
        }
        [approved] = said["Its file is gone."]
        [by_hand] = said["By hand alone."]
    assert origins["In both files."] == [
        ("imported", "gone.tmx"),
        ("imported", "listed.tmx"),
    ]
    assert origins["Corrected since."] == [("engine", "amazon:1"), ("local", "")]
    assert approved.unit.state is State.APPROVED
    unit = by_hand.unit
    assert (unit.document, unit.line, unit.changed) == ("intro", 7, 1700000000)


def test_what_stood_in_the_memory_alone_goes_into_the_home_file(book: Path) -> None:
    files = BookFiles(book, "en", "memory/{language}.home.tmx", ("listed.tmx",))
    lines: list[str] = []
    with Memory(book / ".amts" / "memory.sqlite") as memory:
        learn_book(memory, files, lines.append, pytest.fail)
        assert published(memory) == PUBLISHED
        assert memory.conflicts(PAIR) == {}
    home = book / "memory" / "de.home.tmx"
    units = {unit.source: unit for unit in home_file.read(home)}
    assert set(units) == {
        "Corrected since.",
        "By hand alone.",
        "To be looked at.",
        "Its file is gone.",
        "A first sentence. A second one.",
    }
    assert units["Corrected since."].corrects == ("Alt.",)
    assert units["To be looked at."].state is State.NEEDS_REVIEW
    # The memory can be made again from the files, but for what a machine was paid for.
    with Memory(book / "again.sqlite") as memory:
        learn_book(memory, files, lines.append, pytest.fail)
        assert published(memory) == {
            k: v for k, v in PUBLISHED.items() if k != "By a machine."
        }
    before = home.read_bytes()
    with Memory(book / ".amts" / "memory.sqlite") as memory:
        learn_book(memory, files, lines.append, pytest.fail)
    assert home.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book / ".amts" / "memory.sqlite"
    before = path.read_bytes()

    def rows(db: sqlite3.Connection) -> Iterator[object]:
        yield from list(real(db))[:3]
        raise sqlite3.OperationalError("database or disk is full")

    real = migration._rows  # noqa: SLF001 - a full disk, half way through
    with monkeypatch.context() as patch:
        patch.setattr(migration, "_rows", rows)
        with pytest.raises(MemoryFileError, match="free some space"):
            Memory(path)
    assert path.read_bytes() == before
    with Memory(path) as memory:
        assert published(memory) == PUBLISHED


def test_an_old_memory_on_read_only_media_still_recalls(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book / ".amts" / "memory.sqlite"
    before = path.read_bytes()
    monkeypatch.setattr("os.access", lambda *_: False)
    with Memory(path) as memory:
        assert published(memory) == PUBLISHED
        with pytest.raises(MemoryFileError):
            memory.learn([TranslationUnit("a", "b", PAIR, HUMAN, State.REVIEWED)])
    assert path.read_bytes() == before


def test_a_memory_without_refusals(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    old_memory(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE refusal")
    with Memory(path) as memory:
        assert memory.refused(PAIR, "amazon:1") == {}
        assert published(memory) == PUBLISHED
    assert schema.check_header(path) == schema.SCHEMA_VERSION
