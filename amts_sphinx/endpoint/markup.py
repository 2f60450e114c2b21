"""HTML as the service sees it: segments of text, each one block's, with inline codes.

An element with ``translate="no"`` stays as it is. The parser reads no network and no
entities but HTML's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What makes a text HTML where nothing says what it is.
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
#: Elements that begin and end a segment.
_BLOCKS: Final = frozenset(
    "html head title body address article aside blockquote caption center colgroup dd"
    " details dialog dir div dl dt fieldset figcaption figure footer form frameset h1"
    " h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre"
    " search section select summary table tbody td tfoot th thead tr ul".split()
)
#: Elements that hold no prose.
_KEPT: Final = frozenset("script style template meta link base".split())
_LETTER: Final = re.compile(r"[^\W\d_]")
#: Characters that a document cannot hold.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Page:
    """A parsed document, or a piece of one."""

    def __init__(self, text: str, *, whole: bool) -> None:
        """Parse *text*.

        :param whole: it is a document, which may have a head; otherwise a piece
        """
        self._whole = whole
        made: Any = etree.HTMLParser  # its stubs lack an argument
        parser = made(
            encoding="utf-8", no_network=True, huge_tree=False, default_doctype=False
        )
        data = text if whole else f"<html><body><div>{text}</div></body></html>"
        root = etree.fromstring(data.encode() or b"<html/>", parser)
        self._root: etree._Element = etree.Element("html") if root is None else root

    def runs(self) -> list[MarkupRun]:
        """Return what is to be translated, in order."""
        return [run for run in _runs(self._root) if inline_codes.has_words(run.coded)]

    def blocks(self) -> list[etree._Element]:
        """Return the blocks that have text of their own, without the outermost."""
        parents = {run.parent: None for run in self.runs()}
        least = 1 if self._whole else 2  # the <body>, and in a piece our <div>
        return [block for block in parents if len(list(block.iterancestors())) > least]

    def inline(self) -> list[etree._Element]:
        """Return the inline elements that are not in others, in order."""
        return [e for run in _runs(self._root) for e in run.elements]

    def untranslated(self) -> list[etree._Element]:
        """Return the inline elements with ``translate="no"``."""
        return [element for element in self._root.iter() if _is_no(element)]

    def render(self) -> str:
        """Return the HTML."""
        if self._whole:
            tree = self._root.getroottree()
            return etree.tostring(tree, method="html", encoding="unicode")
        body = self._root[-1] if len(self._root) else self._root
        pieces: list[str] = []
        for place, child in enumerate(body):
            text = etree.tostring(child, method="html", encoding="unicode")
            if place == 0:  # our own <div>, and what a stray </div> threw out of it
                start, end = text.index(">") + 1, text.rindex("</div>")
                text = text[start:end] + text[end + len("</div>") :]
            pieces.append(text)
        return "".join(pieces)


class MarkupRun:
    """Text and inline elements between two blocks: one segment."""

    def __init__(
        self,
        parent: etree._Element,
        before: etree._Element | None,
        elements: list[etree._Element],
    ) -> None:
        #: The block whose text it is.
        self.parent = parent
        #: The block that the run comes after.
        self._before = before
        self.elements = elements
        self._nodes: list[etree._Element] = []
        text = (parent.text if before is None else before.tail) or ""
        coded = inline_codes.escape(text) + "".join(
            self._code(e) + inline_codes.escape(e.tail or "") for e in elements
        )
        self.coded = coded.strip()
        begin = len(coded) - len(coded.lstrip())
        self._left, self._right = coded[:begin], coded[begin + len(self.coded) :]

    def _code(self, element: etree._Element) -> str:
        """Return an inline element as a code, with what is inside."""
        self._nodes.append(element)
        number = len(self._nodes)
        if _is_kept(element) or not _LETTER.search("".join(_words(element))):
            return inline_codes.empty(number)
        inside = "".join(
            self._code(child) + inline_codes.escape(child.tail or "")
            for child in element
        )
        first = inline_codes.escape(element.text or "")
        return f"{inline_codes.opening(number)}{first}{inside}</g>"

    @property
    def text(self) -> str:
        """All its text as billed: words, and what is kept among them."""
        pieces = []
        for token in inline_codes.tokens(self.coded):
            if token.type == "text":
                pieces.append(inline_codes.unescape(token.coded))
            elif token.type == "empty":
                pieces.extend(map(str, _texts(self._nodes[token.id - 1])))
        return "".join(pieces)

    def apply(self, target: str) -> None:
        """Put a coded translation in the run's place; its codes are the source's."""
        tokens = list(inline_codes.tokens(f"{self._left}{target}{self._right}"))
        for element in reversed(self._nodes):
            _take_out(element)
        filled = {t.id for t in tokens if t.type == "open"}
        for number in filled:
            node = self._nodes[number - 1]
            node.text = None
        holder = etree.Element("span")
        around = [holder]
        for token in tokens:
            if token.type == "text":
                _append(around[-1], inline_codes.unescape(token.coded))
            elif token.type == "close":
                around.pop()
            else:
                around[-1].append(self._nodes[token.id - 1])
                if token.type == "open":
                    around.append(self._nodes[token.id - 1])
        self._place(holder)

    def _place(self, holder: etree._Element) -> None:
        if self._before is None:
            self.parent.text = holder.text
            start = 0
        else:
            self._before.tail = holder.text
            start = self.parent.index(self._before) + 1
        for place, element in enumerate(list(holder), start):
            self.parent.insert(place, element)


def is_markup(text: str) -> bool:
    """Tell whether a text of unknown kind holds HTML."""
    return bool(_TAG.search(text))


def _runs(element: etree._Element) -> Iterator[MarkupRun]:
    """Yield the runs of a block and of the blocks in it, in order."""
    if _is_kept(element):
        return
    before: etree._Element | None = None
    elements: list[etree._Element] = []
    for child in list(element):
        if not _is_block(child):
            elements.append(child)
            continue
        yield MarkupRun(element, before, elements)
        yield from _runs(child)
        before, elements = child, []
    yield MarkupRun(element, before, elements)


def _is_block(element: etree._Element) -> bool:
    """Tell whether *element* is a block, or has one in it."""
    if _name(element) in _BLOCKS:
        return True
    return not _is_kept(element) and any(map(_is_block, element))


def _is_kept(element: etree._Element) -> bool:
    name = _name(element)
    return not name or name in _KEPT or _is_no(element)


def _is_no(element: etree._Element) -> bool:
    value = element.get("translate", "") if _name(element) else ""
    return value.strip().lower() == "no"


def _name(element: etree._Element) -> str:
    """Return an element's name; none, if it is a comment."""
    tag: Any = element.tag
    return tag.lower() if isinstance(tag, str) else ""


def _words(element: etree._Element) -> Iterator[str]:
    """Yield the texts in an inline element that are to be translated."""
    yield element.text or ""
    for child in element:
        if not _is_kept(child):
            yield from _words(child)
        yield child.tail or ""


def _texts(element: etree._Element) -> Iterator[str]:
    if _name(element):
        yield from map(str, element.itertext(etree.Element))


def _take_out(element: etree._Element) -> None:
    """Take an element out of its parent, without the text after it."""
    element.tail = None
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _append(element: etree._Element, text: str) -> None:
    text = _UNFIT.sub("", text)
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
