"""About how many tokens a text has, and what tokens cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Characters of a token, by a rule of thumb for European languages.
_TOKEN: Final = 3.5
#: From here on characters are those of Chinese, Japanese and Korean: a token each.
_WIDE: Final = 0x2E80
#: Tokens that an answer may have for each of its source, and beside that.
_TIMES, _MORE = 4, 200
_MILLION: Final = 1_000_000


def estimate(text: str) -> float:
    """Return about how many tokens a text has."""
    wide = sum(ord(sign) > _WIDE for sign in text)
    return wide + (len(text) - wide) / _TOKEN


def most(source: str) -> int:
    """Return how many tokens the answer to a text may have."""
    return round(_TIMES * estimate(source)) + _MORE


def dollars(
    prices: Mapping[str, str],
    asked: float,
    said: float,
    names: tuple[str, str] = ("input", "output"),
) -> float:
    """Return what tokens cost, in and out.

    :param prices: dollars for a million tokens
    :param names: what the prices are called
    """
    into, out = (float(prices.get(name, "0")) for name in names)
    return (asked * into + said * out) / _MILLION
