"""What a build found out, kept for the next one under all that it was made from.

What has changed is not found there, and is made again; what a build did not ask for is
not kept for the next one. A file that is missing, damaged, or made with other versions
is as good as an empty one: nothing is lost with it but time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from amts_sphinx._version import __version__
from amts_sphinx.core.atomic import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

T = TypeVar("T")

#: Raised when something that is kept is made otherwise.
_FORMAT: Final = 1
#: The names of files of Python.
CODE: Final = re.compile(r".*\.py")


class Remembered(Generic[T]):
    """Values by what they are made from; none of them is ``None``."""

    def __init__(self, former: Mapping[Hashable, T] | None = None) -> None:
        self._former: Mapping[Hashable, T] = former or {}
        #: What was asked for.
        self.present: dict[Hashable, T] = {}

    @property
    def has_changed(self) -> bool:
        """Whether other things were asked for than before."""
        return self.present.keys() != self._former.keys()

    def get(self, made_from: Hashable, make: Callable[[], T]) -> T:
        """Return the value that is made from *made_from*; *make* makes it."""
        found = self.present.get(made_from)
        if found is None:
            found = self._former.get(made_from)
            if found is None:
                found = make()
            self.present[made_from] = found
        return found


def save(path: Path, value: object, *made_with: object) -> None:
    """Keep *value* at *path*.

    :param made_with: what makes it another one, as values that are equal when unpickled
    :raises InterchangeError: it cannot be written
    """
    with replacing(path) as stream:
        for each in (_stamp(made_with), value):
            pickle.dump(each, stream, pickle.HIGHEST_PROTOCOL)


def load(path: Path, *made_with: object) -> Any:
    """Return what :func:`save` kept at *path*; ``None`` if it is made with others."""
    try:
        with path.open("rb") as file:
            # It is read first: what follows may need classes that are gone.
            return pickle.load(file) if pickle.load(file) == _stamp(made_with) else None
    except Exception:  # noqa: BLE001 - unpickling can raise whatever the classes raise
        return None


def _stamp(made_with: tuple[object, ...]) -> tuple[object, ...]:
    return (_FORMAT, __version__, _build(), sys.version, *made_with)


@cache
def _build() -> str:
    """Return what tells two states of one version in development apart."""
    if "dev" not in __version__:
        return ""
    seen = stamps([Path(__file__).parent.parent], CODE)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def stamps(
    folders: Iterable[Path], names: re.Pattern[str]
) -> tuple[tuple[str, int, int], ...]:
    """Return the files in *folders* and below, each with its size and age, sorted.

    What is made of files is kept with them: of a changed file it is made again.

    :param names: what all of a file's name must match
    """
    paths = {
        f"{place}/{name}"
        for folder in folders
        for place, _, files in os.walk(folder)
        for name in files
        if names.fullmatch(name)
    }
    return tuple(stamp for path in sorted(paths) for stamp in _of_file(path))


def _of_file(path: str) -> Iterator[tuple[str, int, int]]:
    """Yield the stamp of a file, if it is one: editors leave links to nothing."""
    try:
        stat = Path(path).stat()
    except OSError:
        return
    yield path, stat.st_size, stat.st_mtime_ns
