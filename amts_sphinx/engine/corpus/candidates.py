"""What each run of words of a sentence may be translated as."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.engine.corpus.decoder import Option
from amts_sphinx.engine.corpus.inflection import Inflections
from amts_sphinx.engine.corpus.terms import crosses
from amts_sphinx.engine.corpus.tokens import CODE, MARK, NUMBER, WORD, tokenise
from amts_sphinx.engine.corpus.vocabulary import (
    CLASS,
    CODES,
    NUMBERS,
    UNKNOWN,
    is_class,
    plain,
    relabel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amts_sphinx.engine.corpus.model import Model
    from amts_sphinx.engine.corpus.terms import Spot
    from amts_sphinx.engine.corpus.tokens import Token
    from amts_sphinx.engine.corpus.weights import FeatureWeights

    #: Start and end of words with a code around them.
    Wall = tuple[int, int]

#: In place of a row of the phrase table: a code or number, a term, and an unknown word.
COPY: Final = -1
TERM: Final = -2
LEFT: Final = -3
#: In place of the log of a phrase's chance, for an unknown word.
_NO_CHANCE: Final = -6.0


class _Weighed(NamedTuple):
    """Weighted scores, without the language model."""

    score: float
    #: Of being monotone, swapped and apart.
    before: tuple[float, ...]
    after: tuple[float, ...]


class Candidates:
    """Looks phrases up in one model."""

    def __init__(self, model: Model, weights: FeatureWeights, longest: int) -> None:
        """:param longest: words in a phrase"""
        self._model = model
        self._weights = weights
        self._longest = longest
        self._inflections = Inflections(_translations(model))
        self._weighed: dict[int, _Weighed] = {}
        #: The orientations that phrases have on the average, before and after.
        self.usual = [0.0] * 6
        if len(model.table.scores):
            self.usual = model.table.scores[:, 4:].mean(axis=0).tolist()

    def collect(
        self, part: Sequence[Token], walls: Sequence[Wall], spots: Sequence[Spot]
    ) -> Iterator[Option]:
        """Yield what may be said for *part*, at least something for each word.

        :param walls: runs of words that no phrase may cross
        :param spots: terms; a phrase with one in it must say what is decided
        """
        forms = self._forms(part)
        taken = {n for spot in spots for n in range(spot.start, spot.end)}
        for spot in spots:
            yield self._term(spot)
        for start in range(len(part)):
            alone = start in taken
            for end in range(start + 1, min(len(part), start + self._longest) + 1):
                inside = [s for s in spots if s.start < end and start < s.end]
                if any(s.start < start or end < s.end for s in inside) or any(
                    crosses(start, end, *wall) for wall in walls
                ):
                    continue
                seen: set[tuple[str, ...]] = set()
                for option in self._phrases(forms, part, start, end):
                    if option.surfaces not in seen and self._says(option, inside):
                        seen.add(option.surfaces)
                        yield option
                alone = alone or (end == start + 1 and bool(seen))
            if not alone:
                yield self._copy(part[start], start)

    def _says(self, option: Option, spots: Sequence[Spot]) -> bool:
        """Tell whether an option has the decided translation of all *spots*."""
        if not spots:
            return True
        text = self.text(option)
        wanted = Counter(spot.target for spot in spots)
        return all(text.count(self._edged(t)) >= n for t, n in wanted.items())

    def text(self, option: Option) -> str:
        """Return what an option says, with blanks at its edges if words have some."""
        blank = " " if self._model.spacing.spaced else ""
        return self._edged(blank.join(option.surfaces))

    def _edged(self, text: str) -> str:
        return f" {text} " if self._model.spacing.spaced else text

    def begins(self, option: Option, spots: Sequence[Spot]) -> bool:
        """Tell whether an option begins with the decided translation of a term."""
        return option.row == TERM or any(
            self.text(option).startswith(self._edged(spot.target))
            for spot in spots
            if option.start <= spot.start and spot.end <= option.end
        )

    def _phrases(
        self, forms: Sequence[str], part: Sequence[Token], start: int, end: int
    ) -> Iterator[Option]:
        """Yield the phrases for one run of words."""
        for form in forms:
            yield from self._look_up(form[start:end], part, start)

    def _forms(self, part: Sequence[Token]) -> list[str]:
        """Return *part* as characters: with numbers as a class, and as words."""
        forms = []
        for spelt in (False, True):
            numbers, empties = iter(NUMBERS), iter(CODES)
            letters = []
            for place, token in enumerate(part):
                if token.kind == CODE:
                    letters.append(next(empties))
                elif token.kind == NUMBER and not spelt:
                    letters.append(next(numbers))
                else:
                    letters.append(self._character(token, first=place == 0))
            forms.append("".join(letters))
        return forms if forms[0] != forms[1] else forms[:1]

    def knows(self, token: Token, *, first: bool) -> bool:
        """Tell whether a word, or another form of it, was seen.

        :param first: whether it begins a text
        """
        return self._character(token, first=first) != UNKNOWN

    def _character(self, token: Token, *, first: bool) -> str:
        """Return the character of a word, or of another form of it.

        An unknown word with a capital is a name, unless it is the *first*.
        """
        known = self._model.sources.characters
        found = known.get(token.key)
        if found is None and token.kind == WORD and (first or token.surface.islower()):
            found = known.get(self._inflections.known_form(token.key) or "")
        return found or UNKNOWN

    def _look_up(self, key: str, part: Sequence[Token], start: int) -> Iterator[Option]:
        """Yield the phrases for *key*, a run of words from *start* on."""
        end = start + len(key)
        places: dict[str, int] = {}
        if CLASS.search(key):
            where = {character: start + n for n, character in enumerate(key)}
            key, new = relabel(key)
            places = {label: where[old] for old, label in new.items()}
        for row in range(*self._model.table.rows.get(key, (0, 0))):
            target = self._model.table.targets[row]
            copied = tuple(places.get(character, -1) for character in target)
            surfaces = tuple(
                part[place].surface
                if place >= 0
                else self._model.targets.word(character)
                for place, character in zip(copied, target, strict=True)
            )
            weighed = self._weigh(row, target)
            yield Option(start, end, plain(target), surfaces, copied, *weighed, row)

    def _weigh(self, row: int, target: str) -> _Weighed:
        """Return a row's score, and those of its orientations."""
        known = self._weighed.get(row)
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
            known = _Weighed(score, *self._habits(values[4:]))
            self._weighed[row] = known
        return known

    def _habits(
        self, values: Sequence[float]
    ) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return weighted orientations to the phrase before, and to the one after."""
        before, after = self._weights.before, self._weights.after
        return (
            tuple(before * value for value in values[:3]),
            tuple(after * value for value in values[3:]),
        )

    def support(self, options: Iterable[Option]) -> float:
        """Say how well what people wrote supports a translation made of *options*.

        It is the mean length of its phrases, in words, plus the mean natural logarithm
        of their chances given the source, by the word. Codes, numbers and terms do not
        count.
        """
        counted = [o for o in options if o.row not in {COPY, TERM}]
        size = sum(o.end - o.start for o in counted)
        if not counted:
            return math.inf
        scores = self._model.table.scores
        chances = sum(
            (o.end - o.start) * (float(scores[o.row, 0]) if o.row >= 0 else _NO_CHANCE)
            for o in counted
        )
        return size / len(counted) + chances / size

    def _copy(self, token: Token, place: int) -> Option:
        """Return the option of leaving *token* as it is."""
        character = {CODE: CODES[0], NUMBER: NUMBERS[0]}.get(token.kind, UNKNOWN)
        if character == UNKNOWN:
            character = self._model.targets.characters.get(token.surface, UNKNOWN)
        score = self._weights.length + self._weights.phrase
        row = LEFT if token.kind in {WORD, MARK} else COPY
        if row == LEFT:
            score += self._weights.unknown
        weighed = _Weighed(score, *self._habits(self.usual))
        surfaces, copied = (token.surface,), (place,)
        words = plain(character)
        return Option(place, place + 1, words, surfaces, copied, *weighed, row)

    def _term(self, spot: Spot) -> Option:
        """Return the option of saying what is decided for a term."""
        known = self._model.targets.characters
        said = tokenise(inline_codes.escape(spot.target), self._model.pair.target)
        words = "".join(known.get(token.surface, UNKNOWN) for token in said.tokens)
        score = self._weights.length * len(words) + self._weights.phrase
        start, end, target = spot
        weighed = _Weighed(score, *self._habits(self.usual))
        return Option(start, end, words, (target,), (-1,), *weighed, TERM)


def _translations(model: Model) -> dict[str, str]:
    """Return the best translation of each word, as characters."""
    return {
        model.sources.word(phrase): model.table.targets[row]
        for phrase, (row, _) in model.table.rows.items()
        if len(phrase) == 1 and not is_class(phrase)
    }
