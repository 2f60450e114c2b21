"""JSON with a line for each value, as :mod:`json` writes it, for large values.

Python's own writer is slow as soon as it has to indent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Final

#: What these values are in JSON. ``True`` is no number here.
_NAMES: Final[dict[object, str]] = {None: "null", True: "true", False: "false"}


def dumps(value: object) -> str:
    """Return *value* as ``json.dumps(value, ensure_ascii=False, indent=1)`` does.

    :param value: its dictionaries have texts as keys
    :raises TypeError: JSON has no such value
    """
    return _written(value, "\n")


def _written(value: object, line: str) -> str:
    """Write a value.

    :param line: the end of a line, with the blanks before the end of this value
    """
    if isinstance(value, str):
        return encode_basestring(value)
    # First what is most frequent: to ask for an abstract class takes longer.
    if type(value) is int:
        return str(value)
    if value is None or isinstance(value, bool):
        return _NAMES[value]
    if isinstance(value, (dict, Mapping)):
        inner = f"{line} "
        pairs = [
            f"{encode_basestring(key)}: {_written(each, inner)}"
            for key, each in value.items()
        ]
        return _joined("{}", pairs, line)
    if isinstance(value, (list, tuple, Sequence)):
        inner = f"{line} "
        return _joined("[]", [_written(each, inner) for each in value], line)
    return json.dumps(value)


def _joined(ends: str, parts: list[str], line: str) -> str:
    if not parts:
        return ends
    return f"{ends[0]}{line} {f',{line} '.join(parts)}{line}{ends[1]}"
