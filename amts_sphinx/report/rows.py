"""The texts of an edition, one by one: their origins, findings and risks."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import HUMAN, Severity, State
from amts_sphinx.memory import predecessors
from amts_sphinx.report import post_editing
from amts_sphinx.report.model import (
    BY_PEOPLE,
    Document,
    NearMatch,
    Origin,
    Progress,
    Row,
    Stage,
)
from amts_sphinx.text import code_matching
from amts_sphinx.translate.people import CONFLICT
from amts_sphinx.translate.stale import STALE
from amts_sphinx.translate.translator import published

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from amts_sphinx.core.units import (
        Container,
        Edition,
        Finding,
        LanguagePair,
        Match,
        Segment,
        TranslationUnit,
    )
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.report.kept import Kept

#: The least score of near matches: others do not help a reviewer.
NEAR: Final = 70
#: What a finding adds to the risk of a text.
_RISK_OF_FINDING: Final = {Severity.ERROR: 100, Severity.WARNING: 30, Severity.INFO: 5}
#: What its origin adds.
_RISK_OF_ORIGIN: Final = {
    Origin.DRAFT: 40,
    Origin.TO_REVIEW: 30,
    Origin.UNTRANSLATED: 25,
    Origin.MACHINE: 20,
}
#: The most that the length of a text adds, and what it adds that a text is a title.
_RISK_OF_LENGTH: Final = 20
_RISK_OF_TITLE: Final = 10


class Occurrence(NamedTuple):
    """One text at one place of the book."""

    document: str
    key: str
    segment: Segment
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class Survey:
    """All places of an edition, and each text once."""

    places: tuple[Occurrence, ...]
    #: The first occurrence of each text, by its key.
    texts: Mapping[str, Occurrence]

    def rows(self, edition: Edition, corrected: Collection[str]) -> dict[str, Row]:
        """Return a row for each text, by its key.

        :param corrected: keys of texts that a machine translated before a person did
        """
        spaced = name_language(edition.pair.source).spaced
        counts = Counter(place.key for place in self.places)
        found = {}
        for key, place in self.texts.items():
            unit = edition.unit(place.segment)
            found[key] = Row(
                place.segment,
                unit.target if unit else None,
                origin(unit, reviewed=key in corrected),
                unit.maker if unit else "",
                post_editing.length(
                    inline_codes.plain(place.segment.source), spaced=spaced
                ),
                counts[key],
                unit.state if unit else None,
            )
        return found

    def keys(self) -> dict[str, list[str]]:
        """Return the keys of the texts of each document, in order."""
        found: dict[str, list[str]] = defaultdict(list)
        for place in self.places:
            found[place.document].append(place.key)
        return found

    def documents(
        self, rows: Mapping[str, Row], order: Iterable[str]
    ) -> tuple[Document, ...]:
        """Return the counts for each document.

        :param order: the names of all documents, in the order of the book
        """
        words: dict[str, Counter[Origin]] = defaultdict(Counter)
        segments: dict[str, Counter[Origin]] = defaultdict(Counter)
        findings: dict[str, Counter[str]] = defaultdict(Counter)
        words_by_stage: dict[str, Counter[Stage]] = defaultdict(Counter)
        by_stage: dict[str, Counter[Stage]] = defaultdict(Counter)
        conflicts: Counter[str] = Counter()
        for place in self.places:
            row, document = rows[place.key], place.document
            words[document][row.origin] += row.words
            segments[document][row.origin] += 1
            if row.words:
                words_by_stage[document][row.stage] += row.words
            by_stage[document][row.stage] += 1
            conflicts[document] += row.conflict
        for row in rows.values():
            for finding in row.findings:
                findings[finding.location.docname][finding.severity.value] += 1
        return tuple(
            Document(
                name,
                words[name],
                segments[name],
                findings[name],
                progress=Progress(
                    words_by_stage[name], by_stage[name], conflicts[name]
                ),
            )
            for name in order
            if name in words
        )


def survey(containers: Iterable[Container], edition: Edition) -> Survey:
    """Return each text of the book that is published as one unit."""
    places = tuple(
        Occurrence(
            segment.location.docname,
            segment.key,
            segment,
            container.ignored,
        )
        for container in containers
        for segment in published(container, edition.unit)
    )
    texts: dict[str, Occurrence] = {}
    # What holds everywhere comes first: it stands for what is bound to a place.
    for place in sorted(
        places, key=lambda p: (p.key, p.segment.location) in edition.bound
    ):
        texts.setdefault(place.key, place)
    return Survey(places, texts)


def origin(unit: TranslationUnit | None, *, reviewed: bool) -> Origin:
    """Return the origin of the text of *unit*.

    :param reviewed: whether a machine has translated the same source
    """
    if unit is None:
        return Origin.UNTRANSLATED
    if unit.by_human and unit.state is State.NEEDS_REVIEW:
        return Origin.TO_REVIEW
    if unit.by_human:
        return Origin.REVIEWED if reviewed else Origin.HUMAN
    if unit.state in {State.REVIEWED, State.APPROVED}:
        return Origin.REVIEWED
    return Origin.DRAFT if unit.state is State.DRAFT else Origin.MACHINE


def stage(row: Row, *, has_predecessor: bool) -> Stage:
    """Return how far people have come with a text.

    :param has_predecessor: whether a person translated a former version of it
    """
    if any(finding.check == STALE for finding in row.findings):
        return Stage.CHANGED
    if row.state in {State.REVIEWED, State.APPROVED, State.NEEDS_REVIEW}:
        by_person = row.maker == HUMAN
        if by_person or row.state is not State.NEEDS_REVIEW:
            return Stage(row.state.value)
    if has_predecessor:
        return Stage.CHANGED
    if row.state is None:
        return Stage.NEW
    return Stage.DRAFT if row.state is State.DRAFT else Stage.MACHINE


class Nearest(NamedTuple):
    """The units of the memory that are like texts of the book, by the texts' keys."""

    #: The nearest one of each text.
    matches: Mapping[str, Match]
    #: The keys of texts whose match is what a person made of a former version.
    changed: Collection[str]


