"""A page of a book, with its texts and the places where they stand in its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from markdown_it.tree import SyntaxTreeNode

from amts_sphinx.readers import markdown
from amts_sphinx.readers.blocks import Stream
from amts_sphinx.readers.markdown_syntax import parser, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.core.units import Container
    from amts_sphinx.readers.blocks import ReadingRules
    from amts_sphinx.readers.spans import Span, TextSpans

#: Blocks that are taken apart: each of their items is a block of its own.
_LISTS = frozenset({"bullet_list", "ordered_list"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a book, and where its texts stand in it."""

    #: Without the suffix, from the folder of the book.
    docname: str
    #: As it is in the file: with a byte order mark, and its own ends of lines.
    text: str
    containers: tuple[Container, ...]
    spans: tuple[TextSpans | None, ...]
    #: Spans of what only tools read, in order.
    left_out: tuple[Span, ...]


def read(text: str, docname: str, rules: ReadingRules) -> Page:
    """Return a page of Markdown.

    :param text: all of its file, decoded, without a change
    """
    stream = Stream(docname, rules, has_spans=True)
    markdown.read_into(stream, [text])
    left_out = [span for part in stream.parts for span in part.left_out]
    return Page(
        docname,
        text,
        tuple(stream.containers),
        tuple(stream.spans),
        tuple(sorted(left_out)),
    )


class PageBlock(NamedTuple):
    """A block of a page, with the blank lines behind it."""

    span: Span
    #: What kind of block it is, the same in every edition.
    shape: tuple[str, ...]
    #: The numbers of its texts: from, and before which.
    texts: tuple[int, int]
    #: As it is written, without blanks at its end.
    content: str


def blocks(page: Page) -> list[PageBlock]:
    """Return the blocks of a page in order; together they are all of its text.

    Items of a list are blocks; what is inside of a quotation or a directive is not.
    """
    source = prepare(page.text)
    text = source.text
    tree = SyntaxTreeNode(parser(source.dialect).parse(text, {}))
    starts = [0]
    shapes: list[tuple[str, ...]] = [("head",)]
    # A formula that ends a paragraph is found before it, and more than once.
    found = [(node.map[0], node) for node in _items(tree.children) if node.map]
    for line, node in sorted(found, key=lambda each: each[0]):
        place = source.line_start(line)
        if place > starts[-1]:
            starts.append(place)
            shapes.append(_shape(node))
        else:
            shapes[-1] = _shape(node)
    spans = zip(starts, [*starts[1:], len(page.text)], strict=True)
    return [
        PageBlock(span, shape, _texts_in(page, span), _content(page.text[slice(*span)]))
        for span, shape in zip(spans, shapes, strict=True)
    ]


def _items(nodes: Sequence[SyntaxTreeNode]) -> Iterator[SyntaxTreeNode]:
    for node in nodes:
        if node.type in _LISTS:
            yield from node.children
        elif not node.type.startswith("footnote_block"):
            yield node


def _shape(node: SyntaxTreeNode) -> tuple[str, ...]:
    if node.type == "heading":
        return node.type, node.tag
    if node.type in {"fence", "colon_fence"}:
        return node.type, node.info.partition("}")[0].strip()
    return (node.type,)


def _texts_in(page: Page, span: Span) -> tuple[int, int]:
    """Return the numbers of the texts that stand in a stretch."""
    there = [
        number
        for number, spans in enumerate(page.spans)
        if spans is not None and span[0] <= spans.span[0] < span[1]
    ]
    return (there[0], there[-1] + 1) if there else (0, 0)


def _content(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
