"""A gold set of sentence links, and how far an alignment agrees with it.

The gold set holds no text: sentences are told by their places and by digests, so that
another edition of the corpus, or another splitter, is noticed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.readers import markdown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from amts_sphinx.align import Pairing
    from amts_sphinx.core.units import Container

    #: Sentences of both sides that belong together, by their places in a section.
    Link = tuple[tuple[int, ...], tuple[int, ...]]

GOLD: Final = Path(__file__).parent / "gold" / "d2l-en-zh.json"
#: Documents with their links: see the README there.
BOOK: Final = Path(__file__).parent / "gold" / "book"


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


def read_document(
    path: Path, languages: tuple[str, str]
) -> tuple[list[list[Container]], set[Link]]:
    """Read a document of :data:`BOOK`.

    :returns: the containers of both sides, and the links between their sentences, by
        the sentences' places in their document
    :raises ValueError: a side is not cut into the sentences that were linked
    """
    sections = _sections(path.read_text("utf-8"))
    order = sorted(sections, key=lambda section: section.place)
    rows, columns = _places(sections, 0), _places(order, 1)
    links = {(rows[key], columns[key]) for key in rows if rows[key] and columns[key]}
    sides = []
    for side, parts in enumerate((sections, order)):
        blank = "" if languages[side] == "zh" else " "
        text = "\n\n".join(part.markdown(side, blank) for part in parts)
        containers = list(markdown.read(text, path.stem, languages[side]))
        cut = sum(len(container.segments) for container in containers)
        wanted = sum(map(len, (rows, columns)[side].values()))
        if cut != wanted:
            raise ValueError(f"{path.name}: {cut} sentences, not {wanted}, in {side}")
        sides.append(containers)
    return sides, links


class _Section(NamedTuple):
    """A section as it stands in the file."""

    number: int
    #: Where it stands in the target, from 1.
    place: int
    #: Blocks, each with the sentences of both sides, link by link.
    blocks: list[list[tuple[list[str], list[str]]]]

    def markdown(self, side: int, blank: str) -> str:
        """Return the text of one side."""
        blocks = (
            blank.join(text for link in block for text in link[side])
            for block in self.blocks
        )
        return "\n\n".join(block for block in blocks if block)


def _sections(text: str) -> list[_Section]:
    sections: list[_Section] = []
    for paragraph in text.strip().split("\n\n"):
        block: list[tuple[list[str], list[str]]] = []
        for line in paragraph.splitlines():
            mark = line[:2] if line[:2] in {"# ", "- "} else ""
            source, target = (
                part.split(" | ") if part else []
                for part in map(str.strip, line.removeprefix(mark).split("=>"))
            )
            if mark == "# ":
                title, _, place = target[0].partition(" @")
                number = len(sections) + 1
                sections.append(_Section(number, int(place or number), []))
                target = [title]
            if mark:
                link = [mark + source[0]], [mark + target[0]]
                sections[-1].blocks.append([link])
            else:
                block.append((source, target))
        if block:
            sections[-1].blocks.append(block)
    return sections


def _places(
    sections: Sequence[_Section], side: int
) -> dict[tuple[int, int, int], tuple[int, ...]]:
    """Return the places of the sentences of each link, in the order of a side."""
    found = {}
    start = 0
    for section in sections:
        for number, block in enumerate(section.blocks):
            for place, link in enumerate(block):
                end = start + len(link[side])
                found[section.number, number, place] = tuple(range(start, end))
                start = end
    return found


def agreement(pairings: Sequence[Pairing], links: set[Link]) -> Agreement:
    """Compare what was found in one document with its *links*."""
    ours = {
        (0, (tuple(range(b.first, b.last)), tuple(range(b.start, b.end))))
        for pairing in pairings
        for b, _ in pairing.sentences
        if all(b.shape)
    }
    gold = {(0, link) for link in links}
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
