"""``amts endpoint``: rehearse a release on this machine, at no cost."""

from __future__ import annotations

import os
import shlex
import signal
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.cli.console import echo, number
from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from amts_sphinx.endpoint import Options, Served

#: An address that only this machine can reach.
_HERE: Final = "127.0.0.1"
_PORT: Final = 4577
#: The modules that the extra installs.
_NEEDED: Final = ("boto3", "flask", "flask_cors", "moto", "werkzeug")
#: Variables that would send requests for this machine elsewhere.
_PROXIES: Final = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_DESCRIPTION: Final = """\
Serve what a release needs of Amazon Translate and S3 on this machine, at no cost. Paste
the lines that it prints into another shell, and run the commands of the release there.
Nothing is kept when it ends (Ctrl-C).
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "endpoint",
        help="rehearse a release with Amazon Translate at no cost",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "--host",
        default=_HERE,
        help=f"address to listen on; any but {_HERE} lets other machines in",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        help=f"port to listen on; 0: any free one (default: {_PORT})",
    )
    parser.add_argument(
        "--region",
        default="us-west-2",
        help="region that requests must be signed for (default: us-west-2)",
    )
    _add_behaviour(parser)
    parser.set_defaults(run=_run)


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bucket",
        action="append",
        default=[],
        metavar="NAME",
        help="a bucket that exists from the start; may be repeated",
    )
    parser.add_argument(
        "--base",
        type=Path,
        metavar="FILE",
        help="file of units (TMX, CSV, ...) to translate with, without parallel data",
    )
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="JSON list of faults to simulate"
    )
    parser.add_argument(
        "--delay",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="least time of an import and of each step of a job (default: 1)",
    )
    parser.add_argument(
        "--no-dedupe",
        action="store_true",
        help="repeat the work of a request that repeats a ClientToken",
    )
    parser.add_argument(
        "--no-quotas",
        action="store_true",
        help="accept more requests than the published quotas allow",
    )
    parser.add_argument(
        "--state", type=Path, metavar="FOLDER", help="folder to keep trained models in"
    )


def _port(text: str) -> int:
    return number(text, 0, 2**16 - 1)


def _run(options: argparse.Namespace) -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"amts endpoint needs {', '.join(missing)}:"
            " pip install './amts_sphinx[endpoint]'"
        )
    from amts_sphinx import endpoint

    chosen = _options(options)
    for warning in chosen.warnings():
        echo(f"amts: {warning}", error=True)
    if options.host not in {_HERE, "localhost", "::1"}:
        warning = f"anybody who reaches {options.host} can use this endpoint"
        echo(f"amts: {warning}", error=True)
    with (
        _interrupted() as over,
        endpoint.serve(chosen, host=options.host, port=options.port) as served,
    ):
        _print_instructions(served)
        while not over.wait(1):  # without a limit, Ctrl-C would not be seen everywhere
            pass
    use = served.usage()
    echo(f"\n{use['characters']} characters would have been billed,")
    echo(f"{use['repeated_characters']} of them for texts that were billed before")


def _options(options: argparse.Namespace) -> Options:
    from amts_sphinx.endpoint import Options, read_faults

    planned: tuple[Any, ...] = ()
    if options.faults is not None:
        try:
            planned = tuple(read_faults(options.faults.read_bytes()))
        except OSError as exc:
            raise ConfigError(
                f"{options.faults} cannot be read: {exc.strerror}"
            ) from exc
        except ConfigError as exc:
            raise ConfigError(f"{options.faults}: {exc}") from exc
    return Options(
        region=options.region,
        buckets=tuple(options.bucket),
        delay=options.delay,
        dedupe=not options.no_dedupe,
        quotas=not options.no_quotas,
        base=options.base,
        state=options.state,
        faults=planned,
    )


def _print_instructions(served: Served) -> None:
    echo("# Paste this into the shell that is to use it:")
    for name, value in served.environment().items():
        if name != "NO_PROXY" or any(map(os.environ.get, _PROXIES)):
            echo(f"export {name}={shlex.quote(value)}")
    for bucket in served.options.buckets:
        echo(f"# There is a bucket {bucket}.")
    echo(f"# What was billed: {served.url}/_amts/usage   End: Ctrl-C")


@contextmanager
def _interrupted() -> Iterator[Event]:
    """Yield an event that Ctrl-C and SIGTERM set."""
    over = Event()
    former = {
        number: signal.signal(number, lambda *_: over.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield over
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
