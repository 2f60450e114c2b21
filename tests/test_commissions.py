"""What engines are asked for in advance: who begins together, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from engine_calls import commission, requests

from amts_sphinx.config.values import Limit, cost_limit
from amts_sphinx.core.errors import ConfigError, CostLimitError, EngineUnavailableError
from amts_sphinx.core.units import LanguagePair, Translation
from amts_sphinx.engine.none import NoEngine
from amts_sphinx.engine.protocol import Bill, Commission
from amts_sphinx.translate import commissions
from amts_sphinx.translate import cost_limit as cost_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import Request
    from amts_sphinx.engine.protocol import Progress

ES = LanguagePair("en", "es")
ZH = LanguagePair("en", "zh")


@dataclass
class Jobs:
    """An engine that works in jobs, and costs nothing."""

    fingerprint: str = "jobs/1"
    pairs: None = None
    begun: list[Sequence[Commission]] = field(default_factory=list)

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Translate nothing."""
        progress(str(pair))
        return [Translation(None, self.fingerprint) for _ in requests]

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Note what is begun."""
        self.begun.append(commissions)


class OtherJobs(Jobs):
    """Another engine that works in jobs, and has no line to its service."""

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Fail."""
        super().begin(commissions)
        raise EngineUnavailableError("no line")


@dataclass(frozen=True)
class Priced(NoEngine):
    """An engine that costs money, and does not work in jobs."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return a price."""
        return Bill(3 * len(requests), 1.0, f"a tariff into {pair.target}", "tokens")


def test_engines_of_one_class_begin_together_and_others_apart() -> None:
    first, second, other = Jobs(), Jobs(), OtherJobs()
    asked = [
        commission(first, ["One."], ES),
        commission(other, ["One."], ES),
        commission(second, ["One.", "Two."], ZH),
        commission(Priced(), ["One."], ZH),
        commission(NoEngine(), ["One."], ZH),
        commission(Jobs(), [], ZH),
    ]
    failed = commissions.begin(asked)
    assert first.begun == [[asked[0], asked[2]]]
    assert second.begun == []
    assert other.begun == [[asked[1]]]
    assert [(each, str(why)) for each, why in failed] == [(asked[1], "no line")]
    assert commissions.begin([]) == []


@pytest.mark.parametrize(
    ("engine", "planned"), [(Jobs(), True), (Priced(), True), (NoEngine(), False)]
)
def test_who_is_told_in_advance(engine: NoEngine, *, planned: bool) -> None:
    assert commissions.is_planned(engine) is planned


def test_who_takes_money_says_how_much() -> None:
    assert commissions.bill(commission(NoEngine(), ["One."], ES)) is None
    assert commissions.bill(Commission(Priced(), requests(["One."]), ES)) == Bill(
        3, 1.0, "a tariff into es", "tokens"
    )


# Limits.


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("$20", Limit(20, "dollars"), "$20.00"),
        ("500,000", Limit(500_000, "characters"), "500,000 characters"),
        (500_000, Limit(500_000, "characters"), "500,000 characters"),
        ("500000 characters", Limit(500_000, "characters"), "500,000 characters"),
        (" 1e6 tokens ", Limit(1e6, "tokens"), "1,000,000 tokens"),
        (0, Limit(0, "characters"), "0 characters"),
    ],
)
def test_a_limit_is_read(text: object, limit: Limit, shown: str) -> None:
    found = cost_limit("amts_cost_limit", text)
    assert found == limit
    assert str(found) == shown


@pytest.mark.parametrize(
    "text", ["much", "$x", "-1", "5 words", "$5 tokens", "tokens", "nan", "inf", True]
)
def test_what_is_no_limit_is_refused(text: object) -> None:
    with pytest.raises(ConfigError, match=r'as "500000 tokens", not'):
        cost_limit("amts_cost_limit", text)


def test_no_limit_and_no_price_are_fine() -> None:
    assert cost_limit("amts_cost_limit", "") is None
    cost_limits.check([(ES, Bill(10**9, 1e9, "t"))], None)
    cost_limits.check([], Limit(0, "dollars"))


TOKENS = Bill(900, 1.5, "tokens at noon", "tokens")
CHARACTERS = Bill(1000, 2.5, "batch")


@pytest.mark.parametrize(
    ("bills", "limit", "message"),
    [
        ([CHARACTERS, CHARACTERS], Limit(2000, "characters"), ""),
        (
            [CHARACTERS, CHARACTERS],
            Limit(1999, "characters"),
            (
                "translating into es, zh would cost $5.00 for 2,000 characters"
                " (batch), which is more than amts_cost_limit (1,999 characters);"
                " nothing was sent"
            ),
        ),
        ([TOKENS], Limit(900, "tokens"), ""),
        (
            [TOKENS],
            Limit(899, "tokens"),
            (
                "translating into es would cost $1.50 for 900 tokens (tokens at noon),"
                " which is more than amts_cost_limit (899 tokens); nothing was sent"
            ),
        ),
        ([CHARACTERS, TOKENS], Limit(4, "dollars"), ""),
        (
            [CHARACTERS, TOKENS],
            Limit(3.99, "dollars"),
            (
                "translating into es, zh would cost $4.00 for 1,000 characters and 900"
                " tokens (batch; tokens at noon), which is more than amts_cost_limit"
                " ($3.99); nothing was sent"
            ),
        ),
        (
            [CHARACTERS, TOKENS],
            Limit(10**9, "characters"),
            (
                "translating into es, zh is counted in tokens, of which amts_cost_limit"
                ' (1,000,000,000 characters) says nothing; set it in dollars, as "$20";'
                " nothing was sent"
            ),
        ),
        ([CHARACTERS, TOKENS._replace(amount=0)], Limit(1000, "characters"), ""),
    ],
)
def test_what_is_too_much_is_refused(
    bills: list[Bill], limit: Limit, message: str
) -> None:
    priced = list(zip((ES, ZH), bills, strict=False))
    if not message:
        cost_limits.check(priced, limit)
        return
    with pytest.raises(CostLimitError) as refusal:
        cost_limits.check(priced, limit)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("limit", "bills", "allowed"),
    [
        (None, [CHARACTERS, TOKENS], [True, True]),
        (Limit(2000, "characters"), [CHARACTERS] * 3, [True, True, False]),
        (Limit(6, "dollars"), [CHARACTERS, CHARACTERS, TOKENS], [True, True, False]),
        (Limit(10**6, "characters"), [TOKENS, CHARACTERS], [False, True]),
    ],
)
def test_a_budget_is_never_overspent(
    limit: Limit | None, bills: list[Bill], allowed: list[bool]
) -> None:
    budget = cost_limits.Budget(limit)
    assert [budget.take(bill) for bill in bills] == allowed
    spent = [bill for bill, taken in zip(bills, allowed, strict=True) if taken]
    assert budget.spent == spent
