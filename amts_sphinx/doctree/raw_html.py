"""The texts in raw HTML that extensions write into the sources of a book.

Raw HTML is left as it is, since nobody can tell its prose from its code. But what has
one of the classes here holds words alone: what is shown below a picture, or beside it.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Of each class the attribute that holds the words; empty: they are inside the element.
_WORDS: Final = {
    # The thumbnails of sphinx-gallery.
    "sphx-glr-thumbcontainer": "tooltip",
    "sphx-glr-thumbnail-title": "",
}
_TAG: Final = re.compile(r"""<[a-z][\w-]*(?P<inside>(?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_CLASS: Final = re.compile(r"""\sclass=(["'])(?P<value>.*?)\1""")
_WHOLE: Final = re.compile(r"[^<>]*(?=</)")


class Piece(NamedTuple):
    """One text in raw HTML."""

    start: int
    end: int
    #: Without character references.
    text: str


def pieces(source: str) -> Iterator[Piece]:
    """Yield the texts in *source* that are surely words, in their order."""
    if not any(name in source for name in _WORDS):
        return
    for tag in _TAG.finditer(source):
        found = _CLASS.search(tag["inside"])
        for name in found["value"].split() if found else ():
            if name in _WORDS:
                place = _place(source, tag, _WORDS[name])
                if place is not None:
                    yield Piece(*place, html.unescape(source[slice(*place)]))
                break


def _place(source: str, tag: re.Match[str], attribute: str) -> tuple[int, int] | None:
    """Return where the words of an element are."""
    if not attribute:
        whole = _WHOLE.match(source, tag.end())
        return whole.span() if whole else None
    named = re.compile(rf"\s{attribute}=([\"'])(?P<value>.*?)\1", re.DOTALL)
    value = named.search(source, *tag.span("inside"))
    return value.span("value") if value else None


def replaced(source: str, number: int, text: str) -> str:
    """Return *source* with another text at its piece *number*, counted from 0."""
    piece = [*pieces(source)][number]
    return f"{source[: piece.start]}{html.escape(text)}{source[piece.end :]}"


def without(source: str) -> str:
    """Return what is left of *source* besides its texts."""
    for piece in reversed([*pieces(source)]):
        source = source[: piece.start] + source[piece.end :]
    return source
