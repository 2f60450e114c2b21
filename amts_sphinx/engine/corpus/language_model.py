"""The target language's n-grams: how likely a word is after the words before it.

Interpolated Kneser-Ney smoothing with three discounts. Every n-gram carries its whole
probability, and every context what is left over for words it was not seen with.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from amts_sphinx.engine.corpus.vocabulary import END, START, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Words that an n-gram has at most.
ORDER: Final = 4
#: Answers that are remembered, on words and on phrases, so that memory stays bounded.
_KEPT: Final = 400_000
_REMEMBERED: Final = 200_000


class LanguageModel:
    """Natural logarithms of n-gram probabilities, with backing off."""

    def __init__(self, chances: dict[str, float], leftovers: dict[str, float]) -> None:
        #: N-gram → log probability of its last word.
        self.chances = chances
        #: Context → log weight of the shorter context.
        self.leftovers = leftovers
        self._floor = chances.get(UNKNOWN, -20.0)
        self._known: dict[str, float] = {}

    def word(self, context: str, word: str) -> float:
        """Return the log probability of *word* after *context*."""
        key = context + word
        known = self._known.get(key)
        if known is not None:
            return known
        chances, leftovers = self.chances, self.leftovers
        total, before = 0.0, context
        while True:
            found = chances.get(before + word)
            if found is not None:
                total += found
                break
            if not before:
                total += self._floor
                break
            total += leftovers.get(before, 0.0)
            before = before[1:]
        if len(self._known) > _KEPT:
            self._known.clear()
        self._known[key] = total
        return total

    def phrase(self, context: str, words: str) -> tuple[float, str]:
        """Return the log probability of *words* after *context*, and what follows."""
        total = 0.0
        for word in words:
            total += self.word(context, word)
            context = (context + word)[1 - ORDER :]
        while context and context not in self.leftovers:
            context = context[1:]  # it says no more than a shorter one
        return total, context


class Speaker:
    """The weighted language model, with a memory of what it said."""

    def __init__(self, language: LanguageModel, weight: float) -> None:
        self._language = language
        self._weight = weight
        self._said: dict[tuple[str, str], tuple[float, str]] = {}

    def say(self, context: str, words: str) -> tuple[float, str]:
        """Return the weighted score of *words* after *context*, and what follows."""
        key = (context, words)
        known = self._said.get(key)
        if known is None:
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            chance, after = self._language.phrase(context, words)
            known = self._said[key] = (chance * self._weight, after)
        return known


def train(sentences: Iterable[str]) -> LanguageModel:
    """Return the model of *sentences*, one character a word."""
    counts = _count(sentences)
    chances: dict[str, float] = {}
    leftovers: dict[str, float] = {}
    _unigrams(counts[0], chances)
    for counted in counts[1:]:
        _interpolate(counted, chances, leftovers)
    logs = {ngram: math.log(chance) for ngram, chance in chances.items()}
    return LanguageModel(
        logs, {context: math.log(left) for context, left in leftovers.items()}
    )


def _count(sentences: Iterable[str]) -> list[Mapping[str, int]]:
    """Count n-grams; the shorter ones by the words that stand before them."""
    raw: list[Counter[str]] = [Counter() for _ in range(ORDER)]
    for sentence in sentences:
        text = START + sentence + END
        for size, counter in enumerate(raw, 1):
            counter.update([text[i : i + size] for i in range(len(text) - size + 1)])
    counts: list[Mapping[str, int]] = [raw[-1]]
    for counter in reversed(raw[1:]):
        before = Counter([ngram[1:] for ngram in counter])
        # Nothing stands before the start.
        shorter = raw[len(next(iter(counter), "  ")) - 2]
        before.update({g: n for g, n in shorter.items() if g[0] == START})
        counts.insert(0, before)
    return counts


def _discounts(counts: Mapping[str, int]) -> tuple[float, float, float, float]:
    """Return what is taken from counts of 0, 1, 2, and 3 or more."""
    often = Counter(counts.values())
    ones, twos, threes, fours = (often[n] for n in (1, 2, 3, 4))
    if not (ones and twos and threes and fours):
        return 0.0, 0.5, 0.75, 0.9
    share = ones / (ones + 2 * twos)
    found = (
        1 - 2 * share * twos / ones,
        2 - 3 * share * threes / twos,
        3 - 4 * share * fours / threes,
    )
    low, middle, high = (
        min(max(value, 0.1), n - 0.05) for n, value in enumerate(found, 1)
    )
    return 0.0, low, middle, high


def _unigrams(counts: Mapping[str, int], chances: dict[str, float]) -> None:
    """Give each word its chance, and a word never seen a small one."""
    words = {word: n for word, n in counts.items() if word != START}
    total = sum(words.values()) or 1
    discounts = _discounts(words)
    left = sum(discounts[min(n, 3)] for n in words.values()) / total
    even = left / (len(words) + 1)
    for word, n in words.items():
        chances[word] = (n - discounts[min(n, 3)]) / total + even
    chances[UNKNOWN] = max(even, 1e-9)


def _interpolate(
    counts: Mapping[str, int], chances: dict[str, float], leftovers: dict[str, float]
) -> None:
    """Add the n-grams of one size to the model."""
    totals: dict[str, int] = defaultdict(int)
    taken: dict[str, float] = defaultdict(float)
    discounts = _discounts(counts)
    for ngram, n in counts.items():
        context = ngram[:-1]
        totals[context] += n
        taken[context] += discounts[min(n, 3)]
    for context, total in totals.items():
        leftovers[context] = taken[context] / total
    for ngram, n in counts.items():
        context = ngram[:-1]
        chances[ngram] = (n - discounts[min(n, 3)]) / totals[context] + leftovers[
            context
        ] * chances.get(ngram[1:], chances[UNKNOWN])
