"""Coded text → Markdown as MyST reads it, with the markup that its source has.

The message is parsed with the syntax of the book; its elements are the codes of the
source, in order. CommonMark has no sign that separates and shows nothing: in some
places of a text without blanks one must be set.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils.utils import punctuation_chars

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError, MarkupError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from amts_sphinx.doctree.messages import Written

#: Tokens of markdown-it that are words, or blanks.
_TEXTS: Final = frozenset({"text", "softbreak", "hardbreak", "text_special"})
#: What Markdown would take for markup in plain words.
_SPECIAL: Final = re.compile(
    r"[\\`*\[\]<$] | (?<!\w)_ | _(?!\w) | \{(?=[\w{]) | !(?=\[) | &(?=\#?\w+;)",
    re.VERBOSE,
)
#: What begins a list, a title or another block.
_BLOCK: Final = re.compile(r"[-+>#=~:|](?!\w)|[-+]\s|#{1,6}\s|\*\s|:::|---")
_NUMBERED: Final = re.compile(r"(\d+)([.)]\s)")
#: Signs that Markdown sees only between certain characters.
_FLANKED: Final = frozenset("*_~")
_LINK: Final = re.compile(r"[\s()<>]")
#: What stands before the words of a role.
_ROLE: Final = re.compile(r"(?:\{[^{}]+\}|:[A-Za-z][\w.+:-]*:)`+")
#: A role of d2lbook's, or an address. d2lbook makes reStructuredText of it: there both
#: begin only behind a blank or some signs, and an address ends only before such.
_ADDRESS: Final = re.compile(r"(?:https?|ftp)://")
_APART: Final = re.compile(rf":[A-Za-z][\w.+:-]*:`|{_ADDRESS.pattern}")
_BEFORE: Final = re.compile(
    rf"[\s{punctuation_chars.openers}{punctuation_chars.delimiters}]"
)
_BEHIND: Final = re.compile(
    rf"[\s{punctuation_chars.closing_delimiters}{punctuation_chars.delimiters}"
    rf"{punctuation_chars.closers}]"
)
_NOT_IN_ROLE: Final = re.compile(r"[`<>]")


@dataclass(slots=True)
class _Element:
    """A token with what it holds."""

    token: Token
    inside: list[_Element] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.token.type in _TEXTS

    @property
    def is_comment(self) -> bool:
        return self.token.content.startswith("<!--")

    @property
    def holds(self) -> bool:
        """Whether it holds words between two signs."""
        return self.token.nesting == 1


class Markup(NamedTuple):
    """How a code is written: all of it as *before*, or around its words."""

    before: str
    after: str


@lru_cache(4)
def parser(extensions: frozenset[str]) -> MarkdownIt:
    """Return the parser of the book's Markdown.

    :raises AmtsError: myst-parser is not installed
    """
    try:
        from markdown_it.renderer import RendererHTML
        from myst_parser.config.main import MdParserConfig
        from myst_parser.parsers.mdit import create_md_parser
    except ImportError as exc:
        raise AmtsError("messages in Markdown need myst-parser") from exc
    config = MdParserConfig(enable_extensions=set(extensions))
    return create_md_parser(config, RendererHTML)


def render(
    coded: str, message: str, written: Written, extensions: frozenset[str]
) -> str:
    """Return *coded* as the translation of *message*.

    :param written: how the source of the coded text is written in the message
    :param extensions: those of the syntax, as ``myst_enable_extensions`` names them
    :raises MarkupError: it cannot be written in Markdown
    :raises AmtsError: myst-parser is not installed
    """
    elements = _tree(message, extensions)
    outer: list[Markup] = []
    for _ in written.around:
        wrapper = _only(elements)
        if wrapper is not None:
            outer.append(_sides(wrapper.token))
            elements = wrapper.inside
        elif not outer:
            raise MarkupError("there is no piece of markup around the text")
    known = _known(elements, [span.paired for span in written.spans])
    text = _Writer(known).write(coded)
    for around in reversed(outer):
        text = around.before + text + around.after
    return _as_paragraph(text)


def compose(coded: str, known: Mapping[int, Markup]) -> str:
    """Return coded text as Markdown, for the beginning of a block or after other words.

    :param known: how each code is written, by its number
    """
    return _as_paragraph(_Writer(known).write(coded))


def _tree(message: str, extensions: frozenset[str]) -> list[_Element]:
    """Return the elements of a message."""
    blocks = parser(extensions).parse(message)
    tokens = next((each.children for each in blocks if each.type == "inline"), None)
    found: list[_Element] = []
    here, around = found, list[list[_Element]]()
    for token in tokens or ():
        if token.nesting == -1:
            here = around.pop()
            continue
        here.append(_Element(token))
        if token.nesting == 1:
            around.append(here)
            here = here[-1].inside
    return found


def _only(elements: list[_Element]) -> _Element | None:
    """Return the one element that there is, if it holds words."""
    those = [e for e in elements if not e.is_text or e.token.content.strip()]
    return those[0] if len(those) == 1 and those[0].holds else None


def _known(elements: list[_Element], paired: list[bool]) -> dict[int, Markup]:
    """Return how each code is written, by its number.

    :raises MarkupError: the message does not have the same elements
    """
    found: dict[int, Markup] = {}

    def walk(those: list[_Element]) -> None:
        for element in those:
            if element.is_text or element.is_comment:
                continue
            number = len(found) + 1
            if number > len(paired):
                raise MarkupError("there are more pieces of markup than codes")
            if paired[number - 1]:
                inner, found[number] = _nested(element)
                walk(inner.inside)
            else:
                found[number] = Markup(_whole(element), "")

    walk(elements)
    if len(found) != len(paired):
        raise MarkupError("there are fewer pieces of markup than codes")
    return found


def _nested(element: _Element) -> tuple[_Element, Markup]:
    """Return the innermost of elements that each hold only the next one."""
    before, after = _sides(element.token)
    while len(element.inside) == 1 and element.inside[0].holds:
        element = element.inside[0]
        inner = _sides(element.token)
        before, after = before + inner.before, inner.after + after
    return element, Markup(before, after)


def _whole(element: _Element) -> str:
    before, after = _sides(element.token)
    if before.startswith("<"):
        return before
    return before + "".join(map(_whole, element.inside)) + after


def _sides(token: Token) -> Markup:
    """Return what stands before and after the words of a token.

    :raises MarkupError: it is of a kind that is not known
    """
    write = _WRITERS.get(token.type)
    if write is not None:
        return write(token)
    if token.type in _TEXTS:
        return Markup(token.content or " " * (token.type != "text"), "")
    if token.nesting == 1 and token.markup:
        # The sign _ is no sign between letters.
        sign = token.markup.replace("_", "*")
        return Markup(sign, sign)
    raise MarkupError(f"there is no way to write {token.type!r}")


def _link(token: Token) -> Markup:
    address, title = str(token.attrs.get("href", "")), token.attrs.get("title")
    if token.markup == "autolink":
        return Markup(f"<{address}>", "")
    if token.markup == "linkify":
        return Markup(address, "")
    if _LINK.search(address):
        address = f"<{address}>"
    return Markup("[", f']({address} "{title}")' if title else f"]({address})")


def _code(token: Token) -> Markup:
    edges = token.content[:1] + token.content[-1:]
    pad = " " if "`" in edges else ""
    return Markup(f"{token.markup}{pad}{token.content}{pad}{token.markup}", "")


_WRITERS: Final[dict[str, Callable[[Token], Markup]]] = {
    "link_open": _link,
    "code_inline": _code,
    "myst_role": lambda t: Markup(f"{{{t.meta['name']}}}`{t.content}`", ""),
    "image": lambda t: Markup(f"![{t.content}]({t.attrs.get('src', '')})", ""),
    "math_inline": lambda t: Markup(f"${t.content}$", ""),
    "math_single": lambda t: Markup(f"${t.content}$", ""),
    "footnote_ref": lambda t: Markup(f"[^{t.meta['label']}]", ""),
    "html_inline": lambda t: Markup(t.content, ""),
}


class _Writer:
    """Writes one text."""

    def __init__(self, known: Mapping[int, Markup]) -> None:
        self._known = known
        self._out = ""
        #: Whether a sign has just closed after punctuation: a letter may not follow.
        self._fragile = False
        #: Whether an address has just ended.
        self._in_address = False
        #: Whether the words are those of a role: there is no markup in it.
        self._in_role = False

    def write(self, coded: str) -> str:
        """Return coded text as Markdown."""
        closing: list[str] = []
        pieces = [*inline_codes.tokens(coded)]
        for number, piece in enumerate(pieces):
            if piece.type == "text":
                self._text(inline_codes.unescape(piece.coded))
            elif piece.type == "close":
                sign = closing.pop()
                self._in_role = False
                self._fragile = _is_flanked(sign) and _ends_in_mark(self._out)
                self._out += sign
            else:
                markup = self._known[piece.id]
                self._begin(markup, "".join(_words(p.coded) for p in pieces[number:]))
                if piece.type == "open":
                    closing.append(markup.after)
                    self._in_role = bool(_ROLE.fullmatch(markup.before))
        return self._out

    def _text(self, text: str) -> None:
        if self._in_role:
            if _NOT_IN_ROLE.search(text):
                raise MarkupError(f"a role cannot hold the words {text!r}")
            self._out += text
            return
        if self._fragile and not (text[0].isspace() or _is_mark(text[0])):
            self._out += " "
        if self._in_address and not _BEHIND.match(text):
            self._out += " "
        self._fragile = self._in_address = False
        self._out += _SPECIAL.sub(r"\\\g<0>", text)

    def _begin(self, markup: Markup, after: str) -> None:
        """Write the beginning of a code.

        :param after: the words that follow
        """
        out = self._out
        letter = bool(out) and not (out[-1].isspace() or _is_mark(out[-1]))
        stuck = out.endswith("`") and markup.before.startswith("`")
        flanked = _is_flanked(markup.before) and letter and _is_mark(after[:1] or "`")
        is_apart = bool(_APART.match(markup.before))
        glued = is_apart and bool(out) and not _BEFORE.match(out[-1])
        if stuck or flanked or glued or self._fragile or self._in_address:
            self._out += " "
        self._fragile = False
        self._in_address = bool(_ADDRESS.match(markup.before))
        self._out += markup.before


def _words(coded: str) -> str:
    return "" if coded.startswith("<") else inline_codes.unescape(coded)


def _is_flanked(sign: str) -> bool:
    return bool(sign) and sign[0] in _FLANKED


def _ends_in_mark(text: str) -> bool:
    return bool(text) and _is_mark(text[-1])


def _is_mark(char: str) -> bool:
    """Tell whether CommonMark counts a character as punctuation."""
    return unicodedata.category(char)[0] in "PS"


def _as_paragraph(text: str) -> str:
    """Return a text so that it does not begin another block."""
    if _BLOCK.match(text):
        return f"\\{text}"
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text
