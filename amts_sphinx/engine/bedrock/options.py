"""What ``amts_bedrock`` may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.engine.aws import names
from amts_sphinx.engine.llm.options import ModelOptions

_NAME: Final = "amts_bedrock"
#: With a hyphen and 16 digits it is the name of a job, which may have 63 characters.
_PREFIX: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,44}[A-Za-z0-9])?")
#: Hours that the service takes as the limit of a job.
_HOURS: Final = (24, 168)
_PRICES: Final = ("input", "output", "batch_input", "batch_output")


@dataclass(frozen=True, slots=True)
class BedrockOptions(ModelOptions):
    """What ``amts_bedrock`` may hold."""

    #: ``converse``: each text by itself, at once; or ``batch``: jobs, at a lower price.
    mode: Literal["converse", "batch"] = "converse"
    #: Where the service is; by default what the AWS configuration says.
    region: str = ""
    #: A profile of the AWS configuration.
    profile: str = ""
    #: For batch jobs: a bucket in the same region, and the folder in it that is ours.
    bucket: str = ""
    prefix: str = "amts-bedrock"
    #: The role that the service takes to read and write in the bucket.
    role_arn: str = ""
    #: The account that owns the bucket, 12 digits; by default the role's.
    account_id: str = ""
    #: A key of KMS that encrypts what is stored; by default S3's own.
    kms_key: str = ""
    #: Texts from which on there is a job: the service's quota for the model.
    batch_minimum: int = 100
    #: Seconds between two looks at a job, at most.
    poll: float = 60.0
    #: Hours that a job may take.
    hours: float = 24.0

    def __post_init__(self) -> None:
        self.check(_NAME, _PRICES)
        if self.mode == "batch":
            names.check_bucket(_NAME, self.bucket, self.role_arn)
        if self.account_id:
            names.check(
                f"{_NAME}.account_id", self.account_id, names.ACCOUNT, "12 digits"
            )
        names.check(
            f"{_NAME}.prefix",
            self.prefix,
            _PREFIX,
            "letters, digits and hyphens within, 46 at most",
        )
        if self.batch_minimum < 1:
            raise ConfigError(
                f"{_NAME}.batch_minimum must be 1 or more, not {self.batch_minimum}"
            )
        if self.poll <= 0:
            raise ConfigError(f"{_NAME}.poll must be more than 0, not {self.poll:g}")
        least, most = _HOURS
        if not least <= self.hours <= most:
            raise ConfigError(
                f"{_NAME}.hours must be from {least} to {most}, not {self.hours:g}"
            )

    @property
    def owner(self) -> str:
        """The account that must own the bucket; empty where nothing tells."""
        return names.owner(self.role_arn, self.account_id)
