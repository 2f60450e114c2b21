"""Whether what engines will be asked for costs more than is allowed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import CostLimitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.config.values import Limit
    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.protocol import Bill


def check(
    bills: Sequence[tuple[LanguagePair, Bill]],
    limit: Limit | None,
    name: str = "amts_cost_limit",
) -> None:
    """Refuse what costs more than *limit* together.

    A limit in characters or tokens says nothing about an engine that counts the other:
    that is refused too.

    :param name: what the user calls the limit
    :raises CostLimitError: they do; the text says by how much
    """
    if limit is None or not bills:
        return
    amounts = totals(bill for _, bill in bills)
    dollars = sum(bill.dollars for _, bill in bills)
    asked = f"translating into {', '.join(dict.fromkeys(p.target for p, _ in bills))}"
    if limit.unit == "dollars":
        total = dollars
    else:
        total = amounts.pop(limit.unit, 0)
        if any(amounts.values()):
            raise CostLimitError(
                f"{asked} is counted in {' and '.join(amounts)}, of which {name}"
                f' ({limit}) says nothing; set it in dollars, as "$20"; nothing was'
                " sent"
            )
        amounts[limit.unit] = int(total)
    if total > limit.amount:
        tariffs = "; ".join(dict.fromkeys(bill.tariff for _, bill in bills))
        raise CostLimitError(
            f"{asked} would cost ${dollars:,.2f} for {shown(amounts)} ({tariffs}),"
            f" which is more than {name} ({limit}); nothing was sent"
        )


@dataclass
class Budget:
    """What the editions of one build may still cost, after what is commissioned."""

    limit: Limit | None = None
    #: What is commissioned, and what has come to it since.
    spent: list[Bill] = field(default_factory=list)

    def take(self, bill: Bill) -> bool:
        """Spend *bill*, if the limit allows that; tell whether it does."""
        if self.limit is not None:
            bills = [*self.spent, bill]
            unit = self.limit.unit
            total: float = totals(bills).get(unit, 0)
            if unit == "dollars":
                total = sum(each.dollars for each in bills)
            # Of a bill in another unit the limit says nothing.
            if total > self.limit.amount or bill.unit != unit != "dollars":
                return False
        self.spent.append(bill)
        return True


def totals(bills: Iterable[Bill]) -> dict[str, int]:
    """Return how much is charged in all, by unit."""
    amounts: Counter[str] = Counter()
    for bill in bills:
        amounts[bill.unit] += bill.amount
    return dict(amounts)


def shown(amounts: Mapping[str, int]) -> str:
    """Return amounts by unit for people to read, as ``1,000 characters``."""
    return " and ".join(f"{amount:,} {unit}" for unit, amount in amounts.items())
