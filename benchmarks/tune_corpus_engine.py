"""Find the weights of the corpus engine on articles that nothing else is scored on.

    python benchmarks/tune_corpus_engine.py BOOK

The engine learns from all articles but the published five, which are left alone, and
those of ``--develop``, which it translates again and again: each time with the best
weights so far and with others near them. All that it ever said for a sentence makes up
a pool, and the weights that would have taken the best from the pool, by BLEU, are the
next ones (as with the n-best lists of Och, 2003). So that luck with single sentences
counts little, each counts with all of its pool, by what the weights make of it.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, fields
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from corpus_engine import PUBLISHED, learn, read, texts
from sacrebleu.metrics.bleu import BLEU

from amts_sphinx.engine.corpus import candidates, translation
from amts_sphinx.engine.corpus import model as models
from amts_sphinx.engine.corpus.terms import TermTable
from amts_sphinx.engine.corpus.vocabulary import END, START
from amts_sphinx.engine.corpus.weights import FeatureWeights
from amts_sphinx.parallel.references import references
from amts_sphinx.text import code_matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.corpus.decoder import Option, Problem
    from amts_sphinx.parallel.references import Passage

    Floats = NDArray[np.float64]

#: Articles like the published five, and others.
DEVELOP: Final = (
    "chapter_natural-language-processing-pretraining/word-embedding-dataset",
    "chapter_natural-language-processing-pretraining/subword-embedding",
    "chapter_natural-language-processing-pretraining/word2vec",
    "chapter_recurrent-neural-networks/rnn",
    "chapter_recurrent-neural-networks/text-preprocessing",
    "chapter_recurrent-modern/seq2seq",
    "chapter_recurrent-modern/beam-search",
    "chapter_natural-language-processing-applications/sentiment-analysis-rnn",
    "chapter_natural-language-processing-applications/natural-language-inference-bert",
    "chapter_attention-mechanisms/bahdanau-attention",
)
NAMES: Final = tuple(field.name for field in fields(FeatureWeights))
#: This one is held, since only the relation of the weights counts.
HELD: Final = NAMES.index("language")
#: What differences of scores are divided by; less takes only the best of a pool.
_SOFTNESS: Final = 0.1
#: Rounds of decoding, weights per round, and steps of the search for better ones.
_ROUNDS, _NEAR, _STEPS = 5, 6, 4000


class Said(NamedTuple):
    """One translation of a text: its words, and what each weight is multiplied with."""

    target: str
    features: Floats


def bleu(pair: LanguagePair, *, effective_order: bool = False) -> BLEU:
    """Return the metric for the target language."""
    tokenizer = "zh" if pair.target.partition("-")[0] == "zh" else "13a"
    return BLEU(tokenize=tokenizer, effective_order=effective_order)


class Recorder(translation.SentenceTranslator):
    """Translates with some weights and keeps the scores of what it says."""

    def __init__(self, model: models.Model, weights: FeatureWeights) -> None:
        size = translation.SearchSize(
            beam=20, reach=6, phrase=7, unknown=1.0, support=-10.0
        )
        super().__init__(model, weights, size, TermTable({}, ""))
        self._features = np.zeros(len(NAMES))

    def decide(self, problem: Problem, options: Iterable[Option]) -> list[Option]:
        """Remember what the translation is made of."""
        found = super().decide(problem, options)
        self._features = self._features + features(
            self._model, self._candidates.usual, found
        )
        return found

    def say(self, source: str) -> Said:
        """Translate one text."""
        self._features = np.zeros(len(NAMES))
        return Said(self.translate(source).target or source, self._features)


def features(
    model: models.Model, usual: Sequence[float], options: Sequence[Option]
) -> Floats:
    """Return what each weight is multiplied with in a translation.

    :param usual: the orientations of what is not in the phrase table
    """
    found = dict.fromkeys(NAMES, 0.0)
    context = START
    begun = ended = 0
    last = [0.0] * 3
    for option in options:
        chance, context = model.language.phrase(context, option.words)
        found["language"] += chance
        found["length"] += len(option.words)
        found["phrase"] += 1
        found["unknown"] += option.row == candidates.LEFT
        found["distance"] += abs(option.start - ended)
        kind = 0 if option.start == ended else 1 if option.end == begun else 2
        row = [0.0] * 4 + list(usual)
        if option.row >= 0:
            row = model.table.scores[option.row].tolist()
        for name, value in zip(NAMES[:4], row, strict=False):
            found[name] += value
        found["before"] += row[4 + kind]
        found["after"] += last[kind]
        begun, ended, last = option.start, option.end, row[7:]
    found["language"] += model.language.phrase(context, END)[0]
    return np.array([found[name] for name in NAMES])


class Pool:
    """All that was ever said for some sentences, with what BLEU counts in it."""

    def __init__(self, passages: Sequence[Passage], pair: LanguagePair) -> None:
        self._passages = passages
        self._pair = pair
        self._metric = bleu(pair, effective_order=True)
        self._seen: list[dict[str, tuple[Floats, Floats]]] = [{} for _ in passages]

    def add(self, said: dict[str, Said]) -> None:
        """Add one translation of each sentence."""
        targets = {source: item.target for source, item in said.items()}
        both = texts(self._passages, self._pair, targets, code_matching.shown)
        for passage, seen, hypothesis, wanted in zip(
            self._passages, self._seen, *both, strict=True
        ):
            if hypothesis not in seen:
                score = self._metric.sentence_score(hypothesis, [wanted])
                counts = [*score.counts, *score.totals, score.sys_len, score.ref_len]
                values = sum(said[s.source].features for s in passage.source)
                seen[hypothesis] = np.asarray(values), np.array(counts, float)

    def arrays(self) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Return features and counts of all, and where each sentence's begin."""
        sizes = [len(seen) for seen in self._seen]
        items = [item for seen in self._seen for item in seen.values()]
        starts = np.cumsum([0, *sizes[:-1]])
        return np.array([f for f, _ in items]), np.array([c for _, c in items]), starts


