"""Typographic marks → the plain ones that Sphinx makes them of.

Sphinx sets the quotes, dashes and dots of a language in place of plain ones, so that
a message has these. A kind of marks is written so if Sphinx makes the very same of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from docutils.utils import normalize_language_tag
from docutils.utils.smartquotes import educate_tokens, smartchars

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.core.inline_codes import CodedPiece

#: Letters of docutils for what is changed, a plain mark, and what stands for it.
_DASHES: Final = (("D", "---", "—"), ("D", "--", "–"), ("e", "...", "…"))
_APOSTROPHE: Final = "’"
#: The quotes of docutils are four: the outer two, and the inner two.
_OUTER: Final = 2


class _Change(NamedTuple):
    """A plain mark, and what Sphinx makes of it."""

    plain: str
    marks: tuple[str, ...]

    def undo(self, text: str) -> str:
        for mark in self.marks:
            text = text.replace(mark, self.plain)
        return text


def undone(coded: str, message: str, action: str, locale: str) -> str:
    """Return coded text with plain marks, of the kinds that its message has.

    :param action: what Sphinx makes of them, in docutils's letters; empty: nothing
    :param locale: Sphinx's name of the language of the text
    """
    tags = normalize_language_tag(locale)
    tag = next((tag for tag in tags if tag in smartchars.quotes), "")
    if not action or not tag:
        return coded
    pieces = [*inline_codes.tokens(coded)]
    meant = _educated(pieces, action, tag)
    for change in _changes(action, tag):
        if change.plain not in message:
            continue
        plain = [
            each._replace(coded=change.undo(each.coded))
            if each.type == "text"
            else each
            for each in pieces
        ]
        if _educated(plain, action, tag) == meant:
            pieces = plain
    return inline_codes.join(pieces)


def _changes(action: str, tag: str) -> Iterator[_Change]:
    for letter, plain, mark in _DASHES:
        if letter in action:
            yield _Change(plain, (mark,))
    if "q" in action:
        quotes = tuple(smartchars.quotes[tag])
        yield _Change('"', quotes[:_OUTER])
        yield _Change("'", quotes[_OUTER:])
        yield _Change("'", (_APOSTROPHE,))


def _educated(pieces: Sequence[CodedPiece], action: str, tag: str) -> list[str]:
    """Return the texts as Sphinx shows them."""
    tokens = [
        ("plain", inline_codes.unescape(each.coded).replace("\\", "\\\\"))
        if each.type == "text"
        # A letter stands for what is code.
        else ("literal", "x" if each.type == "empty" else "")
        for each in pieces
    ]
    return list(educate_tokens(tokens, action, tag))
