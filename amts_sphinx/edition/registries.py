"""The nodes that extensions keep in the environment, beside the documents.

Lists of exercises, of boxes or of definitions are made of such nodes when a page is
written. They were read with the book, so they say what the book says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree import records
from amts_sphinx.edition.publish import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx.environment import BuildEnvironment

    from amts_sphinx.doctree.sites import Finder


def translate(
    env: BuildEnvironment, finder: Finder, targets: Mapping[str, str]
) -> None:
    """Put the targets into the nodes that extensions keep in *env*.

    :param targets: coded targets by normalised source
    """
    for node in list(_roots(env)):
        for site in list(finder.sites(node)):
            target = targets.get(inline_codes.normalise(site.coded))
            text = inline_codes.escape(site.baked) if site.baked else target
            if text is not None and not site.by_people:
                write(site, text)


def _roots(env: BuildEnvironment) -> Iterator[nodes.Element]:
    """Yield each node that an extension keeps, once."""
    seen: set[int] = set()
    for value in records.kept(env):
        yield from _nodes(value, seen, records.DEPTH)


def _nodes(value: Any, seen: set[int], depth: int) -> Iterator[nodes.Element]:
    """Yield the nodes in a value; a whole document is derived by itself."""
    if depth == 0 or id(value) in seen or isinstance(value, nodes.document):
        return
    if isinstance(value, nodes.Element):
        seen.update(id(node) for node in value.findall(nodes.Element))
        yield value
        return
    inside = records.parts(value)
    if inside is not None:
        seen.add(id(value))
        for _, item in inside:
            yield from _nodes(item, seen, depth - 1)
