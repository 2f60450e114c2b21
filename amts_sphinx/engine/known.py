"""The engine that asks nobody: it publishes what engines have translated before.

For a build that must cost nothing and need no model, such as that of a pull request.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import Translation
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request
    from amts_sphinx.engine.protocol import Progress

NAME: Final = "known"
#: What it makes is for tests of the layout, not for readers.
_PSEUDO: Final = "pseudo"


@dataclass(frozen=True, slots=True)
class _Options:
    """There are none."""


@dataclass(frozen=True, slots=True)
class KnownEngine:
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

    @property
    def pairs(self) -> None:
        """Any."""
        return

    def makers(self, source: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        """Return whose stored translations will do, of any source."""
        return [*self.of_engines, self.fingerprint]

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,  # noqa: ARG002 - the protocol's signature
        progress: Progress,  # noqa: ARG002
    ) -> list[Translation]:
        """Return no target for any of *requests*."""
        return [Translation(None, self.fingerprint)] * len(requests)


def create(options: Mapping[str, object]) -> KnownEngine:
    """Make the engine; it has no options."""
    read_options(_Options, f"amts_{NAME}", options)
    return KnownEngine()
