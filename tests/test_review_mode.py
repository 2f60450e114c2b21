"""The review mode of an edition, and what readers are told of a text's origin."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from conftest import copy_root
from playwright.sync_api import sync_playwright
from test_browser import BROWSER, OPTIONS

from amts_sphinx.config import values
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.edition import review_marks
from amts_sphinx.formats import tmx
from amts_sphinx.formats.xliff_writer import name_of_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Book, Built, Once
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.sphinx
needs_browser = pytest.mark.skipif(
    not BROWSER, reason="no browser: apt-get install chromium"
)
UNIT: Final = "data-amts-unit"
NOTICE: Final = "//div[contains(@class, 'amts-notice')]//p"
#: Each sentence stands in an element of another kind.
TEXT: Final = """\
A long title
============

One paragraph. Its second sentence has 7 words.

.. admonition:: Of a box

   In the box.

.. topic:: Of a topic

   In the topic.

.. sidebar:: At the side

   Beside it.

.. rubric:: Of a rubric

term : kind
   Its definition.

:field: Its body.

-o  An option.

| A line.

   A quote.

   -- The author

.. glossary::

   keel
      What is below.

.. list-table:: Of a table

   * - A cell

.. code-block:: none
   :caption: Of code

   x

.. py:function:: sail(x)

   Sails away.



.. versionadded:: 1.0
   With words.

