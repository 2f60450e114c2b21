"""The parts of the corpus engine, each against what can be worked out by hand."""

from __future__ import annotations

import math
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from amts_sphinx.engine.corpus import (
    casing,
    language_model,
    phrase_table,
    word_alignment,
    worker_pool,
)
from amts_sphinx.engine.corpus.inflection import Inflections
from amts_sphinx.engine.corpus.language_model import Speaker
from amts_sphinx.engine.corpus.lexical_weights import LexicalWeights
from amts_sphinx.engine.corpus.phrase_extraction import (
    APART,
    MONOTONE,
    SWAP,
    Aligned,
    extract,
)
from amts_sphinx.engine.corpus.spacing import Spacing
from amts_sphinx.engine.corpus.tokens import CODE, MARK, NUMBER, WORD, ends, tokenise
from amts_sphinx.engine.corpus.vocabulary import CODES, END, START, Vocabulary, index

if TYPE_CHECKING:
    from collections.abc import Sequence


def word(number: int) -> str:
    """Return the character of a word."""
    return chr(0x100 + number)


A, B, C, D = map(word, range(4))
P, Q, R, S = (word(n + 50) for n in range(4))


# Tokens.


@pytest.mark.parametrize(
    ("coded", "language", "expected"),
    [
        ("It's 3.14, e.g. here.", "en", "It|'s|3.14|,|e.g.|here|."),
        ("a &lt; b &amp; c", "en", "a|<|b|&|c"),
        ("L’eau d'Aix n'est", "fr", "L’|eau|d'|Aix|n'|est"),
        ("numpy.array(x_1) at", "en", "numpy.array|(|x_1|)|at"),
        ("https://a.org/b?c=1, x", "en", "https://a.org/b?c=1|,|x"),
        ("参见https://a.org/b。", "zh", "参见|https://a.org/b|。"),
        ("我们训练模型。", "zh", "我们|训练|模型|。"),
        ("ภาษา", "th", "ภ|า|ษ|า"),
        ("İstanbul'da ev", "tr", "İstanbul'da|ev"),
        ('<x id="1"/><g id="2">a b</g>', "en", '<x id="1"/>|a|b'),
        ('<g id="1"></g> a', "en", '<g id="1"></g>|a'),
    ],
)
def test_tokens(coded: str, language: str, expected: str) -> None:
    found = tokenise(coded, language).tokens
    assert "|".join(token.surface for token in found) == expected


def test_kinds_and_zones_of_tokens() -> None:
    coded = '<g id="3">A <g id="1">b 7</g></g>, see <x id="2"/>.'
    sentence = tokenise(coded, "en")
    kinds = [token.kind for token in sentence.tokens]
    assert kinds == [WORD, WORD, NUMBER, MARK, WORD, CODE, MARK]
    assert sentence.zones == [(0, 3, 3), (1, 3, 1)]
    assert [token.glued for token in sentence.tokens][3:] == [True, False, False, True]
    assert ends(sentence.tokens)
    assert not ends(sentence.tokens[:-1])
    assert not ends(tokenise(".", "en").tokens)


@pytest.mark.parametrize(
    ("text", "language", "low"),
    [("İLK", "tr", "ilk"), ("ISI", "tr", "ısı"), ("ISI", "en", "isi")],
)
def test_small_letters(text: str, language: str, low: str) -> None:
    assert casing.lower(text, language) == low


def test_capitals() -> None:
    assert casing.capital("ilk", "tr") == "İlk"
    assert casing.capital("ilk", "en") == "Ilk"
    assert casing.capital("ßa", "de") == "ßa"
    assert casing.capital("", "de") == ""


def test_a_vocabulary_has_no_surrogates() -> None:
    words = Vocabulary(str(n) for n in range(60_000))
    last = words.characters["59999"]
    assert index(last) == 59_999
    assert last.encode()
    assert words.word(last) == "59999"


def test_blanks_are_those_that_were_seen() -> None:
    spacing = Spacing("fr")
    for _ in range(2):
        spacing.learn(tokenise("Quoi ? Ceci, cela.", "fr").tokens)
    again = Spacing("fr", spacing.state())
    assert not again.is_glued("Quoi", "?")
    assert again.is_glued("Ceci", ",")
    assert again.is_glued("(", "a")
    assert not again.is_glued("a", "b")


# The language model.


def sentences() -> list[str]:
    """Return some sentences of words that follow one another unevenly."""
    words = A + B + C + D + P + Q
    return [
        "".join(words[n * m * (k + 1) % len(words)] for k in range(n % 5 + 1))
        for n, m in product(range(1, 12), range(1, 9))
    ]


def test_probabilities_add_up_after_any_context() -> None:
    said = sentences()
    model = language_model.train(said)
    words = sorted({*"".join(said), END})
    contexts = ["", START, *said[:10], A + B, D + D, word(999), START + A]
    for context in contexts:
        last = context[1 - language_model.ORDER :]
        total = sum(math.exp(model.word(last, w)) for w in words)
        rest = math.exp(model.word(last, word(12345)))
        assert total + rest == pytest.approx(1, abs=1e-6)


def test_a_shortened_context_says_the_same() -> None:
    model = language_model.train(sentences())
    for before, after in product(sentences()[:20], repeat=2):
        whole, _ = model.phrase(START, before + after + END)
        first, context = model.phrase(START, before)
        second, context = model.phrase(context, after)
        third, _ = model.phrase(context, END)
        assert first + second + third == pytest.approx(whole)


