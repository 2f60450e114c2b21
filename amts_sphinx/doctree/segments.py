"""From a doctree to containers: its texts, split into segments."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx.util import logging

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Location, Segment
from amts_sphinx.text.segmentation import container as split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amts_sphinx.core.units import Container
    from amts_sphinx.doctree.classify import SegmentRules
    from amts_sphinx.doctree.sites import Finder, Site

logger = logging.getLogger(__name__)
#: A comment that switches checks off for what follows it.
_IGNORE: Final = re.compile(r"amts-ignore:\s*(.+)", re.DOTALL)


def containers(
    doctree: nodes.document,
    docname: str,
    finder: Finder,
) -> tuple[Container, ...]:
    """Return all texts of a doctree that are to be translated, in document order."""
    return tuple(
        found
        for site, found in with_sites(doctree, docname, finder)
        if not site.by_people
    )


def with_sites(
    doctree: nodes.document,
    docname: str,
    finder: Finder,
    sites: Iterable[Site] | None = None,
) -> Iterator[tuple[Site, Container]]:
    """Yield all texts of a doctree with words, with their sites.

    Those that only people translate are among them.

    :param sites: the places that *finder* finds, if that is known
    """
    ignored = _Ignored(doctree)
    for site in finder.sites(doctree) if sites is None else sites:
        if site.baked is None and inline_codes.has_words(site.coded):
            yield (
                site,
                ignored.marked(container(site, docname, finder.rules), site.node),
            )


def container(site: Site, docname: str, rules: SegmentRules) -> Container:
    """Return a site's text, split into segments."""
    place = Location(docname, line_of(site.node))
    whole = Segment(site.coded, site.kind, place, site.names)
    by_sentence = rules.by_sentence and not site.attribute
    return split(whole, site.level, rules.language, by_sentence=by_sentence)


def line_of(node: nodes.Element) -> int | None:
    """Return the 1-based line of *node* or of the nearest element around it."""
    found: nodes.Element | None = node
    while found is not None and not isinstance(found, nodes.document):
        if found.line:
            return int(found.line)
        found = found.parent
    return None


class _Ignored:
    """The checks that comments of one document switch off, ``amts-ignore: numbers``."""

    def __init__(self, doctree: nodes.document) -> None:
        #: By the element after the comment; they hold for all inside that element.
        self._of: dict[nodes.Node, frozenset[str]] = {}
        for comment in doctree.findall(nodes.comment):
            if found := _IGNORE.fullmatch(comment.astext().strip()):
                ids = _known(re.split(r"[,\s]+", found[1].strip(" ,")), comment)
                if after := _next(comment):
                    self._of[after] = self._of.get(comment, frozenset()) | ids

    def marked(self, found: Container, node: nodes.Node) -> Container:
        """Return the container of *node* with the checks that are off at *node*."""
        ids: frozenset[str] = frozenset()
        around: nodes.Node | None = node if self._of else None
        while around is not None:
            ids |= self._of.get(around, frozenset())
            around = around.parent
        return replace(found, ignored=ids) if ids else found


def _known(ids: list[str], comment: nodes.comment) -> frozenset[str]:
    """Return *ids* if all are checks; otherwise warn the author and return none."""
    from amts_sphinx import checks  # most books have no such comment

    try:
        checks.check_ids("amts-ignore", ids)
    except ConfigError as exc:
        logger.warning("%s", exc, location=comment, type="amts", subtype="ignore")
        return frozenset()
    return frozenset(ids)


def _next(node: nodes.Node) -> nodes.Node | None:
    """Return the node after *node*, which may be another comment."""
    children = node.parent.children
    place = children.index(node)
    return children[place + 1] if place + 1 < len(children) else None
