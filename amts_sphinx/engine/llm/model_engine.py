"""The engine around a language model, whatever service the model is at.

Each sentence gets its terms, its neighbours and the examples that share its rare words.
Sentences with codes are asked for one by one, others in batches. Every answer is looked
at; a faulty one is asked for once more, alone and with the fault named; then the words
between its codes are; then the sentence stays in the source language.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EnginePartialError,
    EngineRejectedError,
)
from amts_sphinx.core.units import Translation
from amts_sphinx.engine.llm import answers, prompt, tokens
from amts_sphinx.engine.llm.examples import Example, Examples
from amts_sphinx.engine.llm.options import ModelOptions
from amts_sphinx.engine.protocol import Bill
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

    from amts_sphinx.core.units import LanguagePair, Request, TranslationUnit
    from amts_sphinx.engine.llm.chat import Chat, Reply
    from amts_sphinx.engine.protocol import Progress

#: Units that examples are chosen from, at most.
_UNITS: Final = 100_000
#: Answers after which the log hears how far the work is.
_TELL: Final = 200
#: The options that change the answers, and are no part of the fingerprint.
_TUNING: Final = ("examples", "context", "batch")
#: How the reason begins why a service takes no part in a text.
_REFUSED: Final = "the service refuses this text"
#: The name of the file that tells which examples a sentence had.
EXAMPLES: Final = "examples.jsonl"


class FirstAnswer(NamedTuple):
    """What a model has said already, and the examples that it was given."""

    reply: Reply
    examples: list[Example]


class _Outcome(NamedTuple):
    """What came of one request."""

    target: str | None
    note: str
    examples: tuple[Example, ...]


class _Count:
    """Tokens of a run; no two threads count at once under Python's lock."""

    def __init__(self) -> None:
        self.replies: list[tuple[int, int]] = []

    def add(self, reply: Reply) -> None:
        self.replies.append((reply.asked, reply.said))

    @property
    def total(self) -> tuple[int, int]:
        return sum(a for a, _ in self.replies), sum(s for _, s in self.replies)


