"""The engine ``ctranslate2``: models in a folder, run on this machine.

It keeps codes as ``firefox`` does; a build never asks the network. Its translations are
drafts, of which readers are told.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import Translation
from amts_sphinx.engine import language_pairs
from amts_sphinx.engine.ctranslate2 import native
from amts_sphinx.engine.ctranslate2.models import Store
from amts_sphinx.engine.options import read_options
from amts_sphinx.engine.plain_text import drafts
from amts_sphinx.engine.plain_text.proof import prove
from amts_sphinx.engine.plain_text.sentence import Speaker
from amts_sphinx.engine.plain_text.vocabulary import alphabet
from amts_sphinx.engine.processors import cores
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request, TranslationUnit
    from amts_sphinx.engine.plain_text.sentence import Answer
    from amts_sphinx.engine.protocol import Progress

#: Changes whenever the same models would translate otherwise.
_SCHEME: Final = 1


@dataclass(frozen=True, slots=True)
class CTranslate2Options:
    """What ``amts_ctranslate2`` may hold."""

    #: The folder of the models, or of one model.
    models: str = ""
    #: How many threads translate; 0: one for each core.
    threads: int = 0
    #: Whether every term is forced, at the cost of the sentence around it.
    binding_terms: bool = False


class CTranslate2Engine:
    """Translates with the models of a folder."""

    def __init__(
        self,
        options: CTranslate2Options,
        pair: LanguagePair | None = None,
        terms: Mapping[str, str] | None = None,
    ) -> None:
        """Make the engine.

        :param pair: the only direction that it will be asked for, where that is known
        :param terms: what must be translated in one way, both plain text
        """
        self._options = options
        self._store = Store(Path(options.models or "models").expanduser())
        self._pair = pair
        self._terms = Terminology(pair, dict(terms or {})) if pair else None

    @property
    def fingerprint(self) -> str:
        """The bytes of the models.

        :raises EngineUnavailableError: a file cannot be read
        """
        if self._pair is None:
            models = [*self._store.models.values()]
        elif self._pair in self._store:
            models = [self._store.find(self._pair)]
        else:
            models = []
        digests = "+".join(model.digest for model in models)
        return f"ctranslate2/{_SCHEME}/{digests or 'none'}"

    @property
    def pairs(self) -> Store:
        """Those of the models in the folder."""
        return self._store

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],  # noqa: ARG002 - it learns no sentences
        home: Path,  # noqa: ARG002 - it keeps no files
        terms: Mapping[str, str],
    ) -> CTranslate2Engine:
        """Return an engine for one direction, which is given *terms*.

        It learns nothing else from people.
        """
        return CTranslate2Engine(self._options, pair, terms)

    def lacks(self, pair: LanguagePair) -> str:
        """Return what must be done before it can translate *pair*."""
        steps = []
        if find_spec("ctranslate2") is None or find_spec("sentencepiece") is None:
            steps.append(native.NEEDS)
        if pair not in self._store:
            steps.append(
                f"a model of OPUS-MT or Argos Translate for {pair} in a folder that"
                " amts_ctranslate2.models names"
            )
        return "; ".join(steps)

    def makers(self, source: str) -> Sequence[str]:
        """Return whose stored translations of *source* will do."""
        binding = self._options.binding_terms
        return drafts.makers(self.fingerprint, self._terms, source, binding=binding)

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,  # noqa: ARG002 - it says nothing on the way
    ) -> list[Translation]:
        """Return one translation per request, in order.

        :raises LanguagePairError: there is no model for *pair*
        :raises EngineUnavailableError: the library or the model cannot be used
        """
        language_pairs.check(self, pair)
        wanted = drafts.wanted(requests)
        answers = self._ask(wanted, pair) if wanted else {}
        return [self._translation(request, answers) for request in requests]

    def _ask(
        self, texts: Sequence[tuple[str, str]], pair: LanguagePair
    ) -> dict[tuple[str, str], Answer]:
        """Translate *texts*, each with its kind."""
        threads = self._options.threads or cores()
        model = self._store.find(pair)
        say = native.load(model, threads)
        prove(say, model.pair, model.folder)
        known = alphabet(model.source.read_bytes())
        speaker = Speaker(say, pair, known, self._terms, self._options.binding_terms)
        with ThreadPoolExecutor(threads) as pool:
            made = pool.map(lambda each: speaker.translate(*each), texts)
            return dict(zip(texts, made, strict=True))

    def _translation(
        self, request: Request, answers: Mapping[tuple[str, str], Answer]
    ) -> Translation:
        source = request.source
        maker = self.makers(source)[0]
        answer = answers.get((source, request.kind))
        if answer is None:
            return Translation(source, maker)
        return drafts.translation(source, answer, maker)


def create(options: Mapping[str, object]) -> CTranslate2Engine:
    """Make the engine from the value of ``amts_ctranslate2``."""
    return CTranslate2Engine(
        read_options(CTranslate2Options, "amts_ctranslate2", options)
    )
