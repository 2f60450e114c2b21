"""The alphabet of a SentencePiece vocabulary: what it lacks vanishes without a trace.

A vocabulary is a protocol buffer. Its first field, repeated, is a piece; a piece has
its text in field 1 and its type in field 3 (``sentencepiece_model.proto``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECES, _TEXT, _TYPE = 1, 1, 3
#: The types of pieces that spell text; a control sign is one of the others.
_NORMAL, _USER_DEFINED, _BYTE = 1, 4, 6
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BLANK: Final = "\u2581"


def alphabet(vocabulary: bytes) -> frozenset[str] | None:
    """Return the characters that a vocabulary can spell; ``None``: all, by bytes.

    :raises EngineUnavailableError: it is no vocabulary
    """
    found: set[str] = set()
    try:
        for field, value in _fields(vocabulary):
            if field != _PIECES or not isinstance(value, bytes):
                continue
            piece = dict(_fields(value))
            kind = piece.get(_TYPE, _NORMAL)
            if kind == _BYTE:
                return None
            text = piece.get(_TEXT, b"")
            if kind in {_NORMAL, _USER_DEFINED} and isinstance(text, bytes):
                found.update(text.decode())
    except (IndexError, ValueError) as exc:
        raise EngineUnavailableError(f"this is no vocabulary: {exc}") from exc
    if not found:
        raise EngineUnavailableError("this is no vocabulary: it has no pieces")
    return frozenset(found - {_BLANK} | {" "})


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number of each field of a message with its value.

    :raises ValueError: it is no protocol buffer
    """
    place = 0
    while place < len(message):
        tag, place = _number(message, place)
        field, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _number(message, place)
            yield field, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(kind, 0)
        if kind == _BYTES:
            size, place = _number(message, place)
        elif not size:
            raise ValueError(f"a field of the unknown type {kind}")
        if place + size > len(message):
            raise ValueError("it is cut off")
        yield field, message[place : place + size]
        place += size


def _number(message: bytes, place: int) -> tuple[int, int]:
    """Return the number at *place*, seven bits a byte, and the place after it."""
    number = shift = 0
    while True:
        number |= (message[place] & 127) << shift
        place, shift = place + 1, shift + 7
        if message[place - 1] < 128:  # noqa: PLR2004 - the last byte has no eighth bit
            return number, place
