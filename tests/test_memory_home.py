"""Home files, deliveries, and what the files of a book lose by accident."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from amts_sphinx.core.errors import InterchangeError, MarkupError
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Place,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file, importing
from amts_sphinx.memory.delivery import Delivery, Kind, deliver
from amts_sphinx.memory.importing import BookFiles, learn_book
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "de")


def unit(source: str, target: str, **more: object) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(made, **more)  # type: ignore[arg-type]


def write_home(path: Path, units: Iterable[TranslationUnit]) -> None:
    with home_file.changing(path, "en") as home:
        for each in units:
            home.add(each)
        home.write()


class Desk:
    """A book with its memory, and what it was told."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.files = BookFiles(folder, "en", "memory/{language}.home.tmx", names)
        self.memory = Memory(folder / ".amts" / "memory.sqlite")
        self.home = folder / "memory" / "de.home.tmx"
        self.told: list[str] = []
        self.warned: list[str] = []

    def file(self, name: str, *units: TranslationUnit) -> Path:
        """Write a file of units."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tmx.write(path, units, source_language="en")
        return path

    def learn(self, *names: str) -> list[str]:
        """Learn the files as a build does; return the warnings."""
        if names:
            self.files = replace(self.files, names=names)
        self.warned = []
        learn_book(self.memory, self.files, self.told.append, self.warned.append)
        return self.warned

    def deliver(self, path: Path, author: str = "") -> Delivery:
        """Take in a file, as the command does."""
        self.learn()
        return deliver(
            self.memory, self.files, path, author=author, tell=self.told.append
        )

    def published(self, *sources: str) -> list[str | None]:
        """Return the target of each source."""
        found = self.memory.recall(PAIR, "engine/1", sources)
        return [found[s].target if s in found else None for s in sources]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.memory.close()


# The home file


def test_a_line_for_a_unit_and_the_unit_comes_back(tmp_path: Path) -> None:
    whole = unit(
        'Two\nlines &amp; <g id="1">a code</g>.',
        '<g id="1">Code</g> &lt; zwei\nZeilen.\r',
        state=State.APPROVED,
        document="intro",
        replaced="Before.",
        created=1700000000,
        changed=1700000000,
        author="Änne",
        tool="OmegaT 6",
        place=Place("a.rst", "menu", "Before.", "After."),
        corrects=("Erst", "Zweit"),
    )
    path = tmp_path / "de.home.tmx"
    plain = unit("a", "b", changed=1700000001, created=1700000001)
    write_home(path, [plain, whole])
    assert list(home_file.read(path)) == [whole, plain]
    lines = path.read_text("utf-8").splitlines()
    assert sum(line.startswith("<tu ") for line in lines) == len(lines) - 6 == 2
    # Other tools read it as TMX, and we too where it is named as any other file.
    assert etree.parse(str(path)).getroot().tag == "tmx"
    assert [(u.source, u.maker, u.state) for u in tmx.read(path)] == [
        (whole.source, HUMAN, State.APPROVED),
        ("a", HUMAN, State.REVIEWED),
    ]
    before = path.read_bytes()
    write_home(path, [])
    assert path.read_bytes() == before


def test_two_lines_of_one_source_stay(tmp_path: Path) -> None:
    path = tmp_path / "de.home.tmx"
    late, early = unit("a", "late", changed=9), unit("a", "early", changed=5)
    write_home(path, [late, early, replace(late, author="Ann")])
    assert [(u.target, u.author) for u in home_file.read(path)] == [
        ("early", ""),
        ("late", "Ann"),
    ]


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb"])
def test_what_no_file_can_hold_is_refused(text: str) -> None:
    for wrong in (unit("a", text), unit("a", "b", author=text)):
        with pytest.raises(MarkupError, match="XML has no way"):
            home_file.line_of(wrong)


def test_the_marks_of_a_merge_are_named(tmp_path: Path) -> None:
    path = tmp_path / "de.home.tmx"
    write_home(path, [unit("a", "b", changed=1)])
    text = path.read_text("utf-8")
    path.write_text(text.replace("<tu ", "<<<<<<< HEAD\n<tu "), "utf-8")
    with pytest.raises(InterchangeError, match=r"home.tmx:5: .*merge left its marks"):
        list(home_file.read(path))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("reviewed<", "splendid<", "state 'splendid'"),
        ('<tuv xml:lang="de"', '<tuv xml:lang="xx-nope"', "xx"),
        ("<seg>b</seg>", "", "one text in each of two languages"),
        ("<seg>b</seg>", "<seg> </seg>", "blank"),
    ],
)
def test_a_line_that_is_wrong_is_skipped_with_its_source(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    path = tmp_path / "de.home.tmx"
    write_home(path, [unit("a", "b", changed=1), unit("c", "d", changed=1)])
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    skipped: list[str] = []
    assert [u.source for u in home_file.read(path, skipped.append)] == ["c"]
    assert f"{path}:5: " in skipped[0]
    assert why in skipped[0]
    with pytest.raises(InterchangeError):
        list(home_file.read(path))


# The files of a book


def test_names_may_be_globs_and_hold_the_language(desk: Desk) -> None:
    for name in ("a.tmx", "tm/2.tmx", "tm/1.tmx", "tm/deep/3.tmx", "po/zh-Hans.tmx"):
        desk.file(name, unit("a", name))
    desk.file("po/not a language.tmx", unit("a", "never"))
    desk.files = replace(
        desk.files,
        names=("tm/2.tmx", "tm/*.tmx", "tm/**/*.tmx", "po/{language}.tmx", "no/*.tmx"),
    )
    warned: list[str] = []
    found = desk.files.found(warned.append)
    assert [f.path.relative_to(desk.folder).as_posix() for f in found] == [
        "tm/2.tmx",
        "tm/1.tmx",
        "tm/deep/3.tmx",
        "po/zh-Hans.tmx",
    ]
    assert found[3].pair == LanguagePair("en", "zh")
    assert warned == ["amts_memory_files: 'no/*.tmx' matches no file"]


def test_a_folder_with_signs_of_a_glob(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "a [b]*", "{language}.tmx")
    path = desk.file("de.tmx", unit("a", "b"))
    assert [f.path for f in desk.files.found(pytest.fail)] == [path]
    desk.memory.close()


def test_a_file_that_is_missing_is_an_error(desk: Desk) -> None:
    with pytest.raises(InterchangeError, match=r"none\.tmx cannot be read"):
        desk.learn("none.tmx")


def test_a_file_named_twice_is_one_origin(desk: Desk) -> None:
    write_home(desk.home, [unit("a", "home", changed=1)])
    desk.learn("memory/*.tmx", "memory/de.home.tmx")
    [origin] = desk.memory.origins()
    assert origin.origin.kind == "home"


def test_a_file_that_shrinks_warns_at_every_build_until_that_is_accepted(
    desk: Desk,
) -> None:
    units = [unit(f"Text {n}.", f"{n}") for n in range(20)]
    desk.file("a.tmx", *units)
    assert desk.learn("a.tmx") == []
    desk.file("a.tmx", *units[:19])
    assert desk.learn() == []
    desk.file("a.tmx", *units[:16])
    for _ in range(2):
        [warning] = desk.learn()
        assert "a.tmx has 16 units, and had 19" in warning
    desk.file("a.tmx")
    [warning] = desk.learn()
    assert "a.tmx has 0 units, and had 19" in warning
    desk.memory.forget_file("a.tmx")
    assert desk.learn() == []
    desk.file("a.tmx", *units)
    assert desk.learn() == []


@pytest.mark.parametrize("name", ["memory/de.home.tmx", "tm/a.tmx"])
def test_a_file_that_is_gone_warns_at_every_build_until_that_is_accepted(
    desk: Desk, name: str
) -> None:
    units = [unit(f"Text {n}.", f"{n}") for n in range(3)]
    path = desk.folder / name
    write_home(path, units)
    assert not any(" is not there" in each for each in desk.learn("tm/*.tmx"))
    text = path.read_bytes()
    path.unlink()
    for _ in range(2):
        warned = [each for each in desk.learn() if "matches no file" not in each]
        assert len(warned) == 1
        assert f"{name} is not there, and had 3 units" in warned[0]
        assert desk.published("Text 1.") == [None]
    path.write_bytes(text)
    desk.learn()
    assert desk.published("Text 1.") == ["1"]
    path.unlink()
    assert any("is not there" in each for each in desk.learn())
    desk.memory.forget_file(name)
    assert not any("is not there" in each for each in desk.learn())


def test_nothing_is_lost_with_a_file_that_was_renamed_or_is_not_asked_for(
    desk: Desk,
) -> None:
    path = desk.file("tm/a.tmx", unit("a", "A"), unit("b", "B"))
    assert desk.learn("tm/*.tmx") == []
    path.rename(path.with_name("b.tmx"))
    assert desk.learn() == []
    assert desk.published("a", "b") == ["A", "B"]
    path.with_name("b.tmx").unlink()
    assert desk.learn("tm/c*.tmx") == ["amts_memory_files: 'tm/c*.tmx' matches no file"]


def test_a_line_that_loses_its_code_warns_and_its_former_text_stands(
    desk: Desk,
) -> None:
    good = unit('Press <g id="1">it</g>.', '<g id="1">Das</g> drücken.')
    path = desk.file("a.tmx", good, unit("b", "B"))
    desk.learn("a.tmx")
    text = path.read_text("utf-8")
    path.write_text(text.replace('<bpt i="1" x="1" type="g"/>Das<ept i="1"/>', "Das"))
    for _ in range(2):
        [warning] = desk.learn()
        assert "a.tmx: the line for 'Press it.' cannot be used any more" in warning
        assert desk.published(good.source, "b") == [good.target, "B"]
    path.write_text(text)
    assert desk.learn() == []
    assert desk.published(good.source) == [good.target]


def test_a_blank_target_leaves_the_former_text_too(desk: Desk) -> None:
    path = desk.file("a.tmx", unit("a", "good"))
    desk.learn("a.tmx")
    path.write_text(path.read_text("utf-8").replace("<seg>good</seg>", "<seg> </seg>"))
    assert any("cannot be used any more" in each for each in desk.learn())
    assert desk.published("a") == ["good"]


def test_what_is_in_no_file_is_written_once_and_corrects_the_files(desk: Desk) -> None:
    desk.file("a.tmx", unit("a", "file"), unit("b", "same"))
    desk.memory.learn([unit("a", "by hand"), unit("b", "same"), unit("c", "new")])
    desk.learn("a.tmx")
    units = {u.source: u for u in home_file.read(desk.home)}
    assert set(units) == {"a", "c"}
    assert units["a"].corrects == ("file",)
    assert desk.published("a", "b", "c") == ["by hand", "same", "new"]
    assert desk.memory.conflicts(PAIR) == {}
    before = desk.home.read_bytes()
    desk.learn()
    assert desk.home.read_bytes() == before


def test_a_home_file_that_cannot_be_written_warns(desk: Desk) -> None:
    desk.memory.learn([unit("a", "by hand")])
    desk.home.parent.write_text("a file where the folder should be")
    [warning] = desk.learn()
    assert "stands in" in warning
    assert desk.published("a") == ["by hand"]


# Deliveries


def test_a_delivery_is_not_a_deletion(desk: Desk) -> None:
    desk.learn()
    first = desk.file("in/one.tmx", *(unit(s, s.upper()) for s in "abc"))
    done = desk.deliver(first)
    assert done.counts[Kind.NEW] == 3
    assert str(done) == f"{first}: 3 new"
    assert done.undo() == [f"rm {desk.home}"]
    second = desk.file("in/one.tmx", unit("b", "B2"), unit("c", "C"), unit("d", "D"))
    before = desk.home.read_bytes()
    done = desk.deliver(second)
    assert done.counts == counts(new=1, changed=1, equal=1)
    assert desk.published(*"abcd") == ["A", "B2", "C", "D"]
    [former] = done.written.values()
    assert former is not None
    assert former.read_bytes() == before
    assert done.undo() == [f"cp {former} {desk.home}"]
    # The memory is not needed for any of it.
    desk.memory.close()
    desk.memory.path.unlink()
    desk.memory = Memory(desk.memory.path)
    desk.learn()
    assert desk.published(*"abcd") == ["A", "B2", "C", "D"]


def counts(**given: int) -> dict[Kind, int]:
    least = {Kind.MACHINE: 0, Kind.REFUSED: 0}
    return least | {Kind[name.upper()]: count for name, count in given.items()}


def test_a_correction_of_a_listed_file_names_its_text(desk: Desk) -> None:
    desk.file("a.tmx", unit("a", "file", state=State.APPROVED))
    desk.learn("a.tmx")
    done = desk.deliver(desk.file("in.tmx", unit("a", "better")))
    assert done.counts[Kind.CHANGED] == 1
    [line] = home_file.read(desk.home)
    assert (line.corrects, line.author) == (("file",), "in.tmx")
    assert desk.published("a") == ["better"]
    assert desk.memory.conflicts(PAIR) == {}
    # What the file says anew is in conflict with it; both are shown.
    desk.file("a.tmx", unit("a", "newer"))
    desk.learn()
    [[conflict]] = desk.memory.conflicts(PAIR).values()
    assert conflict.published.unit.target == "better"
    assert conflict.other.unit.target == "newer"
    # Whoever takes one of them settles it.
    done = desk.deliver(desk.file("in.tmx", unit("a", "newer")))
    assert done.counts[Kind.CHANGED] == 1
    assert desk.published("a") == ["newer"]
    assert desk.memory.conflicts(PAIR) == {}


def test_two_people_who_differ_are_in_conflict_and_none_is_lost(desk: Desk) -> None:
    desk.deliver(desk.file("ann.tmx", unit("a", "Ann's")))
    done = desk.deliver(desk.file("bob.tmx", unit("a", "Bob's")))
    assert done.counts[Kind.CONFLICT] == 1
    [conflict] = done.conflicts
    assert conflict.published.unit.target == "Ann's"
    assert [u.target for u in home_file.read(desk.home)] == ["Ann's", "Bob's"]
    [[conflict]] = desk.memory.conflicts(PAIR).values()
    assert {conflict.published.unit.author, conflict.other.unit.author} == {
        "ann.tmx",
        "bob.tmx",
    }
    # The same delivery again says nothing new.
    before = desk.home.read_bytes()
    desk.deliver(desk.folder / "bob.tmx")
    assert desk.home.read_bytes() == before
    # Each may go on with their own text.
    done = desk.deliver(desk.file("bob.tmx", unit("a", "Bob's, mended")))
    assert done.counts[Kind.CHANGED] + done.counts[Kind.CONFLICT] == 1
    assert "Bob's, mended" in [u.target for u in home_file.read(desk.home)]


def test_a_text_that_was_corrected_since_does_not_come_back(desk: Desk) -> None:
    old = desk.file("a.tmx", unit("a", "old"))
    desk.deliver(old)
    desk.deliver(desk.file("a.tmx", unit("a", "new")), author="")
    done = desk.deliver(desk.file("late.tmx", unit("a", "old")))
    assert done.counts[Kind.OLDER] == 1
    assert done.written == {}
    assert desk.published("a") == ["new"]


def test_an_approval_is_a_change(desk: Desk) -> None:
    desk.deliver(desk.file("a.tmx", unit("a", "A", state=State.NEEDS_REVIEW)))
    done = desk.deliver(desk.file("b.tmx", unit("a", "A", state=State.APPROVED)))
    assert done.counts[Kind.CHANGED] == 1
    done = desk.deliver(desk.file("c.tmx", unit("a", "A")))
    assert done.counts[Kind.EQUAL] == 1
    [line] = home_file.read(desk.home)
    assert line.state is State.APPROVED


def test_machines_units_and_other_languages(desk: Desk) -> None:
    machine = TranslationUnit("m", "M", PAIR, "engine/1", State.MACHINE)
    foreign = replace(unit("x", "y"), pair=LanguagePair("fr", "de"))
    path = desk.file("a.tmx", machine, foreign, unit("a", "A"))
    done = desk.deliver(path)
    assert done.counts == counts(new=1, machine=1, refused=1)
    assert "fr → de" in desk.told[-1]
    assert desk.published("m", "a") == ["M", "A"]
    assert [u.source for u in home_file.read(desk.home)] == ["a"]


def test_a_delivery_that_cannot_be_read_changes_nothing(desk: Desk) -> None:
    desk.deliver(desk.file("a.tmx", unit("a", "A")))
    path = desk.file("b.tmx", *(unit(f"{n}", "x") for n in range(700)))
    path.write_bytes(path.read_bytes()[:-200])
    before = desk.home.read_bytes()
    with pytest.raises(InterchangeError, match="not well-formed"):
        desk.deliver(path)
    assert desk.home.read_bytes() == before
    assert desk.published("a", "1") == ["A", None]


def test_a_text_that_is_left_out_names_its_source_to_who_asks() -> None:
    left_out = importing.LeftOut(lambda _: None)
    left_out("plain")
    left_out(SkippedText("why", "Two  blanks.", PAIR))
    assert left_out.unusable == {(PAIR, "Two blanks.")}
