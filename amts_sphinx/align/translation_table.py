"""How probable each word is as the translation of another: IBM Model 1.

A table of p(target word | source word) is trained by expectation maximisation (Brown,
Della Pietra, Della Pietra and Mercer, 1993). Words are numbers; the model knows neither
a language nor the order of words. The alignment of editions learns its lexicon with it,
and the engine ``corpus`` begins its word alignment with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Floats64 = NDArray[np.float64]
    Ints = NDArray[np.int64]
    #: One sentence: the numbers of its words.
    Words = NDArray[np.int32]

#: Cells (a target word by a source word) of one batch, so that memory stays bounded.
_CELLS: Final = 400_000
#: Cells that are counted at once: what is expected of them takes 24 bytes each.
_AT_ONCE: Final = 1 << 23
#: Targets of one batch differ in length by this factor and so many words more, at most.
_LONGER: Final = (1.3, 3)
#: In place of a sum of probabilities that is 0.
_TINY: Final = np.float32(1e-30)


class Batch(NamedTuple):
    """Sentence pairs whose sources are equally long."""

    #: Which pairs.
    rows: Ints
    #: Pair × target word: its number; 0 where the target has ended.
    targets: Words
    #: Pair × target word: whether the target has not ended.
    mask: NDArray[np.bool_]
    #: Pair × target word × source word: their entry in the table; any entry where the
    #: target has ended.
    cells: NDArray[np.int32]

    @property
    def size(self) -> int:
        """Number of words in each source."""
        return int(self.cells.shape[2])


#: For each link of a batch, and for each target word without one, its probability: pair
#: × target × source, and pair × target.
Posteriors = tuple["Floats", "Floats"]


class TranslationTable:
    """The probabilities of target words, given source words that they meet.

    Each target word comes from one source word, or from none.
    """

    def __init__(
        self,
        sources: Sequence[Words],
        targets: Sequence[Words],
        *,
        null: float = 0.0,
        smoothing: float = 0.0,
    ) -> None:
        """Begin with a table in which all words are equally probable.

        :param sources: none is empty; their words are numbered from 0
        :param targets: one for each of *sources*
        :param null: how probable it is that a target word comes from no source word
        :param smoothing: added to each count, so that rare words do not attract
            everything
        """
        self._null = null
        self._smoothing = smoothing
        self._width = 1 + max((int(t.max()) for t in targets if len(t)), default=0)
        padded = list(_batches(sources, targets))
        keys, self._cells = _entries(padded, self._width)
        self.batches = list(_with_cells(padded, self._cells))
        #: Of each entry, its source and its target word: in their order.
        self.sources = (keys // self._width).astype(np.int64)
        self.targets = (keys % self._width).astype(np.int64)
        #: Of each entry, the probability of the target word.
        self.chances = np.full(len(keys), 1.0 / self._width, np.float32)
        #: Of each target word, its probability where it comes from no source word.
        self.unlinked = np.full(self._width, 1.0 / self._width, np.float32)

    def train(self, rounds: int) -> None:
        """Improve the table by so many rounds of IBM Model 1."""
        for _ in range(rounds):
            self.learn(self._posteriors(batch) for batch in self.batches)

    def _posteriors(self, batch: Batch) -> Posteriors:
        real = self.chances.take(batch.cells)
        real *= np.float32((1 - self._null) / batch.size)
        none = self.unlinked.take(batch.targets) * np.float32(self._null)
        total = real.sum(axis=2) + none + _TINY
        real *= (batch.mask / total)[:, :, None].astype(np.float32)
        return real, (none / total * batch.mask).astype(np.float32)

    def learn(self, expected: Iterable[Posteriors]) -> None:
        """Make the table anew.

        :param expected: the probabilities of links, for each batch in order; they are
            taken one by one, and not kept
        """
        new = np.zeros(len(self.chances))
        alone = np.zeros(self._width)
        some: list[tuple[Batch, Posteriors]] = []
        place = size = 0
        for batch, found in zip(self.batches, expected, strict=True):
            some.append((batch, found))
            size += batch.cells.size
            if size >= _AT_ONCE or batch is self.batches[-1]:
                cells = self._cells[place : place + size]
                self._count(some, cells, new, alone)
                some, place, size = [], place + size, 0
        new += self._smoothing
        totals = np.bincount(self.sources, new)
        self.chances = (new / (totals[self.sources] + _TINY)).astype(np.float32)
        if self._null:
            alone += self._smoothing
            self.unlinked = (alone / (alone.sum() + _TINY)).astype(np.float32)

    def _count(
        self,
        some: Sequence[tuple[Batch, Posteriors]],
        cells: NDArray[np.int32],
        new: Floats64,
        alone: Floats64,
    ) -> None:
        """Add to *new* what is expected of each entry, to *alone* that of no entry."""
        counts = np.concatenate([real.ravel() for _, (real, _) in some])
        new += np.bincount(cells, counts, len(new))
        if self._null:
            words = np.concatenate([batch.targets.ravel() for batch, _ in some])
            counts = np.concatenate([none.ravel() for _, (_, none) in some])
            alone += np.bincount(words, counts, len(alone))


class _Padded(NamedTuple):
    """A batch before its cells are known."""

    rows: Ints
    #: Pair × source word.
    sources: Words
    targets: Words
    mask: NDArray[np.bool_]


def _batches(sources: Sequence[Words], targets: Sequence[Words]) -> Iterator[_Padded]:
    """Yield the sentence pairs by their sources' length, like targets together."""
    order = sorted(
        range(len(sources)), key=lambda n: (len(sources[n]), len(targets[n]))
    )
    factor, more = _LONGER
    start = 0
    while start < len(order):
        size = len(sources[order[start]])
        least = len(targets[order[start]])
        end = start
        while end < len(order):
            longest = len(targets[order[end]])
            if (
                len(sources[order[end]]) != size
                or longest > factor * least + more
                or (end + 1 - start) * longest * size > _CELLS
            ) and end > start:
                break
            end += 1
        yield _padded(np.array(order[start:end]), sources, targets)
        start = end


