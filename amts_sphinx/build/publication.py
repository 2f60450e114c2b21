"""What stands beside the editions of a book: the root page, the sitemap, the list."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging

from amts_sphinx.build import manifest, site
from amts_sphinx.core import pages
from amts_sphinx.core.atomic import keep
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.languages import find_language
from amts_sphinx.edition.pages import PLACELESS, counterparts, uri_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.builders import Builder

    from amts_sphinx.build.failures import Failures
    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.edition.plan import Sibling

logger = logging.getLogger(__name__)
ROOT_PAGE: Final = "index.html"
SITEMAP: Final = "sitemap.xml"
#: What tells a file of ours from one that somebody else wrote.
_SIGN: Final = "amts_sphinx"
#: So much of a file is read to look for it.
_HEAD: Final = 1000
#: The most addresses that a sitemap may have.
_MOST: Final = 50_000
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"


class Publication:
    """The folder that a build of all editions writes to."""

    def __init__(self, builder: Builder, config: AmtsConfig, order: Order) -> None:
        """Look at the folder, before any edition is written."""
        self._out = Path(builder.outdir)
        self._builder = builder
        self._config = config
        self._order = order
        self._manifest = _read(self._out)
        #: Where readers of other languages are led, if not to the book itself.
        self._chooser = site.base(builder.config) if config.root_page else ""
        self._before = {
            language.tag: manifest.before(
                folder, self._manifest.editions.get(language.tag, {})
            )
            for language, folder in order.editions.items()
        }

    def complete(self, failures: Failures) -> None:
        """Write what stands beside the editions.

        :param failures: names editions that are not as they should be
        :raises InterchangeError: something cannot be written
        """
        for language, folder in self._order.editions.items():
            tag = language.tag
            found = manifest.written(folder, self._before[tag])
            if found:
                self._manifest.note(tag, found, self._pages)
        named = [each.tag for each in self._order.editions]
        if "amts_target_languages" in self._builder.config.overrides:
            # Some of the languages, for this once: the others are not removed by that.
            named = sorted({*self._manifest.current, *named})
        self._manifest.current = named
        manifest.write(self._out, self._manifest)
        self._tell_what_is_left()
        if self._order.filenames or not site.is_of_pages(self._builder):
            return
        present = self._present(failures)
        if present and self._config.root_page:
            self._write_root(present)
        if present and self._config.sitemap and all(each.url for each in present):
            self._write_sitemap(present)

    def _tell_what_is_left(self) -> None:
        """Log what ``amts prune`` would remove."""
        for tag in self._manifest.removed:
            logger.info(
                "%s holds an edition that amts_target_languages no longer names;"
                " `amts prune %s` removes it",
                self._out / tag,
                self._out,
            )
        for language in self._order.editions:
            if gone := self._manifest.gone.get(language.tag):
                logger.info(
                    "%s holds %d files of documents that are gone, such as %s;"
                    " `amts prune %s` removes them",
                    self._out / language.tag,
                    len(gone),
                    gone[0],
                    self._out,
                )

    @cached_property
    def _pages(self) -> set[str] | None:
        """The files of an edition that are of documents, by their paths in it.

        ``None`` if it does not consist of pages.
        """
        if not site.is_of_pages(self._builder):
            return None
        env, config = self._builder.env, self._builder.config
        found = set[str]()
        for docname in env.found_docs:
            page = Path(self._builder.get_outfilename(docname))  # type: ignore[attr-defined]
            source = os.path.relpath(env.doc2path(docname), env.srcdir)
            suffix = config.html_sourcelink_suffix
            suffix = "" if source.endswith(suffix) else suffix
            found.add(page.relative_to(self._out).as_posix())
            found.add(f"_sources/{Path(source).as_posix()}{suffix}")
        return found

    def _present(self, failures: Failures) -> list[Sibling]:
        """Return the editions that can be read: the book itself first, if it is."""
        languages = readable(self._order, failures)
        config = self._builder.config
        found = site.beside_root(config, languages)
        source = site.source_of(config)
        return [source, *found] if source else found

    def _uri(self, docname: str) -> str:
        if not isinstance(self._builder, StandaloneHTMLBuilder):
            raise TypeError(f"{self._builder.name} writes no pages")
        return uri_of(self._builder, docname)

    def _write_root(self, present: list[Sibling]) -> None:
        """Write the page that leads to the edition in the reader's language."""
        path = self._out / ROOT_PAGE
        if not _is_ours(path):
            logger.info("%s is not ours: it is left as it is", path)
            return
        config = self._builder.config
        home = self._uri(config.root_doc) or ROOT_PAGE
        home += ROOT_PAGE if home.endswith("/") else ""
        pages.write(
            path,
            "root.html",
            title=config.html_title or config.project,
            language=self._config.source_language.tag,
            editions=[
                {
                    "tag": each.tag,
                    "name": each.name,
                    "href": f"{each.path}{home}",
                    "url": f"{each.url}{self._uri(config.root_doc)}",
                    "direction": "rtl" if find_language(each.tag).from_right else "ltr",
                }
                for each in present
            ],
            base=site.base(config) if all(each.url for each in present) else "",
        )

    def _write_sitemap(self, present: list[Sibling]) -> None:
        """Write the addresses of all pages of all editions.

        Each names its counterparts, so that search engines show readers their own.
        """
        path = self._out / SITEMAP
        if not _is_ours(path):
            logger.info("%s is not ours: it is left as it is", path)
            return
        documents = sorted(self._builder.env.found_docs - PLACELESS)
        if self._builder.name == "singlehtml":
            documents = [self._builder.config.root_doc]
        most = _MOST // len(present)
        if len(documents) > most:
            logger.warning(
                "%s: a sitemap has room for %d addresses; the first %d documents are"
                " in it",
                path,
                _MOST,
                most,
                type="amts",
                subtype="sitemap",
            )
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<!-- {_SIGN} -->",
            f'<urlset xmlns="{_SITEMAPS}" xmlns:xhtml="{_XHTML}">',
        ]
        for docname in documents[:most]:
            lines += self._entries(self._uri(docname), present)
        lines.append("</urlset>\n")
        keep(path, "\n".join(lines).encode())

    def _entries(self, uri: str, present: list[Sibling]) -> Iterable[str]:
        """Return the entries of one document, one for each edition."""
        links = ""
        if self._config.alternates and len(present) > 1:
            links = "".join(
                f'<xhtml:link rel="alternate" hreflang="{tag}" href={quoteattr(url)}/>'
                for tag, url in counterparts(present, uri, self._chooser)
            )
        return [
            f"<url><loc>{escape(each.url + uri)}</loc>{links}</url>" for each in present
        ]


def readable(order: Order, failures: Failures) -> list[Language]:
    """Return the languages of the editions that a reader can find.

    One that fails now may be there from an earlier build.
    """
    return [
        language
        for language, folder in order.editions.items()
        if not failures.noted(language.tag) or any(folder.glob("*.html"))
    ]


def _read(out: Path) -> manifest.Manifest:
    """Return the list of what was written; a new one if it is damaged.

    Then nothing that is there counts as ours, and nothing of it is ever removed.
    """
    try:
        return manifest.read(out)
    except InterchangeError as exc:
        logger.warning("%s; it is made anew", exc, type="amts", subtype="prune")
        return manifest.Manifest()


def _is_ours(path: Path) -> bool:
    """Tell whether *path* may be written: it is not there, or this package wrote it."""
    try:
        with path.open("rb") as file:
            return _SIGN.encode() in file.read(_HEAD)
    except FileNotFoundError:
        return True
    except OSError:
        return False