class ModelEngine:
    """Translates one direction by a model; before training, without examples."""

    #: A model takes any language; how well it knows it, only a reader can tell.
    pairs = None

    def __init__(
        self,
        name: str,
        chat: Chat,
        options: ModelOptions,
        *,
        units: Iterable[TranslationUnit] = (),
        lacking: str = "",
    ) -> None:
        """Nothing is sent, or read, before it is asked to translate.

        :param name: the engine's, as in ``amts_engine``
        :param units: what people translated
        :param lacking: what must be configured first
        """
        self._name = name
        self._chat = chat
        self._options = options
        self._units = units
        #: The folder for the file that tells of examples.
        self._home: Path | None = None
        self._terms: Terminology | None = None
        self._lacking = lacking

    @cached_property
    def fingerprint(self) -> str:
        """The model, what it is told, and how the book is to sound.

        Neither the examples nor the terms are part of it: whoever edits a translation
        does not want the whole book to be paid for again. Raise ``revision`` for that.
        """
        options = self._options
        parts = [self._name, str(prompt.VERSION), options.model.replace("/", ":")]
        if options.register:
            digest = hashlib.sha256(options.register.encode()).hexdigest()[:8]
            parts.append(f"register={digest}")
        if options.revision:
            parts.append(f"revision={options.revision}")
        return "/".join(parts)

    @property
    def tuning(self) -> str:
        """How a sentence is asked for, where that is not as by default."""
        mine, usual = self._options, ModelOptions()
        changed = [
            f"{name}={getattr(mine, name)}"
            for name in _TUNING
            if getattr(mine, name) != getattr(usual, name)
        ]
        return ",".join(changed)

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str],
    ) -> Self:
        """Return an engine that takes its examples from *units*."""
        taught = copy.copy(self)
        vars(taught).pop("_examples", None)
        named = Terminology(pair, dict(terms)) if terms else None
        vars(taught).update(_units=units, _home=home / self._name, _terms=named)
        return taught

    def lacks(self, pair: LanguagePair) -> str:  # noqa: ARG002 - it takes any
        """Return what must be configured before it can translate."""
        return self._lacking

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return what *requests* would cost, by an estimate of their tokens."""
        asked, said = self._size(requests, pair)
        dollars = tokens.dollars(self._options.prices, asked, said)
        prices = self._options.prices
        if prices.get("input") or prices.get("output"):
            tariff = (
                f"estimated, ${prices.get('input', '0')} and"
                f" ${prices.get('output', '0')} a million tokens in and out"
            )
        else:
            tariff = f"no prices are set in amts_{self._name}.prices"
        return Bill(round(asked + said), dollars, tariff, "tokens")

    def _size(
        self, requests: Iterable[Request], pair: LanguagePair
    ) -> tuple[float, float]:
        """Return about how many tokens *requests* take, asked and said."""
        asked = said = 0.0
        for request in requests:
            if not inline_codes.has_words(request.source):
                continue
            messages, _ = self._conversation(request, pair)
            asked += sum(tokens.estimate(message["content"]) for message in messages)
            said += 1.5 * tokens.estimate(request.source)
        return asked, said

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return one translation per request, in order.

        :raises EnginePartialError: the service failed after some of them
        :raises EngineError: it failed at once
        """
        wanted = {
            request.source: request
            for request in requests
            if inline_codes.has_words(request.source)
        }
        count = _Count()
        done: dict[str, _Outcome] = {}
        failure: EngineError | None = None
        if wanted:
            if self._chat.where:
                progress(f"the text of the book is sent to {self._chat.where}")
            first, failure = self._first([*wanted.values()], pair, progress)
            # Nobody asks for what was to come from where the failure is.
            rest = [r for s, r in wanted.items() if s in first or not failure]
            later = self._work(rest, pair, done, count, progress, first=first)
            failure = failure or later
            self._account(count, progress)
            self._keep(done)
        refused = [o.note for o in done.values() if o.note.startswith(_REFUSED)]
        if refused and len(refused) == len(done):
            # That is no matter of the texts.
            raise failure or EngineRejectedError(refused[0])
        if failure and not done:
            raise failure
        made = [self._translation(request.source, done) for request in requests]
        if failure:
            raise EnginePartialError(str(failure), made) from failure
        return [each for each in made if each]

    def _translation(
        self, source: str, done: Mapping[str, _Outcome]
    ) -> Translation | None:
        maker = self.fingerprint
        if not inline_codes.has_words(source):
            return Translation(source, maker)
        if source not in done:
            return None
        target, note, _ = done[source]
        return Translation(target, maker, self._options.drafts and bool(target), note)

    def _first(
        self,
        requests: Sequence[Request],  # noqa: ARG002 - for engines that have some
        pair: LanguagePair,  # noqa: ARG002
        progress: Progress,  # noqa: ARG002
    ) -> tuple[Mapping[str, FirstAnswer], EngineError | None]:
        """Return what the model has said to some texts, and why not to all.

        :raises EngineError: it has said nothing, and cannot
        """
        return {}, None

    def _work(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        done: dict[str, _Outcome],
        count: _Count,
        progress: Progress,
        *,
        first: Mapping[str, FirstAnswer],
    ) -> EngineError | None:
        """Translate *requests* into *done*; return why not all of them, if so."""
        self._examples  # noqa: B018 - made once, before threads want it
        tasks = self._tasks(requests, first)
        failure: EngineError | None = None
        with ThreadPoolExecutor(self._options.requests) as pool:
            jobs = [pool.submit(self._task, task, pair, count, first) for task in tasks]
            for job in jobs:
                if job.cancelled():
                    continue
                try:
                    before = len(done)
                    done.update(job.result())
                    if before // _TELL < len(done) // _TELL < len(requests) // _TELL:
                        progress(f"{len(done)} of {len(requests)} texts translated")
                except EngineError as exc:
                    failure = failure or exc
                    for other in jobs:
                        other.cancel()  # they would fail one by one
        return failure

    def _tasks(
        self, requests: Sequence[Request], first: Collection[str]
    ) -> list[list[Request]]:
        """Return what is asked for at a time: texts with codes one by one."""
        tasks: list[list[Request]] = []
        plain: list[Request] = []
        for request in requests:
            if request.source in first or inline_codes.ids(request.source):
                tasks.append([request])
            else:
                plain.append(request)
        size = max(1, self._options.batch)
        return [*tasks, *(plain[n : n + size] for n in range(0, len(plain), size))]

    def _task(
        self,
        task: Sequence[Request],
        pair: LanguagePair,
        count: _Count,
        first: Mapping[str, FirstAnswer],
    ) -> dict[str, _Outcome]:
        found: dict[str, _Outcome] = {}
        if len(task) > 1:
            # If one of them is refused, they are asked for one by one.
            with contextlib.suppress(EngineRejectedError):
                found = self._batch(task, pair, count)
        for request in task:
            if request.source not in found:
                try:
                    said = first.get(request.source)
                    found[request.source] = self._single(request, pair, count, said)
                except EngineRejectedError as exc:
                    found[request.source] = _Outcome(None, f"{_REFUSED}: {exc}", ())
        return found

    def _batch(
        self, task: Sequence[Request], pair: LanguagePair, count: _Count
    ) -> dict[str, _Outcome]:
        """Ask for several texts at once; return those whose answers are good."""
        sources = [request.source for request in task]
        own = [e for s in sources for e in self._near(s, 1)]
        examples = list(dict.fromkeys(own))
        terms: dict[str, str] = {}
        for source in sources:
            terms |= self._terms.find(source) if self._terms else {}
        head = prompt.system(pair, self._options.register, terms, batch=True)
        messages = prompt.batch(head, examples, sources)
        reply = self._chat.ask(
            messages, tokens.most(" ".join(sources)), prompt.schema(len(sources))
        )
        count.add(reply)
        found: dict[str, _Outcome] = {}
        heard: dict[str, str] = {}
        for source, said in zip(
            sources, answers.texts_of(reply.text, len(sources)), strict=True
        ):
            if said is None:
                continue
            heard[source] = target = answers.text_of(said, source)
            fault = answers.fault(source, target, examples, pair)
            if not fault and not answers.is_swapped(source, target):
                found[source] = _Outcome(target, "", tuple(examples))
        # Those are asked for alone, where nothing can be mistaken for another.
        for source in answers.swapped(heard):
            found.pop(source, None)
        return found

    def _single(
        self,
        request: Request,
        pair: LanguagePair,
        count: _Count,
        first: FirstAnswer | None = None,
    ) -> _Outcome:
        """Ask for one text, once more if need be, then for the words between codes.

        :param first: what the model has said, if it was asked before
        """
        messages, examples = self._conversation(request, pair)
        reply = None
        if first:
            reply, examples = first
        most = tokens.most(request.source)
        fault = ""
        for _ in range(2):
            if reply is None:
                reply = self._chat.ask(messages, most)
                count.add(reply)
            target = answers.text_of(reply.text, request.source)
            fault = answers.fault(request.source, target, examples, pair)
            if reply.cut and not fault:
                fault = "it is cut off"
            if not fault:
                return _Outcome(target, "", tuple(examples))
            messages = prompt.again(messages, reply.text, fault, request.source)
            reply = None
        pieces = self._in_pieces(request, pair, count)
        if pieces:
            return _Outcome(pieces, "", tuple(examples))
        return _Outcome(None, f"the model's answers cannot be used: {fault}", ())

    def _in_pieces(
        self, request: Request, pair: LanguagePair, count: _Count
    ) -> str | None:
        """Translate the texts between the codes, if there are codes."""
        pieces = list(inline_codes.tokens(request.source))
        if len(pieces) == 1:
            return None
        made = []
        for piece in pieces:
            core = piece.coded.strip()
            if piece.type != "text" or not inline_codes.has_words(core):
                made.append(piece.coded)
                continue
            messages, examples = self._conversation(request._replace(source=core), pair)
            reply = self._chat.ask(messages, tokens.most(core))
            count.add(reply)
            target = answers.text_of(reply.text, core)
            if reply.cut or answers.fault(core, target, examples, pair):
                return None
            before, after = piece.coded.split(core, 1)
            made.append(f"{before}{target}{after}")
        target = "".join(made)
        return None if inline_codes.verify(request.source, target) else target

    def _conversation(
        self, request: Request, pair: LanguagePair
    ) -> tuple[list[prompt.Message], list[Example]]:
        """Return what is said to the model for one text, and the examples in it."""
        source, width = request.source, self._options.context
        around = [*request.before[-width:], *request.after[:width]] if width > 0 else []
        terms = self._terms.find(source) if self._terms else {}
        head = prompt.system(pair, self._options.register, terms, around)
        examples = self._near(source, self._options.examples)
        return prompt.single(head, examples, request), examples

    def _near(self, source: str, most: int) -> list[Example]:
        return self._examples.near(source, most) if most > 0 else []

    @cached_property
    def _examples(self) -> Examples:
        found: list[Example] = []
        for unit in self._units if self._options.examples else ():
            if len(found) < _UNITS and unit.by_human:
                found.append(Example(unit.source, unit.target))
        return Examples(found)

    def _account(self, count: _Count, progress: Progress) -> None:
        asked, said = count.total
        if asked or said:
            dollars = tokens.dollars(self._options.prices, asked, said)
            price = f", ${dollars:,.2f}" if dollars else ""
            progress(
                f"{len(count.replies):,} requests, {asked:,} tokens in,"
                f" {said:,} out{price}"
            )

    def _keep(self, done: Mapping[str, _Outcome]) -> None:
        """Note which examples each text had: their hashes, not their words."""
        lines = [
            {"source": _hash(source), "examples": [_hash(e.source) for e in examples]}
            for source, (target, _, examples) in done.items()
            if target is not None and examples
        ]
        if self._home is None or not lines:
            return
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / EXAMPLES).open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{json.dumps(line)}\n" for line in lines)


def _hash(text: str) -> str:
    key = inline_codes.normalise(text).encode("utf-8", "surrogatepass")
    return hashlib.sha256(key).hexdigest()[:16]
