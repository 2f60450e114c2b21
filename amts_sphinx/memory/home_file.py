"""The home file of a language: what people wrote for the book, one unit a line, in TMX.

It lies under version control. Lines are sorted by source and hold no more than the
unit, so that two people's work merges line by line; two lines of one source are two
statements. Dates belong to units: the later of two lines comes first.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from calendar import timegm
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from filelock import FileLock, Timeout
from lxml import etree

from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Place,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import parsing, tmx
from amts_sphinx.memory import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    '<header creationtool="amts_sphinx" creationtoolversion="1" segtype="sentence"'
    ' o-tmf="amts" adminlang="en" srclang="{}" datatype="xml"/>\n<body>\n'
)
END: Final = "</body>\n</tmx>\n"
#: What makes git keep the lines of both sides.
UNION: Final = "merge=union"
#: What the names of home files end with, unless a book has it otherwise.
_USUAL: Final = ".home.tmx"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_DOCUMENT: Final = "x-amts-document"
_REPLACED: Final = "x-amts-replaced"
_TOOL: Final = "x-amts-tool"
_STATE: Final = "x-amts-state"
_PLACE: Final = "x-amts-place"
_CORRECTS: Final = "x-amts-corrects"
#: Seconds to wait for another program that writes the same file.
_PATIENCE: Final = 30
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATES: Final = {str(state): state for state in State}


def line_of(unit: TranslationUnit) -> str:
    """Return the line of *unit*, without its end.

    :raises MarkupError: a file cannot hold the unit
    """
    if fault := tmx.fault(unit) or _foreign(unit):
        raise MarkupError(fault)
    tu = etree.Element("tu", creationid=HUMAN)
    if unit.author:
        tu.set("changeid", unit.author)
    tu.set("changedate", time.strftime(_DATE, time.gmtime(unit.changed)))
    said = [
        (_STATE, unit.state.value),
        (_DOCUMENT, unit.document),
        (_REPLACED, unit.replaced),
        (_TOOL, unit.tool),
    ]
    if unit.place:
        said.append((_PLACE, json.dumps(unit.place, ensure_ascii=False)))
    said += [(_CORRECTS, text) for text in sorted(set(unit.corrects))]
    for name, text in said:
        if text:
            etree.SubElement(tu, "prop", type=name).text = text
    if unit.note:
        etree.SubElement(tu, "note").text = unit.note
    for tag, coded in zip(unit.pair, (unit.source, unit.target), strict=True):
        tuv = etree.SubElement(tu, "tuv", {_LANG: tag})
        tmx.fill(etree.SubElement(tuv, "seg"), coded)
    return etree.tostring(tu, encoding="unicode").replace("\n", "&#10;")


def _foreign(unit: TranslationUnit) -> str:
    for text in (
        unit.author,
        unit.tool,
        *(unit.place or ()),
        *unit.corrects,
        unit.note,
    ):
        if foreign := _NOT_XML.search(text):
            return f"XML has no way to write {foreign[0]!r}"
    return ""


def read(
    path: Path, on_skip: Callable[[str], None] | None = None
) -> Iterator[TranslationUnit]:
    """Yield the units of a home file in order.

    :param on_skip: takes why a line is not usable, with its place; without it the first
        such line is an error
    :raises InterchangeError: the file cannot be read
    """
    for _, unit in lines(path, on_skip):
        yield unit


def lines(
    path: Path, on_skip: Callable[[str], None] | None = None
) -> Iterator[tuple[int, TranslationUnit]]:
    """Yield the units of a home file in order, each with its line, from 1.

    :param on_skip: as for :func:`read`
    :raises InterchangeError: the file cannot be read
    """
    try:
        with path.open("rb") as stream:
            for event, element in parsing.events(stream, str(path), "tmx"):
                if event == "end" and etree.QName(element).localname == "tu":
                    line: Any = element.sourceline
                    for unit in _usable(path, element, on_skip):
                        yield int(line or 1), unit
                    parsing.forget(element)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc
    except InterchangeError as exc:
        if _has_merge_marks(path):
            raise InterchangeError(
                f"{exc}; a merge left its marks in the file: keep the lines of both"
                " sides, and delete the marks"
            ) from exc
        raise


def _has_merge_marks(path: Path) -> bool:
    marks = (b"<<<<<<< ", b">>>>>>> ")
    with path.open("rb") as stream:
        return any(line.startswith(marks) for line in stream)


def _usable(
    path: Path, tu: etree._Element, on_skip: Callable[[str], None] | None
) -> Iterator[TranslationUnit]:
    """Yield the unit of a line, if it is usable."""
    source, pair = "", None
    try:
        (here, ours), (there, theirs) = two_variants(tu)
        pair = LanguagePair(here, there)
        source, _ = tmx.read_pair(ours, ours)
        unit = _unit(tu, pair, *tmx.read_pair(ours, theirs))
        fault = schema.fault_of(unit)
    except (MarkupError, LanguageError) as exc:
        fault = str(exc)
    if not fault:
        yield unit
        return
    why = f"{path}:{tu.sourceline}: {fault}"
    if on_skip is None:
        raise InterchangeError(why)
    on_skip(SkippedText(why, source, pair))


def variants(tu: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the tags and the texts of a line.

    :raises LanguageError: a tag is none
    """
    return [
        (find_language(tuv.get(_LANG) or "").tag, segment)
        for tuv in tu.iterfind("{*}tuv")
        if (segment := tuv.find("{*}seg")) is not None
    ]


