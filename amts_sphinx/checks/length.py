"""Targets that are much shorter or longer than others of their length.

What a language needs is learnt from the edition itself where that has enough texts.
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
#: Characters, blanks left out, that a source must have to be judged.
_ENOUGH: Final = 40
#: As many such texts tell what is usual in an edition.
_TEXTS: Final = 200
#: Characters that a language needs for the same, in tenths of what English needs.
_NEEDS: Final = {"Hans": 3.3, "Hant": 3.3, "Jpan": 4.8, "Kore": 5.2}
_USUAL_NEED: Final = 10.5
#: Standard deviation of the logarithm of the ratio, where it is not measured.
_SPREAD: Final = 0.25
#: Standard deviations from the usual ratio, downwards and upwards, that are allowed.
_SHORTER: Final = 2.8
_LONGER: Final = 4.5
#: Up to a size, as many times the usual spread; the longer a text, the less it varies.
_SPREADS: Final = ((60, 1.25), (160, 1.0), (math.inf, 0.85))
#: From the mean absolute deviation to the standard deviation.
_NORMAL: Final = 1.4826


class _Usual(NamedTuple):
    """What is usual in an edition, as logarithms of the ratio of lengths."""

    middle: float
    spread: float


@book_check(
    "length",
    Severity.WARNING,
    "The length of the target is what the language usually needs for a source of that"
    " length: as measured in the edition, or by a table of scripts in a small one.",
)
def _length(
    texts: Sequence[CheckedTexts], context: Context
) -> Iterator[tuple[int, str]]:
    sizes = [(_size(each.source), _size(each.target)) for each in texts]
    usual = _measured(sizes) or _guessed(context)
    for number, (mine, other) in enumerate(sizes):
        # What a person left in the source language is as long as it was.
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
