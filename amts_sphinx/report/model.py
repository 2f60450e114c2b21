"""The values of the report: texts of an edition, with their origins and findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.core.units import (
        Finding,
        LanguagePair,
        Score,
        Segment,
        State,
        TranslationUnit,
    )
    from amts_sphinx.doctree.stays import Stay
    from amts_sphinx.formats.catalogues import LeftMessage


class Origin(str, Enum):
    """Where a text of the edition comes from; the most reliable first."""

    #: A person translated it.
    HUMAN = "human"
    #: A machine translated it, and a person corrected or accepted that.
    REVIEWED = "reviewed"
    #: A person translated it, and marked it as in need of review.
    TO_REVIEW = "to-review"
    #: A machine translated it.
    MACHINE = "machine"
    #: A machine translated it, and a person should read it before it is published.
    DRAFT = "draft"
    #: It is in the source language.
    UNTRANSLATED = "untranslated"

    def __str__(self) -> str:
        return self.value


#: The origins of texts that need no look, unless they have findings.
BY_PEOPLE = frozenset({Origin.HUMAN, Origin.REVIEWED})


class Stage(str, Enum):
    """How far people have come with a text; what is left to do comes first."""

    #: It is in the source language, and nobody translated a former version of it.
    NEW = "new"
    #: A person translated a former version of it, and nobody this one.
    CHANGED = "changed"
    #: A machine translated it.
    MACHINE = "machine"
    #: An engine drafted it.
    DRAFT = "draft"
    #: A person's, to be looked at again.
    NEEDS_REVIEW = "needs-review"
    #: A person translated or read it.
    REVIEWED = "reviewed"
    #: A person takes responsibility for it.
    APPROVED = "approved"

    def __str__(self) -> str:
        return self.value

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self in {Stage.REVIEWED, Stage.APPROVED}


#: What an edition may have beside texts in stages.
CONFLICTS: Final = "conflicts"


class Progress(NamedTuple):
    """How far people have come with a document, or with an edition."""

    #: Number of words by stage.
    words: Mapping[Stage, int]
    #: Number of segments by stage.
    segments: Mapping[Stage, int]
    #: Number of segments about which people's translations differ.
    conflicts: int

    @property
    def words_to_do(self) -> int:
        """The number of words that no person has reviewed."""
        return sum(self.words.get(stage, 0) for stage in Stage if not stage.is_done)


#: Nothing is there.
NO_PROGRESS = Progress({}, {}, 0)


class NearMatch(NamedTuple):
    """The unit of the memory whose source is most similar, but not the same."""

    #: Plain text, without codes.
    source: str
    #: Plain text, without codes.
    target: str
    #: 1–99.
    score: int
    #: Whether its source has left the book: then the text has probably replaced it.
    gone: bool
    #: The unit itself, with its codes.
    unit: TranslationUnit


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the book, at the first of its places."""

    segment: Segment
    #: Coded text; ``None`` where the source is published.
    target: str | None
    origin: Origin
    #: Who made the target; empty when there is none.
    maker: str
    #: The length of the source in words, or in letters for scripts without blanks.
    words: int
    #: Number of places in the book.
    places: int = 1
    #: How far the target has come; ``None`` where there is none.
    state: State | None = None
    stage: Stage = Stage.NEW
    #: Whether people's translations differ.
    conflict: bool = False
    near: NearMatch | None = None
    findings: tuple[Finding, ...] = ()
    #: How urgent it is to look at the text; 0: not at all.
    risk: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The counts for one document of an edition; each place of a text counts."""

    name: str
    #: Number of words by origin.
    words: Mapping[Origin, int]
    #: Number of segments by origin.
    segments: Mapping[Origin, int]
    #: Number of findings by severity.
    findings: Mapping[str, int]
    #: The scores of machines' texts here against people's corrections of them.
    scores: tuple[Score, ...] = ()
    progress: Progress = NO_PROGRESS


class Effort(NamedTuple):
    """How much people had to change in machines' texts."""

    #: The number of texts that a machine translated and a person corrected or accepted.
    texts: int
    #: 0–1: edits divided by the length of people's texts; ``None`` without texts.
    share: float | None


class Cost(NamedTuple):
    """The cost of a translation."""

    characters: int
    #: An estimate by list prices; ``None`` where the engine takes no money.
    dollars: float | None


class CatalogueCounts(NamedTuple):
    """What became of the messages of the book's gettext catalogues."""

    #: How many messages there are, by what they are.
    messages: Mapping[str, int]
    #: Those that do not come in, or not as they are.
    left: tuple[LeftMessage, ...]
    #: The keys of texts that people translated, and that stay all the same.
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The report on an edition."""

    #: The name of the builder, such as ``amts-zh``.
    name: str
    project: str
    pair: LanguagePair
    engine: str
    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    #: The cost of this build.
    cost: Cost
    effort: Effort
    #: The scores of machines' texts against people's corrections of them.
    scores: tuple[Score, ...]
    #: ``None``: the book has none in this language.
    catalogues: CatalogueCounts | None = None
    #: What stays in the source language on purpose; it is not among the rows.
    stays: tuple[Stay, ...] = ()
    #: The effort with each engine's texts, by its fingerprint.
    efforts: Mapping[str, Effort] = field(default_factory=dict)

    def words(self, *origins: Origin) -> int:
        """Return how many words of the book have one of *origins* (default: any)."""
        return sum(d.words.get(o, 0) for d in self.documents for o in origins or Origin)

    @property
    def progress(self) -> Progress:
        """How far people have come with the edition; each place of a text counts."""
        words: Counter[Stage] = Counter()
        segments: Counter[Stage] = Counter()
        for document in self.documents:
            words.update(document.progress.words)
            segments.update(document.progress.segments)
        return Progress(
            words, segments, sum(d.progress.conflicts for d in self.documents)
        )


def share(words: Mapping[Origin, int], *origins: Origin) -> float:
    """Return the part of *words* that has one of *origins*, 0–1; 1 without words."""
    total = sum(words.values())
    return sum(words.get(o, 0) for o in origins) / total if total else 1.0


def coverage(words: Mapping[Origin, int]) -> float:
    """Return the part of *words* that is translated, by people or machines, 0–1."""
    return share(words, *(o for o in Origin if o is not Origin.UNTRANSLATED))
