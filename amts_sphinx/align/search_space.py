"""Where the cheapest way may lead: through rooms, one after the other.

In a large room it keeps to a corridor along what both sides have only once, so that
time and memory grow with the length of a document, not with its square.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.align.features import Bag, Side

#: Half of the corridor's width, in items of the target.
_HALF: Final = 60
#: A room with fewer cells is searched as a whole.
_LARGE: Final = 120 * 120


class Room(NamedTuple):
    """What may be paired with what: the first items, and those after the last."""

    first: int
    last: int
    start: int
    end: int
    #: What is taken off the cost of pairing the items one by one.
    bonus: float = 0.0


class Bounds(NamedTuple):
    """Where the way may lead; arrays with one item per row, or per line of nodes."""

    #: Of each row: the room's last row and its columns, and the bonus.
    lasts: list[int]
    starts: list[int]
    ends: list[int]
    bonuses: list[tuple[int, float]]
    #: Of each line of nodes, before, between and after the rows: first and last node.
    lows: list[int]
    highs: list[int]


def bounds(source: Side, target: Side, rooms: Sequence[Room]) -> Bounds:
    """Return the rooms' walls by row, and the corridor through the large ones."""
    found = Bounds([], [], [], [], [0], [])
    chain = _chain(source, target)
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
            found.lows.append(
                max(room.start, room.end - _HALF) if large else room.start
            )
    found.highs.append(len(target))
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
    rows, columns = np.array(points).T
    centres: list[int] = np.interp(lines, rows, columns).astype(int).tolist()
    return centres


def _chain(source: Side, target: Side) -> list[tuple[int, int]]:
    """Return pairs of items that share what is in no other, as many as keep order."""
    if len(source) * len(target) <= _LARGE:
        return []
    pairs: set[tuple[int, int]] = set()
    for ours, theirs in (
        (_singles(source.anchors), _singles(target.anchors)),
        (_singles(source.words), _singles(target.words)),
    ):
        pairs |= {(row, theirs[name]) for name, row in ours.items() if name in theirs}
    return _rising(sorted(pairs, key=lambda pair: (pair[0], -pair[1])))


def _singles(bag: Bag) -> dict[int, int]:
    """Return the item of each id that only one has."""
    bag = bag.distinct()
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