See [#f]_.

.. [#f] The footnote.
"""
#: Some pieces of it, each a text by itself.
PIECES: Final = (
    "A long title",
    "One paragraph.",
    "Its second sentence has 7 words.",
    "Of a box",
    "In the box.",
    "Of a topic",
    "At the side",
    "Of a rubric",
    "term",
    "kind",
    "Its definition.",
    "field",
    "Its body.",
    "An option.",
    "A line.",
    "A quote.",
    "The author",
    "keel",
    "What is below.",
    "Of a table",
    "A cell",
    "Of code",
    "Sails away.",
    "With words.",
    "The footnote.",
)
#: An extension with an element that is shown by its children alone.
BARE: Final = """\
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

class Bare(nodes.TextElement):
    pass

class BareDirective(SphinxDirective):
    required_arguments = 1

    def run(self):
        node = Bare("", "", nodes.Text(self.arguments[0]))
        self.set_source_info(node)
        return [nodes.container("", node)]

def nothing(self, node):
    pass

def setup(app):
    app.add_node(Bare, html=(nothing, nothing))
    app.add_directive("bare", BareDirective)
"""
SETTINGS: Final = """\
extensions = ["amts_sphinx"]
project = "Boats"
language = "en"
html_theme = "alabaster"
amts_target_languages = ["es"]
amts_source_url = "../en/"
amts_review_mode = True
amts_machine_notice = True
"""


def write(folder: Path, settings: str = SETTINGS, text: str = TEXT) -> Book:
    """Return a book of two pages."""
    book = copy_root("incremental", folder)
    for path in book.source.glob("*.rst"):
        path.unlink()
    book.write("conf.py", settings)
    book.write("index.rst", f"{text}\n.. toctree::\n\n   second\n")
    book.write(
        "second.rst", "Second\n======\n\nTwo words.\n\nDeeper\n------\n\nMore.\n"
    )
    return book


def build(folder: Path) -> Built:
    return write(folder).build("amts", engine="pseudo")


@pytest.fixture
def edition(once: Once) -> Built:
    """Return an edition in review mode, for reading."""
    built: Built = once("review-mode", build)
    assert (built.status, built.warned) == (0, "")
    return built.__class__(0, "", "", built.out / "es")


def known(edition: Built, docname: str) -> dict[str, Any]:
    """Return what the pages show of the texts of a document, by their ids."""
    script = (edition.out / "_amts" / f"{docname}.js").read_text("utf-8")
    found: dict[str, Any] = json.loads(script[script.index(", ") + 2 : -3])
    return found


def test_every_kind_of_element_names_its_texts(edition: Built) -> None:
    texts = known(edition, "index")
    named = " ".join(edition.page("index").xpath(f"//@{UNIT}")).split()
    for piece in PIECES:
        name = name_of_key(inline_codes.normalise(piece))
        assert texts[name]["source"] == piece
        assert name in named, piece
    # One element, two sentences, in order.
    both = [name_of_key(inline_codes.normalise(each)) for each in PIECES[1:3]]
    assert len(edition.page("index").xpath(f"//p[@{UNIT}='{' '.join(both)}']")) == 1


def test_an_element_names_its_texts_once(edition: Built) -> None:
    names = edition.page("index").xpath(f"//@{UNIT}")
    assert len(names) == len(set(names))
    assert "amts-unit-" not in (edition.out / "index.html").read_text("utf-8")


def test_a_text_is_told_with_origin_state_and_findings(edition: Built) -> None:
    name = name_of_key(inline_codes.normalise("Its second sentence has 7 words."))
    text = known(edition, "index")[name]
    assert (text["origin"], text["state"], text["place"]) == (
        "machine",
        "machine",
        "index:4",
    )
    assert text["maker"].startswith("pseudo")
    assert text["findings"] == []


def test_classes_become_an_attribute() -> None:
    page = '<p class="amts-unit-a x amts-unit-b">1</p><dd class="y amts-unit-a">2</dd>'
    assert review_marks.name_texts(page) == (
        '<p class="x" data-amts-unit="a b">1</p><dd class="y">2</dd>'
    )
    other = '<p class="z">amts-unit-a</p>'
    assert review_marks.name_texts(other) == other


def test_findings_are_told_where_no_page_changes(tmp_path: Path) -> None:
    book = write(tmp_path)
    book.build("amts-es", engine="pseudo")
    again = book.build("amts-es", engine="pseudo")
    assert "up to date" in again.said
    before = again.files()
    # What is forbidden is a matter of checks alone.
    word = next(iter(known(again, "second").values()))
    assert word["findings"] == []
    rule = "\namts_forbidden_terms = {'es': ['Ðééþþéŕ']}\n"
    book.write("conf.py", SETTINGS + rule)
    told = book.build("amts-es", engine="pseudo")
    found = [f["check"] for t in known(told, "second").values() for f in t["findings"]]
    assert found == ["forbidden"]
    changed = {n for n, when in told.files().items() if before.get(n) != when}
    assert "_amts/second.js" in changed
    assert "second.html" not in changed


def test_nothing_is_left_of_it_when_it_is_switched_off(tmp_path: Path) -> None:
    book = write(tmp_path)
    book.build("amts-es", engine="pseudo")
    off = "amts_review_mode=0", "amts_machine_notice=0"
    built = book.build("amts-es", *(p for o in off for p in ("-D", o)), engine="pseudo")
    assert not (built.out / "_amts").exists()
    page = (built.out / "index.html").read_text("utf-8")
    assert "amts-unit" not in page
    assert "amts-review" not in page
    assert built.text("index", NOTICE) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/review",
        "javascript:open('{unit}')",
        "/review/{units}",
        "/review/{unit",
        7,
    ],
)
def test_an_address_without_a_place_for_the_text_is_refused(url: object) -> None:
    with pytest.raises(ConfigError, match=r"amts_review_url must be .*"):
        values.review_url("amts_review_url", url)


def test_an_address_for_each_text() -> None:
    for url in ("", "/review/{language}#{unit}", "http://127.0.0.1:8000/#{unit}"):
        assert values.review_url("amts_review_url", url) == url


def test_places_lead_to_the_same_places_of_the_book(tmp_path: Path) -> None:
    book = write(tmp_path)
    source = book.build("html", out="en")
    edition = book.build("amts", engine="pseudo")
    for name in ("index", "second"):
        links = edition.page(f"es/{name}").xpath("//a[@class='amts-original']")
        permanent = edition.page(f"es/{name}").xpath("//a[@class='headerlink']")
        assert len(links) == len(permanent) >= 2
        for link in links:
            path, place = link.get("href").split("#")
            target = (edition.out / "es" / path).resolve()
            assert target == (source.out / f"{name}.html").resolve()
            assert len(source.page(name).xpath(f"//*[@id='{place}']")) == 1
            assert (link.get("hreflang"), link.text_content()) == ("en", "")
            assert link.get("aria-label") == "El mismo lugar en el original"
    off = book.build("amts", "-D", "amts_source_links=0", engine="pseudo")
    assert off.page("es/second").xpath("//a[@class='amts-original']") == []


def test_machines_texts_are_told_until_a_person_reviewed_them(tmp_path: Path) -> None:
    book = write(tmp_path)
    text = "Partes de esta página son traducciones automáticas."
    built = book.build("amts-es", engine="pseudo")
    assert built.text("second", NOTICE) == [text]
    marked = "//*[contains(@class, 'amts-machine')]"
    assert len(built.page("second").xpath(marked)) == 4
    people = [
        TranslationUnit(s, f"{s}!", LanguagePair("en", "es"), HUMAN, State.APPROVED)
        for s in ("Second", "Two words.", "Deeper", "More.")
    ]
    tmx.write(book.source / "people.tmx", people, source_language="en")
    book.write("conf.py", f'{SETTINGS}\namts_memory_files = ["people.tmx"]\n')
    built = book.build("amts-es", engine="pseudo")
    assert built.text("second", NOTICE) == []
    assert built.page("second").xpath(marked) == []
    assert built.text("index", NOTICE) == [text]


def test_titles_whose_elements_have_no_tag_are_marked(tmp_path: Path) -> None:
    path = f"import sys\nsys.path.insert(0, {str(tmp_path / 'source')!r})\n"
    book = write(tmp_path, path + SETTINGS)
    book.change("conf.py", '["amts_sphinx"]', '["amts_sphinx", "bare"]')
    book.write("bare.py", BARE)
    # An extension takes the words of a rubric, and shows another title by its words.
    book.write(
        "second.rst", "Second\n======\n\n.. bare:: Title\n\n.. rubric:: Rubric\n"
    )
    built = book.build("amts-es", engine="pseudo")
    assert built.status == 0, built.warned
    for piece in ("Title", "Rubric"):
        name = name_of_key(inline_codes.normalise(piece))
        [shown] = built.page("second").xpath(f"//span[@{UNIT}='{name}']")
        assert shown.get("class") == "amts-machine"
    again = book.build("amts-es", engine="none").page("second")
    assert len(again.xpath("//span[@lang='en'][normalize-space()='Title']")) == 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=BROWSER, args=[*OPTIONS])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, edition: Built) -> Iterator[Page]:
    """Return the open page, which must not complain of anything."""
    opened = browser.new_page(viewport={"width": 1000, "height": 700})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto((edition.out / "index.html").as_uri())
    yield opened
    opened.close()
    assert faults == []


def passage(piece: str) -> str:
    return f"[{UNIT}~='{name_of_key(inline_codes.normalise(piece))}']"


@needs_browser
def test_a_text_is_shown_on_hover_until_the_pointer_leaves(page: Page) -> None:
    shown = page.locator("#amts-review section")
    assert not shown.is_visible()
    page.hover(passage("One paragraph."))
    assert shown.is_visible()
    told = shown.inner_text()
    assert re.search(r"Source\s+One paragraph\.", told)
    assert re.search(r"Origin\s+machine \(pseudo", told)
    assert "amts review serve --language es" in told
    shown.hover()  # it can be pointed at itself, for as long as one likes
    page.wait_for_timeout(400)
    assert shown.is_visible()
    page.mouse.move(990, 5)
    page.wait_for_timeout(400)
    assert not shown.is_visible()


@needs_browser
def test_a_text_is_shown_on_focus_and_closed_by_a_key(page: Page) -> None:
    shown = page.locator("#amts-review section")
    place = passage("Its definition.")
    page.focus(place)
    assert shown.is_visible()
    assert page.get_attribute(place, "aria-describedby") == "amts-review"
    page.keyboard.press("Escape")
    assert not shown.is_visible()
    assert page.evaluate("p => document.activeElement.matches(p)", place)
    page.keyboard.press("Tab")  # the next passage
    assert shown.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "amts-review"
    page.keyboard.press("Escape")
    assert not shown.is_visible()
    assert page.evaluate(f"() => document.activeElement.hasAttribute('{UNIT}')")


@needs_browser
def test_a_text_is_opened_where_it_is_worked_on(
    browser: Browser, edition: Built
) -> None:
    page = browser.new_page()
    page.add_init_script(
        "document.addEventListener('amts-open-unit', (event) => {"
        " window.asked = event.detail.unit; event.preventDefault(); })"
    )
    meta = '<meta name="amts-review" content="/work#{unit}">'
    address = (edition.out / "index.html").as_uri()
    page.route(
        address,
        lambda route: route.fulfill(
            body=(edition.out / "index.html")
            .read_text("utf-8")
            .replace("<head>", f"<head>{meta}"),
            content_type="text/html",
        ),
    )
    page.goto(address)
    page.hover(passage("Of a rubric"))
    link = page.locator("#amts-review a")
    name = name_of_key(inline_codes.normalise("Of a rubric"))
    assert link.get_attribute("href") == f"/work#{name}"
    link.click()
    assert page.evaluate("() => window.asked") == name
    assert page.url == address
    page.close()


@needs_browser
def test_nothing_of_it_hinders_anybody(page: Page) -> None:
    page.hover(passage("One paragraph."))
    faults = Axe().run(page).response["violations"]
    ours = [each for each in faults if "amts-review" in json.dumps(each["nodes"])]
    assert [each["id"] for each in ours] == []


@needs_browser
def test_the_link_to_the_original_is_seen_on_focus(page: Page) -> None:
    link = page.locator("h1 .amts-original")
    assert link.evaluate("e => getComputedStyle(e).opacity") == "0"
    link.focus()
    assert link.evaluate("e => getComputedStyle(e).opacity") == "1"


@pytest.mark.parametrize("form", ["epub", "json"])
def test_what_is_no_page_for_a_browser_is_as_ever(tmp_path: Path, form: str) -> None:
    book = write(tmp_path)
    built = book.build("amts-es", "-D", f"amts_format={form}", engine="pseudo")
    assert built.status == 0, built.warned
    assert not (built.out / "_amts").exists()
    for path in built.out.rglob("second.*html"):
        assert "amts-unit" not in path.read_text("utf-8")


@pytest.mark.parametrize("form", ["dirhtml", "singlehtml"])
def test_other_shapes_of_pages_have_it_too(tmp_path: Path, form: str) -> None:
    book = write(tmp_path)
    built = book.build("amts-es", "-D", f"amts_format={form}", engine="pseudo")
    name = "second/index" if form == "dirhtml" else "index"
    page = built.page(name)
    scripts = page.xpath("//script[contains(@src, '_amts/')]/@src")
    folder = (built.out / f"{name}.html").parent
    assert [(folder / script).resolve().is_file() for script in scripts] == (
        [True] if form == "dirhtml" else [True, True]
    )
    wanted = name_of_key(inline_codes.normalise("Two words."))
    assert page.xpath(f"//p[@{UNIT}='{wanted}']")
