"""A strict stand-in for Amazon Bedrock, with the endpoint's stand-in for S3.

Requests and replies are checked against botocore's model of the two services. Batch
jobs are done at once; each record is a request to Converse, checked as one.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote

import botocore.session
from botocore.validate import ParamValidator
from llm_server import spanish
from werkzeug.wrappers import Response

from amts_sphinx.endpoint import protocol, service_model
from amts_sphinx.endpoint.s3_client import S3Client, S3Location
from amts_sphinx.endpoint.s3_server import S3Server
from amts_sphinx.endpoint.server import NoReplyError, listening
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.wrappers import Request

BUCKET: Final = "books"
ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/bedrock"
REGION: Final = "us-east-1"
MODEL: Final = "vendor.model-v1:0"
#: Records that a job has at least, by the published quotas.
MINIMUM: Final = 100
#: Tokens that each answer costs, in and out.
TOKENS: Final = (100, 10)
_STATUS: Final = {"AccessDeniedException": 403, "ThrottlingException": 429}
_SECRET: Final = "stand-in-for-bedrock"  # noqa: S105 - it tells our own requests


@cache
def model(service: str) -> Any:
    """Return botocore's description of a service."""
    return botocore.session.get_session().get_service_model(service)


@dataclass
class Account:
    """What the service knows, and how it behaves."""

    s3: Any = None
    answer: Callable[[str], str] = spanish
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    #: How often a record was answered, by its id.
    answered: dict[str, int] = field(default_factory=dict)
    #: The texts that Converse was asked for.
    conversed: list[str] = field(default_factory=list)
    #: Whether a token keeps a second job from starting.
    dedupe: bool = True
    #: Changes the lines of a result before they are stored.
    damage: Callable[[list[str]], list[str]] | None = None
    #: The state in which jobs end.
    ends: str = "Completed"
    message: str = ""
    #: Looks at a job before it has ended.
    looks: int = 0
    #: Operations whose next reply is lost after the work is done.
    lost: list[str] = field(default_factory=list)
    #: Operations that are refused next, with the code of the error.
    refused: dict[str, str] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)

    def usage(self) -> dict[str, Any]:
        """Return what was done."""
        return {
            "jobs": len(self.jobs),
            "records": len(self.answered),
            "repeated": sum(count - 1 for count in self.answered.values()),
            "conversed": self.conversed,
        }


def check(service: str, operation: str, said: dict[str, Any], *, reply: bool) -> None:
    """Refuse what the model of a service does not allow."""
    shapes = model(service).operation_model(operation)
    shape = shapes.output_shape if reply else shapes.input_shape
    problems = ParamValidator().validate(said, shape)
    unknown = said.keys() - shape.members.keys()
    if problems.has_errors() or unknown:
        raise ServiceError(problems.generate_report(), code="ValidationException")
    if not reply:
        service_model._read(shape, said, "")  # noqa: SLF001 - it knows patterns


