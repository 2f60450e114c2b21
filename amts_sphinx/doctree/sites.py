"""Find every text of a doctree that a reader sees, and code its markup.

This module reads nodes and never changes them. It leaves out code, mathematics, raw
output, figures, invisible nodes, the words that Sphinx added, and what the author
marked ``notranslate``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree import raw_html, sphinx_strings
from amts_sphinx.doctree.classify import (
    holds_prose_in_literal,
    is_code,
    is_container,
    is_invisible,
    is_opaque,
    is_untranslated,
    language_of,
    same_language,
)
from amts_sphinx.doctree.coder import Coder, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amts_sphinx.core.units import Code
    from amts_sphinx.doctree.classify import SegmentRules
    from amts_sphinx.doctree.sphinx_strings import UiStrings

#: An index entry that is an identifier: ``os.path``, ``-j``, ``f()``, ``snake_case``.
_IDENTIFIER: Final = re.compile(
    r"^[\w.\-:]*[._:\-(][\w.\-:()]*$|^[\w.]+\(\)$|^--?[\w-]+$"
)
#: Elements that hold a text in an attribute: class, kind of the site, attribute.
_TEXT_ATTRIBUTES: Final = (
    (nodes.image, "alt", "alt"),
    (nodes.abbreviation, "explanation", "explanation"),
    (nodes.meta, "meta", "content"),
    # What is shown at a link when the mouse is over it.
    (nodes.reference, "tooltip", "reftitle"),
    # What shows and hides the cells of MyST-NB.
    (nodes.container, "hint", "prompt_show"),
    (nodes.container, "hint", "prompt_hide"),
)
#: Where the elements of docutils and Sphinx themselves are defined.
_KNOWN_MODULES: Final = ("docutils.", addnodes.__name__)
#: Attributes that hold a text in elements that extensions define.
FOREIGN: Final = (
    *("alt", "aria-label", "caption", "hint", "placeholder", "text", "title"),
    *("prompt_show", "prompt_hide", "tooltip"),
)
_META: Final = re.compile(
    r"description|keywords|(?:og|twitter):(?:title|description|site_name|image:alt)"
)
#: What is no text there: an address, an identifier, what has no letters.
_NO_TEXT: Final = re.compile(r"\S*[./:_\\{}<>=]\S+|[a-z]\w*|[\W\d_]*")
#: The name of a project with its version, which MyST shows at links to it.
_VERSION: Final = re.compile(r"\S+ v?[\d.]+\S*")
#: The name, in place of an attribute's, for texts inside of raw HTML.
RAW: Final = "#html"
#: The place, in an index entry, of the heading that it is listed under: the classifier
#: of a term in a glossary. Mostly it has none.
KEY: Final = 4
_PARTED: Final = re.compile("[;；]")
_PARTED_INDEX: Final = {"single", "pair", "triple", "see", "seealso"}


class Site(NamedTuple):
    """One place in a doctree that holds text."""

    #: The element that holds the text, in its children or in an attribute.
    node: nodes.Element
    kind: str
    #: Coded text, its white space collapsed.
    coded: str
    #: The attribute that holds the text; empty when the node's children do.
    attribute: str = ""
    #: The position in the attribute, when that is a list of tuples; in raw HTML, the
    #: number of the text.
    position: tuple[int, ...] = ()
    names: tuple[Code, ...] = ()
    #: The nodes behind the codes 1, 2, 3, …
    slots: tuple[Slot, ...] = ()
    #: Invisible children before and after the text, which keep their places.
    before: tuple[nodes.Node, ...] = ()
    after: tuple[nodes.Node, ...] = ()
    #: For a text that Sphinx added: Sphinx's own text in the target language.
    baked: str | None = None
    level: int = 0
    #: Whether it is published only if a person translated it: in a skipped figure.
    by_people: bool = False


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the sites of a doctree under given rules."""

    rules: SegmentRules
    #: With a target language, :attr:`Site.baked` is in it.
    strings: UiStrings

    def sites(self, doctree: nodes.Element) -> Iterator[Site]:
        """Yield the places that hold text in a document or a part, in its order."""
        if doctree.get("title"):
            yield _attribute(doctree, "title", "title", doctree["title"])
        yield from self._walk(doctree, 0)

    def left(self, doctree: nodes.document) -> Iterator[nodes.Element]:
        """Yield the elements that stay in the source language, the outermost ones."""
        waiting: list[nodes.Element] = [doctree]
        while waiting:
            node = waiting.pop()
            if self._skipped(node):
                marked = language_of(node)
                if not marked or same_language(marked, self.rules.language):
                    yield node
            elif not is_code(node):
                waiting += [n for n in node.children if isinstance(n, nodes.Element)]

    def _walk(self, node: nodes.Element, level: int) -> Iterator[Site]:
        if self._skipped(node):
            if isinstance(node, nodes.figure) and not is_untranslated(node, self.rules):
                rules = replace(self.rules, figure_captions=True)
                inside = Finder(rules, self.strings)
                for each in inside._walk(node, level):
                    yield each._replace(by_people=True)
            return
        yield from _attributes(node, self.strings)
        if isinstance(node, addnodes.index) or is_code(node):
            return
        if isinstance(node, nodes.Inline) and is_opaque(node, self.rules):
            # Code without a paragraph around it, such as in the fields of an object.
            yield from self._within(node, level)
        elif is_container(node):
            site = self._site(node, level)
            if site is not None:
                yield site
            yield from self._within(node, level)
        else:
            for child in _in_source_order(node):
                yield from self._walk(child, level + 1)

    def _within(self, node: nodes.Element, level: int) -> Iterator[Site]:
        for child in node.children:
            if isinstance(child, nodes.Element):
                yield from self._inside(child, level)

    def _inside(self, node: nodes.Element, level: int) -> Iterator[Site]:
        """Yield the texts in attributes of inline nodes, and version labels."""
        if self._skipped(node):
            return
        yield from _attributes(node, self.strings)
        if sphinx_strings.is_version_label(node):
            baked = sphinx_strings.counterpart(node, self.strings)
            yield Site(node, "ui", inline_codes.escape(node.astext()), baked=baked)
            return
        for child in node.children:
            if isinstance(child, nodes.Element):
                if is_container(child) and not isinstance(child, nodes.Inline):
                    yield from self._walk(child, level + 1)
                else:
                    yield from self._inside(child, level)

    def _skipped(self, node: nodes.Element) -> bool:
        if isinstance(node, nodes.figure) and not self.rules.figure_captions:
            return True
        return is_untranslated(node, self.rules)

    def _site(self, node: nodes.Element, level: int) -> Site | None:
        """Code the text of a container; ``None`` when it holds no words."""
        baked = sphinx_strings.counterpart(node, self.strings)
        if baked is not None:
            return Site(node, "ui", inline_codes.escape(node.astext()), baked=baked)
        kind = node.tagname
        before, kids, after = _edges(node.children)
        while (inner := _only_wrapper(kids, self.rules)) is not None:
            # The whole text is inside one link or emphasis: take its content, so that
            # it has the same key as the same words elsewhere.
            node = inner
            before, kids, after = _edges(node.children)
        coder = Coder(self.rules)
        whole = coder.code(kids)
        coded = whole.strip()
        if not inline_codes.has_words(coded):
            return None
        return Site(
            node,
            kind,
            coded,
            names=tuple(coder.names),
            slots=tuple(coder.slots),
            before=(*before, *_indent(whole, coded, 0), *coder.invisible),
            after=(*_indent(whole, coded, 1), *after),
            level=level,
        )


