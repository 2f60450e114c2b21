"""What a reader sees: pages of an edition in a real browser."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import html
from odd_texts import MARKS, WORDS
from waiting import PATIENCE

from amts_sphinx.edition import pair_search

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


def test_the_browser_cuts_a_query_as_the_index_was_cut(
    pages: Book, tmp_path: Path
) -> None:
    built = pages.build("amts-zh", engine="pseudo")
    chance = random.Random(1)
    parts = [*WORDS, *MARKS, "湿度传感器", "Python", "気象観測", "날씨를", "การวัด", "កុំ"]
    queries = [
        "".join(chance.choice(parts) + chance.choice(["", "", " "]) for _ in range(5))
        for _ in range(500)
    ]
    shown = run_script(
        built.out,
        tmp_path,
        f"(Search._index = null, {json.dumps(queries)}.map((q) => splitQuery(q)))",
    )
    assert len(shown) == len(queries)
    for query, terms in zip(queries, shown, strict=True):
        indexed = pair_search.terms(query)
        assert set(terms) <= set(indexed), ascii(query)
        assert bool(terms) == bool(indexed), ascii(query)
        assert "".join(indexed[:1])[:1] == "".join(terms[:1])[:1], ascii(query)


def test_pairs_that_no_page_has_are_no_part_of_a_query(
    pages: Book, tmp_path: Path
) -> None:
    built = pages.build("amts-zh", engine="pseudo")
    index = {"terms": {"数据": 1, "副本": [1, 2]}, "titleterms": {"程序": 1}}
    shown = run_script(
        built.out,
        tmp_path,
        f"(Search._index = {json.dumps(index)}, ['数据副本', '程序Pumps', '没有']"
        ".map((query) => splitQuery(query)))",
    )
    assert shown == [["数据", "副本"], ["程序", "Pumps"], ["没有"]]


def test_results_do_not_quote_what_is_not_of_the_book(
    pages: Book, tmp_path: Path
) -> None:
    built = pages.build("amts-zh", engine="pseudo")
    search = (built.out / "search.html").read_text("utf-8")
    assert 'querySelectorAll(".no-search")' in search
    page = "<div role='main'><div class='no-search'>ours</div><p>theirs</p></div>"
    shown = run_script(
        built.out, tmp_path, f"Search.htmlToText({json.dumps(page)}).trim()"
    )
    assert shown == "theirs"


def run_script(edition: Path, home: Path, script: str) -> Any:
    """Return the value of *script* on a copy of the edition's page of results."""
    text = (edition / "search.html").read_text("utf-8")
    run = (
        "<pre id='value'></pre><script>window.addEventListener('load', () => {"
        "document.querySelector('#value').textContent ="
        f" JSON.stringify({script}); }});</script></body>"
    )
    page = edition / "run.html"
    page.write_text(text.replace("</body>", run), "utf-8")
    try:
        [value] = words(show(page.as_uri(), home / "profile"), "//pre[@id='value']")
    finally:
        page.unlink()
    return json.loads(value)


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
