"""CSV and TSV: our own tables, which keep all of a unit, and those of other people.

A table of ours has coded text, and columns whose names begin with ``amts:`` after those
of the languages. What a spreadsheet would take for a formula, and what breaks a line,
stands in it as a reference of XML, such as ``&#61;`` for an equals sign.

Other tables are read as spreadsheets write them (see :mod:`csv_rows`), with a first row
of languages, or of ``source`` and ``target``. Columns beside them may say what tools
say of a text (see :mod:`tool_words`), and a ``context`` that it holds in.

Plain tables are written as Amazon Translate takes them for parallel data. The rules are
those of its developer guide: UTF-8; a first row of languages, the source's first; no
field of more than 1000 bytes, none that starts with ``+``, ``-``, ``=`` or ``@`` or
spans lines; of two rows with one source the last is taken, and so we write one. What
the rules keep out is counted, never bent.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import closest, find_language, known_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Place,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import csv_rows, provenance, tool_words
from amts_sphinx.formats.asked import Asked
from amts_sphinx.formats.provenance import Trust
from amts_sphinx.formats.sorting import in_order
from amts_sphinx.formats.validity import as_read, reading_fault, writable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

#: What the service takes in a field, in bytes of UTF-8.
LONGEST: Final = 1000
#: What a field may not start with: a spreadsheet would take it for a formula.
_FORMULA: Final = ("+", "-", "=", "@")
_TAB_SUFFIXES: Final = frozenset({".tsv", ".tab"})
_STATES: Final = tuple(State)
#: What the names of our own columns begin with, and what they hold.
_OURS: Final = "amts:"
_COLUMNS: Final = (
    "state", "maker", "document", "author", "tool", "place", "replaced", "corrects",
    "digest",
)  # fmt: skip
#: The column with gettext's context.
_CONTEXT: Final = "context"
_BREAK: Final = re.compile("[\t\n\r]|^[-+=@]")
_REFERENCE: Final = re.compile(r"&#(\d{1,7});")


@dataclass(frozen=True, slots=True)
class WriteCount:
    """How many pairs were written, and how many were not, by reason."""

    pairs: int = 0
    #: Of another pair of languages than asked for.
    foreign: int = 0
    #: Nothing to translate on one side, once the codes are gone.
    wordless: int = 0
    #: A field of more than :data:`LONGEST` bytes.
    too_long: int = 0
    #: A field that starts like a spreadsheet's formula.
    formula: int = 0
    #: A character that is none of writing, such as a bell.
    unprintable: int = 0
    #: A pair that is there already.
    repeated: int = 0
    #: Another translation of a source that is there already.
    conflicting: int = 0

    def left_out(self) -> dict[str, int]:
        """Return the reasons that there were, with their counts."""
        return {
            reason: count
            for reason, count in asdict(self).items()
            if count and reason != "pairs"
        }


def write_table(
    path: str | os.PathLike[str], units: Iterable[TranslationUnit], pair: LanguagePair
) -> int:
    """Write the units of *pair* as a table of ours, sorted by source.

    Equal units make equal bytes, whatever their order. Lines, times and control
    characters are left out. The file appears when it is whole.

    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    count = 0
    mine = (unit for unit in units if unit.pair == pair)
    with replacing(path) as stream:
        text = TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter=_delimiter(path), lineterminator="\n")
        writer.writerow((*pair, *(f"{_OURS}{name}" for name in _COLUMNS)))
        for unit in in_order(writable(path, mine), _order):
            row = [_BREAK.sub(_refer, field) for field in _row(unit)]
            if max(map(len, row)) >= csv.field_size_limit():
                raise InterchangeError(
                    f"{path} cannot hold the unit {unit.source[:60]!r}: a field of a"
                    f" table holds less than {csv.field_size_limit()} characters"
                )
            writer.writerow(row)
            count += 1
        text.detach()
    return count


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    return (unit.key, unit.maker, *_row(unit))


def _row(unit: TranslationUnit) -> tuple[str, ...]:
    """Return the fields of a unit in a table of ours."""
    mark = provenance.mark_of(unit)
    return (
        unit.source,
        unit.target,
        unit.state.value,
        unit.maker,
        unit.document,
        unit.author,
        unit.tool,
        provenance.write_place(unit.place),
        unit.replaced,
        json.dumps(unit.corrects, ensure_ascii=False) if unit.corrects else "",
        # The state, too: a person may change it beside the text.
        f"{mark}/{unit.state.value}" if mark else "",
    )


