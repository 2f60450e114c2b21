"""The cheapest way through two documents, bead by bead: dynamic programming.

The way leads through rooms, one after the other, and in a large one keeps to a corridor
(:mod:`amts_sphinx.align.search_space`), so that memory grows only with the length of a
document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.align import search_space

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from amts_sphinx.align.bead_costs import Costs, Shape
    from amts_sphinx.align.search_space import Bounds, Room

    Doubles = NDArray[np.float64]

#: Most rows and columns of a window of costs, and most combinations of two tokens; one
#: row is always computed at once.
_ROWS: Final = 64
_COLUMNS: Final = 512
_WORK: Final = 8_000_000
#: Ways that differ by less cost the same: then what has no counterpart comes last.
_EQUAL: Final = 1e-4
#: How a cell was reached when not by a bead.
_DROPPED: Final = 254
_INSERTED: Final = 255


class Bead(NamedTuple):
    """Items of the source and their translation: the first and after the last."""

    first: int
    last: int
    start: int
    end: int

    @property
    def shape(self) -> Shape:
        """The number of items of the source and of the target."""
        return self.last - self.first, self.end - self.start

    def moved(self, rows: int, columns: int) -> Bead:
        """Return the bead with its numbers counted from elsewhere."""
        return Bead(
            self.first + rows,
            self.last + rows,
            self.start + columns,
            self.end + columns,
        )


def find_beads(costs: Costs, plan: Sequence[Room]) -> list[Bead]:
    """Return the cheapest beads, in order; what has no counterpart makes one too.

    :param plan: the rooms, one after the other, together all items of both sides
    """
    rows, columns = len(costs.source), len(costs.target)
    if not rows or not columns:
        return [Bead(i, i + 1, 0, 0) for i in range(rows)] + [
            Bead(0, 0, j, j + 1) for j in range(columns)
        ]
    bounds = search_space.bounds(costs.source, costs.target, plan)
    shapes = [shape for shape, _ in costs.weights.shapes]
    return _way_back(_BeadWalk(costs, bounds, shapes).walk(), bounds, shapes, columns)


class _BeadWalk:
    """Finds the cheapest way to every node, line by line."""

    def __init__(self, costs: Costs, bounds: Bounds, shapes: Sequence[Shape]) -> None:
        self._costs = costs
        self._bounds = bounds
        self._shapes = shapes
        weights = costs.weights
        self._drops = weights.skips(costs.source.lengths).tolist()
        inserts = np.cumsum(weights.skips(costs.target.lengths), dtype=np.float64)
        self._inserts = np.concatenate([np.zeros(1), inserts])
        #: By line of nodes; those that the way has passed are dropped.
        self._best: dict[int, Doubles] = {}
        self._how = [
            np.full(high - low + 1, _INSERTED, np.uint8)
            for low, high in zip(bounds.lows, bounds.highs, strict=True)
        ]

    def walk(self) -> list[NDArray[np.uint8]]:
        """Return for each node how it is reached best."""
        self._line(0)[0] = 0.0
        for first, last, start, end in self._windows():
            window = self._costs.window(slice(first, last), slice(start, end))
            for row in range(first, last):
                self._go_right(row)
                self._go_down(row)
                for number, shape in enumerate(self._shapes):
                    costs = window.get(shape, ())
                    if row - first < len(costs):
                        self._reach(row, shape, number, costs[row - first], start)
                del self._best[row]
        self._go_right(len(self._bounds.lasts))
        return self._how

    def _windows(self) -> Iterator[Bead]:
        """Yield windows of costs, small enough to be computed at once."""
        lows, highs = self._bounds.lows, self._bounds.highs
        rows, columns = len(self._bounds.lasts), len(self._costs.target)
        ours, theirs = (
            self._costs.source.tokens.starts,
            self._costs.target.tokens.starts,
        )
        first = 0
        while first < rows:
            start, last = lows[first], first
            end = start
            while last < min(rows, first + _ROWS):
                further = max(end, min(highs[last] + 1, columns))
                work = (ours[last + 1] - ours[first]) * (
                    theirs[further] - theirs[start]
                )
                if last > first and (further - start > _COLUMNS or work > _WORK):
                    break
                last, end = last + 1, further
            yield Bead(first, last, start, end)
            first = last

    def _line(self, number: int) -> Doubles:
        if number not in self._best:
            self._best[number] = np.full(len(self._how[number]), np.inf)
        return self._best[number]

    def _go_right(self, number: int) -> None:
        """Leave items of the target without counterpart."""
        best = self._line(number)
        low, high = self._bounds.lows[number], self._bounds.highs[number]
        spent = self._inserts[low : high + 1]
        bare = best - spent
        lowest = np.minimum.accumulate(bare)[:-1]
        better = np.flatnonzero(lowest <= bare[1:] + _EQUAL)
        best[better + 1] = lowest[better] + spent[better + 1]
        self._how[number][better + 1] = _INSERTED

    def _go_down(self, row: int) -> None:
        """Leave an item of the source without counterpart."""
        low, high = self._bounds.lows[row], self._bounds.highs[row]
        cost = np.full(high - low + 1, self._drops[row])
        self._reach(row, (1, 0), _DROPPED, cost, low)

    def _reach(
        self, row: int, shape: Shape, how: int, cost: Doubles, start: int
    ) -> None:
        """Try the beads of one shape that begin in *row*.

        :param cost: that of each column from *start*
        """
        bounds, (a, b) = self._bounds, shape
        if row + a > bounds.lasts[row]:
            return
        low, below = bounds.lows[row], bounds.lows[row + a]
        first = max(low, bounds.starts[row], below - b)
        last = min(bounds.highs[row], bounds.ends[row] - b, bounds.highs[row + a] - b)
        if last < first:
            return
        reached = self._best[row][first - low : last + 1 - low].copy()
        reached += cost[first - start : last + 1 - start]
        diagonal, bonus = bounds.bonuses[row]
        if a == b == 1 and first <= diagonal <= last:
            reached[diagonal - first] -= bonus
        there = slice(first + b - below, last + 1 + b - below)
        best = self._line(row + a)[there]
        better = reached < best - _EQUAL
        best[better] = reached[better]
        self._how[row + a][there][better] = how


def _way_back(
    how: Sequence[NDArray[np.uint8]],
    bounds: Bounds,
    shapes: Sequence[Shape],
    columns: int,
) -> list[Bead]:
    beads: list[Bead] = []
    row, column = len(bounds.lasts), columns
    while row or column:
        step = int(how[row][column - bounds.lows[row]])
        if step == _INSERTED:
            a, b = 0, 1
        elif step == _DROPPED:
            a, b = 1, 0
        else:
            a, b = shapes[step]
        beads.append(Bead(row - a, row, column - b, column))
        row, column = row - a, column - b
    return beads[::-1]
