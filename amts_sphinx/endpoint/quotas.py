"""Requests a second that the service takes, as its quotas are published."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

from amts_sphinx.endpoint.service_error import ServiceError

#: Operation → requests a second. Those of translations at once are not published.
RATES: Final = {
    "CreateParallelData": 5,
    "DeleteParallelData": 5,
    "DeleteTerminology": 5,
    "DescribeTextTranslationJob": 10,
    "GetParallelData": 10,
    "GetTerminology": 10,
    "ImportTerminology": 5,
    "ListParallelData": 10,
    "ListTerminologies": 10,
    "ListTextTranslationJobs": 10,
    "StartTextTranslationJob": 5,
    "StopTextTranslationJob": 5,
    "UpdateParallelData": 5,
}


class Quotas:
    """Token buckets, one for each operation: each holds what a second brings."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Requests that can be made at once, and when that was so.
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, operation: str, now: float | None = None) -> None:
        """Let one request pass.

        :param now: seconds; by default those of a clock that is never set back
        :raises ServiceError: there were too many
        """
        rate = RATES.get(operation)
        if rate is None:
            return
        now = time.monotonic() if now is None else now
        with self._lock:
            left, then = self._left.get(operation, (float(rate), now))
            left = min(float(rate), left + (now - then) * rate)
            allowed = left >= 1
            self._left[operation] = (left - allowed, now)
        if not allowed:
            # Not in the service's model, but what it says in practice.
            raise ServiceError("Rate exceeded", code="ThrottlingException")
