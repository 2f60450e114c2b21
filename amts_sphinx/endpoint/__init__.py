"""A local stand-in for Amazon Translate and S3, on one port, at no cost.

It is there to rehearse a release with the very commands of the release, and to test the
engine ``amazon`` over real HTTP. What it says is ours: prices, quality and timing are
not Amazon's. It needs the extra ``endpoint``.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint.bucket import Buckets
from amts_sphinx.endpoint.dispatch import Dispatcher
from amts_sphinx.endpoint.fault_plan import Faults
from amts_sphinx.endpoint.fault_plan import parse as read_faults
from amts_sphinx.endpoint.http import Server
from amts_sphinx.endpoint.options import Options
from amts_sphinx.endpoint.s3 import Storage
from amts_sphinx.endpoint.service import Service
from amts_sphinx.endpoint.usage import Meter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("Options", "Served", "read_faults", "serve")


@dataclass(frozen=True)
class Served:
    """An endpoint that is up."""

    url: str
    options: Options
    _meter: Meter
    _faults: Faults

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
    """Serve in a thread of its own until the block is left.

    moto keeps one S3 for each process: endpoints in one process share their buckets,
    and the last that closes deletes them.

    :param port: 0 takes one that is free
    :raises ConfigError: the port cannot be had
    :raises InterchangeError: the base cannot be read
    """
    options = options or Options()
    secret = secrets.token_hex(16)
    meter, faults = Meter(), Faults(options.faults)
    # What is opened last is closed first: whatever uses S3 comes before S3.
    with ExitStack() as stack:
        storage = stack.enter_context(closing(Storage(options.account)))
        dispatcher = Dispatcher(options, secret, storage, meter, faults)
        server = stack.enter_context(_listening((host, port), dispatcher))
        name = f"[{host}]" if ":" in host else host
        url = f"http://{name}:{server.server_address[1]}"
        buckets = Buckets(url, options.region, options.account, secret)
        stack.enter_context(closing(buckets))
        for bucket in options.buckets:
            buckets.create(bucket)
        dispatcher.service = Service(options, buckets, meter, faults)
        stack.enter_context(closing(dispatcher))
        yield Served(url, options, meter, faults)


@contextmanager
def _listening(address: tuple[str, int], dispatcher: Dispatcher) -> Iterator[Server]:
    """Have requests answered in a thread of its own.

    :raises ConfigError: the port cannot be had
    """
    try:
        server = Server(address, dispatcher.answer)
    except OSError as exc:
        raise ConfigError(
            f"{address[0]}:{address[1]} cannot be listened to: {exc.strerror or exc}"
        ) from exc
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
