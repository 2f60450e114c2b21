"""Read Markdown: CommonMark, MyST and d2lbook's dialect.

Left out are code, display formulas, raw HTML, pictures and what only tools read. Levels
are those of Sphinx's doctrees, so that a Markdown edition can be paired with a Sphinx
tree: a first-level heading is on level 2, and so is the text below it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markdown_it.tree import SyntaxTreeNode

from amts_sphinx.readers import blocks, files, markdown_inline
from amts_sphinx.readers.blocks import Mark, ReadingRules, Stream
from amts_sphinx.readers.markdown_inline import Placing
from amts_sphinx.readers.markdown_syntax import D2LBOOK, parser, prepare
from amts_sphinx.readers.spans import MarkSpans, SourceText, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amts_sphinx.core.units import Book, Container
    from amts_sphinx.readers.blocks import Piece

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
    r"versionchanged|exercise|solution|prf:[\w-]+|figure|list-table|table|tab-set|"
    r"tab-item|card|grid|grid-item|grid-item-card|versionremoved|pull-quote|highlights|"
    r"compound|container|div|only)\}[ \t]*(.*)"
)
#: Directives whose argument is a title; the argument of others belongs to the body.
_TITLED: Final = frozenset(
    {"admonition", "topic", "sidebar", "dropdown", "margin", "exercise", "list-table"}
    | {"table", "tab-item", "card", "grid-item-card"}
)
#: Directives whose argument is a name or a number, for tools alone.
_NAMED: Final = frozenset(
    {"solution", "figure", "tab-set", "grid", "grid-item", "container", "div", "only"}
)
#: The attributes of a heading, for tools alone: ``{#name .class}``.
_ATTRIBUTES: Final = re.compile(r"\s*\{[#.][^{}]*\}\s*$")
#: An address among the words: reStructuredText, which d2lbook makes, has a link of it.
_ADDRESS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:https?|ftp)://[\w\-.~%:/?#@!$&*+,;=]*[\w~*/=+]", re.ASCII
)
_EMPHASES: Final = frozenset({"emphasis", "strong"})
_VERSIONS: Final = frozenset(
    {"deprecated", "versionadded", "versionchanged", "versionremoved"}
)
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
    folder: str | Path, source_rules: ReadingRules, target_rules: ReadingRules
) -> tuple[Book, Book]:
    """Read d2lbook's layout: ``page.md``, and its source ``page_origin.md`` beside it.

    :param source_rules: for the source, in its language
    :param target_rules: for the translation
    :returns: the source and its translation; a page without an origin is in neither
    :raises InterchangeError: the folder or a file cannot be read
    """
    source = read_origins(folder, source_rules)
    target = {
        docname: _read(files.text_of(path), docname, target_rules)
        for docname, path in files.documents(Path(folder), "**/*.md")
        if docname in source
    }
    return source, target


def read_origins(folder: str | Path, rules: ReadingRules) -> Book:
    """Read the sources that d2lbook keeps beside the pages, under the pages' names.

    :raises InterchangeError: the folder or a file cannot be read
    """
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


def is_prose(info: str) -> bool:
    """Tell whether the content of a fence is prose.

    :param info: what stands behind the signs of the fence
    """
    return bool(_PROSE.fullmatch(info.strip()))


class _MarkdownWalk:
    """Walks through the syntax tree of one document."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        #: How many sections are around the current block.
        self._sections = 0
        self._source = SourceText("")
        self._part = -1
        self._dialect = ""

    def part(self, text: str) -> None:
        self._part += 1
        self._source = prepare(text)
        if self._stream.has_spans:
            self._stream.parts.append(self._source)
        self._dialect = self._source.dialect
        self._parse(self._source.text, 0, 0)

    def _parse(
        self, text: str, depth: int, before: int, kind: str = "paragraph"
    ) -> None:
        """Read *text*, which begins *before* lines after the document's start.

        :param kind: that of the first text
        """
        env: dict[str, Any] = {}
        tree = SyntaxTreeNode(parser(self._dialect).parse(text, env))
        self._blocks(tree.children, depth, before, kind)

    def _blocks(
        self,
        nodes: Sequence[SyntaxTreeNode],
        depth: int,
        before: int,
        kind: str = "paragraph",
    ) -> None:
        for place, node in enumerate(nodes, 1):
            block = _Block(node, depth, before)
            if node.type == "heading":
                self._heading(block)
            elif node.type == "paragraph" and place == 1 and kind != "paragraph":
                self._runs(block, kind)
            elif node.type in _TEXTS:
                caption = place < len(nodes) and nodes[place].type == "table"
                self._text(block, is_caption=caption)
            elif node.type in {"fence", "colon_fence"}:
                self._directive(block)
            else:
                inside = depth + _DEPTHS.get(node.type, 0)
                self._blocks(node.children, inside, before)

    def _heading(self, block: _Block) -> None:
        kind = "title"
        if block.depth:
            kind = "rubric"  # there are no sections inside a block
        else:
            self._sections = int(block.node.tag[1:])
        placing = self._placing(block)
        for run in markdown_inline.runs(block.inline):
            pieces = list(placing.pieces(run.nodes))
            self._check(run.nodes, block.line)
            self._add(_less_attributes(pieces), kind, block, placing)

    def _text(self, block: _Block, *, is_caption: bool) -> None:
        """Add a block of inline markup, split at display formulas."""
        kind = _TEXTS[block.node.type]
        inline = block.inline
        block = block.deeper(_DEPTHS.get(block.node.type, 0))
        if markdown_inline.is_picture(inline):
            if self._stream.rules.figure_captions:
                placing = self._placing(block)
                for image in inline:
                    own = placing.inside(image)
                    pieces = list(own.pieces(image.children))
                    self._check(image.children, block.line)
                    self._add(pieces, "caption", block.deeper(1), own)
        elif is_caption:
            self._table_caption(block)
        else:
            self._runs(block, kind)

    def _table_caption(self, block: _Block) -> None:
        """Add what stands before a table; with a colon it is the table's caption."""
        placing = self._placing(block)
        for nodes, lines in markdown_inline.runs(block.inline):
            pieces = blocks.tidy(placing.pieces(nodes))
            first = pieces[0] if pieces and isinstance(pieces[0], str) else ""
            found = _TABLE_CAPTION.match(first)
            place = block.later(lines)
            if found:
                pieces[0] = _part(first, found.end())
                self._add(pieces, "title", place.deeper(1), placing)
            else:
                self._check(nodes, place.line)
                self._add(pieces, _TEXTS[block.node.type], place, placing)

    def _runs(self, block: _Block, kind: str) -> None:
        placing = self._placing(block)
        for nodes, lines in markdown_inline.runs(block.inline):
            place = block.later(lines)
            self._check(nodes, place.line)
            self._add(list(placing.pieces(nodes)), kind, place, placing)

    def _check(self, nodes: Sequence[SyntaxTreeNode], line: int | None) -> None:
        if markdown_inline.has_lone_dollar(nodes):
            self._stream.fault(
                line, "a dollar sign that neither opens nor ends a formula"
            )

    def _add(
        self, pieces: Sequence[Piece], kind: str, block: _Block, placing: Placing
    ) -> None:
        if self._dialect == D2LBOOK:
            pieces = list(_with_addresses(pieces))
        self._stream.add(
            pieces,
            kind,
            self._sections + 1 + block.depth,
            block.line,
            others=placing.others,
            in_cell=block.node.type in {"th", "td"},
            part=self._part,
        )

    def _placing(self, block: _Block) -> Placing:
        """Return what makes the pieces of a block, with their places in the file."""
        if not self._stream.has_spans:
            return Placing()
        node, content, first = block.node, block.content, block.first
        if node.type in {"th", "td"}:
            row = node.parent
            if row is None or row.map is None:
                return Placing()
            line, column = block.before + row.map[0], row.children.index(node)
            return Placing(self._source.of_cell(content, line, column))
        if first is None:
            return Placing()
        if node.type == "heading" and node.markup.startswith("#"):
            return Placing(self._source.of_heading(content, first))
        return Placing(self._source.of_block(content, first))

    def _directive(self, block: _Block) -> None:
        """Read the body of a directive, if the directive holds prose."""
        node, found = block.node, _PROSE.fullmatch(block.node.info.strip())
        if not found or block.first is None:
            return
        name, argument = found.groups()
        is_figure = name == "figure"
        if is_figure and not self._stream.rules.figure_captions:
            return
        lines = node.content.split("\n")
        skipped = _options(lines)
        if name in _VERSIONS:
            argument = argument.partition(" ")[2]
        if argument and name not in _NAMED:
            titled = name in _TITLED or name.startswith("prf:")
            self._argument(argument, "title" if titled else "paragraph", block)
        self._parse(
            "\n".join(lines[skipped:]),
            block.depth + 1,
            block.first + 1 + skipped,
            "caption" if is_figure else "paragraph",
        )

    def _argument(self, argument: str, kind: str, block: _Block) -> None:
        tree = SyntaxTreeNode(parser(self._dialect).parseInline(argument))
        inline = _Block(tree, block.depth + 1, block.first or 0)
        places = None
        if self._stream.has_spans and block.first is not None:
            places = self._source.of_block(argument, block.first)
        placing = Placing(places)
        nodes = tree.children[0].children
        self._check(nodes, block.line)
        pieces = list(placing.pieces(nodes))
        self._add(pieces, kind, inline._replace(start=block.first), placing)


