"""A local stand-in for Amazon Translate and S3, on one port, at no cost.

It is there to rehearse a release with the very commands of the release, and to test the
engine ``amazon`` over real HTTP. What it says is ours: prices, quality and timing are
not Amazon's. It needs the extra ``endpoint``.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from amts_sphinx.endpoint.bucket import Buckets
from amts_sphinx.endpoint.dispatch import Dispatcher
from amts_sphinx.endpoint.faults import Faults
from amts_sphinx.endpoint.faults import parse as read_faults
from amts_sphinx.endpoint.http import Server
from amts_sphinx.endpoint.options import Options
from amts_sphinx.endpoint.s3 import Storage
from amts_sphinx.endpoint.service import Service
from amts_sphinx.endpoint.usage import Meter
from amts_sphinx.errors import ConfigError

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

    moto keeps one S3 for each process: two endpoints in one process share their
    buckets, and the first that closes empties them.

    :param port: 0 takes one that is free
    :raises ConfigError: the port cannot be had
    :raises InterchangeError: the base cannot be read
    """
    options = options or Options()
    secret = secrets.token_hex(16)
    meter, faults = Meter(), Faults(options.faults)
    storage = Storage(options.account)
    dispatcher = Dispatcher(options.region, secret, storage, meter, faults)
    try:
        server = Server((host, port), dispatcher.answer)
    except OSError as exc:
        msg = f"{host}:{port} cannot be listened to: {exc.strerror or exc}"
        raise ConfigError(msg) from exc
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{server.server_address[1]}"
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    buckets = Buckets(url, options.region, options.account, secret)
    try:
        for bucket in options.buckets:
            buckets.create(bucket)
        dispatcher.service = Service(options, buckets, meter, faults)
        yield Served(url, options, meter, faults)
    finally:
        # First what still uses S3, then S3.
        dispatcher.close()
        buckets.close()
        server.shutdown()
        server.server_close()
        storage.clear()
