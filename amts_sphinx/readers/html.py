"""Read HTML pages: the prose of their main content.

Left out are code, display formulas, pictures, forms, navigation, hidden elements and
elements that are marked as not to be translated. Levels are those of Sphinx's doctrees,
as in :mod:`amts_sphinx.readers.markdown`.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from amts_sphinx.readers import files
from amts_sphinx.readers.blocks import Mark, ReadingRules, Stream, collapse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from amts_sphinx.core.units import Book, Container
    from amts_sphinx.readers.blocks import Piece

#: Where the main content is: the first of these paths that leads to one element.
_MAIN: Final = ("//main", '//*[@role="main"]', "//article", "//body")
#: Blocks → how many levels deeper their children are in a doctree.
_BLOCKS: Final = {
    **dict.fromkeys(
        "address article body caption center dd details div dt fieldset figcaption"
        " figure h1 h2 h3 h4 h5 h6 hgroup hr main p section summary".split(),
        0,
    ),
    **dict.fromkeys("blockquote dl li ol tbody td tfoot th thead tr ul".split(), 1),
    "dd": 2,
    "dt": 1,
    "table": 2,
}
#: Blocks whose text is not a paragraph → its kind.
_KINDS: Final = {
    **dict.fromkeys("h1 h2 h3 h4 h5 h6 caption summary".split(), "title"),
    "dt": "term",
    "figcaption": "caption",
}
_SKIPPED: Final = frozenset(
    "script style template noscript nav header footer aside form button select textarea"
    " iframe object video audio canvas svg head pre dialog".split()
)
_SKIPPED_CLASSES: Final = frozenset(
    "headerlink highlight toctree-wrapper related sphinxsidebar admonition-title"
    " footnote-backreference fn-backref label".split()
)
#: Inline markup around words → its kind. Other inline elements are ignored.
_AROUND: Final = {
    "em": "emphasis",
    "i": "emphasis",
    "strong": "strong",
    "b": "strong",
    "a": "reference",
    "sub": "subscript",
    "sup": "superscript",
    "abbr": "abbreviation",
    "dfn": "emphasis",
    "cite": "title_reference",
    **{tag: tag for tag in ("u", "s", "del", "ins", "mark", "q", "small")},
}
_LITERAL: Final = frozenset({"code", "kbd", "samp", "tt", "var"})
_MATH_CLASSES: Final = frozenset({"math", "katex", "MathJax", "MathJax_Preview"})
_NOTE_CLASSES: Final = frozenset({"footnote-reference", "footnote-ref"})
_DELIMITERS: Final = ((r"\(", r"\)"), (r"\[", r"\]"), ("$$", "$$"), ("$", "$"))


def read(
    text: str, docname: str, language: str, rules: ReadingRules | None = None
) -> tuple[Container, ...]:
    """Return the texts of an HTML page, in the page's order.

    Any text can be read as HTML, so there is no error.

    :param language: BCP 47
    :param rules: in place of the default ones for *language*
    """
    return _read(text, docname, rules or ReadingRules(language))


def read_tree(
    folder: str | Path,
    language: str,
    pattern: str = "**/*.html",
    rules: ReadingRules | None = None,
) -> Book:
    """Read every HTML page below *folder*, in UTF-8.

    :raises InterchangeError: the folder or a file cannot be read
    """
    return files.read_tree(folder, pattern, rules or ReadingRules(language), _read)


def _read(text: str, docname: str, rules: ReadingRules) -> tuple[Container, ...]:
    stream = Stream(docname, rules)
    parser = etree.HTMLParser(
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None  # the page is empty
    if root is not None:
        _HtmlWalk(stream).block(_main(root), 0)
    return tuple(stream.containers)


def _main(root: etree._Element) -> etree._Element:
    for path in _MAIN:
        found = root.xpath(path)
        if isinstance(found, list) and len(found) == 1:
            element = found[0]
            if isinstance(element, etree._Element):  # noqa: SLF001 - lxml's only name
                return element
    return root


class _HtmlWalk:
    """Walks through the elements of one page."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        #: How many sections are around the current element.
        self._sections = 0

    def block(self, element: etree._Element, depth: int) -> None:
        """Add the texts of a block, and those of the blocks inside."""
        name = _name(element)
        if name in {"figure", "figcaption"} and not self._stream.rules.figure_captions:
            return
        if name[:1] == "h" and name[1:].isdigit() and not depth:
            self._sections = int(name[1:])
        inside = depth + _BLOCKS.get(name, 0)
        if name == "tr" and _name(element.getparent()) == "table":
            inside += 1  # a doctree has a body around the rows
        run: list[Piece] = [element.text or ""]
        line = _line(element)
        for child in element:
            if _is_block(child):
                self._flush(run, element, inside, line)
                if not _is_skipped(child):
                    self.block(child, inside)
                run, line = [], None
            else:
                run += _piece(child)
                line = line or _line(child)
            run.append(child.tail or "")
        self._flush(run, element, inside, line)

    def _flush(
        self, run: list[Piece], element: etree._Element, depth: int, line: int | None
    ) -> None:
        name = _name(element)
        kind = _KINDS.get(name, "paragraph")
        if kind == "title" and depth and name[0] == "h":
            kind = "rubric"  # there are no sections inside a block
        level = self._sections + 1 + depth
        self._stream.add(run, kind, level, line or _line(element))


