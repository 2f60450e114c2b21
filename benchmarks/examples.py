"""Which examples are worth more to a language model: rare words, or near matches.

    amts parallel EN PT --languages en pt --base BASE -o pairs.tmx
    python benchmarks/examples.py pairs.tmx --pair en pt [--url URL --model NAME]

Sentences of articles that are held out get two examples from all others: those that
share their rare words, as the engine ``llm`` chooses them, or the two nearest by
characters. Without a model, it counts the words of the person's translation that stand
in the examples' targets: what a model could copy. With one, it has the sentences
translated, without examples too, and scores them; what is refused counts as the source.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpus_engine import PUBLISHED
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair, Request
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.llm.examples import Example, Examples
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from amts_sphinx.core.units import TranslationUnit

    Choice = Callable[[str, int], list[Example]]

_TWO: Final = 2
#: Similarity from which on a memory offers a match, 0-1.
_NEAR: Final = 0.7
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


class Nearest(Examples):
    """Chooses the nearest pairs."""

    def __init__(self, pairs: Iterable[Example]) -> None:
        super().__init__(pairs)
        self._sources = [pair.source for pair in self._pairs]

    def near(self, source: str, count: int) -> list[Example]:
        """Return the *count* nearest examples, the best one last."""
        found = process.extract(
            source,
            self._sources,
            scorer=Levenshtein.normalized_similarity,
            limit=count,
        )
        return [self._pairs[place] for _, _, place in reversed(found)]


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--pair", nargs=2, default=("en", "pt"))
    parser.add_argument("--hold-out", nargs="+", default=PUBLISHED, metavar="ARTICLE")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--words", nargs=2, type=int, default=(5, 14))
    parser.add_argument("--url", default="")
    parser.add_argument("--model", default="model")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    pair = LanguagePair(*args.pair)
    units = [unit for unit in formats.read(args.pairs) if unit.pair == pair]
    held = [unit for unit in units if unit.document in args.hold_out]
    lessons = [unit for unit in units if unit.document not in args.hold_out]
    least, most = args.words
    fitting = [
        unit
        for unit in held
        if least <= len(unit.source.split()) <= most
        and not inline_codes.ids(unit.source)
    ]
    step = max(1, len(fitting) // args.count)
    asked = fitting[::step][: args.count]
    pairs = [Example(unit.source, unit.target) for unit in lessons]
    rare, nearest = Examples(pairs), Nearest(pairs)
    choices: dict[str, Choice] = {"rare words": rare.near, "nearest": nearest.near}
    print(f"{len(lessons)} pairs to choose from, {len(asked)} sentences of {pair}")
    for name, choose in choices.items():
        _tell_examples(name, choose, held)
    if not args.url:
        return
    _tell_scores("the source", asked, [unit.source for unit in asked], "")
    chosen = {"no examples": None, "two by rare words": rare, "two nearest": nearest}
    with tempfile.TemporaryDirectory() as home:
        for name, examples in chosen.items():
            options = {
                "url": args.url,
                "model": args.model,
                "requests": "1",
                "timeout": "600",
                "examples": str(_TWO if examples else 0),
            }
            made: Any = create_engine("llm", options)
            engine = made.train(pair, lessons, Path(home), {})
            if examples:
                # The engine chooses in one way only, since that is the better one.
                vars(engine)["_examples"] = examples
            _ask(name, engine, asked, show=args.show)


def _ask(
    name: str, engine: Any, asked: Sequence[TranslationUnit], *, show: bool
) -> None:
    """Have sentences translated, and print what that is worth."""
    lines: list[str] = []
    requests = [Request(unit.source) for unit in asked]
    answers = engine.translate(requests, asked[0].pair, lines.append)
    refused = sum(answer.target is None for answer in answers)
    pairs = list(zip(asked, answers, strict=True))
    said = [answer.target or unit.source for unit, answer in pairs]
    _tell_scores(name, asked, said, f"; {refused} refused; {lines[-1]}")
    for unit, answer in pairs if show else ():
        print(f"  {unit.source}\n  {answer.target} {answer.note}\n  {unit.target}\n")


def _tell_examples(name: str, choose: Choice, held: Sequence[TranslationUnit]) -> None:
    """Print what the examples of all held out sentences have."""
    wanted = found = near = 0
    for unit in held:
        shown = choose(unit.source, _TWO)
        have = {word for each in shown for word in _words(each.target)}
        need = _words(unit.target)
        wanted += len(need)
        found += len(need & have)
        near += any(
            Levenshtein.normalized_similarity(unit.source, each.source) >= _NEAR
            for each in shown
        )
    print(
        f"{name:<20} {found} of {wanted} words of {len(held)} references in the"
        f" examples ({100 * found / max(1, wanted):.1f} %); {near} sentences with one"
        f" at least {_NEAR:.0%} alike"
    )


def _words(coded: str) -> set[str]:
    """Return the longer words of a text; short ones are much the same everywhere."""
    return {word.lower() for word in _WORD.findall(inline_codes.plain(coded))}


def _tell_scores(
    name: str, asked: Sequence[TranslationUnit], said: Sequence[str], more: str
) -> None:
    texts = [inline_codes.plain(text) for text in said]
    wanted = [inline_codes.plain(unit.target) for unit in asked]
    bleu, chrf = metrics.score(texts, wanted, asked[0].pair.target)
    print(f"{name:<20} BLEU {bleu.value:.1f} chrF2 {chrf.value:.1f}{more}", flush=True)


if __name__ == "__main__":
    main()
