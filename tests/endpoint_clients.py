"""boto3's clients of an endpoint, and steps that its tests share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.endpoint import Served

BUCKET: Final = "books"
ROLE: Final = "arn:aws:iam::123456789012:role/translate"
#: It reads the services' models once.
SESSION: Final = boto3.Session()
_ENDED: Final = {"COMPLETED", "COMPLETED_WITH_ERROR", "FAILED", "STOPPED"}


@dataclass(frozen=True)
class Clients:
    """The clients of a user."""

    served: Served
    translate: Any
    s3: Any

    def put(self, key: str, data: str | bytes) -> str:
        """Write an object; return its address."""
        body = data.encode() if isinstance(data, str) else data
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        """Read an object."""
        data: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return data

    def text(self, text: str, target: str = "es", **more: Any) -> str:
        """Return a text in English, translated at once."""
        translated: str = self.translate.translate_text(
            Text=text, SourceLanguageCode="en", TargetLanguageCode=target, **more
        )["TranslatedText"]
        return translated

    def import_data(
        self, name: str, data: str | bytes, form: str = "CSV"
    ) -> dict[str, Any]:
        """Make parallel data; return its properties once it is imported."""
        uri = self.put(f"data/{name}", data)
        self.translate.create_parallel_data(
            Name=name, ParallelDataConfig={"S3Uri": uri, "Format": form}
        )
        return self.imported(name)

    def imported(self, name: str) -> dict[str, Any]:
        """Return the properties of parallel data once it is imported."""

        def look() -> dict[str, Any] | None:
            reply = self.translate.get_parallel_data(Name=name)
            properties: dict[str, Any] = reply["ParallelDataProperties"]
            return None if properties["Status"] == "CREATING" else properties

        return until(look)

    def start(self, folder: str, targets: list[str], **more: Any) -> str:
        """Start a job on a folder of the bucket; return its identifier."""
        kind = more.pop("kind", "text/html")
        request = {
            "InputDataConfig": {
                "S3Uri": f"s3://{BUCKET}/{folder}",
                "ContentType": kind,
            },
            "OutputDataConfig": {"S3Uri": f"s3://{BUCKET}/out"},
            "DataAccessRoleArn": ROLE,
            "SourceLanguageCode": "en",
            "TargetLanguageCodes": targets,
            **more,
        }
        job_id: str = self.translate.start_text_translation_job(**request)["JobId"]
        return job_id

    def describe(self, job_id: str) -> dict[str, Any]:
        """Return the properties of a job."""
        reply = self.translate.describe_text_translation_job(JobId=job_id)
        properties: dict[str, Any] = reply["TextTranslationJobProperties"]
        return properties

    def ended(self, job_id: str) -> dict[str, Any]:
        """Return the properties of a job once it has ended."""

        def look() -> dict[str, Any] | None:
            job = self.describe(job_id)
            return job if job["JobStatus"] in _ENDED else None

        return until(look)

    def outputs(self, job: Mapping[str, Any]) -> dict[str, bytes]:
        """Return what a job has written, by the name below its folder."""
        folder = job["OutputDataConfig"]["S3Uri"].removeprefix(f"s3://{BUCKET}/")
        reply = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=folder)
        keys = [entry["Key"] for entry in reply.get("Contents", ())]
        return {key.removeprefix(folder): self.get(key) for key in keys}

    def details(self, job: Mapping[str, Any], language: str = "es") -> dict[str, Any]:
        """Return the details file of a job for one language."""
        name = f"details/{language}.auxiliary-translation-details.json"
        details: dict[str, Any] = json.loads(self.outputs(job)[name])
        return details


def connect(served: Served, **more: Any) -> Clients:
    """Return clients that try once, so that a test sees each reply."""

    def client(service: str) -> Any:
        return SESSION.client(
            service,
            endpoint_url=served.url,
            region_name=more.get("region", served.options.region),
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - nobody checks it
            config=Config(
                retries={"total_max_attempts": more.get("attempts", 1)},
                read_timeout=more.get("timeout", PATIENCE),
                proxies={},
            ),
        )

    return Clients(served, client("translate"), client("s3"))
