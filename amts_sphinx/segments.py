"""From a doctree to segments: its texts, split into what is translated at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from amts_sphinx import codes, sentences
from amts_sphinx.units import Container, Location, Segment

if TYPE_CHECKING:
    from amts_sphinx.inline import Rules
    from amts_sphinx.sites import Finder, Site


def containers(
    doctree: nodes.document, docname: str, finder: Finder
) -> tuple[Container, ...]:
    """Extract all that is to be translated from a doctree, in document order."""
    return tuple(
        container(site, docname, finder.rules)
        for site in finder.sites(doctree)
        if site.baked is None and codes.has_words(site.coded)
    )


def container(site: Site, docname: str, rules: Rules) -> Container:
    """Return a site's text, split into the segments that it is translated in."""
    place = Location(docname, _line(site.node))
    whole = Segment(site.coded, site.kind, place, site.names)
    if not rules.by_sentence or site.attribute:
        return Container(whole, (whole,), site.level)
    pieces = _with_words(sentences.split(site.coded, rules.language))
    if len(pieces) == 1:
        return Container(whole, (whole,), site.level)
    parts = tuple(_sentence(piece, whole) for piece in pieces)
    return Container(whole, parts, site.level)


def _sentence(piece: str, whole: Segment) -> Segment:
    source, numbers = codes.localise(piece.strip())
    named = {code.id: code for code in whole.codes}
    return Segment(
        source,
        whole.kind,
        whole.location,
        tuple(named[number].numbered(i) for i, number in enumerate(numbers, 1)),
        numbers,
    )


def _with_words(pieces: list[str]) -> list[str]:
    """Join a piece without words to its neighbour: every segment has some."""
    joined: list[str] = []
    for piece in pieces:
        if joined and not (codes.has_words(piece) and codes.has_words(joined[-1])):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _line(node: nodes.Element) -> int | None:
    """Return the 1-based line of *node* or of the nearest element around it."""
    found: nodes.Element | None = node
    while found is not None and not isinstance(found, nodes.document):
        if found.line:
            return int(found.line)
        found = found.parent
    return None
