"""Languages by their many names, and which of two tags are of one language."""

from __future__ import annotations

from pathlib import Path

import pytest
import sphinx

from amts_sphinx.core.errors import LanguageError
from amts_sphinx.core.languages import (
    closest,
    dates_locale,
    find_language,
    is_open,
    name_language,
    posix_locale,
)
from amts_sphinx.engine.amazon.languages import CODES, service_code

CATALOGUES = Path(sphinx.__file__).parent / "locale"

pytestmark = pytest.mark.sphinx


@pytest.mark.parametrize(
    ("names", "tag"),
    [
        ("zh ZH zh_CN zh-Hans zh_CN.UTF-8 zh-Hans-CN cmn zho zh-CHS zh-CHN CHS", "zh"),
        ("zh_TW zh-Hant zh-Hant-TW zh-CHT zh_cht cht zh-TW-Hant", "zh-TW"),
        ("zh-HK zh-Hant-HK zh_Hant_HK", "zh-HK"),
        ("zh-MO zh_Hant_MO", "zh-MO"),
        ("zh-SG zh-Hans-SG", "zh-SG"),
        ("zh-Hans-HK", "zh-Hans-HK"),
        ("zh-yue yue", "yue"),
        ("zh-min-nan zh-min", "nan"),
        ("de de_DE.UTF-8 de-DE de-DEU deu de@euro", "de"),
        ("de-CH de_CH de-Latn-CH", "de-CH"),
        ("de-1901", "de-1901"),
        ("en en-US en_US.UTF-8", "en"),
        ("en-GB en_GB en-UK", "en-GB"),
        ("pt pt_BR pt-BR", "pt"),
        ("pt_PT pt-pt", "pt-PT"),
        ("es es-ES", "es"),
        ("es_MX", "es-MX"),
        ("es-419", "es-419"),
        ("fr-ca", "fr-CA"),
        ("no nb nb_NO nob", "no"),
        ("nn nn_NO nno no-NO-NY", "nn"),
        ("sr sr_RS sr-Cyrl sr-Cyrl-RS sr@Cyrl sr-CS sr-YU sr-SP sr-SP-Cyrl", "sr"),
        ("sr-Latn sr@latin sr_RS@latin sr-Latn-RS sh sr@Latn", "sr-Latn"),
        ("sr-SP-Latn sr-CS-Latn sr_RS.UTF-8@latin sr@latin.UTF-8", "sr-Latn"),
        ("sr@ijekavianlatin", "sr-Latn-ijekavsk"),
        ("en@shaw", "en-Shaw"),
        ("en-GB-oed en-GB-oxendict", "en-GB-oxendict"),
        ("en-SU en-RU", "en-RU"),
        ("tt@iqtelif tt_RU@iqtelif.UTF-8 tt-Latn", "tt-Latn"),
        ("i-lux lb", "lb"),
        ("art-lojban jbo", "jbo"),
        ("sgn-BE-FR sfb", "sfb"),
        ("sr-ME", "sr-ME"),
        ("uz@cyrillic uz-Cyrl uz_UZ@Cyrl uz-UZ-Cyrl", "uz-Cyrl"),
        ("he iw iw_IL", "he"),
        ("id in", "id"),
        ("tl fil", "tl"),
        ("fa-AF prs", "fa-AF"),
        ("ca@valencia ca-valencia ca_ES@valencia", "ca-valencia"),
        ("eu", "eu"),
        ("tlh i-klingon", "tlh"),
        ("qaa", "qaa"),
        ("sl-rozaj-biske-1994", "sl-rozaj-biske-1994"),
    ],
)
def test_a_language_has_many_names_and_one_tag(names: str, tag: str) -> None:
    assert {find_language(name).tag for name in names.split()} == {tag}
    assert find_language(tag) == find_language(tag)


