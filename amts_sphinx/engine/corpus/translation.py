"""One coded text → its translation: cut to size, decoded, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.engine.corpus.candidates import Candidates
from amts_sphinx.engine.corpus.decoder import Problem, SearchLimits, search
from amts_sphinx.engine.corpus.detokenize import OutputWord, capitalise, render
from amts_sphinx.engine.corpus.language_model import Speaker
from amts_sphinx.engine.corpus.tokens import (
    CODE,
    MARK,
    WORD,
    Sentence,
    Token,
    Zone,
    ends,
    tokenise,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amts_sphinx.engine.corpus.decoder import Option
    from amts_sphinx.engine.corpus.model import Model
    from amts_sphinx.engine.corpus.terms import TermTable
    from amts_sphinx.engine.corpus.weights import FeatureWeights

#: Words that are decoded at once; longer sentences are cut, at a mark if there is one.
_WHOLE: Final = 60
#: Words of a paired code that may stand in a longer sentence; others go by themselves.
_INNER: Final = 20
#: Words of a text that is too short to tell how well it is supported.
_SHORT: Final = 3
#: Why a text is left.
_UNKNOWN: Final = "too many of its words are unknown (amts_corpus.max_unknown)"
_RARE: Final = "only rare translations support one (amts_corpus.min_support)"


class SearchSize(NamedTuple):
    """How much is considered."""

    #: Hypotheses that are followed at a time.
    beam: int
    #: Words that a phrase may be translated too early.
    reach: int
    #: Words in a phrase.
    phrase: int
    #: The share of unknown words above which a text is left, 0-1.
    unknown: float
    #: The support below which a text is left: see :meth:`Candidates.support`.
    support: float


class Translated(NamedTuple):
    """What came of one text."""

    #: Coded; ``None`` if too little of it is known.
    target: str | None
    #: The words that stayed as they are.
    unknown: list[str]
    #: Why there is no target.
    reason: str = ""


class SentenceTranslator:
    """Translates texts with one model."""

    def __init__(
        self, model: Model, weights: FeatureWeights, size: SearchSize, terms: TermTable
    ) -> None:
        self._model = model
        self._size = size
        self._terms = terms
        self._limits = SearchLimits(size.beam, size.reach, weights.distance)
        self._speaker = Speaker(model.language, weights.language)
        self._candidates = Candidates(model, weights, size.phrase)

    def translate(self, coded: str) -> Translated:
        """Translate one text."""
        sentence = tokenise(coded, self._model.pair.source)
        words = sum(token.kind == WORD for token in sentence.tokens)
        unknown = self._unknown(sentence)
        if len(unknown) > self._size.unknown * words:
            return Translated(None, unknown, _UNKNOWN)
        used: list[Option] = []
        target = self._translate(sentence, used)
        if words > _SHORT and self._candidates.support(used) < self._size.support:
            return Translated(None, unknown, _RARE)
        return Translated(target, unknown)

    def _unknown(self, sentence: Sentence) -> list[str]:
        """Return the words of *sentence* that nothing is known of, in order."""
        walls = [(zone.start, zone.end) for zone in sentence.zones]
        spots = self._terms.find(sentence.tokens, walls)
        inside = {n for spot in spots for n in range(spot.start, spot.end)}
        return [
            token.surface
            for place, token in enumerate(sentence.tokens)
            if token.kind == WORD
            and place not in inside
            and not self._candidates.knows(token, first=place == 0)
        ]

    def _translate(self, sentence: Sentence, used: list[Option]) -> str:
        """Return the coded translation of *sentence*; its codes are all there.

        :param used: takes the phrases that it is put together from
        """
        sentence = self._shorten(sentence, used)
        tokens, zones = sentence.tokens, sentence.zones
        words: list[OutputWord] = []
        for start, end in _chunks(tokens, zones):
            words.extend(self._decode(tokens, zones, start, end, used))
        if self._model.spacing.spaced:
            words = capitalise(words, tokens, self._model.pair.target)
        return render(words, tokens, zones, self._model.spacing)

    def _shorten(self, sentence: Sentence, used: list[Option]) -> Sentence:
        """Translate long paired codes apart; each is then a code like others."""
        tokens = sentence.tokens
        for zone in sentence.zones:
            size = zone.end - zone.start
            if size <= _INNER or size == len(tokens) <= _WHOLE:
                continue
            inside = [
                Zone(other.start - zone.start, other.end - zone.start, other.id)
                for other in sentence.zones
                if other is not zone
                and zone.start <= other.start < other.end <= zone.end
            ]
            part = Sentence(tokens[zone.start : zone.end], inside)
            said = self._translate(part, used)
            whole = Token(
                f"{inline_codes.opening(zone.id)}{said}</g>",
                CODE,
                tokens[zone.start].glued,
            )
            return self._shorten(_replaced(sentence, zone, whole), used)
        return sentence

    def _decode(
        self,
        tokens: Sequence[Token],
        zones: Sequence[Zone],
        start: int,
        end: int,
        used: list[Option],
    ) -> Iterator[OutputWord]:
        """Translate the tokens from *start* to *end*."""
        part = tokens[start:end]
        inside = [
            Zone(zone.start - start, zone.end - start, zone.id)
            for zone in zones
            if start <= zone.start < zone.end <= end
        ]
        walls = [(zone.start, zone.end) for zone in inside]
        spots = self._terms.find(part, walls)
        options = self._candidates.collect(part, walls, spots)
        problem = Problem(len(part), walls, ends=ends(part))
        best = self.decide(problem, options)
        used.extend(best)
        for option in best:
            decided = bool(spots) and self._candidates.begins(option, spots)
            for surface, copied in zip(option.surfaces, option.copied, strict=True):
                coded = copied >= 0 and part[copied].kind == CODE
                place = start + copied if copied >= 0 else -1
                yield OutputWord(surface, coded, place, start + option.start, decided)

    def decide(self, problem: Problem, options: Iterable[Option]) -> list[Option]:
        """Return the best translation of some words, in target order."""
        return search(self._speaker, self._limits, problem, options)


def _replaced(sentence: Sentence, zone: Zone, whole: Token) -> Sentence:
    """Return *sentence* with the token *whole* in place of *zone*."""
    less = zone.end - zone.start - 1

    def move(place: int) -> int:
        return place - less if place >= zone.end else place

    tokens = [*sentence.tokens[: zone.start], whole, *sentence.tokens[zone.end :]]
    zones = [
        Zone(move(other.start), move(other.end), other.id)
        for n, other in enumerate(sentence.zones)
        if other is not zone
        and (
            other.end <= zone.start
            or other.start >= zone.end
            or (
                other.start <= zone.start
                and other.end >= zone.end
                and n < sentence.zones.index(zone)
            )
        )
    ]
    return Sentence(tokens, zones)


def _chunks(
    tokens: Sequence[Token], zones: Sequence[Zone]
) -> Iterator[tuple[int, int]]:
    """Yield runs of tokens that are short enough to decode, none within a zone."""
    start = 0
    while len(tokens) - start > _WHOLE:
        least = start + _WHOLE // 3
        places = [
            end
            for end in range(start + _WHOLE, least, -1)
            if not any(zone.start < end < zone.end for zone in zones)
        ]
        marks = [end for end in places if tokens[end - 1].kind == MARK]
        end = (marks or places)[0]
        yield start, end
        start = end
    if start < len(tokens):
        yield start, len(tokens)
