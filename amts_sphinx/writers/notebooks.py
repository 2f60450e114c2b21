"""Put new texts into the Markdown cells of a notebook; every other byte stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amts_sphinx.readers.spans import Span

#: The version of the format whose cells are found.
_FORMAT: Final = 4
_BLANKS: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder(strict=False)


class Cell(NamedTuple):
    """The source of a Markdown cell."""

    source: str
    #: Where its JSON stands in the file.
    span: Span
    #: Where each line of it stands, if it is a list.
    lines: tuple[Span, ...]


def cells(text: str) -> list[Cell]:
    """Return the Markdown cells of a notebook, in order.

    :raises MarkupError: it is not JSON, or of another version of the format
    """
    try:
        start = _skip(text, 1 if text.startswith("\ufeff") else 0)
        parts = dict(_members(text, start))
        version = _DECODER.decode(text[slice(*parts["nbformat"])])
        if version != _FORMAT:
            raise MarkupError(f"a notebook of version {version}, not {_FORMAT}")
        found = [_cell(text, span) for span in _elements(text, parts["cells"][0])]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as exc:
        raise MarkupError(f"not a notebook: {exc}") from exc
    return [cell for cell in found if cell is not None]


def _cell(text: str, span: Span) -> Cell | None:
    parts = dict(_members(text, span[0]))
    kind, place = text[slice(*parts["cell_type"])], parts["source"]
    if json.loads(kind) != "markdown":
        return None
    value: Any = _DECODER.decode(text[slice(*place)])
    if isinstance(value, str):
        return Cell(value, place, ())
    return Cell("".join(value), place, tuple(_elements(text, place[0])))


def others(text: str) -> Any:
    """Return all of a notebook but the sources of its Markdown cells."""
    book = _DECODER.decode(text.removeprefix("\ufeff"))
    for cell in book["cells"]:
        if cell.get("cell_type") == "markdown":
            cell["source"] = ""
    return book


def with_sources(text: str, sources: Mapping[int, str]) -> str:
    """Return a notebook with some of its Markdown cells changed.

    :param sources: by the number of the cell among those of :func:`cells`
    :raises MarkupError: it is not a notebook
    """
    ascii_only = text.isascii() and "\\u" in text
    pieces: list[str] = []
    last = 0
    for number, cell in enumerate(cells(text)):
        new = sources.get(number, cell.source)
        if new != cell.source:
            start, end = cell.span
            pieces += text[last:start], _dumped(text, cell, new, ascii_only=ascii_only)
            last = end
    return "".join([*pieces, text[last:]])


def _dumped(text: str, cell: Cell, new: str, *, ascii_only: bool) -> str:
    """Return a source as JSON, in the form that it had."""
    if not cell.lines:
        return json.dumps(new, ensure_ascii=ascii_only)
    start, end = cell.span
    first, last = cell.lines[0], cell.lines[-1]
    before, after = text[start + 1 : first[0]], text[last[1] : end - 1]
    between = "," + before
    if len(cell.lines) > 1:
        between = text[first[1] : cell.lines[1][0]]
    written = {_DECODER.decode(text[slice(*s)]): text[slice(*s)] for s in cell.lines}
    lines = [
        written.get(line) or json.dumps(line, ensure_ascii=ascii_only)
        for line in _lines(new)
    ]
    return f"[{before}{between.join(lines)}{after}]"


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _skip(text: str, place: int) -> int:
    while text[place] in _BLANKS:
        place += 1
    return place


def _members(text: str, place: int) -> Iterator[tuple[str, Span]]:
    """Yield the keys of the object that begins at *place*, and where its values are."""
    _expect(text, place, "{")
    place = _skip(text, place + 1)
    while text[place] != "}":
        key, place = _DECODER.raw_decode(text, place)
        start = _skip(text, _expect(text, _skip(text, place), ":"))
        _, end = _DECODER.raw_decode(text, start)
        yield key, (start, end)
        place = _after_comma(text, end, "}")


def _elements(text: str, place: int) -> Iterator[Span]:
    """Yield where the elements of the list that begins at *place* are."""
    _expect(text, place, "[")
    place = _skip(text, place + 1)
    while text[place] != "]":
        _, end = _DECODER.raw_decode(text, place)
        yield place, end
        place = _after_comma(text, end, "]")


def _after_comma(text: str, place: int, closing: str) -> int:
    place = _skip(text, place)
    return place if text[place] == closing else _skip(text, _expect(text, place, ","))


def _expect(text: str, place: int, sign: str) -> int:
    if text[place] != sign:
        raise ValueError(f"{sign!r} was expected at character {place}")
    return place + 1
