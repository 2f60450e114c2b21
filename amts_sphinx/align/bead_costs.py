"""What it costs to take some items of two documents for translations of each other.

The costs of all beads in a window are computed at once, as arrays with a row for each
first item of the source and a column for each first item of the target. They are
negative logarithms, more or less: length as a probability, evidence as a bonus.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from amts_sphinx.align.features import TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.align.features import Bag, Floats, Ints, Side
    from amts_sphinx.align.lexicon import Lexicon

#: A bead's shape: number of items of the source, of the target.
Shape = tuple[int, int]

#: How often a shape is seen in human editions.
SHAPES: Final[Mapping[Shape, float]] = {
    (1, 1): 0.88,
    (2, 1): 0.05,
    (1, 2): 0.03,
    (3, 1): 6e-3,
    (1, 3): 5e-3,
    (4, 1): 1.5e-3,
    (1, 4): 1e-3,
    (2, 2): 5e-5,
    (3, 2): 1e-5,
    (2, 3): 1e-5,
    (4, 2): 1e-5,
    (2, 4): 1e-5,
}
#: Equal anchors beyond this number are no more evidence; the same for words.
_ENOUGH_ANCHORS: Final = 6
_ENOUGH_WORDS: Final = 5
#: An id that an item has more often counts as often as this.
_REPEATS: Final = 3
#: The length that a shorter pair is judged as, so that chance counts for less.
_SHORTEST: Final = 3.0
#: The cost of kinds that differ, and of a title with something else.
_OTHER_KIND: Final = 2.0
_NO_TITLE: Final = 6.0
#: A word that only one side has costs this share of what a shared one gives.
_MISSING: Final = 0.6

#: About the most numbers that are gathered at once.
_CELLS: Final = 4_000_000

_GRID: Final = np.linspace(0, 6, 601)
_SURPRISE: Final = np.array([-math.log(max(math.erfc(z), 1e-12)) for z in _GRID])


@dataclass(frozen=True, slots=True)
class BeadWeights:
    """How much each kind of evidence counts, at one level."""

    #: Variance of a length, per unit of length.
    spread: float = 3.0
    #: The cost of an item without counterpart: once, per unit of length, at most.
    skip: float = 1.5
    skip_length: float = 0.08
    skip_most: float = math.inf
    anchors: float = 1.0
    words: float = 1.0
    lexicon: float = 6.0
    #: How often each shape is seen; no other is tried.
    shapes: tuple[tuple[Shape, float], ...] = tuple(SHAPES.items())

    def skips(self, lengths: Floats) -> Floats:
        """Return the cost of leaving each item without counterpart."""
        costs = np.minimum(self.skip + self.skip_length * lengths, self.skip_most)
        return np.asarray(costs, np.float32)


class Costs:
    """The costs of the beads of two documents, window by window."""

    def __init__(
        self, source: Side, target: Side, weights: BeadWeights, lexicon: Lexicon
    ) -> None:
        self.source = source
        self.target = target
        self.weights = weights
        self._lexicon = lexicon
        self._rows = max(a for (a, _), _ in weights.shapes)
        self._columns = max(b for (_, b), _ in weights.shapes)

    def window(self, rows: slice, columns: slice) -> dict[Shape, Floats]:
        """Return the costs of the beads that start in a window.

        :returns: for each shape an array, smaller than the window where its beads
            would end after the last item
        """
        last_row = min(len(self.source), rows.stop + self._rows - 1)
        last_column = min(len(self.target), columns.stop + self._columns - 1)
        source = self.source.part(rows.start, last_row)
        target = self.target.part(columns.start, last_column)
        shapes = {
            shape: chance
            for shape, chance in self.weights.shapes
            if shape[0] <= len(source) and shape[1] <= len(target)
        }
        costs = {
            (a, b): _length_and_kind(source, target, (a, b), self.weights.spread)
            - np.float32(math.log(chance))
            for (a, b), chance in shapes.items()
        }
        self._add_anchors(costs, source, target)
        self._add_words(costs, source, target)
        if self._lexicon.source:
            _add_lexicon(costs, source, target, self._lexicon, self.weights.lexicon)
        return costs

    def _add_anchors(
        self, costs: dict[Shape, Floats], source: Side, target: Side
    ) -> None:
        weight = np.float32(self.weights.anchors)
        same = _overlaps(source.anchors, target.anchors, costs)
        for a, b in costs:
            mine, other = slide(source.mass, a)[:, None], slide(target.mass, b)[None, :]
            found = same.get((a, b), np.float32(0))
            rest = np.minimum(mine + other - 2 * found, _ENOUGH_ANCHORS)
            costs[a, b] += weight * (rest / 2 - np.minimum(found, _ENOUGH_ANCHORS))

    def _add_words(
        self, costs: dict[Shape, Floats], source: Side, target: Side
    ) -> None:
        weight = np.float32(self.weights.words)
        same = _overlaps(source.words, target.words, costs)
        mass = np.asarray(np.diff(target.words.starts), np.float32)
        for shape, found in same.items():
            rest = slide(mass, shape[1])[None, :] - found
            missing = np.float32(_MISSING) * np.clip(rest, 0, _ENOUGH_WORDS)
            costs[shape] += weight * (missing - np.minimum(found, _ENOUGH_WORDS))


def slide(values: Floats, width: int) -> Floats:
    """Return the sums of *width* neighbours along the first axis."""
    total: Floats = values[: len(values) - width + 1].copy()
    for offset in range(1, width):
        total += values[offset : len(values) - width + 1 + offset]
    return total


def _slide_best(values: Floats, width: int) -> Floats:
    """Return the largest of *width* neighbours along the first axis."""
    best = values[: len(values) - width + 1]
    for offset in range(1, width):
        best = np.maximum(best, values[offset : len(values) - width + 1 + offset])
    return best


def surprise(source: Floats, target: Floats, spread: float) -> Floats:
    """Return the negative logarithm of the chance that lengths differ so much."""
    mean = np.maximum((source + target) / 2, _SHORTEST)
    far = np.abs(source - target) / np.sqrt(2 * spread * mean)
    return np.asarray(np.interp(far, _GRID, _SURPRISE), np.float32)


def _length_and_kind(source: Side, target: Side, shape: Shape, spread: float) -> Floats:
    a, b = shape
    cost = surprise(
        slide(source.lengths, a)[:, None], slide(target.lengths, b)[None, :], spread
    )
    rows, columns = cost.shape
    mine, other = source.kinds[:rows, None], target.kinds[None, :columns]
    title = (mine == TITLE) | (other == TITLE)
    cost += np.where(mine == other, 0, np.where(title, _NO_TITLE, _OTHER_KIND))
    if a > 1:
        cost += slide(source.joints[1:], a - 1)[:rows, None]
    if b > 1:
        cost += slide(target.joints[1:], b - 1)[None, :columns]
    return cost


def _overlaps(
    source: Bag, target: Bag, shapes: Mapping[Shape, object]
) -> dict[Shape, Floats]:
    """Return for each shape how many ids the items of both sides share."""
    shared = np.intersect1d(source.ids, target.ids)
    if not len(shared):
        return {}
    mine, other = _counts(source, shared), _counts(target, shared)
    repeats = int(min(mine.max(), other.max(), _REPEATS))
    levels = range(1, repeats + 1)
    of_source = {a: slide(mine, a) for a, _ in shapes}
    of_target = {b: slide(other, b) for _, b in shapes}
    ours = {a: [_at_least(x, k) for k in levels] for a, x in of_source.items()}
    theirs = {b: [_at_least(y, k).T for k in levels] for b, y in of_target.items()}
    found: dict[Shape, Floats] = {}
    for a, b in shapes:
        total = ours[a][0] @ theirs[b][0]
        for k in range(1, repeats):
            total += ours[a][k] @ theirs[b][k]
        found[a, b] = total
    return found


def _at_least(counts: Floats, number: int) -> Floats:
    return np.asarray(counts >= number, np.float32)


def _counts(bag: Bag, known: Ints) -> Floats:
    """Return how often each item has each of the *known* ids, which are sorted."""
    place = np.searchsorted(known, bag.ids)
    place[place == len(known)] = 0
    hits = known[place] == bag.ids
    size = len(bag.starts) - 1
    cells = bag.owners()[hits] * len(known) + place[hits]
    counts = np.bincount(cells, minlength=size * len(known))
    return np.asarray(counts.reshape(size, len(known)), np.float32)


def _add_lexicon(
    costs: dict[Shape, Floats],
    source: Side,
    target: Side,
    lexicon: Lexicon,
    weight: float,
) -> None:
    """Reward each bead by the share of its words that the other side accounts for."""
    mine, other = np.unique(source.tokens.ids), np.unique(target.tokens.ids)
    if not len(mine) or not len(other):
        return
    forward, backward = lexicon.tables(mine, other)
    ours = _Words(source.tokens, mine, lexicon.source_weights)
    theirs = _Words(target.tokens, other, lexicon.target_weights)
    best_source = theirs.best(forward.T)  # target items × words
    best_target = ours.best(backward)  # source items × words
    reached = {b: ours.sums(_slide_best(best_source, b)) for b in {b for _, b in costs}}
    back = {a: theirs.sums(_slide_best(best_target, a)) for a in {a for a, _ in costs}}
    for a, b in costs:
        there = slide(reached[b], a) / np.maximum(slide(ours.mass, a), 1e-6)[:, None]
        here = slide(back[a], b) / np.maximum(slide(theirs.mass, b), 1e-6)[:, None]
        costs[a, b] -= np.float32(weight * (a + b) / 4) * (there + here.T)


class _Words:
    """The words of a window's items, for sums and best values over them.

    Items have few of the window's words: to gather those is less work than a product
    of matrices, and no threads of a BLAS get in the way of other workers.
    """

    def __init__(self, bag: Bag, words: Ints, weights: Floats) -> None:
        items = len(bag.starts) - 1
        # A word that does not exist before each item's words: then none is empty.
        place = np.searchsorted(words, bag.ids)
        self._rows = np.insert(place, bag.starts[:-1], len(words))
        self._starts = bag.starts[:-1] + np.arange(items)
        self._ends = bag.starts[1:] + np.arange(1, items + 1)
        self._weights = np.append(weights[words], np.float32(0))
        self.mass = np.add.reduceat(self._weights[self._rows], self._starts)

    def best(self, table: Floats) -> Floats:
        """Return for each item the best row of *table*, that has a row a word."""
        return self._reduced(np.maximum, _with_zeros(table))

    def sums(self, table: Floats) -> Floats:
        """Return for each item the weighted sum of its columns of *table*."""
        return self._reduced(np.add, _with_zeros(table.T) * self._weights[:, None])

    def _reduced(self, reduce: np.ufunc, table: Floats) -> Floats:
        """Return for each item its words' rows of *table* made one, in small steps."""
        found = np.empty((len(self._starts), table.shape[1]), np.float32)
        step = max(1, _CELLS * len(found) // (len(self._rows) * table.shape[1] + 1))
        for first in range(0, len(found), step):
            starts = self._starts[first : first + step]
            rows = self._rows[starts[0] : self._ends[first : first + step][-1]]
            found[first : first + step] = reduce.reduceat(
                table[rows], starts - starts[0], axis=0
            )
        return found


def _with_zeros(table: Floats) -> Floats:
    zero = np.zeros((1, table.shape[1]), np.float32)
    return np.concatenate([table, zero])
