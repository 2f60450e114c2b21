"""The work on an edition, unit by unit, with all that helps a person to do it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import globs, inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.formats import terminology
from amts_sphinx.formats.xliff_writer import REMARK, name_of_key
from amts_sphinx.memory import home_file, statements
from amts_sphinx.report import rows as report_rows
from amts_sphinx.report.locations import Links, fragment
from amts_sphinx.report.model import CONFLICTS, Stage
from amts_sphinx.report.rows import NEAR
from amts_sphinx.text import diff
from amts_sphinx.translate.translator import published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Match, Segment
    from amts_sphinx.report.model import NearMatch, Row
    from amts_sphinx.review.desk import EditionAtHand

#: The order of the work: as in the book, the most urgent first, or what stands at the
#: most places first.
ORDERS: Final = ("book", "risk", "places")
#: Near matches that a unit is given.
_MATCHES: Final = 3
#: The stages that are work, as they are chosen by name.
TO_DO: Final = tuple(stage.value for stage in Stage if not stage.is_done)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of the work is wanted."""

    #: Globs of documents; empty: all.
    documents: Sequence[str] = ()
    #: Values of :class:`Stage`, or ``conflicts``.
    states: Sequence[str] = (*TO_DO, CONFLICTS)
    #: Ids of checks; empty: whatever is found.
    findings: Sequence[str] = ()
    #: Only texts of which readers see a translation now.
    shown: bool = False
    order: str = "book"
    #: The most words; 0: any number. The first unit may have more.
    words: int = 0

    def wants(self, row: Row) -> bool:
        """Tell whether the text of a *row* of the report is wanted."""
        name = row.segment.location.docname
        states = {row.stage.value, *([CONFLICTS] if row.conflict else [])}
        return (
            not states.isdisjoint(self.states)
            and (not self.shown or row.target is not None)
            and globs.matches(name, self.documents)
            and (
                not self.findings
                or any(each.check in self.findings for each in row.findings)
            )
        )


class Note(NamedTuple):
    """Something that a person should know of a unit."""

    #: What it is about: ``place``, ``former source``, ``term``, …
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """One text to work on."""

    #: Tells the texts of an edition apart, and stays as long as its source does.
    id: str
    row: Row
    #: What is published of it; where nothing is, a person's unit with an empty target.
    #: It names, as corrected, all that people say of the source.
    unit: TranslationUnit
    #: The coded texts beside it in its document; empty where there is none.
    before: str
    after: str
    matches: tuple[Match, ...]
    terms: Mapping[str, str]
    #: The address of its place in the edition; relative to the folder of all editions
    #: where the book has no address.
    link: str

    @property
    def segment(self) -> Segment:
        """The text."""
        return self.row.segment

    @property
    def former(self) -> NearMatch | None:
        """What a person made of a former version of the text."""
        return self.row.near if self.row.stage is Stage.CHANGED else None

    def notes(self) -> Iterator[Note]:
        """Yield what a person should know, the most urgent first."""
        row = self.row
        places = f", at {row.places} places" if row.places > 1 else ""
        yield Note("place", f"{self.segment.location}, {self.segment.kind}{places}")
        yield Note("state", "conflict" if row.conflict else row.stage.value)
        if self.former:
            yield Note("former source", self.former.source)
            yield Note("former target", self.former.target)
            yield Note("difference", difference(self.former.source, self.segment))
        if self.unit.note:
            yield Note(REMARK, self.unit.note)
        for finding in row.findings:
            yield Note("finding", f"{finding.check}: {finding.message}")
        for term, wanted in self.terms.items():
            yield Note("term", f"{term} = {wanted}")
        for code in self.segment.codes:
            yield Note("code", str(code))
        if self.link:
            yield Note("page", self.link)


def difference(former: str, segment: Segment) -> str:
    """Return the text of *segment* with what changed since, in one line.

    What is gone stands in ``[- -]``, what is new in ``{+ +}``.

    :param former: plain text
    """
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    pieces = diff.between(former, inline_codes.plain(segment.source))
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


def choose(at_hand: EditionAtHand, choice: Choice) -> list[WorkUnit]:
    """Return the work on an edition that *choice* wants, in its order."""
    wanted = [each for each in tasks(at_hand).values() if choice.wants(each.row)]
    if choice.order == "risk":
        wanted.sort(key=lambda each: -each.row.risk)
    elif choice.order == "places":
        wanted.sort(key=lambda each: (-each.row.places, -each.row.risk))
    chosen = _at_most(wanted, choice.words)
    return list(units(at_hand, chosen, _remarks(at_hand)))


def _at_most(wanted: Iterable[Task], words: int) -> list[Task]:
    """Return the first, with *words* together; all where that is 0."""
    found: list[Task] = []
    total = 0
    for each in wanted:
        total += each.row.words
        if words and found and total > words:
            break
        found.append(each)
    return found


