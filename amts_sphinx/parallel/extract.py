"""Make parallel data from two editions of a book: people's translations, as units.

Documents of the same name are aligned, and those that were renamed or split. A text and
its translation become a unit if both have exactly the same codes. Other texts are not
learnt; the result lists them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.align import PairLimits, align_documents
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, Location, State, TranslationUnit
from amts_sphinx.parallel import documents, pairs
from amts_sphinx.text import code_matching
from amts_sphinx.text.copies import is_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import Book, Container, LanguagePair, Segment
    from amts_sphinx.parallel.documents import Counterparts
    from amts_sphinx.parallel.pairs import Block, Pair


#: Why nothing of a document was learnt, before the colon.
FAILED: Final = "it cannot be aligned"


class Left(NamedTuple):
    """Texts that were not learnt."""

    location: Location
    #: Why, as a short sentence.
    reason: str
    #: How many texts of the source are concerned.
    texts: int = 1


@dataclass(frozen=True, slots=True)
class Parallel:
    """The parallel data of two editions."""

    #: All aligned sentences or paragraphs, with those that were dropped.
    pairs: tuple[Pair, ...]
    #: People's translations, one for each source.
    units: tuple[TranslationUnit, ...]
    #: Texts that were not learnt.
    left: tuple[Left, ...]
    #: The number of paragraphs that were learnt sentence by sentence.
    by_sentence: int
    #: The number of paragraphs that were learnt as a whole.
    whole: int
    #: The number of sources with several translations; the most frequent one was taken.
    conflicts: int
    #: The documents that were paired by content: they have other names.
    renamed: tuple[Counterparts, ...] = ()
    #: Texts of the translation that have no counterpart.
    only_target: tuple[Segment, ...] = ()

    @property
    def kept(self) -> tuple[Pair, ...]:
        """The pairs that are parallel data."""
        return tuple(pair for pair in self.pairs if not pair.dropped)

    def dropped(self) -> Counter[str]:
        """Return how many pairs were dropped, by reason."""
        return Counter(pair.dropped for pair in self.pairs if pair.dropped)


@dataclass(frozen=True, slots=True)
class PairingRules:
    """How two editions are paired."""

    #: Whether sentences are paired, not only whole paragraphs.
    by_sentence: bool = True
    #: What a pair needs to be kept.
    limits: PairLimits = PairLimits()  # noqa: RUF009 - it is frozen


def pair_books(
    source: Book,
    target: Book,
    pair: LanguagePair,
    rules: PairingRules = PairingRules(),
    *,
    executor: Carrier | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Parallel:
    """Pair two editions of a book and return what people translated.

    :param source: the book
    :param target: its translation; documents are paired by name, else by content
    :param pair: the languages of the two
    :param executor: runs the alignment; by default this thread does
    :param progress: takes the amount of the alignment that is done, and the whole
    :returns: a document that cannot be aligned is told of in :attr:`Parallel.left`
    """
    together = documents.counterparts(source, target)
    both_sides = [
        (_texts(source, each.source), _texts(target, each.target)) for each in together
    ]
    prose = [(prose_of(ours), prose_of(theirs)) for ours, theirs in both_sides]
    left = list(_alone(source, target, together))

    def failed(number: int, why: str) -> None:
        where = Location(together[number].source[0])
        reason = f"{FAILED}: {why}"
        left.append(Left(where, reason, len(prose[number][0])))

    aligned = align_documents(prose, pair, executor, progress, failed)
    known = (
        p.score.coverage for found in aligned for p in found if all(p.blocks.shape)
    )
    blind = all(coverage < 0 for coverage in known)
    found: list[_PairedDocument] = []
    only_target: list[Segment] = []
    for texts_of, both, pairings in zip(both_sides, prose, aligned, strict=True):
        paired = pairs.of_document(both, pairings, pair, rules.limits, blind=blind)
        left += _unpaired(paired)
        only_target += paired.only_target
        texts = _attributes(*texts_of, left)
        found.append(_PairedDocument(paired.blocks, texts).without_copies(left))
    maker = _Maker(pair, _term_names(found), rules, left)
    candidates = [unit for document in found for unit in maker.units(document)]
    units, conflicts = settled(candidates)
    return Parallel(
        tuple(p for document in found for p in document.pairs(rules)),
        units,
        tuple(left),
        maker.by_sentence,
        maker.whole,
        conflicts,
        tuple(each for each in together if not each.by_name),
        tuple(only_target),
    )


def _texts(book: Book, names: Iterable[str]) -> list[Container]:
    return [container for name in names for container in book[name]]


class _PairedDocument(NamedTuple):
    blocks: list[Block]
    #: Texts in attributes, such as index entries.
    attributes: list[tuple[Segment, Segment]]

    def pairs(self, rules: PairingRules) -> Iterator[Pair]:
        for block in self.blocks:
            yield from block.sentences if rules.by_sentence else (block.whole,)

    def without_copies(self, left: list[Left]) -> _PairedDocument:
        """Leave out texts that are equal on both sides, if most of the document is.

        In other documents people left such texts unchanged on purpose.
        """
        wholes = [block.whole[:2] for block in self.blocks]
        texts = [
            (mine.source, other.source) for mine, other in wholes + self.attributes
        ]
        if sum(mine == other for mine, other in texts) * 2 <= len(texts):
            return self
        kept = _PairedDocument(
            [b for b in self.blocks if b.whole.source.source != b.whole.target.source],
            [both for both in self.attributes if both[0].source != both[1].source],
        )
        left += [
            Left(mine.location, pairs.COPY)
            for mine, other in wholes + self.attributes
            if mine.source == other.source
        ]
        return kept


def _alone(
    source: Book, target: Book, together: Iterable[Counterparts]
) -> Iterator[Left]:
    """Yield the documents that only one of the editions has."""
    paired = [set(chain.from_iterable(side)) for side in zip(*together, strict=True)]
    ours, theirs = paired or [set(), set()]
    for name, containers in source.items():
        if name not in ours and containers:
            yield Left(Location(name), "it has no translation", len(containers))
    for name, containers in target.items():
        if name not in theirs and containers:
            yield Left(Location(name), "only the translation has it", 0)


def _unpaired(paired: pairs.Paired) -> Iterator[Left]:
    """Yield the texts that have no translation."""
    for container in paired.only_source:
        yield Left(container.whole.location, "it has no counterpart")
    for block in paired.blocks:
        count = block.alone[0]
        if count:
            where = block.whole.source.location
            yield Left(where, "sentences of it have no counterpart", count)


def prose_of(containers: Iterable[Container]) -> list[Container]:
    """Return the texts that are aligned: those in the flow of their document."""
    return [container for container in containers if container.level]


def _attributes(
    source: Iterable[Container], target: Iterable[Container], left: list[Left]
) -> list[tuple[Segment, Segment]]:
    """Pair texts in attributes by order, if both sides have the same number."""
    found: list[tuple[Segment, Segment]] = []
    mine, other = (
        _by_kind(c for c in side if not c.level) for side in (source, target)
    )
    for kind, texts in mine.items():
        if len(texts) == len(other.get(kind, ())):
            found += zip(texts, other[kind], strict=True)
        else:
            reason = f"the translation has another number of {kind} texts"
            left.append(Left(texts[0].location, reason, len(texts)))
    return found


def _by_kind(containers: Iterable[Container]) -> dict[str, list[Segment]]:
    found: dict[str, list[Segment]] = {}
    for container in containers:
        found.setdefault(container.whole.kind, []).append(container.whole)
    return found


def _term_names(documents: Iterable[_PairedDocument]) -> dict[str, str]:
    """Return the glossary's terms: the source's name by the translation's name.

    They are needed since the target of ``:term:`` is a name, which is translated.
    """
    wholes = [block.whole for document in documents for block in document.blocks]
    return {
        inline_codes.plain(pair.target.source).lower(): inline_codes.plain(
            pair.source.source
        ).lower()
        for pair in wholes
        if pair.source.kind == pair.target.kind == "term" and pair.shape == (1, 1)
    }


class _Maker:
    """Makes units from paired texts."""

    def __init__(
        self,
        pair: LanguagePair,
        terms: Mapping[str, str],
        rules: PairingRules,
        left: list[Left],
    ) -> None:
        self._pair = pair
        self._terms = terms
        self._rules = rules
        self._left = left
        self.by_sentence = 0
        self.whole = 0

    def units(self, document: _PairedDocument) -> Iterator[TranslationUnit]:
        """Yield the units of one document."""
        for block in document.blocks:
            yield from self._of_block(block)
        for source, target in document.attributes:
            if is_copy(source.source, target.source, self._pair):
                self._left.append(Left(source.location, pairs.COPY))
                continue
            unit = self._unit(source, target)
            if unit is not None:
                yield unit
            else:
                self._leave(source, target)

    def _of_block(self, block: Block) -> Iterator[TranslationUnit]:
        """Yield a unit for each sentence of a text, or else one for the whole text too.

        The unit of a whole is published as long as its source is unchanged.
        """
        sentences = block.sentences if self._rules.by_sentence else ()
        units = [self._unit(s.source, s.target) for s in sentences if not s.dropped]
        yield from (unit for unit in units if unit)
        if block.in_step and sentences and len(units) == len(sentences) and all(units):
            self.by_sentence += 1
            return
        whole = block.whole
        if whole.dropped:
            self._left.append(Left(whole.source.location, whole.dropped))
            return
        unit = self._unit(whole.source, whole.target)
        if unit is not None:
            self.whole += 1
            yield unit
        else:
            self._leave(whole.source, whole.target)

    def _leave(self, source: Segment, target: Segment) -> None:
        reason = f"the markup differs: {code_matching.difference(source, target)}"
        self._left.append(Left(source.location, reason))

    def _unit(self, source: Segment, target: Segment) -> TranslationUnit | None:
        return pairs.unit_of(source, target, self._pair, self._terms)


def settled(
    candidates: Iterable[TranslationUnit],
) -> tuple[tuple[TranslationUnit, ...], int]:
    """Return one unit for each source, and the number of sources with several targets.

    Of several targets the most frequent one is taken.
    """

    def key(unit: TranslationUnit) -> str:
        return unit.key

    units: list[TranslationUnit] = []
    conflicts = 0
    for _, group in groupby(sorted(candidates, key=key), key):
        same = list(group)
        targets = Counter(unit.target for unit in same)
        conflicts += len(targets) > 1
        best = targets.most_common(1)[0][0]
        units.append(next(unit for unit in same if unit.target == best))
    return tuple(units), conflicts


def texts(found: Sequence[Pair], pair: LanguagePair) -> Iterator[TranslationUnit]:
    """Yield pairs as units of plain text, as a service takes them.

    Formulas and code are part of the text, so the two sides need not have equal codes.
    """
    for each in found:
        mine, other = (inline_codes.escape(code_matching.shown(s)) for s in each[:2])
        yield TranslationUnit(mine, other, pair, HUMAN, State.REVIEWED)


def by_document(left: Iterable[Left]) -> Iterator[tuple[str, Counter[str]]]:
    """Yield each document with the number of texts that were not learnt, by reason."""
    found: dict[str, Counter[str]] = {}
    for location, reason, count in left:
        short = reason.partition(":")[0]
        found.setdefault(location.docname, Counter())[short] += count
    yield from sorted(found.items())
