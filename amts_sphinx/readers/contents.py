"""The pages that tables of contents in Markdown name: ``toc`` and ``{toctree}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.readers.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.readers.pages import Page

#: How these blocks begin: d2lbook's, and MyST's.
_TABLES: Final = frozenset({"toc", "{toctree"})
#: An entry with a title of its own.
_TITLED: Final = re.compile(r".*<(.+)>")


def lacking(source: Iterable[Page], page: Iterable[Page]) -> list[str]:
    """Return the entries of a source that its translation does not have, in order."""
    there = {name for each in page for name in _entries(each)}
    wanted = dict.fromkeys(name for each in source for name in _entries(each))
    return [name for name in wanted if name not in there]


def _entries(page: Page) -> list[str]:
    """Return the pages that a page names in its tables of contents."""
    found: list[str] = []
    for block in blocks(page):
        if block.shape[-1] in _TABLES:
            lines = map(str.strip, block.content.splitlines()[1:])
            found += [_name(line) for line in lines if line and line[0] not in ":`"]
    return found


def _name(line: str) -> str:
    titled = _TITLED.fullmatch(line)
    return (titled[1] if titled else line).removesuffix(".md")
