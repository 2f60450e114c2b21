"""Faults of our own: the traceback goes into a file, one line says where it is."""

from __future__ import annotations

import errno
import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

#: The file, in the folder of an edition's state.
NAME: Final = "traceback.txt"
#: Not allowed, only to be read, no room.
_OF_THE_SYSTEM: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
)


def describe(exc: BaseException, folder: Path) -> str:
    """Keep the traceback of *exc* in *folder*, and return a line for the user.

    What the system refuses, as a file that may not be written, is no fault of ours.

    :returns: what happened, and the file that holds the traceback; the traceback
        itself where no file can be written
    """
    if isinstance(exc, OSError) and exc.errno in _OF_THE_SYSTEM and exc.filename:
        return f"{exc.filename}: {exc.strerror}"
    lines = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))
    what = "".join(traceback.format_exception_only(type(exc), exc)).strip()
    line = f"an error inside amts_sphinx: {what.splitlines()[-1]}"
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(lines, "utf-8")
    except OSError:
        return f"{line}\n{lines}"
    return f"{line}; please report it with the traceback in {path}"
