"""The posts of ablog in an edition: its lists and feeds show what was read as text.

ablog keeps, beside the document, the title, the excerpt and the body of each post in
the environment. It makes archives, lists and feeds of these. The tags, categories and
languages of posts have pages with their names.
"""

from __future__ import annotations

from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils import new_document

from amts_sphinx.doctree import conf_strings
from amts_sphinx.doctree.records import LABELS, posts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.edition.plan import EditionPlan


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
    for post in posts(env).get(docname, []):
        post["title"] = title(post["title"])
        post["excerpt"] = _published(post.get("excerpt") or [], publish)
        if isinstance(body := post.get("doctree"), nodes.Element):
            [post["doctree"]] = _published([body], publish)


def name_labels(app: Sphinx, plan: EditionPlan) -> None:
    """Give what posts are listed under, such as tags, the names of the edition.

    The addresses of their pages stay: ablog makes them of the names, and keeps them.
    """
    if not posts(app.env):
        return
    blog = import_module("ablog.blog").Blog(app)
    for collection in (blog.posts, blog.drafts):
        collection.name = plan.strings.get(collection.name, collection.name)
    for post in chain.from_iterable(posts(app.env).values()):
        for kind in LABELS:
            for label in post.get(kind) or ():
                collection = blog.catalogs[kind][label]
                address, name = collection.docname, str(collection.name)
                if name == label:  # not yet
                    collection.name = conf_strings.translated(name, plan.targets)
                blog.references[collection.xref] = (address, collection.name)


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
