"""The ``amts`` command: what a person does between builds."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from amts_sphinx import __version__
from amts_sphinx.cli import (
    diff,
    doctor,
    endpoint,
    engines,
    estimate,
    evaluate,
    export_source,
    gettext,
    jobs,
    memory,
    models,
    parallel,
    prune,
    review,
    score,
    status,
)
from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import AmtsError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :returns: the exit status: 0, or 1 after an error that the user can do something
        about, and where a command found what it was to look for
    """
    options = make_parser().parse_args(arguments)
    try:
        code: int | None = options.run(options)
    except AmtsError as exc:
        echo(f"amts: {exc}", error=True)
        return 1
    except BrokenPipeError:
        # Who read what we write has had enough. Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code or 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; the documentation is made from it."""
    about = "Work on the editions of a book between its builds."
    parser = argparse.ArgumentParser("amts", description=about)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    parallel.add_to(commands)
    evaluate.add_to(commands)
    score.add_to(commands)
    memory.add_to(commands)
    engines.add_to(commands)
    models.add_to(commands)
    doctor.add_to(commands)
    gettext.add_to(commands)
    export_source.add_to(commands)
    estimate.add_to(commands)
    status.add_to(commands)
    diff.add_to(commands)
    review.add_to(commands)
    jobs.add_to(commands)
    prune.add_to(commands)
    endpoint.add_to(commands)
    return parser
