"""Check the files of what people wrote, as in a pull request: codes, states, conflicts.

The book itself is not read, so that the check takes a moment, wherever it runs.
"""

from __future__ import annotations

import re
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import formats
from amts_sphinx.core import inline_codes, paths
from amts_sphinx.core.errors import AmtsError, InterchangeError
from amts_sphinx.core.units import Severity
from amts_sphinx.memory import home_file, importing, statements
from amts_sphinx.memory.memory import Memory
from amts_sphinx.memory.statements import HOME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.memory.importing import BookFiles, SourceFile
    from amts_sphinx.memory.statements import Conflict, Statement

#: What is checked, by the id that a problem bears.
RULES: Final = {
    "file": "A file of translations can be read.",
    "unit": "Each line of a home file can be used: its codes are those of its source,"
    " its state is known, and its target is not blank.",
    "language": "Each line of a home file is in the languages of the file.",
    "conflict": "Two people's translations of one source do not differ.",
    "union": "Git keeps the lines of both sides when it merges home files.",
}
_PLACE: Final = re.compile(r"^(?P<path>.*?):(?P<line>\d+): ?(?P<why>.*)$", re.DOTALL)
#: Characters of a source that a message shows.
_SHOWN: Final = 60
#: The lines of home files, by the name of the file, key and target.
_Lines = dict[tuple[str, str, str], int]


class Problem(NamedTuple):
    """One thing that is wrong with a file."""

    path: Path
    #: From 1.
    line: int
    #: A key of :data:`RULES`.
    rule: str
    severity: Severity
    message: str

    @property
    def name(self) -> str:
        """The path from here, as services know it."""
        return paths.relative(self.path, Path())

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.severity}: {self.message} [{self.rule}]"


def check(files: BookFiles, only: Collection[Path] = ()) -> list[Problem]:
    """Return what is wrong with the files of a book, by file and line.

    :param only: files that are asked for; all when there are none
    """
    found: list[Problem] = []

    def missing(why: str) -> None:
        found.append(Problem(files.folder / "conf.py", 1, "file", _WARNING, why))

    sources = files.found(missing)
    lines: _Lines = {}
    found += _of_files(files, sources, lines)
    unreadable = {
        each.path.resolve()
        for each in found
        if each.rule == "file" and each.severity is _ERROR
    }
    found += _conflicts(files, lines, unreadable)
    found += _union(source.path for source in sources if source.kind == HOME)
    asked = {path.resolve() for path in only}
    return sorted(
        (each for each in found if not asked or each.path.resolve() in asked),
        key=lambda each: (each.name, each.line, each.rule, each.message),
    )


def damage(files: BookFiles) -> list[Problem]:
    """Return what no build can use of the files of a book, by file and line."""
    return [*_of_files(files, files.found(lambda _: None), {})]


_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING


def _of_files(
    files: BookFiles, sources: Collection[SourceFile], lines: _Lines
) -> Iterator[Problem]:
    for source in sources:
        yield from _of_file(files, source, lines)


def _of_file(files: BookFiles, source: SourceFile, lines: _Lines) -> Iterator[Problem]:
    """Yield what is wrong with one file.

    :param lines: takes those of a home file
    """
    skipped: list[str] = []
    try:
        if source.kind != HOME:
            # Texts that a tool has not done yet are no fault of a file.
            for _ in formats.read(source.path, source.pair, on_skip=skipped.append):
                pass
            return
        for line, unit in home_file.lines(source.path, skipped.append):
            name = files.name_of(source.path)
            lines.setdefault((name, unit.key, unit.target), line)
            if source.pair and source.pair.target and unit.pair != source.pair:
                why = f"it is {unit.pair}, in a file of {source.pair}"
                yield Problem(source.path, line, "language", _ERROR, why)
    except AmtsError as exc:
        yield _placed(source.path, str(exc), "file")
    for why in skipped:
        yield _placed(source.path, why, "unit")


def _placed(path: Path, text: str, rule: str) -> Problem:
    """Return the problem that a *text* tells, which may begin with its place."""
    match = _PLACE.match(text)
    if match and match["path"] == str(path):
        return Problem(path, int(match["line"]), rule, _ERROR, match["why"])
    return Problem(path, 1, rule, _ERROR, text.removeprefix(f"{path}: "))


def _conflicts(
    files: BookFiles, lines: _Lines, unreadable: Collection[Path]
) -> Iterator[Problem]:
    """Yield where people differ: at the line that is not published, or its rival.

    :param unreadable: files that are left out; what the others say is compared
    """

    def ignore(_: str) -> None:
        """Leave to the build what it warns of."""

    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder, "memory.sqlite")) as memory,
    ):
        importing.learn_book(memory, files.without(unreadable), ignore, ignore)
        for pair in memory.pairs():
            for conflicts in memory.conflicts(pair).values():
                for each in conflicts:
                    yield _conflict(files, each, lines)


def _conflict(
    files: BookFiles, conflict: Conflict, lines: Mapping[tuple[str, str, str], int]
) -> Problem:
    places = [_line(each, lines) for each in (conflict.other, conflict.published)]
    sides = (conflict.other, conflict.published)
    side, line = next(
        ((s, n) for s, n in zip(sides, places, strict=True) if n), (sides[0], 1)
    )
    unit = conflict.published.unit
    message = f"{_short(unit)}: {statements.describe(conflict)}"
    path = files.folder / side.origin.name
    return Problem(path, line, "conflict", _WARNING, message)


def _line(
    statement: Statement, lines: Mapping[tuple[str, str, str], int]
) -> int | None:
    unit = statement.unit
    return lines.get((statement.origin.name, unit.key, unit.target))


def _short(unit: TranslationUnit) -> str:
    text = inline_codes.plain(unit.source)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _union(homes: Iterator[Path]) -> Iterator[Problem]:
    """Yield home files in a git repository that git would not merge by the line."""
    for path in homes:
        whole = path.resolve()
        folders = [whole.parent, *whole.parents]
        root = next((each for each in folders if (each / ".git").exists()), None)
        if root is not None and not any(
            _tells(folder / ".gitattributes", whole)
            for folder in folders[: folders.index(root) + 1]
        ):
            why = (
                "git would stop at a merge, or lose a side: put the line"
                f" '{path.name} {home_file.UNION}' into .gitattributes beside it"
            )
            yield Problem(path, 1, "union", _WARNING, why)


def _tells(attributes: Path, home: Path) -> bool:
    """Tell whether a ``.gitattributes`` has git keep both sides of a home file."""
    try:
        rules = [line.split() for line in attributes.read_text("utf-8").splitlines()]
    except (OSError, UnicodeError):
        return False
    relative = home.relative_to(attributes.resolve().parent).as_posix()
    return any(
        home_file.UNION in rule[1:]
        and (
            fnmatchcase(home.name, rule[0])
            or fnmatchcase(relative, rule[0].removeprefix("/").replace("**/", "*"))
        )
        for rule in rules
        if rule
    )


def checked(path: Path) -> Path:
    """Return *path*, which a person named.

    :raises InterchangeError: there is no such file
    """
    if not path.is_file():
        raise InterchangeError(f"there is no file {path}")
    return path
