"""The search for the best translation of a sentence, phrase by phrase.

Hypotheses that cover equally many words compete (a stack for each number), and the
future is estimated. Of each group of hypotheses and each list of phrases the best
combinations are looked at first, and only as many as the beam allows (cube pruning).
A paired code is left only when all its words are translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.corpus.vocabulary import END, START

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.engine.corpus.lm import LanguageModel

_WORST: Final = -1e9


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each score counts."""

    #: Target given source, and the reverse.
    direct: float = 0.25
    inverse: float = 0.2
    #: The same word by word.
    words_direct: float = 0.1
    words_inverse: float = 0.12
    #: The language model.
    language: float = 0.5
    #: For each target word, and each phrase.
    length: float = 0.4
    phrase: float = -0.15
    #: For each word jumped over.
    distance: float = -0.08
    #: Orientation to the phrase before, and the phrase after.
    before: float = 0.15
    after: float = 0.15
    #: For each word that is not known.
    unknown: float = -5.0


class Option(NamedTuple):
    """A translation of a run of source words."""

    start: int
    #: The first source word after it.
    end: int
    #: As the language model sees it.
    words: str
    #: What is written for each of its words.
    surfaces: tuple[str, ...]
    #: The source word that each of them repeats, or -1.
    copied: tuple[int, ...]
    #: Weighted, without the language model.
    score: float
    #: Weighted chances of being monotone, swapped and apart.
    before: tuple[float, ...]
    after: tuple[float, ...]


class _Ranked(NamedTuple):
    """An option with an estimate of its score, the language model's included."""

    estimate: float
    option: Option


class _Hypothesis:
    """The beginning of a translation."""

    __slots__ = ("context", "covered", "option", "previous", "score", "total")

    def __init__(
        self,
        score: float,
        total: float,
        covered: int,
        context: str,
        option: Option,
        previous: _Hypothesis | None,
    ) -> None:
        self.score = score
        #: The score with an estimate of what is to come.
        self.total = total
        #: Bit *n* is set when source word *n* is translated.
        self.covered = covered
        self.context = context
        self.option = option
        self.previous = previous


class _Edge(NamedTuple):
    """Hypotheses that the same options can follow."""

    hypotheses: list[tuple[float, _Hypothesis]]
    options: list[_Ranked]
    covered: int
    orientation: int
    #: Of the jump, and the estimate of what is to come.
    distance: float
    future: float


class Decoder:
    """Translates sentences with one model."""

    def __init__(
        self, language: LanguageModel, weights: Weights, *, beam: int, reach: int
    ) -> None:
        """:param reach: words that a phrase may be translated too early"""
        self._language = language
        self._weights = weights
        self._beam = beam
        self._reach = reach
        self._said: dict[tuple[str, str], tuple[float, str]] = {}

    def best(
        self, size: int, options: Iterable[Option], zones: Sequence[tuple[int, int]]
    ) -> list[Option]:
        """Return the best translation of *size* words, in target order.

        :param options: at least one for each single word; none crosses a zone
        :param zones: runs of words that are translated together
        """
        if len(self._said) > 200_000:
            self._said.clear()
        return _Search(self, size, options, zones).run()

    def rank(self, option: Option) -> _Ranked:
        """Estimate the score of *option* wherever it may stand."""
        chance, _ = self._language.phrase("", option.words)
        return _Ranked(option.score + self._weights.language * chance, option)

    def say(self, context: str, words: str) -> tuple[float, str]:
        """Return the weighted score of *words* after *context*, and what follows."""
        key = (context, words)
        known = self._said.get(key)
        if known is None:
            chance, after = self._language.phrase(context, words)
            known = self._said[key] = (chance * self._weights.language, after)
        return known

    @property
    def limits(self) -> tuple[int, int, float]:
        """Beam, reach and the weight of a jump."""
        return self._beam, self._reach, self._weights.distance


