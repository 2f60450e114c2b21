"""The posts of ablog in an edition: its lists and feeds show what was read as text.

ablog keeps, beside the document, the title, the excerpt and the body of each post in
the environment. It makes archives, lists and feeds of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils import new_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.environment import BuildEnvironment


def posts_of(env: BuildEnvironment, docname: str) -> list[dict[str, Any]]:
    """Return the posts that a document holds; mostly none."""
    posts: dict[str, list[dict[str, Any]]] = getattr(env, "ablog_posts", {})
    return posts.get(docname, [])


def translate(
    env: BuildEnvironment,
    docname: str,
    title: Callable[[str], str],
    publish: Callable[[nodes.document], object],
) -> None:
    """Translate the posts of a document.

    :param title: returns the target of a title
    :param publish: puts the targets into a doctree
    """
    for post in posts_of(env, docname):
        post["title"] = title(post["title"])
        post["excerpt"] = _published(post.get("excerpt") or [], publish)
        if isinstance(body := post.get("doctree"), nodes.Element):
            [post["doctree"]] = _published([body], publish)


def _published(
    parts: list[nodes.Node], publish: Callable[[nodes.document], object]
) -> list[nodes.Node]:
    """Return *parts* of a doctree with the targets in them."""
    holder = new_document("")
    holder.extend(parts)
    publish(holder)
    found = list(holder.children)
    for part in found:
        part.parent = None
    return found
