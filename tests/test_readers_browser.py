"""What editions add to pages, in the themes that books have: seen in a real browser."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from conftest import copy_root
from playwright.sync_api import sync_playwright
from test_browser import BROWSER, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Built, Once
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="no browser: apt-get install chromium"),
]
THEMES: Final = (
    "alabaster",
    "classic",
    "furo",
    "sphinx_rtd_theme",
    "pydata_sphinx_theme",
    "sphinx_book_theme",
)
SWITCHER: Final = "nav.amts-languages"
OURS: Final = ".amts-languages, .amts-notice, .amts-original"
#: The least contrast of a mark that is no text, with its ground (WCAG 1.4.11).
_MARK: Final = 3
TEXT: Final = """\
Boats
=====

A boat floats on water. It is made of wood.

.. note:: Mind the gap.

.. danger:: Sharks.

.. versionchanged:: 2.0
   It has sails.

term
  What it is.

.. list-table:: Of a table

   * - A cell
     - Another

* Outside

  * Inside

Look below. [#f]_

.. [#f] The footnote.
"""
#: Returns what text of a page no scrolling can show.
OUT_OF_REACH: Final = """
() => {
  const places = [-1e6, 1e6].map((place) => (scrollTo(place, 0), scrollX));
  scrollTo(0, 0);
  const end = places[1] + document.documentElement.clientWidth;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const lost = [];
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    const inside = texts.currentNode.parentElement.closest(".body");
    if (inside && box.width && (box.left < places[0] - 1 || box.right > end + 1))
      lost.push(texts.currentNode.data);
  }
  return lost;
}
"""
#: Returns the contrast of the bar of an element with the ground behind it.
CONTRAST: Final = """
(element) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = (node) => {
    const ground = getComputedStyle(node).backgroundColor;
    const clear = /^rgba\\(.*, 0(?:\\.0+)?\\)$|transparent/.test(ground);
    if (!clear) return ground;
    return node.parentElement ? seen(node.parentElement) : "rgb(255, 255, 255)";
  };
  const style = getComputedStyle(element);
  const both = [light(style.borderInlineStartColor), light(seen(element))];
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}
"""


def build(theme: str, folder: Path) -> Built:
    """Build two editions of a page, and the book itself beside them."""
    book = copy_root("incremental", folder)
    for path in book.source.glob("*.rst"):
        path.unlink()
    lines = ['extensions = ["amts_sphinx"]', 'project = "Boats"', 'language = "en"']
    lines += [f"html_theme = {theme!r}", 'amts_target_languages = ["es", "ar"]']
    lines += ['amts_source_url = "en/"', "amts_machine_notice = True"]
    book.write("conf.py", "\n".join(lines))
    book.write("index.rst", TEXT)
    built = book.build("amts", engine="pseudo")
    book.build("html", out="amts/en")
    reviewed = book.build(
        "amts-ar", "-D", "amts_review_mode=1", out="reviewed", engine="pseudo"
    )
    assert reviewed.status == 0, reviewed.warned
    return built


@pytest.fixture(params=THEMES)
def site(once: Once, request: pytest.FixtureRequest) -> Built:
    """Return the editions in a theme, for reading."""
    theme: str = request.param
    if theme not in THEMES[:2] and not find_spec(theme):
        pytest.skip(f"{theme} is not installed")
    made: Built = once(f"seen-{theme}", partial(build, theme))
    assert made.status == 0, made.warned
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=BROWSER, args=[*OPTIONS])
        yield found
        found.close()


def show(browser: Browser, site: Built, tag: str = "es", **options: Any) -> Page:
    """Open the page of an edition in a window of its own."""
    options.setdefault("viewport", {"width": 1200, "height": 800})
    page = browser.new_context(**options).new_page()
    page.goto((site.out / tag / "index.html").as_uri())
    return page


def in_window(page: Page, width: int) -> list[Locator]:
    """Return the switchers that are in the window, not in a drawer beside it."""
    return [
        each
        for each in page.locator(f"{SWITCHER}:visible").all()
        if (box := each.bounding_box()) and 0 <= box["x"] < width
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_what_is_added_hinders_nobody(
    browser: Browser, site: Built, width: int, scheme: Any
) -> None:
    size: Any = {"width": width, "height": 800}
    page = show(browser, site, viewport=size, color_scheme=scheme)
    for switcher in in_window(page, width):
        switcher.locator("summary").click()
    found = Axe().run(page, context={"include": [OURS]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    for bar in page.locator("p.amts-machine").all():
        assert bar.evaluate(CONTRAST) >= _MARK, bar.inner_html()
    page.context.close()


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("tag", ["es", "ar"])
def test_the_switcher_needs_no_script(
    browser: Browser, site: Built, tag: str, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    page = show(browser, site, tag, viewport=size, java_script_enabled=False)
    [switcher] = in_window(page, width)
    assert switcher.locator("a:visible").count() == 0
    switcher.locator("summary").focus()
    page.keyboard.press("Enter")
    assert switcher.locator("a:visible").count() == 3
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first is the book itself
    page.wait_for_url("**/en/index.html")
    page.context.close()


def test_the_place_in_the_original_is_reached_by_keyboard(
    browser: Browser, site: Built
) -> None:
    page = show(browser, site)
    link = page.locator("h1 .amts-original")
    link.focus()
    assert link.evaluate("e => getComputedStyle(e).opacity") == "1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/index.html#boats")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_passage_is_reviewed_on_hover_and_focus(
    browser: Browser, site: Built, width: int, scheme: Any
) -> None:
    size: Any = {"width": width, "height": 800}
    page = show(browser, site, "../reviewed", viewport=size, color_scheme=scheme)
    place, shown = (
        page.locator("p[data-amts-unit]"),
        page.locator("#amts-review section"),
    )
    place.first.hover()
    assert "A boat floats on water." in shown.inner_text()
    # It is in English.
    assert shown.evaluate("e => getComputedStyle(e).direction") == "ltr"
    box = shown.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    assert not shown.is_visible()
    place.nth(1).focus()
    assert shown.is_visible()
    found = Axe().run(page, context={"include": ["#amts-review"]})
    assert [each["id"] for each in found.response["violations"]] == []
    page.context.close()


def test_on_paper_there_are_notices_and_marks_but_no_links(
    browser: Browser, site: Built
) -> None:
    page = show(browser, site)
    page.emulate_media(media="print")
    assert page.locator(".amts-notice").is_visible()
    width = "e => parseFloat(getComputedStyle(e).borderInlineStartWidth)"
    assert page.locator("p.amts-machine").first.evaluate(width) >= 1
    assert page.locator(f"{SWITCHER}:visible").count() == 0
    assert not page.locator("h1 .amts-original").is_visible()
    page.context.close()


@pytest.mark.parametrize("width", [1200, 390])
def test_all_text_from_the_right_can_be_reached(
    browser: Browser, site: Built, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    page = show(browser, site, "ar", viewport=size)
    assert page.evaluate(OUT_OF_REACH) == []
    page.context.close()


def test_from_the_right_lines_begin_on_the_right(browser: Browser, site: Built) -> None:
    page = show(browser, site, "ar")

    def right(place: str) -> float:
        box = page.locator(place).first.bounding_box()
        assert box is not None
        return box["x"] + box["width"]

    assert right("li li") < right("li:has(li)") - 10
    assert right("aside.footnote > p") < right("aside.footnote > span.label")
    icon = """
(title) => ["::before", "::after"]
  .map((part) => getComputedStyle(title, part))
  .filter((style) => style.position === "absolute" && parseFloat(style.width) < 40)
  .map((style) => parseFloat(style.right) < parseFloat(style.left))
"""
    assert page.locator(".admonition-title").first.evaluate(icon) in ([], [True])
    page.context.close()
