"""The quality report of each edition, after every build.

It is written when something in it has changed. Otherwise the last report is still
valid, and only the limits of the quality gate are reported again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import indented_json, inline_codes
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
from amts_sphinx.report.model import Cost, Report, Stage
from amts_sphinx.translate.stale import STALE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.checks import Context
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import (
        Container,
        Edition,
        Finding,
        Score,
        TranslationUnit,
    )
    from amts_sphinx.doctree.stays import Stay
    from amts_sphinx.formats.terminology import Terminology
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.report.kept import Kept
    from amts_sphinx.report.model import CatalogueCounts, Row
    from amts_sphinx.report.quality_gate import Failure
    from amts_sphinx.report.rows import Survey

#: The number of bootstrap samples for the confidence intervals of the scores.
_BOOTSTRAP: Final = 1000
#: Units that the lexicon of the checks is learnt from: more add time, and little else.
_LESSONS: Final = 5000
_JSON: Final = "report.json"
#: The word for a finding of each severity.
_NAMES: Final = {"error": "error", "warning": "warning", "info": "note"}
#: A machine's unit, and a person's of the same source.
_Correction = tuple["TranslationUnit", "TranslationUnit"]


class ReportOutcome(NamedTuple):
    """The result of a report, for the log of the build."""

    #: The page of the report.
    path: Path
    #: The part of the book's words that is translated, 0–1.
    coverage: float
    #: Number of findings by severity.
    findings: Mapping[str, int]
    #: The limits that the edition misses.
    failed: tuple[Failure, ...]
    #: Texts of which a person translated a former version that is not published: how
    #: many show a machine's translation, and how many the source.
    outdated: tuple[int, int] = (0, 0)

    def pass_gate(self) -> None:
        """Raise if the edition misses a limit.

        :raises QualityError: it does; the message names the documents
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


