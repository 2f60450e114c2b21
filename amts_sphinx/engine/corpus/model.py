"""What was learnt of one language pair: trained, kept on disk, and loaded again."""

from __future__ import annotations

import json
import os
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from amts_sphinx.core import atomic
from amts_sphinx.engine.corpus import language_model, phrase_table, word_alignment
from amts_sphinx.engine.corpus.casing import lower
from amts_sphinx.engine.corpus.phrase_extraction import Aligned
from amts_sphinx.engine.corpus.phrase_table import PhraseTable
from amts_sphinx.engine.corpus.spacing import Spacing
from amts_sphinx.engine.corpus.tokens import WORD, ends, tokenise
from amts_sphinx.engine.corpus.vocabulary import (
    CLASS,
    SEPARATOR,
    Vocabulary,
    classes,
    is_class,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.corpus.tokens import Token

#: Sentences longer than this teach words, but cost too much to align.
_LONGEST: Final = 100
#: Letters by which a word is aligned. Measured on ten articles of d2l: 4, 6 and all
#: letters give BLEU 47.3, 47.5 and 46.5.
_STEM: Final = 6
#: Scores of phrases are kept in so many bits.
_SCORE: Final = np.float16


@dataclass(frozen=True, slots=True)
class Model:
    """All that a translation needs."""

    pair: LanguagePair
    sources: Vocabulary
    targets: Vocabulary
    table: PhraseTable
    language: language_model.LanguageModel
    spacing: Spacing


def train(
    texts: Sequence[tuple[str, str]], pair: LanguagePair, *, longest: int, most: int
) -> Model:
    """Return a model of coded sentence pairs (source, target), in their order."""
    sources, targets = Vocabulary(), Vocabulary()
    spacing = Spacing(pair.target)
    said = _tokenise(texts, pair)
    case = _Truecase((target for _, target in said), pair.target)
    coded: list[_Coded] = []
    sentences: list[str] = []
    for source, target in said:
        spacing.learn(target)
        shared = classes(source, target)
        if shared is None:
            continue
        right = _encode(case.apply(target), shared, targets, folded=False)
        sentences.append(plain(right))
        if 0 < len(source) <= _LONGEST and 0 < len(target) <= _LONGEST:
            left = _encode(source, shared, sources, folded=True)
            coded.append(_Coded(left, right, ends(source) and ends(target)))
    aligned = _align(coded, sources, targets)
    table = phrase_table.learn(aligned, longest, most)
    language = language_model.train(sentences)
    return _rounded(Model(pair, sources, targets, table, language, spacing))


def _rounded(model: Model) -> Model:
    """Return *model* with numbers as they are saved: it says the same when loaded."""
    table, language = model.table, model.language
    scores = table.scores.astype(_SCORE).astype(np.float32)
    return replace(
        model,
        table=table._replace(scores=scores),
        language=language_model.LanguageModel(
            dict(zip(language.chances, _logs(language.chances).tolist(), strict=True)),
            dict(
                zip(language.leftovers, _logs(language.leftovers).tolist(), strict=True)
            ),
        ),
    )


def _logs(values: dict[str, float]) -> NDArray[np.float32]:
    return np.array(list(values.values()), np.float32)


class _Coded(NamedTuple):
    """A sentence pair, a character for each word."""

    source: str
    target: str
    #: Whether both end with a mark: these two go together.
    ends: bool


def _align(
    coded: Sequence[_Coded], sources: Vocabulary, targets: Vocabulary
) -> list[Aligned]:
    """Find the links of sentence pairs; the marks at their ends need no search."""
    links = word_alignment.align(
        _numbers([c.source[: len(c.source) - c.ends] for c in coded], sources),
        _numbers([c.target[: len(c.target) - c.ends] for c in coded], targets),
    )
    aligned = []
    for (left, right, ended), found in zip(coded, links, strict=True):
        forced = _force(left, right, found)
        if ended:
            forced.add((len(left) - 1, len(right) - 1))
        aligned.append(Aligned(left, right, forced))
    return aligned


def _tokenise(
    texts: Sequence[tuple[str, str]], pair: LanguagePair
) -> list[tuple[list[Token], list[Token]]]:
    """Take all texts apart."""
    return [
        (tokenise(source, pair.source).tokens, tokenise(target, pair.target).tokens)
        for source, target in texts
    ]


class _Truecase:
    """Which words are written with a capital within a sentence."""

    def __init__(self, sentences: Iterable[list[Token]], language: str) -> None:
        inside: Counter[str] = Counter()
        for sentence in sentences:
            inside.update(token.surface for token in sentence[1:])
        self._seen = inside
        self._language = language

    def apply(self, sentence: list[Token]) -> list[Token]:
        """Return *sentence* with its first word as within a sentence.

        What a translation passes on, such as a name, keeps its letters.
        """
        if not sentence or sentence[0].kind != WORD:
            return sentence
        word = sentence[0].surface
        low = lower(word[:1], self._language) + word[1:]
        if low == word or self._seen[low] < self._seen[word]:
            return sentence
        if not self._seen[low] and word[1:] != word[1:].lower():
            return sentence  # CNN, LaTeX
        return [sentence[0]._replace(surface=low), *sentence[1:]]


def _encode(
    sentence: Sequence[Token],
    shared: dict[str, str],
    vocabulary: Vocabulary,
    *,
    folded: bool,
) -> str:
    """Return *sentence* with a character for each token."""
    return "".join(
        shared.get(token.surface)
        or vocabulary.add(token.key if folded else token.surface)
        for token in sentence
    )


def _numbers(
    sentences: Sequence[str], vocabulary: Vocabulary
) -> list[NDArray[np.int32]]:
    """Return *sentences* as arrays of small numbers, one for all forms of a word.

    Words are taken for forms of one when they begin alike: rare forms are aligned by
    what is known of the others (as with the stems of Fraser and Marcu, 2005).
    """
    numbers: dict[str, int] = {}
    known: dict[str, int] = {}
    for sentence in sentences:
        for character in sentence:
            if character not in known:
                word = character if is_class(character) else vocabulary.word(character)
                key = word if is_class(character) else word[:_STEM]
                known[character] = numbers.setdefault(key, len(numbers))
    return [np.array([known[c] for c in sentence], np.int32) for sentence in sentences]


def _force(
    source: str, target: str, links: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Link each code and number with itself and with nothing else."""
    if not CLASS.search(source):
        return links
    kept = {
        (i, j)
        for i, j in links
        if not CLASS.match(source[i]) and not CLASS.match(target[j])
    }
    places = {found[0]: found.start() for found in CLASS.finditer(target)}
    kept.update((found.start(), places[found[0]]) for found in CLASS.finditer(source))
    return kept


def save(model: Model, path: Path) -> None:
    """Write *model* to *path*; the file is there whole or not at all."""
    table, language = model.table, model.language
    ends = np.array([end for _, end in table.rows.values()], np.int32)
    arrays = {
        "sources": _pack(model.sources.words),
        "targets": _pack(model.targets.words),
        "phrases": _pack(table.rows),
        "ends": ends,
        "said": _pack(table.targets),
        "scores": table.scores.astype(_SCORE),
        "ngrams": _pack(language.chances),
        "chances": _logs(language.chances),
        "contexts": _pack(language.leftovers),
        "leftovers": _logs(language.leftovers),
        "spacing": _pack([json.dumps(model.spacing.state())]),
    }
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        atomic.move(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path, pair: LanguagePair) -> Model | None:
    """Return the model that was saved as *path*, or ``None`` if it is damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _read(arrays, pair)
    except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile):
        return None


def _read(arrays: Any, pair: LanguagePair) -> Model:
    """Make a model of the *arrays* of a file."""
    ends = arrays["ends"].tolist()
    rows = zip([0, *ends], ends, strict=False)
    language = language_model.LanguageModel(
        dict(zip(_unpack(arrays["ngrams"]), arrays["chances"].tolist(), strict=True)),
        dict(
            zip(_unpack(arrays["contexts"]), arrays["leftovers"].tolist(), strict=True)
        ),
    )
    table = PhraseTable(
        dict(zip(_unpack(arrays["phrases"]), rows, strict=True)),
        _unpack(arrays["said"]),
        arrays["scores"].astype(np.float32),
    )
    return Model(
        pair,
        Vocabulary(_unpack(arrays["sources"])),
        Vocabulary(_unpack(arrays["targets"])),
        table,
        language,
        Spacing(pair.target, json.loads(_unpack(arrays["spacing"])[0])),
    )


def _pack(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Return *texts* as bytes."""
    return np.frombuffer(SEPARATOR.join(texts).encode(), np.uint8)


def _unpack(data: NDArray[np.uint8]) -> list[str]:
    """Undo :func:`_pack`."""
    return data.tobytes().decode().split(SEPARATOR) if data.size else []
