"""What the editions of a book are made from, gathered from what Sphinx has read."""

from __future__ import annotations

import sys
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.application import builtin_extensions

from amts_sphinx import _compat
from amts_sphinx.config import d2lbook
from amts_sphinx.core import inline_codes
from amts_sphinx.doctree import (
    conf_strings,
    package_messages,
    sphinx_strings,
    templates,
)
from amts_sphinx.doctree.collect import texts_of
from amts_sphinx.doctree.records import records
from amts_sphinx.doctree.sphinx_strings import Package
from amts_sphinx.doctree.stays import of_people, of_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.doctree.stays import Stay

#: Where the words of a theme are. It is no document, so that no share counts them.
_THEME: Final = "the theme's templates"


class Material(NamedTuple):
    """The text of a book."""

    #: By document.
    texts: Mapping[str, DocumentTexts]
    #: All text: that of ``conf.py``, then that of the documents by name.
    containers: list[Container]
    #: The source file of each document, in the order of the book.
    sources: Mapping[str, Path]
    #: What pages show by Sphinx's catalogues: its own labels, strings of templates.
    messages: frozenset[str] = frozenset()
    #: What the theme shows around the text of pages.
    of_theme: frozenset[str] = frozenset()
    #: The extensions that are loaded, which may have catalogues of that.
    packages: tuple[Package, ...] = ()
    #: The folder of what is kept for the next build.
    home: Path | None = None
    #: Values of ``conf.py`` that cannot be read.
    unread: tuple[Stay, ...] = ()
    #: Texts of ``conf.py`` with names.
    names: tuple[Container, ...] = ()
    #: What extensions keep of documents, and may show on any page. It is among the
    #: texts of its documents, too.
    records: tuple[Container, ...] = ()

    @property
    def for_people(self) -> list[Container]:
        """What no engine is asked for: texts of skipped figures, names."""
        return [*self._figures, *self.names]

    @property
    def _figures(self) -> list[Container]:
        return [each for texts in self.texts.values() for each in texts.figures]

    def stays(self, by_people: Collection[str]) -> list[Stay]:
        """Return what stays in the source language in an edition.

        :param by_people: the keys of what people translated of :attr:`for_people`
        """
        return [
            *of_people("figure", self._figures, by_people),
            *of_people("names", self.names, by_people),
            *self.unread,
            *(stay for texts in self.texts.values() for stay in texts.stays),
        ]

    @property
    def files(self) -> dict[str, Path]:
        """The files of the book's documents, without ``conf.py``."""
        return {docname: self.sources[docname] for docname in self.texts}

    def lacking(self, language: Language) -> list[str]:
        """Return those of the messages that Sphinx does not have in *language*."""
        return sphinx_strings.lacking(self.messages, language.locale)

    def labels(self, language: Language) -> list[Container]:
        """Return :meth:`lacking` as what is to be translated."""
        return _to_translate(self.lacking(language), conf_strings.CONF)

    def around(self, language: Language) -> list[str]:
        """Return what pages show around their text, and no catalogue has it."""
        found = sphinx_strings.around_pages(
            self.of_theme, language.locale, self.packages, self.home
        )
        labels = {*self.lacking(language)}
        return [each for each in found if each not in labels]

    def around_labels(self, *languages: Language) -> list[Container]:
        """Return :meth:`around`, of any of *languages*, as what is to be translated."""
        found = {text for each in languages for text in self.around(each)}
        return _to_translate(sorted(found), _THEME)


def _to_translate(messages: Iterable[str], place: str) -> list[Container]:
    containers = [conf_strings.message(each, place) for each in messages]
    found = {each.whole.key: each for each in containers}
    return [
        each for each in found.values() if inline_codes.has_words(each.whole.source)
    ]


def _is_english(app: Sphinx) -> bool:
    """Tell whether the book is in the language that messages are written in."""
    return (app.config.language or "en").replace("_", "-").partition("-")[0] == "en"


def _around(app: Sphinx, packages: tuple[Package, ...], home: Path) -> frozenset[str]:
    """Return what pages show around the text of a book in English; mostly templates."""
    if not (_is_english(app) and _compat.template_folders(app)):
        return frozenset()
    indices = {str(index.localname) for index in _compat.own_indices(app)}
    marked = package_messages.marked(packages, home)
    return templates.of_theme(app) | marked | indices


def _packages(app: Sphinx) -> tuple[Package, ...]:
    """Return the extensions that are loaded, but for Sphinx's own."""
    found = {
        Package(place, str(extension.version))
        for name, extension in app.extensions.items()
        if name not in builtin_extensions
        for package in [sys.modules.get(_package(extension.module.__name__))]
        for place in getattr(package, "__path__", ())
    }
    return tuple(sorted(found))


def _package(name: str) -> str:
    """Return the package that a module belongs to; some share a name before theirs."""
    parts = name.split(".")
    return ".".join(parts[: 2 if parts[0] == "sphinxcontrib" else 1])


def gather(app: Sphinx, env: BuildEnvironment) -> Material:
    """Return the text of the book that *env* holds."""
    texts = {d: t for d, t in texts_of(env).items() if d in env.found_docs}
    kept = [record.container for record in records(env)]
    for docname, some in groupby(kept, lambda each: each.whole.location.docname):
        if docname in texts:
            there = texts[docname].containers
            known = {each.whole.key for each in there}
            more = [each for each in some if each.whole.key not in known]
            texts[docname] = texts[docname]._replace(containers=(*there, *more))
    in_documents = (texts[docname].containers for docname in sorted(texts))
    containers = [
        *conf_strings.containers(app.config, env),
        *chain.from_iterable(in_documents),
    ]
    here = Path(app.confdir)
    sources = {conf_strings.CONF: here / conf_strings.CONF}
    for docname in (*env.collect_relations(), *sorted(env.found_docs)):
        read = Path(env.doc2path(docname))
        sources.setdefault(docname, d2lbook.source(here, docname) or read)
    messages = {label for each in texts.values() for label in each.labels}
    messages |= templates.messages(app)
    if app.config.numfig:
        messages |= {*sphinx_strings.NUMBERED}
    unread = (
        stay
        for each in conf_strings.texts(app.config)
        if each.markup is None
        for stay in of_value(conf_strings.CONF, each.text)
    )
    labels = frozenset(messages)
    packages, home = _packages(app), Path(app.doctreedir, ".amts")
    return Material(
        texts,
        containers,
        sources,
        labels,
        _around(app, packages, home),
        packages,
        home,
        tuple(unread),
        conf_strings.names(app.config),
        tuple(kept),
    )
