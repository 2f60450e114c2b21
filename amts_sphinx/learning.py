"""Learn files of translation units, again whenever they change."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from amts_sphinx import interchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from amts_sphinx.memory import Memory


def learn_files(
    memory: Memory, paths: Iterable[Path], tell: Callable[[str], None]
) -> None:
    """Have *memory* learn those of the files *paths* that are new or have changed.

    :param tell: takes a line on each file that was learnt, and on what was left out
    :raises InterchangeError: a file is missing or cannot be read
    """
    for path in paths:
        key, digest = key_of(memory, path), _digest(path)
        if not memory.is_learnt(key, digest):
            units = interchange.read(path, on_skip=tell)
            count = memory.learn(units, file=(key, digest))
            tell(f"memory: learnt {count} units from {path}")


def key_of(memory: Memory, path: Path) -> str:
    """Return the name that *memory* knows a file by.

    It is relative, so that the memory and its files can move together.
    """
    return os.path.relpath(path.resolve(), memory.path.parent)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; of nothing, when it is not there to be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