def _asked(body: dict[str, Any]) -> str:
    """Return the text that a conversation asks for."""
    roles = [turn["role"] for turn in body["messages"]]
    if roles != ["user", *["assistant", "user"] * (len(roles) // 2)]:
        why = f"roles in a wrong order: {roles}"
        raise ServiceError(why, code="ValidationException")
    text: str = body["messages"][-1]["content"][0]["text"]
    return text.rpartition("\n")[2]


def _conversation(account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """Answer a conversation."""
    check("bedrock-runtime", "Converse", {"modelId": MODEL, **body}, reply=False)
    text = account.answer(_asked(body))
    asked, said = TOKENS
    reply = {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {
            "inputTokens": asked,
            "outputTokens": said,
            "totalTokens": asked + said,
        },
        "metrics": {"latencyMs": 5},
    }
    check("bedrock-runtime", "Converse", reply, reply=True)
    return reply


def converse(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ``Converse``."""
    body = {name: value for name, value in request.items() if name != "modelId"}
    account.conversed.append(_asked(body))
    return _conversation(account, body)


def create(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Do a job at once."""
    token = request["clientRequestToken"]
    if account.dedupe and token in account.tokens:
        return {"jobArn": account.tokens[token]}
    if request["roleArn"] != ROLE:
        raise ServiceError("cannot assume the role", code="AccessDeniedException")
    if request.get("modelInvocationType") != "Converse":
        raise ServiceError("records are conversations here", code="ValidationException")
    into = request["inputDataConfig"]["s3InputDataConfig"]
    account.s3.check(S3Location.of(into["s3Uri"]))
    name = hashlib.sha256(f"{token}{len(account.jobs)}".encode()).hexdigest()[:12]
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-invocation-job/{name}"
    job = {
        "jobArn": arn,
        "jobName": request["jobName"],
        "modelId": request["modelId"],
        "clientRequestToken": token,
        "roleArn": request["roleArn"],
        "submitTime": 1_700_000_000 + len(account.jobs),
        "inputDataConfig": request["inputDataConfig"],
        "outputDataConfig": request["outputDataConfig"],
        "status": account.ends,
        "message": account.message,
        "modelInvocationType": "Converse",
        "looks": account.looks,
    }
    account.jobs[arn] = job
    account.tokens[token] = arn
    if account.ends != "Failed":
        _work(account, job)
    return {"jobArn": arn}


def _fail(job: dict[str, Any], message: str) -> None:
    job.update(status="Failed", message=message)


def _work(account: Account, job: dict[str, Any]) -> None:
    """Read the records of a job, and write the answers."""
    place = S3Location.of(job["inputDataConfig"]["s3InputDataConfig"]["s3Uri"])
    files = [each for each in account.s3.list(place) if each.key.endswith(".jsonl")]
    records = {
        each.key: [
            json.loads(line)
            for line in account.s3.read(place._replace(key=each.key)).splitlines()
        ]
        for each in files
    }
    every = [record["recordId"] for found in records.values() for record in found]
    if len(every) < MINIMUM:
        return _fail(job, f"The job has less records than the minimum of {MINIMUM}")
    if len({*every}) < len(every):
        return _fail(job, "There are records with the same recordId")
    out = S3Location.of(job["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"])
    folder = f"{out.key.rstrip('/')}/{job['jobArn'].rpartition('/')[2]}"
    errors = 0
    for key, found in records.items():
        lines = []
        for record in found:
            if record.keys() != {"recordId", "modelInput"}:
                return _fail(job, "a record has other members")
            name = record["recordId"]
            account.answered[name] = account.answered.get(name, 0) + 1
            try:
                said = {"modelOutput": _conversation(account, record["modelInput"])}
            except ServiceError as exc:
                errors += 1
                said = {"error": {"errorCode": 400, "errorMessage": exc.message}}
            lines.append(json.dumps({**record, **said}))
        # The order of the records is not kept.
        lines.reverse()
        lines = account.damage(lines) if account.damage else lines
        data = "".join(f"{line}\n" for line in lines).encode()
        target = f"{folder}/{key.rpartition('/')[2]}.out"
        account.s3.write(S3Location(out.bucket, target), data)
    asked, said_ = (len(every) * each for each in TOKENS)
    manifest = {
        "totalRecordCount": len(every),
        "processedRecordCount": len(every),
        "successRecordCount": len(every) - errors,
        "errorRecordCount": errors,
        "inputTokenCount": asked,
        "outputTokenCount": said_,
    }
    account.s3.write(
        S3Location(out.bucket, f"{folder}/manifest.json.out"),
        json.dumps(manifest).encode(),
    )
    counts = {
        f"{n}RecordCount": manifest[f"{n}RecordCount"] for n in ("total", "processed")
    }
    job.update(counts)
    return None


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job as the service shows it."""
    shown = {name: value for name, value in job.items() if name != "looks"}
    if job["looks"] > 0:
        shown["status"] = "InProgress"
    return shown


def get(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Show a job."""
    arn = request["jobIdentifier"]
    if arn not in account.jobs:
        raise ServiceError("no such job", code="ResourceNotFoundException", status=404)
    shown = _shown(account.jobs[arn])
    account.jobs[arn]["looks"] -= 1
    return shown


def listing(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """List the jobs, one on a page."""
    wanted = request.get("nameContains", "")
    found = [job for job in account.jobs.values() if wanted in job["jobName"]]
    start = int(request.get("nextToken", "0"))
    more = {"nextToken": str(start + 1)} if start + 1 < len(found) else {}
    shown = [_shown(job) for job in found[start : start + 1]]
    return {"invocationJobSummaries": shown, **more}


def stop(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Stop a job."""
    account.jobs[request["jobIdentifier"]].update(status="Stopped", looks=0)
    return {}


class _Operation(NamedTuple):
    """An operation, and what does its work."""

    method: str
    path: str
    service: str
    name: str
    work: Callable[[Account, dict[str, Any]], dict[str, Any]]


_MODEL: Final = r"/model/(?P<modelId>[^/]+)/converse"
_JOBS: Final = "/model-invocation-job"
_JOB: Final = rf"{_JOBS}/(?P<jobIdentifier>.+)"
_OPERATIONS: Final = (
    _Operation("POST", _MODEL, "bedrock-runtime", "Converse", converse),
    _Operation("POST", _JOBS, "bedrock", "CreateModelInvocationJob", create),
    _Operation("GET", f"{_JOBS}s", "bedrock", "ListModelInvocationJobs", listing),
    _Operation("GET", _JOB, "bedrock", "GetModelInvocationJob", get),
    _Operation("POST", f"{_JOB}/stop", "bedrock", "StopModelInvocationJob", stop),
)


def _answer(account: Account, storage: S3Server, request: Request) -> Response:
    """Answer a request to either service, or to S3."""
    path = unquote(request.path)
    for each in _OPERATIONS:
        match = re.fullmatch(each.path, path)
        if each.method == request.method and match:
            with account.lock:
                return _served(account, request, match, each)
    if not protocol.is_signed(request):
        return Response("not signed", 403)
    if request.path == "/usage":
        return Response(json.dumps(account.usage()))
    return storage.answer(request)


def _refuse(account: Account, name: str) -> None:
    if name in account.refused:
        raise ServiceError("refused", code=account.refused.pop(name))


def _served(
    account: Account, request: Request, match: re.Match[str], operation: _Operation
) -> Response:
    """Answer for one of the two services."""
    said: dict[str, Any] = {**request.args.to_dict(), **match.groupdict()}
    if "maxResults" in said:
        said["maxResults"] = int(said["maxResults"])
    said |= json.loads(request.get_data() or b"{}")
    _, _, service, name, work = operation
    try:
        _refuse(account, name)
        check(service, name, said, reply=False)
        made = work(account, said)
        check(service, name, made, reply=True)
    except ServiceError as exc:
        status = exc.status or _STATUS.get(exc.code, 400)
        return Response(
            json.dumps({"message": exc.message}),
            status,
            {"x-amzn-ErrorType": exc.code, "Content-Type": "application/json"},
        )
    if name in account.lost:
        account.lost.remove(name)
        raise NoReplyError
    return Response(json.dumps(made), 200, {"Content-Type": "application/json"})


@dataclass(frozen=True)
class Served:
    """The stand-in, as long as it is up."""

    url: str
    account: Account

    def environment(self) -> dict[str, str]:
        """Return the variables with which boto3 comes here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "NO_PROXY": "127.0.0.1,localhost",
        }


@contextmanager
def serve() -> Iterator[Served]:
    """Serve in a thread until the block is left."""
    account = Account()
    with ExitStack() as stack:
        storage = stack.enter_context(closing(S3Server(ACCOUNT)))
        url = stack.enter_context(
            listening("127.0.0.1", 0, lambda each: _answer(account, storage, each))
        )
        account.s3 = stack.enter_context(closing(S3Client(url, REGION, _SECRET)))
        account.s3.create(BUCKET)
        yield Served(url, account)
