"""Learn the files of a book, again whenever they change, and warn of what went missing.

The files are the truth. What people wrote that stands in the memory alone is written
into the home files, so that the memory can be made again from the files.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import formats
from amts_sphinx.core import inline_codes, paths
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair, SkippedText, TranslationUnit
from amts_sphinx.memory import home_file, machine_file, statements
from amts_sphinx.memory.machine_file import MachineFile, Refused
from amts_sphinx.memory.statements import (
    CATALOGUE,
    FILE,
    HOME,
    IMPORTED,
    LOCAL,
    MACHINE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.memory.statements import Origin, Statement

#: How many of the texts that a file's reader left out are shown one by one.
SHOWN: Final = 5
#: Stands for a language's tag in the name of a file.
LANGUAGE: Final = "{language}"
#: Where a lock on a home file lies, whatever the memory of a build is: git ignores it.
_LOCKS: Final = ".amts/{language}.home.lock"
_TAG: Final = "([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)"
#: A file with less than this part of its former units has lost some by accident.
SHRUNK: Final = 0.9
#: Begins the digest of a catalogue that was looked up in the book.
BY_BOOK: Final = "book:"
_GLOB: Final = re.compile(r"[*?\[]")


class SourceFile(NamedTuple):
    """A file that says what sources are in another language."""

    path: Path
    #: ``home``, ``machine`` or ``file``.
    kind: str
    #: The languages that the book and its name tell; the target may be empty.
    pair: LanguagePair | None = None


@dataclass(frozen=True, slots=True)
class BookFiles:
    """Where a book keeps what people translated."""

    #: The folder that the names are relative to.
    folder: Path
    #: The tag of the language that the book is written in.
    source_language: str
    #: The name of the home files, with ``{language}``; empty: there are none.
    home: str = ""
    #: Names of other files; globs and ``{language}`` are allowed.
    names: tuple[str, ...] = ()
    #: The name of the machine files, with ``{language}``; empty: there are none.
    machine: str = ""
    #: Files that are there, and count as if they were not.
    left_out: frozenset[Path] = frozenset()

    def without(self, paths: Collection[Path]) -> BookFiles:
        """Return the files without some, by their real paths."""
        return replace(self, left_out=frozenset(paths))

    def name_of(self, path: Path) -> str:
        """Return the name of a file as an origin: its path relative to the book."""
        return paths.relative(path.resolve(), self.folder.resolve())

    def home_of(self, language: str) -> Path | None:
        """Return the home file of a target language, whether or not it is there."""
        if not self.home:
            return None
        return self.folder / self.home.replace(LANGUAGE, language)

    def lock_of(self, language: str) -> Path:
        """Return the file that is locked while a home file is written."""
        return self.folder / _LOCKS.replace(LANGUAGE, language)

    def machine_of(self, language: str) -> Path | None:
        """Return the machine file of a target language, whether or not it is there."""
        if not self.machine:
            return None
        return self.folder / self.machine.replace(LANGUAGE, language)

    def asks_for(self, name: str, kind: str) -> bool:
        """Tell whether a file of this :meth:`name <name_of>` would be one of these."""
        names = {HOME: (self.home,), MACHINE: (self.machine,)}.get(kind, self.names)
        folder = self.folder.resolve()
        path = Path(os.path.normpath(folder / name)).as_posix()
        return any(
            _pattern(
                Path(os.path.normpath(folder / each)).as_posix(), is_glob=kind == FILE
            ).fullmatch(path)
            for each in names
            if each
        )

    def found(self, warn: Callable[[str], None]) -> list[SourceFile]:
        """Return the files in their order, the best first, each once.

        :param warn: takes a line on each glob that matches nothing
        """
        files = [*self._matches(self.home, HOME)] if self.home else []
        files += self._matches(self.machine, MACHINE) if self.machine else []
        for name in self.names:
            if LANGUAGE in name or _GLOB.search(name):
                matches = [*self._matches(name, FILE)]
                if not matches:
                    warn(f"amts_memory_files: {name!r} matches no file")
                files += matches
            else:
                files.append(SourceFile(self.folder / name, FILE, self._from_book))
        once: dict[Path, SourceFile] = {}
        for each in files:
            if (path := each.path.resolve()) not in self.left_out:
                once.setdefault(path, each)
        return [*once.values()]

    def _matches(self, name: str, kind: str) -> Iterator[SourceFile]:
        """Yield the files that a name with a glob or ``{language}`` stands for."""
        # What stands between is matched as it is, but for the parts of a glob.
        parts = name.split(LANGUAGE)
        pattern = "*".join(parts) if kind == FILE else "*".join(map(glob.escape, parts))
        tag = _pattern(name, is_glob=kind == FILE)
        # Not Path.glob: it takes no pattern that is absolute or begins with "..".
        found = glob.glob(pattern, root_dir=self.folder, recursive=True)  # noqa: PTH207
        for relative in sorted(found):
            match = tag.fullmatch(Path(relative).as_posix())
            if match or LANGUAGE not in name:
                yield SourceFile(self.folder / relative, kind, self._pair(match))

    @property
    def _from_book(self) -> LanguagePair:
        """What is asked of a file whose name tells no language: any will do."""
        return LanguagePair(self.source_language, "")

    def _pair(self, match: re.Match[str] | None) -> LanguagePair:
        if match is None or not match.groups():
            return self._from_book
        try:
            return LanguagePair(self.source_language, find_language(match[1]).tag)
        except LanguageError:
            return self._from_book


def _pattern(name: str, *, is_glob: bool) -> re.Pattern[str]:
    """Return what matches the files that *name* stands for, and gives their tags."""
    parts = name.split(LANGUAGE)
    return re.compile(_TAG.join(_regex(part, is_glob=is_glob) for part in parts))


def _regex(part: str, *, is_glob: bool) -> str:
    """Return a regular expression for a piece of a name."""
    text = re.escape(part.removeprefix("./"))
    if is_glob:
        text = text.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        text = text.replace(r"\?", "[^/]")
    return text


def learn_book(
    memory: Memory,
    files: BookFiles,
    tell: Callable[[str], None],
    warn: Callable[[str], None],
    *,
    by_book: Collection[Path] = (),
    in_work: Collection[str] = (),
) -> None:
    """Have *memory* say what the files of a book say now, in their order.

    What people wrote that stands in the memory alone goes into the home files.

    :param tell: takes a line on each file that was learnt, and on what was left out
    :param warn: takes a line on what a person should look at, at every build
    :param by_book: catalogues that were looked up in the book, and are learnt
    :param in_work: keys of texts that stand in fuzzy messages of catalogues
    :raises InterchangeError: a file is missing or cannot be read
    """
    _learn(memory, files, files.found(warn), tell, by_book)
    if settle(memory, files, tell, warn):
        _learn(memory, files, files.found(tell), tell, by_book)
    for line in losses(memory, files, in_work):
        warn(line)


def _learn(
    memory: Memory,
    files: BookFiles,
    found: list[SourceFile],
    tell: Callable[[str], None],
    by_book: Collection[Path],
) -> None:
    order = [(each.kind, files.name_of(each.path)) for each in found]
    for file, (_, name) in zip(found, order, strict=True):
        memory.adopt(key_of(memory, file.path), name)
        if file.path not in by_book:
            _learn_one(memory, file, name, tell)
    memory.arrange(order)


def learn_files(
    memory: Memory, paths: Iterable[Path], tell: Callable[[str], None]
) -> None:
    """Have *memory* learn those of the files *paths* that are new or have changed.

    They belong to no book: they stay when a book's files are learnt.

    :param tell: takes a line on each file that was learnt, and on what was left out
    :raises InterchangeError: a file is missing or cannot be read
    """
    for path in paths:
        _learn_one(memory, SourceFile(path, IMPORTED), key_of(memory, path), tell)


def _learn_one(
    memory: Memory, file: SourceFile, key: str, tell: Callable[[str], None]
) -> None:
    digest = digest_of(file.path)
    known = memory.digest_of(key, file.kind)
    # Without the book it cannot be looked up again, and need not.
    if digest and (known == digest or known.startswith(f"{BY_BOOK}{digest}:")):
        return
    left_out = LeftOut(tell)
    refused: list[Refused] = []
    if file.kind == MACHINE:
        target = file.pair.target if file.pair else ""
        units = _of_machine(machine_file.read(file.path, target, left_out), refused)
    elif file.kind == HOME:
        units = home_file.read(file.path, left_out)
    else:
        units = formats.read(file.path, file.pair, on_skip=left_out)
    places: Counter[bool] = Counter()
    count = memory.learn(
        _counted(units, places),
        file=(key, digest),
        kind=file.kind,
        unusable=left_out.unusable,
    )
    for pair, maker in sorted({(each.pair, each.maker) for each in refused}):
        mine = (each for each in refused if (each.pair, each.maker) == (pair, maker))
        memory.refuse(pair, maker, {each.source: each.why for each in mine})
    left_out.end(file.path)
    bound = f", {places[True]} of which hold at one place only" if places[True] else ""
    tell(f"memory: learnt {count} units from {file.path}{bound}")


def _counted(
    units: Iterable[TranslationUnit], places: Counter[bool]
) -> Iterator[TranslationUnit]:
    """Yield *units*; count in *places* whether each is bound to one."""
    for unit in units:
        places[unit.place is not None] += 1
        yield unit


def _of_machine(
    entries: Iterable[TranslationUnit | Refused], refused: list[Refused]
) -> Iterator[TranslationUnit]:
    """Yield the units of a machine file; *refused* takes the rest."""
    for each in entries:
        if isinstance(each, Refused):
            refused.append(each)
        else:
            yield each


def keep_paid(memory: Memory, files: BookFiles, pair: LanguagePair, engine: str) -> str:
    """Add what an *engine* was paid for to the machine file of a language.

    :param engine: its name, with which its fingerprints begin
    :returns: a line on what was added; empty, if nothing was
    :raises InterchangeError: the file cannot be read or written
    """
    path = files.machine_of(pair.target)
    if path is None:
        return ""
    units = [*memory.made(pair, engine)]
    refused = [
        Refused(key, direction, maker, why)
        for direction, key, maker, why in memory.refusals(engine)
        if direction == pair
    ]
    if not units and not refused:
        return ""
    file = MachineFile(path, pair)
    file.add([*units, *refused])
    if not file.added:
        return ""
    file.write()
    return f"memory: wrote {file.added} units that were paid for to {path}"


def losses(
    memory: Memory, files: BookFiles, in_work: Collection[str] = ()
) -> Iterator[str]:
    """Yield a line on what the files have lost since they were learnt.

    :param in_work: keys of texts that stand in fuzzy messages of catalogues
    """
    for origin, _, units, peak in memory.origins():
        accept = f"If that is meant, accept it with amts memory forget {origin.name}"
        if origin.kind in {HOME, FILE} and _is_missing(files, origin):
            if memory.said_by_none_but(origin):
                yield (
                    f"{origin.name} is not there, and had {peak} units: what it said is"
                    f" not published. Put it back. {accept}"
                )
        elif origin.kind == MACHINE or origin.rank is None:
            continue
        elif units < SHRUNK * peak:
            yield (
                f"{origin.name} has {units} units, and had {peak}: what it does not say"
                f" any more is not published. {accept}"
            )
    for unit, origin, *_ in memory.kept():
        if origin.kind == CATALOGUE and unit.key in in_work:
            continue  # that is how gettext works
        where = f" ({unit.document})" if unit.document else ""
        text = f"{inline_codes.plain(unit.source)[:60]!r}{where}"
        if origin.kind == CATALOGUE:
            yield (
                f"{origin.name}: the message with {text} is fuzzy, damaged, or has"
                " other markup than its source; its former text stands. Mend it"
            )
        else:
            yield (
                f"{origin.name}: the line for {text} cannot be used any more; its"
                " former text stands. Mend the line, or delete it"
            )


def _is_missing(files: BookFiles, origin: Origin) -> bool:
    """Tell whether a file that the book names has been deleted."""
    there = os.path.lexists(files.folder / origin.name)
    return not there and files.asks_for(origin.name, origin.kind)


def settle(
    memory: Memory,
    files: BookFiles,
    tell: Callable[[str], None],
    warn: Callable[[str], None],
) -> bool:
    """Write what people wrote that stands in *memory* alone into the home files.

    Each comes before what the other files say of its source, as it did until now. What
    cannot be written stays in the memory and counts there.

    :returns: whether a home file was written
    """
    if not files.home:
        return False
    written = False
    for pair in memory.alone_pairs():
        path = files.home_of(pair.target)
        if path is None or pair.source != files.source_language:
            continue
        try:
            count = _settle(memory, pair, path, files.lock_of(pair.target))
        except (InterchangeError, MarkupError) as exc:
            warn(f"what people wrote stands in {memory.path} alone: {exc}")
            continue
        if count:
            tell(f"memory: wrote {count} units that stood in it alone to {path}")
            written = True
    return written


def _settle(memory: Memory, pair: LanguagePair, path: Path, lock: Path) -> int:
    count = 0
    with home_file.changing(path, pair.source, lock) as home:
        for said in memory.alone(pair):
            for unit in _lines(said):
                home.add(unit)
                count += 1
        if count:
            home.write()
    memory.retire_alone(pair)
    return count


def _lines(said: list[Statement]) -> Iterator[TranslationUnit]:
    """Yield the lines that keep published what stands in the memory alone."""
    valid = [each for each in statements.valid(said) if not each.part]
    alone = [each for each in valid if each.origin.kind in {LOCAL, IMPORTED}]
    others = [each.unit for each in valid if each.origin.kind not in {LOCAL, IMPORTED}]
    known = {(unit.target, unit.place) for unit in others}
    named = tuple(sorted({unit.target for unit in others if unit.place is None}))
    for each in alone:
        unit = each.unit
        if (unit.target, unit.place) not in known:
            known.add((unit.target, unit.place))
            corrects = () if unit.place else named
            yield replace(unit, corrects=(*unit.corrects, *corrects))


class LeftOut:
    """Tells of the first texts that are left out, and counts all."""

    def __init__(self, tell: Callable[[str], None], most: float = SHOWN) -> None:
        self._tell = tell
        #: How many are told one by one.
        self._most = most
        self.count = 0
        #: Languages and keys of the texts, where they are known.
        self.unusable: set[tuple[LanguagePair, str]] = set()

    def __call__(self, text: str) -> None:
        """Note one text, with the reason."""
        self.count += 1
        if isinstance(text, SkippedText) and text.source and text.pair:
            self.unusable.add((text.pair, inline_codes.normalise(text.source)))
        if self.count <= self._most:
            self._tell(text)

    def end(self, path: Path) -> None:
        """Say how many there were in the file *path*, if not all were shown."""
        if self.count > self._most:
            self._tell(
                f"{path}: {self.count} texts were left out, of which these are the"
                f" first {self._most}"
            )


def key_of(memory: Memory, path: Path) -> str:
    """Return the name by which *memory* knows a file that belongs to no book.

    It is relative, so that the memory and its files can move together.
    """
    return paths.relative(path.resolve(), memory.path.parent)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; of nothing, when it is not there to be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while portion := stream.read(2**20):
                digest.update(portion)
    except OSError:
        return ""
    return digest.hexdigest()
