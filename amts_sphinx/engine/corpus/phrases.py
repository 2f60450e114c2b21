"""Phrase pairs: taken from aligned sentences, counted and scored.

A phrase pair is any two runs of words whose links stay within them. Its scores are log
probabilities: of the target given the source, the reverse, of the words one by one in
both directions, and of how it stands to the phrases before and after it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.engine.corpus.vocabulary import CLASS, SEPARATOR, relabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Links = set[tuple[int, int]]
    #: Source sentence, target sentence, links.
    Aligned = tuple[str, str, Links]

#: Columns of a phrase table: see :class:`PhraseTable`.
SCORES: Final = 10
#: The phrase goes on where the last one ended, stands before it, or elsewhere.
MONOTONE, SWAP, APART = range(3)
_NOTHING: Final = 1_000
_LEAST: Final = 1e-7
#: The first character that is a word.
_WORDS: Final = "\u0100"
#: How much a phrase's own habits weigh against everybody's, in occurrences.
_HABIT: Final = 2.0


class PhraseTable(NamedTuple):
    """The phrase pairs that were learnt."""

    #: Source phrase → its first row, and the row after its last.
    rows: dict[str, tuple[int, int]]
    #: Row → target phrase, the best of a source first.
    targets: list[str]
    #: Row × :data:`SCORES`: target given source, source given target, the same word by
    #: word, orientation to the phrase before (three), and to the one after (three).
    scores: NDArray[np.float32]


def learn(aligned: Sequence[Aligned], longest: int, most: int) -> PhraseTable:
    """Return the phrase table of *aligned* sentences.

    :param longest: words in a phrase, on either side
    :param most: targets kept for one source
    """
    counts: Counter[str] = Counter()
    for source, target, links in aligned:
        counts.update(_extract(source, target, links, longest))
    lexicon = _Lexicon(aligned)
    counts.update(lexicon.lone_words(counts))
    return _table(counts, lexicon, most)


def _extract(source: str, target: str, links: Links, longest: int) -> Iterable[str]:
    """Return the phrase pairs of one sentence pair, as keys that end in orientations."""
    size, width = len(source), len(target)
    low, high = _bounds(links, size, 0)
    left, right = _bounds(links, width, 1)
    links = links | {(-1, -1), (size, width)}
    found = []
    for start in range(size):
        first, last = _NOTHING, -1
        for end in range(start, min(size, start + longest)):
            first, last = min(first, low[end]), max(last, high[end])
            if last - first >= longest:
                break
            if last < 0:
                continue
            if min(left[first : last + 1]) < start:
                break
            if max(right[first : last + 1]) > end:
                continue
            begin = first
            while True:
                stop = last
                while True:
                    before = (
                        0
                        if (start - 1, begin - 1) in links
                        else 1
                        if (end + 1, begin - 1) in links
                        else 2
                    )
                    after = (
                        0
                        if (end + 1, stop + 1) in links
                        else 1
                        if (start - 1, stop + 1) in links
                        else 2
                    )
                    found.append(
                        _key(source[start : end + 1], target[begin : stop + 1])
                        + chr(1 + 3 * before + after)
                    )
                    stop += 1
                    if stop >= width or right[stop] >= 0 or stop - begin >= longest:
                        break
                begin -= 1
                if begin < 0 or right[begin] >= 0 or last - begin >= longest:
                    break
    return found


def _bounds(links: Links, size: int, side: int) -> tuple[list[int], list[int]]:
    """Return each word's first and last counterpart, of the words on one *side*."""
    low, high = [_NOTHING] * size, [-1] * size
    for link in links:
        here, there = link[side], link[1 - side]
        low[here] = min(low[here], there)
        high[here] = max(high[here], there)
    return low, high


def _key(source: str, target: str) -> str:
    """Return one string for a phrase pair; its codes are counted from 1."""
    if CLASS.search(source):
        source, new = relabel(source)
        target = target.translate({ord(a): b for a, b in new.items()})
    return f"{source}{SEPARATOR}{target}{SEPARATOR}"


