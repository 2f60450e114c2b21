"""Amazon Translate: batch jobs with parallel data, and translation in real time.

Modules, from the bottom: :mod:`options` and :mod:`limits`; :mod:`markup`, text as HTML;
:mod:`jobs` and :mod:`client`, the way to the service; :mod:`realtime`, :mod:`prices`
and :mod:`job_plan`; :mod:`leftovers`, :mod:`parallel_data` and :mod:`terminology`;
:mod:`batch`, which brings a book through its jobs; and :mod:`engine`, the engine for
one direction. What all jobs at AWS have in common is :mod:`amts_sphinx.engine.aws`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.amazon.engine import VERSION, AmazonEngine
from amts_sphinx.engine.amazon.languages import supported_pairs
from amts_sphinx.engine.amazon.options import AllOptions
from amts_sphinx.engine.aws.clock import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import (
        LanguagePair,
        Request,
        Translation,
        TranslationUnit,
    )
    from amts_sphinx.engine.aws.clock import Clock
    from amts_sphinx.engine.protocol import Progress


class Amazon:
    """The engine before it knows its direction: it can only be trained."""

    def __init__(
        self, options: AllOptions, clock: Clock = SYSTEM, scope: str = ""
    ) -> None:
        self._options = options
        self._clock = clock
        self._scope = scope

    @property
    def fingerprint(self) -> str:
        """The version alone."""
        return f"amazon/{VERSION}"

    @property
    def pairs(self) -> frozenset[LanguagePair]:
        """Those of the service's languages."""
        return supported_pairs()

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
        return AmazonEngine(
            options,
            pair,
            list(units),
            home,
            terms,
            clock=self._clock,
            scope=self._scope,
        )

    def isolated(self, name: str) -> Amazon:
        """Return the engine for an experiment, which shares jobs with nobody else."""
        return Amazon(self._options, self._clock, name)

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,  # noqa: ARG002 - the protocol's signature
    ) -> list[Translation]:
        """Refuse: parallel data and the journal need a home."""
        raise EngineUnavailableError(
            f"{len(requests)} texts ({pair}) for an engine that was not trained"
        )


def create(options: Mapping[str, object]) -> Amazon:
    """Make the engine from the value of ``amts_amazon``.

    :raises ConfigError: an option is unknown or has a wrong value
    """
    return Amazon(AllOptions(options))
