"""Small drawings: a line of values over time, as points of an SVG polyline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 160
HEIGHT: Final = 36
#: Room for the width of the line.
_MARGIN: Final = 3
#: Values that are drawn: of more, the last.
_MOST: Final = 60


def trend(values: Sequence[float]) -> str:
    """Return the points of a line through *values*, the lowest at the bottom."""
    drawn = values[-_MOST:]
    low, high = min(drawn), max(drawn)
    step = (WIDTH - 2 * _MARGIN) / max(1, len(drawn) - 1)
    height = HEIGHT - 2 * _MARGIN
    return " ".join(
        f"{_MARGIN + n * step:.1f},"
        f"{HEIGHT - _MARGIN - height * ((value - low) / (high - low or 1)):.1f}"
        for n, value in enumerate(drawn)
    )