@pytest.mark.parametrize(
    ("tag", "script"),
    [
        ("zh", "Hans"), ("zh-HK", "Hant"), ("zh-Hans-HK", "Hans"), ("sr", "Cyrl"),
        ("sr-Latn", "Latn"), ("sr-ME", "Latn"), ("uz-AF", "Arab"), ("uz", "Latn"),
        ("pa-PK", "Arab"), ("yue", "Hant"), ("mn", "Cyrl"), ("ja", "Jpan"),
        ("ko", "Kore"), ("eu", "Latn"), ("gl", "Latn"), ("eo", "Latn"), ("ne", "Deva"),
        ("my", "Mymr"), ("km", "Khmr"), ("lo", "Laoo"), ("be", "Cyrl"), ("tlh", ""),
    ],
)  # fmt: skip
def test_the_script_is_the_likeliest(tag: str, script: str) -> None:
    assert find_language(tag).script == script


@pytest.mark.parametrize(
    ("tag", "marks", "spaced"),
    [
        ("zh", "zh", False), ("yue", "zh", False), ("yue-Hans", "zh", False),
        ("nan", "zh", False), ("lzh", "zh", False), ("zh-Hani", "zh", False),
        ("zh-Latn", "", True), ("ja", "ja", False), ("ja-Kana", "ja", False),
        ("ja-Latn", "", True), ("ko", "", True), ("th", "", False), ("en", "", True),
    ],
)  # fmt: skip
def test_the_script_tells_how_it_is_written(
    tag: str, marks: str, *, spaced: bool
) -> None:
    assert find_language(tag).cjk == marks
    assert find_language(tag).spaced is spaced


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("chinese", "did you mean zh (Chinese (simplified))?"),
        ("Spanish", "did you mean es (Spanish)?"),
        ("español", "did you mean es (Spanish)"),
        ("germn", "did you mean de (German)"),
        ("english", "did you mean en (English)?"),
        ("english-US", "did you mean en (English)"),
        ("cn", "did you mean zh (Chinese (simplified))?"),
        ("jp", "did you mean ja (Japanese)?"),
        ("cz", "did you mean cs (Czech)?"),
        ("esp", "did you mean es (Spanish)?"),
        ("zn", "zh (Chinese (simplified))"),
        ("xx", "did you mean xh (Xhosa)?"),
        ("中文", "allowed is any BCP 47 tag"),
        ("", "allowed is any BCP 47 tag"),
        ("zh es", "allowed is any BCP 47 tag"),
        ("x-foo", "allowed is any BCP 47 tag"),
        ("en-", "allowed is any BCP 47 tag"),
        ("e", "allowed is any BCP 47 tag"),
    ],
)
def test_a_slip_is_an_error_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(LanguageError) as refusal:
        find_language(name)
    assert f"unknown language {name!r}; " in str(refusal.value)
    assert meant in str(refusal.value)
    assert name_language(name).tag == name_language(name).name == name


@pytest.mark.parametrize(
    ("tag", "name", "native"),
    [
        ("zh-TW", "Chinese (traditional)", "繁體中文"),
        ("de-CH", "Swiss High German", "Schweizer Hochdeutsch"),
        ("sr-Latn", "Serbian (Latin)", "srpski (latinica)"),
        ("eu", "Basque", "euskara"),
        ("tlh", "Klingon", "Klingon"),
        ("qve", "qve", "qve"),
    ],
)
def test_names(tag: str, name: str, native: str) -> None:
    assert (find_language(tag).name, find_language(tag).native_name) == (name, native)


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh", "zh_CN"), ("zh-SG", "zh_CN"), ("zh-TW", "zh_TW"), ("zh-HK", "zh_TW"),
        ("pt", "pt_BR"), ("pt-PT", "pt_PT"), ("pt-AO", "pt_PT"), ("no", "nb_NO"),
        ("uk", "uk_UA"), ("de-CH", "de"), ("es-CO", "es"), ("sr", "sr"),
        ("sr-Latn", "sr-Latn"), ("nn", "nn"), ("uz-Cyrl", "uz-Cyrl"), ("tlh", "tlh"),
    ],
)  # fmt: skip
def test_sphinx_is_asked_for_its_own_words(tag: str, locale: str) -> None:
    assert find_language(tag).locale == locale


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh", "zh_CN"), ("zh-HK", "zh_HK"), ("pt", "pt_BR"), ("de-CH", "de_CH"),
        ("sr-Latn", "sr@latin"), ("uz-Cyrl", "uz@cyrillic"), ("no", "nb_NO"),
        ("ca-valencia", "ca@valencia"), ("zh-Hans-HK", "zh_Hans_HK"), ("eu", "eu"),
    ],
)  # fmt: skip
def test_gettext_has_names_of_its_own(tag: str, locale: str) -> None:
    assert posix_locale(tag) == locale
    assert find_language(locale).tag == tag


