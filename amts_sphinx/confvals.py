"""How a configuration value is described and parsed: each says what it allows."""

from __future__ import annotations

import dataclasses
import difflib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amts_sphinx.engine import engine_names
from amts_sphinx.errors import ConfigError, LanguageError
from amts_sphinx.languages import Language, find_language

if TYPE_CHECKING:
    from collections.abc import Callable


def value(
    default: object,
    parse: Callable[[str, Any], Any],
    text: str,
    *,
    allowed: str,
    rebuild: str = "",
) -> Any:
    """Describe one configuration value.

    :param parse: takes the value's name and what ``conf.py`` says, and returns the
        field; raises ConfigError
    :param text: what the value does, for the documentation
    :param allowed: what it may be, for the documentation
    :param rebuild: ``env`` when the book must be read again after a change
    """
    return dataclasses.field(
        metadata={
            "default": default,
            "parse": parse,
            "text": text,
            "allowed": allowed,
            "rebuild": rebuild,
        }
    )


def flag(name: str, value: object) -> bool:
    """Return a truth value; the command line gives it as a word."""
    if value in (True, "1", "true", "True"):
        return True
    if value in (False, "0", "false", "False"):
        return False
    msg = f"{name} must be True or False, not {value!r}"
    raise ConfigError(msg)


def one_of(*allowed: str) -> Callable[[str, object], str]:
    """Return a parser that takes only one of the *allowed* words."""

    def parse(name: str, value: object) -> str:
        if value in allowed:
            return str(value)
        msg = f"{name} must be one of {allowed}, not {value!r}"
        near = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0.5)
        raise ConfigError(f"{msg}; did you mean {near[0]!r}?" if near else msg)

    return parse


def text(name: str, value: object) -> str:
    """Return a text that is not empty."""
    if isinstance(value, (str, Path)) and str(value):
        return str(value)
    msg = f"{name} must be a non-empty string, not {value!r}"
    raise ConfigError(msg)


def texts(name: str, value: object) -> tuple[str, ...]:
    """Return texts; the command line gives them in one, with commas."""
    items = value
    if isinstance(value, str):
        items = [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(items, (list, tuple, set, frozenset)):
        return tuple(text(f"each item of {name}", item) for item in items)
    msg = f"{name} must be a list of strings, not {value!r}"
    raise ConfigError(msg)


def language(name: str, value: object) -> Language:
    """Return the language that a tag names."""
    try:
        return find_language(text(name, value))
    except LanguageError as exc:
        msg = f"{name}: {exc}"
        raise LanguageError(msg) from None


def maybe_language(name: str, value: object) -> Language | None:
    """Return a language, or nothing."""
    return None if value in (None, "") else language(name, value)


def languages(name: str, value: object) -> tuple[Language, ...]:
    """Return languages, each named once."""
    found = tuple(language(name, tag) for tag in texts(name, value))
    if len(set(found)) < len(found):
        msg = f"{name} names a language twice: {value!r}"
        raise ConfigError(msg)
    return found


class Limit(NamedTuple):
    """The most that a build may spend."""

    amount: float
    #: Whether it is dollars, not characters.
    dollars: bool

    def __str__(self) -> str:
        if self.dollars:
            return f"${self.amount:,.2f}"
        return f"{self.amount:,.0f} characters"


def cost_limit(name: str, value: object) -> Limit | None:
    """Return a limit, or nothing."""
    if value in (None, ""):
        return None
    said = str(value).strip()
    dollars = said.startswith("$")
    try:
        amount = float(said.removeprefix("$").replace(",", ""))
    except ValueError:
        amount = -1.0
    if isinstance(value, bool) or not math.isfinite(amount) or amount < 0:
        msg = (
            f'{name} must be characters, as 500000, or dollars, as "$20", not {value!r}'
        )
        raise ConfigError(msg)
    return Limit(amount, dollars)


def builder_name(name: str, value: object) -> str:
    """Return the name of a builder that is not one of ours."""
    builder = text(name, value)
    if builder == "amts" or builder.startswith("amts-"):
        msg = f"{name} must be the builder that writes an edition, not {builder!r}"
        raise ConfigError(msg)
    return builder


def engine_name(name: str, value: object) -> str:
    """Return the name of an engine that is installed."""
    return one_of(*engine_names())(name, value)
