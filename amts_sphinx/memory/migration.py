"""Bring a memory of an earlier version to the present one: all of it, or nothing.

Version 1 is that of 0.1.0. It kept one target of each source and maker, and for each
file only a hash of what it had brought. So a file's own words are known where the unit
is still as the file brought it; any other unit of a person stood in the memory alone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN
from amts_sphinx.memory import schema
from amts_sphinx.memory.statements import ENGINE, IMPORTED, LOCAL

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

#: Ranks of the origins that no configuration puts in order.
LOCAL_RANK: Final = 0
IMPORTED_RANK: Final = 1_000_000
ENGINE_RANK: Final = 2_000_000

_OLD_TABLES: Final = ("unit", "file", "origin", "refusal")


def migrate(db: sqlite3.Connection) -> None:
    """Bring the memory that *db* is connected to from version 1 to the present.

    The caller holds a transaction.
    """
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    db.execute("DROP INDEX origin_unit")
    for name in _OLD_TABLES:
        if name in tables:
            db.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    for statement in schema.SCHEMA.split(";"):
        if statement.strip():
            db.execute(statement)
    if "refusal" in tables:
        # It came without a version of its own: older files lack it.
        db.execute("INSERT INTO refusal SELECT * FROM old_refusal")
    _copy(db)
    for name in _OLD_TABLES:
        if name in tables:
            db.execute(f"DROP TABLE old_{name}")


def _copy(db: sqlite3.Connection) -> None:
    """Copy all units, each to the origins that are known to say it."""
    origins: dict[tuple[str, str], int] = {}

    def origin(kind: str, name: str, rank: int) -> int:
        if (kind, name) not in origins:
            insert = "INSERT INTO origin (kind, name, rank) VALUES (?, ?, ?)"
            number = db.execute(insert, (kind, name, rank)).lastrowid
            origins[kind, name] = int(number or 0)
        return origins[kind, name]

    for (path,) in db.execute("SELECT path FROM old_file ORDER BY path").fetchall():
        origin(IMPORTED, path, IMPORTED_RANK)
    insert = (
        f"INSERT OR IGNORE INTO unit (origin, number, content, {schema.FIELDS}) VALUES"
        f" ({schema.marks(range(3 + len(schema.FIELDS.split(','))))})"
    )
    for number, row, files in _rows(db):
        content = schema.content_of(row)
        if row[3] != HUMAN:
            owners = [origin(ENGINE, str(row[3]), ENGINE_RANK)]
        elif files:
            owners = [origin(IMPORTED, path, IMPORTED_RANK) for path in files]
        else:
            owners = [origin(LOCAL, "", LOCAL_RANK)]
        for owner in owners:
            db.execute(insert, (owner, number, content, *row))


def _rows(db: sqlite3.Connection) -> Iterator[tuple[int, schema.Row, list[str]]]:
    """Yield the id of each unit, its row, and the files that say just this."""
    said = db.cursor()
    query = (
        "SELECT id, source_language, target_language, key, maker, source, target,"
        " state, document, line, replaced, created, changed FROM old_unit ORDER BY id"
    )
    for number, *values in db.execute(query):
        source, target, state = values[4:7]
        values[2] = inline_codes.normalise(source)
        content = _old_content(source, target, state)
        brought = said.execute(
            "SELECT path FROM old_origin WHERE unit = ? AND content = ?",
            (number, content),
        )
        files = [path for (path,) in brought if path]
        words = schema.words_of(source)
        yield number, (*values, "", "", "", "", 0, words), files


def _old_content(source: str, target: str, state: str) -> str:
    """Return the hash by which version 1 knew what a file had said of a unit."""
    said = f"{source}\0{target}\0{state}"
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
