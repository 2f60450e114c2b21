"""Engines keep their fingerprints: another one has the whole book translated anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.protocol import Learner, Versatile

if TYPE_CHECKING:
    from pathlib import Path

ES = LanguagePair("en", "es")
UNITS = [
    TranslationUnit(f"Sentence {n} rains.", f"Frase {n} llueve.", ES, HUMAN, state)
    for n, state in enumerate([State.REVIEWED] * 30)
]
BATCH = {
    "bucket": "books",
    "role_arn": "arn:aws:iam::123456789012:role/translate",
}
CORPUS = "max_unknown=0.2,min_support=0.25"
#: Engine, options and terms, and what release 0.1.0 called it (`corpus`: 0.2.0). An
#: engine whose translations change raises its own version; that alone changes a line.
RELEASED: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("none", {}, {}, "none"),
    ("known", {}, {}, "known"),
    ("pseudo", {}, {}, "pseudo/1/auto/1.3"),
    (
        "pseudo",
        {"style": "cjk", "expansion": 1.4, "reorder": True},
        {},
        "pseudo/1/cjk/1.4/reorder",
    ),
    (
        "corpus",
        {},
        {},
        (
            "corpus/4/min_pairs=200,max_pairs=25000,max_phrase=7,beam=30,reordering=6,"
            f"{CORPUS}/0a8b83f1470658d3"
        ),
    ),
    (
        "corpus",
        {"beam": 5, "max_phrase": 4},
        {"rain": "lluvia"},
        (
            "corpus/4/min_pairs=200,max_pairs=25000,max_phrase=4,beam=5,reordering=6,"
            f"{CORPUS}/1d098da71f697190/92f8523726f6c068"
        ),
    ),
    ("amazon", BATCH, {}, "amazon/1/batch/parallel"),
    (
        "amazon",
        {**BATCH, "parallel_data": False, "formality": "FORMAL", "revision": 2},
        {"rain": "lluvia"},
        "amazon/1/batch/Formality=FORMAL/revision=2/terms=e2c730aeb3797bd1",
    ),
    (
        "amazon",
        {"mode": "realtime", "brevity": True},
        {},
        "amazon/1/realtime/Brevity=ON",
    ),
]


@pytest.mark.parametrize(("name", "options", "terms", "fingerprint"), RELEASED)
def test_the_fingerprint_of_the_last_release(
    tmp_path: Path,
    name: str,
    options: dict[str, Any],
    terms: dict[str, str],
    fingerprint: str,
) -> None:
    engine = create_engine(name, options)
    if isinstance(engine, Learner):
        engine = engine.train(ES, UNITS, tmp_path, terms)
    assert engine.fingerprint == fingerprint
    if isinstance(engine, Versatile):
        assert engine.makers("The rain falls.") == [fingerprint]
