"""The format of a memory's file: its tables and rows, and the look before opening it.

The look reads bytes, not SQL: SQLite would lay journals beside a file that is none of
our business. Nothing here writes, and nothing here imports sqlite3.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    DamagedMemoryError,
    MarkupError,
    MemoryFileError,
    NewerMemoryError,
)
from amts_sphinx.core.units import LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

#: The values of KEY, and those of FIELDS.
Key = tuple[str, str, str, str]
Row = tuple[str | int | None, ...]

#: "AMTS": tells a memory from any other SQLite file.
APPLICATION_ID: Final = 0x414D5453
#: The version of the tables below; a later one is refused, not guessed at.
SCHEMA_VERSION: Final = 1
#: Bytes that every SQLite file begins with.
_MAGIC: Final = b"SQLite format 3\0"
_HEADER_SIZE: Final = 100
#: Each state by its value: to ask the enumeration for each of a book's is slow.
_STATES: Final = {state.value: state for state in State}
#: A sign in SQLite's message → what to do.
_ADVICE: Final = {
    "locked": "another process keeps it busy; wait for that process or end it",
    "full": "free some space on the disk",
    "readonly": "make the file and its directory writable",
    "unable to open": "make the file and its directory readable and writable",
    "denied": "name a file in a directory that can be written",
    "Read-only": "name a file in a directory that can be written",
    "directory": "name a file, in a directory",
    "exists": "a part of the path is a file; name a directory there",
}

# A unit has an id of its own so that an index for fuzzy recall can point at it.
# `origin` tells who brought a unit: the key of a file, or '' for anything else; and
# the hash of what was brought, so that a file speaks only of what has changed in it.
SCHEMA: Final = f"""
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    source TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,
    document TEXT NOT NULL, line INTEGER, replaced TEXT NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL,
    UNIQUE (source_language, target_language, key, maker)
);
CREATE TABLE file (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE origin (
    path TEXT NOT NULL, unit INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (path, unit)
) WITHOUT ROWID;
CREATE INDEX origin_unit ON origin (unit);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""
#: What an engine could not translate. Older files lack it until it is needed.
REFUSAL: Final = """
CREATE TABLE IF NOT EXISTS refusal (
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    finding TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (source_language, target_language, maker, key)
) WITHOUT ROWID
"""
#: Keys in one query. More gain nothing, and older SQLites allow 999 parameters.
BATCH: Final = 500
#: What tells one unit from another; `key` is the normalised source.
KEY: Final = "source_language, target_language, key, maker"
#: The columns in the order of a TranslationUnit's fields, the pair taken apart.
FIELDS: Final = (
    "source, target, source_language, target_language, maker, state,"
    " document, line, replaced, created, changed"
)
# What a file does not tell (the place, the replaced source) is kept as it was known,
# and `changed` is about the translation, not about the line it has moved to.
#: Takes the values of FIELDS and then `key`; touches no row that says the same.
UPSERT: Final = f"""
INSERT INTO unit ({FIELDS}, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT ({KEY}) DO UPDATE SET
    source = excluded.source, target = excluded.target, state = excluded.state,
    line = CASE excluded.document WHEN '' THEN unit.line ELSE excluded.line END,
    document = CASE excluded.document WHEN '' THEN unit.document
        ELSE excluded.document END,
    replaced = CASE excluded.replaced WHEN '' THEN unit.replaced
        ELSE excluded.replaced END,
    changed = CASE WHEN (unit.target, unit.state) = (excluded.target, excluded.state)
        THEN unit.changed ELSE excluded.changed END
WHERE (unit.source, unit.target, unit.state)
        <> (excluded.source, excluded.target, excluded.state)
    OR (excluded.document <> ''
        AND (unit.document, unit.line) IS NOT (excluded.document, excluded.line))
    OR excluded.replaced NOT IN ('', unit.replaced)
"""
#: Takes path and content, and then the values of KEY.
UPSERT_ORIGIN: Final = f"""
INSERT OR REPLACE INTO origin (path, content, unit)
SELECT ?, ?, id FROM unit WHERE ({KEY}) = (?, ?, ?, ?)
"""
#: Gives the counts by direction, maker and state.
COUNT: Final = """
SELECT source_language, target_language, maker, state, count(*)
FROM unit GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def marks(values: Collection[str]) -> str:
    """Return as many parameter marks as there are *values*."""
    return ",".join("?" * len(values))


def has_journal(path: Path) -> bool:
    """Tell whether there are transactions that SQLite has not put into *path* yet."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False


def check_header(path: Path) -> None:
    """Refuse a file that is no memory, or one of a later version, by its first bytes.

    :raises DamagedMemoryError: it is empty, too short, or some other kind of file
    :raises NewerMemoryError: a later version of amts_sphinx wrote it
    :raises MemoryFileError: it cannot be read
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER_SIZE)
    except OSError as exc:
        raise unusable(path, "read", exc.strerror or "") from exc
    if len(header) < _HEADER_SIZE or not header.startswith(_MAGIC):
        raise damaged(path, "it is not an SQLite file")
    version = int.from_bytes(header[60:64], "big")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise damaged(path, "it is some other program's SQLite file")
    if version > SCHEMA_VERSION:
        raise NewerMemoryError(
            f"the translation memory {path} has version {version}; this amts_sphinx "
            f"knows versions up to {SCHEMA_VERSION}. Upgrade amts_sphinx, or name "
            "another file; this one was not touched"
        )


def damaged(path: Path, why: str) -> DamagedMemoryError:
    """Return the error for a file that is not, or no longer, a memory."""
    return DamagedMemoryError(
        f"{path} is not a healthy translation memory: {why}. Put back a copy, or move "
        "the file away to begin a new memory; it was not changed"
    )


def unusable(path: Path, done: str, why: str) -> MemoryFileError:
    """Return the error for a memory that cannot be, say, ``written``, with advice."""
    advice = next((f"; {tip}" for sign, tip in _ADVICE.items() if sign in why), "")
    return MemoryFileError(
        f"the translation memory {path} cannot be {done}: {why}{advice}"
    )


def storable(text: str) -> bool:
    """Tell whether *text* can be written as UTF-8: it holds no half of a pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_of(unit: TranslationUnit) -> Key:
    """Return the values of KEY."""
    return (*unit.pair, unit.key, unit.maker)


def row_of(unit: TranslationUnit, now: int) -> Row:
    """Return the values of FIELDS.

    :param now: seconds since the epoch, for a unit that tells no time
    :raises MarkupError: the unit must not be kept
    """
    if fault := _fault(unit):
        where = f" ({unit.document})" if unit.document else ""
        raise MarkupError(
            f"the memory cannot learn {unit.source[:60]!r}{where}: {fault}"
        )
    return (
        unit.source,
        unit.target,
        *unit.pair,
        unit.maker,
        unit.state.value,
        unit.document,
        unit.line,
        unit.replaced,
        unit.created or now,
        unit.changed or unit.created or now,
    )


def _fault(unit: TranslationUnit) -> str:
    """Say why *unit* must not be kept, or return an empty string."""
    if not (unit.key and inline_codes.normalise(unit.target)):
        return "the source or the target is blank"
    if not (storable(unit.source) and storable(unit.target)):
        return "half of a surrogate pair"
    try:
        if unit.source == unit.target:
            # Here `verify` would have nothing to compare, and look at neither.
            inline_codes.structure(unit.source)
        return inline_codes.verify(unit.source, unit.target)
    except MarkupError as exc:
        return f"in the source, {exc}"


def content_of(row: Row) -> str:
    """Return a hash of what is said: the source, the target and the state."""
    said = "\0".join(map(str, (row[0], row[1], row[5])))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def unit_of(path: Path, row: Iterable[Any]) -> TranslationUnit:
    """Return the values of FIELDS, as read from the file *path*, as a unit."""
    source, target, source_language, target_language, maker, state, *rest = row
    pair = LanguagePair(source_language, target_language)
    return TranslationUnit(source, target, pair, maker, state_of(path, state), *rest)


def state_of(path: Path, name: str) -> State:
    """Return the state that is called *name* in the file *path*."""
    try:
        return _STATES[name]
    except KeyError as exc:
        raise damaged(path, f"a unit's state is {name!r}") from exc
