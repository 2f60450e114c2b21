"""The site that the editions of a book are parts of: who is where."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from sphinx.builders.html import StandaloneHTMLBuilder

from amts_sphinx.config.settings import checked
from amts_sphinx.edition.plan import Sibling, Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.builders import Builder
    from sphinx.config import Config

    from amts_sphinx.core.languages import Language


def of(
    config: Config, language: Language, editions: Iterable[Language], *, whole: bool
) -> Site:
    """Return what the pages of the edition in *language* tell of the site.

    :param editions: the languages of the editions that are there
    :param whole: whether the build is of all of them, side by side
    """
    ours = checked(config)
    # The build of one edition does not know where the others are.
    beside = list(editions) if whole else [language]
    found = [
        each._replace(path="" if each.tag == language.tag else f"../{each.path}")
        for each in beside_root(config, beside)
    ]
    source = source_of(config)
    if source and (whole or source.url == source.path):
        is_relative = not urlsplit(source.path).scheme
        path = f"../{source.path}" if is_relative else source.path
        found.insert(0, source._replace(path=path))
    several = len(found) > 1
    chooser = base(config) if ours.root_page and whole and not source else ""
    return Site(
        tuple(found),
        switcher=ours.language_switcher and several,
        originals=ours.source_links and several and found[0].is_source,
        alternates=ours.alternates and several,
        url=url_of(config, language),
        chooser=chooser,
    )


def is_of_pages(builder: Builder) -> bool:
    """Tell whether a builder writes pages for a browser, each in a file of its own.

    A book in one file, such as an EPUB, is none; nor are pages as data.
    """
    return (
        isinstance(builder, StandaloneHTMLBuilder)
        and not builder.embedded
        and builder.out_suffix == ".html"
    )


def beside_root(config: Config, languages: Iterable[Language]) -> list[Sibling]:
    """Return the editions as the root page names them."""
    return [
        Sibling(each.tag, each.native_name, f"{each.tag}/", url_of(config, each))
        for each in languages
    ]


def source_of(config: Config) -> Sibling | None:
    """Return where the book itself is published; its path is from the root page."""
    ours = checked(config)
    if not ours.source_url:
        return None
    path = _folder(ours.source_url)
    url = _folder(urljoin(_folder(base(config)), path))
    language = ours.source_language
    known = url if urlsplit(url).scheme else ""
    return Sibling(language.tag, language.native_name, path, known, is_source=True)


def base(config: Config) -> str:
    """Return where the site is published; empty where that is not known."""
    return str(config.html_baseurl or "")


def url_of(config: Config, language: Language) -> str:
    """Return the full address of an edition; empty where that is not known."""
    pattern = checked(config).edition_url
    if not pattern:
        return ""
    url = urljoin(_folder(base(config)), pattern.format(language=language.tag))
    return _folder(url) if urlsplit(url).scheme else ""


def _folder(address: str) -> str:
    return address if not address or address.endswith("/") else f"{address}/"
