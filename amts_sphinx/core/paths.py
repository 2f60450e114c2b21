"""Names of files that are the same on every system."""

from __future__ import annotations

import os
from pathlib import Path


def relative(path: str | Path, folder: str | Path) -> str:
    """Return *path* as seen from *folder*, with ``/`` between names.

    On Windows there is no way from one drive to another: then it stays absolute.
    """
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return Path(path).absolute().as_posix()
