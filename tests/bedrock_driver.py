"""A build, as far as the engine bedrock is concerned, that can kill itself anywhere.

::

    python bedrock_driver.py HOME PREFIX [KILL_AT]

As ``amazon_driver`` does it, with batch inference: the targets are printed as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from amazon_clock import QuickClock
from amazon_driver import Steps
from bedrock_server import BUCKET, MODEL, REGION, ROLE
from corpus_toys import ES, pairs, units
from engine_calls import translated

from amts_sphinx.engine.aws import journal
from amts_sphinx.engine.aws.client import Client
from amts_sphinx.engine.bedrock.batch_engine import BatchEngine
from amts_sphinx.engine.bedrock.engine import ConverseChat
from amts_sphinx.engine.bedrock.options import BedrockOptions
from amts_sphinx.engine.options import read_options

#: What batch mode needs.
BATCH: Final = {
    "model": MODEL,
    "mode": "batch",
    "region": REGION,
    "bucket": BUCKET,
    "role_arn": ROLE,
    "requests": 1,
    "patience": 60,
}
TEXTS: Final = [
    *(f"The house number {n} is red." for n in range(110)),
    *(f'The <g id="1">house</g> of <x id="2"/> has {n} books.' for n in range(10)),
]


def engine_of(home: Path, **options: Any) -> BatchEngine:
    """Return an engine that has learnt some pairs, and waits by a quick clock."""
    chosen = read_options(BedrockOptions, "amts_bedrock", {**BATCH, **options})
    engine = BatchEngine(ConverseChat(chosen), chosen, QuickClock())
    return engine.train(ES, units(pairs(ES, 8), ES), home, {"red": "rojo"})


def main() -> None:
    """Do what the command line says."""
    home, prefix, *rest = sys.argv[1:]
    steps = Steps(int(rest[0]) if rest else 0)
    Client._persist = steps.around(Client._persist)  # type: ignore[method-assign]  # noqa: SLF001
    Client.call_once = steps.around(Client.call_once)  # type: ignore[method-assign]
    journal._store = steps.around(journal._store)  # noqa: SLF001
    targets = translated(engine_of(Path(home), prefix=prefix), TEXTS, ES)
    sys.stdout.write(json.dumps({"targets": targets, "steps": steps.count}))


if __name__ == "__main__":
    main()
