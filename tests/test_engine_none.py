"""The engine that leaves everything to the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine_calls import translated

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.contract import CODED, EngineContract
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from amts_sphinx.engine.protocol import Engine


class TestNone(EngineContract):
    """The contract, nothing translated."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("none", {})


def test_nothing_is_translated() -> None:
    engine = create_engine("none", {})
    pair = LanguagePair("en", "zh")
    assert translated(engine, CODED, pair) == [None] * len(CODED)


def test_it_has_no_options() -> None:
    with pytest.raises(ConfigError, match="amts_none has no option 'style'"):
        create_engine("none", {"style": "cjk"})
