"""An engine's options: a mapping from ``conf.py`` → a frozen dataclass of the engine.

Values may come as strings, as from ``-D amts_pseudo.expansion=1.4``. An option that
the dataclass has no field for, or a value of another type, is refused by name.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Literal,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from dataclasses import Field


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Options = TypeVar("Options", bound=_Dataclass)

_BOOLEANS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_ALLOWED: Final[dict[object, str]] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a string",
}


def read_options(
    kind: type[Options], name: str, options: Mapping[str, object]
) -> Options:
    """Return *options* as a *kind*, whose defaults stand for what is not given.

    Fields may be ``str``, ``int``, ``float``, ``bool``, a ``Literal`` of strings or a
    ``dict[str, str]``.

    :param name: what the user calls the mapping, such as ``amts_pseudo``
    :raises ConfigError: an option is unknown, or its value is not allowed
    """
    types = get_type_hints(kind)
    fields = [field.name for field in dataclasses.fields(kind)]
    values = {}
    for option, value in options.items():
        if option not in fields:
            allowed = f"allowed are {', '.join(fields)}" if fields else "it has none"
            raise ConfigError(f"{name} has no option {option!r}; {allowed}")
        values[option] = _read(types[option], f"{name}.{option}", value)
    return kind(**values)


def _read(kind: Any, name: str, value: object) -> object:
    """Return *value* as a *kind*, the type of the option *name*."""
    allowed: str
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        allowed = f"one of {get_args(kind)}"
    elif get_origin(kind) is dict:
        if isinstance(value, Mapping) and all(
            isinstance(part, str) for item in value.items() for part in item
        ):
            return dict(value)
        allowed = "a mapping of strings to strings"
    else:
        read = _read_scalar(kind, value)
        if read is not None:
            return read
        allowed = _ALLOWED[kind]
    raise ConfigError(f"{name} must be {allowed}, not {value!r}")


def _read_scalar(kind: Any, value: object) -> object:
    """Return *value* as a *kind*, or ``None`` if it is none."""
    if kind is bool:
        if isinstance(value, str):
            return _BOOLEANS.get(value.strip().lower())
        return bool(value) if isinstance(value, int) and value in {0, 1} else None
    if kind is str:
        return value if isinstance(value, str) else None
    number = _number(value)
    if number is None or kind is float:
        return number
    return int(number) if number.is_integer() else None


def _number(value: object) -> float | None:
    """Return the finite number that *value* is, or writes."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None  # True is an int to Python, not to a user
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
