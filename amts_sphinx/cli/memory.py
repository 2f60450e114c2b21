"""``amts memory``: look at a memory, fill it and empty it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx import formats
from amts_sphinx.cli.console import echo
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, Location
from amts_sphinx.memory.fuzzy_match import EXACT
from amts_sphinx.memory.importing import key_of, learn_files
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    import argparse


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser("memory", help="look at, fill or empty out a memory")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="say what a memory holds")
    info.add_argument("memory", type=Path)
    info.set_defaults(run=_info)
    read = commands.add_parser("import", help="learn files of units")
    read.add_argument("memory", type=Path)
    read.add_argument("files", type=Path, nargs="+", metavar="FILE")
    read.set_defaults(run=_import)
    forget = commands.add_parser("forget", help="drop what only these files brought")
    forget.add_argument("memory", type=Path)
    forget.add_argument("files", type=Path, nargs="+", metavar="FILE")
    forget.set_defaults(run=_forget)
    write = commands.add_parser(
        "export", help="write units to a file: TMX, XLIFF, PO, CSV or TSV"
    )
    write.add_argument("memory", type=Path)
    write.add_argument("file", type=Path)
    write.add_argument("--languages", nargs=2, required=True, metavar=("FROM", "TO"))
    write.add_argument(
        "--all", action="store_true", help="machines' units too, not only people's"
    )
    write.set_defaults(run=_export)
    search = commands.add_parser("search", help="show the units most like a text")
    search.add_argument("memory", type=Path)
    search.add_argument("text")
    search.add_argument("--languages", nargs=2, required=True, metavar=("FROM", "TO"))
    search.add_argument("--cutoff", type=_percent, default=70, help="1–100")
    search.add_argument("--limit", type=_positive, default=5)
    search.set_defaults(run=_search)


def _percent(text: str) -> int:
    number = int(text)
    if not 1 <= number <= EXACT:
        raise ValueError
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _existing(path: Path) -> Memory:
    """Open a memory that must be there: looking at one does not make one."""
    if not path.exists():
        raise ConfigError(f"there is no memory {path}")
    return Memory(path)


def _info(options: argparse.Namespace) -> None:
    with _existing(options.memory) as memory:
        for row in memory.count():
            echo(f"{row.pair}  {row.maker}  {row.state}  {row.units}")
        for name in memory.learnt():
            echo(f"learnt {name}")


def _import(options: argparse.Namespace) -> None:
    with Memory(options.memory) as memory:
        learn_files(memory, options.files, echo)


def _forget(options: argparse.Namespace) -> None:
    with _existing(options.memory) as memory:
        for path in options.files:
            key = key_of(memory, path)
            if key not in memory.learnt():
                raise ConfigError(
                    f"{options.memory} has learnt no file {key}; see amts memory info"
                )
            memory.forget_file(key)
            echo(f"forgot {key}")


def _export(options: argparse.Namespace) -> None:
    source, target = (find_language(tag).tag for tag in options.languages)
    makers = () if options.all else (HUMAN,)
    with _existing(options.memory) as memory:
        pair = LanguagePair(source, target)
        count = formats.write(options.file, memory.units(pair, makers=makers), pair)
    echo(f"wrote {count} units to {options.file}")


def _search(options: argparse.Namespace) -> None:
    pair = LanguagePair(*(find_language(tag).tag for tag in options.languages))
    text = inline_codes.escape(options.text)
    with _existing(options.memory) as memory:
        found = memory.fuzzy(pair, [text], cutoff=options.cutoff, limit=options.limit)
    for unit, score in ((match.unit, match.score) for match in found[text]):
        where = f"  {Location(unit.document, unit.line)}" if unit.document else ""
        echo(f"{score}  {unit.maker}  {unit.state}{where}")
        echo(f"    {unit.source}")
        echo(f"    {unit.target}")
    if not found[text]:
        echo(f"nothing in {pair} is alike by {options.cutoff} of 100")
