"""Every copy of a book publishes the same, whatever its memory has seen before."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.memory.memory import Memory

PAIR = LanguagePair("en", "de")
SOURCES = ["Wait. Then go.", "Wait."]
FILES = [("home", "home.tmx"), ("file", "a.tmx"), ("file", "b.tmx")]


def unit(source: str, target: str, *, by: str = HUMAN, **more: Any) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, by, State.REVIEWED, created=1)
    return replace(made, **{"changed": 1, **more})


#: Few, so that a file often says again what it said before.
LINES = [
    unit("Wait.", "Eins."),
    unit("Wait.", "Zwei."),
    unit("Wait.", "Drei.", changed=2),
    unit("Wait.", "Zwei.", state=State.NEEDS_REVIEW),
    unit("Wait.", "Drei.", corrects=("Eins.",)),
    unit("Wait.", "Vier.", place=Place("page.rst")),
    unit("Wait.", "Eins.", by="engine/1"),
    unit("Wait. Then go.", "Eins. Zwei."),
    unit("Wait. Then go.", "Drei. Vier."),
]
lines = st.lists(st.sampled_from(LINES), max_size=4)
versions = st.lists(lines, min_size=len(FILES), max_size=len(FILES))


def learn(memory: Memory, files: list[list[TranslationUnit]]) -> None:
    for (kind, name), lines in zip(FILES, files, strict=True):
        memory.learn(lines, file=(name, repr(lines)), kind=kind)
    memory.arrange(FILES)


def published(memory: Memory) -> object:
    chosen = memory.recall(PAIR, "engine/1", SOURCES)
    at_place = memory.bound(PAIR)
    conflicts = memory.conflicts(PAIR)
    return (
        {key: (unit.target, unit.state) for key, unit in chosen.items()},
        {key: sorted(s.unit.target for s in said) for key, said in at_place.items()},
        {
            key: sorted((a.unit.target, b.unit.target) for a, b in found)
            for key, found in conflicts.items()
        },
        list(memory.units(PAIR)),
    )


@settings(deadline=None, max_examples=100)
@given(st.lists(versions, min_size=1, max_size=3))
def test_an_old_memory_publishes_what_a_new_one_does(
    history: list[list[list[TranslationUnit]]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder, "old.sqlite")) as old,
        Memory(Path(folder, "new.sqlite")) as new,
    ):
        for files in history:
            learn(old, files)
        learn(new, history[-1])
        assert published(old) == published(new)
