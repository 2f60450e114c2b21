"""One source with several targets, which readers may take for different things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.checks.rules import book_check
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.checks.rules import CheckedTexts, Context


@book_check(
    "inconsistent",
    Severity.WARNING,
    "A source that occurs several times in the book always has the same translation."
    " Capitals, blanks and the mark at the end make no difference.",
)
def _inconsistent(
    texts: Sequence[CheckedTexts], _context: Context
) -> Iterator[tuple[int, str]]:
    firsts: dict[str, int] = {}
    for number, each in enumerate(texts):
        key = _key(each.entry.segment.source)
        if not key or not inline_codes.has_words(each.entry.segment.source):
            continue
        first = texts[firsts.setdefault(key, number)]
        if _key(first.entry.target or "") != _key(each.entry.target or ""):
            where = first.entry.segment.location
            yield number, f"elsewhere ({where}) it is translated {first.target!r}"


def _key(coded: str) -> str:
    """Return a text without what makes no difference to a reader."""
    bare = inline_codes.normalise(coded).casefold().replace(" ", "")
    return bare.rstrip(".:;,!?。：；，！？")