class _Block(NamedTuple):
    """A block of a document."""

    node: SyntaxTreeNode
    #: How many blocks are around it.
    depth: int
    #: The number of lines before what was parsed.
    before: int
    #: Its first line in place of the parser's, from 0.
    start: int | None = None

    @property
    def first(self) -> int | None:
        """The number of its first line, from 0."""
        if self.start is not None:
            return self.start
        # A cell has no lines of its own, but its row does.
        row = self.node.parent if self.node.type in {"th", "td"} else None
        node = row or self.node
        return self.before + node.map[0] if node.map else None

    @property
    def line(self) -> int | None:
        """The number of its first line, from 1."""
        return None if self.first is None else self.first + 1

    @property
    def inline(self) -> Sequence[SyntaxTreeNode]:
        """The pieces of its inline markup."""
        return [
            part
            for child in self.node.children
            if child.type == "inline"
            for part in child.children
        ]

    @property
    def content(self) -> str:
        """Its inline markup as it is written."""
        found = (c.content for c in self.node.children if c.type == "inline")
        return next(found, "")

    def deeper(self, levels: int) -> _Block:
        """Return it with more blocks around it."""
        return self._replace(depth=self.depth + levels)

    def later(self, lines: int) -> _Block:
        """Return what of it begins some lines later."""
        return self if self.first is None else self._replace(start=self.first + lines)


