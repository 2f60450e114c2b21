"""Parallel data as a resource: made from a file in S3, replaced, listed, deleted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint.bucket import LARGEST, S3Location
from amts_sphinx.endpoint.paging import page
from amts_sphinx.endpoint.parallel_data_records import Records, UnusableFileError, read
from amts_sphinx.endpoint.resources import now
from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_request,
    limit_exceeded,
    not_found,
)

if TYPE_CHECKING:
    from amts_sphinx.endpoint.bucket import Buckets
    from amts_sphinx.endpoint.client_tokens import Tokens
    from amts_sphinx.endpoint.fault_plan import Fault, Faults
    from amts_sphinx.endpoint.job_queue import Work
    from amts_sphinx.endpoint.resources import Resources

#: Resources in an account and region.
_MOST: Final = 1000


@dataclass
class ParallelDataResource:
    """One resource."""

    properties: dict[str, Any]
    #: What is in use; while an update is going on, the former.
    records: Records = field(default_factory=Records)
    #: What was left out at the last attempt, and why, as JSON; empty if nothing was.
    report: bytes = b""

    @property
    def busy(self) -> bool:
        """Whether something is being imported."""
        return "CREATING" in self._states or "UPDATING" in self._states

    @property
    def ready(self) -> bool:
        """Whether a job may use it."""
        return bool(self.properties["Status"] == "ACTIVE")

    @property
    def _states(self) -> tuple[str, str]:
        told = self.properties
        return told["Status"], told.get("LatestUpdateAttemptStatus", "")


class ParallelDataRoom:
    """The account's parallel data."""

    def __init__(
        self,
        resources: Resources,
        buckets: Buckets,
        work: Work,
        tokens: Tokens,
        faults: Faults,
    ) -> None:
        self._resources = resources
        self._buckets = buckets
        self._work = work
        self._tokens = tokens
        self._faults = faults
        self._all: dict[str, ParallelDataResource] = {}

    def find(self, name: str) -> ParallelDataResource:
        """Return a resource by its name.

        :raises ServiceError: nothing has this name
        """
        if name not in self._all:
            what = f"The parallel data {name}"
            raise not_found(what)
        return self._all[name]

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``CreateParallelData``."""
        with self._resources.lock:
            done = self._tokens.recall("CreateParallelData", request)
            if done is not None:
                return done
            name = request["Name"]
            if name in self._all:
                raise ServiceError(
                    f"The parallel data {name} already exists.",
                    code="ConflictException",
                )
            if len(self._all) >= _MOST:
                raise limit_exceeded(
                    f"An account can have {_MOST} parallel data resources."
                )
            self._check_source(request)
            arn = self._resources.arn("parallel-data", name)
            self._resources.open(arn, request.get("Tags", []))
            data = ParallelDataResource(_properties(request, arn))
            self._all[name] = data
            self._work.imports.submit(self._import, data, "Status")
            reply = {"Name": name, "Status": "CREATING"}
            return self._tokens.keep("CreateParallelData", request, reply)

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``UpdateParallelData``."""
        with self._resources.lock:
            done = self._tokens.recall("UpdateParallelData", request)
            if done is not None:
                return done
            data = self.find(request["Name"])
            told = data.properties
            if data.busy or told["Status"] not in {"ACTIVE", "FAILED"}:
                raise ServiceError(
                    f"The parallel data {told['Name']} is being changed.",
                    code="ConcurrentModificationException",
                )
            self._check_source(request)
            told.update(
                ParallelDataConfig=request["ParallelDataConfig"],
                LatestUpdateAttemptStatus="UPDATING",
                LatestUpdateAttemptAt=now(),
            )
            if "Description" in request:
                told["Description"] = request["Description"]
            self._work.imports.submit(self._import, data, "LatestUpdateAttemptStatus")
            names = ("Name", "Status", *_ATTEMPT)
            reply = {name: told[name] for name in names}
            return self._tokens.keep("UpdateParallelData", request, reply)

    def get(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``GetParallelData``; its links work for half an hour."""
        data = self.find(request["Name"])
        reply: dict[str, Any] = {"ParallelDataProperties": dict(data.properties)}
        place = S3Location.of(data.properties["ParallelDataConfig"]["S3Uri"])
        reply["DataLocation"] = _location(self._buckets.link(place))
        if data.report:
            kept = self._buckets.keep(f"{request['Name']}.json", data.report)
            updated = "LatestUpdateAttemptStatus" in data.properties
            which = "LatestUpdateAttemptAuxiliary" if updated else "Auxiliary"
            reply[f"{which}DataLocation"] = _location(kept)
        return reply

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListParallelData``."""
        with self._resources.lock:
            told = [dict(self._all[name].properties) for name in sorted(self._all)]
        shown, more = page(told, request)
        return {"ParallelDataPropertiesList": shown, **more}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DeleteParallelData``."""
        with self._resources.lock:
            data = self.find(request["Name"])
            if data.busy:
                raise ServiceError(
                    f"The parallel data {request['Name']} is being changed.",
                    code="ConcurrentModificationException",
                )
            data.properties["Status"] = "DELETING"
            self._work.soon.submit(self._forget, data)
        return {"Name": request["Name"], "Status": "DELETING"}

    def _forget(self, data: ParallelDataResource) -> None:
        self._work.pause()
        with self._resources.lock:
            if self._all.pop(data.properties["Name"], None):
                self._resources.close(data.properties["Arn"])

    def _check_source(self, request: dict[str, Any]) -> None:
        config = request["ParallelDataConfig"]
        if not config.get("S3Uri") or not config.get("Format"):
            raise ServiceError(
                "ParallelDataConfig must have S3Uri and Format.",
                code="InvalidParameterValueException",
            )
        if any(data.busy for data in self._all.values()):
            raise limit_exceeded(
                "Only one parallel data resource can be created or updated at a time."
            )
        self._buckets.check(S3Location.of(config["S3Uri"]))
        if not S3Location.of(config["S3Uri"]).key:
            raise invalid_request("S3Uri must name a file.")

    def _import(self, data: ParallelDataResource, status: str) -> None:
        """Import the file of a resource.

        :param status: the property that tells how it went
        """
        told = data.properties
        self._work.pause()
        fault = self._faults.strike("import", told["Name"])
        if fault is not None and fault.kind == "stuck":
            return
        try:
            _check(fault)
            records = self._read(told["ParallelDataConfig"])
        except UnusableFileError as exc:
            with self._resources.lock:
                told.update({status: "FAILED", "Message": str(exc)})
            return
        with self._resources.lock:
            data.records = records
            data.report = _report(records)
            told.update(_counts(records), LastUpdatedAt=now(), Status="ACTIVE")
            told[status] = "ACTIVE"
            told.pop("Message", None)

    def _read(self, config: dict[str, str]) -> Records:
        file = self._buckets.read(S3Location.of(config["S3Uri"]))
        if file is None:
            raise UnusableFileError("The file cannot be read from S3.")
        if len(file) > LARGEST:
            raise UnusableFileError(f"The file has more than {LARGEST} bytes.")
        return read(file, config["Format"])


_ATTEMPT: Final = ("LatestUpdateAttemptStatus", "LatestUpdateAttemptAt")


def _properties(request: dict[str, Any], arn: str) -> dict[str, Any]:
    present = now()
    kept = ("Name", "Description", "ParallelDataConfig", "EncryptionKey")
    return {
        **{name: request[name] for name in kept if name in request},
        "Arn": arn,
        "Status": "CREATING",
        "CreatedAt": present,
        "LastUpdatedAt": present,
    }


def _check(fault: Fault | None) -> None:
    """Let an import fail, if a fault says so."""
    if fault is not None:
        raise UnusableFileError(fault.details.get("message", "The import failed."))


def _counts(records: Records) -> dict[str, Any]:
    return {
        "SourceLanguageCode": records.source,
        "TargetLanguageCodes": list(records.targets),
        "ImportedDataSize": records.size,
        "ImportedRecordCount": records.imported,
        "SkippedRecordCount": records.skipped,
        "FailedRecordCount": records.failed,
    }


def _report(records: Records) -> bytes:
    if not records.messages:
        return b""
    summary = {
        "record_error_count": records.failed,
        "record_skipped_count": records.skipped,
    }
    return json.dumps({"summary": summary, "messages": records.messages}).encode()


def _location(link: str) -> dict[str, str]:
    return {"RepositoryType": "S3", "Location": link}
