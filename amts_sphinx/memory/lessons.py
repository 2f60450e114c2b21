"""What people translated, for an engine to learn from: read only when it is needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.memory.statements import MACHINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.memory.memory import Memory


class Lessons:
    """The reviewed and approved units of one direction.

    To know whether they have changed, no unit need be read: they are what the files of
    the book say, in their order.
    """

    def __init__(self, memory: Memory, pair: LanguagePair) -> None:
        self._memory = memory
        self._pair = pair

    def __iter__(self) -> Iterator[TranslationUnit]:
        for unit in self._memory.units(self._pair, makers=[HUMAN]):
            if unit.state in {State.REVIEWED, State.APPROVED}:
                yield unit

    def __len__(self) -> int:
        """Return at most how many there are, in all directions, by whomever."""
        known = self._memory.origins()
        units = sum(each.units for each in known if each.origin.kind != MACHINE)
        return units + self._memory.alone_count()[0]

    @property
    def digest(self) -> str:
        """A hash that changes whenever a unit does; equal files make equal hashes."""
        said = [
            (*each.origin, each.digest)
            for each in self._memory.origins()
            if each.origin.rank is not None and each.origin.kind != MACHINE
        ]
        kept = [each.unit.source for each in self._memory.kept()]
        parts = (*self._pair, *said, self._memory.alone_count(), *kept)
        return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
