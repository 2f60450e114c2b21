"""The format of a memory's file: its tables and rows, and the check before opening it.

The check reads bytes, not SQL: SQLite would lay journals beside a file that is none of
our business. Nothing here writes, and nothing here imports sqlite3.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    DamagedMemoryError,
    MarkupError,
    MemoryFileError,
    NewerMemoryError,
)
from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

Row = tuple[str | int | None, ...]

#: "AMTS": tells a memory from any other SQLite file.
APPLICATION_ID: Final = 0x414D5453
#: The version of the tables below. Version 1 is that of 0.1.0, which kept one target of
#: each source and maker; 2 was never released. A later one is refused, not guessed at.
SCHEMA_VERSION: Final = 3
#: Bytes that every SQLite file begins with.
_MAGIC: Final = b"SQLite format 3\0"
_HEADER_SIZE: Final = 100
#: Each state by its value: to ask the enumeration for each of a book's is slow.
_STATES: Final = {state.value: state for state in State}
#: A sign in SQLite's message → what to do.
_ADVICE: Final = {
    "locked": "another process keeps it busy; wait for that process or end it",
    "full": "free some space on the disk",
    "disk I/O error": "see whether the disk is full or failing",
    "readonly": "make the file and its directory writable",
    "unable to open": "make the file and its directory readable and writable",
    "denied": "name a file in a directory that can be written",
    "Read-only": "name a file in a directory that can be written",
    "No space": "free some space on the disk",
    "directory": "name a file, in a directory",
    "exists": "a part of the path is a file; name a directory there",
}

# `origin`: who says something. Its `rank` is its place in the order of origins; without
# one it has left the book, and what it said counts no longer. `units` is how many it
# has, `peak` how many it had before it shrank.
# `unit`: one thing that one origin says of one source. `number` puts what one origin
# says of one source in order, `content` is a hash of all that is said, `words` one of
# the source without codes. `part` is 1 for a sentence that was derived from a unit of a
# paragraph. `retired` is the time at which the origin ceased to say it; `kept` is 1
# where that was because the line became unusable: then it counts as before.
SCHEMA: Final = f"""
CREATE TABLE origin (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, name TEXT NOT NULL, rank INTEGER,
    digest TEXT NOT NULL DEFAULT '',
    units INTEGER NOT NULL DEFAULT 0, peak INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, name)
);
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    origin INTEGER NOT NULL, number INTEGER NOT NULL, content INTEGER NOT NULL,
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    source TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,
    document TEXT NOT NULL, line INTEGER, replaced TEXT NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL,
    author TEXT NOT NULL, tool TEXT NOT NULL,
    place TEXT NOT NULL, corrects TEXT NOT NULL,
    part INTEGER NOT NULL, words INTEGER NOT NULL,
    retired INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX unit_origin ON unit (origin, content);
CREATE INDEX unit_key ON unit (source_language, target_language, key);
CREATE INDEX unit_words ON unit (words) WHERE maker = '{HUMAN}';
CREATE INDEX unit_document ON unit (document) WHERE document <> '';
CREATE INDEX unit_place ON unit (source_language, target_language)
    WHERE place <> '';
CREATE INDEX unit_machine ON unit (source_language, target_language, key)
    WHERE maker <> '{HUMAN}';
