"""CSV and TSV as Amazon Translate takes them for parallel data, and their readers.

The rules are those of its developer guide: UTF-8; language codes in the first row, the
source's first; no field of more than 1000 bytes, with a line break, or with ``+``,
``-``, ``=`` or ``@`` at its start. Of several rows with the same source the service
takes the last, so only one is written. Pairs that break a rule are left out, and
counted.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

#: The longest field that the service takes, in bytes of UTF-8.
LONGEST: Final = 1000
#: Characters that a field may not start with: a spreadsheet would see a formula.
_FORMULA: Final = ("+", "-", "=", "@")
_TAB_SUFFIXES: Final = frozenset({".tsv", ".tab"})
_STATES: Final = tuple(State)


@dataclass(frozen=True, slots=True)
class WriteCount:
    """How many pairs were written, and how many were not, by reason."""

    #: Written.
    pairs: int = 0
    #: Left out: in other languages.
    foreign: int = 0
    #: Left out: no words on one side, when the codes are removed.
    wordless: int = 0
    #: Left out: a field of more than :data:`LONGEST` bytes.
    too_long: int = 0
    #: Left out: a field that starts like a spreadsheet's formula.
    formula: int = 0
    #: Left out: a field with a control character.
    unprintable: int = 0
    #: Left out: the same pair again.
    repeated: int = 0
    #: Left out: another translation of the same source.
    conflicting: int = 0

    def left_out(self) -> dict[str, int]:
        """Return the number of pairs that were left out, by reason."""
        return {
            reason: count
            for reason, count in asdict(self).items()
            if count and reason != "pairs"
        }


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    pair: LanguagePair,
    *,
    with_codes: bool = False,
    tabs: bool | None = None,
) -> WriteCount:
    """Write the units of *pair* as parallel data, sorted by source.

    Equal units give equal bytes, in any order. Of several translations of one source,
    the one with the highest state is written, then a person's before a machine's, then
    the most frequent one.

    :param with_codes: whether coded text is written, not only its words
    :param tabs: whether tabs separate the fields; by default if *path* ends in ``.tsv``
    :raises InterchangeError: the file cannot be written
    """
    counts: Counter[str] = Counter()
    rows: dict[str, list[tuple[str, TranslationUnit]]] = {}
    for unit in units:
        both = (unit.source, unit.target)
        source, target = (_field(text, with_codes) for text in both)
        foreign = "foreign" if unit.pair != pair else ""
        if fault := foreign or _fault(source) or _fault(target):
            counts[fault] += 1
        else:
            rows.setdefault(source, []).append((target, unit))
    with replacing(path) as stream:
        text = TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter=_delimiter(path, tabs), lineterminator="\n")
        writer.writerow(find_language(tag).service for tag in pair)
        for source in sorted(rows):
            best = _best(rows[source])
            repeated = sum(target == best for target, _ in rows[source]) - 1
            counts["repeated"] += repeated
            counts["conflicting"] += len(rows[source]) - repeated - 1
            writer.writerow((source, best))
        text.detach()
    return WriteCount(len(rows), **counts)


def _delimiter(path: str | os.PathLike[str], tabs: bool | None) -> str:  # noqa: FBT001
    if tabs is None:
        tabs = Path(path).suffix.lower() in _TAB_SUFFIXES
    return "\t" if tabs else ","


def _field(coded: str, with_codes: bool) -> str:  # noqa: FBT001 - private
    """Return the text of a field, without line breaks."""
    return " ".join((coded if with_codes else inline_codes.plain(coded)).split())


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
    """Return the target to keep; the order of the rows makes no difference."""
    counts = Counter(target for target, _ in rows)

    def rank(row: tuple[str, TranslationUnit]) -> tuple[object, ...]:
        target, unit = row
        state = _STATES.index(unit.state)
        return (-state, not unit.by_human, -counts[target], target)

    return min(rows, key=rank)[0]


def read(
    path: str | os.PathLike[str],
    *,
    with_codes: bool = False,
    tabs: bool | None = None,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the pairs of a CSV or TSV file as reviewed units of people, in order.

    As at the service, rows without a source and fields without a target are skipped.
    The file is opened when the first unit is asked for.

    :param with_codes: whether the fields hold coded text
    :param tabs: as in :func:`write`
    :param on_skip: takes a message, with file and line, about each pair that is skipped
    :raises InterchangeError: the file cannot be read, or is not parallel data
    """
    for number, pair, source, target in pairs(path, tabs=tabs):
        where = f"{path}:{number}"
        if source and target:
            yield _unit(where, pair, source, target, with_codes=with_codes)
        elif on_skip is not None:
            on_skip(f"{where}: no text in {pair.target if source else pair.source}")


class RowPair(NamedTuple):
    """The source of a row with one of its targets; an empty field is empty here."""

    #: From 1.
    line: int
    languages: LanguagePair
    source: str
    target: str


def pairs(
    path: str | os.PathLike[str], *, tabs: bool | None = None
) -> Iterator[RowPair]:
    """Yield the fields of a CSV or TSV file in pairs, without changing them.

    :param tabs: as in :func:`write`
    :raises InterchangeError: the file cannot be read, or is not parallel data
    """
    rows = _rows(Path(path), _delimiter(path, tabs))
    line, header = next(rows, (1, []))
    languages = _languages(f"{path}:{line}", header)
    for number, row in rows:
        if len(row) != len(languages):
            raise InterchangeError(
                f"{path}:{number}: {len(row)} fields, but {len(languages)} languages in"
                " row 1"
            )
        source, *targets = (field if field.strip() else "" for field in row)
        for language, target in zip(languages[1:], targets, strict=True):
            yield RowPair(number, LanguagePair(languages[0], language), source, target)


def _unit(
    where: str, pair: LanguagePair, source: str, target: str, *, with_codes: bool
) -> TranslationUnit:
    if not with_codes:
        source, target = inline_codes.escape(source), inline_codes.escape(target)
        return TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)
    try:
        inline_codes.structure(source)
        fault = inline_codes.verify(source, target)
    except MarkupError as exc:
        fault = f"in the source, {exc}"
    if fault:
        raise InterchangeError(f"{where}: {fault}")
    return TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)


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


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of its line and the fields of each row that is not blank."""
    line = 0
    reader = csv.reader(_lines(path), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as exc:
            raise InterchangeError(f"{path}:{line + 1}: {exc}") from exc
        line += 1
        if row is None:
            return
        if reader.line_num != line:
            raise InterchangeError(
                f"{path}:{line}: a field with a line break, or a quote not closed"
            )
        if row:
            yield line, row


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file, decoded one by one so that an error names the line."""
    try:
        with path.open("rb") as stream:
            for number, data in enumerate(stream, 1):
                try:
                    text = data.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as exc:
                    raise InterchangeError(f"{path}:{number}: not UTF-8") from exc
                if "\0" in text:
                    raise InterchangeError(f"{path}:{number}: a NUL character")
                yield text
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc
