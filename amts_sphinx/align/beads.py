"""The cheapest way through two documents, bead by bead: dynamic programming.

The way leads through *rooms*, one after the other: a room is some items of the source
with those items of the target that they may be paired with. In a large room the way
keeps to a corridor, so that memory grows with the length of a document only.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from amts_sphinx.align.bags import Bag
    from amts_sphinx.align.costs import Costs, Shape

    Doubles = NDArray[np.float64]

#: Half of the corridor's width, in items of the target.
_HALF: Final = 60
#: A room with fewer cells is searched as a whole.
_LARGE: Final = 120 * 120
#: Most rows, and about the most columns, of a window of costs.
_ROWS: Final = 64
_COLUMNS: Final = 512
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


class Room(NamedTuple):
    """What may be paired with what: the first items, and those after the last."""

    first: int
    last: int
    start: int
    end: int
    #: What is taken off the cost of pairing the items one by one.
    bonus: float = 0.0


class _Bounds(NamedTuple):
    """Where the way may lead; arrays with one item per row, or per line of nodes."""

    #: Of each row: the room's last row and its columns, and the bonus.
    lasts: list[int]
    starts: list[int]
    ends: list[int]
    bonuses: list[tuple[int, float]]
    #: Of each line of nodes, before, between and after the rows: first and last node.
    lows: list[int]
    highs: list[int]


def find_beads(costs: Costs, rooms: Sequence[Room]) -> list[Bead]:
    """Return the cheapest beads, in order; what has no counterpart makes one too.

    :param rooms: one after the other, together all items of both sides
    """
    rows, columns = len(costs.source), len(costs.target)
    if not rows or not columns:
        return [Bead(i, i + 1, 0, 0) for i in range(rows)] + [
            Bead(0, 0, j, j + 1) for j in range(columns)
        ]
    bounds = _bounds(costs, rooms, columns)
    shapes = [shape for shape, _ in costs.weights.shapes]
    return _way_back(_Walk(costs, bounds, shapes).walk(), bounds, shapes, columns)


class _Walk:
    """Finds the cheapest way to every node, line by line."""

    def __init__(self, costs: Costs, bounds: _Bounds, shapes: Sequence[Shape]) -> None:
        self._costs = costs
        self._bounds = bounds
        self._shapes = shapes
        weights = costs.weights
        self._drops = weights.skips(costs.source.lengths).tolist()
        inserts = np.cumsum(weights.skips(costs.target.lengths), dtype=np.float64)
        self._inserts = np.concatenate([np.zeros(1), inserts])
        #: By line of nodes; those far behind are dropped.
        self._best: dict[int, Doubles] = {}
        self._how: list[NDArray[np.uint8]] = []

    def walk(self) -> list[NDArray[np.uint8]]:
        """Return for each node how it is reached best."""
        bounds = self._bounds
        rows = len(bounds.lasts)
        for low, high in zip(bounds.lows, bounds.highs, strict=True):
            self._how.append(np.full(high - low + 1, _INSERTED, np.uint8))
        self._line(0)[0] = 0.0
        for first, last in self._windows():
            start = bounds.lows[first]
            end = max(bounds.highs[first:last]) + 1
            end = min(end, len(self._costs.target))
            window = self._costs.window(slice(first, last), slice(start, end))
            for row in range(first, last):
                self._go_right(row)
                self._go_down(row)
                for number, shape in enumerate(self._shapes):
                    if shape in window:
                        cost = window[shape]
                        if row - first < len(cost):
                            self._go_along(row, number, cost[row - first], start)
                del self._best[row]
        self._go_right(rows)
        return self._how

    def _windows(self) -> Iterator[tuple[int, int]]:
        """Yield the first row, and that after the last, of each window."""
        lows, highs = self._bounds.lows, self._bounds.highs
        rows = len(self._bounds.lasts)
        first = 0
        while first < rows:
            last = first + 1
            while (
                last < rows
                and last - first < _ROWS
                and highs[last] - lows[first] < _COLUMNS
            ):
                last += 1
            yield first, last
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
        self._reach(row, (1, 0), _DROPPED, self._drops[row])

    def _go_along(self, row: int, number: int, cost: Doubles, start: int) -> None:
        """Add a bead that starts in *row*; *cost* is that of the columns from start."""
        shape = self._shapes[number]
        if row + shape[0] <= self._bounds.lasts[row]:
            self._reach(row, shape, number, cost, start)

    def _reach(
        self,
        row: int,
        shape: Shape,
        how: int,
        cost: Doubles | float,
        start: int = 0,
    ) -> None:
        bounds, (a, b) = self._bounds, shape
        below = bounds.lows[row + a]
        first = max(bounds.lows[row], bounds.starts[row], below - b)
        last = min(bounds.highs[row], bounds.ends[row] - b, bounds.highs[row + a] - b)
        if last < first:
            return
        if not isinstance(cost, float):
            cost = cost[first - start : last + 1 - start]
            diagonal, bonus = bounds.bonuses[row]
            if bonus and a == b == 1 and first <= diagonal <= last:
                cost = cost.copy()
                cost[diagonal - first] -= bonus
        low = bounds.lows[row]
        reached = self._best[row][first - low : last + 1 - low] + cost
        there = slice(first + b - below, last + 1 + b - below)
        best = self._line(row + a)[there]
        better = reached < best
        best[better] = reached[better]
        self._how[row + a][there][better] = how


def _way_back(
    how: Sequence[NDArray[np.uint8]],
    bounds: _Bounds,
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


def _bounds(costs: Costs, rooms: Sequence[Room], columns: int) -> _Bounds:
    """Return the rooms' walls by row, and the corridor through the large ones."""
    found = _Bounds([], [], [], [], [0], [])
    chain = _chain(costs)
    for room in rooms:
        rows, width = room.last - room.first, room.end - room.start
        large = rows * width > _LARGE
        centres = _centres(room, chain) if large else []
        for row in range(room.first, room.last):
            found.lasts.append(room.last)
            found.starts.append(room.start)
            found.ends.append(room.end)
            found.bonuses.append((room.start + row - room.first, room.bonus))
            # A line between two rooms spans both: it starts in the one above.
            if large:
                place = row - room.first
                if place:
                    found.lows[-1] = max(room.start, centres[place] - _HALF)
                found.highs.append(min(room.end, centres[place + 1] + _HALF))
            else:
                found.highs.append(room.end)
            found.lows.append(room.end - _HALF if large else room.start)
    found.highs.append(columns)
    return found


