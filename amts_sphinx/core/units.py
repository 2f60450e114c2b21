"""The nouns: plain frozen values that every floor of the house may pass on.

*Coded text* is a ``str`` in which inline markup has become numbered codes:
``<g id="1">…</g>`` around words that are to be translated, ``<x id="2"/>`` for
something that is not. ``&``, ``<`` and ``>`` of the text itself are escaped. The
module :mod:`amts_sphinx.core.inline_codes` is the only one that takes coded text apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The maker of a unit that a person wrote or approved.
HUMAN: Final = "human"


class LanguagePair(NamedTuple):
    """A direction of translation, as BCP 47 tags."""

    source: str
    target: str

    @property
    def turned(self) -> LanguagePair:
        """The other direction."""
        return LanguagePair(self.target, self.source)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Location(NamedTuple):
    """Where a segment stands in the book."""

    docname: str
    #: 1-based, as Sphinx logs it; ``None`` where the parser kept no line.
    line: int | None = None

    def __str__(self) -> str:
        return self.docname if self.line is None else f"{self.docname}:{self.line}"


@dataclass(frozen=True, slots=True)
class Code:
    """An inline code of a segment: what stands behind its number."""

    #: 1-based, unique within the segment.
    id: int
    #: True for ``<g>``, which holds words; False for ``<x/>``, which does not.
    paired: bool
    #: What kind of markup it is, such as ``literal``, ``math`` or ``std:term``.
    kind: str
    #: What it says or points at, the same in every edition of the book.
    equiv: str

    def __reduce__(self) -> tuple[type[Code], tuple[object, ...]]:
        """Pickle fast: a book has ten thousands, and dataclasses list their fields."""
        return Code, (self.id, self.paired, self.kind, self.equiv)

    def numbered(self, number: int) -> Code:
        """Return the same code under another number."""
        return replace(self, id=number)

    def __str__(self) -> str:
        shape = f'<g id="{self.id}">' if self.paired else f'<x id="{self.id}"/>'
        return f"{shape} ({self.kind} {self.equiv})" if self.equiv else shape


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of translatable text at one place of the book."""

    #: Coded text; codes are numbered from 1 in order of appearance.
    source: str
    #: The place's role in the book, such as ``paragraph``, ``title`` or ``index``.
    kind: str
    location: Location
    codes: tuple[Code, ...] = ()
    #: The number that each code has in the container, for the code 1, 2, 3, …
    numbers: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What the memory knows the source by: :func:`inline_codes.normalise` of it."""
        return inline_codes.normalise(self.source)

    def __reduce__(self) -> tuple[type[Segment], tuple[object, ...]]:
        """Pickle fast, as :class:`Code` does."""
        mine = (self.source, self.kind, self.location, self.codes, self.numbers)
        return Segment, mine


@dataclass(frozen=True, slots=True)
class Container:
    """All the text of one element, and the segments that it is translated in."""

    whole: Segment
    #: In order; together they are the text of :attr:`whole`. Each one has words.
    segments: tuple[Segment, ...]
    #: How deep the element lies in its document, for pairing two editions.
    level: int = 0
    #: Identifiers of the checks that the author switched off here.
    ignored: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[type[Container], tuple[object, ...]]:
        """Pickle fast, as :class:`Code` does."""
        return Container, (self.whole, self.segments, self.level, self.ignored)


class Request(NamedTuple):
    """One text that an engine is to translate, with where it stands."""

    #: Coded text.
    source: str
    #: Its role in the book, as :attr:`Segment.kind`.
    kind: str = "paragraph"
    #: Where it stands first in the book; an empty name: in no document.
    location: Location = Location("")
    #: Coded sources of the segments before it in its document, the nearest last.
    before: tuple[str, ...] = ()
    #: Coded sources of the segments after it in its document, the nearest first.
    after: tuple[str, ...] = ()


class Translation(NamedTuple):
    """What an engine made of one request."""

    #: Coded text; ``None`` where the engine has no translation.
    target: str | None
    #: The fingerprint of who made it.
    maker: str
    #: Whether a person must read it before it is believed; readers are warned.
    draft: bool = False
    #: Why there is no target, or what a person should know of it; no source text.
    note: str = ""


#: The containers of each document, in the order of the source file.
Book = dict[str, tuple[Container, ...]]


class State(str, Enum):
    """How far a translation unit has come, from an engine's draft to approval."""

    #: By an engine that only helps people along: readers are told.
    DRAFT = "draft"
    MACHINE = "machine"
    NEEDS_REVIEW = "needs-review"
    REVIEWED = "reviewed"
    APPROVED = "approved"

    def __str__(self) -> str:
        return self.value


