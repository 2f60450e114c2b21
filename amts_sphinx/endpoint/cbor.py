"""CBOR (:rfc:`8949`), as much of it as the service's second protocol uses."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes of a number that follows the first byte → how the first byte tells.
_SIZES: Final = {1: 24, 2: 25, 4: 26, 8: 27}
_BY_TELLER: Final = {teller: size for size, teller in _SIZES.items()}
_FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: Final = {20: False, 21: True, 22: None, 23: None}
#: Follows an array, a map or a string whose length is not told before.
_BREAK: Final = 0xFF
_OPEN: Final = 31
#: Tells that a number is a time, in seconds since the epoch.
_TIME: Final = b"\xc1"
_DEEPEST: Final = 64


def encode(value: Any) -> bytes:
    """Return *value* in CBOR; a float is a time, as in all that the service says."""
    return _ENCODERS[type(value)](value)


def _integer(value: int) -> bytes:
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _text(value: str) -> bytes:
    data = value.encode()
    return _head(3, len(data)) + data


def _mapping(value: dict[str, Any]) -> bytes:
    pieces = [encode(key) + encode(item) for key, item in value.items()]
    return _head(5, len(value)) + b"".join(pieces)


def _head(kind: int, number: int) -> bytes:
    if number < _SIZES[1]:
        return bytes([kind << 5 | number])
    size = next(size for size in _SIZES if number < 1 << 8 * size)
    return bytes([kind << 5 | _SIZES[size]]) + number.to_bytes(size, "big")


_ENCODERS: Final[dict[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"\xf6",
    bool: lambda value: b"\xf5" if value else b"\xf4",
    int: _integer,
    float: lambda value: _TIME + b"\xfb" + struct.pack(">d", value),
    bytes: lambda value: _head(2, len(value)) + value,
    str: _text,
    list: lambda value: _head(4, len(value)) + b"".join(map(encode, value)),
    dict: _mapping,
}


def decode(data: bytes) -> Any:
    """Return the value that *data* holds.

    :raises ValueError: it is not CBOR, or such as the service does not use
    """
    reader = _Reader(data)
    value = reader.value()
    if reader.place != len(data):
        raise ValueError("there is more than one value")
    return value


class _Reader:
    """How far the reading has come."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0
        self._depth = 0

    def value(self) -> Any:
        """Return the next value."""
        kind, teller = divmod(self._take(1)[0], 32)
        if kind == 7:  # noqa: PLR2004 - the RFC's major types have no names
            return self._simple(teller)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("values are nested too deeply")
        found = (
            self._number,
            self._negative,
            self._bytes,
            self._text,
            self._list,
            self._map,
            self._tagged,
        )[kind](teller)
        self._depth -= 1
        return found

    def _take(self, size: int) -> bytes:
        found = self._data[self.place : self.place + size]
        if len(found) < size:
            raise ValueError("it breaks off")
        self.place += size
        return found

    def _number(self, teller: int) -> int:
        if teller < _SIZES[1]:
            return teller
        if teller not in _BY_TELLER:
            raise ValueError("a length is not well-formed")
        return int.from_bytes(self._take(_BY_TELLER[teller]), "big")

    def _simple(self, teller: int) -> Any:
        if teller in _FLOATS:
            form = _FLOATS[teller]
            [number] = struct.unpack(form, self._take(struct.calcsize(form)))
            return number
        if teller not in _SIMPLE:
            raise ValueError("a value is of no known kind")
        return _SIMPLE[teller]

    def _more(self, teller: int) -> Any:
        """Yield as often as there are items, however their number is told."""
        if teller != _OPEN:
            yield from range(self._number(teller))
            return
        while self._data[self.place : self.place + 1] != bytes([_BREAK]):
            yield
        self.place += 1

    def _negative(self, teller: int) -> int:
        return -1 - self._number(teller)

    def _bytes(self, teller: int) -> bytes:
        if teller == _OPEN:
            return b"".join(self.value() for _ in self._more(teller))
        return self._take(self._number(teller))

    def _text(self, teller: int) -> str:
        if teller == _OPEN:
            return "".join(self.value() for _ in self._more(teller))
        return self._take(self._number(teller)).decode()

    def _list(self, teller: int) -> list[Any]:
        return [self.value() for _ in self._more(teller)]

    def _map(self, teller: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in self._more(teller):
            key = str(self.value())
            found[key] = self.value()
        return found

    def _tagged(self, teller: int) -> Any:
        self._number(teller)
        return self.value()
