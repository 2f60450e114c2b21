"""Numbers: a reader believes them, and a wrong one is hard to see."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import numerals
from amts_sphinx.checks.rules import check
from amts_sphinx.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.checks.numerals import Numeral
    from amts_sphinx.checks.rules import Context, Texts

#: Up to here languages write numbers in words, in their own way.
_SMALL: Final = Decimal(12)


@check(
    "numbers",
    Severity.WARNING,
    "The numbers of the source outside of markup stand in the target, and no others, in"
    " the form of either language: 1,000 or 1.000, two or 2 or 二.",
)
def _numbers(texts: Texts, context: Context) -> Iterator[str]:
    mine, other = numerals.digits(texts.source), numerals.digits(texts.target)
    if not mine and not other:
        return
    lost, new = _unmatched(mine, other)
    source, target = context.pair
    if lost:
        lost = _unexplained(lost, numerals.words(texts.target, target), target)
    if new:
        new = _unexplained(new, numerals.words(texts.source, source), source)
    if lost or new:
        yield _message(lost, new)


def _unmatched(
    mine: Sequence[Numeral], other: Sequence[Numeral]
) -> tuple[list[Numeral], list[Numeral]]:
    """Return the numbers of either side that have no counterpart."""
    left = list(other)
    lost: list[Numeral] = []
    for each in mine:
        twin = next((n for n in left if n.readings & each.readings), None)
        if twin is None:
            lost.append(each)
        else:
            left.remove(twin)
    return lost, left


def _unexplained(
    found: Sequence[Numeral], spelt: Sequence[Numeral], language: str
) -> list[Numeral]:
    """Return the numbers that the other side does not have in words either."""
    values = frozenset().union(*(each.readings for each in spelt))
    known = numerals.has_words(language)
    return [
        each
        for each in found
        if not each.readings & values and (known or min(each.readings) > _SMALL)
    ]


def _message(lost: Sequence[Numeral], new: Sequence[Numeral]) -> str:
    parts = []
    if lost:
        parts.append(f"lost {', '.join(each.text for each in lost)}")
    if new:
        parts.append(f"{', '.join(each.text for each in new)} is not in the source")
    return "; ".join(parts)