def _less_attributes(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the text of a heading without its attributes."""
    found = blocks.tidy(pieces)
    last = found[-1] if found else None
    if isinstance(last, str) and (match := _ATTRIBUTES.search(last)):
        found[-1] = _part(last, 0, match.start())
    return found


def _with_addresses(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces of a text with addresses among the words as links."""
    for piece in blocks.tidy(pieces):
        if isinstance(piece, Mark):
            inside = piece.children
            if inside is not None and piece.kind in _EMPHASES:
                inside = tuple(_with_addresses(inside))
            yield piece._replace(children=inside)
            continue
        place = 0
        for found in _ADDRESS.finditer(piece):
            yield _part(piece, place, found.start())
            words, place = _part(piece, *found.span()), found.end()
            span = None
            if isinstance(words, Words):
                span = MarkSpans(*2 * ((words.starts[0], words.ends[-1]),))
            yield Mark("reference", found[0], (words,), span)
        yield _part(piece, place)


def _part(words: str, start: int, end: int | None = None) -> str:
    if isinstance(words, Words):
        return words.part(start, end)
    return words[start:end]


def _options(lines: Sequence[str]) -> int:
    """Return the number of lines with options at the start of a directive's body."""
    if lines and lines[0].strip() == "---":
        ends = [i for i, line in enumerate(lines[1:], 2) if line.strip() == "---"]
        return ends[0] if ends else 0
    count = 0
    while count < len(lines) and _OPTION.match(lines[count]):
        count += 1
    return count
