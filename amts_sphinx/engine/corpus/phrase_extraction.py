"""Aligned sentences → the phrase pairs in them, and how they stand to their neighbours.

A phrase pair is any two runs of words whose links stay within them (Och and Ney, 2004);
words without links may join at the edges of the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.corpus.vocabulary import CLASS, relabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    Links = set[tuple[int, int]]

#: The phrase goes on where the last one ended, stands before it, or elsewhere.
MONOTONE, SWAP, APART = range(3)
#: Combinations of an orientation to the phrase before and one to the phrase after.
ORIENTATIONS: Final = 9
_NOTHING: Final = 1_000_000


class Aligned(NamedTuple):
    """A sentence pair, a character for each word, and its links."""

    source: str
    target: str
    #: (source word, target word).
    links: Links


class Found(NamedTuple):
    """One occurrence of a phrase pair."""

    source: str
    target: str
    #: Three times the orientation before, plus that after.
    orientation: int


def extract(pair: Aligned, longest: int) -> Iterator[Found]:
    """Yield the phrase pairs of one sentence pair; their codes are counted from 1.

    :param longest: words in a phrase, on either side
    """
    source, target, links = pair
    right = _bounds(links, len(target), 1)[1]
    known = links | {(-1, -1), (len(source), len(target))}
    for start, end, first, last in _runs(pair, longest):
        phrase = source[start:end]
        new: dict[int, str] = {}
        if CLASS.search(phrase):
            phrase, names = relabel(phrase)
            new = {ord(old): label for old, label in names.items()}
        for begin, stop in _widened(first, last, right, longest):
            said = target[begin:stop]
            yield Found(
                phrase,
                said.translate(new) if new else said,
                3 * _orientation(known, (start - 1, end), begin - 1)
                + _orientation(known, (end, start - 1), stop),
            )


def _orientation(links: Links, places: tuple[int, int], other: int) -> int:
    """Tell how a phrase pair stands to its neighbour.

    :param places: the source words next to it that make it monotone, or swapped
    :param other: the target word next to it
    """
    for kind, place in enumerate(places):
        if (place, other) in links:
            return kind
    return APART


def _runs(pair: Aligned, longest: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield runs of source words, and the linked target words that they make up.

    :returns: start and end of the source, the first and the last target word
    """
    size = len(pair.source)
    low, high = _bounds(pair.links, size, 0)
    left, right = _bounds(pair.links, len(pair.target), 1)
    for start in range(size):
        first, last = _NOTHING, -1
        for end in range(start, min(size, start + longest)):
            first, last = min(first, low[end]), max(last, high[end])
            if last < 0:
                continue
            if last - first >= longest or min(left[first : last + 1]) < start:
                break
            if max(right[first : last + 1]) <= end:
                yield start, end + 1, first, last


def _widened(
    first: int, last: int, right: list[int], longest: int
) -> Iterator[tuple[int, int]]:
    """Yield target runs from *first* to *last* and words without links around them."""
    begin = first
    while True:
        stop = last + 1
        while True:
            yield begin, stop
            stop += 1
            if stop > len(right) or right[stop - 1] >= 0 or stop - begin > longest:
                break
        begin -= 1
        if begin < 0 or right[begin] >= 0 or last - begin >= longest:
            break


def _bounds(links: Links, size: int, side: int) -> tuple[list[int], list[int]]:
    """Return each word's first and last counterpart, of the words on one *side*."""
    low, high = [_NOTHING] * size, [-1] * size
    for link in links:
        here, there = link[side], link[1 - side]
        low[here] = min(low[here], there)
        high[here] = max(high[here], there)
    return low, high
