"""Translate a Sphinx book: parse once, remember everything, write every edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__version__ = "0.1.0"


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the extension known to Sphinx."""
    from amts_sphinx.build import builders
    from amts_sphinx.config import settings
    from amts_sphinx.doctree import collect
    from amts_sphinx.edition import process, warning_log

    warning_log.attach(app)
    for part in (settings, collect, builders, process):
        part.register(app)
    return {
        "version": __version__,
        "env_version": 3,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
