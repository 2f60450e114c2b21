"""The engine for one direction."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineError, EnginePartialError
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
from amts_sphinx.engine.amazon.journal import Journal
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.amazon.options import AmazonOptions
    from amts_sphinx.engine.protocol import Bill, Commission

#: Raised with each change of what is sent for a segment.
VERSION: Final = 1


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
        self._otherwise: dict[str, str] = {}
        #: Is told, line by line, how the work goes.
        self.tell: Callable[[str], None] = lambda _: None

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
            self.tell,
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

    @property
    def otherwise(self) -> Mapping[str, str]:
        """The sources that were translated in real time in place of a batch job."""
        return self._otherwise

    # What it costs.

    def bill(self, sources: Sequence[str], pair: LanguagePair) -> Bill:  # noqa: ARG002
        """Return what *sources* would cost; what a job was paid for costs nothing."""
        texts = self._new(sources)
        mode = "parallel" if self.adapts else "batch"
        mode = "realtime" if self._is_small(texts) else mode
        return prices.bill(texts, mode, self._prices)

    def _new(self, sources: Sequence[str]) -> list[str]:
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

        What goes wrong here goes wrong again, and is told, when it is asked for.
        """
        for batches, texts in _grouped(commissions):
            first, *others = batches
            try:
                first.start(texts, others)
            except EngineError as exc:
                self.tell(f"not started yet: {exc}")

    def translate(self, sources: Sequence[str], pair: LanguagePair) -> list[str | None]:  # noqa: ARG002
        """Return one coded target per source, in order.

        ``None`` stands for a text that the service cannot take.

        :raises EnginePartialError: it failed, and some were translated
        :raises EngineError: it failed
        """
        texts = _sent(sources)
        for text in texts:
            self._otherwise.pop(text, None)
        found: dict[str, str | None] = {}
        try:
            if self.options.mode == "batch":
                self._translate_in_batch(texts, found)
            else:
                self._translate_in_real_time(texts, found)
        except EngineError as exc:
            if not found:
                raise
            raise EnginePartialError(str(exc), found) from exc
        return [
            found.get(source, None if inline_codes.has_words(source) else source)
            for source in sources
        ]

    def _translate_in_batch(
        self, texts: Sequence[str], found: dict[str, str | None]
    ) -> None:
        found.update(self.batch.adopt(texts))
        rest = [text for text in texts if text not in found]
        if self._is_small(rest):
            self._translate_in_real_time(rest, found)
            return
        found.update(self.batch.run(rest))
        rest = [text for text in rest if text not in found]
        if rest and self.options.realtime_fallback:
            self.tell(f"{len(rest)} segments go to real time, without parallel data")
            self._translate_in_real_time(rest, found)
        elif rest:
            raise EnginePartialError(
                f"Amazon Translate left out {len(rest)} segments ({self.pair}) twice;"
                " build again, or set amts_amazon.realtime_fallback",
                found,
            )

    def _translate_in_real_time(
        self, texts: Sequence[str], found: dict[str, str | None]
    ) -> None:
        if not texts:
            return
        name = (
            terminology.ensure(self._client, self._terms) if self._terms.terms else ""
        )
        said: Mapping[str, str | None] = {}
        try:
            said = realtime.translate(self._client, texts, self.pair, name)
        except EnginePartialError as exc:
            said = exc.targets
            raise
        finally:
            found.update(said)
            if self.options.mode == "batch":
                self._otherwise.update((text, self.makers(text)[-1]) for text in said)


def _sent(sources: Iterable[str]) -> list[str]:
    """Return what is sent of *sources*: each once, with words, and fit for HTML."""
    return [
        source
        for source in dict.fromkeys(sources)
        if inline_codes.has_words(source) and markup.fits(source)
    ]


def _grouped(
    commissions: Sequence[Commission],
) -> list[tuple[list[BatchJobs], list[str]]]:
    """Return the jobs to start: the batches that share one, and its texts."""
    groups: list[tuple[list[BatchJobs], list[str]]] = []
    for engine, sources, _ in commissions:
        if not isinstance(engine, AmazonEngine) or engine.options.mode != "batch":
            continue
        texts = engine.batch.new(_sent(sources))
        if not texts or engine._is_small(texts):  # noqa: SLF001 - its own kind
            continue
        for batches, others in groups:
            room = len(batches) < limits.TARGETS
            if room and others == texts and engine.batch.is_like(batches[0]):
                batches.append(engine.batch)
                break
        else:
            groups.append(([engine.batch], texts))
    return groups
