"""Make pairs of texts from aligned documents, each with its confidence.

A pair is a sentence, or a paragraph, and its translation. Either side may be several
sentences that the translator joined or split. Pairs that are not sure are dropped, with
a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.align import PairLimits
from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import HUMAN, Code, Segment, State, TranslationUnit
from amts_sphinx.text import code_matching
from amts_sphinx.text.copies import is_copy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from amts_sphinx.align import Confidence, Pairing
    from amts_sphinx.align.beads import Bead
    from amts_sphinx.core.units import Container, LanguagePair

#: The limits for texts that the structure of both documents pairs too: mild ones.
_MILD: Final = PairLimits(coverage=0.1, shortest=0.15, longest=6.0)


#: Why a pair is dropped whose target is the source again.
COPY: Final = "it is not translated"


class Pair(NamedTuple):
    """Texts of two editions that were aligned."""

    source: Segment
    target: Segment
    #: How sure it is that they are translations of each other.
    score: Confidence
    #: The number of sentences, or paragraphs, that each side consists of.
    shape: tuple[int, int]
    #: Why the pair is not used; empty when it is.
    dropped: str = ""
    #: Remarks for a person who looks at the pair.
    marks: tuple[str, ...] = ()
    #: What :attr:`source` was joined from.
    parts: tuple[Segment, ...] = ()
    #: What :attr:`target` was joined from.
    target_parts: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs of both sides that belong together."""

    #: The whole texts.
    whole: Pair
    #: Their sentences, in order.
    sentences: tuple[Pair, ...]
    #: The numbers of sentences that only the source and only the translation has.
    alone: tuple[int, int]

    @property
    def in_step(self) -> bool:
        """Whether each sentence has one translation."""
        return not any(self.alone) and all(s.shape == (1, 1) for s in self.sentences)


class Paired(NamedTuple):
    """The paired texts of one document."""

    blocks: list[Block]
    #: Texts that only the source has.
    only_source: list[Container]
    #: Sentences that only the translation has.
    only_target: list[Segment]


def of_document(
    documents: tuple[Sequence[Container], Sequence[Container]],
    pairings: Sequence[Pairing],
    pair: LanguagePair,
    limits: PairLimits,
    *,
    blind: bool,
) -> Paired:
    """Return the pairs of one document.

    :param documents: the prose that was aligned
    :param blind: whether there is no lexicon: then only equal structures and equal
        anchors show what belongs together
    """
    source, target = documents
    certain = set(_certain(source, target))
    finder = _Finder(documents, pair, limits, blind=blind)
    found = Paired([], [], [])
    for pairing in pairings:
        first, last, start, end = pairing.blocks
        if last == first or end == start:
            found.only_source.extend(source[first:last])
            found.only_target.extend(s for c in target[start:end] for s in c.segments)
        else:
            alike = pairing.blocks.shape == (1, 1) and (first, start) in certain
            found.blocks.append(finder.block(pairing, trusted=alike))
            found.only_target.extend(finder.without_source(pairing))
    return found


