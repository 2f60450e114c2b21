"""Save what a person decides: lines of the home file, at once, and back again.

Every save writes the file whole, so that a killed process leaves the one before or the
one after. The lines are kept between two saves, since reading a large file takes longer
than a person waits; they are read anew when another program has changed the file.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import HUMAN
from amts_sphinx.memory import home_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.memory.home_file import HomeFile, Line


class SeenNotError(AmtsError):
    """Somebody wrote another text of a source, which this person has not seen."""

    category = "Conflict"

    def __init__(self, others: Sequence[str]) -> None:
        super().__init__("somebody else wrote another text meanwhile")
        #: Coded targets.
        self.others = tuple(others)


class _Step(NamedTuple):
    """What one save did to a home file."""

    removed: tuple[Line, ...]
    added: tuple[Line, ...]


def _signature(path: Path) -> tuple[int, ...]:
    """Return what differs when a file was written anew; nothing if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(slots=True)
class Saver:
    """Writes into one home file, and knows how to take it back."""

    path: Path
    source_language: str
    #: Who decides; empty: nobody is named.
    author: str = ""
    #: The file that is locked while the home file is written; ``None``: none is.
    lock: Path | None = None
    _steps: list[_Step] = field(default_factory=list)
    #: Closes what is open.
    _stack: ExitStack = field(default_factory=ExitStack)
    #: The lines of the file, and what the file was when they were its lines.
    _home: HomeFile | None = None
    _signature: tuple[int, ...] = ()

    def read(self) -> HomeFile:
        """Return the lines of the file as it is now.

        :raises InterchangeError: it cannot be read
        """
        now = _signature(self.path)
        if self._home is None or now != self._signature:
            self.close()
            opening = home_file.changing(self.path, self.source_language)
            self._home = self._stack.enter_context(opening)
            self._signature = now
        return self._home

    @contextmanager
    def _changing(self) -> Iterator[HomeFile]:
        """Give the lines to be changed, and write them; keep none after an error."""
        with ExitStack() as stack:
            if self.lock:
                stack.enter_context(home_file.locked(self.path, self.lock))
            home = self.read()
            try:
                yield home
                home.write()
            except BaseException:
                self.close()
                raise
            self._signature = _signature(self.path)

    def close(self) -> None:
        """Let go of the lines; the file is as the last save left it."""
        self._stack.close()
        self._home = None

    def save(self, units: Sequence[tuple[TranslationUnit, Sequence[str]]]) -> None:
        """Save *units*, all or none.

        :param units: each with its new target, state and remark, and with the targets
            that the person saw of its source: it takes their place
        :raises SeenNotError: the file has another target of a source
        :raises MarkupError: a file cannot hold a unit
        :raises InterchangeError: the file cannot be read or written
        """
        removed: list[Line] = []
        added: list[Line] = []
        now = int(time.time())
        with self._changing() as home:
            for unit, seen in units:
                former = home.at(unit.key, unit.place)
                known = {*seen, unit.target}
                if others := [
                    each.target for each in former if each.target not in known
                ]:
                    raise SeenNotError(others)
                line = replace(
                    unit,
                    maker=HUMAN,
                    author=self.author,
                    changed=max(now, *(each.changed for each in former), 0),
                    corrects=tuple(sorted({*unit.corrects, *seen} - {unit.target})),
                )
                for each in former:
                    home.drop(each)
                home.add(line)
                removed += former
                added += home.at(unit.key, unit.place)
        self._steps.append(_Step(tuple(removed), tuple(added)))

    def undo(self) -> list[tuple[str, str]]:
        """Take the last save back, where the file still has what it wrote.

        :returns: the keys of the sources, each with the name of its place; none, if
            there is nothing to take back
        :raises SeenNotError: somebody changed one of the lines since
        """
        if not self._steps:
            return []
        step = self._steps[-1]
        with self._changing() as home:
            for where in {(each.key, each.place) for each in step.added}:
                mine = {each for each in step.added if (each.key, each.place) == where}
                now = {*home.named(*where)}
                if now != mine:
                    raise SeenNotError([each.target for each in now - mine])
            for each in step.added:
                home.drop(each)
            for each in step.removed:
                home.restore(each)
        self._steps.pop()
        return [(each.key, each.place) for each in step.added]
