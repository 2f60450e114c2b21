"""Where texts stand, as file and line: what editors and terminals open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from amts_sphinx.core.units import Location
    from amts_sphinx.review.drift import Item

#: What the names of documents' files may end with.
_SUFFIXES: Final = (".md", ".rst", ".ipynb", ".html", ".txt")


class Places(NamedTuple):
    """The folders of a book and of its edition."""

    book: Path
    edition_folder: Path

    def source(self, location: Location) -> str:
        """Return the place of a text of the book."""
        return _place(self.book, location.docname, location.line)

    def edition(self, location: Location) -> str:
        """Return the place of a text of the edition."""
        return _place(self.edition_folder, location.docname, location.line)

    def base(self, item: Item) -> str:
        """Return the place of the source that people translated.

        It is a file where it stands beside the edition, as d2lbook keeps it.
        """
        where = item.former_location or item.location
        beside = f"{where.docname}_origin"
        if _file(self.edition_folder, beside) is not None:
            return _place(self.edition_folder, beside, where.line)
        return str(where)


def _place(folder: Path, docname: str, line: int | None) -> str:
    path = _file(folder, docname) or Path(folder, docname)
    return str(path) if line is None else f"{path}:{line}"


def _file(folder: Path, docname: str) -> Path | None:
    for suffix in _SUFFIXES:
        path = Path(folder, f"{docname}{suffix}")
        if path.is_file():
            return path
    return None
