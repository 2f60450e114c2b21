"""What alignment costs, and how good it is: two editions of a book, in Markdown.

    python benchmarks/align.py FOLDER --gold tests/gold/d2l-en-zh.json

See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import alignment_gold

from amts_sphinx.align import Limits, align_documents
from amts_sphinx.readers import markdown
from amts_sphinx.units import LanguagePair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alignment_gold import Book

    from amts_sphinx.align import Pairing, Score
    from amts_sphinx.align.beads import Bead
    from amts_sphinx.units import Container

    #: By document.
    Found = Mapping[str, Sequence[Pairing]]

#: Shapes of beads with a row of their own, besides 1-1.
_SHOWN: Final = 8


def main() -> None:
    """Read two editions, align them once or twice, and say what came of it."""
    options = _options()
    pair = LanguagePair(*options.languages)
    folders = [Path(path) for path in options.paths]
    if len(folders) == 1:
        folders = [folders[0] / language for language in pair]
    with _timed("reading"):
        source, target = (
            markdown.read_tree(folder, language)
            for folder, language in zip(folders, pair, strict=True)
        )
    names = [name for name in source if name in target]
    documents = [(source[name], target[name]) for name in names]
    print(f"{len(names)} documents, {_size(source, names)} → {_size(target, names)}")
    with _timed("alignment, 1 process"):
        pairings = align_documents(documents, pair)
    with (
        _timed(f"alignment, {options.workers} workers"),
        ProcessPoolExecutor(options.workers) as executor,
    ):
        again = align_documents(documents, pair, executor)
    print("the same from both:", pairings == again)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"largest size of this process: {peak >> 10} MiB")
    found = dict(zip(names, pairings, strict=True))
    _report(found)
    for gold in options.gold:
        _compare(Path(gold), source, target, found)
    if options.sample:
        _show(options, source, target, found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", metavar="PATH", help="see README.md")
    parser.add_argument("--languages", nargs=2, default=["en", "zh"], metavar="TAG")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--gold", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if len(options.paths) > len(options.languages):
        parser.error("give one folder, or a source and a target")
    return options


@contextmanager
def _timed(stage: str) -> Iterator[None]:
    """Print what a stage takes, in this process and in those that it starts."""
    wall, before = time.perf_counter(), os.times()
    yield
    now = os.times()
    cpu = sum(now[:4]) - sum(before[:4])
    print(f"{stage}: {time.perf_counter() - wall:.1f} s wall, {cpu:.1f} s CPU")


def _size(book: Book, names: Sequence[str]) -> str:
    blocks = sum(len(book[name]) for name in names)
    return f"{blocks} blocks with {sum(_sentences(book, names))} sentences"


def _sentences(book: Book, names: Sequence[str]) -> Iterator[int]:
    for name in names:
        yield from (len(container.segments) for container in book[name])


def _report(found: Found) -> None:
    """Print the pairs by granularity, by shape and by reason."""
    every = [pairing for pairings in found.values() for pairing in pairings]
    blocks = [(p.blocks, p.score) for p in every]
    sentences = [each for p in every for each in p.sentences]
    for granularity, beads in (("blocks", blocks), ("sentences", sentences)):
        paired = [score for bead, score in beads if all(bead.shape)]
        reasons = Counter(map(Limits().fault, paired))
        kept = reasons.pop("", 0)
        flagged = sum(0 <= score.anchors < Limits().anchors for score in paired)
        print(f"\n{granularity}: {len(paired)} pairs, {kept} within the limits")
        for reason, count in reasons.most_common():
            print(f"  {count:6} dropped: {reason}")
        print(f"  {flagged:6} marked: few equal anchors")
        shapes = Counter(bead.shape for bead, _ in beads)
        rest = shapes.most_common()
        for (mine, other), count in rest[:_SHOWN]:
            print(f"  {count:6} {mine}-{other}")
        print(f"  {sum(count for _, count in rest[_SHOWN:]):6} of other shapes")
    print(f"\nblocks in moved sections: {sum(p.moved for p in every)}")


def _compare(path: Path, source: Book, target: Book, found: Found) -> None:
    """Print how well the beads agree with a gold set."""
    sections = alignment_gold.read(path, source, target)
    print(f"\n{path.name}, {len(sections)} sections")
    print("  strict:", alignment_gold.strict(sections, found))
    print("  link:  ", alignment_gold.by_link(sections, found))


def _show(
    options: argparse.Namespace, source: Book, target: Book, found: Found
) -> None:
    """Print a random sample of all pairs of sentences, and one of those kept."""
    pairs = [
        (name, bead, score)
        for name, pairings in found.items()
        for pairing in pairings
        for bead, score in pairing.sentences
        if all(bead.shape)
    ]
    kept = [each for each in pairs if not Limits().fault(each[2])]
    for title, choice in (("all pairs", pairs), ("pairs within the limits", kept)):
        print(f"\na sample of {title}, seed {options.seed}")
        chosen = random.Random(options.seed).sample(choice, options.sample)  # noqa: S311
        for number, (name, bead, score) in enumerate(chosen, 1):
            _show_pair(f"{number}. {name}", bead, score, (source[name], target[name]))


def _show_pair(
    heading: str, bead: Bead, score: Score, sides: Sequence[Sequence[Container]]
) -> None:
    print(f"\n{heading} {bead.shape} {score}")
    for side, span in zip(sides, (bead[:2], bead[2:]), strict=True):
        sentences = [segment for container in side for segment in container.segments]
        print("   ", " | ".join(s.source for s in sentences[slice(*span)]))


if __name__ == "__main__":
    main()
