"""Which unit a changed sentence came from, by what the files say alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.memory import predecessors
from amts_sphinx.memory.lessons import Lessons
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "de")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def unit(source: str, document: str = "", **more: object) -> TranslationUnit:
    made = TranslationUnit(source, f"DE {source}", PAIR, HUMAN, State.REVIEWED)
    return replace(made, document=document, **more)  # type: ignore[arg-type]


def learn(memory: Memory, *units: TranslationUnit, digest: str = "1") -> None:
    memory.learn(units, file=("a.tmx", digest))


def found(memory: Memory, **documents: list[str]) -> dict[str, tuple[str, int]]:
    keys = [key for each in documents.values() for key in each]
    wanted = [key for key in keys if key.endswith("!")]
    near = predecessors.find(memory, PAIR, documents, wanted)
    return {key: (each.unit.source, each.score) for key, each in near.items()}


def test_a_unit_of_the_same_document_comes_before_a_likelier_one(
    memory: Memory,
) -> None:
    learn(
        memory,
        unit("The gauge must be cleaned each week.", "here"),
        unit("The gauge should be cleaned every month.", "there"),
    )
    sentence = "The gauge should be cleaned every week!"
    assert found(memory, here=[sentence])[sentence][0] == (
        "The gauge must be cleaned each week."
    )
    assert found(memory, other=[sentence])[sentence] == (
        "The gauge should be cleaned every month.",
        85,
    )


def test_what_the_book_still_has_is_nobodys_predecessor(memory: Memory) -> None:
    learn(memory, unit("It rains today.", "here"), unit("It rains now.", "here"))
    assert found(memory, here=["It rains today!", "It rains today."]) == {
        "It rains today!": ("It rains now.", 66)
    }


def test_two_sentences_never_have_one_predecessor(memory: Memory) -> None:
    learn(memory, unit("It rains today.", "here"))
    assert found(memory, here=["It rains today!", "It rains, today!"]) == {
        "It rains today!": ("It rains today.", 93)
    }


def test_the_neighbours_decide_between_equals(memory: Memory) -> None:
    learn(
        memory,
        unit("It rains at 1.", "here"),
        unit("It rains at 2.", "here", place=Place(before="Before.", after="After.")),
    )
    pages = ["Before.", "It rains at 3!", "After."]
    assert found(memory, here=pages)["It rains at 3!"][0] == "It rains at 2."


def test_other_texts_and_machines_are_no_predecessors(memory: Memory) -> None:
    learn(memory, unit("Something else entirely.", "here"))
    machine = replace(unit("It rains today.", "here"), maker="engine/1")
    memory.learn([replace(machine, state=State.MACHINE)])
    assert found(memory, here=["It rains today!"]) == {}


def test_every_clone_finds_the_same(memory: Memory, tmp_path: Path) -> None:
    units = [unit(f"It rains at {n} today.", "here") for n in range(9)]
    learn(memory, *units[::-1])
    learn(memory, *units[:4], digest="2")
    learn(memory, *units, digest="3")
    asked = [f"It rains at {n} o'clock!" for n in (3, 1, 7)]
    with Memory(tmp_path / "clone.sqlite") as clone:
        learn(clone, *units)
        assert found(memory, here=asked) == found(clone, here=asked)
        assert Lessons(memory, PAIR).digest != Lessons(clone, PAIR).digest
        learn(clone, *units, digest="3")
        assert Lessons(memory, PAIR).digest == Lessons(clone, PAIR).digest


def test_lessons_change_with_what_people_say(memory: Memory) -> None:
    learn(memory, unit("a"), replace(unit("b"), state=State.NEEDS_REVIEW))
    lessons = Lessons(memory, PAIR)
    assert ([each.source for each in lessons], len(lessons)) == (["a"], 2)
    seen = {lessons.digest}
    memory.learn([unit("c")])
    seen.add(lessons.digest)
    memory.learn([replace(unit("c"), target="other")])
    seen.add(lessons.digest)
    memory.arrange([])
    seen.add(lessons.digest)
    assert len(seen) == 4
    assert [each.target for each in lessons] == ["other"]
