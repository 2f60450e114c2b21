"""Carry alignment over the machines of a Dask cluster.

The tasks of a worker that is lost are done again by the others; the result is the same
as that of one process, since each machine must have the same versions of what it
depends on. Tasks and results travel as pickles: whoever reaches the scheduler can run
code on the workers and here, so it belongs on a network that is trusted, or behind TLS
(``tls://``), which Dask's own configuration sets up.
"""

from __future__ import annotations

import platform
import time
import warnings
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx._version import __version__
from amts_sphinx.align.workers import WorkerLostError
from amts_sphinx.core.errors import AmtsError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    #: Dask's are typed in part only.
    Client = Any
    Future = Any

#: Packages that the result depends on, or without which nothing would arrive.
_PACKAGES: Final = ("numpy", "jieba", "distributed")
#: Seconds between two looks at which workers there are.
_LOOK: Final = 1.0
#: Seconds to wait for the first worker, and for one after all were lost.
_PATIENCE: Final = 600.0
_FIRST: Final = 30.0


class ClusterError(AmtsError):
    """The cluster cannot be used, or has ended."""

    category = "amts cluster"


@contextmanager
def connected(
    address: str, tell: Callable[[str], None], *, first: float = _FIRST
) -> Iterator[Cluster]:
    """Connect to the scheduler at *address*, and look whether its machines will do.

    :param address: as Dask writes it, such as ``tcp://10.0.0.1:8786``
    :param tell: takes what happens to the workers, a line each
    :param first: seconds to wait for the first worker
    :raises ConfigError: Dask is missing here, or *address* is none
    :raises ClusterError: there is no scheduler or no worker, or versions differ
    """
    try:
        import distributed
    except ImportError as exc:
        raise ConfigError(
            "--cluster needs Dask: pip install './amts_sphinx[cluster]'"
        ) from exc
    client = _client(distributed, address)
    try:
        _wait(distributed, client, address, first)
        compare(client)
        cluster = Cluster(client, tell)
        threads = client.nthreads()
        tell(f"{len(threads)} workers, {sum(threads.values())} tasks at a time")
        yield cluster
        cluster.look()
    finally:
        # The scheduler may have ended: then there is nothing to close.
        with suppress(Exception):
            client.close()


def _client(distributed: Any, address: str) -> Client:
    try:
        distributed.comm.get_address_host_port(address)
    except ValueError as exc:
        raise ConfigError(
            f"--cluster {address}: {exc}; an address is HOST:PORT, tcp://HOST:PORT or"
            " tls://HOST:PORT"
        ) from exc
    with warnings.catch_warnings():
        # Versions are compared below, those that matter here.
        warnings.simplefilter("ignore")
        try:
            return distributed.Client(address, set_as_default=False)
        except (OSError, distributed.TimeoutError) as exc:
            raise ClusterError(
                f"no scheduler answers at {address} ({exc}); start one with"
                " `dask scheduler`, and name the address that it prints"
            ) from exc


def _wait(distributed: Any, client: Client, address: str, seconds: float) -> None:
    try:
        client.wait_for_workers(1, timeout=seconds)
    except distributed.TimeoutError as exc:
        raise ClusterError(
            f"the scheduler at {address} has no worker; start some with"
            f" `dask worker {address}`"
        ) from exc


