"""Batch jobs: started once, and waited for.

A plan's hash is the job's name, its folder in the bucket and its token, so that the
same request is the same job, whoever makes it and however often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.aws import index, results
from amts_sphinx.engine.aws import journal as journals
from amts_sphinx.engine.aws.client import UncertainError
from amts_sphinx.engine.aws.errors import NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.index import Lock
    from amts_sphinx.engine.aws.journal import Journal, JournalEntry
    from amts_sphinx.engine.aws.service import Plan, State
    from amts_sphinx.engine.protocol import Progress

#: How often a list is asked for that does not come.
_TRIES: Final = 4
#: Seconds before the second look at a job.
_FIRST_LOOK: Final = 1.0
#: Seconds before the second try at starting one, and between later ones at most.
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 30.0
#: Seconds between two lines on a job that goes on.
_MINUTE: Final = 60.0
_GOING: Final = frozenset({"SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED"})
WHOLE: Final = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR"})
#: Such jobs may have results too, and they were paid for.
STOPPED: Final = "STOPPED"
FAILED: Final = "FAILED"
#: Our own word for a job that the service does not know any more.
GONE: Final = "GONE"


def start(
    client: Client,
    journal: Journal,
    plans: Iterable[Plan],
    lock: Lock,
    progress: Progress,
) -> JournalEntry:
    """Start the job of the first of *plans* by which no job has ended.

    Hold the journal's lock. The job may be there without the journal, or the bucket,
    knowing: then it is taken on.

    :param plans: each the same, but for its name
    :raises EngineError: it cannot be started
    """
    for plan in plans:
        entry = plan.entry(client)
        known = journal.find(entry.name)
        if known and known.state == journals.STARTED:
            return known
        if known and known.state != journals.INTENDED:
            continue
        found = _look(client, entry.name)
        if found and not _is_of_use(client, entry, found):
            continue
        if found:
            progress(f"job {entry.name}: found at the service")
            return started(client, journal, entry, str(found["JobId"]))
        return _begin(client, journal, plan, lock, progress)
    raise AssertionError("there is always another plan")


def _is_of_use(client: Client, entry: JournalEntry, found: State) -> bool:
    """Tell whether a job that the service knows goes on, or has left results."""
    status = found.get("JobStatus")
    if status in WHOLE:
        return any(True for _ in client.keys(f"{entry.folder}{results.OUT}"))
    return status in _GOING


def _begin(
    client: Client, journal: Journal, plan: Plan, lock: Lock, progress: Progress
) -> JournalEntry:
    """Write down what is intended, send the documents, and start the job."""
    entry = journal.write(plan.entry(client))
    index.write(client, entry)
    for document in plan.documents:
        key = f"{entry.folder}{results.IN}{document}"
        client.put(key, plan.data(document), client.service.content)
    lock.check()
    job_id = _start(client, plan, entry)
    progress(
        f"job {entry.name}: started for {', '.join(entry.targets)},"
        f" {len(plan.texts)} segments in {len(plan.documents)} documents,"
        f" {entry.characters} characters"
    )
    return started(client, journal, entry, job_id)


def started(
    client: Client, journal: Journal, entry: JournalEntry, job_id: str
) -> JournalEntry:
    """Write down that a job was started, here and in the bucket."""
    entry = journal.write(entry, state=journals.STARTED, job_id=job_id)
    index.write(client, entry)
    return entry


def _start(client: Client, plan: Plan, entry: JournalEntry) -> str:
    """Start a job, and return its id.

    What the service does with a token that it knows is not documented. So a request
    whose reply was lost is never sent again before a look at the jobs of this name.
    """
    options, clock = client.options, client.clock
    end = clock.now() + options.patience
    pause = min(_FIRST_PAUSE, options.poll)
    while True:
        try:
            return client.service.start(client, plan, entry)
        except UncertainError:
            clock.pause(pause)
            found = _look(client, entry.name)
            if found and found.get("JobStatus") in _GOING | WHOLE:
                return str(found["JobId"])
            pause = min(2 * pause, _LONGEST_PAUSE, options.poll)
            if clock.now() + pause > end:
                raise


def _look(client: Client, name: str) -> State | None:
    """Return what the service says of the job *name*; ``None``: there is none.

    Of several it is one that goes on or went well, and of those the first: the token
    did not keep a second from starting.
    """
    found = [job for job in _listed(client, name) if job.get("JobName") == name]
    found.sort(key=lambda job: str(job.get("SubmittedTime", "")))
    found.sort(key=lambda job: job.get("JobStatus") not in _GOING | WHOLE)
    return found[0] if found else None


def _listed(client: Client, name: str) -> list[State]:
    """Return what the service says of the jobs *name*.

    A reply without a list may be a broken one, and to believe it could mean to pay for
    a job twice: it has to come more than once.
    """
    for _ in range(_TRIES):
        found = client.service.listed(client, name)
        if found is not None:
            return found
    return []


def settle(
    client: Client, journal: Journal, entry: JournalEntry
) -> JournalEntry | None:
    """Find out what became of a job that was intended by a build that was killed.

    :returns: ``None`` if it was never started; it is then forgotten. Hold the journal's
        lock, and that of the bucket
    """
    if entry.state != journals.INTENDED:
        return entry
    found = _look(client, entry.name)
    if found and _is_of_use(client, entry, found):
        return started(client, journal, entry, str(found["JobId"]))
    forget(client, journal, entry)
    return None


def forget(client: Client, journal: Journal, entry: JournalEntry) -> None:
    """Forget a job that has left nothing, here and in the bucket."""
    index.drop(client, entry)
    journal.drop(entry)


def wait(
    client: Client,
    entry: JournalEntry,
    progress: Progress,
    each_minute: Callable[[], object] = lambda: None,
) -> State:
    """Wait until a job has ended, however it did; say so at least every minute.

    :param each_minute: called when another minute has passed
    :returns: what the service says of it; its status is GONE if that is nothing
    :raises EngineError: it has not ended in time, or the service failed
    """
    options, clock = client.options, client.clock
    began = told = clock.now()
    pause, last = min(_FIRST_LOOK, options.poll), ""
    try:
        while True:
            try:
                state = client.service.describe(client, entry)
            except NotThereError:
                return {"JobStatus": GONE}
            status, now = str(state.get("JobStatus", "")), clock.now()
            if status not in _GOING:
                progress(f"job {entry.name}: {_words(status)}")
                return state
            if status != last or now >= told + _MINUTE:
                progress(line_on(client, entry, state, now - began))
                if now >= told + _MINUTE:
                    each_minute()
                told, last = clock.now(), status
            if now > began + options.hours * 3600:
                raise EngineUnavailableError(
                    f"the job {entry.name} has not ended after {options.hours} hours;"
                    " the next build will go on waiting"
                )
            # No later than the next line is due.
            clock.pause(max(1.0, min(pause, told + _MINUTE - now)))
            pause = min(1.5 * pause, options.poll)
    except KeyboardInterrupt:
        progress(
            f"job {entry.name} ({entry.job_id}) goes on: build again to have its"
            " results, or `amts jobs stop`"
        )
        raise


def _words(status: str) -> str:
    return status.lower().replace("_", " ")


def line_on(client: Client, entry: JournalEntry, state: State, seconds: float) -> str:
    """Return a line on a job that goes on: its state, its minutes, what is done."""
    told = str(state.get("Progress") or "") or _documents(client, entry, state, seconds)
    return (
        f"job {entry.name}: {_words(str(state.get('JobStatus', '')))},"
        f" {seconds / 60:.0f} min, {told} done"
    )


def _documents(
    client: Client, entry: JournalEntry, state: State, seconds: float
) -> str:
    """Return how many documents of a job have results."""
    done = int(state.get("JobDetails", {}).get("TranslatedDocumentsCount") or 0)
    total = len(entry.documents)
    if seconds >= _MINUTE and not done:
        place = f"{entry.folder}{results.OUT}"
        is_result = client.service.is_result
        ended = [key for key in client.keys(place) if is_result(key)]
        done = len(ended) // len(entry.targets)
    return f"{min(done, total)} of {total} documents"
