"""The figures that the design sets for the speed of editions, in one table.

    python benchmarks/speed.py [BOOK] [--pages 30] [--sizes 400 800 1600]

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
from editions import Bench, BuildFailedError, Result, add_word, find_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def figures(bench: Bench, goal: float) -> Iterator[Figure]:
    """Build a book in all the ways that the design has a figure for.

    :param goal: for one edition
    """
    first = bench.options.languages[0]
    builder = f"amts-{first}"
    plain = _cpu(bench.build("plain", "html", "plain"))
    one = _cpu(bench.build("ours", builder, "one"))
    yield Figure("one edition", plain, one, goal)
    nothing = _cpu(bench.build("plain", "html", "plain"))
    again = _cpu(bench.build("ours", builder, "one"))
    yield Figure("nothing changed", nothing, again, 1.3)
    path, sentence = find_sentence(bench.book("ours"), bench.memory(builder), first)
    for copy in ("plain", "ours"):
        add_word(bench.book(copy) / path, sentence)
    page = _cpu(bench.build("plain", "html", "plain"))
    changed = _cpu(bench.build("ours", builder, "one"))
    yield Figure("one sentence changed", page, changed, 3)
    several = len(bench.options.languages) - 1
    further = (_cpu(bench.build("ours", "amts", "all")) - one) / several
    yield Figure("each further language", plain, further, 0.7)
    catalogues = _cpu(bench.build("plain", "gettext", "gettext"))
    yield Figure("each further language, beside -b gettext", catalogues, further, 1)


def _cpu(result: Result) -> float:
    return result.cpu


def _small(home: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines on books that are made."""
    costs: list[float] = []
    for pages in (_LEAST, options.pages):
        bench = _bench(home / f"{pages}", options, pages)
        yield f"\na book of {pages} pages"
        # What it costs beside its pages is a goal of its own.
        for figure in figures(bench, 0):
            yield str(figure)
            if figure.name == "one edition":
                costs.append(figure.ours - figure.plain)
                yield f"{'':4}{costs[-1]:.2f} CPU s more than plain html"
    rise = (costs[1] - costs[0]) / (options.pages - _LEAST)
    fixed = costs[0] - rise * _LEAST
    each = f"each page {1000 * rise:.0f} ms more"
    yield f"\nfixed cost: {fixed:.2f} CPU s (goal 1); {each}"


def _linear(home: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines on books of several sizes: one edition, milliseconds a page."""
    yield f"\n{'pages':>8}{'html':>9}{'edition':>9}{'ratio':>7}{'ms a page':>18}"
    for pages in options.sizes:
        bench = _bench(home / f"size{pages}", options, pages)
        plain = _cpu(bench.build("plain", "html", "plain"))
        ours = _cpu(bench.build("ours", f"amts-{options.languages[0]}", "one"))
        each = f"{1000 * plain / pages:9.0f}{1000 * ours / pages:9.0f}"
        yield f"{pages:8}{plain:9.2f}{ours:9.2f}{ours / plain:7.2f}{each}"


def _bench(home: Path, options: argparse.Namespace, pages: int) -> Bench:
    """Return a bench with a book of so many pages."""
    book = home / "made"
    made_book.write(book, pages)
    mine = {**vars(options), "book": book, "parents": 0, "conf": []}
    bench = Bench(home, argparse.Namespace(**mine), ())
    bench.prepare()
    return bench


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("book", type=Path, metavar="BOOK", nargs="?", help="directory with conf.py")
    add("--languages", nargs="+", default=["de", "es"], metavar="LANGUAGE")
    add("--engine", default="pseudo")
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
    if len(options.languages) < len(("one", "another")):
        parser.error("name two languages or more")
    return options


def _tables(home: Path, options: argparse.Namespace) -> Iterator[str]:
    yield f"{'CPU seconds':46}{'Sphinx':>9}{'ours':>9}{'ratio':>7}{'goal':>6}"
    if options.book:
        yield f"\n{options.book}"
        bench = Bench(home / "book", options, ())
        bench.prepare()
        yield from map(str, figures(bench, 1.3))
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
