"""``amts jobs``: list, resume, stop and clean up batch jobs of Amazon Translate."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import AmtsError, ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from amts_sphinx.engine.amazon.journal import Journal, JournalEntry


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "jobs",
        help="manage batch jobs of Amazon Translate",
        description="Manage the batch jobs that builds have started at Amazon"
        " Translate.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("list", _list, "Show the jobs and their state at the service."),
        ("resume", _resume, "Wait for running jobs and fetch their results."),
        ("stop", _stop, "Stop running jobs."),
        ("clean", _clean, "Remove jobs that have ended, here and in the bucket."),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "memory", type=Path, help="file of the book's memory, or its folder"
        )
        command.add_argument(
            "jobs", nargs="*", metavar="JOB", help="names of jobs (default: all)"
        )
        command.set_defaults(run=run)


def _journal(options: argparse.Namespace) -> Journal:
    try:
        from amts_sphinx.engine.amazon.journal import Journal
    except ImportError as exc:
        raise ConfigError(f"{exc}; pip install 'amts_sphinx[amazon]'") from exc
    path: Path = options.memory
    if not path.exists():
        raise ConfigError(f"there is no {path}")
    return Journal((path if path.is_dir() else path.parent) / "amazon")


def _chosen(journal: Journal, options: argparse.Namespace) -> list[JournalEntry]:
    """Return the jobs that the options name.

    :raises ConfigError: there is no job with one of the names
    """
    entries = {entry.name: entry for entry in journal.entries()}
    for name in options.jobs:
        if name not in entries:
            known = ", ".join(entries) or "none"
            raise ConfigError(f"{journal.home} has no job {name!r}; there are {known}")
    names = options.jobs or list(entries)
    return [entries[name] for name in names]


def _list(options: argparse.Namespace) -> None:
    entries = _chosen(_journal(options), options)
    for entry in entries:
        echo(_line(entry))
    if not entries:
        echo("no jobs")


def _line(entry: JournalEntry) -> str:
    """Return the line that describes a job."""
    hours = (time.time() - entry.changed) / 3600
    size = f"{len(entry.keys())} segments, {entry.characters} characters"
    return (
        f"{entry.name}  {entry.source} → {', '.join(entry.targets)}  {entry.state}"
        f"{_status(entry)}  {size}, {hours:.1f} h ago"
        f"{f'  {entry.message}' if entry.message else ''}"
    )


def _status(entry: JournalEntry) -> str:
    """Return the state at the service of a job that may be running."""
    from amts_sphinx.engine.amazon import jobs, journal

    if entry.state != journal.STARTED:
        return ""
    try:
        state = jobs.describe(jobs.client_of(entry), entry)
    except AmtsError as exc:
        return f" ({exc})"
    return f" ({str(state.get('JobStatus', '?')).lower().replace('_', ' ')})"


def _running(options: argparse.Namespace) -> Iterator[tuple[Journal, JournalEntry]]:
    """Yield the jobs that may be running."""
    from amts_sphinx.engine.amazon import jobs
    from amts_sphinx.engine.amazon import journal as journals

    journal = _journal(options)
    count = 0
    for entry in _chosen(journal, options):
        with journal.locked():
            known = jobs.settle(jobs.client_of(entry), journal, entry)
        if known and known.state == journals.STARTED:
            count += 1
            yield journal, known
    if not count:
        echo("no job is running")


def _resume(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon import jobs, results

    for journal, entry in _running(options):
        client = jobs.client_of(entry)
        ended, state = jobs.wait(client, journal, entry, echo)
        results.fetch(client, journal, ended, state, echo)
        echo(f"{entry.name}: its results are fetched; the next build uses them")


def _stop(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon import jobs

    for _, entry in _running(options):
        jobs.stop(jobs.client_of(entry), entry)
        echo(f"{entry.name}: asked to stop; what it has translated is paid for")


def _clean(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon import jobs
    from amts_sphinx.engine.amazon import journal as journals

    journal = _journal(options)
    for entry in _chosen(journal, options):
        if entry.state not in {journals.FETCHED, journals.FAILED}:
            echo(f"{entry.name}: {entry.state}; not removed")
            continue
        jobs.client_of(entry).delete(entry.folder)
        journal.drop(entry)
        echo(f"{entry.name}: removed")
