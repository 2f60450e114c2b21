"""What a check gets and yields, and the list in which each check registers itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from amts_sphinx.core.units import LanguagePair, Match, Segment, Severity
    from amts_sphinx.formats.terminology import Terminology

#: In a text, the place of a code that holds no words: a formula, a piece of program.
THING: Final = "\ufffc"


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One text of the edition."""

    segment: Segment
    #: Coded text; ``None`` where the source is published.
    target: str | None
    by_human: bool = False
    #: The unit of the memory whose source is most similar, but not the same.
    near: Match | None = None
    #: Ids of checks that the author switched off at this place.
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the whole edition."""

    pair: LanguagePair
    #: Terms that must be used.
    terms: Terminology | None = None
    #: Words that a target must not have, as plain text.
    forbidden: tuple[str, ...] = ()
    #: A function of the plain texts of source and target. It returns the share of their
    #: words, 0–1, that are known as translations of each other; negative: unknown.
    coverage: Callable[[str, str], float] | None = None
    #: Ids of checks that are switched off as a whole.
    ignored: frozenset[str] = frozenset()
    #: Whether Chinese and Japanese have full-width marks here.
    fullwidth: bool = True


class Rule(NamedTuple):
    """What a check requires of a target."""

    id: str
    severity: Severity
    #: The requirement in one or two sentences, for the documentation.
    text: str


@dataclass(frozen=True, slots=True)
class CheckedTexts:
    """An entry that has a target, as its readers see it."""

    entry: CheckEntry
    #: The source without codes; :data:`THING` is in place of each wordless code.
    source: str
    target: str


if TYPE_CHECKING:
    #: Yields a message for each fault of one text.
    Check = Callable[[CheckedTexts, Context], Iterable[str]]
    #: Yields faults of a whole edition, each with the number of its text.
    BookCheck = Callable[[Sequence[CheckedTexts], Context], Iterable[tuple[int, str]]]

#: Every rule by its id, in the order in which the checks are made.
RULES: Final[dict[str, Rule]] = {}
CHECKS: Final[dict[str, Check]] = {}
BOOK_CHECKS: Final[dict[str, BookCheck]] = {}


def check(name: str, severity: Severity, text: str) -> Callable[[Check], Check]:
    """Register a check of single texts under the id *name*."""

    def register(made: Check) -> Check:
        RULES[name] = Rule(name, severity, text)
        CHECKS[name] = made
        return made

    return register


def book_check(
    name: str, severity: Severity, text: str
) -> Callable[[BookCheck], BookCheck]:
    """Register a check of the whole edition under the id *name*."""

    def register(made: BookCheck) -> BookCheck:
        RULES[name] = Rule(name, severity, text)
        BOOK_CHECKS[name] = made
        return made

    return register


def read(entry: CheckEntry, target: str) -> CheckedTexts:
    """Return an entry with its *target* as its readers see it."""
    return CheckedTexts(entry, seen(entry.segment.source), seen(target))


def seen(coded: str) -> str:
    """Return coded text without codes; :data:`THING` replaces each wordless one."""
    if "<" not in coded:
        return inline_codes.unescape(coded)
    return inline_codes.unescape("".join(_shown(coded)))


def _shown(coded: str) -> Iterator[str]:
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            yield piece.coded
        elif piece.type == "empty":
            yield THING
