"""Draw the wings of the package and the imports between them, as measured now.

``make docs`` puts the drawing into the page on development. By itself::

    python docs/draw_wings.py > wings.svg    # the drawing
    python docs/draw_wings.py --figures      # how many wings, floors and arrows

A wing is a folder or a module directly inside the package. There is an arrow from one
wing to another if any module of the first imports one of the second, inside a function
or for type checkers too. A wing stands one floor above the highest one that it imports.
An arrow that a longer way of arrows replaces is counted, but not drawn.

The layout is that of Sugiyama, Tagawa and Toda (1981), without their last step: nodes
in layers, a passage kept free in each layer that an arrow crosses, and both sorted by
the mean position of their neighbours, so that few arrows cross.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

import grimp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PACKAGE: Final = "amts_sphinx"
#: Pixels: a box, a passage between boxes, the gap beside each, and a floor.
BOX: Final = (104, 30)
PASSAGE: Final = 14
GAP: Final = 16
FLOOR: Final = 78
MARGIN: Final = 12
#: Rounds of sorting, down and up. More of them change nothing here.
ROUNDS: Final = 12

STYLE: Final = """
svg.wings{max-width:100%;height:auto}
svg:root{color-scheme:light dark;color:CanvasText;background:Canvas}
.wings text{font:13px sans-serif;fill:currentColor;text-anchor:middle}
.wings rect{fill:currentColor;fill-opacity:.06;stroke:currentColor;stroke-opacity:.7}
.wings path{fill:none;stroke:currentColor;stroke-opacity:.6;stroke-width:1.2}
.wings marker path{fill:currentColor;fill-opacity:.8;stroke:none}
"""
#: The head of an arrow.
HEAD: Final = (
    '<defs><marker id="wings-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
    ' markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)
NAMESPACE: Final = "http://www.w3.org/2000/svg"


class Arrow(NamedTuple):
    """An import between wings."""

    start: str
    end: str


@dataclass(frozen=True)
class House:
    """The wings of a package and the imports between them."""

    #: Number of modules by wing.
    wings: Mapping[str, int]
    #: Number of imports, each of one module by another, by arrow.
    arrows: Mapping[Arrow, int]

    @cached_property
    def floors(self) -> dict[str, int]:
        """The floor of each wing; the lowest is 1.

        :raises ValueError: wings import each other in a circle
        """
        floors: dict[str, int] = {}
        left = set(self.wings)
        while left:
            ready = {wing for wing in left if not self._below(wing) & left}
            if not ready:
                raise ValueError(f"imports in a circle among {', '.join(sorted(left))}")
            for wing in ready:
                below = (floors[each] for each in self._below(wing))
                floors[wing] = 1 + max(below, default=0)
            left -= ready
        return floors

    def _below(self, wing: str) -> set[str]:
        return {arrow.end for arrow in self.arrows if arrow.start == wing}

    def drawn(self) -> list[Arrow]:
        """Return the arrows that no longer way replaces."""
        reach: dict[str, set[str]] = {}
        for wing in sorted(self.wings, key=self.floors.__getitem__):
            below = self._below(wing)
            reach[wing] = below.union(*(reach[each] for each in below))
        return [
            arrow
            for arrow in sorted(self.arrows)
            if not any(arrow.end in reach[w] for w in self._below(arrow.start))
        ]

    def figures(self) -> str:
        """Return the size of the house in one line."""
        return (
            f"{len(self.wings)} wings with {sum(self.wings.values())} modules,"
            f" {max(self.floors.values())} floors, {len(self.arrows)} arrows"
        )


def survey(package: str = PACKAGE) -> House:
    """Return the wings of the installed *package*, or of the one on ``PYTHONPATH``."""
    graph = grimp.build_graph(package, cache_dir=None)

    def wing(module: str) -> str:
        return module.split(".")[1] if "." in module else ""

    wings = Counter(wing(module) for module in graph.modules if wing(module))
    arrows = Counter(
        Arrow(wing(module), wing(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if wing(module) != wing(imported) and wing(module) and wing(imported)
    )
    return House(wings, arrows)


class Point(NamedTuple):
    """A place in one floor: a wing, or the passage of an arrow through that floor."""

    floor: int
    wing: str
    through: Arrow | None = None

    @property
    def width(self) -> int:
        """In pixels."""
        return PASSAGE if self.through else BOX[0]


def route(arrow: Arrow, floors: Mapping[str, int]) -> list[Point]:
    """Return the points of an arrow, from its start down to its end."""
    high, low = floors[arrow.start], floors[arrow.end]
    between = [Point(floor, "", arrow) for floor in range(high - 1, low, -1)]
    return [Point(high, arrow.start), *between, Point(low, arrow.end)]


def arrange(house: House, routes: Sequence[Sequence[Point]]) -> dict[Point, float]:
    """Return the horizontal centre of each point, in pixels around 0.

    :param routes: the points of each arrow that is drawn
    """
    points = {Point(floor, wing) for wing, floor in house.floors.items()}
    points.update(point for each in routes for point in each)
    steps = [step for each in routes for step in pairwise(each)]
    rows = {
        floor: sorted(p for p in points if p.floor == floor)
        for floor in {point.floor for point in points}
    }
    places = {p: x for row in rows.values() for p, x in spread(row)}
    for turn in range(ROUNDS):
        downwards = turn % 2 == 0
        for floor in sorted(rows, reverse=downwards):
            near: dict[Point, list[float]] = {point: [] for point in rows[floor]}
            for high, low in steps:
                mine, other = (low, high) if downwards else (high, low)
                if mine in near:
                    near[mine].append(places[other])
            means = {p: fmean(near[p] or [places[p]]) for p in rows[floor]}
            rows[floor].sort(key=means.__getitem__)
            places.update(spread(rows[floor]))
    return places


def spread(row: Sequence[Point]) -> Iterator[tuple[Point, float]]:
    """Yield the points of one floor with their centres in pixels, around 0."""
    x = -(sum(point.width for point in row) + GAP * (len(row) - 1)) / 2
    for point in row:
        yield point, x + point.width / 2
        x += point.width + GAP


def draw(house: House) -> str:
    """Return the drawing as one element of SVG."""
    routes = [route(arrow, house.floors) for arrow in house.drawn()]
    places = arrange(house, routes)
    left = min(x - point.width / 2 for point, x in places.items()) - MARGIN
    right = max(x + point.width / 2 for point, x in places.items()) + MARGIN
    top = max(house.floors.values())
    height = (top - 1) * FLOOR + BOX[1] + 2 * MARGIN

    def at(point: Point) -> tuple[float, float]:
        return places[point] - left, MARGIN + (top - point.floor) * FLOOR + BOX[1] / 2

    title = escape(f"The imports between the wings: {house.figures()}")
    size = f'viewBox="0 0 {right - left:.0f} {height}" width="{right - left:.0f}"'
    return "".join(
        [
            f'<svg class="wings" xmlns="{NAMESPACE}" role="img" {size}>',
            f"<title>{title}</title><style>{STYLE}</style>{HEAD}",
            *(curve([at(point) for point in each]) for each in routes),
            *(box(*at(Point(f, wing)), wing) for wing, f in house.floors.items()),
            "</svg>\n",
        ]
    )


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Return an arrow through *points*, from below the first to above the last."""
    half = BOX[1] / 2
    (x, y), *rest = points
    path = f"M{x:.0f} {y + half:.0f}"
    y += half
    for number, (to_x, centre) in enumerate(rest, 1):
        to_y = centre - half
        middle = (y + to_y) / 2  # where the curve is steepest to the side
        path += f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y
        if number < len(rest):  # straight through the floor
            y += BOX[1]
            path += f"V{y:.0f}"
    return f'<path d="{path}" marker-end="url(#wings-head)"/>'


def box(x: float, y: float, name: str) -> str:
    """Return a wing around the centre *x*, *y*."""
    width, height = BOX
    return (
        f'<rect x="{x - width / 2:.0f}" y="{y - height / 2:.0f}" rx="4"'
        f' width="{width}" height="{height}"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}">{escape(name)}</text>'
    )


def main() -> None:
    """Print the drawing, or the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--figures", action="store_true", help="print only the counts")
    options = parser.parse_args()
    house = survey()
    print(house.figures() if options.figures else draw(house))


if __name__ == "__main__":
    main()
