"""What ``amts_amazon`` may hold, for all languages and for single ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.aws import names
from amts_sphinx.engine.options import read_options

_PREFIX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,59}")
#: Targets with a formality, by the developer guide; elsewhere it does nothing.
FORMAL: Final = frozenset("nl fr fr-CA de hi it ja ko pt-PT es es-MX".split())
#: The option that holds other values for single languages.
_LANGUAGES: Final = "languages"


@dataclass(frozen=True, slots=True)
class AmazonOptions:
    """The options of one language."""

    #: ``batch`` jobs, with parallel data; or ``realtime``, segment by segment, without.
    mode: Literal["batch", "realtime"] = "batch"
    #: Where the service is; by default what the AWS configuration says.
    region: str = ""
    #: A profile of the AWS configuration.
    profile: str = ""
    #: For batch jobs: a bucket in the same region, and the folder in it that is ours.
    bucket: str = ""
    prefix: str = "amts"
    #: The role that the service takes to read and write in the bucket.
    role_arn: str = ""
    #: The account that owns the bucket, 12 digits; by default the role's.
    account_id: str = ""
    #: A key of KMS that encrypts what is stored; by default S3's own.
    kms_key: str = ""
    #: Whether batch jobs use what people translated, at the price of that.
    parallel_data: bool = True
    #: Raised to have all translated anew, with the parallel data of today.
    revision: int = 0
    formality: Literal["", "FORMAL", "INFORMAL"] = ""
    #: Whether profane words are masked.
    mask_profanity: bool = False
    #: Shorter translations, in real time only.
    brevity: bool = False
    #: Characters up to which a batch is translated in real time, without parallel data.
    realtime_up_to: int = 0
    #: Whether what a batch job left out is translated in real time.
    realtime_fallback: bool = False
    #: Requests at a time, in real time.
    requests: int = 8
    #: Seconds that a request is tried again, if the service fails.
    patience: float = 300.0
    #: Seconds between two looks at a job, at most.
    poll: float = 30.0
    #: Hours that a job is waited for.
    hours: float = 48.0
    #: Dollars for a million characters: ``realtime``, ``batch`` and ``parallel``, and
    #: the ``date`` of the prices.
    prices: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mode == "batch":
            names.check_bucket("amts_amazon", self.bucket, self.role_arn)
        if self.account_id:
            self._check("account_id", names.ACCOUNT, "12 digits")
        self._check("prefix", _PREFIX, "letters, digits and hyphens, 60 at most")
        for name in ("requests", "patience", "poll", "hours"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"amts_amazon.{name} must be more than 0")

    def _check(self, name: str, pattern: re.Pattern[str], allowed: str) -> None:
        names.check(f"amts_amazon.{name}", getattr(self, name), pattern, allowed)

    @property
    def owner(self) -> str:
        """The account that must own the bucket; empty where nothing tells."""
        return names.owner(self.role_arn, self.account_id)

    def settings(self, target: str) -> dict[str, str]:
        """Return the service's ``Settings`` for batch jobs into *target*."""
        found: dict[str, str] = {}
        if self.formality and service_code(target) in FORMAL:
            found["Formality"] = self.formality
        if self.mask_profanity:
            found["Profanity"] = "MASK"
        return found


class AllOptions:
    """The options of every language."""

    def __init__(self, options: Mapping[str, object]) -> None:
        """Read them from the value of ``amts_amazon``.

        :raises ConfigError: an option is unknown or has a wrong value
        """
        common = {name: v for name, v in options.items() if name != _LANGUAGES}
        particular = options.get(_LANGUAGES, {})
        if not isinstance(particular, Mapping):
            raise ConfigError(
                f"amts_amazon.{_LANGUAGES} must be a dictionary by language"
            )
        self._common = _read("amts_amazon", common)
        self._particular: dict[str, AmazonOptions] = {}
        for tag, own in particular.items():
            name = f"amts_amazon.{_LANGUAGES}[{tag!r}]"
            if not isinstance(own, Mapping):
                raise ConfigError(
                    f"{name} must be a dictionary of options, not {own!r}"
                )
            language = find_language(str(tag)).tag
            self._particular[language] = _read(name, {**common, **own})

    def of(self, target: str) -> AmazonOptions:
        """Return the options for editions in the language *target*."""
        return self._particular.get(target, self._common)


def _read(name: str, options: Mapping[str, object]) -> AmazonOptions:
    return read_options(AmazonOptions, name, options)
