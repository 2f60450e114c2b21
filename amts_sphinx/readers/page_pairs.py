"""Which blocks of a page are the translation of which blocks of its source."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from amts_sphinx.align import PairLimits, align_documents
from amts_sphinx.readers.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.align import Pairing
    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.readers.pages import Page, PageBlock

#: From which block to before which, by number.
Range: TypeAlias = tuple[int, int]

#: Texts are paired by the structure of the page too: their words may differ more.
_LIMITS: Final = PairLimits(coverage=0.1, shortest=0.15, longest=6.0)


class BlockPair(NamedTuple):
    """Blocks of two pages that belong together; one side may have none."""

    ours: Range
    theirs: Range


def pair_pages(
    pages: Sequence[tuple[Page, Page]], pair: LanguagePair
) -> list[list[BlockPair]]:
    """Pair the blocks of pages with those of their translations.

    Together the pairs of a page are all blocks of both sides, in order. Where it cannot
    be told which block belongs to which, all of them are in one pair.

    :param pages: each page with its translation; the more, the surer
    """
    split = [(blocks(ours), blocks(theirs)) for ours, theirs in pages]
    differ = [
        number
        for number, (ours, theirs) in enumerate(split)
        if _shapes(ours) != _shapes(theirs)
    ]
    texts = [(pages[n][0].containers, pages[n][1].containers) for n in differ]
    aligned = dict(zip(differ, align_documents(texts, pair), strict=True))
    return [
        list(_pairs(*both, aligned.get(number, ())))
        for number, both in enumerate(split)
    ]


def _shapes(found: Sequence[PageBlock]) -> list[tuple[object, ...]]:
    return [(block.shape, block.texts[1] - block.texts[0]) for block in found]


def _pairs(
    ours: Sequence[PageBlock], theirs: Sequence[PageBlock], pairings: Sequence[Pairing]
) -> Iterator[BlockPair]:
    """Yield the pairs of one page."""
    here, there = 0, 0
    for link in _joined([*_equal(ours, theirs), *_of_texts(ours, theirs, pairings)]):
        gap = BlockPair((here, link.ours[0]), (there, link.theirs[0]))
        yield from _between(ours, theirs, gap)
        yield link
        here, there = link.ours[1], link.theirs[1]
    rest = BlockPair((here, len(ours)), (there, len(theirs)))
    yield from _between(ours, theirs, rest)


def _equal(
    ours: Sequence[PageBlock], theirs: Sequence[PageBlock]
) -> Iterator[BlockPair]:
    """Yield the blocks without text that stand once on each side, letter by letter."""
    mine, other = (
        Counter(block.content for block in side if _is_bare(block))
        for side in (ours, theirs)
    )
    places = {block.content: number for number, block in enumerate(theirs)}
    for number, block in enumerate(ours):
        if mine[block.content] == other[block.content] == 1:
            place = places[block.content]
            yield BlockPair((number, number + 1), (place, place + 1))


def _is_bare(block: PageBlock) -> bool:
    return block.texts[0] == block.texts[1] and bool(block.content)


def _of_texts(
    ours: Sequence[PageBlock], theirs: Sequence[PageBlock], pairings: Sequence[Pairing]
) -> Iterator[BlockPair]:
    """Yield the blocks whose texts are translations of each other."""
    mine, other = _blocks_of_texts(ours), _blocks_of_texts(theirs)
    for pairing in pairings:
        first, last, start, end = pairing.blocks
        if first == last or start == end or pairing.moved:
            continue
        if last > len(mine) or end > len(other):
            continue  # behind the last block there are texts that no block has
        link = BlockPair(
            (mine[first], mine[last - 1] + 1), (other[start], other[end - 1] + 1)
        )
        if not _LIMITS.fault(pairing.score) and not _are_unlike(ours, theirs, link):
            yield link


def _are_unlike(
    ours: Sequence[PageBlock], theirs: Sequence[PageBlock], link: BlockPair
) -> bool:
    """Tell whether one block would be the translation of one of another kind.

    A paragraph that people added beside a quotation may look like its translation.
    """
    mine, other = ours[slice(*link.ours)], theirs[slice(*link.theirs)]
    return len(mine) == len(other) == 1 and mine[0].shape != other[0].shape


def _blocks_of_texts(found: Sequence[PageBlock]) -> list[int]:
    """Return the number of the block of each text, up to the last that has one."""
    places: list[int] = []
    for number, block in enumerate(found):
        places += [number] * max(0, block.texts[1] - len(places))
    return places


def _joined(links: Sequence[BlockPair]) -> list[BlockPair]:
    """Return links in order, those that share a block as one, none that cross."""
    found: list[BlockPair] = []
    for link in sorted(links):
        last = found[-1] if found else BlockPair((0, 0), (0, 0))
        if link.ours[0] >= last.ours[1] and link.theirs[0] >= last.theirs[1]:
            found.append(link)
        elif found and (_reaches(link, last) or _share(link.theirs, last.theirs)):
            found[-1] = BlockPair(
                _union(last.ours, link.ours), _union(last.theirs, link.theirs)
            )
    # A union may reach back over what came before it.
    return found if _is_in_order(found) else _joined(_merged(found))


def _reaches(link: BlockPair, last: BlockPair) -> bool:
    """Tell whether a link shares a block of ours, and does not stand before."""
    return _share(link.ours, last.ours) and link.theirs[1] > last.theirs[0]


def _is_in_order(found: Sequence[BlockPair]) -> bool:
    return all(
        one.ours[1] <= two.ours[0] and one.theirs[1] <= two.theirs[0]
        for one, two in pairwise(found)
    )


def _merged(found: Sequence[BlockPair]) -> list[BlockPair]:
    """Return links of which each that reaches back is one with the one before."""
    kept: list[BlockPair] = []
    for link in found:
        if kept and not _is_in_order([kept[-1], link]):
            last = kept.pop()
            link = BlockPair(  # noqa: PLW2901 - it takes its place
                _union(last.ours, link.ours), _union(last.theirs, link.theirs)
            )
        kept.append(link)
    return kept


def _share(one: Range, two: Range) -> bool:
    return one[0] < two[1] and two[0] < one[1]


def _union(one: Range, two: Range) -> Range:
    return min(one[0], two[0]), max(one[1], two[1])


def _between(
    ours: Sequence[PageBlock], theirs: Sequence[PageBlock], gap: BlockPair
) -> Iterator[BlockPair]:
    """Yield the pairs of blocks between two that are known."""
    (first, last), (start, end) = gap
    mine, other = _shapes(ours[first:last]), _shapes(theirs[start:end])
    before = _alike(mine, other)
    if len(mine) == len(other) == before:
        after = 0
    else:
        after = _alike(mine[before:][::-1], other[before:][::-1])
        # A single text among others tells nothing by its shape.
        before, after = (0, 0) if not (mine and other) else (before, after)
    for number in range(before):
        yield _single(first + number, start + number)
    middle = BlockPair((first + before, last - after), (start + before, end - after))
    if middle.ours[0] < middle.ours[1] or middle.theirs[0] < middle.theirs[1]:
        yield middle
    for number in range(after, 0, -1):
        yield _single(last - number, end - number)


def _alike(mine: Sequence[tuple[object, ...]], other: Sequence[object]) -> int:
    """Return how many blocks at the beginning are alike and, unless all, bare."""
    if list(mine) == list(other):
        return len(mine)
    count = 0
    for one, two in zip(mine, other, strict=False):
        if one != two or one[1]:
            break
        count += 1
    return count


def _single(ours: int, theirs: int) -> BlockPair:
    return BlockPair((ours, ours + 1), (theirs, theirs + 1))
