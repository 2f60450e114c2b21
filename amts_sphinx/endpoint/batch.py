"""What a batch job does: reads a folder, translates the documents, writes them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, fault_damage, languages
from amts_sphinx.endpoint.bucket import LARGEST, S3Location
from amts_sphinx.endpoint.fault_plan import ON_TEXTS
from amts_sphinx.endpoint.service_error import ServiceError, invalid_request
from amts_sphinx.endpoint.terminologies import applied, terms_of
from amts_sphinx.endpoint.translator import Lore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.endpoint.bucket import Buckets, Stored
    from amts_sphinx.endpoint.fault_plan import Fault, Faults
    from amts_sphinx.endpoint.job_queue import Work
    from amts_sphinx.endpoint.jobs import Job
    from amts_sphinx.endpoint.translator import Linguist
    from amts_sphinx.endpoint.usage import Meter

#: Bytes of a document.
_DOCUMENT: Final = 20 * 1024 * 1024
#: Characters of a document, and bytes of UTF-8 of what is translated in it.
_TEXT: Final = 1_000_000
_DOCUMENTS: Final = 1_000_000
#: Segments that are translated before it is asked again whether to stop.
_PORTION: Final = 20
#: A folder for the service itself: none of the input's may be called so.
_DETAILS: Final = "details"


class StoppedError(Exception):
    """A job is to stop."""


@dataclass
class _Result:
    """What became of the documents in one language."""

    language: str
    characters: int = 0
    errors: int = 0
    details: list[dict[str, Any]] = field(default_factory=list)


class JobRun:
    """Does jobs."""

    def __init__(
        self,
        linguist: Linguist,
        buckets: Buckets,
        work: Work,
        meter: Meter,
        faults: Faults,
    ) -> None:
        self._linguist = linguist
        self._buckets = buckets
        self._work = work
        self._meter = meter
        self._faults = faults

    def run(self, job: Job) -> None:
        """Do a job, from the queue to its end."""
        fault = self._faults.strike("job", job.properties.get("JobName", ""))
        kind = fault.kind if fault else ""
        self._meter.job(job.id, job.properties.get("JobName", ""))
        if self._work.pause(job.stop):
            job.end("STOPPED")
            return
        job.properties["JobStatus"] = "IN_PROGRESS"
        if kind == "stuck":
            job.stop.wait()
        if self._work.pause(job.stop) or kind == "stopped":
            job.end("STOPPED")
            return
        if fault is not None and kind == "failed":
            job.end("FAILED", fault.details.get("message", "The job failed."))
            return
        try:
            self._do(job, kind)
        except StoppedError:
            job.end("STOPPED")
        except ServiceError as exc:
            job.end("FAILED", exc.message)
        except Exception:
            # Whoever waits for the job must not wait for ever; the thread's owner
            # would keep this to itself.
            job.end("FAILED", "An internal error occurred.")
            raise

    def _do(self, job: Job, kind: str) -> None:
        source = S3Location.of(job.properties["InputDataConfig"]["S3Uri"])
        output = S3Location.of(job.properties["OutputDataConfig"]["S3Uri"])
        found = self._input(source)
        probe = S3Location(output.bucket, f"{output.key}.write_access_check_file.temp")
        self._buckets.write(probe, b"")
        bad: Counter[str] = Counter()
        for code in job.properties["TargetLanguageCodes"]:
            result = _Result(code)
            for stored in found:
                self._document(job, stored, source, output, result)
            bad.update(d["sourceFile"] for d in result.details if _is_bad(d))
            self._summarise(job, result, output)
        if kind == "foreign-object":
            foreign = S3Location(output.bucket, f"{output.key}xx.unasked.html")
            self._buckets.write(foreign, b"<html><p>Nobody asked for this.</p></html>")
        _finish(job, len(found), len(bad), wrong=kind == "wrong-counters")

    def _input(self, source: S3Location) -> list[Stored]:
        """Return the documents of a folder.

        :raises ServiceError: there are none, or not such as can be translated
        """
        found = [s for s in self._buckets.list(source) if not s.key.endswith("/")]
        if not found:
            raise invalid_request("There are no documents in the input folder.")
        for stored in found:
            *folders, _ = stored.key[len(source.key) :].split("/")
            if _DETAILS in folders:
                raise invalid_request(
                    f"No folder of the input may be called {_DETAILS!r}."
                )
        if len(found) > _DOCUMENTS or sum(stored.size for stored in found) > LARGEST:
            raise invalid_request(
                f"The input has more than {_DOCUMENTS} documents or {LARGEST} bytes."
            )
        return found

    def _document(
        self,
        job: Job,
        stored: Stored,
        source: S3Location,
        output: S3Location,
        result: _Result,
    ) -> None:
        """Translate one document into one language, or note why not."""
        name = stored.key[len(source.key) :].lstrip("/")
        folder, slash, file = name.rpartition("/")
        target = f"{folder}{slash}{result.language}.{file}"
        fault = self._faults.strike("document", target)
        noted: dict[str, Any] = {"sourceFile": name, "targetFile": target}
        try:
            _check(fault)
            text = self._text(S3Location(source.bucket, stored.key), stored.size)
            done, used = self._translate(job, text, result)
        except ServiceError as exc:
            result.errors += 1
            error = {"errorCode": exc.code, "errorMessage": exc.message}
            noted["auxiliaryData"] = {"error": error}
        else:
            noted["auxiliaryData"] = {"appliedTerminologies": used}
            html = job.properties["InputDataConfig"]["ContentType"] == documents.HTML
            if fault is None or fault.kind != "missing":
                data = _spoilt(done, fault, html=html)
                self._buckets.write(
                    S3Location(output.bucket, output.key + target), data
                )
        result.details.append(noted)

    def _text(self, place: S3Location, size: int) -> str:
        """Return a document.

        :raises ServiceError: it is too large, or not UTF-8
        """
        if size > _DOCUMENT:
            raise invalid_request(f"The document has more than {_DOCUMENT} bytes.")
        data = self._buckets.read(place)
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

    def _translate(
        self, job: Job, text: str, result: _Result
    ) -> tuple[str, list[dict[str, Any]]]:
        """Translate a document and bill it.

        :returns: the translation, and the terminologies that were applied
        """
        told = job.properties
        source = languages.spoken(told["SourceLanguageCode"])
        pair = languages.pair_of(source, result.language)
        terms = terms_of(job.terms, source, result.language)
        pairs = job.data.records.pairs[result.language] if job.data else {}
        lore = Lore(pairs, terms)

        def say(texts: Sequence[str]) -> list[str]:
            said: list[str] = []
            for start in range(0, len(texts), _PORTION):
                if job.stop.is_set():
                    raise StoppedError
                portion = texts[start : start + _PORTION]
                said += self._linguist.translate(portion, pair, lore)
            return said

        kind = told["InputDataConfig"]["ContentType"]
        # What is too large is refused before anything is done, and nothing is billed.
        draft = documents.translate(text, kind, list)
        if sum(len(piece.encode()) for piece in draft.billed) > _TEXT:
            raise invalid_request(f"The translatable text has more than {_TEXT} bytes.")
        done = documents.translate(text, kind, say)
        if pair.source != pair.target:  # the same language is free
            names = told.get("ParallelDataNames", [])
            scope = ("batch", *pair, *names, repr(sorted(terms.items())))
            operation = "StartTextTranslationJob"
            account = (job.id, result.language)
            result.characters += self._meter.charge(
                operation, scope, done.billed, done.blanks, account
            )
        return done.text, applied(job.terms, terms, done.segments, pair)

    def _summarise(self, job: Job, result: _Result, output: S3Location) -> None:
        """Write the details of one language; its numbers are strings."""
        said = {
            "sourceLanguageCode": job.properties["SourceLanguageCode"],
            "targetLanguageCode": result.language,
            "charactersTranslated": str(result.characters),
            "documentCountWithCustomerError": str(result.errors),
            "documentCountWithServerError": "0",
            "inputDataPrefix": job.properties["InputDataConfig"]["S3Uri"],
            "outputDataPrefix": job.properties["OutputDataConfig"]["S3Uri"],
            "details": result.details,
        }
        name = f"{result.language}.auxiliary-translation-details.json"
        place = S3Location(output.bucket, f"{output.key}{_DETAILS}/{name}")
        self._buckets.write(place, json.dumps(said, ensure_ascii=False).encode())


def _check(fault: Fault | None) -> None:
    """Refuse a document, if a fault says so."""
    if fault is not None and fault.kind == "failed":
        message = fault.details.get("message", "The document failed.")
        raise ServiceError(message, code="InternalServerException")


def _is_bad(noted: dict[str, Any]) -> bool:
    return "error" in noted["auxiliaryData"]


def _spoilt(text: str, fault: Fault | None, *, html: bool) -> bytes:
    """Return a translated document, damaged if a fault says so."""
    if fault is None:
        return text.encode()
    if fault.kind in ON_TEXTS:
        everywhere = bool(fault.details.get("all"))
        spoilt = fault_damage.spoil(text, fault.kind, whole=html, everywhere=everywhere)
        return spoilt.encode()
    return fault_damage.spoil_bytes(
        text.encode(), fault.kind, fault.details.get("bytes")
    )


def _finish(job: Job, documents_: int, bad: int, *, wrong: bool) -> None:
    good = documents_ - bad
    job.properties["JobDetails"] = {
        "InputDocumentsCount": documents_,
        "TranslatedDocumentsCount": 0 if wrong else good,
        "DocumentsWithErrorsCount": documents_ if wrong else bad,
    }
    if not bad:
        job.end("COMPLETED", "Your job has completed successfully.")
    elif good:
        job.end("COMPLETED_WITH_ERROR", f"{bad} of {documents_} documents have errors.")
    else:
        job.end("FAILED", "No document could be translated.")
