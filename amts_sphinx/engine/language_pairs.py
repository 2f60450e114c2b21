"""Whether an engine translates between two languages, and what it can do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from amts_sphinx.core.errors import LanguagePairError

if TYPE_CHECKING:
    from collections.abc import Collection

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.protocol import Engine


@runtime_checkable
class Advising(Protocol):
    """Language pairs that know how to become more."""

    def advice(self, pair: LanguagePair) -> str:
        """Return the command that gets what *pair* lacks."""


#: Pairs that an error names.
_SHOWN: Final = 8


def check(engine: Engine, pair: LanguagePair) -> None:
    """Refuse a language pair that *engine* does not translate.

    :raises LanguagePairError: it does not; the text names the nearest that it does
    :raises EngineError: the engine cannot find out
    """
    pairs = engine.pairs
    if pairs is None or pair in pairs:
        return
    name = engine.fingerprint.partition("/")[0]
    advice = f"; get it: {pairs.advice(pair)}" if isinstance(pairs, Advising) else ""
    raise LanguagePairError(
        f"the engine {name!r} has no {pair}; {listed(pairs, pair)}{advice}"
    )


def listed(pairs: Collection[LanguagePair], wanted: LanguagePair) -> str:
    """Say which *pairs* there are, those nearest to *wanted* first."""
    near = sorted(pairs, key=lambda pair: (_distance(pair, wanted), pair))
    if not near:
        return "it has no language pair at all"
    more = f" and {len(near) - _SHOWN} more" if len(near) > _SHOWN else ""
    return f"it has {', '.join(map(str, near[:_SHOWN]))}{more}"


def _distance(pair: LanguagePair, wanted: LanguagePair) -> int:
    """Return 0 for equal pairs; 1 for each other script or region, 2 for a language."""
    distance = 0
    for tag, other in zip(pair, wanted, strict=True):
        if tag != other:
            distance += 1 if tag.split("-")[0] == other.split("-")[0] else 2
    return distance
