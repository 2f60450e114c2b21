"""How much people had to change: edit distance from the machine's text to theirs.

Words are compared, or letters for scripts without blanks, without inline markup. The
measure is translation edit rate without shifts, as in HTER (Snover et al. 2006): edits
divided by the length of the person's text, at most 1 for each text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.report.model import Effort, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.core.units import TranslationUnit

#: The goal of the published system: the part of translators' work that it saves.
GOAL: Final = 0.8
_LETTER: Final = re.compile(r"\S")


class WorkLeft(NamedTuple):
    """The work that is left for people; ``None`` where that is not known."""

    #: Words of the source: untranslated ones, and the part of machines' to be changed.
    words: int | None
    #: The part of the words that people did not translate which machines save, 0–1.
    saved: float | None


def length(text: str, *, spaced: bool) -> int:
    """Return the number of words of plain *text*, or of letters without blanks.

    :param spaced: whether the language has blanks between its words
    """
    return len(text.split()) if spaced else len(_LETTER.findall(text))


def measure(corrections: Iterable[tuple[TranslationUnit, TranslationUnit]]) -> Effort:
    """Return the effort of *corrections*: a machine's unit, and a person's after it."""
    texts = edits = whole = 0
    from rapidfuzz.distance import Levenshtein  # not in every build

    for machine, person in corrections:
        spaced = name_language(person.pair.target).spaced
        before, after = (
            _tokens(unit.target, spaced=spaced) for unit in (machine, person)
        )
        texts += 1
        whole += len(after)
        edits += min(Levenshtein.distance(before, after), len(after))
    return Effort(texts, edits / whole if whole else None)


def by_maker(
    corrections: Iterable[tuple[TranslationUnit, TranslationUnit]],
) -> dict[str, Effort]:
    """Return the effort with each machine's texts, by the name of its maker."""
    found: dict[str, list[tuple[TranslationUnit, TranslationUnit]]] = {}
    for both in corrections:
        found.setdefault(both[0].maker, []).append(both)
    return {maker: measure(found[maker]) for maker in sorted(found)}


def work_left(words: Mapping[Origin, int], effort: Effort) -> WorkLeft:
    """Return the work that is left in an edition.

    :param words: number of words by origin
    """
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
