"""One thing after the other: what several threads ask for is done on one.

The memory and the home file belong to the thread that opened them, and what two windows
save must not mix.
"""

from __future__ import annotations

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
#: Seconds after which a waiting thread looks whether the person has ended the program.
_PAUSE: Final = 0.5


class Turns:
    """A queue of jobs, and the thread that does them."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = (
            SimpleQueue()
        )

    def ask(self, job: Callable[[], _T]) -> _T:
        """Have *job* done on the other thread, and return or raise what it does."""
        future: Future[_T] = Future()
        self._jobs.put((job, future))
        return future.result()

    def leave(self) -> None:
        """Have :meth:`work` return after the jobs that were asked for before."""
        self._jobs.put(None)

    def work(self) -> None:
        """Do jobs on this thread until somebody calls :meth:`leave`."""
        while True:
            try:
                asked = self._jobs.get(timeout=_PAUSE)
            except Empty:
                continue
            if asked is None:
                return
            job, future = asked
            try:
                future.set_result(job())
            except Exception as exc:  # noqa: BLE001 - it is raised where it was asked for
                future.set_exception(exc)
