"""Write a file so that it appears when it is whole; until then there is the former.

Where the system can, the new content has no name until then, so that a killed process
leaves nothing behind. Elsewhere it has a name with the number of the process, and the
next writer in the same folder removes what dead processes left.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_IS_WINDOWS: Final = os.name == "nt"
#: Seconds between tries to replace a file that is in use.
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
#: A draft's name, with the number of the process that writes it.
_DRAFT: Final = re.compile(r"\.amts-(\d+)-[0-9a-f]{16}")


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to be written that takes the place of *path* in the end.

    :raises InterchangeError: it cannot be written
    """
    target = Path(path).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _draft(target, _mode_of(target)) as (stream, name):
            yield stream
            _finish(stream, name)
            move(name, target)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be written: {exc.strerror}") from exc


def keep(path: Path, content: bytes) -> None:
    """Have *path* hold *content*; a file that does so already is left alone.

    :raises InterchangeError: it cannot be written
    """
    with suppress(OSError):
        if path.read_bytes() == content:
            return
    with replacing(path) as stream:
        stream.write(content)


def place(path: Path, content: bytes, mode: int) -> bool:
    """Put a new file at *path*, whole; leave a file that is there alone.

    :param mode: its permissions
    :returns: whether there was none
    :raises OSError: it cannot be written
    """
    with _draft(path, mode) as (stream, name):
        stream.write(content)
        _finish(stream, name)
        try:
            os.link(name, path)
        except FileExistsError:
            return False
        except OSError:
            # No hard links, as on FAT: two at once may then lose one's content.
            move(name, path)
    return True


def _finish(stream: BinaryIO, name: Path) -> None:
    """Have what was written on the disk under *name*, and close it.

    On Windows an open file can be neither renamed nor linked.
    """
    stream.flush()
    os.fsync(stream.fileno())
    _give_name(stream, name)
    stream.close()


def move(name: Path, target: Path) -> None:
    """Give a file that is closed its name, in place of the one that has it.

    On Windows that fails while somebody reads the former file, as a virus scanner does
    for a moment.
    """
    for pause in _PAUSES:
        try:
            name.replace(target)
        except PermissionError:
            if not _IS_WINDOWS:
                raise
            time.sleep(pause)
        else:
            return
    name.replace(target)


@contextmanager
def _draft(target: Path, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a new file, and say which name in the folder of *target* is free for it."""
    folder = target.parent
    _sweep(folder)
    name = folder / f".amts-{os.getpid()}-{secrets.token_hex(8)}"
    try:
        with os.fdopen(_unnamed(folder, name, mode), "wb") as stream:
            yield stream, name
    finally:
        with suppress(OSError):
            name.unlink()


def _unnamed(folder: Path, name: Path, mode: int) -> int:
    """Open a file that has no name yet, or has *name* where that cannot be."""
    flag = getattr(os, "O_TMPFILE", 0)
    if flag and Path("/proc/self/fd").is_dir():
        with suppress(OSError):
            return os.open(folder, flag | os.O_RDWR, mode)
    return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)


def _give_name(stream: BinaryIO, name: Path) -> None:
    """Give the content of *stream* its *name*, if it has none."""
    if not name.exists():
        number = stream.fileno()
        # With a descriptor of a folder the link is followed; the path is absolute.
        os.link(f"/proc/self/fd/{number}", name, src_dir_fd=number)


def _mode_of(target: Path) -> int:
    """Return the permissions of the file that is there, else those of any new file."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        return 0o666


def _sweep(folder: Path) -> None:
    """Remove the drafts of processes that were killed."""
    with suppress(OSError):
        for path in folder.glob(".amts-*"):
            draft = _DRAFT.fullmatch(path.name)
            if draft and not _is_alive(int(draft[1])):
                path.unlink(missing_ok=True)


def _is_alive(number: int) -> bool:
    if _IS_WINDOWS:
        return True  # there is no harmless way to ask: the draft stays
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
