"""The engine ``firefox``: models that lie in a folder, run on this machine.

A build never asks the network. Models come from ``amts models get``, or from a folder
that the author names. Their translations are drafts, of which readers are told.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EnginePartialError,
    EngineUnavailableError,
)
from amts_sphinx.core.units import Translation
from amts_sphinx.engine import language_pairs
from amts_sphinx.engine.firefox import models, worker
from amts_sphinx.engine.options import read_options
from amts_sphinx.engine.plain_text import drafts
from amts_sphinx.engine.processors import cores
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request, TranslationUnit
    from amts_sphinx.engine.plain_text.sentence import Answer
    from amts_sphinx.engine.protocol import Progress

#: Changes whenever the same models would translate otherwise.
_SCHEME: Final = 1
#: Texts for which another process is worth its start.
_SHARE: Final = 60
_DIED: Final = "the library that runs the model dies of it"


@dataclass(frozen=True, slots=True)
class FirefoxOptions:
    """What ``amts_firefox`` may hold."""

    #: The folder of the models; empty: that of the user, see ``amts models``.
    models: str = ""
    #: How many processes translate; 0: one for each core.
    processes: int = 0
    #: Whether every term is forced, at the cost of the sentence around it.
    binding_terms: bool = False


class FirefoxEngine:
    """Translates with the models of a folder."""

    def __init__(
        self,
        options: FirefoxOptions,
        pair: LanguagePair | None = None,
        terms: Mapping[str, str] | None = None,
    ) -> None:
        """Make the engine.

        :param pair: the only direction that it will be asked for, where that is known
        :param terms: what must be translated in one way, both plain text
        """
        folder = Path(options.models) if options.models else models.user_folder()
        self._options = options
        self._store = models.Store(folder.expanduser())
        self._pair = pair
        self._terms = Terminology(pair, dict(terms or {})) if pair else None
        #: A translator for this thread alone: the library's objects belong to one.
        self._here = threading.local()

    @cached_property
    def fingerprint(self) -> str:
        """The bytes of the models.

        :raises EngineUnavailableError: a file cannot be read
        """
        if self._pair is None:
            legs = [*self._store.legs.values()]
        elif self._pair in self._store:
            legs = [*self._store.route(self._pair)]
        else:
            legs = []
        digests = "+".join(leg.digest for leg in legs)
        if len(legs) > len(models.PIVOT):
            digests = hashlib.sha256(digests.encode()).hexdigest()[:12]
        return f"firefox/{_SCHEME}/{digests or 'none'}"

    @property
    def pairs(self) -> models.Store:
        """Those of the models in the folder, and those by way of English."""
        return self._store

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],  # noqa: ARG002 - it learns no sentences
        home: Path,  # noqa: ARG002 - it keeps no files
        terms: Mapping[str, str],
    ) -> FirefoxEngine:
        """Return an engine for one direction, which is given *terms*.

        It learns nothing else from people.
        """
        return FirefoxEngine(self._options, pair, terms)

    def lacks(self, pair: LanguagePair) -> str:
        """Return what must be done before it can translate *pair*."""
        steps = []
        if find_spec("fxtranslate") is None:
            steps.append("pip install './amts_sphinx[firefox]'")
        if pair not in self._store:
            steps.append(self._store.advice(pair))
        return "; ".join(steps) or self._damage(pair)

    def _damage(self, pair: LanguagePair) -> str:
        """Return why a model does not work; empty: all that are needed do."""
        try:
            for leg in self._store.route(pair):
                worker.opened(leg)
        except EngineUnavailableError as exc:
            return f"{exc}; get it again: {self._store.command(pair)}"
        return ""

    def makers(self, source: str) -> Sequence[str]:
        """Return whose stored translations of *source* will do."""
        binding = self._options.binding_terms
        return drafts.makers(self.fingerprint, self._terms, source, binding=binding)

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return one translation per request, in order.

        :raises LanguagePairError: there is no model for *pair*
        :raises EngineUnavailableError: the library or a model cannot be used
        """
        language_pairs.check(self, pair)
        legs = self._store.route(pair)
        terms = dict(self._terms.terms) if self._terms else {}
        task = worker.Task(legs, terms, self._options.binding_terms)
        wanted = drafts.wanted(requests)
        names = " and ".join("-".join(leg.pair) for leg in legs)
        if len(legs) > 1:
            progress(f"Firefox has no model for {pair}: by way of English, {names}")
        answers: dict[tuple[str, str], Answer | None] = {}
        failure: EngineError | None = None
        try:
            self._ask(task, wanted, answers, progress)
        except EngineError as exc:
            if not answers:
                raise
            failure = exc
        if len(wanted) >= _SHARE:
            progress(_account(answers.values()))
        made = [self._translation(request, answers) for request in requests]
        if failure:
            raise EnginePartialError(str(failure), made)
        return [each for each in made if each]

    def _translation(
        self, request: Request, answers: Mapping[tuple[str, str], Answer | None]
    ) -> Translation | None:
        """Return the translation of *request*; ``None``: it was not reached."""
        source = request.source
        maker = self.makers(source)[0]
        if not inline_codes.has_words(source):
            return Translation(source, maker)
        key = (source, request.kind)
        if key not in answers:
            return None
        answer = answers[key]
        if answer is None:
            return Translation(None, maker, note=_DIED)
        return drafts.translation(source, answer, maker)

    def _ask(
        self,
        task: worker.Task,
        texts: Sequence[tuple[str, str]],
        answers: dict[tuple[str, str], Answer | None],
        progress: Progress,
    ) -> None:
        """Translate *texts*, each with its kind, into *answers*."""
        if len(texts) < _SHARE:
            if not texts:
                return
            translate = self._translator(task)
            answers.update((text, translate(*text)) for text in texts)
            return
        most = self._options.processes or cores()
        count = max(1, min(most, len(texts) // (_SHARE // 2)))
        lock = threading.Lock()

        def work(share: Sequence[tuple[str, str]]) -> None:
            for text, answer in zip(share, worker.run(task, share), strict=True):
                with lock:
                    answers[text] = answer
                    done = len(answers)
                    if done % _TELL == 0 and done < len(texts):
                        progress(f"{done} of {len(texts)} texts translated")

        with ThreadPoolExecutor(count) as pool:
            for outcome in [pool.submit(work, texts[n::count]) for n in range(count)]:
                outcome.result()

    def _translator(self, task: worker.Task) -> Callable[[str, str], Answer]:
        kept = getattr(self._here, "kept", None)
        if kept is None or kept[0] != task:
            kept = (task, worker.translator(task))
            self._here.kept = kept
        translate: Callable[[str, str], Answer] = kept[1]
        return translate


#: Texts after which the log hears how far the work is.
_TELL: Final = 1000
#: What the log calls the ways in which codes were kept.
_WAYS: Final = {
    "project": "their words found again",
    "fill": "their words translated by themselves",
    "hold": "marks in their place",
    "pieces": "in pieces between them",
}


def _account(answers: Iterable[Answer | None]) -> str:
    """Say how codes were kept, in one line."""
    ways = Counter(answer.way for answer in answers if answer and answer.target)
    told = [f"{ways[way]} {said}" for way, said in _WAYS.items() if ways[way]]
    coded = sum(ways[way] for way in _WAYS)
    return (
        f"{ways.total()} texts translated, {coded} with codes: {', '.join(told) or 0}"
    )


def create(options: Mapping[str, object]) -> FirefoxEngine:
    """Make the engine from the value of ``amts_firefox``."""
    return FirefoxEngine(read_options(FirefoxOptions, "amts_firefox", options))
