"""What a batch job does: reads a folder, translates the documents, writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, fault_damage, languages
from amts_sphinx.endpoint.s3_client import LARGEST, S3Location
from amts_sphinx.endpoint.service_error import ServiceError, invalid_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.endpoint.account import Background
    from amts_sphinx.endpoint.fault_plan import Fault, FaultPlan
    from amts_sphinx.endpoint.jobs import Job
    from amts_sphinx.endpoint.s3_client import S3Client, S3Object
    from amts_sphinx.endpoint.translation_models import TranslationModels
    from amts_sphinx.endpoint.usage import UsageMeter

#: Bytes of a document.
_DOCUMENT: Final = 20 * 1024 * 1024
#: Characters of a document, and bytes of UTF-8 of what is translated in it.
_TEXT: Final = 1_000_000
_DOCUMENTS: Final = 1_000_000
#: Segments that are translated between two looks at whether the job is to stop.
_PORTION: Final = 20
#: A folder for the service itself: no folder of the input may have this name.
_DETAILS: Final = "details"


class StoppedError(Exception):
    """A job is to stop."""


@dataclass
class _LanguageResult:
    """What became of the documents in one language."""

    language: str
    characters: int = 0
    #: One entry for each document, as the details file has them.
    details: list[dict[str, Any]] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """The source files with errors."""
        entries = self.details
        return [e["sourceFile"] for e in entries if "error" in e["auxiliaryData"]]


class JobRunner:
    """Carries out jobs."""

    def __init__(
        self,
        models: TranslationModels,
        s3: S3Client,
        background: Background,
        meter: UsageMeter,
        faults: FaultPlan,
    ) -> None:
        self._models = models
        self._s3 = s3
        self._background = background
        self._meter = meter
        self._faults = faults

    def run(self, job: Job) -> None:
        """Carry out a job, from the queue to its end."""
        fault = self._faults.next_fault("job", job.name)
        kind = fault.kind if fault else ""
        if self._background.pause(job.stop):
            job.end("STOPPED")
            return
        job.properties["JobStatus"] = "IN_PROGRESS"
        if kind == "stuck":
            job.stop.wait()
        if self._background.pause(job.stop):
            job.end("STOPPED")
            return
        try:
            if fault is not None and kind in {"stopped", "failed"}:
                self._translate_some(job, int(fault.details.get("documents", 0)))
                why = "" if kind == "stopped" else "The job failed."
                job.end(kind.upper(), fault.details.get("message", why))
            else:
                self._translate_all(job, kind)
        except StoppedError:
            job.end("STOPPED")
        except ServiceError as exc:
            job.end("FAILED", exc.message)
        except Exception:
            # A client must not wait for ever; nobody looks at what a thread raises.
            job.end("FAILED", "An internal error occurred.")
            raise

    def _translate_some(self, job: Job, most: int) -> None:
        """Translate the first documents of a job that will not come to its end."""
        source = S3Location.of(job.properties["InputDataConfig"]["S3Uri"])
        output = S3Location.of(job.properties["OutputDataConfig"]["S3Uri"])
        for language in job.properties["TargetLanguageCodes"]:
            for document in self._inputs(source)[:most]:
                result = _LanguageResult(language)
                self._translate_one(job, document, source, output, result)

    def _translate_all(self, job: Job, fault: str) -> None:
        """Translate all documents into all languages.

        :param fault: the kind of a planned fault
        :raises ServiceError: the job as a whole fails
        """
        source = S3Location.of(job.properties["InputDataConfig"]["S3Uri"])
        output = S3Location.of(job.properties["OutputDataConfig"]["S3Uri"])
        inputs = self._inputs(source)
        self._write(output, ".write_access_check_file.temp", b"")
        failed: set[str] = set()
        for language in job.properties["TargetLanguageCodes"]:
            result = _LanguageResult(language)
            for document in inputs:
                self._translate_one(job, document, source, output, result)
            failed.update(result.failed)
            details = f"{_DETAILS}/{language}.auxiliary-translation-details.json"
            self._write(output, details, _details(job, result))
        if fault == "foreign-object":
            page = b"<html><p>Nobody asked for this.</p></html>"
            self._write(output, "xx.unasked.html", page)
        _finish(job, len(inputs), len(failed), wrong=fault == "wrong-counters")

    def _inputs(self, source: S3Location) -> list[S3Object]:
        """Return the documents of a folder.

        :raises ServiceError: there are none, too many, or such as cannot be translated
        """
        inputs = [o for o in self._s3.list(source) if not o.key.endswith("/")]
        if not inputs:
            raise invalid_request("There are no documents in the input folder.")
        for document in inputs:
            *folders, _ = document.key[len(source.key) :].split("/")
            if _DETAILS in folders:
                raise invalid_request(
                    f"No folder of the input may be called {_DETAILS!r}."
                )
        if len(inputs) > _DOCUMENTS or sum(o.size for o in inputs) > LARGEST:
            raise invalid_request(
                f"The input has more than {_DOCUMENTS} documents or {LARGEST} bytes."
            )
        return inputs

    def _translate_one(
        self,
        job: Job,
        document: S3Object,
        source: S3Location,
        output: S3Location,
        result: _LanguageResult,
    ) -> None:
        """Translate one document into one language, or note why not."""
        name = document.key[len(source.key) :].lstrip("/")
        folder, slash, file = name.rpartition("/")
        target = f"{folder}{slash}{result.language}.{file}"
        fault = self._faults.next_fault("document", target)
        auxiliary: dict[str, Any] = {}
        try:
            text = self._read(source.bucket, document, fault)
            translation = self._translate(job, text, result)
        except ServiceError as exc:
            error = {"errorCode": exc.code, "errorMessage": exc.message}
            auxiliary["error"] = error
        else:
            html = job.properties["InputDataConfig"]["ContentType"] == documents.HTML
            data = fault_damage.damage_document(translation, fault, html=html)
            if fault is None or fault.kind != "missing":
                self._write(output, target, data)
        result.details.append(
            {"sourceFile": name, "targetFile": target, "auxiliaryData": auxiliary}
        )

    def _read(self, bucket: str, document: S3Object, fault: Fault | None) -> str:
        """Return the text of a document.

        :raises ServiceError: it is too large, or not UTF-8, or it is planned to fail
        """
        if fault is not None and fault.kind == "failed":
            why = fault.details.get("message", "The document failed.")
            raise ServiceError(why, code="InternalServerException")
        if document.size > _DOCUMENT:
            raise invalid_request(f"The document has more than {_DOCUMENT} bytes.")
        data = self._s3.read(S3Location(bucket, document.key))
        if data is None:
            raise invalid_request("The document cannot be read from S3.")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise invalid_request("The document is not UTF-8.") from exc
        if len(text) >= _TEXT:
            raise invalid_request(
                f"The document must have less than {_TEXT} characters."
            )
        return text

    def _write(self, output: S3Location, name: str, data: bytes) -> None:
        self._s3.write(S3Location(output.bucket, output.key + name), data)

    def _translate(self, job: Job, text: str, result: _LanguageResult) -> str:
        """Translate the text of a document and bill it.

        :raises ServiceError: it is too large
        :raises StoppedError: the job is to stop
        """
        source = job.properties["SourceLanguageCode"]
        pair = languages.pair_of(source, result.language)
        custom = job.customizations[result.language]

        def segments(texts: Sequence[str]) -> list[str]:
            targets: list[str] = []
            for start in range(0, len(texts), _PORTION):
                if job.stop.is_set():
                    raise StoppedError
                portion = texts[start : start + _PORTION]
                targets += self._models.translate(portion, pair, custom)
            return targets

        kind = job.properties["InputDataConfig"]["ContentType"]
        # What is too large is refused before anything is done, and nothing is billed.
        draft = documents.translate(text, kind, list)
        if sum(len(piece.encode()) for piece in draft.billed) > _TEXT:
            raise invalid_request(f"The translatable text has more than {_TEXT} bytes.")
        done = documents.translate(text, kind, segments)
        if source != result.language:  # the same language is free
            names = job.properties.get("ParallelDataNames", [])
            scope = ("batch", *pair, *names, repr(sorted(custom.terms.items())))
            result.characters += self._meter.charge(
                "StartTextTranslationJob",
                scope,
                done.billed,
                done.blanks,
                (job.id, result.language),
            )
        return done.text


def _details(job: Job, result: _LanguageResult) -> bytes:
    """Return the details file of one language; its numbers are strings."""
    content = {
        "sourceLanguageCode": job.properties["SourceLanguageCode"],
        "targetLanguageCode": result.language,
        "charactersTranslated": str(result.characters),
        "documentCountWithCustomerError": str(len(result.failed)),
        "documentCountWithServerError": "0",
        "inputDataPrefix": job.properties["InputDataConfig"]["S3Uri"],
        "outputDataPrefix": job.properties["OutputDataConfig"]["S3Uri"],
        "details": result.details,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _finish(job: Job, inputs: int, failed: int, *, wrong: bool) -> None:
    """End a job by its numbers of documents.

    :param wrong: report other numbers
    """
    good = inputs - failed
    job.properties["JobDetails"] = {
        "InputDocumentsCount": inputs,
        "TranslatedDocumentsCount": 0 if wrong else good,
        "DocumentsWithErrorsCount": inputs if wrong else failed,
    }
    if not failed:
        job.end("COMPLETED", "Your job has completed successfully.")
    elif good:
        job.end("COMPLETED_WITH_ERROR", f"{failed} of {inputs} documents have errors.")
    else:
        job.end("FAILED", "No document could be translated.")
