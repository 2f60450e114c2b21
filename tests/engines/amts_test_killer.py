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


def setup(app: Sphinx) -> None:
    """Take steps from now on."""
    steps = amazon_driver.Steps(int(os.environ.get("AMTS_KILL_AT", "0")))
    amazon_driver.watch(steps)
    Memory.learn = steps.around(Memory.learn)  # type: ignore[method-assign]

    def note(app: Sphinx, _: object) -> None:
        if not app.config.amts_edition_plan:  # an edition's process takes no step
            Path(os.environ["AMTS_STEPS"]).write_text(str(steps.count), "utf-8")

    app.connect("build-finished", note)
