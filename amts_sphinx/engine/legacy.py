"""Engines written for amts_sphinx 0.1 are made to fit: gone with the next release.

There, ``translate(sources, pair)`` returned coded targets. The rest went through
attributes: ``tell`` was set from outside, ``remark`` and ``otherwise`` were read after
the work, and ``drafts`` held for all translations. All that knows of this is here and
in :mod:`amts_sphinx.core.moved`.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import errors
from amts_sphinx.core.units import Translation
from amts_sphinx.engine import protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

    from amts_sphinx.core.units import LanguagePair, Request, TranslationUnit
    from amts_sphinx.engine.protocol import Commission, Engine, Progress

#: What the author of such an engine has to do.
ADVICE: Final = (
    "is written for amts_sphinx 0.1, and the next release will not take it. Let it have"
    " `pairs` (None: any), and let `translate(requests, pair, progress)` return a"
    ' Translation for each Request; see docs/engines.md, "Write your own"'
)


class Bill(protocol.Bill):
    """A bill whose amount may also be given as 0.1 called it, ``characters``."""

    __slots__ = ()

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Take the fields of :class:`amts_sphinx.engine.protocol.Bill`."""
        if "characters" in named:
            named["amount"] = named.pop("characters")
        return super().__new__(cls, *values, **named)


class EnginePartialError(errors.EnginePartialError):
    """The error as engines of 0.1 raise it: with targets by their sources."""

    def __init__(self, message: str, targets: Mapping[str, str | None]) -> None:
        super().__init__(message, ())
        self.targets = targets


class _Commission(NamedTuple):
    """What an engine of 0.1 reads of a commission."""

    engine: Any
    sources: Sequence[str]
    pair: LanguagePair


def is_legacy(engine: object) -> bool:
    """Tell whether *engine* keeps the protocol of 0.1, and not the present one."""
    translate = getattr(engine, "translate", None)
    return takes(translate, 2) and not (takes(translate, 3) and has(engine, "pairs"))


def takes(function: object, count: int) -> bool:
    """Tell whether *function* can be called with *count* values."""
    if not callable(function):
        return False
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def has(engine: object, name: str) -> bool:
    """Tell whether *engine* has an attribute, without asking for its value."""
    nothing = object()
    static = inspect.getattr_static(engine, name, nothing)
    return static is not nothing or hasattr(engine, name)


def adapt(engine: Any) -> Engine:
    """Return *engine* as one of the present protocol."""
    if not is_legacy(engine):
        found: Engine = engine
        return found
    kinds: list[type] = [_Learner] if hasattr(engine, "train") else []
    kinds += [_Versatile] if hasattr(engine, "makers") else []
    paid = all(hasattr(engine, name) for name in ("tell", "bill", "begin"))
    kinds += [_Paid] if paid else []
    adapted: Engine = _class_of(*kinds)(engine)
    return adapted


@cache
def _class_of(*kinds: type) -> Any:
    """Return one class for all engines that can do the same."""
    return type("LegacyEngine", (*kinds, LegacyEngine), {})


class LegacyEngine:
    """An engine of 0.1, behind the present protocol."""

    #: It cannot say.
    pairs = None

    def __init__(self, engine: Any) -> None:
        self.engine = engine

    @property
    def fingerprint(self) -> str:
        """The engine's own: what it has translated is still recalled."""
        return str(self.engine.fingerprint)

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return one translation per request, in order."""
        if hasattr(self.engine, "tell"):
            self.engine.tell = progress
        sources = [request.source for request in requests]
        try:
            targets = self.engine.translate(sources, pair)
        except EnginePartialError as exc:
            done = [
                self._translation(s, exc.targets[s]) if s in exc.targets else None
                for s in sources
            ]
            raise errors.EnginePartialError(str(exc), done) from exc
        if len(targets) != len(sources):
            raise errors.EngineReplyError(
                f"the engine returned {len(targets)} translations for {len(sources)}"
                f" segments ({pair}); none of them is used"
            )
        if remark := getattr(self.engine, "remark", ""):
            progress(remark)
        return [
            self._translation(source, target)
            for source, target in zip(sources, targets, strict=True)
        ]

    def _translation(self, source: str, target: str | None) -> Translation:
        draft = bool(getattr(self.engine, "drafts", False))
        return Translation(target, self._maker(source), draft)

    def _maker(self, source: str) -> str:
        """Return who has just translated *source*."""
        if not hasattr(self.engine, "makers"):
            return self.fingerprint
        otherwise: Mapping[str, str] = getattr(self.engine, "otherwise", {})
        return otherwise.get(source) or str(self.engine.makers(source)[0])


class _Learner(LegacyEngine):
    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str],
    ) -> Engine:
        return adapt(self.engine.train(pair, units, home, terms))


class _Versatile(LegacyEngine):
    def makers(self, source: str) -> Sequence[str]:
        makers: Sequence[str] = self.engine.makers(source)
        return makers


class _Paid(LegacyEngine):
    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> protocol.Bill:
        characters, dollars, tariff, *_ = self.engine.bill(
            [request.source for request in requests], pair
        )
        return protocol.Bill(characters, dollars, tariff)

    def begin(self, commissions: Sequence[Commission]) -> None:
        groups: dict[type, list[_Commission]] = {}
        for each in commissions:
            if not isinstance(each.engine, LegacyEngine):
                continue
            engine = each.engine.engine
            engine.tell = each.progress
            sources = [request.source for request in each.requests]
            group = groups.setdefault(type(engine), [])
            group.append(_Commission(engine, sources, each.pair))
        for group in groups.values():
            group[0].engine.begin(group)
