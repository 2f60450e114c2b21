"""Names at AWS that options hold, by the patterns of the services' models and S3's."""

from __future__ import annotations

import re
from typing import Final

from amts_sphinx.core.errors import ConfigError

ROLE: Final = re.compile(r"arn:aws(?:-[^:]+)?:iam::(\d{12}):role/.+")
BUCKET: Final = re.compile(r"[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9]")
ACCOUNT: Final = re.compile(r"\d{12}")


def check(name: str, value: str, pattern: re.Pattern[str], allowed: str) -> None:
    """Refuse a value that is no such name.

    :param name: what the user calls the option
    :param allowed: what it must be, for people
    :raises ConfigError: it is none
    """
    if not pattern.fullmatch(value):
        raise ConfigError(f"{name} must be {allowed}, not {value!r}")


def check_bucket(options: str, bucket: str, role_arn: str) -> None:
    """Refuse options of batch mode that lead to no bucket, or name no role.

    :raises ConfigError: they do
    """
    check(f"{options}.bucket", bucket, BUCKET, "the name of an S3 bucket in batch mode")
    check(f"{options}.role_arn", role_arn, ROLE, "the ARN of an IAM role in batch mode")


def owner(role_arn: str, account_id: str) -> str:
    """Return the account that must own a bucket; empty where nothing tells."""
    role = ROLE.fullmatch(role_arn)
    return account_id or (role[1] if role else "")
