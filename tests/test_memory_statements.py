"""What is published of what several origins say: a function of them and their order."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.memory import statements
from amts_sphinx.memory.memory import Memory
from amts_sphinx.memory.statements import Origin, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "de")
HOME = Origin("home", "de.home.tmx", 1)
FIRST = Origin("file", "first.tmx", 2)
SECOND = Origin("file", "second.tmx", 3)
FORMER = Origin("file", "former.tmx", None)
ENGINE = Origin("engine", "engine/1", 9)


def say(
    origin: Origin,
    target: str,
    state: State = State.REVIEWED,
    number: int = 0,
    **more: object,
) -> Statement:
    maker = origin.name if origin.kind == "engine" else HUMAN
    unit = TranslationUnit("a", target, PAIR, maker, state)
    fields = {k: more.pop(k) for k in list(more) if k in Statement._fields}
    return Statement(replace(unit, **more), origin, number, **fields)  # type: ignore[arg-type]


CHOICES = {
    "a person before a machine": (
        [say(ENGINE, "machine", State.APPROVED), say(SECOND, "person")], "person"),
    "approved before reviewed": (
        [say(FIRST, "reviewed"), say(SECOND, "approved", State.APPROVED)], "approved"),
    "needs review last": (
        [say(HOME, "draft", State.NEEDS_REVIEW), say(SECOND, "reviewed")], "reviewed"),
    "the home file before the others": (
        [say(FIRST, "file"), say(HOME, "home")], "home"),
    "files as listed": ([say(SECOND, "second"), say(FIRST, "first")], "first"),
    "the last of one origin": (
        [say(FIRST, "early", number=1), say(FIRST, "late", number=7)], "late"),
    "a correction before an approved text that it names": (
        [say(FIRST, "old", State.APPROVED), say(HOME, "new", corrects=("old",))],
        "new"),
    "no correction of another text": (
        [say(FIRST, "newer", State.APPROVED), say(HOME, "new", corrects=("old",))],
        "newer"),
    "a correction of a correction": (
        [say(HOME, "one", changed=1), say(HOME, "two", changed=2, corrects=("one",))],
        "two"),
    "two that name each other: the later": (
        [say(HOME, "one", changed=1, corrects=("two",)),
         say(HOME, "two", changed=2, corrects=("one",))], "two"),
    "lines of a home file by date": (
        [say(HOME, "late", changed=9, number=1),
         say(HOME, "early", changed=2, number=2)], "late"),
    "no file that has left": (
        [say(FORMER, "former"), say(SECOND, "second")], "second"),
    "nothing retired": (
        [say(FIRST, "old", retired=5), say(SECOND, "second")], "second"),
    "but what stands for an unusable line": (
        [say(FIRST, "old", retired=5, kept=True), say(SECOND, "second")], "old"),
    "nothing of one place": (
        [say(HOME, "here", place=Place("b")), say(SECOND, "anywhere")], "anywhere"),
    "a sentence of its own before one of a paragraph": (
        [say(HOME, "part", part=True), say(SECOND, "own")], "own"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "published"), CHOICES.values(), ids=CHOICES)
def test_what_is_published(said: list[Statement], published: str) -> None:
    for order in permutations(said):
        chosen = statements.choose(order, ["engine/1"])
        assert chosen is not None
        assert chosen.unit.target == published


def test_no_machine_but_the_one_that_is_asked_for() -> None:
    other = Origin("engine", "engine/2", 10)
    said = [say(ENGINE, "one"), say(other, "two")]
    for makers, published in (
        (["engine/1"], "one"),
        (["engine/2", "engine/1"], "two"),
        (["engine/3"], None),
    ):
        chosen = statements.choose(said, makers)
        assert (chosen and chosen.unit.target) == published


CONFLICTS = {
    "two files": ([say(FIRST, "one"), say(SECOND, "two")], [("one", "two")]),
    "the same text": ([say(FIRST, "one"), say(SECOND, " one")], []),
    "other states": ([say(FIRST, "one"), say(SECOND, "two", State.APPROVED)], []),
    "one file": ([say(FIRST, "one", number=1), say(FIRST, "two", number=2)], []),
    "two lines of a home file": (
        [say(HOME, "one", changed=1), say(HOME, "two", changed=2)], [("two", "one")]),
    "a correction and its text": (
        [say(FIRST, "old"), say(HOME, "new", corrects=("old",))], []),
    "a correction and a newer text": (
        [say(FIRST, "newer"), say(HOME, "new", corrects=("old",))], [("new", "newer")]),
    "a correction and a newer approved text": (
        [say(FIRST, "newer", State.APPROVED), say(HOME, "new", corrects=("old",))],
        [("newer", "new")]),
    "two places": (
        [say(FIRST, "one", place=Place("a")), say(SECOND, "two", place=Place("b"))],
        []),
    "a machine": ([say(FIRST, "one"), say(ENGINE, "two")], []),
    "a file that has left": ([say(FIRST, "one"), say(FORMER, "two")], []),
    "three files, two texts": (
        [say(HOME, "one"), say(FIRST, "two"), say(SECOND, "two")], [("one", "two")]),
}  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), CONFLICTS.values(), ids=CONFLICTS)
def test_conflicts(said: list[Statement], expected: list[tuple[str, str]]) -> None:
    for order in permutations(said):
        found = statements.conflicts(order)
        texts = [(c.published.unit.target, c.other.unit.target) for c in found]
        assert texts == expected


def test_a_conflict_names_both_texts_files_and_authors() -> None:
    said = [say(FIRST, "one", author="Ann"), say(SECOND, "t" * 200)]
    [conflict] = statements.conflicts(said)
    message = statements.describe(conflict)
    assert "'one' (first.tmx, Ann) is published" in message
    assert f"'{'t' * 120}…' (second.tmx) is not" in message


# Through the memory


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def unit(source: str, target: str, **more: object) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(made, **more)  # type: ignore[arg-type]


def published(memory: Memory, *sources: str) -> dict[str, str]:
    found = memory.recall(PAIR, "engine/1", sources)
    return {key: each.target for key, each in found.items()}


def test_what_stood_behind_a_file_comes_back(memory: Memory) -> None:
    memory.learn([unit("a", "first"), unit("b", "first b")], file=("1.tmx", "1"))
    memory.learn([unit("a", "second")], file=("2.tmx", "1"))
    both = [("file", "1.tmx"), ("file", "2.tmx")]
    memory.arrange(both)
    assert published(memory, "a", "b") == {"a": "first", "b": "first b"}
    memory.arrange(both[::-1])
    assert published(memory, "a") == {"a": "second"}
    memory.arrange(both[1:])
    assert published(memory, "a", "b") == {"a": "second"}
    memory.arrange(both)
    memory.learn([unit("b", "first b")], file=("1.tmx", "2"))
    assert published(memory, "a", "b") == {"a": "second", "b": "first b"}
    [said] = memory.statements(PAIR, ["a"]).values()
    assert [(s.unit.target, s.stands) for s in said] == [
        ("first", False),
        ("second", True),
    ]


def test_of_two_units_in_one_file_the_last_stands_whatever_else_changes(
    memory: Memory,
) -> None:
    both = [unit("a", "one"), unit("a", "two")]
    memory.learn(both, file=("1.tmx", "1"))
    assert published(memory, "a") == {"a": "two"}
    memory.learn([*both[::-1], unit("b", "B")], file=("1.tmx", "2"))
    assert published(memory, "a") == {"a": "one"}
    memory.learn([unit("b", "B"), *both], file=("1.tmx", "3"))
    assert published(memory, "a") == {"a": "two"}


def test_a_line_that_became_unusable_leaves_its_former_text(memory: Memory) -> None:
    lost = [(PAIR, "a")]
    memory.learn([unit("a", "good"), unit("b", "B")], file=("1.tmx", "1"))
    memory.learn([unit("b", "B")], file=("1.tmx", "2"), unusable=lost)
    assert published(memory, "a", "b") == {"a": "good", "b": "B"}
    assert [each.unit.target for each in memory.kept()] == ["good"]
    memory.learn([unit("b", "B2")], file=("1.tmx", "3"), unusable=lost)
    assert published(memory, "a", "b") == {"a": "good", "b": "B2"}
    # Once the line is gone, so is its text; once it is mended, the new text counts.
    memory.learn([unit("b", "B")], file=("1.tmx", "4"))
    assert published(memory, "a", "b") == {"b": "B"}
    assert memory.kept() == []
    memory.learn([unit("a", "better"), unit("b", "B")], file=("1.tmx", "5"))
    assert published(memory, "a") == {"a": "better"}


def test_the_oldest_copy_and_a_new_clone_publish_the_same(tmp_path: Path) -> None:
    rng = random.Random(7)
    sources = [f"Text {n}." for n in range(12)]
    states = [State.APPROVED, State.REVIEWED, State.NEEDS_REVIEW]
    files = [("home", "h.tmx"), ("file", "1.tmx"), ("file", "2.tmx"), ("file", "3.tmx")]
    with ExitStack() as stack:
        oldest = stack.enter_context(Memory(tmp_path / "oldest.sqlite"))
        said: dict[tuple[str, str], list[TranslationUnit]] = {f: [] for f in files}
        for revision in range(40):
            file = rng.choice(files)
            said[file] = [
                unit(
                    source,
                    f"{rng.choice('abc')}{source}",
                    state=rng.choice(states),
                    changed=rng.randint(1, 5),
                    author=rng.choice(["", "Ann"]),
                    corrects=(f"a{source}",) if file[0] == "home" else (),
                )
                for source in rng.sample(sources, rng.randint(0, 12))
            ]
            oldest.learn(said[file], file=(file[1], str(revision)), kind=file[0])
            listed = files[: rng.randint(1, 4)]
            for each in listed:
                if not oldest.is_learnt(each[1], "", each[0]):
                    oldest.learn(said[each], file=(each[1], ""), kind=each[0])
            oldest.arrange(listed)
            clone = stack.enter_context(Memory(tmp_path / f"{revision}.sqlite"))
            for each in listed:
                clone.learn(said[each], file=(each[1], ""), kind=each[0])
            clone.arrange(listed)
            assert published(oldest, *sources) == published(clone, *sources)
            ours, theirs = (
                {
                    key: [(c.published.unit.target, c.other.unit.target) for c in found]
                    for key, found in each.conflicts(PAIR).items()
                }
                for each in (oldest, clone)
            )
            assert ours == theirs


def test_sentences_of_a_paragraph_are_known_where_the_pairing_is_sure(
    memory: Memory,
) -> None:
    memory.learn(
        [
            unit(
                'One <g id="1">sentence</g>. Another <x id="2"/> one.',
                'Ein <g id="1">Satz</g>. Noch <x id="2"/> einer.',
            ),
            unit("Two here. And there.", "Zwei hier und dort."),
            unit(
                'A <x id="1"/> b. C <x id="2"/> d.', 'A <x id="2"/> b. C <x id="1"/> d.'
            ),
            unit("See 1 now. See 2 now.", "Sieh 2 jetzt. Sieh 1 jetzt."),
        ],
        file=("1.tmx", "1"),
    )
    asked = [
        'One <g id="1">sentence</g>.',
        'Another <x id="1"/> one.',
        "Two here.",
        'A <x id="1"/> b.',
        "See 1 now.",
    ]
    assert published(memory, *asked) == {
        asked[0]: 'Ein <g id="1">Satz</g>.',
        asked[1]: 'Noch <x id="1"/> einer.',
    }
    # They are no units of their own.
    assert len(list(memory.units())) == 4
    assert sum(count.units for count in memory.count()) == 4
    memory.learn([], file=("1.tmx", "2"))
    assert published(memory, *asked) == {}


def test_states_have_an_order() -> None:
    ordered = [State.APPROVED, State.REVIEWED, State.NEEDS_REVIEW, State.DRAFT]
    for place, state in enumerate(ordered):
        assert all(statements.is_higher(state, other) for other in ordered[place + 1 :])
        assert not any(statements.is_higher(state, o) for o in ordered[: place + 1])
        assert statements.lowest(*ordered[: place + 1]) is state
