"""``amts jobs``: list, resume, stop and clean up batch jobs of Amazon Translate."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.cli import book as books
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.errors import AmtsError, ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.aws.journal import Journal, JournalEntry


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "jobs",
        help="manage batch jobs of Amazon Translate",
        description="Manage the batch jobs that builds have started at Amazon"
        " Translate, on this computer or another: the bucket of the book knows them.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("list", _list, "Show the jobs and their state at the service."),
        ("resume", _resume, "Wait for running jobs and fetch their results."),
        ("stop", _stop, "Stop running jobs."),
        (
            "clean",
            _clean,
            (
                "Remove jobs that have ended, here and in the bucket, and the parallel"
                " data and terminologies of the book that newer ones have replaced."
            ),
        ),
    ):
        command = commands.add_parser(name, help=text, description=text)
        books.add_argument(command)
        command.add_argument(
            "names",
            nargs="*",
            metavar="NAME",
            help="names of jobs (default: all); the file of the book's memory, or its"
            " folder, may come first",
        )
        if name == "list":
            command.add_argument("--json", action="store_true", help="write JSON")
        command.set_defaults(run=run)


class _Place(NamedTuple):
    """Where the jobs of a book are."""

    journal: Journal
    #: The ways to its buckets; none where no ``conf.py`` names any.
    clients: list[Client]
    #: Of jobs; empty: all.
    names: list[str]


def _place(options: argparse.Namespace) -> _Place:
    """Find the book, and have its journal know what the bucket knows.

    :raises ConfigError: there is no book, or boto3 is missing
    """
    try:
        from amts_sphinx.engine.aws import index
        from amts_sphinx.engine.aws.journal import Journal
    except ImportError as exc:
        raise ConfigError(f"{exc}; pip install 'amts_sphinx[amazon]'") from exc
    names, folder = list(options.names), None
    if names and (os.sep in names[0] or Path(names[0]).exists()):
        path = Path(names.pop(0))
        if not path.exists():
            raise ConfigError(f"there is no {path}")
        folder = path if path.is_dir() else path.parent
    found = books.find(options.book, folder)
    if folder is None:
        folder = (found or books.required(options.book)).config.memory.parent
    clients = _clients(found) if found else []
    journal = Journal(folder / "amazon")
    for client in clients:
        try:
            index.sync(client, journal)
        except AmtsError as exc:
            told = f"the bucket {client.options.bucket} does not answer: {exc}"
            echo(told, error=True)
    return _Place(journal, clients, names)


def _clients(found: books.BookAt) -> list[Client]:
    """Return the ways to the buckets that the editions of a book use."""
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.amazon.options import AllOptions

    config = found.config
    if config.engine != "amazon":
        return []
    chosen = AllOptions(config.engine_options)
    each = (chosen.of(language.tag) for language in config.target_languages)
    places = {(o.profile, o.region, o.bucket, o.prefix): o for o in each if o.bucket}
    return [Client(options).impatient() for options in places.values()]


def _chosen(place: _Place) -> list[JournalEntry]:
    """Return the jobs that the options name.

    :raises ConfigError: there is no job with one of the names
    """
    entries = {entry.name: entry for entry in place.journal.entries()}
    for name in place.names:
        if name not in entries:
            known = ", ".join(entries) or "none"
            raise ConfigError(
                f"{place.journal.home} has no job {name!r}; there are {known}"
            )
    return [entries[name] for name in place.names or entries]


def _list(options: argparse.Namespace) -> None:
    entries = _chosen(_place(options))
    if options.json:
        echo_json([_data(entry) for entry in entries])
        return
    for entry in entries:
        echo(_line(entry))
    if not entries:
        echo("no jobs")


def _data(entry: JournalEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "source": entry.source,
        "targets": list(entry.targets),
        "state": entry.state,
        "at_service": _status(entry).strip(" ()") or None,
        "segments": len(entry.keys()),
        "characters": entry.characters,
        "changed": entry.changed,
        "message": entry.message or None,
    }


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
    from amts_sphinx.engine.amazon.places import client_of
    from amts_sphinx.engine.aws import journal

    if entry.state != journal.STARTED:
        return ""
    try:
        client = client_of(entry)
        state = client.service.describe(client, entry)
    except AmtsError as exc:
        return f" ({exc})"
    return f" ({str(state.get('JobStatus', '?')).lower().replace('_', ' ')})"


def _running(options: argparse.Namespace) -> Iterator[tuple[Journal, JournalEntry]]:
    """Yield the jobs that may be running."""
    from amts_sphinx.engine.amazon.places import client_of
    from amts_sphinx.engine.aws import index, jobs
    from amts_sphinx.engine.aws import journal as journals

    place = _place(options)
    journal, count = place.journal, 0
    for entry in _chosen(place):
        known: JournalEntry | None = entry
        if entry.state == journals.INTENDED:
            client = client_of(entry, echo)
            with journal.locked(), index.locked(client, entry.use, echo):
                known = jobs.settle(client, journal, entry)
        if known and known.state in {journals.STARTED, journals.ENDED}:
            count += 1
            yield journal, known
    if not count:
        echo("no job is running")


def _resume(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon.places import client_of
    from amts_sphinx.engine.aws import jobs, results
    from amts_sphinx.engine.aws import journal as journals

    for journal, entry in _running(options):
        client = client_of(entry, echo)
        state = {}
        if entry.state == journals.STARTED:
            state = jobs.wait(client, entry, echo)
        if results.fetch(client, journal, entry, state, echo):
            echo(f"{entry.name}: its results are fetched; the next build uses them")
        else:
            jobs.forget(client, journal, entry)
            echo(f"{entry.name}: its results were removed; it is forgotten")


def _stop(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon.places import client_of
    from amts_sphinx.engine.aws import journal as journals

    for _, entry in _running(options):
        if entry.state == journals.STARTED:
            client = client_of(entry, echo)
            client.service.stop(client, entry)
            echo(f"{entry.name}: asked to stop; what it has translated is paid for")


def _clean(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon import leftovers
    from amts_sphinx.engine.amazon.places import client_of
    from amts_sphinx.engine.aws import jobs
    from amts_sphinx.engine.aws import journal as journals

    place = _place(options)
    clients = list(place.clients)
    for entry in _chosen(place):
        if entry.state in {journals.INTENDED, journals.STARTED}:
            echo(f"{entry.name}: {entry.state}; not removed")
            continue
        client = client_of(entry, echo)
        client.delete(entry.folder)
        jobs.forget(client, place.journal, entry)
        echo(f"{entry.name}: removed")
        clients = clients or [client]
    if place.names:
        return
    for client in clients:
        leftovers.clean(client, echo)
