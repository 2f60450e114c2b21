"""The configuration of an edition: what ``conf.py`` says, in the edition's language.

``conf.py`` runs again in the process of each edition. Before a theme or an extension
sees what it says, the texts are translated, and what would differ from edition to
edition though it must not, such as the names of files, is set.
"""

from __future__ import annotations

import gettext
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import _compat
from amts_sphinx.core.languages import dates_locale
from amts_sphinx.doctree import conf_strings, templates
from amts_sphinx.doctree.given import ADDRESSES
from amts_sphinx.edition import pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from amts_sphinx.edition.plan import EditionPlan

#: Names of files, which Sphinx makes of the book's title.
_FILES: Final = (
    "applehelp_bundle_name",
    "devhelp_basename",
    "epub_basename",
    "htmlhelp_basename",
    "qthelp_basename",
)
#: Lists of documents, each with the place of the name of its file.
_DOCUMENTS: Final = {"latex_documents": 1, "man_pages": 1, "texinfo_documents": 1}


class _Strings(gettext.NullTranslations):
    """What a catalogue lacks, translated with the book."""

    def __init__(self, strings: Mapping[str, str]) -> None:
        super().__init__()
        self._strings = strings

    def gettext(self, message: str) -> str:
        """Return the target of a message; itself where there is none."""
        # A theme adds its own catalogue after this one.
        found = super().gettext(message)
        return self._strings.get(message, message) if found == message else found

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the target of one of two messages, as the source language chooses."""
        found = super().ngettext(msgid1, msgid2, n)
        return self._strings.get(found, found)


def set_up(app: Sphinx, config: Config, plan: EditionPlan) -> None:
    """Make *config* that of the edition."""
    source = plan.written
    _compat.write_dates_in(plan.locale, dates_locale(plan.locale))
    names = _file_names(config, source.get("project", ""))
    conf_strings.translate(config, {**plan.figures, **plan.targets}, source)
    for name, value in names.items():
        place = _DOCUMENTS.get(name)
        # Of a list, only the names of files are those of the book.
        config[name] = value if place is None else _renamed(config[name], value, place)
    _set_addresses(config, plan)
    if plan.site.switcher:
        pages.find_place(config)
    if not _compat.is_given(config, "epub_language"):
        config["epub_language"] = pages.lang_of(plan)
    app.translator.add_fallback(_Strings(plan.strings))


def translate_theme(app: Sphinx, plan: EditionPlan) -> None:
    """Translate what a theme shows without a catalogue of its own.

    It must be called once the theme is loaded.
    """
    _compat.share_catalogue(app.translator)
    environment = _compat.template_environment(app.builder)
    if environment is not None:
        templates.replace_words(environment, app.translator.gettext)
    for index in _compat.own_indices(app):
        index.localname = plan.strings.get(str(index.localname), index.localname)
    options = {
        name: (text, plan.strings[text])
        for name, text in _compat.theme_defaults(app.builder).items()
        if isinstance(text, str) and text in plan.strings
    }
    if options:
        app.connect("html-page-context", partial(_set_options, options), priority=100)


def _set_options(
    options: Mapping[str, tuple[str, str]],
    _: Sphinx,
    __: str,
    ___: str,
    context: dict[str, Any],
    ____: nodes.document | None,
) -> None:
    """Translate the options of a theme that ``conf.py`` does not give.

    Those that a catalogue has are the template's business.
    """
    for name, (text, target) in options.items():
        if context.get(f"theme_{name}") == text:
            context[f"theme_{name}"] = target


def _file_names(config: Config, project: str) -> dict[str, Any]:
    """Return the values with names of files that Sphinx makes of the book's title."""
    here = config["project"]
    config["project"] = project or here
    found = {
        name: config[name]
        for name in (*_FILES, *_DOCUMENTS)
        if name in config and not _compat.is_given(config, name)
    }
    config["project"] = here
    return found


def _renamed(rows: Any, named: Any, place: int) -> list[tuple[Any, ...]]:
    """Return documents with the names of files that others have."""
    return [
        (*row[:place], name[place], *row[place + 1 :])
        for row, name in zip(rows, named, strict=False)
    ]


def _set_addresses(config: Config, plan: EditionPlan) -> None:
    """Set where the edition is published, unless ``conf.py`` says so itself."""
    for name in ADDRESSES:
        is_of_book = name in config and config[name] == plan.written.get(name)
        if is_of_book and config[name] and plan.site.url:
            config[name] = plan.site.url
            _set_scheme(config)


def _set_scheme(config: Config) -> None:
    """Have sphinx-sitemap name the addresses that the pages name themselves.

    It would add the language once more, if the author left the scheme as it is, or
    names the language in it.
    """
    name = "sitemap_url_scheme"
    if name in config and (
        not _compat.is_given(config, name) or "{lang}" in config[name]
    ):
        config[name] = "{link}"
