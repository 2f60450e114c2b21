"""Two editions of one book → parallel data: what a person translated, as units.

Documents of the same name are paired container by container where their structure
agrees, and sentence by sentence where the counts agree; otherwise a container is one
unit. What does not agree is left out, and said. Nothing is guessed: a unit's codes are
exactly those of its source.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from amts_sphinx import codes
from amts_sphinx.units import HUMAN, State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.units import Code, Container, LanguagePair, Location, Segment

#: The containers of each document, in the order of the source file.
Book = dict[str, tuple["Container", ...]]

#: A sentence pair is doubted when its share of the paragraph differs by this factor.
_DOUBT: Final = 3.0
#: Shorter sentences, in characters, say nothing by their length.
_SHORT: Final = 20


class Left(NamedTuple):
    """Something of the source edition that was not learnt."""

    location: Location
    reason: str
    #: How many containers of the source it is about.
    containers: int = 1


class Aligned(NamedTuple):
    """What an aligner made of one document."""

    pairs: list[tuple[Container, Container]]
    left: list[Left]


class Aligner(Protocol):
    """Says which container of a document is the translation of which."""

    def __call__(
        self, source: Sequence[Container], target: Sequence[Container]
    ) -> Aligned:
        """Align the prose of two documents; both in document order."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """What was learnt from two editions."""

    #: Of people's making, each source once.
    units: tuple[TranslationUnit, ...]
    left: tuple[Left, ...]
    #: Containers paired sentence by sentence, and as a whole.
    by_sentence: int
    whole: int
    #: Sources that people translated in more than one way; the commonest was taken.
    conflicts: int


def by_structure(source: Sequence[Container], target: Sequence[Container]) -> Aligned:
    """Pair containers where both documents, or sections of them, are built alike."""
    if _shape(source) == _shape(target):
        return Aligned(list(zip(source, target, strict=True)), [])
    ours, theirs = _sections(source), _sections(target)
    if [_shape(s[:1]) for s in ours] != [_shape(s[:1]) for s in theirs]:
        where = source[0].whole.location if source else target[0].whole.location
        return Aligned([], [Left(where, "the sections differ", len(source))])
    pairs: list[tuple[Container, Container]] = []
    left: list[Left] = []
    for mine, other in zip(ours, theirs, strict=True):
        if _shape(mine) == _shape(other):
            pairs.extend(zip(mine, other, strict=True))
        else:
            pairs.append((mine[0], other[0]))
            reason = "the section is built otherwise in the translation"
            left.append(Left(mine[0].whole.location, reason, len(mine) - 1))
    return Aligned(pairs, left)


def _shape(containers: Sequence[Container]) -> list[tuple[str, int]]:
    return [(container.whole.kind, container.level) for container in containers]


def _sections(containers: Sequence[Container]) -> list[list[Container]]:
    """Split a document before each title."""
    sections: list[list[Container]] = []
    for container in containers:
        if container.whole.kind == "title" or not sections:
            sections.append([])
        sections[-1].append(container)
    return sections


def pair_books(
    source: Book, target: Book, pair: LanguagePair, align: Aligner = by_structure
) -> Parallel:
    """Pair two editions of a book and return what people translated."""
    left: list[Left] = []
    pairs: list[tuple[Container, Container]] = []
    for docname, containers in source.items():
        if docname not in target:
            if containers:
                where = containers[0].whole.location
                left.append(Left(where, "it has no translation", len(containers)))
            continue
        found = _pair_documents(containers, target[docname], align)
        left += found.left
        pairs += found.pairs
    maker = _Maker(pair, _term_names(pairs))
    candidates: list[TranslationUnit] = []
    for mine, other in pairs:
        candidates += maker.units(mine, other, left)
    units, conflicts = _settled(candidates)
    return Parallel(units, tuple(left), maker.by_sentence, maker.whole, conflicts)


def _pair_documents(
    source: Sequence[Container], target: Sequence[Container], align: Aligner
) -> Aligned:
    """Pair prose by *align*, and texts in attributes by their number."""
    pairs, left = align(*map(_prose, (source, target)))
    mine, other = _attributes(source), _attributes(target)
    for kind, texts in mine.items():
        if len(texts) == len(other.get(kind, ())):
            pairs += zip(texts, other[kind], strict=True)
        else:
            reason = f"the translation has another number of {kind} texts"
            left.append(Left(texts[0].whole.location, reason, len(texts)))
    if not _is_translated(pairs):
        same = [p for p in pairs if p[0].whole.source == p[1].whole.source]
        pairs = [p for p in pairs if p not in same]
        left += [Left(p[0].whole.location, "it is not translated") for p in same]
    return Aligned(pairs, left)


def _prose(containers: Iterable[Container]) -> list[Container]:
    return [container for container in containers if container.level]


def _attributes(containers: Iterable[Container]) -> dict[str, list[Container]]:
    found: dict[str, list[Container]] = {}
    for container in containers:
        if not container.level:
            found.setdefault(container.whole.kind, []).append(container)
    return found


def _is_translated(pairs: Sequence[tuple[Container, Container]]) -> bool:
    """Tell whether most texts differ: then those that do not were left on purpose."""
    same = sum(mine.whole.source == other.whole.source for mine, other in pairs)
    return same * 2 <= len(pairs)


def _term_names(pairs: Iterable[tuple[Container, Container]]) -> dict[str, str]:
    """Return the glossary's terms: the source's name of each name in the translation.

    ``:term:`` points at a name, and names are translated.
    """
    return {
        codes.plain(other.whole.source).lower(): codes.plain(mine.whole.source).lower()
        for mine, other in pairs
        if mine.whole.kind == "term"
    }


class _Maker:
    """Makes units of paired containers."""

    def __init__(self, pair: LanguagePair, terms: Mapping[str, str]) -> None:
        self._pair = pair
        self._terms = terms
        self.by_sentence = 0
        self.whole = 0

    def units(
        self, source: Container, target: Container, left: list[Left]
    ) -> list[TranslationUnit]:
        """Return the units of one container; *left* gets what cannot be one."""
        sentences = self._sentences(source, target)
        if sentences and all(sentences):
            self.by_sentence += 1
            return [unit for unit in sentences if unit]
        unit = self._unit(source.whole, target.whole)
        if unit is not None:
            self.whole += 1
            return [unit]
        reason = "the markup differs: " + _difference(source.whole, target.whole)
        left.append(Left(source.whole.location, reason))
        return [unit for unit in sentences if unit]

    def _sentences(
        self, source: Container, target: Container
    ) -> list[TranslationUnit | None]:
        """Return a unit for each sentence, ``None`` for one whose markup differs.

        :returns: nothing, when the sentences do not agree
        """
        if len(source.segments) != len(target.segments):
            return []
        pairs = list(zip(source.segments, target.segments, strict=True))
        if not _in_step(pairs):
            return []
        return [self._unit(mine, other) for mine, other in pairs]

    def _unit(self, source: Segment, target: Segment) -> TranslationUnit | None:
        numbers = _match(source.codes, target.codes, self._terms)
        if numbers is None:
            return None
        text = codes.renumber(target.source, numbers)
        if codes.verify(source.source, text):
            return None
        where = source.location
        return TranslationUnit(
            source.source,
            text,
            self._pair,
            HUMAN,
            State.REVIEWED,
            where.docname,
            where.line,
        )


def _in_step(pairs: Sequence[tuple[Segment, Segment]]) -> bool:
    """Tell whether the sentences' lengths go together.

    Two sentences merged and another split make the same count.
    """
    ours = sum(len(mine.source) for mine, _ in pairs)
    theirs = sum(len(other.source) for _, other in pairs)
    shares = [
        (len(other.source) / theirs) / (len(mine.source) / ours)
        for mine, other in pairs
        if len(mine.source) > _SHORT
    ]
    return all(1 / _DOUBT < share < _DOUBT for share in shares)


def _match(
    source: Sequence[Code], target: Sequence[Code], terms: Mapping[str, str]
) -> dict[int, int] | None:
    """Return the source's number of each code of the target.

    :returns: ``None`` when the two do not have the same codes
    """
    free = list(source)
    numbers: dict[int, int] = {}
    rest: list[Code] = []
    for code in target:
        name = terms.get(code.equiv.lower(), "") if code.kind == "std:term" else ""
        for candidate in free:
            same = (candidate.kind, candidate.paired) == (code.kind, code.paired)
            if same and candidate.equiv in {code.equiv, name}:
                numbers[code.id] = candidate.id
                free.remove(candidate)
                break
        else:
            rest.append(code)
    # A single link or term that is left over can only be the one that is left over.
    for code in rest:
        alike = [c for c in free if (c.kind, c.paired) == (code.kind, True)]
        if not code.paired or len(alike) != 1:
            return None
        numbers[code.id] = alike[0].id
        free.remove(alike[0])
    return None if free else numbers


def _difference(source: Segment, target: Segment) -> str:
    """Say which codes only one side has."""
    ours = Counter((code.kind, code.equiv) for code in source.codes)
    theirs = Counter((code.kind, code.equiv) for code in target.codes)
    lost = [f"lost {' '.join(code)}".strip() for code in (ours - theirs).elements()]
    new = [f"new {' '.join(code)}".strip() for code in (theirs - ours).elements()]
    return ", ".join(lost + new) or "it nests otherwise"


def _settled(
    candidates: Iterable[TranslationUnit],
) -> tuple[tuple[TranslationUnit, ...], int]:
    """Take for each source the commonest target, and count where there were several."""

    def key(unit: TranslationUnit) -> str:
        return codes.normalise(unit.source)

    units: list[TranslationUnit] = []
    conflicts = 0
    for _, group in groupby(sorted(candidates, key=key), key):
        same = list(group)
        targets = Counter(unit.target for unit in same)
        conflicts += len(targets) > 1
        best = targets.most_common(1)[0][0]
        units.append(next(unit for unit in same if unit.target == best))
    return tuple(units), conflicts


def documents(left: Iterable[Left]) -> Iterator[tuple[str, Counter[str]]]:
    """Yield for each document how many containers were left, by reason."""
    found: dict[str, Counter[str]] = {}
    for location, reason, containers in left:
        short = reason.partition(":")[0]
        found.setdefault(location.docname, Counter())[short] += containers
    yield from sorted(found.items())
