"""Batch jobs as resources: started, queued, looked at, listed, stopped."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, languages
from amts_sphinx.endpoint.account import RUNNING_JOBS, now, page
from amts_sphinx.endpoint.s3_client import S3Location
from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
)
from amts_sphinx.endpoint.translation_models import Customization

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amts_sphinx.endpoint.account import Account, Background, ClientTokens
    from amts_sphinx.endpoint.parallel_data import ParallelDataStore
    from amts_sphinx.endpoint.s3_client import S3Client
    from amts_sphinx.endpoint.terminologies import Terminologies
    from amts_sphinx.endpoint.usage import UsageMeter

#: Target languages of a job.
_TARGETS: Final = 10
#: Jobs that may wait for others to end.
_QUEUE: Final = 1000
#: States that a job does not leave.
_ENDED: Final = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR", "FAILED", "STOPPED"})


@dataclass
class Job:
    """A batch job."""

    #: As ``DescribeTextTranslationJob`` shows them.
    properties: dict[str, Any]
    #: Target language → the examples and terms that the job was started with. The
    #: resources that they come from may be deleted meanwhile.
    customizations: Mapping[str, Customization]
    #: Set when the job is to stop.
    stop: Event = field(default_factory=Event)

    @property
    def id(self) -> str:
        """The job's identifier."""
        return str(self.properties["JobId"])

    @property
    def name(self) -> str:
        """The job's name; empty if it has none."""
        return str(self.properties.get("JobName", ""))

    @property
    def ended(self) -> bool:
        """Whether the job has come to an end."""
        return self.properties["JobStatus"] in _ENDED

    def end(self, status: str, message: str = "") -> None:
        """End the job, unless it has ended."""
        if not self.ended:
            more = {"Message": message} if message else {}
            self.properties.update(JobStatus=status, EndTime=now(), **more)


class Jobs:
    """The account's batch jobs."""

    def __init__(
        self,
        account: Account,
        s3: S3Client,
        background: Background,
        tokens: ClientTokens,
        run: Callable[[Job], None],
        *,
        meter: UsageMeter,
    ) -> None:
        """Let *run* carry out the jobs, in threads of *background*."""
        self._account = account
        self._s3 = s3
        self._background = background
        self._tokens = tokens
        self._run = run
        self._meter = meter
        self._jobs: dict[str, Job] = {}

    def start(
        self,
        request: dict[str, Any],
        *,
        data: ParallelDataStore,
        terminologies: Terminologies,
    ) -> dict[str, Any]:
        """Answer ``StartTextTranslationJob``."""
        with self._account.lock:
            former = self._tokens.former_reply("StartTextTranslationJob", request)
            if former is not None:
                return former
            if (
                sum(not job.ended for job in self._jobs.values())
                >= _QUEUE + RUNNING_JOBS
            ):
                raise limit_exceeded(f"{_QUEUE} jobs are waiting already.")
            self._check(request)
            examples = data.for_job(request)
            customizations = {
                target: Customization(
                    examples.records.pairs(target) if examples else {},
                    terminologies.terms_for(request, target),
                )
                for target in request["TargetLanguageCodes"]
            }
            job = Job(_properties(request, self._account.number), customizations)
            self._jobs[job.id] = job
            self._meter.open_job(job.id, job.name)
            self._background.jobs.submit(self._run, job)
            reply = {"JobId": job.id, "JobStatus": "SUBMITTED"}
            return self._tokens.keep("StartTextTranslationJob", request, reply)

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DescribeTextTranslationJob``."""
        return {"TextTranslationJobProperties": dict(self._find(request).properties)}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTextTranslationJobs``, the latest first."""
        wanted = request.get("Filter", {})
        if len(wanted) > 1:
            raise ServiceError(
                "Only one filter can be set at a time.", code="InvalidFilterException"
            )
        with self._account.lock:
            jobs = [dict(job.properties) for job in reversed(self._jobs.values())]
        shown, more = page([job for job in jobs if _passes(job, wanted)], request)
        return {"TextTranslationJobPropertiesList": shown, **more}

    def stop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``StopTextTranslationJob``; what has ended stays as it is."""
        job = self._find(request)
        with self._account.lock:
            if not job.ended:
                job.properties["JobStatus"] = "STOP_REQUESTED"
                job.stop.set()
            return {"JobId": job.id, "JobStatus": job.properties["JobStatus"]}

    def close(self) -> None:
        """Let all jobs stop."""
        for job in self._jobs.values():
            job.stop.set()

    def _find(self, request: Mapping[str, Any]) -> Job:
        if request["JobId"] not in self._jobs:
            what = f"The job {request['JobId']}"
            raise not_found(what)
        return self._jobs[request["JobId"]]

    def _check(self, request: dict[str, Any]) -> None:
        """Refuse what cannot become a job.

        :raises ServiceError: it says why
        """
        targets = request["TargetLanguageCodes"]
        languages.check_pair(request["SourceLanguageCode"], targets)
        if len(targets) > _TARGETS:
            raise invalid_parameter(
                f"A job can have {_TARGETS} target languages, not {len(targets)}."
            )
        if len(set(targets)) < len(targets):
            raise invalid_parameter("TargetLanguageCodes names a language twice.")
        if request["InputDataConfig"]["ContentType"] not in documents.TYPES:
            raise invalid_request(
                f"This endpoint translates {' and '.join(documents.TYPES)} only."
            )
        source = S3Location.of(request["InputDataConfig"]["S3Uri"])
        if not source.key.strip("/"):
            raise invalid_request(
                "The input must be in a folder, not at the top level of the bucket."
            )
        self._s3.check(source)
        self._s3.check(S3Location.of(request["OutputDataConfig"]["S3Uri"]))


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


def _passes(properties: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a job passes a filter."""
    submitted = properties["SubmittedTime"]
    return (
        submitted < wanted.get("SubmittedBeforeTime", float("inf"))
        and submitted > wanted.get("SubmittedAfterTime", 0)
        and all(
            properties.get(name) == wanted[name]
            for name in ("JobName", "JobStatus")
            if name in wanted
        )
    )
