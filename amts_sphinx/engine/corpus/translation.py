"""One coded text → its translation: cut to size, decoded, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import codes
from amts_sphinx.engine.corpus.rendering import Written, capitalise, render
from amts_sphinx.engine.corpus.search import Limits, Option, Speaker, search
from amts_sphinx.engine.corpus.tokens import (
    CODE,
    MARK,
    NUMBER,
    WORD,
    Sentence,
    Token,
    Zone,
    tokenise,
)
from amts_sphinx.engine.corpus.vocabulary import (
    CLASS,
    CODES,
    NUMBERS,
    UNKNOWN,
    plain,
    relabel,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.engine.corpus.model import Model
    from amts_sphinx.engine.corpus.weights import Weights
    from amts_sphinx.units import LanguagePair

#: Words that are decoded at once; longer sentences are cut, at a mark if there is one.
_WHOLE: Final = 60
#: Words of a paired code that may stand in a longer sentence; others go by themselves.
_INNER: Final = 20
_FREE: Final = (0.0, 0.0, 0.0)


class Size(NamedTuple):
    """How much is considered."""

    #: Hypotheses that are followed at a time.
    beam: int
    #: Words that a phrase may be translated too early.
    reach: int
    #: Words in a phrase.
    phrase: int


class Translator:
    """Translates texts with one model."""

    def __init__(
        self,
        model: Model,
        pair: LanguagePair,
        weights: Weights,
        size: Size,
    ) -> None:
        self._model = model
        self._pair = pair
        self._weights = weights
        self._longest = size.phrase
        self._limits = Limits(size.beam, size.reach, weights.distance)
        self._speaker = Speaker(model.language, weights.language)
        self._options: dict[
            int, tuple[float, tuple[float, ...], tuple[float, ...]]
        ] = {}

    def sentence(self, coded: str) -> Sentence:
        """Take a source apart."""
        return tokenise(coded, self._pair.source)

    def unknown(self, sentence: Sentence) -> list[str]:
        """Return the words of *sentence* that were never seen, in order."""
        known = self._model.sources.characters
        return [
            token.surface
            for token in sentence.tokens
            if token.kind == WORD and token.key not in known
        ]

    def translate(self, sentence: Sentence) -> str:
        """Return the coded translation of *sentence*; its codes are all there."""
        sentence = self._shorten(sentence)
        tokens, zones = sentence.tokens, sentence.zones
        words: list[Written] = []
        for start, end in _chunks(tokens, zones):
            words.extend(self._decode(tokens, zones, start, end))
        if self._model.spacing.spaced:
            words = capitalise(words, tokens)
        return render(words, tokens, zones, self._model.spacing)

    def _shorten(self, sentence: Sentence) -> Sentence:
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
            said = self.translate(Sentence(tokens[zone.start : zone.end], inside))
            whole = Token(
                f"{codes.opening(zone.id)}{said}</g>", CODE, tokens[zone.start].glued
            )
            return self._shorten(_replaced(sentence, zone, whole))
        return sentence

    def _decode(
        self, tokens: Sequence[Token], zones: Sequence[Zone], start: int, end: int
    ) -> Iterator[Written]:
        """Translate the tokens from *start* to *end*."""
        part = tokens[start:end]
        walls = [
            (zone.start - start, zone.end - start)
            for zone in zones
            if start <= zone.start < zone.end <= end
        ]
        options = self._collect(part, walls)
        best = search(self._speaker, self._limits, len(part), options, walls)
        for option in best:
            for surface, copied in zip(option.surfaces, option.copied, strict=True):
                token = part[copied] if copied >= 0 else None
                coded = token is not None and token.kind == CODE
                place = start + copied if copied >= 0 else -1
                yield Written(surface, coded, place, start + option.start)

    def _collect(
        self, part: Sequence[Token], walls: Sequence[tuple[int, int]]
    ) -> list[Option]:
        """Return what each run of *part* may be translated as."""
        forms = _forms(part, self._model.sources.characters)
        found: list[Option] = []
        for start in range(len(part)):
            alone = False
            for end in range(start + 1, min(len(part), start + self._longest) + 1):
                if any(_crosses(start, end, *wall) for wall in walls):
                    continue
                seen: set[tuple[str, ...]] = set()
                for form in forms:
                    for option in self._look_up(form[start:end], part, start, end):
                        if option.surfaces not in seen:
                            seen.add(option.surfaces)
                            found.append(option)
                alone = alone or (end == start + 1 and bool(seen))
            if not alone:
                found.append(self._copy(part[start], start))
        return found

    def _look_up(
        self, key: str, part: Sequence[Token], start: int, end: int
    ) -> Iterator[Option]:
        """Yield the phrases for one run of words."""
        places: dict[str, int] = {}
        if CLASS.search(key):
            where = {character: start + n for n, character in enumerate(key)}
            key, new = relabel(key)
            places = {label: where[old] for old, label in new.items()}
        first, last = self._model.table.rows.get(key, (0, 0))
        for row in range(first, last):
            target = self._model.table.targets[row]
            score, before, after = self._weigh(row, target)
            copied = tuple(places.get(character, -1) for character in target)
            surfaces = tuple(
                part[place].surface
                if place >= 0
                else self._model.targets.word(character)
                for place, character in zip(copied, target, strict=True)
            )
            yield Option(
                start, end, plain(target), surfaces, copied, score, before, after, row
            )

    def _weigh(
        self, row: int, target: str
    ) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        """Return a row's score, and those of its orientations."""
        known = self._options.get(row)
        if known is None:
            weights = self._weights
            values = self._model.table.scores[row].tolist()
            score = (
                weights.direct * values[0]
                + weights.inverse * values[1]
                + weights.words_direct * values[2]
                + weights.words_inverse * values[3]
                + weights.length * len(target)
                + weights.phrase
            )
            before = tuple(weights.before * value for value in values[4:7])
            after = tuple(weights.after * value for value in values[7:10])
            known = self._options[row] = (score, before, after)
        return known

    def _copy(self, token: Token, place: int) -> Option:
        """Return the option of leaving *token* as it is."""
        character = {CODE: CODES[0], NUMBER: NUMBERS[0]}.get(token.kind, UNKNOWN)
        if character == UNKNOWN:
            character = self._model.targets.characters.get(token.surface, UNKNOWN)
        score = self._weights.length + self._weights.phrase
        if token.kind in {WORD, MARK}:
            score += self._weights.unknown
        words = plain(character)
        return Option(
            place, place + 1, words, (token.surface,), (place,), score, _FREE, _FREE, -1
        )


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


def _forms(part: Sequence[Token], known: dict[str, str]) -> list[str]:
    """Return *part* as strings of characters: numbers as a class, and as words."""
    forms = []
    for spelt in (False, True):
        numbers, empties = iter(NUMBERS), iter(CODES)
        letters = []
        for token in part:
            if token.kind == CODE:
                letters.append(next(empties))
            elif token.kind == NUMBER and not spelt:
                letters.append(next(numbers))
            else:
                letters.append(known.get(token.key, UNKNOWN))
        forms.append("".join(letters))
    return forms if forms[0] != forms[1] else forms[:1]


def _crosses(start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a run is neither inside a zone nor outside of it."""
    apart = end <= first or start >= last
    return not apart and not (first <= start and end <= last)
