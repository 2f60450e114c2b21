"""How many units a memory holds, whatever is said several times of one source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

DE, FR = LanguagePair("en", "de"), LanguagePair("en", "fr")


def unit(source: str, pair: LanguagePair, maker: str = HUMAN) -> TranslationUnit:
    state = State.REVIEWED if maker == HUMAN else State.MACHINE
    return TranslationUnit(source, f"{source} {maker}", pair, maker, state)


def test_a_source_counts_once_however_often_it_is_translated(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory.sqlite") as memory:
        assert memory.count() == []
        assert memory.pairs() == []
        memory.learn([unit("a", DE), unit("b", DE), unit("a", FR)], file=("1.tmx", "x"))
        memory.learn([unit("a", DE), unit("c", DE)], file=("2.tmx", "y"))
        memory.learn([unit("a", DE, "pseudo/1"), unit("d", FR, "pseudo/1")])
        memory.arrange([("file", "1.tmx"), ("file", "2.tmx")])
        found = {(each.pair, each.maker): each.units for each in memory.count()}
        assert found == {
            (DE, HUMAN): 3, (DE, "pseudo/1"): 1, (FR, HUMAN): 1, (FR, "pseudo/1"): 1,
        }  # fmt: skip
        assert [each.units for each in memory.count(FR)] == [1, 1]
        assert memory.pairs() == [DE, FR]
        # What a file says no longer, and what has left the book, does not count.
        memory.learn([unit("b", DE)], file=("1.tmx", "z"))
        memory.arrange([("file", "1.tmx")])
        memory.drop_drafts(FR, "none")
        found = {(each.pair, each.maker): each.units for each in memory.count()}
        assert found == {(DE, HUMAN): 1, (DE, "pseudo/1"): 1, (FR, "pseudo/1"): 1}
        assert [each.target for each in memory.holding(DE, "B hum", 5)] == ["b human"]
