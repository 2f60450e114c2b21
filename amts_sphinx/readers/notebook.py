"""Jupyter notebooks to containers: their Markdown cells, without code and outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.errors import InterchangeError
from amts_sphinx.readers import files, markdown
from amts_sphinx.readers.blocks import Rules, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from amts_sphinx.readers.blocks import Book
    from amts_sphinx.units import Container

#: The major version of the format that is read; 3 was left in 2015.
_FORMAT: Final = 4


def read(
    text: str, docname: str, language: str, rules: Rules | None = None
) -> tuple[Container, ...]:
    """Return the texts of a notebook, in its order; they have no lines.

    :param language: BCP 47
    :param rules: what is taken, if that is not the usual; it names the language too
    :raises InterchangeError: it is no notebook of format 4
    """
    return _read(text, docname, rules or Rules(language))


def read_tree(
    folder: str | Path,
    language: str,
    pattern: str = "**/*.ipynb",
    rules: Rules | None = None,
) -> Book:
    """Read every notebook below *folder*.

    :raises InterchangeError: the folder or a file cannot be read
    """
    return files.read_tree(folder, pattern, rules or Rules(language), _read)


def _read(text: str, docname: str, rules: Rules) -> tuple[Container, ...]:
    stream = Stream(docname, rules, has_lines=False)
    markdown.read_into(stream, list(_prose(text, docname)))
    return tuple(stream.containers)


def _prose(text: str, docname: str) -> Iterator[str]:
    """Yield the source of each Markdown cell."""
    for number, cell in enumerate(_cells(text, docname), 1):
        if not isinstance(cell, dict) or "cell_type" not in cell:
            msg = f"{docname}: cell {number} is no cell: it has no cell_type"
            raise InterchangeError(msg)
        if cell["cell_type"] == "markdown":
            source = cell.get("source")
            lines = [source] if isinstance(source, str) else source
            if not isinstance(lines, list) or not all(
                isinstance(line, str) for line in lines
            ):
                msg = f"{docname}: cell {number} has no source that is text"
                raise InterchangeError(msg)
            yield "".join(lines).replace("\r\n", "\n")


def _cells(text: str, docname: str) -> list[Any]:
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as exc:
        msg = f"{docname}:{exc.lineno}: not JSON: {exc.msg}"
        raise InterchangeError(msg) from exc
    except RecursionError as exc:
        msg = f"{docname}: not a notebook: it nests too deep"
        raise InterchangeError(msg) from exc
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        msg = f"{docname}: not a notebook: it has no nbformat"
        raise InterchangeError(msg)
    if notebook["nbformat"] != _FORMAT:
        found = notebook["nbformat"]
        msg = f"{docname}: of nbformat {found!r}; only {_FORMAT} is read"
        raise InterchangeError(msg)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        msg = f"{docname}: not a notebook: it has no list of cells"
        raise InterchangeError(msg)
    return cells
