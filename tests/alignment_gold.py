"""A gold set of sentence links, and how far an alignment agrees with it.

The gold set holds no text: sentences are told by their places and by digests, so that
another edition of the corpus, or another splitter, is noticed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from amts_sphinx.align import Pairing
    from amts_sphinx.core.units import Container

    #: Sentences of both sides that belong together, by their places in a section.
    Link = tuple[tuple[int, ...], tuple[int, ...]]

GOLD: Final = Path(__file__).parent / "gold" / "d2l-en-zh.json"


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F1, of whole beads and of pairs of sentences, 0–1."""

    beads: int
    strict: tuple[float, float, float]
    link: tuple[float, float, float]


def evaluate(
    source: Mapping[str, Sequence[Container]],
    target: Mapping[str, Sequence[Container]],
    found: Mapping[str, Sequence[Pairing]],
    path: Path = GOLD,
) -> Agreement:
    """Compare what was *found* in each document with the gold set.

    :raises ValueError: a section's sentences are not those that were linked by hand
    """
    ours: set[tuple[int, Link]] = set()
    gold: set[tuple[int, Link]] = set()
    for number, section in enumerate(json.loads(path.read_text("utf-8"))["sections"]):
        name = section["docname"]
        start = _checked(source[name], section, "source")
        begin = _checked(target[name], section, "target")
        rows = range(start, start + len(section["source"]))
        columns = range(begin, begin + len(section["target"]))
        for a, b in section["links"]:
            if a and b:
                gold.add((number, (tuple(a), tuple(b))))
        for pairing in found[name]:
            for bead, _ in pairing.sentences:
                if all(bead.shape) and (bead.first in rows or bead.start in columns):
                    mine = tuple(n - start for n in range(bead.first, bead.last))
                    other = tuple(n - begin for n in range(bead.start, bead.end))
                    ours.add((number, (mine, other)))
    return Agreement(
        len(gold), _scores(ours, gold), _scores(_pairs(ours), _pairs(gold))
    )


def _checked(
    containers: Sequence[Container], section: Mapping[str, Any], side: str
) -> int:
    """Return the place in the document of a section's first sentence."""
    starts = [n for n, c in enumerate(containers) if c.whole.kind == "title"]
    starts = sorted({0, *starts})
    first = starts[section["section"]]
    before = sum(len(c.segments) for c in containers[:first])
    sentences = [s for c in containers[first:] for s in c.segments]
    wanted = section[side]
    if [_digest(s.source) for s in sentences[: len(wanted)]] != wanted:
        raise ValueError(
            f"{section['docname']}, section {section['section']}: other sentences"
        )
    return before


def _digest(coded: str) -> str:
    return hashlib.sha256(inline_codes.plain(coded).encode()).hexdigest()[:8]


def _pairs(links: Collection[tuple[int, Link]]) -> set[tuple[int, int, int]]:
    return {(n, i, j) for n, (mine, other) in links for i in mine for j in other}


def _scores(
    ours: Collection[object], gold: Collection[object]
) -> tuple[float, float, float]:
    same = len(set(ours) & set(gold))
    precision, recall = same / max(1, len(ours)), same / max(1, len(gold))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
