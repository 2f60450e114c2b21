"""``amts memory``: look at a memory, fill it and write it to files."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import formats
from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json, number
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, Location, State
from amts_sphinx.memory import importing, statements
from amts_sphinx.memory.delivery import deliver
from amts_sphinx.memory.fuzzy_match import EXACT
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterable

    from amts_sphinx.cli.book import BookAt
    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.memory.delivery import Delivery
    from amts_sphinx.memory.statements import Statement

_DESCRIPTION: Final = """\
The translation memory of a book: what every file, person and engine says of its
sources. The memory is that of the book here or above, of the book that --book names, or
the file MEMORY.
"""
_LANGUAGES: Final = ("FROM", "TO")
_MEMORY: Final = "file of the memory (default: the one of the book)"
#: What the positional arguments of a command are, by the last of their names.
_NAMES: Final = {
    "FILE": "one or more files; a memory's own file may come first",
    "TEXT": "text in the source language; a memory's file may come first",
    "SOURCE": "source text; a memory's file may come first",
}


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "memory",
        help="show, import, export and search a translation memory",
        description=_DESCRIPTION,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], text: str, *names: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=f"{text}.")
        metavar = ("[MEMORY]", *names) if names else "[MEMORY]"
        nargs = "+" if names else "*"
        command.add_argument(
            "names",
            nargs=nargs,
            metavar=metavar[-1] if names else metavar,
            help=_NAMES.get(names[-1] if names else "", _MEMORY),
        )
        book.add_argument(command)
        command.set_defaults(run=run)
        return command

    _json(add("info", _info, "show what a memory holds"))
    read = add("import", _import, "merge files into the home files", "FILE")
    _languages(read)
    read.add_argument(
        "--author", default="", help="author of units whose file names none"
    )
    add("forget", _forget, "drop what these files brought", "FILE")
    _add_export(add("export", _export, "write units to a file", "FILE"))
    search = add("search", _search, "show the units most like a text", "TEXT")
    _languages(search)
    search.add_argument(
        "--cutoff", type=_percent, default=70, help="least score, 1–100 (default: 70)"
    )
    search.add_argument(
        "--limit", type=_positive, default=5, help="most matches (default: 5)"
    )
    _json(search)
    history = add("history", _history, "show every translation of a source", "SOURCE")
    _languages(history)
    _json(history)
    conflicts = add("conflicts", _conflicts, "show where people's texts differ")
    _languages(conflicts)
    _json(conflicts)


def _add_export(parser: argparse.ArgumentParser) -> None:
    _languages(parser)
    parser.add_argument(
        "--all", action="store_true", help="machines' units too, not only people's"
    )
    parser.add_argument(
        "--maker", action="append", default=[], help="units of this engine; or human"
    )
    parser.add_argument(
        "--state",
        action="append",
        default=[],
        choices=[str(state) for state in State],
        help="units in this state",
    )
    parser.add_argument(
        "--document",
        action="append",
        default=[],
        metavar="GLOB",
        help="units of these documents",
    )
    parser.add_argument(
        "--in-book", action="store_true", help="only what the book has now"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="CSV and TSV with the words of people's units alone, as Amazon Translate"
        " takes them",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="write JSON")


def _languages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--languages", nargs=2, metavar=_LANGUAGES, help="default: those of the book"
    )


def _percent(text: str) -> int:
    return number(text, 1, EXACT)


def _positive(text: str) -> int:
    return number(text, 1)


class _Where:
    """The memory that a command is about, its book, and what else was named."""

    def __init__(self, options: argparse.Namespace, least: int) -> None:
        """Take the names apart: the first may be a memory.

        :param least: how many names there must be beside it
        """
        names = list(options.names)
        self.book: BookAt | None = None
        if len(names) > least and _is_memory(Path(names[0])):
            self.memory = Path(names.pop(0))
            self.book = _book_of(self.memory, options.book)
        else:
            self.book = book.required(options.book)
            self.memory = self.book.config.memory
        self.names: list[str] = names

    def existing(self) -> Memory:
        """Open a memory that must be there: looking at one does not make one."""
        if not self.memory.exists():
            raise ConfigError(
                f"there is no memory {self.memory}: the first build makes it"
            )
        return Memory(self.memory)

    def pairs(self, options: argparse.Namespace, memory: Memory) -> list[LanguagePair]:
        """Return the directions that are asked for, by default all of the memory."""
        if options.languages:
            return [_pair(options)]
        return memory.pairs()


def _is_memory(path: Path) -> bool:
    """Tell whether a name is that of a memory, not of a file of units or a text."""
    if formats.is_known(path):
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(6) in {b"SQLite", b""}
    except OSError:
        return path.suffix in {".sqlite", ".amts", ".db"}


def _book_of(memory: Path, named: Path | None) -> BookAt | None:
    """Return the book whose memory this file is."""
    found = book.find(named, memory.resolve().parent)
    if named or (found and found.config.memory.resolve() == memory.resolve()):
        return found
    return None


def _pair(options: argparse.Namespace) -> LanguagePair:
    return LanguagePair(*(find_language(tag).tag for tag in options.languages))


def _info(options: argparse.Namespace) -> None:
    where = _Where(options, 0)
    with where.existing() as memory:
        counts, origins = memory.count(), memory.origins()
    if options.json:
        echo_json(
            {
                "memory": str(where.memory),
                "units": [
                    {
                        "source_language": row.pair.source,
                        "target_language": row.pair.target,
                        "maker": row.maker,
                        "state": str(row.state),
                        "units": row.units,
                    }
                    for row in counts
                ],
                "origins": [
                    {
                        "kind": each.origin.kind,
                        "name": each.origin.name,
                        "counts": each.origin.rank is not None,
                        "units": each.units,
                    }
                    for each in origins
                ],
            }
        )
        return
    for row in counts:
        echo(f"{row.pair}  {row.maker}  {row.state}  {row.units}")
    for each in origins:
        name = each.origin.name
        if each.origin.rank is None:
            echo(f"formerly {name}")
        else:
            echo(f"learnt {name}")
    if not counts and not origins:
        echo(f"{where.memory} is empty")


def _import(options: argparse.Namespace) -> None:
    where = _Where(options, 1)
    if where.book is None:
        with Memory(where.memory) as memory:
            importing.learn_files(memory, map(Path, where.names), echo)
        return
    pair = _pair(options) if options.languages else None
    files = where.book.config.files
    if not files.home:
        raise ConfigError("amts_home_file is empty: there is no file to import into")
    with Memory(where.memory) as memory:
        importing.learn_book(memory, files, echo, _warn)
        for path in map(Path, where.names):
            done = deliver(
                memory, files, path, pair=pair, author=options.author, tell=_warn
            )
            tell_of(done)


def tell_of(done: Delivery) -> None:
    """Say what a delivery came to, and how to undo it."""
    echo(str(done))
    if doubts := done.doubts():
        echo(doubts)
    for conflict in done.conflicts:
        _warn(statements.describe(conflict))
    for home in done.written:
        echo(f"wrote {home}")
    if commands := done.undo():
        echo(f"to undo it: {' && '.join(commands)}")


def _warn(text: str) -> None:
    echo(text, error=True)


def _forget(options: argparse.Namespace) -> None:
    where = _Where(options, 1)
    with where.existing() as memory:
        for name in where.names:
            # Those that have left the book, too.
            known = {each.origin.name for each in memory.origins()}
            key = _origin(where, known, memory, name)
            if key not in known:
                raise ConfigError(
                    f"{where.memory} has learnt no file {key}; see amts memory info"
                )
            memory.forget_file(key)
            echo(f"forgot {key}")


def _origin(where: _Where, known: Collection[str], memory: Memory, name: str) -> str:
    """Return the name of the origin that is this file, or is called so."""
    if where.book and (key := where.book.config.files.name_of(Path(name))) in known:
        return key
    return name if name in known else importing.key_of(memory, Path(name))


def _export(options: argparse.Namespace) -> None:
    where = _Where(options, 1)
    if len(where.names) != 1:
        raise ConfigError("name one file to write to")
    path = Path(where.names[0])
    makers = () if options.all else tuple(options.maker or (HUMAN,))
    with where.existing() as memory:
        pair = _one_pair(options, where, memory)
        wanted = _wanted(options, where)
        units = (unit for unit in memory.units(pair, makers=makers) if wanted(unit))
        count = formats.write(
            path,
            units,
            pair,
            plain=options.plain,
            on_skip=lambda text: echo(text, error=True),
        )
    echo(f"wrote {count} units to {path}")


def _one_pair(
    options: argparse.Namespace, where: _Where, memory: Memory
) -> LanguagePair:
    pairs = where.pairs(options, memory)
    if len(pairs) != 1:
        told = ", ".join(map(str, pairs)) or "none"
        raise ConfigError(
            f"name the languages with --languages FROM TO; the memory has {told}"
        )
    return pairs[0]


def _wanted(
    options: argparse.Namespace, where: _Where
) -> Callable[[TranslationUnit], bool]:
    """Return what tells whether a unit is to be exported."""
    keys = _keys_of_book(where) if options.in_book else None

    def wanted(unit: TranslationUnit) -> bool:
        if options.state and str(unit.state) not in options.state:
            return False
        if keys is not None and unit.key not in keys:
            return False
        return not options.document or any(
            fnmatchcase(unit.document, glob) for glob in options.document
        )

    return wanted


def _keys_of_book(where: _Where) -> set[str]:
    """Return the keys of all texts that the book has now, whole and in sentences."""
    from amts_sphinx.doctree import read

    if where.book is None:
        raise ConfigError("--in-book needs the book: name it with --book DIR")
    found = read.read(where.book.folder, where.book.config.source_language.tag)
    return {
        segment.key
        for containers in found.texts.values()
        for container in containers
        for segment in (container.whole, *container.segments)
    }


def _search(options: argparse.Namespace) -> None:
    where = _Where(options, 1)
    text = " ".join(where.names)
    coded = inline_codes.escape(text)
    rows: list[tuple[LanguagePair, int, TranslationUnit]] = []
    with where.existing() as memory:
        pairs = where.pairs(options, memory)
        for pair in pairs:
            near = memory.fuzzy(
                pair, [coded], cutoff=options.cutoff, limit=options.limit
            )[coded]
            rows += [(pair, match.score, match.unit) for match in near]
            shown = {(match.unit.source, match.unit.target) for match in near}
            rows += [
                (pair, 0, unit)
                for unit in memory.holding(pair, coded, options.limit)
                if (unit.source, unit.target) not in shown
            ]
    if options.json:
        echo_json([{"score": score, **_fields(u)} for _, score, u in rows])
        return
    for pair, score, unit in rows:
        at = f"  {Location(unit.document, unit.line)}" if unit.document else ""
        direction = f"  {pair}" if len(pairs) > 1 else ""
        echo(f"{score or 'holds'}  {unit.maker}  {unit.state}{at}{direction}")
        echo(f"    {unit.source}")
        echo(f"    {unit.target}")
    if not rows:
        told = ", ".join(map(str, pairs)) or str(where.memory)
        echo(f"nothing in {told} is alike by {options.cutoff} of 100, or holds it")


def _history(options: argparse.Namespace) -> None:
    where = _Where(options, 1)
    text = " ".join(where.names)
    sources = dict.fromkeys((inline_codes.escape(text), text))
    found: list[tuple[Statement, bool]] = []
    with where.existing() as memory:
        for pair in where.pairs(options, memory) or []:
            for source, said in memory.statements(pair, sources).items():
                chosen = memory.best(pair, [source]).get(source)
                found += [(each, each == chosen) for each in _in_order(said)]
    if options.json:
        echo_json([{**_said(each), "published": first} for each, first in found])
        return
    for each, first in found:
        unit = each.unit
        words = [str(unit.pair), unit.maker, str(unit.state), str(each.origin)]
        words += [unit.author] if unit.author else []
        words.append(time.strftime("%Y-%m-%d", time.gmtime(unit.changed)))
        echo("  ".join([*words, _standing(each, published=first)]))
        echo(f"    {unit.target}")
    if not found:
        echo("nothing was ever said of this source; amts memory search finds others")


def _in_order(said: Iterable[Statement]) -> list[Statement]:
    """Return what stands first, and then the last that was retired."""
    return sorted(said, key=lambda each: (not each.stands, -each.retired))


def _standing(statement: Statement, *, published: bool) -> str:
    """Say whether a statement counts."""
    if published:
        return "published" + ", though its line cannot be used" * statement.kept
    if statement.stands:
        return "stands"
    if statement.retired:
        date = time.strftime("%Y-%m-%d", time.gmtime(statement.retired))
        return f"retired {date}"
    return "retired: its file has left the book"


def _conflicts(options: argparse.Namespace) -> None:
    where = _Where(options, 0)
    rows: list[dict[str, Any]] = []
    with where.existing() as memory:
        for pair in where.pairs(options, memory):
            for key, between in memory.conflicts(pair).items():
                for first, other in between:
                    row = {"source": key, "published": _said(first)}
                    rows.append({**row, "other": _said(other)})
                    if not options.json:
                        _show_conflict(key, first, other)
    if options.json:
        echo_json(rows)
    elif not rows:
        echo("no conflicts")


def _show_conflict(key: str, first: Statement, other: Statement) -> None:
    echo(f"{first.unit.pair}  {key}")
    for label, each in (("published", first), ("not", other)):
        author = f", {each.unit.author}" if each.unit.author else ""
        echo(f"    {label}: {each.unit.target}  ({each.origin}{author})")


def _said(statement: Statement) -> dict[str, Any]:
    """Return a statement for JSON."""
    return {
        **_fields(statement.unit),
        "origin": statement.origin.name,
        "kind": statement.origin.kind,
        "stands": statement.stands,
        "retired": statement.retired or None,
    }


def _fields(unit: TranslationUnit) -> dict[str, Any]:
    """Return a unit for JSON."""
    return {
        "source": unit.source,
        "target": unit.target,
        "source_language": unit.pair.source,
        "target_language": unit.pair.target,
        "maker": unit.maker,
        "state": str(unit.state),
        "document": unit.document,
        "author": unit.author,
        "changed": unit.changed,
    }
