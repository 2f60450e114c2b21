"""Languages by their many names."""

from __future__ import annotations

from pathlib import Path

import pytest
import sphinx

from amts_sphinx.core.errors import LanguageError
from amts_sphinx.core.languages import LANGUAGES, Language, find_language

pytestmark = pytest.mark.sphinx


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("zh", "zh"),
        ("ZH", "zh"),
        ("zh_CN", "zh"),
        ("zh-Hans", "zh"),
        ("zh_CN.UTF-8", "zh"),
        ("zh-SG", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh_TW", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("de-AT", "de"),
        ("de_DE.UTF-8", "de"),
        ("pt_BR", "pt"),
        ("pt_PT", "pt-PT"),
        ("fr-ca", "fr-CA"),
        ("fr-CH", "fr"),
        ("es_MX", "es-MX"),
        ("nb", "no"),
        ("nb_NO", "no"),
        ("iw", "he"),
        ("fil", "tl"),
        ("prs", "fa-AF"),
    ],
)
def test_a_language_has_many_names(name: str, tag: str) -> None:
    assert find_language(name).tag == tag


@pytest.mark.parametrize("name", ["zh-Hant-HK", "zh_Hant_MO", "zh-MO", "zh_Hant_TW"])
def test_traditional_script_is_never_taken_for_the_simplified_one(name: str) -> None:
    assert find_language(name).tag == "zh-TW"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("chinese", "zh (Chinese (simplified))"),
        ("Spanish", "es (Spanish)"),
        ("español", "es (Spanish)"),
        ("germn", "de (German)"),
        ("english", "did you mean en (English)?"),
        ("cn", "did you mean zh (Chinese (simplified))?"),
        ("jp", "did you mean ja (Japanese)?"),
        ("zn", "did you mean zh (Chinese (simplified)), zh-TW"),
        ("中文", ""),
        ("xx", "allowed are af, "),
        ("", ""),
        ("zh es", ""),
    ],
)
def test_an_unknown_language_has_neighbours(name: str, meant: str) -> None:
    with pytest.raises(LanguageError) as refusal:
        find_language(name)
    text = str(refusal.value)
    assert f"unknown language {name!r}" in text
    assert meant in text
    assert "did you mean" in text or "allowed are af, " in text


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))
def test_each_language_finds_itself_and_sphinxs_words(language: Language) -> None:
    assert find_language(language.tag) is language
    assert find_language(language.locale).locale == language.locale
    assert language.name
    assert language.native_name
    assert len(language.script) == 4
    folder = Path(sphinx.__file__).parent / "locale"
    primary = language.tag.partition("-")[0]
    there = {path.name for path in folder.iterdir() if path.is_dir()}
    near = (n for n in there if n == primary or n.startswith(f"{primary}_"))
    if primary != "en" and any(near):
        assert language.locale in there


@pytest.mark.parametrize(
    ("tag", "spaced"),
    [("zh", False), ("zh-TW", False), ("ja", False), ("th", False), ("ko", True)],
)
def test_blanks_between_words(tag: str, *, spaced: bool) -> None:
    assert find_language(tag).spaced is spaced


def test_the_service_knows_each_language_once() -> None:
    services = [language.service for language in LANGUAGES.values()]
    assert len(set(services)) == len(services) == 75
