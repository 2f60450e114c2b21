"""Numbers in prose: in digits, in words, and in Chinese characters.

A number has readings: 1,000 is a thousand or one, 3 million is also 300万. Two numbers
are the same if they have a reading in common.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.checks.number_words import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A group of digits, blanks and apostrophes being marks only between thousands.
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+|['’\u00a0\u202f\u2009]\d{3}(?!\d))*")
_SEPARATOR: Final = re.compile(r"[.,'’\u00a0\u202f\u2009]")
_WIDE: Final = str.maketrans("．，％", ".,%")
_THOUSAND: Final = 3
#: What multiplies the number before it.
_SCALES: Final = {
    "hundred": 2, "thousand": 3, "million": 6, "millions": 6, "billion": 9,
    "billions": 9, "trillion": 12, "k": 3, "m": 6, "bn": 9,
    "mil": 3, "millón": 6, "millones": 6, "tausend": 3, "millionen": 6,
    "milliarde": 9, "milliarden": 9, "mille": 3, "milliard": 9, "milliards": 9,
    "百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8, "百万": 6, "千万": 7,
    "万亿": 12,
}  # fmt: skip
_SCALE: Final = re.compile(
    r"[ \u00a0\u202f-]?("
    + "|".join(sorted(_SCALES, key=len, reverse=True))
    + r")(?![a-z])",
    re.IGNORECASE,
)
_DECADE: Final = re.compile(r"\d\d(\d0)['’]?s\b")
_HAN_DIGITS: Final = {
    "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5,
    "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_HAN_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_HAN_MYRIADS: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_HAN: Final = re.compile("[〇零一二三四五六七八九两兩十百千万萬亿億]+")
_WORD: Final = re.compile(r"[^\W\d_]+")


class Numeral(NamedTuple):
    """A number as it stands in a text."""

    text: str
    readings: frozenset[Decimal]


def digits(text: str) -> list[Numeral]:
    """Return the numbers in digits, in order."""
    found: list[Numeral] = []
    text = text.translate(_WIDE)
    for number in _NUMBER.finditer(text):
        readings = _values(number[0])
        scale = _SCALE.match(text, number.end())
        if scale:
            factor = Decimal(10) ** _SCALES[scale[1].lower()]
            readings |= {value * factor for value in readings}
        decade = _DECADE.match(text, number.start())
        if decade:
            readings.add(Decimal(decade[1]))
        found.append(Numeral(number[0], frozenset(readings)))
    return found


def words(text: str, language: str) -> list[Numeral]:
    """Return the numbers in words of *language*, and those in Chinese characters."""
    known = lexicon(language)
    found = [
        Numeral(word[0], frozenset({value}))
        for word in _WORD.finditer(text)
        if (value := known.get(word[0].casefold())) is not None
    ]
    found += (
        Numeral(run[0], frozenset(_han_values(run[0]))) for run in _HAN.finditer(text)
    )
    return found


def has_words(language: str) -> bool:
    """Tell whether the number words of *language* are known."""
    primary = language.partition("-")[0].lower()
    return primary in {"zh", "ja"} or bool(lexicon(primary))


def _values(number: str) -> set[Decimal]:
    """Return what a number in digits may mean."""
    groups = [_ascii(group) for group in _SEPARATOR.split(number)]
    plain = Decimal("".join(groups))
    if len(groups) == 1:
        return {plain}
    grouped = all(len(group) == _THOUSAND for group in groups[1:])
    point = Decimal("".join(groups[:-1]) + "." + groups[-1])
    if len(groups) > 2:  # noqa: PLR2004 - a version, an address, or thousands
        return {plain, point}
    return {plain, point} if grouped else {point}


def _ascii(group: str) -> str:
    return (
        group
        if group.isascii()
        else "".join(str(unicodedata.decimal(c)) for c in group)
    )


def _han_values(run: str) -> Iterator[Decimal]:
    """Yield what a run of Chinese numerals may mean: 一九九八 is 1998."""
    if all(sign in _HAN_DIGITS for sign in run):
        yield Decimal("".join(str(_HAN_DIGITS[sign]) for sign in run))
        yield from (Decimal(_HAN_DIGITS[sign]) for sign in run)
        return
    total = part = digit = 0
    for sign in run:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif sign in _HAN_UNITS:
            part += (digit or 1) * _HAN_UNITS[sign]
            digit = 0
        else:
            total += ((part + digit) or 1) * _HAN_MYRIADS[sign]
            part = digit = 0
    yield Decimal(total + part + digit)
