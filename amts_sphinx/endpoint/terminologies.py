"""Custom terminology: imported with a request, and enforced in translations."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.endpoint.languages import TAGS
from amts_sphinx.endpoint.paging import page
from amts_sphinx.endpoint.resources import now
from amts_sphinx.endpoint.service_error import (
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
)
from amts_sphinx.formats.terminology import LONGEST, Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.endpoint.bucket import Buckets
    from amts_sphinx.endpoint.resources import Resources

#: Terminologies in an account and region.
_MOST: Final = 100
#: Target languages in a file.
_TARGETS: Final = 10


@dataclass
class TerminologyFile:
    """One terminology."""

    properties: dict[str, Any]
    file: bytes
    #: Term → target, by (source, target) in the service's codes.
    terms: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


class TerminologyRoom:
    """The account's terminologies."""

    def __init__(self, resources: Resources, buckets: Buckets) -> None:
        self._resources = resources
        self._buckets = buckets
        self._all: dict[str, TerminologyFile] = {}

    def find(self, name: str) -> TerminologyFile:
        """Return a terminology by its name.

        :raises ServiceError: nothing has this name
        """
        if name not in self._all:
            what = f"The terminology {name}"
            raise not_found(what)
        return self._all[name]

    def chosen(self, request: dict[str, Any]) -> TerminologyFile | None:
        """Return the terminology that a request for a translation names.

        :raises ServiceError: it names two, or one that is not there
        """
        names = request.get("TerminologyNames", [])
        if len(names) > 1:
            raise invalid_request("Only one terminology can be used for a translation.")
        return self.find(names[0]) if names else None

    def import_(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ImportTerminology``: there at once; the service takes longer."""
        name, data = request["Name"], request["TerminologyData"]
        terms, skipped = _read(data["File"], data["Format"], data.get("Directionality"))
        with self._resources.lock:
            if name not in self._all and len(self._all) >= _MOST:
                raise limit_exceeded(f"An account can have {_MOST} terminologies.")
            arn = self._resources.arn("terminology", f"{name}/LATEST")
            former = self._all.get(name)
            if former is None or "Tags" in request:
                self._resources.open(arn, request.get("Tags", []))
            present = now()
            first = next(iter(terms))[0]
            properties: dict[str, Any] = {
                "Name": name,
                "Arn": arn,
                "SourceLanguageCode": first,
                "TargetLanguageCodes": sorted({t for s, t in terms if s == first}),
                "SizeBytes": len(data["File"]),
                "TermCount": sum(map(len, terms.values())),
                "SkippedTermCount": skipped,
                "CreatedAt": former.properties["CreatedAt"] if former else present,
                "LastUpdatedAt": present,
                "Directionality": data.get("Directionality", "UNI"),
                "Format": data["Format"],
            }
            for given in ("Description", "EncryptionKey"):
                if given in request:
                    properties[given] = request[given]
            self._all[name] = TerminologyFile(properties, data["File"], terms)
        return {"TerminologyProperties": properties}

    def get(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``GetTerminology``; only in the format that it came in."""
        found = self.find(request["Name"])
        own = found.properties["Format"]
        if request.get("TerminologyDataFormat", own) != own:
            raise invalid_parameter(
                f"Here a terminology can be had only as it was imported: {own}."
            )
        link = self._buckets.keep(f"{request['Name']}.{own.lower()}", found.file)
        return {
            "TerminologyProperties": found.properties,
            "TerminologyDataLocation": {"RepositoryType": "S3", "Location": link},
        }

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTerminologies``."""
        with self._resources.lock:
            told = [self._all[name].properties for name in sorted(self._all)]
        shown, more = page(told, request)
        return {"TerminologyPropertiesList": shown, **more}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``DeleteTerminology``."""
        with self._resources.lock:
            found = self.find(request["Name"])
            self._resources.close(found.properties["Arn"])
            del self._all[request["Name"]]
        return {}


def terms_of(
    chosen: TerminologyFile | None, source: str, target: str
) -> dict[str, str]:
    """Return the terms of one direction, in the service's codes."""
    return chosen.terms.get((source, target), {}) if chosen else {}


def applied(
    chosen: TerminologyFile | None,
    terms: dict[str, str],
    texts: Iterable[str],
    pair: LanguagePair,
) -> list[dict[str, Any]]:
    """Return what ``AppliedTerminologies`` says of the coded sources *texts*."""
    if chosen is None:
        return []
    terminology = Terminology(pair, terms)
    found: dict[str, str] = {}
    for text in texts:
        found.update(terminology.find(text))
    said = [{"SourceText": s, "TargetText": t} for s, t in sorted(found.items())]
    return (
        [{"Name": chosen.properties["Name"], "TerminologyFile": said}] if said else []
    )


def _read(
    data: bytes, form: str, directionality: str | None
) -> tuple[dict[tuple[str, str], dict[str, str]], int]:
    """Return the terms of a file, and how many were left out.

    :raises ServiceError: it cannot be used
    """
    try:
        rows = _tmx(data) if form == "TMX" else _table(data, form)
    except (InterchangeError, UnicodeDecodeError, csv.Error) as exc:
        raise invalid_parameter(f"The file is not a terminology in {form}.") from exc
    terms: dict[tuple[str, str], dict[str, str]] = {}
    skipped = 0
    for pair, source, target in rows:
        if not source or not target:
            continue
        if max(len(source.encode()), len(target.encode())) > LONGEST:
            skipped += 1
            continue
        terms.setdefault(pair, {})[source] = target
        if directionality == "MULTI":
            terms.setdefault(pair[::-1], {})[target] = source
    if not terms:
        raise invalid_parameter("The file has no terms.")
    if len({target for _, target in terms}) > _TARGETS + (directionality == "MULTI"):
        raise invalid_parameter(f"A terminology can have {_TARGETS} target languages.")
    return terms, skipped


def _table(data: bytes, form: str) -> list[tuple[tuple[str, str], str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    rows = list(csv.reader(text, delimiter="\t" if form == "TSV" else ","))
    header = rows[0] if rows else []
    languages = [code.strip() for code in header]
    if len(languages) <= 1 or not set(languages) <= TAGS.keys():
        raise invalid_parameter(
            "The first row must name languages that the service knows."
        )
    return [
        ((languages[0], code), row[0].strip(), term.strip())
        for row in rows[1:]
        if row
        for code, term in zip(languages[1:], row[1:], strict=False)
    ]


def _tmx(data: bytes) -> list[tuple[tuple[str, str], str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "terms.tmx"
        path.write_bytes(data)
        units = list(formats.read(path, on_skip=lambda _: None))
    return [
        ((unit.pair.source, unit.pair.target), inline_codes.plain(unit.source).strip(),
         inline_codes.plain(unit.target).strip())
        for unit in units
    ]  # fmt: skip
