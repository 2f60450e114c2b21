"""A local stand-in for Amazon Translate and S3, on one port, at no cost.

It serves to rehearse a release with the very commands of the release, and to test the
engine ``amazon`` over real HTTP. Its prices, quality and timing are not Amazon's. It
needs the extra ``endpoint``.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from amts_sphinx.endpoint.dispatch import Dispatcher
from amts_sphinx.endpoint.fault_plan import FaultPlan
from amts_sphinx.endpoint.fault_plan import parse as read_faults
from amts_sphinx.endpoint.options import Options
from amts_sphinx.endpoint.s3_client import S3Client
from amts_sphinx.endpoint.s3_server import S3Server
from amts_sphinx.endpoint.server import listening
from amts_sphinx.endpoint.service import Service
from amts_sphinx.endpoint.usage import UsageMeter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("Options", "Served", "read_faults", "serve")


@dataclass(frozen=True)
class Served:
    """An endpoint that is up."""

    url: str
    options: Options
    _meter: UsageMeter
    _faults: FaultPlan

    def environment(self) -> dict[str, str]:
        """Return the variables with which AWS's own tools and libraries come here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_DEFAULT_REGION": self.options.region,
            # With a proxy in the environment even this machine would be sought there.
            "NO_PROXY": "127.0.0.1,localhost,::1",
        }

    def usage(self) -> dict[str, Any]:
        """Return what ``GET /_amts/usage`` shows."""
        return self._meter.report()

    def plan(self, faults: Iterable[object]) -> None:
        """Plan faults in place of the former ones, as ``POST /_amts/faults`` does.

        :raises ConfigError: one of them is not a fault
        """
        self._faults.plan(faults)

    def faults(self) -> list[dict[str, Any]]:
        """Return the planned faults, and how often each has happened."""
        return self._faults.report()


@contextmanager
def serve(
    options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Served]:
    """Serve in a thread until the block is left.

    While it starts, it answers with status 503. moto has one S3 for each process: the
    endpoints of one process share their buckets, and the last that closes deletes them.

    :param port: 0 takes one that is free
    :raises ConfigError: the port cannot be used
    :raises InterchangeError: the base cannot be read
    """
    options = options or Options()
    secret = secrets.token_hex(16)
    meter, faults = UsageMeter(), FaultPlan(options.faults)
    # What is opened last is closed first: whatever uses S3 comes before S3.
    with ExitStack() as stack:
        storage = stack.enter_context(closing(S3Server(options.account)))
        dispatcher = Dispatcher(options, secret, storage, meter, faults)
        url = stack.enter_context(listening(host, port, dispatcher.answer))
        s3 = stack.enter_context(closing(S3Client(url, options.region, secret)))
        for bucket in options.buckets:
            s3.create(bucket)
        dispatcher.service = Service(options, s3, meter, faults)
        stack.enter_context(closing(dispatcher))
        yield Served(url, options, meter, faults)
