"""Two documents' sentences, blocks or sections as arrays, ready to be compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.align.text import Text

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: The kind of a title, as a number; those of other kinds are larger.
TITLE: Final = 0
#: A word that stands in a larger share of the source's sentences tells nothing.
_COMMON: Final = 0.2
_FEW: Final = 3
#: Tokens of a block or a section: its beginning tells which one it is.
_MOST_TOKENS: Final = 1000
#: What it costs to join two blocks: for sentences, for blocks of two kinds.
_JOINT: Final = 2.0


class Bag(NamedTuple):
    """Numbers that stand for strings, item by item."""

    #: Where each item starts in :attr:`ids`, and the number of ids.
    starts: Ints
    ids: Ints

    def grouped(self, firsts: Ints) -> Bag:
        """Make groups of items; *firsts* ends with the number of items."""
        return Bag(self.starts[firsts], self.ids)

    def beginnings(self, most: int) -> Bag:
        """Return the same items with their first ids, *most* of each."""
        place = np.arange(len(self.ids)) - self.starts[self.owners()]
        sizes = np.minimum(np.diff(self.starts), most)
        return Bag(np.append(0, np.cumsum(sizes)), self.ids[place < most])

    def distinct(self) -> Bag:
        """Return the same items, with each id once."""
        size = int(self.ids.max(initial=0)) + 1
        owners, ids = np.divmod(np.unique(self.owners() * size + self.ids), size)
        return Bag(np.searchsorted(owners, np.arange(len(self.starts))), ids)

    def part(self, first: int, last: int) -> Bag:
        """Return the items from *first* up to *last*."""
        starts = self.starts[first : last + 1]
        return Bag(starts - starts[0], self.ids[starts[0] : starts[-1]])

    def taken(self, items: Ints) -> Bag:
        """Return some of the items."""
        parts = [self.ids[self.starts[i] : self.starts[i + 1]] for i in items]
        sizes = [0, *map(len, parts)]
        ids = np.concatenate([*parts, np.empty(0, np.int64)])
        return Bag(np.cumsum(sizes), ids)

    def owners(self) -> Ints:
        """Return the item that each id belongs to."""
        sizes = np.diff(self.starts)
        return np.repeat(np.arange(len(sizes)), sizes)


@dataclass(frozen=True, slots=True)
class Side:
    """The items of one document at one level: sentences, blocks or sections."""

    #: In units of which an average sentence has forty, on both sides.
    lengths: Floats
    kinds: Ints
    #: What it costs to join each item to the one before it.
    joints: Floats
    #: Anchors and words that both documents have.
    anchors: Bag
    words: Bag
    #: Words that the lexicon knows, each once.
    tokens: Bag
    #: Number of anchors of each item, the other's unknown ones included.
    mass: Floats

    def grouped(self, firsts: Ints, kinds: Ints, joints: Floats) -> Side:
        """Return the side one level higher; *firsts* ends with the number of items."""
        return Side(
            np.add.reduceat(self.lengths, firsts[:-1]),
            kinds,
            joints,
            self.anchors.grouped(firsts),
            self.words.grouped(firsts),
            self.tokens.grouped(firsts).beginnings(_MOST_TOKENS).distinct(),
            np.add.reduceat(self.mass, firsts[:-1]),
        )

    def part(self, first: int, last: int) -> Side:
        """Return the items from *first* up to *last*."""
        return Side(
            self.lengths[first:last],
            self.kinds[first:last],
            self.joints[first:last],
            self.anchors.part(first, last),
            self.words.part(first, last),
            self.tokens.part(first, last),
            self.mass[first:last],
        )

    def taken(self, items: Ints) -> Side:
        """Return some of the items."""
        return Side(
            self.lengths[items],
            self.kinds[items],
            self.joints[items],
            self.anchors.taken(items),
            self.words.taken(items),
            self.tokens.taken(items),
            self.mass[items],
        )

    def __len__(self) -> int:
        return len(self.lengths)


class Levels(NamedTuple):
    """A document's sentences and blocks."""

    sentences: Side
    blocks: Side
    #: The number of each block's first sentence, and that of all sentences.
    firsts: Ints
    #: Depth of each block.
    depths: Ints


def sides(
    source: Text,
    target: Text,
    scales: tuple[float, float],
    vocabularies: tuple[Mapping[str, int], Mapping[str, int]],
) -> tuple[Levels, Levels]:
    """Return two documents with what they have in common numbered.

    :param scales: units of length per character, of the source and of the target
    :param vocabularies: the lexicon's numbers of the words that it knows
    """
    anchors = _shared(source.anchors, target.anchors)
    words = {w: n for w, n in _shared(source.tokens, target.tokens).items() if w[1:]}
    for word in _common(source.tokens) | _common(target.tokens):
        words.pop(word, None)
    kinds = {"title": TITLE}
    for kind in chain(source.kinds, target.kinds):
        kinds.setdefault(kind, len(kinds))
    ours = _levels(source, scales[0], (anchors, words, vocabularies[0]), kinds)
    theirs = _levels(target, scales[1], (anchors, words, vocabularies[1]), kinds)
    return ours, theirs


def _levels(
    text: Text,
    scale: float,
    numbers: tuple[Mapping[str, int], ...],
    kinds: Mapping[str, int],
) -> Levels:
    firsts = np.array(text.blocks, np.int64)
    of_blocks = np.array([kinds[kind] for kind in text.kinds], np.int64)
    joints = np.zeros(len(text.lengths), np.float32)
    joints[firsts[:-1]] = _JOINT
    sentences = Side(
        np.array(text.lengths, np.float32) * np.float32(scale),
        np.repeat(of_blocks, np.diff(firsts)),
        joints,
        _bag(text.anchors, numbers[0]),
        _bag(text.tokens, numbers[1]),
        _bag(text.tokens, numbers[2]),
        np.array(list(map(len, text.anchors)), np.float32),
    )
    changes = np.zeros(len(of_blocks), np.float32)
    changes[1:] = _JOINT * (of_blocks[1:] != of_blocks[:-1])
    blocks = sentences.grouped(firsts, of_blocks, changes)
    return Levels(sentences, blocks, firsts, np.array(text.levels, np.int64))


def _bag(items: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Bag:
    known = [[numbers[name] for name in item if name in numbers] for item in items]
    sizes = [0, *map(len, known)]
    ids = np.fromiter(chain.from_iterable(known), np.int64, sum(sizes))
    return Bag(np.cumsum(sizes), ids)


def _shared(
    source: Sequence[Sequence[str]], target: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Return the strings that both have, numbered in the source's order."""
    theirs = set(chain.from_iterable(target))
    both = (name for name in chain.from_iterable(source) if name in theirs)
    return {name: number for number, name in enumerate(dict.fromkeys(both))}


def _common(items: Sequence[Sequence[str]]) -> set[str]:
    """Return the tokens that stand in so many sentences that they tell nothing."""
    most = max(_FEW, len(items) * _COMMON)
    counts = Counter(chain.from_iterable(items))
    return {word for word, count in counts.items() if count > most}
