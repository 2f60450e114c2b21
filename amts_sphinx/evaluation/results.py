"""The results of an experiment: scores by document and arm, and setbacks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.parallel import references
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Score
    from amts_sphinx.evaluation.systems import SystemOutput
    from amts_sphinx.parallel.references import Passage
    from amts_sphinx.text.metrics import Comparison

#: A difference with this probability by chance alone is no evidence.
_LIKELY: Final = 0.05


class ScoreRow(NamedTuple):
    """The scores of one document, or of all documents as one text."""

    document: str
    #: The number of passages.
    passages: int
    #: By arm, each in the order of the metrics.
    scores: Mapping[str, tuple[Score, ...]]

    def score(self, arm: str, metric: str) -> Score:
        """Return the score of an arm by a metric."""
        return next(each for each in self.scores[arm] if each.metric == metric)


class Setback(NamedTuple):
    """An arm that is worse than a simpler one."""

    #: Empty: all documents together.
    document: str
    arm: str
    #: The best of the arms before it.
    simpler: str
    metric: str
    #: How much worse the arm is, 0–100.
    loss: float
    #: The probability of that by chance alone, 0–1; ``None``: not tested.
    p: float | None

    def __str__(self) -> str:
        where = self.document or "all documents together"
        chance = "" if self.p is None else f", p = {self.p:.3f}"
        if self.p is not None and self.p >= _LIKELY:
            chance += ": perhaps by chance"
        return (
            f"{where}: {self.arm} is worse than {self.simpler} by {self.loss:.1f}"
            f" {self.metric}{chance}"
        )


class Example(NamedTuple):
    """A passage with the output of each arm, as plain text."""

    document: str
    place: str
    source: str
    reference: str
    #: The outputs, in the order of the arms.
    hypotheses: tuple[str, ...]
    #: chrF2 of each, 0–100.
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One direction of an experiment."""

    pair: LanguagePair
    #: The names of the scores; the first is the main one.
    metrics: tuple[str, ...]
    #: The output of each arm, the simplest first.
    outputs: tuple[SystemOutput, ...]
    #: The scores of each document.
    rows: tuple[ScoreRow, ...]
    #: The scores of all passages as one text.
    total: ScoreRow
    #: Each arm but the first against the first, on all passages.
    comparisons: Mapping[str, tuple[Comparison, ...]]
    setbacks: tuple[Setback, ...]
    examples: tuple[Example, ...]
    #: The scores of what each arm translated in full, by arm, with the number of
    #: passages; an arm that translated no passage has none.
    translated: Mapping[str, ScoreRow]

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms."""
        return tuple(each.system.arm.name for each in self.outputs)

    def mean(self, arm: str, metric: str) -> float:
        """Return the mean of the documents' scores."""
        return fmean(row.score(arm, metric).value for row in self.rows)

    def holm(self, metric: str) -> dict[str, float]:
        """Return the probability of each comparison, corrected for their number.

        It is Holm's correction: of many arms, some differ by chance alone.
        """
        found = {
            arm: next(each.p for each in several if each.metric == metric)
            for arm, several in self.comparisons.items()
        }
        corrected: dict[str, float] = {}
        least = 0.0
        for place, arm in enumerate(sorted(found, key=lambda arm: found[arm])):
            least = max(least, min(1.0, found[arm] * (len(found) - place)))
            corrected[arm] = least
        return {arm: corrected[arm] for arm in found}

    def remarks(self) -> Iterator[str]:
        """Yield remarks that a reader needs to understand the scores."""
        for each in self.outputs:
            arm, system = each.system.arm, each.system
            if each.left == each.segments:
                yield (
                    f"{arm}: the engine translated nothing; what is scored is the"
                    " source itself"
                )
            elif each.left:
                yield (
                    f"{arm}: {each.left} of {each.segments} segments were not"
                    " translated, and are scored in the source language"
                )
            if not system.learns and arm.parts != ("none",):
                yield f"{arm}: this engine cannot learn, so it was given nothing"
            elif arm.parts != ("none",) and not system.units + system.terms:
                yield f"{arm}: there was nothing to give to the engine"


