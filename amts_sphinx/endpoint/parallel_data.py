"""Parallel data as resources: made from a file in S3, looked at, listed, deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint.account import now, page
from amts_sphinx.endpoint.parallel_data_records import (
    ImportedRecords,
    UnusableFileError,
    read,
)
from amts_sphinx.endpoint.s3_client import LARGEST, S3Location
from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
)

if TYPE_CHECKING:
    from amts_sphinx.endpoint.account import Account, Background, ClientTokens
    from amts_sphinx.endpoint.fault_plan import Fault, FaultPlan
    from amts_sphinx.endpoint.s3_client import S3Client

#: Resources in an account and region.
_MOST: Final = 1000


@dataclass
class ParallelDataResource:
    """One resource."""

    #: As ``GetParallelData`` shows them.
    properties: dict[str, Any]
    records: ImportedRecords = field(default_factory=ImportedRecords)

    @property
    def status(self) -> str:
        """Whether it is being imported, can be used, or failed."""
        return str(self.properties["Status"])


class ParallelDataStore:
    """The account's parallel data."""

    def __init__(
        self,
        account: Account,
        s3: S3Client,
        background: Background,
        tokens: ClientTokens,
        faults: FaultPlan,
    ) -> None:
        self._account = account
        self._s3 = s3
        self._background = background
        self._tokens = tokens
        self._faults = faults
        self._all: dict[str, ParallelDataResource] = {}

    def find(self, name: str) -> ParallelDataResource:
        """Return a resource by its name.

        :raises ServiceError: there is none of this name
        """
        if name not in self._all:
            what = f"The parallel data {name}"
            raise not_found(what)
        return self._all[name]

    def for_job(self, request: dict[str, Any]) -> ParallelDataResource | None:
        """Return the parallel data that a request for a job names.

        :raises ServiceError: it names two, or one that the job cannot use
        """
        names = request.get("ParallelDataNames", [])
        if not names:
            return None
        if len(names) > 1:
            raise invalid_request(
                "ParallelDataNames accepts only one parallel data resource."
            )
        data = self.find(names[0])
        if data.status != "ACTIVE":
            raise invalid_request(f"The parallel data {names[0]} is not ACTIVE.")
        if data.records.source != request["SourceLanguageCode"]:
            raise invalid_request(
                f"The source language of the parallel data is {data.records.source}."
            )
        missing = set(request["TargetLanguageCodes"]) - set(data.records.targets)
        if missing:
            languages = ", ".join(sorted(missing))
            raise invalid_request(
                f"The parallel data has no translations for {languages}."
            )
        return data

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``CreateParallelData``."""
        with self._account.lock:
            former = self._tokens.former_reply("CreateParallelData", request)
            if former is not None:
                return former
            self._check(request)
            name = request["Name"]
            arn = self._account.arn("parallel-data", name)
            self._account.set_tags(arn, request.get("Tags", []))
            data = ParallelDataResource(_properties(request, arn))
            self._all[name] = data
            self._background.imports.submit(self._import, data)
            reply = {"Name": name, "Status": "CREATING"}
            return self._tokens.keep("CreateParallelData", request, reply)

    def get(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``GetParallelData``."""
        with self._account.lock:
            properties = dict(self.find(request["Name"]).properties)
        return {"ParallelDataProperties": properties}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListParallelData``."""
        with self._account.lock:
            properties = [dict(self._all[n].properties) for n in sorted(self._all)]
        shown, more = page(properties, request)
        return {"ParallelDataPropertiesList": shown, **more}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DeleteParallelData``."""
        with self._account.lock:
            data = self.find(request["Name"])
            if data.status == "CREATING":
                raise ServiceError(
                    f"The parallel data {request['Name']} is being changed.",
                    code="ConcurrentModificationException",
                )
            data.properties["Status"] = "DELETING"
            self._background.deletions.submit(self._forget, data)
        return {"Name": request["Name"], "Status": "DELETING"}

    def _forget(self, data: ParallelDataResource) -> None:
        self._background.pause()
        with self._account.lock:
            if self._all.pop(data.properties["Name"], None):
                self._account.forget_tags(data.properties["Arn"])

    def _check(self, request: dict[str, Any]) -> None:
        """Refuse what cannot become a resource now.

        :raises ServiceError: it says why
        """
        name, config = request["Name"], request["ParallelDataConfig"]
        if name in self._all:
            raise ServiceError(
                f"The parallel data {name} already exists.", code="ConflictException"
            )
        if len(self._all) >= _MOST:
            raise limit_exceeded(
                f"An account can have {_MOST} parallel data resources."
            )
        if not config.get("S3Uri") or not config.get("Format"):
            raise invalid_parameter("ParallelDataConfig must have S3Uri and Format.")
        if any(data.status == "CREATING" for data in self._all.values()):
            raise limit_exceeded(
                "Only one parallel data resource can be created at a time."
            )
        location = S3Location.of(config["S3Uri"])
        self._s3.check(location)
        if not location.key:
            raise invalid_request("S3Uri must name a file.")

    def _import(self, data: ParallelDataResource) -> None:
        """Import the file of a resource."""
        self._background.pause()
        fault = self._faults.next_fault("import", data.properties["Name"])
        if fault is not None and fault.kind == "stuck":
            return
        try:
            records = self._read(data.properties["ParallelDataConfig"], fault)
        except UnusableFileError as exc:
            with self._account.lock:
                data.properties.update(Status="FAILED", Message=str(exc))
            return
        with self._account.lock:
            data.records = records
            data.properties.update(_counts(records), Status="ACTIVE")

    def _read(self, config: dict[str, str], fault: Fault | None) -> ImportedRecords:
        """Return the records of a file.

        :raises UnusableFileError: it cannot be used, or it is planned to fail
        """
        if fault is not None:
            raise UnusableFileError(fault.details.get("message", "The import failed."))
        file = self._s3.read(S3Location.of(config["S3Uri"]))
        if file is None:
            raise UnusableFileError("The file cannot be read from S3.")
        if len(file) > LARGEST:
            raise UnusableFileError(f"The file has more than {LARGEST} bytes.")
        return read(file, config["Format"])


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


def _counts(records: ImportedRecords) -> dict[str, Any]:
    properties = {
        "SourceLanguageCode": records.source,
        "TargetLanguageCodes": list(records.targets),
        "ImportedDataSize": records.size,
        "ImportedRecordCount": records.imported,
        "SkippedRecordCount": records.skipped,
        "FailedRecordCount": records.failed,
        "LastUpdatedAt": now(),
    }
    return {**properties, "Message": records.message} if records.message else properties
