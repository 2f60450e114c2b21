"""Numbers in prose: in digits, in words, and in Chinese characters.

A number has readings, the values that it may mean: 1,000 is a thousand or one, 3
million is also 300万. Two numbers are the same if they have a reading in common.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


#: The cardinal numbers of each language from zero; ``|`` separates forms of one number.
_CARDINALS: Final = {
    "en": "zero|zeros|zeroes one|ones|once|single two|twice|both|double|pair"
    " three|triple four five six seven eight nine ten eleven twelve",
    "de": "null ein|eine|einen|einem|einer|eines|eins zwei|beide|beiden|doppelt drei"
    " vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "cero uno|una|un dos|ambos|ambas|doble tres cuatro cinco seis siete ocho"
    " nueve diez once doce",
    "fr": "zéro un|une deux|double trois quatre cinq six sept huit neuf dix onze douze",
    "it": "zero uno|una|un due|doppio tre quattro cinque sei sette otto nove dieci"
    " undici dodici",
    "pt": "zero um|uma dois|duas|ambos três quatro cinco seis sete oito nove dez onze"
    " doze",
    "nl": "nul een|één twee|beide drie vier vijf zes zeven acht negen tien elf twaalf",
}
#: Ordinals, large numbers and months, each word with its number.
_OTHERS: Final = {
    "en": "first 1 second 2 third 3 fourth 4 fifth 5 sixth 6 seventh 7 eighth 8 ninth"
    " 9 tenth 10 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17"
    " eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60"
    " seventy 70 eighty 80 ninety 90 hundred 100 thousand 1000 million 1000000"
    " billion 1000000000 dozen 12 half 0.5 quarter 0.25 january 1 february 2"
    " march 3 april 4 may 5 june 6 july 7 august 8 september 9 october 10"
    " november 11 december 12",
    "de": "erste 1 ersten 1 erster 1 zweite 2 zweiten 2 zweiter 2 dritte 3 dritten 3"
    " vierte 4 vierten 4 fünfte 5 fünften 5 zwanzig 20 hundert 100 tausend 1000"
    " million 1000000 milliarde 1000000000 januar 1 februar 2 märz 3 april 4 mai"
    " 5 juni 6 juli 7 august 8 september 9 oktober 10 november 11 dezember 12",
    "es": "primer 1 primero 1 primera 1 segundo 2 segunda 2 tercer 3 tercero 3"
    " tercera 3 cuarto 4 cuarta 4 quinto 5 quinta 5 veinte 20 cien 100 ciento"
    " 100 mil 1000 millón 1000000 enero 1 febrero 2 marzo 3 abril 4 mayo 5 junio"
    " 6 julio 7 agosto 8 septiembre 9 octubre 10 noviembre 11 diciembre 12",
    "fr": "premier 1 première 1 deuxième 2 second 2 seconde 2 troisième 3 quatrième 4"
    " cinquième 5 vingt 20 cent 100 mille 1000 million 1000000 milliard"
    " 1000000000 janvier 1 février 2 mars 3 avril 4 mai 5 juin 6 juillet 7 août"
    " 8 septembre 9 octobre 10 novembre 11 décembre 12",
}


@cache
def lexicon(language: str) -> dict[str, Decimal]:
    """Return the number words of a language, folded, with their values.

    :param language: BCP 47; an unknown language has none
    """
    primary = language.partition("-")[0].lower()
    words = {
        word: Decimal(number)
        for number, forms in enumerate(_CARDINALS.get(primary, "").split())
        for word in forms.split("|")
    }
    others = iter(_OTHERS.get(primary, "").split())
    return words | {word: Decimal(n) for word, n in zip(others, others, strict=True)}


#: A group of digits. Blanks and apostrophes count only as separators of thousands.
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+|['’\u00a0\u202f\u2009]\d{3}(?!\d))*")
_SEPARATOR: Final = re.compile(r"[.,'’\u00a0\u202f\u2009]")
_WIDE: Final = str.maketrans("．，％", ".,%")
_THOUSAND: Final = 3
#: Words that multiply the number before them, with the power of ten.
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
#: Roman numerals, as in lists and for centuries.
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
_DIGIT: Final = re.compile(r"\d")


class Numeral(NamedTuple):
    """A number in a text, with the values that it may mean."""

    text: str
    readings: frozenset[Decimal]


def digits(text: str) -> list[Numeral]:
    """Return the numbers in digits, in order."""
    if not _DIGIT.search(text):  # most texts, and much faster
        return []
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
    """Return the numbers in *number* if its commas separate items, as in (3,4)."""
    groups = number.text.split(",")
    if len(groups) == 1 or not all(group.isdecimal() for group in groups):
        return []
    return [Numeral(each, frozenset({Decimal(_ascii(each))})) for each in groups]


def _scaled(readings: set[Decimal], text: str, end: int) -> set[Decimal]:
    """Add the values that *readings* have with the word after them: 3 million."""
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
    """Return the values that a number in digits may mean."""
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
    """Yield the values that a run of Chinese numerals may mean: 一九九八 is 1998."""
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
