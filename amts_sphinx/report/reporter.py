"""The quality report: after every build, what each edition is made of.

It is written when something in it has changed; else what the last one found still
holds, and only the gate speaks again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx import checks
from amts_sphinx.align import coverage
from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import QualityError
from amts_sphinx.core.units import HUMAN
from amts_sphinx.formats import terminology
from amts_sphinx.report import (
    data,
    history,
    html,
    junit,
    post_editing,
    quality_gate,
    rows,
)
from amts_sphinx.report.locations import Links
from amts_sphinx.report.model import Report
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.checks import Context
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import (
        Container,
        Edition,
        Finding,
        LanguagePair,
        Score,
        TranslationUnit,
    )
    from amts_sphinx.formats.terminology import Terminology
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.report.model import Cost, Row
    from amts_sphinx.report.quality_gate import Failure
    from amts_sphinx.report.rows import Survey

#: Resamples for the intervals of the scores.
_BOOTSTRAP: Final = 1000
_JSON: Final = "report.json"
#: How a severity is told.
_NAMES: Final = {"error": "error", "warning": "warning", "info": "note"}
#: What a machine said, and what a person made of it.
_Correction = tuple["TranslationUnit", "TranslationUnit"]


class ReportOutcome(NamedTuple):
    """What a build tells of a report."""

    path: Path
    #: 0–1 of the words of the book.
    coverage: float
    #: Number of findings by severity.
    findings: Mapping[str, int]
    #: What the gate does not let pass.
    failed: tuple[Failure, ...]

    def pass_gate(self) -> None:
        """Let the edition pass, if it is good enough.

        :raises QualityError: it is not; the text names the documents
        """
        if self.failed:
            raise QualityError("; ".join(map(str, self.failed)))

    def __str__(self) -> str:
        counts = ", ".join(
            f"{count} {_NAMES[severity]}{'s' * (count != 1)}"
            for severity, count in self.findings.items()
        )
        try:
            path = os.path.relpath(self.path)
        except ValueError:  # on another drive
            path = str(self.path)
        return f"{self.coverage:.1%} translated; {counts}; see {path}"


class BookFacts(NamedTuple):
    """The book, as its reports need it."""

    project: str
    containers: Collection[Container]
    #: Source files by document, in the order of the book.
    sources: Mapping[str, Path]
    #: The version of amts_sphinx.
    version: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """Writes the reports of the editions of one build."""

    memory: Memory
    config: AmtsConfig
    #: Where the reports go, a folder for each edition.
    folder: Path
    book: BookFacts
    #: The folders of the editions, by tag.
    outdirs: Mapping[str, Path]

    def report(self, edition: Edition, cost: Cost) -> ReportOutcome:
        """Report on *edition*.

        :raises InterchangeError: the report cannot be written
        """
        folder = self.folder / edition.pair.target
        seen = rows.survey(self.book.containers, edition)
        terms = terminology.read(self.config.terminology, edition.pair)
        digest = self._digest(edition, seen, terms)
        found = _last(folder)
        if found is None or found["digest"] != digest:
            made = self._made(edition, seen, terms, cost)
            found = self._write(made, digest, folder)
        failed = tuple(
            quality_gate.Failure(
                each["limit"], each["message"], tuple(each["documents"])
            )
            for each in found["gate"]["failures"]
        )
        counts = {s: found["findings"][s] for s in ("error", "warning", "info")}
        return ReportOutcome(
            folder / html.NAME, found["coverage"]["translated"], counts, failed
        )

    def _write(self, report: Report, digest: str, folder: Path) -> dict[str, Any]:
        """Write all files of *report*, and return its data."""
        limits = self.config.fail_under
        failed = quality_gate.failures(report, limits)
        built = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        record = history.record_of(report, built)
        about = data.Circumstances(
            built,
            self.book.version,
            digest,
            limits.by_name(),
            failed,
            [*history.read(folder), record],
        )
        outdir = self.outdirs[report.pair.target]
        links = Links(folder, outdir, self.config.format, self.book.sources)
        found = data.of(report, about, links)
        html.write(folder / html.NAME, found)
        junit.write(folder / junit.NAME, report, [*limits.by_name()], failed)
        history.add(folder, record)
        # Last of all, since its digest says that the rest is there.
        with replacing(folder / _JSON) as stream:
            stream.write(json.dumps(found, ensure_ascii=False, indent=1).encode())
        return found

    def _made(
        self, edition: Edition, seen: Survey, terms: Terminology, cost: Cost
    ) -> Report:
        """Look at the edition."""
        corrections = list(self.memory.corrections(edition.pair))
        by_key = {both[1].key: both for both in corrections}
        context = self._context(edition.pair, terms)
        rows = self._judged(seen, seen.rows(edition, by_key), edition, context)
        corrected = _by_document(seen, by_key)
        documents = tuple(
            replace(
                each, scores=_scores(corrected.get(each.name, ()), edition, ["BLEU"])
            )
            for each in seen.documents(rows, self.book.sources)
        )
        return Report(
            name=f"amts-{edition.pair.target}",
            project=self.book.project,
            pair=edition.pair,
            engine=self.config.engine,
            documents=documents,
            rows=tuple(sorted(rows.values(), key=lambda row: -row.risk)),
            cost=cost,
            effort=post_editing.measure(corrections),
            scores=_scores(corrections, edition, ["BLEU", "chrF2"], _BOOTSTRAP),
        )

    def _judged(
        self,
        seen: Survey,
        found_rows: Mapping[str, Row],
        edition: Edition,
        context: Context,
    ) -> dict[str, Row]:
        """Return the rows with all that is found in them."""
        near = rows.nearest(self.memory, edition.pair, found_rows)
        entries = [
            checks.CheckEntry(
                row.segment,
                row.target,
                by_human=row.maker == HUMAN,
                near=near.get(key),
                ignored=seen.texts[key].ignored,
            )
            for key, row in found_rows.items()
        ]
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in (*edition.findings, *checks.run(entries, context)):
            found[finding.key].append(finding)
        return {
            key: rows.completed(
                row,
                found.get(key, ()),
                near.get(key),
                gone=key in near and rows.is_gone(near[key], found_rows),
            )
            for key, row in found_rows.items()
        }

    def _context(self, pair: LanguagePair, terms: Terminology) -> Context:
        config = self.config
        people = self.memory.units(pair, makers=[HUMAN])
        return checks.Context(
            pair,
            terms=terms,
            forbidden=config.forbidden_terms.get(pair.target, ()),
            coverage=coverage.judge(people, pair),
            ignored=config.ignore,
            fullwidth=config.fullwidth_punctuation,
        )

    def _digest(self, edition: Edition, seen: Survey, terms: Terminology) -> str:
        """Return a hash of all that the report of *edition* is made from."""
        config = self.config
        said: list[object] = [
            self.book.version,
            data.VERSION,
            edition.pair,
            self.outdirs[edition.pair.target],
            self.book.project,
            [*self.book.sources.items()],
            config.engine,
            config.format,
            config.fail_under,
            sorted(config.ignore),
            config.forbidden_terms.get(edition.pair.target, ()),
            terms.digest,
            config.fullwidth_punctuation,
        ]
        said += edition.findings
        for place in seen.places:
            unit = edition.units.get(place.key)
            said += [place.segment.location, place.key, sorted(place.ignored)]
            said += [unit.target, unit.state, unit.maker] if unit else [""]
        return hashlib.sha256("\0".join(map(str, said)).encode()).hexdigest()


def _last(folder: Path) -> dict[str, Any] | None:
    """Return the last report's data; ``None`` if there is none of this version."""
    try:
        found = json.loads((folder / _JSON).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("version") != data.VERSION:
        return None
    whole = {"digest", "coverage", "findings", "gate"} <= found.keys()
    return found if whole and (folder / html.NAME).exists() else None


def _by_document(
    seen: Survey, corrections: Mapping[str, _Correction]
) -> dict[str, list[_Correction]]:
    found: dict[str, list[_Correction]] = defaultdict(list)
    for place in seen.places:
        if place.key in corrections:
            found[place.document].append(corrections[place.key])
    return found


def _scores(
    corrections: Sequence[_Correction],
    edition: Edition,
    names: Collection[str],
    bootstrap: int = 0,
) -> tuple[Score, ...]:
    """Return how like people's texts those of the machine were."""
    if not corrections:
        return ()
    said, wanted = (
        [inline_codes.plain(unit.target) for unit in units]
        for units in zip(*corrections, strict=True)
    )
    language = edition.pair.target
    return metrics.score(
        said, wanted, language, names=names, by_words=False, bootstrap=bootstrap
    )
