"""How sure it is that two texts are translations of each other."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from amts_sphinx.align.beads import Bead
    from amts_sphinx.align.features import Bag, Floats, Ints, Levels
    from amts_sphinx.align.lexicon import Lexicon

#: A text needs this many words that the lexicon knows, or coverage says nothing.
_KNOWN: Final = 2
#: Tokens that are looked at, of either side: the beginning of a long text will do.
_ENOUGH: Final = 1000
#: Added to both lengths, in units, so that short texts are judged mildly.
_MILD: Final = 5.0
#: The coverage of a good translation.
_COVERED: Final = 0.75
#: What each kind of evidence weighs in the confidence.
_WEIGHTS: Final = (0.6, 0.25, 0.15)
#: The most that a pair is trusted of whose words nothing is known.
_UNKNOWN: Final = 0.7
#: By the larger number of items of a bead.
_TRUST: Final = (1.0, 1.0, 0.95, 0.88, 0.8)


class Confidence(NamedTuple):
    """What is known about one pair of texts."""

    #: 0–100: larger is surer. It orders pairs; it is not a probability.
    confidence: int
    #: 0–1: the share of the words, by weight, that the lexicon finds on the other
    #: side; -1 where it knows too few.
    coverage: float
    #: The target's length by the source's, 1 being the corpus's own mean.
    ratio: float
    #: 0–1: the share of anchors that both have; -1 where there are none.
    anchors: float


#: The score of a text without counterpart.
NOTHING: Final = Confidence(0, 0.0, 0.0, -1.0)


@dataclass(frozen=True, slots=True)
class PairLimits:
    """What a pair must have to be kept as parallel data."""

    coverage: float = 0.4
    shortest: float = 0.45
    longest: float = 2.2
    #: 0–100.
    confidence: int = 0
    #: Below this share of equal anchors a pair is marked, not dropped.
    anchors: float = 0.34

    def fault(self, score: Confidence) -> str:
        """Say why a pair is dropped, in words that can be counted.

        :returns: an empty string for a pair that is kept
        """
        if not score.ratio:
            return "it has no counterpart"
        if score.ratio < self.shortest:
            return "it is much shorter than its source"
        if score.ratio > self.longest:
            return "it is much longer than its source"
        if 0 <= score.coverage < self.coverage:
            return "few of its words are known as translations"
        if score.confidence < self.confidence:
            return "the confidence is too low"
        return ""


class Judge:
    """Scores beads of the sentences of one document."""

    def __init__(self, source: Levels, target: Levels, lexicon: Lexicon) -> None:
        self._source = source.sentences
        self._target = target.sentences
        self._lexicon = lexicon
        ours, theirs = self._source, self._target
        self._lengths = tuple(
            np.concatenate([np.zeros(1), np.cumsum(side.lengths, dtype=np.float64)])
            for side in (ours, theirs)
        )

    def score(self, bead: Bead) -> Confidence:
        """Return what is known about the sentences of a bead."""
        if not all(bead.shape):
            return NOTHING
        ours, theirs = self._lengths
        mine = float(ours[bead.last] - ours[bead.first])
        other = float(theirs[bead.end] - theirs[bead.start])
        ratio = (other + _MILD) / (mine + _MILD)
        coverage, anchors = self._coverage(bead), self._anchors(bead)
        trust = _TRUST[min(max(bead.shape), len(_TRUST) - 1)]
        sure = 100 * trust * _confidence(coverage, ratio, anchors)
        return Confidence(round(sure), coverage, ratio, anchors)

    def _coverage(self, bead: Bead) -> float:
        mine = np.unique(_ids(self._source.tokens, bead.first, bead.last)[:_ENOUGH])
        other = np.unique(_ids(self._target.tokens, bead.start, bead.end)[:_ENOUGH])
        return coverage(mine, other, self._lexicon)

    def _anchors(self, bead: Bead) -> float:
        ours = self._source.mass[bead.first : bead.last].sum()
        theirs = self._target.mass[bead.start : bead.end].sum()
        if not ours + theirs:
            return -1.0
        mine = Counter(_ids(self._source.anchors, bead.first, bead.last).tolist())
        other = Counter(_ids(self._target.anchors, bead.start, bead.end).tolist())
        return float(2 * (mine & other).total() / (ours + theirs))


def coverage(mine: Ints, other: Ints, lexicon: Lexicon) -> float:
    """Return the share of the words, by weight, that go with one of the other side.

    :param mine: the lexicon's numbers of the source's words, each once
    :param other: the same of the target
    :returns: 0-1, or -1 where the lexicon knows too few of them
    """
    if min(len(mine), len(other)) < _KNOWN:
        return -1.0
    forward, backward = lexicon.tables(mine, other)
    there = _share(forward.max(1), lexicon.source_weights[mine])
    here = _share(backward.max(0), lexicon.target_weights[other])
    return (there + here) / 2


def _ids(bag: Bag, first: int, last: int) -> Ints:
    return bag.ids[bag.starts[first] : bag.starts[last]]


def _share(found: Floats, weights: Floats) -> float:
    return float(found @ weights / weights.sum())


def _confidence(coverage: float, ratio: float, anchors: float) -> float:
    """Return the mean of what is known, 0–1."""
    length = math.exp(-abs(math.log(ratio)) * 1.5)
    known = (min(1.0, coverage / _COVERED), length, anchors)
    used = [
        (weight, value)
        for weight, value in zip(_WEIGHTS, known, strict=True)
        if value >= 0
    ]
    mean = sum(w * v for w, v in used) / sum(w for w, _ in used)
    return mean if coverage >= 0 else mean * _UNKNOWN
