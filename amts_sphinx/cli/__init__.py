"""The ``amts`` command: what a person does between builds."""

from __future__ import annotations

import argparse
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

from amts_sphinx._version import __version__
from amts_sphinx.cli.console import echo, use_terminal
from amts_sphinx.cli.examples import EXAMPLES, with_examples
from amts_sphinx.core.errors import AmtsError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each command in a few words. Its module has its name, with ``_`` for ``-``, and is
#: loaded when the command is asked for: all of them together take a second.
COMMANDS: Final = {
    "parallel": "make parallel data from two editions of a book",
    "evaluate": "score an engine on articles that people translated",
    "score": "score translations against references",
    "memory": "show, import, export and search a translation memory",
    "engines": "show which engines can translate into which languages here",
    "models": "get translation models for the engine firefox",
    "doctor": "look at all that a build needs, and say what to do",
    "gettext": "fill and check a project's gettext catalogues",
    "estimate": "show what the editions of a book would cost",
    "status": "show what is left to do",
    "diff": "show what a change of the source will cost",
    "drift": "show how far an edition has fallen behind its source",
    "review": "export the work to translators' tools, take it back, check it",
    "d2l": "make the editions of a book of d2lbook",
    "export-source": "write an edition as Markdown and notebooks, or update it",
    "jobs": "manage batch jobs of Amazon Translate and Amazon Bedrock",
    "prune": "remove editions and pages that the book no longer has",
    "endpoint": "rehearse a release with Amazon Translate at no cost",
    "completion": "have the shell complete commands and options",
}
#: The exit statuses: docs/commands.rst has them in a table.
DONE: Final = 0
FAILED: Final = 1
#: As argparse has it.
MISUSED: Final = 2
#: As shells have it for a program that Ctrl+C ended.
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :returns: the exit status: 0; 1 after an error that the user can do something about,
        and where a command found what it was to look for; 130 after Ctrl+C
    :raises SystemExit: with 2, the command line is wrong
    """
    use_terminal()
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = make_parser(_named(given))
    if not given:
        parser.print_help(sys.stderr)
        return MISUSED
    _see_command(parser, given[0])
    options, rest = parser.parse_known_args(given)
    if rest:
        _see_option(_chosen(parser, given), rest)
    try:
        code: int | None = options.run(options)
        sys.stdout.flush()
    except AmtsError as exc:
        echo(f"amts: {exc}", error=True)
        return FAILED
    except BrokenPipeError:
        # Who read what we write has had enough. Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as exc:
        if exc.filename is None:
            raise  # not of a file that the user named
        echo(f"amts: {exc.filename}: {exc.strerror}", error=True)
        return FAILED
    except KeyboardInterrupt:
        echo("amts: interrupted", error=True)
        return INTERRUPTED
    return code or DONE


def _see_command(parser: argparse.ArgumentParser, name: str) -> None:
    """Say which command may be meant, if there is none of this name."""
    if name.startswith("-") or name in COMMANDS:
        return
    near = get_close_matches(name, COMMANDS)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    parser.error(f"there is no command {name!r}; {hint}amts --help lists all")


def _chosen(
    parser: argparse.ArgumentParser, arguments: Sequence[str]
) -> argparse.ArgumentParser:
    """Return the parser of the command that is called, the innermost."""
    for argument in arguments:
        found = [
            action.choices[argument]
            for action in parser._actions  # noqa: SLF001 - nothing else lists them
            if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
            and argument in action.choices
        ]
        if found:
            parser = found[0]
        elif not argument.startswith("-"):
            break
    return parser


def _see_option(parser: argparse.ArgumentParser, rest: Sequence[str]) -> NoReturn:
    """Say which option may be meant, of the command that does not know *rest*."""
    name = rest[0].partition("=")[0]
    if not name.startswith("-"):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    known = [each for action in parser._actions for each in action.option_strings]  # noqa: SLF001
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    parser.error(f"there is no option {name}; {hint}{parser.prog} --help lists all")


def _named(arguments: Sequence[str]) -> str:
    """Return the command that the arguments begin with, if it is one."""
    first = next((each for each in arguments if not each.startswith("-")), "")
    return first if first in COMMANDS else ""


def make_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line; the documentation is made from it.

    :param only: the one command whose options are known; by default all are
    """
    about = "Work on the editions of a book between its builds."
    parser = argparse.ArgumentParser("amts", description=about)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        if only in {None, name}:
            module: Any = import_module(f"{__name__}.{name.replace('-', '_')}")
            module.add_to(commands)
        else:
            commands.add_parser(name, help=summary)
    with_examples(parser, EXAMPLES)
    return parser
