"""``amts gettext``: fill and check the gettext catalogues of a project."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    import argparse

    from amts_sphinx.build.filling import Filled, Filler
    from amts_sphinx.cli.book import BookAt
    from amts_sphinx.formats.po_editor import Standing

_DESCRIPTION: Final = """\
Work on a project whose people translate in gettext catalogues: with sphinx-intl, on
Weblate, Transifex or Crowdin, in Poedit.
"""
_FILL: Final = """\
Fill the empty messages of a language's catalogues, in place: with what the memory has,
and with what the engine makes. Machine text is marked as fuzzy, with the name of its
engine in a comment, for people to review. No other line of the files changes.
"""
_CHECK: Final = """\
Show what is wrong in the catalogues, by file and line, before Sphinx warns of it.
The exit status is 1 where there is an error.
"""
#: Reasons that are told one by one.
_SHOWN: Final = 10


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "gettext",
        help="fill and check a project's gettext catalogues",
        description=_DESCRIPTION,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fill(commands)
    _add_check(commands)


def _add_fill(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from amts_sphinx.writers.names import REFERENCES, TRANSLATED

    fill = commands.add_parser("fill", help="fill empty messages", description=_FILL)
    fill.add_argument(
        "folder", type=Path, metavar="LOCALE_DIR", help="such as locales/ja"
    )
    book.add_argument(fill)
    which = fill.add_mutually_exclusive_group()
    which.add_argument(
        "--new-only",
        action="store_true",
        help="fill what is empty alone (default: also the machine's own texts whose"
        " source has changed)",
    )
    which.add_argument(
        "--fuzzy",
        action="store_true",
        help="fill all of the machine's own texts anew that nobody has confirmed; what"
        " a person wrote stays, fuzzy or not",
    )
    which.add_argument(
        "--replace-people",
        action="store_true",
        help="as --fuzzy, and replace the fuzzy texts that people wrote, too; the"
        " former text is kept in a comment",
    )
    fill.add_argument(
        "--document",
        nargs="+",
        default=[],
        metavar="GLOB",
        help="documents whose messages are filled (default: all)",
    )
    fill.add_argument(
        "--limit", type=int, default=0, metavar="WORDS", help="the most words to fill"
    )
    fill.add_argument(
        "--references",
        choices=REFERENCES,
        default=TRANSLATED,
        help="the words of reStructuredText's named references: translated, those of"
        " the source, or translated with '# noqa', since Sphinx 9.0 warns of them"
        " (default: translated)",
    )
    fill.add_argument(
        "--estimate", action="store_true", help="show what it would cost; write nothing"
    )
    fill.add_argument(
        "--engine", metavar="NAME", help="an engine in place of amts_engine"
    )
    fill.add_argument(
        "--cost-limit", metavar="LIMIT", help="in place of amts_cost_limit"
    )
    fill.add_argument(
        "-v", "--verbose", action="store_true", help="show every message that stays"
    )
    fill.set_defaults(run=_fill)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser(
        "check", help="show what is wrong in catalogues", description=_CHECK
    )
    check.add_argument(
        "folders",
        type=Path,
        nargs="*",
        metavar="LOCALE_DIR",
        help="such as locales/ja (default: those of amts_target_languages)",
    )
    book.add_argument(check)
    check.add_argument(
        "--format",
        choices=("table", "json", "sarif", "github"),
        default="table",
        help="table (the default), JSON, SARIF, or annotations of GitHub",
    )
    check.set_defaults(run=_check)


def _fill(options: argparse.Namespace) -> None:
    from amts_sphinx.build.filling import Filler, FillRules

    where = _book(options)
    rules = FillRules(
        tuple(options.document), options.limit, _which(options), options.references
    )
    filler = Filler(where.folder, where.config, options.folder, rules, echo)
    if options.estimate:
        _estimate(filler)
    else:
        _report(filler.fill(), options.folder, verbose=options.verbose)
    if left := filler.done.beyond.messages:
        echo(
            f"stopped at the limit of {options.limit} words: {left} messages with"
            f" {filler.done.beyond.words} words are left"
        )


def _which(options: argparse.Namespace) -> frozenset[Standing]:
    """Return what is filled, by what stands there."""
    from amts_sphinx.formats.po_editor import USUAL, Standing

    if options.new_only:
        return frozenset({Standing.EMPTY})
    if options.replace_people:
        return frozenset(Standing)
    return USUAL | {Standing.MACHINE} if options.fuzzy else USUAL


def _book(options: argparse.Namespace) -> BookAt:
    """Return the book, with what the command line says of its engine."""
    from amts_sphinx.config import values

    if options.limit < 0:
        raise ConfigError(f"--limit must be a number of words, not {options.limit}")
    where = book.required(options.book)
    config = where.config
    if options.engine:
        engine = values.engine_name("--engine", options.engine)
        config = replace(config, engine=engine)
    if options.cost_limit:
        limit = values.cost_limit("--cost-limit", options.cost_limit)
        config = replace(config, cost_limit=limit)
    return where._replace(config=config)


def _estimate(filler: Filler) -> None:
    from amts_sphinx.cli.estimate import table

    lines = table([filler.estimate()])
    messages, words = filler.done.wanted
    echo(f"{messages} messages with {words} words would be filled")
    for line in lines:
        echo(line)


def _report(done: Filled, folder: Path, *, verbose: bool) -> None:
    for path in done.files:
        echo(f"changed {path}")
    if not done.files:
        echo("no file has changed")
    echo(
        f"{done.by_machines} messages filled by the engine, {done.by_people} from"
        f" people's texts; {done.words} words"
    )
    if done.replaced:
        echo(
            f"{done.replaced} of them replace a fuzzy text that a person wrote; the"
            " former text stands in a comment that begins with 'amts, formerly:'"
        )
    if done.kept:
        echo(
            f"{done.kept} fuzzy messages stay as they are: a person wrote their text"
            " (--replace-people replaces it)"
        )
    for reason, count in done.reasons().items():
        echo(f"{count} messages stay as they are: {reason}")
    shown = done.left if verbose else done.left[:_SHOWN]
    for reason, place in shown:
        echo(f"  {place}: {reason}")
    if len(done.left) > len(shown):
        echo(f"  … and {len(done.left) - len(shown)} more; --verbose shows all")
    if done.former is not None:
        kept, where = shlex.quote(f"{done.former}/."), shlex.quote(str(folder))
        echo(f"to undo it: cp -r {kept} {where}")


def _check(options: argparse.Namespace) -> None:
    from amts_sphinx.doctree import gettext
    from amts_sphinx.report import catalogue_faults as faults

    where = book.required(options.book)
    languages = [folder.name for folder in options.folders]
    languages = languages or [each.tag for each in where.config.target_languages]
    if not languages:
        raise ConfigError("name a folder such as locales/ja, or amts_target_languages")
    found = []
    for language in languages:
        read = gettext.read_catalogues(where.folder, language, _warn)
        found += faults.faults(read, Path())
    text = faults.FORMS[options.format](found)
    if text:
        echo(text)
    number = faults.counts(found)
    told = ", ".join(f"{n} {severity}s" for severity, n in number.items())
    if options.format == "table":
        echo(f"{', '.join(languages)}: {told}")
    if number[Severity.ERROR]:
        raise AmtsError(f"there are errors in the catalogues: {number[Severity.ERROR]}")


def _warn(text: str) -> None:
    echo(text, error=True)