def _remarks(at_hand: EditionAtHand) -> dict[tuple[str, str], str]:
    """Return what people remark in the home file, by key and name of the place."""
    path = at_hand.config.files.home_of(at_hand.edition.pair.target)
    found: dict[tuple[str, str], str] = {}
    if path is None or not path.exists():
        return found
    with suppress(InterchangeError):  # who reads the book has been told
        for unit in home_file.read(path, on_skip=lambda _: None):
            if unit.note:
                where = unit.key, home_file.place_name(unit.place)
                found[where] = home_file.both_notes(found.get(where, ""), unit.note)
    return found


class Task(NamedTuple):
    """One text of an edition: at all its places, or at the one it is bound to."""

    #: As :attr:`WorkUnit.id`.
    id: str
    row: Row
    #: The coded texts beside it in its document; empty where there is none.
    before: str
    after: str


def tasks(at_hand: EditionAtHand) -> dict[str, Task]:
    """Return all texts of an edition by their ids, in the order of the book."""
    rows = {row.segment.key: row for row in at_hand.report.rows}
    documents: dict[str, list[Segment]] = {name: [] for name in at_hand.sources}
    for container in at_hand.containers:
        for segment in published(container, at_hand.edition.unit):
            documents.setdefault(segment.location.docname, []).append(segment)
    found: dict[str, Task] = {}
    for segments in documents.values():
        sources = ["", *(segment.source for segment in segments), ""]
        for segment, before, after in zip(segments, sources, sources[2:], strict=False):
            row = rows.get(segment.key)
            if row is None:
                continue
            bound = at_hand.edition.bound.get((segment.key, segment.location))
            place = home_file.place_name(bound.place if bound else None)
            name = id_of(segment.key, place)
            if bound and name not in found:
                row = _bound_row(row, segment, bound)
            found.setdefault(name, Task(name, row, before, after))
    return found


def id_of(key: str, place: str = "") -> str:
    """Return the id of a text, by its key and the name of the place it is bound to."""
    name = name_of_key(key)
    return f"{name}-{name_of_key(place)[:8]}" if place else name


def _bound_row(row: Row, segment: Segment, unit: TranslationUnit) -> Row:
    """Return the row of a text at the place that a person bound it to.

    :param row: that of the text in general
    """
    here = tuple(each for each in row.findings if each.location == segment.location)
    found = replace(
        row,
        segment=segment,
        target=unit.target,
        origin=report_rows.origin(unit, reviewed=False),
        maker=unit.maker,
        places=1,
        state=unit.state,
        findings=here,
        near=None,
        conflict=row.conflict and bool(here),
    )
    found = replace(found, stage=report_rows.stage(found, has_predecessor=False))
    return replace(found, risk=report_rows.risk(found))


def units(
    at_hand: EditionAtHand,
    wanted: Sequence[Task],
    remarks: Mapping[tuple[str, str], str],
) -> Iterator[WorkUnit]:
    """Yield the units of the texts that are *wanted*.

    :param remarks: what people remark, by key and name of the place
    """
    memory, pair = at_hand.memory, at_hand.edition.pair
    sources = [each.row.segment.source for each in wanted]
    said = memory.statements(pair, sources)
    near = memory.fuzzy(pair, sources, cutoff=NEAR, limit=_MATCHES + 1)
    terms = terminology.read(at_hand.config.terminology, pair)
    for name, row, before, after in wanted:
        segment = row.segment
        unit = at_hand.edition.unit(segment) or TranslationUnit(
            segment.source, "", pair, HUMAN, State.REVIEWED
        )
        people = statements.valid(said.get(segment.key, ()))
        seen = {each.unit.target for each in people if each.unit.place == unit.place}
        document, line = segment.location
        gone = row.near if row.stage is Stage.CHANGED else None
        yield WorkUnit(
            name,
            row,
            replace(
                unit,
                source=segment.source,
                document=document,
                line=line,
                replaced=gone.unit.source if gone else unit.replaced,
                corrects=tuple(sorted({*unit.corrects, *seen})),
                note=remarks.get((unit.key, home_file.place_name(unit.place)), ""),
            ),
            before,
            after,
            tuple(m for m in near[segment.source] if m.unit.key != segment.key)[
                :_MATCHES
            ],
            terms.find(segment.source),
            _link(at_hand, row),
        )


def _link(at_hand: EditionAtHand, row: Row) -> str:
    tag = at_hand.edition.pair.target
    links = Links(Path(), Path(tag), at_hand.config.format, at_hand.sources)
    page = links.page(row.segment.location.docname)
    if not page:
        return ""
    text = row.segment.source if row.target is None else row.target
    base = at_hand.base_url.rstrip("/")
    return f"{base}/{page}{fragment(text)}" if base else f"{page}{fragment(text)}"
