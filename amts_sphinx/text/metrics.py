"""How much hypotheses are like references: BLEU, chrF2 and TER, as sacreBLEU counts.

The numbers are those of the command ``sacrebleu`` with the settings that the signature
names. Random samples begin with its seed, 12345, or that of ``SACREBLEU_SEED``.
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

#: What may be asked for, in the order of the answers.
NAMES: Final = ("BLEU", "chrF2", "TER")
#: The name of BLEU that counts Chinese words, not characters.
JIEBA: Final = "BLEU (jieba words)"
#: Samples of a paired test, as of ``sacrebleu --paired-bs``.
SAMPLES: Final = 1000
#: sacreBLEU's tokenizer of a language; of others, and of what is not installed, below.
_TOKENIZERS: Final = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
_ELSEWHERE: Final = "13a"
_UNSPACED: Final = "char"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system beside a baseline, by one metric, on the same references."""

    #: Both with the confidence interval of the samples.
    baseline: Score
    system: Score
    #: 0–1: how often chance alone would make so great a difference.
    p: float

    @property
    def metric(self) -> str:
        """What both are scored by."""
        return self.system.metric

    @property
    def gain(self) -> float:
        """How much better the system is, 0–100; negative where it is worse."""
        more = self.system.value - self.baseline.value
        return -more if is_error(self.metric) else more


class _Metric(NamedTuple):
    name: str
    #: sacreBLEU's.
    metric: Any
    #: What is done to each text before it is compared.
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

    For Chinese, BLEU comes twice: by characters, and as :data:`JIEBA`.

    :param language: of both, BCP 47
    :param names: which of :data:`NAMES`
    :param by_words: whether :data:`JIEBA` is wanted, which takes seconds to load
    :param bootstrap: samples for the confidence interval; 1000 are usual, 0 for none
    :raises ScoreError: there are no texts, or not one hypothesis for each reference
    :raises ConfigError: there is no such metric
    """
    _check(hypotheses, references)
    found = []
    for name, metric, prepare in _metrics(language, names):
        if name == JIEBA and not by_words:
            continue
        texts, wanted = _prepared(prepare, hypotheses, references)
        result = metric.corpus_score(texts, [wanted], n_bootstrap=bootstrap)
        interval = None
        if bootstrap > 1:
            interval = _interval(result._mean, result._ci)  # noqa: SLF001 - else text
        told = str(metric.get_signature())
        found.append(Score(name, result.score, told, len(wanted), interval))
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
        first, second, wanted = _prepared(prepare, baseline, hypotheses, references)
        test = PairedTest(
            [("baseline", first), ("system", second)],
            {name: metric},
            [wanted],
            test_type="bs",
            n_samples=max(1, samples),  # of 0 it would make as many as usual
        )
        signatures, results = test()
        ((told, systems),) = ((s, results[key]) for key, s in signatures.items())
        both: list[Any] = list(systems)
        scores = [
            Score(
                name,
                each.score,
                str(told),
                len(wanted),
                _interval(each.mean, each.ci),
            )
            for each in both
        ]
        found.append(Comparison(scores[0], scores[1], both[1].p_value))
    return tuple(found)


def is_error(metric: str) -> bool:
    """Tell whether less of a metric is better."""
    return metric.startswith("TER")


def metric_names(language: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the names of the scores that *names* come to in *language*, in order.

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
    """Yield what counts each of *names*."""
    # sacreBLEU takes a while to load, and most builds do not need it.
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
            # Where there are no blanks, TER would take a sentence for one word.
            asian = _base(language) in _TOKENIZERS
            yield _Metric(name, TER(normalized=asian, asian_support=asian), str)


def _bleu(language: str) -> Any:
    """Return BLEU with the language's tokenizer; the signature says which it is."""
    from sacrebleu.metrics.bleu import BLEU

    tokenizer = _TOKENIZERS.get(_base(language), _ELSEWHERE)
    if not name_language(language).spaced and tokenizer == _ELSEWHERE:
        tokenizer = _UNSPACED  # Thai
    try:
        return BLEU(tokenize=tokenizer, force=True)
    except RuntimeError:  # it needs MeCab
        return BLEU(tokenize=_UNSPACED, force=True)


def _by_words() -> _Metric:
    """Return BLEU of Chinese words."""
    import jieba
    from sacrebleu.metrics.bleu import BLEU

    jieba.setLogLevel(logging.WARNING)  # it tells that it loads its dictionary
    metric = BLEU(tokenize="none", force=True)
    # Another version may cut other words.
    metric.tokenizer_signature = f"jieba-{jieba.__version__}"
    return _Metric(JIEBA, metric, lambda text: " ".join(jieba.cut(text)))
