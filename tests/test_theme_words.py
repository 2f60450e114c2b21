"""What a theme shows around the text: marked, not marked, in catalogues or not."""

from __future__ import annotations

import json
import re
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from jinja2 import DictLoader, Environment

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.doctree import conf_markup, conf_strings, templates
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, MakeBook, Once, Say

pytestmark = pytest.mark.sphinx


def rendered(template: str, name: str = "page.html", **values: str) -> str:
    """Return what a template with its words in capitals shows."""
    environment = Environment(
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        loader=DictLoader({"page.html": template, "a.js.jinja": template}),
    )
    environment.install_null_translations()  # type: ignore[attr-defined]
    templates.replace_words(environment, str.upper)
    return environment.get_template(name).render(values)


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ('<a aria-label="To the top">x</a>', '<a aria-label="TO THE TOP">x</a>'),
        ('<i {% if a %}id="b"{% endif %} title="Sun dial">', '<i  title="SUN DIAL">'),
        ("<svg><title>Open\n it</title></svg>", "<svg><title>OPEN IT</title></svg>"),
        ("<p> In all </p>", "<p> IN ALL </p>"),
        ('<p class="{{ a }}">In all</p>', '<p class="">IN ALL</p>'),
        ('{% if a %}{% endif %}\n Made by <a id="b">', '\n MADE BY <a id="b">'),
        ('<p>Made by <a id="b">', '<p>MADE BY <a id="b">'),
    ],
)
def test_words_that_are_whole_are_replaced(template: str, shown: str) -> None:
    assert rendered(template) == shown


def test_scripts_stay_as_they_are() -> None:
    template = """button = '<a title="To the top">{{ a }}</a>';"""
    assert rendered(template, "a.js.jinja", a="x") == template.replace("{{ a }}", "x")


def test_a_catalogue_cannot_break_an_attribute() -> None:
    words = templates.Words(lambda text: f'"{text}"')
    assert words.see("data", '<a title="To the top">') == '<a title="To the top">'


@pytest.mark.parametrize(
    "template",
    [
        '<a title="By {{ a }}">',  # of several pieces
        "<p>Made by {{ a }}</p>",
        "<p>Made <b>by</b> them</p>".replace("by", "1"),
        "<p>{{ a }} in all</p>",
        '{{ a }} By <a id="b">',
        '<p>and by <a id="b">',
        '<p id="b"{% if a %}{% endif %} Title <a id="b">',
        '<!-- {% if a %}{% endif %}By <a id="b"> -->',
        "<p>Made<a id='b'>",
        "<br>1</p>and so on</div>",  # behind an element, not all of one
        '<script>let a = "<b>Words</b>";</script>',
        '<script>{{ a }} let a = "<b>Words</b>";</script>',
        "<!-- <b>Words</b> -->",
        '<code>title="words" <b>Words</b></code>',
        'She said title="words" to <1>',
        '<a data-title="words" class="title here" href="words">1</a>',
        '<a href="https://a.example">Our friends</a>',  # a name
        "<p>This theme cannot be used in such a way at all</p>",
        "<p>It failed:</p>",
        "<b>@someone</b>",
        "<b>&nbsp;</b>",
    ],
)
def test_other_words_stay(template: str) -> None:
    shown = re.sub(r"\{[{%].*?[%}]\}", "", template)
    assert rendered(template) == shown


def test_what_is_marked_is_not_replaced() -> None:
    template = '{% trans %}<b title="Words">More</b>{% endtrans %}<b>More</b>'
    assert rendered(template) == '<b title="Words">More</b><b>MORE</b>'


@pytest.mark.parametrize(
    ("message", "target", "filled"),
    [
        (
            '<a href="%(path)s">Copyright</a> &#169; %(copyright)s',
            '© <x id="2"/> <g id="1">Derechos</g>',
            '© %(copyright)s <a href="%(path)s">Derechos</a>',
        ),
        ("Made with ", "Hecho con", "Hecho con "),
        ("\n  <b>A & B</b>", '<g id="1">C &amp; D</g>', "\n  <b>C &amp; D</b>"),
        ("Next", 'Lo "que" sigue', None),
        ("Next", "&lt;b&gt;", None),
        ("On %(date)s", 'El 5 % de <x id="1"/>', None),
        ("100 % sure", "100 % seguro", "100 % seguro"),
    ],
)
def test_a_message_of_a_template(message: str, target: str, filled: str | None) -> None:
    markup = conf_markup.of_message(message)
    assert markup is not None
    container = conf_strings.message(message)
    assert container.whole.source == markup.coded.strip()
    found = conf_strings.strings([message], {container.whole.key: target})
    assert found == ({message: filled} if filled is not None else {})