def expected(values: Floats, arrays: tuple[Floats, Floats, NDArray[np.intp]]) -> float:
    """Return the BLEU, 0-100, that weights would have, each sentence taken softly."""
    described, counts, starts = arrays
    scores = described @ values / _SOFTNESS
    sizes = np.diff([*starts, len(scores)])
    scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
    shares = np.exp(scores)
    shares /= np.repeat(np.add.reduceat(shares, starts), sizes)
    found = shares @ counts
    precision = np.log(found[:4] / found[4:8]).mean()
    return float(100 * math.exp(precision + min(0.0, 1 - found[9] / found[8])))


def improve(
    values: Floats,
    arrays: tuple[Floats, Floats, NDArray[np.intp]],
    random: np.random.Generator,
) -> tuple[Floats, float]:
    """Return better weights than *values*, and their expected BLEU."""
    best, score = values, expected(values, arrays)
    for step in range(_STEPS):
        width = 0.3 * (1 - step / _STEPS) + 0.02
        near = perturbed(best, random, width, share=0.3)
        found = expected(near, arrays)
        if found > score:
            best, score = near, found
    return best, score


def perturbed(
    values: Floats, random: np.random.Generator, width: float, share: float = 1.0
) -> Floats:
    """Return *values*, a *share* of them changed by about *width* of themselves."""
    chosen = random.random(len(values)) < share
    chosen[HELD] = False
    noise = random.normal(0, width, len(values)) * (np.abs(values) + 0.02)
    moved: Floats = values + np.where(chosen, noise, 0.0)
    return moved


def _decode(task: tuple[Path, LanguagePair, list[str], list[float]]) -> dict[str, Said]:
    path, pair, sources, values = task
    model = models.load(path, pair)
    assert model is not None
    recorder = Recorder(model, FeatureWeights(*values))
    return {source: recorder.say(source) for source in sources}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", type=Path, metavar="BOOK")
    parser.add_argument("--languages", nargs=2, default=("en", "zh"))
    parser.add_argument("--develop", nargs="+", default=DEVELOP, metavar="ARTICLE")
    parser.add_argument("--hold-out", nargs="+", default=PUBLISHED, metavar="ARTICLE")
    args = parser.parse_args()
    books = read(args.book, args.languages)
    found = references(books, args.develop)
    units = learn(books, [*args.develop, *args.hold_out], by_sentence=True).units
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "model.npz")
        pairs = sorted({(unit.source, unit.target) for unit in units})
        models.save(models.train(pairs, books.pair, longest=7, most=20), path)
        tune(path, books.pair, found.sentences)


def tune(path: Path, pair: LanguagePair, passages: Sequence[Passage]) -> None:
    """Print better and better weights for the model *path*."""
    random = np.random.default_rng(1)
    pool = Pool(passages, pair)
    sources = list(dict.fromkeys(s.source for p in passages for s in p.source))
    best = np.array(astuple(FeatureWeights()))
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, get_context("spawn")) as executor:
        for turn in range(_ROUNDS):
            tried = [best, *(perturbed(best, random, 0.3) for _ in range(_NEAR))]
            tasks = [(path, pair, sources, values.tolist()) for values in tried]
            for number, said in enumerate(executor.map(_decode, tasks)):
                pool.add(said)
                if not number:
                    targets = {source: item.target for source, item in said.items()}
                    both = texts(passages, pair, targets, code_matching.shown)
                    real = bleu(pair).corpus_score(both[0], [both[1]])
            arrays = pool.arrays()
            found = [improve(best, arrays, random) for _ in range(3)]
            print(f"round {turn + 1}: {len(arrays[0])} in the pool, {real}")
            best = max(found, key=lambda item: item[1])[0]
            print(f"  expected {expected(best, arrays):.2f} of")
            for name, value in zip(NAMES, best.tolist(), strict=True):
                print(f"    {name}: float = {value:.3f}", flush=True)


if __name__ == "__main__":
    main()
