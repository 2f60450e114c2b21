"""Faults of programs: the traceback goes into a file, one line says where it is."""

from __future__ import annotations

import errno
import sys
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

    What the system refuses, as a file that may not be written, is no such fault.

    :returns: what happened, and the file that holds the traceback; the traceback
        itself where no file can be written
    """
    if isinstance(exc, OSError) and exc.errno in _OF_THE_SYSTEM and exc.filename:
        return f"{exc.filename}: {exc.strerror}"
    lines = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))
    what = "".join(traceback.format_exception_only(type(exc), exc)).strip()
    line = f"an error inside {_place(exc)}: {what.splitlines()[-1]}"
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(lines, "utf-8")
    except OSError:
        return f"{line}\n{lines}"
    return f"{line}; please report it with the traceback in {path}"


def _place(exc: BaseException) -> str:
    """Return the package that raised *exc*, or the file if that is in none.

    Extensions run in the process of an edition too, and ``conf.py`` may be one.
    """
    found = "amts_sphinx"
    for frame, _ in traceback.walk_tb(exc.__traceback__):
        name = str(frame.f_globals.get("__name__", "builtins")).partition(".")[0]
        if name == "builtins":
            found = frame.f_code.co_filename
        elif name not in sys.stdlib_module_names:
            found = name
    return found
