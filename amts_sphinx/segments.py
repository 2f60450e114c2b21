"""From a doctree to segments: its texts, split into what is translated at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from amts_sphinx import codes
from amts_sphinx.containers import container as split
from amts_sphinx.units import Location, Segment

if TYPE_CHECKING:
    from amts_sphinx.inline import Rules
    from amts_sphinx.sites import Finder, Site
    from amts_sphinx.units import Container


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
    by_sentence = rules.by_sentence and not site.attribute
    return split(whole, site.level, rules.language, by_sentence=by_sentence)


def _line(node: nodes.Element) -> int | None:
    """Return the 1-based line of *node* or of the nearest element around it."""
    found: nodes.Element | None = node
    while found is not None and not isinstance(found, nodes.document):
        if found.line:
            return int(found.line)
        found = found.parent
    return None
