"""Terms: read from files, found in sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import terminology
from amts_sphinx.errors import InterchangeError
from amts_sphinx.terminology import Terminology
from amts_sphinx.units import LanguagePair

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


def test_languages_without_blanks_have_no_edges() -> None:
    known = Terminology(LanguagePair("zh", "en"), {"气象站": "station"})
    assert known.find("这个气象站很小。") == {"气象站": "station"}


def test_terms_are_read_from_files(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", "en,es,de\nrain,lluvia,Regen\nwind,viento,Wind\n")
    tabs = write(tmp_path / "b.tsv", "en\tes\nrain\tlluvia\nsnow\tnieve\n")
    known = terminology.read([table, tabs], PAIR)
    assert known.terms == {"rain": "lluvia", "snow": "nieve", "wind": "viento"}
    assert known.digest == Terminology(PAIR, known.terms).digest != ""
    assert known.digest != Terminology(PAIR, {"rain": "lluvia"}).digest
    assert Terminology(PAIR, {}).digest == ""
    assert Terminology(PAIR, {}).find("rain") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("en,es\nrain,lluvia\nrain,agua\n", "'rain' is 'agua' here, but 'lluvia' in"),
        (f"en,es\nrain,{'x' * 201}\n", "more than 200 bytes"),
        ("rain,lluvia\n", "the first row names languages"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str, why: str) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(InterchangeError, match=why):
        terminology.read([path], PAIR)
