"""Learns to translate from the book's own human translations.

A phrase-based statistical engine: phrase pairs, their reordering and an n-gram model
are learnt from the memory's human units, without any other data. What it says is a
draft. Codes, numbers and names go through untouched.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from amts_sphinx import codes
from amts_sphinx.engine.corpus import model as models
from amts_sphinx.engine.corpus.translation import Size, Translator
from amts_sphinx.engine.corpus.weights import Weights
from amts_sphinx.engine.options import read_options
from amts_sphinx.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.units import LanguagePair, TranslationUnit

#: Raised with each change of what the engine learns or says.
VERSION: Final = 1
#: Targets kept of one source phrase.
_TARGETS: Final = 20


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """What ``amts_corpus`` may hold."""

    #: Sentence pairs below which nothing is translated.
    min_pairs: int = 200
    #: Words in a phrase.
    max_phrase: int = 7
    #: Hypotheses that are followed at a time; more are slower and a little better.
    beam: int = 60
    #: Words that a phrase may be moved ahead.
    reordering: int = 6
    #: The share of unknown words above which a text stays in its language, 0–1.
    max_unknown: float = 0.6


class CorpusEngine:
    """Translates one language pair with what it was trained on; first, nothing."""

    #: What it says is to be read by a person.
    drafts = True

    def __init__(self, options: CorpusOptions) -> None:
        self._options = options
        self._translator: Translator | None = None
        self._pair: LanguagePair | None = None
        self._digest = ""
        #: Sentence pairs that it was trained on.
        self.pairs = 0
        #: Words that were left as they are, and how often.
        self.unknown: Counter[str] = Counter()

    @property
    def fingerprint(self) -> str:
        """The version, the options and a digest of the training data."""
        settings = ",".join(
            f"{name}={value}" for name, value in asdict(self._options).items()
        )
        return f"corpus/{VERSION}/{settings}/{self._digest or 'untrained'}"

    def train(
        self, pair: LanguagePair, units: Iterable[TranslationUnit], home: Path, terms={}
    ) -> CorpusEngine:
        """Return an engine that has learnt the human *units* of *pair*.

        Their order makes no difference. The model is kept in the folder *home*, and
        made anew only when units or options have changed.
        """
        texts = _texts(units, pair)
        trained = CorpusEngine(self._options)
        trained._pair = pair
        trained._digest = _digest(texts, self.fingerprint)
        trained.pairs = len(texts)
        if len(texts) < max(1, self._options.min_pairs):
            return trained
        model = self._model(texts, pair, home, trained._digest)
        size = Size(
            max(1, self._options.beam),
            max(0, self._options.reordering),
            max(1, self._options.max_phrase),
        )
        trained._translator = Translator(model, pair, Weights(), size)
        return trained

    def _model(
        self, texts: list[tuple[str, str]], pair: LanguagePair, home: Path, digest: str
    ) -> models.Model:
        """Load the model from *home*, or train it and leave it there."""
        stem = f"corpus-{pair.source}-{pair.target}-"
        path = home / f"{stem}{digest}.npz"
        model = models.load(path, pair) if path.exists() else None
        if model is None:
            model = models.train(
                texts, pair, longest=max(1, self._options.max_phrase), most=_TARGETS
            )
            home.mkdir(parents=True, exist_ok=True)
            models.save(model, path)
        for other in home.glob(f"{stem}*.npz"):
            if other != path:
                other.unlink(missing_ok=True)
        return model

    def translate(self, sources: Sequence[str], pair: LanguagePair) -> list[str | None]:
        """Return one coded target per source, in order.

        ``None`` stands for a text with too many unknown words, and for every text as
        long as the engine is not trained for *pair*.
        """
        said = {
            source: self._translate(source, pair) for source in dict.fromkeys(sources)
        }
        return [said[source] for source in sources]

    def _translate(self, source: str, pair: LanguagePair) -> str | None:
        """Translate one text."""
        if not codes.has_words(source):
            return source
        if self._translator is None or pair != self._pair:
            return None
        sentence = self._translator.sentence(source)
        unknown = self._translator.unknown(sentence)
        words = sum(token.kind == "word" for token in sentence.tokens)
        if len(unknown) > self._options.max_unknown * words:
            return None
        target = self._translator.translate(sentence)
        if codes.verify(source, target):
            return None
        self.unknown.update(unknown)
        return target


def create(options: Mapping[str, object]) -> CorpusEngine:
    """Make the engine from the value of ``amts_corpus``.

    :raises ConfigError: an option is unknown or has a wrong value
    """
    return CorpusEngine(read_options(CorpusOptions, "amts_corpus", options))


def _texts(
    units: Iterable[TranslationUnit], pair: LanguagePair
) -> list[tuple[str, str]]:
    """Return the coded texts to learn from: a person's, in order, each once."""
    found = {
        (unit.source, unit.target)
        for unit in units
        if unit.by_human and unit.pair == pair and _is_sound(unit)
    }
    return sorted(found)


def _is_sound(unit: TranslationUnit) -> bool:
    """Tell whether a unit has words and whole codes on both sides."""
    if "\x00" in unit.source + unit.target or not unit.target.strip():
        return False
    try:
        return codes.has_words(unit.source) and not codes.verify(
            unit.source, unit.target
        )
    except MarkupError:
        return False


def _digest(texts: Iterable[tuple[str, str]], settings: str) -> str:
    """Return a digest of all that a model is made from."""
    digest = hashlib.sha256(settings.encode())
    for source, target in texts:
        for text in (source, target):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]
