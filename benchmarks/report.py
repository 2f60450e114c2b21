"""How long the quality report of a big edition takes, and how big it is.

    python benchmarks/report.py BOOK [--segments 7330] [--keep FOLDER]

BOOK holds a Markdown tree for each language, ``BOOK/en`` and ``BOOK/zh``. So many
distinct segments are translated by the engine ``pseudo``; then two thirds of what
people translated are learnt, as corrections of that. The edition is reported on, and
again with nothing changed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.config.values import FailUnder
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.memory.memory import Memory
from amts_sphinx.parallel import extract
from amts_sphinx.readers.markdown import read_tree
from amts_sphinx.report.model import Cost
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.core.units import Book, Container, Edition

PAIR: Final = LanguagePair("en", "zh")


def some(texts: Book, count: int) -> Book:
    """Return the first documents that hold *count* distinct segments, no more."""
    found: dict[str, tuple[Container, ...]] = {}
    seen: set[str] = set()
    for name, containers in texts.items():
        kept = []
        for container in containers:
            if len(seen) >= count:
                break
            seen.update(s.key for s in container.segments)
            kept.append(container)
        found[name] = tuple(kept)
    return {name: kept for name, kept in found.items() if kept}


def configuration(home: Path) -> AmtsConfig:
    """Return a configuration with all values at their defaults, but for the paths."""
    return AmtsConfig(
        source_language=find_language("en"),
        target_languages=(find_language("zh"),),
        engine="pseudo",
        format="html",
        by_sentence=True,
        skip=frozenset(),
        figure_captions=False,
        memory=home / "memory.sqlite",
        memory_files=(),
        home_file="",
        terminology=(),
        cost_limit=None,
        report=home / "report",
        fail_under=FailUnder(),
        ignore=frozenset(),
        forbidden_terms={},
        draft_notice=True,
        stale="machine",
        fullwidth_punctuation=True,
        script_spacing=False,
    )


def translate(memory: Memory, book: Book, units: extract.Parallel) -> Edition:
    """Return the edition; the engine translates what people did too, before them."""
    engine = create_engine("pseudo", {})
    translator = Translator(memory, engine, profile_for("zh"))
    texts = [container for containers in book.values() for container in containers]
    translator.translate(texts, PAIR)
    kept = [unit for n, unit in enumerate(units.units) if n % 3]
    memory.learn(kept)
    return translator.translate(texts, PAIR)


def timed(reporter: Reporter, edition: Edition) -> Iterator[str]:
    """Report twice, and yield what it took."""
    for name in ("made", "nothing changed"):
        started, cpu = time.perf_counter(), time.process_time()
        outcome = reporter.report(edition, Cost(edition.usage.characters, None))
        took, used = time.perf_counter() - started, time.process_time() - cpu
        yield f"{name}: {took:.2f} s (CPU {used:.2f} s)"
    for path in sorted(outcome.path.parent.iterdir()):
        yield f"{path.name}: {path.stat().st_size / 1e6:.2f} MB"
    yield str(outcome)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", type=Path, metavar="BOOK")
    parser.add_argument("--segments", type=int, default=7330)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    source, target = (read_tree(args.book / tag, tag) for tag in PAIR)
    units = extract.pair_books(source, target, PAIR)
    book = some(source, args.segments)
    with ExitStack() as stack:
        home = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        config = configuration(home.resolve())
        memory = stack.enter_context(Memory(config.memory))
        edition = translate(memory, book, units)
        files = {name: args.book.resolve() / "en" / f"{name}.md" for name in book}
        texts = [container for containers in book.values() for container in containers]
        about = BookFacts("A big book", texts, files, "benchmark")
        assert config.report
        outdirs = {"zh": home / "out"}
        reporter = Reporter(memory, config, config.report, about, outdirs)
        print(f"{edition.usage.segments} segments, {len(book)} documents")
        print(*timed(reporter, edition), sep="\n")


if __name__ == "__main__":
    main()
