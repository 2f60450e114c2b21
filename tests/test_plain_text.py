"""Coded text through engines for plain sentences: no code, sign or word is lost."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

import pytest
from firefox_models import ALPHABET, EN_ES
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import FEW_HUNDRED, coded_texts

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.plain_text import disguise, places, sentence
from amts_sphinx.engine.plain_text.parts import Part, is_sound, join, respace, split
from amts_sphinx.engine.plain_text.sentence import Answer, Speaker
from amts_sphinx.engine.plain_text.ways import STYLES, Ways
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable

ES: Final = LanguagePair("en", "es")


def spanish(text: str) -> str:
    """Translate word by word, adjectives last, and lose what cannot be spelt."""
    kept = "".join(sign for sign in text if sign in ALPHABET)
    turned = re.sub(r"\b(red|big|plain) (house|book|words)\b", r"\2 \1", kept)

    def word(match: re.Match[str]) -> str:
        said = EN_ES.get(match[0].lower(), match[0])
        return said.capitalize() if match[0][0].isupper() else said

    return re.sub(r"[^\W\d_]+", word, turned)


def speaker(
    say: Callable[[str], str] = spanish, terms: dict[str, str] | None = None
) -> Speaker:
    known = Terminology(ES, terms) if terms else None
    return Speaker(say, ES, frozenset(ALPHABET), known)


def said(
    coded: str, say: Callable[[str], str] = spanish, kind: str = "paragraph"
) -> str | None:
    return speaker(say).translate(coded, kind).target


def test_plain_words_are_translated() -> None:
    assert speaker().translate("Words without codes.") == Answer(
        "Palabras sin códigos.", "plain"
    )


def test_words_of_a_pair_are_found_where_they_went() -> None:
    answer = speaker().translate('The <g id="1">red</g> house <x id="2"/>.')
    assert answer == Answer('La casa <g id="1">roja</g> <x id="2"/>.', "project")


def test_nested_pairs_stay_nested() -> None:
    source = 'Read <g id="1">the <g id="2">big</g> book</g> <x id="3"/>.'
    target = said(source)
    assert target == 'Lee <g id="1">la libro <g id="2">gran</g></g> <x id="3"/>.'


def test_a_pair_around_everything() -> None:
    assert said('<g id="1">The house.</g>') == '<g id="1">La casa.</g>'


def test_the_words_that_give_way_to_a_mark_are_those_of_the_pair() -> None:
    # The words alone are translated in quite another way.
    alone = {"give it up": "xxxxx", "Give it up": "xxxxx"}
    whole = {
        "Do not give it up now.": "No te rindas ahora.",
        "Do not _1_ now.": "No _1_ ahora.",
    }

    def say(text: str) -> str:
        return {**alone, **whole}.get(text, "??")

    answer = speaker(say).translate('Do not <g id="1">give it up</g> now.')
    assert answer.target == 'No <g id="1">te rindas</g> ahora.'


@pytest.mark.parametrize(
    ("alone", "whole", "target"),
    [
        ("Rara cosa", "Usa la cosa rara ya.", 'Usa la <g id="1">cosa rara</g> ya.'),
        ("Xxxxx", "Usa cosa rara, ya.", 'Usa <g id="1">cosa rara</g>, ya.'),
        # The words have one themselves, or are not known to be without.
        (
            "La rara cosa",
            "Usa una cosa rara ya.",
            'Usa <g id="1">una cosa rara</g> ya.',
        ),
        ("Rara la cosa", "Usa la cosa rara ya.", 'Usa <g id="1">la cosa rara</g> ya.'),
        ("Xxxxx", "Usa la cosa rara ya.", 'Usa <g id="1">la cosa rara</g> ya.'),
        ("Xxxxx", "Usa la ya.", 'Usa <g id="1">la</g> ya.'),
    ],
)
def test_what_gives_way_with_the_words_of_a_pair_stays_outside(
    alone: str, whole: str, target: str
) -> None:
    said_of = {"Use odd thing now.": whole, "Use _1_ now.": "Usa _1_ ya."}
    answers = {**said_of, "odd thing": alone, "Odd thing": alone}
    source = 'Use <g id="1">odd thing</g> now.'
    answer = speaker(lambda text: answers.get(text, "zzz")).translate(source)
    assert answer == Answer(target, "project")


def test_a_pair_that_is_not_found_is_filled() -> None:
    said_of = {
        "The odd thing is here.": "Existe.",
        "The _1_ is here.": "La _1_ está aquí.",
        "odd thing": "Cosa rara",
    }
    source = 'The <g id="1">odd thing</g> is here.'
    answer = speaker(lambda text: said_of.get(text, "zzz")).translate(source)
    assert answer == Answer('La <g id="1">cosa rara</g> está aquí.', "fill")


def test_codes_that_no_mark_keeps_are_kept_in_pieces() -> None:
    def say(text: str) -> str:
        return re.sub(r"[_\[]\d+[_\]]", "", spanish(text))

    answer = speaker(say).translate('Read <x id="1"/> with the <g id="2">book</g>.')
    assert answer == Answer(
        'Lee <x id="1"/> con la <g id="2">libro</g>.', "pieces", sentence.IN_PIECES
    )


def test_a_mark_that_the_text_has_itself_is_not_used() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    assert said('Read _1_ and <x id="1"/>.', say) == 'Lee _1_ y <x id="1"/>.'
    assert asked == ["Read _1_ and [1]."]


def test_signs_that_cannot_be_spelt_come_back() -> None:
    source = (
        "“Read” the book — with α ≤ 3 × β, me@x.org, https://x.org/a#b, C# and 5–7…"
    )
    target = said(source)
    assert target == (
        "“Lee” la libro — con α ≤ 3 × β, me@x.org, https://x.org/a#b, C# y 5–7…"
    )


def wordy(text: str) -> str:
    """Translate, and make words of signs."""
    return spanish(text).replace("&", "y").replace("%", "por ciento")


def test_a_sign_that_became_a_word_is_asked_for_without_it() -> None:
    assert said("Read &amp; read 5% of the book, and 3%.", wordy) == (
        "Lee &amp; lee 5% de la libro, y 3%."
    )
    assert said('The <g id="1">book</g> &amp; the house', wordy) == (
        'La <g id="1">libro</g> &amp; la casa'
    )
    # A word may take the place of a stroke: "and/or" is prose.
    assert said("the book/house", lambda _: "libro o casa") == "libro o casa"
    # It is kept out of the sight of an engine that spells all characters, too.
    assert Speaker(wordy, ES).translate("Read &amp; read").target == "Lee &amp; lee"


@pytest.mark.parametrize(
    "name", ["batch_size", "numpy.array", "日本語", "3.14", "x", "myName", "f(10)"]
)
def test_what_is_no_word_is_not_asked(name: str) -> None:
    def say(text: str) -> str:
        raise AssertionError(text)

    assert said(name, say) == name


def test_capitals_are_asked_as_a_sentence() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    assert said("DEEP LEARNING", say) == "PROFUNDO APRENDIZAJE"
    assert said("Deep Learning", say, "title") == "Profundo aprendizaje"
    assert said("Deep Zanzibar Learning", say, "title") == (
        "Profundo Zanzibar aprendizaje"
    )
    said("A GPU", say)
    assert (asked[0], asked[-1]) == ("Deep learning", "A GPU")


def test_addresses_and_signs_in_capitals_and_titles_keep_their_case() -> None:
    assert said("WORDS WITHOUT CODES AT https://X.org/a#B") == (
        "PALABRAS SIN CÓDIGOS AT https://X.org/a#B"
    )
    assert said("PLAIN WORDS: HTTPS://X.ORG/ReadMe") == (
        "SIMPLES PALABRAS: HTTPS://X.ORG/ReadMe"
    )
    assert said("Read The Book at me@x.org", kind="title") == (
        "Lee la libro at me@x.org"
    )
    # The alphabet needs the small letter alone, since that is what is asked.
    one = Speaker(spanish, ES, frozenset(ALPHABET) - {"R"})
    assert one.translate("WITHOUT RED WORDS").target == "SIN PALABRAS ROJA"


def test_a_name_keeps_its_capital_where_a_sentence_begins_small() -> None:
    assert said("the house", lambda _: "La casa") == "la casa"
    assert said("The house", lambda _: "la casa") == "La casa"
    german = Speaker(lambda _: "Haus", LanguagePair("en", "de"))
    assert german.translate("house").target == "Haus"


def test_an_answer_that_grew_is_refused() -> None:
    invented = "A casa é muito limpa e confortável."
    assert speaker(lambda _: invented).translate("Clean.") == Answer(
        None, "", sentence.GREW
    )
    # Without its full stop, the word is translated.
    bare = {"Clean.": invented, "Clean": "Limpo"}
    assert speaker(lambda text: bare[text]).translate("Clean.").target == "Limpo."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", sentence.NOTHING_SAID),
        ("...", sentence.NOTHING_SAID),
        ("uno dos tres cuatro " * 5, sentence.LOOPED),
        ("word " * 80, sentence.GREW),
        ("corto", sentence.SHRANK),
    ],
)
def test_answers_that_are_no_translations(answer: str, reason: str) -> None:
    source = "This is a sentence with more than a dozen words, each of them another."
    assert speaker(lambda _: answer).translate(source) == Answer(None, "", reason)


def test_several_sentences_are_asked_one_by_one() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    source = 'Read the book. And <g id="1">the house</g>!  Words.'
    assert said(source, say) == ('Lee la libro. Y <g id="1">la casa</g>!  Palabras.')
    assert "Read the book." in asked
    assert all(len(text) < len(source) / 2 for text in asked)


def test_long_sentences_are_cut_at_marks() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    clause = 'the <g id="{}">red house</g> of <x id="{}"/> and the book'
    clauses = [clause.format(2 * n + 1, 2 * n + 2) for n in range(60)]
    target = said(", ".join(clauses) + ".", say)
    assert target
    assert target.count("red house") == 0
    assert target.count(", ") == 59
    assert max(len(text.split()) for text in asked) <= 60
    assert not inline_codes.verify(", ".join(clauses) + ".", target)


def test_a_long_pair_is_cut_inside() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    target = said(f'<g id="1">{"the red house and " * 60}the book</g>.', say)
    assert target
    assert "red" not in target
    assert max(len(text.split()) for text in asked) <= 61


def test_terms_take_the_place_of_the_engines_own() -> None:
    terms = {"rain gauge": "pluviómetro", "book": "tomo"}
    answer = speaker(terms=terms).translate("Rain gauge and the book.")
    assert answer.target == "Pluviómetro y la tomo."


def test_binding_terms_are_never_lost() -> None:
    asked: list[str] = []

    def say(text: str) -> str:
        asked.append(text)
        return spanish(text)

    known = Terminology(ES, {"rain gauge": "pluviómetro", "book": "tomo"})
    bound = Speaker(say, ES, frozenset(ALPHABET), known, binding=True)
    source = 'Rain gauge <g id="1">of the book</g> and the rain gauge.'
    assert bound.translate(source).target == (
        'Pluviómetro <g id="1">de la tomo</g> y la pluviómetro.'
    )
    assert not any("gauge" in text for text in asked)
    assert bound.translate("Book").target == "Tomo"


def test_blanks_around_codes() -> None:
    target = respace(
        split('Call <x id="1"/> and <g id="2">x</g>.'),
        split('Llama<x id="1"/>y<g id="2"> x </g>.'),
    )
    assert join(target) == 'Llama <x id="1"/> y <g id="2">x</g> .'


def test_what_is_sound() -> None:
    source = split('The <g id="1">house</g>.')
    assert is_sound(source, split('La <g id="1">casa</g>.'))
    assert not is_sound(source, split('La casa<g id="1"></g>.'))
    assert not is_sound(source, split('La casa<g id="1">.</g>'))
    assert not is_sound(source, split("La casa."))
    assert is_sound(
        split('<g id="1"><x id="2"/></g>'), split('<g id="1"><x id="2"/></g>')
    )


def test_places_prefer_what_is_near() -> None:
    text = "casa y libro y casa"
    spans = places.units(text)
    first, last = (
        max(places.search("casa", text, spans, where)) for where in (0.0, 1.0)
    )
    assert (first.start, last.start) == (0, 15)
    assert places.search("nada", text, spans, 0.5) == []
    assert places.search(" .", text, spans, 0.5) == []


def test_places_in_a_script_without_blanks() -> None:
    text = "我们读这本书。"
    found = max(places.search("这本书", text, places.units(text), 0.7))
    assert text[found.start : found.end] == "这本书"


def test_an_article_that_gives_way_too_is_not_of_the_pair() -> None:
    said = {
        "This gives estimates of it.": "Esto da una estimación del evento.",
        "estimates": "estima",
        "This gives _1_ of it.": "Esto da _1_ evento.",
    }
    one = Speaker(lambda text: said.get(text, text), ES)
    assert one.translate('This gives <g id="1">estimates</g> of it.').target == (
        'Esto da una <g id="1">estimación</g> del evento.'
    )
    # A longer word that gives way is one of them.
    said["This gives _1_ of it."] = "Esto da _1_ de ello."
    said["This gives estimates of it."] = "Esto da una buena estimación de ello."
    one = Speaker(lambda text: said.get(text, text), ES)
    assert one.translate('This gives <g id="1">estimates</g> of it.').target == (
        'Esto da <g id="1">una buena estimación</g> de ello.'
    )


def test_pieces_that_are_one_character_each() -> None:
    zh = Speaker(
        lambda text: {"the book": "书", "Read the book.": "读书。"}.get(text, text),
        LanguagePair("en", "zh"),
    )
    assert zh.translate('Read <g id="1">the book</g>.').target == '读<g id="1">书</g>。'


def test_a_disguise_hides_nothing_that_can_be_spelt() -> None:
    parts = [Part("text", "All of it (and 5 %) is fine, e.g. 3.5 or a_b.")]
    worn = disguise.put_on(parts, frozenset(ALPHABET))
    assert worn.parts == parts
    assert not worn.hidden


def mangle(text: str, chance: random.Random) -> str:
    """Do to a text what engines do: drop, repeat, move, empty, invent."""
    words = text.split()
    for _ in range(chance.randint(0, 3)):
        if words:
            place = chance.randrange(len(words))
            words[place : place + 1] = chance.choice(
                [[], [words[place]] * 2, ["zzz"], [words[place].upper()]]
            )
    if chance.random() < 0.1:
        chance.shuffle(words)
    return "" if chance.random() < 0.05 else " ".join(words)


@FEW_HUNDRED
@given(coded_texts(), st.integers(0, 2**16), st.sampled_from(["paragraph", "title"]))
def test_whatever_an_engine_says_no_code_is_damaged(
    source: str, seed: int, kind: str
) -> None:
    chance = random.Random(seed)
    answer = speaker(lambda text: mangle(text, chance)).translate(source, kind)
    if answer.target is None:
        assert answer.note
        return
    assert not inline_codes.verify(source, answer.target)
    assert is_sound(split(source), split(answer.target))
    assert bool(answer.target.strip()) == bool(source.strip())


def test_without_a_style_codes_are_kept_in_pieces() -> None:
    way = Ways(spanish, []).translate(split('The <x id="1"/> house.'))
    assert way
    assert (join(way.target), way.name) == ('La <x id="1"/> casa.', "pieces")
    assert all("_" in style.signs or "[" in style.signs for style in STYLES)