class _Lexicon:
    """How often words were linked, as a measure of phrase pairs."""

    def __init__(self, aligned: Sequence[Aligned]) -> None:
        pairs: Counter[str] = Counter()
        lone: list[Counter[str]] = [Counter(), Counter()]
        for source, target, links in aligned:
            pairs.update([_key(source[i], target[j])[:-1] for i, j in links])
            for side, words in enumerate((source, target)):
                linked = {link[side] for link in links}
                lone[side].update(
                    [word for n, word in enumerate(words) if n not in linked]
                )
        self._given_source = self._shares(pairs, 0)
        self._given_target = self._shares(pairs, 2)
        self._lone = [
            {word: 0.2 * n / (n + 20.0) for word, n in side.items()} for side in lone
        ]

    def lone_words(self, counts: Counter[str]) -> Iterable[str]:
        """Return keys for the words that no phrase translates by themselves."""
        known = {key[0] for key in counts if key[1] == SEPARATOR}
        return [
            f"{pair}{SEPARATOR}{chr(1 + 3 * APART + APART)}"
            for pair in self._given_source
            if pair[0] not in known
        ]

    @staticmethod
    def _shares(pairs: Counter[str], place: int) -> dict[str, float]:
        """Return the pairs' shares of the occurrences of their word at *place*."""
        totals: Counter[str] = Counter()
        for pair, n in pairs.items():
            totals[pair[place]] += n
        return {pair: n / totals[pair[place]] for pair, n in pairs.items()}

    def score(self, source: str, target: str) -> tuple[float, float]:
        """Return the log weights of *target* given *source*, and the reverse."""
        ahead = back = 0.0
        forward, backward = self._given_source, self._given_target
        for word in target:
            if word < _WORDS:
                continue  # a code or a number goes with its like
            best = self._lone[1].get(word, _LEAST)
            for other in source:
                best = max(best, forward.get(f"{other}\x00{word}", 0.0))
            ahead += math.log(best)
        for word in source:
            if word < _WORDS:
                continue
            best = self._lone[0].get(word, _LEAST)
            for other in target:
                best = max(best, backward.get(f"{word}\x00{other}", 0.0))
            back += math.log(best)
        return ahead, back


def _table(counts: Counter[str], lexicon: _Lexicon, most: int) -> PhraseTable:
    """Score the phrase pairs that were counted."""
    pairs: dict[str, int] = defaultdict(int)
    for key, n in counts.items():
        pairs[key[:-2]] += n
    sources: dict[str, int] = defaultdict(int)
    targets: dict[str, int] = defaultdict(int)
    options: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pair, n in pairs.items():
        source, target = pair.split(SEPARATOR)
        sources[source] += n
        targets[target] += n
        options[source].append((-n, target))
    general = _general_habits(counts)
    rows: dict[str, tuple[int, int]] = {}
    said: list[str] = []
    scores: list[list[float]] = []
    for source in sorted(options):
        ranked = []
        for negative, target in sorted(options[source])[: 2 * most]:
            n = -negative
            taken = 0.6 if n == 1 else 0.4
            ahead, back = lexicon.score(source, target)
            direct = math.log((n - taken) / sources[source])
            inverse = math.log((n - taken) / targets[target])
            ranked.append(
                (
                    -(direct + inverse + ahead + back),
                    target,
                    (direct, inverse, ahead, back),
                )
            )
        ranked.sort()
        first = len(said)
        for _, target, values in ranked[:most]:
            said.append(target)
            scores.append([*values, *_habits(counts, source, target, general)])
        rows[source] = (first, len(said))
    table = np.array(scores, np.float32).reshape(-1, SCORES)
    return PhraseTable(rows, said, table)


def _general_habits(counts: Counter[str]) -> list[float]:
    """Return the shares of the orientations before and after, of all phrases."""
    seen = [1.0] * 6
    for key, n in counts.items():
        before, after = divmod(ord(key[-1]) - 1, 3)
        seen[before] += n
        seen[3 + after] += n
    total = sum(seen) / 2
    return [value / total for value in seen]


def _habits(
    counts: Counter[str], source: str, target: str, general: Sequence[float]
) -> list[float]:
    """Return the log shares of a phrase pair's orientations before and after."""
    seen = [_HABIT * share for share in general]
    prefix = f"{source}{SEPARATOR}{target}{SEPARATOR}"
    for place in range(9):
        n = counts.get(prefix + chr(1 + place), 0)
        if n:
            seen[place // 3] += n
            seen[3 + place % 3] += n
    total = sum(seen) / 2
    return [math.log(value / total) for value in seen]
