"""The report as data: the content of ``report.json``, see ``report.schema.json``.

Fields may be added in any version of amts_sphinx. A change or removal of a field
increases :data:`VERSION`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.kept import Remembered
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity
from amts_sphinx.doctree.stays import REASONS
from amts_sphinx.formats.xliff_writer import name_of_key
from amts_sphinx.report.locations import fragment
from amts_sphinx.report.model import BY_PEOPLE, Origin, Stage, coverage, share
from amts_sphinx.report.post_editing import GOAL, work_left
from amts_sphinx.report.rows import shown
from amts_sphinx.text import diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import Finding, Score
    from amts_sphinx.doctree.stays import Stay
    from amts_sphinx.report.locations import Links
    from amts_sphinx.report.model import Document, NearMatch, Progress, Report, Row
    from amts_sphinx.report.quality_gate import Failure

#: The version of the format of ``report.json``.
VERSION: Final = 1

#: So many places are listed of what stays for one reason.
_PLACES: Final = 500
#: The rules for findings that do not come from a check, but from translating.
_OF_TRANSLATING: Final = {
    ("untranslated", Severity.INFO): "The engine has a translation.",
    ("label", Severity.INFO): "Sphinx has its own labels in the language.",
    ("review", Severity.WARNING): "A person's translation needs no more review.",
    ("stale", Severity.INFO): "A person translated the text as it is now.",
    ("conflict", Severity.WARNING): "People's translations of one text do not differ.",
    ("codes", Severity.WARNING): "The engine does not damage inline markup, so that the"
    " text need not be translated piece by piece.",
}


class Circumstances(NamedTuple):
    """The context of a report: its build, the limits, and earlier builds."""

    #: When the report was made: ISO 8601, UTC.
    built: str
    #: The version of amts_sphinx.
    version: str
    #: A hash of all that the report is made from.
    digest: str
    #: The limits of ``amts_fail_under`` by name.
    limits: Mapping[str, float]
    #: The limits that the edition misses.
    failed: Sequence[Failure]
    #: Records of this and earlier builds, the oldest first.
    history: Sequence[Mapping[str, Any]]


def of(
    report: Report,
    about: Circumstances,
    links: Links,
    kept: Remembered[Texts] | None = None,
) -> dict[str, Any]:
    """Return the content of ``report.json``.

    :param kept: what was shown of each text before
    """
    kept = kept or Remembered()
    # Many texts share a document.
    addresses = {
        name: (links.page(name), links.source(name))
        for name in {row.segment.location.docname for row in report.rows}
    }
    return {
        "format": "amts_sphinx report",
        "version": VERSION,
        "digest": about.digest,
        "edition": _edition(report, about),
        "coverage": _coverage(report),
        "work": work(report),
        "cost": _cost(report, about),
        "scores": [_score(score) for score in report.scores],
        "findings": _findings(report),
        "catalogues": _catalogues(report),
        "stays": _stays(report.stays),
        "gate": {
            "limits": dict(about.limits),
            "failures": [
                {"limit": f.limit, "message": f.message, "documents": [*f.documents]}
                for f in about.failed
            ],
        },
        "history": [*about.history],
        "documents": [_document(each, links) for each in report.documents],
        "segments": [
            _segment(row, *addresses[row.segment.location.docname], kept)
            for row in report.rows
        ],
    }


def _edition(report: Report, about: Circumstances) -> dict[str, Any]:
    source, target = (name_language(tag) for tag in report.pair)
    return {
        "name": report.name,
        "project": report.project,
        "source_language": source.tag,
        "target_language": target.tag,
        "source_name": source.name,
        "target_name": target.name,
        "unit": "words" if source.spaced else "letters",
        "engine": report.engine,
        "built": about.built,
        "amts_sphinx": about.version,
    }


def _catalogues(report: Report) -> dict[str, Any] | None:
    if report.catalogues is None:
        return None
    return {
        "messages": dict(report.catalogues.messages),
        "left": [each._asdict() for each in report.catalogues.left],
    }


def _coverage(report: Report) -> dict[str, Any]:
    words = {origin: report.words(origin) for origin in Origin}
    return {
        "translated": coverage(words),
        "reviewed": share(words, *BY_PEOPLE),
        "words": _by_origin(words),
        "segments": _by_origin(_sum(d.segments for d in report.documents)),
    }


def _sum(counts: Iterable[Mapping[Origin, int]]) -> Counter[Origin]:
    whole: Counter[Origin] = Counter()
    for each in counts:
        whole.update(each)
    return whole


def _by_origin(counts: Mapping[Origin, int]) -> dict[str, int]:
    return {origin.value: counts.get(origin, 0) for origin in Origin}


def work(report: Report) -> dict[str, Any]:
    """Return what is left to do in an edition, as it stands in ``report.json``."""
    left = work_left({o: report.words(o) for o in Origin}, report.effort)
    return {
        "goal": GOAL,
        "reviewed_texts": report.effort.texts,
        "effort": report.effort.share,
        "words_left": left.words,
        "saved": left.saved,
        "engines": [
            {"maker": maker, "texts": effort.texts, "effort": effort.share}
            for maker, effort in report.efforts.items()
        ],
        "progress": progress(report.progress),
    }


def progress(found: Progress) -> dict[str, Any]:
    """Return how far people have come with a document, or an edition."""
    return {
        "words": {stage.value: found.words.get(stage, 0) for stage in Stage},
        "segments": {stage.value: found.segments.get(stage, 0) for stage in Stage},
        "conflicts": found.conflicts,
        "words_to_do": found.words_to_do,
    }


def _cost(report: Report, about: Circumstances) -> dict[str, Any]:
    dollars = [build.get("dollars") for build in about.history]
    known = [each for each in dollars if each is not None]
    return {
        "characters": report.cost.characters,
        "dollars": report.cost.dollars,
        "characters_ever": sum(build.get("characters", 0) for build in about.history),
        "dollars_ever": sum(known) if known else None,
    }


def _score(score: Score) -> dict[str, Any]:
    low, high = score.interval or (None, None)
    return {
        "metric": score.metric,
        "value": score.value,
        "low": low,
        "high": high,
        "signature": score.signature,
        "segments": score.segments,
    }


def _findings(report: Report) -> dict[str, Any]:
    found = [finding for row in report.rows for finding in row.findings]
    severities = Counter(finding.severity.value for finding in found)
    counts = Counter((finding.check, finding.severity) for finding in found)
    return {
        "error": severities["error"],
        "warning": severities["warning"],
        "info": severities["info"],
        "checks": [
            {
                "id": check,
                "severity": severity.value,
                "count": count,
                "rule": _rule(check, severity),
            }
            for (check, severity), count in counts.most_common()
        ],
    }


def _stays(stays: Sequence[Stay]) -> list[dict[str, Any]]:
    """Return what stays in the source language, by the reason for it."""
    return [
        {
            "reason": reason,
            "why": why,
            "texts": len(found),
            "words": sum(each.words for each in found),
            "places": [
                {
                    "document": each.location.docname,
                    "line": each.location.line,
                    "text": each.text,
                }
                for each in found[:_PLACES]
            ],
        }
        for reason, why in REASONS.items()
        if (found := [each for each in stays if each.reason == reason])
    ]


def _rule(check: str, severity: Severity) -> str:
    """Return the rule that a text with a finding of *check* breaks."""
    if (check, severity) in _OF_TRANSLATING:
        return _OF_TRANSLATING[check, severity]
    from amts_sphinx import checks  # loaded by now, if there is anything to report

    return checks.RULES[check].text if check in checks.RULES else ""


def _document(document: Document, links: Links) -> dict[str, Any]:
    return {
        "name": document.name,
        "page": links.page(document.name),
        "file": links.source(document.name),
        "translated": coverage(document.words),
        "words": _by_origin(document.words),
        "segments": _by_origin(document.segments),
        "findings": {
            severity: document.findings.get(severity, 0)
            for severity in ("error", "warning", "info")
        },
        "scores": [_score(score) for score in document.scores],
        "progress": progress(document.progress),
    }


class Texts(NamedTuple):
    """What the report shows of a text, without where it stands."""

    source: str
    target: str | None
    #: The part of an address that leads to it.
    fragment: str
    #: The pieces of its near match and of it.
    difference: list[list[str]]


def _texts(row: Row) -> Texts:
    segment = row.segment
    return Texts(
        shown(segment.source, segment),
        None if row.target is None else shown(row.target, segment),
        fragment(segment.source if row.target is None else row.target),
        _difference(row.near, segment.source) if row.near else [],
    )


def _segment(row: Row, page: str, file: str, kept: Remembered[Texts]) -> dict[str, Any]:
    """Return what the report says of a text.

    :param page: the address of its document's page, or nothing
    :param file: the address of its source file, or nothing
    """
    segment = row.segment
    document, line = segment.location
    made_from = (
        segment.source,
        segment.codes,
        row.target,
        row.near and row.near.source,
    )
    texts = kept.get(made_from, lambda: _texts(row))
    return {
        "unit": name_of_key(segment.key),
        "document": document,
        "line": line,
        "kind": segment.kind,
        "places": row.places,
        "source": texts.source,
        "target": texts.target,
        "origin": row.origin.value,
        "stage": row.stage.value,
        "maker": row.maker,
        "words": row.words,
        "risk": row.risk,
        "near": _near(row.near, texts.difference) if row.near else None,
        "findings": [_finding(finding) for finding in row.findings],
        "page": f"{page}{texts.fragment}" if page else "",
        "file": file,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
    }


def _near(near: NearMatch, difference: list[list[str]]) -> dict[str, Any]:
    return {
        "source": near.source,
        "target": near.target,
        "score": near.score,
        "gone": near.gone,
        "difference": difference,
    }


def _difference(near: NearMatch, source: str) -> list[list[str]]:
    """Return what a text has otherwise than its near match."""
    pieces = diff.between(near.source, inline_codes.plain(source))
    return [list(piece) for piece in pieces]
