"""Read Jupyter notebooks: their Markdown cells, without code and output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.readers import files, markdown
from amts_sphinx.readers.blocks import ReadingRules, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from amts_sphinx.core.units import Book, Container

#: The major version of the format to which all others are converted.
_FORMAT: Final = 4
#: The errors that nbformat raises for JSON that is not a notebook.
_FAULTS: Final = (AttributeError, KeyError, TypeError, ValueError)


def read(
    text: str, docname: str, language: str, rules: ReadingRules | None = None
) -> tuple[Container, ...]:
    """Return the texts of a notebook, in the order of its cells, without lines.

    :param language: BCP 47
    :param rules: in place of the default ones for *language*
    :raises InterchangeError: it is not a notebook, or nbformat is not installed
    """
    return _read(text, docname, rules or ReadingRules(language))


def read_tree(
    folder: str | Path,
    language: str,
    pattern: str = "**/*.ipynb",
    rules: ReadingRules | None = None,
) -> Book:
    """Read every notebook below *folder*.

    :raises InterchangeError: the folder or a file cannot be read
    """
    return files.read_tree(folder, pattern, rules or ReadingRules(language), _read)


def _read(text: str, docname: str, rules: ReadingRules) -> tuple[Container, ...]:
    stream = Stream(docname, rules, has_lines=False)
    markdown.read_into(stream, list(_prose(text, docname)))
    return tuple(stream.containers)


def _prose(text: str, docname: str) -> Iterator[str]:
    """Yield the source of each Markdown cell."""
    for number, cell in enumerate(_cells(text, docname), 1):
        if cell.get("cell_type") == "markdown":
            source = cell.get("source")
            if not isinstance(source, str):
                raise InterchangeError(f"{docname}: cell {number} has no source text")
            yield source.replace("\r\n", "\n")


def _cells(text: str, docname: str) -> list[Any]:
    """Return the cells of a notebook, of any version of the format.

    The notebook is not validated: faults outside of the prose, such as a cell without
    an id, do not matter here, and nbformat would warn about them.
    """
    try:
        # Only books that are notebooks need it.
        from nbformat import ValidationError, convert, reader
    except ImportError as exc:
        raise InterchangeError(
            f"{docname}: notebooks are read by nbformat, which is not installed;"
            " run pip install './amts_sphinx[notebook]'"
        ) from exc
    try:
        notebook: Any = reader.reads(text)  # type: ignore[no-untyped-call]
        notebook = convert(notebook, _FORMAT)  # type: ignore[no-untyped-call]
        cells = notebook["cells"]
    except reader.NotJSONError as exc:
        cause = exc.__cause__
        line = cause.lineno if isinstance(cause, json.JSONDecodeError) else 1
        raise InterchangeError(f"{docname}:{line}: not JSON") from exc
    except RecursionError as exc:
        raise InterchangeError(f"{docname}: not a notebook: nested too deep") from exc
    except (*_FAULTS, ValidationError) as exc:
        raise InterchangeError(f"{docname}: not a notebook: {exc}") from exc
    if not isinstance(cells, list):
        raise InterchangeError(f"{docname}: not a notebook: its cells are not a list")
    return cells
