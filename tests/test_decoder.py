"""The decoder of the corpus engine, on tables whose best translation is worked out."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from test_corpus_parts import sentences, word

from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.corpus import language_model
from amts_sphinx.engine.corpus.decoder import (
    Option,
    Problem,
    SearchLimits,
    _future_costs,
    search,
)
from amts_sphinx.engine.corpus.language_model import LanguageModel, Speaker
from amts_sphinx.engine.corpus.model import Model
from amts_sphinx.engine.corpus.phrase_table import PhraseTable
from amts_sphinx.engine.corpus.spacing import Spacing
from amts_sphinx.engine.corpus.terms import TermTable
from amts_sphinx.engine.corpus.translation import SearchSize, SentenceTranslator
from amts_sphinx.engine.corpus.vocabulary import (
    CODES,
    END,
    NUMBERS,
    START,
    UNKNOWN,
    Vocabulary,
)
from amts_sphinx.engine.corpus.weights import FeatureWeights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Scores of orientation, monotone, swapped and apart, that decide nothing.
EVEN: Final = (0.0, 0.0, 0.0)


class WordPairs(Speaker):
    """A language model that is a table: of two words, or of a word after any other."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores

    def say(self, context: str, words: str) -> tuple[float, str]:
        """Return the score of *words*, and the last of them."""
        total = 0.0
        for each in words:
            pair = context[-1:] + each
            total += self._scores.get(pair, self._scores.get(each, 0.0))
            context = each
        return total, context


def say(
    place: tuple[int, int],
    words: str,
    score: float = 0.0,
    before: Sequence[float] = EVEN,
    after: Sequence[float] = EVEN,
) -> Option:
    """Return one way to translate the source words of *place*, start and end."""
    start, end = place
    copied = (-1,) * len(words)
    return Option(start, end, words, tuple(words), copied, score, before, after, 0)


def best(
    options: Sequence[Option],
    scores: Mapping[str, float] | None = None,
    *,
    beam: int = 50,
    reach: int = 9,
    distance: float = 0.0,
    zones: Sequence[tuple[int, int]] = (),
    ends: bool = False,
) -> str:
    """Return the words of the translation that the decoder takes for the best."""
    size = max(option.end for option in options)
    found = search(
        WordPairs(scores or {}),
        SearchLimits(beam, reach, distance),
        Problem(size, zones, ends),
        options,
    )
    places = sorted(n for option in found for n in range(option.start, option.end))
    assert places == list(range(size))
    return " ".join(option.words for option in found)


# What counts.


def test_the_scores_of_phrases_add_up() -> None:
    words = [say((0, 1), "a", -1), say((1, 2), "b", -2)]
    assert best([*words, say((0, 2), "c", -3.1)], reach=0) == "a b"
    assert best([*words, say((0, 2), "c", -2.9)], reach=0) == "c"


def test_the_language_model_counts_from_the_start_to_the_end() -> None:
    ways = [say((0, 1), "a", -1), say((0, 1), "b", -2), say((0, 1), "c", -3)]
    assert best(ways) == "a"
    assert best(ways, {START + "a": -5}) == "b"
    assert best(ways, {START + "a": -5, "b" + END: -5}) == "c"


def test_the_words_before_a_phrase_count() -> None:
    ways = [say((0, 1), "a"), say((1, 2), "b", -1), say((1, 2), "c", -1.5)]
    assert best(ways, reach=0) == "a b"
    assert best(ways, {"ab": -0.6}, reach=0) == "a c"


# The estimate of what is to come.


def test_the_future_is_the_best_way_to_say_each_run_of_words() -> None:
    first, second, third = (say((n, n + 1), "x") for n in range(3))
    both, last = say((0, 2), "x"), say((1, 3), "x")
    spans = [
        {1: [(-1.0, first), (-7.0, first)], 2: [(-2.5, both)]},
        {2: [(-2.0, second)], 3: [(-6.0, last)]},
        {3: [(-3.0, third)]},
    ]
    costs = _future_costs(spans)
    assert [costs[n][n + 1] for n in range(3)] == [-1, -2, -3]
    assert costs[0][2] == -2.5  # the phrase; its words come to -3
    assert costs[1][3] == -5  # its words; the phrase has -6
    assert costs[0][3] == -5.5  # the phrase of two, and the third word


