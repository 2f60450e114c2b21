"""Learns to translate from the book's own human translations.

A phrase-based statistical engine: phrase pairs, their reordering and an n-gram model
are learnt from the memory's human units, without any other data. What it says is a
draft. Codes, numbers and names go through untouched.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from heapq import nsmallest
from typing import TYPE_CHECKING, Final, TypeGuard

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError, MarkupError
from amts_sphinx.core.units import Translation
from amts_sphinx.engine.corpus import model as models
from amts_sphinx.engine.corpus import worker_pool
from amts_sphinx.engine.corpus.terms import TermTable
from amts_sphinx.engine.corpus.translation import (
    SearchSize,
    SentenceTranslator,
    Translated,
)
from amts_sphinx.engine.corpus.weights import FeatureWeights
from amts_sphinx.engine.options import read_options
from amts_sphinx.memory.lessons import Lessons

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, Request, TranslationUnit
    from amts_sphinx.engine.protocol import Progress

#: Raised with each change of what the engine learns or says.
VERSION: Final = 4
#: Targets kept of one source phrase.
_TARGETS: Final = 20
#: Units from which on none is read just to know whether they have changed.
_MANY: Final = 200_000
#: Texts that a process gets at a time.
_PORTION: Final = 16
#: What an option may be, both ends included.
_ALLOWED: Final = {
    "min_pairs": (1, 10**9),
    "max_pairs": (1, 10**6),
    "max_phrase": (1, 10),
    "beam": (1, 1000),
    "reordering": (0, 60),
    "max_unknown": (0, 1),
    "min_support": (-10, 10),
}


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """What ``amts_corpus`` may hold."""

    #: Sentence pairs below which nothing is translated.
    min_pairs: int = 200
    #: Sentence pairs that are learnt, at most: more memory than 1 GB is seldom at hand.
    max_pairs: int = 25_000
    #: Words in a phrase.
    max_phrase: int = 7
    #: Hypotheses that are followed at a time; more are slower and a little better.
    beam: int = 30
    #: Words that a phrase may be moved ahead.
    reordering: int = 6
    #: The share of unknown words above which a text stays in its language, 0-1.
    max_unknown: float = 0.2
    #: The support below which a text stays in its language: the mean length of the
    #: phrases that it is put together from, in words, plus the mean logarithm of their
    #: chances. With -10 all texts are translated, with 2 hardly any.
    min_support: float = 0.25

    def __post_init__(self) -> None:
        for name, (least, most) in _ALLOWED.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ConfigError(
                    f"amts_corpus.{name} must be from {least} to {most}, not {value}"
                )


class CorpusEngine:
    """Translates one language pair with what it was trained on; first, nothing."""

    #: Whatever it was trained on.
    pairs = None

    def __init__(self, options: CorpusOptions) -> None:
        self._options = options
        self._terms = TermTable({}, "")
        self._units: Iterable[TranslationUnit] = ()
        self._home: Path | None = None
        self._pair: LanguagePair | None = None
        self._digest = ""

    @property
    def fingerprint(self) -> str:
        """The version, the options and digests of the training data and the terms."""
        terms = f"/{self._terms.digest}" if self._terms.digest else ""
        return f"{self._settings}/{self._digest or 'untrained'}{terms}"

    @property
    def _settings(self) -> str:
        options = asdict(self._options).items()
        told = ",".join(f"{name}={value}" for name, value in options)
        return f"corpus/{VERSION}/{told}"

    def train(
        self,
        pair: LanguagePair,
        units: Iterable[TranslationUnit],
        home: Path,
        terms: Mapping[str, str] | None = None,
    ) -> CorpusEngine:
        """Return an engine that learns the human *units* of *pair* when first asked.

        Their order makes no difference. The model is kept in the folder *home*, and
        made anew only when units or options have changed.

        :param terms: what a term is translated as, both plain text; wherever it stands
            outside of codes, this is said and nothing else; capitals make a
            difference only after its first letter
        """
        trained = CorpusEngine(self._options)
        trained._pair, trained._units, trained._home = pair, units, home
        trained._terms = TermTable(terms or {}, pair.source)
        settings = f"{VERSION}/{self._options.max_phrase}"
        if _too_many(units):
            # They are read when a model is to be made.
            settings = f"{settings}/{self._options.max_pairs}"
            trained._digest = _digest([(units.digest, "")], settings)
        else:
            trained._digest = _digest(trained._texts, settings)
        return trained

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """The coded texts to learn from."""
        if self._pair is None:
            return []
        return _some(_texts(self._units, self._pair), self._options.max_pairs)

    @property
    def learnt(self) -> int:
        """How many pairs of sentences it learns from, or at most if it has many."""
        return self._options.max_pairs if _too_many(self._units) else len(self._texts)

    @property
    def _lack(self) -> str:
        """What is wanting to learn from; empty if there is enough."""
        needed = self._options.min_pairs
        if self.learnt >= needed:
            return ""
        return (
            f"the corpus engine has only {self.learnt} pairs of sentences to learn"
            f" from, and needs {needed} (amts_corpus.min_pairs)"
        )

    def lacks(self, pair: LanguagePair) -> str:
        """Return what is wanting to learn from, once it is trained for *pair*."""
        return self._lack if pair == self._pair else ""

    @cached_property
    def _translator(self) -> SentenceTranslator | None:
        """What translates, once there is enough to learn from."""
        if self._pair is None or self._home is None or self._lack:
            return None
        use = self._options
        size = SearchSize(
            use.beam, use.reordering, use.max_phrase, use.max_unknown, use.min_support
        )
        model = self._model(self._pair, self._home)
        return SentenceTranslator(model, FeatureWeights(), size, self._terms)

    def _model(self, pair: LanguagePair, home: Path) -> models.Model:
        """Load the model from *home*, or train it and leave it there."""
        stem = f"corpus-{pair.source}-{pair.target}-"
        path = home / f"{stem}{self._digest}.npz"
        model = models.load(path, pair) if path.exists() else None
        if model is None:
            longest = self._options.max_phrase
            model = models.train(self._texts, pair, longest=longest, most=_TARGETS)
            home.mkdir(parents=True, exist_ok=True)
            models.save(model, path)
        former = re.compile(re.escape(stem) + r"[0-9a-f]{16}\.npz")
        for other in home.iterdir():
            if other != path and former.fullmatch(other.name):
                # Another build may have removed it, or be reading it on Windows.
                with suppress(OSError):
                    other.unlink()
        return model

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return one draft per request, in order.

        There is none for a text that it knows too little of, and for every text as
        long as the engine is not trained for *pair*.
        """
        sources = [request.source for request in requests]
        made = self.translated(sources, pair)
        unknown = Counter(word for each in made.values() for word in each.unknown)
        if self._lack and made:
            progress(self._lack)
        elif unknown:
            progress(
                f"the corpus engine does not know {len(unknown)} words, which stay as"
                f" they are in {unknown.total()} places"
            )
        maker = self.fingerprint
        return [
            Translation(each.target, maker, draft=True, note=each.reason)
            if (each := made.get(source))
            else Translation(source, maker)
            for source in sources
        ]

    def translated(
        self, sources: Iterable[str], pair: LanguagePair
    ) -> dict[str, Translated]:
        """Return what becomes of each of *sources* that has words.

        The unknown words are those of texts that have a target.
        """
        asked = [s for s in dict.fromkeys(sources) if inline_codes.has_words(s)]
        if not asked:
            return {}
        if pair != self._pair or self._translator is None:
            reason = self._lack or f"the corpus engine has learnt nothing for {pair}"
            return dict.fromkeys(asked, Translated(None, [], reason))
        answers = worker_pool.each(self._translator.translate, asked, _PORTION)
        return {
            source: _verified(source, answer)
            for source, answer in zip(asked, answers, strict=True)
        }


