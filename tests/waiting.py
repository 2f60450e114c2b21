"""Waiting for what another process or thread does, however loaded the machine is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Seen = TypeVar("Seen")

#: Seconds after which something hangs: no work of a test takes as long.
PATIENCE: Final = 900


def until(look: Callable[[], Seen | None]) -> Seen:
    """Return the first result of *look* that is neither None nor False."""
    end = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() > end:
            raise TimeoutError(f"nothing happened for {PATIENCE} seconds")
        time.sleep(0.02)
