"""Client tokens: whether a request that comes twice is done twice.

What the service does with a token is not documented, so both ways can be had. With
``dedupe``, an equal request with an equal token gets the first one's reply; the same
token with another request is another request.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


class Tokens:
    """The requests that were done, by their tokens; its owner holds a lock."""

    def __init__(self, *, dedupe: bool) -> None:
        self._dedupe = dedupe
        self._replies: dict[str, dict[str, Any]] = {}

    def recall(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        """Return the reply to an equal request that was done before."""
        if not self._dedupe:
            return None
        return self._replies.get(_key(operation, request))

    def keep(
        self, operation: str, request: dict[str, Any], reply: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep *reply* for the next time, and return it."""
        self._replies[_key(operation, request)] = reply
        return reply


def _key(operation: str, request: dict[str, Any]) -> str:
    said = json.dumps([operation, request], sort_keys=True, default=repr)
    return hashlib.sha256(said.encode()).hexdigest()
