"""What tests of the Amazon engine have in common: a book, and how to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amazon_clock import QuickClock
from corpus_toys import ES, pairs, units

from amts_sphinx.engine.amazon import Amazon, prices
from amts_sphinx.engine.amazon.options import AllOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.endpoint import Served
    from amts_sphinx.engine.amazon.engine import AmazonEngine
    from amts_sphinx.engine.aws.clock import Clock

BUCKET: Final = "books"
ROLE: Final = "arn:aws:iam::123456789012:role/translate"
#: What batch mode needs.
BATCH: Final[Mapping[str, object]] = {
    "bucket": BUCKET,
    "role_arn": ROLE,
    "region": "us-west-2",
}
#: Sentences that no parallel data holds.
TEXTS: Final = [
    "The big book reads a new network.",
    'In <x id="1"/>, the model shows the <g id="2">simple error</g>.',
    "7 clouds are small.",
    "R&amp;D is a &lt;new&gt; thing.",
]
#: What they cost, as the endpoint counts.
CHARACTERS: Final = prices.characters(TEXTS)


def engine_for(
    pair: LanguagePair = ES,
    *,
    home: Path,
    prefix: str,
    learnt: int = 8,
    terms: Mapping[str, str] | None = None,
    scope: str = "",
    clock: Clock | None = None,
    **options: object,
) -> AmazonEngine:
    """Return an engine that has learnt some pairs, and waits by a quick clock."""
    named = {**BATCH, "prefix": prefix, **options}
    # There are no toys but these; to the service another language is no different.
    known = pair if pair.target in {"es", "zh"} else ES
    human = units(pairs(known, learnt), pair) if learnt else []
    engine = Amazon(AllOptions(named), clock or QuickClock(), scope)
    return engine.train(pair, human, home, terms or {})


class Used:
    """What was asked of the service since this was made."""

    def __init__(self, endpoint: Served) -> None:
        self._endpoint = endpoint
        self._before = endpoint.usage()

    def __call__(self, operation: str, *, asked: bool = False) -> int:
        """Return the requests for an operation: all *asked*, or those not refused."""
        counts = [
            usage["operations"].get(operation, {"requests": 0, "refused": 0})
            for usage in (self._before, self._endpoint.usage())
        ]
        before, after = (
            each["requests"] - (0 if asked else each["refused"]) for each in counts
        )
        return int(after - before)

    @property
    def repeated(self) -> int:
        """Characters that were billed twice."""
        now = self._endpoint.usage()["repeated_characters"]
        return int(now - self._before["repeated_characters"])

    @property
    def characters(self) -> int:
        """Characters that were billed."""
        return int(self._endpoint.usage()["characters"] - self._before["characters"])

    @property
    def jobs(self) -> int:
        """Jobs that were started."""
        return len(self._endpoint.usage()["jobs"]) - len(self._before["jobs"])
