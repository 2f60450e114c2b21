"""Find the files of a book, and read their texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from amts_sphinx.core.units import Book, Container
    from amts_sphinx.readers.blocks import ReadingRules

#: Folders that hold the output of a build, or files that are not part of a book.
_MADE: Final = frozenset({"_build", "node_modules", "__pycache__"})


def text_of(path: Path) -> str:
    """Return the text of a UTF-8 file, with a line feed at the end of each line.

    :raises InterchangeError: it cannot be read, or is not UTF-8
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise InterchangeError(f"{path}:{line}: not UTF-8") from exc
    return text.replace("\r\n", "\n").replace("\r", "\n")


def documents(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """Yield the name and the path of each file below *folder*, sorted by name.

    Hidden folders and those with a build's output are left out.

    :raises InterchangeError: there is no such folder
    """
    if not folder.is_dir():
        raise InterchangeError(f"{folder} is not a folder")
    found = {}
    for path in folder.glob(pattern):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") or part in _MADE for part in inside.parts)
        if path.is_file() and not hidden:
            found[inside.with_suffix("").as_posix()] = path
    yield from sorted(found.items())


def read_tree(
    folder: str | Path,
    pattern: str,
    rules: ReadingRules,
    read: Callable[[str, str, ReadingRules], tuple[Container, ...]],
) -> Book:
    """Read every document below *folder*.

    :param read: reads one document, from its text, its name and the rules; its errors
        begin with the document's name, which is replaced by the path
    :raises InterchangeError: a file cannot be read; the message names it
    """
    book = {}
    for docname, path in documents(Path(folder), pattern):
        text = text_of(path)
        try:
            book[docname] = read(text, docname, rules)
        except InterchangeError as exc:
            raise InterchangeError(f"{path}{str(exc).removeprefix(docname)}") from exc
    return book
