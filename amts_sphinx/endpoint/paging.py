"""Lists that are given out a page at a time."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final, TypeVar

from amts_sphinx.endpoint.service_error import invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Item = TypeVar("Item")

#: Items on a page, unless the request says otherwise.
_USUAL: Final = 100


def page(
    items: Sequence[Item], request: Mapping[str, Any], usual: int = _USUAL
) -> tuple[list[Item], dict[str, str]]:
    """Return a page of *items*, and ``NextToken`` if there are more.

    :raises ServiceError: the token is none of ours
    """
    start = _start(request["NextToken"]) if request.get("NextToken") else 0
    end = start + request.get("MaxResults", usual)
    if start and start >= len(items):
        # What was on the last page may have been deleted meanwhile.
        return [], {}
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode()


def _start(token: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(" ")
        if word == "from" and int(number) > 0:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise invalid_parameter("The NextToken is not one that this service gave out.")