def test_a_hard_word_is_not_put_off() -> None:
    """With one hypothesis at a time the easy word would come first, but for the future.

    Easy first: -1 - 0.3, then -2 and a jump of two back, -0.6. Hard first: -2 - 1.
    """
    words = [say((0, 1), "h", -2), say((1, 2), "e", -1)]
    assert best(words, beam=1, distance=-0.3) == "h e"


def test_the_future_of_words_apart_is_that_of_both_runs() -> None:
    """The second word first leaves two hard words, which only together are easy.

    First of three "a": -0.8, and the phrase for the others, -1. "b" comes to -0.5, but
    leaves -4 and -4.
    """
    words = [
        say((0, 1), "a", -0.8),
        say((1, 2), "b", -0.5),
        say((2, 3), "c", -4),
        say((1, 3), "d", -1),
    ]
    assert best(words, beam=1) == "a d"


def test_the_language_model_is_part_of_the_future() -> None:
    """The hard word is hard for the language model alone."""
    words = [say((0, 1), "h", -1), say((1, 2), "e", -1)]
    scores = {"h": -1.5, START + "e": -1}
    assert best(words, scores, beam=1, distance=-0.2) == "h e"


# Order.


@pytest.mark.parametrize(
    ("reach", "expected"), [(0, "a b c"), (1, "b a c"), (2, "c a b")]
)
def test_a_word_comes_no_earlier_than_allowed(reach: int, expected: str) -> None:
    words = [say((n, n + 1), each) for n, each in enumerate("abc")]
    first = {START + "b": 1.0, START + "c": 2.0}
    assert best(words, first, reach=reach) == expected


@pytest.mark.parametrize(("reach", "expected"), [(1, "b a c"), (2, "b c a")])
def test_the_limit_counts_from_the_first_word_left(reach: int, expected: str) -> None:
    """After "b" the first word that is left is "a", and "c" is two words away."""
    words = [say((n, n + 1), each) for n, each in enumerate("abc")]
    assert best(words, {START + "b": 2.0, "bc": 1.0}, reach=reach) == expected


@pytest.mark.parametrize(("distance", "expected"), [(-0.3, "b a"), (-0.4, "a b")])
def test_each_word_that_is_jumped_over_costs(distance: float, expected: str) -> None:
    """Swapping jumps over one word, then two back: three in all, for a gain of 1."""
    words = [say((0, 1), "a"), say((1, 2), "b")]
    assert best(words, {"ba": 1.0}, distance=distance) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0, 0, 0), (0, 0, 0), "a b"),
        ((-3, 0, 0), (0, 0, 0), "a c"),  # what comes before "b" in order
        ((0, 0, 0), (-3, 0, 0), "x b"),  # what comes after "a" in order
        ((0, -3, -3), (0, -3, -3), "a b"),  # not of this order
    ],
)
def test_orientation_counts_on_both_sides(
    before: Sequence[float], after: Sequence[float], expected: str
) -> None:
    ways = [
        say((0, 1), "a", after=after),
        say((0, 1), "x", -1),
        say((1, 2), "b", before=before),
        say((1, 2), "c", -1),
    ]
    assert best(ways, reach=0) == expected


def test_orientations_are_told_apart() -> None:
    swapped, apart = (0.0, 2.0, 0.0), (0.0, 0.0, 2.0)
    words = [say((n, n + 1), each) for n, each in enumerate("abc")]
    # "b" then "a": the second stands just before the first.
    assert best([say((0, 1), "a", before=swapped), *words[1:]], {"bc": -1}) == "b a c"
    # "c" is first of all, so nothing stands next to it.
    assert best([*words[:2], say((2, 3), "c", before=apart)], {"ba": -1}) == "c a b"
    # After "c" comes "a", and they are not neighbours.
    assert best([*words[:2], say((2, 3), "c", after=apart)], {"cb": -3}) == "c a b"


def test_what_ends_a_sentence_waits() -> None:
    words = [say((n, n + 1), each) for n, each in enumerate("ab.")]
    early = {START + ".": 3.0}
    assert best(words, early) == ". a b"
    assert best(words, early, ends=True) == "a b ."
    # Unless it is what all words together become.
    whole = say((0, 3), "w", 1.0)
    assert best([*words, whole], ends=True) == "w"


def test_a_zone_is_left_only_when_it_is_done() -> None:
    words = [say((n, n + 1), each) for n, each in enumerate("abcd")]
    mixed = {"bd": 2.0, "da": 3.0}
    assert best(words, mixed) == "b d a c"
    # The zone holds "b" and "c".
    assert best(words, mixed, zones=[(1, 3)]) == "c b d a"
    # A zone of one word changes nothing.
    assert best(words, mixed, zones=[(1, 3), (1, 2)]) == "c b d a"
    assert best(words, mixed, zones=[(0, 2), (2, 4)]) == "c d a b"


