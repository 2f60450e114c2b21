"""Sphinx's configuration for the documentation of amts_sphinx."""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

from amts_sphinx.config.settings import table

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "amts_sphinx"
author = "The amts_sphinx authors"
release = version_of("amts_sphinx")
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_title = f"amts_sphinx {release}"
myst_heading_anchors = 3


def insert_table(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the table of values, which the package keeps, where its place is marked."""
    del app
    if docname == "configuration":
        source[0] = source[0].replace(".. amts-values::\n", table())


def setup(app: Sphinx) -> None:
    """Connect what this file does while Sphinx reads."""
    app.connect("source-read", insert_table)
