"""Blanks at the borders of codes: what is mended, what is left, and what is shown."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import FEW_HUNDRED, coded_texts, translations

from amts_sphinx.core import inline_codes
from amts_sphinx.text import code_borders, entities
from amts_sphinx.text.code_borders import rules_for
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import repair

DIG = 'I rake and <g id="1">you dig</g> today.'
PAGE = 'Read <g id="1">the page</g> first.'
SEE = 'See <x id="1"/>, then <x id="2"/>.'
QUOTED = 'Read "<g id="1">this</g>" (or <x id="2"/>).'

#: Language, source, target as an engine gives it, and as it is published.
GLUED = [
    (
        "de",
        DIG,
        'Ich harke und<g id="1">du gräbst</g>heute.',
        'Ich harke und <g id="1">du gräbst</g> heute.',
    ),
    ("es", PAGE, 'Lee<g id="1">la página</g>.', 'Lee <g id="1">la página</g>.'),
    ("fr", PAGE, 'Lisez<g id="1">la page</g>.', 'Lisez <g id="1">la page</g>.'),
    (
        "el",
        PAGE,
        'Διάβασε<g id="1">τη σελίδα</g>πρώτα.',
        'Διάβασε <g id="1">τη σελίδα</g> πρώτα.',
    ),
    (
        "ru",
        PAGE,
        'Прочтите<g id="1">страницу</g>сначала.',
        'Прочтите <g id="1">страницу</g> сначала.',
    ),
    (
        "hi",
        PAGE,
        'पहले<g id="1">पृष्ठ</g>पढ़ें।',
        'पहले <g id="1">पृष्ठ</g> पढ़ें।',
    ),
    (
        "ar",
        PAGE,
        'اقرأ<g id="1">الصفحة</g>أولا.',
        'اقرأ <g id="1">الصفحة</g> أولا.',
    ),
    ("he", PAGE, 'קראו<g id="1">את הדף</g>.', 'קראו <g id="1">את הדף</g>.'),
    ("ko", PAGE, '먼저<g id="1">문서</g>를 읽기', '먼저 <g id="1">문서</g>를 읽기'),
    ("ko", PAGE, '<g id="1">문서</g>먼저읽으세요', '<g id="1">문서</g> 먼저읽으세요'),
    ("pt", SEE, 'Veja<x id="1"/>e<x id="2"/>.', 'Veja <x id="1"/> e <x id="2"/>.'),
    ("it", SEE, 'Ecco <x id="1"/><x id="2"/>.', 'Ecco <x id="1"/> <x id="2"/>.'),
    (
        "de",
        '<g id="1">One</g> <g id="2">two</g>',
        '<g id="1">Eins</g><g id="2">zwei</g>',
        '<g id="1">Eins</g> <g id="2">zwei</g>',
    ),
    ("en", '用<g id="1">耙</g>耙地', 'A<g id="1">rake</g>rakes', None),
    ("de", '<g id="1">First</g> rake.', 'Harke<g id="1">zuerst</g>.', None),
    ("de", 'A (<g id="1">red</g>) one', 'Ein<g id="1">roter</g>.', None),
    ("zh", PAGE, 'Sphinx<g id="1">first</g>', 'Sphinx <g id="1">first</g>'),
]
COMMA = 'Water it, <g id="1">then rake</g> (or dig) – or <g id="2">rest.</g> Go.'
GLUED += [
    # A mark that touches a code, where the source has a blank between.
    (
        "de",
        COMMA,
        'Gieße,<g id="1">harke</g>(oder grabe) – oder <g id="2">ruhe.</g>Geh.',
        'Gieße, <g id="1">harke</g> (oder grabe) – oder <g id="2">ruhe.</g> Geh.',
    ),
    (
        "es",
        '<g id="1">Rake</g> – or dig; <x id="2"/> (all) “<g id="3">too</g>” now',
        '<g id="1">Rastrilla</g>– o cava;<x id="2"/>(todo) “<g id="3">sí</g>” hoy',
        '<g id="1">Rastrilla</g> – o cava; <x id="2"/> (todo) “<g id="3">sí</g>” hoy',
    ),
    ("he", PAGE, 'קרא<g id="1">את הדף</g>עכשיו.', 'קרא <g id="1">את הדף</g> עכשיו.'),
    (
        "es",
        'Words <g id="1"><x id="2"/><g id="3"></g></g>',
        '<g id="1"><x id="2"/><g id="3"></g></g>palabras',
        '<g id="1"><x id="2"/><g id="3"></g></g> palabras',
    ),
    ("cs", PAGE, 'Čti <g id="1">ji</g>v knize.', 'Čti <g id="1">ji</g> v knize.'),
    ("es", PAGE, 'Lee <g id="1">la</g>y ve.', 'Lee <g id="1">la</g> y ve.'),
]
TORN = [
    ("de", QUOTED, 'Lies " <g id="1">dies</g> " oder ( <x id="2"/> ).', None),
    ("de", QUOTED, 'Lies "<g id="1"> dies </g>" oder(<x id="2"/>).', None),
    ("de", PAGE, 'Lies <g id="1"> die Seite </g> .', 'Lies <g id="1">die Seite</g>.'),
    ("es", PAGE, 'Lee <g id="1">la página </g>ya', 'Lee <g id="1">la página</g> ya'),
    ("es", 'Is it <x id="1"/>?', '¿ <x id="1"/> ?', '¿<x id="1"/>?'),
    ("it", PAGE, 'Apri l\' <g id="1">atto</g>.', 'Apri l\'<g id="1">atto</g>.'),
    ("fr", PAGE, 'Lisez d’ <g id="1">abord</g>.', 'Lisez d’<g id="1">abord</g>.'),
    ("de", '<x id="1"/>-based', '<x id="1"/> -basiert', '<x id="1"/>-basiert'),
    ("es", 'non-<x id="1"/>', 'no- <x id="1"/>', 'no-<x id="1"/>'),
    ("ko", PAGE, '<g id="1">문서</g> 를 읽기', '<g id="1">문서</g>를 읽기'),
    ("ar", SEE, 'انظر ب <x id="1"/> و <x id="2"/>.', None),
    ("hi", SEE, '<x id="1"/> और <x id="2"/> ।', '<x id="1"/> और <x id="2"/>।'),
    ("th", PAGE, 'อ่าน <g id="1"> เอกสาร </g> ก่อน', 'อ่าน<g id="1">เอกสาร</g>ก่อน'),
    ("zh", PAGE, '先读 <g id="1"> 这页 </g> 。', '先读<g id="1">这页</g>。'),
    ("ja", PAGE, 'まず <g id="1"> 頁 </g> を読む', 'まず<g id="1">頁</g>を読む'),
    ("de", 'a<g id="1">b</g>', ' <g id="1"> B</g>', '<g id="1">B</g>'),
    (
        "de",
        'The <x id="1"/>s are.',
        'Die <x id="1"/> s sind.',
        'Die <x id="1"/>s sind.',
    ),
    (
        "de",
        'A “<g id="1">b</g>” c',
        'Ein „<g id="1">b</g> “ c',
        'Ein „<g id="1">b</g>“ c',
    ),
]
LEFT = [
    (
        "en",
        'Call <x id="1"/>(x), or <g id="2">f</g>(y).',
        'So <x id="1"/>(x), <g id="2">f</g>(y).',
    ),
    ("en", 'A — <g id="1">b</g> — c', 'A—<g id="1">b</g>—c'),
    (
        "zh",
        'Water it, <g id="1">rake</g> (all) now',
        '浇水，<g id="1">耙地</g>（全部）',
    ),
    ("de", 'v1.<x id="1"/> and 3,<x id="2"/>', 'v1.<x id="1"/> und 3,<x id="2"/>'),
    ("he", 'in <x id="1"/> and <x id="2"/>', 'ב<x id="1"/> ול<x id="2"/>'),
    ("ar", 'in <x id="1"/> and <x id="2"/>', 'في <x id="1"/> وال<x id="2"/>'),
    ("cs", 'The <x id="1"/>s of it', 'Ten <x id="1"/> s ním'),
    ("de", 'un<g id="1">believ</g>able', 'un<g id="1">glaub</g>lich'),
    ("de", 'H<g id="1">2</g>O', 'H<g id="1">2</g>O'),
    ("de", 'All <x id="1"/>s', 'Alle <x id="1"/>s'),
    ("de", '<x id="1"/>-based', '<x id="1"/>basiert'),
    ("es", '<x id="1"/>/<x id="2"/>', '<x id="1"/>/<x id="2"/>'),
    ("de", '#17: <x id="1"/> works', '#17: <x id="1"/> geht'),
    ("de", 'so: <g id="1">now</g>', 'so: <g id="1">jetzt</g>'),
    ("de", 'a / <x id="1"/>', 'ein / <x id="1"/>'),
    ("de", 'users\' <x id="1"/>', 'Nutzer\' <x id="1"/>'),
    ("de", 'pre- <g id="1">and</g> on', 'vor- <g id="1">und</g> nach'),
    ("en", '“<x id="1"/>” and ‘<x id="2"/>’ a', '‘<x id="2"/>’ “<x id="1"/>” A'),
    ("es", PAGE, 'Lee <g id="1">la página</g>s.'),
    ("de", PAGE, 'Lies <g id="1">die Seite</g>n zuerst.'),
    ("ko", PAGE, '<g id="1">문서</g>를 읽기'),
    ("ko", SEE, '<x id="1"/>에서는 <x id="2"/>입니다'),
    ("tr", PAGE, 'Önce <g id="1">sayfa</g>yı oku.'),
    ("fi", SEE, 'Katso <x id="1"/>ssa, <x id="2"/>.'),
    ("ar", PAGE, 'اقرأ ال<g id="1">صفحة</g> أولا.'),
    ("he", PAGE, 'קראו ב<g id="1">דף</g>.'),
    ("zh", PAGE, '先读<g id="1">这页</g>。'),
    ("ja", PAGE, '<g id="1">このページ</g>を先に読む。'),
    ("th", PAGE, 'อ่าน<g id="1">หน้านี้</g>ก่อน'),
    ("fr", PAGE, 'Lisez <g id="1">la page</g> !'),
    ("fr", PAGE, 'Lisez «\u00a0<g id="1">la page</g>\u00a0»\u202f!'),
    ("de", 'a ( <g id="1">b</g> )', 'a ( <g id="1">b</g> )'),
    ("de", 'a<g id="1"> b </g>c', 'a<g id="1"> b </g>c'),
    ("de", PAGE, 'Lies „<g id="1">die</g>“ <g id="2">Seite</g>'),
    ("de", SEE, 'Siehe <x id="1"/> .NET <x id="2"/>.'),
]


def mended(language: str, source: str | None, target: str) -> str:
    return code_borders.mend(target, source, rules_for(language))


@pytest.mark.parametrize(("language", "source", "target", "right"), GLUED + TORN)
def test_what_is_glued_or_torn_is_mended(
    language: str, source: str, target: str, right: str | None
) -> None:
    made = mended(language, source, target)
    assert made != target
    assert right in {None, made}
    assert mended(language, source, made) == made
    assert "".join(made.split()) == "".join(target.split())
    assert code_borders.faults(target, source, rules_for(language))
    assert not code_borders.faults(made, source, rules_for(language))


def test_each_border_of_a_text_is_mended() -> None:
    assert (
        mended("de", *TORN[0][1:3]) == 'Lies "<g id="1">dies</g>" oder (<x id="2"/>).'
    )
    assert mended("de", *TORN[1][1:3]) == 'Lies "<g id="1">dies</g>" oder(<x id="2"/>).'
    assert mended("en", *GLUED[13][1:3]) == 'A <g id="1">rake</g> rakes'


@pytest.mark.parametrize(("language", "source", "target"), LEFT)
def test_what_the_language_wants_is_left(
    language: str, source: str, target: str
) -> None:
    assert mended(language, source, target) == target
    assert profile_for(language).apply(target, source) == target


def test_without_a_source_every_border_is_one_between_words() -> None:
    assert mended("de", None, 'un<g id="1">ein</g>') == 'un <g id="1">ein</g>'
    assert mended("zh", None, '用<g id="1">耙</g>耙') == '用<g id="1">耙</g>耙'


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2007", "\u2009", "\u3000"])
def test_blanks_of_a_kind_of_their_own_are_characters(blank: str) -> None:
    target = f'Lies{blank}<g id="1">{blank}die{blank}</g>{blank}!'
    assert mended("de", PAGE, target) == target


#: Source, target as an engine gives it, and as it is published.
ENTITIES = [
    ("R&amp;D", "F&amp;amp;E", "F&amp;E"),
    ("R&amp;D", "F&amp;amp;amp;E", "F&amp;E"),
    ("a &lt; b", "a &amp;lt; b", "a &lt; b"),
    ("a &lt; b", "a &amp;amp;lt; b", "a &lt; b"),
    ('say "a"', "di &amp;quot;a&amp;quot;", 'di "a"'),
    ("it's", "l&amp;#39;a", "l'a"),
    ("it's", "l&amp;#x27;a", "l'a"),
    ("it's", "l&amp;apos;a", "l'a"),
    ("10 km", "10&amp;nbsp;km", "10\u00a0km"),
    ("later", "plus tard&amp;nbsp;!", "plus tard\u00a0!"),
    ("more", "d&amp;eacute;j&amp;agrave;", "déjà"),
    ('<x id="1"/> &amp; b', '<x id="1"/> &amp;amp; b', '<x id="1"/> &amp; b'),
]
KEPT = [
    ("Write &amp;amp; here", "Schreib &amp;amp; hier"),
    ("Write &amp;lt; or &amp;#60;", "Schreib &amp;lt; oder &amp;#60;"),
    ("R&amp;D", "F&amp;E"),
    ("a", "&amp;nosuch; &amp;; &amp; &amp;#0; &amp;#xd800;"),
    ("a", "AT&amp;T; b"),
    ("a", "x&amp;&amp;y;"),
    ("&lt;g id=1&gt;", "&lt;g id=1&gt;"),
]


@pytest.mark.parametrize(("source", "target", "right"), ENTITIES)
def test_an_entity_that_is_escaped_twice_is_its_character(
    source: str, target: str, right: str
) -> None:
    assert entities.resolve(source, target) == right
    assert entities.doubled(source, target)
    assert not entities.doubled(source, right)


@pytest.mark.parametrize(("source", "target"), KEPT)
def test_an_entity_that_is_meant_is_kept(source: str, target: str) -> None:
    assert entities.resolve(source, target) == target


LANGUAGES = "de fr es el ru tr fi ar he hi th ko ja zh zh-TW en".split()
#: What generated targets are made of: words of all scripts, marks and blanks.
PARTS = (
    "und Seite l' d’ - ' . , ! ? : ( ) [ ] « » “ ” \" „ ¿ 用 页 。 ， （ ） 「 」 ペ"
    " ージ は อ่าน น้ำ 문서 를 에서 पृष्ठ । الصفحة ب و ؟ ב את 3 3.14 _ a.b &amp;"
    " &lt; &amp;amp; \u00a0 \u202f \u200b \u3000 \u0301 é x"
).split(" ")


def unit(chance: random.Random) -> tuple[str, str]:
    """Return a coded source, and what a careless engine makes of it."""
    count = chance.randint(0, 5)
    numbers = list(range(1, count + 1))
    shapes = {number: chance.choice("gx") for number in numbers}

    def text() -> str:
        words = (chance.choice(PARTS) for _ in range(chance.randint(0, 3)))
        return "".join(chance.choice(["", " ", "  "]) + word for word in words)

    def code(number: int) -> str:
        if shapes[number] == "x":
            return inline_codes.empty(number)
        inside = "" if chance.random() < 0.1 else text()
        return f"{inline_codes.opening(number)}{inside}</g>"

    source = text() + "".join(code(number) + text() for number in numbers)
    chance.shuffle(numbers)
    return source, text() + "".join(code(number) + text() for number in numbers)


@FEW_HUNDRED
@given(st.integers(0, 2**32))
def test_ten_thousand_careless_targets(seed: int) -> None:
    """No exception, no damaged code, no word changed; twice is as once."""
    chance = random.Random(seed)
    for _ in range(50):
        language = chance.choice(LANGUAGES)
        source, target = unit(chance)
        fault = inline_codes.verify(source, target)
        assert bool(inline_codes.emptied(source, target)) == bool(fault)
        profile = profile_for(language)
        resolved = entities.resolve(source, target)
        made = profile.apply(resolved, source)
        assert inline_codes.compare(source, made) == ""
        assert inline_codes.emptied(source, made) == inline_codes.emptied(
            source, resolved
        )
        assert repair.mend(made) == made
        text, rules = code_borders._Text(target), rules_for(language)  # noqa: SLF001
        slowly = list(code_borders._faults(text, source, rules))  # noqa: SLF001
        assert code_borders.faults(target, source, rules) == (
            slowly if "<" in target else []
        )
        assert mended(language, source, mended(language, source, target)) == mended(
            language, source, target
        )
        assert letters(mended(language, source, target)) == letters(target)


@FEW_HUNDRED
@given(st.data(), st.sampled_from(LANGUAGES))
def test_odd_targets_keep_their_codes(data: st.DataObject, language: str) -> None:
    source = data.draw(coded_texts())
    target = data.draw(translations(source))
    made = mended(language, source, target)
    assert inline_codes.compare(source, made) == ""
    assert letters(made) == letters(target)
    assert mended(language, source, made) == made


def letters(coded: str) -> str:
    """Return *coded* without ordinary blanks."""
    return "".join(c for c in coded if c not in inline_codes.BLANKS)
