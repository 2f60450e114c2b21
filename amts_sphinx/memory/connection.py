"""Make and open a memory's file; never a file that is not a healthy one."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import atomic
from amts_sphinx.memory import migration, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds to wait for another process's transaction.
BUSY_TIMEOUT: Final = 60.0
#: Bytes of file up to which every page is checked on opening.
CHECKED_SIZE: Final = 256 * 2**20
#: What people's texts are worth is between them and the book's owner.
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


def create(path: Path) -> None:
    """Put an empty memory at *path*, whole from the start, unless one appears there.

    No process ever meets half a file, and two that create it at once end up with the
    same one. Only its owner can read it, and the folder if that is made too.
    """
    if schema.has_journal(path) and not path.exists():
        # SQLite would play the journal of the lost file into the new one.
        why = f"it is gone, but its journal {path.name}-wal is there"
        raise schema.damaged(path, why)
    try:
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder, "memory")
            with told(path, "created"), closing(sqlite3.connect(draft)) as db:
                # The file remembers this setting.
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(schema.SCHEMA)
            content = draft.read_bytes()
        atomic.place(path, content, _FILE_MODE)
    except OSError as exc:
        raise schema.unusable(path, "created", exc.strerror or "") from exc


def connect(path: Path, version: int) -> sqlite3.Connection:
    """Open a file that exists, for writing if that is possible, and check its pages.

    :param version: of its tables; they are brought to the present version
    """
    pending = schema.has_journal(path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        # Immutable: SQLite needs no shared memory beside the file, which it could not
        # make. What a pending journal holds would be missed, so then it has to try.
        db = _open(path, "mode=ro" if pending else "mode=ro&immutable=1")
        return _in_memory(db) if version < schema.SCHEMA_VERSION else db
    if pending:
        # Closing a connection that may write would copy the journal into the file,
        # be it damaged or not. Left by a killed process, or in use by another.
        _open(path, "mode=ro").close()
    db = _open(path, "mode=rw")
    if version < schema.SCHEMA_VERSION:
        _migrate(db)
    return db


def uri_of(path: PurePath) -> str:
    """Return the address of a file as SQLite takes it.

    It knows no hosts: for a file on another machine, ``file://host/share`` is wrong.
    """
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else f"file://{uri[5:]}"


def _open(path: Path, how: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{uri_of(path)}?{how}", timeout=BUSY_TIMEOUT, isolation_level=None, uri=True
    )
    try:
        # With NORMAL, a loss of power may undo transactions that were committed.
        db.execute("PRAGMA synchronous = FULL")
        _check_pages(path, db)
    except BaseException:
        db.close()
        raise
    return db


def _check_pages(path: Path, db: sqlite3.Connection) -> None:
    db.execute("SELECT 1 FROM unit, origin LIMIT 0")
    if path.stat().st_size <= CHECKED_SIZE:
        verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise schema.damaged(path, verdict)


def _migrate(db: sqlite3.Connection) -> None:
    """Bring the tables to the present version, unless another process was first."""
    try:
        db.execute("BEGIN IMMEDIATE")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version < schema.SCHEMA_VERSION:
            migration.migrate(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.close()
        raise


def _in_memory(db: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy of a memory of an earlier version that cannot be written."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    with closing(db):
        db.backup(copy)
    _migrate(copy)
    copy.execute("PRAGMA query_only = ON")
    return copy


@contextmanager
def told(path: Path, done: str) -> Iterator[None]:
    """Turn SQLite's errors into ours, which name the file and what to do."""
    try:
        yield
    except sqlite3.Error as exc:
        text = str(exc)
        # SQLITE_CORRUPT and SQLITE_NOTADB have no class of their own.
        plain = type(exc) is sqlite3.DatabaseError
        if plain or "no such" in text or "decode" in text:
            raise schema.damaged(path, text) from exc
        raise schema.unusable(path, done, text) from exc
