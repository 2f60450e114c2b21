"""The engine for one direction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from amts_sphinx.engine.amazon.languages import supported_pairs
from amts_sphinx.engine.aws.clock import SYSTEM
from amts_sphinx.engine.aws.errors import BrokenOffError
from amts_sphinx.engine.aws.journal import Journal
from amts_sphinx.engine.aws.watch import Watch
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import Request, TranslationUnit
    from amts_sphinx.engine.amazon.options import AmazonOptions
    from amts_sphinx.engine.aws.clock import Clock
    from amts_sphinx.engine.protocol import Bill, Commission, Progress

#: Raised with each change of what is sent for a segment.
VERSION: Final = 1
#: Jobs that are started side by side, at most.
_STARTERS: Final = 8
#: Why a text has no translation.
_UNFIT: Final = (
    "Amazon Translate takes no control characters and no text of this length"
)
_LEFT_OUT: Final = "Amazon Translate left it out twice"
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
        *,
        clock: Clock = SYSTEM,
        scope: str = "",
    ) -> None:
        """Nothing is sent, or looked for, before it is asked to translate.

        :param units: what people translated
        :param home: the folder whose folder ``amazon`` is the journal
        :param named: source terms with their targets, plain text
        :param scope: names an experiment, which shares jobs with nobody else
        """
        self.pair = pair
        self.options = options
        self._units = units
        self._home = home
        self._prices = prices.prices(options.prices)
        self._terms = Terminology(pair, named)
        self._clock = clock
        self._scope = scope
        self._watch = Watch()

    @property
    def pairs(self) -> frozenset[LanguagePair]:
        """Those of the service's languages."""
        return supported_pairs()

    @cached_property
    def _client(self) -> Client:
        return Client(self.options, self._clock)

    @cached_property
    def adapts(self) -> bool:
        """Whether there is parallel data, and it is to be used."""
        use = self.options.mode == "batch" and self.options.parallel_data
        return use and parallel_data.usable(self._units)

    @cached_property
    def batch(self) -> BatchJobs:
        """The jobs of this direction."""
        return BatchJobs(
            client=self._client,
            journal=Journal(self._home / "amazon"),
            pair=self.pair,
            terms=self._terms,
            units=self._units if self.adapts else (),
            scope=self._scope,
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
        """Return what *requests* would cost; what a job was paid for costs nothing.

        The bucket is asked what other builds have paid for. If it does not answer, what
        is known here must do.
        """
        texts, unknown = _sent(request.source for request in requests), ""
        if texts and self.options.mode == "batch":
            try:
                self.batch.impatient().sync()
            except EngineError:
                unknown = "; the bucket did not say what has been paid for"
            texts = self.batch.new(texts)
        mode = "parallel" if self.adapts else "batch"
        mode = "realtime" if self._is_small(texts) else mode
        bill = prices.bill(texts, mode, self._prices)
        return bill._replace(tariff=f"{bill.tariff}{unknown}")

    def _is_small(self, texts: Sequence[str]) -> bool:
        """Tell whether *texts* are translated in real time."""
        limit = self.options.realtime_up_to
        if self.options.mode == "realtime":
            return True
        return limit > 0 and prices.characters(texts) <= limit

    # The work.

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start the jobs of all *commissions*; like ones become one job.

        All of them are started side by side, with one import of parallel data. What
        goes wrong here goes wrong again, and is raised, when it is asked for.
        """
        groups = _grouped(commissions)
        watch = Watch()
        for group in groups:
            for engine in group.engines:
                engine._watch = watch  # noqa: SLF001 - its own kind
        if groups:
            with ThreadPoolExecutor(min(len(groups), _STARTERS)) as pool:
                list(pool.map(lambda each: each.start(groups, watch), groups))

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
                self._translate_in_real_time(texts, found, progress)
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
        if not texts:
            return
        batch, watch = self.batch.telling(progress), self._watch
        batch.sync()
        self._collect(found, 0, lambda: batch.adopt(texts, progress, watch))
        rest = [text for text in texts if text not in found]
        small = batch.new(rest)
        if small and self._is_small(small):
            self._translate_in_real_time(small, found, progress)
        else:
            self._collect(found, 0, lambda: batch.run(rest, progress, watch))
        rest = [text for text in rest if text not in found]
        if rest and self.options.realtime_fallback:
            progress(f"{len(rest)} segments go to real time, without parallel data")
            self._translate_in_real_time(rest, found, progress)
        elif rest:
            self._leave(batch, rest, found)
        batch.tidy(progress)

    def _leave(
        self, batch: BatchJobs, texts: Sequence[str], found: dict[str, Translation]
    ) -> None:
        """Add to *found* that jobs have left out *texts*, once they did so twice.

        :raises BrokenOffError: another build may have more of them
        """
        given_up = batch.given_up(texts)
        for text in given_up:
            maker = self.makers(text)[0]
            found[text] = Translation(None, maker, note=_LEFT_OUT)
        if len(given_up) < len(texts):
            rest = len(texts) - len(given_up)
            raise BrokenOffError(
                f"Amazon Translate has not done {rest} segments ({self.pair}) yet;"
                " build again",
                {},
            )

    def _translate_in_real_time(
        self, texts: Sequence[str], found: dict[str, Translation], progress: Progress
    ) -> None:
        """Add to *found* what the service makes of *texts*, one by one.

        :raises BrokenOffError: some are missing
        """
        if not texts:
            return
        client, name = self._client.telling(progress), ""
        if self._terms.terms:
            name = terminology.ensure(client, self._terms, progress)
        self._collect(
            found, -1, lambda: realtime.translate(client, texts, self.pair, name)
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

    def start(self, groups: Sequence[_Group], watch: Watch) -> None:
        """Start the job; tell why, if it cannot be started now.

        :param groups: all that are started with it
        """
        first, *others = (engine.batch for engine in self.engines)
        batch = first.telling(self.progress)
        teachers = self._teachers(groups)
        try:
            entry = batch.start(self.texts, self.progress, others, teachers)
        except EngineError as exc:
            self.progress(f"not started yet: {exc}")
        else:
            if entry:
                watch.add(batch.client, entry, self.progress)

    def _teachers(self, groups: Sequence[_Group]) -> list[BatchJobs]:
        """Return whose units go into the same parallel data.

        The service reads one file at a time, and a file may hold many languages: one
        will do for all jobs, unless two of them have different units of one language.
        """
        all_ = [engine.batch for group in groups for engine in group.engines]
        mine = [engine.batch for engine in self.engines]
        alike = [each for each in all_ if each.shares_data(mine[0])]
        if len({each.pair for each in alike}) < len(alike):
            return []
        return [each for each in alike if each not in mine]


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
