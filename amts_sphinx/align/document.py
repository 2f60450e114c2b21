"""One document and its translation → beads of blocks, and of sentences in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.align import quality, sections
from amts_sphinx.align.bead_costs import SHAPES, BeadWeights, Costs
from amts_sphinx.align.beads import Bead, find_beads
from amts_sphinx.align.features import sides
from amts_sphinx.align.search_space import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.align.features import Levels
    from amts_sphinx.align.lexicon import Lexicon
    from amts_sphinx.align.quality import Confidence
    from amts_sphinx.align.text import Text

#: Blocks are merged and split a fifth as often as sentences.
_RARELY: Final = tuple(
    (shape, often if shape == (1, 1) else often / 5) for shape, often in SHAPES.items()
)
_BLOCKS: Final = BeadWeights(spread=6, skip=2.5, skip_length=0.05, shapes=_RARELY)
_SENTENCES: Final = BeadWeights()
#: What is taken off for sentences that go one by one, by their number and lengths.
_IN_STEP: Final = 2.0
#: A sentence pair is doubted when its share of the paragraph differs by this factor.
_DOUBT: Final = 3.0
#: Shorter sentences, in units of length, say nothing by their length.
_SHORT: Final = 7.0


class Pairing(NamedTuple):
    """Blocks that belong together, and their sentences; numbered in the document."""

    blocks: Bead
    score: Confidence
    sentences: list[tuple[Bead, Confidence]]
    #: The section stands elsewhere in the translation.
    moved: bool


def align(
    source: Text, target: Text, scales: tuple[float, float], lexicon: Lexicon
) -> list[Pairing]:
    """Align two documents; what has no counterpart is a pairing with one side only.

    :param scales: units of length per character of the source and of the target
    """
    if not source.lengths or not target.lengths:
        return list(_alone(source, target))
    ours, theirs = sides(source, target, scales, (lexicon.source, lexicon.target))
    judge = quality.Judge(ours, theirs, lexicon)
    plan = sections.plan(ours, theirs, lexicon)
    elsewhere = {row for room in plan.moved for row in range(room.first, room.last)}
    there = {column for room in plan.moved for column in range(room.start, room.end)}
    found = [
        pairing
        for pairing in _pair(ours, theirs, plan.rooms, lexicon, judge)
        if not (
            (pairing.blocks.first in elsewhere and pairing.blocks.shape[0])
            or (pairing.blocks.start in there and pairing.blocks.shape[1])
        )
    ]
    for room in plan.moved:
        mine, other = (
            _part(ours, room.first, room.last),
            _part(theirs, room.start, room.end),
        )
        whole = Room(0, len(mine.blocks), 0, len(other.blocks), room.bonus)
        apart = quality.Judge(mine, other, lexicon)
        found += [
            _back(pairing, ours, theirs, room)
            for pairing in _pair(mine, other, [whole], lexicon, apart)
        ]
    return found


def _alone(source: Text, target: Text) -> Iterator[Pairing]:
    for number in range(len(source.kinds)):
        yield Pairing(Bead(number, number + 1, 0, 0), quality.NOTHING, [], moved=False)
    for number in range(len(target.kinds)):
        yield Pairing(Bead(0, 0, number, number + 1), quality.NOTHING, [], moved=False)


def _pair(
    source: Levels,
    target: Levels,
    rooms: Sequence[Room],
    lexicon: Lexicon,
    judge: quality.Judge,
) -> list[Pairing]:
    """Pair the blocks within *rooms*, then the sentences within the blocks."""
    beads = find_beads(Costs(source.blocks, target.blocks, _BLOCKS, lexicon), rooms)
    inner = [_room(source, target, bead) for bead in beads]
    costs = Costs(source.sentences, target.sentences, _SENTENCES, lexicon)
    sentences = iter(find_beads(costs, inner))
    found: list[Pairing] = []
    for bead, room in zip(beads, inner, strict=True):
        own: list[tuple[Bead, Confidence]] = []
        size = room.last - room.first + room.end - room.start
        while size:
            sentence = next(sentences)
            size -= sum(sentence.shape)
            own.append((sentence, judge.score(sentence)))
        whole = Bead(room.first, room.last, room.start, room.end)
        found.append(Pairing(bead, judge.score(whole), own, moved=False))
    return found


def _room(source: Levels, target: Levels, bead: Bead) -> Room:
    """Return the sentences of paired blocks, with a bonus if they go one by one."""
    first, last = source.firsts[[bead.first, bead.last]].tolist()
    start, end = target.firsts[[bead.start, bead.end]].tolist()
    alike = last - first == end - start and _in_step(
        source.sentences.lengths[first:last].tolist(),
        target.sentences.lengths[start:end].tolist(),
    )
    return Room(first, last, start, end, _IN_STEP if alike else 0)


def _in_step(source: Sequence[float], target: Sequence[float]) -> bool:
    """Tell whether the sentences' lengths go together.

    Two sentences merged and another split make the same count.
    """
    ours, theirs = sum(source), sum(target)
    return all(
        ours < theirs * mine / (other or 1) * _DOUBT
        and theirs * mine / (other or 1) < ours * _DOUBT
        for mine, other in zip(source, target, strict=True)
        if mine > _SHORT
    )


def _part(document: Levels, first: int, last: int) -> Levels:
    """Return some blocks of a document as one of its own."""
    firsts = document.firsts[first : last + 1]
    return document._replace(
        sentences=document.sentences.part(int(firsts[0]), int(firsts[-1])),
        blocks=document.blocks.part(first, last),
        firsts=firsts - firsts[0],
        depths=document.depths[first:last],
    )


def _back(pairing: Pairing, source: Levels, target: Levels, room: Room) -> Pairing:
    """Return a moved section's pairing with the numbers of the whole document."""
    rows, columns = int(source.firsts[room.first]), int(target.firsts[room.start])
    return Pairing(
        pairing.blocks.moved(room.first, room.start),
        pairing.score,
        [(bead.moved(rows, columns), score) for bead, score in pairing.sentences],
        moved=True,
    )
