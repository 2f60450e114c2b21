"""Batch jobs: started once, and waited for.

A plan's hash is the job's name, its folder in the bucket and its token, so that the
same request is the same job, whoever makes it and however often.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineRejectedError, EngineUnavailableError
from amts_sphinx.engine.amazon import journal as journals
from amts_sphinx.engine.amazon import results
from amts_sphinx.engine.amazon.client import Client, UncertainError
from amts_sphinx.engine.amazon.errors import NotThereError
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.amazon.options import AmazonOptions

if TYPE_CHECKING:
    from amts_sphinx.engine.amazon.job_plan import JobPlan
    from amts_sphinx.engine.amazon.journal import Journal, JournalEntry
    from amts_sphinx.engine.protocol import Progress

#: How often a list is asked for that does not come.
_TRIES: Final = 4
_CONTENT: Final = "text/html"
#: Seconds before the second look at a job.
_FIRST_LOOK: Final = 1.0
#: Seconds before the second try at starting one, and between later ones at most.
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 30.0
_GOING: Final = frozenset({"SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED"})
_WHOLE: Final = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR"})
#: A job that was stopped may have results too, and they were paid for.
STOPPED: Final = "STOPPED"
_ENDED: Final = _WHOLE | {STOPPED}


def start(
    client: Client, journal: Journal, plan: JobPlan, progress: Progress
) -> JournalEntry:
    """Start the job of *plan*, unless it is there already. Hold the journal's lock.

    It may be there without the journal knowing: started from another computer.

    :raises EngineError: it cannot be started
    """
    wanted = plan.entry(client)
    known = {entry.name: entry for entry in journal.entries()}.get(wanted.name)
    if known and known.state != journals.INTENDED:
        return known
    entry = known or journal.write(wanted)
    job_id = _find(client, entry.name)
    if job_id:
        progress(f"job {entry.name}: found at the service")
    else:
        for document in plan.documents:
            key = f"{entry.folder}{results.IN}{document}"
            client.put(key, plan.data(document), _CONTENT)
        job_id = _start(client, plan, entry)
        progress(
            f"job {entry.name}: started for {', '.join(entry.targets)},"
            f" {len(plan.texts)} segments in {len(plan.documents)} documents,"
            f" {entry.characters} characters"
        )
    return journal.write(entry, state=journals.STARTED, job_id=job_id)


def _start(client: Client, plan: JobPlan, entry: JournalEntry) -> str:
    """Start a job, and return its id.

    What the service does with a token that it knows is not documented. So a request
    whose reply was lost is never sent again before a look at the jobs of this name.
    """
    options = client.options
    end = time.monotonic() + options.patience
    pause = min(_FIRST_PAUSE, options.poll)
    while True:
        try:
            reply = client.translate_once(
                "start_text_translation_job",
                f"start the job {entry.name}",
                ["JobId"],
                **_request(client, plan, entry),
            )
        except UncertainError:
            time.sleep(pause * random.uniform(0.5, 1.0))
            job_id = _find(client, entry.name)
            if job_id:
                return job_id
            pause = min(2 * pause, _LONGEST_PAUSE, options.poll)
            if time.monotonic() + pause > end:
                raise
        else:
            return str(reply["JobId"])


def _request(client: Client, plan: JobPlan, entry: JournalEntry) -> dict[str, Any]:
    """Return the parameters of a job."""
    options = client.options
    output: dict[str, Any] = {
        "S3Uri": f"s3://{entry.bucket}/{entry.folder}{results.OUT}"
    }
    if options.kms_key:
        output["EncryptionKey"] = {"Type": "KMS", "Id": options.kms_key}
    request = {
        "JobName": entry.name,
        "InputDataConfig": {
            "S3Uri": f"s3://{entry.bucket}/{entry.folder}{results.IN}",
            "ContentType": _CONTENT,
        },
        "OutputDataConfig": output,
        "DataAccessRoleArn": options.role_arn,
        "SourceLanguageCode": service_code(plan.source),
        "TargetLanguageCodes": [service_code(tag) for tag in plan.targets],
        "ClientToken": plan.hash(client),
    }
    if plan.parallel_data:
        request["ParallelDataNames"] = [plan.parallel_data]
    if plan.terminology:
        request["TerminologyNames"] = [plan.terminology]
    if plan.settings:
        request["Settings"] = dict(plan.settings)
    return request


def _find(client: Client, name: str) -> str:
    """Return the id of the job *name* that is going on or went well; empty for none."""
    found = [
        job
        for job in _listed(client, name)
        if job.get("JobName") == name and job.get("JobStatus") in _GOING | _WHOLE
    ]
    # The first, should there be two: the token did not keep a second from starting.
    found.sort(key=lambda job: str(job.get("SubmittedTime", "")))
    return str(found[0]["JobId"]) if found else ""


def _listed(client: Client, name: str) -> list[dict[str, Any]]:
    """Return what the service says of the jobs *name*.

    A reply without a list may be a broken one, and to believe it could mean to pay for
    a job twice: it has to come more than once.
    """
    for _ in range(_TRIES):
        reply = client.translate(
            "list_text_translation_jobs",
            f"look for the job {name}",
            needs=["ResponseMetadata"],
            Filter={"JobName": name},
            MaxResults=500,
        )
        found: list[dict[str, Any]] | None = reply.get(
            "TextTranslationJobPropertiesList"
        )
        if found is not None:
            return found
    return []


def settle(
    client: Client, journal: Journal, entry: JournalEntry
) -> JournalEntry | None:
    """Find out what became of a job that was intended by a build that was killed.

    :returns: ``None`` if it was never started; it is then forgotten. Hold the lock.
    """
    if entry.state != journals.INTENDED:
        return entry
    job_id = _find(client, entry.name)
    if job_id:
        return journal.write(entry, state=journals.STARTED, job_id=job_id)
    journal.drop(entry)
    return None


def describe(client: Client, entry: JournalEntry) -> dict[str, Any]:
    """Return what the service says of a job.

    :raises NotThereError: it knows it no longer
    """
    reply = client.translate(
        "describe_text_translation_job",
        f"look at the job {entry.name}",
        needs=["TextTranslationJobProperties"],
        JobId=entry.job_id,
    )
    found: dict[str, Any] = reply["TextTranslationJobProperties"]
    return found


def wait(
    client: Client, journal: Journal, entry: JournalEntry, progress: Progress
) -> tuple[JournalEntry, dict[str, Any]]:
    """Wait until a job has ended, or was stopped.

    :returns: its entry, and what the service says of it
    :raises EngineError: it ended without results, or not in time
    """
    options = client.options
    end = time.monotonic() + options.hours * 3600
    pause, last = min(_FIRST_LOOK, options.poll), ""
    try:
        while True:
            try:
                state = describe(client, entry)
            except NotThereError as exc:
                journal.write(entry, state=journals.FAILED, message=str(exc)[:500])
                raise
            status = str(state.get("JobStatus", ""))
            if status != last:
                progress(f"job {entry.name}: {status.lower().replace('_', ' ')}")
                last = status
            if status in _ENDED:
                return entry, state
            if status not in _GOING:
                _fail(journal, entry, status, state)
            if time.monotonic() > end:
                raise EngineUnavailableError(
                    f"the job {entry.name} has not ended after {options.hours} hours;"
                    " the next build will go on waiting"
                )
            time.sleep(pause * random.uniform(0.8, 1.0))
            pause = min(1.5 * pause, options.poll)
    except KeyboardInterrupt:
        progress(
            f"job {entry.name} ({entry.job_id}) goes on: build again to have its"
            " results, or `amts jobs stop`"
        )
        raise


def _fail(
    journal: Journal, entry: JournalEntry, status: str, state: dict[str, Any]
) -> None:
    """Note that a job ended without results, and raise why."""
    why = str(state.get("Message") or "no reason given")
    journal.write(entry, state=journals.FAILED, message=f"{status}: {why}"[:500])
    raise EngineRejectedError(
        f"Amazon Translate ended the job {entry.name} ({entry.job_id}) as {status}:"
        f" {why}. The next build will start another"
    )


def client_of(entry: JournalEntry) -> Client:
    """Return the way to where a job is."""
    options = AmazonOptions(
        mode="realtime",  # no role is needed to look after a job
        profile=entry.profile,
        region=entry.region,
        bucket=entry.bucket,
        account_id=entry.owner,
        prefix=entry.prefix,
    )
    return Client(options)


def stop(client: Client, entry: JournalEntry) -> None:
    """Have the service stop a job, if it has not ended by then."""
    client.translate(
        "stop_text_translation_job", f"stop the job {entry.name}", JobId=entry.job_id
    )
