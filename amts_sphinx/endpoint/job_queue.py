"""What goes on behind the replies: imports, one at a time, and jobs, ten at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

#: Jobs that run at a time; the others wait in the order they came.
JOBS: Final = 10


class Work:
    """Threads, and the time that passes in them."""

    def __init__(self, delay: float) -> None:
        """Let each step take *delay* seconds at least."""
        self._delay = delay
        #: Set when the endpoint goes down.
        self.closing = Event()
        self.imports = ThreadPoolExecutor(1, "import")
        self.jobs = ThreadPoolExecutor(JOBS, "job")
        self.soon = ThreadPoolExecutor(1, "soon")

    def pause(self, event: Event | None = None, seconds: float | None = None) -> bool:
        """Let time pass, until *event* or the end of the endpoint.

        :param seconds: how long; by default the delay of a step
        :returns: whether it was the event, or the end, that came
        """
        return (event or self.closing).wait(self._delay if seconds is None else seconds)

    def close(self) -> None:
        """End what can be ended, and wait for the rest."""
        self.closing.set()
        for executor in (self.imports, self.jobs, self.soon):
            executor.shutdown(wait=True, cancel_futures=True)
