"""The difference between two versions of a text, in whole words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A character of a script without blanks, a word, blanks, or a punctuation mark.
_PIECE: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    r"\uf900-\ufaff]+|\s+|[^\w\s]"
)
#: The least share of two texts that must be equal for them to be compared.
_LIKE: Final = 0.3


class Piece(NamedTuple):
    """A part of a text."""

    #: ``same``, ``gone`` or ``new``.
    kind: str
    text: str


def between(before: str, after: str) -> list[Piece]:
    """Return *after* in pieces, together with the pieces of *before* that are gone.

    Texts that have little in common are not compared: the result is one piece.
    """
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if before == after or matcher.ratio() < _LIKE:
        return [Piece("same", after)]
    return [piece for piece in _pieces(matcher, old, new) if piece.text]


def _pieces(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[Piece]:
    """Yield the pieces; blanks and marks between two changes belong to the change."""
    gone: list[str] = []
    added: list[str] = []
    blocks = matcher.get_opcodes()
    for number, (tag, first, last, start, end) in enumerate(blocks):
        same = "".join(new[start:end])
        inner = 0 < number < len(blocks) - 1
        if tag == "equal" and not (inner and not re.search(r"\w", same)):
            yield Piece("gone", "".join(gone))
            yield Piece("new", "".join(added))
            yield Piece("same", same)
            gone, added = [], []
        else:
            gone += old[first:last]
            added += new[start:end]
    yield Piece("gone", "".join(gone))
    yield Piece("new", "".join(added))