class _Finder:
    def __init__(
        self,
        documents: tuple[Sequence[Container], Sequence[Container]],
        pair: LanguagePair,
        limits: PairLimits,
        *,
        blind: bool,
    ) -> None:
        self._wholes = [[c.whole for c in side] for side in documents]
        self._sentences = [[s for c in side for s in c.segments] for side in documents]
        self._languages = pair
        self._blanks = [" " if name_language(tag).spaced else "" for tag in pair]
        self._limits = limits
        self._blind = blind

    def block(self, pairing: Pairing, *, trusted: bool) -> Block:
        """Return the pairs of one pairing.

        :param trusted: whether the structure of both documents pairs the texts too
        """
        limits = _MILD if trusted else self._limits
        sentences = []
        alone = [0, 0]
        for bead, score in pairing.sentences:
            if all(bead.shape):
                own = limits if bead.shape == (1, 1) else self._limits
                found = self._pair(self._sentences, bead, score, own)
                sentences.append(_marked(found, self._limits, moved=pairing.moved))
            else:
                alone = [n + more for n, more in zip(alone, bead.shape, strict=True)]
        whole = self._pair(self._wholes, pairing.blocks, pairing.score, limits)
        whole = _marked(whole, self._limits, moved=pairing.moved)
        if self._blind and not trusted:
            whole = _doubted(whole, self._limits)
            sentences = [_doubted(pair, self._limits) for pair in sentences]
        if not whole.dropped and any(each.dropped == COPY for each in sentences):
            whole = whole._replace(dropped="a part of it is not translated")
        return Block(whole, tuple(sentences), (alone[0], alone[1]))

    def without_source(self, pairing: Pairing) -> Iterator[Segment]:
        """Yield the sentences of a pairing that only the translation has."""
        for bead, _ in pairing.sentences:
            if not bead.shape[0]:
                yield from self._sentences[1][bead.start : bead.end]

    def _pair(
        self,
        items: list[list[Segment]],
        bead: Bead,
        score: Confidence,
        limits: PairLimits,
    ) -> Pair:
        parts = items[0][bead.first : bead.last]
        others = items[1][bead.start : bead.end]
        source = joined(parts, self._blanks[0])
        target = joined(others, self._blanks[1])
        # An unchanged name is a good pair, although no lexicon knows it.
        same = source.source == target.source
        fault = "" if same else limits.fault(score)
        if is_copy(source.source, target.source, self._languages):
            fault = COPY
        sides = tuple(parts), tuple(others)
        return Pair(source, target, score, bead.shape, fault, (), *sides)


def _marked(pair: Pair, limits: PairLimits, *, moved: bool) -> Pair:
    marks = []
    if 0 <= pair.score.anchors < limits.anchors:
        marks.append("other numbers, formulas or code")
    if moved:
        marks.append("at another place in the translation")
    if not pair.dropped and (fault := limits.fault(pair.score)):
        marks.append(fault)
    return pair._replace(marks=tuple(marks))


def _doubted(pair: Pair, limits: PairLimits) -> Pair:
    """Drop a pair that has too few anchors in common."""
    if pair.dropped or pair.score.anchors >= limits.anchors:
        return pair
    return pair._replace(dropped="there is too little text to be sure")


def joined(segments: Sequence[Segment], blank: str) -> Segment:
    """Return neighbouring texts as one, with their codes renumbered."""
    if len(segments) == 1:
        return segments[0]
    texts: list[str] = []
    named: list[Code] = []
    for segment in segments:
        numbers = {c.id: len(named) + n for n, c in enumerate(segment.codes, 1)}
        texts.append(inline_codes.renumber(segment.source, numbers))
        named += [code.numbered(numbers[code.id]) for code in segment.codes]
    first = segments[0]
    return Segment(blank.join(texts), first.kind, first.location, tuple(named))


def _certain(
    source: Sequence[Container], target: Sequence[Container]
) -> Iterator[tuple[int, int]]:
    """Yield the positions of texts that are at the same place of equal structures."""
    if _shape(source) == _shape(target):
        yield from zip(range(len(source)), range(len(target)), strict=True)
        return
    ours, theirs = list(_sections(source)), list(_sections(target))
    if len(ours) != len(theirs):
        return
    for mine, other in zip(ours, theirs, strict=True):
        if _shape(source[slice(*mine)]) == _shape(target[slice(*other)]):
            yield from zip(range(*mine), range(*other), strict=True)


def _shape(containers: Sequence[Container]) -> list[tuple[str, int]]:
    return [(container.whole.kind, container.level) for container in containers]


def _sections(containers: Sequence[Container]) -> Iterator[tuple[int, int]]:
    """Yield the range of positions of each section."""
    titles = [n for n, c in enumerate(containers) if c.whole.kind == "title"]
    starts = sorted({0, *titles})
    yield from zip(starts, [*starts[1:], len(containers)], strict=True)


def unit_of(
    source: Segment, target: Segment, pair: LanguagePair, terms: Mapping[str, str]
) -> TranslationUnit | None:
    """Return a person's translation as a unit; ``None`` where the codes differ.

    :param terms: the source's name of each term, by the translation's
    """
    text = code_matching.recode(source, target, terms)
    if text is None:
        return None
    where = source.location
    return TranslationUnit(
        source.source, text, pair, HUMAN, State.REVIEWED, where.docname, where.line
    )