def _padded(rows: Ints, sources: Sequence[Words], targets: Sequence[Words]) -> _Padded:
    """Put the sentences of *rows* side by side."""
    longest = max(len(targets[row]) for row in rows)
    words = np.zeros((len(rows), longest), np.int32)
    mask = np.zeros(words.shape, np.bool_)
    for place, row in enumerate(rows):
        words[place, : len(targets[row])] = targets[row]
        mask[place, : len(targets[row])] = True
    return _Padded(rows, np.stack([sources[row] for row in rows]), words, mask)


def _entries(padded: Sequence[_Padded], width: int) -> tuple[Ints, NDArray[np.int32]]:
    """Return all pairs of words that meet, as numbers in order, and the cells.

    :param width: the number of target words
    :returns: the cells are the places of the pairs, of one batch after the other
    """
    found: list[tuple[Ints, NDArray[np.int32]]] = []
    for batch in padded:
        left = batch.sources.astype(np.int64)
        pairs = left[:, None, :] * width + batch.targets[:, :, None]
        pairs[~batch.mask] = pairs.flat[0]
        own, cells = np.unique(pairs, return_inverse=True)
        found.append((own, cells.ravel().astype(np.int32)))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    keys = _distinct(np.concatenate([own for own, _ in found]))
    return keys, np.concatenate(
        [np.searchsorted(keys, own).astype(np.int32)[cells] for own, cells in found]
    )


def _with_cells(padded: Iterable[_Padded], cells: NDArray[np.int32]) -> Iterator[Batch]:
    """Yield the batches; their cells are parts of *cells*, not copies."""
    place = 0
    for rows, sources, targets, mask in padded:
        shape = (*targets.shape, sources.shape[1])
        size = targets.size * sources.shape[1]
        yield Batch(rows, targets, mask, cells[place : place + size].reshape(shape))
        place += size


def _distinct(values: Ints) -> Ints:
    """Return the distinct *values* in order; for many, faster than ``np.unique``."""
    values = np.sort(values)
    distinct: Ints = values[np.diff(values, prepend=-1) != 0]
    return distinct
