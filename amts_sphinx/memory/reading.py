"""What is in a memory as a whole; nothing here writes."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.units import HUMAN, LanguagePair, Severity, State, TranslationUnit
from amts_sphinx.memory import schema, statements
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.lookup import STANDS_BY_ROW, STATEMENT, Lookup, Refusal
from amts_sphinx.memory.schema import BATCH, STANDS, UNIT, unit_of
from amts_sphinx.memory.statements import (
    CATALOGUE,
    ENGINE,
    FILE,
    HOME,
    IMPORTED,
    LOCAL,
    MACHINE,
    Origin,
    Statement,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

#: What people wrote that is in no file of a book.
ALONE: Final = (
    f"maker = '{HUMAN}' AND part = 0 AND retired = 0 AND origin IN"
    f" (SELECT id FROM origin WHERE rank IS NOT NULL AND kind IN ('{LOCAL}',"
    f" '{IMPORTED}'))"
)
#: Kinds of origins that are files.
FILES: Final = (HOME, MACHINE, FILE, CATALOGUE, IMPORTED)


class Count(NamedTuple):
    """How many units of one kind a memory holds."""

    pair: LanguagePair
    maker: str
    state: State
    units: int


class Learnt(NamedTuple):
    """What an origin says, as the memory knows it."""

    origin: Origin
    #: Of the file that was learnt last.
    digest: str
    #: How many units it has, and how many it had before it shrank.
    units: int
    peak: int


class MemoryReader(Lookup):
    """The questions that a memory answers from its file."""

    def refusals(self, engine: str) -> list[tuple[LanguagePair, str, str, Refusal]]:
        """Return direction, key and maker of all that an *engine* could not translate.

        :param engine: its name, with which its fingerprints begin
        """
        query = (
            "SELECT source_language, target_language, key, maker, finding, severity,"
            " message FROM refusal WHERE maker = ? OR maker LIKE ? ESCAPE '\\'"
            " ORDER BY 1, 2, 3, 4"
        )
        with told(self.path, "read"):
            rows = self._db.execute(query, (engine, _begins(engine))).fetchall()
        return [
            (
                LanguagePair(*row[:2]),
                *row[2:4],
                Refusal(row[4], Severity(row[5]), row[6]),
            )
            for row in rows
        ]

    def made(self, pair: LanguagePair, engine: str) -> Iterator[TranslationUnit]:
        """Yield what an *engine* made that stands in no machine file; no drafts.

        :param engine: its name, with which its fingerprints begin
        """
        query = (
            f"SELECT {UNIT} FROM unit WHERE source_language = ? AND target_language = ?"
            f" AND state <> '{State.DRAFT.value}' AND retired = 0 AND origin IN"
            f" (SELECT id FROM origin WHERE kind = '{ENGINE}'"
            " AND (name = ? OR name LIKE ? ESCAPE '\\'))"
            " AND NOT EXISTS (SELECT 1 FROM unit AS said WHERE said.key = unit.key"
            " AND said.source_language = unit.source_language"
            " AND said.target_language = unit.target_language"
            " AND said.maker = unit.maker AND said.retired = 0 AND said.origin IN"
            f" (SELECT id FROM origin WHERE kind = '{MACHINE}' AND rank IS NOT NULL))"
        )
        with told(self.path, "read"):
            for row in self._db.execute(query, (*pair, engine, _begins(engine))):
                yield unit_of(self.path, row)

    def makers(self, pair: LanguagePair) -> list[str]:
        """Return the machines whose translations stand, the last at work first."""
        query = (
            "SELECT maker FROM unit NOT INDEXED WHERE source_language = ?"
            f" AND target_language = ? AND maker <> '{HUMAN}' AND {STANDS_BY_ROW}"
            " GROUP BY maker ORDER BY max(changed) DESC, maker"
        )
        with told(self.path, "read"):
            return [maker for (maker,) in self._db.execute(query, pair)]

    def holding(
        self, pair: LanguagePair, text: str, limit: int
    ) -> list[TranslationUnit]:
        """Return units that hold a coded *text* in their source or target.

        Capitals of ASCII make no difference.
        """
        mark = "".join(f"\\{c}" if c in "%_\\" else c for c in text)
        query = (
            # All are read, and faster one after the other than by an index.
            f"SELECT {UNIT} FROM unit NOT INDEXED WHERE source_language = ?"
            " AND target_language = ? AND (source LIKE ? ESCAPE '\\'"
            f" OR target LIKE ? ESCAPE '\\') AND part = 0 AND {STANDS_BY_ROW}"
            f" ORDER BY maker <> '{HUMAN}', key, id LIMIT ?"
        )
        asked = (*pair, f"%{mark}%", f"%{mark}%", limit)
        with told(self.path, "read"):
            rows = self._db.execute(query, asked).fetchall()
        return [unit_of(self.path, row) for row in rows]

    def units(
        self, pair: LanguagePair | None = None, *, makers: Collection[str] = ()
    ) -> Iterator[TranslationUnit]:
        """Yield units sorted by languages, normalised source and maker.

        Of each source there is one unit of people, as it is published, and one of each
        machine; and one of each place to which people bound another text. They are read
        as they are asked for; do not learn or close before the last one.

        :param pair: all directions, when it is missing
        :param makers: all, when it is empty
        """
        asked = ["source_language = ? AND target_language = ?"] if pair else []
        asked += [f"maker IN ({schema.marks(makers)})"] if makers else []
        where = " AND ".join([*asked, "part = 0", STANDS])
        query = (
            f"SELECT key, {STATEMENT} FROM unit WHERE {where}"
            " ORDER BY source_language, target_language, key"
        )
        origins = self._origins()
        with told(self.path, "read"):
            rows = self._db.execute(query, (*(pair or ()), *makers))
            # Columns: the key, source and target, and the two languages.
            for _, group in groupby(rows, key=lambda row: (row[0], *row[3:5])):
                said = [self._statement(row[1:], origins) for row in group]
                yield from _units(said)

    def sample(self, pair: LanguagePair, most: int) -> list[TranslationUnit]:
        """Return at most *most* of people's standing units, from all over the memory.

        The same memory gives the same units. At 1 M units it takes some 50 ms.
        """
        with told(self.path, "read"):
            (last,) = self._db.execute("SELECT max(id) FROM unit").fetchone()
            step = max(1, (last or 0) // most)
            found: list[TranslationUnit] = []
            numbers = iter(range(last or 0, 0, -step))
            while (batch := list(islice(numbers, BATCH))) and len(found) < most:
                query = (
                    f"SELECT {UNIT} FROM unit WHERE id IN ({schema.marks(batch)})"
                    " AND +source_language = ? AND +target_language = ? AND maker = ?"
                    f" AND part = 0 AND {STANDS_BY_ROW}"
                )
                rows = self._db.execute(query, (*batch, *pair, HUMAN))
                found += [unit_of(self.path, row) for row in rows]
        return found[:most]

    def count(self, pair: LanguagePair | None = None) -> list[Count]:
        """Return how many units there are of each direction, maker and state, sorted.

        :param pair: all directions, when it is missing
        """
        kind = "source_language, target_language, maker, state"
        # To count different keys takes SQLite long: so all statements are counted, one
        # after the other, and taken off what is said several times of one source.
        said = (
            f"SELECT {kind}, count(*) FROM unit NOT INDEXED WHERE part = 0"
            f" AND {STANDS_BY_ROW} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        )
        several = (
            "SELECT source_language, target_language, key FROM unit"
            " GROUP BY 1, 2, 3 HAVING count(*) > 1"
        )
        again = (
            f"SELECT {kind}, sum(more) FROM (SELECT {kind}, key, count(*) - 1 AS more"
            f" FROM ({several}) JOIN unit USING (source_language, target_language, key)"
            f" WHERE part = 0 AND {STANDS_BY_ROW} GROUP BY 1, 2, 3, 4, 5)"
            " GROUP BY 1, 2, 3, 4"
        )
        with told(self.path, "read"):
            more = {row[:-1]: row[-1] for row in self._db.execute(again)}
            rows = self._db.execute(said).fetchall()
        return [
            Count(
                LanguagePair(*row[:2]),
                row[2],
                schema.state_of(self.path, row[3]),
                row[-1] - more.get(row[:-1], 0),
            )
            for row in rows
            if pair in {None, row[:2]}
        ]

    def origins(self) -> list[Learnt]:
        """Return the files that the memory knows, in their order; former ones last."""
        query = (
            "SELECT kind, name, rank, digest, units, peak FROM origin"
            f" WHERE kind IN ({schema.marks(FILES)})"
            " ORDER BY rank IS NULL, rank, kind, name"
        )
        with told(self.path, "read"):
            rows = self._db.execute(query, FILES).fetchall()
        return [Learnt(Origin(*row[:3]), *row[3:]) for row in rows]

    def said_by_none_but(self, origin: Origin) -> int:
        """Return how many texts of people a file has, or had, that no other one has."""
        query = (
            "SELECT count(*) FROM unit AS mine WHERE retired = 0 AND part = 0"
            f" AND maker = '{HUMAN}'"
            " AND origin = (SELECT id FROM origin WHERE kind = ? AND name = ?)"
            " AND NOT EXISTS (SELECT 1 FROM unit WHERE key = mine.key"
            " AND source_language = mine.source_language"
            " AND target_language = mine.target_language AND target = mine.target"
            f" AND origin <> mine.origin AND {STANDS})"
        )
        with told(self.path, "read"):
            (count,) = self._db.execute(query, origin[:2]).fetchone()
        return int(count)

    def learnt(self) -> dict[str, str]:
        """Return the digest of each file that has been learnt, by the file's key."""
        return {
            each.origin.name: each.digest
            for each in self.origins()
            if each.origin.rank is not None
        }

    def is_learnt(self, path_key: str, digest: str, kind: str = FILE) -> bool:
        """Tell whether this version of the file is the one that was learnt last."""
        return self.digest_of(path_key, kind) == digest

    def digest_of(self, path_key: str, kind: str = FILE) -> str:
        """Return the digest of a file of the book as it was learnt, or nothing."""
        query = (
            "SELECT digest FROM origin WHERE kind = ? AND name = ? AND rank IS NOT NULL"
        )
        with told(self.path, "read"):
            row = self._db.execute(query, (kind, path_key)).fetchone()
        return str(row[0]) if row else ""

    def keys_of(self, name: str, kind: str, pair: LanguagePair) -> set[str]:
        """Return the keys of what people say in a file, or ever said."""
        query = (
            "SELECT key FROM unit WHERE source_language = ? AND target_language = ?"
            f" AND maker = '{HUMAN}' AND origin IN"
            " (SELECT id FROM origin WHERE kind = ? AND name = ?)"
        )
        with told(self.path, "read"):
            return {key for (key,) in self._db.execute(query, (*pair, kind, name))}

    def kept(self) -> list[Statement]:
        """Return what stands although its line in a file has become unusable."""
        query = f"SELECT {STATEMENT} FROM unit WHERE kept = 1 AND {STANDS} ORDER BY id"
        return self._statements(query, ())

    def alone_pairs(self) -> list[LanguagePair]:
        """Return the directions in which a person's text stands in no file."""
        query = (
            "SELECT DISTINCT source_language, target_language FROM unit"
            f" WHERE {ALONE} ORDER BY 1, 2"
        )
        with told(self.path, "read"):
            rows = self._db.execute(query).fetchall()
        return [LanguagePair(*row) for row in rows]

    def alone_count(self) -> tuple[int, int]:
        """Return how many texts of people stand in no file, and what tells of changes.

        The second number is another one whenever there is another text.
        """
        query = f"SELECT count(*), total(id) FROM unit WHERE {ALONE}"
        with told(self.path, "read"):
            count, total = self._db.execute(query).fetchone()
        return int(count), int(total)

    def alone(self, pair: LanguagePair) -> Iterator[list[Statement]]:
        """Yield all that stands of each source of which a text stands in no file."""
        query = (
            "SELECT DISTINCT key FROM unit WHERE source_language = ?"
            f" AND target_language = ? AND {ALONE}"
        )
        with told(self.path, "read"):
            keys = [key for (key,) in self._db.execute(query, pair)]
        for _, said in self._said(pair, keys, makers=(HUMAN,)):
            yield said

    def corrections(
        self, pair: LanguagePair
    ) -> Iterator[tuple[TranslationUnit, TranslationUnit]]:
        """Yield what a machine said last and what a person made of it, by source.

        Both are of one source; the person may have left the machine's text as it was.
        A person's unit that its translator marked as in need of review is no last word.
        """
        query = (
            "SELECT DISTINCT key FROM unit AS said WHERE source_language = ?"
            f" AND target_language = ? AND maker <> '{HUMAN}' AND EXISTS (SELECT 1"
            " FROM unit WHERE source_language = said.source_language"
            " AND target_language = said.target_language AND key = said.key"
            f" AND maker = '{HUMAN}') ORDER BY key"
        )
        with told(self.path, "read"):
            keys = [key for (key,) in self._db.execute(query, pair)]
        for _, said in self._said(pair, keys):
            machines = [each.unit for each in said if not each.unit.by_human]
            chosen = statements.choose(said)
            if machines and chosen and chosen.unit.state is not State.NEEDS_REVIEW:
                last = max(machines, key=lambda unit: (unit.changed, unit.maker))
                yield last, chosen.unit


def _begins(engine: str) -> str:
    """Return the pattern of the fingerprints of an *engine*."""
    return "".join(f"\\{c}" if c in "%_\\" else c for c in engine) + "/%"


def _units(said: Sequence[Statement]) -> Iterator[TranslationUnit]:
    """Yield the units that statements on one source come to, by maker."""
    best: dict[tuple[object, ...], TranslationUnit] = {}
    machines = [each for each in said if not each.unit.by_human]
    for each in (*statements.valid(said), *statements.ordered(machines)):
        where = (each.unit.maker, *(each.unit.place or ()))
        best.setdefault(where, each.unit)
    yield from (best[where] for where in sorted(best, key=str))
