"""Sphinx's own words, and what its catalogues make of them."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sphinx
from docutils import nodes
from sphinx.domains.changeset import versionlabels

from amts_sphinx.doctree import sphinx_strings
from amts_sphinx.doctree.sphinx_strings import UiStrings

if TYPE_CHECKING:
    from conftest import BuiltTwice, Say

pytestmark = pytest.mark.sphinx

LOCALES = ["zh_CN", "zh_TW", "es", "de", "ja"]


def catalogue(locale: str) -> gettext.NullTranslations:
    folder = Path(sphinx.__file__).parent / "locale"
    return gettext.translation("sphinx", str(folder), [locale])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", ["Parameters", "Returns", "Raises", "Todo", "module"])
def test_words_come_from_the_catalogue(locale: str, text: str) -> None:
    assert UiStrings("en", locale).exact(text) == catalogue(locale).gettext(text)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("Changed in version %s", ("2.0",)),
        ("Deprecated since version %s", ("3.1",)),
        ("%s (class in %s)", ("Bed", "garden")),
        ("%s() (in module %s)", ("sow", "garden")),
        ("%s() (%s method)", ("dig", "Bed")),
    ],
)
def test_holes_are_filled(locale: str, message: str, values: tuple[str, ...]) -> None:
    reply = catalogue(locale).gettext(message)
    if reply.count("%s") != len(values):
        reply = message
    found = UiStrings("en", locale).pattern(message % values)
    assert found in {reply % values, None}
    assert found or reply == message


def test_known_words_in_chinese() -> None:
    strings = UiStrings("en", "zh_CN")
    assert strings.exact("Parameters") == "参数"
    assert strings.label("Contents") == "目录"
    assert strings.pattern("Bed (class in garden)") == "Bed（garden 中的类）"


@pytest.mark.parametrize(
    "text", ["Building your HTML documentation", "A garden", "", "see also", "%s"]
)
def test_the_authors_words_are_not_sphinxs(text: str) -> None:
    strings = UiStrings("en", "zh_CN")
    assert strings.exact(text) is None
    assert strings.pattern(text) is None
    assert strings.label(text) is None


def test_any_language_may_be_the_source() -> None:
    assert UiStrings("zh_CN", "es").exact("返回") == catalogue("es").gettext("Returns")
    assert UiStrings("es", "zh_CN").label("Contenido") == "目录"


def test_a_language_without_a_catalogue_keeps_the_words() -> None:
    strings = UiStrings("en", "so")
    assert strings.exact("Parameters") == "Parameters"
    assert strings.label("Contents") == "Contents"


def label(text: str) -> nodes.inline:
    return nodes.inline("", text, classes=["versionmodified", "added"])


@pytest.mark.parametrize("end", ["", ".", ": ", ":"])
def test_a_version_label_keeps_its_end(end: str) -> None:
    strings = UiStrings("en", "zh_CN")
    said = catalogue("zh_CN").gettext("Changed in version %s") % "2.0"
    text = f"Changed in version 2.0{end}"
    assert sphinx_strings.counterpart(label(text), strings) == said + end


def test_a_version_may_hold_words() -> None:
    strings = UiStrings("en", "zh_CN")
    said = catalogue("zh_CN").gettext("Deprecated since version %s") % "3.1.b2"
    text = "Deprecated since version 3.1.b2: "
    assert sphinx_strings.counterpart(label(text), strings) == f"{said}: "


def titled(parent: nodes.Element, text: str) -> nodes.title:
    title = nodes.title("", text)
    parent += title
    return title


def test_only_sphinxs_titles_are_sphinxs() -> None:
    strings = UiStrings("en", "zh_CN")
    contents = titled(nodes.topic(classes=["contents"]), "Contents")
    assert sphinx_strings.counterpart(contents, strings) == "目录"
    named = titled(nodes.topic(classes=["contents"]), "On this page of mine")
    assert sphinx_strings.counterpart(named, strings) is None
    for parent in (nodes.section(), nodes.topic(), nodes.admonition()):
        for text in ("Contents", "Parameters", "Todo"):
            assert sphinx_strings.counterpart(titled(parent, text), strings) is None


def test_sphinxs_words_on_a_page(twice: BuiltTwice, say: Say) -> None:
    edition = twice["strings"].edition
    assert edition.text("index", "//p[@class='topic-title']")[0] == "目录"
    fields = edition.text("index", "//dl[contains(@class, 'field-list')]/dt")
    words = ["Parameters", "Returns", "Return type", "Raises"]
    assert fields == [f"{catalogue('zh_CN').gettext(word)}:" for word in words]
    labels = edition.text("index", "//span[contains(@class, 'versionmodified')]")
    assert [re.sub(r"[^\d.]|\.$", "", text).strip(".") for text in labels] == [
        "1.2",
        "1.3",
        "2.0",
        "3.1",
    ]
    # Some releases of Sphinx have new words that are not translated yet.
    known = catalogue("zh_CN").gettext
    if all(known(str(label)) != str(label) for label in versionlabels.values()):
        assert not re.search("[A-Za-z]", "".join(labels))
    changes = edition.text(
        "index",
        "//div[contains(@class, 'version') or contains(@class, 'deprecated')]//p",
    )
    assert [text.startswith(label) for text, label in zip(changes, labels, strict=True)]
    assert changes[1] == f"{labels[1]} {say('With a remark by the author.')}"
    todos = edition.text("index", "//div[contains(@class, 'admonition-todo')]")
    assert len(todos) == 2
    for todo in todos:
        assert todo.startswith("待处理")
        assert "Water" not in todo


def test_a_themes_text_is_the_authors(twice: BuiltTwice, say: Say) -> None:
    texts = twice["strings"].edition.text("index", "//p[@class='blurb']")
    assert texts == [say("A theme's description")]
