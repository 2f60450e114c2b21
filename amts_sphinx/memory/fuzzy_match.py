"""The near matches of a memory: units whose sources are like a text, but not equal.

The index of each direction is made when it is first asked for, and made anew when the
memory has other sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, Match, State
from amts_sphinx.memory import fuzzy_kept, schema, statements
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.fuzzy_index import Index, nearest, reduced
from amts_sphinx.memory.schema import STANDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.memory.fuzzy_kept import KeptMatches
    from amts_sphinx.memory.statements import Statement

    Said = Callable[
        [LanguagePair, Collection[str]], Iterator[tuple[str, list[Statement]]]
    ]

#: The score of a match whose source is equal.
EXACT: Final = 100
#: Up to so many texts it is faster to compare each with all than to make an index.
_FEW: Final = 64
#: Keys that are compared at a time.
_PORTION: Final = 50_000
#: Units from which on only sources are compared that begin with the same words: so
#: many of them, or so many characters.
_MANY: Final = 200_000
_WORDS: Final = 2
_BEGINNING: Final = 12
#: Near matches that are looked at for each that is wanted: some are no people's.
_SPARE: Final = 4


class Likeness:
    """Finds near matches in the memory that *db* is connected to."""

    def __init__(self, path: Path, db: sqlite3.Connection, said: Said) -> None:
        """Take a memory.

        :param said: yields what stands of each of some keys
        """
        self.path: Final = path
        self._db: Final = db
        self._said: Final = said
        self._indexes: dict[LanguagePair, tuple[object, list[str], Index]] = {}

    def find(
        self,
        pair: LanguagePair,
        sources: Iterable[str],
        cutoff: int,
        limit: int,
        kept: KeptMatches | None = None,
        *,
        by_people: bool = False,
    ) -> dict[str, list[Match]]:
        """Return what is most like each of *sources*, best first.

        The parameters are those of :meth:`amts_sphinx.memory.memory.Memory.fuzzy`.
        """
        asked = {
            source: reduced(inline_codes.normalise(source))
            for source in dict.fromkeys(sources)
            if schema.storable(source)
        }
        near: Mapping[str, Sequence[tuple[str, float]]]
        if pair in self._indexes or len(asked) > _FEW:
            how = cutoff / 100, limit
            near = self._by_index(pair, asked, how, kept, by_people=by_people)
        else:
            # Some may have no unit that can be shown: a draft, or one that is retired.
            most = None if by_people else _SPARE * limit
            near = self._compare(pair, asked, cutoff / 100, most)
        wanted = {key for found in near.values() for key, _ in found}
        units = self._best(pair, sorted(wanted))
        if by_people:
            units = {key: unit for key, unit in units.items() if unit.by_human}
        return {
            source: [
                Match(units[key], _score(source, key, similarity))
                for key, similarity in found
                if key in units
            ][:limit]
            for source, found in near.items()
        }

    def _by_index(
        self,
        pair: LanguagePair,
        asked: Mapping[str, str],
        how: tuple[float, int],
        kept: KeptMatches | None,
        *,
        by_people: bool,
    ) -> Mapping[str, Sequence[tuple[str, float]]]:
        """Return what is most like each of many texts.

        :param asked: the texts to compare, by source
        :param how: the least similarity and the most matches of each
        """
        if kept is not None:
            keys = self._keys(pair, by_people=by_people)
            if len(keys) <= fuzzy_kept.MOST:
                found = fuzzy_kept.find(kept, keys, asked.values(), how, reduced)
                return {source: found[text] for source, text in asked.items()}
        keys, index = self._index(pair)
        cutoff, most = how[0], how[1] * (_SPARE if by_people else 1)
        return {
            source: [
                (keys[hit.text], hit.similarity)
                for hit in index.near(text, cutoff, most)
            ]
            for source, text in asked.items()
        }

    def _compare(
        self,
        pair: LanguagePair,
        asked: Mapping[str, str],
        cutoff: float,
        most: int | None,
    ) -> dict[str, list[tuple[str, float]]]:
        """Return what is most like each of a few texts, by comparing with every one.

        :param asked: the texts to compare, by source
        """
        found: dict[str, list[tuple[float, str]]] = {source: [] for source in asked}
        if not asked:
            return {}
        for keys in self._portions(pair, asked):
            texts = [reduced(key) for key in keys]
            for source, text in asked.items():
                near = nearest(text, texts, cutoff)
                found[source] += [(-score, keys[place]) for place, score in near]
        return {
            source: [(key, -score) for score, key in sorted(set(each))[:most]]
            for source, each in found.items()
        }

    def _portions(
        self, pair: LanguagePair, asked: Iterable[str]
    ) -> Iterator[list[str]]:
        """Yield the keys of *pair*, many at a time; the index alone is read.

        Of the memory of many books only those are read that begin like one of *asked*:
        to compare with each would take seconds.
        """
        query = (
            "SELECT DISTINCT key FROM unit WHERE source_language = ?"
            " AND target_language = ? AND key >= ? AND key < ? ORDER BY key"
        )
        with told(self.path, "read"):
            (last,) = self._db.execute("SELECT max(id) FROM unit").fetchone()
            beginnings = {""}
            if (last or 0) > _MANY:
                beginnings = {_beginning(source) for source in asked}
            for first in sorted(beginnings):
                rows = self._db.execute(query, (*pair, first, f"{first}\U0010ffff"))
                while portion := rows.fetchmany(_PORTION):
                    yield [key for (key,) in portion]

    def _index(self, pair: LanguagePair) -> tuple[list[str], Index]:
        """Return the keys of *pair* and their index, made anew if there are others."""
        with told(self.path, "read"):
            # What others wrote, and what this connection wrote.
            (theirs,) = self._db.execute("PRAGMA data_version").fetchone()
            version = (theirs, self._db.total_changes)
            known = self._indexes.get(pair)
            if known and known[0] == version:
                return known[1:]
        keys = self._keys(pair)
        index = Index([reduced(key) for key in keys])
        self._indexes[pair] = (version, keys, index)
        return keys, index

    def _keys(self, pair: LanguagePair, *, by_people: bool = False) -> list[str]:
        """Return the keys of *pair* that can be near a text, sorted."""
        maker = f" AND maker = '{HUMAN}'" if by_people else ""
        query = (
            "SELECT DISTINCT key FROM unit WHERE source_language = ?"
            f" AND target_language = ? AND state <> ?{maker} AND {STANDS} ORDER BY key"
        )
        with told(self.path, "read"):
            rows = self._db.execute(query, (*pair, State.DRAFT.value))
            return [key for (key,) in rows]

    def _best(self, pair: LanguagePair, keys: list[str]) -> dict[str, TranslationUnit]:
        """Return one unit for each of *keys*: a person's, else the latest."""
        found: dict[str, TranslationUnit] = {}
        for key, said in self._said(pair, keys):
            machines = [
                each.unit
                for each in said
                if not each.unit.by_human and each.unit.state is not State.DRAFT
            ]
            if people := statements.valid(said):
                found[key] = people[0].unit
            elif machines:
                found[key] = max(machines, key=lambda unit: (unit.changed, unit.maker))
        return found


def _beginning(source: str) -> str:
    """Return the first words of a source, or the first characters of a long one."""
    key = inline_codes.normalise(source)
    words = key.split(" ", _WORDS)
    return " ".join(words[:_WORDS])[:_BEGINNING]


def _score(source: str, key: str, similarity: float) -> int:
    """Return the score of a match; what is not equal is never exact."""
    return (
        EXACT
        if inline_codes.normalise(source) == key
        else min(99, int(similarity * EXACT))
    )
