"""Score hypotheses against references: BLEU, chrF2 and TER, computed by sacreBLEU.

The scores are those of the command ``sacrebleu`` with the settings in the signature.
Random samples use its seed, 12345 or the value of ``SACREBLEU_SEED``.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from amts_sphinx.core.errors import ConfigError, ScoreError
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The metrics that can be asked for, in the order of the results.
NAMES: Final = ("BLEU", "chrF2", "chrF++", "spBLEU", "TER")
#: The name of BLEU that counts Chinese words, not characters.
JIEBA: Final = "BLEU (jieba words)"
#: The number of bootstrap samples, as in ``sacrebleu --paired-bs``.
SAMPLES: Final = 1000
#: sacreBLEU's tokenizers, by language.
_TOKENIZERS: Final = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
#: Its tokenizer for other languages with blanks between words.
_ELSEWHERE: Final = "13a"
#: Its tokenizer for other languages without, and where a tokenizer is not installed.
_UNSPACED: Final = "char"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system against a baseline, by one metric, on the same references."""

    #: With the confidence interval of the samples.
    baseline: Score
    #: With the confidence interval of the samples.
    system: Score
    #: 0–1: the probability of such a difference by chance alone; 1 for equals.
    p: float

    @property
    def metric(self) -> str:
        """The name of the metric."""
        return self.system.metric

    @property
    def gain(self) -> float:
        """How much better the system is, 0–100; negative where it is worse."""
        more = self.system.value - self.baseline.value
        return -more if is_error(self.metric) else more


class _Metric(NamedTuple):
    name: str
    #: sacreBLEU's object.
    metric: Any
    #: Applied to each text before it is compared.
    prepare: Callable[[str], str]


def score(
    hypotheses: Sequence[str],
    references: Sequence[str],
    language: str,
    *,
    names: Collection[str] = ("BLEU", "chrF2"),
    by_words: bool = True,
    bootstrap: int = 0,
) -> tuple[Score, ...]:
    """Score *hypotheses*, one for each of *references*, as one text.

    For Chinese, there are two BLEU scores: of characters, and :data:`JIEBA`.

    :param language: the language of both, BCP 47
    :param names: some of :data:`NAMES`
    :param by_words: whether :data:`JIEBA` is computed, which takes seconds to load
    :param bootstrap: samples for the confidence interval: usually 1000; 0: no interval
    :raises ScoreError: there are no texts, or not one hypothesis for each reference
    :raises ConfigError: there is no such metric
    """
    _check(hypotheses, references)
    samples = _samples(len(references), bootstrap) if bootstrap > 1 else None
    found = []
    for name, metric, prepare in _metrics(language, names):
        if name == JIEBA and not by_words:
            continue
        texts, expected = _prepared(prepare, hypotheses, references)
        counts = _Counts(name, metric, texts, expected)
        scores = None if samples is None else counts.resampled(samples)
        found.append(counts.score(scores))
    return tuple(found)


def compare(
    baseline: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[str],
    language: str,
    *,
    names: Collection[str] = ("BLEU", "chrF2"),
    samples: int = SAMPLES,
) -> tuple[Comparison, ...]:
    """Compare *hypotheses* with those of a *baseline*, by paired bootstrap resampling.

    The parameters are those of :func:`score`, and so are the errors. A single text
    tells nothing of chance: all samples of it are the same, and p is 1.

    :param samples: at least one
    """
    _check(baseline, references)
    _check(hypotheses, references)
    drawn = _samples(len(references), max(1, samples))
    found = []
    for name, metric, prepare in _metrics(language, names):
        first, second, expected = _prepared(prepare, baseline, hypotheses, references)
        ours, theirs = (_Counts(name, metric, t, expected) for t in (second, first))
        system, former = ours.resampled(drawn), theirs.resampled(drawn)
        scores = theirs.score(former), ours.score(system)
        real = abs(scores[1].value - scores[0].value)
        p = _chance(real, np.abs(system - former)) if len(references) > 1 else 1.0
        found.append(Comparison(*scores, p))
    return tuple(found)


def is_error(metric: str) -> bool:
    """Tell whether a lower value of a metric is better."""
    return metric.startswith("TER")


