"""What was taken over from a near match though the source says something else.

A sentence can differ from another by a "not". Where a target is that of the other
sentence, what the two sources differ in must show in it.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import negation, numerals
from amts_sphinx.checks.rules import check, seen
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: Share of characters that two sources, or two targets, have in common when the one
#: may have been made of the other.
_NEARLY: Final = 0.75
_INDEFINITE: Final = 2


@check(
    "near-changed",
    Severity.ERROR,
    "Where the source differs by a negation or a number from a very similar one that is"
    " translated, the target differs from the other's target in the same way: a near"
    " match can lack a not.",
)
def _near_changed(texts: CheckedTexts, context: Context) -> Iterator[str]:
    near = texts.entry.near
    if near is None or texts.entry.by_human:
        return
    source, target = seen(near.unit.source), seen(near.unit.target)
    if not (_like(texts.source, source) and _like(texts.target, target)):
        return
    mine, other = context.pair
    there = _more(texts.source, source, mine)
    here = _more(texts.target, target, other)
    if there and here is not None and there * here <= 0:
        how = "more" if there > 0 else "less"
        yield f"the source has a 'not' {how} than {source!r}, but this has the same"
    elif _values(texts.source, mine) != _values(source, mine) and _values(
        texts.target, other
    ) == _values(target, other):
        yield f"the numbers are those of a similar source ({source!r})"


def _more(text: str, other: str, language: str) -> int | None:
    """Return how many more negations *text* has; ``None`` where they are not known."""
    count, beside = negation.count(text, language), negation.count(other, language)
    return None if count is None or beside is None else count - beside


def _values(text: str, language: str) -> Counter[frozenset[Decimal]]:
    """Return the numbers; "one" and "both" are hardly any."""
    spelt = (n for n in numerals.words(text, language) if min(n.readings) > _INDEFINITE)
    return Counter(each.readings for each in (*numerals.digits(text), *spelt))


def _like(one: str, other: str) -> bool:
    compared = SequenceMatcher(
        None, inline_codes.normalise(one), inline_codes.normalise(other), autojunk=False
    )
    return compared.quick_ratio() >= _NEARLY and compared.ratio() >= _NEARLY