class Place(NamedTuple):
    """Where a translation holds, when it does not hold everywhere in the book."""

    #: The document, as the file that says so names it.
    document: str = ""
    #: What tells equal sources apart: gettext's msgctxt, Weblate's context, an id.
    context: str = ""
    #: Coded sources of the neighbours.
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    """A source with its target, in one direction."""

    #: Coded text.
    source: str
    #: Coded text with the codes of the source, each exactly once.
    target: str
    pair: LanguagePair
    #: :data:`HUMAN`, or the fingerprint of the engine that made the target.
    maker: str
    state: State
    #: Where the source was last seen; empty when it came from a file.
    document: str = ""
    line: int | None = None
    #: The source that this one replaced in the book, when that is known.
    replaced: str = ""
    #: Seconds since the epoch; 0 lets the memory fill in the present.
    created: int = 0
    changed: int = 0
    #: The person, as the file that the unit is from names them.
    author: str = ""
    #: The program that wrote that file, with its version where it says so.
    tool: str = ""
    #: ``None``: it holds everywhere.
    place: Place | None = None

    @property
    def key(self) -> str:
        """What the memory knows the source by: :func:`inline_codes.normalise` of it."""
        return inline_codes.normalise(self.source)

    @property
    def by_human(self) -> bool:
        """Whether a person answers for the target."""
        return self.maker == HUMAN


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that the memory offers for a source."""

    unit: TranslationUnit
    #: 0–100; 100 only where the normalised sources are equal.
    score: int


class Severity(str, Enum):
    """How bad a finding is for the reader of the edition."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one segment that a person should look at."""

    #: The identifier of the check, such as ``codes`` or ``untranslated``.
    check: str
    severity: Severity
    location: Location
    message: str
    #: The coded source it is about; never written to a log.
    source: str = ""

    @property
    def key(self) -> str:
        """What the memory knows the source by: :func:`inline_codes.normalise` of it."""
        return inline_codes.normalise(self.source)


@dataclass(frozen=True, slots=True)
class Score:
    """How much hypotheses are like references, by one metric."""

    #: ``BLEU``, ``chrF2`` or ``TER``, with what it counts where that is not usual.
    metric: str
    #: 0–100; of TER 0 is the best, and it can exceed 100.
    value: float
    #: sacreBLEU's: everything that changes the number. Never quote one without it.
    signature: str
    #: Number of segments that were compared.
    segments: int
    #: The 95 % confidence interval, by bootstrap resampling; ``None``: not asked for.
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an edition cost."""

    #: Distinct segments of the book.
    segments: int = 0
    #: Those that the memory knew.
    recalled: int = 0
    #: Those that the engine translated in this build.
    translated: int = 0
    #: Characters sent to the engine, codes included, as services bill them.
    characters: int = 0
    #: Calls of the engine's ``translate``.
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Edition:
    """The book in one target language, before it is written."""

    pair: LanguagePair
    #: What to publish, by normalised source: see
    #: :func:`amts_sphinx.core.inline_codes.normalise`.
    units: Mapping[str, TranslationUnit]
    findings: tuple[Finding, ...]
    usage: Usage

    def summary(self, name: str) -> str:
        """Return the line that a build ends with; scripts rely on its form."""
        use = self.usage
        return (
            f"{name}: {use.segments} segments, {use.recalled} recalled, "
            f"{use.translated} translated, {use.characters} characters, "
            f"{len(self.findings)} findings"
        )
