"""Texts of the configuration: which they are, their HTML, their holes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes
from sphinx.config import Config
from sphinx.domains.changeset import versionlabels

import amts_sphinx
from amts_sphinx.config.settings import unknown
from amts_sphinx.core.languages import find_language, spellings_of
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.doctree import conf_markup, conf_strings, sphinx_strings
from amts_sphinx.doctree.classify import SegmentRules, is_untranslated
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from conftest import MakeBook

pytestmark = pytest.mark.sphinx


@pytest.mark.parametrize(
    ("text", "coded", "target", "filled"),
    [
        (
            "Read the <a href='https://n.example'>new page</a>",
            'Read the <g id="1">new page</g>',
            'Lea la <g id="1">página nueva</g>',
            "Lea la <a href='https://n.example'>página nueva</a>",
        ),
        (
            "A<br>b &amp; <b>c <i>d</i></b><!-- e -->",
            'A<x id="1"/>b &amp; <g id="2">c <g id="3">d</g></g><x id="4"/>',
            '<g id="2"><g id="3">D</g> C</g><x id="1"/>B &lt;<x id="4"/>',
            "<b><i>D</i> C</b><br>B &lt;<!-- e -->",
        ),
        (
            "<script>let a = '<b>';</script>News",
            '<x id="1"/>News',
            'Noticias<x id="1"/>',
            "Noticias<script>let a = '<b>';</script>",
        ),
    ],
)
def test_html_becomes_codes(text: str, coded: str, target: str, filled: str) -> None:
    markup = conf_markup.of_html(text)
    assert markup is not None
    assert markup.coded == coded
    assert markup.filled(target) == filled
    assert markup.filled(markup.coded).replace("&amp;", "&") == text.replace(
        "&amp;", "&"
    )


@pytest.mark.parametrize("text", ["<b>bold", "bold</b>", "<b><i>both</b></i>"])
def test_html_that_is_not_well_formed_is_left_alone(text: str) -> None:
    assert conf_markup.of_html(text) is None


@pytest.mark.parametrize(
    ("text", "coded", "holes"),
    [
        ("Plate %s", 'Plate <x id="1"/>', ["%s"]),
        ("{number}: {name}", '<x id="1"/>: <x id="2"/>', ["{number}", "{name}"]),
        ("%d %B, at %H", '<x id="1"/> <x id="2"/>, at <x id="3"/>', ["%d", "%B", "%H"]),
        ("100 % sure", "100 % sure", []),
    ],
)
def test_holes_become_codes(text: str, coded: str, holes: list[str]) -> None:
    markup = conf_markup.with_holes(text)
    assert markup.coded == coded
    assert [code.equiv for code in markup.codes] == holes
    assert markup.filled(coded) == text


OPTIONS: dict[str, Any] = {
    "announcement": "<a href='https://a.example/x'>Read the news</a>",
    "external_links": [{"name": "Our harbour", "url": "https://a.example"}],
    "icon_links": [{"name": "Our forum", "url": "https://b.example", "icon": "fa-x"}],
    "logo": {"text": "Boat guide", "alt_text": "The logo", "image_light": "a.png"},
    "header_links": [("Print", "https://a.example/p.pdf", True, "fas fa-file")],
    "extra_nav_links": {"To the port": "https://c.example"},
    "header_dropdown_text": "More boats",
    "navbar_end": ["theme-switcher", "icon-links"],
    "source_repository": "https://github.com/a/b",
    "sidebar_hide_name": True,
    "pygments_style_name": "tango",
    "font_family": "Georgia, serif",
    "footer_text": "{{ copyright }} by us",
    "description": "https://a.example/banner.html",
    "extra_footer": "<p>Not closed",
    "light_css_variables": {"color-brand-primary": "red"},
}


def configuration(**raw: Any) -> Config:
    config = Config(raw)
    for name, (default, *_) in {
        "html_theme_options": ({}, ""),
        "notfound_context": ({}, ""),
        "html_context": ({}, ""),
        "amts_strings": ([], ""),
        "html_last_updated_fmt": ("", ""),
    }.items():
        if name not in config:
            config.add(name, default, "", ())
    if hasattr(config, "init_values"):  # before Sphinx 8
        config.init_values()
    return config


def test_what_is_text_among_the_options_of_a_theme() -> None:
    config = configuration(html_theme_options=OPTIONS)
    found = {t.text: t.markup for t in conf_strings.texts(config)}
    assert set(found) == {
        OPTIONS["announcement"],
        "Our harbour",
        "Our forum",
        "Boat guide",
        "The logo",
        "Print",
        "To the port",
        "More boats",
        "<p>Not closed",
    }
    assert found["<p>Not closed"] is None


def test_only_texts_change_in_an_edition() -> None:
    config = configuration(html_theme_options=OPTIONS)
    conf_strings.translate(
        config, {"Print": "Imprimir", "To the port": "Al puerto"}, {}
    )
    made = config["html_theme_options"]
    link = ("Imprimir", "https://a.example/p.pdf", True, "fas fa-file")
    assert made["header_links"] == [link]
    assert made["extra_nav_links"] == {"Al puerto": "https://c.example"}
    unchanged = OPTIONS.keys() - {"header_links", "extra_nav_links"}
    assert {key: made[key] for key in unchanged} == {
        key: OPTIONS[key] for key in unchanged
    }
    assert OPTIONS["extra_nav_links"] == {"To the port": "https://c.example"}


def test_texts_among_what_templates_get() -> None:
    context = {
        "welcome_text": "Come in",
        "github_user": "Sand",
        "forum_title": "https://a.example",
        "name": "Port",
        "parts": {"title": "Deep"},
        "call": print,
        "module": re,
    }
    config = configuration(html_context=context)
    assert [t.text for t in conf_strings.texts(config)] == ["Come in"]
    conf_strings.keep(config, ())
    conf_strings.translate(config, {"Come in": "Entra"}, {})
    assert config["html_context"] == {**context, "welcome_text": "Entra"}


def test_without_a_target_numbers_have_sphinx_s_label() -> None:
    numbers = {"figure": "Plate %s", "table": "Chart %s"}
    config = configuration(numfig_format=dict(numbers))
    targets = {'Chart <x id="1"/>': 'Tabla <x id="1"/>'}
    conf_strings.translate(config, targets, {"numfig_format": numbers})
    assert config["numfig_format"] == {"table": "Tabla %s"}
    # What conf.py says for this edition alone stays.
    # A form without words is of any language.
    bare = {"figure": "%s", "table": "[%s]"}
    config = configuration(numfig_format=dict(bare))
    conf_strings.translate(config, {}, {"numfig_format": bare})
    assert config["numfig_format"] == bare

    config = configuration(numfig_format={"figure": "Lámina %s"})
    conf_strings.translate(config, {}, {"numfig_format": numbers})
    assert config["numfig_format"] == {"figure": "Lámina %s"}


def test_labels_of_the_command_line_are_for_the_edition() -> None:
    config = configuration(numfig_format={"figure": "图%s", "table": "Chart %s"})
    conf_strings.keep(config, ["numfig_format.figure", "language"])
    assert [t.text for t in conf_strings.texts(config)] == ["Chart %s"]
    numbers = {"figure": "图%s", "table": "Chart %s"}
    conf_strings.translate(config, {}, {"numfig_format": numbers})
    assert config["numfig_format"] == {"figure": "图%s"}


def test_the_date_is_in_the_form_of_the_language() -> None:
    config = configuration(html_last_updated_fmt="%b %d, %Y", language="zh_CN")
    conf_strings.translate(config, {}, {"language": "en"})
    assert config["html_last_updated_fmt"] == sphinx_strings.own_text(
        "%b %d, %Y", "zh_CN"
    )


def test_what_a_catalogue_lacks() -> None:
    added = str(versionlabels["versionadded"])  # Sphinx 7.3 changed the words
    messages = ["Note", added]
    found = sphinx_strings.lacking(messages, "sw")
    # There is no catalogue at all: not for the words around the pages either.
    assert {*messages, "Next topic", "Search"} <= set(found)
    assert not any("duplicate" in message.lower() for message in found)
    assert sphinx_strings.lacking(["Note"], "es") == []
    assert sphinx_strings.lacking(messages, "en") == []
    assert sphinx_strings.lacking(["Contents"], "de") == []  # docutils has it
    extra = {added: "Tangu toleo %s"}
    strings = sphinx_strings.UiStrings("en", "sw", extra)
    assert strings.pattern(added % "1.2") == "Tangu toleo 1.2"
    assert strings.message_of(f"{added % '1.2'}:") == added


def test_holes_without_names_keep_their_order() -> None:
    message = "%s (in module %s)"
    source = '<x id="1"/> (in module <x id="2"/>)'
    right = '<x id="1"/> (moduli <x id="2"/>)'
    wrong = '(moduli <x id="2"/>) <x id="1"/>'
    assert conf_strings.strings([message], {source: right}) == {
        message: "%s (moduli %s)"
    }
    assert conf_strings.strings([message], {source: wrong}) == {}


@pytest.mark.parametrize(
    ("tag", "others"),
    [
        ("zh", {"zh-Hans", "zh-CN", "zh-Hans-CN"}),
        ("zh-Hant", {"zh-TW", "zh-Hant-TW", "zh-Hant"}),
        ("de-CH", {"de-Latn-CH"}),
    ],
)
def test_spellings_of_a_language(tag: str, others: set[str]) -> None:
    known = find_language(tag).tag
    found = set(spellings_of(known))
    assert found == {known} | others
    assert {find_language(each).tag for each in found} == {known}


@pytest.mark.parametrize(
    ("classes", "stays"),
    [
        (["language-fr"], True),
        (["language-en"], False),
        (["language-en-GB"], False),
        (["language-python"], False),
        (["language-c"], False),
        (["language-zz"], False),
        (["notranslate"], True),
    ],
)
def test_text_in_another_language_stays(classes: list[str], *, stays: bool) -> None:
    paragraph = nodes.paragraph("", "Words", classes=classes)
    assert is_untranslated(paragraph, SegmentRules("en")) is stays


def test_names_that_are_not_ours_are_told() -> None:
    names = ["amts_zzzz", "amts_engin", "amts_target_language", "amts_pseudo", "html_x"]
    own = {"amts_sphinx": amts_sphinx, "amts_say": Config, "amts_go": unknown}
    assert unknown({**own, **dict.fromkeys(names, "")}) == [
        "there is no configuration value amts_engin; did you mean amts_engine?",
        (
            "there is no configuration value amts_target_language; did you mean"
            " amts_target_languages?"
        ),
        "there is no configuration value amts_zzzz",
    ]


@pytest.mark.parametrize(
    ("tag", "from_right"),
    [(t, True) for t in ("ar", "fa", "fa-AF", "he", "ps", "ur", "yi", "dv", "ckb")]
    + [(t, False) for t in ("zh", "ku", "az", "hi", "tr")],
)
def test_scripts_that_run_from_the_right(tag: str, *, from_right: bool) -> None:
    assert find_language(tag).from_right is from_right


@pytest.mark.parametrize(
    ("text", "of_names"),
    [
        ("2026, Rose Field and Peter Baker, Rose Wood Ltd", True),
        ("2026, Ana & Co", True),
        ("2019–2026, Vincent van Gogh", True),
        ("© Иван Петров", True),
        ("2007-%Y, the Sphinx developers", False),
        ("The Sphinx developers", False),
        ("All rights reserved by us", False),
        ("版权所有 作者", False),
    ],
)
def test_names_in_a_copyright(text: str, of_names: bool) -> None:  # noqa: FBT001
    config = configuration(copyright=text, project="Rose Wood")
    assert [each.whole.kind for each in conf_strings.names(config)] == (
        ["copyright"] * of_names
    )


NAMES = 'copyright = "2026, Rose Field and Peter Baker"\n'


def test_an_engine_is_not_asked_for_names_but_people_are(make_book: MakeBook) -> None:
    book = make_book("pages")
    conf = (book.source / "conf.py").read_text()
    book.write("conf.py", f"{conf}\n{NAMES}")
    first = book.build(engine="pseudo")
    assert first.status == 0
    assert "2026, Rose Field and Peter Baker" in first.page("index").text_content()
    report = book.source / ".amts" / "report" / "zh" / "report.json"
    [listed] = [
        each
        for each in json.loads(report.read_bytes())["stays"]
        if each["reason"] == "names"
    ]
    assert listed["places"][0]["text"] == "2026, Rose Field and Peter Baker"
    pair = LanguagePair("en", "zh")
    said = TranslationUnit(
        "2026, Rose Field and Peter Baker",
        "2026 罗丝、彼得",
        pair,
        HUMAN,
        State.REVIEWED,
    )
    tmx.write(book.source / "a.tmx", [said], source_language="en")
    book.write("conf.py", f'{conf}\namts_memory_files = ["a.tmx"]\n{NAMES}')
    then = book.build(engine="pseudo")
    assert then.status == 0
    assert "2026 罗丝、彼得" in then.page("index").text_content()
