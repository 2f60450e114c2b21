"""What stays in the source language says so: a sentence among others, or a title."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import pytest
from conftest import copy_root
from lxml import etree

from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, Once

pytestmark = pytest.mark.sphinx
SITE: Final = "https://example.org/a&b/"
SITEMAPS: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK: Final = "{http://www.w3.org/1999/xhtml}link"
PAGE: Final = """\
A page
======

First sentence. Second with *one part* here. Third one. Fourth is last.

A paragraph by itself.
"""


def units(target: str) -> list[TranslationUnit]:
    """Return what people translated: two of four sentences, and no title."""
    pair = LanguagePair("en", target)
    found = {
        "First sentence.": "一句话。" if target == "zh" else "Primera.",
        "Third one.": "第三句。" if target == "zh" else "Tercera.",
    }
    return [
        TranslationUnit(source, text, pair, HUMAN, State.APPROVED)
        for source, text in found.items()
    ]


def write(folder: Path) -> Book:
    book = copy_root("incremental", folder)
    for path in book.source.glob("*.rst"):
        path.unlink()
    lines = ['extensions = ["amts_sphinx"]', 'project = "Boats"', 'language = "en"']
    lines += ['amts_target_languages = ["zh", "es"]', 'amts_engine = "none"']
    lines += [f'html_baseurl = "{SITE}"', 'html_theme = "alabaster"']
    lines += ['amts_memory_files = ["{language}.tmx"]']
    book.write("conf.py", "\n".join(lines))
    book.write("index.rst", "Start\n=====\n\n.. toctree::\n   :glob:\n\n   *\n")
    book.write("page.rst", PAGE)
    # Names that an address cannot hold as they are.
    book.write("tide & ebb.rst", "Tide\n====\n\nWords.\n")
    book.write("größe.rst", "Size\n====\n\nWords.\n")
    for tag in ("zh", "es"):
        tmx.write(book.source / f"{tag}.tmx", units(tag), source_language="en")
    return book


@pytest.fixture
def built(once: Once) -> Built:
    """Return two editions that are translated in part, for reading."""
    made: Built = once("parts", lambda folder: write(folder).build("amts"))
    assert made.status == 0, made.warned
    return made


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "Primera. Second with one part here. Tercera. Fourth is last."),
        ("zh", "一句话。Second with one part here. 第三句。Fourth is last."),
    ],
)
def test_each_sentence_that_stays_says_so(built: Built, tag: str, text: str) -> None:
    assert text in built.text(f"{tag}/page", "//p")
    [paragraph] = built.page(f"{tag}/page").xpath("//p[.//em]")
    assert paragraph.get("lang") is None
    parts = [e.text_content() for e in paragraph.xpath("./span[@lang='en']")]
    assert parts == ["Second with one part here.", "Fourth is last."]
    assert len(paragraph.xpath("./span/em")) == 1


def test_a_whole_paragraph_says_so_itself(built: Built) -> None:
    assert built.text("es/page", "//p[@lang='en']") == ["A paragraph by itself."]


def test_a_title_says_so_wherever_it_shows(built: Built) -> None:
    assert built.text("es/page", "//h1/span[@lang='en']") == ["A page"]
    link = "//div[contains(@class, 'toctree-wrapper')]//a[contains(@href, 'page')]"
    assert built.text("es/index", f"{link}/span[@lang='en']") == ["A page"]
    [title] = built.text("es/page", "//title")
    assert title.startswith("A page")


def entries(out: Path) -> dict[str, dict[str, str]]:
    """Return the links of each address, by language, as the protocol wants them.

    The rules are those of the published schema (sitemap 0.9), and of search engines for
    alternates.
    """
    data = (out / "sitemap.xml").read_bytes()
    assert len(data) <= 50 * 2**20
    root = etree.fromstring(data)
    assert root.tag == f"{SITEMAPS}urlset"
    assert 1 <= len(root) <= 50_000
    found: dict[str, dict[str, str]] = {}
    for url in root:
        assert url.tag == f"{SITEMAPS}url"
        names = [child.tag for child in url]
        assert names[0] == f"{SITEMAPS}loc"
        assert names.count(f"{SITEMAPS}loc") == 1
        own = [f"{SITEMAPS}{n}" for n in ("loc", "lastmod", "changefreq", "priority")]
        here = [name for name in names if name.startswith(SITEMAPS)]
        assert here == [name for name in own if name in here]  # each once, in order
        address = url[0].text or ""
        assert address not in found
        found[address] = {}
        for link in url.iterchildren(LINK):
            assert link.get("rel") == "alternate"
            language = link.get("hreflang", "")
            assert language == "x-default" or find_language(language).tag == language
            assert language not in found[address]
            found[address][language] = link.get("href", "")
    return found


def test_the_sitemap_keeps_the_rules_of_the_protocol(built: Built) -> None:
    found = entries(built.out)
    addresses = {*found, *(href for links in found.values() for href in links.values())}
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert address.startswith(SITE)
        assert 12 <= len(address) <= 2048
        # What an address may hold, and nothing else.
        assert re.fullmatch(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]+", address, re.ASCII)
    assert f"{SITE}zh/{quote('tide & ebb')}.html" in found
    assert f"{SITE}es/{quote('größe')}.html" in found


def test_folders_of_pages_have_addresses_and_not_found_has_none(tmp_path: Path) -> None:
    book = write(tmp_path)
    book.write("404.rst", ":orphan:\n\nNot found\n=========\n\nGone.\n")
    built = book.build("amts", "-D", "amts_format=dirhtml")
    found = entries(built.out)
    address = f"{SITE}es/{quote('tide & ebb')}/"
    assert {f"{SITE}es/", address} <= found.keys()
    assert not any("404" in each for each in found)
    page = (built.out / "zh" / "tide & ebb" / "index.html").read_text("utf-8")
    assert f'hreflang="es" href="{escape(address)}"' in page


def test_alternates_of_the_sitemap_name_each_other(built: Built) -> None:
    found = entries(built.out)
    assert len(found) == 2 * 4
    for address, links in found.items():
        own = [tag for tag, href in links.items() if href == address]
        assert len(own) == 1  # each names itself
        for tag, href in links.items():
            if tag != "x-default":
                assert found[href] == links


def test_an_epub_from_the_right_is_well_formed_and_turned_that_way(
    tmp_path: Path,
) -> None:
    book = copy_root("incremental", tmp_path)
    for path in book.source.glob("*.rst"):
        path.unlink()
    lines = ['extensions = ["amts_sphinx"]', 'language = "en"', 'version = "1"']
    lines += ['amts_format = "epub"', 'copyright = "2024, Ann"']
    book.write("conf.py", "\n".join(lines))
    book.write("index.rst", "Start\n=====\n\n.. function:: f(x)\n\n   It does.\n")
    built = book.build("amts-ar", engine="pseudo")
    assert (built.status, built.warned) == (0, "")
    page = etree.parse(str(built.out / "index.xhtml"))
    assert page.getroot().get("dir") == "rtl"
    signature = page.find(".//{*}dt[@id='f']")
    assert signature is not None
    assert signature.get("dir") == "ltr"
    spine = etree.parse(str(built.out / "content.opf")).find(".//{*}spine")
    assert spine is not None
    assert spine.get("page-progression-direction") == "rtl"