def metric_names(language: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the names of the scores that *names* give in *language*, in order.

    :raises ConfigError: there is no such metric
    """
    for name in names:
        if name not in NAMES:
            raise ConfigError(
                f"there is no metric {name!r}; there are {', '.join(NAMES)}"
            )
    found = [name for name in NAMES if name in names]
    if "BLEU" in found and _base(language) == "zh":
        found.insert(1, JIEBA)
    return tuple(found)


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _check(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    if len(hypotheses) != len(references):
        raise ScoreError(
            f"there are {len(hypotheses)} hypotheses for {len(references)} references;"
            " each needs one"
        )
    if not references:
        raise ScoreError("there are no references to compare with")


def _prepared(
    prepare: Callable[[str], str], *texts: Sequence[str]
) -> Iterator[list[str]]:
    yield from ([prepare(text) for text in each] for each in texts)


class _Counts:
    """What a metric counts of each text: enough to score any sample of the texts.

    sacreBLEU's own bootstrap ends in an error where one sample scores 0 and another
    does not, as with an empty line in a small test set (sacreBLEU 2.6). These methods
    of its metrics are private, and have been the same since its release 2.0.
    """

    def __init__(
        self, name: str, metric: Any, texts: list[str], references: list[str]
    ) -> None:
        self._name = name
        self._metric = metric
        self._counts = metric._extract_corpus_statistics(texts, [references])  # noqa: SLF001

    def score(self, resampled: Doubles | None) -> Score:
        """Return the score of all texts.

        :param resampled: the scores of samples, for the confidence interval
        """
        value = float(self._metric._aggregate_and_compute(self._counts).score)  # noqa: SLF001
        signature = self._metric.get_signature()
        interval = None
        if resampled is not None:
            interval = _interval(self._name, resampled)
            signature.update("bs", len(resampled))
            signature.update("seed", _seed())
        return Score(self._name, value, str(signature), len(self._counts), interval)

    def resampled(self, samples: Ints) -> Doubles:
        """Return the score of each of *samples*, which are the numbers of its texts."""
        counts = np.array(self._counts, np.float32)  # as sacreBLEU adds them up
        score = self._metric._compute_score_from_stats  # noqa: SLF001
        return np.array([float(score(counts[s].sum(axis=0)).score) for s in samples])


def _samples(texts: int, count: int) -> Ints:
    """Draw *count* samples of the texts' numbers, with replacement."""
    seed = _seed()
    rng = np.random.default_rng(None if seed == "none" else int(seed))
    return rng.choice(texts, size=(count, texts), replace=True)


def _seed() -> str:
    return os.environ.get("SACREBLEU_SEED", "12345").lower()


def _interval(name: str, resampled: Doubles) -> tuple[float, float]:
    """Return the mean of the scores of samples, plus and minus half of their spread.

    The spread leaves out a fortieth at either end. No score is outside of 0–100, but
    TER has no upper bound.
    """
    ordered = np.sort(resampled)
    out = len(ordered) // 40
    half = float(ordered[len(ordered) - out - 1] - ordered[out]) / 2
    mean = float(ordered.mean())
    most = math.inf if is_error(name) else 100.0
    return max(0.0, mean - half), min(most, mean + half)


def _chance(real: float, differences: Doubles) -> float:
    """Return how often chance alone makes as great a difference as the *real* one.

    It is sacreBLEU's paired bootstrap test (Koehn, 2004), but systems between which no
    sample finds a difference get 1.

    :param differences: those of the samples, none below 0
    """
    if not differences.any():
        return 1.0
    greater = int((differences - differences.mean() > real).sum())
    return (greater + 1) / (len(differences) + 1)


def _metrics(language: str, names: Collection[str]) -> Iterator[_Metric]:
    """Yield the metrics of *names*."""
    # sacreBLEU is slow to import, and most builds do not need it.
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    for name in metric_names(language, names):
        if name == "BLEU":
            yield _Metric(name, _bleu(language), str)
        elif name == JIEBA:
            yield _by_words()
        elif name == "spBLEU":
            yield _Metric(name, _by_pieces(), str)
        elif name in {"chrF2", "chrF++"}:
            words = 2 if name == "chrF++" else 0
            yield _Metric(name, CHRF(word_order=words), str)
        else:
            # Without these options, TER takes a sentence without blanks for one word.
            asian = _base(language) in _TOKENIZERS
            yield _Metric(name, TER(normalized=asian, asian_support=asian), str)


def _bleu(language: str) -> Any:
    """Return BLEU with the language's tokenizer, which the signature names."""
    from sacrebleu.metrics.bleu import BLEU

    tokenizer = _TOKENIZERS.get(_base(language), _ELSEWHERE)
    if not name_language(language).spaced and tokenizer == _ELSEWHERE:
        tokenizer = _UNSPACED  # Thai
    try:
        return BLEU(tokenize=tokenizer, force=True)
    except RuntimeError:  # MeCab is not installed
        return BLEU(tokenize=_UNSPACED, force=True)


def _by_pieces() -> Any:
    """Return BLEU of the pieces of FLORES-200, which are the same for all languages.

    :raises ConfigError: sentencepiece is missing, or the pieces are and cannot be had
    """
    from sacrebleu.metrics.bleu import BLEU

    try:
        return BLEU(tokenize="flores200", force=True)
    except (ImportError, RuntimeError, OSError, ValueError) as exc:
        raise ConfigError(
            "the metric spBLEU needs the package sentencepiece, and the pieces that"
            f" sacreBLEU downloads once: {exc}"
        ) from exc


def _by_words() -> _Metric:
    """Return BLEU of Chinese words."""
    import jieba
    from sacrebleu.metrics.bleu import BLEU

    jieba.setLogLevel(logging.WARNING)  # no message about loading its dictionary
    metric = BLEU(tokenize="none", force=True)
    # Other versions may split words differently.
    metric.tokenizer_signature = f"jieba-{jieba.__version__}"
    return _Metric(JIEBA, metric, lambda text: " ".join(jieba.cut(text)))