def _refer(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def write_plain(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    pair: LanguagePair,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> int:
    """Write people's units of *pair* as a plain table, as :func:`write` does.

    :param on_skip: takes what the file cannot hold, before it appears
    :returns: how many units were written
    :raises InterchangeError: a unit is a machine's, which a plain table cannot say; or
        the file cannot be written
    """
    mine = [unit for unit in units if unit.pair == pair]
    if machines := sum(not unit.by_human for unit in mine):
        codes = sum(bool(inline_codes.ids(unit.source)) for unit in mine)
        raise InterchangeError(
            f"{path}: a plain table cannot say who made a translation, and would pass"
            f" {machines} of {len(mine)} off as people's; it would lose the codes of"
            f" {codes}, too. Export people's units alone, or a table that is not plain"
        )
    plain = [unit for unit in mine if unit.place is None]
    if len(plain) < len(mine) and on_skip:
        on_skip(
            f"{path}: {len(mine) - len(plain)} units left out: they hold at one place"
            " only"
        )
    return write(path, plain, pair, on_skip=on_skip).pairs


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    pair: LanguagePair,
    *,
    tabs: bool | None = None,
    on_skip: Callable[[str], None] | None = None,
) -> WriteCount:
    """Write the words of the units of *pair* as parallel data, sorted by source.

    Equal units make equal bytes, whatever their order. Of several translations of one
    source, that of the highest state is written, a person's before a machine's, then
    the commonest.

    :param tabs: whether tabs part the fields; by default, if *path* ends in ``.tsv``
    :param on_skip: takes what the file cannot hold, before it appears
    :raises InterchangeError: the file cannot be written
    """
    counts: Counter[str] = Counter()
    coded = 0
    rows: dict[str, list[tuple[str, TranslationUnit]]] = {}
    for unit in units:
        source, target = _field(unit.source), _field(unit.target)
        foreign = "foreign" if unit.pair != pair else ""
        if fault := foreign or _fault(source) or _fault(target):
            counts[fault] += 1
        else:
            coded += bool(inline_codes.ids(unit.source))
            rows.setdefault(source, []).append((target, unit))
    chosen = {source: _best(rows[source]) for source in sorted(rows)}
    for source, best in chosen.items():
        repeated = sum(target == best for target, _ in rows[source]) - 1
        counts["repeated"] += repeated
        counts["conflicting"] += len(rows[source]) - repeated - 1
    written = WriteCount(len(rows), **counts)
    if on_skip:
        for reason, count in written.left_out().items():
            on_skip(f"{path}: {count} units left out: {reason.replace('_', ' ')}")
        if coded:
            on_skip(f"{path}: {coded} units written without their codes")
    with replacing(path) as stream:
        text = TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter=_delimiter(path, tabs), lineterminator="\n")
        writer.writerow(pair)
        writer.writerows(chosen.items())
        text.detach()
    return written


def _delimiter(
    path: str | os.PathLike[str],
    tabs: bool | None = None,  # noqa: FBT001 - private
) -> str:
    if tabs is None:
        tabs = Path(path).suffix.lower() in _TAB_SUFFIXES
    return "\t" if tabs else ","


def _field(coded: str) -> str:
    """Return the words of a text on one line."""
    return inline_codes.collapse(inline_codes.plain(coded)).strip()


def _fault(field: str) -> str:
    """Return why the service does not take *field*: a name in :class:`WriteCount`."""
    if not inline_codes.has_words(field):
        return "wordless"
    if field.startswith(_FORMULA):
        return "formula"
    if any(_is_control(char) for char in field):
        return "unprintable"
    return "too_long" if len(field.encode()) > LONGEST else ""


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char < "\xa0" or "\ud800" <= char <= "\udfff"


