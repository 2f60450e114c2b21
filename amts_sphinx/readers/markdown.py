"""Read Markdown: CommonMark, MyST and d2lbook's dialect.

Left out are code, display formulas, raw HTML, pictures and what only tools read. Levels
are those of Sphinx's doctrees, so that a Markdown edition can be paired with a Sphinx
tree: a first-level heading is on level 2, and so is the text below it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markdown_it.tree import SyntaxTreeNode

from amts_sphinx.readers import files, markdown_inline
from amts_sphinx.readers.blocks import ReadingRules, Stream
from amts_sphinx.readers.markdown_syntax import parser, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.core.units import Book, Container

#: How many levels deeper the children of a block are in a doctree.
_DEPTHS: Final = {
    "bullet_list": 1,
    "ordered_list": 1,
    "list_item": 1,
    "blockquote": 1,
    "dl": 1,
    "dd": 2,
    "dt": 1,
    "footnote": 1,
    "table": 2,
    "thead": 1,
    "tbody": 1,
    "tr": 1,
    "th": 1,
    "td": 1,
}
#: Blocks whose content is inline markup, and their kind.
_TEXTS: Final = {"paragraph": "paragraph", "dt": "term"} | dict.fromkeys(
    ("th", "td"), "paragraph"
)
#: MyST's directives whose body is prose.
_PROSE: Final = re.compile(
    r"\{(admonition|attention|caution|danger|error|hint|important|note|seealso|tip|"
    r"warning|todo|topic|sidebar|margin|epigraph|dropdown|deprecated|versionadded|"
    r"versionchanged)\}[ \t]*(.*)"
)
#: Directives whose argument is a title; the argument of others belongs to the body.
_TITLED: Final = frozenset({"admonition", "topic", "sidebar", "dropdown", "margin"})
_VERSIONS: Final = frozenset({"deprecated", "versionadded", "versionchanged"})
_OPTION: Final = re.compile(r"[ \t]*:[\w-]+:(?!`)")
#: d2lbook's caption of a table: a line before it that starts with a colon.
_TABLE_CAPTION: Final = re.compile(r":(?![\w.+:-]+:`)\s*")


def read(
    text: str, docname: str, language: str, rules: ReadingRules | None = None
) -> tuple[Container, ...]:
    """Return the texts of a Markdown document, in the document's order.

    :param language: BCP 47
    :param rules: in place of the default ones for *language*
    """
    return _read(text, docname, rules or ReadingRules(language))


def read_tree(
    folder: str | Path,
    language: str,
    pattern: str = "**/*.md",
    rules: ReadingRules | None = None,
) -> Book:
    """Read every Markdown file below *folder*.

    :raises InterchangeError: the folder or a file cannot be read
    """
    return files.read_tree(folder, pattern, rules or ReadingRules(language), _read)


def read_origin_tree(
    folder: str | Path, source_language: str, target_language: str
) -> tuple[Book, Book]:
    """Read d2lbook's layout: ``page.md``, and its source ``page_origin.md`` beside it.

    :returns: the source and its translation; a page without an origin is in neither
    :raises InterchangeError: the folder or a file cannot be read
    """
    source = read_origins(folder, source_language)
    rules = ReadingRules(target_language)
    target = {
        docname: _read(files.text_of(path), docname, rules)
        for docname, path in files.documents(Path(folder), "**/*.md")
        if docname in source
    }
    return source, target


def read_origins(
    folder: str | Path, language: str, rules: ReadingRules | None = None
) -> Book:
    """Read the sources that d2lbook keeps beside the pages, under the pages' names.

    :raises InterchangeError: the folder or a file cannot be read
    """
    rules = rules or ReadingRules(language)
    return {
        docname: _read(files.text_of(path), docname, rules)
        for name, path in files.documents(Path(folder), "**/*_origin.md")
        if (docname := name.removesuffix("_origin"))
    }


def _read(text: str, docname: str, rules: ReadingRules) -> tuple[Container, ...]:
    stream = Stream(docname, rules)
    read_into(stream, [text])
    return tuple(stream.containers)


def read_into(stream: Stream, parts: Iterable[str]) -> None:
    """Add the texts of a document to *stream*; the document comes in *parts*."""
    walk = _MarkdownWalk(stream)
    for text in parts:
        walk.part(text)


class _MarkdownWalk:
    """Walks through the syntax tree of one document."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        #: How many sections are around the current block.
        self._sections = 0

    def part(self, text: str) -> None:
        self._parse(prepare(text), 0, 0)

    def _parse(self, text: str, depth: int, before: int) -> None:
        """Read *text*, which begins *before* lines after the document's start."""
        env: dict[str, Any] = {}
        tree = SyntaxTreeNode(parser().parse(text, env))
        self._blocks(tree.children, depth, before)

    def _blocks(self, nodes: Sequence[SyntaxTreeNode], depth: int, before: int) -> None:
        for place, node in enumerate(nodes, 1):
            line = before + node.map[0] + 1 if node.map else None
            if node.type == "heading":
                self._heading(node, depth, line)
            elif node.type in _TEXTS:
                caption = place < len(nodes) and nodes[place].type == "table"
                self._text(node, depth, line, is_caption=caption)
            elif node.type in {"fence", "colon_fence"}:
                self._directive(node, depth, before)
            else:
                self._blocks(node.children, depth + _DEPTHS.get(node.type, 0), before)

    def _heading(self, node: SyntaxTreeNode, depth: int, line: int | None) -> None:
        kind = "title"
        if depth:
            kind = "rubric"  # there are no sections inside a block
        else:
            self._sections = int(node.tag[1:])
        found = [run.nodes for run in markdown_inline.runs(_inline(node))]
        for nodes in found:
            self._add(nodes, kind, depth, line)

    def _text(
        self, node: SyntaxTreeNode, depth: int, line: int | None, *, is_caption: bool
    ) -> None:
        """Add a block of inline markup, split at display formulas."""
        inline = _inline(node)
        kind = _TEXTS[node.type]
        depth += _DEPTHS.get(node.type, 0)
        if markdown_inline.is_picture(inline):
            if self._stream.rules.figure_captions:
                for image in inline:
                    self._add(image.children, "caption", depth + 1, line)
            return
        for nodes, lines in markdown_inline.runs(inline):
            place = None if line is None else line + lines
            if is_caption and nodes and _TABLE_CAPTION.match(nodes[0].content):
                rest = list(markdown_inline.pieces(nodes))
                rest[0] = _TABLE_CAPTION.sub("", nodes[0].content, count=1)
                self._stream.add(rest, "title", self._level(depth + 1), place)
            else:
                self._add(nodes, kind, depth, place)

    def _add(
        self, nodes: Sequence[SyntaxTreeNode], kind: str, depth: int, line: int | None
    ) -> None:
        if markdown_inline.has_lone_dollar(nodes):
            self._stream.fault(
                line, "a dollar sign that neither opens nor ends a formula"
            )
        pieces = markdown_inline.pieces(nodes)
        self._stream.add(pieces, kind, self._level(depth), line)

    def _level(self, depth: int) -> int:
        return self._sections + 1 + depth

    def _directive(self, node: SyntaxTreeNode, depth: int, before: int) -> None:
        """Read the body of a directive, if the directive holds prose."""
        found = _PROSE.fullmatch(node.info.strip())
        if not found or not node.map:
            return
        name, argument = found.groups()
        start = before + node.map[0] + 1
        lines = node.content.split("\n")
        skipped = _options(lines)
        if name in _VERSIONS:
            argument = argument.partition(" ")[2]
        if argument:
            kind = "title" if name in _TITLED else "paragraph"
            tree = SyntaxTreeNode(parser().parseInline(argument))
            self._add(tree.children[0].children, kind, depth + 1, start)
        self._parse("\n".join(lines[skipped:]), depth + 1, start + skipped)


def _inline(node: SyntaxTreeNode) -> Sequence[SyntaxTreeNode]:
    return [
        part
        for child in node.children
        if child.type == "inline"
        for part in child.children
    ]


def _options(lines: Sequence[str]) -> int:
    """Return the number of lines with options at the start of a directive's body."""
    if lines and lines[0].strip() == "---":
        ends = [i for i, line in enumerate(lines[1:], 2) if line.strip() == "---"]
        return ends[0] if ends else 0
    count = 0
    while count < len(lines) and _OPTION.match(lines[count]):
        count += 1
    return count
