"""What the pages of an edition show to reviewers of each text: data beside the pages.

A page knows its texts by their ids alone (``data-amts-unit``). What is known of them
stands in a script for each document, since findings may change where no page does. A
script, no JSON: a page that is opened as a file may load nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx.core.atomic import keep
from amts_sphinx.edition.plan import REVIEW_DATA
from amts_sphinx.formats.xliff_writer import name_of_key
from amts_sphinx.report.rows import shown
from amts_sphinx.translate.translator import published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.report.model import Report, Row


def ids(
    containers: Iterable[Container], edition: Edition
) -> dict[str, tuple[str, ...]]:
    """Return the ids of the texts of each container, by its normalised source.

    They are those that ``amts review`` knows the texts by.
    """
    found: dict[str, tuple[str, ...]] = {}
    for container in containers:
        texts = published(container, edition.unit)
        found.setdefault(
            container.whole.key, tuple(name_of_key(each.key) for each in texts)
        )
    return found


def write(
    outdir: Path, report: Report, containers: Iterable[Container], edition: Edition
) -> None:
    """Write what is known of the texts of each document into the edition's folder."""
    rows = {row.segment.key: _row(row) for row in report.rows}
    documents: dict[str, dict[str, Any]] = {}
    for container in containers:
        known = documents.setdefault(container.whole.location.docname, {})
        for text in published(container, edition.unit):
            if text.key in rows:
                known[name_of_key(text.key)] = rows[text.key]
    folder = outdir / REVIEW_DATA
    wanted = set[Path]()
    for docname, known in documents.items():
        path = folder / f"{docname}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps(known, ensure_ascii=False, sort_keys=True)
        keep(path, f"Object.assign(window.amtsUnits ??= {{}}, {data});\n".encode())
        wanted.add(path)
    for path in folder.rglob("*.js"):
        if path not in wanted:
            path.unlink()


def _row(row: Row) -> dict[str, Any]:
    """Return what a reviewer sees of a text."""
    findings = [
        {"check": each.check, "severity": each.severity.value, "message": each.message}
        for each in row.findings
    ]
    return {
        "source": shown(row.segment.source, row.segment),
        "origin": row.origin.value,
        "maker": row.maker,
        "state": "conflict" if row.conflict else row.stage.value,
        "place": str(row.segment.location),
        "findings": findings,
    }
