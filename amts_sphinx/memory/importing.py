"""Learn files of translation units, again whenever they change."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from amts_sphinx import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from amts_sphinx.memory.memory import Memory

#: How many of the texts that a file's reader left out are told of one by one.
SHOWN: Final = 5


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
            left_out = LeftOut(tell)
            units = formats.read(path, on_skip=left_out)
            count = memory.learn(units, file=(key, digest))
            left_out.end(path)
            tell(f"memory: learnt {count} units from {path}")


class LeftOut:
    """Tells of the first texts that are left out, and counts all."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.count = 0

    def __call__(self, text: str) -> None:
        """Note one text, with the reason."""
        self.count += 1
        if self.count <= SHOWN:
            self._tell(text)

    def end(self, path: Path) -> None:
        """Tell how many there were in the file *path*, if not all were told of."""
        if self.count > SHOWN:
            self._tell(
                f"{path}: {self.count} texts were left out, of which these are the"
                f" first {SHOWN}"
            )


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
