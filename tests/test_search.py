"""The search of an edition: its terms, Sphinx's own search, and what it leaves out."""

from __future__ import annotations

import json
import re
import unicodedata
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from docutils import nodes
from hypothesis import given
from odd_texts import FEW_HUNDRED, plain_texts

from amts_sphinx import _compat
from amts_sphinx.edition import pair_search, search

if TYPE_CHECKING:
    from conftest import MakeBook

pytestmark = pytest.mark.sphinx

TERMS = [
    ("", []),
    ("湿", ["湿"]),
    ("湿度", ["湿", "度", "湿度"]),
    ("湿度计", ["湿", "度", "计", "湿度", "度计"]),
    ("用 Python 写", ["用", "Python", "写"]),
    ("用Python写的", ["用", "Python", "写", "的", "写的"]),
    ("好。坏", ["好", "坏"]),
    ("ポンプ・弁", ["ポ", "ン", "プ", "ポン", "ンプ", "弁"]),
    ("센서를", ["센", "서", "를", "센서", "서를"]),
    ("น้ำ", ["น", "้", "ำ", "น้", "้ำ"]),
    ("ទឹក។", ["ទ", "ឹ", "ក", "ទឹ", "ឹក"]),
    ("ရေ၊", ["ရ", "ေ", "ရေ"]),
    ("Wort, zwei_3", ["Wort", "zwei_3"]),
    ("𠀀𠀁", ["𠀀", "𠀁", "𠀀𠀁"]),
    ("e\u0301a か\u3099", ["éa", "が"]),
]


@pytest.mark.parametrize(("text", "terms"), TERMS)
def test_pairs_and_single_characters_are_terms(text: str, terms: list[str]) -> None:
    assert pair_search.terms(text) == terms


@FEW_HUNDRED
@given(plain_texts())
def test_each_letter_of_a_text_is_in_a_term(text: str) -> None:
    terms = pair_search.terms(text)
    assert all(terms)
    for letter in re.findall(r"\w", unicodedata.normalize("NFC", text)):
        alone = pair_search.terms(letter)
        assert letter in terms or any(letter in term for term in terms)
        assert [term for term in alone if term == letter] == alone


@pytest.mark.parametrize(
    ("tag", "pairs"),
    [
        *((tag, True) for tag in ("zh", "zh-TW", "ja", "ko", "th", "lo", "km", "my")),
        ("yue", True),
        ("bo", True),
        *((tag, False) for tag in ("de", "en", "hi", "ar", "vi", "ru", "el")),
    ],
)
def test_languages_without_blanks_are_cut_into_pairs(tag: str, *, pairs: bool) -> None:
    assert search.by_pairs(tag) is pairs


def test_words_lose_their_endings_and_characters_stay() -> None:
    made = pair_search.named("zh")({})
    if hasattr(made, "init"):
        made.init({})  # Sphinx 8.2 and older
    assert made.lang == "zh"
    assert [made.stem(w) for w in ("Pumps", "水泵", "泵")] == ["pump", "水泵", "泵"]
    kept = [
        w for w in ("", "the", "12", "泵", "第", "a1", "水泵") if made.word_filter(w)
    ]
    assert kept == ["泵", "第", "a1", "水泵"]


def application(language: str, **given: object) -> Any:
    config = SimpleNamespace(_raw_config=given, overrides={}, language=language)
    app = SimpleNamespace(config=config, languages=[], events=[])
    app.add_search_language = app.languages.append
    app.connect = lambda *event: app.events.append(event)
    return app


@pytest.mark.parametrize(
    ("tag", "locale", "given", "name"),
    [
        ("zh", "zh_CN", {}, ["zh"]),
        ("zh-TW", "zh_TW", {}, ["zh"]),
        ("ja", "ja", {}, ["ja"]),
        ("de", "de", {}, []),
        ("ja", "ja", {"html_search_language": "ja"}, []),
    ],
)
def test_the_search_is_sphinxs_own_where_the_user_says_which(
    monkeypatch: pytest.MonkeyPatch,
    tag: str,
    locale: str,
    given: dict[str, object],
    name: list[str],
) -> None:
    for patch in ("remember_stems", "skip_in_search", "mend_chinese_search"):
        monkeypatch.setattr(_compat, patch, lambda *_: None)
    app = application(locale, **given)
    search.register(app, tag)
    assert [each.lang for each in app.languages] == name
    assert [event[0] for event in app.events] == ["html-page-context"]


def test_the_page_of_results_alone_has_the_script() -> None:
    bodies: list[str] = []
    app = cast("Any", SimpleNamespace())
    app.add_js_file = lambda _, body: bodies.append(body)
    handler = search._quote  # noqa: SLF001 - Sphinx calls it
    for page in ("index", "search", "genindex"):
        handler(app, page, "page.html", {}, None)
    assert len(bodies) == 1
    assert "no-search" in bodies[0]


def test_what_is_not_of_the_book_is_not_indexed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sphinx.search import IndexBuilder

    fed: list[str] = []

    def feed(_: object, _docname: str, _file: str, _title: str, tree: Any) -> None:
        fed.append(tree.astext())

    monkeypatch.setattr(IndexBuilder, "feed", feed)
    monkeypatch.setattr("sphinx.version_info", (7, 0, 0, "final", 0))
    _compat.skip_in_search("no-search")
    nothing: Any = None
    tree = nodes.document(nothing, nothing)
    tree += nodes.container("", nodes.paragraph("", "ours"), classes=["no-search"])
    tree += nodes.paragraph("", "theirs")
    IndexBuilder.feed(nothing, "a", "a.html", "A", tree)
    assert "theirs" in fed[0]
    assert "ours" not in fed[0]
    assert "ours" in tree.astext()


def test_each_word_is_stemmed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from sphinx.search import IndexBuilder

    stemmed: list[str] = []

    def stem(word: str) -> str:
        stemmed.append(word)
        return word

    def make(self: Any, *_: object) -> None:
        self.lang = SimpleNamespace(stem=stem)

    monkeypatch.setattr(IndexBuilder, "__init__", make)
    _compat.remember_stems()
    nothing: Any = None
    made = IndexBuilder(nothing, "de", {}, "")
    assert [made.lang.stem(word) for word in ("a", "b", "a")] == ["a", "b", "a"]
    assert stemmed == ["a", "b"]


def test_a_japanese_edition_is_found_by_parts_of_its_words(make_book: MakeBook) -> None:
    book = make_book("index")
    book.write("index.rst", "湿度センサー\n============\n\n気象観測の本。\n")
    built = book.build("amts-ja", engine="none")
    assert built.status == 0, built.warned
    index = (built.out / "searchindex.js").read_text("utf-8")
    known = json.loads(index[len("Search.setIndex(") :].rstrip("\n;)"))
    assert {"湿度", "セン", "象観"} <= {*known["terms"], *known["titleterms"]}
    script = (built.out / "_static" / "language_data.js").read_text("utf-8")
    assert "var splitQuery" in script
    assert "EnglishStemmer" in script or "Stemmer" in script
