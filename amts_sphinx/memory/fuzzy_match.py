"""The near matches of a memory: units whose sources are like a text, but not equal.

The index of each direction is made when it is first asked for, and made anew when the
memory has other sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, Match, State
from amts_sphinx.memory import schema
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.fuzzy_index import Index, reduced
from amts_sphinx.memory.schema import BATCH, FIELDS, unit_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit

#: The score of a match whose source is equal.
EXACT: Final = 100


class Likeness:
    """Finds near matches in the memory that *db* is connected to."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path: Final = path
        self._db: Final = db
        self._indexes: dict[LanguagePair, tuple[object, list[str], Index]] = {}

    def find(
        self, pair: LanguagePair, sources: Iterable[str], cutoff: int, limit: int
    ) -> dict[str, list[Match]]:
        """Return what is most like each of *sources*, best first.

        The parameters are those of :meth:`amts_sphinx.memory.memory.Memory.fuzzy`.
        """
        keys, index = self._index(pair)
        near = {
            source: index.near(
                reduced(inline_codes.normalise(source)), cutoff / 100, limit
            )
            for source in dict.fromkeys(sources)
            if schema.storable(source)
        }
        wanted = {keys[each.text] for found in near.values() for each in found}
        units = self._best(pair, sorted(wanted))
        return {
            source: [
                Match(units[keys[text]], _score(source, keys[text], similarity))
                for text, similarity in found
                if keys[text] in units
            ]
            for source, found in near.items()
        }

    def _index(self, pair: LanguagePair) -> tuple[list[str], Index]:
        """Return the keys of *pair* and their index, made anew if there are others."""
        where = (
            "FROM unit WHERE source_language = ? AND target_language = ? AND state <> ?"
        )
        asked = (*pair, State.DRAFT.value)
        with told(self.path, "read"):
            # Keys never change in a row, so that the rows tell whether any did.
            query = f"SELECT count(*), total(id), max(id) {where}"
            version = self._db.execute(query, asked).fetchone()
            known = self._indexes.get(pair)
            if known and known[0] == version:
                return known[1:]
            query = f"SELECT DISTINCT key {where} ORDER BY key"
            keys = [key for (key,) in self._db.execute(query, asked)]
        index = Index([reduced(key) for key in keys])
        self._indexes[pair] = (version, keys, index)
        return keys, index

    def _best(self, pair: LanguagePair, keys: list[str]) -> dict[str, TranslationUnit]:
        """Return one unit for each of *keys*: a person's, else the latest."""
        found: dict[str, TranslationUnit] = {}
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            query = (
                f"SELECT key, {FIELDS} FROM unit WHERE source_language = ?"
                " AND target_language = ? AND state <> ?"
                f" AND key IN ({schema.marks(batch)})"
                " ORDER BY maker = ?, changed, maker DESC"
            )
            asked = (*pair, State.DRAFT.value, *batch, HUMAN)
            with told(self.path, "read"):
                for key, *fields in self._db.execute(query, asked):
                    found[key] = unit_of(self.path, fields)
        return found


def _score(source: str, key: str, similarity: float) -> int:
    """Return the score of a match; what is not equal is never exact."""
    return (
        EXACT
        if inline_codes.normalise(source) == key
        else min(99, int(similarity * EXACT))
    )
