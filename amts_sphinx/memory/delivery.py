"""Take in what people deliver: unit by unit, into the home files of a book.

A delivery is not a deletion: what it does not hold stays as it is.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Final

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.core.units import LanguagePair, SkippedText, State
from amts_sphinx.memory import home_file, importing, statements
from amts_sphinx.memory.statements import HOME, Conflict, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.memory.home_file import HomeFile
    from amts_sphinx.memory.importing import BookFiles
    from amts_sphinx.memory.memory import Memory

#: Units that are compared with the memory at a time.
_BATCH: Final = 500


class Kind(str, Enum):
    """What a delivered unit is to what is known of its source."""

    NEW = "new"
    #: Another text, or another state, than what is published.
    CHANGED = "changed"
    EQUAL = "equal"
    #: The text that a later correction replaced: it brings nothing back.
    OLDER = "older than a correction"
    CONFLICT = "in conflict"
    MACHINE = "by machines"
    #: In the file to be translated, and not translated yet.
    MISSING = "not translated"
    REFUSED = "refused"

    def __str__(self) -> str:
        return self.value


@dataclass(slots=True)
class Delivery:
    """What became of one file."""

    path: Path
    counts: Counter[Kind] = field(default_factory=Counter)
    #: The first conflicts, for people to see.
    conflicts: list[Conflict] = field(default_factory=list)
    #: The home files that were written, each with a copy of what it was; ``None``:
    #: it is new.
    written: dict[Path, Path | None] = field(default_factory=dict)
    #: How many of the units that were taken are marked as in need of review.
    doubtful: int = 0

    def __str__(self) -> str:
        told = [f"{self.counts[kind]} {kind}" for kind in Kind if self.counts[kind]]
        return f"{self.path}: {', '.join(told) or 'no units'}"

    @property
    def refused(self) -> int:
        """The number of units that were not taken, since something is wrong."""
        return self.counts[Kind.REFUSED]

    def doubts(self) -> str:
        """Say how many texts need review, and what is to be done; or nothing."""
        if not self.doubtful:
            return ""
        is_po = self.path.suffix.lower() in {".po", ".pot"}
        return (
            f"{self.path}: {self.doubtful} of them are marked"
            f" {'fuzzy' if is_po else 'as in need of review'}: they need review. Remove"
            " the mark and import the file again, or approve them on the page of amts"
            " review serve"
        )

    def undo(self) -> list[str]:
        """Return the commands that put the home files back."""
        return [
            f"cp {former} {path}" if former else f"rm {path}"
            for path, former in self.written.items()
        ]


def deliver(
    memory: Memory,
    files: BookFiles,
    path: Path,
    *,
    pair: LanguagePair | None = None,
    author: str = "",
    informed: bool = False,
    tell: Callable[[str], None],
) -> Delivery:
    """Merge the units of a file into the home files of its languages.

    The memory must have learnt the files of the book; it learns the changed home files.
    Of what a machine made, the memory keeps what it lacks.

    :param pair: the languages of the file, where it does not name them
    :param author: who wrote the units that name nobody; by default the file's name
    :param informed: whether the units name, as corrected, all people's texts that their
        translators saw. Others that stand now are in conflict with them, and no name
        is made of the file's
    :param tell: takes a line on each text that is refused
    :raises InterchangeError: a file cannot be read or written; nothing is changed then
    """
    name = author or ("" if informed else path.name)
    merge = _Merge(memory, files, Delivery(path), name, informed=informed)
    # A person who did the work wants to know each place.
    refused = importing.LeftOut(tell, inf if informed else importing.SHOWN)

    def skip(text: str) -> None:
        if isinstance(text, SkippedText) and text.missing:
            merge.done.counts[Kind.MISSING] += 1
        elif isinstance(text, SkippedText):
            refused(_explained(text))
        elif not (merge.done.counts[Kind.MISSING] or refused.count):
            tell(text)  # of the file as a whole, not of a text

    asked = pair or LanguagePair(files.source_language, "")
    units = formats.read(path, asked, on_skip=skip)
    with ExitStack() as stack:
        while batch := list(islice(units, _BATCH)):
            machines = [unit for unit in batch if not unit.by_human]
            merge.done.counts[Kind.MACHINE] += len(machines)
            memory.learn(machines)
            for unit in machines:
                if unit.note:
                    tell(
                        f"{path}: the remark on {unit.source[:60]!r} is not kept: no"
                        " person has translated that, or confirmed what a machine did"
                    )
            merge.take([unit for unit in batch if unit.by_human], stack, refused)
        refused.end(path)
        merge.done.counts[Kind.REFUSED] = refused.count
        merge.write()
    importing.learn_book(memory, files, _quietly, _quietly)
    return merge.done


def _explained(text: SkippedText) -> str:
    """Return why a text is refused, with its beginning and the words of its codes."""
    if not text.source:
        return text
    place, _, why = text.partition(": ")
    why = inline_codes.explained(why, text.source)
    return f"{place}: {why}; in {inline_codes.beginning(text.source)!r}"


def _quietly(_text: str) -> None:
    """Say nothing: it was said before, or will be by the next build."""


class _Merge:
    """One delivery on its way into the home files."""

    def __init__(
        self,
        memory: Memory,
        files: BookFiles,
        done: Delivery,
        author: str,
        *,
        informed: bool,
    ) -> None:
        self._memory = memory
        self._files = files
        self._author = author
        self._informed = informed
        self._now = int(time.time())
        self._homes: dict[str, HomeFile] = {}
        self._changed: set[str] = set()
        self.done = done

    def take(
        self,
        units: Sequence[TranslationUnit],
        stack: ExitStack,
        refuse: Callable[[str], None],
    ) -> None:
        """Take some people's units."""
        for pair in sorted({unit.pair for unit in units}):
            mine = [unit for unit in units if unit.pair == pair]
            if pair.source != self._files.source_language:
                for unit in mine:
                    refuse(f"{self.done.path}: {unit.source[:60]!r} is {pair}")
                continue
            home = self._home(pair, stack)
            said = self._memory.statements(pair, (unit.source for unit in mine))
            for unit in mine:
                try:
                    kind = self._merge(home, unit, said.setdefault(unit.key, []))
                except MarkupError as exc:
                    refuse(f"{self.done.path}: {unit.source[:60]!r}: {exc}")
                else:
                    self.done.counts[kind] += 1
                    if kind in {Kind.NEW, Kind.CHANGED, Kind.CONFLICT}:
                        self._changed.add(pair.target)
                        self.done.doubtful += unit.state is State.NEEDS_REVIEW

    def _home(self, pair: LanguagePair, stack: ExitStack) -> HomeFile:
        if pair.target not in self._homes:
            path = self._files.home_of(pair.target)
            assert path is not None  # noqa: S101 - the command sees to that
            lock = self._files.lock_of(pair.target)
            opened = home_file.changing(path, pair.source, lock)
            self._homes[pair.target] = stack.enter_context(opened)
        return self._homes[pair.target]

    def _merge(
        self, home: HomeFile, unit: TranslationUnit, said: list[Statement]
    ) -> Kind:
        """Merge one unit into *home*.

        :param said: all that is said of its source; takes what the unit says
        """
        mine = [each for each in said if each.unit.place == unit.place]
        people = [each for each in statements.valid(mine) if not each.part]
        line = replace(
            unit,
            author=unit.author or self._author,
            changed=unit.changed or self._now,
        )
        if not people:
            return self._add(home, line, said, Kind.NEW)
        first = people[0]
        is_home = first.origin.kind == HOME
        remarked = home.note_of(first.unit)
        if _text(first.unit) == _text(unit):
            news = home_file.both_notes(remarked, unit.note) != remarked
            higher = statements.is_higher(unit.state, first.unit.state)
            if not (news or higher):
                return Kind.EQUAL
            if not higher:
                line = replace(line, state=first.unit.state)
        elif is_home and unit.target in first.unit.corrects:
            return Kind.OLDER
        elif self._is_rival(unit, line, first):
            self._note(first, line)
            same = any(_text(each.unit) == _text(unit) for each in people)
            return Kind.EQUAL if same else self._add(home, line, said, Kind.CONFLICT)
        if is_home:
            home.remove(first.unit)
            said.remove(first)
        named = {*first.unit.corrects, first.unit.target}
        if self._informed:
            named |= {*unit.corrects}
        named -= {unit.target}
        line = replace(
            line,
            corrects=tuple(sorted(named)),
            document=unit.document or first.unit.document,
            note=home_file.both_notes(remarked, unit.note),
        )
        return self._add(home, line, said, Kind.CHANGED)

    def _is_rival(
        self, unit: TranslationUnit, line: TranslationUnit, first: Statement
    ) -> bool:
        """Tell whether *unit* was hardly written in knowledge of the *first* text.

        Its work file does not name that text; or, in other files, somebody else wrote
        it, or the unit has the earlier date.
        """
        if self._informed:
            return first.unit.target not in unit.corrects
        if first.origin.kind != HOME:
            return False
        return line.author != first.unit.author or bool(
            unit.changed and unit.changed < first.unit.changed
        )

    def _add(
        self, home: HomeFile, line: TranslationUnit, said: list[Statement], kind: Kind
    ) -> Kind:
        home.add(line)
        origin = statements.Origin(HOME, str(home.path), 0)
        said.append(Statement(line, origin, 0))
        return kind

    def _note(self, first: Statement, line: TranslationUnit) -> None:
        if len(self.done.conflicts) < importing.SHOWN:
            origin = statements.Origin(HOME, self.done.path.name, 0)
            self.done.conflicts.append(Conflict(first, Statement(line, origin, 0)))

    def write(self) -> None:
        """Write the home files that have changed; keep a copy of what they were."""
        for language in sorted(self._changed):
            home = self._homes[language]
            former = None
            if home.path.exists():
                former = self._memory.path.with_name(f"{home.path.name}.former")
                shutil.copyfile(home.path, former)
                former.chmod(0o600)
            home.write()
            self.done.written[home.path] = former


def _text(unit: TranslationUnit) -> str:
    return inline_codes.normalise(unit.target)
