"""Work in other processes, where the system can fork.

A forked process shares what its parent has: a model is neither loaded nor sent again.
Elsewhere, and where a fork would not be safe, the work is done in turn.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Final, TypeVar

from amts_sphinx.engine.processors import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

#: The function of a worker: set once in each, before it gets its first item.
_functions: list[Callable[[Any], Any]] = []
_NONE_LEFT: Final = (OSError, BrokenProcessPool)


def can_fork() -> bool:
    """Tell whether a copy of this process would work: with one thread, on Linux."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


def each(
    function: Callable[[Item], Result], items: Sequence[Item], portion: int = 1
) -> list[Result]:
    """Return what *function* makes of each of *items*, in order.

    How many processes do it makes no difference.

    :param portion: items that a process gets at a time
    """
    count = min(cores(), -(-len(items) // portion))
    if count > 1 and can_fork():
        try:
            return spread(function, items, portion, count)
        except _NONE_LEFT:
            pass  # no memory or no processes: in turn, then
    return [function(item) for item in items]


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    portion: int,
    count: int,
) -> list[Result]:
    """Have *count* processes do the work."""
    executor = ProcessPoolExecutor(
        count, multiprocessing.get_context("fork"), _begin, (function,)
    )
    with warnings.catch_warnings(), executor:
        # numpy's threads, which are idle, are all that there are beside this one.
        warnings.simplefilter("ignore", DeprecationWarning)
        return list(executor.map(_work, items, chunksize=portion))


def _begin(function: Callable[[Any], Any]) -> None:
    _functions[:] = [function]


def _work(item: Any) -> Any:
    return _functions[0](item)
