"""What every engine promises.

An engine gets values and returns values. It tries again within bounds, raises the
errors of :mod:`amts_sphinx.core.errors`, keeps no translations of its own, and knows
nothing of Sphinx. Nobody sets its attributes, and none that others read changes while
it works. :mod:`amts_sphinx.engine.contract` holds the tests for all of this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import (
    TYPE_CHECKING,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    runtime_checkable,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import (
        LanguagePair,
        Request,
        Translation,
        TranslationUnit,
    )

#: Takes a line about how the work goes, for people to read. No source text in it.
Progress: TypeAlias = Callable[[str], None]


def quiet(line: str) -> None:
    """Take a line of progress and do nothing."""


class Engine(Protocol):
    """Something that translates."""

    @property
    def fingerprint(self) -> str:
        """The engine and every setting that changes its translations, in one line.

        It is part of the memory's key: another fingerprint is another translation. It
        begins with the engine's name, as ``name/version/…``.
        """

    @property
    def pairs(self) -> Collection[LanguagePair] | None:
        """The language pairs that it translates; ``None``: any.

        :raises EngineError: the engine cannot find out
        """

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return one translation per request, in order.

        A target has the codes of its source, each exactly once. A source without words
        is its own target. A translation without a target leaves the text in the source
        language, and it is not asked for again under the same fingerprint; so that is
        no answer to a fault that may pass.

        :param progress: takes a line at a time
        :raises EnginePartialError: it cannot go on, but has translated some
        :raises EngineError: it cannot translate any of them
        """


@runtime_checkable
class Learner(Protocol):
    """An engine that learns from what people translated."""

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str],
    ) -> Engine:
        """Return an engine for one direction that has learnt *units*.

        It may put off the work until it is first asked to translate; its fingerprint
        tells what it was given.

        :param home: a folder where models may be kept
        :param terms: names of the source, as plain text, with what must stand for them
        """


@runtime_checkable
class Sharing(Protocol):
    """An engine whose work other builds of the book use, wherever they are."""

    def isolated(self, name: str) -> Engine:
        """Return the engine for the experiment *name*, which uses only its own."""


@runtime_checkable
class Tunable(Protocol):
    """An engine with settings that a build may change and keep what it has."""

    @property
    def tuning(self) -> str:
        """What changes its translations and is no part of its fingerprint.

        Empty: every such setting is as by default. An experiment keeps apart what
        is translated with each.
        """


@runtime_checkable
class Versatile(Protocol):
    """An engine that does not make all of its translations in the same way."""

    def makers(self, source: str) -> Sequence[str]:
        """Return whose stored translations of *source* will do, the best first.

        The maker of each :class:`Translation` is one of them.
        """


class Bill(NamedTuple):
    """What a request would cost, in the engine's own measure."""

    #: As the service counts it.
    amount: int
    dollars: float
    #: What is charged, for people to read: the mode and the date of its price.
    tariff: str
    #: What *amount* counts.
    unit: Literal["characters", "tokens"] = "characters"


@runtime_checkable
class Paid(Protocol):
    """An engine that costs money."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return what translating *requests* would cost; nothing is sent."""


@runtime_checkable
class Batching(Protocol):
    """An engine that does its work in jobs, and can start on all of them at once."""

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start on all *commissions*, which will be asked for one by one.

        Each is of an engine of this class, and one of them is this engine's own.

        :raises EngineError: the engine cannot translate them
        """


class Commission(NamedTuple):
    """What one engine will be asked for."""

    engine: Engine
    requests: Sequence[Request]
    pair: LanguagePair
    #: Takes lines about how the work goes.
    progress: Progress = quiet


class CreateEngine(Protocol):
    """What an entry point of :data:`amts_sphinx.engine.registry.GROUP` leads to."""

    def __call__(self, options: Mapping[str, object]) -> Engine:
        """Make an engine from its *options*, the value of ``amts_<name>``.

        :raises ConfigError: an option is unknown or has a wrong value
        """
