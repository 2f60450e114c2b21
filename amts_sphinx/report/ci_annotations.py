"""What a check found in files, as code hosts show it beside the lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx._version import __version__
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"
#: What SARIF calls a severity, and what GitHub does.
_LEVELS: Final = {
    Severity.ERROR: ("error", "error"),
    Severity.WARNING: ("warning", "warning"),
    Severity.INFO: ("note", "notice"),
}


class Annotation(NamedTuple):
    """One thing to show beside a line."""

    #: Relative to the present folder, with slashes.
    path: str
    #: From 1; 0: it is not known.
    line: int
    rule: str
    severity: Severity
    message: str


def github(found: Iterable[Annotation]) -> str:
    """Return GitHub's workflow commands, a line each."""
    return "".join(f"{_command(each)}\n" for each in found)


def _command(note: Annotation) -> str:
    _, level = _LEVELS[note.severity]
    place = f"file={_escaped(note.path, ':,')}"
    place += f",line={note.line}" if note.line else ""
    title = _escaped(f"amts {note.rule}", ":,")
    return f"::{level} {place},title={title}::{_escaped(note.message)}"


def _escaped(text: str, more: str = "") -> str:
    """Return a text as a workflow command holds it, so that it forges no other."""
    return "".join(
        f"%{ord(char):02X}" if char in f"%\r\n{more}" else char for char in text
    )


def sarif(tool: str, rules: Mapping[str, str], found: Iterable[Annotation]) -> str:
    """Return a log in SARIF 2.1.0 (OASIS).

    :param tool: the command that looked
    :param rules: what each rule says, by its id; it may be empty
    """
    described = [
        {"id": name, "shortDescription": {"text": text}} if text else {"id": name}
        for name, text in rules.items()
    ]
    driver = {"name": tool, "version": __version__, "rules": described}
    run = {"tool": {"driver": driver}, "results": [_result(each) for each in found]}
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(log, ensure_ascii=False, indent=1)}\n"


def _result(note: Annotation) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": note.path}}
    if note.line:
        place["region"] = {"startLine": note.line}
    level, _ = _LEVELS[note.severity]
    return {
        "ruleId": note.rule,
        "level": level,
        "message": {"text": note.message},
        "locations": [{"physicalLocation": place}],
    }
