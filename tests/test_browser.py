"""What a reader sees: pages of an edition in a real browser."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from lxml import html
from waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, MakeBook

BROWSER: Final = shutil.which("chromium") or shutil.which("google-chrome") or ""
#: A browser without a screen, an account, a network or a past.
OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)

pytestmark = pytest.mark.skipif(
    not BROWSER, reason="no browser: apt-get install chromium"
)


@pytest.fixture(scope="module")
def pages(make_book: MakeBook) -> Book:
    return make_book("pages")


def show(page: str, profile: Path, *options: str) -> html.HtmlElement:
    """Open a page, let its scripts run, and return what there is then."""
    command = [BROWSER, *OPTIONS, *options, f"--user-data-dir={profile}"]
    command += ["--virtual-time-budget=20000", "--dump-dom", page]
    done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return html.fromstring(done.stdout)


def words(page: html.HtmlElement, expression: str) -> list[str]:
    found = page.xpath(expression)
    assert isinstance(found, list)
    shown = [e for e in found if isinstance(e, html.HtmlElement)]
    return [" ".join(element.text_content().split()) for element in shown]


def test_a_reader_searches_a_chinese_edition(pages: Book, tmp_path: Path) -> None:
    built = pages.build("amts-zh", engine="pseudo")
    assert built.status == 0
    title = built.text("soil", "//h1")[0].rstrip("¶").rpartition(" ")[2]
    page = f"{(built.out / 'search.html').as_uri()}?q={title}"
    shown = show(page, tmp_path)
    assert title in words(shown, "//div[@id='search-results']//li//a")[0]
    assert shown.get("lang") == "zh-CN"


def test_the_page_is_written_in_the_language_of_the_reader(
    pages: Book, tmp_path: Path
) -> None:
    built = pages.build("amts-zh", engine="pseudo")
    shown = show((built.out / "index.html").as_uri(), tmp_path)
    [heading, *_] = words(shown, "//h1")
    assert not any("a" <= letter.lower() <= "z" for letter in heading)


@pytest.mark.parametrize(
    ("languages", "query", "wanted"),
    [
        ("es-MX,en", "", "es"),
        ("fr,zh-Hans-SG", "", "zh-CN"),
        ("fr", "", "en"),  # the root page itself
        ("es", "?choose", "en"),
    ],
)
def test_the_root_page_leads_to_the_reader_s_language(
    site: Path, tmp_path: Path, languages: str, query: str, wanted: str
) -> None:
    page = f"{(site / 'index.html').as_uri()}{query}"
    assert show(page, tmp_path, f"--accept-lang={languages}").get("lang") == wanted


def test_a_reader_stays_at_the_section(site: Path, tmp_path: Path) -> None:
    page = show(f"{(site / 'es' / 'soil.html').as_uri()}#clay", tmp_path)
    links = page.xpath("//nav[contains(@class, 'amts-languages')]//a/@href")
    root = site.as_uri()
    assert links == [f"{root}/{tag}/soil.html#clay" for tag in ("zh", "es")]


@pytest.fixture(scope="module")
def site(pages: Book) -> Path:
    """Return the folder with two editions and their root page."""
    built = pages.build("amts", engine="pseudo")
    assert built.status == 0
    return built.out