def nearest(
    memory: Memory,
    pair: LanguagePair,
    rows: Mapping[str, Row],
    documents: Mapping[str, Sequence[str]],
    kept: Kept | None = None,
) -> Nearest:
    """Return the nearest other unit by people of each text that is not by people.

    A unit whose source has left the book is first: the text has probably replaced it.

    :param documents: the keys of each document, in order
    :param kept: what is known from the last time; it is brought up to date
    """
    if not memory.has_people():  # as before the first text is reviewed
        return Nearest({}, frozenset())
    keys = {
        row.segment.source: key
        for key, row in rows.items()
        if row.origin not in BY_PEOPLE
    }
    by_source = memory.fuzzy(
        pair,
        keys,
        cutoff=NEAR,
        limit=4,
        kept=kept.matches() if kept else None,
        by_people=True,
    )
    near = {keys[source]: matches for source, matches in by_source.items()}
    found = predecessors.find(memory, pair, documents, keys.values(), near)
    changed = frozenset(found)
    for key, matches in near.items():
        # The text itself is among them, if what a person made of it is not published.
        others = [match for match in matches if match.unit.key != key]
        if others and key not in found:
            found[key] = max(others, key=lambda m: (is_gone(m, rows), m.score))
    return Nearest(found, changed)


def is_gone(match: Match, rows: Mapping[str, Row]) -> bool:
    """Tell whether the source of *match* has left the book."""
    return match.unit.key not in rows


def completed(
    row: Row,
    findings: Sequence[Finding],
    match: Match | None,
    *,
    gone: bool,
    changed: bool,
) -> Row:
    """Return *row* with its findings, its near match, its stage and its risk.

    :param gone: whether the source of the match has left the book
    :param changed: whether the match is a person's of a former version of the text
    """
    near = None
    if match:
        unit = match.unit
        # Its codes differ from those of the row.
        near = NearMatch(
            inline_codes.plain(unit.source),
            inline_codes.plain(unit.target),
            match.score,
            gone,
            unit,
        )
    found = row
    if findings or near:
        found = replace(row, findings=tuple(findings), near=near)
    return replace(
        found,
        stage=stage(found, has_predecessor=changed),
        conflict=any(finding.check == CONFLICT for finding in findings),
        risk=risk(found),
    )


def risk(row: Row) -> int:
    """Return how urgent it is that a person looks at *row*: 0, or 5 or more."""
    of_findings = sum(_RISK_OF_FINDING[f.severity] for f in row.findings)
    of_origin = _RISK_OF_ORIGIN.get(row.origin, 0)
    if not of_findings and not of_origin:
        return 0
    of_title = _RISK_OF_TITLE * (row.segment.kind == "title")
    return of_findings + of_origin + of_title + min(row.words, _RISK_OF_LENGTH)


def shown(coded: str, segment: Segment) -> str:
    """Return *coded* text with the content of the codes of *segment*."""
    return code_matching.written(coded, segment.codes, named=True)
