"""Faults on request: what goes wrong, where, and how often.

A fault is planned as a mapping, in JSON or in Python::

    {"on": "TranslateText", "kind": "error", "code": "ThrottlingException", "count": 2}

``on`` is an operation, ``Translate`` for any of them, ``S3:GetObject`` or another of
S3's, ``S3`` for any of those, ``*`` for any request; or ``import``, ``job`` or
``document`` for what happens inside the service. docs/endpoint.md lists the kinds.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint import service_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What may happen to a request.
ON_REQUESTS: Final = frozenset(
    "error raw truncated empty nothing reset lost-reply slow".split()
)
#: What may become of a translation.
ON_TEXTS: Final = frozenset(
    "codes-dropped codes-moved codes-doubled codes-glued codes-emptied dnt-leak blanks"
    " empty-text segments-lost segments-doubled blocks-lost blocks-doubled"
    " blocks-swapped".split()
)
#: What may happen to a translated document beside that.
ON_DOCUMENTS: Final = frozenset(
    "failed missing oversized not-utf8 truncated-html".split()
)
ON_JOBS: Final = frozenset("stuck failed stopped foreign-object wrong-counters".split())
ON_IMPORTS: Final = frozenset({"stuck", "failed"})
#: What a fault can say of when and where it happens.
_RULES: Final = ("on", "kind", "count", "chance", "seed", "after", "match", "lasts")
#: What a fault can say → the type that it must have.
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(("on", "kind", "match", "code", "message", "body"), str),
    **dict.fromkeys(("seed", "after", "status", "bytes", "documents"), int),
    "lasts": (int, float, type(None)),
    "count": (int, type(None)),
    "chance": (int, float),
    "seconds": (int, float),
    "headers": dict,
    "all": bool,
}


@dataclass
class Fault:
    """One planned fault."""

    on: str
    kind: str
    #: How often, at most; ``None`` is always.
    count: int | None = 1
    #: How likely it is each time, 0-1.
    chance: float = 1.0
    #: Occasions that pass before the first.
    after: int = 0
    #: The key or name that it happens to, with ``*`` and ``?``.
    match: str = "*"
    #: Seconds after the first time during which it goes on; ``None``: for ever.
    lasts: float | None = None
    #: What else the kind needs.
    details: Mapping[str, Any] = field(default_factory=dict)
    #: The same seed makes the same faults.
    seed: int = 0
    #: How often it has happened.
    happened: int = 0

    def __post_init__(self) -> None:
        self._chances = random.Random(self.seed)
        self._first = 0.0

    def happens(self, place: str, name: str, at: float | None = None) -> bool:
        """Tell whether it happens now, and count.

        :param at: seconds; by default those of a clock that is never set back
        """
        if not _covers(self.on, place) or not fnmatchcase(name, self.match):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        used_up = self.count is not None and self.happened >= self.count
        if used_up or self._chances.random() >= self.chance:
            return False
        now = time.monotonic() if at is None else at
        if self.happened == 0:
            self._first = now
        if self.lasts is not None and now > self._first + self.lasts:
            return False
        self.happened += 1
        return True


class FaultPlan:
    """The faults that are planned, one thread at a time."""

    def __init__(self, plan: Iterable[object] = ()) -> None:
        self._lock = Lock()
        self._plan: list[Fault] = []
        self.plan(plan)

    def plan(self, faults: Iterable[object]) -> None:
        """Plan these in place of the former ones.

        :raises ConfigError: one of them is not a fault
        """
        planned = [read(fault, f"fault {n}") for n, fault in enumerate(faults, 1)]
        with self._lock:
            self._plan = planned

    def next_fault(self, place: str, name: str = "") -> Fault | None:
        """Return the first fault that happens at *place* now, and count it."""
        with self._lock:
            return next((f for f in self._plan if f.happens(place, name)), None)

    def report(self) -> list[dict[str, Any]]:
        """Return what is planned, and how often each has happened."""
        with self._lock:
            return [
                {"on": f.on, "kind": f.kind, "count": f.count, "happened": f.happened}
                for f in self._plan
            ]


def _covers(on: str, place: str) -> bool:
    if on == place:
        return True
    inside = place in {"import", "job", "document"}
    if on == "*":
        return not inside
    of_s3 = place.startswith("S3:")
    return (on == "S3" and of_s3) or (on == "Translate" and not of_s3 and not inside)


def kinds_on(on: str) -> frozenset[str]:
    """Return what may happen at a place; nothing, if there is no such place."""
    if on == "document":
        return ON_TEXTS | ON_DOCUMENTS
    if on == "job":
        return ON_JOBS
    if on == "import":
        return ON_IMPORTS
    if on == "TranslateText":
        return ON_REQUESTS | ON_TEXTS
    of_s3 = on.startswith("S3:") and len(on) > len("S3:")
    known = of_s3 or on in {"*", "S3", "Translate"} or on in service_model.operations()
    return ON_REQUESTS if known else frozenset()


def parse(data: str | bytes) -> list[object]:
    """Return the faults of a JSON text, not yet checked.

    :raises ConfigError: it is not a list in JSON
    """
    try:
        plan = json.loads(data)
    except ValueError as exc:
        raise ConfigError(f"faults must be JSON: {exc}") from exc
    if not isinstance(plan, list):
        raise ConfigError("faults must be a list")
    return plan


def read(mapping: object, where: str) -> Fault:
    """Return a fault from its mapping.

    :param where: names it in errors
    :raises ConfigError: it is not a fault; the message says what is allowed
    """
    if not isinstance(mapping, dict):
        raise ConfigError(
            f"{where} must be a mapping with 'on' and 'kind', not {mapping!r}"
        )
    on, kind = mapping.get("on"), mapping.get("kind")
    kinds = kinds_on(on) if isinstance(on, str) else frozenset()
    if not kinds:
        raise ConfigError(
            f"{where}: 'on' must be an operation such as 'TranslateText', 'Translate',"
            f" 'S3', 'S3:GetObject', '*', 'import', 'job' or 'document', not {on!r}"
        )
    if kind not in kinds:
        raise ConfigError(
            f"{where}: on {on} 'kind' must be one of {sorted(kinds)}, not {kind!r}"
        )
    _check_values(mapping, where)
    rules = {name: mapping[name] for name in _RULES if name in mapping}
    details = {name: mapping[name] for name in mapping if name not in _RULES}
    return Fault(**rules, details=details)


def _check_values(mapping: Mapping[str, Any], where: str) -> None:
    for name, value in mapping.items():
        if name not in _TYPES:
            allowed = ", ".join(sorted(_TYPES))
            raise ConfigError(f"{where}: {name!r} is not known; allowed are {allowed}")
        number = value if isinstance(value, (int, float)) else 0
        most = 1 if name == "chance" else number
        if not isinstance(value, _TYPES[name]) or not 0 <= number <= most:
            raise ConfigError(f"{where}: {name!r} cannot be {value!r}")
