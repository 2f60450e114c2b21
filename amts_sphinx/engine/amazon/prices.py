"""What a request costs, by a dated table of prices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.engine.amazon import markup, realtime
from amts_sphinx.engine.protocol import Bill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Dollars for a million characters, as other projects quoted Amazon's page of prices
#: on this day. They change, and differ by contract: ``amts_amazon.prices`` overrules.
DATE: Final = "2026-11-20"
PRICES: Final = {"realtime": 15.0, "batch": 15.0, "parallel": 60.0}
_MILLION: Final = 1_000_000


class Prices(NamedTuple):
    """Dollars for a million characters."""

    realtime: float
    batch: float
    #: Of a batch job with parallel data.
    parallel: float
    date: str


def prices(own: Mapping[str, str]) -> Prices:
    """Return the prices, *own* ones before ours.

    :raises ConfigError: there is no such price, or it is no number
    """
    found = dict(PRICES)
    for name, value in own.items():
        if name == "date":
            continue
        if name not in PRICES:
            allowed = ", ".join(("date", *PRICES))
            raise ConfigError(f"amts_amazon.prices has {name!r}; allowed are {allowed}")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = -1.0
        if not (0 <= found[name] < math.inf):
            raise ConfigError(
                f"amts_amazon.prices[{name!r}] must be dollars, not {value!r}"
            )
    return Prices(**found, date=own.get("date", DATE))


def characters(texts: Sequence[str], mode: str = "batch") -> int:
    """Return the characters of coded *texts* as the service counts them.

    It counts what it translates, blanks too, and also what it is told to keep. Whether
    it counts markup is not said: for documents of jobs we take it that it does not, as
    it translates "only the text in the HTML element"; for real time, that it does.
    """
    if mode == "realtime":
        return sum(len(realtime.request_of(text)) for text in texts)
    return sum(_characters(text) for text in texts)


def _characters(text: str) -> int:
    kept = sum(
        len(markup.name(piece.id))
        for piece in inline_codes.tokens(text)
        if piece.type == "empty"
    )
    return len(inline_codes.plain(text)) + kept


def bill(texts: Sequence[str], mode: str, table: Prices) -> Bill:
    """Return what *texts* cost.

    :param mode: ``realtime``, ``batch`` or ``parallel``
    """
    price: float = getattr(table, mode)
    count = characters(texts, mode)
    names = {
        "realtime": "real time",
        "batch": "batch",
        "parallel": "with parallel data",
    }
    tariff = f"{names[mode]}, ${price:g} a million characters, as of {table.date}"
    return Bill(count, count * price / _MILLION, tariff)
