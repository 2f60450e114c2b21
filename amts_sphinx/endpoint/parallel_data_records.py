"""The files of parallel data: which records the service imports, and which not.

The rules are those of the developer guide, "Parallel data input files for Amazon
Translate". Where it leaves open how a record is counted, docs/endpoint.md says what is
done here.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lxml import etree

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.endpoint.languages import TAGS
from amts_sphinx.formats import parsing

#: Bytes of UTF-8 in a field.
_LONGEST: Final = 1000
#: What a field of a table may not begin with. TMX has no such rule.
_FORMULA: Final = ("+", "-", "=", "@")
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
#: Records that the message names, at most.
_NAMED: Final = 5


class UnusableFileError(Exception):
    """Nothing of a file can be imported; the message says why."""


class ParallelRecord(NamedTuple):
    """A source text with its translations."""

    #: The line of the file.
    line: int
    #: The ``changedate`` of a TMX unit; empty if it has none.
    changed: str
    #: Target language → translation.
    targets: dict[str, str]


@dataclass
class ImportedRecords:
    """What was imported from a file."""

    #: The service's codes.
    source: str = ""
    #: All target languages of the file, whether records with them were kept or not.
    targets: list[str] = field(default_factory=list)
    skipped: int = 0
    failed: int = 0
    #: Source text → the record that counts.
    _kept: dict[str, ParallelRecord] = field(default_factory=dict)
    #: Why records were left out.
    _reasons: list[str] = field(default_factory=list)

    def pairs(self, target: str) -> dict[str, str]:
        """Return the source texts with their translations into one language."""
        return {
            source: record.targets[target]
            for source, record in self._kept.items()
            if target in record.targets
        }

    @property
    def imported(self) -> int:
        """How many records are kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of UTF-8 that are kept."""
        return sum(
            len(text.encode())
            for source, record in self._kept.items()
            for text in (source, *record.targets.values())
        )

    @property
    def message(self) -> str:
        """Which records were left out, and why: the first of them."""
        more = len(self._reasons) - _NAMED
        rest = [f"and {more} more"] if more > 0 else []
        return "; ".join([*self._reasons[:_NAMED], *rest])

    def skip(self, line: int, why: str) -> None:
        """Leave a record out, as the rules say."""
        self.skipped += 1
        self._reasons.append(f"line {line} skipped: {why}")

    def fail(self, line: int, why: str) -> None:
        """Leave a record out that breaks the rules."""
        self.failed += 1
        self._reasons.append(f"line {line} failed: {why}")

    def set_languages(self, source: str, targets: list[str]) -> None:
        """Note the languages of the file.

        :raises UnusableFileError: the service does not know one of them
        """
        for code in (source, *targets):
            if code not in TAGS:
                raise UnusableFileError(f"The language code {code!r} is not supported.")
        self.source, self.targets = source, targets

    def add(self, source: str, record: ParallelRecord) -> None:
        """Take a record, with those of its translations that can be used.

        Of records with one source text a single one counts, with all its languages:
        that with the newest date, else the last of the file.
        """
        if why := _unfit(source):
            self.skip(record.line, f"the source {why}")
            return
        usable = {
            code: text for code, text in record.targets.items() if not _unfit(text)
        }
        if not usable:
            self.skip(record.line, "no translation can be used")
            return
        kept = record._replace(targets=usable)
        former = self._kept.get(source)
        if former is not None:
            replaced = former
            if record.changed < former.changed:
                kept, replaced = former, record
            why = f"line {kept.line} has the same source and counts in its place"
            self.skip(replaced.line, why)
        self._kept[source] = kept


def _unfit(text: str) -> str:
    if not text.strip():
        return "is empty"
    return f"has more than {_LONGEST} bytes" if len(text.encode()) > _LONGEST else ""


def read(data: bytes, form: str) -> ImportedRecords:
    """Read a file of parallel data.

    :param form: ``CSV``, ``TSV`` or ``TMX``
    :raises UnusableFileError: nothing of it can be used
    """
    records = ImportedRecords()
    if form == "TMX":
        _read_tmx(data, records)
    else:
        _read_table(data, "\t" if form == "TSV" else ",", records)
    if not records.imported:
        raise UnusableFileError("The file has no record that can be imported.")
    return records


def _read_table(data: bytes, delimiter: str, records: ImportedRecords) -> None:
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
    records.set_languages(source, targets)
    for number, line in enumerate(lines[1:], 2):
        fields = _fields(line, delimiter)
        if not line.strip():
            records.skip(number, "it is blank")
        elif fields is None:
            records.fail(number, "a quote is open")
        elif len(fields) != len(header):
            records.fail(number, f"it has {len(fields)} fields, not {len(header)}")
        elif any(text.startswith(_FORMULA) for text in fields):
            records.fail(number, "a field begins with one of + - = @")
        else:
            translations = dict(zip(targets, fields[1:], strict=True))
            records.add(fields[0], ParallelRecord(number, "", translations))


def _fields(line: str, delimiter: str) -> list[str] | None:
    """Return the fields of a line: none of them can span lines."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _read_tmx(data: bytes, records: ImportedRecords) -> None:
    try:
        for event, element in parsing.events(io.BytesIO(data), "the file", "tmx"):
            name = etree.QName(element).localname
            if event == "start" and name == "header" and element.get("srclang"):
                records.set_languages(str(element.get("srclang")), [])
            elif event == "end" and name == "tu":
                if not records.source:
                    break
                _read_unit(element, records)
                parsing.forget(element)
    except InterchangeError as exc:
        raise UnusableFileError(str(exc)) from exc
    if not records.source:
        raise UnusableFileError("The header must name the source language in srclang.")


def _read_unit(tu: etree._Element, records: ImportedRecords) -> None:
    line: Any = tu.sourceline  # the stubs have no type for it
    texts: dict[str, str] = {}
    for tuv in tu.iterfind("{*}tuv"):
        code, segment = tuv.get(_LANG), tuv.find("{*}seg")
        if code is None or segment is None:
            records.fail(line, "each tuv must have xml:lang and a seg")
            return
        if code not in TAGS:
            records.fail(line, f"the language code {code!r} is not supported")
            return
        texts[code] = "".join(map(str, segment.itertext()))
    source = texts.pop(records.source, None)
    if source is None or not texts:
        records.fail(line, "a tu must have a tuv in srclang and another")
        return
    records.targets += [code for code in texts if code not in records.targets]
    records.add(source, ParallelRecord(line, tu.get("changedate", ""), texts))
