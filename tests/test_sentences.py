"""Sentences of a paragraph: hard cases by language, and what always holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from odd_texts import FEW_HUNDRED, coded_texts

from amts_sphinx.core import inline_codes
from amts_sphinx.text.sentences import split

#: Language and sentences: the paragraph is the sentences put together.
CASES = [
    ("en", ["One sentence only"]),
    ("en", ["See Eq. (4). ", "It has acc. on 5 runs. ", "Next Fig. 3 shows."]),
    ("en", ["Use it, e.g. here, i.e. now. ", "Version 3.11 is out. ", "It's v1.2."]),
    (
        "en",
        ["Mr. Smith came. ", "J. K. Row wrote, cf. Sec. 2. ", "Done?! ", "Yes."],
    ),
    ("en", ["Apples etc. are fine. ", "Pears etc. ", "And so on."]),
    ("en", ["Smith et al. (2019) agree. ", 'So do Wu et al. <x id="1"/> here.']),
    ("en", ["Is it? ", "No. ", 'Take No. 5, or No. <x id="1"/> there. ', "Go."]),
    ("zh", ["（左边)好。", "（右边）好。", "好（一。二)。", "完"]),
    ("en", ["Wait... what? ", "Wait... ", "Then go."]),
    ("en", ['He said "Stop." ', "Then he left. ", "(See above.) ", "Then go."]),
    ("en", ["He said “Stop.” ", "Then he left."]),
    ("en", ["“Is it?” asked Alice. ", "No."]),
    ("en", ["*Emphasis.* ", "Then go."]),
    ("en", ["We use it. ", "iOS is one. ", "It is fast. ", "numpy arrays are."]),
    ("en", ["Is a &lt; b? ", "R&amp;D says so &amp; more. ", "AT&amp;T. ", "Then."]),
    ("en", ["Lines\nbreak here. ", "And\nthere.\n", "Also here."]),
    ("en", ['The loss is <x id="1"/>. ', '<x id="2"/> denotes it. ', "See below."]),
    ("en", ['See <x id="1"/>, <x id="2"/>. ', 'In Fig. <x id="3"/> too.']),
    ("en", ['It is so.<x id="1"/> ', "Then this."]),
    ("en", ['<g id="1">Bold.</g> ', "Then this."]),
    ("en", ["First this. ", '<g id="1">Link</g>. ', '<g id="2">More</g> text.']),
    ("en", ['Read <g id="1">this one. That one</g> as well. ', "Then go."]),
    ("en", ['A <g id="1">bit <g id="2">more.</g></g> ', '<g id="3">Do</g> it.']),
    ("en", ["1. Open the door. ", "Close it."]),
    ("en", ["The end. . . ."]),
    # A mark that touches what follows, and an abbreviation that no list has.
    ("en", ["Open page.php?Id=3 and a!B now. ", "Then go."]),
    ("en", ["See App. A for it. ", "See Ref. B, too."]),
    ("en", ["Use the std. lib. of C. ", "And the pkg. of it."]),
    ("en", ["a) Open it. ", "b) Close it."]),
    ("en", ["Items: 1. one, 2. two; 3. three. ", "Use Python 3. ", "numpy does."]),
    ("fr", ["Vers 50 av. J.-C. et après. ", "Puis art. 3, al. 2, etc. ", "Ensuite."]),
    ("pt", ["O Sr. Silva, p. ex., veio no n.º 5. ", "Depois."]),
    ("sv", ["Se t.ex. fig. 3, bl.a. den, dvs. så. ", "Sedan."]),
    ("pl", ["Zobacz np. rys. 3, tzn. to, itd. ", "Potem."]),
    ("nl", ["Zie blz. 3, d.w.z. daar, enz. ", "Dan verder."]),
    ("hu", ["Lásd pl. a 3. ábrát, stb. ", "Aztán."]),
    ("cs", ["Viz např. obr. 3, tj. tento, atd. ", "Dále."]),
    ("ru", ["Коты и т. д. ", "Потом пришли."]),
    ("ur", ["یہ ہے۔ ", "وہ ہے۔"]),
    ("am", ["ሰላም። ", "እንዴት ነህ።"]),
    ("el", ["Αλήθεια; ", "Ναι."]),
    ("el", ["Αλήθεια\u037e ", "Ναι, έλα"]),
    ("yue", ["今日落雨。", "聽日晴天！", "係咩？", "係"]),
    ("lzh", ["子曰。", "然也。"]),
    ("zh", ["你好。", "我们走吧！", "好吗？", "好"]),
    ("zh", ["真的……", "下一句。", "他说：“好！”", "然后走了。"]),
    ("zh", ["“我好！”他说。", "『好。』", "然后"]),
    ("zh", ["（见上。）", "然后我们。", "文本（见上。另见下。）然后继续。", "完"]),
    (
        "zh",
        ['我们用<x id="1"/>。', '<x id="2"/>好。', '<g id="3">对。</g>', "好"],
    ),
    ("zh", ["准确率为3.14。", "见第 3.2 节。", "A.B 是类。"]),
    ("zh-TW", ["「好。」", "他走了。"]),
    ("ja", ["これはペンです。", "「はい。」と言った。", "本当？", "そうです（笑）。"]),
    ("es", ["El Sr. López vino. ", "¿Qué tal? ", "¡Bien! ", "P. ej. esto."]),
    ("es", ["Véase la fig. 3. ", "Los EE. UU. son. ", "Dijo «Sí.» ", "Hola."]),
    ("de", ["Am 3. Mai kam er. ", "Das ist z. B. gut, d. h. so. ", "Vgl. Abb. 3."]),
    ("de", ["Im 19. Jahrhundert war es. ", "„Ja.“ ", "Er ging. ", "Das ist Nr. 5."]),
    ("fr", ["M. Dupont est là. ", "Cf. fig. 3. ", "Il dit « Oui. » ", "Puis il part."]),
    ("fr", ["Vraiment ? ", "P. ex. ceci."]),
    ("ru", ["Это т. е. так. ", "См. рис. 3. ", "Да. ", "А. С. Пушкин писал. ", "Да."]),
    ("ru", ["В 1999 г. он ушёл. ", "Стол и т. д. тоже."]),
    ("tr", ["İyi. ", "Şimdi bkz. Şek. 3. ", "Öyle mi? ", "Prof. Dr. Ali geldi."]),
    ("ko", ["안녕하세요. ", "반갑습니다."]),
    ("hi", ["यह है। ", "वह है।"]),
]

#: A title, a label or a quotation with a mark of its own; abbreviations before brackets
#: and numbers; references in brackets; other scripts.
AMID = [
    ("en", ['Read <g id="1">What is rain?</g> first.']),
    ("en", ['Is it <g id="1">really so?</g> ', "Yes."]),
    ("en", ['<g id="1">Why does it rain?</g> ', "Because of clouds."]),
    ("en", ['<g id="1">What is rain?</g> explains it.']),
    ("en", ["He asked why? and left."]),
    ("en", ["See Fig. (3) and Eq. [4] now."]),
    ("en", ["About approx. (5) and No. (7) are."]),
    ("en", ["Use etc. (see below) or vs. 3 too."]),
    ("en", ["See Sec. 3 and sec. (4)."]),
    ("en", ["See e.g. (Smith 2019) and i.e. [3]."]),
    ("en", ["Smith et al. (2019) and Wu et al. [3] agree."]),
    ("en", ["Use Ch. 3, vol. 4, ed. 2, p. 5, pp. 6 and no. 7."]),
    ("en", ["Acme Inc. (2019) sold it. ", "Then it died."]),
    ("en", ["Ver. 3.1 of max. 5 and min. 10 is."]),
    ("en", ["It is 5 a.m. (UTC) now."]),
    ("en", ["Ask Dr. (Ms.) Smith. ", "Go."]),
    ("en", ['Press <g id="1">Run!</g> To start it again.']),
    ("en", ["It is iOS? ", "iOS is."]),
    ("en", ['"Really?" he said. ', '"Yes!" she said.']),
    ("en", ["Yahoo! is a firm. ", "Go!"]),
    ("en", ["See ref. [3] for more. ", "Then Refs. [4] too."]),
    ("en", ["See Appx. A and App. B. ", "Then go."]),
    ("en", ["In the U.S. (and E.U.) it is."]),
    ("en", ["See Thm. 3 (cf. Lem. 4)."]),
    ("en", ['See <g id="1">Yahoo Inc.</g> for it.']),
    ("en", ['Write <g id="1">stop.</g> in it.']),
    ("zh", ['阅读<g id="1">什么是雨？</g>再继续。']),
    ("zh", ['他问<g id="1">多少？</g>还是<g id="2">多少个？</g>的问题。']),
    ("zh", ['<g id="1">什么是雨？</g>', "请看。"]),
    ("zh", ["Yan et al. (2019) 提出了方法。", "然后呢。"]),
    ("zh", ["见 Fig. 3 和 Eq. (4)。", "好。"]),
    ("zh", ["甲 vs. 乙很好。"]),
    ("zh", ["Dr. 王来了。", "他走了。"]),
    ("zh", ['他问"多少？"的问题。']),
    ("zh", ['他说"好。"', "然后走了。", "我也走。"]),
    ("zh", ["“多少？”或“多少个？”的问题。"]),
    ("zh", ["他问‘多少？’的问题。"]),
    ("zh", ["Acme Inc. 发布了它。"]),
    ("zh", ["U.S. 政府。"]),
    ("zh", ["用 Yahoo! 搜索。", "好。"]),
    ("zh", ["见第 No. 5 页。"]),
    ("zh", ["他说「好！」", "然后走。"]),
    ("ja", ['<g id="1">雨とは何か？</g>を読む。']),
    ("ja", ["「なぜ？」と聞いた。"]),
    ("ja", ['まず<g id="1">雨とは？</g>を読む。']),
    ("ja", ["Yahoo!は会社。"]),
    ("ja", ["Dr. 田中が来た。"]),
    ("ja", ["本当?", "はい。"]),
    ("ko", ['먼저 <g id="1">비란 무엇인가?</g>를 읽으세요.']),
    ("ko", ['<g id="1">비란 무엇인가?</g>를 읽으세요.']),
    ("ko", ['"왜?" 라고 물었다. ', "갔다."]),
    ("ko", ["Dr. 김이 왔다. ", "갔다."]),
    ("ko", ["예를 들어 No. (5)는."]),
    ("ko", ["왜? ", "몰라요."]),
    ("th", ['อ่าน <g id="1">ฝนคืออะไร?</g> ก่อน']),
    ("th", ["ดร. สมชาย มา"]),
    ("th", ["พ.ศ. 2560 และ ค.ศ. 2017"]),
    ("th", ["ทำไม? ", "ไม่รู้"]),
    ("ar", ['اقرأ <g id="1">ما هو المطر؟</g> أولا.']),
    ("ar", ["لماذا؟ ", "لا أعرف. ", "نعم."]),
    ("ar", ["قال د. أحمد نعم. ", "ثم ذهب."]),
    ("ar", ["انظر Fig. 3 الآن."]),
    ("hi", ['पहले <g id="1">बारिश क्या है?</g> पढ़ें।']),
    ("hi", ["डॉ. राम आए। ", "वे गए।"]),
    ("hi", ["क्यों? ", "पता नहीं।"]),
    ("hi", ["Fig. 3 देखें।"]),
    ("hi", ["पृ. 5 देखें।"]),
    ("el", ['Διάβασε <g id="1">Τι είναι η βροχή;</g> πρώτα.']),
    ("el", ["Τι είναι; ", "Είναι βροχή. ", "Ναι."]),
    ("el", ["Δες π.χ. αυτό και κ.λπ. εδώ."]),
    ("el", ["Βλ. σελ. 5 και εικ. (3)."]),
    ("el", ["Ο κ. Νίκος ήρθε. ", "Έφυγε."]),
    ("el", ["Ο Δρ. Νίκος ήρθε."]),
    ("es", ['Lee <g id="1">¿Qué es la lluvia?</g> primero.']),
    ("es", ["¿Qué? dijo él."]),
    ("es", ["Véase la fig. (3) y el cap. 4. ", "Luego."]),
    ("es", ["El Dr. (Sr.) López vino."]),
    ("es", ["Aprox. (5) y núm. [3] o pág. 5."]),
    ("es", ["¿Cuánto? o ¿cuántos? preguntas."]),
    ("es", ["Acme S.A. (2019) vendió. ", "Sí."]),
    ("de", ['Lies <g id="1">Was ist Regen?</g> zuerst.']),
    ("de", ["Siehe Abb. (3) und Kap. [4], Nr. (5)."]),
    ("de", ["Ca. (5) und z. B. (3) und d. h. [4]."]),
    ("de", ["Er fragte: „Warum?“ und ging."]),
    ("de", ['Lies <g id="1">Was ist?</g> Kapitel 3 auch.']),
    ("fr", ['Lisez <g id="1">Qu’est-ce que la pluie ?</g> d’abord.']),
    ("fr", ["« Vraiment ? » dit-il. ", "Oui."]),
    ("fr", ["Vraiment\xa0? ", "Oui."]),
    ("fr", ["Voir fig. (3) et chap. [4], p. ex. (5)."]),
    ("fr", ["M. Dupont et Mme. Durand."]),
    ("ru", ['Прочтите <g id="1">Что такое дождь?</g> сначала.']),
    ("ru", ["См. рис. (3) и гл. [4]. ", "Да."]),
    ("ru", ["Что? спросил он."]),
    ("ar", ['قال: "لماذا؟" ثم ذهب. ', "نعم."]),
    ("ar", ["سأل «لماذا؟» ثم ذهب."]),
    ("ar", ["هل أنت هنا؟ ", "نعم."]),
    ("hi", ['उसने पूछा "क्यों?" और गया।']),
    ("ko", ['그는 "왜?"라고 물었다.']),
    ("ko", ['"왜?" 라고 물었다. ', "갔다."]),
    ("ko", ["‘왜?’ 하고 물었다."]),
    ("th", ['เขาถาม "ทำไม?" แล้วไป']),
    ("th", ["เขาถาม “ทำไม?” แล้วไป"]),
    ("el", ["Ρώτησε «γιατί;» και έφυγε. ", "Ναι."]),
    ("es", ["Dijo «¿Por qué?» y se fue. ", "Sí."]),
    ("es", ['Preguntó "¿Por qué?" ', "Luego se fue."]),
    ("zh", ["什么是《谁？》一书。"]),
    ("en", ["Wu et al. [3]. ", "Then go."]),
    ("en", ["It is so. [4] ", "Then go."]),
    ("en", ["Is it eBay? ", "eBay it is. ", "Is it? ", "(It is.) ", "Why? (or how)"]),
    ("en", ['<g id="1">“Why?”</g> she asked. ', "No."]),
]


@pytest.mark.parametrize(("language", "sentences"), CASES + AMID)
def test_sentences(language: str, sentences: list[str]) -> None:
    assert split("".join(sentences), language) == sentences


@pytest.mark.parametrize("coded", ["", " ", ".", "...", '<x id="1"/>', "No end"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_split(coded: str, language: str) -> None:
    assert split(coded, language) == ([coded] if coded else [])


def test_a_long_remainder_is_not_scanned_again_and_again() -> None:
    assert len(split("Go. " * 5_000, "en")) == 5_000
    assert len(split("." * 20_000, "en")) == 1
    assert len(split("好。（" * 5_000, "zh")) == 5_000
    assert len(split("好。" * 5_000, "zh")) == 5_000


@FEW_HUNDRED
@given(
    coded_texts(),
    st.integers(0, 40),
    st.sampled_from("en zh zh-TW ja de es fr it pt ru tr th ar hi ko xx".split()),
)
@example("Pump.  Then rest.", 30, "en")
@example("  .  a", 30, "es")
def test_odd_texts_are_split_without_loss(
    coded: str, blanks: int, language: str
) -> None:
    coded = coded.replace("  ", " " * blanks)
    sentences = split(coded, language)
    assert "".join(sentences) == coded
    assert all(sentences)
    for sentence in sentences:
        inline_codes.structure(sentence)


WORDS = [
    "Go",
    "it",
    "e.g.",
    "Eq.",
    "x.",
    "End.",
    "Why?",
    "“Yes.”",
    "(No.)",
    "1.",
    "&lt;",
]
HAN = [
    "好",
    "走。",
    "吗？",
    "“是。”",
    "（见。）",
    "……",
    "，",
    "3.14",
    "&amp;",
    "」",
    "Go.",
]


def random_text(chance: random.Random, words: list[str], depth: int = 0) -> str:
    """Return balanced coded text; its codes all have the number 0."""
    parts = []
    for _ in range(chance.randint(0, 6)):
        kind = chance.random()
        if kind < 0.2 and depth < 3:
            inside = random_text(chance, words, depth + 1)
            parts.append(f'<g id="0">{inside}</g>')
        elif kind < 0.35:
            parts.append('<x id="0"/>')
        else:
            parts.append(chance.choice(words))
        parts.append(chance.choice(["", " ", " ", "\n", "  "]))
    return "".join(parts)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", WORDS), ("de", WORDS), ("zh", HAN), ("ja", HAN), ("xx", WORDS + HAN)],
)
def test_whatever_comes_nothing_is_lost_and_each_is_balanced(
    language: str, words: list[str]
) -> None:
    chance = random.Random(language)
    for _ in range(1_500):
        coded = random_text(chance, words)
        sentences = split(coded, language)
        assert "".join(sentences) == coded
        for sentence in sentences:
            inline_codes.structure(sentence)
            assert sentence.strip() or len(sentences) == 1
        for sentence in sentences[1:]:
            assert "<x" in sentence or any(
                map(str.isalnum, inline_codes.plain(sentence))
            )
            assert not sentence[0].isspace()
