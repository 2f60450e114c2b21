"""Terms: read from files, found in sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import formats
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import terminology
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "es")
TERMS = {
    "rain": "lluvia",
    "rain gauge": "pluviómetro",
    "NumPy": "NumPy",
    "Kelvin": "kelvin",
}


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("The rain falls.", ["rain"]),
        ("Rain falls on a rain gauge.", ["rain", "rain gauge"]),
        ("Rain gauges differ from trains.", ["rain"]),
        ("numpy and NumPy", ["NumPy"]),
        ("numpy alone", []),
        ("kelvin", ["Kelvin"]),
        ('A <g id="1">rain gauge</g>', ["rain gauge"]),
        ('A rain <g id="1">gauge</g>', ["rain"]),
    ],
)
def test_terms_are_found(source: str, found: list[str]) -> None:
    known = Terminology(PAIR, TERMS).find(source)
    assert known == {term: TERMS[term] for term in found}


def test_the_longest_wins_and_what_is_spelt_alike() -> None:
    terms = {
        "rain gauge": "a",
        "gauge": "b",
        "Rain": "c",
        "rain": "d",
        "gauge rod": "e",
    }
    known = Terminology(PAIR, terms)
    assert list(known.find("Rain, rain, a rain gauge rod")) == [
        "Rain",
        "rain",
        "rain gauge",
    ]
    assert list(known.find("RAIN GAUGE")) == ["rain gauge"]
    # What is spelt in another way hides no shorter term.
    known = Terminology(PAIR, {"NumPy array": "a", "array": "b"})
    assert list(known.find("a numpy array")) == ["array"]
    assert list(known.find("a NumPy array")) == ["NumPy array"]


@pytest.mark.parametrize(
    ("term", "source", "found"),
    [
        ("C++", "In C++, or C++.", True),
        ("C++", "In C.", False),
        (".NET", "the .NET of", True),
        ("R&D", "The R&amp;D of", True),
        ("rain gauge", "A rain\n  gauge", True),
        ("rain gauge", "A rain, gauge", False),
        ("Newton's law", "By Newton\u2019s law", True),
        ("rain", "train rainy rain_gauge rain2", False),
        ("rain", "rain-gauge", True),
        ("Straße", "die straße", True),
        ("rain", '<x id="1"/>rain<x id="2"/>', True),
        ("गर", "गरम", False),
    ],
)
def test_where_a_term_begins_and_ends(term: str, source: str, found: bool) -> None:  # noqa: FBT001
    assert (term in Terminology(PAIR, {term: "x"}).find(source)) is found


def test_languages_without_blanks_have_no_edges() -> None:
    terms = {"气象站": "station", "NumPy": "NumPy", "站": "stop"}
    known = Terminology(LanguagePair("zh", "en"), terms)
    assert known.find("这个气象站很小，用NumPy。") == {
        "气象站": "station",
        "NumPy": "NumPy",
    }
    assert known.find("用NumPyX。") == {}


def test_terms_are_read_from_files(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", "en,de,es\nrain,Regen,lluvia\nwind,,viento\n")
    tabs = write(tmp_path / "b.tsv", "en\tes\nrain\tlluvia\n snow\tnieve \nfog\t\n")
    other = write(tmp_path / "c.csv", "en,de\nfog,Nebel\n")
    memory = tmp_path / "d.tmx"
    ice = TranslationUnit("ice &amp; all", "hielo", PAIR, HUMAN, State.REVIEWED)
    formats.write(memory, [ice], PAIR)
    known = terminology.read([table, tabs, other, memory], PAIR)
    assert known.terms == {
        "rain": "lluvia",
        "snow": "nieve",
        "wind": "viento",
        "ice & all": "hielo",
    }
    assert terminology.read([], PAIR) == Terminology(PAIR, {})


def test_the_digest_changes_with_the_terms_alone() -> None:
    known = Terminology(PAIR, {"a": "b", "c": "d"})
    assert known.digest == Terminology(PAIR, {"c": "d", "a": "b"}).digest != ""
    assert known.digest != Terminology(PAIR, {"a": "b", "c": "e"}).digest
    assert Terminology(PAIR, {}).digest == ""
    assert Terminology(PAIR, {}).find("rain") == {}


def test_what_amazon_imports_comes_back(tmp_path: Path) -> None:
    pair = LanguagePair("en", "zh-TW")
    known = Terminology(pair, {"rain": "雨", 'a "b", c': "甲,乙", "R&D": "研發"})
    data = terminology.encode(known, known.pair)
    assert data.splitlines()[0] == b"en,zh-TW"
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert terminology.read([path], pair) == known


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "en,es\nrain,lluvia\nrain,lluvia\nrain,agua\n",
            r":4: the term 'rain' is 'agua' here, but 'lluvia' in .*a\.csv:2$",
        ),
        (f"en,es\nrain,{'x' * 201}\n", ":2: .* more than 200 bytes"),
        (f"en,es\n{'雨' * 67},x\n", ":2: .* more than 200 bytes"),
        ("en,es\n ,lluvia\n", ":2: there is no term for 'lluvia'"),
        ("en,es\nrain\n", ":2: 1 fields, but 2 languages"),
        ("rain,lluvia\n", ":1: the first row names languages"),
        ("en,Directionality\nrain,UNI\n", ":1: .* unknown language 'Directionality'"),
        ("es,en\nlluvia,rain\n", ":1: the first language is es, .* book in en"),
        ("", ":1: the first row"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str, why: str) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(InterchangeError, match=rf"a\.csv{why}"):
        terminology.read([path], PAIR)


def test_terms_with_markup_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    unit = TranslationUnit(
        '<g id="1">rain</g>', '<g id="1">x</g>', PAIR, HUMAN, State.REVIEWED
    )
    formats.write(path, [unit], PAIR)
    with pytest.raises(InterchangeError, match=r"a\.tmx: the term 'rain' has markup"):
        terminology.read([path], PAIR)
