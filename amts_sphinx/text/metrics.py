"""Score hypotheses against references: BLEU, chrF2 and TER, computed by sacreBLEU.

The scores are those of the command ``sacrebleu`` with the settings in the signature.
Random samples use its seed, 12345 or the value of ``SACREBLEU_SEED``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core.errors import ConfigError, ScoreError
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

#: The metrics that can be asked for, in the order of the results.
NAMES: Final = ("BLEU", "chrF2", "TER")
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
    #: 0–1: the probability of such a difference by chance alone.
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
    found = []
    for name, metric, prepare in _metrics(language, names):
        if name == JIEBA and not by_words:
            continue
        texts, expected = _prepared(prepare, hypotheses, references)
        result = metric.corpus_score(texts, [expected], n_bootstrap=bootstrap)
        interval = None
        if bootstrap > 1:
            # The public attributes hold the interval only as text.
            interval = _interval(result._mean, result._ci)  # noqa: SLF001
        signature = str(metric.get_signature())
        found.append(Score(name, result.score, signature, len(expected), interval))
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

    The parameters are those of :func:`score`, and so are the errors.

    :param samples: at least one
    """
    from sacrebleu.significance import PairedTest

    _check(baseline, references)
    _check(hypotheses, references)
    found = []
    for name, metric, prepare in _metrics(language, names):
        first, second, expected = _prepared(prepare, baseline, hypotheses, references)
        test = PairedTest(
            [("baseline", first), ("system", second)],
            {name: metric},
            [expected],
            test_type="bs",
            n_samples=max(1, samples),  # 0 would mean its default
        )
        signatures, results = test()
        ((signature, systems),) = ((s, results[key]) for key, s in signatures.items())
        both: list[Any] = list(systems)
        scores = [
            Score(
                name,
                each.score,
                str(signature),
                len(expected),
                _interval(each.mean, each.ci),
            )
            for each in both
        ]
        found.append(Comparison(scores[0], scores[1], both[1].p_value))
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


def _interval(mean: float, half: float) -> tuple[float, float]:
    return max(0.0, float(mean - half)), float(mean + half)


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
        elif name == "chrF2":
            yield _Metric(name, CHRF(), str)
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


def _by_words() -> _Metric:
    """Return BLEU of Chinese words."""
    import jieba
    from sacrebleu.metrics.bleu import BLEU

    jieba.setLogLevel(logging.WARNING)  # no message about loading its dictionary
    metric = BLEU(tokenize="none", force=True)
    # Other versions may split words differently.
    metric.tokenizer_signature = f"jieba-{jieba.__version__}"
    return _Metric(JIEBA, metric, lambda text: " ".join(jieba.cut(text)))
