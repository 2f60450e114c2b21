"""How far an edition has fallen behind its source: text by text.

Three books are compared: the source of today, the edition, and the edition's base,
which is the version of the source that people translated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Location
from amts_sphinx.parallel import documents, pairs
from amts_sphinx.report.post_editing import length
from amts_sphinx.review import changes
from amts_sphinx.text import code_matching
from amts_sphinx.translate.translator import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from amts_sphinx.core.units import Book, Container, LanguagePair, Segment
    from amts_sphinx.parallel.extract import Parallel
    from amts_sphinx.parallel.pairs import Pair

#: Why nothing is known of a text.
_NO_BASE: Final = "the base of this page is not known"
#: Why the translation of an unchanged text is doubted.
_TOGETHER: Final = "translated together with a text that changed"
#: What a person should know of a translation that is not of today's source.
_BY_MACHINE: Final = "a machine wrote the translation"


class Status(str, Enum):
    """What an edition has of a text of the source."""

    #: People translated it as it is.
    CURRENT = "current"
    #: A machine translated it as it is, and nobody has changed that.
    MACHINE = "machine"
    #: It is unchanged, but what its translation is is not sure.
    UNSURE = "unsure"
    #: What the edition has of it is the translation of a former version.
    STALE = "stale"
    #: The edition has nothing of it.
    MISSING = "missing"
    #: The edition has it, and the source has it no longer.
    EXTRA = "extra"

    def __str__(self) -> str:
        return self.value


class Item(NamedTuple):
    """A sentence, and how the edition stands to it; texts are as people read them."""

    status: Status
    #: In today's source; of an extra text in the base.
    location: Location
    #: Words; letters, if the language of the source has no blanks between them.
    words: int
    #: Today's source; empty: it is there no longer.
    source: str = ""
    #: The source that was translated, where it is another.
    former: str = ""
    #: Where that stood in the base.
    former_location: Location | None = None
    #: What people made of it; that may be the translation of neighbours too.
    target: str = ""
    target_location: Location | None = None
    #: Why it is not sure, or what else a person should know.
    why: str = ""


class Count(NamedTuple):
    """An amount of text."""

    sentences: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True)
class Drift:
    """The state of an edition."""

    pair: LanguagePair
    #: In the order of the source; what is extra comes after.
    items: tuple[Item, ...]
    #: Sentences of the edition that have no counterpart in its base.
    unknown: tuple[Segment, ...]
    #: Pages of the edition of which nobody knows what they were translated from.
    without_base: tuple[str, ...]
    #: What became of documents of the base that are there no longer by that name.
    renamed: Mapping[str, tuple[str, ...]]

    def counts(self, *, by_chapter: bool) -> dict[str, dict[Status, Count]]:
        """Return the amounts of each chapter, or of each document."""
        found: dict[str, dict[Status, Count]] = {}
        for item in self.items:
            name = item.location.docname
            row = found.setdefault(chapter(name) if by_chapter else name, {})
            before = row.get(item.status, Count())
            row[item.status] = Count(before.sentences + 1, before.words + item.words)
        return found

    def total(self) -> dict[Status, Count]:
        """Return the amounts of the whole edition."""
        sentences = Counter(item.status for item in self.items)
        words: Counter[Status] = Counter()
        for item in self.items:
            words[item.status] += item.words
        return {status: Count(sentences[status], words[status]) for status in Status}

    def work(self) -> Iterator[Item]:
        """Yield what is not current."""
        return (item for item in self.items if item.status is not Status.CURRENT)


def chapter(docname: str) -> str:
    """Return the chapter of a document: its first folder, or itself."""
    return docname.partition("/")[0]


def measure(
    now: Book,
    edition: Book,
    base: Book,
    found: Parallel,
    pair: LanguagePair,
    *,
    by_machine: Callable[[Pair], bool] = lambda _: False,
) -> Drift:
    """Return the drift of *edition*, a translation of *base*, from *now*.

    :param found: *base* and *edition*, paired sentence by sentence
    :param by_machine: whether a machine wrote the translation of a pair
    """
    heirs = documents.origins(base, now)
    survey = _Survey(now, base, _translations(found, by_machine), pair, heirs)
    unknown_pages = [name for name in edition if name not in base]
    items = [
        survey.item(segment, without_base=name in unknown_pages)
        for name, containers in now.items()
        for container in containers
        for segment in container.segments
    ]
    items += survey.extra()
    return Drift(
        pair,
        tuple(items),
        found.only_target,
        tuple(unknown_pages),
        {name: there for name, there in heirs.items() if there != (name,)},
    )


class _Said(NamedTuple):
    """What became of a text of the base in the edition."""

    target: str
    location: Location
    #: Why it is not sure; empty when it is.
    doubt: str
    #: The keys of what was translated together.
    together: frozenset[str]
    by_machine: bool

    @property
    def rank(self) -> tuple[bool, bool]:
        """How sure it is, the smallest first; what people wrote comes first."""
        return bool(self.doubt), self.by_machine

    @property
    def status(self) -> Status:
        """What the edition has where the source is unchanged."""
        if self.doubt:
            return Status.UNSURE
        return Status.MACHINE if self.by_machine else Status.CURRENT


class _Survey:
    """Knows what became of each text."""

    def __init__(
        self,
        now: Book,
        base: Book,
        said: Mapping[str, _Said],
        pair: LanguagePair,
        heirs: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._spaced = name_language(pair.source).spaced
        self._said = said
        self._base = base
        self._heirs = heirs
        self._texts = distinct(_flat(now))
        before = distinct(_flat(base))
        self._reused = frozenset(self._texts.keys() & before.keys())
        self._before = before
        moved = {key: _moved(each, heirs) for key, each in before.items()}
        self._former = changes.predecessors_of(
            self._texts, moved, self._reused, _flat(now), pair.source
        )

    def item(self, segment: Segment, *, without_base: bool) -> Item:
        """Return how the edition stands to a text of today's source."""
        key = segment.key
        blank = Item(
            Status.MISSING,
            segment.location,
            self._length(segment),
            code_matching.shown(segment),
        )
        if key in self._reused:
            said = self._said.get(key)
            if said is not None:
                if not said.doubt and not said.together <= self._reused:
                    said = said._replace(doubt=_TOGETHER)
                return _told(blank, said.status, said)
        elif key in self._former:
            former = self._former[key].unit.key
            said = self._said.get(former)
            if said is not None:
                was = self._before[former]
                found = _told(blank, Status.STALE, said)
                return found._replace(
                    former=code_matching.shown(was), former_location=was.location
                )
        if without_base:
            return blank._replace(status=Status.UNSURE, why=_NO_BASE)
        return blank

    def extra(self) -> Iterator[Item]:
        """Yield what was translated that today's source does not have."""
        taken = {match.unit.key for match in self._former.values()}
        for containers in self._base.values():
            for segment in (s for each in containers for s in each.segments):
                said = self._said.get(segment.key)
                if said and segment.key not in self._reused | taken:
                    there = _moved(segment, self._heirs).location.docname
                    item = Item(
                        Status.EXTRA,
                        Location(there),
                        self._length(segment),
                        former=code_matching.shown(segment),
                        former_location=segment.location,
                    )
                    yield _told(item, Status.EXTRA, said)

    def _length(self, segment: Segment) -> int:
        return length(inline_codes.plain(segment.source), spaced=self._spaced)


