"""How well phrase pairs go together word by word, as a check on rare ones.

Each word's best counterpart in the other phrase counts (Koehn, Och and Marcu, 2003),
or that it often has none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from amts_sphinx.engine.corpus.vocabulary import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from amts_sphinx.engine.corpus.phrase_extraction import Aligned

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The chance of words that were never linked.
_LEAST: Final = 1e-7
#: The first character that is a word; a code or a number goes with its like.
_WORDS: Final = 0x100
#: Stands in no sentence: the one entry of a list that would be empty.
_NO_WORD: Final = SEPARATOR
#: Bits of a character.
_BITS: Final = 21
#: The most that is believed of a word without counterpart, and how slowly.
_LONE: Final = (0.2, 20.0)
#: Combinations that are looked up at a time, so that memory stays bounded.
_CELLS: Final = 2_000_000


class LexicalWeights:
    """How often words were linked."""

    def __init__(self, aligned: Sequence[Aligned]) -> None:
        pairs: Counter[str] = Counter()
        lone: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for source, target, links in aligned:
            pairs.update([source[i] + target[j] for i, j in links])
            for side, words in enumerate((source, target)):
                linked = {link[side] for link in links}
                lone[side].update([w for n, w in enumerate(words) if n not in linked])
        self._pairs = [p for p in sorted(pairs) if min(map(ord, p)) >= _WORDS]
        listed = self._pairs or [_NO_WORD * 2]
        counts = np.array([pairs.get(pair, 1) for pair in listed], np.float64)
        self._keys = _ordinals(listed, 0) << _BITS | _ordinals(listed, 1)
        self._shares = [
            counts / _totals(_ordinals(listed, side), counts) for side in (0, 1)
        ]
        self._lone = [_shares_of_lone(words) for words in lone]

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield the words that were linked, source and target, in order."""
        for pair in self._pairs:
            yield pair[0], pair[1]

    def score(
        self, sources: Sequence[str], targets: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Return the log weights of *targets* given *sources*, and the reverse."""
        ahead, back = np.zeros(len(sources)), np.zeros(len(sources))
        for rows in _alike(sources, targets):
            left = _matrix([sources[row] for row in rows])
            right = _matrix([targets[row] for row in rows])
            keys = left[:, :, None] << _BITS | right[:, None, :]
            found = np.searchsorted(self._keys, keys)
            found[found == len(self._keys)] = 0
            known = self._keys[found] == keys
            for side, scores in enumerate((ahead, back)):
                words = (right, left)[side]
                shares = np.where(known, self._shares[side][found], 0.0)
                best = np.maximum(shares.max(axis=1 + side), self._none(words, side))
                scores[rows] = np.where(words < _WORDS, 0.0, np.log(best)).sum(axis=1)
        return ahead, back

    def _none(self, words: Ints, side: int) -> Floats:
        """Return the chance that each of *words* has no counterpart on *side*."""
        known, chances = self._lone[1 - side]
        place = np.searchsorted(known, words)
        place[place == len(known)] = 0
        return np.where(known[place] == words, chances[place], _LEAST)


def _shares_of_lone(words: Counter[str]) -> tuple[Ints, Floats]:
    """Return the characters of *words*, in order, and their chances to be alone."""
    most, slow = _LONE
    listed = sorted(words) or [_NO_WORD]
    counts = np.array([words[word] for word in listed], np.float64)
    return _ordinals(listed, 0), np.maximum(most * counts / (counts + slow), _LEAST)


def _alike(
    sources: Sequence[str], targets: Sequence[str]
) -> Iterator[NDArray[np.intp]]:
    """Yield the numbers of phrase pairs of the same lengths, some at a time."""
    lengths = np.array(
        [(len(s), len(t)) for s, t in zip(sources, targets, strict=True)], np.int64
    ).reshape(-1, 2)
    for size, width in np.unique(lengths, axis=0).tolist():
        rows = np.flatnonzero((lengths == (size, width)).all(axis=1))
        step = max(1, _CELLS // (size * width))
        for start in range(0, len(rows), step):
            yield rows[start : start + step]


def _matrix(phrases: Sequence[str]) -> Ints:
    """Return phrases of one length as rows of ordinals."""
    flat = np.frombuffer("".join(phrases).encode("utf-32-le"), np.uint32)
    return flat.astype(np.int64).reshape(len(phrases), -1)


def _ordinals(texts: Sequence[str], place: int) -> Ints:
    return np.array([ord(text[place]) for text in texts], np.int64)


def _totals(groups: Ints, counts: Floats) -> Floats:
    """Return for each item the sum of *counts* in its group."""
    _, numbers = np.unique(groups, return_inverse=True)
    return np.bincount(numbers, counts).astype(np.float64)[numbers]
