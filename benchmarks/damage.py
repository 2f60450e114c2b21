"""Faults for benchmarks/checks.py to seed: each takes a sound unit and spoils it.

A maker returns ``None`` for a unit that it cannot spoil. Only units without codes are
spoilt, but for lost codes, so that no other check than the one in question can tell.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import CheckEntry
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Location, Match, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.formats.terminology import Terminology

#: Of no book: sentences in languages that the edition is not in.
_OTHERS: Final = {
    "ja": (
        "今日は天気がよいので、庭で本を読みました。",
        "この章では、簡単な例を使って考え方を説明します。",
        "雨が降る前に、窓をすべて閉めてください。",
        "結果は次の表にまとめてあります。",
    ),
    "es": (
        "Hoy hace buen tiempo y hemos leído un libro en el jardín.",
        "En este capítulo explicamos la idea con un ejemplo sencillo.",
        "Cierre todas las ventanas antes de que empiece a llover.",
        "Los resultados se resumen en la tabla siguiente.",
    ),
    "en": (
        "The weather was fine today, and we read a book in the garden.",
        "This chapter explains the idea with a simple example.",
        "Close all the windows before it begins to rain.",
        "The results are summarised in the table below.",
    ),
}
_NUMBER: Final = re.compile(r"\d+")
_NOT: Final = re.compile(r"\b(?:do not|does not|is not|are not|not) ")
_DENIES: Final = re.compile("不会|不能|不是|没有|不|没|无")
_CJK_WORD: Final = re.compile(r"[\u4e00-\u9fff]{2}")
_LONG: Final = 20


def entry(unit: TranslationUnit, **changes: object) -> CheckEntry:
    """Return a unit as an entry, its target or other fields replaced."""
    where = Location(unit.document, unit.line)
    sound = CheckEntry(Segment(unit.source, "paragraph", where), unit.target)
    return replace(sound, **changes)  # type: ignore[arg-type]


class Damage:
    """Spoils units by chance."""

    def __init__(
        self, chance: Random, units: Sequence[TranslationUnit], terms: Terminology
    ) -> None:
        self._chance = chance
        self._units = units
        self._terms = terms

    def makers(self) -> dict[str, tuple[str, Callable[[TranslationUnit], object]]]:
        """Return what spoils a unit, by kind, with the check that should find it."""
        found: dict[str, tuple[str, Callable[[TranslationUnit], object]]] = {
            "number changed": ("numbers", self._number),
            "term replaced": ("terminology", self._term),
            "left untranslated": ("untranslated", lambda u: u.source),
            "half cut off": ("length", self._half),
            "from elsewhere": ("coverage", self._elsewhere),
            "code lost": ("codes", self._code),
            "bracket lost": ("brackets", self._bracket),
            "word repeated": ("repeated-words", self._twice),
            "question → statement": ("end-mark", lambda u: self._end(u, "？", "。")),
            "statement → question": ("end-mark", lambda u: self._end(u, "。", "？")),
            "end mark lost": ("end-mark", self._no_end),
            "half-width comma": ("punctuation", self._comma),
            "blank in the text": ("spacing", self._blank),
            "'not' dropped, near match": ("near-changed", self._not),
            "number of a near match": ("near-changed", self._near_number),
        }
        for tag in _OTHERS:
            found[f"in {tag}"] = ("wrong-language", self._in(tag))
        return found

    def _in(self, tag: str) -> Callable[[TranslationUnit], str]:
        return lambda _unit: self._chance.choice(_OTHERS[tag])

    def _number(self, unit: TranslationUnit) -> str | None:
        numbers = list(_NUMBER.finditer(unit.target))
        if not numbers or inline_codes.ids(unit.source):
            return None
        found = self._chance.choice(numbers)
        other = str(int(found[0]) + self._chance.randint(1, 9))
        return unit.target[: found.start()] + other + unit.target[found.end() :]

    def _term(self, unit: TranslationUnit) -> str | None:
        standing = self._terms.find(unit.source).values()
        usable = [term for term in standing if term in unit.target]
        others = [t for t in self._terms.terms.values() if t not in usable]
        if not usable:
            return None
        term = self._chance.choice(usable)
        return unit.target.replace(term, self._chance.choice(others))

    def _half(self, unit: TranslationUnit) -> str | None:
        half = len(unit.target) // 2
        return f"{unit.target[:half]}。" if half >= _LONG // 2 else None

    def _elsewhere(self, unit: TranslationUnit) -> str | None:
        other = self._chance.choice(self._units)
        if inline_codes.ids(other.target) or len(unit.target) < _LONG > len(
            other.target
        ):
            return None
        return None if other.target == unit.target else other.target

    def _code(self, unit: TranslationUnit) -> str | None:
        numbers = inline_codes.ids(unit.target)
        return inline_codes.without(unit.target, numbers[-1:]) if numbers else None

    def _bracket(self, unit: TranslationUnit) -> str | None:
        for mark in "）)”》":
            if mark in unit.target:
                return unit.target.replace(mark, "", 1)
        return None

    def _twice(self, unit: TranslationUnit) -> str | None:
        words = list(_CJK_WORD.finditer(unit.target))
        if not words:
            return None
        end = self._chance.choice(words).end()
        return unit.target[:end] + unit.target[end - 2 :]

    def _end(self, unit: TranslationUnit, mark: str, other: str) -> str | None:
        return unit.target[:-1] + other if unit.target.endswith(mark) else None

    def _no_end(self, unit: TranslationUnit) -> str | None:
        return unit.target[:-1] if unit.target[-1:] in {"。", "？"} else None

    def _comma(self, unit: TranslationUnit) -> str | None:
        return unit.target.replace("，", ",", 1) if "，" in unit.target else None

    def _blank(self, unit: TranslationUnit) -> str | None:
        words = list(_CJK_WORD.finditer(unit.target))
        if not words:
            return None
        place = self._chance.choice(words).start() + 1
        return f"{unit.target[:place]} {unit.target[place:]}"

    def _not(self, unit: TranslationUnit) -> CheckEntry | None:
        target = _DENIES.sub("", unit.target, count=1)
        if not _NOT.search(unit.source) or target == unit.target:
            return None
        near = replace(unit, source=_NOT.sub("", unit.source, count=1), target=target)
        return entry(unit, target=target, near=Match(near, 90))

    def _near_number(self, unit: TranslationUnit) -> CheckEntry | None:
        if self._number(unit) is None or not _NUMBER.search(unit.source):
            return None
        source = _NUMBER.sub(lambda n: str(int(n[0]) + 1), unit.source, count=1)
        return entry(replace(unit, source=source), near=Match(unit, 90))
