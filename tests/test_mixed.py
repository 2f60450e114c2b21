"""A paragraph of which an engine drafted the smaller part stays in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_translator import PAIR, Fake, book, memory, upper

from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from amts_sphinx.core.units import Edition
    from amts_sphinx.memory.memory import Memory

__all__ = ["memory"]  # a fixture

WHY = "most of the paragraph"
MOSTLY = "Dig it. The gauge of the harbour is read once a day."
PARTLY = "Dig the soil of the harbour first. Then read."


def knowing(*known: str, draft: bool = True) -> Fake:
    """Return an engine that translates the sentences *known* alone."""
    return Fake(lambda source: upper(source) if source in known else None, draft=draft)


def published(
    memory: Memory, engine: Fake, *texts: str
) -> tuple[list[str | None], Edition]:
    containers = book(*texts)
    translator = Translator(memory, engine, profile_for("es"))
    edition = translator.translate(containers, PAIR)
    again = translator.recall(containers, PAIR)
    assert again.units.keys() == edition.units.keys()
    assert [f.message for f in again.findings] == [f.message for f in edition.findings]
    return [translator.target(each, edition) for each in containers], edition


def left_out(edition: Edition) -> list[str]:
    return [f.source for f in edition.findings if WHY in f.message]


def test_most_of_it_was_left(memory: Memory) -> None:
    targets, edition = published(memory, knowing("Dig it."), MOSTLY)
    assert targets == [None]
    assert left_out(edition) == ["Dig it."]
    assert edition.units == {}
    # It is kept: who translates the rest gets it at once, and nobody asks again.
    rest = "The gauge of the harbour is read once a day."
    memory.learn([TranslationUnit(rest, "Cada día.", PAIR, HUMAN, State.REVIEWED)])
    engine = knowing()
    targets, edition = published(memory, engine, MOSTLY)
    assert targets == ["DIG IT. Cada día."]
    assert engine.requests == []
    assert left_out(edition) == []


def test_less_than_half_was_left(memory: Memory) -> None:
    engine = knowing("Dig the soil of the harbour first.")
    targets, edition = published(memory, engine, PARTLY)
    assert targets == ["DIG THE SOIL OF THE HARBOUR FIRST. Then read."]
    assert left_out(edition) == []


def test_a_sentence_that_stands_elsewhere_too(memory: Memory) -> None:
    targets, edition = published(memory, knowing("Dig it."), MOSTLY, "Dig it.")
    assert targets[1] == "DIG IT."
    assert left_out(edition) == []


@pytest.mark.parametrize("by_human", [True, False])
def test_what_is_no_draft_is_published(memory: Memory, *, by_human: bool) -> None:
    engine = knowing("Dig it.", draft=by_human)
    if by_human:
        person = TranslationUnit("Dig it.", "Cava.", PAIR, HUMAN, State.REVIEWED)
        memory.learn([person])
    targets, edition = published(memory, engine, MOSTLY)
    first = "Cava." if by_human else "DIG IT."
    assert targets == [f"{first} The gauge of the harbour is read once a day."]
    assert left_out(edition) == []
