"""Batch jobs: planned, started once, waited for, and their results fetched.

A plan's hash is the job's name, its folder in the bucket and its token, so that the
same request is the same job, whoever makes it and however often.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.engine.amazon import journal as journals
from amts_sphinx.engine.amazon import limits, wire
from amts_sphinx.engine.amazon.client import Client, UncertainError
from amts_sphinx.engine.amazon.faults import NotThereError
from amts_sphinx.engine.amazon.journal import Entry
from amts_sphinx.engine.amazon.options import AmazonOptions
from amts_sphinx.errors import (
    EngineError,
    EngineRejectedError,
    EngineReplyError,
    EngineUnavailableError,
)
from amts_sphinx.languages import find_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.engine.amazon.journal import Journal

#: Where a job's documents and its results are, under its folder. No document's folder
#: may be called ``details``.
_IN: Final = "in/"
_OUT: Final = "out/"
_DETAILS: Final = "auxiliary-translation-details.json"
#: How often something is asked for whose reply seems to be cut off.
_TRIES: Final = 4
_DETAILS_MOST: Final = 100_000_000
_CONTENT: Final = "text/html"
#: Seconds before the second look at a job.
_FIRST_LOOK: Final = 1.0
#: Seconds before the second try at starting one, and between later ones at most.
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 30.0
_GOING: Final = frozenset({"SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED"})
_WHOLE: Final = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR"})


def use_of(
    source: str,
    adapts: bool,  # noqa: FBT001 - in the order of a plan's fields
    terminology: str,
    settings: tuple[tuple[str, str], ...],
    revision: int,
) -> str:
    """Return what two jobs have in common if one can use the other's results.

    The revision of the parallel data is no part of it: see the engine's fingerprint.
    """
    said = json.dumps([source, adapts, terminology, settings, revision])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Plan:
    """A job that is to be."""

    source: str
    targets: tuple[str, ...]
    #: Coded, each once.
    texts: tuple[str, ...]
    #: Names at the service; empty for none.
    parallel_data: str
    terminology: str
    settings: tuple[tuple[str, str], ...]
    #: See ``AmazonOptions.revision``.
    revision: int = 0
    #: Counts tries whose jobs failed.
    attempt: int = 0

    @cached_property
    def use(self) -> str:
        """What two plans have in common if one can use the other's results."""
        adapts = bool(self.parallel_data)
        return use_of(
            self.source, adapts, self.terminology, self.settings, self.revision
        )

    @cached_property
    def documents(self) -> dict[str, list[str]]:
        """The texts of each document, by its name."""
        pieces = {wire.paragraph(text): text for text in self.texts}
        return {
            f"{number:05}.html": [pieces[piece] for piece in portion]
            for number, portion in enumerate(limits.portions(pieces), 1)
        }

    def data(self, document: str) -> bytes:
        """Return a document."""
        return wire.document(wire.paragraph(t) for t in self.documents[document])

    def hash(self, client: Client) -> str:
        """Return what tells this request from all others, 64 hexadecimal digits."""
        options = client.options
        where = [options.region, options.bucket, options.owner, options.role_arn]
        what = [self.targets, self.parallel_data, self.attempt]
        texts = [wire.key_of(text) for text in self.texts]
        said = json.dumps([where, self.use, what, texts, options.kms_key])
        return hashlib.sha256(said.encode()).hexdigest()

    def entry(self, client: Client) -> Entry:
        """Return how the journal notes this."""
        options = client.options
        name = f"{options.prefix}-{self.hash(client)[:16]}"
        return Entry(
            name=name,
            source=self.source,
            targets=self.targets,
            use=self.use,
            profile=options.profile,
            region=options.region,
            bucket=options.bucket,
            owner=options.owner,
            prefix=options.prefix,
            folder=f"{options.prefix}/{name}/",
            documents={
                document: [wire.key_of(text) for text in texts]
                for document, texts in self.documents.items()
            },
            sizes={document: len(self.data(document)) for document in self.documents},
            characters=sum(map(len, self.texts)) * len(self.targets),
        )


def start(
    client: Client, journal: Journal, plan: Plan, tell: Callable[[str], None]
) -> Entry:
    """Start the job of *plan*, unless it is there already. Hold the journal's lock.

    :raises EngineError: it cannot be started
    """
    wanted = plan.entry(client)
    known = {entry.name: entry for entry in journal.entries()}.get(wanted.name)
    known = settle(client, journal, known) if known else None
    if known:
        return known
    for document in plan.documents:
        key = f"{wanted.folder}{_IN}{document}"
        client.put(key, plan.data(document), _CONTENT)
    entry = journal.write(wanted)
    job_id = _start(client, plan, entry)
    tell(
        f"job {entry.name}: started for {', '.join(entry.targets)},"
        f" {len(plan.texts)} segments in {len(plan.documents)} documents,"
        f" {entry.characters} characters"
    )
    return journal.write(entry, state=journals.STARTED, job_id=job_id)


def _start(client: Client, plan: Plan, entry: Entry) -> str:
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
        except UncertainError:  # noqa: PERF203 - each try is a request
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            job_id = _find(client, entry.name)
            if job_id:
                return job_id
            pause = min(2 * pause, _LONGEST_PAUSE, options.poll)
            if time.monotonic() + pause > end:
                raise
        else:
            return str(reply["JobId"])


