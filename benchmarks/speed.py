"""The figures that the design sets for the speed of editions, in one table.

    python benchmarks/speed.py [BOOK] [--runs 3] [--pages 30] [--sizes 400 800 1600]

A small book is made for it; BOOK is measured too, where it is given, such as the
documentation of Sphinx. All is CPU seconds of processes, beside those of Sphinx alone
on the same book. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import made_book
from editions import Bench, BuildFailedError, add_word, find_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The pages of the book that tells what a book costs, whatever its size.
_LEAST: Final = 1


class Figure(NamedTuple):
    """One line of the table, in CPU seconds."""

    name: str
    plain: float
    ours: float
    #: The most that the ratio should be, from the design; 0: none is set.
    goal: float = 0

    def __str__(self) -> str:
        goal = f"{self.goal:g}" if self.goal else ""
        ratio = self.ours / self.plain
        return f"{self.name:46}{self.plain:9.2f}{self.ours:9.2f}{ratio:7.2f}{goal:>6}"


def measured(bench: Bench) -> dict[str, float]:
    """Build a book in all the ways that the design has a figure for.

    :returns: CPU seconds by the build
    """
    builder = f"amts-{bench.options.languages[0]}"

    def cpu(book: str, how: str, place: str) -> float:
        return bench.build(book, how, place).cpu

    found = {
        "html": cpu("plain", "html", "plain"),
        "one": cpu("ours", builder, "one"),
        "html again": cpu("plain", "html", "plain"),
        "one again": cpu("ours", builder, "one"),
    }
    path, sentence = find_sentence(
        bench.book("ours"), bench.memory(builder), bench.options.languages[0]
    )
    for copy in ("plain", "ours"):
        add_word(bench.book(copy) / path, sentence)
    return found | {
        "html changed": cpu("plain", "html", "plain"),
        "one changed": cpu("ours", builder, "one"),
        "all": cpu("ours", "amts", "all"),
        "gettext": cpu("plain", "gettext", "gettext"),
    }


def least(home: Path, options: argparse.Namespace) -> dict[str, float]:
    """Measure several times, and return the least that each build took.

    Whatever else a machine does makes a build take longer, and never less.
    """
    runs = []
    for number in range(options.runs):
        bench = Bench(home / f"run{number}", options, ())
        bench.prepare()
        runs.append(measured(bench))
    return {name: min(run[name] for run in runs) for name in runs[0]}


def figures(cpu: Mapping[str, float], languages: int, goal: float) -> Iterator[Figure]:
    """Yield the lines of a book.

    :param cpu: CPU seconds by the build
    :param languages: how many editions were built together
    :param goal: for one edition
    """
    further = (cpu["all"] - cpu["one"]) / (languages - 1)
    yield Figure("one edition", cpu["html"], cpu["one"], goal)
    yield Figure("nothing changed", cpu["html again"], cpu["one again"], 1.3)
    yield Figure("one sentence changed", cpu["html changed"], cpu["one changed"], 3)
    yield Figure("each further language", cpu["html"], further, 0.7)
    yield Figure("… beside -b gettext", cpu["gettext"], further, 1)


def _small(home: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines on books that are made."""
    costs: list[float] = []
    for pages in (_LEAST, options.pages):
        yield f"\na book of {pages} pages"
        cpu = least(home / f"{pages}", _made(home / f"{pages}", options, pages))
        costs.append(cpu["one"] - cpu["html"])
        # What it costs beside its pages is a goal of its own.
        yield from map(str, figures(cpu, len(options.languages), 0))
        yield f"{'':4}{costs[-1]:.2f} CPU s more than plain html for one edition"
    rise = (costs[1] - costs[0]) / (options.pages - _LEAST)
    fixed = costs[0] - rise * _LEAST
    each = f"each page {1000 * rise:.0f} ms more"
    yield f"\nfixed cost: {fixed:.2f} CPU s (goal 1); {each}"


def _linear(home: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines on books of several sizes: one edition, milliseconds a page."""
    yield f"\n{'pages':>8}{'html':>9}{'edition':>9}{'ratio':>7}{'ms a page':>18}"
    for pages in options.sizes:
        place = home / f"size{pages}"
        bench = Bench(place, _made(place, options, pages), ())
        bench.prepare()
        plain = bench.build("plain", "html", "plain").cpu
        ours = bench.build("ours", f"amts-{options.languages[0]}", "one").cpu
        each = f"{1000 * plain / pages:9.0f}{1000 * ours / pages:9.0f}"
        yield f"{pages:8}{plain:9.2f}{ours:9.2f}{ours / plain:7.2f}{each}"


def _made(home: Path, options: argparse.Namespace, pages: int) -> argparse.Namespace:
    """Make a book of so many pages, and return the options with it."""
    book = home / "made"
    made_book.write(book, pages)
    return argparse.Namespace(
        **{**vars(options), "book": book, "parents": 0, "conf": []}
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("book", type=Path, metavar="BOOK", nargs="?", help="directory with conf.py")
    add("--languages", nargs="+", default=["de", "es"], metavar="LANGUAGE")
    add("--engine", default="pseudo")
    text = "of which the least is taken, build by build (default: 3)"
    add("--runs", type=int, default=3, metavar="N", help=text)
    add("--pages", type=int, default=30, help="of the small book (default: 30)")
    text = "sizes of books, in pages, to see whether all is linear; it takes long"
    add("--sizes", type=int, nargs="*", default=[], metavar="PAGES", help=text)
    text = "a line of Python for the end of conf.py, such as intersphinx_mapping = {}"
    add("--conf", action="append", default=[], metavar="LINE", help=text)
    text = "copy so many directories around BOOK too, whose files it reads"
    add("--parents", type=int, default=0, metavar="N", help=text)
    options = parser.parse_args(arguments)
    if options.book and not Path(options.book, "conf.py").is_file():
        parser.error(f"there is no conf.py in {options.book}")
    if options.runs < 1:
        parser.error("--runs takes 1 or more")
    if len(options.languages) < len(("one", "another")):
        parser.error("name two languages or more")
    return options


def _tables(home: Path, options: argparse.Namespace) -> Iterator[str]:
    yield f"{'CPU seconds':46}{'Sphinx':>9}{'ours':>9}{'ratio':>7}{'goal':>6}"
    if options.book:
        yield f"\n{options.book}"
        cpu = least(home / "book", options)
        yield from map(str, figures(cpu, len(options.languages), 1.3))
    yield from _small(home, options)
    if options.sizes:
        yield from _linear(home, options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table.

    :returns: the exit status: 1 when a build failed
    """
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="amts-bench-") as home:
        try:
            for line in _tables(Path(home), options):
                print(line, flush=True)
        except BuildFailedError as exc:
            print(f"{exc}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