# Hypotheses.


def test_more_hypotheses_find_what_begins_badly() -> None:
    """Until the next word "p" is better than "q": -1 - 10 against -1.5."""
    ways = [say((0, 1), "p", -1), say((0, 1), "q", -1.5), say((1, 2), "r")]
    bad = {"pr": -10.0}
    assert best(ways, bad, beam=1, reach=0) == "p r"
    assert best(ways, bad, beam=2, reach=0) == "q r"


def test_hypotheses_that_go_on_alike_take_one_place() -> None:
    """Two ways to "p" are one hypothesis, so that "q" is the second of two."""
    ways = [
        say((0, 1), "p", -1)._replace(surfaces=("first",)),
        say((0, 1), "p", -1.1)._replace(surfaces=("second",)),
        say((0, 1), "q", -1.5),
        say((1, 2), "r"),
    ]
    assert best(ways, {"pr": -10.0}, beam=2, reach=0) == "q r"
    found = search(
        WordPairs({}), SearchLimits(2, 0, 0.0), Problem(2, (), ends=False), ways
    )
    assert found[0].surfaces == ("first",)


def test_of_hypotheses_that_go_on_alike_the_better_stays() -> None:
    """Without the start "xp" looks better than "yp"; with it, it is worse."""
    ways = [say((0, 1), "xp", -1), say((0, 1), "yp", -2), say((1, 2), "r")]
    assert best(ways, {START + "x": -5.0}, beam=2, reach=0) == "yp r"


def test_other_words_covered_are_another_hypothesis() -> None:
    """After "a c" and "b c" the same follows, but they leave different words.

    "a c b" is 1 - 5, "b c a" is 1.5; of the beginnings "a c" is the better.
    """
    words = [say((n, n + 1), each) for n, each in enumerate("abc")]
    scores = {START + "a": 1.0, "cb": -5.0, "ab": -5.0, "ca": 1.5}
    assert best(words, scores) == "b c a"


def test_one_word_with_one_translation() -> None:
    assert best([say((0, 1), "a", -1)], beam=1, reach=0) == "a"


# Against all translations there are.

LIMITS = SearchLimits(beam=500, reach=9, distance=-0.3)


def options(size: int) -> list[Option]:
    """Return two ways to say each word, and two for each two words."""
    made = []
    for start, end in [(n, n + 1) for n in range(size)] + [
        (n, n + 2) for n in range(size - 1)
    ]:
        for way in range(2):
            words = "".join(word((n * 3 + way * 2) % 6) for n in range(start, end))
            score = -((start * 7 + end * 5 + way * 3) % 11) / 4
            habit = tuple(-((start + way + k) % 3) / 5 for k in range(3))
            made.append(say((start, end), words, score, habit, habit))
    return made


def total(speaker: Speaker, chosen: Sequence[Option]) -> float:
    """Return the score of a translation."""
    score, context, begun, ended = 0.0, START, 0, 0
    last: Sequence[float] = (0.0, 0.0, 0.0)
    for option in chosen:
        chance, context = speaker.say(context, option.words)
        kind = 0 if option.start == ended else 1 if option.end == begun else 2
        score += chance + option.score + option.before[kind] + last[kind]
        score += LIMITS.distance * abs(option.start - ended)
        begun, ended, last = option.start, option.end, option.after
    return score + speaker.say(context, END)[0]


def complete(size: int) -> list[tuple[Option, ...]]:
    """Return all translations, in any order."""
    found = []
    for count in range(1, size + 1):
        for chosen in permutations(options(size), count):
            covered = sorted(n for o in chosen for n in range(o.start, o.end))
            if covered == list(range(size)):
                found.append(chosen)
    return found


def test_a_wide_search_finds_the_best_of_all() -> None:
    says = Speaker(language_model.train(sentences()), 0.5)
    best_of_all = max(total(says, chosen) for chosen in complete(3))
    found = search(says, LIMITS, Problem(3, (), ends=False), options(3))
    assert total(says, found) == pytest.approx(best_of_all)


# Codes, numbers and unknown words, from a phrase table that is written by hand.

ES: Final = LanguagePair("en", "es")


