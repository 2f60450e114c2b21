"""Which section of one document is which section of the other.

Titles and what stands under them are matched in order. A section that has no
counterpart in its place may have moved: it is looked for among those that are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.align.bead_costs import BeadWeights, Costs
from amts_sphinx.align.beads import Bead, find_beads
from amts_sphinx.align.features import TITLE
from amts_sphinx.align.search_space import Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.align.bead_costs import Shape
    from amts_sphinx.align.features import Floats, Ints, Levels, Side
    from amts_sphinx.align.lexicon import Lexicon

_ONE_TO_ONE: Final = (((1, 1), 0.95),)
_BODY: Final = BeadWeights(
    spread=10,
    skip=3,
    skip_length=0.004,
    skip_most=7,
    lexicon=8,
    shapes=_ONE_TO_ONE,
)
_TITLE: Final = BeadWeights(spread=6, words=2, lexicon=4, shapes=_ONE_TO_ONE)
#: What is taken off when both documents have the same titles, by their levels.
_SAME: Final = 3.0
#: Sections elsewhere are only taken for each other below this cost.
_SURE: Final = -3.0
#: Of more sections without counterpart none is looked for: these are two books.
_LARGE: Final = 100 * 100
#: What is taken off for blocks that are of the same kinds, one by one.
_BUILT_ALIKE: Final = 3.0


class SectionPlan(NamedTuple):
    """How two documents go together, in blocks."""

    #: All blocks of both, in order.
    rooms: list[Room]
    #: Sections that stand elsewhere in the translation.
    moved: list[Room]


def plan(source: Levels, target: Levels, lexicon: Lexicon) -> SectionPlan:
    """Match the sections of two documents."""
    ours, theirs = _firsts(source), _firsts(target)
    costs = _SectionCosts(_sections(source, ours), _sections(target, theirs), lexicon)
    same = np.array_equal(costs.source.kinds, costs.target.kinds)
    whole = Room(0, len(ours) - 1, 0, len(theirs) - 1, _SAME if same else 0)
    beads = find_beads(costs, [whole])
    moved = _moved(beads, costs)
    finder = _Rooms(source, target, (ours, theirs))
    return finder.plan(beads, moved)


def _firsts(document: Levels) -> Ints:
    """Return the first block of each section, and the number of blocks."""
    titles = np.flatnonzero(document.blocks.kinds == TITLE)
    if not len(titles) or titles[0]:
        titles = np.insert(titles, 0, 0)
    return np.append(titles, len(document.blocks))


class _Sections(NamedTuple):
    whole: Side
    #: The first sentence of each: its title, mostly.
    titles: Side


def _sections(document: Levels, firsts: Ints) -> _Sections:
    blocks = document.blocks
    starts = firsts[:-1]
    depths = document.depths[starts]
    # Depths count from the document's top; where there is no title, from nowhere.
    ranks = np.unique(depths, return_inverse=True)[1]
    kinds = np.where(blocks.kinds[starts] == TITLE, ranks + 1, 100)
    whole = blocks.grouped(firsts, kinds, np.zeros(len(starts), np.float32))
    return _Sections(whole, document.sentences.taken(document.firsts[starts]))


class _SectionCosts(Costs):
    """The costs of two sections: those of their titles and of all their words."""

    def __init__(self, source: _Sections, target: _Sections, lexicon: Lexicon) -> None:
        super().__init__(source.whole, target.whole, _BODY, lexicon)
        self._titles = Costs(source.titles, target.titles, _TITLE, lexicon)

    def window(self, rows: slice, columns: slice) -> dict[Shape, Floats]:
        costs = super().window(rows, columns)
        for shape, cost in self._titles.window(rows, columns).items():
            costs[shape] += cost
        return costs


def _moved(beads: Sequence[Bead], costs: Costs) -> dict[int, int]:
    """Return the sections that are found elsewhere, each with its counterpart."""
    rows = [bead.first for bead in beads if bead.shape == (1, 0)]
    columns = [bead.start for bead in beads if bead.shape == (0, 1)]
    found: dict[int, int] = {}
    if not 0 < len(rows) * len(columns) <= _LARGE:
        return found
    all_columns = slice(columns[0], columns[-1] + 1)
    chosen = np.array(columns) - columns[0]
    cost = np.array(
        [
            costs.window(slice(row, row + 1), all_columns)[1, 1][0, chosen]
            for row in rows
        ]
    )
    for row, column in enumerate(cost.argmin(1).tolist()):
        sure = cost[row, column] < _SURE and cost[:, column].argmin() == row
        if sure:
            found[rows[row]] = columns[column]
    return found


class _Rooms:
    """Turns matched sections into rooms of blocks."""

    def __init__(
        self, source: Levels, target: Levels, firsts: tuple[Ints, Ints]
    ) -> None:
        self._source = source
        self._target = target
        self._ours, self._theirs = (each.tolist() for each in firsts)
        self._rooms: list[Room] = []

    def plan(self, beads: Sequence[Bead], moved: dict[int, int]) -> SectionPlan:
        """Return the rooms; a section without counterpart joins the one before it."""
        gone = set(moved.values())
        joins = False
        for first, last, start, end in beads:
            blocks = Room(*self._blocks(first, last, start, end))
            alone = (first in moved) if last > first else (start in gone)
            if last > first and end > start:
                self._add_section(blocks)
                joins = True
            elif alone:
                self._rooms.append(blocks)
                joins = False
            elif joins:
                before = self._rooms.pop()
                self._rooms.append(
                    Room(before.first, blocks.last, before.start, blocks.end)
                )
            else:
                self._rooms.append(blocks)
                joins = True
        elsewhere = [
            self._alike(Room(*self._blocks(row, row + 1, column, column + 1)))
            for row, column in moved.items()
        ]
        return SectionPlan(self._rooms, elsewhere)

    def _blocks(self, first: int, last: int, start: int, end: int) -> Bead:
        return Bead(
            self._ours[first], self._ours[last], self._theirs[start], self._theirs[end]
        )

    def _add_section(self, room: Room) -> None:
        """Add the room of a title, if there are two, and of what stands under it."""
        first, last, start, end, _ = room
        ours, theirs = self._source.blocks.kinds, self._target.blocks.kinds
        if ours[first] == TITLE and theirs[start] == TITLE:
            self._rooms.append(Room(first, first + 1, start, start + 1, _BUILT_ALIKE))
            first, start = first + 1, start + 1
        self._rooms.append(self._alike(Room(first, last, start, end)))

    def _alike(self, room: Room) -> Room:
        """Give a bonus to blocks of the same kinds and depths."""
        ours, theirs = slice(room.first, room.last), slice(room.start, room.end)
        alike = np.array_equal(
            self._source.blocks.kinds[ours], self._target.blocks.kinds[theirs]
        ) and np.array_equal(self._source.depths[ours], self._target.depths[theirs])
        return room._replace(bonus=_BUILT_ALIKE) if alike else room