@pytest.mark.parametrize("tag", sorted(CODES))
def test_each_language_finds_itself_and_sphinxs_words(tag: str) -> None:
    language = find_language(tag)
    assert language.tag == tag
    assert language.name != tag
    assert find_language(language.locale).locale == language.locale
    primary = tag.partition("-")[0]
    there = {path.name for path in CATALOGUES.iterdir() if path.is_dir()}
    near = (name for name in there if name.partition("_")[0] == primary)
    if primary != "en" and any(near):
        assert language.locale in there


@pytest.mark.parametrize(
    ("tag", "spaced"),
    [("zh", False), ("zh-HK", False), ("ja", False), ("th", False), ("km", False),
     ("ko", True), ("qve", True)],
)  # fmt: skip
def test_blanks_between_words(tag: str, *, spaced: bool) -> None:
    assert find_language(tag).spaced is spaced


@pytest.mark.parametrize(
    ("wanted", "tags", "best"),
    [
        ("es-MX", "es es-419 es-MX", "es-MX"),
        ("es-MX", "es es-419 es-AR", "es-419"),
        ("es-MX", "es-AR es", "es"),
        ("es", "es-MX de", "es-MX"),
        ("en", "en-GB en-AU", "en-AU"),
        ("pt-AO", "pt pt-PT", "pt-PT"),
        ("zh-HK", "zh zh-TW", "zh-TW"),
        ("zh-SG", "zh-TW zh", "zh"),
        ("de", "de-1901", "de-1901"),
        # Another script, or another language, is no match however near it is.
        ("zh", "zh-TW zh-HK", None),
        ("sr", "sr-Latn hr", None),
        ("sr-Latn", "sr", None),
        ("no", "nn da", None),
        ("uz-AF", "uz", None),
        ("de", "", None),
    ],
)
def test_the_same_tag_then_the_same_script_then_the_region(
    wanted: str, tags: str, best: str | None
) -> None:
    assert closest(wanted, tags.split()) == best
    assert closest(wanted, tags.split()[::-1]) == best


def test_tags_that_name_no_language() -> None:
    assert all(map(is_open, ["", " ", "*", "*all*", "*ALL*", "und", "mul"]))
    assert not any(map(is_open, ["en", "*en*", "none"]))


def test_the_service_has_the_nearest_of_its_75_languages_or_refuses() -> None:
    assert len(CODES) == 75
    asked = ["zh", "zh-HK", "de-CH", "es-AR", "pt-AO", "en-GB", "no", "tl"]
    found = "zh zh-TW de es pt-PT en no tl".split()
    assert [service_code(tag) for tag in asked] == found
    for tag, name in (("eu", "Basque"), ("sr-Latn", "Latin"), ("nn", "Nynorsk")):
        with pytest.raises(LanguageError, match=f"Amazon Translate knows no .*{name}"):
            service_code(tag)


@pytest.mark.parametrize(
    ("locale", "babels"),
    [("pt_BR", "pt_BR"), ("sr-Latn", "sr_Latn"), ("hsn", "en"), ("az-Arab", "en")],
)
def test_dates_are_written_in_what_babel_knows(locale: str, babels: str) -> None:
    assert dates_locale(locale) == babels
