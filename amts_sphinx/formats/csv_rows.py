"""The rows of CSV and TSV files, as spreadsheets write them.

Excel writes semicolons where the comma parts decimals, tabs in UTF-16 as "Unicode
text", and ``sep=;`` before the first row if it is asked to; LibreOffice writes what it
is told. All have a mark of the encoding at their beginning, or are UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

#: Excel's own first line.
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?\n?', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')
#: What parts fields, if it is not what the file's name tells.
_DELIMITERS: Final = ";\t,|"
#: A byte that is none of the encoding's, as Python reads it if it is told to go on.
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_BREAK: Final = re.compile(r"[ \t]*\n\s*")


def rows(
    path: Path, delimiter: str, on_fault: Callable[[str], None] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line that it begins on, 1-based.

    A line break within a field is a blank.

    :param delimiter: what parts fields, if the first row does not show otherwise
    :param on_fault: takes why each line is passed over that cannot be read; without it
        the first such raises InterchangeError
    :raises InterchangeError: the file cannot be read
    """

    def tell(line: int, why: str) -> None:
        told = f"{path}:{line}: {why}"
        if on_fault is None:
            raise InterchangeError(told)
        on_fault(told)

    try:
        with path.open("rb") as head:
            encoding = _encoding(head.read(3))
        with path.open(encoding=encoding, errors="surrogateescape") as stream:
            lines = _lines(stream, tell)
            first, skipped = next(lines, ""), 0
            if separator := _SEPARATOR.fullmatch(first):
                delimiter, first, skipped = separator[1], next(lines, ""), 1
            elif delimiter not in _QUOTED.sub("", first):
                delimiter = _delimiter(_QUOTED.sub("", first), delimiter)
            yield from _parsed(chain([first], lines), delimiter, skipped, tell)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeError as exc:
        raise InterchangeError(f"{path}: {exc}") from exc


def _parsed(
    lines: Iterator[str], delimiter: str, skipped: int, tell: Callable[[int, str], None]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of *lines*.

    :param skipped: how many lines stand before them
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as exc:
            tell(line, str(exc))
            continue
        if row is None:
            return
        if any(row):
            yield line, [_BREAK.sub(" ", field) for field in row]


def _encoding(head: bytes) -> str:
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if utf_16 else "utf-8-sig"


def _delimiter(header: str, usual: str) -> str:
    """Return what parts the fields of the first row, its quoted fields left out."""
    best = max(_DELIMITERS, key=header.count)
    return best if best in header else usual


def _lines(stream: TextIO, tell: Callable[[int, str], None]) -> Iterator[str]:
    """Yield the lines of a file; one with a fault as a blank one."""
    for number, line in enumerate(stream, 1):
        why = ""
        if _UNDECODED.search(line):
            why = "not UTF-8; save the table as UTF-8"
        elif "\0" in line:
            why = "a NUL character"
        if why:
            tell(number, why)
        yield "\n" if why else line