LAYOUT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<a id="marked" title="{{ _("Go up now") }}">1</a>
<a id="known" aria-label="{{ _("Known here") }}">1</a>
<a id="bare" aria-label="Open the drawer">1</a>
<a id="sphinx" aria-label="Search">1</a>
<i id="option">{{ theme_drawer_text }}</i>
<p id="name">{% trans %}<a href="https://a.example">Sandy</a> {% endtrans %}</p>
<p id="given">{{ theme_door_text }}</p>
<p id="with">{% trans name="Sand" %}Made of <b>{{ name }}</b> alone{% endtrans %}</p>
<p id="one">{% trans n=1 %}{{ n }} boat is here{% pluralize %}{{ n }} boats are here\
{% endtrans %}</p>
<p id="more">{% trans n=2 %}{{ n }} boat is here{% pluralize %}{{ n }} boats are here\
{% endtrans %}</p>
<div role="main">{{ body }}</div></body></html>
"""
THEME = """[theme]
inherit = none
stylesheet = basic.css
pygments_style = none
[options]
drawer_text = Out of the drawer
door_text = Out of the door
colour = Deep blue
"""
EXTENSION = """from pathlib import Path

def setup(app):
    app.add_html_theme("sandy", Path(__file__).parent / "sandy")
    app.add_message_catalog("sphinx", Path(__file__).parent / "locale")
"""
CONF = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
extensions = ["amts_sphinx", "sandbox"]
language = "en"
project = "Sand"
html_theme = "sandy"
html_theme_options = {"door_text": "The door"}
amts_target_languages = ["es", "zh"]
amts_engine = "pseudo"
"""


def in_theme(make_book: MakeBook) -> Book:
    """Return a book with a theme that has a catalogue for Spanish."""
    book = make_book("snippets")
    for path in book.source.glob("*.rst"):
        path.unlink()
    book.write("conf.py", CONF)
    book.write("index.rst", "Sand\n====\n\nSand is fine.\n")
    package = book.source / "sandbox"
    (package / "sandy").mkdir(parents=True)
    (package / "__init__.py").write_text(EXTENSION, "utf-8")
    (package / "sandy" / "theme.conf").write_text(THEME, "utf-8")
    for name in ("layout", "page", "search", "genindex"):
        (package / "sandy" / f"{name}.html").write_text(LAYOUT, "utf-8")
    folder = package / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog("es")
    catalogue.add("Known here", "Conocido")
    with (folder / "sphinx.mo").open("wb") as file:
        write_mo(file, catalogue)
    return book


def of(built: Built, name: str) -> str:
    found = built.page("index").xpath(f"//*[@id={name!r}]")[0]
    text = found.get("aria-label") or found.get("title") or found.text_content()
    return str(text)


def test_a_theme_speaks_the_language(make_book: MakeBook, say: Say) -> None:
    book = in_theme(make_book)
    es, zh = book.build("amts-es"), book.build("amts-zh")
    assert (es.status, es.warned) == (0, "")
    assert of(es, "marked") == say("Go up now", "es")
    assert of(es, "known") == "Conocido"
    assert of(zh, "known") == say("Known here", "zh")
    assert of(es, "bare") == say("Open the drawer", "es")
    assert of(es, "sphinx") == "Búsqueda"
    assert of(es, "name").strip() == "Sandy"
    assert of(es, "one") == f"1 {say('boat is here', 'es')}"
    assert of(es, "more") == f"2 {say('boats are here', 'es')}"
    assert of(es, "option") == say("Out of the drawer", "es")
    assert of(es, "given") == say("The door", "es")
    # A hole is where the engine put it.
    assert "<b>Sand</b>" in (es.out / "index.html").read_text("utf-8")
    assert say("alone", "es") in of(es, "with")
    report = book.source / ".amts" / "report" / "es" / "report.json"
    found = json.loads(report.read_bytes())
    rows = {row["source"]: row["origin"] for row in found["segments"]}
    assert rows["Go up now"] == rows["Out of the drawer"] == "machine"
    assert "Known here" not in rows
    assert re.search(r"engine 'pseudo' translated \d+ texts around the pages", es.said)
    assert es.summary("es")["segments"] == es.summary("es")["translated"] == 3
    # The second build has nothing to do, and asks for nothing.
    again = book.build("amts-es")
    assert again.summary("es")["recalled"] == 3
    assert again.files() == es.files()


