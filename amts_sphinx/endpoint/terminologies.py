"""Custom terminologies: imported as CSV with a request, enforced in translations."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint.account import now, page
from amts_sphinx.endpoint.languages import TAGS
from amts_sphinx.endpoint.service_error import (
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
)
from amts_sphinx.formats.terminology import LONGEST

if TYPE_CHECKING:
    from amts_sphinx.endpoint.account import Account

#: Terminologies in an account and region.
_MOST: Final = 100
#: Target languages in a file.
_TARGETS: Final = 10


@dataclass(frozen=True)
class ImportedTerminology:
    """One terminology."""

    #: As ``GetTerminology`` shows them.
    properties: dict[str, Any]
    #: Target language → source term → target term.
    terms: dict[str, dict[str, str]]


class Terminologies:
    """The account's terminologies."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._all: dict[str, ImportedTerminology] = {}

    def find(self, name: str) -> ImportedTerminology:
        """Return a terminology by its name.

        :raises ServiceError: there is none of this name
        """
        if name not in self._all:
            what = f"The terminology {name}"
            raise not_found(what)
        return self._all[name]

    def terms_for(self, request: dict[str, Any], target: str) -> dict[str, str]:
        """Return the terms that a request for a translation is to use.

        :raises ServiceError: it names two terminologies, or one that is not there
        """
        names = request.get("TerminologyNames", [])
        if len(names) > 1:
            raise invalid_request("Only one terminology can be used for a translation.")
        if not names:
            return {}
        terminology = self.find(names[0])
        source = terminology.properties["SourceLanguageCode"]
        fits = source == request["SourceLanguageCode"]
        return terminology.terms.get(target, {}) if fits else {}

    def import_(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ImportTerminology``: there at once; the service takes longer."""
        name, data = request["Name"], request["TerminologyData"]
        if data["Format"] != "CSV" or data.get("Directionality", "UNI") != "UNI":
            raise invalid_parameter(
                "This endpoint imports terminologies in CSV, in one direction (UNI)."
            )
        source, terms, skipped = _read(data["File"])
        with self._account.lock:
            if name not in self._all and len(self._all) >= _MOST:
                raise limit_exceeded(f"An account can have {_MOST} terminologies.")
            arn = self._account.arn("terminology", f"{name}/LATEST")
            former = self._all.get(name)
            if former is None or "Tags" in request:
                self._account.set_tags(arn, request.get("Tags", []))
            present = now()
            given = ("Description", "EncryptionKey")
            properties: dict[str, Any] = {
                **{key: request[key] for key in given if key in request},
                "Name": name,
                "Arn": arn,
                "SourceLanguageCode": source,
                "TargetLanguageCodes": sorted(terms),
                "SizeBytes": len(data["File"]),
                "TermCount": sum(map(len, terms.values())),
                "SkippedTermCount": skipped,
                "CreatedAt": former.properties["CreatedAt"] if former else present,
                "LastUpdatedAt": present,
                "Directionality": "UNI",
                "Format": "CSV",
            }
            self._all[name] = ImportedTerminology(properties, terms)
        return {"TerminologyProperties": properties}

    def get(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``GetTerminology``."""
        return {"TerminologyProperties": self.find(request["Name"]).properties}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTerminologies``."""
        with self._account.lock:
            properties = [self._all[name].properties for name in sorted(self._all)]
        shown, more = page(properties, request)
        return {"TerminologyPropertiesList": shown, **more}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DeleteTerminology``."""
        with self._account.lock:
            terminology = self.find(request["Name"])
            self._account.forget_tags(terminology.properties["Arn"])
            del self._all[request["Name"]]
        return {}


def _read(data: bytes) -> tuple[str, dict[str, dict[str, str]], int]:
    """Return a file's source language, its terms by target, and how many it left out.

    :raises ServiceError: it cannot be used
    """
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        header, *rows = [row for row in csv.reader(text, strict=True) if row] or [[]]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise invalid_parameter("The file is not a terminology in CSV.") from exc
    source, *targets = [code.strip() for code in header] or [""]
    if not targets or not {source, *targets} <= TAGS.keys():
        raise invalid_parameter(
            "The first row must name languages that the service knows."
        )
    if len(targets) > _TARGETS:
        raise invalid_parameter(f"A terminology can have {_TARGETS} target languages.")
    terms: dict[str, dict[str, str]] = {}
    skipped = 0
    for term, *translations in rows:
        for code, translation in zip(targets, translations, strict=False):
            pair = term.strip(), translation.strip()
            if all(pair) and max(len(part.encode()) for part in pair) > LONGEST:
                skipped += 1
            elif all(pair):
                terms.setdefault(code, {})[pair[0]] = pair[1]
    if not terms:
        raise invalid_parameter("The file has no terms.")
    return source, terms, skipped
