"""A Sphinx extension that ends a build as ``kill -9`` does, at a given step.

The steps are those of ``amazon_driver``, and the memory's. AMTS_KILL_AT is the number
of the step, AMTS_STEPS a file that takes how many there were.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent.parent))

import amazon_driver


def setup(_: Sphinx) -> None:
    """Take steps from now on."""
    steps = amazon_driver.Steps(int(os.environ.get("AMTS_KILL_AT", "0")))
    amazon_driver.watch(steps)
    Memory.learn = steps.around(Memory.learn)  # type: ignore[method-assign]

    close = Memory.close

    def note(memory: Memory) -> None:
        Path(os.environ["AMTS_STEPS"]).write_text(str(steps.count), "utf-8")
        close(memory)

    # The last that a build does with what it has translated; editions have no memory.
    Memory.close = note  # type: ignore[assignment, method-assign]