def two_variants(tu: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the tags and the texts of a line that has two.

    :raises LanguageError: a tag is none
    :raises MarkupError: the line has one text, or three
    """
    found = variants(tu)
    if len(found) != 2:  # noqa: PLR2004
        raise MarkupError("a line must have one text in each of two languages")
    return found


def _unit(
    tu: etree._Element, pair: LanguagePair, source: str, target: str
) -> TranslationUnit:
    props = [(prop.get("type"), prop.text or "") for prop in tu.iterfind("{*}prop")]
    said = dict(props)
    state = said.get(_STATE, State.REVIEWED.value)
    if state not in _STATES:
        raise MarkupError(f"state {state!r} is not one of {', '.join(_STATES)}")
    try:
        place = Place(*json.loads(said[_PLACE])) if said.get(_PLACE) else None
    except (TypeError, ValueError) as exc:
        raise MarkupError(f"{_PLACE} is not a list of four texts") from exc
    changed = _time(tu.get("changedate", ""))
    return TranslationUnit(
        source,
        target,
        pair,
        HUMAN,
        _STATES[state],
        said.get(_DOCUMENT, ""),
        replaced=said.get(_REPLACED, ""),
        created=changed,
        changed=changed,
        author=tu.get("changeid", ""),
        tool=said.get(_TOOL, ""),
        place=place,
        corrects=tuple(text for name, text in props if name == _CORRECTS),
        note="\n".join(note.text or "" for note in tu.iterfind("{*}note")).strip(),
    )


def _time(text: str) -> int:
    """Return a date as seconds since the epoch; a line without one is the oldest."""
    try:
        return max(1, timegm(time.strptime(text, _DATE)))
    except ValueError:
        return 1


class Line(NamedTuple):
    """One line of a home file, as it stands."""

    key: str
    target: str
    place: str
    changed: int
    text: str
    note: str = ""


class HomeFile:
    """The lines of a home file while they are changed; in a temporary database.

    Any number of lines needs little memory.
    """

    def __init__(
        self, path: Path, source_language: str, db: sqlite3.Connection
    ) -> None:
        self.path: Final = path
        self._source_language: Final = source_language
        self._db: Final = db
        db.execute(
            "CREATE TABLE line (key TEXT, changed INTEGER, target TEXT, place TEXT,"
            " text TEXT, note TEXT, UNIQUE (key, target, place))"
        )
        if path.exists():
            for unit in read(path):
                self.add(unit)

    def add(self, unit: TranslationUnit) -> None:
        """Add the line of *unit*; one with the same source and target is replaced.

        What people remarked in either of the two stays.

        :raises MarkupError: a file cannot hold the unit
        """
        unit = replace(unit, note=both_notes(self.note_of(unit), unit.note))
        line = Line(*_name(unit), unit.changed, line_of(unit), unit.note)
        self.restore(line)

    def remove(self, unit: TranslationUnit) -> None:
        """Remove the line of *unit*, if there is one."""
        self._db.execute(
            "DELETE FROM line WHERE key = ? AND target = ? AND place = ?", _name(unit)
        )

    def note_of(self, unit: TranslationUnit) -> str:
        """Return what people remark in the line of *unit*, if there is one."""
        query = "SELECT note FROM line WHERE key = ? AND target = ? AND place = ?"
        found = self._db.execute(query, _name(unit)).fetchone()
        return str(found[0]) if found else ""

    def at(self, key: str, place: Place | None) -> list[Line]:
        """Return the lines of a source, by its key, that hold at *place* alone.

        :param place: ``None``: the lines that hold everywhere
        """
        return self.named(key, place_name(place))

    def named(self, key: str, place: str) -> list[Line]:
        """Return the lines of :meth:`at`, by the name of the place."""
        query = (
            "SELECT key, target, place, changed, text, note FROM line"
            " WHERE key = ? AND place = ? ORDER BY changed, target"
        )
        return [Line(*row) for row in self._db.execute(query, (key, place))]

    def notes(self) -> dict[tuple[str, str], str]:
        """Return what people remark, by the key of the source and the place's name."""
        query = "SELECT key, place, note FROM line WHERE note <> '' ORDER BY changed"
        found: dict[tuple[str, str], str] = {}
        for key, place, note in self._db.execute(query):
            found[key, place] = both_notes(found.get((key, place), ""), note)
        return found

    def drop(self, line: Line) -> None:
        """Remove a line, if it is there."""
        self._db.execute(
            "DELETE FROM line WHERE key = ? AND target = ? AND place = ?", line[:3]
        )

    def restore(self, line: Line) -> None:
        """Put a line back that was taken out."""
        self._db.execute(
            "INSERT OR REPLACE INTO line (key, target, place, changed, text, note)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            line,
        )

    def write(self) -> None:
        """Write the file: equal units make equal bytes.

        :raises InterchangeError: it cannot be written
        """
        query = "SELECT text FROM line ORDER BY key, changed, target, place"
        if not self.path.exists():
            _tell_git(self.path)
        with replacing(self.path) as stream:
            stream.write(HEADER.format(self._source_language).encode())
            for (text,) in self._db.execute(query):
                stream.write(f"{text}\n".encode())
            stream.write(END.encode())


def _tell_git(path: Path) -> None:
    """Have git keep the lines of both sides when two people's home files merge.

    It is told beside the first home file in a repository, if nobody told it there.
    """
    folder = path.resolve().parent
    if not any((each / ".git").exists() for each in (folder, *folder.parents)):
        return
    told = folder / ".gitattributes"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        former = told.read_bytes().decode() if told.exists() else ""
        lines = former.splitlines()
        rules = [line.split() for line in lines]
        if not any(fnmatchcase(path.name, rule[0]) for rule in rules if rule):
            # The same for all languages, so that two people's first files merge, too.
            usual = path.name.endswith(_USUAL)
            name = f"*{_USUAL}" if usual else path.name
            # The lines that are there keep their ends, which an editor chose.
            end = "\r\n" if "\r\n" in former else "\n"
            between = end if former and not former.endswith("\n") else ""
            told.write_bytes(f"{former}{between}{name} {UNION}{end}".encode())
    except (OSError, UnicodeError) as exc:
        raise InterchangeError(f"{told} cannot be written: {exc}") from exc


def _name(unit: TranslationUnit) -> tuple[str, str, str]:
    return unit.key, unit.target, place_name(unit.place)


def place_name(place: Place | None) -> str:
    """Return what tells the places of one source apart; nothing: everywhere."""
    return str(place or "")


def both_notes(first: str, second: str) -> str:
    """Return two remarks as one; what stands in both stands there once."""
    if first in second:
        return second
    return first if second in first else f"{first}\n{second}"


@contextmanager
def changing(
    path: Path, source_language: str, lock: Path | None = None
) -> Iterator[HomeFile]:
    """Open the home file *path* to be changed; it is written by :meth:`HomeFile.write`.

    :param lock: keeps other programs from writing until the end, as :func:`locked`
    :raises InterchangeError: a line of it cannot be used, or another program keeps it
        too long; nothing is changed then
    """
    with ExitStack() as stack:
        if lock:
            stack.enter_context(locked(path, lock))
        # An empty name is a file that SQLite removes by itself.
        opened = closing(sqlite3.connect("", isolation_level=None))
        yield HomeFile(path, source_language, stack.enter_context(opened))


@contextmanager
def locked(path: Path, lock: Path) -> Iterator[None]:
    """Keep other programs from writing the home file *path* meanwhile.

    :param lock: the file that stands for it; what it holds does not matter, and it
        stays. A process that is killed lets go of it
    :raises InterchangeError: another program keeps it too long, or it cannot be made
    """
    holder = FileLock(lock, timeout=_PATIENCE)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        holder.acquire()
    except Timeout as exc:
        raise InterchangeError(
            f"{path}: another program has been writing it for {_PATIENCE} seconds; wait"
            " for it, or end it"
        ) from exc
    except OSError as exc:
        raise InterchangeError(f"{lock} cannot be made: {exc.strerror}") from exc
    try:
        yield
    finally:
        holder.release()
