"""``amts jobs``: list, resume, stop and clean up batch jobs at Amazon."""

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
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import Journal, JournalEntry


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "jobs",
        help="manage batch jobs of Amazon Translate and Amazon Bedrock",
        description="Manage the batch jobs that builds have started at Amazon Translate"
        " or Amazon Bedrock, on this computer or another: the bucket of the book knows"
        " them.",
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


class _Service(NamedTuple):
    """What a book has at one service."""

    #: The engine's name.
    engine: str
    journal: Journal
    #: The ways to its buckets; none where no ``conf.py`` names any.
    clients: Sequence[Client]
    #: Returns the way to a job.
    reach: Callable[[JournalEntry], Client]


class _Job(NamedTuple):
    """A job, and where it is."""

    service: _Service
    entry: JournalEntry


class _Place(NamedTuple):
    """Where the jobs of a book are."""

    services: list[_Service]
    #: Of jobs; empty: all.
    names: list[str]


def _place(options: argparse.Namespace) -> _Place:
    """Find the book, and have its journal know what the bucket knows.

    :raises ConfigError: there is no book, or boto3 is missing
    """
    try:
        from amts_sphinx.engine.amazon import places as amazon
        from amts_sphinx.engine.aws import index
        from amts_sphinx.engine.aws.journal import Journal
        from amts_sphinx.engine.bedrock import places as bedrock
    except ImportError as exc:
        raise ConfigError(f"{exc}; pip install './amts_sphinx[amazon]'") from exc
    names, folder = list(options.names), None
    if names and (os.sep in names[0] or Path(names[0]).exists()):
        path = Path(names.pop(0))
        if not path.exists():
            raise ConfigError(f"there is no {path}")
        folder = path if path.is_dir() else path.parent
    found = books.find(options.book, folder)
    if folder is None:
        folder = (found or books.required(options.book)).config.memory.parent
    services = [
        _Service(
            "amazon",
            Journal(folder / "amazon"),
            _translate_clients(found) if found else [],
            lambda entry: amazon.client_of(entry, echo),
        ),
        _Service(
            "bedrock",
            Journal(folder / "bedrock" / "jobs"),
            _bedrock_clients(found) if found else [],
            lambda entry: bedrock.client_of(entry, echo),
        ),
    ]
    for service in services:
        for client in service.clients:
            try:
                index.sync(client, service.journal)
            except AmtsError as exc:
                told = f"the bucket {client.options.bucket} does not answer: {exc}"
                echo(told, error=True)
    return _Place(services, names)


def _options(
    found: books.BookAt, engine: str
) -> list[tuple[str, Mapping[str, object]]]:
    """Return the languages that an engine translates into, each with its options."""
    config = found.config
    own = [
        (each.tag, config.for_language(each.tag)) for each in config.target_languages
    ]
    return [(tag, each.engine_options) for tag, each in own if each.engine == engine]


def _translate_clients(found: books.BookAt) -> list[Client]:
    """Return the ways to the buckets of the editions by Amazon Translate."""
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.amazon.options import AllOptions

    each = [AllOptions(given).of(tag) for tag, given in _options(found, "amazon")]
    places = {(o.profile, o.region, o.bucket, o.prefix): o for o in each if o.bucket}
    return [Client(options).impatient() for options in places.values()]


def _bedrock_clients(found: books.BookAt) -> list[Client]:
    """Return the ways to the buckets of the editions by Amazon Bedrock."""
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.bedrock.jobs import BedrockJobs
    from amts_sphinx.engine.bedrock.options import BedrockOptions
    from amts_sphinx.engine.options import read_options

    each = [
        read_options(BedrockOptions, "amts_bedrock", given)
        for _, given in _options(found, "bedrock")
    ]
    places = {(o.profile, o.region, o.bucket, o.prefix): o for o in each if o.bucket}
    return [Client(o, BedrockJobs()).impatient() for o in places.values()]


def _chosen(place: _Place) -> list[_Job]:
    """Return the jobs that the options name.

    :raises ConfigError: there is no job with one of the names
    """
    jobs = {
        entry.name: _Job(service, entry)
        for service in place.services
        for entry in service.journal.entries()
    }
    for name in place.names:
        if name not in jobs:
            home = place.services[0].journal.home.parent
            known = ", ".join(jobs) or "none"
            raise ConfigError(f"{home} has no job {name!r}; there are {known}")
    return [jobs[name] for name in place.names or jobs]


