"""The nouns of the report: what an edition is made of, text by text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.core.units import Finding, LanguagePair, Score, Segment


class Origin(str, Enum):
    """Where a text of the edition comes from, the most trusted first."""

    #: A person translated it.
    HUMAN = "human"
    #: A machine translated it, and a person corrected or accepted that.
    REVIEWED = "reviewed"
    #: A person translated it, and says that it needs review.
    TO_REVIEW = "to-review"
    MACHINE = "machine"
    #: By an engine that only helps people along.
    DRAFT = "draft"
    #: It stands in the source language.
    UNTRANSLATED = "untranslated"

    def __str__(self) -> str:
        return self.value


#: What nobody needs to look at, unless a check found something.
BY_PEOPLE = frozenset({Origin.HUMAN, Origin.REVIEWED})


class NearMatch(NamedTuple):
    """The likest other source that the memory knows."""

    #: As a reader sees it.
    source: str
    target: str
    #: 1–99.
    score: int
    #: Whether it no longer stands in the book: then the text has probably replaced it.
    gone: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the book, at the first of its places."""

    segment: Segment
    #: Coded; ``None`` where the source is shown.
    target: str | None
    origin: Origin
    #: Who made the target; empty when there is none.
    maker: str
    #: Of the source: words, or letters where no blanks stand between words.
    words: int
    #: Number of places in the book.
    places: int = 1
    near: NearMatch | None = None
    findings: tuple[Finding, ...] = ()
    #: What is most urgent to look at has most; 0 for what needs no look.
    risk: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What one document of an edition is made of; each place of a text counts."""

    name: str
    words: Mapping[Origin, int]
    segments: Mapping[Origin, int]
    #: By severity.
    findings: Mapping[str, int]
    #: Of what machines said here, compared with what people made of it.
    scores: tuple[Score, ...] = ()


class Effort(NamedTuple):
    """How much people had to change of what machines said."""

    #: Texts that a machine translated and a person then answered for.
    texts: int
    #: 0–1: edits by the length of what people made of it; ``None`` without texts.
    share: float | None


class Cost(NamedTuple):
    """What translating cost."""

    characters: int
    #: An estimate by list prices; ``None`` where the engine takes no money.
    dollars: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """An edition, as its owner wants to know it."""

    #: The builder's: ``amts-zh``.
    name: str
    project: str
    pair: LanguagePair
    engine: str
    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    #: Of this build.
    cost: Cost
    effort: Effort
    #: Of what machines said, compared with what people made of it.
    scores: tuple[Score, ...]

    def words(self, *origins: Origin) -> int:
        """Return how many words of the book have one of *origins*; any, without."""
        return sum(d.words.get(o, 0) for d in self.documents for o in origins or Origin)


def share(words: Mapping[Origin, int], *origins: Origin) -> float:
    """Return which part of *words* has one of *origins*; 1 where there are none."""
    total = sum(words.values())
    return sum(words.get(o, 0) for o in origins) / total if total else 1.0


def coverage(words: Mapping[Origin, int]) -> float:
    """Return which part of *words* is translated, by whomever, 0–1."""
    return share(words, *(o for o in Origin if o is not Origin.UNTRANSLATED))
