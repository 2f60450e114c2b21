"""Requests, checked against the service's own model.

botocore, which has the model, checks types, required members and least lengths before
it sends a request. It leaves greatest lengths, patterns and enumerations to the
service, so they are checked here. No error repeats a value: it may be a text of the
book.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import botocore.session

from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import ServiceModel, Shape

#: HTTP statuses of errors; of the others it is 400. Old models have none.
_STATUS: Final = {
    "ConcurrentModificationException": 409,
    "ConflictException": 409,
    "InternalServerException": 500,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "TooManyRequestsException": 429,
}
#: Their greatest length is in bytes, and has an error of its own.
_MEASURED_ELSEWHERE: Final = frozenset({"BoundedLengthString"})
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "structure": dict,
    "list": list,
    "string": str,
    "blob": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": (int, float),
}
_NAME_SIGNS: Final = frozenset("_.:/=+-%@")


@cache
def service() -> ServiceModel:
    """Return botocore's description of Amazon Translate."""
    return botocore.session.get_session().get_service_model("translate")


def operations() -> frozenset[str]:
    """Return the names of all operations of the service."""
    return frozenset(service().operation_names)


def status_of(code: str) -> int:
    """Return the HTTP status of an error."""
    return _STATUS.get(code, 400)


def read(operation: str, request: object) -> dict[str, Any]:
    """Return the parameters of a request, checked, with binary members decoded.

    :raises ServiceError: the request does not fit the model
    """
    shape = service().operation_model(operation).input_shape
    if shape is None:
        return {}
    checked: dict[str, Any] = _read(shape, request, "")
    return checked


def _read(shape: Shape, value: Any, path: str) -> Any:
    kind = shape.type_name
    if not _is_a(kind, value):
        where = f" at '{path}'" if path else ""
        raise ServiceError(
            f"the value{where} is not a {kind}", code="SerializationException"
        )
    if kind == "structure":
        return _structure(shape, value, path)
    if kind == "list":
        _bounds(shape, len(value), path, "Member must have length")
        return [
            _read(shape.member, v, f"{path}.{n}.member") for n, v in enumerate(value, 1)
        ]
    if kind == "blob":
        value = _blob(value, path)
    if kind in {"string", "blob"}:
        _bounds(shape, len(value), path, "Member must have length")
    if kind == "string":
        _string(shape, value, path)
    if kind in {"integer", "long"}:
        _bounds(shape, value, path, "Member must have value")
    return value


def _is_a(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, object))


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    given = {name: member for name, member in value.items() if member is not None}
    for name in shape.required_members:
        if name not in given:
            raise _fault(_below(path, name), "Member must not be null")
    # Members that the model does not have are ignored, as AWS does.
    return {
        name: _read(shape.members[name], member, _below(path, name))
        for name, member in given.items()
        if name in shape.members
    }


def _below(path: str, name: str) -> str:
    """Return a member's path as AWS writes it: ``inputDataConfig.s3Uri``."""
    own = name[0].lower() + name[1:]
    return f"{path}.{own}" if path else own


def _blob(value: str, path: str) -> bytes:
    """Return bytes, which JSON has in base64."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ServiceError(
            f"the value at '{path}' is not base64", code="SerializationException"
        ) from exc


def _bounds(shape: Shape, size: int, path: str, what: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        raise _fault(path, f"{what} greater than or equal to {least}")
    if most is not None and size > most and shape.name not in _MEASURED_ELSEWHERE:
        raise _fault(path, f"{what} less than or equal to {most}")


def _string(shape: Shape, value: str, path: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ServiceError(
            f"the value at '{path}' has half of a character",
            code="SerializationException",
        )
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise _fault(path, f"Member must satisfy enum value set: {list(allowed)}")
    if not _fitting(shape)(value):
        pattern = shape.metadata["pattern"]
        raise _fault(path, f"Member must satisfy regular expression pattern: {pattern}")


def _fitting(shape: Shape) -> Callable[[str], object]:
    """Return a test of whether a string has the pattern of *shape*."""
    pattern = shape.metadata.get("pattern")
    if pattern is None or r"\P{M}" in pattern:  # any character, marks or not
        return lambda _: True
    if r"\p{ASCII}" in pattern:
        return str.isascii
    if r"\p{L}" in pattern:
        return _is_name
    return re.compile(pattern, re.ASCII | re.DOTALL).fullmatch


def _is_name(text: str) -> bool:
    """Tell whether there are only letters, numbers, separators and a few signs.

    Python's patterns do not know Unicode's categories.
    """
    return all(c in _NAME_SIGNS or unicodedata.category(c)[0] in "LNZ" for c in text)


def _fault(path: str, constraint: str) -> ServiceError:
    msg = (
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint:"
        f" {constraint}"
    )
    return ServiceError(msg, code="ValidationException")
