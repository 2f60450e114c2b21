"""The corpus engine on odd units and texts: it never fails, nor damages a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from odd_texts import FEW_HUNDRED, coded_texts, translations

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine.corpus.engine import create

if TYPE_CHECKING:
    from pathlib import Path

#: Has the engine translate all that it can, however little it knows, in no time.
FRANK: Final = {
    "min_pairs": 1,
    "min_support": -10,
    "max_unknown": 1,
    "beam": 3,
    "reordering": 2,
}
PAIRS: Final = [
    LanguagePair(*languages.split())
    for languages in (
        *("en es", "en zh", "zh en", "en tr"),
        *("tr en", "th fr", "ja de", "en ar"),
    )
]
#: Source and target.
Texts = tuple[str, str]


@st.composite
def texts(draw: st.DrawFn) -> list[Texts]:
    """Return what the engine learns from."""
    sources = draw(st.lists(coded_texts(6), min_size=1, max_size=4))
    return [(source, draw(translations(source))) for source in sources]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@FEW_HUNDRED
@given(st.sampled_from(PAIRS), texts(), coded_texts())
@example(
    PAIRS[0],
    [
        ("Pump_on is a flag.", "Pump_on es una marca."),
        ("Set pump_on now.", "Ponga pump_on ahora."),
    ],
    "Pump_on and pump_on.",
)
@example(PAIRS[0], [('<x id="1"/> a', '<x id="1"/>')], "a")
def test_odd_units_and_texts_do_no_harm(
    home: Path, pair: LanguagePair, learnt: list[Texts], other: str
) -> None:
    units = [TranslationUnit(*both, pair, HUMAN, State.REVIEWED) for both in learnt]
    asked = [source for source, _ in learnt] + [other]
    results = []
    for _ in range(2):  # trained, then loaded
        engine = create(FRANK).train(pair, units, home)
        results.append(engine.translated(asked, pair))
    trained, loaded = results
    assert trained == loaded
    for source in asked:
        if not inline_codes.has_words(source):
            assert source not in trained
        elif engine.learnt:
            target = trained[source].target
            assert target is not None  # else a code would have been damaged
            assert inline_codes.compare(source, target) == ""
            assert target.strip()
