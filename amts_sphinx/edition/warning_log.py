"""Warnings that cross from an edition's process into the main build.

Sphinx shows, counts and, under ``-W``, fails on warnings in one process. An edition's
warnings are therefore recorded, sent to the main build, and logged there as its own.
"""

from __future__ import annotations

import copy
import json
import logging
from typing import TYPE_CHECKING, NamedTuple

from sphinx.util.logging import (
    WarningLogRecordTranslator,
    WarningStreamHandler,
    is_suppressed_warning,
)

from amts_sphinx import _compat

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Record(NamedTuple):
    """One warning."""

    message: str
    location: str | None
    type: str
    subtype: str
    level: str

    def to_json(self) -> str:
        """Return the record on one line."""
        return json.dumps(self)

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Undo :meth:`to_json`."""
        return cls(*json.loads(line))


class Recorder(WarningStreamHandler):
    """Keeps the warnings of a Sphinx application that are not suppressed.

    It is of the class that Sphinx takes off while it holds warnings back; otherwise it
    would get those twice.
    """

    def __init__(self, app: Sphinx) -> None:
        super().__init__()  # type: ignore[call-arg] # it writes to no stream
        self.setLevel(logging.WARNING)
        self._app = app
        self._translator = WarningLogRecordTranslator(app)
        self.records: list[Record] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one warning."""
        kind = str(getattr(record, "type", None) or "")
        subtype = str(getattr(record, "subtype", None) or "")
        suppressed = getattr(self._app.config, "suppress_warnings", ())
        if kind and is_suppressed_warning(kind, subtype, suppressed):
            return
        message = record.getMessage()
        # It makes of nodes and document names what a person reads; on a copy, since
        # Sphinx does the same to the original.
        shown = copy.copy(record)
        self._translator.filter(shown)  # type: ignore[arg-type]
        location = getattr(shown, "location", None)
        self.records.append(
            Record(
                message,
                str(location) if location else None,
                kind,
                subtype,
                record.levelname,
            )
        )


def attach(app: Sphinx) -> None:
    """Record the warnings of *app* from now on."""
    _compat.sphinx_logger().handlers.insert(0, Recorder(app))


def recorded() -> list[Record]:
    """Return the warnings recorded so far in this process."""
    return [
        record
        for handler in _compat.sphinx_logger().handlers
        if isinstance(handler, Recorder)
        for record in handler.records
    ]