def _request(client: Client, plan: Plan, entry: Entry) -> dict[str, Any]:
    """Return the parameters of a job."""
    options = client.options
    output: dict[str, Any] = {"S3Uri": f"s3://{entry.bucket}/{entry.folder}{_OUT}"}
    if options.kms_key:
        output["EncryptionKey"] = {"Type": "KMS", "Id": options.kms_key}
    request = {
        "JobName": entry.name,
        "InputDataConfig": {
            "S3Uri": f"s3://{entry.bucket}/{entry.folder}{_IN}",
            "ContentType": _CONTENT,
        },
        "OutputDataConfig": output,
        "DataAccessRoleArn": options.role_arn,
        "SourceLanguageCode": find_language(plan.source).service,
        "TargetLanguageCodes": [find_language(tag).service for tag in plan.targets],
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


def settle(client: Client, journal: Journal, entry: Entry) -> Entry | None:
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


def describe(client: Client, entry: Entry) -> dict[str, Any]:
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
    client: Client, journal: Journal, entry: Entry, tell: Callable[[str], None]
) -> tuple[Entry, dict[str, Any]]:
    """Wait until a job has ended.

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
            except NotThereError:
                journal.drop(entry)
                raise
            status = str(state.get("JobStatus", ""))
            if status != last:
                tell(f"job {entry.name}: {status.lower().replace('_', ' ')}")
                last = status
            if status in _WHOLE:
                return entry, state
            if status not in _GOING:
                _fail(journal, entry, status, state)
            if time.monotonic() > end:
                msg = (
                    f"the job {entry.name} has not ended after {options.hours} hours;"
                    " the next build will go on waiting"
                )
                raise EngineUnavailableError(msg)
            time.sleep(pause * random.uniform(0.8, 1.0))  # noqa: S311 - no secret
            pause = min(1.5 * pause, options.poll)
    except KeyboardInterrupt:
        tell(
            f"job {entry.name} ({entry.job_id}) goes on: build again to have its"
            " results, or `amts jobs stop`"
        )
        raise


def _fail(journal: Journal, entry: Entry, status: str, state: dict[str, Any]) -> None:
    """Note that a job ended without results, and raise why."""
    why = str(state.get("Message") or "no reason given")
    journal.write(entry, state=journals.FAILED, message=f"{status}: {why}"[:500])
    msg = (
        f"Amazon Translate ended the job {entry.name} ({entry.job_id}) as {status}:"
        f" {why}. The next build will start another"
    )
    raise EngineRejectedError(msg)


def fetch(
    client: Client,
    journal: Journal,
    entry: Entry,
    state: dict[str, Any],
    tell: Callable[[str], None],
) -> Entry:
    """Fetch the results of a job that has ended, and clear the bucket of it.

    Results that are missing are left out; what is there is kept.
    """
    found = _results(client, entry, state)
    missing = 0
    for tag in entry.targets:
        for document, size in entry.sizes.items():
            key = found.get(f"{find_language(tag).service}.{document}")
            data = _get(client, key, limits.largest(size)) if key else None
            if data is None:
                missing += 1
            else:
                journal.keep(entry, tag, document, data)
        _tell_details(client, entry, tag, found, tell)
    if missing:
        tell(f"job {entry.name}: {missing} documents have no result")
    entry = journal.write(entry, state=journals.FETCHED)
    try:
        client.delete(entry.folder)
    except EngineError as exc:
        tell(f"job {entry.name}: its objects stay in the bucket: {exc}")
    return entry


def _results(client: Client, entry: Entry, state: dict[str, Any]) -> dict[str, str]:
    """Return the keys of the objects that a job has left, by their last parts."""
    folder = f"{entry.folder}{_OUT}"
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
            data = client.get(key, most)
        except (NotThereError, EngineReplyError):
            return None
        if wire.is_whole(data):
            break
    return data


def _tell_details(
    client: Client,
    entry: Entry,
    tag: str,
    found: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    """Tell what the service has counted, and of documents that it failed on."""
    key = found.get(f"{find_language(tag).service}.{_DETAILS}")
    try:
        said = json.loads(client.get(key, _DETAILS_MOST)) if key else {}
        counted = int(said.get("charactersTranslated", 0))
        errors = [
            each["auxiliaryData"]["error"]["errorCode"]
            for each in said.get("details", ())
            if each.get("auxiliaryData", {}).get("error")
        ]
    except (EngineError, ValueError, TypeError, KeyError, AttributeError):
        tell(f"job {entry.name}: the details of {tag} cannot be read")
        return
    if counted:
        tell(f"job {entry.name}: {counted} characters into {tag}, by the service")
    if errors:
        tell(
            f"job {entry.name}: into {tag}, {len(errors)} documents failed: {errors[0]}"
        )


def harvest(
    journal: Journal,
    entry: Entry,
    language: str,
    tell: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """Return the coded targets of a fetched job, by the keys of their sources.

    A key that was not sent, or that comes twice with different texts, is left out.
    """
    tell = tell or (lambda _: None)
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for document, keys in entry.documents.items():
        data = journal.result(entry, language, document)
        if data is None:
            continue
        try:
            pieces = list(wire.segments(data, f"read {document} of {entry.name}"))
        except EngineReplyError as exc:
            tell(str(exc))
            continue
        wanted = set(keys)
        for key, target in pieces:
            if key not in wanted or found.setdefault(key, target) != target:
                doubtful.add(key)
        lost = len(wanted - {key for key, _ in pieces})
        if lost:
            tell(f"job {entry.name}: {lost} segments are missing in {document}")
    return {key: target for key, target in found.items() if key not in doubtful}


def client_of(entry: Entry) -> Client:
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


def stop(client: Client, entry: Entry) -> None:
    """Have the service stop a job, if it has not ended by then."""
    client.translate(
        "stop_text_translation_job", f"stop the job {entry.name}", JobId=entry.job_id
    )
