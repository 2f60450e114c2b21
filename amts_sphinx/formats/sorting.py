"""Put more units in order than memory should hold: sorted runs on disk, then merged."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from contextlib import ExitStack
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.units import TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

_VALUES: Final = attrgetter(*(field.name for field in fields(TranslationUnit)))
#: Units that are held at a time, about 1 kB each.
_RUN: Final = 20_000


def in_order(
    units: Iterable[TranslationUnit],
    key: Callable[[TranslationUnit], Any],
    *,
    run: int = _RUN,
) -> Iterator[TranslationUnit]:
    """Yield *units* sorted by *key*; equal ones keep their order.

    All are taken before the first is yielded. Few are sorted in memory, many in
    temporary files, which are removed in the end.

    :param run: how many are held at a time
    """
    rest = iter(units)
    with ExitStack() as stack:
        runs: list[Iterator[TranslationUnit]] = []
        while batch := sorted(islice(rest, run), key=key):
            if len(batch) < run:
                runs.append(iter(batch))
                break
            file = stack.enter_context(tempfile.TemporaryFile())
            for unit in batch:
                # Quicker than a dataclass, which is taken apart field by field.
                pickle.dump(_VALUES(unit), file, pickle.HIGHEST_PROTOCOL)
            file.seek(0)
            runs.append(_unpickled(file))
        yield from runs[0] if len(runs) == 1 else heapq.merge(*runs, key=key)


def _unpickled(file: BinaryIO) -> Iterator[TranslationUnit]:
    while True:
        try:
            yield TranslationUnit(*pickle.load(file))
        except EOFError:
            return
