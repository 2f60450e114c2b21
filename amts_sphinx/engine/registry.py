"""Which engines there are, and how one is made by its name.

Other packages add engines through the
entry-point group ``amts_sphinx.engines``; they cannot take the name of a built-in one.
"""

from __future__ import annotations

import difflib
import sys
import warnings
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import (
    TYPE_CHECKING,
    Final,
    cast,
)

from amts_sphinx.core.errors import ConfigError, EngineUnavailableError
from amts_sphinx.engine import legacy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from amts_sphinx.engine.protocol import CreateEngine, Engine

#: The group of entry points whose values are a :class:`CreateEngine`.
GROUP: Final = "amts_sphinx.engines"

#: They work without package metadata too, as from a source tree.
_BUILT_IN: Final = {
    "amazon": "amts_sphinx.engine.amazon:create",
    "apertium": "amts_sphinx.engine.apertium:create",
    "bedrock": "amts_sphinx.engine.bedrock:create",
    "corpus": "amts_sphinx.engine.corpus:create",
    "ctranslate2": "amts_sphinx.engine.ctranslate2:create",
    "firefox": "amts_sphinx.engine.firefox:create",
    "known": "amts_sphinx.engine.known:create",
    "llm": "amts_sphinx.engine.llm:create",
    "none": "amts_sphinx.engine.none:create",
    "pseudo": "amts_sphinx.engine.pseudo:create",
}
#: Options of ours that are paths, relative to ``conf.py``.
PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "ctranslate2": ("models",),
    "firefox": ("models",),
}
#: The extra of the package that an engine needs.
_EXTRAS: Final = {"amazon": "amazon", "bedrock": "amazon", "firefox": "firefox"}


def engine_names() -> list[str]:
    """Return the names that ``amts_engine`` may have, sorted.

    :raises ConfigError: two packages claim the same name
    """
    return sorted(_engines())


def create_engine(name: str, options: Mapping[str, object]) -> Engine:
    """Make the engine *name* with its *options*.

    :raises ConfigError: no engine has this name, or an option is wrong
    :raises EngineUnavailableError: the engine cannot be imported, or is none
    """
    known = _engines()
    if name not in known:
        msg = f"amts_engine must be one of {tuple(sorted(known))}, not {name!r}"
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
        raise ConfigError(f"{msg}; did you mean {near[0]!r}?" if near else msg)
    entry = known[name]
    return _conforming(_load(entry)(options), entry)


def _engines() -> dict[str, EntryPoint]:
    """Return the built-in engines and those of other packages, by name."""
    known = {name: EntryPoint(name, value, GROUP) for name, value in _BUILT_IN.items()}
    for found in _offered(entry_points, tuple(sys.path)):
        claimed = known.setdefault(found.name, found)
        # Our own metadata may list the built-in engines: the same thing twice is none.
        if claimed.value != found.value:
            who = "amts_sphinx itself" if found.name in _BUILT_IN else claimed.value
            raise ConfigError(
                f"{_origin(found)} offers an engine {found.name!r}, but {who} does so "
                f"already; uninstall one of them"
            )
    return known


@lru_cache(8)
def _offered(
    find: Callable[..., Iterable[EntryPoint]],
    _path: tuple[str, ...],
) -> tuple[EntryPoint, ...]:
    """Return the engines that installed packages offer.

    To ask each package takes some 10 ms, and a build asks several times.
    """
    return tuple(find(group=GROUP))


def _load(entry: EntryPoint) -> CreateEngine:
    """Import what *entry* names."""
    try:
        return cast("CreateEngine", entry.load())
    except (ImportError, AttributeError) as exc:
        msg = f"the engine {entry.name!r} of {_origin(entry)} cannot be imported: {exc}"
        if entry.value == _BUILT_IN.get(entry.name) and entry.name in _EXTRAS:
            msg += f"; pip install './amts_sphinx[{_EXTRAS[entry.name]}]'"
        raise EngineUnavailableError(msg) from exc


def _conforming(engine: Engine, entry: EntryPoint) -> Engine:
    """Return *engine* if it keeps the protocol; adapted, if it keeps that of 0.1.

    :raises EngineUnavailableError: it keeps neither
    """
    who = f"the engine {entry.name!r} of {_origin(entry)}"
    if legacy.is_legacy(engine):
        warnings.warn(f"{who} {legacy.ADVICE}", FutureWarning, stacklevel=3)
        return legacy.adapt(engine)
    faults = [
        f"has no {name!r}"
        for name in ("fingerprint", "pairs", "translate")
        if not legacy.has(engine, name)
    ]
    if not faults and not legacy.takes(engine.translate, 3):
        faults = ["does not translate(requests, pair, progress)"]
    if faults:
        raise EngineUnavailableError(
            f"{who} is none: it {' and '.join(faults)}; see docs/engines.md"
        )
    return engine


def _origin(entry: EntryPoint) -> str:
    """Say where *entry* comes from."""
    package = f"{entry.dist.name} " if entry.dist else ""
    return f"{package}({entry.value})"
