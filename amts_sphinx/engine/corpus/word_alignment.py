"""Word alignment: which word of a sentence is the translation of which.

IBM Model 1 finds what words go together; a hidden Markov model then adds that
neighbours stay neighbours (Vogel, Ney and Tillmann, 1996). Both directions are trained,
on batches of sentences of one length, and all that either finds is taken: with little
data, few phrase pairs that are sure serve better than many that are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.engine.corpus import worker_pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    #: One sentence: its words' numbers.
    Words = NDArray[np.int32]

_IBM1_ROUNDS: Final = 5
_HMM_ROUNDS: Final = 4
#: How likely a word is to have no counterpart.
_NULL: Final = 0.08
#: Added to each count, so that rare words do not attract everything.
_SMOOTHING: Final = 0.02
#: Jumps longer than this are alike.
_JUMP: Final = 20
#: Cells (a word by a word) of one batch, so that memory stays bounded.
_CELLS: Final = 400_000
_TINY: Final = 1e-9
#: Words for which a second process is worth its start.
_MANY: Final = 20_000


class _Batch(NamedTuple):
    """Sentence pairs whose sources are equally long."""

    #: Which pairs.
    rows: Ints
    #: Pair × target word: its number; 0 where the target has ended.
    targets: Words
    #: Pair × target word: whether the target has not ended.
    mask: NDArray[np.bool_]
    #: Pair × target word × source word: where the two stand in the table.
    cells: NDArray[np.int32]


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
    return _Model1(*sides).links()


class _Model1:
    """The model by which source words bring forth target words."""

    def __init__(self, sources: Sequence[Words], targets: Sequence[Words]) -> None:
        self._batches = list(_batches(sources, targets))
        width = 1 + max(
            (int(words.max()) for words in targets if len(words)), default=0
        )
        keys, self._batches = _table(self._batches, sources, width)
        self._owners = (keys // width).astype(np.int64)
        self._words = (keys % width).astype(np.int64)
        self._width = width
        self._chances = np.full(len(keys), 1.0 / width, np.float32)
        self._null = np.full(width, 1.0 / width, np.float32)
        self._jumps = np.exp(-0.5 * np.abs(np.arange(-_JUMP, _JUMP + 1) - 1.0))

    def links(self) -> list[list[int]]:
        """Train, and return for each target word its source word, or -1."""
        for _ in range(_IBM1_ROUNDS):
            self._learn([self._ibm1(batch) for batch in self._batches])
        for _ in range(_HMM_ROUNDS - 1):
            jumps = np.zeros(2 * _JUMP + 1)
            self._learn([self._hmm(batch, jumps) for batch in self._batches])
            self._jumps = jumps + 1.0
        found: list[list[int]] = [[]] * sum(len(b.rows) for b in self._batches)
        for batch in self._batches:
            real, null = self._hmm(batch, np.zeros(2 * _JUMP + 1))
            best = real.argmax(axis=2)
            top = np.take_along_axis(real, best[:, :, None], 2)[:, :, 0]
            best[(top < null) | ~batch.mask] = -1
            lengths = batch.mask.sum(axis=1)
            for row, words, length in zip(batch.rows, best, lengths, strict=True):
                found[row] = words[:length].tolist()
        return found

    def _ibm1(self, batch: _Batch) -> tuple[Floats, Floats]:
        """Return how likely each link is: pair × target × source, and of no source."""
        real = self._chances[batch.cells]
        null = self._null[batch.targets] * np.float32(_NULL)
        real *= np.float32((1 - _NULL) / real.shape[2])
        total = real.sum(axis=2) + null + np.float32(1e-30)
        real *= (batch.mask / total)[:, :, None].astype(np.float32)
        return real, (null / total * batch.mask).astype(np.float32)

    def _hmm(self, batch: _Batch, jumps: NDArray[np.float64]) -> tuple[Floats, Floats]:
        """Return the same by the Markov model; adds its jumps to *jumps*."""
        size = batch.cells.shape[2]
        emit = self._chances[batch.cells] + np.float32(_TINY)
        emit[~batch.mask] = 1.0  # what comes after the end says nothing
        blank = self._null[batch.targets] + np.float32(_TINY)
        blank[~batch.mask] = 1.0
        steps = np.arange(size)[None, :] - np.arange(size)[:, None]
        moves = self._jumps[np.clip(steps, -_JUMP, _JUMP) + _JUMP]
        moves = (moves / moves.sum(axis=1, keepdims=True)).astype(np.float32)
        ahead, ahead_null, scale = _forward(emit, blank, moves)
        seen = _backward(emit, blank, moves, (ahead, ahead_null, scale))
        seen *= moves
        place = np.clip(steps, -_JUMP, _JUMP) + _JUMP
        jumps += np.bincount(place.ravel(), seen.ravel(), minlength=len(jumps))
        ahead *= batch.mask[:, :, None]
        return ahead, ahead_null.sum(axis=2) * batch.mask

    def _learn(self, expected: list[tuple[Floats, Floats]]) -> None:
        """Make the table anew from what was *expected* of each batch."""
        cells = np.concatenate([batch.cells.ravel() for batch in self._batches])
        counts = np.concatenate([real.ravel() for real, _ in expected])
        new = np.bincount(cells, counts, minlength=len(self._words)) + _SMOOTHING
        totals = np.bincount(self._owners, new)
        self._chances = (new / totals[self._owners]).astype(np.float32)
        words = np.concatenate([batch.targets.ravel() for batch in self._batches])
        counts = np.concatenate([null.ravel() for _, null in expected])
        none = np.bincount(words, counts, minlength=self._width) + _SMOOTHING
        self._null = (none / none.sum()).astype(np.float32)


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


def _batches(sources: Sequence[Words], targets: Sequence[Words]) -> Iterator[_Batch]:
    """Yield the sentence pairs by their sources' length, like targets together."""
    order = sorted(
        range(len(sources)), key=lambda n: (len(sources[n]), len(targets[n]))
    )
    start = 0
    while start < len(order):
        size = len(sources[order[start]])
        least = len(targets[order[start]])
        end = start
        while end < len(order):
            longest = len(targets[order[end]])
            if (
                len(sources[order[end]]) != size
                or longest > 1.3 * least + 3
                or (end + 1 - start) * longest * size > _CELLS
            ) and end > start:
                break
            end += 1
        yield _batch(np.array(order[start:end]), targets)
        start = end


