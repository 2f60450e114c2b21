"""What each origin says of a source, and which of it is published.

A *statement* is one thing that one origin says of one source: a unit. What is published
depends on the statements and the order of their origins alone, not on when or in which
order they were learnt, so that every copy of the book publishes the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: Kinds of origins: the home file of a language, its machine file, a file that the
#: configuration names, a catalogue of the book, a file that was read into the memory
#: alone, what was learnt without any file, and an engine.
HOME: Final = "home"
MACHINE: Final = "machine"
FILE: Final = "file"
CATALOGUE: Final = "catalogue"
IMPORTED: Final = "imported"
LOCAL: Final = "local"
ENGINE: Final = "engine"
#: Where people correct what other origins say.
_CORRECTING: Final = frozenset({HOME, LOCAL})
#: Characters of a text that a message shows.
_SHOWN: Final = 120
#: The order of states: one that is missing comes last.
_STATES: Final = {State.APPROVED: 0, State.REVIEWED: 1, State.NEEDS_REVIEW: 2}


class Origin(NamedTuple):
    """Something that says what sources are in another language."""

    kind: str
    #: A path relative to the memory's folder, or an engine's fingerprint.
    name: str
    #: Its place in the order; ``None``: it has left the book.
    rank: int | None

    def __str__(self) -> str:
        return self.name or "the memory alone"


class Statement(NamedTuple):
    """What one origin says of one source."""

    unit: TranslationUnit
    origin: Origin
    #: Its place in the origin.
    number: int
    #: Whether it is a sentence derived from the unit of a paragraph.
    part: bool = False
    #: Since when the origin does not say it any more, in seconds since the epoch.
    retired: int = 0
    #: Whether it counts all the same, since its line has become unusable.
    kept: bool = False

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.origin.rank is not None and (not self.retired or self.kept)

    @property
    def is_general(self) -> bool:
        """Whether it holds everywhere in the book."""
        return self.unit.place is None


class Conflict(NamedTuple):
    """Two people's texts for one source, of which neither is known to be meant."""

    published: Statement
    other: Statement


def choose(
    statements: Iterable[Statement], makers: Sequence[str] = ()
) -> Statement | None:
    """Return what is published of the *statements* on one source.

    :param makers: of machines' targets that will do, the best first
    """
    standing = [each for each in statements if each.stands and each.is_general]
    if people := valid(standing):
        return people[0]
    usable = [each for each in standing if each.unit.maker in makers]
    return min(
        usable,
        key=lambda each: (makers.index(each.unit.maker), *_order(each)),
        default=None,
    )


def valid(statements: Iterable[Statement]) -> list[Statement]:
    """Return people's standing statements, without the corrected ones, best first."""
    people = [each for each in statements if each.stands and each.unit.by_human]
    if len(people) > 1:
        people = [each for each in people if not _is_corrected(each, people)]
    return ordered(people)


def ordered(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements of one kind of maker on one source, best first."""
    # Of two lines of a home file with one date the greater text counts as the later.
    by_text = sorted(statements, key=lambda each: each.unit.target, reverse=True)
    return sorted(by_text, key=_order)


def conflicts(statements: Iterable[Statement]) -> list[Conflict]:
    """Return the conflicts among the *statements* on one source.

    Different texts are a conflict when people wrote them in different origins, or in
    two lines of a home file, in states of equal rank. A correction is in conflict with
    any text that it does not name.
    """
    people = [each for each in valid(statements) if each.is_general and not each.part]
    found: dict[str, Conflict] = {}
    for other in people[1:]:
        first, text = people[0], inline_codes.normalise(other.unit.target)
        if text != inline_codes.normalise(first.unit.target) and differ(first, other):
            found.setdefault(text, Conflict(first, other))
    return [*found.values()]


def is_before(sentence: Statement, paragraph: Statement, part: str) -> bool:
    """Tell whether a person's *sentence* comes before the same one of a *paragraph*.

    :param part: the text of the sentence in the paragraph's target
    """
    if (
        part in sentence.unit.corrects
        or paragraph.unit.target in sentence.unit.corrects
    ):
        return sentence.origin.kind in _CORRECTING
    return _order(sentence)[:4] < _order(paragraph)[:4]


def is_equal(one: Statement, other: Statement) -> bool:
    """Tell whether two people's statements are of equal rank."""
    return _STATES.get(one.unit.state) == _STATES.get(other.unit.state)


def is_higher(state: State, other: State) -> bool:
    """Tell whether *state* comes before the *other* in the order of states."""
    return _STATES.get(state, len(_STATES)) < _STATES.get(other, len(_STATES))


def lowest(*states: State) -> State:
    """Return the state that comes last in the order of states."""
    return max(states, key=lambda state: _STATES.get(state, len(_STATES)))


def differ(first: Statement, other: Statement) -> bool:
    """Tell whether neither of two people's different texts clearly comes first.

    What one file says twice, of a paragraph and of its sentence, is its own affair.
    """
    same = first.origin == other.origin
    if same and first.origin.kind not in _CORRECTING:
        return False
    return is_equal(first, other) or bool(first.unit.corrects or other.unit.corrects)


def _is_corrected(statement: Statement, people: Collection[Statement]) -> bool:
    """Tell whether a correction names the text of *statement*.

    Of two lines of a home file only the later one can correct the other.
    """
    own = statement.origin.kind in _CORRECTING
    return any(
        each.origin.kind in _CORRECTING
        and statement.unit.target in each.unit.corrects
        and not (own and _age(each) <= _age(statement))
        for each in people
    )


def _age(statement: Statement) -> tuple[int, int, str]:
    """Return a key that grows towards the later one of two corrections."""
    unit = statement.unit
    return -(statement.origin.rank or 0), unit.changed, unit.target


def _order(statement: Statement) -> tuple[int, int, int, int, int]:
    """Return a key by which the statements of one kind of maker are put in order.

    The lines of a home file have dates, since a merge may put them in any order.
    """
    dated = statement.origin.kind == HOME
    return (
        _STATES.get(statement.unit.state, len(_STATES)),
        int(statement.part),
        statement.origin.rank or 0,
        -statement.unit.changed if dated else 0,
        0 if dated else -statement.number,
    )


def describe(conflict: Conflict) -> str:
    """Say what the two sides of a conflict are."""
    first, other = conflict
    return (
        f"people's translations differ: {_shown(first)} is published, and"
        f" {_shown(other)} is not"
    )


def _shown(statement: Statement) -> str:
    text = inline_codes.plain(statement.unit.target)
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    author = f", {statement.unit.author}" if statement.unit.author else ""
    return f"{short!r} ({statement.origin}{author})"
