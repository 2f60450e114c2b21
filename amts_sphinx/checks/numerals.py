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
    "decade": 1, "decades": 1, "hundred": 2, "thousand": 3, "million": 6,
    "millions": 6, "millionth": 6, "billion": 9, "billions": 9, "trillion": 12,
    "k": 3, "m": 6, "bn": 9, "mil": 3, "millón": 6, "millones": 6, "tausend": 3,
    "millionen": 6, "milliarde": 9, "milliarden": 9, "mille": 3, "milliard": 9,
    "milliards": 9, "百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8, "百万": 6,
    "千万": 7, "万亿": 12,
}  # fmt: skip
_SCALE: Final = re.compile(
    r"[ \u00a0\u202f-]?("
    + "|".join(sorted(_SCALES, key=len, reverse=True))
    + r")(?![a-z])",
    re.IGNORECASE,
)
#: The 1990s, which are the 90s of the 20th century.
_DECADE: Final = re.compile(r"(\d\d)(\d0)['’]?s\b")
_CENTURY: Final = re.compile(r"(\d\d?)世[纪紀](?:(\d0)年代)?")
#: A point of an enumeration, or a century.
_ROMAN: Final = re.compile(r"(?<=[(（])[ivx]{1,5}(?=[)）])|(?<!\w)[IVX]{1,6}(?!\w)")
_ROMAN_SIGNS: Final = {"i": 1, "v": 5, "x": 10}
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
    text = text.translate(_WIDE)
    found: list[Numeral] = []
    end = 0
    for number in _NUMBER.finditer(text):
        if number.start() < end:
            continue
        century = _CENTURY.match(text, number.start())
        if century:
            end = century.end()
            found.append(Numeral(century[0], frozenset(_of_century(century))))
            continue
        readings = _scaled(_values(number[0]), text, number.end())
        decade = _DECADE.match(text, number.start())
        if decade:
            readings |= {Decimal(decade[2]), Decimal(decade[1]) + 1}
        found.append(Numeral(number[0], frozenset(readings)))
    return found


def words(text: str, language: str) -> list[Numeral]:
    """Return the numbers in words of *language*, in Chinese and in Roman numerals."""
    known = lexicon(language)
    found = []
    for word in _WORD.finditer(text):
        value = known.get(word[0].casefold())
        if value is not None:
            readings = _scaled({value}, text, word.end())
            found.append(Numeral(word[0], frozenset(readings)))
    found += (
        Numeral(run[0], frozenset(_han_values(run[0]))) for run in _HAN.finditer(text)
    )
    found += (
        Numeral(roman[0], frozenset({_roman_value(roman[0])}))
        for roman in _ROMAN.finditer(text)
    )
    return found


def parts(number: Numeral) -> list[Numeral]:
    """Return the numbers that are in *number* if its commas separate: 3,4 in (3,4)."""
    groups = number.text.split(",")
    if len(groups) == 1 or not all(group.isdecimal() for group in groups):
        return []
    return [Numeral(each, frozenset({Decimal(_ascii(each))})) for each in groups]


def _scaled(readings: set[Decimal], text: str, end: int) -> set[Decimal]:
    """Add what *readings* are with the word that follows: 3 million."""
    scale = _SCALE.match(text, end)
    if not scale:
        return readings
    factor = Decimal(10) ** _SCALES[scale[1].lower()]
    return readings | {value * factor for value in readings}


def _of_century(century: re.Match[str]) -> Iterator[Decimal]:
    number = Decimal(_ascii(century[1]))
    yield number
    if century[2]:
        decade = Decimal(_ascii(century[2]))
        yield from (decade, (number - 1) * 100 + decade)


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


def _roman_value(roman: str) -> Decimal:
    signs = [_ROMAN_SIGNS[sign] for sign in roman.lower()]
    later = [*signs[1:], 0]
    return Decimal(
        sum(-n if n < beside else n for n, beside in zip(signs, later, strict=True))
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
