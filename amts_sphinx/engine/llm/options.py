"""What ``amts_llm`` and ``amts_bedrock`` may hold."""

from __future__ import annotations

import math
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What an option may be, both ends included.
_ALLOWED: Final = {
    "examples": (0, 20),
    "context": (0, 3),
    "batch": (1, 50),
    "requests": (1, 100),
    "patience": (0, 86_400),
    "timeout": (1, 3600),
    "revision": (0, 10**6),
}
#: The name of a variable, and nothing that might be a key.
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The options of a model, wherever it is."""

    #: Its name at the service.
    model: str = ""
    #: How the book is to sound, in words: "formal", "as a friend would say it".
    register: str = ""
    #: Sentence pairs of the book that each sentence gets as examples.
    examples: int = 2
    #: Neighbours on each side that each sentence is shown with.
    context: int = 1
    #: Texts without codes that are asked for at once.
    batch: int = 1
    #: Requests that are under way at once, at most.
    requests: int = 4
    #: Seconds that one request is tried again.
    patience: float = 300.0
    #: Seconds that one answer may take.
    timeout: float = 120.0
    #: Whether readers are told that a person has not read it.
    drafts: bool = True
    #: Raised to have all translated anew, with the examples of today.
    revision: int = 0
    #: Dollars for a million tokens: ``input`` and ``output``.
    prices: dict[str, str] = field(default_factory=dict)

    def check(self, name: str, priced: Sequence[str] = ("input", "output")) -> None:
        """Refuse values that are not allowed.

        :param name: what the user calls the options
        :param priced: what there are prices of
        :raises ConfigError: there is one
        """
        for option, (least, most) in _ALLOWED.items():
            value = getattr(self, option)
            if not least <= value <= most:
                raise ConfigError(
                    f"{name}.{option} must be from {least} to {most:,}, not {value}"
                )
        for key, price in self.prices.items():
            if key not in priced:
                raise ConfigError(
                    f"{name}.prices has {key!r}; allowed are {', '.join(priced)}"
                )
            try:
                dollars = float(price)
            except ValueError:
                dollars = -1.0
            if not 0 <= dollars < math.inf:
                raise ConfigError(
                    f"{name}.prices[{key!r}] must be dollars for a million tokens, not"
                    f" {price!r}"
                )


@dataclass(frozen=True, slots=True)
class LlmOptions(ModelOptions):
    """What ``amts_llm`` may hold."""

    #: The base of the server, as ``http://localhost:11434/v1``.
    url: str = ""
    #: The variable of the environment that holds the key; there need not be one.
    key_variable: str = "AMTS_LLM_KEY"

    def __post_init__(self) -> None:
        self.check("amts_llm")
        if self.url:
            _check_url(self.url)
        if not _VARIABLE.fullmatch(self.key_variable):
            raise ConfigError(
                "amts_llm.key_variable must be the name of an environment variable, in"
                " capitals, not the key itself"
            )


def _check_url(url: str) -> None:
    """Refuse an address that is none of a server, or that holds a secret.

    It is shown in the log, and so is not in the message where it may hold one.

    :raises ConfigError: it is refused
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise ConfigError("amts_llm.url is no address of a server") from exc
    if "@" in url or parts.query or parts.fragment:
        raise ConfigError(
            "amts_llm.url must be the base of a server, as http://localhost:11434/v1,"
            " without a name, a password, ? or #; a key comes from the environment"
            " variable that amts_llm.key_variable names"
        )
    if parts.scheme not in {"http", "https"}:
        raise ConfigError(
            f"amts_llm.url must begin with http:// or https://, not {url!r}"
        )
    if not host:
        raise ConfigError(f"amts_llm.url names no server: {url!r}")
