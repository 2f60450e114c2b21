"""What the last report found out about each text, for the next one.

Whatever is kept is kept under all that it was made from: a text whose target, near
match or settings have changed is not found here, and is looked at again. See
:mod:`amts_sphinx.core.kept`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import kept
from amts_sphinx.core.kept import Remembered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from amts_sphinx.align.coverage import Coverage
    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.memory.fuzzy_kept import KeptMatches

#: What the checks, near matches and texts of a report are made with.
_MAKERS: Final = ("babel", "numpy", "py3langid", "rapidfuzz")


@dataclass(slots=True)
class Kept:
    """What one edition's report keeps; :func:`load` reads it."""

    #: A hash of what all texts are checked with.
    context: str = ""
    #: The faults of a text: id of the check, and message.
    faults: Remembered[tuple[tuple[str, str], ...]] = field(default_factory=Remembered)
    #: What the report shows of a text.
    shown: Remembered[Any] = field(default_factory=Remembered)
    #: The near matches; see :meth:`matches`.
    near: KeptMatches | None = None
    #: What people's units taught, with a hash of them.
    judge: tuple[str, Coverage | None] | None = None

    def matches(self) -> KeptMatches:
        """Return the near matches of the last time."""
        from amts_sphinx.memory.fuzzy_kept import KeptMatches  # it loads numpy

        if self.near is None:
            self.near = KeptMatches()
        return self.near

    def of_context(self, context: str) -> None:
        """Say what all texts are checked with; faults of another context are gone."""
        if self.context != context:
            self.context, self.faults = context, Remembered()

    def save(self, path: Path) -> None:
        """Keep all that was asked for.

        :raises InterchangeError: it cannot be written
        """
        faults, shown = self.faults.present, self.shown.present
        state = (self.context, faults, shown, self.near, self.judge)
        kept.save(path, state, *_versions())


class Judge:
    """Tells how many words of two texts are known, as people's units teach it.

    It learns when it is first asked, unless it has learnt from the same before. It is
    for :attr:`amts_sphinx.checks.Context.coverage`.
    """

    def __init__(
        self, lessons: Sequence[TranslationUnit], pair: LanguagePair, known: Kept
    ) -> None:
        self._lessons = lessons
        self._pair = pair
        self._known = known
        made_from = [(unit.source, unit.target) for unit in lessons if unit.by_human]
        #: A hash of all that it learns from.
        self.digest: Final = hashlib.sha256(repr(made_from).encode()).hexdigest()

    def __call__(self, source: str, target: str) -> float:
        """Return the share of words that have a counterpart, 0–1; -1: unknown."""
        judge = self._known.judge
        if judge is None or judge[0] != self.digest:
            judge = self._known.judge = self.digest, self._learnt()
        return judge[1](source, target) if judge[1] else -1.0

    def _learnt(self) -> Coverage | None:
        if not any(unit.by_human for unit in self._lessons):
            return None
        from amts_sphinx.align import coverage  # it takes time to load

        return coverage.judge(self._lessons, self._pair)


def load(path: Path) -> Kept:
    """Return what the last report kept at *path*."""
    state = kept.load(path, *_versions())
    if state is None:
        return Kept()
    context, faults, shown, near, judge = state
    return Kept(context, Remembered(faults), Remembered(shown), near, judge)


def _versions() -> list[str]:
    """Return the versions of all that may make a report another one."""
    return [*map(_version, _MAKERS)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
