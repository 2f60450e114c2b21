"""Frozen values that all wings exchange.

*Coded text* is a ``str`` in which inline markup has become numbered codes:
``<g id="1">…</g>`` around words that are to be translated, ``<x id="2"/>`` for
something that is not. ``&``, ``<`` and ``>`` of the text itself are escaped. The
module :mod:`amts_sphinx.core.inline_codes` is the only one that takes coded text apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

#: The maker of a unit that a person wrote or approved.
HUMAN: Final = "human"


class LanguagePair(NamedTuple):
    """A direction of translation, as BCP 47 tags."""

    #: The language to translate from.
    source: str
    #: The language to translate into.
    target: str

    @property
    def turned(self) -> LanguagePair:
        """The opposite direction."""
        return LanguagePair(self.target, self.source)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Location(NamedTuple):
    """Where a segment stands in the book."""

    #: Sphinx's name of the document.
    docname: str
    #: From 1, as in Sphinx's messages; ``None`` where the parser kept no line.
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
    #: Its text or where it points to, the same in every edition of the book.
    equiv: str

    def __reduce__(self) -> tuple[type[Code], tuple[object, ...]]:
        """Pickle faster than a dataclass does by itself: a book has very many."""
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
    #: For the codes 1, 2, 3, … of the segment: the number of each in the container.
    numbers: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The memory's key of the source, by :func:`.inline_codes.normalise`."""
        return inline_codes.normalise(self.source)

    def __reduce__(self) -> tuple[type[Segment], tuple[object, ...]]:
        """Pickle fast, as :class:`Code` does."""
        mine = (self.source, self.kind, self.location, self.codes, self.numbers)
        return Segment, mine


@dataclass(frozen=True, slots=True)
class Container:
    """All the text of one element, and the segments in which it is translated."""

    #: The whole text as one segment.
    whole: Segment
    #: In order; together they are the text of :attr:`whole`. Each one has words.
    segments: tuple[Segment, ...]
    #: How deep the element is nested in its document, for pairing two editions.
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

    #: By an engine whose output a person must read first; pages tell their readers.
    DRAFT = "draft"
    #: By an engine.
    MACHINE = "machine"
    #: A person should look at it.
    NEEDS_REVIEW = "needs-review"
    #: A person has read it.
    REVIEWED = "reviewed"
    #: A person takes responsibility for it.
    APPROVED = "approved"

    def __str__(self) -> str:
        return self.value


class Place(NamedTuple):
    """Where a translation holds, when it does not hold everywhere in the book."""

    #: The document, by the name that it has in the unit's file.
    document: str = ""
    #: What distinguishes equal sources: gettext's msgctxt, Weblate's context, an id.
    context: str = ""
    #: The coded source of the segment before this one.
    before: str = ""
    #: The coded source of the segment after this one.
    after: str = ""


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    """A source with its target, in one direction."""

    #: Coded text.
    source: str
    #: Coded text with the codes of the source, each exactly once.
    target: str
    #: The languages of source and target.
    pair: LanguagePair
    #: :data:`HUMAN`, or the fingerprint of the engine that made the target.
    maker: str
    state: State
    #: Where the source was last seen; empty when it came from a file.
    document: str = ""
    #: The line there, from 1.
    line: int | None = None
    #: The source that this one replaced in the book, when that is known.
    replaced: str = ""
    #: Seconds since the epoch; 0: the memory sets the present time.
    created: int = 0
    #: Seconds since the epoch, as :attr:`created`.
    changed: int = 0
    #: The person, as the file that the unit is from names them.
    author: str = ""
    #: The program that wrote that file, with its version where it says so.
    tool: str = ""
    #: ``None``: it holds everywhere.
    place: Place | None = None
    #: The coded targets that it was written in place of: it comes before them.
    corrects: tuple[str, ...] = ()
    #: What people remark about it, in lines. Home files and work files hold it, the
    #: memory does not.
    note: str = ""

    @property
    def key(self) -> str:
        """The memory's key of the source, by :func:`.inline_codes.normalise`."""
        return inline_codes.normalise(self.source)

    @property
    def by_human(self) -> bool:
        """Whether a person wrote or approved the target."""
        return self.maker == HUMAN


class SkippedText(str):
    """Why a text of a file cannot be used, with its place, for people to read.

    It says too which source the text was to translate, where that is known.
    """

    __slots__ = ("missing", "pair", "source")

    #: Coded text; empty where it is not known.
    source: str
    pair: LanguagePair | None
    #: Whether nothing is wrong but that there is no translation yet.
    missing: bool

    def __new__(
        cls,
        text: str,
        source: str = "",
        pair: LanguagePair | None = None,
        *,
        missing: bool = False,
    ) -> Self:
        """Make the text, for a *source* in the languages of *pair*."""
        made = super().__new__(cls, text)
        made.source, made.pair, made.missing = source, pair, missing
        return made


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that the memory offers for a source."""

    #: The unit, whose source may differ from the one that was asked for.
    unit: TranslationUnit
    #: 0–100; 100 only where the normalised sources are equal.
    score: int


class Severity(str, Enum):
    """How bad a finding is for the reader of the edition."""

    #: A reader gets wrong information, or cannot read the text.
    ERROR = "error"
    #: A person should look at it; it may be right.
    WARNING = "warning"
    #: A matter of typography, or of no urgency.
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
    #: What is wrong.
    message: str
    #: The coded source of the segment; never written to a log.
    source: str = ""

    @property
    def key(self) -> str:
        """The memory's key of the source, by :func:`.inline_codes.normalise`."""
        return inline_codes.normalise(self.source)


@dataclass(frozen=True, slots=True)
class Score:
    """How similar hypotheses are to references, by one metric."""

    #: ``BLEU``, ``chrF2`` or ``TER``, with what it counts where that is not usual.
    metric: str
    #: 0–100; of TER 0 is the best, and it can exceed 100.
    value: float
    #: sacreBLEU's signature: all that changes the value. Always give both together.
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
    #: Those that were recalled from the memory.
    recalled: int = 0
    #: Those that the engine translated in this build.
    translated: int = 0
    #: Characters that the engine bills, or that were sent to one that costs nothing.
    characters: int = 0
    #: Calls of the engine's ``translate``.
    requests: int = 0
    #: What that costs by list prices; ``None`` where the engine takes no money.
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """The book in one target language, before it is written."""

    pair: LanguagePair
    #: What to publish, by the key of the source: :attr:`TranslationUnit.key`.
    units: Mapping[str, TranslationUnit]
    findings: tuple[Finding, ...]
    usage: Usage
    #: What people bound to one place, by the key and the location of its source. It is
    #: published there, before what :attr:`units` has.
    bound: Mapping[tuple[str, Location], TranslationUnit] = field(default_factory=dict)
    #: The keys of texts of which a translation of a former version is published.
    stale: frozenset[str] = frozenset()

    def unit(self, segment: Segment) -> TranslationUnit | None:
        """Return what is published of *segment*, a text of the book."""
        key = segment.key
        return self.bound.get((key, segment.location)) or self.units.get(key)

    def summary(self, name: str, findings: int | None = None) -> str:
        """Return the line that a build ends with; scripts rely on its form.

        :param findings: the number that the report counts; where there is none, only
            translating has found something
        """
        use = self.usage
        count = len(self.findings) if findings is None else findings
        return (
            f"{name}: {use.segments} segments, {use.recalled} recalled, "
            f"{use.translated} translated, {use.characters} characters, "
            f"{count} findings"
        )
