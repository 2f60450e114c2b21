"""Who aligns: this process, an executor, or a cluster; and what becomes of failures.

A task holds some documents, and what the work on each of them needs. A document that
fails is told in its place and stops no other.
"""

from __future__ import annotations

import traceback
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Tasks that are handed out before the result of the first is there: enough for many
#: workers, and few enough for the memory of this process.
_AHEAD: Final = 256


class WorkerLostError(Exception):
    """Each worker that had a task ended before the task did."""


class Failure(NamedTuple):
    """Stands in place of the result for a document that failed."""

    #: In a few words.
    reason: str
    #: Where it happened.
    trace: str = ""


class Promise(Protocol):
    """A result that will be there."""

    def result(self) -> Any:
        """Wait for it.

        :raises WorkerLostError: it will never be there
        """


class Carrier(Protocol):
    """Who carries tasks: any executor of :mod:`concurrent.futures` does."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Promise:
        """Begin a task."""


class Task(NamedTuple):
    """Some documents, and what all of them need."""

    documents: Sequence[Any]
    #: Further arguments of the function.
    needs: tuple[Any, ...] = ()


def each(
    function: Callable[[Item], Result], documents: Iterable[Item]
) -> list[Result | Failure]:
    """Return what *function* makes of each document, or how it failed."""
    found: list[Result | Failure] = []
    for document in documents:
        try:
            found.append(function(document))
        except Exception as exc:  # noqa: BLE001 - it must not stop the others
            found.append(
                Failure(f"{type(exc).__name__}: {exc}", traceback.format_exc())
            )
    return found


def carry(
    carrier: Carrier | None,
    function: Callable[[Task], list[Any]],
    tasks: Sequence[Task],
) -> Iterator[list[Any]]:
    """Yield what *function* makes of each task, in order.

    A task of several documents whose workers ended is tried again document by document,
    so that only the one that ends them is lost.

    :param carrier: ``None``: this process
    :param function: returns one result for each document
    """
    if carrier is None:
        yield from map(function, tasks)
        return
    rest = iter(tasks)
    begun: deque[tuple[Task, Promise]] = deque()
    while True:
        for task in islice(rest, _AHEAD - len(begun)):
            begun.append((task, carrier.submit(function, task)))
        if not begun:
            return
        yield _result(carrier, function, *begun.popleft())


def _result(
    carrier: Carrier,
    function: Callable[[Task], list[Any]],
    task: Task,
    promise: Promise,
) -> list[Any]:
    try:
        found = promise.result()
    except WorkerLostError as exc:
        if len(task.documents) == 1:
            return [Failure(str(exc))]
    else:
        return list(found)
    single = [task._replace(documents=[document]) for document in task.documents]
    promises = [carrier.submit(function, each) for each in single]
    results: list[Any] = []
    for part, its_promise in zip(single, promises, strict=True):
        results += _result(carrier, function, part, its_promise)
    return results
