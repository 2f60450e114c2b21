"""The strings of a book's own templates that are marked for translation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import extract_from_ast
from sphinx.util import logging

from amts_sphinx.doctree.conf_strings import written

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml", ".jinja", ".j2"})


def messages(app: Sphinx) -> set[str]:
    """Return what ``{% trans %}`` and ``_()`` mark in the folders of templates.

    Sphinx shows each by its catalogue, and a book can add one; what is in neither goes
    to the engine.
    """
    folders = [
        Path(app.confdir, name)
        for name in written(app.config).get("templates_path", ())
    ]
    paths = {path for folder in folders for path in folder.rglob("*")}
    environment = Environment(
        autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    found: set[str] = set()
    for path in sorted(path for path in paths if path.suffix in _SUFFIXES):
        try:
            text = path.read_text("utf-8")
            found |= {
                message
                for _, _, message in extract_from_ast(environment.parse(text))
                if isinstance(message, str)
            }
        except (OSError, UnicodeError, TemplateSyntaxError) as exc:
            logger.info("%s: its strings are not translated: %s", path, exc)
    return found
