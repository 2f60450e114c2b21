"""How fast two editions are aligned, and how well.

::

    python benchmarks/align.py BOOK [--languages en zh] [--gold] [--jobs 2]

BOOK holds a Markdown tree for each language, under its name. With --gold the sentences
that were linked by hand in *Dive into Deep Learning* are compared.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.align import align_documents
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.parallel import extract
from amts_sphinx.readers import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.align import Pairing
    from amts_sphinx.core.units import Book, Container

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from alignment_gold import evaluate


class Clock:
    """Prints how long each part took."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def tell(self, what: str) -> None:
        """Print the seconds since the last time."""
        wall, cpu = time.perf_counter(), _cpu()
        print(f"{what:<32} {wall - self._wall:7.1f} s {cpu - self._cpu:7.1f} CPU s")
        self._wall, self._cpu = wall, cpu


def _cpu() -> float:
    used = (
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Read, align and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--languages", nargs=2, default=["en", "zh"])
    parser.add_argument("--gold", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    pair = LanguagePair(*options.languages)
    clock = Clock()
    source, target = (markdown.read_tree(options.book / tag, tag) for tag in pair)
    clock.tell("reading, one process")
    names = [name for name in source if name in target]
    documents = [(_prose(source[name]), _prose(target[name])) for name in names]
    found = align_documents(documents, pair)
    clock.tell("aligning, one process")
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        again = align_documents(documents, pair, pool)
    clock.tell(f"aligning, {options.jobs} processes")
    assert again == found
    for by_sentence in (True, False):
        _count(source, target, pair, by_sentence=by_sentence)
    if options.gold:
        ours, theirs = (
            dict(zip(names, side, strict=True)) for side in zip(*documents, strict=True)
        )
        _compare(ours, theirs, dict(zip(names, found, strict=True)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(names)} documents; peak {peak} MB in this process")


def _prose(containers: Sequence[Container]) -> list[Container]:
    return [container for container in containers if container.level]


def _count(
    source: Book,
    target: Book,
    pair: LanguagePair,
    *,
    by_sentence: bool,
) -> None:
    """Print how many pairs there are, and what was dropped."""
    rules = extract.PairingRules(by_sentence=by_sentence)
    found = extract.pair_books(source, target, pair, rules)
    kind = "sentences" if by_sentence else "paragraphs"
    print(f"pairs of {kind}: {len(found.pairs)}, used {len(found.kept)}")
    shapes = Counter(each.shape for each in found.pairs)
    print("  " + ", ".join(f"{a}-{b}: {n}" for (a, b), n in shapes.most_common()))
    for reason, count in found.dropped().most_common():
        print(f"  dropped: {count} {reason}")


def _compare(
    source: dict[str, list[Container]],
    target: dict[str, list[Container]],
    found: dict[str, list[Pairing]],
) -> None:
    agreement = evaluate(source, target, found)
    for name, values in (("strict", agreement.strict), ("link", agreement.link)):
        shown = ", ".join(
            f"{what} {value:.3f}"
            for what, value in zip(("P", "R", "F1"), values, strict=True)
        )
        print(f"gold, {agreement.beads} beads, {name}: {shown}")


if __name__ == "__main__":
    main()
