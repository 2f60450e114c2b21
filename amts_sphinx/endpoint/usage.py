"""What is used: characters as the real service would bill them, and requests."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Operation → requests a second that the published quotas allow. There is none for
#: ``TranslateText``.
_RATES: Final = {
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
}


class UsageMeter:
    """Counts requests, and characters as billed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._jobs: dict[str, dict[str, Any]] = {}
        self._billed: set[bytes] = set()
        self._repeated = 0

    def count_request(self, operation: str) -> None:
        """Count a request, whether it is carried out or not."""
        with self._lock:
            self._requests[operation] += 1

    def count_refused(self, operation: str) -> None:
        """Count a request that got an error."""
        with self._lock:
            self._refused[operation] += 1

    def open_job(self, job_id: str, name: str) -> None:
        """Begin to count the characters of a batch job."""
        with self._lock:
            languages: Counter[str] = Counter()
            self._jobs[job_id] = {"name": name, "languages": languages}

    def charge(
        self,
        operation: str,
        scope: Iterable[str],
        texts: Iterable[str],
        blanks: int = 0,
        job: tuple[str, str] | None = None,
    ) -> int:
        """Bill *texts*, and return how many characters that is.

        :param scope: all that makes the same text another translation, such as
            languages and terminology; an equal text in an equal scope is a repetition
        :param blanks: characters between the texts that are billed too
        :param job: a job's identifier and the target language
        """
        total = blanks
        with self._lock:
            for text in texts:
                total += len(text)
                identity = "\0".join((*scope, text)).encode()
                key = hashlib.blake2b(identity, digest_size=16).digest()
                if key in self._billed:
                    self._repeated += len(text)
                self._billed.add(key)
            self._characters[operation] += total
            if job is not None:
                self._jobs[job[0]]["languages"][job[1]] += total
        return total

    def report(self) -> dict[str, Any]:
        """Return all counts, as ``GET /_amts/usage`` shows them."""
        with self._lock:
            names = sorted({*self._requests, *self._characters})
            return {
                "characters": self._characters.total(),
                "repeated_characters": self._repeated,
                "operations": {
                    name: {
                        "requests": self._requests[name],
                        "refused": self._refused[name],
                        "characters": self._characters[name],
                    }
                    for name in names
                },
                "jobs": {
                    job_id: {
                        "name": job["name"],
                        "characters": job["languages"].total(),
                        "languages": dict(job["languages"]),
                    }
                    for job_id, job in self._jobs.items()
                },
            }


class RequestRates:
    """Token buckets, one for each operation: each holds what a second brings."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Requests that can be made at once, and when that was so.
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, operation: str, at: float | None = None) -> None:
        """Let one request pass.

        :param at: seconds; by default those of a clock that is never set back
        :raises ServiceError: there were too many
        """
        rate = _RATES.get(operation)
        if rate is None:
            return
        at = time.monotonic() if at is None else at
        with self._lock:
            left, before = self._left.get(operation, (float(rate), at))
            left = min(float(rate), left + (at - before) * rate)
            allowed = left >= 1
            self._left[operation] = (left - allowed, at)
        if not allowed:
            # Not in the service's model, but what it says in practice.
            raise ServiceError("Rate exceeded", code="ThrottlingException")
