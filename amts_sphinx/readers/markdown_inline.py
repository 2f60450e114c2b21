"""Read the inline markup of Markdown, as marks with Sphinx's names for them."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.readers.blocks import Mark, collapse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.tree import SyntaxTreeNode

    from amts_sphinx.readers.blocks import Piece

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
_WRAPPERS: Final = {"em": "emphasis", "strong": "strong", "link": "reference"}
#: Markup that is the same in every edition → its kind.
_CONTENTS: Final = {
    "code_inline": "literal",
    "math_inline": "math",
    "math_inline_double": "math",
    "html_inline": "raw",
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


def pieces(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Piece]:
    """Yield inline markup as words and marks."""
    for node in nodes:
        yield from _piece(node)


def _piece(node: SyntaxTreeNode) -> Iterator[Piece]:
    kind = node.type
    if kind in {"text", "text_special"}:
        yield node.content
    elif kind in {"softbreak", "hardbreak"}:
        yield "\n"
    elif kind in _WRAPPERS:
        href = str(node.attrs.get("href", ""))
        yield Mark(_WRAPPERS[kind], href, tuple(pieces(node.children)))
    elif kind in _CONTENTS:
        if not node.content.startswith("<!--"):
            yield Mark(_CONTENTS[kind], collapse(node.content))
    elif kind == "image":
        yield Mark("image", PurePosixPath(str(node.attrs.get("src", ""))).name)
    elif kind == "footnote_ref":
        label = node.meta.get("label") or node.meta.get("id", "")
        yield Mark("footnote_reference", str(label))
    elif kind == "myst_role":
        yield from _role(str(node.meta["name"]), node.content)
    else:
        yield from pieces(node.children)


def _role(name: str, content: str) -> Iterator[Piece]:
    """Yield a role as words and marks."""
    kind = _KINDS.get(name, name if ":" in name else f":{name}")
    titled = _TITLED.fullmatch(content)
    if name in _SERVICE:
        return
    if name in _WORDS:
        yield Mark(kind, "", (content,))
    elif name == "abbr":
        short = _ABBREVIATION.fullmatch(content)
        yield Mark(kind, "", (short[1] if short else content,))
    elif kind == "std:term" and not titled:
        yield Mark(kind, collapse(content), (content,))
    elif titled and kind not in {"math", "literal"}:
        # To Sphinx "!" and "~" have a meaning of their own: they are not in the target.
        yield Mark(kind, collapse(titled[2]).lstrip("!~"), (titled[1],))
    else:
        yield Mark(kind, collapse(content))
