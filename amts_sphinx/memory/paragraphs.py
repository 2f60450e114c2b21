"""The sentences inside a unit of a whole paragraph, where it is sure which is which.

A person who translates by the paragraph says something of each of its sentences too.
When one sentence changes, the others keep their text; and a correction of one sentence
takes its place in the paragraph.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.text import segmentation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.core.units import LanguagePair, TranslationUnit

_NUMBER: Final = re.compile(r"\d+")
#: How far the length of a sentence's translation may be from what the lengths of the
#: paragraphs lead to expect: as a factor, or by so many characters.
_FACTOR: Final = 2.5
_SLACK: Final = 12


class SentencePair(NamedTuple):
    """A sentence of a paragraph, and its translation."""

    #: Coded text, its codes numbered from 1.
    source: str
    #: Coded text with the numbers of :attr:`source`.
    target: str
    #: The number that each code has in the paragraph, for the code 1, 2, 3, …
    numbers: tuple[int, ...]
    #: The translation as it stands in the paragraph, the blanks after it included.
    piece: str


@lru_cache(2**12)
def pairing(source: str, target: str, pair: LanguagePair) -> tuple[SentencePair, ...]:
    """Return the sentences of a paragraph with their translations, in order.

    It is sure which is which when both sides have as many sentences, each pair has the
    same codes and numbers, and their lengths fit.

    :param source: coded text of the paragraph
    :returns: nothing where it is not sure, or where there is one sentence only
    """
    ours = segmentation.pieces_of(source, pair.source)
    if len(ours) == 1:
        return ()
    theirs = segmentation.pieces_of(target, pair.target)
    if len(ours) != len(theirs):
        return ()
    found = []
    ratio = _length(target) / max(1, _length(source))
    for mine, other in zip(ours, theirs, strict=True):
        text, numbers = inline_codes.localise(mine.strip())
        if sorted(inline_codes.ids(other)) != sorted(numbers):
            return ()
        local = {number: place for place, number in enumerate(numbers, 1)}
        translation = inline_codes.renumber(other.strip(), local)
        if not _fit(text, translation, ratio, target):
            return ()
        found.append(SentencePair(text, translation, numbers, other))
    return tuple(found)


def parts(unit: TranslationUnit) -> list[TranslationUnit]:
    """Return the units of the sentences of a paragraph's *unit*."""
    return [
        replace(unit, source=each.source, target=each.target, corrects=())
        for each in pairing(unit.source, unit.target, unit.pair)
    ]


def corrected(pairs: tuple[SentencePair, ...], corrections: Mapping[int, str]) -> str:
    """Return the coded target of a paragraph with other sentences in some places.

    :param corrections: coded targets by the place of their sentence, from 0
    """
    pieces = []
    for place, each in enumerate(pairs):
        text = corrections.get(place)
        if text is None:
            pieces.append(each.piece)
        else:
            blanks = each.piece[len(each.piece.rstrip()) :]
            pieces.append(inline_codes.globalise(text, each.numbers) + blanks)
    return "".join(pieces)


def _fit(source: str, target: str, ratio: float, paragraph: str) -> bool:
    """Tell whether *target* can be the translation of *source*.

    :param ratio: of the lengths of the paragraphs
    :param paragraph: all of the translation
    """
    if inline_codes.compare(source, target) or not inline_codes.normalise(target):
        return False
    expected, length = ratio * _length(source), _length(target)
    near = abs(length - expected) <= _SLACK
    if not near and not expected / _FACTOR <= length <= expected * _FACTOR:
        return False
    here, all_of_them = (
        set(_NUMBER.findall(inline_codes.plain(text))) for text in (target, paragraph)
    )
    wanted = set(_NUMBER.findall(inline_codes.plain(source))) & all_of_them
    return wanted <= here


def _length(coded: str) -> int:
    return len(inline_codes.plain(coded))
