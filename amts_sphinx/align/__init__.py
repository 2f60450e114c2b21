"""Two editions of a book → what is the translation of what, with a confidence.

Titles, then blocks, then sentences, by dynamic programming on length, anchors and kept
words; from what is found a lexicon is learnt, and all is aligned again with it. The
documents are aligned side by side: the functions that do it are plain, and so are what
they take and return, so that any executor can carry them.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from amts_sphinx.align import lexicon, text
from amts_sphinx.align.document import Pairing, align
from amts_sphinx.align.quality import Confidence, PairLimits
from amts_sphinx.align.workers import Failure, Task, carry, each

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from amts_sphinx.align.beads import Bead
    from amts_sphinx.align.lexicon import Lexicon
    from amts_sphinx.align.text import Text
    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import Container, LanguagePair

    #: The prose of a document and of its translation.
    _Documents = tuple[Sequence[Container], Sequence[Container]]

Item = TypeVar("Item")

__all__ = ["Confidence", "PairLimits", "Pairing", "align_documents"]

#: Sentences of both sides that a worker gets at a time, unless one document has more.
_PORTION: Final = 1500
#: Units of length that an average sentence has.
_AVERAGE: Final = 40.0
#: From pairs of these shapes the lexicon is learnt.
_TEACHING: Final = frozenset({(1, 1), (2, 1), (1, 2)})


class _First(NamedTuple):
    """What the first pass found out about a document."""

    source: Text
    target: Text
    pairings: list[Pairing]


def align_documents(
    documents: Sequence[tuple[Sequence[Container], Sequence[Container]]],
    pair: LanguagePair,
    executor: Carrier | None = None,
    progress: Callable[[int, int], None] | None = None,
    on_failure: Callable[[int, str], None] | None = None,
) -> list[list[Pairing]]:
    """Align documents with their translations.

    :param documents: the prose of each, and of its translation
    :param executor: carries the work, as any executor of ``concurrent.futures`` can;
        by default this thread does
    :param progress: is told how many sentences are done, and of how many: those of
        both sides, each counted twice
    :param on_failure: is told the number of a document that cannot be aligned, and why;
        nothing of it is paired then
    :returns: the pairings of each document, in order
    :raises RuntimeError: a document cannot be aligned, and there is no *on_failure*
    """
    sizes = [sum(len(c.segments) for c in chain(*both)) for both in documents]
    done = _Progress(sum(sizes) * 2, progress)
    scales = _guessed(documents)
    tasks = [Task(part, (pair, scales)) for part in _portions(documents, sizes)]
    read: list[_First | Failure] = []
    for found in carry(executor, _first_pass, tasks):
        done.add(sum(sizes[len(read) : len(read) + len(found)]))
        read += found
    # What failed once is not tried again.
    numbers = [n for n, one in enumerate(read) if not isinstance(one, Failure)]
    first = [one for one in read if not isinstance(one, Failure)]
    done.add(sum(sizes) - sum(sizes[n] for n in numbers))
    learnt = lexicon.train(list(_lessons(first)))
    scales = _measured(first) or scales
    again = [
        Task([one[:2] for one in part], (scales, _own(learnt, part)))
        for part in _portions(first, [sizes[n] for n in numbers])
    ]
    results: list[list[Pairing] | Failure] = [
        one if isinstance(one, Failure) else [] for one in read
    ]
    rest = iter(numbers)
    for found in carry(executor, _second_pass, again):
        for one in found:
            number = next(rest)
            results[number] = one
            done.add(sizes[number])
    return [_settled(n, one, on_failure) for n, one in enumerate(results)]


def _settled(
    number: int,
    result: list[Pairing] | Failure,
    on_failure: Callable[[int, str], None] | None,
) -> list[Pairing]:
    """Return the pairings of a document; tell of it if it failed."""
    if not isinstance(result, Failure):
        return result
    if on_failure is None:
        raise RuntimeError(
            f"document {number} cannot be aligned: {result.trace or result.reason}"
        )
    on_failure(number, result.reason)
    return []


class _Progress:
    """Counts the sentences that are done."""

    def __init__(self, whole: int, tell: Callable[[int, int], None] | None) -> None:
        self._done = 0
        self._whole = whole
        self._tell = tell

    def add(self, sentences: int) -> None:
        self._done += sentences
        if self._tell:
            self._tell(self._done, self._whole)


def _portions(items: Sequence[Item], sizes: Sequence[int]) -> Iterator[list[Item]]:
    """Cut *items* into portions for workers, the same whoever carries them."""
    part: list[Item] = []
    size = 0
    for item, its_size in zip(items, sizes, strict=True):
        if part and size + its_size > _PORTION:
            yield part
            part, size = [], 0
        part.append(item)
        size += its_size
    if part:
        yield part


def _first_pass(task: Task) -> list[_First | Failure]:
    """Read some documents, and align them without a lexicon."""
    return each(partial(_read, *task.needs), task.documents)


def _read(
    pair: LanguagePair, scales: tuple[float, float], document: _Documents
) -> _First:
    ours, theirs = document
    source, target = text.read(ours, pair.source), text.read(theirs, pair.target)
    return _First(source, target, align(source, target, scales, lexicon.empty()))


def _second_pass(task: Task) -> list[list[Pairing] | Failure]:
    """Align some documents with what was learnt from all of them."""
    return each(partial(_again, *task.needs), task.documents)


def _again(
    scales: tuple[float, float], learnt: Lexicon, document: tuple[Text, Text]
) -> list[Pairing]:
    return align(*document, scales, learnt)


def _guessed(documents: Sequence[_Documents]) -> tuple[float, float]:
    """Return the scales of lengths that the documents as a whole suggest."""
    lengths = [
        tuple(sum(len(c.whole.source) for c in side) for side in both)
        for both in documents
    ]
    ratios = [theirs / ours for ours, theirs in lengths if ours and theirs]
    sentences = sum(len(c.segments) for ours, _ in documents for c in ours)
    characters = sum(ours for ours, _ in lengths)
    return _scales(characters, sentences, median(ratios) if ratios else 1.0)


def _measured(first: Sequence[_First]) -> tuple[float, float] | None:
    """Return the scales that the pairs of the first pass suggest."""
    ours = theirs = count = 0
    for source, target, pairings in first:
        for bead in _beads(pairings, _TEACHING):
            ours += sum(source.lengths[bead.first : bead.last])
            theirs += sum(target.lengths[bead.start : bead.end])
            count += bead.last - bead.first
    return _scales(ours, count, theirs / ours) if count and ours and theirs else None


def _scales(characters: int, sentences: int, ratio: float) -> tuple[float, float]:
    """Return the units of length per character, of both sides.

    :param ratio: the target's characters by the source's
    """
    scale = _AVERAGE * max(1, sentences) / max(1, characters)
    return scale, scale / ratio


def _lessons(
    first: Iterable[_First],
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the tokens of the pairs that a lexicon is learnt from."""
    for source, target, pairings in first:
        for bead in _beads(pairings, _TEACHING):
            yield (
                _joined(source.tokens[bead.first : bead.last]),
                _joined(target.tokens[bead.start : bead.end]),
            )


def _beads(
    pairings: Iterable[Pairing], shapes: Collection[tuple[int, int]]
) -> Iterator[Bead]:
    for pairing in pairings:
        for bead, _ in pairing.sentences:
            if bead.shape in shapes:
                yield bead


def _joined(tokens: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the tokens of some sentences, each once."""
    if len(tokens) == 1:
        return tokens[0]
    return tuple(dict.fromkeys(chain.from_iterable(tokens)))


def _own(learnt: Lexicon, part: Sequence[_First]) -> Lexicon:
    """Return what a worker needs of the lexicon."""
    return learnt.part(
        {word for each in part for words in each.source.tokens for word in words},
        {word for each in part for words in each.target.tokens for word in words},
    )
