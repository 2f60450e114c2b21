"""``amts memory``: show, search, import into and export from a memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

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
    from collections.abc import Callable

_FILES: Final = "TMX, XLIFF, PO, CSV or TSV"


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    about = "Show, search, import and export the units of a translation memory."
    parser = parent.add_parser("memory", help=about, description=about)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], text: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("memory", type=Path, help="file of the memory")
        command.set_defaults(run=run)
        return command

    add("info", _info, "Show how many units a memory holds, and from which files.")
    read = add("import", _import, "Learn the units of files.")
    read.add_argument("files", type=Path, nargs="+", metavar="FILE", help=_FILES)
    forget = add("forget", _forget, "Remove the units that only these files brought.")
    forget.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="files that were learnt"
    )
    write = add("export", _export, "Write units to a file.")
    write.add_argument("file", type=Path, help=_FILES)
    _add_languages(write)
    write.add_argument(
        "--all", action="store_true", help="machines' units too, not only people's"
    )
    search = add(
        "search", _search, "Show the units whose sources are most like a text."
    )
    search.add_argument("text", help="text in the source language")
    _add_languages(search)
    search.add_argument(
        "--cutoff",
        type=_percent,
        default=70,
        help="least score of a match, 1–100 (default: 70)",
    )
    search.add_argument(
        "--limit", type=_positive, default=5, help="most matches (default: 5)"
    )


def _add_languages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--languages",
        nargs=2,
        required=True,
        metavar=("SOURCE", "TARGET"),
        help="languages of the units",
    )


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
    """Open a memory that must exist: to look at one does not make one."""
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
            echo(f"removed what only {key} brought")


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
        echo(f"nothing in {pair} has a score of {options.cutoff} or more")
