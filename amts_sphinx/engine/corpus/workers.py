"""Many texts translated side by side on all cores, where the system can fork.

A forked process shares the model with its parent, so nothing is loaded or sent twice.
Elsewhere, and where a fork would not be safe, the work is done in turn.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.engine.corpus.translation import Said, Translator

#: Texts for which processes are worth their start.
_MANY: Final = 64
#: Texts that a process gets at a time.
_PORTION: Final = 16

#: The model of a worker: set once in each, before it gets its first text.
_translators: list[Translator] = []


def translate(translator: Translator, texts: Sequence[str]) -> list[Said]:
    """Translate *texts*, in order; how many processes do it makes no difference."""
    count = min(_cores(), len(texts) // _PORTION)
    if count > 1 and len(texts) >= _MANY and _can_fork():
        try:
            return spread(translator, texts, count)
        except (OSError, BrokenProcessPool):
            pass  # no memory or no processes left: in turn, then
    return [translator.translate(text) for text in texts]


def _cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Tell whether a copy of this process would work: with one thread, on Linux."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


def spread(translator: Translator, texts: Sequence[str], count: int) -> list[Said]:
    """Translate *texts* in *count* processes."""
    executor = ProcessPoolExecutor(
        count, multiprocessing.get_context("fork"), _begin, (translator,)
    )
    with warnings.catch_warnings(), executor:
        # numpy's threads, which are idle, are all that there are beside this one.
        warnings.simplefilter("ignore", DeprecationWarning)
        return list(executor.map(_work, texts, chunksize=_PORTION))


def _begin(translator: Translator) -> None:
    _translators[:] = [translator]


def _work(text: str) -> Said:
    return _translators[0].translate(text)
