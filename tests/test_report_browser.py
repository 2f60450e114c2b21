"""The report in a real browser: keys, filters, accessibility, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright
from test_browser import BROWSER, OPTIONS
from test_cli import amts

from amts_sphinx.report import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Book, MakeBook
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(
    not BROWSER, reason="no browser: apt-get install chromium"
)
ROOT: Final = Path(__file__).parent.parent
ROWS: Final = "#queue tbody tr"
#: What axe calls the faults that keep people from using a page.
GRAVE: Final = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=BROWSER, args=[*OPTIONS])
        yield found
        found.close()


@pytest.fixture(scope="module")
def home(make_book: MakeBook) -> Path:
    """Return the folder of a report that has a long queue, a gate and a history."""
    book: Book = make_book("pages")
    lines = "\n\n".join(f"Sentence number {n} of many." for n in range(120))
    book.write("lone.rst", f":orphan:\n\nA lonely page\n{'=' * 13}\n\n{lines}\n")
    book.build("amts-zh", engine="none")
    gate = ("-D", "amts_fail_under.coverage=1")
    book.write("soil.rst", "Good <soil>\n===========\n\nDig </script> first.\n")
    assert book.build("amts-zh", *gate, engine="none").status == 1
    return book.source / ".amts" / "report" / "zh"


@pytest.fixture
def page(browser: Browser, home: Path) -> Iterator[Page]:
    """Return the open page; it must ask for nothing, and complain of nothing."""
    opened = browser.new_page(viewport={"width": 1300, "height": 900})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda request: faults.append(request.url))
    opened.goto((home / "report.html").as_uri())
    yield opened
    opened.close()
    assert faults == [(home / "report.html").as_uri()]


def told(page: Page) -> str:
    return page.locator(".told").inner_text()


def test_the_queue_is_paged_by_keys(page: Page) -> None:
    assert told(page).startswith("1 to 50 of 14")
    first = page.locator(ROWS).first.inner_text()
    page.locator("[data-step='1']").focus()
    page.keyboard.press("Enter")
    assert told(page).startswith("51 to 100 of 14")
    assert page.locator(ROWS).first.inner_text() != first
    page.keyboard.press("Enter")
    assert page.locator("[data-step='1']").is_disabled()


def test_the_queue_is_filtered_and_ordered(page: Page) -> None:
    page.get_by_label("Words in it").fill("NUMBER 11")
    assert told(page) == "1 to 11 of 11 texts"  # 11, and 110 to 119
    page.get_by_label("Order").select_option("document")
    assert "Sentence number 11 of" in page.locator(ROWS).first.inner_text()
    page.get_by_label("Severity").select_option("error")
    assert told(page) == "No text is left"
    page.get_by_text("Show all").click()
    page.wait_for_function("document.querySelector('#queue tbody tr')")
    page.locator("select[name=document]").select_option("soil")
    assert told(page) == "1 to 2 of 2 texts"
    assert "Good <soil>" in page.locator(ROWS).first.inner_text()


def test_a_document_leads_to_its_texts(page: Page) -> None:
    page.get_by_label("Texts of water to look at").click()
    page.wait_for_function("document.querySelectorAll('#queue tbody tr').length < 20")
    places = page.locator(f"{ROWS} td:nth-child(2)").all_inner_texts()
    assert all(place.startswith("water") for place in places)


def test_tables_are_sorted_by_keys(page: Page) -> None:
    table = page.get_by_role("region", name="Table of documents")
    button = table.get_by_role("button", name="Words")
    for order in ("ascending", "descending"):
        button.focus()
        page.keyboard.press("Space")
        head = table.get_by_role("columnheader", name="Words")
        assert head.get_attribute("aria-sort") == order
    names = table.locator("tbody tr td:first-child a:first-child").all_inner_texts()
    assert names[0] == "lone"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(browser: Browser, home: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((home / "report.html").as_uri())
    found = Axe().run(page).response["violations"]
    grave = [(each["id"], each["nodes"]) for each in found if each["impact"] in GRAVE]
    assert grave == []
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "To the texts to look at"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "to-read"
    page.close()


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of an evaluation."""
    out, book = tmp_path_factory.mktemp("evaluation"), ROOT / "sample_book"
    given = ("--engine", "pseudo", "--arms", "none", "sentence", "--samples", "0")
    asked = (book / "en", book / "zh", "--hold-out", "sensors", *given, "-o", out)
    done = amts("evaluate", *asked)
    assert done.returncode == 0, done.stderr
    return out / "results.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_from_the_page_of_an_evaluation(
    browser: Browser, evaluation: Path, scheme: str
) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(evaluation.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator("dl").first.is_visible()
    found = Axe().run(page).response["violations"]
    grave = [(each["id"], each["nodes"]) for each in found if each["impact"] in GRAVE]
    assert grave == []
    page.close()


def test_it_can_be_read_without_scripts_and_on_paper(
    browser: Browser, home: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((home / "report.html").as_uri())
    assert page.locator(ROWS).count() == 50
    assert not page.locator("#filters").is_visible()
    assert "report.json has all" in page.locator("noscript").inner_text()
    context.close()
    page = browser.new_page()
    page.goto((home / "report.html").as_uri())
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.pdf().startswith(b"%PDF")
    page.close()


def test_no_text_ends_the_script(home: Path) -> None:
    page = (home / html.NAME).read_text("utf-8")
    assert page.count("</script>") == 2
    packed = page.partition('id="data">')[2].partition("</script>")[0]
    sources = [each["source"] for each in json.loads(packed)["queue"]]
    assert "Dig </script> first." in sources