class _Search:
    """The search for one sentence."""

    def __init__(
        self,
        decoder: Decoder,
        size: int,
        options: Iterable[Option],
        zones: Sequence[tuple[int, int]],
    ) -> None:
        self._say = decoder.say
        self._beam, self._reach, self._distance = decoder.limits
        self._size = size
        self._all = (1 << size) - 1
        self._spans: list[dict[int, list[_Ranked]]] = [{} for _ in range(size)]
        for option in options:
            ends = self._spans[option.start]
            ends.setdefault(option.end, []).append(decoder.rank(option))
        for ends in self._spans:
            for ranked in ends.values():
                ranked.sort(key=lambda item: -item.estimate)
        self._costs = self._future_costs()
        self._futures: dict[int, float] = {}
        # Inner zones first: the first that is begun is the one to finish.
        self._zones = [
            (((1 << (end - start)) - 1) << start, start, end)
            for start, end in sorted(zones, key=lambda zone: zone[1] - zone[0])
        ]
        self._heaps: list[list[tuple[float, int, _Edge, int, int, float, str]]] = [
            [] for _ in range(size + 1)
        ]
        self._count = 0

    def run(self) -> list[Option]:
        """Return the options of the best hypothesis."""
        nothing = Option(0, 0, "", (), (), 0.0, (0.0,) * 3, (0.0,) * 3)
        first = _Hypothesis(0.0, 0.0, 0, START, nothing, None)
        self._expand([first])
        for count in range(1, self._size + 1):
            stack = self._fill(count)
            if count < self._size:
                self._expand(stack)
        found: list[Option] = []
        at: _Hypothesis | None = max(stack, key=lambda item: item.total)
        while at is not None and at.previous is not None:
            found.append(at.option)
            at = at.previous
        return found[::-1]

    def _future_costs(self) -> list[list[float]]:
        """Return the best estimate for each run of source words."""
        size = self._size
        costs = [[_WORST] * (size + 1) for _ in range(size + 1)]
        for start, ends in enumerate(self._spans):
            for end, ranked in ends.items():
                costs[start][end] = ranked[0].estimate
        for length in range(2, size + 1):
            for start in range(size - length + 1):
                row, end = costs[start], start + length
                best = row[end]
                for middle in range(start + 1, end):
                    value = row[middle] + costs[middle][end]
                    best = max(value, best)
                row[end] = best
        return costs

    def _future(self, covered: int) -> float:
        """Estimate what is to come for the words that are not *covered*."""
        known = self._futures.get(covered)
        if known is None:
            known, place, size = 0.0, 0, self._size
            while place < size:
                if covered >> place & 1:
                    place += 1
                    continue
                start = place
                while place < size and not covered >> place & 1:
                    place += 1
                known += self._costs[start][place]
            self._futures[covered] = known
        return known

    def _expand(self, stack: list[_Hypothesis]) -> None:
        """Offer the hypotheses of a stack, and what may follow, to later stacks."""
        groups: dict[tuple[int, int, int], list[_Hypothesis]] = {}
        for item in stack:
            key = (item.covered, item.option.start, item.option.end)
            groups.setdefault(key, []).append(item)
        for (covered, begun, ended), members in groups.items():
            sides: list[list[tuple[float, _Hypothesis]] | None] = [None] * 3
            for start, end in self._next(covered):
                orientation = 0 if start == ended else 1 if end == begun else 2
                side = sides[orientation]
                if side is None:
                    side = sides[orientation] = sorted(
                        (
                            (item.score + item.option.after[orientation], item)
                            for item in members
                        ),
                        key=lambda pair: -pair[0],
                    )
                after = covered | ((1 << (end - start)) - 1) << start
                edge = _Edge(
                    side,
                    self._spans[start][end],
                    after,
                    orientation,
                    self._distance * abs(start - ended),
                    self._future(after),
                )
                self._push(after.bit_count(), edge, 0, 0)

    def _next(self, covered: int) -> list[tuple[int, int]]:
        """Return the runs of words that may be translated next."""
        low, high = 0, self._size
        for mask, start, end in self._zones:
            if covered & mask and covered & mask != mask:
                low, high = start, end
                break
        while covered >> low & 1:
            low += 1
        found = []
        for start in range(low, min(high, low + self._reach + 1)):
            rest = covered >> start
            if rest & 1:
                continue
            free = (rest & -rest).bit_length() - 1 if rest else self._size
            found.extend(
                (start, end)
                for end in self._spans[start]
                if end <= high and end - start <= free
            )
        return found

    def _push(self, count: int, edge: _Edge, left: int, right: int) -> None:
        """Score one combination of an edge and put it in its stack's queue."""
        before, hypothesis = edge.hypotheses[left]
        option = edge.options[right].option
        chance, context = self._say(hypothesis.context, option.words)
        score = (
            before
            + option.score
            + chance
            + edge.distance
            + option.before[edge.orientation]
        )
        if edge.covered == self._all:
            score += self._say(context, END)[0]
        self._count += 1
        heappush(
            self._heaps[count],
            (-score - edge.future, self._count, edge, left, right, score, context),
        )

    def _fill(self, count: int) -> list[_Hypothesis]:
        """Return the best hypotheses that cover *count* words, the best first."""
        heap = self._heaps[count]
        stack: dict[tuple[int, int, int, str], _Hypothesis] = {}
        looks = 2 * self._beam
        while heap and looks and len(stack) < self._beam:
            looks -= 1
            negative, _, edge, left, right, score, context = heappop(heap)
            option = edge.options[right].option
            key = (edge.covered, option.start, option.end, context)
            known = stack.get(key)
            if known is None or known.total < -negative:
                previous = edge.hypotheses[left][1]
                stack[key] = _Hypothesis(
                    score, -negative, edge.covered, context, option, previous
                )
            if left + 1 < len(edge.hypotheses):
                self._push(count, edge, left + 1, right)
            if left == 0 and right + 1 < len(edge.options):
                self._push(count, edge, 0, right + 1)
        heap.clear()
        return list(stack.values())
