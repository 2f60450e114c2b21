"""The engine that asks nobody: it publishes what engines have translated before.

For a build that must cost nothing and need no model, such as that of a pull request.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.engine.none import NoEngine
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAME: Final = "known"
#: What it makes is for tests of the layout, not for readers.
_PSEUDO: Final = "pseudo"


@dataclass(frozen=True, slots=True)
class KnownEngine(NoEngine):
    """Leaves to the source language what neither people nor engines have translated."""

    #: The fingerprints of the engines whose work is published, the best first.
    of_engines: tuple[str, ...] = field(default=())

    def after(self, makers: Iterable[str]) -> KnownEngine:
        """Return an engine that publishes what *makers* made.

        :param makers: fingerprints, the best first
        """
        real = [maker for maker in makers if maker.partition("/")[0] != _PSEUDO]
        return replace(self, of_engines=tuple(real))

    @property
    def fingerprint(self) -> str:
        """The name: no unit is ever stored under it."""
        return NAME

    def makers(self, source: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        """Return whose stored translations will do, of any source."""
        return [*self.of_engines, self.fingerprint]


def create(options: Mapping[str, object]) -> KnownEngine:
    """Make the engine; it has no options."""
    read_options(NoEngine, f"amts_{NAME}", options)
    return KnownEngine()
