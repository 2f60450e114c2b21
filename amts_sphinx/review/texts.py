"""The texts of the edition as the page shows them, and what is decided about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import checks
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import State
from amts_sphinx.formats import terminology
from amts_sphinx.memory import home_file
from amts_sphinx.report.model import Stage
from amts_sphinx.report.rows import shown
from amts_sphinx.review import edition_pages, work
from amts_sphinx.text import diff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.core.units import Segment, TranslationUnit
    from amts_sphinx.review.desk import EditionAtHand
    from amts_sphinx.review.saving import Saver
    from amts_sphinx.review.work import Task, WorkUnit

#: What a person may decide.
_STATES: Final = {
    each.value: each for each in (State.APPROVED, State.REVIEWED, State.NEEDS_REVIEW)
}


class UnknownTextError(AmtsError):
    """The edition has no such text."""

    category = "amts review"


class BadRequestError(AmtsError):
    """What the page sent cannot be saved; nothing of it is."""

    category = "amts review"


class Texts:
    """The texts of the edition, with what was decided since it was read."""

    def __init__(self, at_hand: EditionAtHand, saver: Saver) -> None:
        self._at_hand = at_hand
        self._saver = saver
        self._tasks = work.tasks(at_hand)
        #: What was saved here: target and state, by id.
        self._saved: dict[str, tuple[str, State]] = {}
        #: The units that were asked for, by id.
        self._works_known: dict[str, WorkUnit] = {}
        pair, config = at_hand.edition.pair, at_hand.config
        self._context = checks.Context(
            pair,
            terms=terminology.read(config.terminology, pair),
            forbidden=config.forbidden_terms.get(pair.target, ()),
            ignored=config.ignore,
            fullwidth=config.fullwidth_punctuation,
        )

    def find(self, name: str) -> str:
        """Return the id of a text that a person names, perhaps by its beginning.

        :raises UnknownTextError: there is none, or are several
        """
        found = [each for each in self._tasks if each.startswith(name)]
        if name in self._tasks:
            return name
        if not name or len(found) != 1:
            many = f"{len(found)} texts begin so" if name and found else "there is none"
            raise UnknownTextError(f"--unit {name!r}: {many} in this edition")
        return found[0]

    def listed(self) -> dict[str, Any]:
        """Return all texts, and what the page needs to know of the edition."""
        at_hand = self._at_hand
        pair = at_hand.edition.pair
        remarks = self._saver.read().notes()
        return {
            "source_language": pair.source,
            "target_language": pair.target,
            "target_name": name_language(pair.target).name,
            "engine": at_hand.config.engine,
            "stages": [stage.value for stage in Stage],
            "pages": edition_pages.paths(at_hand.config.format, at_hand.sources),
            "units": [
                self._summary(task, remarks.get(self._where(task), ""))
                for task in self._tasks.values()
            ],
        }

    def _where(self, task: Task) -> tuple[str, str]:
        """Return what tells the lines of a text apart in the home file."""
        segment = task.row.segment
        bound = self._at_hand.edition.bound.get((segment.key, segment.location))
        return segment.key, home_file.place_name(bound.place if bound else None)

    def _summary(self, task: Task, remark: str | None = None) -> dict[str, Any]:
        """Return a text as it stands in the list.

        :param remark: what people remark; ``None``: it is looked up
        """
        row, name = task.row, task.id
        target, stage = row.target, row.stage.value
        if name in self._saved:
            target, state = self._saved[name]
            stage = state.value
        return {
            "id": name,
            "document": row.segment.location.docname,
            "line": row.segment.location.line,
            "kind": row.segment.kind,
            "stage": stage,
            "conflict": row.conflict and name not in self._saved,
            "words": row.words,
            "places": row.places,
            "bound": "-" in name,
            "risk": 0 if name in self._saved else row.risk,
            "findings": sorted({each.check for each in row.findings}),
            "remark": self._remark(task) if remark is None else remark,
            "source": shown(row.segment.source, row.segment),
            "target": shown(target or "", row.segment),
        }

    def _remark(self, task: Task) -> str:
        found = ""
        for line in self._saver.read().named(*self._where(task)):
            found = home_file.both_notes(found, line.note)
        return found

    def _task(self, name: object) -> Task:
        task = self._tasks.get(name) if isinstance(name, str) else None
        if task is None:
            raise UnknownTextError("there is no such text")
        return task

    def detail(self, name: str) -> dict[str, Any]:
        """Return all that the page shows of a text.

        :raises UnknownTextError: there is none of this id
        """
        task = self._task(name)
        row = task.row
        (unit,) = self._works([name])
        target, seen = unit.unit.target, [*unit.unit.corrects]
        if name in self._saved:
            target, _ = self._saved[name]
            seen.append(target)
        return {
            **self._summary(task),
            "source": _pieces(row.segment.source),
            "codes": {
                str(code.id): {
                    "kind": code.kind,
                    "text": code.equiv,
                    "pair": code.paired,
                }
                for code in row.segment.codes
            },
            "target": _pieces(target),
            "seen": seen,
            "maker": unit.unit.maker if target else "",
            "author": unit.unit.author if target and name not in self._saved else "",
            "before": inline_codes.plain(unit.before),
            "after": inline_codes.plain(unit.after),
            "former": _former(unit),
            "others": [
                inline_codes.plain(each) for each in unit.unit.corrects if row.conflict
            ],
            "matches": [
                {
                    "score": match.score,
                    "source": inline_codes.plain(match.unit.source),
                    "target": inline_codes.plain(match.unit.target),
                }
                for match in unit.matches
            ],
            "terms": dict(unit.terms),
            "messages": [f"{f.check}: {f.message}" for f in row.findings],
            "link": unit.link if self._at_hand.base_url else "",
        }

    def _works(self, names: Sequence[str]) -> list[WorkUnit]:
        """Return the units of ids, with all that helps a person."""
        new = [self._task(name) for name in names if name not in self._works_known]
        for found in work.units(self._at_hand, new, {}):
            self._works_known[found.id] = found
        return [self._works_known[name] for name in names]

    def check(self, name: object, target: object) -> list[str]:
        """Return what is wrong with a target that is being typed.

        :raises UnknownTextError: there is no text of this id
        :raises BadRequestError: the target is no text
        """
        segment = self._task(name).row.segment
        if not isinstance(target, str):
            raise BadRequestError("target must be a text")
        if not inline_codes.normalise(target):
            return ["the target is blank"]
        if fault := _fault(segment, target):
            return [fault]
        entry = checks.CheckEntry(
            segment, target, by_human=True, near=None, ignored=frozenset()
        )
        found = checks.run([entry], self._context)
        return [f"{each.check}: {each.message}" for each in found]

    def save(self, asked: object) -> list[dict[str, Any]]:
        """Save what the page sends, all or none, and return the texts as listed.

        :raises UnknownTextError: there is no text of an id
        :raises BadRequestError: a part of it is not what it should be
        :raises SeenNotError: somebody wrote a text that the person has not seen
        """
        if not isinstance(asked, list) or not all(isinstance(a, dict) for a in asked):
            raise BadRequestError("units must be a list of objects")
        tasks = [self._task(each.get("id")) for each in asked]
        works = self._works([task.id for task in tasks])
        units = [self._decided(*each) for each in zip(asked, tasks, works, strict=True)]
        self._saver.save(units)
        for task, (unit, _) in zip(tasks, units, strict=True):
            self._saved[task.id] = unit.target, unit.state
        return [self._summary(task) for task in tasks]

    def _decided(
        self, asked: Mapping[str, Any], task: Task, known: WorkUnit
    ) -> tuple[TranslationUnit, Sequence[str]]:
        """Return the unit, and what the person saw.

        What is not right is refused, and nothing of the whole is saved then.
        """
        unit, segment = known.unit, known.segment
        saved = self._saved.get(task.id)
        # To approve many at once, the page need not have the coded targets.
        target = asked.get("target", saved[0] if saved else unit.target)
        seen = asked.get("seen", [*unit.corrects, *([saved[0]] if saved else [])])
        remark = asked.get("remark")
        if remark is None:
            remark = self._remark(task)
        state = _STATES.get(str(asked.get("state")))
        if state is None:
            raise BadRequestError(f"state must be one of {', '.join(_STATES)}")
        if not all(isinstance(each, str) for each in (target, remark)) or not (
            isinstance(seen, list) and all(isinstance(each, str) for each in seen)
        ):
            raise BadRequestError(
                "target and remark must be texts, and seen a list of texts"
            )
        if not inline_codes.normalise(target):
            # A remark is kept with a translation: there is nothing else to keep it by.
            raise BadRequestError("the target is blank")
        if fault := _fault(segment, target):
            raise BadRequestError(fault)
        decided = replace(
            unit, target=target, state=state, tool="", note=remark.strip()
        )
        return decided, seen

    def undo(self) -> list[dict[str, Any]]:
        """Take the last save back, and return the texts as listed.

        :raises SeenNotError: somebody changed one of them since
        """
        names = [work.id_of(*where) for where in self._saver.undo()]
        for name in names:
            self._saved.pop(name, None)
        # The book may have lost one since, after a build.
        known = [self._tasks[name] for name in names if name in self._tasks]
        return [self._summary(task) for task in known]


def _fault(segment: Segment, target: str) -> str:
    """Say what is wrong with the codes of a target, or return an empty string."""
    fault = inline_codes.verify(segment.source, target)
    return inline_codes.explained(fault, segment.source, segment.codes)


def _pieces(coded: str) -> list[list[str]]:
    """Return coded text for the page: kind, text and number of each piece."""
    return [
        [
            piece.type,
            inline_codes.unescape(piece.coded) if piece.type == "text" else "",
            str(piece.id or ""),
        ]
        for piece in inline_codes.tokens(coded)
    ]


def _former(unit: WorkUnit) -> dict[str, Any] | None:
    if unit.former is None:
        return None
    source = inline_codes.plain(unit.segment.source)
    return {
        "target": unit.former.target,
        "difference": [list(each) for each in diff.between(unit.former.source, source)],
    }
