"""How much people had to change: edit distance from the machine's text to theirs.

Words are compared, or letters where no blanks stand between words, without inline
markup. The share is that of translation edit rate without shifts, as in HTER (Snover et
al. 2006): edits by the length of the person's text, at most 1 for each text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.report.model import Effort, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.core.units import TranslationUnit

#: The part of the translators' work that the published system was to take off them.
GOAL: Final = 0.8
_LETTER: Final = re.compile(r"\S")


class WorkLeft(NamedTuple):
    """What is left for people to do; ``None`` where that is not known."""

    #: Of the source: the untranslated, and of machines' texts the part to change.
    words: int | None
    #: 0–1 of the words that people did not translate: what the machine takes off them.
    saved: float | None


def length(text: str, *, spaced: bool) -> int:
    """Return the words of plain *text*, or its letters in a script without blanks."""
    return len(text.split()) if spaced else len(_LETTER.findall(text))


def measure(corrections: Iterable[tuple[TranslationUnit, TranslationUnit]]) -> Effort:
    """Return the effort of *corrections*: a machine's unit, and what a person made."""
    texts = edits = whole = 0
    for machine, person in corrections:
        spaced = name_language(person.pair.target).spaced
        said, wanted = (
            _tokens(unit.target, spaced=spaced) for unit in (machine, person)
        )
        texts += 1
        whole += len(wanted)
        edits += min(Levenshtein.distance(said, wanted), len(wanted))
    return Effort(texts, edits / whole if whole else None)


def work_left(words: Mapping[Origin, int], effort: Effort) -> WorkLeft:
    """Return what is left to do of an edition with so many *words* of each origin."""
    untranslated = words.get(Origin.UNTRANSLATED, 0)
    machine = words.get(Origin.MACHINE, 0) + words.get(Origin.DRAFT, 0)
    if not machine:
        return WorkLeft(untranslated, None)
    if effort.share is None:
        return WorkLeft(None, None)
    left = round(untranslated + machine * effort.share)
    return WorkLeft(left, 1 - left / (untranslated + machine))


def _tokens(coded: str, *, spaced: bool) -> list[str]:
    text = inline_codes.plain(inline_codes.normalise(coded))
    return text.split() if spaced else _LETTER.findall(text)
