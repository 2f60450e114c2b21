"""A build, as far as the Amazon engine is concerned, that can kill itself anywhere.

::

    python amazon_driver.py HOME PREFIX BUCKET [KILL_AT]

Every request, and every write of the journal, is a step before it and a step after it.
At step KILL_AT the process ends as if by ``kill -9``. Otherwise the targets are printed
as JSON, with the number of steps.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amazon_clock import QuickClock
from corpus_toys import ES, pairs, units
from engine_calls import translated

from amts_sphinx.engine.amazon import Amazon
from amts_sphinx.engine.amazon.client import Client
from amts_sphinx.engine.amazon.options import AllOptions
from amts_sphinx.engine.aws import journal

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = [
    "The big book reads a new network.",
    'In <x id="1"/>, the model shows the <g id="2">simple error</g>.',
    "7 clouds are small.",
]


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def step(self) -> None:
        """Take one step."""
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return *function* with a step before it and one after."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            # How often it looks at what is going on differs from run to run.
            if any(str(arg).startswith("look at") for arg in args):
                return function(*args, **kwargs)
            self.step()
            result = function(*args, **kwargs)
            self.step()
            return result

        return wrapped


def watch(steps: Steps) -> None:
    """Take steps around every request, and around every write of the journal."""
    Client._persist = steps.around(Client._persist)  # type: ignore[method-assign]  # noqa: SLF001
    Client.call_once = steps.around(Client.call_once)  # type: ignore[method-assign]
    journal._store = steps.around(journal._store)  # noqa: SLF001


def main() -> None:
    """Do what the command line says."""
    home, prefix, bucket, *rest = sys.argv[1:]
    steps = Steps(int(rest[0]) if rest else 0)
    watch(steps)
    options = {
        "region": "us-west-2",
        "bucket": bucket,
        "prefix": prefix,
        "role_arn": "arn:aws:iam::123456789012:role/translate",
    }
    engine = Amazon(AllOptions(options), QuickClock())
    human = units(pairs(ES, 8), ES)
    trained = engine.train(ES, human, Path(home), {})
    targets = translated(trained, TEXTS, ES)
    sys.stdout.write(json.dumps({"targets": targets, "steps": steps.count}))


if __name__ == "__main__":
    main()
