"""The texts of configuration values as coded text: their HTML and their holes."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What HTML shows that is not text, whole; then any other tag.
_TAG: Final = re.compile(
    r"(<!--.*?-->|<(?P<whole>script|style|svg|code|pre|kbd|math)\b.*?</(?P=whole)\s*>"
    r"|</?[a-zA-Z][^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_NAME: Final = re.compile(r"</?([a-zA-Z][\w-]*)")
_HREF: Final = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
)
_ENTITY: Final = re.compile(r"&(?:#\d+|#x[\da-fA-F]+|[a-zA-Z]\w*);")
#: In place of the name of a tag, for a hole.
_FILLED: Final = "%"
#: What Sphinx fills when it writes: a number, a name, a part of a date.
_HOLE: Final = re.compile(r"(%\(\w+\)[sd]|%-?[a-zA-Z]|\{\w*\})")


class Markup(NamedTuple):
    """A text of ``conf.py`` as coded text, and what its codes stand for."""

    coded: str
    codes: tuple[Code, ...] = ()
    #: What stands before and after the words of the codes 1, 2, 3, …; for a code
    #: without words all stands before.
    pieces: tuple[tuple[str, str], ...] = ()
    is_html: bool = False

    def filled(self, target: str) -> str:
        """Return the coded *target*, which has the same codes, as such a text."""
        parts: list[str] = []
        around: list[str] = []
        for piece in inline_codes.tokens(target):
            if piece.type == "text":
                text = inline_codes.unescape(piece.coded)
                parts.append(html.escape(text, quote=False) if self.is_html else text)
            elif piece.type == "close":
                parts.append(around.pop())
            else:
                before, after = self.pieces[piece.id - 1]
                parts.append(before)
                if piece.type == "open":
                    around.append(after)
        return "".join(parts)


def is_html(text: str) -> bool:
    """Tell whether *text* has tags or entities of HTML."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def plain(text: str) -> Markup:
    """Return a text without markup."""
    return Markup(inline_codes.escape(text))


def with_holes(text: str) -> Markup:
    """Return a text in which Sphinx fills holes, such as ``%s`` or ``{number}``."""
    coded, codes, pieces = "", list[Code](), list[tuple[str, str]]()
    for i, part in enumerate(_HOLE.split(text)):
        if i % 2:
            codes.append(Code(len(codes) + 1, paired=False, kind="hole", equiv=part))
            pieces.append((part, ""))
            coded += inline_codes.empty(len(codes))
        else:
            coded += inline_codes.escape(part)
    return Markup(coded, tuple(codes), tuple(pieces))


def of_message(text: str) -> Markup | None:
    """Return a message of a template, with holes; ``None`` if its tags do not nest."""
    return of_html(text, _HOLE) if is_html(text) else with_holes(text)


def of_html(text: str, holes: re.Pattern[str] | None = None) -> Markup | None:
    """Return a text that is HTML; ``None`` if its tags do not nest.

    :param holes: what is filled in the words of it
    """
    coded, codes, pieces = "", list[Code](), list[tuple[str, str]]()
    around: list[tuple[str, int]] = []
    for part, name, shape in _parts(text, holes):
        if shape == "text":
            coded += inline_codes.escape(html.unescape(part))
        elif shape == "close":
            if not around or around[-1][0] != name:
                return None
            number = around.pop()[1]
            pieces[number - 1] = (pieces[number - 1][0], part)
            coded += "</g>"
        else:
            number, paired = len(codes) + 1, shape == "open"
            href = _HREF.search(part)
            equiv = href[1] if href else ""
            code = Code(number, paired, f"html:{name or 'whole'}", equiv)
            if name == _FILLED:
                code = Code(number, paired=False, kind="hole", equiv=part)
            codes.append(code)
            pieces.append((part, ""))
            if paired:
                around.append((name, number))
                coded += inline_codes.opening(number)
            else:
                coded += inline_codes.empty(number)
    found = Markup(coded, tuple(codes), tuple(pieces), is_html=True)
    return None if around else found


def _parts(text: str, holes: re.Pattern[str] | None) -> Iterator[tuple[str, str, str]]:
    """Yield the parts of HTML: each with the name of its tag, and its shape."""
    if holes is not None:
        for part, name, shape in _parts(text, None):
            pieces = holes.split(part) if shape == "text" else [part]
            for i, piece in enumerate(pieces):
                if piece:
                    yield (piece, _FILLED, "empty") if i % 2 else (piece, name, shape)
        return
    end = 0
    for match in _TAG.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], "", "text"
        tag, end = match[0], match.end()
        found = _NAME.match(tag)
        name = found[1].lower() if found else ""
        if not name or match["whole"] or name in _VOID or tag.endswith("/>"):
            yield tag, name, "empty"
        else:
            yield tag, name, "close" if tag.startswith("</") else "open"
    if end < len(text):
        yield text[end:], "", "text"