def _name(element: etree._Element | None) -> str:
    tag = None if element is None else element.tag
    return tag.lower() if isinstance(tag, str) else ""


def _line(element: etree._Element) -> int | None:
    line: Any = element.sourceline  # the stubs do not know its type
    return int(line) if line else None


def _classes(element: etree._Element) -> frozenset[str]:
    return frozenset(element.get("class", "").split())


def _is_block(element: etree._Element) -> bool:
    """Tell whether *element* is a block, or has one inside."""
    if _name(element) in {"pre", "table"}:
        return True
    return _name(element) in _BLOCKS or any(map(_is_block, element))


def _is_skipped(element: etree._Element) -> bool:
    """Tell whether *element* holds nothing to translate."""
    if _name(element) in _SKIPPED or not _name(element):
        return True
    if element.get("translate") == "no" or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true":
        return True
    classes = _classes(element)
    kept_out = _SKIPPED_CLASSES | _MATH_CLASSES | {"notranslate"}
    return not kept_out.isdisjoint(classes)


def _piece(element: etree._Element) -> Iterator[Piece]:
    """Yield an inline element as words and marks, without its tail."""
    name = _name(element)
    classes = _classes(element)
    if name == "math" or not _MATH_CLASSES.isdisjoint(classes):
        yield Mark("math", _formula(element))
    elif name == "img":
        yield Mark("image", PurePosixPath(element.get("src", "")).name)
    elif name in _LITERAL:
        yield Mark("literal", _text(element))
    elif not _NOTE_CLASSES.isdisjoint(classes) or element.get("role") == "doc-noteref":
        yield Mark("footnote_reference", _text(element).strip("[]"))
    elif element.get("translate") == "no" or "notranslate" in classes:
        yield Mark("inline", _text(element))
    elif _is_skipped(element):
        return
    elif name == "br":
        yield "\n"
    elif name in _AROUND and (name != "a" or element.get("href")):
        equiv = element.get("href", "") if name == "a" else ""
        yield Mark(_AROUND[name], equiv, tuple(_inside(element)))
    else:
        yield from _inside(element)


def _inside(element: etree._Element) -> Iterator[Piece]:
    yield element.text or ""
    for child in element:
        yield from _piece(child)
        yield child.tail or ""


def _text(element: etree._Element) -> str:
    return collapse("".join(map(str, element.itertext())))


def _formula(element: etree._Element) -> str:
    """Return a formula as TeX, if the page has it."""
    source = element.find('.//annotation[@encoding="application/x-tex"]')
    if source is not None:
        return _text(source)
    alternative = element.get("alttext")
    text = collapse(alternative) if alternative else _text(element)
    for start, end in _DELIMITERS:
        if text.startswith(start) and text.endswith(end) and len(text) > len(start):
            return text[len(start) : -len(end)].strip()
    return text
