"""The review mode of an edition: elements name their texts, and a script shows them.

An element's ids are in its attribute ``data-amts-unit``, apart by blanks, one for each
text (mostly a sentence) in it. They are those of ``amts review``. docutils writes no
such attributes, so that they are classes until the page is rendered.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.edition.plan import REVIEW_DATA
from amts_sphinx.edition.publish import UNIT

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from amts_sphinx.edition.plan import EditionPlan

#: The attribute of elements; the pages of ``amts review`` look for it.
ATTRIBUTE: Final = "data-amts-unit"
_STATIC: Final = Path(__file__).parent.parent / "static" / "review"
#: docutils repeats the classes of a field's name on the element of its body.
_CLASS: Final = re.compile(rf'(<dd\b[^>]*?)?\sclass="([^"]*\b{UNIT}[^"]*)"')


def register(app: Sphinx, plan: EditionPlan) -> None:
    """Have the pages of an edition show what reviewers need."""
    folders = [*app.config.html_static_path, str(_STATIC)]
    app.config.html_static_path = folders
    app.add_css_file("amts-review.css")
    app.add_js_file("amts-review.js", loading_method="defer")
    app.connect("html-page-context", partial(_on_page, plan), priority=900)


def _on_page(
    plan: EditionPlan,
    app: Sphinx,
    pagename: str,
    _: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Have a page load what is known of its texts, and say where they are worked on."""
    said = {"amts-edition": plan.tag}
    if plan.review:
        said["amts-review"] = plan.review.replace("{language}", plan.tag)
    heads = [f'<meta name="{n}" content="{escape(c)}" />' for n, c in said.items()]
    if doctree is not None:
        # A book in one file has the texts of all documents.
        single = app.builder.name == "singlehtml"
        for docname in sorted(app.env.found_docs) if single else [pagename]:
            path = context["pathto"](f"{REVIEW_DATA}/{docname}.js", resource=True)
            heads.append(f'<script defer="defer" src="{escape(path)}"></script>')
    context["metatags"] = "\n".join([context.get("metatags", ""), *heads])


def name_texts(page: str) -> str:
    """Return a page on which elements name their texts by an attribute."""
    return _CLASS.sub(_named, page)


def _named(match: re.Match[str]) -> str:
    body, classes = match[1], match[2].split()
    others = [name for name in classes if not name.startswith(UNIT)]
    names = dict.fromkeys(c.removeprefix(UNIT) for c in classes if c.startswith(UNIT))
    kept = f' class="{" ".join(others)}"' if others else ""
    return f"{body}{kept}" if body else f'{kept} {ATTRIBUTE}="{" ".join(names)}"'
