"""Parallel data as the service imports it: which records it takes, which not.

The rules are those of the developer guide, "Preparing parallel data files". Where it
leaves open how a record is counted, docs/endpoint.md tells what is done here.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.endpoint.languages import TAGS
from amts_sphinx.formats import parsing

#: Bytes of UTF-8 in a field.
LONGEST: Final = 1000
#: What a field of a table may not begin with; TMX knows no such rule.
_FORMULA: Final = ("+", "-", "=", "@")
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
#: Messages that the error report holds, at most.
_MESSAGES: Final = 1000


class UnusableFileError(Exception):
    """Nothing of a file can be imported; the text says why."""


@dataclass
class Records:
    """What was imported from a file."""

    #: The service's codes.
    source: str = ""
    targets: list[str] = field(default_factory=list)
    #: Source → target, by target language.
    pairs: dict[str, dict[str, str]] = field(default_factory=dict)
    skipped: int = 0
    failed: int = 0
    #: What the error report says of records.
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def imported(self) -> int:
        """How many sources are kept."""
        return len({source for pairs in self.pairs.values() for source in pairs})

    @property
    def size(self) -> int:
        """Bytes of UTF-8 that are kept."""
        return sum(
            len(source.encode()) + len(target.encode())
            for pairs in self.pairs.values()
            for source, target in pairs.items()
        )

    def skip(self, where: str, why: str) -> None:
        """Leave a record out, as the rules say."""
        self.skipped += 1
        self._tell(where, why)

    def fail(self, where: str, why: str) -> None:
        """Leave a record out that breaks the rules."""
        self.failed += 1
        self._tell(where, why)

    def _tell(self, where: str, why: str) -> None:
        if len(self.messages) < _MESSAGES:
            self.messages.append({"content": where, "message": why})

    def open(self, source: str, targets: list[str]) -> None:
        """Note the languages.

        :raises UnusableFileError: there is one that the service does not know
        """
        for code in (source, *targets):
            if code not in TAGS:
                raise UnusableFileError(f"The language code {code!r} is not supported.")
        self.source, self.targets = source, targets
        self.pairs = {target: {} for target in targets}

    def add(self, where: str, source: str, targets: dict[str, str]) -> None:
        """Take one record: fields are left out, or the whole of it."""
        if fault := _unfit(source):
            self.skip(where, f"the source {fault}")
            return
        good = {code: text for code, text in targets.items() if not _unfit(text)}
        if not good:
            self.skip(where, "no target can be used")
        elif any(source in self.pairs[code] for code in good):
            self.skip(where, "an earlier record of the same source was replaced")
        for code, text in good.items():
            self.pairs[code][source] = text


def _unfit(text: str) -> str:
    if not text.strip():
        return "is empty"
    return f"has more than {LONGEST} bytes" if len(text.encode()) > LONGEST else ""


def read(data: bytes, form: str) -> Records:
    """Read a file of parallel data.

    :param form: ``CSV``, ``TSV`` or ``TMX``
    :raises UnusableFileError: nothing of it can be used
    """
    records = Records()
    if form == "TMX":
        _read_tmx(data, records)
    else:
        _read_table(data, "\t" if form == "TSV" else ",", records)
    if not records.imported:
        raise UnusableFileError("The file has no record that can be imported.")
    return records


def _read_table(data: bytes, delimiter: str, records: Records) -> None:
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as exc:
        raise UnusableFileError("The file is not UTF-8.") from exc
    if lines[-1] == "":
        lines.pop()
    header = _fields(lines[0], delimiter) if lines else None
    if header is None or len(header) <= 1:
        raise UnusableFileError(
            "The first row must name the source language and a target language."
        )
    source, *targets = (code.strip() for code in header)
    records.open(source, targets)
    for number, line in enumerate(lines[1:], 2):
        fields = _fields(line, delimiter)
        if not line.strip():
            records.skip(f"line {number}", "the line is blank")
        elif fields is None:
            records.fail(f"line {number}", "a quote is not closed on its line")
        elif len(fields) != len(header):
            records.fail(f"line {number}", f"{len(fields)} fields, not {len(header)}")
        elif any(text.startswith(_FORMULA) for text in fields):
            records.fail(f"line {number}", "a field begins with one of + - = @")
        else:
            texts = dict(zip(targets, fields[1:], strict=True))
            records.add(f"line {number}", fields[0], texts)


def _fields(line: str, delimiter: str) -> list[str] | None:
    """Return the fields of a line: none of them can span lines."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _read_tmx(data: bytes, records: Records) -> None:
    #: When each pair was last changed.
    changed: dict[tuple[str, str], str] = {}
    source = ""
    try:
        for event, element in parsing.events(io.BytesIO(data), "the file", "tmx"):
            name = etree.QName(element).localname
            if event == "start" and name == "header":
                source = element.get("srclang", "")
                records.open(source, [])
            elif event == "end" and name == "tu":
                if not source:
                    break
                _take_unit(element, records, changed)
                parsing.forget(element)
    except InterchangeError as exc:
        raise UnusableFileError(str(exc)) from exc
    if not source:
        raise UnusableFileError("The header must name the source language in srclang.")


def _take_unit(
    tu: etree._Element, records: Records, changed: dict[tuple[str, str], str]
) -> None:
    """Take a translation unit; of two with one source the one that changed last."""
    where = f"line {tu.sourceline}"
    texts: dict[str, tuple[str, str]] = {}
    for tuv in tu.iterfind("{*}tuv"):
        code, segment = tuv.get(_LANG), tuv.find("{*}seg")
        if code is None or segment is None:
            records.fail(where, "each tuv must have xml:lang and a seg")
            return
        if code not in TAGS:
            records.fail(where, f"the language code {code!r} is not supported")
            return
        text = "".join(map(str, segment.itertext()))
        texts[code] = (text, tuv.get("changedate") or tu.get("changedate") or "")
    if records.source not in texts or len(texts) <= 1:
        records.fail(where, "a tu must have a tuv in srclang and another")
        return
    source, _ = texts.pop(records.source)
    newest: dict[str, str] = {}
    for code, (text, date) in texts.items():
        if code not in records.pairs:
            records.pairs[code] = {}
            records.targets.append(code)
        if date >= changed.get((code, source), ""):
            changed[code, source] = date
            newest[code] = text
    if newest:
        records.add(where, source, newest)
    else:
        records.skip(where, "a later change of the same source is there already")
