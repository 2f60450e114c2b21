"""The batch jobs of Amazon Translate, as :mod:`amts_sphinx.engine.aws` handles them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.amazon import markup
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.aws import results
from amts_sphinx.engine.aws.service import Who

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.engine.amazon.client import Client as TranslateClient
    from amts_sphinx.engine.amazon.job_plan import JobPlan
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.aws.service import State
    from amts_sphinx.engine.protocol import Progress

#: How people call the service.
WHO: Final = Who("Amazon Translate", "amts_amazon")
_SERVICE: Final = "translate"
_DETAILS: Final = "auxiliary-translation-details.json"
_DETAILS_MOST: Final = 100_000_000


class TranslateJobs:
    """Jobs on documents of HTML."""

    who = WHO
    content = "text/html"

    def start(self, client: TranslateClient, plan: JobPlan, entry: JournalEntry) -> str:
        """Ask once for a job; return its id."""
        reply = client.call_once(
            _SERVICE,
            "start_text_translation_job",
            f"start the job {entry.name}",
            ["JobId"],
            **_request(client, plan, entry),
        )
        return str(reply["JobId"])

    def listed(self, client: Client, name: str) -> list[State] | None:
        """Return the jobs of this name."""
        reply = client.call(
            _SERVICE,
            "list_text_translation_jobs",
            f"look for the job {name}",
            needs=["ResponseMetadata"],
            Filter={"JobName": name},
            MaxResults=500,
        )
        found: list[State] | None = reply.get("TextTranslationJobPropertiesList")
        return found

    def describe(self, client: Client, entry: JournalEntry) -> State:
        """Return what the service says of a job."""
        reply = client.call(
            _SERVICE,
            "describe_text_translation_job",
            f"look at the job {entry.name}",
            needs=["TextTranslationJobProperties"],
            JobId=entry.job_id,
        )
        found: State = reply["TextTranslationJobProperties"]
        return found

    def stop(self, client: Client, entry: JournalEntry) -> None:
        """Have a job stopped."""
        client.call(
            _SERVICE,
            "stop_text_translation_job",
            f"stop the job {entry.name}",
            JobId=entry.job_id,
        )

    def result_name(self, language: str, document: str) -> str:
        """Return the last part of the key of a translated document."""
        return f"{service_code(language)}.{document}"

    def is_result(self, key: str) -> bool:
        """Tell whether an object is a translated document."""
        return key.endswith(".html")

    def is_whole(self, data: bytes) -> bool:
        """Tell whether a document has an end."""
        return markup.is_whole(data)

    def failures(
        self,
        client: Client,
        entry: JournalEntry,
        language: str,
        found: Mapping[str, str],
        progress: Progress,
    ) -> list[str]:
        """Tell what the service has counted; return the documents that it failed on."""
        key = found.get(f"{service_code(language)}.{_DETAILS}")
        try:
            said = json.loads(client.get(key, _DETAILS_MOST).data) if key else {}
            counted = int(said.get("charactersTranslated", 0))
            errors = {
                str(each["sourceFile"]): str(
                    each["auxiliaryData"]["error"]["errorCode"]
                )
                for each in said.get("details", ())
                if each.get("auxiliaryData", {}).get("error")
            }
        except (EngineError, ValueError, TypeError, KeyError, AttributeError):
            progress(f"job {entry.name}: the details of {language} cannot be read")
            return []
        if counted:
            progress(
                f"job {entry.name}: {counted} characters into {language}, by the"
                " service"
            )
        if errors:
            first = next(iter(errors.values()))
            progress(
                f"job {entry.name}: into {language}, {len(errors)} documents failed:"
                f" {first}"
            )
        return [name for name in errors if name in entry.documents]

    def explain(self, state: State) -> str:
        """Return the service's own reason."""
        return str(state.get("Message") or "no reason given").rstrip(".")

    def read(self, data: bytes, doing: str) -> Iterable[tuple[str, str]]:
        """Yield the keys of texts with their coded targets."""
        return markup.segments(data, doing)


def _request(
    client: TranslateClient, plan: JobPlan, entry: JournalEntry
) -> dict[str, Any]:
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
            "ContentType": TranslateJobs.content,
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
