"""The folder of a user for what can be had or made again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def caches() -> Path:
    """Return the folder of this package where the system keeps such data.

    :raises RuntimeError: it is not known where the user's files are
    """
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "amts_sphinx"
