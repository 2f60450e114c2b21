"""Describe and parse configuration values; each parser says what it allows."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from amts_sphinx.core.errors import ConfigError, LanguageError
from amts_sphinx.core.languages import Language, find_language
from amts_sphinx.core.units import Severity
from amts_sphinx.engine.registry import engine_names

if TYPE_CHECKING:
    from collections.abc import Callable


def value(
    default: object,
    parse: Callable[[str, Any], Any],
    text: str,
    *,
    allowed: str,
    rebuild: str = "",
    by_language: bool = False,
) -> Any:
    """Describe one configuration value.

    :param parse: takes the value's name and the value of ``conf.py``, and returns the
        field; raises ConfigError
    :param text: what the value does, for the documentation
    :param allowed: what it may be, for the documentation
    :param rebuild: ``env`` when the book must be read again after a change
    :param by_language: whether it may differ from one edition to another
    """
    return dataclasses.field(
        metadata={
            "default": default,
            "parse": parse,
            "text": text,
            "allowed": allowed,
            "rebuild": rebuild,
            "by_language": by_language,
        }
    )


#: The key of what holds for all languages that are not named.
OTHERS: Final = "*"


def table_of(name: str, value: object) -> dict[str, object] | None:
    """Return what *value* says of each language; ``None``: it is one for all.

    It is a table if all of its keys are tags of languages, or ``"*"``.

    :returns: values by tag, and by :data:`OTHERS`
    :raises ConfigError: some of its keys are languages and some are not, or two are one
    """
    if not isinstance(value, Mapping) or not value:
        return None
    found: dict[str, object] = {}
    others: list[object] = []
    for key, said in value.items():
        tag = OTHERS if key == OTHERS else _tag(key)
        if tag is None:
            others.append(key)
        elif tag in found:
            raise ConfigError(f"{name} names the language {tag} twice")
        else:
            found[tag] = said
    if found and others:
        raise ConfigError(
            f'{name} has languages for keys; {others[0]!r} is none, nor is it "*"'
        )
    return found or None


def _tag(key: object) -> str | None:
    if not isinstance(key, str):
        return None
    try:
        return find_language(key).tag
    except LanguageError:
        return None


def flag(name: str, value: object) -> bool:
    """Return a truth value; the command line gives it as a word."""
    if value in (True, "1", "true", "True"):
        return True
    if value in (False, "0", "false", "False"):
        return False
    raise ConfigError(f"{name} must be True or False, not {value!r}")


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
    raise ConfigError(f"{name} must be a non-empty string, not {value!r}")


def texts(name: str, value: object) -> tuple[str, ...]:
    """Return texts; on the command line they are one text with commas."""
    items = value
    if isinstance(value, str):
        items = [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(items, (list, tuple, set, frozenset)):
        return tuple(text(f"each item of {name}", item) for item in items)
    raise ConfigError(f"{name} must be a list of strings, not {value!r}")


def language(name: str, value: object) -> Language:
    """Return the language that a tag names."""
    try:
        return find_language(text(name, value))
    except LanguageError as exc:
        raise LanguageError(f"{name}: {exc}") from None


def maybe_language(name: str, value: object) -> Language | None:
    """Return a language, or nothing."""
    return None if value in (None, "") else language(name, value)


def languages(name: str, value: object) -> tuple[Language, ...]:
    """Return languages, each named once."""
    found = tuple(language(name, tag) for tag in texts(name, value))
    if len(set(found)) < len(found):
        raise ConfigError(f"{name} names a language twice: {value!r}")
    return found


class Limit(NamedTuple):
    """The most that a build may spend."""

    amount: float
    unit: Literal["dollars", "characters", "tokens"]

    def __str__(self) -> str:
        if self.unit == "dollars":
            return f"${self.amount:,.2f}"
        return f"{self.amount:,.0f} {self.unit}"


def cost_limit(name: str, value: object) -> Limit | None:
    """Return a limit, or nothing: ``$20``, ``500000``, ``500000 tokens``."""
    if value in (None, ""):
        return None
    number, _, word = str(value).strip().partition(" ")
    unit: Literal["dollars", "characters", "tokens"] = "characters"
    if number.startswith("$"):
        unit = "dollars"
    elif word == "tokens":
        unit = "tokens"
    try:
        amount = float(number.removeprefix("$").replace(",", ""))
    except ValueError:
        amount = -1.0
    known = word in {"", unit} and not isinstance(value, bool)
    if not known or not math.isfinite(amount) or amount < 0:
        raise ConfigError(
            f'{name} must be characters, as 500000, or dollars, as "$20", or tokens, as'
            f' "500000 tokens", not {value!r}'
        )
    return Limit(amount, unit)


class FailUnder(NamedTuple):
    """The limits that an edition must keep; those that are not set do not count."""

    #: The least part of the book's words that is translated, 0–1.
    coverage: float | None = None
    #: The least part of the book's words that people translated or accepted, 0–1.
    reviewed: float | None = None
    #: The least score, 0–100, by metric in lower case.
    scores: Mapping[str, float] = MappingProxyType({})
    #: The most findings, by severity.
    findings: Mapping[str, int] = MappingProxyType({})

    def by_name(self) -> dict[str, float]:
        """Return each limit that is set by its name, such as ``findings.error``."""
        shares = {"coverage": self.coverage, "reviewed": self.reviewed}
        found = {name: limit for name, limit in shares.items() if limit is not None}
        found |= self.scores
        return found | {f"findings.{s}": most for s, most in self.findings.items()}


#: The keys of ``amts_fail_under``: parts up to 1, scores up to 100, and severities.
_SHARES: Final = ("coverage", "reviewed")
_SCORES: Final = ("bleu", "chrf2")
_SEVERITIES: Final = tuple(severity.value for severity in Severity)


def fail_under(name: str, value: object) -> FailUnder:
    """Return the limits of the quality gate."""
    said = dict(_mapping(name, value))
    findings = dict(_mapping(f"{name}['findings']", said.pop("findings", {})))
    for key in [key for key in said if key.startswith("findings.")]:
        findings[key.removeprefix("findings.")] = said.pop(key)  # of the command line
    for key in said:
        one_of(*_SHARES, *_SCORES, "findings")(f"each key of {name}", key)
    for key in findings:
        one_of(*_SEVERITIES)(f"each key of {name}['findings']", key)
    limits = {
        key: _within(f"{name}[{key!r}]", limit, 1 if key in _SHARES else 100)
        for key, limit in said.items()
    }
    return FailUnder(
        limits.get("coverage"),
        limits.get("reviewed"),
        {key: limits[key] for key in _SCORES if key in limits},
        {
            key: int(_within(f"{name}['findings'][{key!r}]", most, 10**9))
            for key, most in findings.items()
        },
    )


def _mapping(name: str, value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise ConfigError(f"{name} must be a dictionary, not {value!r}")


def _within(name: str, value: object, most: float) -> float:
    """Return a number from 0 to *most*; on the command line it is a text."""
    try:
        number = float(str(value)) if not isinstance(value, bool) else -1.0
    except ValueError:
        number = -1.0
    if 0 <= number <= most:
        return number
    raise ConfigError(f"{name} must be a number from 0 to {most:,}, not {value!r}")


def maybe_path(name: str, value: object) -> str:
    """Return a path, or nothing."""
    return "" if value in (None, "") else text(name, value)


def edition_url(name: str, value: object) -> str:
    """Return an address for each language, or nothing."""
    url = maybe_path(name, value)
    try:
        made = url.format(language="zh")
    except (KeyError, IndexError, ValueError):
        made = url
    if url and (made == url or "{" in made):
        raise ConfigError(
            f"{name} must be an address that holds {{language}}, or empty, not"
            f" {value!r}"
        )
    return url


def review_url(name: str, value: object) -> str:
    """Return an address for each text, or nothing."""
    url = maybe_path(name, value)
    said = url.replace("{unit}", "").replace("{language}", "")
    is_address = urlsplit(url).scheme in {"http", "https", ""}
    if url and ("{unit}" not in url or "{" in said or not is_address):
        raise ConfigError(
            f"{name} must be an address of http or https that holds {{unit}}, or empty,"
            f" not {value!r}"
        )
    return url


def home_file(name: str, value: object) -> str:
    """Return the name of a file for each language, or nothing."""
    path = maybe_path(name, value)
    if path and not (path.count("{language}") == 1 and path.endswith(".tmx")):
        raise ConfigError(
            f"{name} must be a path that holds {{language}} once and ends in .tmx,"
            f" or empty, not {value!r}"
        )
    return path


def check_ids(name: str, value: object) -> frozenset[str]:
    """Return the identifiers of checks."""
    found = frozenset(texts(name, value))
    if found:
        from amts_sphinx import checks  # a plain build of the book does not need them

        checks.check_ids(name, found)
    return found


def words_of_languages(name: str, value: object) -> dict[str, tuple[str, ...]]:
    """Return lists of words by the tag of their language."""
    return {
        language(f"each key of {name}", tag).tag: texts(f"{name}[{tag!r}]", words)
        for tag, words in _mapping(name, value).items()
    }


def builder_name(name: str, value: object) -> str:
    """Return the name of a builder that is not one of ours."""
    builder = text(name, value)
    if builder == "amts" or builder.startswith("amts-"):
        raise ConfigError(
            f"{name} must be the builder that writes an edition, not {builder!r}"
        )
    return builder


def engine_name(name: str, value: object) -> str:
    """Return the name of an engine that is installed."""
    return one_of(*engine_names())(name, value)
