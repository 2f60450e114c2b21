"""What a small book pays for a big memory, and what import and export take.

::

    python benchmarks/scale.py [--units 1000000] [--engines none pseudo]

A TMX file of made-up sentences is imported into a memory and exported again by the
command line, each in a process of its own. Then a book of five sentences names that
file: it is built with that memory, once the file is learnt, and with an empty one, by
each of the engines. Printed are seconds, CPU seconds, and the peak of
memory of the process in MB.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import formats
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIR: Final = LanguagePair("en", "de")
_BIN: Final = Path(sys.executable).parent
_SYLLABLES: Final = "ba co du fe gi ho ju ka le mi no pu ra se ti vo wu".split()
_BUILD: Final = ("sphinx-build", "-q", "-b", "amts")
_CONF: Final = 'extensions = ["amts_sphinx"]\namts_target_languages = ["de"]\n'
_BOOK: Final = """
Garden
======

Water it at five. Then wait.

The pump hums. The well is deep.
"""


class Cost(NamedTuple):
    """What a process took."""

    wall: float
    cpu: float
    #: Bytes; of the process itself or of the greatest that it waited for.
    peak: int

    def row(self, name: str) -> str:
        """Return a line of the table."""
        return f"{name:44} {self.wall:8.1f} {self.cpu:8.1f} {self.peak / 2**20:8.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", default=["none", "pseudo"])
    options = parser.parse_args()
    print(f"{options.units:,} units{'':31} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        given, memory = folder / "given.tmx", folder / "memory.sqlite"
        formats.write(given, _units(options.units), PAIR)
        commands: dict[str, tuple[str | Path, ...]] = {
            "import": ("import", memory, given),
            "import again, nothing new": ("import", memory, given),
            "info": ("info", memory),
            "search": ("search", memory, "pump hums"),
            "export": ("export", memory, folder / "again.tmx"),
        }
        for name, arguments in commands.items():
            print(run("amts", "memory", *arguments).row(name), flush=True)
        learning = _book(folder, "learning", "none", given)
        print(
            run(*_BUILD, learning, learning / "out").row("build that learns the file")
        )
        for engine in options.engines:
            small = _book(folder, f"{engine}-small", engine)
            big = _book(folder, f"{engine}-big", engine, given)
            (learning / ".amts").rename(big / ".amts")
            learning = big
            for build in ("first", "second"):
                costs = [run(*_BUILD, book, book / "out") for book in (small, big)]
                for cost, which in zip(costs, ("empty", "big"), strict=True):
                    print(cost.row(f"{build} build, {engine}, {which} memory"))
                more = costs[1].cpu - costs[0].cpu
                print(
                    f"{'':4}more CPU seconds with the big one: {more:.1f}", flush=True
                )


def run(program: str, *arguments: str | Path) -> Cost:
    """Run a program of this environment; its output is shown when it fails."""
    command = [str(_BIN / program), *map(str, arguments)]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        actions = [(os.POSIX_SPAWN_DUP2, output.fileno(), fd) for fd in (1, 2)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        if status:
            output.seek(0)
            raise SystemExit(output.read().decode(errors="replace"))
    wall = time.perf_counter() - began
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _units(size: int) -> Iterator[TranslationUnit]:
    chance = random.Random(1)
    words = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(20_000)]
    for number in range(size):
        source = " ".join(chance.choices(words, k=chance.randint(4, 20)))
        target = " ".join(reversed(source.split()))
        yield TranslationUnit(
            f"{source} {number}.", f"{target} {number}.", PAIR, HUMAN, State.REVIEWED
        )


def _book(folder: Path, name: str, engine: str, *files: Path) -> Path:
    book = folder / name
    book.mkdir()
    names = [os.path.relpath(file, book) for file in files]
    settings = f"amts_engine = {engine!r}\namts_memory_files = {names}\n"
    (book / "conf.py").write_text(_CONF + settings)
    (book / "index.rst").write_text(_BOOK)
    return book


if __name__ == "__main__":
    main()