def evaluate(
    outputs: Sequence[SystemOutput],
    found: Sequence[Passage],
    pair: LanguagePair,
    names: Collection[str] = ("BLEU", "chrF2"),
    *,
    samples: int = metrics.SAMPLES,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Score the arms' outputs for the passages *found*, which are grouped by document.

    :param samples: number of bootstrap samples; 0: no intervals and no tests
    :param progress: takes the number of texts that are scored, and of all
    :raises ScoreError: there are no passages
    :raises ConfigError: there is no such metric
    """
    scorer = _Scorer(outputs, pair, names, samples)
    parts = [
        (name, list(part)) for name, part in groupby(found, key=lambda p: p.document)
    ]
    rows = []
    for done, (name, part) in enumerate([*parts, ("", list(found))]):
        if progress:
            progress(done, len(parts) + 1)
        rows.append(scorer.row(name, part))
    setbacks = [
        setback
        for row, (_, part) in zip(rows, [*parts, ("", list(found))], strict=True)
        for setback in scorer.setbacks(row, part)
    ]
    return Evaluation(
        pair,
        metrics.metric_names(pair.target, names),
        tuple(outputs),
        tuple(rows[:-1]),
        rows[-1],
        scorer.comparisons(found),
        tuple(setbacks),
        tuple(scorer.examples(found)),
        scorer.translated(outputs, found),
    )


class _Scorer:
    def __init__(
        self,
        outputs: Sequence[SystemOutput],
        pair: LanguagePair,
        names: Collection[str],
        samples: int,
    ) -> None:
        self._targets = {each.system.arm.name: each.targets for each in outputs}
        self._engines = {e.system.arm.name: e.system.arm.engine for e in outputs}
        self._pair = pair
        self._names = names
        self._samples = samples
        self._headline = metrics.metric_names(pair.target, names)[0]

    def _texts(self, arm: str, found: Sequence[Passage]) -> list[str]:
        return references.hypotheses(found, self._pair, self._targets[arm])

    def row(
        self, name: str, found: Sequence[Passage], arms: Collection[str] = ()
    ) -> ScoreRow:
        """Score some arms, or else all."""
        wanted = references.written(found, self._pair)
        scores = {
            arm: metrics.score(
                self._texts(arm, found),
                wanted,
                self._pair.target,
                names=self._names,
                bootstrap=self._samples,
            )
            for arm in arms or self._targets
        }
        return ScoreRow(name, len(found), scores)

    def translated(
        self, outputs: Sequence[SystemOutput], found: Sequence[Passage]
    ) -> dict[str, ScoreRow]:
        """Score each arm on the passages that it translated in full."""
        rows = {}
        for output in outputs:
            arm = output.system.arm.name
            left = output.untranslated
            part = [p for p in found if not any(s.key in left for s in p.source)]
            if part:
                rows[arm] = self.row("", part, [arm])
        return rows

    def comparisons(
        self, found: Sequence[Passage]
    ) -> dict[str, tuple[Comparison, ...]]:
        """Compare each arm with the first."""
        first, *others = self._targets
        if self._samples < 1:
            return {}
        return {arm: self._compared(first, arm, self._names, found) for arm in others}

    def _compared(
        self, first: str, arm: str, names: Collection[str], found: Sequence[Passage]
    ) -> tuple[Comparison, ...]:
        return metrics.compare(
            self._texts(first, found),
            self._texts(arm, found),
            references.written(found, self._pair),
            self._pair.target,
            names=names,
            samples=self._samples,
        )

    def setbacks(self, row: ScoreRow, found: Sequence[Passage]) -> Iterator[Setback]:
        """Yield the arms that are worse than the best of those before them.

        Only arms of one engine are compared: of two engines none is the simpler one.
        """
        metric = self._headline
        sign = -1 if metrics.is_error(metric) else 1
        gains = {arm: sign * row.score(arm, metric).value for arm in self._targets}
        for arm, engine in self._engines.items():
            mine = [each for each in gains if self._engines[each] == engine]
            before = mine[: mine.index(arm)]
            if not before:
                continue
            best = max(before, key=gains.__getitem__)
            loss = gains[best] - gains[arm]
            if loss > 0:
                p = None
                if self._samples > 0:
                    p = self._compared(best, arm, [metric], found)[0].p
                yield Setback(row.document, arm, best, metric, loss, p)

    def examples(self, found: Sequence[Passage]) -> Iterator[Example]:
        """Yield the passages, by document, those with the lowest scores first."""
        every = [self._texts(arm, found) for arm in self._targets]
        wanted = references.written(found, self._pair)
        shown = references.sources(found, self._pair)
        examples = [
            Example(
                p.document,
                p.place,
                source,
                reference,
                hypotheses,
                self._values(hypotheses, reference),
            )
            for p, source, reference, *texts in zip(
                found, shown, wanted, *every, strict=True
            )
            for hypotheses in [tuple(texts)]
        ]
        order = {
            name: n for n, name in enumerate(dict.fromkeys(p.document for p in found))
        }
        yield from sorted(examples, key=lambda e: (order[e.document], e.values[-1]))

    def _values(self, hypotheses: Sequence[str], reference: str) -> tuple[float, ...]:
        return tuple(
            metrics.score([text], [reference], self._pair.target, names=["chrF2"])[
                0
            ].value
            for text in hypotheses
        )
