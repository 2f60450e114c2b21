"""The cost limit: what costs exactly as much as is allowed may be asked for."""

from __future__ import annotations

from typing import Final

import pytest

from amts_sphinx.config.values import Limit
from amts_sphinx.core.errors import CostLimitError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.protocol import Bill
from amts_sphinx.translate import cost_limit

ES: Final = LanguagePair("en", "es")
ZH: Final = LanguagePair("en", "zh")
#: 5 characters for 75 cents, and 7 for 50; both sums are exact.
BILLS: Final = [(ES, Bill(5, 0.75, "batch")), (ZH, Bill(7, 0.5, "real time"))]


@pytest.mark.parametrize(
    "limit",
    [
        None,
        Limit(12, "characters"),
        Limit(13, "characters"),
        Limit(1.25, "dollars"),
        Limit(2, "dollars"),
    ],
)
def test_as_much_as_the_limit_is_allowed(limit: Limit | None) -> None:
    cost_limit.check(BILLS, limit)


@pytest.mark.parametrize(
    "limit", [Limit(11, "characters"), Limit(1.24, "dollars"), Limit(0, "characters")]
)
def test_more_than_the_limit_is_refused(limit: Limit) -> None:
    with pytest.raises(CostLimitError) as caught:
        cost_limit.check(BILLS, limit, "--limit")
    assert str(caught.value) == (
        "translating into es, zh would cost $1.25 for 12 characters (batch; real time),"
        f" which is more than --limit ({limit}); nothing was sent"
    )


def test_nothing_to_ask_for_costs_nothing() -> None:
    cost_limit.check([], Limit(0, "dollars"))
    cost_limit.check([(ES, Bill(0, 0.0, "batch"))], Limit(0, "dollars"))
    cost_limit.check([(ES, Bill(0, 0.0, "batch"))], Limit(0, "tokens"))


def test_a_limit_counts_what_it_names() -> None:
    both = [*BILLS, (ES, Bill(100, 2.0, "model", "tokens"))]
    with pytest.raises(CostLimitError, match="counted in tokens, of which amts_cost"):
        cost_limit.check(both, Limit(10_000, "characters"))
    with pytest.raises(CostLimitError, match="counted in characters, of which"):
        cost_limit.check(both, Limit(10_000, "tokens"))
    cost_limit.check(both, Limit(3.25, "dollars"))
    with pytest.raises(CostLimitError, match="for 12 characters and 100 tokens"):
        cost_limit.check(both, Limit(3.24, "dollars"))


def test_a_language_and_a_tariff_are_named_once() -> None:
    with pytest.raises(CostLimitError, match=r"into es would cost \$1\.50 .*\(batch\)"):
        cost_limit.check(BILLS[:1] * 2, Limit(9, "characters"))
