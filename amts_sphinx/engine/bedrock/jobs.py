"""Batch inference, as :mod:`amts_sphinx.engine.aws` handles jobs.

A job takes files of JSON lines. Each record is the body of a request to Converse with
the key of its text; what the model says comes back in a file of the same name.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineError, EngineUnavailableError
from amts_sphinx.engine.aws import results
from amts_sphinx.engine.aws.index import entry_of
from amts_sphinx.engine.aws.journal import JournalEntry, key_of
from amts_sphinx.engine.aws.service import Who
from amts_sphinx.engine.bedrock import conversation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.service import State
    from amts_sphinx.engine.bedrock.options import BedrockOptions
    from amts_sphinx.engine.llm.prompt import Message
    from amts_sphinx.engine.protocol import Progress

#: How people call the service.
WHO: Final = Who("Amazon Bedrock", "amts_bedrock")
_SERVICE: Final = "bedrock"
_CREATE: Final = "CreateModelInvocationJob"
#: Has records in the form of Converse, which is the same for all models.
_TYPE: Final = "modelInvocationType"
#: Records of a file: what is cut off takes few others along.
_RECORDS: Final = 1_000
#: Records of a job, by the published quotas.
MOST_RECORDS: Final = 50_000
#: Jobs on a page of a list.
_PAGE: Final = 1_000
_MANIFEST: Final = "manifest.json.out"
_MANIFEST_MOST: Final = 1_000_000
#: The service's words for the states of jobs, in those of :mod:`.aws.jobs`.
_STATES: Final = {
    "Submitted": "SUBMITTED",
    "Validating": "SUBMITTED",
    "Scheduled": "SUBMITTED",
    "InProgress": "IN_PROGRESS",
    "Stopping": "STOP_REQUESTED",
    "Stopped": "STOPPED",
    "Completed": "COMPLETED",
    "PartiallyCompleted": "COMPLETED_WITH_ERROR",
    "Expired": "FAILED",
    "Failed": "FAILED",
}
#: What a reason of the service is about, and what people can do, by words in it.
_REASONS: Final = {
    ("minimum", "less records", "fewer records"): (
        "it has fewer records than the model's quota wants; raise"
        " amts_bedrock.batch_minimum"
    ),
    ("role", "permission", "access denied", "not authorized"): (
        "the role amts_bedrock.role_arn may not use the model, or read and write in the"
        " bucket"
    ),
    ("bucket", "s3"): "the bucket, its region, or what is in it, cannot be used",
    ("expired", "timed out", "timeout"): "it took longer than amts_bedrock.hours",
}


class BedrockJobs:
    """Jobs on files of conversations."""

    who = WHO
    content = "application/jsonl"

    def start(self, client: Client, plan: JobPlan, entry: JournalEntry) -> str:
        """Ask once for a job; return its ARN.

        :raises EngineUnavailableError: botocore is too old to know such jobs
        """
        known = client.model(_SERVICE).operation_model(_CREATE).input_shape.members
        if _TYPE not in known:
            raise EngineUnavailableError(
                "Amazon Bedrock: batch jobs need a newer boto3; pip install -U boto3"
            )
        reply = client.call_once(
            _SERVICE,
            "create_model_invocation_job",
            f"start the job {entry.name} for the model {plan.options.model!r}",
            ["jobArn"],
            **_request(plan, entry),
        )
        return str(reply["jobArn"])

    def listed(self, client: Client, name: str) -> list[State] | None:
        """Return the jobs of this name."""
        found: list[State] = []
        token: dict[str, Any] = {}
        while True:
            reply = client.call(
                _SERVICE,
                "list_model_invocation_jobs",
                f"look for the job {name}",
                needs=["ResponseMetadata"],
                nameContains=name,
                maxResults=_PAGE,
                **token,
            )
            if "invocationJobSummaries" not in reply:
                return None
            found += map(_state, reply["invocationJobSummaries"])
            if not reply.get("nextToken"):
                return found
            token = {"nextToken": reply["nextToken"]}

    def describe(self, client: Client, entry: JournalEntry) -> State:
        """Return what the service says of a job."""
        reply = client.call(
            _SERVICE,
            "get_model_invocation_job",
            f"look at the job {entry.name}",
            needs=["jobArn", "status"],
            jobIdentifier=entry.job_id,
        )
        return _state(reply)

    def stop(self, client: Client, entry: JournalEntry) -> None:
        """Have a job stopped."""
        client.call(
            _SERVICE,
            "stop_model_invocation_job",
            f"stop the job {entry.name}",
            jobIdentifier=entry.job_id,
        )

    def result_name(self, language: str, document: str) -> str:  # noqa: ARG002
        """Return the last part of the key of a file of answers."""
        return f"{document}.out"

    def is_result(self, key: str) -> bool:
        """Tell whether an object is a file of answers."""
        return key.endswith(".jsonl.out")

    def is_whole(self, data: bytes) -> bool:
        """Tell whether the last line of a file is whole."""
        return _record(data.rstrip().rpartition(b"\n")[2]) is not None

    def failures(
        self,
        client: Client,
        entry: JournalEntry,
        language: str,  # noqa: ARG002 - a job has one
        found: Mapping[str, str],
        progress: Progress,
    ) -> list[str]:
        """Tell what the service has counted; no file fails as a whole."""
        key = found.get(_MANIFEST)
        try:
            said = json.loads(client.get(key, _MANIFEST_MOST).data) if key else {}
            asked, told = (
                int(said.get(f"{n}TokenCount", 0)) for n in ("input", "output")
            )
            wrong = int(said.get("errorRecordCount", 0))
        except (EngineError, ValueError, TypeError, AttributeError):
            progress(f"job {entry.name}: its manifest cannot be read")
            return []
        if asked or told:
            progress(
                f"job {entry.name}: {asked:,} tokens in, {told:,} out, by the service"
            )
        if wrong:
            progress(f"job {entry.name}: the model failed on {wrong} texts")
        return []

    def explain(self, state: State) -> str:
        """Return what a reason is about: the service's own words may hold a text."""
        message = str(state.get("Message") or "").lower()
        about = next(
            (_REASONS[each] for each in _REASONS if any(w in message for w in each)),
            "the service gave no reason that is known",
        )
        return (
            f"{about}; for the service's own words: aws bedrock"
            f" get-model-invocation-job --job-identifier {state.get('JobId')}"
        )

    def read(self, data: bytes, doing: str) -> Iterator[tuple[str, str]]:  # noqa: ARG002
        """Yield the keys of texts with their records, as JSON."""
        for line in data.split(b"\n"):
            record = _record(line)
            if record is not None:
                yield str(record["recordId"]), line.decode()


