"""Reference translations: passages that people translated.

A passage is the sentences of a paragraph, or of a pair of sentences, with what people
wrote in its place, even if they left something out or added something.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.align import align_documents
from amts_sphinx.core.languages import name_language
from amts_sphinx.parallel.extract import prose_of
from amts_sphinx.text import code_matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from amts_sphinx.align import Pairing
    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import Book, Container, LanguagePair, Segment


class Books(NamedTuple):
    """Two editions with their languages."""

    source: Book
    target: Book
    pair: LanguagePair

    def less(self, names: Sequence[str]) -> Books:
        """Return both editions without the documents *names*."""
        source, target = (
            {name: texts for name, texts in side.items() if name not in names}
            for side in self[:2]
        )
        return Books(source, target, self.pair)

    def turned(self) -> Books:
        """Return the editions in the opposite direction."""
        return Books(self.target, self.source, self.pair.turned)


class Passage(NamedTuple):
    """Sentences with people's translation of them."""

    document: str
    source: tuple[Segment, ...]
    target: tuple[Segment, ...]

    @property
    def place(self) -> str:
        """The location of its beginning."""
        return str(self.source[0].location)


class References(NamedTuple):
    """The reference translations of some documents."""

    pair: LanguagePair
    paragraphs: list[Passage]
    sentences: list[Passage]

    def sources(self) -> list[str]:
        """Return the distinct segments to translate."""
        passages = self.paragraphs + self.sentences
        return list(dict.fromkeys(s.source for p in passages for s in p.source))


def references(
    books: Books, names: Sequence[str], executor: Carrier | None = None
) -> References:
    """Align the documents *names*, without the others.

    :param executor: runs the alignment; by default this thread does
    """
    prose = [(prose_of(books.source[n]), prose_of(books.target[n])) for n in names]
    found = References(books.pair, [], [])
    aligned = align_documents(prose, books.pair, executor)
    for name, both, pairings in zip(names, prose, aligned, strict=True):
        for pairing in pairings:
            if all(pairing.blocks.shape):
                beads = _beads(name, both, pairing)
                found.sentences.extend(b for b in beads if b.source and b.target)
                source = tuple(s for bead in beads for s in bead.source)
                target = tuple(s for bead in beads for s in bead.target)
                if source and target:
                    found.paragraphs.append(Passage(name, source, target))
    return found


def _beads(
    name: str, both: tuple[list[Container], list[Container]], pairing: Pairing
) -> list[Passage]:
    ours, theirs = ([s for c in side for s in c.segments] for side in both)
    return [
        Passage(
            name,
            tuple(ours[bead.first : bead.last]),
            tuple(theirs[bead.start : bead.end]),
        )
        for bead, _ in pairing.sentences
    ]


def hypotheses(
    passages: Iterable[Passage],
    pair: LanguagePair,
    targets: Mapping[str, str],
    show: Callable[[Segment], str] = code_matching.shown,
) -> list[str]:
    """Return the translations of the passages as plain text.

    :param targets: coded targets by key; segments without one stay untranslated
    :param show: returns a segment as the text to compare
    """

    def translated(segment: Segment) -> Segment:
        target = targets.get(segment.key, segment.source)
        return replace(segment, source=target)

    blank = " " if name_language(pair.target).spaced else ""
    return [blank.join(show(translated(s)) for s in p.source) for p in passages]


def written(
    passages: Iterable[Passage],
    pair: LanguagePair,
    show: Callable[[Segment], str] = code_matching.shown,
) -> list[str]:
    """Return people's translations of the passages as plain text."""
    blank = " " if name_language(pair.target).spaced else ""
    return [blank.join(show(s) for s in p.target) for p in passages]


def sources(passages: Iterable[Passage], pair: LanguagePair) -> list[str]:
    """Return the sources of the passages as plain text."""
    blank = " " if name_language(pair.source).spaced else ""
    return [blank.join(code_matching.shown(s) for s in p.source) for p in passages]
