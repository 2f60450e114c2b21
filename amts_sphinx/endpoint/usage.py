"""The meter: what the real service would have billed, and what of it twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Meter:
    """Counts requests, and characters as billed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._jobs: dict[str, dict[str, Any]] = {}
        self._seen: set[bytes] = set()
        self._repeated = 0

    def request(self, operation: str) -> None:
        """Count a request, whether it was done or not."""
        with self._lock:
            self._requests[operation] += 1

    def refuse(self, operation: str) -> None:
        """Count a request that got an error."""
        with self._lock:
            self._refused[operation] += 1

    def job(self, job_id: str, name: str) -> None:
        """Open the account of a batch job."""
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
        """Bill *texts*, and say how many characters they have.

        :param scope: all that makes the same text another translation, such as
            languages and terminology; equal texts in one scope are billed twice
        :param blanks: characters between the texts that are billed too
        :param job: a job's identifier and the target language
        """
        total = blanks
        with self._lock:
            for text in texts:
                total += len(text)
                said = "\0".join((*scope, text)).encode()
                key = hashlib.blake2b(said, digest_size=16).digest()
                if key in self._seen:
                    self._repeated += len(text)
                self._seen.add(key)
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
