"""Translations that are given at once: ``TranslateText`` and ``TranslateDocument``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, languages
from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_request,
    limit_exceeded,
)
from amts_sphinx.endpoint.terminologies import applied, terms_of
from amts_sphinx.endpoint.translator import Lore

if TYPE_CHECKING:
    from amts_sphinx.endpoint.terminologies import TerminologyRoom
    from amts_sphinx.endpoint.translator import Linguist
    from amts_sphinx.endpoint.usage import Meter

#: Bytes of UTF-8 in a text.
LONGEST: Final = 10_000
#: Bytes, and characters, in a document.
_DOCUMENT: Final = 100_000


class Realtime:
    """Answers with a translation; parallel data plays no part in it."""

    def __init__(
        self, linguist: Linguist, terminologies: TerminologyRoom, meter: Meter
    ) -> None:
        self._linguist = linguist
        self._terminologies = terminologies
        self._meter = meter

    def text(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``TranslateText``; whether a text is HTML is seen by its tags."""
        size = len(request["Text"].encode())
        if size > LONGEST:
            raise ServiceError(
                "Input text size exceeds limit. Max length of request text allowed is"
                f" {LONGEST} bytes while in this request the text size is {size} bytes",
                code="TextSizeLimitExceededException",
            )
        settings = languages.applied_settings(request)
        text, common = self._translate(request, request["Text"], "", "TranslateText")
        return {"TranslatedText": text, "AppliedSettings": settings, **common}

    def document(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``TranslateDocument``, for HTML and plain text."""
        given = request["Document"]
        kind = given["ContentType"].partition(";")[0].strip()
        if kind not in documents.TYPES:
            raise invalid_request(
                f"This endpoint translates {' and '.join(documents.TYPES)} only."
            )
        if len(given["Content"]) > _DOCUMENT:
            raise limit_exceeded(f"A document can have {_DOCUMENT} bytes.")
        if "en" not in (request["SourceLanguageCode"], request["TargetLanguageCode"]):
            raise invalid_request("One of the languages must be English.")
        if (
            "Formality" in request.get("Settings", {})
            and request["TargetLanguageCode"] not in languages.FORMAL
        ):
            raise invalid_request("The target language does not support formality.")
        try:
            source = given["Content"].decode()
        except UnicodeDecodeError as exc:
            raise invalid_request("The document is not UTF-8.") from exc
        settings = languages.applied_settings(request)
        text, common = self._translate(request, source, kind, "TranslateDocument")
        document = {"Content": text.encode()}
        return {"TranslatedDocument": document, "AppliedSettings": settings, **common}

    def _translate(
        self, request: dict[str, Any], text: str, kind: str, operation: str
    ) -> tuple[str, dict[str, Any]]:
        """Translate, bill, and return what both replies have in common."""
        source, target = request["SourceLanguageCode"], request["TargetLanguageCode"]
        languages.check_pair(source, [target])
        source = languages.spoken(source)
        chosen = self._terminologies.chosen(request)
        terms = terms_of(chosen, source, target)
        pair = languages.pair_of(source, target)
        done = documents.translate(
            text, kind, lambda t: self._linguist.translate(t, pair, Lore({}, terms))
        )
        common: dict[str, Any] = {
            "SourceLanguageCode": source,
            "TargetLanguageCode": target,
        }
        if source == target:  # which is free
            return text, common
        used = applied(chosen, terms, done.segments, pair)
        if used:
            common["AppliedTerminologies"] = used
        scope = (operation, source, target, repr(sorted(terms.items())))
        self._meter.charge(operation, scope, [text])
        return done.text, common
