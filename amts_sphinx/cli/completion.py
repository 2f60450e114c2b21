"""``amts completion``: a script with which the shell completes what one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    import argparse

_SHELLS: Final = ("bash", "zsh", "fish", "powershell")
_DESCRIPTION: Final = """\
Write a script with which a shell completes the commands and options of amts, and the
names of files. Save it where the shell looks for such scripts, and start a new shell;
write it anew after an update.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "completion",
        help="have the shell complete commands and options",
        description=_DESCRIPTION,
    )
    parser.add_argument("shell", choices=_SHELLS, help="the shell that you use")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    try:
        import shtab
    except ImportError as exc:
        raise ConfigError(
            f"{exc}; install it: pip install './amts_sphinx[completion]'"
        ) from exc
    from amts_sphinx.cli import make_parser

    parser = make_parser()
    _complete_files(parser, shtab.FILE)
    echo(shtab.complete(parser, options.shell))


def _complete_files(parser: argparse.ArgumentParser, files: object) -> None:
    """Have values that are files and folders completed as such."""
    from pathlib import Path

    from amts_sphinx.cli.examples import commands_of

    for _, each in commands_of(parser):
        for action in each._actions:  # noqa: SLF001 - there is no other way
            if action.type is Path or action.metavar == "FILE":
                action.complete = files  # type: ignore[attr-defined]
