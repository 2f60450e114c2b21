"""The nodes that extensions keep in the environment, beside the documents.

Lists of exercises, of boxes or of definitions are made of such nodes when a page is
written. They were read with the book, so they say what the book says.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx.environment import BuildEnvironment

from amts_sphinx.core import inline_codes
from amts_sphinx.edition.publish import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amts_sphinx.doctree.sites import Finder

#: What Sphinx itself keeps there, and what other modules of this package translate.
_OURS: Final = frozenset({"titles", "longtitles", "tocs", "domaindata", "ablog_posts"})
#: How deep an extension may have put its nodes.
_DEPTH: Final = 8


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
    own = _names_of_sphinx()
    kept = [value for name, value in vars(env).items() if name not in own]
    for name, domain in env.domains.items():
        if not type(domain).__module__.startswith("sphinx."):
            kept.append(env.domaindata.get(name))
    seen: set[int] = set()
    for value in kept:
        yield from _nodes(value, seen, _DEPTH)


def _names_of_sphinx() -> frozenset[str]:
    """Return the names of what Sphinx keeps in an environment."""
    return _OURS.union(BuildEnvironment.__init__.__code__.co_names)


def _nodes(value: Any, seen: set[int], depth: int) -> Iterator[nodes.Element]:
    """Yield the nodes in a value; a whole document is derived by itself."""
    if depth == 0 or id(value) in seen or isinstance(value, nodes.document):
        return
    if isinstance(value, nodes.Element):
        seen.update(id(node) for node in value.findall(nodes.Element))
        yield value
    elif isinstance(value, (dict, list, tuple, set, frozenset)):
        seen.add(id(value))
        for item in value.values() if isinstance(value, dict) else value:
            yield from _nodes(item, seen, depth - 1)
    elif is_dataclass(value) and not isinstance(value, type):
        seen.add(id(value))
        yield from _nodes(vars(value), seen, depth - 1)
