"""Batch jobs as a resource: started, queued, looked at, listed, stopped."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, languages
from amts_sphinx.endpoint.bucket import S3Location
from amts_sphinx.endpoint.job_queue import JOBS
from amts_sphinx.endpoint.paging import page
from amts_sphinx.endpoint.resources import now
from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amts_sphinx.endpoint.bucket import Buckets
    from amts_sphinx.endpoint.client_tokens import Tokens
    from amts_sphinx.endpoint.job_queue import Work
    from amts_sphinx.endpoint.parallel_data import (
        ParallelDataResource,
        ParallelDataRoom,
    )
    from amts_sphinx.endpoint.resources import Resources
    from amts_sphinx.endpoint.terminologies import TerminologyFile, TerminologyRoom

#: Target languages of a job.
_TARGETS: Final = 10
#: Jobs that may wait for others to end.
_QUEUE: Final = 1000
#: States that a job does not leave.
ENDED: Final = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR", "FAILED", "STOPPED"})


@dataclass
class Job:
    """A batch job."""

    #: As ``DescribeTextTranslationJob`` shows them.
    properties: dict[str, Any]
    #: The data and the terms that it was started with; they may be deleted meanwhile.
    data: ParallelDataResource | None
    terms: TerminologyFile | None
    #: Set when it is to stop.
    stop: Event = field(default_factory=Event)

    @property
    def id(self) -> str:
        """The job's identifier."""
        return str(self.properties["JobId"])

    @property
    def status(self) -> str:
        """How far it has come."""
        return str(self.properties["JobStatus"])

    def end(self, status: str, message: str = "") -> None:
        """Come to an end, unless there was one already."""
        if self.status not in ENDED:
            told = {"JobStatus": status, "EndTime": now()}
            self.properties.update(told, **({"Message": message} if message else {}))


class JobRoom:
    """The account's batch jobs."""

    def __init__(
        self,
        resources: Resources,
        buckets: Buckets,
        work: Work,
        tokens: Tokens,
        run: Callable[[Job], None],
    ) -> None:
        """Have jobs done by *run*."""
        self._resources = resources
        self._buckets = buckets
        self._work = work
        self._tokens = tokens
        self._run = run
        self._jobs: dict[str, Job] = {}

    def start(
        self,
        request: dict[str, Any],
        data: ParallelDataRoom,
        terminologies: TerminologyRoom,
    ) -> dict[str, Any]:
        """Answer ``StartTextTranslationJob``."""
        with self._resources.lock:
            done = self._tokens.recall("StartTextTranslationJob", request)
            if done is not None:
                return done
            waiting = sum(job.status not in ENDED for job in self._jobs.values())
            if waiting >= _QUEUE + JOBS:
                raise limit_exceeded(f"{_QUEUE} jobs are waiting already.")
            self._check(request)
            job = Job(
                _properties(request, self._resources.account),
                _chosen_data(request, data),
                terminologies.chosen(request),
            )
            self._jobs[job.id] = job
            self._work.jobs.submit(self._run, job)
            reply = {"JobId": job.id, "JobStatus": "SUBMITTED"}
            return self._tokens.keep("StartTextTranslationJob", request, reply)

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DescribeTextTranslationJob``."""
        job = self._find(request)
        with self._resources.lock:
            return {"TextTranslationJobProperties": dict(job.properties)}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTextTranslationJobs``, the latest first."""
        wanted = request.get("Filter", {})
        if len(wanted) > 1:
            raise ServiceError(
                "Only one filter can be set at a time.", code="InvalidFilterException"
            )
        with self._resources.lock:
            told = [dict(job.properties) for job in self._jobs.values()]
        found = [
            properties for properties in reversed(told) if _has(properties, wanted)
        ]
        shown, more = page(found, request)
        return {"TextTranslationJobPropertiesList": shown, **more}

    def stop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``StopTextTranslationJob``; what has ended stays as it is."""
        job = self._find(request)
        with self._resources.lock:
            if job.status not in ENDED:
                job.properties["JobStatus"] = "STOP_REQUESTED"
                job.stop.set()
            return {"JobId": job.id, "JobStatus": job.status}

    def close(self) -> None:
        """Wake all jobs, so that they end."""
        for job in self._jobs.values():
            job.stop.set()

    def _find(self, request: Mapping[str, Any]) -> Job:
        if request["JobId"] not in self._jobs:
            what = f"The job {request['JobId']}"
            raise not_found(what)
        return self._jobs[request["JobId"]]

    def _check(self, request: dict[str, Any]) -> None:
        """Refuse what cannot become a job.

        :raises ServiceError: tells why
        """
        targets = request["TargetLanguageCodes"]
        languages.check_pair(request["SourceLanguageCode"], targets)
        if len(targets) > _TARGETS:
            raise invalid_parameter(
                f"A job can have {_TARGETS} target languages, not {len(targets)}."
            )
        if len(set(targets)) < len(targets):
            raise invalid_parameter("TargetLanguageCodes names a language twice.")
        kind = request["InputDataConfig"]["ContentType"]
        if kind not in documents.TYPES:
            raise invalid_request(
                f"This endpoint translates {' and '.join(documents.TYPES)} only."
            )
        source = S3Location.of(request["InputDataConfig"]["S3Uri"])
        if not source.key.strip("/"):
            raise invalid_request(
                "The input must be in a folder, not at the top level of the bucket."
            )
        self._buckets.check(source)
        self._buckets.check(S3Location.of(request["OutputDataConfig"]["S3Uri"]))


def _chosen_data(
    request: dict[str, Any], room: ParallelDataRoom
) -> ParallelDataResource | None:
    """Return the parallel data that a job is to use.

    :raises ServiceError: it names two, or one that it cannot use
    """
    names = request.get("ParallelDataNames", [])
    if not names:
        return None
    if len(names) > 1:
        raise invalid_request(
            "ParallelDataNames accepts only one parallel data resource."
        )
    data = room.find(names[0])
    if not data.ready:
        raise invalid_request(f"The parallel data {names[0]} is not ACTIVE.")
    if data.records.source != request["SourceLanguageCode"]:
        raise invalid_request(
            f"The source language of the parallel data is {data.records.source}."
        )
    missing = set(request["TargetLanguageCodes"]) - set(data.records.targets)
    if missing:
        raise invalid_request(
            f"The parallel data has no translations for {', '.join(sorted(missing))}."
        )
    return data


def _properties(request: dict[str, Any], account: str) -> dict[str, Any]:
    job_id = uuid.uuid4().hex
    output = dict(request["OutputDataConfig"])
    folder = output["S3Uri"].rstrip("/")
    output["S3Uri"] = f"{folder}/{account}-TranslateText-{job_id}/"
    return {
        **{name: value for name, value in request.items() if name != "ClientToken"},
        "JobId": job_id,
        "JobStatus": "SUBMITTED",
        "SubmittedTime": now(),
        "OutputDataConfig": output,
    }


def _has(properties: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a job passes a filter."""
    for name, value in wanted.items():
        if name == "SubmittedBeforeTime":
            fits = properties["SubmittedTime"] < value
        elif name == "SubmittedAfterTime":
            fits = properties["SubmittedTime"] > value
        else:
            fits = properties.get(name) == value
        if not fits:
            return False
    return True