def test_a_limit_of_quality_is_of_the_book_alone(make_book: MakeBook) -> None:
    book = in_theme(make_book)
    pair = LanguagePair("en", "es")
    texts = {"Sand": "Arena", "Sand is fine.": "La arena es fina.", "The door": "La"}
    units = [
        TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)
        for source, target in texts.items()
    ]
    tmx.write(book.source / "es.tmx", units, source_language="en")
    limits = 'amts_memory_files = ["es.tmx"]\namts_fail_under = {"reviewed": 1}\n'
    book.write("conf.py", CONF + limits)
    built = book.build("amts-es")
    assert (built.status, built.warned) == (0, "")
    assert "texts around the pages" in built.said
    report = book.source / ".amts" / "report" / "es" / "report.json"
    found = json.loads(report.read_bytes())
    places = {row["source"]: row["document"] for row in found["segments"]}
    assert places["Go up now"] == "the theme's templates"
    assert {each["name"] for each in found["documents"]} == {"index", "conf.py"}


def test_the_words_of_a_theme_can_be_left(make_book: MakeBook) -> None:
    book = in_theme(make_book)
    book.write("conf.py", CONF + 'amts_theme_words = {"es": False}\n')
    built = book.build("amts-es")
    assert (built.status, built.warned) == (0, "")
    assert of(built, "marked") == "Go up now"
    assert of(built, "bare") == "Open the drawer"
    assert of(built, "known") == "Conocido"
    assert "around the pages" not in built.said


def test_what_nobody_translated_is_listed_and_not_counted(make_book: MakeBook) -> None:
    book = in_theme(make_book)
    said = TranslationUnit(
        "Open the drawer", "Abrir", LanguagePair("en", "es"), HUMAN, State.REVIEWED
    )
    tmx.write(book.source / "a.tmx", [said], source_language="en")
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write("conf.py", f'{conf}\namts_memory_files = ["a.tmx"]\n')
    es = book.build("amts-es", engine="none")
    assert of(es, "bare") == "Abrir"
    assert of(es, "marked") == "Go up now"
    report = book.source / ".amts" / "report" / "es" / "report.json"
    found = json.loads(report.read_bytes())
    [theme] = [each for each in found["stays"] if each["reason"] == "theme"]
    texts = {place["text"] for place in theme["places"]}
    assert {"Go up now", "Out of the drawer"} <= texts
    assert not {"Open the drawer", "Known here", "Search", "Deep blue"} & texts
    # Of the book are its name, which is a title too, an option and a sentence.
    assert es.summary("es")["segments"] == 3
    assert {each["source"] for each in found["segments"]} >= {"Sand is fine."}
    assert "Go up now" not in {each["source"] for each in found["segments"]}


@pytest.mark.parametrize(
    ("theme", "words"),
    [
        ("furo", {"Back to top", "On this page", "Next", "Menu"}),
        ("furo", {"Toggle Light / Dark / Auto color theme", "View this page"}),
        ("pydata_sphinx_theme", {"Search the docs ...", "Section Navigation", "Dark"}),
        ("sphinx_book_theme", {"Toggle primary sidebar", "Search...", "On this page"}),
        ("sphinx_rtd_theme", {"Search docs", "Built with", "Navigation menu"}),
        (
            "alabaster",
            {
                "Powered by",
                "Related Topics",
                "Main",
                "Search",
            },
        ),
    ],
)
def test_real_themes(once: Once, theme: str, words: set[str]) -> None:
    if not find_spec(theme):
        pytest.skip(f"{theme} is not installed")
    built: Built = once(f"words-{theme}", partial(in_real_theme, theme))
    assert built.status == 0
    page = built.page("deep/page")
    for left in page.xpath("//script|//style|//*[@lang and not(self::html)]"):
        left.drop_tree()
    texts = {" ".join(str(text).split()) for text in page.xpath("//text()")}
    texts |= {*page.xpath("//@title|//@aria-label|//@placeholder|//@alt")}
    assert not words & texts


def in_real_theme(theme: str, folder: Path) -> Built:
    from conftest import copy_root

    book = copy_root("readers", folder)
    return book.build("amts-es", "-D", f"html_theme={theme}", engine="pseudo")


def test_drafts_around_the_pages_are_no_segments(make_book: MakeBook) -> None:
    book = in_theme(make_book)
    built = book.build(
        "amts-es", "-D", "amts_recording.makes_drafts=1", engine="recording"
    )
    assert "amts-es: 3 segments are drafts of the engine 'recording'" in built.said
