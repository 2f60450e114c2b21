"""Engines asked for bare coded texts, as most tests want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.units import LanguagePair, Request
from amts_sphinx.engine.protocol import Commission, quiet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.engine.protocol import Engine, Progress


def requests(sources: Iterable[str]) -> list[Request]:
    """Return a request for each coded text, without neighbours."""
    return [Request(source) for source in sources]


def translated(
    engine: Engine,
    sources: Iterable[str],
    pair: LanguagePair,
    progress: Progress = quiet,
) -> list[str | None]:
    """Return the coded targets of coded texts."""
    made = engine.translate(requests(sources), pair, progress)
    return [translation.target for translation in made]


def makers(
    engine: Engine, sources: Iterable[str], pair: LanguagePair
) -> dict[str, str]:
    """Return who translated each coded text."""
    made = engine.translate(requests(sources), pair, quiet)
    return {s: each.maker for s, each in zip(sources, made, strict=True)}


def commission(
    engine: Engine,
    sources: Iterable[str],
    pair: LanguagePair,
    progress: Progress = quiet,
) -> Commission:
    """Return a commission for coded texts."""
    return Commission(engine, requests(sources), pair, progress)
