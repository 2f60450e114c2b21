"""``amts status``: what is left to do in each edition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.memory.importing import LANGUAGE
from amts_sphinx.report.model import CONFLICTS, Stage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_DESCRIPTION: Final = """\
Count the words of each edition by document and by how far people have come with them.
The book is read, no edition is made, and no engine is asked. The numbers are those of
the quality report. A continuous integration fails with --fail-on.
"""
#: The heading of each stage.
_HEADINGS: Final = {stage: stage.value.replace("-", " ") for stage in Stage}

#: So many places are printed of what stays for one reason.
_PLACES: Final = 10


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "status", help="show what is left to do", description=_DESCRIPTION
    )
    book.add_argument(parser)
    book.add_languages(parser)
    parser.add_argument(
        "--document",
        action="append",
        default=[],
        metavar="GLOB",
        help="list these documents only; the totals are those of the edition",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument(
        "--untranslated",
        action="store_true",
        help="list what stays in the source language, by the reason, instead",
    )
    parser.add_argument(
        "--badge",
        metavar="FILE",
        help="write a picture (SVG) of the share that people have reviewed; the name"
        " holds {language} where there are several",
    )
    unwanted = [stage.value for stage in Stage if not stage.is_done]
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=[*unwanted, CONFLICTS],
        help="end with exit status 1 if there is any of this; may be repeated",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from amts_sphinx.review import desk, status, untranslated

    found: list[dict[str, Any]] = []
    listed: list[dict[str, Any]] = []

    def use(at_hand: desk.EditionAtHand) -> None:
        at_hand.check_documents(options.document)
        found.append(status.of(at_hand.report, options.document))
        if options.untranslated:
            listed.append(untranslated.of(at_hand, options.document))

    here = book.required(options.book)
    book.tell_of_others(here.config, options.languages)
    desk.look(here.folder, options.languages, use, lambda s: echo(s, error=True))
    if options.json:
        echo_json(listed if options.untranslated else found)
    elif options.untranslated:
        for each in listed:
            _list(each)
    else:
        for each in found:
            _show(each)
    if options.badge:
        _write_badges(options.badge, found)
    missed = status.missed(found, options.fail_on)
    for line in missed:
        echo(f"amts status: {line}", error=True)
    return int(bool(missed))


def _show(status: Mapping[str, Any]) -> None:
    """Print the table of one edition, and what is known of the work that is left."""
    from rich.console import Console
    from rich.table import Table

    # The output may go to a file, which has no width; a cut table is useless.
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=200)
    whole, unit = status["progress"], status["unit"]
    table = Table(title=f"{status['language']}, {unit}", title_justify="left")
    table.add_column("document", overflow="fold")
    for heading in (*_HEADINGS.values(), "conflicts", "to do"):
        table.add_column(heading, justify="right")
    for row in status["documents"]:
        table.add_row(row["name"], *_cells(row))
    table.add_section()
    table.add_row("all", *_cells(whole), style="bold")
    console.print(table)
    for line in work_left(status):
        echo(f"{status['language']}: {line}")


def work_left(status: Mapping[str, Any]) -> list[str]:
    """Return lines on how much work is left, and what that number is."""
    left, unit, parts = status["words_left"], status["unit"], status["left"]
    bare, machine = f"{parts['untranslated']:,} {unit}", f"{parts['machine']:,}"
    told = "work left, as of a translation"
    if left is None:
        facts = f"{bare} are not translated, and {machine} are a machine's"
        return [
            f"{facts} that nobody has reviewed",
            f"{told}: not known, since nobody has reviewed a machine's text",
        ]
    line = f"{told}: {left:,} {unit}"
    if not parts["machine"]:
        return [f"{line}, which are not translated"] if left else [line]
    share = f"{status['effort']:.0%} of {machine} by machines"
    line = f"{line}: {bare} that are not translated, and {share}"
    return [f"{line}, as much as people changed of those that they reviewed"]


def _list(listed: Mapping[str, Any]) -> None:
    """Print what stays in the source language in one edition, and some of the places.

    Words are counted, not letters, and code is among them: these are no numbers of the
    work that is left.
    """
    groups = listed["untranslated"]
    words = sum(group["words"] for group in groups if group["prose"])
    others = sum(group["words"] for group in groups if not group["prose"])
    echo(
        f"{listed['language']}: {words:,} words of prose stay in the source language,"
        f" and {others:,} words of code and names"
    )
    for group in groups:
        echo(f"\n{group['why']}: {group['texts']:,} texts, {group['words']:,} words")
        for place in group["places"][:_PLACES]:
            line = "" if place["line"] is None else f":{place['line']}"
            note = f" ({place['note']})" if "note" in place else ""
            where = f"{place['document']}{line}"
            echo(f"  {where}  {place['kind']}  {place['text']}{note}")
        more = len(group["places"]) - _PLACES
        if more > 0:
            echo(f"  … and at {more:,} other places; --json lists all")


def _cells(progress: Mapping[str, Any]) -> list[str]:
    counts = [progress["words"][stage.value] for stage in Stage]
    return [
        f"{number:,}" if number else "·"
        for number in (*counts, progress["conflicts"], progress["words_to_do"])
    ]


def _write_badges(name: str, found: list[dict[str, Any]]) -> None:
    from amts_sphinx.review import status

    if len(found) > 1 and LANGUAGE not in name:
        raise ConfigError(
            f"--badge {name}: there are {len(found)} editions; put {LANGUAGE} into the"
            " name, or choose one with --languages"
        )
    for each in found:
        path = Path(name.replace(LANGUAGE, each["language"]))
        with replacing(path) as stream:
            stream.write(status.badge(each).encode())
