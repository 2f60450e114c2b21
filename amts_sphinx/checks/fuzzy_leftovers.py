"""Words of a near match that were left in a target though its source differs.

Two sentences can differ by a "not" alone. Where their targets are alike, the targets
must differ in this too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel

from amts_sphinx.checks import negation, numerals
from amts_sphinx.checks.rules import check, seen
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: The least share of common characters of two sources, or of two targets, of which one
#: may have been made from the other.
_NEARLY: Final = 0.75
#: Number words up to this one, such as "both", often mean no number.
_INDEFINITE: Final = 2


@check(
    "near-changed",
    Severity.ERROR,
    "Where the source differs from a very similar one by a negation or a number, the"
    " two targets differ in the same way: one may have been made from the other.",
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
        how = "more" if there > 0 else "fewer"
        yield f"the source has {how} negations than {source!r}, but the target has not"
    elif _values(texts.source, mine) != _values(source, mine) and _values(
        texts.target, other
    ) == _values(target, other):
        yield f"the numbers are those of a similar source ({source!r})"


def _more(text: str, other: str, language: str) -> int | None:
    """Return how many negations *text* has more than *other*.

    :returns: ``None`` where the negations of *language* are not known
    """
    count, beside = negation.count(text, language), negation.count(other, language)
    return None if count is None or beside is None else count - beside


def _values(text: str, language: str) -> Counter[frozenset[Decimal]]:
    """Return the numbers of *text*, without words such as "one" and "both"."""
    spelt = (n for n in numerals.words(text, language) if min(n.readings) > _INDEFINITE)
    return Counter(each.readings for each in (*numerals.digits(text), *spelt))


def _like(one: str, other: str) -> bool:
    found = Indel.normalized_similarity(
        inline_codes.normalise(one),
        inline_codes.normalise(other),
        score_cutoff=_NEARLY,
    )
    return found >= _NEARLY
