"""``amts drift``: how far an edition has fallen behind its source."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.build.source_trees import is_machines, machine_texts
from amts_sphinx.cli import editions
from amts_sphinx.cli.console import echo, progress
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.review.drift import Status

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Book
    from amts_sphinx.review.drift import Count, Drift, Item
    from amts_sphinx.review.places import Places

_DESCRIPTION: Final = """\
Say how far an edition has fallen behind its source: what people translated as it is
today, what a machine did, what was translated before it changed, what is not
translated, and what the source no longer has. Nothing is changed. The edition's base,
which is the version of the source that was translated, is page_origin.md beside each
page, or --base.

Exit status: 0; 1 if there is any of what --fail-on names, or after an error that you
can do something about; 2 if the command line is wrong.
"""
_UNWANTED: Final = [each.value for each in Status if each is not Status.CURRENT]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "drift",
        help="show how far an edition has fallen behind its source",
        description=_DESCRIPTION,
    )
    editions.add_arguments(parser)
    editions.add_base(parser)
    parser.add_argument(
        "--exclude",
        nargs="+",
        default=[],
        metavar="GLOB",
        help="documents that are no part of the book",
    )
    parser.add_argument(
        "--documents",
        action="store_true",
        help="count by document (default: by chapter, which is the first folder)",
    )
    parser.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="write all that is not current: file and line, former source, source,"
        " translation; a table, if the name ends in .tsv",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=_UNWANTED,
        help="end with exit status 1 if there is any of this; may be repeated",
    )
    editions.add_jobs(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from amts_sphinx.parallel import extract
    from amts_sphinx.review import drift
    from amts_sphinx.review.places import Places

    if options.target is None:
        raise ConfigError("name the folder of the edition too: amts drift BOOK EDITION")
    now, edition, base, pair = editions.read_with_base(options)
    if base is None:
        raise ConfigError(
            f"{options.target} does not say what it is a translation of: it has no"
            " page_origin.md beside its pages. Name that version with --base: a"
            " folder, or a git revision"
        )
    ours, theirs, former = (
        _less(each.texts, options.exclude) for each in (now, edition, base)
    )
    made = machine_texts(options.target)
    with (
        editions.workers(options.jobs) as workers,
        progress("aligning") as advance,
    ):
        found = extract.pair_books(
            former, theirs, pair, executor=workers, progress=advance
        )
    measured = drift.measure(
        ours,
        theirs,
        former,
        found,
        pair,
        by_machine=lambda each: is_machines(each, made),
    )
    places = Places(options.source, options.target)
    if options.json:
        echo(json.dumps(_data(measured, places), ensure_ascii=False, indent=1))
    else:
        _show(measured, by_chapter=not options.documents)
    if options.list:
        _write(options.list, measured, places)
    return _verdict(measured, options.fail_on)


def _less(book: Book, globs: Sequence[str]) -> Book:
    return {
        name: texts
        for name, texts in book.items()
        if not any(fnmatchcase(name, glob) for glob in globs)
    }


def _verdict(measured: Drift, unwanted: Sequence[str]) -> int:
    total = measured.total()
    failed = 0
    for name in dict.fromkeys(unwanted):
        sentences = total[Status(name)].sentences
        if sentences:
            echo(f"amts drift: {sentences:,} sentences are {name}", error=True)
            failed = 1
    return failed


def _show(measured: Drift, *, by_chapter: bool) -> None:
    """Print a table of words, its totals, and what the table cannot say."""
    from rich.console import Console
    from rich.table import Table

    # The output may go to a file, which has no width; a cut table is useless.
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=200)
    table = Table(title=f"{measured.pair}, words", title_justify="left")
    table.add_column("chapter" if by_chapter else "document", overflow="fold")
    for status in Status:
        table.add_column(status.value, justify="right")
    for name, row in sorted(measured.counts(by_chapter=by_chapter).items()):
        table.add_row(name, *(_number(row[s].words if s in row else 0) for s in Status))
    table.add_section()
    total = measured.total()
    table.add_row("all", *(_number(total[s].words) for s in Status), style="bold")
    table.add_row("sentences", *(_number(total[s].sentences) for s in Status))
    console.print(table)
    if measured.unknown:
        echo(
            f"{len(measured.unknown):,} sentences of the edition have no counterpart in"
            " its base"
        )
    for name in measured.without_base:
        echo(f"{name}: nothing says what this page was translated from")
    for name, there in measured.renamed.items():
        became = f"its text is now in {', '.join(there)}"
        echo(f"{name}: {became if there else 'nothing of it is left'}")


def _number(count: int) -> str:
    return f"{count:,}" if count else "·"


def _write(path: Path, measured: Drift, places: Places) -> None:
    """Write the list to work on."""
    table = path.suffix.lower() == ".tsv"
    entries = _rows(measured, places) if table else _entries(measured, places)
    with replacing(path) as file:
        file.write("".join(f"{entry}\n" for entry in entries).encode())
    echo(f"wrote {path}", error=True)


def _entries(measured: Drift, places: Places) -> Iterator[str]:
    for item in measured.work():
        shown = _shown(item, places)
        yield f"{shown.pop('place')}: {shown.pop('status')}"
        yield from (f"  {name}: {text}" for name, text in shown.items() if text)
        yield ""


def _rows(measured: Drift, places: Places) -> Iterator[str]:
    names: list[str] = []
    for item in measured.work():
        shown = _shown(item, places)
        if not names:
            names = list(shown)
            yield "\t".join(names)
        yield "\t".join(text.replace("\t", " ") for text in shown.values())


def _shown(item: Item, places: Places) -> dict[str, str]:
    """Return what the list says of a text, by the name of the column."""
    gone = item.status is Status.EXTRA
    there = item.target_location
    return {
        "place": places.base(item) if gone else places.source(item.location),
        "status": item.status.value,
        "was": item.former,
        "now": item.source,
        "translation": item.target,
        "where": places.edition(there) if there else "",
        "why": item.why,
    }


def _data(measured: Drift, places: Places) -> dict[str, Any]:
    return {
        "source_language": measured.pair.source,
        "target_language": measured.pair.target,
        "total": _counts(measured.total()),
        "documents": [
            {"name": name, **_counts(row)}
            for name, row in measured.counts(by_chapter=False).items()
        ],
        "chapters": [
            {"name": name, **_counts(row)}
            for name, row in measured.counts(by_chapter=True).items()
        ],
        "without_counterpart": len(measured.unknown),
        "pages_without_base": list(measured.without_base),
        "renamed": {name: list(there) for name, there in measured.renamed.items()},
        "work": [_shown(item, places) for item in measured.work()],
    }


def _counts(row: Mapping[Status, Count]) -> dict[str, dict[str, int]]:
    return {
        each.value: row[each]._asdict() if each in row else {"sentences": 0, "words": 0}
        for each in Status
    }
