"""From targets to doctrees: put translations where the sources stood.

This module writes nodes and never translates. It moves the original node objects, so
that every id, target and reference of the source edition lives on in each edition.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from docutils import nodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree.segments import line_of
from amts_sphinx.doctree.sites import index_parts
from amts_sphinx.edition.plan import BoundText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from amts_sphinx.doctree.coder import Slot
    from amts_sphinx.doctree.sites import Finder, Site

#: The class of elements that an engine drafted.
DRAFT: Final = "amts-draft"
#: The class of elements that show what a person made of a former version.
STALE: Final = "amts-stale"


def publish(
    doctree: nodes.document,
    finder: Finder,
    targets: Mapping[str, str],
    values: Mapping[str, str],
    *,
    drafts: Collection[str] = (),
    stale: Collection[str] = (),
    bound: Mapping[tuple[str, int | None], BoundText] = MappingProxyType({}),
) -> int:
    """Replace the texts of *doctree* by their targets.

    :param targets: coded targets by normalised source of the whole container; each has
        exactly the codes of its source
    :param values: what stands for a source edition's value, such as today's date
    :param drafts: the sources whose elements are marked as an engine's drafts
    :param stale: the sources whose elements are marked as of a former version
    :param bound: what is published at one place, by source and line, before *targets*
    :returns: the number of texts that changed
    """
    changed = 0
    # Sites are found before any is written: writing moves nodes.
    for site in list(finder.sites(doctree)):
        key = inline_codes.normalise(site.coded)
        at_place = bound and bound.get((key, line_of(site.node)))
        general = BoundText(targets.get(key), key in drafts, key in stale)
        target, is_draft, is_stale = at_place or general
        if site.baked:
            baked = inline_codes.escape(site.baked)
            target, is_draft, is_stale = BoundText(baked, draft=False)
        if target is not None:
            write(site, target, values)
            changed += 1
            if is_draft and not site.attribute:
                site.node["classes"].append(DRAFT)
            if is_stale and not site.attribute:
                site.node["classes"].append(STALE)
    return changed


def write(site: Site, target: str, values: Mapping[str, str]) -> None:
    """Put the coded *target* at *site*."""
    if site.attribute:
        _write_attribute(site, inline_codes.unescape(target))
        return
    children = _children(inline_codes.tokens(target), site.slots, values)
    _refill(site.node, [*site.before, *children, *site.after])


def _write_attribute(site: Site, text: str) -> None:
    node, name = site.node, site.attribute
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
    values: Mapping[str, str],
) -> list[nodes.Node]:
    """Return the nodes that *pieces* stand for, up to the code that closes them."""
    children: list[nodes.Node] = []
    for piece in pieces:
        if piece.type == "close":
            break
        if piece.type == "text":
            children.append(nodes.Text(inline_codes.unescape(piece.coded)))
            continue
        slot = slots[piece.id - 1]
        if slot.inner is not None:
            _refill(slot.inner, _children(pieces, slots, values))
        children.extend(_current(node, values) for node in slot.outer)
    return children


def _current(node: nodes.Node, values: Mapping[str, str]) -> nodes.Node:
    """Return *node*, or the edition's own text where it is a value."""
    if isinstance(node, nodes.Text):
        return nodes.Text(values.get(node.astext(), node.astext()))
    return node


def _refill(node: nodes.Element, children: list[nodes.Node]) -> None:
    node.clear()
    node.extend(children)
