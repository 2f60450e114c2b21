"""What a build would cost, and whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.errors import CostLimitError
from amts_sphinx.engine.protocol import Paid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.config.values import Limit
    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.protocol import Bill, Commission


def bill(commission: Commission) -> Bill | None:
    """Return what a commission would cost; ``None`` if its engine takes no money."""
    if not isinstance(commission.engine, Paid):
        return None
    return commission.engine.bill(commission.sources, commission.pair)


def check(
    bills: Sequence[tuple[LanguagePair, Bill]],
    limit: Limit | None,
    name: str = "amts_cost_limit",
) -> None:
    """Refuse what costs more than *limit* together.

    :param name: what the user calls the limit
    :raises CostLimitError: they do; the text says by how much
    """
    if limit is None:
        return
    characters = sum(each.characters for _, each in bills)
    dollars = sum(each.dollars for _, each in bills)
    if bills and (dollars if limit.dollars else characters) > limit.amount:
        languages = ", ".join(dict.fromkeys(pair.target for pair, _ in bills))
        raise CostLimitError(
            f"translating into {languages} would cost ${dollars:,.2f} for"
            f" {characters:,} characters ({bills[0][1].tariff}), which is more than"
            f" {name} ({limit}); nothing was sent"
        )
