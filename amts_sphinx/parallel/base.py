"""An edition and its own base: what of people's translation is of today's source.

People translated the *base*: a version of the source that may be years old. What they
said of a text that has changed since then is not a translation of the present text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.languages import name_language
from amts_sphinx.parallel import documents, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Book, Location, Segment, TranslationUnit

#: The most sentences, or paragraphs, of a unit that was translated as one.
_LONGEST: Final = 5


@dataclass(frozen=True, slots=True)
class Division:
    """The units of an edition, by what became of their sources."""

    #: Their sources stand in today's book as they did, with today's places.
    current: tuple[TranslationUnit, ...]
    #: Their sources changed, or have gone. They name the document of today that took
    #: the text over, where there is one, so that a changed text is found to be theirs.
    former: tuple[TranslationUnit, ...]


def divide(
    units: Iterable[TranslationUnit], base: Book, now: Book, language: str
) -> Division:
    """Divide the units of an edition of *base* by whether *now* has their sources.

    :param base: what the edition is a translation of
    :param now: today's source
    :param language: that of both, BCP 47
    """
    places_now = places(now, language)
    heirs = documents.origins(base, now)
    current: list[TranslationUnit] = []
    former: list[TranslationUnit] = []
    for unit in units:
        place = places_now.get(unit.key)
        if place is not None:
            document, line = place
            current.append(replace(unit, document=document, line=line))
        else:
            former.append(_moved(unit, heirs))
    return Division(tuple(current), tuple(former))


def _moved(
    unit: TranslationUnit, heirs: Mapping[str, tuple[str, ...]]
) -> TranslationUnit:
    """Return a unit with the document that took over the text of its own."""
    now = heirs.get(unit.document, ())
    return replace(unit, document=now[0], line=None) if now else unit


def places(book: Book, language: str) -> dict[str, Location]:
    """Return where each text of *book* stands first, by its key.

    Texts are sentences, paragraphs, and neighbouring sentences that people may have
    translated as one.
    """
    blank = " " if name_language(language).spaced else ""
    found: dict[str, Location] = {}
    for containers in book.values():
        for container in containers:
            for segment in (*container.segments, container.whole):
                found.setdefault(segment.key, segment.location)
            for run in _runs(container.segments):
                found.setdefault(pairs.joined(run, blank).key, run[0].location)
    return found


def _runs(segments: Sequence[Segment]) -> Iterator[Sequence[Segment]]:
    """Yield neighbouring segments, two or more."""
    for first in range(len(segments)):
        for end in range(first + 2, min(first + _LONGEST, len(segments)) + 1):
            yield segments[first:end]
