"""Targets that are much shorter or longer than usual for the length of their source.

What is usual is measured in the edition itself, if that has enough texts.
"""

from __future__ import annotations

import math
import re
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.checks.rules import THING, book_check
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: The source's word for a term, which a translator adds in brackets.
_GLOSS: Final = re.compile(r"（[A-Za-z][A-Za-z ,，'-]*）")
#: The least length, in characters without blanks, of a source that is checked.
_ENOUGH: Final = 40
#: The least number of such texts from which the usual length is measured.
_TEXTS: Final = 200
#: Characters that a language needs for ten characters of English.
_NEEDS: Final = {"Hans": 3.3, "Hant": 3.3, "Jpan": 4.8, "Kore": 5.2}
_USUAL_NEED: Final = 10.5
#: Standard deviation of the logarithm of the ratio, where it is not measured.
_SPREAD: Final = 0.25
#: How many standard deviations a target may be shorter than usual, and longer.
_SHORTER: Final = 2.8
_LONGER: Final = 4.5
#: Factors of the spread, up to a length each: longer texts vary less.
_SPREADS: Final = ((60, 1.25), (160, 1.0), (math.inf, 0.85))
#: From the median absolute deviation to the standard deviation.
_NORMAL: Final = 1.4826


class _Usual(NamedTuple):
    """The usual ratio of lengths, target by source, as logarithms."""

    middle: float
    spread: float


@book_check(
    "length",
    Severity.WARNING,
    "The length of the target is what the language usually needs for a source of that"
    " length: as measured in the edition, or for a small one by a table of scripts.",
)
def _length(
    texts: Sequence[CheckedTexts], context: Context
) -> Iterator[tuple[int, str]]:
    sizes = [(_size(each.source), _size(each.target)) for each in texts]
    usual = _measured(sizes) or _guessed(context)
    for number, (mine, other) in enumerate(sizes):
        # A text that a person left in the source language has not changed its length.
        same = texts[number].source == texts[number].target
        if mine < _ENOUGH or not other or same:
            continue
        off = math.log(other / mine) - usual.middle
        spread = usual.spread * next(s for most, s in _SPREADS if mine < most)
        if -_SHORTER <= off / spread <= _LONGER:
            continue
        much = math.exp(abs(off))
        how = "shorter" if off < 0 else "longer"
        yield number, f"it is {much:.1f} times {how} than usual for its source"


def _size(text: str) -> int:
    """Return the number of characters, without blanks, wordless codes and glosses."""
    if "（" in text:
        text = _GLOSS.sub("", text)
    return len("".join(text.replace(THING, "").split()))


def _measured(sizes: Sequence[tuple[int, int]]) -> _Usual | None:
    logs = [
        math.log(other / mine) for mine, other in sizes if mine >= _ENOUGH and other
    ]
    if len(logs) < _TEXTS:
        return None
    middle = median(logs)
    spread = _NORMAL * median(abs(each - middle) for each in logs)
    return _Usual(middle, max(spread, _SPREAD / 2))


def _guessed(context: Context) -> _Usual:
    mine, other = (
        _NEEDS.get(name_language(tag).script, _USUAL_NEED) for tag in context.pair
    )
    return _Usual(math.log(other / mine), _SPREAD)