def _told(item: Item, status: Status, said: _Said) -> Item:
    why = said.doubt
    if said.by_machine and status is not Status.MACHINE:
        why = f"{why}; {_BY_MACHINE}" if why else _BY_MACHINE
    return item._replace(
        status=status,
        target=said.target,
        target_location=said.location,
        why=why,
    )


def _translations(
    found: Parallel, by_machine: Callable[[Pair], bool]
) -> dict[str, _Said]:
    """Return what was made of each sentence of the base, the surest of several."""
    said: dict[str, _Said] = {}
    for pair in found.pairs:
        if pair.dropped == pairs.COPY:
            continue
        target = code_matching.shown(pair.target)
        together = frozenset(part.key for part in pair.parts)
        where = pair.target.location
        each = _Said(target, where, pair.dropped, together, by_machine(pair))
        for part in pair.parts:
            before = said.get(part.key)
            if before is None or each.rank < before.rank:
                said[part.key] = each
    return said


def _moved(segment: Segment, heirs: Mapping[str, tuple[str, ...]]) -> Segment:
    """Return a text of the base as if it stood where its document's text is now."""
    there = heirs.get(segment.location.docname, ())
    if not there:
        return segment
    return replace(segment, location=Location(there[0], segment.location.line))


def _flat(book: Book) -> list[Container]:
    return [container for containers in book.values() for container in containers]
