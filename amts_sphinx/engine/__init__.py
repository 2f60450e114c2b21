"""The engines: what every one of them promises, and how one is found by its name.

An engine retries within bounds, raises the errors of :mod:`amts_sphinx.errors`, keeps
no memory of its own and knows nothing of Sphinx. Other packages add engines through the
entry-point group ``amts_sphinx.engines``; they cannot take the name of a built-in one.
"""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import (
    TYPE_CHECKING,
    Final,
    NamedTuple,
    Protocol,
    cast,
    runtime_checkable,
)

from amts_sphinx.errors import ConfigError, EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.units import LanguagePair, TranslationUnit

#: The group of entry points whose values are a :class:`CreateEngine`.
GROUP: Final = "amts_sphinx.engines"

#: They work without package metadata too, as from a source tree.
_BUILT_IN: Final = {
    "amazon": "amts_sphinx.engine.amazon:create",
    "apertium": "amts_sphinx.engine.apertium:create",
    "corpus": "amts_sphinx.engine.corpus:create",
    "none": "amts_sphinx.engine.none:create",
    "pseudo": "amts_sphinx.engine.pseudo:create",
}
#: The extra of the package that an engine needs.
_EXTRAS: Final = {"amazon": "amazon"}


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


def engine_names() -> list[str]:
    """Return the names that ``amts_engine`` may have, sorted.

    :raises ConfigError: two packages claim the same name
    """
    return sorted(_engines())


def create_engine(name: str, options: Mapping[str, object]) -> Engine:
    """Make the engine *name* with its *options*.

    :raises ConfigError: no engine has this name, or an option is wrong
    :raises EngineUnavailableError: the engine cannot be imported
    """
    known = _engines()
    if name not in known:
        msg = f"amts_engine must be one of {tuple(sorted(known))}, not {name!r}"
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
        raise ConfigError(f"{msg}; did you mean {near[0]!r}?" if near else msg)
    return _load(known[name])(options)


def makes_drafts(engine: Engine) -> bool:
    """Tell whether what *engine* says must be read by a person before it is believed.

    An engine says so by an attribute ``drafts`` that is true.
    """
    return bool(getattr(engine, "drafts", False))


def _engines() -> dict[str, EntryPoint]:
    """Return the built-in engines and those of other packages, by name."""
    known = {name: EntryPoint(name, value, GROUP) for name, value in _BUILT_IN.items()}
    for found in entry_points(group=GROUP):
        claimed = known.setdefault(found.name, found)
        # Our own metadata may list the built-in engines: the same thing twice is none.
        if claimed.value != found.value:
            who = "amts_sphinx itself" if found.name in _BUILT_IN else claimed.value
            msg = (
                f"{_origin(found)} offers an engine {found.name!r}, but {who} does so "
                f"already; uninstall one of them"
            )
            raise ConfigError(msg)
    return known


def _load(entry: EntryPoint) -> CreateEngine:
    """Import what *entry* names."""
    try:
        return cast("CreateEngine", entry.load())
    except (ImportError, AttributeError) as exc:
        msg = f"the engine {entry.name!r} of {_origin(entry)} cannot be imported: {exc}"
        if entry.value == _BUILT_IN.get(entry.name) and entry.name in _EXTRAS:
            msg += f"; pip install 'amts_sphinx[{_EXTRAS[entry.name]}]'"
        raise EngineUnavailableError(msg) from exc


def _origin(entry: EntryPoint) -> str:
    """Say where *entry* comes from."""
    package = f"{entry.dist.name} " if entry.dist else ""
    return f"{package}({entry.value})"
