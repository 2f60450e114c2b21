"""The engine that translates nothing: for when the memory must suffice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amts_sphinx.core.units import Translation
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request
    from amts_sphinx.engine.protocol import Progress


@dataclass(frozen=True, slots=True)
class NoEngine:
    """Leaves to the source language whatever the memory does not know."""

    @property
    def fingerprint(self) -> str:
        """The name: it has no settings, and no unit is ever stored under it."""
        return "none"

    @property
    def pairs(self) -> None:
        """Any."""
        return

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,  # noqa: ARG002 - the protocol's signature
        progress: Progress,  # noqa: ARG002
    ) -> list[Translation]:
        """Return no target for any of *requests*."""
        return [Translation(None, self.fingerprint)] * len(requests)


def create(options: Mapping[str, object]) -> NoEngine:
    """Make the engine; it has no options."""
    return read_options(NoEngine, "amts_none", options)
