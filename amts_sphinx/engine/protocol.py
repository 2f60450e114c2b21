"""What every engine promises.

An engine retries within bounds, raises the errors of
:mod:`amts_sphinx.core.errors`, keeps no memory of its own and knows nothing of Sphinx.
"""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    NamedTuple,
    Protocol,
    runtime_checkable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit


class Engine(Protocol):
    """Something that translates."""

    @property
    def fingerprint(self) -> str:
        """The engine and every setting that changes what it says.

        It is part of the memory's key: another fingerprint is another translation.
        """

    def translate(self, sources: Sequence[str], pair: LanguagePair) -> list[str | None]:
        """Translate coded *sources*: one coded target per source, in order.

        ``None`` stands where the engine has no translation: that segment stays in the
        source language, and is not asked for again under the same fingerprint. So it is
        no answer to a fault that may pass. A target has the codes of its source, each
        exactly once.

        :raises EngineError: the engine cannot translate any of them
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
class Versatile(Protocol):
    """An engine that does not make all of its translations in the same way."""

    def makers(self, source: str) -> Sequence[str]:
        """Return whose translations of *source* will do, the best first.

        The first is the maker of what :meth:`Engine.translate` says, if
        :attr:`otherwise` does not name another.
        """

    @property
    def otherwise(self) -> Mapping[str, str]:
        """The sources that were translated in another way, with their makers."""


class Bill(NamedTuple):
    """What a request would cost."""

    #: As the service counts them.
    characters: int
    dollars: float
    #: What is charged, for people to read: the mode and the date of its price.
    tariff: str


@runtime_checkable
class Paid(Protocol):
    """An engine that costs money, or time: it is told first what will be asked for."""

    #: Is told, line by line, how the work goes.
    tell: Callable[[str], None]

    def bill(self, sources: Sequence[str], pair: LanguagePair) -> Bill:
        """Return what translating *sources* would cost; nothing is sent."""

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start on all *commissions* of a build, which will be asked for one by one.

        Among them are this engine's own, and those of engines like it.

        :raises EngineError: the engine cannot translate them
        """


class Commission(NamedTuple):
    """What one engine will be asked for."""

    engine: Engine
    sources: Sequence[str]
    pair: LanguagePair


class CreateEngine(Protocol):
    """What an entry point of :data:`GROUP` leads to."""

    def __call__(self, options: Mapping[str, object]) -> Engine:
        """Make an engine from its *options*, the value of ``amts_<name>``.

        :raises ConfigError: an option is unknown or has a wrong value
        """


def makes_drafts(engine: Engine) -> bool:
    """Tell whether what *engine* says must be read by a person before it is believed.

    An engine says so by an attribute ``drafts`` that is true.
    """
    return bool(getattr(engine, "drafts", False))
