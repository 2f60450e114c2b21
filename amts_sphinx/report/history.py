"""The history of an edition: one line of JSON for each build that changed something.

Lines are only ever added. A line that cannot be read stays in the file.
"""

from __future__ import annotations

import json
from os import SEEK_END
from typing import TYPE_CHECKING, Any, Final

from sphinx.util import logging

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.report.model import Origin

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from amts_sphinx.report.model import Report

logger = logging.getLogger(__name__)
NAME: Final = "history.jsonl"


def read(folder: Path) -> list[dict[str, Any]]:
    """Return the records of earlier builds, the oldest first."""
    path = folder / NAME
    if not path.is_file():
        return []
    found, damaged = [], 0
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
            damaged += not _is_record(record)
            found += [record] if _is_record(record) else []
        except ValueError:
            damaged += 1
    if damaged:
        logger.warning(
            "%s: %d lines cannot be read and are not in the report",
            path,
            damaged,
            type="amts",
            subtype="report",
        )
    return found


def _is_record(record: object) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("built"), str)
        and isinstance(record.get("words"), dict)
        and isinstance(record.get("scores"), dict)
    )


def record_of(report: Report, built: str) -> dict[str, Any]:
    """Return the record of a build."""
    findings: dict[str, int] = {}
    for document in report.documents:
        for severity, count in document.findings.items():
            findings[severity] = findings.get(severity, 0) + count
    return {
        "built": built,
        "words": {origin.value: report.words(origin) for origin in Origin},
        "findings": findings,
        "characters": report.cost.characters,
        "dollars": report.cost.dollars,
        "effort": report.effort.share,
        "scores": {score.metric: score.value for score in report.scores},
    }


def add(folder: Path, record: dict[str, Any]) -> None:
    """Keep the record of one more build.

    :raises InterchangeError: the file cannot be written
    """
    line = f"{json.dumps(record, ensure_ascii=False)}\n".encode()
    try:
        with (folder / NAME).open("ab+") as file:
            # A build that was killed may have left half a line.
            if file.tell() and _last_byte(file) != b"\n":
                line = b"\n" + line
            file.write(line)
    except OSError as exc:
        raise InterchangeError(
            f"{folder / NAME} cannot be written: {exc.strerror}"
        ) from exc


def _last_byte(file: BinaryIO) -> bytes:
    file.seek(-1, SEEK_END)
    return file.read()