def _outdated(texts: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Return :attr:`ReportOutcome.outdated` of the texts of a report."""
    changed = [
        each["target"] is not None
        for each in texts
        if each["stage"] == Stage.CHANGED.value
        and all(finding["check"] != STALE for finding in each["findings"])
    ]
    return sum(changed), len(changed) - sum(changed)


class BookFacts(NamedTuple):
    """What the reports need to know of the book."""

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
    #: The folder that has a folder with the report of each edition.
    folder: Path
    book: BookFacts
    #: The folders of the editions, by tag.
    outdirs: Mapping[str, Path]
    #: What became of the messages of catalogues, by tag.
    catalogues: Mapping[str, CatalogueCounts] = field(default_factory=dict)
    #: Where what was found out about each text is kept for the next report, by tag.
    kept: Mapping[str, Path] = field(default_factory=dict)

    def report(
        self,
        edition: Edition,
        cost: Cost,
        labels: Sequence[Container] = (),
        stays: Sequence[Stay] = (),
    ) -> ReportOutcome:
        """Report on *edition*.

        :param labels: what this edition has to translate beside the book
        :param stays: what stays in the source language on purpose
        :raises InterchangeError: the report cannot be written
        """
        folder = self.folder / edition.pair.target
        survey = rows.survey([*self.book.containers, *labels], edition)
        terms = terminology.read(self.config.terminology, edition.pair)
        digest = self._digest(edition, survey, terms, stays)
        content = _last(folder)
        if content is None or content["digest"] != digest:
            with self._known(edition) as known:
                made = self._made(edition, survey, terms, cost, known)
                made = replace(made, stays=tuple(stays))
                content = self._write(made, digest, folder, known)
        failed = tuple(
            quality_gate.Failure(
                each["limit"], each["message"], tuple(each["documents"])
            )
            for each in content["gate"]["failures"]
        )
        counts = {s: content["findings"][s] for s in ("error", "warning", "info")}
        return ReportOutcome(
            folder / html.NAME,
            content["coverage"]["translated"],
            counts,
            failed,
            _outdated(content["segments"]),
        )

    def _write(
        self, report: Report, digest: str, folder: Path, known: Kept
    ) -> dict[str, Any]:
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
        content = data.of(report, about, links, known.shown)
        html.write(folder / html.NAME, content)
        junit.write(folder / junit.NAME, report, [*limits.by_name()], failed)
        history.add(folder, record)
        # This file is the last: its digest says that the others are written.
        with replacing(folder / _JSON) as stream:
            stream.write(indented_json.dumps(content).encode())
        return content

    def survey(self, edition: Edition) -> Report:
        """Return the report on an edition that may not be whole, and write none."""
        terms = terminology.read(self.config.terminology, edition.pair)
        survey = rows.survey(self.book.containers, edition)
        with self._known(edition) as known:
            return self._made(edition, survey, terms, Cost(0, None), known)

    @contextmanager
    def _known(self, edition: Edition) -> Iterator[Kept]:
        """Lend what the last report found out, and keep what this one does."""
        from amts_sphinx.report import kept  # not where the last report is valid

        path = self.kept.get(edition.pair.target)
        known = kept.load(path) if path else kept.Kept()
        yield known
        if path:
            known.save(path)

    def _made(
        self,
        edition: Edition,
        survey: Survey,
        terms: Terminology,
        cost: Cost,
        known: Kept,
    ) -> Report:
        """Make the report of an edition.

        :param known: what is known from the last one; it is brought up to date
        """
        corrections = list(self.memory.corrections(edition.pair))
        by_key = {both[1].key: both for both in corrections}
        context = self._context(edition, terms, known)
        bare = survey.rows(edition, by_key)
        rows = self._checked(survey, bare, edition, context, known)
        corrected = _by_document(survey, by_key)
        documents = tuple(
            replace(
                each, scores=_scores(corrected.get(each.name, ()), edition, ["BLEU"])
            )
            for each in survey.documents(rows, self.book.sources)
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
            efforts=post_editing.by_maker(corrections),
            scores=_scores(corrections, edition, ["BLEU", "chrF2"], _BOOTSTRAP),
            catalogues=self.catalogues.get(edition.pair.target),
        )

    def _checked(
        self,
        survey: Survey,
        bare_rows: Mapping[str, Row],
        edition: Edition,
        context: Context,
        known: Kept,
    ) -> dict[str, Row]:
        """Return the rows with all findings on them."""
        from amts_sphinx import checks  # not where the last report is still valid

        near = rows.nearest(self.memory, edition.pair, bare_rows, survey.keys(), known)
        entries = [
            checks.CheckEntry(
                row.segment,
                row.target,
                by_human=row.maker == HUMAN,
                near=near.matches.get(key),
                ignored=survey.texts[key].ignored,
            )
            for key, row in bare_rows.items()
        ]
        findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in (
            *edition.findings,
            *checks.run(entries, context, known.faults.get),
        ):
            findings[finding.key].append(finding)
        return {
            key: rows.completed(
                row,
                findings.get(key, ()),
                near.matches.get(key),
                gone=key in near.matches and rows.is_gone(near.matches[key], bare_rows),
                changed=key in near.changed,
            )
            for key, row in bare_rows.items()
        }

    def _context(self, edition: Edition, terms: Terminology, known: Kept) -> Context:
        from amts_sphinx import checks
        from amts_sphinx.report.kept import Judge

        config, pair = self.config, edition.pair
        judge = None
        # People's own texts are not judged by it.
        if any(not unit.by_human for unit in edition.units.values()):
            judge = Judge(self.memory.sample(pair, _LESSONS), pair, known)
        context = checks.Context(
            pair,
            terms=terms,
            forbidden=config.forbidden_terms.get(pair.target, ()),
            coverage=judge,
            ignored=config.ignore,
            fullwidth=config.fullwidth_punctuation,
        )
        made_from = (
            pair,
            terms.digest,
            context.forbidden,
            sorted(context.ignored),
            context.fullwidth,
            judge.digest if judge else None,
        )
        known.of_context(hashlib.sha256(repr(made_from).encode()).hexdigest())
        return context

    def _digest(
        self,
        edition: Edition,
        survey: Survey,
        terms: Terminology,
        stays: Sequence[Stay],
    ) -> str:
        """Return a hash of all that the report of *edition* is made from."""
        config = self.config
        made_from: list[object] = [
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
        made_from += [*edition.findings, *stays]
        made_from.append(self.catalogues.get(edition.pair.target))
        for place in survey.places:
            unit = edition.unit(place.segment)
            made_from += [place.segment.location, place.key, sorted(place.ignored)]
            made_from += [unit.target, unit.state, unit.maker] if unit else [""]
        return hashlib.sha256("\0".join(map(str, made_from)).encode()).hexdigest()


def _last(folder: Path) -> dict[str, Any] | None:
    """Return the last report's data; ``None`` if there is none of this version."""
    try:
        content = json.loads((folder / _JSON).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("version") != data.VERSION:
        return None
    whole = {"digest", "coverage", "findings", "gate"} <= content.keys()
    return content if whole and (folder / html.NAME).exists() else None


def _by_document(
    survey: Survey, corrections: Mapping[str, _Correction]
) -> dict[str, list[_Correction]]:
    found: dict[str, list[_Correction]] = defaultdict(list)
    for place in survey.places:
        if place.key in corrections:
            found[place.document].append(corrections[place.key])
    return found


def _scores(
    corrections: Sequence[_Correction],
    edition: Edition,
    names: Collection[str],
    bootstrap: int = 0,
) -> tuple[Score, ...]:
    """Return the scores of machines' texts against people's corrections of them."""
    if not corrections:
        return ()
    from amts_sphinx.text import metrics

    hypotheses, references = (
        [inline_codes.plain(unit.target) for unit in units]
        for units in zip(*corrections, strict=True)
    )
    language = edition.pair.target
    return metrics.score(
        hypotheses,
        references,
        language,
        names=names,
        by_words=False,
        bootstrap=bootstrap,
    )
