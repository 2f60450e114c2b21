"""A lexicon learnt from aligned sentences: which word is translated by which.

IBM Model 1 in both directions (:mod:`amts_sphinx.align.translation_table`). It knows no
language: it counts what stands together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from amts_sphinx.align.translation_table import TranslationTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from amts_sphinx.align.features import Floats, Ints
    from amts_sphinx.align.translation_table import Words


_ROUNDS: Final = 5
#: A word that stands in fewer pairs, or in a larger share of them, is not learnt.
_LEAST: Final = 2
_COMMON: Final = 0.3
#: A translation that is less probable is dropped.
_PROBABLE: Final = 0.02
#: What is this probable, or more, is as good as certain.
_CERTAIN: Final = 0.25
#: Most combinations of a source's with a target's word that are held in memory.
_BUDGET: Final = 4_000_000
#: With fewer pairs a lexicon would only learn by heart what it should judge.
ENOUGH: Final = 200


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of two languages with the weight of each, and what goes with what."""

    #: Word → its number, which is its place in the arrays.
    source: dict[str, int]
    target: dict[str, int]
    #: How much a word tells, by its rarity.
    source_weights: Floats
    target_weights: Floats
    #: Where the entries of each word of the source start, and the number of entries.
    starts: Ints
    #: Of each entry, the word of the target.
    entries: Ints
    #: Of each entry, 0–1: how sure the target's word stands for the source's one.
    forward: Floats
    #: The other way round.
    backward: Floats

    def tables(self, source: Ints, target: Ints) -> tuple[Floats, Floats]:
        """Return the strengths between some words, forward and backward.

        :returns: two arrays with a row for each of *source*, a column for each of
            *target*
        """
        place = np.full(len(self.target), -1)
        place[target] = np.arange(len(target))
        rows, entries = _expand(self.starts, source)
        columns = place[self.entries[entries]]
        kept = columns >= 0
        rows, columns, entries = rows[kept], columns[kept], entries[kept]
        forward = np.zeros((len(source), len(target)), np.float32)
        backward = np.zeros_like(forward)
        forward[rows, columns] = self.forward[entries]
        backward[rows, columns] = self.backward[entries]
        return forward, backward

    def part(self, source: Collection[str], target: Collection[str]) -> Lexicon:
        """Return the lexicon of some words only, for a worker that needs no others."""
        ours = {w: n for w, n in self.source.items() if w in source}
        theirs = {w: n for w, n in self.target.items() if w in target}
        mine = np.fromiter(ours.values(), np.int64, len(ours))
        other = np.fromiter(theirs.values(), np.int64, len(theirs))
        place = np.full(len(self.target), -1)
        place[other] = np.arange(len(other))
        rows, entries = _expand(self.starts, mine)
        kept = place[self.entries[entries]] >= 0
        rows, entries = rows[kept], entries[kept]
        return Lexicon(
            {word: number for number, word in enumerate(ours)},
            {word: number for number, word in enumerate(theirs)},
            self.source_weights[mine],
            self.target_weights[other],
            _starts(rows, len(mine)),
            place[self.entries[entries]],
            self.forward[entries],
            self.backward[entries],
        )


def empty() -> Lexicon:
    """Return a lexicon that knows no word."""
    none, zero = np.empty(0, np.float32), np.zeros(1, np.int64)
    return Lexicon({}, {}, none, none, zero, zero[:0], none, none)


def train(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Lexicon:
    """Learn a lexicon; the more tokens of a pair, the less each tells.

    Of more pairs than fit into memory an evenly spread part is learnt.
    """
    pairs = _affordable(pairs)
    source = _vocabulary([mine for mine, _ in pairs])
    target = _vocabulary([other for _, other in pairs])
    if len(pairs) < ENOUGH or not source or not target:
        return empty()
    numbers = (
        {word: number for number, word in enumerate(source)},
        {word: number for number, word in enumerate(target)},
    )
    mine, other, forward, backward = _trained(_numbered(pairs, numbers))
    kept = (forward > _PROBABLE) | (backward > _PROBABLE)
    mine, other = mine[kept], other[kept]
    return Lexicon(
        *numbers,
        _weights(source.values(), len(pairs)),
        _weights(target.values(), len(pairs)),
        _starts(mine, len(source)),
        other,
        _strengths(forward[kept], mine, len(source)),
        _strengths(backward[kept], other, len(target)),
    )


def _affordable(
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> Sequence[tuple[Sequence[str], Sequence[str]]]:
    size = sum(len(mine) * len(other) for mine, other in pairs)
    return pairs[:: size // _BUDGET + 1]


def _vocabulary(sentences: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the words worth learning, with the number of sentences they are in."""
    counts = Counter(chain.from_iterable(map(set, sentences)))
    most = max(len(sentences) * _COMMON, _LEAST)
    # In order of appearance: a set's order would change from run to run.
    words = dict.fromkeys(chain.from_iterable(sentences))
    return {word: counts[word] for word in words if _LEAST <= counts[word] <= most}


def _numbered(
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]],
    numbers: tuple[dict[str, int], dict[str, int]],
) -> tuple[list[Words], list[Words]]:
    """Return both sides of the pairs that have known words, as their numbers."""
    sides: tuple[list[Words], list[Words]] = ([], [])
    for pair in pairs:
        both = [
            np.array([known[w] for w in words if w in known], np.int32)
            for words, known in zip(pair, numbers, strict=True)
        ]
        if all(map(len, both)):
            for side, words in zip(sides, both, strict=True):
                side.append(words)
    return sides


def _trained(
    sides: tuple[list[Words], list[Words]],
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the words that meet, source and target, and both of their probabilities.

    They are sorted by the source's words, then by the target's.
    """
    source, target = sides
    forward, backward = (
        TranslationTable(source, target),
        TranslationTable(target, source),
    )
    forward.train(_ROUNDS)
    backward.train(_ROUNDS)
    order = np.lexsort((backward.sources, backward.targets))
    return forward.sources, forward.targets, forward.chances, backward.chances[order]


def _strengths(chance: Floats, word: Ints, words: int) -> Floats:
    """Return each chance as a share of the word's best, less where all are poor."""
    best = np.full(words, 1e-9, np.float32)
    np.maximum.at(best, word, chance)
    sure = np.minimum(1, best / np.float32(_CERTAIN))
    return np.asarray(chance / best[word] * sure[word], np.float32)


def _weights(counts: Iterable[int], pairs: int) -> Floats:
    return np.asarray(np.log1p(pairs / np.array(list(counts))), np.float32)


def _starts(rows: Ints, size: int) -> Ints:
    """Return where each row's entries start, of sorted *rows*."""
    return np.searchsorted(rows, np.arange(size + 1))


def _expand(starts: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the entries of some rows, each with the place of its row in *rows*."""
    sizes = starts[rows + 1] - starts[rows]
    owners = np.repeat(np.arange(len(rows)), sizes)
    before = np.cumsum(sizes) - sizes
    return owners, np.arange(len(owners)) - before[owners] + starts[rows][owners]
