"""How well and how fast the corpus engine translates articles that it has not seen.

    python benchmarks/corpus_engine.py BOOK [--leave-nothing]

BOOK holds a Markdown tree for each language, ``BOOK/en`` and ``BOOK/zh``. The articles
that ``--hold-out`` names are translated by an engine that learnt from all others, by
sentence pairs and by paragraph pairs, and compared with what people wrote.

``amts evaluate`` does the experiment itself; this adds baselines, scores by sentence
pairs and by words alone, and what it costs in time and memory. Every segment of the
source is translated by itself, as in a build, and what the engine leaves is scored in
the source language; with ``--leave-nothing`` it says all that it can, however little it
knows. A hypothesis is what came of the sentences of a paragraph (of a bead of
sentences), joined; its reference is what people wrote in its place. All of the
paragraphs that have a counterpart are scored, whatever their codes.
Texts are what a reader sees: formulas and code as written, the same way on both sides
(``codematch.shown``); the rows "words" leave those out too.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.corpus.engine import create
from amts_sphinx.parallel import extract
from amts_sphinx.parallel import references as passages
from amts_sphinx.parallel.references import Books, references
from amts_sphinx.readers.markdown import read_tree
from amts_sphinx.text import code_matching, metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Segment, TranslationUnit
    from amts_sphinx.parallel.references import Passage, References

#: The articles that the published system was scored on.
PUBLISHED: Final = (
    "chapter_natural-language-processing-pretraining/approx-training",
    "chapter_natural-language-processing-pretraining/bert-dataset",
    "chapter_recurrent-neural-networks/language-models-and-dataset",
    "chapter_recurrent-modern/machine-translation-and-dataset",
    "chapter_natural-language-processing-applications/sentiment-analysis-and-dataset",
)


def read(folder: Path, languages: Sequence[str]) -> Books:
    """Read both editions."""
    source, target = languages
    return Books(
        read_tree(folder / source, source),
        read_tree(folder / target, target),
        LanguagePair(source, target),
    )


def learn(books: Books, names: Sequence[str], *, by_sentence: bool) -> extract.Parallel:
    """Return what people translated in all articles but *names*."""
    rules = extract.PairingRules(by_sentence=by_sentence)
    return extract.pair_books(*books.less(names), rules)


def texts(
    found: Sequence[Passage],
    pair: LanguagePair,
    said: Mapping[str, str | None],
    show: Callable[[Segment], str],
) -> tuple[list[str], list[str]]:
    """Return the hypotheses and the references, as a reader sees them."""
    targets = {inline_codes.normalise(source): t for source, t in said.items() if t}
    return (
        passages.hypotheses(found, pair, targets, show),
        passages.written(found, pair, show),
    )


def words(segment: Segment) -> str:
    """Return the text outside of codes, and of words within codes."""
    return " ".join(inline_codes.plain(segment.source).split())


def scores(found: References, said: Mapping[str, str | None]) -> Iterator[str]:
    """Yield lines of scores, 0-100."""
    for level in ("paragraphs", "sentences"):
        for name, show in (("shown", code_matching.shown), ("words", words)):
            both = texts(getattr(found, level), found.pair, said, show)
            all_ = metrics.score(*both, found.pair.target)
            told = "  ".join(f"{each.metric} {each.value:5.2f}" for each in all_)
            yield f"  {level:<10} {name}  {told}"


def nearest(units: Sequence[TranslationUnit], sources: Sequence[str]) -> dict[str, str]:
    """Return for each of *sources* the target of the likest source of *units*."""
    memory = [unit.source for unit in units]
    found = {}
    for source in sources:
        best = process.extractOne(
            source, memory, scorer=Levenshtein.normalized_similarity
        )
        found[source] = units[best[2]].target
    return found


def cpu_seconds() -> float:
    """Return the seconds of this process, and of those it started that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak() -> int:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run(books: Books, names: Sequence[str], options: Mapping[str, object]) -> None:
    """Print what one direction is like."""
    found = references(books, names)
    sources = found.sources()
    print(
        f"\n{books.pair}: {len(found.paragraphs)} paragraphs, "
        f"{len(found.sentences)} sentence pairs, {len(sources)} segments"
    )
    print("copy of the source")
    print(*scores(found, {source: source for source in sources}), sep="\n")
    for by_sentence in (True, False):
        units = learn(books, names, by_sentence=by_sentence).units
        shape = "sentence" if by_sentence else "paragraph"
        print(f"nearest of {len(units)} {shape} pairs")
        print(*scores(found, nearest(units, sources)), sep="\n")
        print(f"corpus engine, {len(units)} {shape} pairs")
        print(*_engine(units, found, sources, options), sep="\n")
    for score in metrics.score(["a"], ["a"], books.pair.target):
        print(f"{score.metric}: {score.signature}")


def _engine(
    units: Sequence[TranslationUnit],
    found: References,
    sources: Sequence[str],
    options: Mapping[str, object],
) -> Iterator[str]:
    """Train and translate; yield what came of it."""
    with tempfile.TemporaryDirectory() as home:
        started, cpu = time.perf_counter(), cpu_seconds()
        engine = create(options).train(found.pair, units, Path(home))
        engine.translated(sources[:1], found.pair)  # it learns when it is asked
        yield (
            f"  training {time.perf_counter() - started:.1f} s "
            f"(CPU {cpu_seconds() - cpu:.1f} s), peak {peak()} MB"
        )
        size = sum(path.stat().st_size for path in Path(home).iterdir())
        started, cpu = time.perf_counter(), cpu_seconds()
        again = create(options).train(found.pair, units, Path(home))
        again.translated(sources[:1], found.pair)
        yield f"  loading {time.perf_counter() - started:.1f} s, {size / 1e6:.0f} MB"
        started, cpu = time.perf_counter(), cpu_seconds()
        made = again.translated(sources, found.pair)
        took = time.perf_counter() - started
        yield (
            f"  decoding {took:.1f} s (CPU {cpu_seconds() - cpu:.1f} s), "
            f"{len(sources) / took:.1f} sentences a second, peak {peak()} MB"
        )
    assert engine.fingerprint == again.fingerprint
    unknown = Counter(word for each in made.values() for word in each.unknown)
    left = sum(each.target is None for each in made.values())
    yield (
        f"  {left} left in the source, {unknown.total()} unknown words"
        f" ({len(unknown)} different: {_some(unknown)})"
    )
    # A text without words is its own translation.
    targets = {s: made[s].target if s in made else s for s in sources}
    yield from scores(found, targets)


def _some(unknown: Counter[str]) -> str:
    return ", ".join(word for word, _ in unknown.most_common(8))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", type=Path, metavar="BOOK")
    parser.add_argument("--languages", nargs=2, default=("en", "zh"))
    parser.add_argument("--hold-out", nargs="+", default=PUBLISHED, metavar="ARTICLE")
    parser.add_argument("--both", action="store_true", help="the other direction too")
    parser.add_argument("--leave-nothing", action="store_true")
    args = parser.parse_args()
    options = {"max_unknown": 1.0, "min_support": -10.0} if args.leave_nothing else {}
    books = read(args.book, args.languages)
    missing = [
        n for n in args.hold_out if n not in books.source or n not in books.target
    ]
    if missing:
        parser.error(f"no such article: {', '.join(missing)}")
    run(books, args.hold_out, options)
    if args.both:
        run(books.turned(), args.hold_out, options)


if __name__ == "__main__":
    main()