def _indent(whole: str, coded: str, end: int) -> tuple[nodes.Text, ...]:
    """Return the no-break spaces at an end of a text, as a node, if there are any.

    They are no part of what is translated, but authors indent cells of tables by them.

    :param end: 0 before *coded*, 1 after it
    """
    blank = whole.partition(coded)[2 * end].strip(inline_codes.BLANKS)
    return (nodes.Text(blank),) if blank else ()


def _in_source_order(node: nodes.Element) -> list[nodes.Element]:
    """Return the children of *node* as the author wrote them.

    Sphinx sorts the items of a glossary, and differently in each language.
    """
    children = [child for child in node.children if isinstance(child, nodes.Element)]
    if isinstance(node.parent, addnodes.glossary):
        children.sort(key=lambda item: item.children[0].line or 0)
    return children


def _edges(
    children: Iterable[nodes.Node],
) -> tuple[tuple[nodes.Node, ...], list[nodes.Node], tuple[nodes.Node, ...]]:
    """Return the invisible nodes before the text, the text, and those after it."""
    kids = list(children)
    start, end = 0, len(kids)
    while start < end and _is_edge(kids[start]):
        start += 1
    while end > start and _is_edge(kids[end - 1]):
        end -= 1
    return tuple(kids[:start]), kids[start:end], tuple(kids[end:])


