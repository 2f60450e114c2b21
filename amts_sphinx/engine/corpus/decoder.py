"""The search for the best translation of one sentence, phrase by phrase.

Hypotheses that cover equally many words compete (a stack for each number), and the
future is estimated. Of each group of hypotheses and each list of phrases the best
combinations are looked at first, and only as many as the beam allows (cube pruning,
Huang and Chiang, 2007). A paired code is left only when all its words are translated.
"""

from __future__ import annotations

from heapq import heappop, heappush
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.corpus.vocabulary import END, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from amts_sphinx.engine.corpus.language_model import Speaker

    #: The options from one word on, by their end: the best first, with estimates.
    _Ends = dict[int, list[tuple[float, "Option"]]]

_WORST: Final = -1e9
_FIRST: Final = itemgetter(0)
#: Combinations that are looked at for each hypothesis that is kept.
_LOOKS: Final = 2


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
    before: Sequence[float]
    after: Sequence[float]
    #: Its row in the phrase table; less than 0 for what is not from there.
    row: int


class Problem(NamedTuple):
    """Words to translate."""

    #: How many there are.
    size: int
    #: Runs of words that are translated together: start, and the first after it.
    zones: Sequence[tuple[int, int]]
    #: Whether the last of them ends a sentence, and so is translated last.
    ends: bool


class SearchLimits(NamedTuple):
    """What is looked at."""

    #: Hypotheses that are followed at a time.
    beam: int
    #: Words that a phrase may be translated too early.
    reach: int
    #: The weight of a word jumped over.
    distance: float


class _Hypothesis(NamedTuple):
    """The beginning of a translation."""

    score: float
    #: The score with an estimate of what is to come.
    total: float
    #: Bit *n* is set when source word *n* is translated.
    covered: int
    context: str
    option: Option
    previous: _Hypothesis | None


class _Edge(NamedTuple):
    """Hypotheses that the same options can follow."""

    #: With their scores, orientation included, the best first.
    hypotheses: list[tuple[float, _Hypothesis]]
    #: With estimates of their scores, the best first.
    options: list[tuple[float, Option]]
    covered: int
    orientation: int
    #: The score of the jump, and the estimate of what is to come.
    distance: float
    future: float


def search(
    speaker: Speaker, limits: SearchLimits, problem: Problem, options: Iterable[Option]
) -> list[Option]:
    """Return the best translation of some words, in target order.

    :param options: at least one for each single word; none crosses a zone
    """
    spans: list[_Ends] = [{} for _ in range(problem.size)]
    for option in options:
        estimate = option.score + speaker.say("", option.words)[0]
        spans[option.start].setdefault(option.end, []).append((estimate, option))
    for ends in spans:
        for ranked in ends.values():
            ranked.sort(key=_FIRST, reverse=True)
    return _Search(speaker.say, limits, spans, problem).run()


class _Search:
    def __init__(
        self,
        say: Callable[[str, str], tuple[float, str]],
        limits: SearchLimits,
        spans: list[_Ends],
        problem: Problem,
    ) -> None:
        self._say = say
        self._limits = limits
        self._spans = spans
        self._size = problem.size
        self._ends = problem.ends
        self._all = (1 << self._size) - 1
        self._costs = _future_costs(spans)
        self._futures: dict[int, float] = {}
        # Inner zones first: the first that is begun is the one to finish.
        self._zones = [
            (((1 << (end - start)) - 1) << start, start, end)
            for start, end in sorted(problem.zones, key=lambda zone: zone[1] - zone[0])
        ]
        #: For each number of words: priority, a number to settle ties, the
        #: combination, its score and context.
        self._heaps: list[list[tuple[float, int, _Edge, int, int, float, str]]] = [
            [] for _ in range(self._size + 1)
        ]
        self._count = 0

    def run(self) -> list[Option]:
        """Return the options of the best hypothesis."""
        nothing = Option(0, 0, "", (), (), 0.0, (0.0,) * 3, (0.0,) * 3, -1)
        stack = [_Hypothesis(0.0, 0.0, 0, START, nothing, None)]
        for count in range(1, self._size + 1):
            self._expand(stack)
            stack = self._fill(count)
        found: list[Option] = []
        at = max(stack, key=lambda item: item.total)
        while at.previous is not None:
            found.append(at.option)
            at = at.previous
        return found[::-1]

    def _future(self, covered: int) -> float:
        """Estimate what is to come for the words that are not *covered*."""
        known = self._futures.get(covered)
        if known is None:
            known, place, size = 0.0, 0, self._size
            while place < size:
                rest = covered >> place
                if rest & 1:
                    place += ((rest + 1) & ~rest).bit_length() - 1
                    continue
                end = place + (rest & -rest).bit_length() - 1 if rest else size
                known += self._costs[place][end]
                place = end
            self._futures[covered] = known
        return known

    def _expand(self, stack: Iterable[_Hypothesis]) -> None:
        """Offer the hypotheses of a stack, and what may follow, to later stacks."""
        groups: dict[tuple[int, int, int], list[_Hypothesis]] = {}
        for item in stack:
            key = (item.covered, item.option.start, item.option.end)
            groups.setdefault(key, []).append(item)
        for (covered, begun, ended), members in groups.items():
            sides: list[list[tuple[float, _Hypothesis]]] = [[], [], []]
            for start, end in self._next(covered):
                orientation = 0 if start == ended else 1 if end == begun else 2
                side = sides[orientation]
                if not side:
                    side.extend(
                        (item.score + item.option.after[orientation], item)
                        for item in members
                    )
                    side.sort(key=_FIRST, reverse=True)
                after = covered | ((1 << (end - start)) - 1) << start
                jump = self._limits.distance * abs(start - ended)
                ranked = self._spans[start][end]
                edge = _Edge(
                    side, ranked, after, orientation, jump, self._future(after)
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
        found: list[tuple[int, int]] = []
        for start in range(low, min(high, low + self._limits.reach + 1)):
            rest = covered >> start
            if rest & 1:
                continue
            free = start + (rest & -rest).bit_length() - 1 if rest else high
            if self._ends and free == self._size and start > low:
                free -= 1  # what ends the sentence has to wait
            found.extend(
                (start, end)
                for end in self._spans[start]
                if end <= high and end <= free
            )
        return found

    def _push(self, count: int, edge: _Edge, left: int, right: int) -> None:
        """Score one combination of an edge and put it in its stack's queue."""
        before, hypothesis = edge.hypotheses[left]
        option = edge.options[right][1]
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
        looks = _LOOKS * self._limits.beam
        while heap and looks and len(stack) < self._limits.beam:
            looks -= 1
            negative, _, edge, left, right, score, context = heappop(heap)
            option = edge.options[right][1]
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


def _future_costs(
    spans: Sequence[_Ends],
) -> list[list[float]]:
    """Return the best estimate for each run of source words, by start and end."""
    size = len(spans)
    costs = [[_WORST] * (size + 1) for _ in range(size + 1)]
    for start, ends in enumerate(spans):
        for end, ranked in ends.items():
            costs[start][end] = ranked[0][0]
    for length in range(2, size + 1):
        for start in range(size - length + 1):
            row, end = costs[start], start + length
            split = max(row[mid] + costs[mid][end] for mid in range(start + 1, end))
            row[end] = max(row[end], split)
    return costs
