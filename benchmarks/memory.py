"""How fast a memory recalls, exactly and nearly, and how much of what it should.

::

    python benchmarks/memory.py [--sizes 10000 100000 1000000] [--book FOLDER]

Sentences are made up from a seed, or are recombined from those of the Markdown files in
FOLDER. Queries are such sentences with a few words changed, added or dropped, and as
many that are like none. Recall is the share of queries that have a match at the cutoff,
by comparing with every text, for which an equally good one is found.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory.fuzzy_index import Index
from amts_sphinx.memory.memory import Memory
from amts_sphinx.readers import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAIR: Final = LanguagePair("en", "zh")
CUTOFF: Final = 0.7
_EXACT: Final = 12_000
_SYLLABLES: Final = (
    "ba co du fe gi ho ju ka le mi no pu ra se ti vo wu xa ye zi".split()
)


def main() -> None:
    """Print one row for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--book", type=Path)
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--checked", type=int, default=200, help="queries for recall")
    options = parser.parse_args()
    rng = random.Random(1)
    phrases = list(_phrases(options.book, rng))
    print(f"exact recall of {_EXACT} segments: {_exact(phrases, rng):.3f} s")
    print("    units  index s  MB peak  look-ups/s wall  /s CPU  recall  of queries")
    for size in options.sizes:
        texts = _texts(phrases, size, rng)
        began = time.process_time()
        index = Index(texts)
        built = time.process_time() - began
        queries = [
            _changed(text, rng) for text in rng.choices(texts, k=options.queries)
        ]
        queries[::2] = _texts(phrases, len(queries[::2]), rng)
        wall, cpu = time.perf_counter(), time.process_time()
        for query in queries:
            index.near(query, CUTOFF, 1)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        share, checked = _recall(index, texts, queries, options.checked)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{size:9,} {built:8.1f} {peak:8,} {len(queries) / wall:16,.0f}"
            f" {len(queries) / cpu:7,.0f} {share:7.4f} {checked:7,}"
        )


def _phrases(book: Path | None, rng: random.Random) -> Iterator[str]:
    """Yield halves of sentences."""
    if book:
        for containers in markdown.read_tree(book, "en").values():
            for container in containers:
                for segment in container.segments:
                    words = inline_codes.plain(segment.source).split()
                    if len(words) > 1:
                        yield " ".join(words[: len(words) // 2])
                        yield " ".join(words[len(words) // 2 :])
        return
    words = [
        "".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(20_000)
    ]
    weights = [1 / (n + 10) for n in range(len(words))]
    for _ in range(40_000):
        yield " ".join(rng.choices(words, weights, k=rng.randint(4, 12)))


def _texts(phrases: Sequence[str], size: int, rng: random.Random) -> list[str]:
    """Return distinct texts."""
    found: dict[str, None] = {}
    while len(found) < size:
        found[f"{rng.choice(phrases)} {rng.choice(phrases)}".strip()] = None
    return list(found)


def _changed(text: str, rng: random.Random) -> str:
    """Return *text* with some of its words changed."""
    words = text.split()
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(words)) if words else 0
        kind = rng.randrange(3)
        words[place : place + (kind > 0)] = ["other"] if kind < 2 else []  # noqa: PLR2004
    return " ".join(words)


def _recall(
    index: Index, texts: Sequence[str], queries: Sequence[str], most: int
) -> tuple[float, int]:
    """Return the share of matches that are found, and how many there were to find."""
    there = found = 0
    for query in queries[1::2]:
        best = process.extractOne(
            query,
            texts,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=CUTOFF,
        )
        if best is None:
            continue
        there += 1
        near = index.near(query, CUTOFF, 1)
        found += bool(near) and near[0].similarity >= best[1] - 1e-9
        if there == most:
            break
    return found / max(1, there), there


def _exact(phrases: Sequence[str], rng: random.Random) -> float:
    """Return the seconds that a book's segments take, from a file."""
    texts = _texts(phrases, _EXACT, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "memory.sqlite")
        with Memory(path) as memory:
            memory.learn(
                TranslationUnit(
                    inline_codes.escape(t), "x", PAIR, HUMAN, State.REVIEWED
                )
                for t in texts
            )
        sources = [inline_codes.escape(text) for text in texts]
        with Memory(path) as memory:
            began = time.perf_counter()
            known = memory.recall(PAIR, "engine", sources)
            taken = time.perf_counter() - began
    assert len(known) == len({inline_codes.normalise(source) for source in sources})
    return taken


if __name__ == "__main__":
    main()