def _record(line: bytes) -> dict[str, Any] | None:
    """Return the record in a line; ``None``: it is none."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    sound = isinstance(said, dict) and isinstance(said.get("recordId"), str)
    return said if sound else None


def _state(said: Mapping[str, Any]) -> State:
    """Return what the service says of a job in the words of :mod:`.aws.jobs`."""
    output = said.get("outputDataConfig", {}).get("s3OutputDataConfig", {})
    total = said.get("totalRecordCount")
    progress = f"{said.get('processedRecordCount', 0)} of {total} records"
    return {
        "JobId": str(said.get("jobArn", "")),
        "JobName": str(said.get("jobName", "")),
        "JobStatus": _STATES.get(str(said.get("status", "")), "FAILED"),
        "SubmittedTime": str(said.get("submitTime", "")),
        "Message": str(said.get("message", "")) or str(said.get("status", "")),
        "OutputDataConfig": {"S3Uri": str(output.get("s3Uri", ""))},
        "Progress": progress if total else "",
    }


@dataclass(frozen=True)
class JobPlan:
    """A job that is to be."""

    options: BedrockOptions
    pair: LanguagePair
    #: See :attr:`.aws.batch.TextJobs.use`.
    use: str
    #: Coded, each once.
    texts: tuple[str, ...]
    #: Of each text: what the model is told, and the tokens that it may answer.
    conversations: Mapping[str, tuple[Sequence[Message], int]]
    #: Counts jobs of this plan that ended, and left nothing.
    attempt: int = 0

    @cached_property
    def documents(self) -> dict[str, list[str]]:
        """The texts of each file, by its name."""
        starts = range(0, len(self.texts), _RECORDS)
        return {
            f"{number:05}.jsonl": list(self.texts[start : start + _RECORDS])
            for number, start in enumerate(starts, 1)
        }

    def data(self, document: str) -> bytes:
        """Return a file."""
        lines = (
            {
                "recordId": key_of(text),
                "modelInput": conversation.body(*self.conversations[text]),
            }
            for text in self.documents[document]
        )
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    @cached_property
    def token(self) -> str:
        """What tells this request from all others, 64 hexadecimal digits.

        The examples are no part of it: the memory may have changed a little since.
        """
        options = self.options
        place = [options.bucket, options.prefix, options.owner, options.kms_key]
        texts = [key_of(text) for text in self.texts]
        who = [options.region, options.role_arn, self.use, self.attempt]
        what = json.dumps([place, who, texts])
        return hashlib.sha256(what.encode()).hexdigest()

    def entry(self, client: Client) -> JournalEntry:
        """Return how the journal notes this."""
        pair = self.pair.source, (self.pair.target,)
        return entry_of(self, client, self.token, pair, sum(map(len, self.texts)))


def _request(plan: JobPlan, entry: JournalEntry) -> dict[str, Any]:
    """Return the parameters of a job."""
    options = plan.options
    place = f"s3://{entry.bucket}/{entry.folder}"
    into: dict[str, Any] = {"s3Uri": f"{place}{results.IN}", "s3InputFormat": "JSONL"}
    out: dict[str, Any] = {"s3Uri": f"{place}{results.OUT}"}
    if options.owner:
        into["s3BucketOwner"] = out["s3BucketOwner"] = options.owner
    if options.kms_key:
        out["s3EncryptionKeyId"] = options.kms_key
    return {
        "jobName": entry.name,
        "clientRequestToken": plan.token,
        "roleArn": options.role_arn,
        "modelId": options.model,
        _TYPE: "Converse",
        "inputDataConfig": {"s3InputDataConfig": into},
        "outputDataConfig": {"s3OutputDataConfig": out},
        "timeoutDurationInHours": math.ceil(options.hours),
    }
