"""The translation memory: one SQLite file per book, made again from the text files.

It keeps what every origin says of each source (:mod:`amts_sphinx.memory.statements`),
and recalls by exact key: the languages and the normalised source. It refuses units
whose codes are damaged, lets no machine stand before a person, and never writes to a
file that is not a healthy memory of a version it knows.

A :class:`Memory` belongs to the thread and process that opened it: do not pass it to
another thread or across a fork. Any number of processes may open the same file at the
same time. Do not keep it on a network file system: SQLite's locks fail there.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import MemoryFileError
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    State,
    TranslationUnit,
)
from amts_sphinx.memory import connection, learning, schema
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.lookup import Refusal
from amts_sphinx.memory.reading import ALONE, FILES, Count, Learnt, MemoryReader
from amts_sphinx.memory.statements import (
    CATALOGUE,
    ENGINE,
    FILE,
    HOME,
    IMPORTED,
    MACHINE,
)

if TYPE_CHECKING:
    from collections.abc import (
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from typing_extensions import Self

__all__ = ["Count", "Learnt", "Memory", "Refusal"]


class Memory(MemoryReader):
    """The statements of one book, kept in the file *path*; a context manager.

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
        file = Path(path).resolve()
        if not os.path.exists(file):  # noqa: PTH110 - no error for a bad name
            connection.create(file)
        version = schema.check_header(file)
        with told(file, "opened"):
            db = connection.connect(file, version)
        super().__init__(file, db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with told(self.path, "closed"):
            self._db.close()

    def learn(
        self,
        units: Iterable[TranslationUnit],
        *,
        file: tuple[str, str] | None = None,
        kind: str = FILE,
        unusable: Collection[tuple[LanguagePair, str]] = (),
    ) -> int:
        """Keep all of *units* or, on any exception, none; return how many are news.

        All are gathered in a temporary file before the lock is taken, so that a slow
        maker holds up no other process. Without *file*, the last unit of one maker and
        source replaces what it said before.

        With *file*, its key and its digest, the units are the whole of what that file
        says. What it says no longer is retired.

        :param kind: of the file, as :mod:`amts_sphinx.memory.statements` names it
        :param unusable: languages and keys of sources of which the file has a line that
            cannot be used; read when all units are. Their former text stands
        :raises MarkupError: a unit's codes are damaged, or one of its texts is blank
        """
        now = int(time.time())
        with told(self.path, "written"):
            split = file is not None and kind != MACHINE
            dated = kind == HOME
            learning.gather(self._db, units, now, split=split, dated=dated)
        with self._transaction():
            if file is None:
                return learning.add(self._db)
            origin = learning.origin_id(self._db, kind, file[0])
            return learning.replace_all(self._db, origin, file[1], unusable, now)

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
                insert = "REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?)"
                self._db.executemany(insert, rows)

    def arrange(self, order: Sequence[tuple[str, str]]) -> None:
        """Set the order of the book's files, the best first; others leave the book.

        Catalogues come after them all, and stay.

        :param order: kind and name of each; those that were read into the memory alone
            stay, after the others
        """
        asked = {origin: rank for rank, origin in enumerate(order, 1)}
        known = {(each.kind, each.name): each.rank for each in self._origins().values()}
        changes = [
            (asked.get(origin), *origin)
            for origin, rank in known.items()
            if origin[0] in FILES
            and origin[0] != CATALOGUE
            and not (origin[0] == IMPORTED and rank is not None)
            and asked.get(origin) != rank
        ]
        if changes:
            with self._transaction():
                update = "UPDATE origin SET rank = ? WHERE kind = ? AND name = ?"
                self._db.executemany(update, changes)

    def keep_catalogues(self, names: Collection[str]) -> None:
        """Have the catalogues that are not among *names* leave the book."""
        gone = [
            each.origin.name
            for each in self.origins()
            if each.origin.kind == CATALOGUE
            and each.origin.rank is not None
            and each.origin.name not in names
        ]
        if gone:
            with self._transaction():
                update = "UPDATE origin SET rank = NULL WHERE kind = ? AND name = ?"
                self._db.executemany(update, ((CATALOGUE, name) for name in gone))

    def retire_alone(self, pair: LanguagePair) -> None:
        """Retire people's texts that stood in no file; they do now."""
        with self._transaction():
            self._db.execute(
                "UPDATE unit SET retired = ? WHERE source_language = ?"
                f" AND target_language = ? AND {ALONE}",
                (int(time.time()), *pair),
            )

    def adopt(self, path_key: str, name: str) -> None:
        """Let a file that was read into the memory alone be one of the book.

        :param path_key: its name relative to the memory
        :param name: its name relative to the book
        """
        known = {(each.origin.kind, each.origin.name) for each in self.origins()}
        if (IMPORTED, path_key) not in known:
            return
        if (FILE, name) in known:
            self.forget_file(path_key, kinds=(IMPORTED,))
            return
        with self._transaction():
            self._db.execute(
                "UPDATE origin SET kind = ?, name = ?, digest = '' WHERE kind = ?"
                " AND name = ?",
                (FILE, name, IMPORTED, path_key),
            )

    def forget_file(self, path_key: str, *, kinds: Collection[str] = FILES) -> None:
        """Delete what this file says and said, and that it was ever learnt."""
        with self._transaction():
            where = f"name = ? AND kind IN ({schema.marks(kinds)})"
            asked = (path_key, *kinds)
            origins = f"SELECT id FROM origin WHERE {where}"
            self._db.execute(f"DELETE FROM unit WHERE origin IN ({origins})", asked)
            self._db.execute(f"DELETE FROM origin WHERE {where}", asked)

    def drop_drafts(self, pair: LanguagePair, maker: str) -> None:
        """Delete the drafts of *pair* that makers other than *maker* made.

        An engine that learns from people makes all of them anew whenever it has learnt
        something, and nobody recalls the former ones. Those that a person has replaced
        are kept: they tell how much there was to correct.
        """
        query = (
            "DELETE FROM unit WHERE source_language = ? AND target_language = ?"
            f" AND state = ? AND maker NOT IN (?, '{HUMAN}') AND maker <> '{HUMAN}'"
            " AND origin IN (SELECT id FROM origin WHERE kind = ?)"
            " AND NOT EXISTS (SELECT 1 FROM unit AS person"
            f" WHERE person.maker = '{HUMAN}' AND person.key = unit.key"
            " AND person.source_language = unit.source_language"
            " AND person.target_language = unit.target_language)"
        )
        with self._transaction():
            self._db.execute(query, (*pair, State.DRAFT.value, maker, ENGINE))

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
