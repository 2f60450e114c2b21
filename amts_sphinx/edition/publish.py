"""From targets to doctrees: put translations where the sources stood.

This module writes nodes and never translates. It moves the original node objects, so
that every id, target and reference of the source edition lives on in each edition.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree import raw_html
from amts_sphinx.doctree.classify import is_code
from amts_sphinx.doctree.segments import line_of
from amts_sphinx.doctree.sites import RAW, index_parts, is_foreign
from amts_sphinx.edition.plan import BoundText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from amts_sphinx.doctree.coder import Slot
    from amts_sphinx.doctree.sites import Finder, Site

#: The class of elements that an engine drafted.
DRAFT: Final = "amts-draft"
#: The class of elements that show what a person made of a former version.
STALE: Final = "amts-stale"
#: The class of elements that a machine translated, if readers are told.
MACHINE: Final = "amts-machine"
#: How the class begins that names a text of an element, for reviewers.
UNIT: Final = "amts-unit-"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Targets(NamedTuple):
    """What is published of an edition, by normalised source of the whole container."""

    #: Coded targets; each has exactly the codes of its source.
    all: Mapping[str, str]
    #: The sources among them whose elements are marked as an engine's drafts.
    drafts: Collection[str] = ()
    #: Coded targets by people of what nobody else translates.
    people: Mapping[str, str] = _NOTHING
    #: What is published at one place, by source and line, before the others.
    bound: Mapping[tuple[str, int | None], BoundText] = MappingProxyType({})
    #: The sources of :attr:`all` whose targets are of a former version.
    stale: Collection[str] = ()
    #: The sources of :attr:`all` whose targets are a machine's, and no drafts.
    machine: Collection[str] = ()
    #: The ids of the texts of each container, by its normalised source.
    units: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    #: Those of :attr:`all` of which some is in the source language: with a code around
    #: that, whose number the source does not have.
    partial: Mapping[str, str] = _NOTHING

    def at(self, site: Site) -> BoundText:
        """Return what is published at *site*."""
        key = inline_codes.normalise(site.coded)
        if site.baked:
            return BoundText(inline_codes.escape(site.baked), draft=False)
        if found := self.bound.get((key, line_of(site.node))):
            return found
        texts = self.people if site.by_people else self.all
        target = texts.get(key)
        if not (site.attribute or site.by_people):
            target = self.partial.get(key, target)
        return BoundText(
            target, key in self.drafts, key in self.stale, key in self.machine
        )


def publish(
    doctree: nodes.document, finder: Finder, content: Targets, values: Mapping[str, str]
) -> int:
    """Replace the texts of *doctree* by their targets.

    What has none is marked as being in the source language.

    What readers should know of texts in attributes, such as that of a picture, is
    among the classes of *doctree* itself.

    :param values: what stands for a source edition's value, such as today's date
    :returns: the number of texts that changed
    """
    changed = 0
    mark = f"language-{finder.rules.language}"
    _forget(doctree, mark)
    # Sites are found before any is written: writing moves nodes.
    sites, left = list(finder.sites(doctree)), list(finder.left(doctree))
    for site in sites:
        text = content.at(site)
        classes: list[str] = []
        if not site.attribute:
            names = content.units.get(inline_codes.normalise(site.coded), ())
            classes += [f"{UNIT}{name}" for name in names]
        if text.target is not None:
            write(site, text.target, mark)
            changed += 1
            if site.by_people:
                left = [node for node in left if not _holds(node, site.node)]
            classes += _marks(text)
        elif not (site.attribute or site.by_people):
            left.append(_block(site.node))
        _bear(_shows(site, doctree), classes)
    for node in left:
        if any(character.isalpha() for character in node.astext()):
            _bear(node, [mark])
            if isinstance(node, nodes.title):
                # Contents and links to the page show what is in the title alone.
                _wrap(node, [mark])
    _set_values(doctree, values)
    return changed


def _set_values(doctree: nodes.document, values: Mapping[str, str]) -> None:
    """Put the edition's own texts where those of the book are values.

    A value may be all that an element holds, such as the date in a cell.
    """
    differ = {old for old, new in values.items() if old and old != new}
    if differ:
        for node in [text for text in doctree.findall(nodes.Text) if text in differ]:
            node.parent.replace(node, nodes.Text(values[node.astext()]))


def _bear(node: nodes.Element, classes: list[str]) -> None:
    """Give an element classes that surely reach the page.

    Extensions show some elements by their children alone: the titles of cards, and
    rubrics that become the titles of what can be unfolded.
    """
    is_bare = isinstance(node, nodes.TextElement) and is_foreign(node)
    is_bare = is_bare and not isinstance(
        node, (nodes.Body, nodes.Titular, nodes.Structural, nodes.Inline)
    )
    if classes and (is_bare or isinstance(node, nodes.rubric)):
        _wrap(node, classes)
    else:
        node["classes"] += classes


def _wrap(node: nodes.Element, classes: list[str]) -> None:
    """Put all that is in an element into one of these classes."""
    _refill(node, [nodes.inline("", "", *node.children, classes=classes)])


def _marks(text: BoundText) -> list[str]:
    """Return the classes that tell what readers should know of a text."""
    marks = {DRAFT: text.draft, STALE: text.stale, MACHINE: text.machine}
    return [name for name, holds in marks.items() if holds]


def _forget(doctree: nodes.document, mark: str) -> None:
    """Take from prose that it is in the source language, as the author said."""
    for node in doctree.findall(nodes.Element):
        if mark in node.get("classes", ()) and not is_code(node):
            node["classes"].remove(mark)


def _shows(site: Site, doctree: nodes.document) -> nodes.Element:
    """Return what bears the marks of a text.

    One in an attribute has no place to be marked at, but the page tells of it; an entry
    of the index is not on the page.
    """
    if not site.attribute:
        return _block(site.node)
    return nodes.inline() if isinstance(site.node, addnodes.index) else doctree


def _holds(node: nodes.Element, inner: nodes.Element) -> bool:
    """Tell whether *inner* is *node* or inside it."""
    around: nodes.Element | None = inner
    while around is not None:
        if around is node:
            return True
        around = around.parent
    return False


def _block(node: nodes.Element) -> nodes.Element:
    """Return the element that *node* stands for, which bears its attributes.

    Of a reference Sphinx makes another node when it writes.
    """
    while isinstance(node, nodes.Inline) and node.parent is not None:
        node = node.parent
    return node


def write(site: Site, target: str, mark: str = "") -> None:
    """Put the coded *target* at *site*.

    :param mark: the class of what a code that the site does not have is around
    """
    if site.attribute:
        _write_attribute(site, inline_codes.unescape(target))
        return
    children = _children(inline_codes.tokens(target), site.slots, mark)
    _refill(site.node, [*site.before, *children, *site.after])


def _write_attribute(site: Site, text: str) -> None:
    node, name = site.node, site.attribute
    if name == RAW:
        made = raw_html.replaced(node.astext(), site.position[0], text)
        node.rawsource = made
        _refill(node, [nodes.Text(made)])
        return
    if not site.position:
        node[name] = text
        return
    entries: list[tuple[str, ...]] = list(node[name])
    i, field, *rest = site.position
    entry = list(entries[i])
    if rest:  # one part of an index entry; a semicolon would make two of it
        parts = index_parts(entries[i])
        parts[rest[0]] = text.replace(";", ",")
        text = "; ".join(parts)
    entry[field] = text
    entries[i] = tuple(entry)
    node[name] = entries


def _children(
    pieces: Iterator[inline_codes.CodedPiece],
    slots: tuple[Slot, ...],
    mark: str = "",
) -> list[nodes.Node]:
    """Return the nodes that *pieces* stand for, up to the code that closes them.

    :param mark: as of :func:`write`
    """
    children: list[nodes.Node] = []
    for piece in pieces:
        if piece.type == "close":
            break
        if piece.type == "text":
            children.append(nodes.Text(inline_codes.unescape(piece.coded)))
            continue
        if piece.id > len(slots):
            inside = _children(pieces, slots, mark)
            children.append(nodes.inline("", "", *inside, classes=[mark]))
            continue
        slot = slots[piece.id - 1]
        if slot.inner is not None:
            _refill(slot.inner, _children(pieces, slots, mark))
        children.extend(slot.outer)
    return children


def _refill(node: nodes.Element, children: list[nodes.Node]) -> None:
    node.clear()
    node.extend(children)
