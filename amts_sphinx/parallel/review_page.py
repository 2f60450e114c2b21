"""A page with pairs side by side, the least sure first, for a person to look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import pages
from amts_sphinx.parallel import extract
from amts_sphinx.text import code_matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.parallel.extract import Parallel
    from amts_sphinx.parallel.pairs import Pair

#: The most pairs on the page: a browser is slow with more, and the surest need no look.
MOST: Final = 3000


class _Row(NamedTuple):
    """A pair with its texts as plain text."""

    pair: Pair
    source: str
    target: str


class _ReviewDocument(NamedTuple):
    name: str
    kept: int
    dropped: int
    #: The mean of the pairs that are used, 0–100.
    confidence: float | None
    #: The number of texts that were not learnt, by reason.
    left: Counter[str]


def write(path: Path, found: Parallel, pair: LanguagePair) -> None:
    """Write the page, which needs no other file.

    :raises InterchangeError: it cannot be written
    """
    ordered = sorted(
        found.pairs, key=lambda each: (each.score.confidence, *each.source.location[:1])
    )
    pages.write(
        path,
        "pairs.html",
        pair=pair,
        kept=len(found.kept),
        dropped=found.dropped(),
        documents=list(_documents(found)),
        pairs=[
            _Row(
                each, code_matching.shown(each.source), code_matching.shown(each.target)
            )
            for each in ordered[:MOST]
        ],
        untold=max(0, len(ordered) - MOST),
    )


def _documents(found: Parallel) -> Iterator[_ReviewDocument]:
    """Yield the documents, those with the lowest confidence first."""
    left = dict(extract.by_document(found.left))
    pairs: dict[str, list[Pair]] = {name: [] for name in left}
    for each in found.pairs:
        pairs.setdefault(each.source.location.docname, []).append(each)
    rows = []
    for name, own in pairs.items():
        sure = [each.score.confidence for each in own if not each.dropped]
        mean = sum(sure) / len(sure) if sure else None
        rows.append(
            _ReviewDocument(
                name, len(sure), len(own) - len(sure), mean, left.get(name, Counter())
            )
        )
    yield from sorted(rows, key=lambda row: (row.confidence or 0, row.name))
