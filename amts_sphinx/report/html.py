"""The report as one HTML file that needs no other file, no server and no network.

The first texts of the queue are written out, so that the page can be printed and read
without scripts. All of them are in the page as data, which a script shows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import pages
from amts_sphinx.report.model import BY_PEOPLE, Origin, coverage, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


#: The size of a chart, in pixels.
WIDTH: Final = 160
HEIGHT: Final = 36
#: Space around a chart, in pixels, so that the line is not cut.
_MARGIN: Final = 3
#: The most values that are drawn; if there are more, the last ones.
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


NAME: Final = "report.html"
#: How many texts of the queue are shown at a time.
_SHOWN: Final = 50
#: The names of the origins on the page.
_ORIGINS: Final = {
    Origin.HUMAN: "Translated by people",
    Origin.REVIEWED: "Machine, checked by people",
    Origin.TO_REVIEW: "By people, to be reviewed",
    Origin.MACHINE: "Machine",
    Origin.DRAFT: "Draft",
    Origin.UNTRANSLATED: "Not translated",
}


def write(path: Path, report: Mapping[str, Any]) -> None:
    """Write the page.

    :param report: as :func:`amts_sphinx.report.data.of` returns it
    :raises InterchangeError: it cannot be written
    """
    origins = {origin.value: name for origin, name in _ORIGINS.items()}
    queue = [each for each in report["segments"] if each["risk"]]
    pages.write(
        path,
        "report.html",
        report=report,
        queue=queue,
        shown=_SHOWN,
        origins=origins,
        trends=_trends(report["history"]),
        packed=_packed(
            {
                "queue": queue,
                "origins": origins,
                "shown": _SHOWN,
                "source": report["edition"]["source_language"],
                "target": report["edition"]["target_language"],
            }
        ),
    )


def _trends(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the charts of the builds, each of two or more values."""
    words = [
        {origin: build["words"].get(origin.value, 0) for origin in Origin}
        for build in history
    ]
    found = [
        ("Translated", [100 * coverage(each) for each in words], "%"),
        ("By people", [100 * share(each, *BY_PEOPLE) for each in words], "%"),
    ]
    for metric in dict.fromkeys(m for build in history for m in build["scores"]):
        values = [build["scores"].get(metric) for build in history]
        found.append((metric, [v for v in values if v is not None], ""))
    return [
        {"name": name, "last": values[-1], "unit": unit, "chart": trend(values)}
        for name, values, unit in found
        if len(values) > 1
    ]


def _packed(value: object) -> str:
    """Return JSON that can be put into a ``script`` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
