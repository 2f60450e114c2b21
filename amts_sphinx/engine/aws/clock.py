"""The clock of the engine: everything that waits here waits by it."""

from __future__ import annotations

import random
import time


class Clock:
    """The time of this computer, which no change of the date touches."""

    def now(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        time.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait for *seconds* or a little less.

        No two clients that failed together come back together.
        """
        self.sleep(seconds * random.uniform(0.8, 1.0))


#: The one that is used where no other is given.
SYSTEM = Clock()
