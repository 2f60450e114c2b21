"""The options of an endpoint: its account, its region, and how it behaves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Where Amazon Translate has batch jobs (developer guide, 2026).
BATCH_REGIONS: Final = frozenset(
    "us-east-1 us-east-2 us-west-1 us-west-2 ap-south-1 ap-northeast-1 ap-northeast-2"
    " ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1"
    " eu-west-2 eu-west-3".split()
)
#: Where it is known to have had Active Custom Translation; there may be more by now.
CUSTOM_REGIONS: Final = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ACCOUNT: Final = re.compile(r"\d{12}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Options:
    """How an endpoint behaves."""

    #: The account that owns all buckets, 12 digits.
    account: str = "123456789012"
    #: The region of the service, which requests must be signed for.
    region: str = "us-west-2"
    #: Buckets that are there from the start, in :attr:`region`.
    buckets: tuple[str, ...] = ()
    #: Seconds that an import, and each step of a job, takes at least.
    delay: float = 0.0
    #: Whether an equal request with an equal ClientToken gets the first one's reply and
    #: is not carried out again. What the real service does is not documented.
    dedupe: bool = True
    #: Whether requests are refused that come faster than the published quotas allow.
    quotas: bool = False
    #: A file of units (TMX, CSV, ...) that all models know.
    base: Path | None = None
    #: Pairs below which no model is trained, and words are pseudo-translated.
    min_pairs: int = 50
    #: The folder that trained models are kept in; by default one that is deleted.
    state: Path | None = None
    #: Faults that are planned from the start, as for ``POST /_amts/faults``.
    faults: tuple[Mapping[str, object], ...] = ()

    def __post_init__(self) -> None:
        """Check the values.

        :raises ConfigError: a value is not among those allowed
        """
        for name, pattern, value in (
            ("account", _ACCOUNT, self.account),
            ("region", _REGION, self.region),
            *(("bucket", _BUCKET, bucket) for bucket in self.buckets),
        ):
            if not pattern.fullmatch(value):
                raise ConfigError(f"{value!r} is not the name of a {name} at AWS")
        if not 0 <= self.delay <= 24 * 3600:
            raise ConfigError(
                f"the delay must be from 0 to 86400 seconds, not {self.delay}"
            )

    def warnings(self) -> list[str]:
        """Return what these options cannot do at AWS."""
        if self.region not in BATCH_REGIONS:
            return [f"Amazon Translate has no batch jobs in {self.region}"]
        if self.region not in CUSTOM_REGIONS:
            known = ", ".join(sorted(CUSTOM_REGIONS))
            msg = f"parallel data is known to work in {known} only, not {self.region}"
            return [msg]
        return []
