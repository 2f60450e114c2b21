"""Make and open a memory's file; never a file that is not a healthy one."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from amts_sphinx.memory import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds to wait for another process's transaction.
BUSY_TIMEOUT: Final = 60.0
#: Bytes of file up to which every page is checked on opening.
CHECKED_SIZE: Final = 256 * 2**20


def create(path: Path) -> None:
    """Put an empty memory at *path*, whole from the start, unless one appears there.

    It is made under another name and then linked: no process ever meets half a file,
    and two that create it at once end up with the same one.
    """
    draft = path.with_name(f".amts-{secrets.token_hex(8)}")
    if schema.has_journal(path) and not path.exists():
        # SQLite would play the journal of the lost file into the new one.
        why = f"it is gone, but its journal {path.name}-wal is there"
        raise schema.damaged(path, why)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with told(path, "created"), closing(sqlite3.connect(draft)) as db:
            # The file remembers this setting.
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(schema.SCHEMA)
        _publish(draft, path)
    except OSError as exc:
        raise schema.unusable(path, "created", exc.strerror or "") from exc
    finally:
        with suppress(OSError):
            draft.unlink()


def _publish(draft: Path, path: Path) -> None:
    """Give *draft* the name *path*, unless another process was first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # No hard links, as on FAT. Two first builds at once may then lose one's units.
        draft.replace(path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that exists, for writing if that is possible, and check its pages."""
    pending = schema.has_journal(path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        # Immutable: SQLite needs no shared memory beside the file, which it could not
        # make. What a pending journal holds would be missed, so then it has to try.
        return _open(path, "mode=ro" if pending else "mode=ro&immutable=1")
    if pending:
        # Closing a connection that may write would copy the journal into the file,
        # be it damaged or not. Left by a killed process, or in use by another.
        _open(path, "mode=ro").close()
    return _open(path, "mode=rw")


def _open(path: Path, how: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.as_uri()}?{how}", timeout=BUSY_TIMEOUT, isolation_level=None, uri=True
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
    db.execute("SELECT 1 FROM unit, file, origin LIMIT 0")
    if path.stat().st_size <= CHECKED_SIZE:
        verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise schema.damaged(path, verdict)


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