def _batch(rows: Ints, targets: Sequence[Words]) -> _Batch:
    """Put the targets of *rows* side by side."""
    longest = max(len(targets[row]) for row in rows)
    words = np.zeros((len(rows), longest), np.int32)
    mask = np.zeros(words.shape, np.bool_)
    for place, row in enumerate(rows):
        words[place, : len(targets[row])] = targets[row]
        mask[place, : len(targets[row])] = True
    return _Batch(rows, words, mask, np.zeros((0, 0, 0), np.int32))


def _table(
    batches: list[_Batch], sources: Sequence[Words], width: int
) -> tuple[Ints, list[_Batch]]:
    """Return all pairs of words that meet, in order, and the batches with cells."""

    def meet(batch: _Batch) -> Ints:
        left = np.stack([sources[row] for row in batch.rows]).astype(np.int64)
        return left[:, None, :] * width + batch.targets[:, :, None]

    found = [_distinct(meet(batch)) for batch in batches]
    keys = _distinct(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return keys, [
        batch._replace(cells=np.searchsorted(keys, meet(batch)).astype(np.int32))
        for batch in batches
    ]


def _distinct(values: Ints) -> Ints:
    """Return the distinct *values* in order; for many, faster than ``np.unique``."""
    values = np.sort(values, axis=None)
    distinct: Ints = values[np.diff(values, prepend=-1) != 0]
    return distinct
