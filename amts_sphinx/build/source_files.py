"""The files of a book that an edition is written from: Markdown, and notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import InterchangeError, MarkupError
from amts_sphinx.readers.pages import Page, read
from amts_sphinx.writers import notebooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from amts_sphinx.readers.blocks import ReadingRules


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file with its pages: one of Markdown, or a notebook's Markdown cells."""

    data: bytes
    text: str
    parts: tuple[Page, ...]
    is_notebook: bool = False

    @classmethod
    def of(cls, data: bytes, path: Path, rules: ReadingRules) -> SourceFile:
        """Read the content of a file.

        :param path: relative to the folder of the book
        :raises InterchangeError: it is not UTF-8, or not a notebook
        """
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as exc:
            line = data.count(b"\n", 0, exc.start) + 1
            raise InterchangeError(f"{path}:{line}: not UTF-8") from exc
        docname = path.with_suffix("").as_posix()
        if path.suffix != ".ipynb":
            return cls(data, text, (read(text, docname, rules),))
        try:
            found = notebooks.cells(text)
        except MarkupError as exc:
            raise InterchangeError(f"{path}: {exc}") from exc
        parts = tuple(read(cell.source, docname, rules) for cell in found)
        return cls(data, text, parts, is_notebook=True)

    def with_parts(self, texts: Sequence[str]) -> bytes:
        """Return the content of the file with other texts of its parts."""
        if not self.is_notebook:
            return texts[0].encode()
        return notebooks.with_sources(self.text, dict(enumerate(texts))).encode()

    def goes_with(self, record: SourceFile, page: SourceFile) -> bool:
        """Tell whether this source has the parts of its record and of its page."""
        if not self.is_notebook:
            return True
        sizes = {len(each.parts) for each in (self, record, page)}
        same = notebooks.others(self.text) == notebooks.others(record.text)
        return len(sizes) == 1 and same


def read_file(place: Path, path: Path, rules: ReadingRules) -> SourceFile:
    """Read a file.

    :param place: where it stands
    :param path: relative to the folder of the book
    :raises InterchangeError: it cannot be read
    """
    try:
        data = place.read_bytes()
    except OSError as exc:
        raise InterchangeError(f"{place} cannot be read: {exc.strerror}") from exc
    return SourceFile.of(data, path, rules)