def _best(rows: list[tuple[str, TranslationUnit]]) -> str:
    """Return the target to keep, by rules that no order of the rows can change."""
    counts = Counter(target for target, _ in rows)

    def rank(row: tuple[str, TranslationUnit]) -> tuple[object, ...]:
        target, unit = row
        state = _STATES.index(unit.state)
        return (-state, not unit.by_human, -counts[target], target)

    return min(rows, key=rank)[0]


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    tabs: bool | None = None,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a table, in order; of a plain one, as people's reviewed ones.

    A row without a source and a field without a target are passed over. Nothing happens
    before the first unit is asked for.

    :param pair: the languages that are asked for
    :param tabs: as in :func:`write`
    :param on_skip: takes, with file and line, why each text is passed over that is;
        without it one with a fault raises InterchangeError, and an empty field does not
    :raises InterchangeError: the file cannot be read, or is not such a file
    """
    for row in pairs(path, pair, tabs=tabs, on_fault=on_skip):
        where = f"{path}:{row.line}"
        if not (row.source and row.target):
            if on_skip:
                empty = row.languages.target if row.source else row.languages.source
                on_skip(
                    SkippedText(
                        f"{where}: no text in {empty}", _coded(row)[0], row.languages
                    )
                )
            continue
        unit = TranslationUnit("", "", row.languages, HUMAN, State.REVIEWED)
        source, target = _coded(row)
        unit, certain = replace(unit, source=source, target=target), False
        try:
            if row.said:
                unit, certain = _own(unit, row.said)
            else:
                unit = provenance.with_trust(unit, tool_words.trust_of(row.beside))
                context = dict(row.beside).get(_CONTEXT, "").strip()
                unit = replace(unit, place=Place(context=context) if context else None)
            why = reading_fault(unit, certain=certain)
        except MarkupError as exc:
            why = str(exc)
        if not why:
            yield as_read(unit, certain=certain)
        elif on_skip:
            on_skip(SkippedText(f"{where}: {why}", source, row.languages))
        else:
            raise InterchangeError(f"{where}: {why}")


def _coded(row: RowPair) -> tuple[str, str]:
    """Return the texts of a row as coded text."""
    if row.said:
        return row.source, row.target
    return inline_codes.escape(row.source), inline_codes.escape(row.target)


def _own(
    unit: TranslationUnit, said: Mapping[str, str]
) -> tuple[TranslationUnit, bool]:
    """Return a unit of a table of ours, and whether it is certain.

    :raises MarkupError: what it says of itself is not as we write it
    """
    state = provenance.state_named(said["state"] or State.REVIEWED.value)
    if state is None:
        raise MarkupError(
            f"state {said['state']!r} is not one of {provenance.all_states()}"
        )
    try:
        corrects = tuple(map(str, json.loads(said["corrects"] or "[]")))
    except (TypeError, ValueError) as exc:
        raise MarkupError(f"{_OURS}corrects is not a list of texts") from exc
    mark, _, former = said["digest"].partition("/")
    exported = replace(
        unit,
        maker=said["maker"] or HUMAN,
        state=provenance.state_named(former) or state,
        document=said["document"],
        author=said["author"],
        tool=said["tool"],
        place=provenance.read_place(said["place"]),
        replaced=said["replaced"],
        corrects=corrects,
    )
    changed = exported.state is not state
    trust = Trust(HUMAN, state, certain=True) if changed else None
    return provenance.returned(exported, mark, trust)


class RowPair(NamedTuple):
    """The source of a row with one of its targets; empty where there is nothing."""

    #: 1-based.
    line: int
    languages: LanguagePair
    source: str
    target: str
    #: The fields of our own columns; empty in other people's tables.
    said: Mapping[str, str] = {}
    #: The names of other people's columns that are no languages, and their fields.
    beside: tuple[tuple[str, str], ...] = ()


class _Columns(NamedTuple):
    """What stands where in the rows of a table."""

    #: How many there are that have a name.
    width: int
    #: The place of the source and its tag, and those of the targets.
    source: tuple[int, str]
    targets: list[tuple[int, str]]
    #: Those of the columns that are no languages, with their names.
    others: list[tuple[int, str]]
    #: Whether it is a table of ours.
    ours: bool


def pairs(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    tabs: bool | None = None,
    on_fault: Callable[[str], None] | None = None,
) -> Iterator[RowPair]:
    """Yield the fields of a CSV or TSV file with what they are.

    In a table of ours, they are coded text.

    :param pair: the languages that are asked for
    :param tabs: as in :func:`write`
    :param on_fault: takes why each row, and each column, is passed over that is;
        without it the first such raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not such a file
    """
    rows = csv_rows.rows(Path(path), _delimiter(path, tabs), on_fault)
    line, header = next(rows, (1, []))
    names = _trimmed([name.strip() for name in header], 0)
    columns = _columns(f"{path}:{line}", names, Asked(pair), on_fault)
    for number, row in rows:
        fields = _trimmed(row, columns.width)
        if len(fields) != columns.width:
            why = (
                f"{path}:{number}: {len(fields)} fields, but {columns.width}"
                f" {'columns' if columns.ours else 'languages'} in row 1"
            )
            if on_fault is None:
                raise InterchangeError(why)
            on_fault(why)
            continue
        yield from _row_pairs(number, fields, columns)


def _row_pairs(number: int, row: Sequence[str], columns: _Columns) -> Iterator[RowPair]:
    """Yield the source of a row with each of its targets."""
    fields = [_dereference(field) for field in row] if columns.ours else row
    others = [(name, fields[place]) for place, name in columns.others]
    said = {**dict.fromkeys(_COLUMNS, ""), **dict(others)} if columns.ours else {}
    place, language = columns.source
    source = fields[place] if fields[place].strip() else ""
    for there, tag in columns.targets:
        target = fields[there] if fields[there].strip() else ""
        both = LanguagePair(language, tag)
        beside = () if columns.ours else tuple(others)
        yield RowPair(number, both, source, target, said, beside)


def _trimmed(row: list[str], count: int) -> list[str]:
    """Return a row without the empty fields at its end, beyond the first *count*."""
    end = len(row)
    while end > count and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _dereference(field: str) -> str:
    return _REFERENCE.sub(lambda match: chr(min(int(match[1]), 0x10FFFF)), field)


def _columns(
    where: str,
    names: Sequence[str],
    asked: Asked,
    on_fault: Callable[[str], None] | None,
) -> _Columns:
    """Return what the columns are that the first row names.

    :raises InterchangeError: it does not name two languages
    """
    ours = [
        (place, name.removeprefix(_OURS))
        for place, name in enumerate(names)
        if name.startswith(_OURS)
    ]
    rest = [each for each in enumerate(names) if not each[1].startswith(_OURS)]
    by_name = {name.lower(): place for place, name in rest}
    if asked.source and asked.target and {"source", "target"} <= by_name.keys():
        here, there = by_name["source"], by_name["target"]
        others = [(place, name.lower()) for place, name in rest]
        source, targets = (here, asked.source), [(there, asked.target)]
        return _Columns(len(names), source, targets, others, ours=False)
    others = [] if ours else _beside(rest, where, on_fault)
    languages = [each for each in rest if each not in others]
    tags = _languages(where, [name for _, name in languages])
    places = [place for place, _ in languages]
    tags = _as_asked(tags, asked)
    source, *targets = zip(places, tags, strict=True)
    lower = [(place, name.lower()) for place, name in others]
    return _Columns(len(names), source, targets, ours or lower, ours=bool(ours))


def _as_asked(tags: Sequence[str], asked: Asked) -> list[str]:
    """Return the languages of the columns, by the names that they are asked for."""
    source, *targets = tags
    if asked.source and closest(asked.source, [source]):
        source = asked.source
    best = closest(asked.target, targets) if asked.target else None
    return [source, *(asked.target if tag == best else tag for tag in targets)]


def _beside(
    names: Sequence[tuple[int, str]],
    where: str,
    on_fault: Callable[[str], None] | None,
) -> list[tuple[int, str]]:
    """Return the columns that are no languages, if two languages are there beside."""
    known = [each for each in names if known_language(each[1])]
    others = [each for each in names if each not in known]
    if on_fault is None or len(known) < len(LanguagePair._fields):
        return []
    for _, name in others:
        on_fault(f"{where}: the column {name!r} is no language: no text of it is read")
    return others


def _languages(where: str, header: list[str]) -> list[str]:
    """Return the languages that the first row names."""
    if len(header) < len(LanguagePair._fields):
        raise InterchangeError(
            f"{where}: the first row does not name two languages or more"
        )
    try:
        tags = [find_language(field.strip()).tag for field in header]
    except LanguageError as exc:
        raise InterchangeError(
            f"{where}: the first row names languages, the source's first: {exc}"
        ) from exc
    if len(set(tags)) < len(tags):
        raise InterchangeError(f"{where}: the first row names a language twice")
    return tags
