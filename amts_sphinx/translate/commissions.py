"""What the editions of one build, or the systems of one evaluation, ask of engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.protocol import Batching, Paid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.engine.protocol import Bill, Commission, Engine


def is_planned(engine: Engine) -> bool:
    """Tell whether *engine* is to know all that it will be asked for in advance."""
    return isinstance(engine, (Paid, Batching))


def bill(commission: Commission) -> Bill | None:
    """Return what a commission would cost; ``None`` if its engine takes no money."""
    if not isinstance(commission.engine, Paid):
        return None
    return commission.engine.bill(commission.requests, commission.pair)


def begin(commissions: Iterable[Commission]) -> list[tuple[Commission, EngineError]]:
    """Have engines start on all that they will be asked for.

    Engines of one class start together, so that they can share their jobs; engines of
    another class, and those that do not work in jobs, are none of their business.

    :returns: the commissions that could not be started, with the reason
    """
    groups: dict[type, tuple[Batching, list[Commission]]] = {}
    for commission in commissions:
        engine = commission.engine
        if commission.requests and isinstance(engine, Batching):
            _, group = groups.setdefault(type(engine), (engine, []))
            group.append(commission)
    failed: list[tuple[Commission, EngineError]] = []
    for first, group in groups.values():
        try:
            first.begin(group)
        except EngineError as exc:
            failed.extend((commission, exc) for commission in group)
    return failed
