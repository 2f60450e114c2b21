"""A clock for the Amazon engine that does not wait as long as it says."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

from amts_sphinx.engine.aws.clock import Clock

#: Seconds that it does wait, so that others come to their turn.
_TURN: Final = 0.005


class QuickClock(Clock):
    """Time passes when somebody waits, and only then."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = 0.0
        #: All waits, in seconds.
        self.waits: list[float] = []

    def now(self) -> float:
        """Return the seconds that have been waited."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        with self._lock:
            self._now += seconds
            self.waits.append(seconds)
        time.sleep(min(seconds, _TURN))


class StillClock(Clock):
    """Time does not pass: nobody loses patience, however long the others take."""

    def now(self) -> float:
        """Return the same moment, always."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Let the others come to their turn."""
        time.sleep(min(seconds, _TURN))
