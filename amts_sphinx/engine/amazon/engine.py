"""The engine for one direction."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EnginePartialError,
    LanguagePairError,
)
from amts_sphinx.core.units import LanguagePair, Translation
from amts_sphinx.engine.amazon import (
    limits,
    markup,
    parallel_data,
    prices,
    realtime,
    terminology,
)
from amts_sphinx.engine.amazon.batch import BatchJobs
from amts_sphinx.engine.amazon.client import Client
from amts_sphinx.engine.amazon.errors import BrokenOffError
from amts_sphinx.engine.amazon.journal import Journal
from amts_sphinx.engine.amazon.languages import supported_pairs
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import Request, TranslationUnit
    from amts_sphinx.engine.amazon.options import AmazonOptions
    from amts_sphinx.engine.protocol import Bill, Commission, Progress

#: Raised with each change of what is sent for a segment.
VERSION: Final = 1
#: Why a text has no translation.
_UNFIT: Final = (
    "Amazon Translate takes no control characters and no text of this length"
)
_TOO_LONG: Final = f"Amazon Translate takes {limits.TEXT:,} bytes in real time"


class AmazonEngine:
    """Translates one language pair by Amazon Translate."""

    def __init__(
        self,
        options: AmazonOptions,
        pair: LanguagePair,
        units: Sequence[TranslationUnit],
        home: Path,
        named: Mapping[str, str],
    ) -> None:
        """Nothing is sent, or looked for, before it is asked to translate.

        :param units: what people translated
        :param home: the folder whose folder ``amazon`` is the journal
        :param named: source terms with their targets, plain text
        """
        self.pair = pair
        self.options = options
        self._units = units
        self._home = home
        self._prices = prices.prices(options.prices)
        self._terms = Terminology(pair, named)

    @property
    def pairs(self) -> frozenset[LanguagePair]:
        """Those of the service's languages."""
        return supported_pairs()

    @cached_property
    def _client(self) -> Client:
        return Client(self.options)

    @cached_property
    def adapts(self) -> bool:
        """Whether there is parallel data, and it is to be used."""
        use = self.options.mode == "batch" and self.options.parallel_data
        return use and parallel_data.usable(self._units)

    @cached_property
    def batch(self) -> BatchJobs:
        """The jobs of this direction."""
        return BatchJobs(
            self._client,
            Journal(self._home / "amazon"),
            self.pair,
            self._terms,
            self._units if self.adapts else (),
        )

    # Who translates.

    @property
    def fingerprint(self) -> str:
        """The mode, its settings, and a digest of all terms.

        The content of the parallel data is no part of it: else each approved sentence
        would have the whole book translated, and paid for, anew. ``revision`` is.
        """
        digest = self._terms.digest
        return self._maker(self.options.mode) + (f"/terms={digest}" if digest else "")

    def _maker(self, mode: str) -> str:
        """Return who translates in a *mode*, terms aside."""
        batch = mode == "batch"
        settings = self.options.settings(self.pair.target)
        if not batch and self.options.brevity:
            settings["Brevity"] = "ON"
        parts = [f"amazon/{VERSION}/{mode}"]
        parts += ["parallel"] if batch and self.adapts else []
        parts += [f"{name}={value}" for name, value in sorted(settings.items())]
        parts += [f"revision={self.options.revision}"] if self.options.revision else []
        return "/".join(parts)

    def makers(self, source: str) -> Sequence[str]:
        """Return whose translations of *source* will do, the best first.

        Only the terms that stand in it count: a new term has only those sentences
        translated anew that use it.
        """
        found = Terminology(self.pair, self._terms.find(source))
        suffix = f"/terms={found.digest}" if found.digest else ""
        modes = [self.options.mode, *(["realtime"] if self._mixes else [])]
        return [self._maker(mode) + suffix for mode in modes]

    @property
    def _mixes(self) -> bool:
        """Whether some segments of a batch may be translated in real time."""
        options = self.options
        either = options.realtime_up_to > 0 or options.realtime_fallback
        return options.mode == "batch" and either

    # What it costs.

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:  # noqa: ARG002
        """Return what *requests* would cost; what a job was paid for costs nothing."""
        texts = self._new(request.source for request in requests)
        mode = "parallel" if self.adapts else "batch"
        mode = "realtime" if self._is_small(texts) else mode
        return prices.bill(texts, mode, self._prices)

    def _new(self, sources: Iterable[str]) -> list[str]:
        """Return what is to be sent of *sources*."""
        texts = _sent(sources)
        return self.batch.new(texts) if self.options.mode == "batch" else texts

    def _is_small(self, texts: Sequence[str]) -> bool:
        """Tell whether *texts* are translated in real time."""
        limit = self.options.realtime_up_to
        if self.options.mode == "realtime":
            return True
        return limit > 0 and prices.characters(texts) <= limit

    # The work.

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start the jobs of all *commissions*; like ones become one job.

        What goes wrong here goes wrong again, and is raised, when it is asked for.
        """
        for group in _grouped(commissions):
            first, *others = (engine.batch for engine in group.engines)
            try:
                first.start(group.texts, group.progress, others)
            except EngineError as exc:
                group.progress(f"not started yet: {exc}")

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,
    ) -> list[Translation]:
        """Return one translation per request, in order.

        :raises LanguagePairError: it was made for another pair
        :raises EnginePartialError: the service failed, and some were translated
        :raises EngineError: it failed
        """
        if pair != self.pair:
            raise LanguagePairError(f"made for {self.pair}, and asked for {pair}")
        texts = _sent(request.source for request in requests)
        found: dict[str, Translation] = {}
        try:
            if self.options.mode == "batch":
                self._translate_in_batch(texts, found, progress)
            else:
                self._translate_in_real_time(texts, found)
        except EngineError as exc:
            if not found and not isinstance(exc, BrokenOffError):
                raise
            done = [found.get(request.source) for request in requests]
            raise EnginePartialError(str(exc), done) from exc
        return [
            found.get(request.source) or self._not_sent(request.source)
            for request in requests
        ]

    def _not_sent(self, source: str) -> Translation:
        """Return what becomes of a text that is not sent."""
        maker = self.makers(source)[0]
        if inline_codes.has_words(source):
            return Translation(None, maker, note=_UNFIT)
        return Translation(source, maker)

    def _translate_in_batch(
        self, texts: Sequence[str], found: dict[str, Translation], progress: Progress
    ) -> None:
        """Add to *found* what batch jobs make of *texts*.

        :raises BrokenOffError: some are missing
        """
        self._collect(found, 0, lambda: self.batch.adopt(texts, progress))
        rest = [text for text in texts if text not in found]
        if self._is_small(rest):
            self._translate_in_real_time(rest, found)
            return
        self._collect(found, 0, lambda: self.batch.run(rest, progress))
        rest = [text for text in rest if text not in found]
        if rest and self.options.realtime_fallback:
            progress(f"{len(rest)} segments go to real time, without parallel data")
            self._translate_in_real_time(rest, found)
        elif rest:
            raise BrokenOffError(
                f"Amazon Translate left out {len(rest)} segments ({self.pair}) twice;"
                " build again, or set amts_amazon.realtime_fallback",
                {},
            )

    def _translate_in_real_time(
        self, texts: Sequence[str], found: dict[str, Translation]
    ) -> None:
        """Add to *found* what the service makes of *texts*, one by one.

        :raises BrokenOffError: some are missing
        """
        if not texts:
            return
        name = (
            terminology.ensure(self._client, self._terms) if self._terms.terms else ""
        )
        self._collect(
            found,
            -1,
            lambda: realtime.translate(self._client, texts, self.pair, name),
        )

    def _collect(
        self,
        found: dict[str, Translation],
        place: int,
        work: Callable[[], Mapping[str, str | None]],
    ) -> None:
        """Add to *found* the targets that *work* returns, or that it got to.

        :param place: of the maker among :meth:`makers`
        """
        targets: Mapping[str, str | None] = {}
        try:
            targets = work()
        except BrokenOffError as exc:
            targets = exc.targets
            raise
        finally:
            for text, target in targets.items():
                maker, note = self.makers(text)[place], ""
                if target is None:
                    note = _TOO_LONG
                found[text] = Translation(target, maker, note=note)


def _sent(sources: Iterable[str]) -> list[str]:
    """Return what is sent of *sources*: each once, with words, and fit for HTML."""
    return [
        source
        for source in dict.fromkeys(sources)
        if inline_codes.has_words(source) and markup.fits(source)
    ]


class _Group(NamedTuple):
    """Commissions that one job serves."""

    texts: list[str]
    engines: list[AmazonEngine]
    #: Take lines about how the job goes, one for each engine.
    listeners: list[Progress]

    def takes(self, engine: AmazonEngine, texts: list[str]) -> bool:
        """Tell whether the job can serve *engine* too."""
        return (
            len(self.engines) < limits.TARGETS
            and texts == self.texts
            and all(engine.batch.is_like(each.batch) for each in self.engines)
        )

    def progress(self, line: str) -> None:
        """Pass a line about the job on to all of them."""
        for listener in self.listeners:
            listener(line)


def _grouped(commissions: Sequence[Commission]) -> list[_Group]:
    """Return the jobs to start."""
    groups: list[_Group] = []
    for engine, requests, _, progress in commissions:
        if not isinstance(engine, AmazonEngine) or engine.options.mode != "batch":
            continue
        texts = engine.batch.new(_sent(request.source for request in requests))
        if not texts or engine._is_small(texts):  # noqa: SLF001 - its own kind
            continue
        fitting = (group for group in groups if group.takes(engine, texts))
        group = next(fitting, None)
        if group is None:
            group = _Group(texts, [], [])
            groups.append(group)
        group.engines.append(engine)
        group.listeners.append(progress)
    return groups
