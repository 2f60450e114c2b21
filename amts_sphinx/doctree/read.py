"""Read any Sphinx source tree, only for its texts."""

from __future__ import annotations

import tempfile
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace, patch_docutils

from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.languages import find_language
from amts_sphinx.doctree import conf_strings
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.segments import containers
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings

if TYPE_CHECKING:
    from amts_sphinx.core.units import Book


class BookRead(NamedTuple):
    """The texts of a source tree."""

    #: BCP 47.
    language: str
    texts: Book
    #: Sphinx's warnings, one a line.
    warnings: str


def read(srcdir: Path, language: str = "") -> BookRead:
    """Read the Sphinx source tree *srcdir* and return its texts.

    :param language: BCP 47; by default the ``language`` of its ``conf.py``
    :raises AmtsError: it is no such tree, or cannot be read
    """
    if not Path(srcdir, "conf.py").exists():
        raise AmtsError(f"{srcdir} is not a Sphinx source tree: it has no conf.py")
    warnings = StringIO()
    with (
        tempfile.TemporaryDirectory() as out,
        patch_docutils(str(srcdir)),
        docutils_namespace(),
    ):
        try:
            app = Sphinx(
                str(srcdir),
                str(srcdir),
                out,
                str(Path(out, ".doctrees")),
                "dummy",
                {},
                status=None,
                warning=warnings,
            )
            app.build()
        except SphinxError as exc:
            raise AmtsError(f"{srcdir} cannot be read: {exc}") from None
        tag = find_language(language or app.config.language or "en").tag
        texts = _texts(app, tag)
    return BookRead(tag, texts, strip_colors(warnings.getvalue()))


def _texts(app: Sphinx, tag: str) -> Book:
    """Extract all texts, also those of figures: people may have translated them."""
    values = conf_strings.values(app.config)
    spaced = find_language(tag).spaced
    rules = SegmentRules(tag, spaced=spaced, figure_captions=True, values=values)
    finder = Finder(rules, UiStrings(app.config.language or "en"))
    found = {
        docname: containers(app.env.get_doctree(docname), docname, finder)
        for docname in sorted(app.env.found_docs)
    }
    of_conf = conf_strings.containers(app.config, app.env)
    return {
        conf_strings.CONF: (*of_conf, *conf_strings.names(app.config)),
        **found,
    }
