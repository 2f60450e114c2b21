"""Alignments made by hand, and how well one that was computed agrees with them.

A gold set holds no text: sentences are numbers within a section, with digests that tell
whether corpus and splitter are still those that it was made with. See ``gold/*.json``.
"""

from __future__ import annotations

import hashlib
import json
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from amts_sphinx import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.align import Pairing
    from amts_sphinx.units import Container, Segment

#: Sentences of the source and of the target.
Link = tuple[tuple[int, ...], tuple[int, ...]]
Book = dict[str, tuple["Container", ...]]


class DriftError(Exception):
    """The corpus or the sentences are not those that the gold set was made with."""


class Agreement(NamedTuple):
    """How many of what was found and of what is right are the same."""

    same: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.same / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of what is right that was found."""
        return self.same / self.right if self.right else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.same / ((self.found + self.right) or 1)

    def __str__(self) -> str:
        return (
            f"P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f} "
            f"({self.same} of {self.right})"
        )


class Section(NamedTuple):
    """A section's sentences, numbered within the document, and their links."""

    docname: str
    #: Number of the title that it begins with, from 0.
    number: int
    source: range
    target: range
    #: Those with sentences on both sides.
    links: frozenset[Link]


def read(path: Path, source: Book, target: Book) -> list[Section]:
    """Return the sections of a gold set, found in two editions.

    :raises DriftError: a sentence has another digest
    """
    data: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    found = []
    for each in data["sections"]:
        name, number = each["docname"], each["section"]
        ours = _section(source.get(name, ()), number, each["source"], f"{name} source")
        theirs = _section(
            target.get(name, ()), number, each["target"], f"{name} target"
        )
        links = frozenset(
            (tuple(ours[i] for i in mine), tuple(theirs[j] for j in other))
            for mine, other in each["links"]
            if mine and other
        )
        found.append(Section(name, number, ours, theirs, links))
    return found


def _section(
    containers: Sequence[Container], number: int, digests: Sequence[str], where: str
) -> range:
    """Return the sentences of the section that begins with title *number*."""
    titles = [n for n, c in enumerate(containers) if c.whole.kind == "title"]
    starts = [*sorted({0, *titles}), len(containers)]
    if number + 1 >= len(starts):
        msg = f"{where}: there is no section {number}"
        raise DriftError(msg)
    first, last = starts[number], starts[number + 1]
    before = sum(len(c.segments) for c in containers[:first])
    segments = [s for c in containers[first:last] for s in c.segments]
    have = [digest(segment) for segment in segments]
    if have != list(digests):
        msg = f"{where}, section {number} has other sentences now: {have}"
        raise DriftError(msg)
    return range(before, before + len(segments))


def digest(segment: Segment) -> str:
    """Return what tells a sentence from others, without its codes."""
    return hashlib.sha256(codes.plain(segment.source).encode()).hexdigest()[:8]


def strict(
    sections: Iterable[Section], found: Mapping[str, Sequence[Pairing]]
) -> Agreement:
    """Compare beads, which agree when all their sentences do.

    :param found: by document
    """
    return _agreement(
        (set(s.links), _links(s, found.get(s.docname, ()))) for s in sections
    )


def by_link(
    sections: Iterable[Section], found: Mapping[str, Sequence[Pairing]]
) -> Agreement:
    """Compare pairs of single sentences."""
    return _agreement(
        (_singles(s.links), _singles(_links(s, found.get(s.docname, ()))))
        for s in sections
    )


def _agreement(sets: Iterable[tuple[set[Link], set[Link]]]) -> Agreement:
    same = found = right = 0
    for gold, ours in sets:
        same += len(gold & ours)
        found += len(ours)
        right += len(gold)
    return Agreement(same, found, right)


def _links(section: Section, pairings: Iterable[Pairing]) -> set[Link]:
    """Return the beads that touch a section on either side."""
    return {
        (tuple(range(bead.first, bead.last)), tuple(range(bead.start, bead.end)))
        for pairing in pairings
        for bead, _ in pairing.sentences
        if all(bead.shape)
        and (_meets(section.source, bead[:2]) or _meets(section.target, bead[2:]))
    }


def _meets(section: range, span: tuple[int, int]) -> bool:
    return span[0] < section.stop and span[1] > section.start


def _singles(links: Iterable[Link]) -> set[Link]:
    return set(_each(links))


def _each(links: Iterable[Link]) -> Iterator[Link]:
    for mine, other in links:
        for i, j in product(mine, other):
            yield (i,), (j,)
