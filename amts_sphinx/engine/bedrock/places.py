"""The way to a job that only the journal knows: no ``conf.py`` need name its bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.engine.aws.client import Client
from amts_sphinx.engine.bedrock.jobs import BedrockJobs
from amts_sphinx.engine.bedrock.options import BedrockOptions
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.protocol import Progress


def client_of(entry: JournalEntry, tell: Progress = quiet) -> Client:
    """Return the way to where a job is.

    :param tell: takes a line on each fault that is borne
    """
    options = BedrockOptions(
        profile=entry.profile,
        region=entry.region,
        bucket=entry.bucket,
        account_id=entry.owner,
        prefix=entry.prefix,
    )
    return Client(options, BedrockJobs(), tell=tell)
