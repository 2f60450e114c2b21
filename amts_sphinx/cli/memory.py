"""``amts memory``: look at a memory, fill it and empty it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.cli.console import echo
from amts_sphinx.errors import ConfigError
from amts_sphinx.interchange import tmx
from amts_sphinx.languages import find_language
from amts_sphinx.learning import key_of, learn_files
from amts_sphinx.memory import Memory
from amts_sphinx.units import HUMAN, LanguagePair

if TYPE_CHECKING:
    import argparse


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser("memory", help="look at, fill or empty out a memory")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="say what a memory holds")
    info.add_argument("memory", type=Path)
    info.set_defaults(run=_info)
    read = commands.add_parser("import", help="learn TMX files")
    read.add_argument("memory", type=Path)
    read.add_argument("files", type=Path, nargs="+", metavar="FILE")
    read.set_defaults(run=_import)
    forget = commands.add_parser("forget", help="drop what only these files brought")
    forget.add_argument("memory", type=Path)
    forget.add_argument("files", type=Path, nargs="+", metavar="FILE")
    forget.set_defaults(run=_forget)
    write = commands.add_parser("export", help="write units to a TMX file")
    write.add_argument("memory", type=Path)
    write.add_argument("file", type=Path)
    write.add_argument("--languages", nargs=2, required=True, metavar=("FROM", "TO"))
    write.add_argument(
        "--all", action="store_true", help="machines' units too, not only people's"
    )
    write.set_defaults(run=_export)


def _existing(path: Path) -> Memory:
    """Open a memory that must be there: looking at one does not make one."""
    if not path.exists():
        msg = f"there is no memory {path}"
        raise ConfigError(msg)
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
                msg = f"{options.memory} has learnt no file {key}; see amts memory info"
                raise ConfigError(msg)
            memory.forget_file(key)
            echo(f"forgot {key}")


def _export(options: argparse.Namespace) -> None:
    source, target = (find_language(tag).tag for tag in options.languages)
    makers = () if options.all else (HUMAN,)
    with _existing(options.memory) as memory:
        units = memory.units(LanguagePair(source, target), makers=makers)
        tmx.write(options.file, units, source_language=source)
    echo(f"wrote {options.file}")
