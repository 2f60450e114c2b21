"""People's texts that hold at one place of the book only.

OmegaT's alternatives, and units that are bound in another way, name the file that their
source stands in, its neighbours there, or both. Where all that they name agrees with
the book they are published, before what holds everywhere.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.memory import statements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from amts_sphinx.core.units import (
        Container,
        LanguagePair,
        Location,
        Place,
        Segment,
        TranslationUnit,
    )
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.memory.statements import Statement


class _Occurrence(NamedTuple):
    """A text with its neighbours in its document; an empty one: there is none."""

    segment: Segment
    before: str
    after: str


def find(
    memory: Memory, pair: LanguagePair, containers: Collection[Container]
) -> tuple[dict[tuple[str, Location], TranslationUnit], int]:
    """Return what people bound to places of the book.

    :param containers: those of each document in its order
    :returns: what is published, by the key and the location of its source; and how many
        texts are bound to places that the book does not have
    """
    bound = memory.bound(pair)
    wanted: dict[tuple[str, Location], list[Statement]] = {}
    matched: set[int] = set()
    documents = {each.whole.location.docname for each in containers}
    for text in _occurrences(containers) if bound else ():
        key = text.segment.key
        said = [
            each
            for each in bound.get(key, ())
            if _holds(each.unit.place, text, documents)
        ]
        if said:
            matched |= {id(each) for each in said}
            wanted[key, text.segment.location] = said
    units = {where: _best(said).unit for where, said in wanted.items()}
    return units, sum(map(len, bound.values())) - len(matched)


def _best(said: Sequence[Statement]) -> Statement:
    """Return the statement that names the most of a place; of several, the first."""
    return max(statements.valid(said), key=lambda each: _named(each.unit.place))


def _named(place: Place | None) -> int:
    return sum(map(bool, place or ()))


def _holds(place: Place | None, text: _Occurrence, documents: Collection[str]) -> bool:
    """Tell whether all that *place* names agrees with where a text stands.

    A context is a name that only the tool which gave it can look up.
    """
    if place is None or place.context:
        return False
    return (
        (not place.document or _is_file_of(place.document, text.segment, documents))
        and _agrees(place.before, text.before)
        and _agrees(place.after, text.after)
    )


def _is_file_of(name: str, segment: Segment, documents: Collection[str]) -> bool:
    """Tell whether *name*, perhaps with folders above the book's, is its document.

    A name that a document of the book has is that document's alone.
    """
    if name in documents:
        return name == segment.location.docname
    path = PurePosixPath(name.replace("\\", "/"))
    document = PurePosixPath(segment.location.docname).parts
    return path.with_suffix("").parts[-len(document) :] == document


def _agrees(named: str, actual: str) -> bool:
    """Tell whether two neighbours have the same words: tools write codes variously."""
    return not named or _words(named) == _words(actual)


def _words(coded: str) -> str:
    return " ".join(inline_codes.plain(coded).split())


def _occurrences(containers: Iterable[Container]) -> Iterator[_Occurrence]:
    """Yield each segment, and each container of several as a whole."""
    documents: dict[str, list[Container]] = {}
    for container in containers:
        documents.setdefault(container.whole.location.docname, []).append(container)
    for parts in documents.values():
        segments = [segment for part in parts for segment in part.segments]
        sources = ["", *(segment.source for segment in segments), ""]
        yield from map(_Occurrence, segments, sources, sources[2:])
        start = 0
        for part in parts:
            end = start + len(part.segments)
            if len(part.segments) > 1:
                yield _Occurrence(part.whole, sources[start], sources[end + 1])
            start = end
