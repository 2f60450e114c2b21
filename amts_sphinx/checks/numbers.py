"""Numbers that differ between a source and its target."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import numerals
from amts_sphinx.checks.rules import check
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.checks.numerals import Numeral
    from amts_sphinx.checks.rules import CheckedTexts, Context

#: Up to this number, languages differ in when they write numbers as words.
_SMALL: Final = Decimal(12)


@check(
    "numbers",
    Severity.WARNING,
    "The target has the numbers that the source has outside of markup, and no others,"
    " in the form of either language: 1,000 or 1.000, two or 2 or 二.",
)
def _numbers(texts: CheckedTexts, context: Context) -> Iterator[str]:
    mine, other = numerals.digits(texts.source), numerals.digits(texts.target)
    if not mine and not other:
        return
    gone, more = _missing(mine, other), _missing(other, mine)
    if not gone and not more:  # most texts: words are looked for in the others alone
        return
    source, target = context.pair
    spelt, respelt = (
        numerals.words(texts.source, source),
        numerals.words(texts.target, target),
    )
    lost = _unexplained(gone, respelt, target)
    new = _unexplained(more, spelt, source)
    if lost or any(min(each.readings) > _SMALL for each in new):
        yield _message(lost, new)
    elif new:
        # A translator may add a small number that the source only implies, or repeat
        # one less often than the source, but rarely does both in one text.
        fewer = [*_fewer(mine, other), *_missing(_definite(spelt), [*other, *respelt])]
        if fewer:
            yield _message(fewer, new)


def _missing(mine: Sequence[Numeral], other: Sequence[Numeral]) -> list[Numeral]:
    """Return the numbers of one side that the other does not have at all."""
    if not mine:
        return []
    there = [*other, *(part for each in other for part in numerals.parts(each))]
    values = frozenset().union(*(each.readings for each in there))
    return [
        each
        for each in mine
        if not each.readings & values and not _all_in(numerals.parts(each), values)
    ]


def _all_in(parts: Sequence[Numeral], values: frozenset[Decimal]) -> bool:
    return bool(parts) and all(part.readings & values for part in parts)


def _fewer(mine: Sequence[Numeral], other: Sequence[Numeral]) -> list[Numeral]:
    """Return the numbers of one side that the other has less often."""
    left = list(other)
    found: list[Numeral] = []
    for each in mine:
        twin = next((n for n in left if n.readings & each.readings), None)
        if twin is None:
            found.append(each)
        else:
            left.remove(twin)
    return found


def _definite(spelt: Sequence[Numeral]) -> list[Numeral]:
    """Return the number words that cannot be an article."""
    return [each for each in spelt if Decimal(1) not in each.readings]


def _unexplained(
    found: Sequence[Numeral], spelt: Sequence[Numeral], language: str
) -> list[Numeral]:
    """Return the numbers of *found* that the other side does not have as words."""
    values = frozenset().union(*(each.readings for each in spelt))
    known = numerals.has_words(language)
    return [
        each
        for each in found
        if not each.readings & values and (known or min(each.readings) > _SMALL)
    ]


def _message(lost: Sequence[Numeral], new: Sequence[Numeral]) -> str:
    gone = f"lost {', '.join(each.text for each in lost)}" if lost else ""
    more = ", ".join(each.text for each in new)
    verb = "are" if len(new) > 1 else "is"
    return "; ".join(filter(None, [gone, more and f"{more} {verb} not in the source"]))
