"""Amazon Translate: batch jobs with parallel data, and translation in real time.

Rooms, from the bottom: :mod:`options`, :mod:`limits` and :mod:`faults`; :mod:`client`
(the way to AWS) and :mod:`wire` (text as HTML); :mod:`journal`; :mod:`plans` and
:mod:`results`; :mod:`paralleldata`, :mod:`terms`, :mod:`jobs`, :mod:`realtime` and
:mod:`cost`; :mod:`batch`, which brings a book through its jobs; and :mod:`trained`, the
engine for one direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.amazon.engine import VERSION, AmazonEngine
from amts_sphinx.engine.amazon.options import AllOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit


class Amazon:
    """The engine before it knows its direction: it can only be trained."""

    def __init__(self, options: AllOptions) -> None:
        self._options = options

    @property
    def fingerprint(self) -> str:
        """The version alone."""
        return f"amazon/{VERSION}"

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str],
    ) -> AmazonEngine:
        """Return the engine for one direction; nothing is sent.

        :param home: where the journal of jobs is kept, in the folder ``amazon``
        """
        options = self._options.of(pair.target)
        return AmazonEngine(options, pair, list(units), home, terms)

    def translate(self, sources: Sequence[str], pair: LanguagePair) -> list[str | None]:
        """Refuse: parallel data and the journal need a home."""
        raise EngineUnavailableError(
            f"{len(sources)} texts ({pair}) for an engine that was not trained"
        )


def create(options: Mapping[str, object]) -> Amazon:
    """Make the engine from the value of ``amts_amazon``.

    :raises ConfigError: an option is unknown or has a wrong value
    """
    return Amazon(AllOptions(options))
