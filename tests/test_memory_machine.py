"""What was paid for, as text beside the home files: written, and learnt by a clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Severity,
    State,
    TranslationUnit,
)
from amts_sphinx.memory import importing, machine_file
from amts_sphinx.memory.importing import BookFiles
from amts_sphinx.memory.memory import Memory, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DE = LanguagePair("en", "de")
MAKER = "amazon/1/batch"
DROPPED = Refusal("untranslated", Severity.INFO, "it was left out twice")


def unit(
    source: str, target: str, maker: str = MAKER, state: State = State.MACHINE
) -> TranslationUnit:
    return TranslationUnit(source, target, DE, maker, state)


@pytest.fixture
def files(tmp_path: Path) -> BookFiles:
    return BookFiles(tmp_path, "en", machine="memory/{language}.machine.tmx")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def quietly(_: str) -> None:
    """Say nothing."""


def loudly(line: str) -> None:
    raise AssertionError(line)


def test_a_clone_knows_what_was_paid_for(
    memory: Memory, files: BookFiles, tmp_path: Path
) -> None:
    made = [
        unit(
            '<g id="1">Two</g> &amp; <x id="2"/>.',
            '<g id="1">Zwei</g> &amp; <x id="2"/>.',
        ),
        unit("One.", "Eins."),
        unit("In pieces.", "In Stücken.", state=State.NEEDS_REVIEW),
        unit("One.", "Einz.", "amazon/1/realtime"),
    ]
    others = [
        unit("One.", "Ein.", "pseudo/1"),
        unit("One.", "Ainz.", "amazonas/1"),
        unit("Draft.", "Entwurf.", state=State.DRAFT),
        unit("Person.", "Mensch.", HUMAN, State.REVIEWED),
    ]
    memory.learn([*made, *others])
    memory.refuse(DE, MAKER, {"Bad.": DROPPED})
    memory.refuse(DE, "pseudo/1", {"Bad.": DROPPED})
    line = importing.keep_paid(memory, files, DE, "amazon")
    path = tmp_path / "memory" / "de.machine.tmx"
    assert line == f"memory: wrote 5 units that were paid for to {path}"
    text = path.read_bytes()
    assert text.count(b"<tu ") == text.count(b"\n") - 6 == 5
    # The next build learns the file, and then has nothing to add.
    importing.learn_book(memory, files, quietly, loudly)
    assert importing.keep_paid(memory, files, DE, "amazon") == ""
    with Memory(tmp_path / "clone.sqlite") as clone:
        importing.learn_book(clone, files, quietly, loudly)
        found = clone.recall(DE, MAKER, ["One.", "In pieces.", made[0].source])
        assert {u.target for u in found.values()} == {
            "Eins.",
            "In Stücken.",
            made[0].target,
        }
        assert found["In pieces."].state is State.NEEDS_REVIEW
        assert clone.recall(DE, "amazon/1/realtime", ["One."])["One."].target == "Einz."
        assert clone.refused(DE, MAKER) == {"Bad.": DROPPED}
        assert importing.keep_paid(clone, files, DE, "amazon") == ""
    assert path.read_bytes() == text


def test_builds_add_and_never_remove(
    memory: Memory, files: BookFiles, tmp_path: Path
) -> None:
    memory.learn([unit("One.", "Eins.")])
    importing.keep_paid(memory, files, DE, "amazon")
    with Memory(tmp_path / "other.sqlite") as other:
        other.learn([unit("One.", "Anders."), unit("Two.", "Zwei.")])
        importing.keep_paid(other, files, DE, "amazon")
    path = tmp_path / "memory" / "de.machine.tmx"
    lines = [each.target for each in machine_file.read(path, "de", loudly)]  # type: ignore[union-attr]
    assert lines == ["Eins.", "Zwei."]


def test_a_person_comes_before_what_was_paid_for(
    memory: Memory, files: BookFiles
) -> None:
    memory.learn([unit("One.", "Eins.")])
    importing.keep_paid(memory, files, DE, "amazon")
    memory.learn([unit("One.", "Das Erste.", HUMAN, State.REVIEWED)])
    importing.learn_book(memory, files, quietly, loudly)
    assert memory.recall(DE, MAKER, ["One."])["One."].target == "Das Erste."


def test_nothing_is_written_where_nobody_asked_for_it(
    memory: Memory, tmp_path: Path
) -> None:
    memory.learn([unit("One.", "Eins.")])
    assert importing.keep_paid(memory, BookFiles(tmp_path, "en"), DE, "amazon") == ""
    files = BookFiles(tmp_path, "en", machine="{language}.machine.tmx")
    assert importing.keep_paid(memory, files, DE, "llm") == ""
    assert not list(tmp_path.rglob("*.tmx"))


HEAD = '<tmx version="1.4"><header srclang="en"/><body>'
EN = '<tuv xml:lang="en"><seg>One.</seg></tuv>'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"<tu>{EN}</tu>", "creationid must name the engine"),
        (f'<tu creationid="{HUMAN}">{EN}</tu>', "creationid must name the engine"),
        (f'<tu creationid="a">{EN}</tu>', "one text in each of two languages"),
        (
            f'<tu creationid="a"><prop type="x-amts-refused">c</prop>{EN}</tu>',
            "x-amts-severity is ''",
        ),
        (
            f'<tu creationid="a"><prop type="x-amts-state">good</prop>{EN}{EN}</tu>',
            "state 'good' is not one of",
        ),
        (f'<tu creationid="a">{EN}{EN.replace("One.", " ")}</tu>', "blank"),
        (f'<tu creationid="a">{EN}{EN.replace("en", "")}</tu>', "language"),
    ],
)
def test_a_bad_line_is_told_and_stops_nothing(
    memory: Memory, files: BookFiles, tmp_path: Path, line: str, why: str
) -> None:
    path = tmp_path / "memory" / "de.machine.tmx"
    path.parent.mkdir()
    path.write_text(f"{HEAD}\n{line}\n</body></tmx>", "utf-8")
    told: list[str] = []
    importing.learn_book(memory, files, told.append, loudly)
    assert any(f"{path}:2: " in each and why in each for each in told), told


def test_a_file_that_is_none_is_named(
    memory: Memory, files: BookFiles, tmp_path: Path
) -> None:
    path = tmp_path / "memory" / "de.machine.tmx"
    path.parent.mkdir()
    path.write_text("<<<<<<< ours", "utf-8")
    with pytest.raises(InterchangeError, match=r"de\.machine\.tmx"):
        importing.learn_book(memory, files, quietly, quietly)
    memory.learn([unit("One.", "Eins.")])
    with pytest.raises(InterchangeError, match=r"de\.machine\.tmx"):
        importing.keep_paid(memory, files, DE, "amazon")
    assert path.read_text("utf-8") == "<<<<<<< ours"
