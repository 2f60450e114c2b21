"""Read the inline markup of Markdown, as marks with Sphinx's names for them."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.readers.blocks import Mark, collapse
from amts_sphinx.readers.spans import MarkSpans, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.tree import SyntaxTreeNode

    from amts_sphinx.readers.blocks import Piece
    from amts_sphinx.readers.spans import Span

#: Roles → the kind of the code in Sphinx: domain and role, or name of the node.
_KINDS: Final = {
    "numref": "std:numref",
    "ref": "std:ref",
    "doc": "std:doc",
    "term": "std:term",
    "any": ":any",
    "eq": "math:eq",
    "eqref": "math:eq",
    "cite": "cite:p",
    "cite:p": "cite:p",
    "citep": "cite:p",
    "cite:t": "cite:t",
    "citet": "cite:t",
    "math": "math",
    "code": "literal",
    "samp": "literal",
    "file": "literal",
    "sub": "subscript",
    "subscript": "subscript",
    "sup": "superscript",
    "superscript": "superscript",
    "abbr": "abbreviation",
    "guilabel": "inline",
    "menuselection": "inline",
    "emphasis": "emphasis",
    "strong": "strong",
    "download": "download_reference",
}
#: Roles whose words are shown, and which are not links.
_WORDS: Final = frozenset(
    {"sub", "subscript", "sup", "superscript", "guilabel", "menuselection"}
    | {"emphasis", "strong"}
)
#: Roles that only d2lbook's tools read.
_SERVICE: Final = frozenset({"label", "eqlabel", "width", "height"})
_TITLED: Final = re.compile(r"(.+?)\s*<([^<>]+)>", re.DOTALL)
_ABBREVIATION: Final = re.compile(r"(.+?)\s*\(.+\)", re.DOTALL)
#: Markup around words → its kind.
_WRAPPERS: Final = {
    "em": "emphasis",
    "strong": "strong",
    "link": "reference",
    "span": "inline",
}
#: Markup that is the same in every edition → its kind.
_CONTENTS: Final = {
    "code_inline": "literal",
    "math_inline": "math",
    "math_inline_double": "math",
    "html_inline": "raw",
    "kept": "raw",
}
#: Display formulas: in a doctree they separate paragraphs, even within a line.
_DISPLAY: Final = "math_inline_double"


class InlineRun(NamedTuple):
    """A part of a paragraph between display formulas."""

    nodes: list[SyntaxTreeNode]
    #: The number of lines of the paragraph before this part.
    lines: int


def runs(nodes: Sequence[SyntaxTreeNode]) -> Iterator[InlineRun]:
    """Split the content of a paragraph at its display formulas."""
    lines = 0
    for is_formula, group in groupby(nodes, lambda node: node.type == _DISPLAY):
        part = list(group)
        if not is_formula:
            blank = 0
            while blank < len(part) and part[blank].type in {"softbreak", "hardbreak"}:
                blank += 1
            yield InlineRun(part[blank:], lines + blank)
        lines += sum(map(_breaks, part))


def _breaks(node: SyntaxTreeNode) -> int:
    """Return the number of line breaks in *node*."""
    if node.type in {"softbreak", "hardbreak"}:
        return 1
    own = node.content.count("\n") if not node.children else 0
    return own + sum(map(_breaks, node.children))


def is_picture(nodes: Sequence[SyntaxTreeNode]) -> bool:
    """Tell whether a paragraph consists of images, perhaps with a label."""
    kinds = {node.type for node in nodes if not _is_nothing(node)}
    return kinds == {"image"}


def _is_nothing(node: SyntaxTreeNode) -> bool:
    if node.type == "myst_role":
        return node.meta["name"] in _SERVICE
    return node.type in {"softbreak", "hardbreak"} or (
        node.type == "text" and not node.content.strip()
    )


def has_lone_dollar(nodes: Iterable[SyntaxTreeNode]) -> bool:
    """Tell whether the words hold a dollar sign that is neither escaped nor paired."""
    return any(
        (node.type == "text" and "$" in node.content) or has_lone_dollar(node.children)
        for node in nodes
    )


class Placing:
    """Makes pieces of inline markup, with their places in the file.

    :param places: of each character of the block's content, and of its end; ``None``:
        they are not known
    """

    def __init__(self, places: Sequence[int] | None = None) -> None:
        self._places = places
        #: Where there is markup that belongs to no text.
        self.others: list[Span] = []

    def pieces(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[Piece]:
        """Yield inline markup as words and marks."""
        for node in nodes:
            yield from self._piece(node)

    def inside(self, image: SyntaxTreeNode) -> Placing:
        """Return what makes pieces of the text of an image."""
        span = image.meta.get("span")
        if self._places is None or span is None:
            return Placing()
        return Placing(self._places[span[0] + len("![") :])

    def _span(self, span: Span | None) -> Span | None:
        """Return a span of the content as one of the file."""
        if self._places is None or span is None or span[0] >= span[1]:
            return None
        return self._places[span[0]], self._places[span[1] - 1] + 1

    def _spans(self, node: SyntaxTreeNode) -> MarkSpans | None:
        outer = self._span(node.meta.get("span"))
        inner = self._span(node.meta.get("inner"))
        return MarkSpans(outer, inner or outer) if outer else None

    def _words(self, text: str, span: Span | None) -> str:
        """Return words, with the places of their characters if these are known."""
        if self._places is None or span is None:
            return text
        if len(text) == span[1] - span[0]:
            places = self._places[span[0] : span[1]]
            return Words(text, places, [place + 1 for place in places])
        if len(text) == 1:  # an escape or an entity
            start, end = self._places[span[0]], self._places[span[1] - 1] + 1
            return Words(text, [start], [end])
        return text

    def _piece(self, node: SyntaxTreeNode) -> Iterator[Piece]:
        kind = node.type
        if kind in {"text", "text_special"}:
            if node.content:
                yield self._words(node.content, node.meta.get("span"))
        elif kind in {"softbreak", "hardbreak"}:
            yield from self._break(node)
        elif kind in _WRAPPERS:
            href = str(node.attrs.get("href", ""))
            inside = tuple(self.pieces(node.children))
            yield Mark(_WRAPPERS[kind], href, inside, self._spans(node))
        elif node.content.startswith("<!--"):
            self._leave(node)
        elif kind in _CONTENTS:
            content = collapse(node.content)
            yield Mark(_CONTENTS[kind], content, None, self._spans(node))
        elif kind == "image":
            name = PurePosixPath(str(node.attrs.get("src", ""))).name
            yield Mark("image", name, None, self._spans(node))
        elif kind == "footnote_ref":
            label = node.meta.get("label") or node.meta.get("id", "")
            yield Mark("footnote_reference", str(label), None, self._spans(node))
        elif kind == "myst_role":
            yield from self._role(node)
        else:
            yield from self.pieces(node.children)

    def _break(self, node: SyntaxTreeNode) -> Iterator[Piece]:
        """Yield a hard break as MyST has it in a doctree: for HTML, and for LaTeX."""
        if node.type == "softbreak":
            yield self._words("\n", node.meta.get("span"))
            return
        spans = self._spans(node)
        nothing = (spans.outer[1], spans.outer[1]) if spans else None
        yield Mark("raw", "<br />", None, spans)
        yield Mark("raw", r"\\", None, nothing and MarkSpans(nothing, nothing))

    def _leave(self, node: SyntaxTreeNode) -> None:
        span = self._span(node.meta.get("span"))
        if span:
            self.others.append(span)

    def _role(self, node: SyntaxTreeNode) -> Iterator[Piece]:
        """Yield a role as words and marks."""
        name, content = str(node.meta["name"]), node.content
        kind = _KINDS.get(name, name if ":" in name else f":{name}")
        titled = _TITLED.fullmatch(content)
        if name in _SERVICE:
            self._leave(node)
        elif name in _WORDS:
            yield self._role_mark(node, kind, "", content)
        elif name == "abbr":
            short = _ABBREVIATION.fullmatch(content)
            yield self._role_mark(node, kind, "", short[1] if short else content)
        elif kind == "std:term" and not titled:
            yield self._role_mark(node, kind, collapse(content), content)
        elif titled and kind not in {"math", "literal"}:
            # To Sphinx "!" and "~" have a meaning of their own: they are not in the
            # target.
            target = collapse(titled[2]).lstrip("!~")
            yield self._role_mark(node, kind, target, titled[1])
        else:
            yield Mark(kind, collapse(content), None, self._spans(node))

    def _role_mark(
        self, node: SyntaxTreeNode, kind: str, equiv: str, shown: str
    ) -> Piece:
        """Return a role that shows words; its content begins with them."""
        spans, span = self._spans(node), node.meta.get("span")
        if spans is None or span is None:
            return Mark(kind, equiv, (shown,))
        start = span[1] - node.meta.get("ticks", 1) - len(node.content)
        inner = start, start + len(shown)
        words = self._words(shown, inner)
        spans = spans._replace(inner=self._span(inner) or spans.outer)
        return Mark(kind, equiv, (words,), spans)


def pieces(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Piece]:
    """Yield inline markup as words and marks, without places."""
    return Placing().pieces(nodes)
