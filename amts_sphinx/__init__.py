"""Translate a Sphinx book: parse once, remember everything, write every edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amts_sphinx._version import __version__
from amts_sphinx.core import moved

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["__version__", "setup"]
moved.install()


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the extension known to Sphinx."""
    from amts_sphinx import _compat
    from amts_sphinx.build import authored, builders
    from amts_sphinx.config import d2lbook, settings
    from amts_sphinx.doctree import collect, given
    from amts_sphinx.edition import process, warning_log

    warning_log.attach(app)
    for part in (given, settings, d2lbook, collect, authored, builders, process):
        part.register(app)
    return {
        "version": __version__,
        # Raised with each change of what is kept of a document that was read.
        "env_version": _compat.env_version(6),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
