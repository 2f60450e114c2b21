"""Metrics of translations: BLEU, chrF2 and TER, as sacreBLEU computes them.

The numbers are those of its command line, and so are the signatures, without which no
score can be compared with another: a tokenizer alone changes BLEU by twenty points.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.errors import EvaluationError
from amts_sphinx.languages import name_language
from amts_sphinx.units import Score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.base import Score as Computed

#: All there are. ``BLEU words`` is BLEU by jieba's words, for Chinese alone.
NAMES: Final = ("BLEU", "BLEU words", "chrF2", "TER")
#: What is usually looked at.
USUAL: Final = ("BLEU", "chrF2")
#: Resamples that sacreBLEU takes by default.
RESAMPLES: Final = 1000
#: sacreBLEU's tokenizers of some languages, and the package that each needs.
_TOKENIZERS: Final = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
_NEEDS: Final = {"ja-mecab": "MeCab", "ko-mecab": "mecab_ko"}
_SCRIPTS_OF_ASIA: Final = frozenset({"Hans", "Hant", "Jpan", "Kore", "Thai"})


class Comparison(NamedTuple):
    """How a system differs from a baseline, by one metric."""

    baseline: Score
    system: Score
    #: How probable so great a difference is, were both alike: paired bootstrap, 0–1.
    p: float


def score(
    hypotheses: Sequence[str],
    references: Sequence[str],
    language: str,
    *,
    names: Collection[str] = USUAL,
    bootstrap: int = 0,
) -> tuple[Score, ...]:
    """Score *hypotheses* as one text, each against the reference of its place.

    :param language: of both, BCP 47
    :param names: of :data:`NAMES`; one that does not suit the language is left out
    :param bootstrap: resamples for the intervals; with 0 there are none. The seed is
        sacreBLEU's, 12345, or ``SACREBLEU_SEED``
    :raises EvaluationError: the numbers differ, or there are none
    """
    check_lengths(hypotheses, references)
    found = []
    for name in _suitable(names, language):
        metric, prepare = _metric(name, language)
        computed = metric.corpus_score(
            prepare(hypotheses), [prepare(references)], n_bootstrap=max(1, bootstrap)
        )
        found.append(_score(name, metric, computed, len(references)))
    return tuple(found)


def compare(  # noqa: PLR0913 - what is compared, and how
    baseline: Sequence[str],
    system: Sequence[str],
    references: Sequence[str],
    language: str,
    *,
    names: Collection[str] = USUAL,
    resamples: int = RESAMPLES,
) -> tuple[Comparison, ...]:
    """Compare two systems as ``sacrebleu --paired-bs`` does, by each metric.

    :raises EvaluationError: the numbers differ, or there are none
    """
    from sacrebleu.significance import PairedTest  # noqa: PLC0415 - as below

    for hypotheses in (baseline, system):
        check_lengths(hypotheses, references)
    found = []
    for name in _suitable(names, language):
        metric, prepare = _metric(name, language)
        test = PairedTest(
            [("baseline", prepare(baseline)), ("system", prepare(system))],
            {name: metric},
            [prepare(references)],
            test_type="bs",
            n_samples=resamples,
        )
        results: list[Any] = [*test()[1][name]]
        ours, theirs = results
        scores = [
            Score(
                name,
                each.score,
                _signature(name, metric),
                len(references),
                _bounds(each),
            )
            for each in (ours, theirs)
        ]
        found.append(Comparison(scores[0], scores[1], float(theirs.p_value)))
    return tuple(found)


def check_lengths(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    """See that there is one hypothesis for each reference.

    :raises EvaluationError: there is not, or there are none at all
    """
    if len(hypotheses) != len(references):
        msg = (
            f"there are {len(hypotheses)} hypotheses for {len(references)} references;"
            " each needs one, in the same order"
        )
        raise EvaluationError(msg)
    if not references:
        msg = "there is nothing to score"
        raise EvaluationError(msg)


def tokenizer(language: str) -> str:
    """Return the name of sacreBLEU's tokenizer for BLEU in a language.

    Japanese and Korean need a package each (``pip install 'sacrebleu[ja]'``, ``[ko]``);
    without it characters are compared, and the signature says so.
    """
    found = _TOKENIZERS.get(_main(language), "13a")
    needed = _NEEDS.get(found)
    if found == "13a" and name_language(language).script in _SCRIPTS_OF_ASIA:
        return "char"
    return found if needed is None or find_spec(needed) else "char"


def _main(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _suitable(names: Collection[str], language: str) -> list[str]:
    """Return *names* in the order of :data:`NAMES`."""
    if unknown := set(names) - set(NAMES):
        msg = f"there is no metric {min(unknown)!r}; there are {', '.join(NAMES)}"
        raise EvaluationError(msg)
    chinese = _main(language) == "zh"
    return [n for n in NAMES if n in names and (chinese or n != "BLEU words")]


def _metric(
    name: str, language: str
) -> tuple[Metric, Callable[[Sequence[str]], Sequence[str]]]:
    """Return a metric, and what is done to texts before it sees them."""
    # sacreBLEU takes a while to load, and most builds do not score anything.
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415
    from sacrebleu.metrics.ter import TER  # noqa: PLC0415

    if name == "BLEU words":
        # The text is in tokens when it comes, on purpose.
        return BLEU(tokenize="none", force=True), _words
    if name == "BLEU":
        return BLEU(tokenize=tokenizer(language)), list
    if name == "chrF2":
        return CHRF(), list
    asian = name_language(language).script in _SCRIPTS_OF_ASIA
    return TER(normalized=asian, asian_support=asian), list


def _words(texts: Sequence[str]) -> list[str]:
    """Return texts with a blank between Chinese words."""
    cut = _jieba()
    return [" ".join(word for word in cut(text) if word.strip()) for text in texts]


@cache
def _jieba() -> Callable[[str], Any]:
    import jieba  # noqa: PLC0415 - its dictionary takes seconds to load

    jieba.setLogLevel("WARNING")
    return jieba.cut  # type: ignore[no-any-return]


def _score(name: str, metric: Metric, computed: Computed, segments: int) -> Score:
    interval = None
    if hasattr(computed, "_mean") and computed._mean >= 0:  # noqa: SLF001 - no other way
        mean, spread = computed._mean, computed._ci  # noqa: SLF001
        interval = (float(mean - spread), float(mean + spread))
    return Score(
        name, float(computed.score), _signature(name, metric), segments, interval
    )


def _bounds(result: Any) -> tuple[float, float] | None:
    if result.mean is None:
        return None
    return float(result.mean - result.ci), float(result.mean + result.ci)


def _signature(name: str, metric: Metric) -> str:
    """Return sacreBLEU's signature; what was done before that it does not know of."""
    found = metric.get_signature().format()
    if name == "BLEU words":
        found = found.replace("tok:none", f"tok:jieba-{version('jieba')}")
    return found
