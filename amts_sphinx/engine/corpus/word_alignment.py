"""Word alignment: which word of a sentence is the translation of which.

IBM Model 1 finds what words go together; a hidden Markov model then adds that
neighbours stay neighbours (Vogel, Ney and Tillmann, 1996). Both directions are trained,
on batches of sentences of one length, and all that either finds is taken: with little
data, few phrase pairs that are sure serve better than many that are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from amts_sphinx.align.translation_table import TranslationTable
from amts_sphinx.engine.corpus import worker_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from amts_sphinx.align.translation_table import Batch, Floats, Posteriors, Words

_IBM1_ROUNDS: Final = 5
_HMM_ROUNDS: Final = 4
#: How likely a word is to have no counterpart.
_NULL: Final = 0.08
#: Added to each count, so that rare words do not attract everything.
_SMOOTHING: Final = 0.02
#: Jumps longer than this are alike.
_JUMP: Final = 20
_TINY: Final = 1e-9
#: Words for which a second process is worth its start.
_MANY: Final = 20_000


def align(
    sources: Sequence[Words], targets: Sequence[Words]
) -> list[set[tuple[int, int]]]:
    """Return each sentence pair's links (source word, target word)."""
    if not sources:
        return []
    both = [(sources, targets), (targets, sources)]
    many = sum(map(len, sources)) > _MANY
    forward, backward = worker_pool.each(_links, both) if many else map(_links, both)
    return [
        {(i, j) for j, i in enumerate(ahead) if i >= 0}
        | {(i, j) for i, j in enumerate(back) if j >= 0}
        for ahead, back in zip(forward, backward, strict=True)
    ]


def _links(
    sides: tuple[Sequence[Words], Sequence[Words]],
) -> list[list[int]]:
    """Return for each target word its source word, or -1."""
    table = TranslationTable(*sides, null=_NULL, smoothing=_SMOOTHING)
    table.train(_IBM1_ROUNDS)
    return _MarkovModel(table).links()


class _MarkovModel:
    """The model by which source words, one after the other, make target words."""

    def __init__(self, table: TranslationTable) -> None:
        self._table = table
        self._jumps = np.exp(-0.5 * np.abs(np.arange(-_JUMP, _JUMP + 1) - 1.0))

    def links(self) -> list[list[int]]:
        """Train, and return for each target word its source word, or -1."""
        batches = self._table.batches
        for _ in range(_HMM_ROUNDS - 1):
            jumps = np.zeros(2 * _JUMP + 1)
            self._table.learn(self._posteriors(batch, jumps) for batch in batches)
            self._jumps = jumps + 1.0
        found: list[list[int]] = [[]] * sum(len(b.rows) for b in batches)
        for batch in batches:
            real, null = self._posteriors(batch, np.zeros(2 * _JUMP + 1))
            best = real.argmax(axis=2)
            top = np.take_along_axis(real, best[:, :, None], 2)[:, :, 0]
            best[(top < null) | ~batch.mask] = -1
            lengths = batch.mask.sum(axis=1)
            for row, words, length in zip(batch.rows, best, lengths, strict=True):
                found[row] = words[:length].tolist()
        return found

    def _posteriors(self, batch: Batch, jumps: NDArray[np.float64]) -> Posteriors:
        """Return how probable each link is; the jumps seen are added to *jumps*."""
        emit = self._table.chances.take(batch.cells) + np.float32(_TINY)
        emit[~batch.mask] = 1.0  # what comes after the end says nothing
        blank = self._table.unlinked.take(batch.targets) + np.float32(_TINY)
        blank[~batch.mask] = 1.0
        steps = np.arange(batch.size)[None, :] - np.arange(batch.size)[:, None]
        place = np.clip(steps, -_JUMP, _JUMP) + _JUMP
        moves = self._jumps[place]
        moves = (moves / moves.sum(axis=1, keepdims=True)).astype(np.float32)
        ahead, ahead_null, scale = _forward(emit, blank, moves)
        seen = _backward(emit, blank, moves, (ahead, ahead_null, scale))
        seen *= moves
        jumps += np.bincount(place.ravel(), seen.ravel(), minlength=len(jumps))
        ahead *= batch.mask[:, :, None]
        return ahead, ahead_null.sum(axis=2) * batch.mask


def _forward(
    emit: Floats, blank: Floats, moves: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the forward chances of words and of none, and what they were divided by.

    A word without counterpart remembers the last source word before it.
    """
    pairs, length, size = emit.shape
    real = np.empty_like(emit)
    null = np.empty_like(emit)
    scale = np.empty((pairs, length), np.float32)
    come = np.full((pairs, size), 1.0 / size, np.float32)
    stay = come
    for step in range(length):
        real[:, step] = come * emit[:, step] * np.float32(1 - _NULL)
        null[:, step] = stay * (blank[:, step] * np.float32(_NULL))[:, None]
        total = real[:, step].sum(axis=1) + null[:, step].sum(axis=1)
        scale[:, step] = total
        real[:, step] /= total[:, None]
        null[:, step] /= total[:, None]
        stay = real[:, step] + null[:, step]
        come = stay @ moves
    return real, null, scale


def _backward(
    emit: Floats, blank: Floats, moves: Floats, ahead: tuple[Floats, Floats, Floats]
) -> NDArray[np.float64]:
    """Turn forward chances, in place, into those of links; return the moves seen."""
    real, null, scale = ahead
    seen = np.zeros(moves.shape)
    after = np.ones_like(emit[:, 0])
    back = moves.T.copy()
    for step in range(emit.shape[1] - 1, -1, -1):
        used = emit[:, step] * after * np.float32(1 - _NULL)
        none = after * (blank[:, step] * np.float32(_NULL))[:, None]
        used /= scale[:, step, None]
        none /= scale[:, step, None]
        if step:
            seen += (real[:, step - 1] + null[:, step - 1]).T @ used
        real[:, step] *= after
        null[:, step] *= after
        after = used @ back + none
    return seen