def _verified(source: str, answer: Translated) -> Translated:
    """Return *answer*, without a target if that has not the codes of *source*."""
    if answer.target is None:
        return answer._replace(unknown=[])
    if inline_codes.compare(source, answer.target):
        return Translated(None, [], "the corpus engine damaged its markup")
    return answer


def create(options: Mapping[str, object]) -> CorpusEngine:
    """Make the engine from the value of ``amts_corpus``.

    :raises ConfigError: an option is unknown or has a wrong value
    """
    return CorpusEngine(read_options(CorpusOptions, "amts_corpus", options))


def _too_many(units: Iterable[TranslationUnit]) -> TypeGuard[Lessons]:
    """Tell whether *units* are known by their digest, without being read."""
    return isinstance(units, Lessons) and len(units) > _MANY


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


def _some(texts: list[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    """Return *most* of *texts*, from anywhere among them, in order."""
    if len(texts) <= most:
        return texts
    return sorted(nsmallest(most, texts, key=lambda both: _digest([both], "")))


def _is_sound(unit: TranslationUnit) -> bool:
    """Tell whether a unit has words and whole codes on both sides."""
    if "\x00" in unit.source + unit.target or not unit.target.strip():
        return False
    try:
        return inline_codes.has_words(unit.source) and not inline_codes.compare(
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