CREATE INDEX unit_kept ON unit (origin) WHERE kept = 1;
CREATE TABLE refusal (
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    finding TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (source_language, target_language, maker, key)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""
#: Units on their way in. In SQLite's own temporary file, so that a slow reader holds no
#: lock, and a million of them need no memory.
INCOMING: Final = """
CREATE TEMP TABLE incoming (
    number INTEGER PRIMARY KEY, content INTEGER NOT NULL UNIQUE,
    source_language, target_language, key, maker, source, target, state, document,
    line, replaced, created, changed, author, tool, place, corrects, part, words
)
"""
#: Keys in one query. More gain nothing, and older SQLites allow 999 parameters.
BATCH: Final = 500
#: The columns of what is said, in the order of :func:`row_of`.
FIELDS: Final = (
    "source_language, target_language, key, maker, source, target, state, document,"
    " line, replaced, created, changed, author, tool, place, corrects, part, words"
)
#: The columns that :func:`unit_of` takes.
UNIT: Final = (
    "source, target, source_language, target_language, maker, state, document, line,"
    " replaced, created, changed, author, tool, place, corrects"
)
#: What counts: an origin says it now, or its line became unusable.
STANDS: Final = (
    "(retired = 0 OR kept = 1)"
    " AND origin IN (SELECT id FROM origin WHERE rank IS NOT NULL)"
)


def marks(values: Collection[object]) -> str:
    """Return as many parameter marks as there are *values*."""
    return ",".join("?" * len(values))


def has_journal(path: Path) -> bool:
    """Tell whether there are transactions that SQLite has not put into *path* yet."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False


def check_header(path: Path) -> int:
    """Return the version of a memory by its first bytes; refuse what is none.

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
    return version


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


def row_of(unit: TranslationUnit, now: int, *, part: bool = False) -> Row:
    """Return the values of FIELDS.

    :param now: seconds since the epoch, for a unit that says no time
    :param part: whether it is a sentence of a paragraph's unit
    :raises MarkupError: the unit must not be kept
    """
    if fault := fault_of(unit):
        where = f" ({unit.document})" if unit.document else ""
        raise MarkupError(
            f"the memory cannot learn {unit.source[:60]!r}{where}: {fault}"
        )
    return (
        *unit.pair,
        unit.key,
        unit.maker,
        unit.source,
        unit.target,
        unit.state.value,
        unit.document,
        unit.line,
        unit.replaced,
        unit.created or now,
        unit.changed or unit.created or now,
        unit.author,
        unit.tool,
        _json(unit.place) if unit.place else "",
        _json(unit.corrects) if unit.corrects else "",
        int(part),
        words_of(unit.source),
    )


def _json(values: Sequence[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def fault_of(unit: TranslationUnit) -> str:
    """Say why *unit* must not be kept, or return an empty string."""
    if not (unit.key and unit.target.strip()):
        return "the source or the target is blank"
    if not (storable(unit.source) and storable(unit.target)):
        return "half of a surrogate pair"
    try:
        if unit.source == unit.target:
            # Here `compare` would have nothing to compare, and look at neither.
            inline_codes.structure(unit.source)
        return inline_codes.compare(unit.source, unit.target)
    except MarkupError as exc:
        return f"in the source, {exc}"


def content_of(row: Row, *, dated: bool = False) -> int:
    """Return a 64-bit hash of what is said and by whom, not of the line.

    :param dated: whether the date of the change is part of what is said
    """
    said = (*row[:7], *row[12:13], *row[14:17], *row[11 : 11 + dated])
    return _hash("\0".join(map(str, said)))


def words_of(coded: str) -> int:
    """Return a 64-bit hash of the words of *coded*, without its codes."""
    return _hash(" ".join(inline_codes.plain(inline_codes.normalise(coded)).split()))


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def unit_of(path: Path, row: Sequence[Any]) -> TranslationUnit:
    """Return the values of UNIT, as read from the file *path*, as a unit."""
    source, target, source_language, target_language, maker, state = row[:6]
    document, line, replaced, created, changed, author, tool, place, corrects = row[6:]
    return TranslationUnit(
        source,
        target,
        LanguagePair(source_language, target_language),
        maker,
        state_of(path, state),
        document,
        line,
        replaced,
        created,
        changed,
        author,
        tool,
        Place(*json.loads(place)) if place else None,
        tuple(json.loads(corrects)) if corrects else (),
    )


def state_of(path: Path, name: str) -> State:
    """Return the state that is called *name* in the file *path*."""
    try:
        return _STATES[name]
    except KeyError as exc:
        raise damaged(path, f"a unit's state is {name!r}") from exc
