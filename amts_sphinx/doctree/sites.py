"""Find every text of a doctree that a reader sees, and code its markup.

This module reads nodes and never changes them. It leaves out code, mathematics, raw
output, invisible nodes, the words that Sphinx added, and what the author
marked ``notranslate``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree import sphinx_strings
from amts_sphinx.doctree.classify import (
    holds_prose_in_literal,
    is_code,
    is_container,
    is_invisible,
    is_opaque,
    is_untranslated,
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
)
_META: Final = frozenset({"description", "keywords"})
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
    #: The position in the attribute, when that is a list of tuples.
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


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the sites of a doctree under given rules."""

    rules: SegmentRules
    #: With a target language, :attr:`Site.baked` is in it.
    strings: UiStrings

    def sites(self, doctree: nodes.document) -> Iterator[Site]:
        """Yield the places that hold text, in document order."""
        if doctree.get("title"):
            yield _attribute(doctree, "title", "title", doctree["title"])
        yield from self._walk(doctree, 0)

    def _walk(self, node: nodes.Element, level: int) -> Iterator[Site]:
        if is_untranslated(node, self.rules):
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
        if is_untranslated(node, self.rules):
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
        coded = coder.code(kids).strip()
        if not inline_codes.has_words(coded):
            return None
        return Site(
            node,
            kind,
            coded,
            names=tuple(coder.names),
            slots=tuple(coder.slots),
            before=(*before, *coder.invisible),
            after=after,
            level=level,
        )


def is_for_people(node: nodes.Element, rules: SegmentRules) -> bool:
    """Tell whether the text of *node* is translated only where people have done so.

    It is the text of a figure, and the configuration leaves figures as they are.
    """
    if rules.figure_captions:
        return False
    found: nodes.Element | None = node
    while found is not None and not isinstance(found, nodes.figure):
        found = found.parent
    return found is not None


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
    coded = inline_codes.escape(" ".join(text.split()))
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
    else:
        for element, kind, name in _TEXT_ATTRIBUTES:
            text = node.get(name) if isinstance(node, element) else ""
            # Sphinx puts the file's name there when an image has no text.
            if text and text != node.get("uri") and _is_shown(node):
                yield _attribute(node, kind, name, text)


def _is_shown(node: nodes.Element) -> bool:
    """Tell whether search engines or readers get the text of a ``meta`` element."""
    return not isinstance(node, nodes.meta) or node.get("name") in _META


def _index_sites(node: addnodes.index, strings: UiStrings) -> Iterator[Site]:
    """Yield the parts of index entries: an entry's words are translated one by one."""
    of_object = _is_of_object(node)
    for i, entry in enumerate(node["entries"]):
        baked = strings.pattern(entry[1]) if _PARTED.search(entry[1]) else None
        if baked is not None:
            site = _attribute(node, "ui", "entries", entry[1], i, 1)
            yield site._replace(baked=baked)
            continue
        parts = [" ".join(part.split()) for part in index_parts(entry)]
        kinds = [strings.exact(part) for part in parts] if entry[0] == "pair" else []
        for j, part in enumerate(parts):
            # "module; os": beside a word of Sphinx's stands the name of an object.
            baked = kinds[j] if any(kinds) else None
            if of_object:
                baked = baked or strings.pattern(part)
            if baked is not None:
                site = _attribute(node, "ui", "entries", part, i, 1, j)
                yield site._replace(baked=baked)
            elif not any(kinds) and not _IDENTIFIER.match(part):
                yield _attribute(node, "index", "entries", part, i, 1, j)


def _is_of_object(node: addnodes.index) -> bool:
    """Tell whether a domain added the entry, for the object described next."""
    siblings = node.parent.children[node.parent.index(node) + 1 :]
    following = (n for n in siblings if not isinstance(n, nodes.Invisible))
    return isinstance(next(following, None), addnodes.desc)


def index_parts(entry: tuple[str, ...]) -> list[str]:
    """Return the parts of an index entry between its semicolons."""
    if entry[0] in _PARTED_INDEX:
        return [part.strip() for part in entry[1].split(";")]
    return [entry[1]]
