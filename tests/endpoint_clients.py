"""boto3's clients of an endpoint, and the steps that tests of it have in common."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amts_sphinx.endpoint import Served

BUCKET: Final = "books"
ROLE: Final = "arn:aws:iam::123456789012:role/translate"
#: Seconds that something may take behind the replies.
PATIENCE: Final = 20
#: It reads the services' models once.
SESSION: Final = boto3.Session()
_ENDED: Final = {"COMPLETED", "COMPLETED_WITH_ERROR", "FAILED", "STOPPED"}


@dataclass(frozen=True)
class Clients:
    """What a user has in hand."""

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

    def say(self, text: str, target: str = "es", **more: Any) -> str:
        """Translate a text from English at once."""
        said: str = self.translate.translate_text(
            Text=text, SourceLanguageCode="en", TargetLanguageCode=target, **more
        )["TranslatedText"]
        return said

    def import_data(
        self, name: str, data: str | bytes, form: str = "CSV"
    ) -> dict[str, Any]:
        """Make parallel data; return its properties once they are settled."""
        uri = self.put(f"data/{name}", data)
        self.translate.create_parallel_data(
            Name=name, ParallelDataConfig={"S3Uri": uri, "Format": form}
        )
        return self.settled(name)

    def settled(self, name: str) -> dict[str, Any]:
        """Return the properties of parallel data once nothing is being imported."""

        def look() -> dict[str, Any] | None:
            got = self.translate.get_parallel_data(Name=name)
            told: dict[str, Any] = got["ParallelDataProperties"]
            states = {told["Status"], told.get("LatestUpdateAttemptStatus")}
            return None if states & {"CREATING", "UPDATING"} else told

        return wait(look)

    def start(self, folder: str, targets: list[str], **more: Any) -> str:
        """Start a job on a folder of the bucket; return its identifier."""
        kind = more.pop("kind", "text/html")
        asked = {
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
        job_id: str = self.translate.start_text_translation_job(**asked)["JobId"]
        return job_id

    def describe(self, job_id: str) -> dict[str, Any]:
        """Return the properties of a job."""
        got = self.translate.describe_text_translation_job(JobId=job_id)
        told: dict[str, Any] = got["TextTranslationJobProperties"]
        return told

    def ended(self, job_id: str) -> dict[str, Any]:
        """Return the properties of a job once it has ended."""

        def look() -> dict[str, Any] | None:
            told = self.describe(job_id)
            return told if told["JobStatus"] in _ENDED else None

        return wait(look)

    def outputs(self, told: Mapping[str, Any]) -> dict[str, bytes]:
        """Return what a job has written, by the name below its folder."""
        folder = told["OutputDataConfig"]["S3Uri"].removeprefix(f"s3://{BUCKET}/")
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=folder)
        keys = [entry["Key"] for entry in found.get("Contents", ())]
        return {key.removeprefix(folder): self.get(key) for key in keys}

    def details(self, told: Mapping[str, Any], language: str = "es") -> dict[str, Any]:
        """Return what a job tells of one language."""
        name = f"details/{language}.auxiliary-translation-details.json"
        details: dict[str, Any] = json.loads(self.outputs(told)[name])
        return details


def connect(served: Served, **more: Any) -> Clients:
    """Return clients that try once, so that a test sees what the endpoint said."""

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


def wait(look: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Look until there is something to see."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
    raise TimeoutError(f"nothing happened for {PATIENCE} seconds")
