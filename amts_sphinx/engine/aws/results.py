"""The results of a batch job: fetched, kept beside the journal, and read.

Nothing of them is trusted: not how many there are, nor how large, nor what is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from amts_sphinx.core.errors import (
    EngineError,
    EngineRejectedError,
    EngineReplyError,
)
from amts_sphinx.engine.aws import index
from amts_sphinx.engine.aws import journal as journals
from amts_sphinx.engine.aws.errors import NotThereError
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import Journal, JournalEntry
    from amts_sphinx.engine.aws.service import JobService, State
    from amts_sphinx.engine.protocol import Progress

#: Where a job's documents and its results are, under its folder. No document's folder
#: may be called ``details``.
IN: Final = "in/"
OUT: Final = "out/"
#: How much larger than its document a result may be.
_GROWTH: Final = 10
#: How often a result is fetched that seems to be cut off.
_TRIES: Final = 4


def fetch(
    client: Client,
    journal: Journal,
    entry: JournalEntry,
    state: State,
    progress: Progress,
) -> JournalEntry | None:
    """Fetch what a job that has ended has left; others find it in the bucket too.

    Results that are missing are left out; what is there is kept.

    :param state: what the service says of the job; its status may be missing
    :returns: ``None`` if it has left nothing at all: its objects were removed
    :raises EngineRejectedError: it failed before it did anything
    :raises EngineUnavailableError: the bucket cannot be reached; all is still there
    """
    status = str(state.get("JobStatus", ""))
    found = _results(client, entry, state)
    got = {tag: _keep(client, journal, entry, tag, found) for tag in entry.targets}
    refused = {
        tag: client.service.failures(client, entry, tag, found, progress)
        for tag in entry.targets
    }
    if status == "FAILED" and not any((*got.values(), *refused.values())):
        _fail(client, journal, entry, state)
    if not found and status != "STOPPED":
        return None
    missing = sum(len(entry.documents) - len(each) for each in got.values())
    if missing:
        progress(f"job {entry.name}: {missing} documents have no result")
    if entry.state == journals.ENDED:  # another build has told how
        return journal.write(entry, state=journals.FETCHED)
    failed = status in {"FAILED", "STOPPED"}
    tried = {
        tag: sorted({*got[tag], *refused[tag]} if failed else entry.documents)
        for tag in entry.targets
    }
    message = _why(client, state) if failed else ""
    entry = journal.write(entry, state=journals.FETCHED, tried=tried, message=message)
    _tidy(client, entry, progress)
    return entry


def _keep(
    client: Client,
    journal: Journal,
    entry: JournalEntry,
    tag: str,
    found: dict[str, str],
) -> list[str]:
    """Keep the results in one language; return the documents that have some."""
    kept = []
    for document, size in entry.sizes.items():
        key = found.get(client.service.result_name(tag, document))
        data = _get(client, key, largest(size)) if key else None
        if data is not None:
            journal.keep(entry, tag, document, data)
            kept.append(document)
    return kept


def _tidy(client: Client, entry: JournalEntry, progress: Progress) -> None:
    """Tell others that a job has ended; remove its documents, which nobody wants."""
    try:
        index.write(client, entry)
        client.delete(f"{entry.folder}{IN}")
    except EngineError as exc:
        progress(f"job {entry.name}: its documents stay in the bucket: {exc}")


def _why(client: Client, state: State) -> str:
    return f"{state.get('JobStatus')}: {client.service.explain(state)}"[:500]


def _fail(
    client: Client, journal: Journal, entry: JournalEntry, state: State
) -> NoReturn:
    """Note that a job ended without results, and raise why."""
    why = _why(client, state)
    entry = journal.write(entry, state=journals.FAILED, message=why)
    index.write(client, entry)
    raise EngineRejectedError(
        f"{client.who.name} ended the job {entry.name} ({entry.job_id}) as {why}. The"
        " next build will start another"
    )


def _results(client: Client, entry: JournalEntry, state: State) -> dict[str, str]:
    """Return the keys of the objects that a job has left, by their last parts."""
    folder = f"{entry.folder}{OUT}"
    reported = str(state.get("OutputDataConfig", {}).get("S3Uri", ""))
    place = reported.removeprefix(f"s3://{entry.bucket}/")
    if not place.startswith(folder):
        place = folder  # whatever it says, results are under our own folder
    return {key.rpartition("/")[2]: key for key in client.keys(place)}


def _get(client: Client, key: str, most: int) -> bytes | None:
    """Return a result; ``None`` if it cannot be had.

    One that seems cut off is fetched again: it may be the connection that cut it.
    """
    data = None
    for _ in range(_TRIES):
        try:
            data = client.get(key, most).data
        except (NotThereError, EngineReplyError):
            return None
        if client.service.is_whole(data):
            break
    return data


def largest(size: int) -> int:
    """Return the bytes that the result of a document of *size* bytes may have."""
    return _GROWTH * size + 100_000


def harvest(
    service: JobService,
    journal: Journal,
    entry: JournalEntry,
    language: str,
    progress: Progress = quiet,
) -> dict[str, str]:
    """Return what a fetched job has left, by the keys of their sources.

    A key that was not sent, or that comes twice with different texts, is left out.
    """
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for document, keys in entry.documents.items():
        data = journal.result(entry, language, document)
        if data is None:
            continue
        try:
            pieces = list(service.read(data, f"read {document} of {entry.name}"))
        except EngineReplyError as exc:
            progress(str(exc))
            continue
        wanted = set(keys)
        for key, target in pieces:
            if key not in wanted or found.setdefault(key, target) != target:
                doubtful.add(key)
        lost = len(wanted - {key for key, _ in pieces})
        if lost:
            progress(f"job {entry.name}: {lost} segments are missing in {document}")
    return {key: target for key, target in found.items() if key not in doubtful}
