"""Links from the report to the pages of an edition and to the source files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree.conf_strings import CONF

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The path of a document's page, by the builder that writes web pages.
_PAGES: Final = {"html": "{}.html", "dirhtml": "{}/index.html"}
#: How many characters of a text are enough to find it on its page.
_ENOUGH: Final = 60


@dataclass(frozen=True, slots=True)
class Links:
    """Makes relative links; they work until report, edition or book is moved."""

    #: The folder of the report.
    home: Path
    #: The folder of the edition.
    edition: Path
    #: The name of the builder that writes the edition.
    format: str
    #: Source files by document.
    sources: Mapping[str, Path]

    def page(self, docname: str) -> str:
        """Return the address of a document's page; empty when it has none."""
        pattern = _PAGES.get(self.format)
        if pattern is None or docname not in self.sources or docname == CONF:
            return ""
        path = pattern.format(docname)
        if self.format == "dirhtml" and docname.rpartition("/")[2] == "index":
            path = f"{docname}.html"
        return self._relative(self.edition / path)

    def source(self, docname: str) -> str:
        """Return the address of a document's source file; empty when it has none."""
        path = self.sources.get(docname)
        return self._relative(path) if path else ""

    def _relative(self, path: Path) -> str:
        return _relative(path, self.home)


@lru_cache(2**14)
def _relative(path: Path, home: Path) -> str:
    """Return the address of *path* as seen from *home*; texts share their pages."""
    try:
        found = os.path.relpath(path, home)
    except ValueError:  # on another drive
        return path.absolute().as_uri()
    return quote(Path(found).as_posix())


def fragment(coded: str) -> str:
    """Return the part of an address that makes a browser scroll to a text.

    It is a text fragment (``#:~:text=``), which most browsers support.
    """
    pieces = (
        inline_codes.unescape(piece.coded).strip()
        for piece in inline_codes.tokens(coded)
        if piece.type == "text"
    )
    text = max(pieces, key=len, default="")
    if len(text) > _ENOUGH:
        text = text[:_ENOUGH].rpartition(" ")[0] or text[:_ENOUGH]
    return f"#:~:text={quote(text, safe='').replace('-', '%2D')}" if text else ""
