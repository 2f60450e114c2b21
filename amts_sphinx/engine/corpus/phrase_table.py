"""Phrase pairs: counted, scored, and the best of each source kept.

The scores are log probabilities: of the target given the source, the reverse, of the
words one by one in both directions, and of how the pair stands to the phrases before
and after it (lexicalised reordering).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.engine.corpus.lexical_weights import LexicalWeights
from amts_sphinx.engine.corpus.phrase_extraction import APART, ORIENTATIONS, extract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from amts_sphinx.engine.corpus.phrase_extraction import Aligned

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Columns of a phrase table: see :class:`PhraseTable`.
SCORES: Final = 10
#: What is taken from the count of a pair that was seen once, and more often.
_DISCOUNTS: Final = (0.6, 0.4)
#: How much a phrase's own habits weigh against everybody's, in occurrences.
_HABIT: Final = 2.0


#: Bits of the number of a phrase: there are not so many.
_SIDE: Final = 32


class PhraseTable(NamedTuple):
    """The phrase pairs that were learnt."""

    #: Source phrase → its first row, and the row after its last.
    rows: dict[str, tuple[int, int]]
    #: Row → target phrase, the best of a source first.
    targets: list[str]
    #: Row × :data:`SCORES`: target given source, source given target, the same word by
    #: word, orientation to the phrase before (three), and to the one after (three).
    scores: NDArray[np.float32]


class _Counts:
    """The phrase pairs that were seen."""

    def __init__(self) -> None:
        #: The pairs, as one number each: two in a tuple take more memory.
        self._numbers: dict[int, int] = {}
        #: The phrases of either side, with their numbers.
        self.phrases: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._seen = array("q")

    def add(self, source: str, target: str, orientation: int) -> None:
        """Count one occurrence."""
        left, right = self.phrases
        pair = left.setdefault(source, len(left)) << _SIDE
        pair += right.setdefault(target, len(right))
        number = self._numbers.setdefault(pair, len(self._numbers))
        self._seen.append(number * ORIENTATIONS + orientation)

    def pairs(self) -> Ints:
        """Return the numbers of the phrases: pair × side."""
        both = np.fromiter(self._numbers, np.int64, len(self._numbers))
        return np.stack([both >> _SIDE, both & ((1 << _SIDE) - 1)], axis=1)

    def orientations(self) -> Ints:
        """Return the occurrences: pair × orientation before × orientation after."""
        seen = np.frombuffer(self._seen, np.int64)
        counts = np.bincount(seen, minlength=len(self._numbers) * ORIENTATIONS)
        return counts.reshape(-1, 3, 3)


def learn(aligned: Sequence[Aligned], longest: int, most: int) -> PhraseTable:
    """Return the phrase table of *aligned* sentences.

    :param longest: words in a phrase, on either side
    :param most: targets kept for one source
    """
    counts = _Counts()
    for pair in aligned:
        for found in extract(pair, longest):
            counts.add(*found)
    lexicon = LexicalWeights(aligned)
    alone = {phrase for phrase in counts.phrases[0] if len(phrase) == 1}
    for word, other in lexicon.links():
        if word not in alone:  # no phrase translates this word by itself
            counts.add(word, other, ORIENTATIONS // 3 * APART + APART)
    return _table(counts, lexicon, most)


def _table(counts: _Counts, lexicon: LexicalWeights, most: int) -> PhraseTable:
    """Score the phrase pairs that were counted."""
    pairs, orientations = counts.pairs(), counts.orientations()
    names = [list(side) for side in counts.phrases]
    ranks = np.stack([_ranks(names[side])[pairs[:, side]] for side in (0, 1)])
    seen = orientations.sum(axis=(1, 2))
    kept = _best(ranks, -seen.astype(np.float64), 2 * most)
    words = [[names[side][n] for n in pairs[kept, side].tolist()] for side in (0, 1)]
    scores = np.empty((len(kept), SCORES))
    left = seen[kept] - np.where(seen[kept] == 1, *_DISCOUNTS)
    for side in (0, 1):
        totals = np.bincount(pairs[:, side], seen)
        scores[:, side] = np.log(left / totals[pairs[kept, side]])
    scores[:, 2], scores[:, 3] = lexicon.score(*words)
    scores[:, 4:] = _habits(orientations)[kept]
    best = _best(ranks[:, kept], -scores[:, :4].sum(axis=1), most)
    sources = [words[0][n] for n in best.tolist()]
    rows: dict[str, tuple[int, int]] = {}
    for row, source in enumerate(sources):
        rows[source] = (rows.get(source, (row, row))[0], row + 1)
    targets = [words[1][n] for n in best.tolist()]
    return PhraseTable(rows, targets, scores[best].astype(np.float32))


def _ranks(phrases: Sequence[str]) -> Ints:
    """Return the place of each phrase in their order."""
    ranks = np.empty(len(phrases), np.int64)
    ranks[sorted(range(len(phrases)), key=phrases.__getitem__)] = np.arange(
        len(phrases)
    )
    return ranks


def _best(ranks: Ints, costs: Floats, most: int) -> Ints:
    """Return the pairs in order of their source, then of *costs*, *most* a source.

    :param ranks: side × pair
    """
    order = np.lexsort((ranks[1], costs, ranks[0]))
    if not len(order):
        return order
    new = np.diff(ranks[0][order], prepend=-1) != 0
    places = np.arange(len(order))
    return order[places - np.maximum.accumulate(np.where(new, places, 0)) < most]


def _habits(orientations: Ints) -> Floats:
    """Return the log shares of the pairs' orientations before and after."""
    sides = [orientations.sum(axis=2), orientations.sum(axis=1)]
    shares = []
    for side in sides:
        everybody = side.sum(axis=0) + 1.0
        own = side + _HABIT * everybody / everybody.sum()
        shares.append(np.log(own / own.sum(axis=1, keepdims=True)))
    return np.concatenate(shares, axis=1)
