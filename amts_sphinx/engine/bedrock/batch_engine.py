"""The engine in batch mode: a book is asked for in jobs, the rest one by one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineError, EngineUnavailableError
from amts_sphinx.core.units import Request
from amts_sphinx.engine.aws.client import Client
from amts_sphinx.engine.aws.clock import SYSTEM
from amts_sphinx.engine.aws.errors import BrokenOffError
from amts_sphinx.engine.aws.journal import Journal
from amts_sphinx.engine.aws.watch import Watch
from amts_sphinx.engine.bedrock.batch import ConversationJobs, first_answer
from amts_sphinx.engine.bedrock.jobs import BedrockJobs
from amts_sphinx.engine.llm import tokens
from amts_sphinx.engine.llm.model_engine import ModelEngine
from amts_sphinx.engine.protocol import Bill, quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.aws.clock import Clock
    from amts_sphinx.engine.bedrock.options import BedrockOptions
    from amts_sphinx.engine.llm.chat import Chat
    from amts_sphinx.engine.llm.model_engine import FirstAnswer
    from amts_sphinx.engine.llm.prompt import Message
    from amts_sphinx.engine.protocol import Commission, Progress

_NAME: Final = "bedrock"
#: What a batch job costs of what Converse does, where no price of it is set.
_SHARE: Final = 0.5


class BatchEngine(ModelEngine):
    """Asks for many texts in batch jobs, and for few by Converse.

    What a job leaves out, or what is wrong with an answer of it, is asked for by
    Converse, as everything is in the other mode.
    """

    _options: BedrockOptions

    def __init__(
        self, chat: Chat, options: BedrockOptions, clock: Clock = SYSTEM
    ) -> None:
        """Nothing is sent, or looked for, before it is asked to translate."""
        super().__init__(_NAME, chat, options)
        self._client = Client(options, BedrockJobs(), clock)
        self._watch = Watch()
        self._journal: Journal | None = None
        self._scope = ""

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str],
    ) -> Self:
        """Return an engine that takes its examples from *units*.

        :param home: where the journal of jobs is kept, in the folder ``bedrock/jobs``
        """
        taught = super().train(pair, units, home, terms)
        vars(taught).update(_journal=Journal(home / _NAME / "jobs"))
        return taught

    def isolated(self, name: str) -> Self:
        """Return the engine for an experiment, which shares jobs with nobody else."""
        twin = copy.copy(self)
        vars(twin).update(_scope=name)
        return twin

    def _jobs(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> ConversationJobs:
        """Return the jobs of one direction, which may be started for *requests*.

        :raises EngineUnavailableError: it was not trained, and knows no folder
        """
        if self._journal is None:
            raise EngineUnavailableError(
                f"{len(requests)} texts ({pair}) for an engine that was not trained"
            )
        known = {request.source: request for request in requests}

        def converse(text: str) -> tuple[Sequence[Message], int]:
            messages, _ = self._conversation(known.get(text) or Request(text), pair)
            return messages, tokens.most(text)

        return ConversationJobs(
            client=self._client.telling(progress),
            journal=self._journal,
            pair=pair,
            scope=self._scope,
            options=self._options,
            maker=self.fingerprint,
            conversation=converse,
        )

    # What it costs.

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return what *requests* would cost; what a job was paid for costs nothing."""
        asked = [r for r in requests if inline_codes.has_words(r.source)]
        if not asked or self._journal is None:
            return super().bill(requests, pair)
        jobs, unknown = self._jobs(asked, pair, quiet).impatient(), ""
        try:
            jobs.sync()
        except EngineError:
            unknown = "; the bucket did not say what has been paid for"
        texts = [request.source for request in asked]
        unpaid = jobs.unpaid(texts)
        some = {*unpaid} if jobs.new(texts) else set()
        # What jobs have given up, and what is too little for one.
        alone = {*jobs.given_up(texts), *unpaid} - some
        bill = super().bill([r for r in asked if r.source in alone], pair)
        into, out = self._size((r for r in asked if r.source in some), pair)
        dollars = bill.dollars + self._batch_dollars(into, out)
        tariff = f"{bill.tariff}, batch jobs {self._tariff}{unknown}"
        return Bill(bill.amount + round(into + out), dollars, tariff, "tokens")

    def _batch_dollars(self, asked: float, said: float) -> float:
        prices = dict(self._options.prices)
        for name in ("input", "output"):
            half = f"{_SHARE * float(prices.get(name, '0'))}"
            prices.setdefault(f"batch_{name}", half)
        return tokens.dollars(prices, asked, said, ("batch_input", "batch_output"))

    @property
    def _tariff(self) -> str:
        prices = self._options.prices
        names = [name for name in ("batch_input", "batch_output") if name in prices]
        return " and ".join(f"${prices[name]}" for name in names) or "half of that"

    # The work.

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start the jobs of all *commissions*.

        What goes wrong here goes wrong again, and is raised, when it is asked for.
        """
        watch = Watch()
        for engine, requests, pair, progress in commissions:
            if not isinstance(engine, BatchEngine):
                continue
            engine._watch = watch  # noqa: SLF001 - its own kind
            try:
                engine._begin(requests, pair, progress, watch)  # noqa: SLF001
            except EngineError as exc:
                progress(f"not started yet: {exc}")

    def _begin(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,
        watch: Watch,
    ) -> None:
        asked = [r for r in requests if inline_codes.has_words(r.source)]
        if not asked:
            return
        jobs = self._jobs(asked, pair, progress)
        jobs.sync()
        rest = jobs.new([request.source for request in asked])
        if rest:
            progress(f"the text of the book is sent to {self._chat.where}")
            entry = jobs.start(rest, progress)
            if entry:
                watch.add(jobs.client, entry, progress)

    def _first(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> tuple[Mapping[str, FirstAnswer], EngineError | None]:
        """Return what jobs have made of *requests*, and why not of all.

        :raises EngineError: the service failed
        """
        jobs = self._jobs(requests, pair, progress)
        texts = [request.source for request in requests]
        records: dict[str, str] = {}
        failure: EngineError | None = None
        try:
            jobs.sync()
            records.update(jobs.adopt(texts, progress, self._watch))
            rest = [text for text in texts if text not in records]
            records.update(jobs.run(rest, progress, self._watch))
        except BrokenOffError as exc:
            records.update({t: r for t, r in exc.targets.items() if r is not None})
            failure = exc
        except EngineError as exc:
            if not records:
                raise
            failure = exc
        rest = [text for text in texts if text not in records]
        if rest and not failure:
            progress(
                f"{len(rest)} texts are asked for one by one: a batch job takes"
                f" {self._options.batch_minimum} or more"
            )
        found = {text: first_answer(record) for text, record in records.items()}
        return {text: answer for text, answer in found.items() if answer}, failure