def _is_edge(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Text):
        return not node.strip()
    return is_invisible(node) or sphinx_strings.is_version_label(node)


def _only_wrapper(kids: list[nodes.Node], rules: SegmentRules) -> nodes.Element | None:
    """Return the one inline element that *kids* consist of, if it holds words."""
    if len(kids) != 1 or not isinstance(kids[0], nodes.Element):
        return None
    if is_opaque(kids[0], rules) or holds_prose_in_literal(kids[0]):
        return None
    return kids[0]


def _attribute(
    node: nodes.Element, kind: str, attribute: str, text: str, *position: int
) -> Site:
    coded = inline_codes.escape(inline_codes.collapse(text).strip())
    return Site(node, kind, coded, attribute, position)


def _attributes(node: nodes.Element, strings: UiStrings) -> Iterator[Site]:
    """Yield the texts that *node* holds in attributes."""
    if isinstance(node, addnodes.index):
        yield from _index_sites(node, strings)
    elif isinstance(node, addnodes.toctree):
        if node.get("caption"):
            yield _attribute(node, "toctree", "caption", node["caption"])
        for i, (title, _) in enumerate(node["entries"]):
            if title:
                yield _attribute(node, "toctree", "entries", title, i, 0)
    elif isinstance(node, nodes.raw):
        yield from _raw(node)
    else:
        yield from _of_class(node)


def _raw(node: nodes.raw) -> Iterator[Site]:
    """Yield the texts in raw HTML of which it is known that they are words."""
    if "html" in node.get("format", "").split():
        for i, piece in enumerate(raw_html.pieces(node.astext())):
            yield _attribute(node, "raw", RAW, piece.text, i)


def _of_class(node: nodes.Element) -> Iterator[Site]:
    """Yield the texts in the attributes that elements of its class may have."""
    element: type = type(node)
    foreign, known = _attributes_of(element)
    for name in foreign:
        text = node.get(name)
        # Several lines are code, such as that of a diagram.
        if isinstance(text, str) and "\n" not in text and not _NO_TEXT.fullmatch(text):
            yield _attribute(node, name, name, text)
    for kind, name in known:
        text = node.get(name)
        # Sphinx puts the file's name there when an image has no text.
        if text and text != node.get("uri") and _is_shown(node, text):
            yield _attribute(node, kind, name, text)


