"""What editions cost: whole builds of a book, as processes, beside plain HTML builds.

    python benchmarks/editions.py BOOK --languages zh es de

The book is copied, so nothing is written into it. It is built by the Sphinx of the
Python that runs this file. A run is all cases one after the other; runs are repeated,
and a ratio is taken within its run, so that a machine that gets slower meanwhile does
not spoil it. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The line at the end of an edition's build.
_SUMMARY: Final = re.compile(
    r"amts-\S+: (\d+) segments, (\d+) recalled, (\d+) translated, \d+ characters"
)
#: Characters that a sentence must have to be the one that is changed.
_LEAST: Final = 40
#: How many units a person corrects in the case ``corrected``.
_CORRECTED: Final = 10
#: Added to the copy of ``conf.py`` that the editions are built with.
_CONF: Final = """
extensions = [*globals().get("extensions", ()), "amts_sphinx"]
amts_engine = {engine!r}
amts_target_languages = {languages!r}
"""


class BuildFailedError(Exception):
    """A build failed, or did not do what its case is about."""


class Result(NamedTuple):
    """What one build took, and what it did."""

    #: Seconds: user and system, with all processes that it started.
    cpu: float
    #: Seconds.
    wall: float
    #: Number of HTML files that are new or written again.
    pages: int
    #: Segments sent to the engine; ``None`` for a build of no edition.
    requested: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """One build, in the words of the table."""

    name: str
    #: The case of the same run that it is compared with.
    beside: str
    #: The most that the ratio should be, from the design; 0: none is set.
    target: float = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: a directory with a plain copy of the book, and one with editions."""

    home: Path
    options: argparse.Namespace
    #: What is given to every build.
    defines: tuple[str, ...]

    def prepare(self) -> None:
        """Copy the book twice: as it is, and with the extension."""
        languages = list(self.options.languages)
        ours = _CONF.format(engine=self.options.engine, languages=languages)
        lines = "\n".join(("", *self.options.conf, ""))
        for name, more in (("plain", lines), ("ours", lines + ours)):
            leave = shutil.ignore_patterns("_build", ".git", ".tox", ".venv", ".amts")
            copy = self.home / name
            shutil.copytree(self._around(), copy, symlinks=True, ignore=leave)
            with (self.book(name) / "conf.py").open("a", encoding="utf-8") as file:
                file.write(more)

    def book(self, name: str) -> Path:
        """Return the directory of one of the copies, ``plain`` or ``ours``."""
        original: Path = self.options.book.resolve()
        return self.home / name / original.relative_to(self._around())

    def _around(self) -> Path:
        """Return the directory that is copied: the book's, or one around it."""
        found: Path = self.options.book.resolve()
        for _ in range(self.options.parents):
            found = found.parent
        return found

    def build(self, book: str, builder: str, place: str, *more: str) -> Result:
        """Build one of the copies; *place* names its output and doctrees.

        :raises BuildFailedError: with what Sphinx said
        """
        out = self.home / f"{place}-out"
        before = _dates(out)
        command = [sys.executable, "-m", "sphinx", "-b", builder, *self.defines, *more]
        command += ["-d", str(self.home / f"{place}-doctrees")]
        if book == "ours":
            command += ["-D", f"amts_memory={self.memory(builder)}"]
        start, used = time.perf_counter(), _cpu()
        process = subprocess.run(
            [*command, str(self.book(book)), str(out)],
            # Not where this process is: Python would import from there first.
            cwd=self.home,
            env=os.environ | {"NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        cpu, wall = _cpu() - used, time.perf_counter() - start
        if process.returncode:
            told = "\n".join(process.stdout.splitlines()[-20:])
            raise BuildFailedError(
                f"{builder} ended with status {process.returncode}\n{told}"
            )
        after = _dates(out)
        pages = sum(before.get(path) != date for path, date in after.items())
        return Result(cpu, wall, pages, _requested(process.stdout, builder))

    def memory(self, builder: str) -> Path:
        """Return the memory of a builder: another's must not spare it the engine."""
        return self.home / f"{builder}.sqlite"


def _cpu() -> float:
    """Return the seconds that ended child processes, and theirs, have computed."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def _dates(out: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}


def _requested(output: str, builder: str) -> int | None:
    """Return how many segments the engine was asked for, by the builds' last lines."""
    if not builder.startswith("amts"):
        return None
    summaries = _SUMMARY.findall(output)
    if not summaries:
        raise BuildFailedError(f"{builder} said nothing of segments")
    return sum(int(segments) - int(known) for segments, known, _ in summaries)


def plan(languages: Sequence[str]) -> list[Case]:
    """Return the cases of a run, in the order of the table."""
    first = languages[0]
    cases = [
        Case("html: cold", ""),
        Case("html: nothing changed", "html: cold"),
        Case("html: one file touched", "html: cold"),
        Case("html with the extension: cold", "html: cold"),
    ]
    for tag in languages[:2]:
        cases += [
            Case(f"{tag}: cold", "html: cold"),
            Case(f"{tag}: cold, engine excluded", "html: cold", 1.5),
        ]
    cases += [
        Case("all: cold", "html: cold"),
        Case("all: cold, engine excluded", "html: cold"),
        Case("each further language, engine excluded", "html: cold", 0.85),
        Case(f"{first}: nothing changed", "html: nothing changed", 2),
        Case(f"{first}: one file touched", "html: one file touched"),
        Case(f"{first}: one sentence changed", "html: one file touched"),
        Case(f"{first}: {_CORRECTED} units corrected", "html: one file touched"),
        Case("all: nothing changed", "html: nothing changed"),
    ]
    return cases


def run(bench: Bench) -> Iterator[tuple[str, Result]]:
    """Build every case once, interleaved; yield the name of each with its result."""
    bench.prepare()
    only: list[str] = bench.options.only
    yield from _plain(bench)
    if _wanted("html with the extension", only):
        yield "html with the extension: cold", bench.build("ours", "html", "with")
    if _wanted("all", only):
        yield from _all(bench)
    for tag in bench.options.languages[:2]:
        if _wanted(tag, only):
            yield from _cold(bench, tag)
    first = bench.options.languages[0]
    if _wanted(first, only):
        yield from _again(bench, first)


def _wanted(group: str, only: Sequence[str]) -> bool:
    return not only or any(fnmatch(group, pattern) for pattern in only)


def _plain(bench: Bench) -> Iterator[tuple[str, Result]]:
    """Build what all is compared with."""
    yield "html: cold", bench.build("plain", "html", "plain")
    yield "html: nothing changed", bench.build("plain", "html", "plain")
    _touch(bench.book("plain"))
    yield "html: one file touched", bench.build("plain", "html", "plain")


def _cold(bench: Bench, tag: str) -> Iterator[tuple[str, Result]]:
    """Build one edition with an empty memory; then all but the memory anew."""
    yield f"{tag}: cold", bench.build("ours", f"amts-{tag}", f"{tag}-first")
    full = bench.build("ours", f"amts-{tag}", tag)
    yield f"{tag}: cold, engine excluded", _silent(full)


def _all(bench: Bench) -> Iterator[tuple[str, Result]]:
    """Build all editions in one process, and tell what one more costs."""
    yield "all: cold", bench.build("ours", "amts", "all-first")
    full = bench.build("ours", "amts", "all")
    yield "all: cold, engine excluded", _silent(full)
    yield "all: nothing changed", _silent(bench.build("ours", "amts", "all"))
    first, *others = bench.options.languages
    if others:
        languages = ("-D", f"amts_target_languages={first}")
        one = _silent(bench.build("ours", "amts", "one", *languages))
        more = [(a - b) / len(others) for a, b in zip(full[:2], one[:2], strict=True)]
        pages = (full.pages - one.pages) // len(others)
        name = "each further language, engine excluded"
        yield name, Result(more[0], more[1], pages, 0)


def _again(bench: Bench, tag: str) -> Iterator[tuple[str, Result]]:
    """Build an edition that exists again, after nothing or little has changed."""
    builder, book = f"amts-{tag}", bench.book("ours")
    yield f"{tag}: nothing changed", _silent(bench.build("ours", builder, tag))
    _touch(book)
    yield f"{tag}: one file touched", _silent(bench.build("ours", builder, tag))
    _change_sentence(book, bench.memory(builder), tag)
    changed = bench.build("ours", builder, tag)
    if changed.requested != 1:
        raise BuildFailedError(
            f"one sentence changed, but {changed.requested} segments were requested"
        )
    yield f"{tag}: one sentence changed", changed
    _correct(bench.memory(builder), tag)
    corrected = _silent(bench.build("ours", builder, tag))
    yield f"{tag}: {_CORRECTED} units corrected", corrected


def _silent(result: Result) -> Result:
    """Return *result* if the engine was not asked."""
    if result.requested:
        raise BuildFailedError(
            f"{result.requested} segments were requested of the engine; 0 expected"
        )
    return result


def _sources(book: Path) -> list[Path]:
    """Return the files of documents, sorted."""
    found = (*book.rglob("*.rst"), *book.rglob("*.md"))
    return sorted(p for p in found if not p.relative_to(book).parts[0].startswith("_"))


def _touch(book: Path) -> None:
    """Give one document the time of now; the same one in every copy of the book."""
    sources = _sources(book)
    sources[len(sources) // 2].touch()


def _change_sentence(book: Path, memory: Path, tag: str) -> None:
    """Add a word to a sentence that stands once in the book, on one line."""
    path, sentence = find_sentence(book, memory, tag)
    add_word(book / path, sentence)


def find_sentence(book: Path, memory: Path, tag: str) -> tuple[Path, str]:
    """Return a sentence that stands once in the book, on one line, and its file.

    :returns: the file relative to the book, and the sentence
    """
    texts = {path: path.read_text("utf-8") for path in _sources(book)}
    everything = "\0".join(texts.values())
    for unit in _sentences(memory, tag):
        if everything.count(unit.source) == 1:
            path = next(p for p, text in texts.items() if unit.source in text)
            return path.relative_to(book), unit.source
    raise BuildFailedError("no sentence of the book stands on a line of its own")


def add_word(path: Path, sentence: str) -> None:
    """Add a word to a sentence of a file."""
    new = f"{sentence.removesuffix('.')} indeed."
    path.write_text(path.read_text("utf-8").replace(sentence, new), "utf-8")


def _sentences(memory: Path, tag: str) -> list[TranslationUnit]:
    """Return the units that are whole sentences without markup."""
    with Memory(memory) as known:
        units = [unit for unit in known.units() if unit.pair.target == tag]
    plain = re.compile(r"[A-Z][^<&\\*`|_:]+\.")
    return [
        unit
        for unit in units
        if len(unit.source) >= _LEAST and plain.fullmatch(unit.source)
    ]


def _correct(memory: Path, tag: str) -> None:
    """Have a person correct some sentences, spread over the book."""
    sentences = _sentences(memory, tag)
    some = sentences[:: max(1, len(sentences) // _CORRECTED)][:_CORRECTED]
    corrected = [
        TranslationUnit(u.source, f"{u.target}!", u.pair, HUMAN, State.REVIEWED)
        for u in some
    ]
    with Memory(memory) as known:
        known.learn(corrected)


def table(cases: Sequence[Case], runs: Sequence[dict[str, Result]]) -> Iterator[str]:
    """Yield the lines of the table; only of cases that were built."""
    yield (
        f"{'case':40}{'CPU s':>8}{'wall s':>8}{'ratio':>7}{'goal':>6}"
        f"{'pages':>7}{'requested':>11}"
    )
    for case in cases:
        results = [run[case.name] for run in runs if case.name in run]
        if not results:
            continue
        ratios = [
            run[case.name].cpu / run[case.beside].cpu for run in runs if case.beside
        ]
        last = results[-1]
        asked = "" if last.requested is None else str(last.requested)
        goal = f"{case.target:g}" if case.target else ""
        yield (
            f"{case.name:40}{median(r.cpu for r in results):8.2f}"
            f"{median(r.wall for r in results):8.2f}"
            f"{f'{median(ratios):.2f}' if ratios else '':>7}{goal:>6}"
            f"{last.pages:7}{asked:>11}"
        )


def engine_seconds(
    languages: Sequence[str], runs: Sequence[dict[str, Result]]
) -> Iterator[str]:
    """Say what the engine and learning its units took: cold with it, less without."""
    for name in (*languages[:2], "all"):
        with_it, without = f"{name}: cold", f"{name}: cold, engine excluded"
        if runs and with_it in runs[0]:
            spent = median(run[with_it].cpu - run[without].cpu for run in runs)
            yield f"{name}: engine and learning {spent:.2f} CPU seconds"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("book", type=Path, metavar="BOOK", help="directory with conf.py")
    add("--runs", type=int, default=3)
    add("--languages", nargs="+", default=["zh", "es", "de"], metavar="LANGUAGE")
    add("--engine", default="pseudo")
    add("--define", "-D", action="append", default=[], metavar="NAME=VALUE")
    text = "a line of Python for the end of conf.py, such as intersphinx_mapping = {}"
    add("--conf", action="append", default=[], metavar="LINE", help=text)
    text = "copy so many directories around the book too, whose files it reads"
    add("--parents", type=int, default=0, metavar="N", help=text)
    text = "build only these groups beside html: a language, all, 'html with*'"
    add("--only", nargs="+", default=[], metavar="GROUP", help=text)
    options = parser.parse_args(arguments)
    if not Path(options.book, "conf.py").is_file():
        parser.error(f"there is no conf.py in {options.book}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table.

    :returns: the exit status: 1 when a build failed
    """
    options = _options(arguments)
    defines = tuple(part for value in options.define for part in ("-D", value))
    runs: list[dict[str, Result]] = []
    for number in range(1, options.runs + 1):
        with tempfile.TemporaryDirectory(prefix="amts-bench-") as home:
            results: dict[str, Result] = {}
            try:
                for name, result in run(Bench(Path(home), options, defines)):
                    results[name] = result
                    told = f"run {number}: {name}: {result.cpu:.2f} CPU s"
                    print(told, file=sys.stderr, flush=True)
            except BuildFailedError as exc:
                print(f"{exc}", file=sys.stderr)
                return 1
            runs.append(results)
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"Sphinx {version('sphinx')}, Python {python}, medians of {len(runs)} runs\n")
    print("\n".join(table(plan(options.languages), runs)), end="\n\n")
    print("\n".join(engine_seconds(options.languages, runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