def test_what_was_seen_is_likelier() -> None:
    model = language_model.train([A + B + C] * 5 + [A + C + B])
    assert model.phrase(START, A + B + C)[0] > model.phrase(START, A + C + B)[0]
    assert model.phrase(START, A + C + B)[0] > model.phrase(START, C + C + B)[0]


def test_a_language_model_of_nothing() -> None:
    assert language_model.train([]).phrase(START, A)[0] < 0


# Alignment.


def numbers(sentence: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(sentence, np.int32)


def test_words_that_go_together_are_linked() -> None:
    orders = list(permutations(range(5), 3))
    sources = [numbers(order) for order in orders]
    targets = [numbers([9 - n for n in reversed(order)]) for order in orders]
    links = word_alignment.align(sources, targets)
    assert links == [{(0, 2), (1, 1), (2, 0)}] * len(orders)


def test_two_processes_align_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = list(permutations(range(5), 4))
    sources = [numbers(order) for order in orders]
    targets = [numbers([9 - n for n in order[1:]]) for order in orders]
    alone = word_alignment.align(sources, targets)
    monkeypatch.setattr(word_alignment, "_MANY", 0)
    monkeypatch.setattr(worker_pool, "cores", lambda: 2)
    assert word_alignment.align(sources, targets) == alone


def test_nothing_to_align() -> None:
    assert word_alignment.align([], []) == []
    assert word_alignment.align([numbers([0])], [numbers([0])]) in ([{(0, 0)}], [set()])


# Phrases.


def test_phrase_pairs_and_their_orientations() -> None:
    # a b c → p r q: b and c change places.
    pair = Aligned(A + B + C, P + R + Q, {(0, 0), (1, 2), (2, 1)})
    found = {(f.source, f.target): divmod(f.orientation, 3) for f in extract(pair, 3)}
    assert found == {
        (A, P): (MONOTONE, APART),
        (A + B + C, P + R + Q): (MONOTONE, MONOTONE),
        (B, Q): (SWAP, APART),
        (B + C, R + Q): (MONOTONE, MONOTONE),
        (C, R): (APART, SWAP),
    }


def test_words_without_links_join_their_neighbours() -> None:
    pair = Aligned(A + B, P + Q + R, {(0, 0), (1, 2)})
    found = {(f.source, f.target) for f in extract(pair, 2)}
    assert found == {(A, P), (A, P + Q), (B, R), (B, Q + R)}


def test_codes_of_phrases_are_counted_from_one() -> None:
    two, one = CODES[1], CODES[0]
    pair = Aligned(one + A + two, two + P + one, {(0, 2), (1, 1), (2, 0)})
    found = {(f.source, f.target) for f in extract(pair, 3)}
    assert (A + one, one + P) in found
    assert (one + A + two, two + P + one) in found


def test_lexical_scores_are_those_worked_out_by_hand() -> None:
    aligned = [
        Aligned(A + B, P + Q, {(0, 0), (1, 1)}),
        Aligned(A, Q, {(0, 0)}),
        Aligned(A + C, P, {(0, 0)}),
    ]
    ahead, back = LexicalWeights(aligned).score([A + B, C, A], [P + Q, R, CODES[0]])
    # p(P|A) = 2/3, and of Q the best is p(Q|B) = 1; p(A|P) = 1, p(B|Q) = 1/2.
    assert ahead[0] == pytest.approx(math.log(2 / 3))
    assert back[0] == pytest.approx(math.log(1 / 2))
    # C was alone once: 0.2 · 1/(1 + 20). R was never seen.
    assert back[1] == pytest.approx(math.log(0.2 / 21))
    assert ahead[1] == pytest.approx(math.log(1e-7))
    assert ahead[2] == 0


def test_a_phrase_table_keeps_the_best_and_adds_up() -> None:
    aligned = [Aligned(A, P, {(0, 0)})] * 6 + [Aligned(A, Q, {(0, 0)})] * 3
    aligned += [Aligned(A, R, {(0, 0)}), Aligned(B, Q, {(0, 0)})]
    table = phrase_table.learn(aligned, 3, 2)
    assert table.rows == {A: (0, 2), B: (2, 3)}
    assert table.targets == [P, Q, Q]
    direct, inverse = np.exp(table.scores[:, :2]).T.tolist()
    assert direct == pytest.approx([5.6 / 10, 2.6 / 10, 0.4], abs=1e-6)
    assert inverse == pytest.approx([5.6 / 6, 2.6 / 4, 0.4 / 4], abs=1e-6)
    habits = np.exp(table.scores[:, 4:])
    assert habits[:, :3].sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert habits[:, 3:].sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_a_phrase_table_of_nothing() -> None:
    assert phrase_table.learn([], 3, 2).rows == {}


def test_forms_of_words_are_learnt() -> None:
    words = ["garden", "window", "pencil", "kettle"]
    known = {w + e: w for w in words for e in ("", "s")} | {"hammer": "h", "boss": "b"}
    inflections = Inflections(known)
    assert inflections.known_form("hammers") == "hammer"
    assert inflections.known_form("hammered") is None
    assert inflections.known_form("bos") is None
    assert inflections.known_form("") is None
    assert Inflections({}).known_form("hammers") is None


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    model = language_model.train(sentences())
    expected = Speaker(model, 0.5).say(START, A + B)
    monkeypatch.setattr(language_model, "_REMEMBERED", 5)
    monkeypatch.setattr(language_model, "_KEPT", 5)
    small = Speaker(model, 0.5)
    for one, other in product(A + B + C + D, repeat=2):
        small.say(one, other)
    assert len(vars(small)["_said"]) <= 6
    assert len(vars(model)["_known"]) <= 6
    assert small.say(START, A + B) == expected
