"""What a build would cost, and whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.engine import Paid
from amts_sphinx.errors import CostLimitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.confvals import Limit
    from amts_sphinx.engine import Bill, Order


def bill(order: Order) -> Bill | None:
    """Return what an order would cost; ``None`` if its engine takes no money."""
    if not isinstance(order.engine, Paid):
        return None
    return order.engine.bill(order.sources, order.pair)


def check(orders: Sequence[Order], limit: Limit | None) -> None:
    """Refuse *orders* that cost more than *limit* together.

    :raises CostLimitError: they do; the text says by how much
    """
    bills = [found for order in orders if (found := bill(order))]
    if limit is None or not bills:
        return
    characters = sum(each.characters for each in bills)
    dollars = sum(each.dollars for each in bills)
    if (dollars if limit.dollars else characters) > limit.amount:
        languages = ", ".join(order.pair.target for order in orders)
        msg = (
            f"translating into {languages} would cost ${dollars:,.2f} for"
            f" {characters:,} characters ({bills[0].tariff}), which is more than"
            f" amts_cost_limit ({limit}); nothing was sent"
        )
        raise CostLimitError(msg)
