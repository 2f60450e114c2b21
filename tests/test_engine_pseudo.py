"""Pseudo-translation: each word visibly changed, each code untouched."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from engine_calls import translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError, LanguageError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.contract import CODED, SPECIAL, EngineContract
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from amts_sphinx.engine.protocol import Engine

ES = LanguagePair("en", "es")
ZH = LanguagePair("en", "zh")
LETTER = re.compile("[A-Za-z]")


class TestAccented(EngineContract):
    """The contract, with accents."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("pseudo", {})


class TestCjk(EngineContract):
    """The contract, in Chinese characters."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("pseudo", {"style": "cjk"})


class TestReordered(EngineContract):
    """The contract, codes in another order."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("pseudo", {"reorder": True, "expansion": 2})


def say(source: str, pair: LanguagePair = ES, **options: object) -> str:
    (target,) = translated(create_engine("pseudo", options), [source], pair)
    assert target is not None
    return target


@pytest.mark.parametrize("pair", [ES, ZH, LanguagePair("en", "ko")])
@pytest.mark.parametrize("source", [*CODED, *SPECIAL])
def test_no_latin_letter_is_left(source: str, pair: LanguagePair) -> None:
    assert not LETTER.search(inline_codes.plain(say(source, pair)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Weather", "Ŵéåţĥéŕ"),
        ("R&amp;D", "Ŕ&amp;Ð"),
        ('<g id="1">big</g> <x id="2"/>', '<g id="1">ƀîĝ</g> <x id="2"/>'),
        ("Čé", "ŵČé"),
        ("Погода 天气", "Погода 天气"),
    ],
)
def test_accented(source: str, expected: str) -> None:
    assert say(source, expansion=1) == expected


def test_words_grow_by_the_expansion() -> None:
    source = "internationalisation " * 20
    assert len(say(source, expansion=1.5)) == pytest.approx(len(source) * 1.5, rel=0.05)
    assert say("don't", expansion=2) == "ððööññ'ţţ"


def test_cjk_keeps_digits_and_drops_blanks_between_words() -> None:
    target = say('The <g id="1">big house</g> has 3.14 rooms, <x id="2"/>.', ZH)
    plain = inline_codes.plain(target)
    assert re.fullmatch(r"[㐀-鿿]+ 3\.14 [㐀-鿿]+, \.", plain)
    assert '<g id="1">' in target


def test_cjk_is_blind_to_case() -> None:
    assert say("Weather", ZH) == say("weather", ZH)


def test_auto_follows_the_target_language() -> None:
    assert say("Weather", ZH) == say("Weather", ES, style="cjk")
    assert say("Weather", ES) == say("Weather", ZH, style="accented")


def test_reorder_reverses_about_half_of_the_segments() -> None:
    sources = [f'One <x id="1"/> two{n} <g id="2">three</g>.' for n in range(200)]
    engine = create_engine("pseudo", {"reorder": "yes"})
    targets = translated(engine, sources, ES)
    reversed_ones = [
        target for target in targets if inline_codes.ids(target or "")[0] == 2
    ]
    assert 60 < len(reversed_ones) < 140
    assert all(target and target.endswith(".") for target in targets)
    assert all("  " not in (target or "") for target in targets)


def test_every_process_says_the_same() -> None:
    program = (
        "from engine_calls import translated as t;"
        "from amts_sphinx.engine import create_engine as c, LanguagePair as P;"
        "print(ascii(t(c('pseudo', {}), ['Some words'], P('en', 'zh'))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert said == {ascii(translated(create_engine("pseudo", {}), ["Some words"], ZH))}


def test_the_fingerprint_tells_every_option() -> None:
    prints = {
        create_engine("pseudo", options).fingerprint
        for options in (
            {},
            {"style": "cjk"},
            {"expansion": 1.4},
            {"reorder": True},
            {"style": "cjk", "expansion": "1.4", "reorder": "true"},
        )
    }
    assert len(prints) == 5


def test_a_wrong_expansion_or_language_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"expansion must be from 1 to 10"):
        create_engine("pseudo", {"expansion": 0.5})
    with pytest.raises(LanguageError, match="xx"):
        say("Words", LanguagePair("en", "xx"))