class Phrases:
    """A phrase table under construction: all scores of a phrase are those of row 0."""

    def __init__(self) -> None:
        self.sources, self.targets = Vocabulary(), Vocabulary()
        self._rows: dict[str, list[tuple[str, float]]] = {}

    def add(self, source: str, target: str, chance: float = -1.0) -> None:
        """Add a phrase; ``#1`` and ``<1>`` stand for a number and a code."""
        left = "".join(self._character(w, self.sources) for w in source.split())
        right = "".join(self._character(w, self.targets) for w in target.split())
        self._rows.setdefault(left, []).append((right, chance))

    @staticmethod
    def _character(text: str, known: Vocabulary) -> str:
        if text.startswith("#"):
            return NUMBERS[int(text[1:]) - 1]
        if text.startswith("<"):
            return CODES[int(text[1:-1]) - 1]
        return known.add(text)

    def translator(
        self, unknown: float = 0.5, support: float = -10
    ) -> SentenceTranslator:
        """Return what translates with these phrases, and with no other knowledge."""
        rows: dict[str, tuple[int, int]] = {}
        targets: list[str] = []
        chances: list[float] = []
        for source, found in self._rows.items():
            rows[source] = (len(targets), len(targets) + len(found))
            targets += [target for target, _ in found]
            chances += [chance for _, chance in found]
        scores = np.zeros((len(targets), 10), np.float32)
        scores[:, 0] = chances
        model = Model(
            ES,
            self.sources,
            self.targets,
            PhraseTable(rows, targets, scores),
            LanguageModel({UNKNOWN: -1.0}, {}),
            Spacing("es"),
        )
        weights = FeatureWeights(length=0.0, phrase=-0.1, distance=-1.0)
        size = SearchSize(10, 3, 4, unknown, support)
        return SentenceTranslator(model, weights, size, TermTable({}, "en"))


@pytest.fixture
def phrases() -> Phrases:
    """Return a phrase table of a few words."""
    table = Phrases()
    for source, target in (
        ("open", "abra"),
        ("the", "la"),
        ("valve", "válvula"),
        ("big", "grande"),
        ("big valve", "válvula grande"),
        ("now", "ahora"),
        (".", "."),
    ):
        table.add(source, target)
    return table


def test_phrases_go_together(phrases: Phrases) -> None:
    said = phrases.translator().translate("Open the big valve now.")
    assert said.target == "Abra la válvula grande ahora."
    assert not said.unknown


def test_codes_and_numbers_are_passed_on(phrases: Phrases) -> None:
    coded = 'Open <x id="3"/> and <x id="1"/> the valve 12 <x id="2"/>.'
    said = phrases.translator().translate(coded)
    assert said.target == 'Abra <x id="3"/> and <x id="1"/> la válvula 12 <x id="2"/>.'
    assert said.unknown == ["and"]


def test_a_phrase_moves_its_codes_and_numbers(phrases: Phrases) -> None:
    phrases.add("<1> #1 <2>", "#1 <2> <1>", -0.1)
    said = phrases.translator().translate('Open <x id="7"/> 12 <x id="4"/>.')
    assert said.target == 'Abra 12 <x id="4"/> <x id="7"/>.'


def test_a_phrase_does_not_cross_a_paired_code(phrases: Phrases) -> None:
    table = phrases.translator()
    inside = table.translate('Open the <g id="1">big valve</g>.')
    assert inside.target == 'Abra la <g id="1">válvula grande</g>.'
    across = table.translate('Open the <g id="1">big</g> valve.')
    assert across.target == 'Abra la <g id="1">grande</g> válvula.'
    nested = table.translate('<g id="2">Open <g id="1">the big</g> valve</g> now.')
    assert nested.target == '<g id="2">Abra <g id="1">la grande</g> válvula</g> ahora.'


def test_what_is_hardly_known_stays(phrases: Phrases) -> None:
    text = "Open the rusty old valve."
    assert phrases.translator(unknown=0.4).translate(text).target is not None
    left = phrases.translator(unknown=0.39).translate(text)
    assert left.target is None
    assert left.unknown == ["rusty", "old"]


def test_what_is_poorly_supported_stays(phrases: Phrases) -> None:
    """Six words in five phrases, each with the chance -1: 1.2 - 1."""
    text = "Open the big valve now."
    assert phrases.translator(support=0.19).translate(text).target is not None
    assert phrases.translator(support=0.21).translate(text).target is None
    # Three words are too few to judge.
    assert phrases.translator(support=5).translate("Open the valve.").target
