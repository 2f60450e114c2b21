"""The ``amts`` command: what a person does with a memory between builds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx import __version__
from amts_sphinx.errors import AmtsError, ConfigError
from amts_sphinx.interchange import tmx
from amts_sphinx.languages import find_language
from amts_sphinx.learning import key_of, learn_files
from amts_sphinx.memory import Memory
from amts_sphinx.units import HUMAN, LanguagePair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.parallel import Parallel


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :returns: the exit status: 0, or 1 after an error that the user can do something
        about
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except AmtsError as exc:
        echo(f"amts: {exc}", error=True)
        return 1
    return 0


def echo(text: str, *, error: bool = False) -> None:
    """Say something to the person at the terminal."""
    print(text, file=sys.stderr if error else sys.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("amts", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_parallel(commands)
    memory = commands.add_parser("memory", help="look at, fill or empty out a memory")
    _add_memory(memory.add_subparsers(required=True, metavar="COMMAND"))
    return parser


def _add_parallel(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    parser = commands.add_parser(
        "parallel",
        help="learn from a human edition of a book",
        description="Pair two editions of a book, both Sphinx source trees, and keep"
        " what people translated.",
    )
    parser.add_argument("source", type=Path, help="the book")
    parser.add_argument("target", type=Path, help="its human edition")
    parser.add_argument(
        "--languages",
        nargs=2,
        default=("", ""),
        metavar=("SOURCE", "TARGET"),
        help="their languages; by default those of their conf.py",
    )
    parser.add_argument("-o", "--output", type=Path, help="write the units to this TMX")
    parser.add_argument(
        "--learn", type=Path, metavar="MEMORY", help="learn the units into this memory"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show every text that is left out"
    )
    parser.set_defaults(run=_parallel)


def _parallel(options: argparse.Namespace) -> None:
    from amts_sphinx import book, parallel  # noqa: PLC0415 - loads Sphinx

    if not options.output and not options.learn:
        msg = "name a TMX file with -o, a memory with --learn, or both"
        raise ConfigError(msg)
    languages = options.languages
    source, target = book.read_all(
        [(options.source, languages[0]), (options.target, languages[1])]
    )
    for read, path in ((source, options.source), (target, options.target)):
        for line in read.warnings.splitlines():
            echo(f"{path}: {line}", error=True)
    pair = LanguagePair(source.language, target.language)
    if pair.source == pair.target:
        msg = f"both editions are in {pair.source}; say otherwise with --languages"
        raise ConfigError(msg)
    found = parallel.pair_books(source.texts, target.texts, pair)
    _tell(found, pair, verbose=options.verbose)
    if options.output:
        tmx.write(options.output, found.units, source_language=pair.source)
        echo(f"wrote {options.output}")
    if options.learn:
        with Memory(options.learn) as memory:
            echo(f"learnt {memory.learn(found.units)} units into {options.learn}")


def _tell(found: Parallel, pair: LanguagePair, *, verbose: bool) -> None:
    """Say what was paired, and what was not and why."""
    from amts_sphinx.parallel import documents  # noqa: PLC0415 - see _parallel

    for docname, reasons in documents(found.left):
        for reason, count in reasons.items():
            echo(f"{docname}: {count} left out: {reason}")
    if verbose:
        for location, reason, _ in found.left:
            echo(f"{location}: {reason}")
    echo(
        f"{pair}: {len(found.units)} units; {found.by_sentence} texts paired sentence"
        f" by sentence, {found.whole} as a whole,"
        f" {sum(left.containers for left in found.left)} left out,"
        f" {found.conflicts} sources with several translations"
    )


def _add_memory(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