def _centres(room: Room, chain: Sequence[tuple[int, int]]) -> list[int]:
    """Return where the way probably leads, for each line of a room."""
    inside = [
        (row, column)
        for row, column in chain
        if room.first < row < room.last and room.start < column < room.end
    ]
    points = [(room.first, room.start), *inside, (room.last, room.end)]
    lines = np.arange(room.first, room.last + 1)
    centres: list[int] = (
        np.interp(lines, *zip(*points, strict=True)).astype(int).tolist()
    )
    return centres


def _chain(costs: Costs) -> list[tuple[int, int]]:
    """Return pairs of items that share what is in no other, as many as keep order."""
    if len(costs.source) * len(costs.target) <= _LARGE:
        return []
    pairs: set[tuple[int, int]] = set()
    for mine, other in (
        (costs.source.anchors, costs.target.anchors),
        (costs.source.words, costs.target.words),
    ):
        ours, theirs = _singles(mine), _singles(other)
        pairs |= {(row, theirs[name]) for name, row in ours.items() if name in theirs}
    return _rising(sorted(pairs, key=lambda pair: (pair[0], -pair[1])))


def _singles(bag: Bag) -> dict[int, int]:
    """Return the item of each id that only one has."""
    ids, first, counts = np.unique(bag.ids, return_index=True, return_counts=True)
    owners = bag.owners()[first]
    alone = counts == 1
    return dict(zip(ids[alone].tolist(), owners[alone].tolist(), strict=True))


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of pairs in which both numbers rise."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, column) in enumerate(pairs):
        place = bisect_left(ends, column)
        before.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [column]
        at[place : place + 1] = [number]
    chain: list[tuple[int, int]] = []
    step = at[-1] if at else -1
    while step >= 0:
        chain.append(pairs[step])
        step = before[step]
    return chain[::-1]
