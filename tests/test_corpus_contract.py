"""The corpus engine keeps what every engine promises, trained or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.corpus.engine import create

if TYPE_CHECKING:
    from amts_sphinx.engine.protocol import Engine

ES = LanguagePair("en", "es")
_NOUNS = {"house": "casa", "book": "libro", "word": "palabra", "number": "número"}
_QUALITIES = {"big": "grande", "red": "rojo", "plain": "simple", "empty": "vacío"}


def units() -> list[TranslationUnit]:
    """Return sentences like those of the contract, made from a few words."""
    made = []
    for noun, nombre in _NOUNS.items():
        for quality, cualidad in _QUALITIES.items():
            made += [
                (
                    f"The {quality} {noun} is here.",
                    f"El {nombre} {cualidad} está aquí.",
                ),
                (
                    f'A <g id="1">{quality} {noun}</g> of <x id="2"/>.',
                    f'Un <g id="1">{nombre} {cualidad}</g> de <x id="2"/>.',
                ),
                (f"He did not give the {noun} up.", f"No entregó el {nombre}."),
            ]
    return [TranslationUnit(s, t, ES, HUMAN, State.REVIEWED) for s, t in made]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    home = tmp_path_factory.mktemp("corpus")
    return create({"min_pairs": 10, "max_unknown": 1.0, "min_support": -10}).train(
        ES, units(), home
    )


class TestTrained(EngineContract):
    """The contract, with a little that was learnt."""

    @pytest.fixture
    def engine(self, trained: Engine) -> Engine:
        """Return the engine to test."""
        return trained


class TestUntrained(EngineContract):
    """The contract, before anything was learnt."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create({})
