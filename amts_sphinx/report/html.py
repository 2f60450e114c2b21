"""The report as a page that needs nothing beside itself: no server and no network.

The first texts of the queue stand on the page as they are, so that it can be printed,
and read without scripts; all of them are in it as data, which a script shows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from amts_sphinx.interchange.draft import replacing
from amts_sphinx.report.chart import trend
from amts_sphinx.report.model import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME: Final = "report.html"
#: Texts of the queue that are shown at a time.
_SHOWN: Final = 50
#: What people read of the origins.
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
    environment = Environment(
        loader=PackageLoader("amts_sphinx"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    origins = {origin.value: name for origin, name in _ORIGINS.items()}
    queue = [each for each in report["segments"] if each["risk"]]
    page = environment.get_template("report.html").render(
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
    with replacing(path) as stream:
        stream.write(page.encode())


def _trends(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is drawn of the builds: a chart each, where there are two or more."""
    found = []
    untranslated = [
        1 - _share(build["words"], Origin.UNTRANSLATED.value) for build in history
    ]
    found.append(("Translated", [100 * share for share in untranslated], "%"))
    reviewed = [
        _share(build["words"], Origin.HUMAN.value, Origin.REVIEWED.value)
        for build in history
    ]
    found.append(("By people", [100 * share for share in reviewed], "%"))
    for metric in dict.fromkeys(m for build in history for m in build["scores"]):
        values = [build["scores"].get(metric) for build in history]
        found.append((metric, [v for v in values if v is not None], ""))
    return [
        {"name": name, "last": values[-1], "unit": unit, "chart": trend(values)}
        for name, values, unit in found
        if len(values) > 1
    ]


def _share(words: Mapping[str, int], *origins: str) -> float:
    total = sum(words.values())
    return sum(words.get(origin, 0) for origin in origins) / total if total else 0.0


def _packed(value: object) -> str:
    """Return JSON that may stand within a ``script`` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