@lru_cache(2**10)
def _attributes_of(
    element: type,
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the attributes that may hold a text in elements of a class.

    :returns: those of a class that an extension defines, and those that are known, each
        with the kind of the site
    """
    known = [row[1:] for row in _TEXT_ATTRIBUTES if issubclass(element, row[0])]
    return FOREIGN if _is_foreign(element) else (), tuple(known)


def is_foreign(node: nodes.Element) -> bool:
    """Tell whether an extension defines the class of *node*, and what it holds."""
    return _is_foreign(type(node))


def _is_foreign(element: type) -> bool:
    if issubclass(element, (addnodes.pending_xref, nodes.image)):
        return False
    return not element.__module__.startswith(_KNOWN_MODULES)


def _is_shown(node: nodes.Element, text: str) -> bool:
    """Tell whether search engines or readers get the *text* of an attribute."""
    if isinstance(node, nodes.container):
        return "{" not in text  # MyST-NB puts an English word there
    if isinstance(node, nodes.reference):
        return not _VERSION.fullmatch(text)
    if not isinstance(node, nodes.meta):
        return True
    name = node.get("name") or node.get("property") or ""
    return bool(_META.fullmatch(name))


def _index_sites(node: addnodes.index, strings: UiStrings) -> Iterator[Site]:
    """Yield the parts of index entries: an entry's words are translated one by one."""
    shown = _indexed(node)
    described = shown if isinstance(shown, addnodes.desc) else None
    names = _names_of(described)
    if _is_by_role(node, shown):
        # All that Sphinx's pattern does not know is a name: RFC 2324, PATH.
        names = {part for entry in node["entries"] for part in index_parts(entry)}
    for i, entry in enumerate(node["entries"]):
        baked = strings.pattern(entry[1]) if _PARTED.search(entry[1]) else None
        if baked is not None:
            site = _attribute(node, "ui", "entries", entry[1], i, 1)
            yield site._replace(baked=baked)
            continue
        parts = [inline_codes.collapse(part) for part in index_parts(entry)]
        kinds = [strings.exact(part) for part in parts] if entry[0] == "pair" else []
        for j, part in enumerate(parts):
            # "module; os": beside a word of Sphinx's stands the name of an object.
            baked = kinds[j] if any(kinds) else None
            if described is not None:
                baked = baked or strings.pattern(part)
            if baked is not None:
                site = _attribute(node, "ui", "entries", part, i, 1, j)
                yield site._replace(baked=baked)
            elif not (any(kinds) or part in names or _IDENTIFIER.match(part)):
                yield _attribute(node, "index", "entries", part, i, 1, j)
        heading = inline_codes.collapse(entry[KEY] or "").strip()
        # A single letter is one that authors sort by, such as that of a reading.
        if len(heading) > 1 and inline_codes.has_words(inline_codes.escape(heading)):
            yield _attribute(node, "index", "entries", heading, i, KEY)


def _indexed(node: addnodes.index) -> nodes.Node | None:
    """Return what an index entry stands before: if a domain added it, its object."""
    siblings = node.parent.children[node.parent.index(node) + 1 :]
    following = (n for n in siblings if not isinstance(n, nodes.Invisible))
    return next(following, None)


def _is_by_role(node: addnodes.index, shown: nodes.Node | None) -> bool:
    """Tell whether a role added the entry that it shows: ``rfc``, ``envvar``."""
    return isinstance(node.parent, nodes.TextElement) and isinstance(
        shown, (nodes.reference, addnodes.pending_xref)
    )


def _names_of(described: addnodes.desc | None) -> set[str]:
    """Return what an object is called in its signatures, which are not translated."""
    if described is None:
        return set()
    texts: list[str] = []
    # Not those of the objects described in it, which have entries of their own.
    for each in described.children:
        if not isinstance(each, addnodes.desc_signature):
            continue
        # Of options, a signature has all names.
        texts += [str(each.get("fullname", "")), *each.get("allnames", ())]
        texts += [name.astext() for name in each.findall(addnodes.desc_name)]
        texts.append(each.astext())
    return {inline_codes.collapse(text).strip() for text in texts}


def index_parts(entry: tuple[str, ...]) -> list[str]:
    """Return the parts of an index entry between its semicolons."""
    if entry[0] in _PARTED_INDEX:
        return [part.strip() for part in entry[1].split(";")]
    return [entry[1]]