def _list(options: argparse.Namespace) -> None:
    jobs = _chosen(_place(options))
    if options.json:
        echo_json([_data(job) for job in jobs])
        return
    for job in jobs:
        echo(_line(job))
    if not jobs:
        echo("no jobs")


def _data(job: _Job) -> dict[str, object]:
    entry = job.entry
    return {
        "name": entry.name,
        "engine": job.service.engine,
        "source": entry.source,
        "targets": list(entry.targets),
        "state": entry.state,
        "at_service": _status(job).strip(" ()") or None,
        "segments": len(entry.keys()),
        "characters": entry.characters,
        "changed": entry.changed,
        "message": entry.message or None,
    }


def _line(job: _Job) -> str:
    """Return the line that describes a job."""
    entry = job.entry
    hours = (time.time() - entry.changed) / 3600
    size = f"{len(entry.keys())} segments, {entry.characters} characters"
    return (
        f"{entry.name}  {entry.source} → {', '.join(entry.targets)}  {entry.state}"
        f"{_status(job)}  {size}, {hours:.1f} h ago"
        f"{f'  {entry.message}' if entry.message else ''}"
    )


def _status(job: _Job) -> str:
    """Return the state at the service of a job that may be running."""
    from amts_sphinx.engine.aws import journal

    if job.entry.state != journal.STARTED:
        return ""
    try:
        client = job.service.reach(job.entry)
        state = client.service.describe(client, job.entry)
    except AmtsError as exc:
        return f" ({exc})"
    return f" ({str(state.get('JobStatus', '?')).lower().replace('_', ' ')})"


def _running(options: argparse.Namespace) -> Iterator[_Job]:
    """Yield the jobs that may be running."""
    from amts_sphinx.engine.aws import index, jobs
    from amts_sphinx.engine.aws import journal as journals

    count = 0
    for service, entry in _chosen(_place(options)):
        known: JournalEntry | None = entry
        if entry.state == journals.INTENDED:
            client = service.reach(entry)
            with service.journal.locked(), index.locked(client, entry.use, echo):
                known = jobs.settle(client, service.journal, entry)
        if known and known.state in {journals.STARTED, journals.ENDED}:
            count += 1
            yield _Job(service, known)
    if not count:
        echo("no job is running")


def _resume(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.aws import jobs, results
    from amts_sphinx.engine.aws import journal as journals

    for service, entry in _running(options):
        client = service.reach(entry)
        state = {}
        if entry.state == journals.STARTED:
            state = jobs.wait(client, entry, echo)
        if results.fetch(client, service.journal, entry, state, echo):
            echo(f"{entry.name}: its results are fetched; the next build uses them")
        else:
            jobs.forget(client, service.journal, entry)
            echo(f"{entry.name}: its results were removed; it is forgotten")


def _stop(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.aws import journal as journals

    for service, entry in _running(options):
        if entry.state == journals.STARTED:
            client = service.reach(entry)
            client.service.stop(client, entry)
            echo(f"{entry.name}: asked to stop; what it has translated is paid for")


def _clean(options: argparse.Namespace) -> None:
    from amts_sphinx.engine.amazon import leftovers
    from amts_sphinx.engine.amazon.client import Client as TranslateClient
    from amts_sphinx.engine.aws import jobs
    from amts_sphinx.engine.aws import journal as journals

    place = _place(options)
    clients = [client for service in place.services for client in service.clients]
    known = bool(clients)
    for service, entry in _chosen(place):
        if entry.state in {journals.INTENDED, journals.STARTED}:
            echo(f"{entry.name}: {entry.state}; not removed")
            continue
        client = service.reach(entry)
        client.delete(entry.folder)
        jobs.forget(client, service.journal, entry)
        echo(f"{entry.name}: removed")
        clients = clients if known else [client]
    if place.names:
        return
    for client in clients:
        if isinstance(client, TranslateClient):
            leftovers.clean(client, echo)