def versions() -> dict[str, str]:
    """Return what must be equal on all machines: names and versions."""
    found = {
        "amts_sphinx": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def compare(client: Client) -> None:
    """See whether all machines have the versions that are here.

    :raises ClusterError: one has others, or lacks the package
    """
    found: dict[str, Any] = dict(client.run(versions, on_error="return"))
    try:
        # It unpacks tasks, and packs them again.
        found["the scheduler"] = client.run_on_scheduler(versions)
    except Exception as exc:  # noqa: BLE001 - whatever is raised there arrives here
        found["the scheduler"] = exc
    told = [
        f"{name}: {fault}"
        for name, theirs in sorted(found.items())
        if (fault := _fault(theirs))
    ]
    if told:
        raise ClusterError(_differ("; ".join(told)))


def _fault(theirs: Mapping[str, str] | Exception) -> str:
    if isinstance(theirs, Exception):
        return f"{type(theirs).__name__}: {theirs}"
    return ", ".join(
        f"{name} {theirs.get(name, 'none')} instead of {ours}"
        for name, ours in versions().items()
        if theirs.get(name) != ours
    )


def _differ(what: str) -> str:
    return (
        f"the cluster has not what this machine has: {what}; install the same versions"
        f" there: pip install './amts_sphinx[cluster]', from a clone of {__version__}"
    )


def run_checked(
    wanted: Mapping[str, str], function: Callable[..., Any], *arguments: Any
) -> Any:
    """Do a task on a worker, which may have joined after all were compared."""
    ours = versions()
    if wanted != ours:
        raise ClusterError(_differ(f"{platform.node()} has {ours}"))
    return function(*arguments)


class Cluster:
    """Carries tasks; see :class:`amts_sphinx.align.workers.Carrier`."""

    def __init__(
        self,
        client: Client,
        tell: Callable[[str], None],
        *,
        patience: float = _PATIENCE,
    ) -> None:
        """:param patience: seconds to wait for a worker after all were lost."""
        self._client = client
        self._tell = tell
        self._patience = patience
        self._versions = versions()
        self._workers = set(client.nthreads())
        self._looked = time.monotonic()
        self._last_seen = self._looked

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> _Promise:
        """Begin a task."""
        # Not pure: a name that is made of the content would cost more than it saves.
        future = self._client.submit(
            run_checked, self._versions, function, *arguments, pure=False
        )
        return _Promise(future, self)

    def count(self) -> int:
        """Return how many workers there are."""
        return len(self._client.nthreads())

    def look(self) -> None:
        """Tell which workers were lost, and which came, since the last look.

        :raises ClusterError: the scheduler is gone, or there is no worker for too long
        """
        now = time.monotonic()
        try:
            here = set(self._client.nthreads())
        except Exception as exc:
            raise _gone(exc) from exc
        for lost in sorted(self._workers - here):
            self._tell(f"worker {lost} is lost; its work is done again")
        for new in sorted(here - self._workers):
            self._tell(f"worker {new} has come")
        if self._workers and not here:
            self._tell(
                f"no worker is left; waiting {self._patience:.0f} seconds for one"
            )
        self._workers, self._looked = here, now
        if here:
            self._last_seen = now
        elif now - self._last_seen > self._patience:
            raise ClusterError(
                "all workers of the cluster were lost, and none has come; nothing was"
                " written"
            )

    def look_at_times(self) -> None:
        """Look, unless that was done a moment ago."""
        if time.monotonic() - self._looked >= _LOOK:
            self.look()


class _Promise:
    def __init__(self, future: Future, cluster: Cluster) -> None:
        self._future = future
        self._cluster = cluster

    def result(self) -> Any:
        """Wait for the result, and look after the workers meanwhile.

        :raises WorkerLostError: each worker that had the task ended
        :raises ClusterError: the cluster has ended, or versions differ
        """
        import distributed

        while True:
            self._cluster.look_at_times()
            try:
                return self._future.result(timeout=_LOOK)
            except distributed.TimeoutError:
                continue
            except distributed.KilledWorker as exc:
                number = exc.allowed_failures + 1
                ended = f"{number} workers" if number > 1 else "1 worker"
                raise WorkerLostError(
                    f"{ended} ended with it; was there too little memory?"
                ) from exc
            except (distributed.CancelledError, OSError) as exc:
                raise _gone(exc) from exc
            except ClusterError:
                raise
            except Exception as exc:
                # What a document does to its own work is no exception here.
                told = f"{type(exc).__name__}: {exc}"
                raise ClusterError(f"a worker cannot do the work: {told}") from exc


def _gone(exc: Exception) -> ClusterError:
    told = (str(exc) or type(exc).__name__).splitlines()[0]
    return ClusterError(
        f"the scheduler of the cluster is gone ({told}); nothing was written"
    )
