"""The translation memory: one SQLite file per book.

It recalls by exact key, which is the languages, the normalised source and the maker.
It refuses units whose codes are damaged, lets no machine stand before a person, and
never writes to a file that is not a healthy memory of a version it knows.

A :class:`Memory` belongs to the thread and process that opened it: do not pass it to
another thread or across a fork. Any number of processes may open the same file at the
same time. Do not keep it on a network file system: SQLite's locks fail there.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MemoryFileError
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Match,
    Severity,
    State,
    TranslationUnit,
)
from amts_sphinx.memory import connection, schema
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.fuzzy_match import EXACT, Likeness
from amts_sphinx.memory.schema import (
    BATCH,
    FIELDS,
    KEY,
    content_of,
    key_of,
    row_of,
    unit_of,
)

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from typing_extensions import Self


class Count(NamedTuple):
    """How many units of one kind a memory holds."""

    pair: LanguagePair
    maker: str
    state: State
    units: int


class Refusal(NamedTuple):
    """Why an engine's translation is not published: what a finding says of it."""

    check: str
    severity: Severity
    message: str


class Memory:
    """The units of one book, kept in the file *path*; a context manager.

    The file and the directories above it are made when they are missing. A file that
    cannot be written still recalls; only :meth:`learn` then fails.

    :raises MemoryFileError: the file cannot be opened
    :raises NewerMemoryError: a later version wrote it; it is left as it was
    :raises DamagedMemoryError: it is no healthy memory; it is left as it was
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not os.fspath(path):
            raise MemoryFileError(
                "the translation memory has an empty path; name a file"
            )
        #: The file, as an absolute path.
        self.path: Final = Path(path).resolve()
        if not os.path.exists(self.path):  # noqa: PTH110 - no error for a bad name
            connection.create(self.path)
        schema.check_header(self.path)
        with told(self.path, "opened"):
            self._db: Final = connection.connect(self.path)
        self._likeness: Final = Likeness(self.path, self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with told(self.path, "closed"):
            self._db.close()

    def recall(
        self,
        pair: LanguagePair,
        maker: str | Callable[[str], Sequence[str]],
        sources: Iterable[str],
    ) -> dict[str, TranslationUnit]:
        """Return the known units of *sources*, by the key of each.

        A person's unit comes before the one of *maker*; nobody else's is returned.

        :param maker: of all sources, or what tells those of each, the best first
        :param sources: coded texts, repetitions allowed
        """
        known: dict[str, str] = {}
        for source in sources:
            if schema.storable(source):
                known.setdefault(inline_codes.normalise(source), source)
        # Neighbours stand on one page of the file.
        keys = iter(sorted(known))
        found: dict[str, TranslationUnit] = {}
        while batch := list(islice(keys, BATCH)):
            for key, *fields in self._rows(pair, maker, batch):
                unit = unit_of(self.path, fields)
                makers = maker(known[key]) if callable(maker) else (maker,)
                if _is_better(unit, found.get(key), makers):
                    found[key] = unit
        return found

    def _rows(
        self,
        pair: LanguagePair,
        maker: str | Callable[[str], Sequence[str]],
        keys: list[str],
    ) -> list[tuple[Any, ...]]:
        """Return key and fields of the units of *keys*, a person's and *maker*'s."""
        one = "" if callable(maker) else " AND maker IN (?, ?)"
        query = (
            f"SELECT key, {FIELDS} FROM unit WHERE source_language = ?"
            f" AND target_language = ? AND key IN ({schema.marks(keys)}){one}"
        )
        makers = () if callable(maker) else (maker, HUMAN)
        with told(self.path, "read"):
            return self._db.execute(query, (*pair, *keys, *makers)).fetchall()

    def refused(self, pair: LanguagePair, maker: str) -> dict[str, Refusal]:
        """Return what *maker* could not translate, by the key of its source."""
        query = (
            "SELECT key, finding, severity, message FROM refusal"
            " WHERE (source_language, target_language, maker) = (?, ?, ?)"
        )
        with told(self.path, "read"):
            there = "SELECT 1 FROM sqlite_master WHERE name = 'refusal'"
            if not self._db.execute(there).fetchone():
                return {}
            rows = self._db.execute(query, (*pair, maker)).fetchall()
        return {key: Refusal(check, Severity(s), m) for key, check, s, m in rows}

    def refuse(
        self, pair: LanguagePair, maker: str, refusals: Mapping[str, Refusal]
    ) -> None:
        """Note what *maker* could not translate, so that it is not asked for again."""
        rows = [
            (*pair, key, maker, why.check, why.severity.value, why.message)
            for key, why in refusals.items()
            if schema.storable(key)
        ]
        if rows:
            with self._transaction():
                self._db.execute(schema.REFUSAL)
                insert = "REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?)"
                self._db.executemany(insert, rows)

    def fuzzy(
        self,
        pair: LanguagePair,
        sources: Iterable[str],
        *,
        cutoff: int = 70,
        limit: int = 1,
    ) -> dict[str, list[Match]]:
        """Return the units whose sources are most like each of *sources*, best first.

        They are for people to look at: a near match can lack a "not". Drafts are left
        out. Of several makers' units of one source a person's is returned, else that
        which changed last.

        :param cutoff: the least score, 1–100
        :param limit: the most matches of one source
        :raises ValueError: *cutoff* or *limit* is out of bounds
        """
        if not 1 <= cutoff <= EXACT or limit < 1:
            raise ValueError(
                f"cutoff must be 1–100 and limit 1 or more, not {cutoff} and {limit}"
            )
        return self._likeness.find(pair, sources, cutoff, limit)

    def learn(
        self, units: Iterable[TranslationUnit], *, file: tuple[str, str] | None = None
    ) -> int:
        """Keep all of *units* or, on any exception, none; return how many are news.

        Of several units of one key the last wins. All are gathered (about 1 kB each)
        before the lock is taken, so that a slow maker holds up no other process.

        With *file*, its key and its digest, the units are the whole of that file. What
        it said last time too is not written, and so undoes no later correction. What
        it says no longer is deleted, unless something else brought it too.

        :raises MarkupError: a unit's codes are damaged, or one of its texts is blank
        """
        now = int(time.time())
        rows = {key_of(unit): row_of(unit, now) for unit in units}
        path = file[0] if file else ""
        with self._transaction():
            before = self._brought(path) if file else {}
            contents = {key: content_of(row) for key, row in rows.items()}
            news = [key for key in rows if before.get(key, (0, ""))[1] != contents[key]]
            written = self._db.executemany(
                schema.UPSERT, ((*rows[key], key[2]) for key in news)
            ).rowcount
            self._db.executemany(
                schema.UPSERT_ORIGIN, ((path, contents[key], *key) for key in news)
            )
            self._drop(path, [before[key][0] for key in before.keys() - rows.keys()])
            if file:
                self._db.execute("REPLACE INTO file VALUES (?, ?)", file)
        return max(written, 0)

    def units(
        self, pair: LanguagePair | None = None, *, makers: Collection[str] = ()
    ) -> Iterator[TranslationUnit]:
        """Yield units sorted by languages, normalised source and maker.

        They are read as they are asked for; do not learn or close before the last one.

        :param pair: all directions, when it is missing
        :param makers: all, when it is empty
        """
        asked = ["source_language = ? AND target_language = ?"] if pair else []
        asked += [f"maker IN ({schema.marks(makers)})"] if makers else []
        where = f"WHERE {' AND '.join(asked)}" if asked else ""
        query = f"SELECT {FIELDS} FROM unit {where} ORDER BY {KEY}"
        with told(self.path, "read"):
            for row in self._db.execute(query, (*(pair or ()), *makers)):
                yield unit_of(self.path, row)

    def count(self, pair: LanguagePair | None = None) -> list[Count]:
        """Return how many units there are of each direction, maker and state, sorted.

        :param pair: all directions, when it is missing
        """
        with told(self.path, "read"):
            rows = self._db.execute(schema.COUNT).fetchall()
        return [
            Count(
                LanguagePair(source, target),
                maker,
                schema.state_of(self.path, state),
                units,
            )
            for source, target, maker, state, units in rows
            if pair in {None, (source, target)}
        ]

    def learnt(self) -> dict[str, str]:
        """Return the digest of each file that has been learnt, by the file's key."""
        with told(self.path, "read"):
            return dict(self._db.execute("SELECT path, digest FROM file ORDER BY path"))

    def is_learnt(self, path_key: str, digest: str) -> bool:
        """Tell whether this version of the file is the one that was learnt last."""
        return self.learnt().get(path_key) == digest

    def forget_file(self, path_key: str) -> None:
        """Delete what only this file brought, and that it was ever learnt."""
        with self._transaction():
            self._drop(path_key, [n for n, _ in self._brought(path_key).values()])
            self._db.execute("DELETE FROM file WHERE path = ?", (path_key,))

    def corrections(
        self, pair: LanguagePair
    ) -> Iterator[tuple[TranslationUnit, TranslationUnit]]:
        """Yield what a machine said last and what a person made of it, by source.

        Both are of one source; the person may have left the machine's text as it was.
        A person's unit that its translator marked as in need of review is no last word.
        """
        query = (
            f"SELECT key, {FIELDS} FROM unit WHERE source_language = ?"
            " AND target_language = ? AND key IN (SELECT key FROM unit WHERE"
            " source_language = ? AND target_language = ? AND maker = ? AND state <> ?)"
            " ORDER BY key, maker = ?, changed, maker"
        )
        asked = (*pair, *pair, HUMAN, State.NEEDS_REVIEW.value, HUMAN)
        last: tuple[str, TranslationUnit] | None = None
        with told(self.path, "read"):
            for key, *fields in self._db.execute(query, asked):
                unit = unit_of(self.path, fields)
                if unit.by_human and last and last[0] == key:
                    yield last[1], unit
                last = key, unit

    def drop_drafts(self, pair: LanguagePair, maker: str) -> None:
        """Delete the drafts of *pair* that makers other than *maker* made.

        An engine that learns from people makes all of them anew whenever it has learnt
        something, and nobody recalls the former ones. Those that a person has replaced
        are kept: they tell how much there was to correct.
        """
        query = (
            "SELECT id FROM unit AS draft WHERE source_language = ?"
            " AND target_language = ? AND state = ? AND maker NOT IN (?, ?)"
            " AND NOT EXISTS (SELECT 1 FROM unit WHERE maker = ? AND key = draft.key"
            " AND source_language = draft.source_language"
            " AND target_language = draft.target_language)"
        )
        with self._transaction():
            asked = (*pair, State.DRAFT.value, maker, HUMAN, HUMAN)
            self._drop("", [n for (n,) in self._db.execute(query, asked)])

    def _brought(self, path: str) -> dict[schema.Key, tuple[int, str]]:
        """Return id and content of what the file said last time, by the unit's key."""
        query = (
            f"SELECT id, content, {KEY} FROM origin JOIN unit ON id = unit"
            " WHERE path = ?"
        )
        return {
            (source, target, key, maker): (number, content)
            for number, content, source, target, key, maker in self._db.execute(
                query, (path,)
            )
        }

    def _drop(self, path: str, numbers: list[int]) -> None:
        """Note that the file lacks these units; delete those nobody else brought."""
        self._db.executemany(
            "DELETE FROM origin WHERE path = ? AND unit = ?",
            ((path, number) for number in numbers),
        )
        self._db.executemany(
            "DELETE FROM unit WHERE id = ?"
            " AND NOT EXISTS (SELECT 1 FROM origin WHERE unit = ?)",
            ((number, number) for number in numbers),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Hold the write lock; commit at the end, or keep nothing."""
        with told(self.path, "written"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")


def _is_better(
    unit: TranslationUnit, other: TranslationUnit | None, makers: Sequence[str]
) -> bool:
    """Tell whether *unit* is to be recalled rather than *other*.

    :param makers: of machines' units that will do, the best first
    """
    if unit.by_human or (other and other.by_human):
        return unit.by_human
    if unit.maker not in makers:
        return False
    return other is None or makers.index(unit.maker) < makers.index(other.maker)
