"""A text and the segments that it is translated in, wherever it was read."""

from __future__ import annotations

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Container, Segment
from amts_sphinx.text import sentences


def container(
    whole: Segment, level: int, language: str, *, by_sentence: bool
) -> Container:
    """Return a text, split into the segments that it is translated in."""
    if not by_sentence:
        return Container(whole, (whole,), level)
    pieces = pieces_of(whole.source, language)
    if len(pieces) == 1:
        return Container(whole, (whole,), level)
    return Container(whole, tuple(_sentence(p, whole) for p in pieces), level)


def pieces_of(coded: str, language: str) -> list[str]:
    """Return *coded* in the pieces that it is translated in; together they are it."""
    return _with_words(sentences.split(coded, language))


def _sentence(piece: str, whole: Segment) -> Segment:
    source, numbers = inline_codes.localise(piece.strip())
    named = {code.id: code for code in whole.codes}
    return Segment(
        source,
        whole.kind,
        whole.location,
        tuple(named[number].numbered(i) for i, number in enumerate(numbers, 1)),
        numbers,
    )


def _with_words(pieces: list[str]) -> list[str]:
    """Join a piece without words to its neighbour: every segment has some."""
    joined: list[str] = []
    for piece in pieces:
        if joined and not (
            inline_codes.has_words(piece) and inline_codes.has_words(joined[-1])
        ):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
