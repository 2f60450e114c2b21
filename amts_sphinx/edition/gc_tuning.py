"""Settings of Python's garbage collector for a book: many objects, which all live.

With its usual settings it takes a quarter of a build's time to look at doctrees again
and again.
"""

from __future__ import annotations

import atexit
import gc
from typing import Final

#: Objects to be made between two looks, and looks at the young between two at the old.
#: In measurements larger ones saved no more time, and cost more room.
_THRESHOLDS: Final = (50_000, 20, 20)
_before: list[tuple[int, int, int]] = []


def pause() -> None:
    """Stop collecting while much is loaded, until :func:`relax`."""
    gc.disable()


def relax() -> None:
    """Leave what lives now alone, and look less often at the rest."""
    if not _before:
        atexit.register(_leave)
    _before.append(gc.get_threshold())
    gc.set_threshold(*_THRESHOLDS)
    gc.freeze()
    gc.enable()


def _leave() -> None:
    """Keep Python from looking for garbage once more while it ends."""
    gc.freeze()
    gc.disable()


def restore() -> None:
    """Undo :func:`relax`, if it was called."""
    if _before:
        gc.unfreeze()
        gc.set_threshold(*_before.pop())
