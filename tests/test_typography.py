"""Typographic profiles: what each language changes, and what none may touch."""

from __future__ import annotations

import random

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import LanguageError
from amts_sphinx.text.typography import Profile, profile_for

ZH = profile_for("zh")
JA = profile_for("ja")
ES = profile_for("es")

CHINESE = [
    ("我们使用 Python, 然后训练.", "我们使用Python，然后训练。"),
    ("你好,世界:真的吗?是!好;", "你好，世界：真的吗？是！好；"),
    ("真的吗?! 是!!", "真的吗？！是！！"),
    ("值为3.14, 时间10:30, 共1,000个.", "值为3.14，时间10:30，共1,000个。"),
    ("见a.py, 文件.txt与v1.2.3版.", "见a.py，文件.txt与v1.2.3版。"),
    ("网址:https://a.b/c?d=e,f 好.", "网址：https://a.b/c?d=e,f好。"),
    ("使用 Python.", "使用Python。"),
    ("C++, C#, 和 R&amp;D: 好", "C++, C#，和R&amp;D：好"),
    ("若 a &lt; b, 则停 &amp; 退?", "若a &lt; b，则停 &amp; 退？"),
    ("若 a != b: 停", "若a != b：停"),
    ("词元 (token) 和(见上).", "词元（token）和（见上）。"),
    ("形状 (10, 20), 即 f(x) 之值.", "形状(10, 20)，即f(x)之值。"),
    ("(批量大小, 词数)", "（批量大小，词数）"),
    ('他说"你好"然后 "go" 走了.', "他说“你好”然后“go”走了。"),
    ("（左边)和(右边）", "（左边）和（右边）"),
    (
        "词元 “&amp;lt;eos&amp;gt;” 和&amp;amp; 好",
        "词元“&amp;lt;eos&amp;gt;”和&amp;amp; 好",
    ),
    ('5" 屏', '5" 屏'),
    ("“好”, 他说", "“好”，他说"),
    ("等等...然后…完。。。", "等等……然后……完……"),
    ("x, y, ..., z", "x, y, ..., z"),
    ("1. 标题: 内容", "1. 标题：内容"),
    ("图 1. 标题", "图1. 标题"),
    ("中 文  的 模型 。 好", "中文的模型。好"),
    ("中文 - 中文", "中文 - 中文"),
    ("有 10 个, 占 50% 的", "有10个，占50%的"),
    (
        '用 <x id="1"/>. <x id="2"/> 是函数, <x id="3"/>.',
        '用<x id="1"/>。<x id="2"/>是函数，<x id="3"/>。',
    ),
    (
        '用 <x id="1"/>, <x id="2"/>, 都有 (<x id="3"/>, <x id="4"/>).',
        '用<x id="1"/>，<x id="2"/>，都有（<x id="3"/>, <x id="4"/>）。',
    ),
    ('用<x id="1"/>, Python 很好', '用<x id="1"/>, Python很好'),
    ('第3.2节 (<x id="1"/>) 说', '第3.2节（<x id="1"/>）说'),
    ('<x id="1"/>(x, y)', '<x id="1"/>(x, y)'),
    ('见 <g id="1">第一章</g> , 好', '见<g id="1">第一章</g>，好'),
    ('见 <g id="1"> 第一章 </g> 好', '见<g id="1">第一章</g>好'),
    ('<g id="1">粗体:</g> 文本', '<g id="1">粗体：</g>文本'),
    ('用 <g id="1">Python 库</g> 的', '用<g id="1">Python库</g>的'),
    ("Hello, world. This is it (really).", "Hello, world. This is it (really)."),
    ('<x id="1"/>, <x id="2"/> and <x id="3"/>.',) * 2,
    ("已经好了，没有事。",) * 2,
    (" 好, ", " 好， "),
    ("", ""),
    ("\ue000好, 好", "\ue000好, 好"),
]
#: What keeps its full stop, and what does not; quotations with marks of two kinds.
CHINESE += [
    ("Yan et al. 提出了方法", "Yan et al. 提出了方法"),
    ("Yan et al. (2019) 提出了方法.", "Yan et al.（2019）提出了方法。"),
    ("Dr. 王来了.", "Dr. 王来了。"),
    ("甲 vs. 乙", "甲vs. 乙"),
    ("Acme Inc. 发布了它.", "Acme Inc. 发布了它。"),
    ("由 Acme Inc.", "由Acme Inc."),
    ("Ph.D. 学生, U.S. 政府", "Ph.D. 学生，U.S. 政府"),
    ("选项 A. 甲", "选项A. 甲"),
    ("我选 A.", "我选A。"),
    ("J. K. 罗琳", "J. K. 罗琳"),
    ("见 Fig. 甲和 Eq. 乙.", "见Fig. 甲和Eq. 乙。"),
    ("例如 e.g. 甲, 即 i.e. 乙, 等 etc. 都行", "例如e.g. 甲，即i.e. 乙，等etc. 都行"),
    ("答案是 No.", "答案是No。"),
    ("用 GPU. 然后停.", "用GPU。然后停。"),
    ("变量 x. 然后停.", "变量x。然后停。"),
    ('见 <g id="1">Fig.</g> 甲', '见<g id="1">Fig.</g> 甲'),
    ('他说 “你好".', "他说“你好”。"),
    ('他说 "你好”.', "他说“你好”。"),
    ("他说 „你好“.", "他说“你好”。"),
    ("他说 «你好».", "他说“你好”。"),
    ("他说 '你好'.", "他说‘你好’。"),
    ("他问: \"为什么?\" 然后'走'了.", "他问：“为什么？”然后‘走’了。"),
    ("Don't 说 'it' 好", "Don't说 'it' 好"),
    ("Er sagt „ja“ und «so».",) * 2,
]
CHINESE += [
    ("等等. . .", "等等……"),
    ("等等. . . 然后", "等等……然后"),
    ("a . . . b",) * 2,
]
CHINESE += [
    (f"{word}. 甲", f"{word}. 甲")
    for word in "Jan Sept Univ Dept Assoc Gov Capt Sect Appx ibid seq Mt Suppl".split()
]
JAPANESE = [
    ("Dr. 田中と Fig. 三.", "Dr. 田中とFig. 三。"),
    ("これは ペン です, 次.", "これはペンです、次。"),
    ("本当? はい (笑).", "本当？はい（笑）。"),
    ('値は3.14: "そう"', '値は3.14: "そう"'),
    ("Python を使う.", "Pythonを使う。"),
    ("Left in English, sorry.",) * 2,
]
SPANISH = [
    ("Hola , mundo .", "Hola, mundo."),
    ("Qué  bien  !", "Qué bien!"),
    ("El 50 % de .NET y ...", "El 50 % de .NET y ..."),
    ('uno <x id="1"/> , <g id="2">dos</g> ; fin', None),
    ("Usa a :b o « sí »",) * 2,
    (" bordes ",) * 2,
]


@pytest.mark.parametrize(("before", "after"), CHINESE)
def test_chinese(before: str, after: str) -> None:
    assert ZH.apply(before) == after


@pytest.mark.parametrize(("before", "after"), JAPANESE)
def test_japanese(before: str, after: str) -> None:
    assert JA.apply(before) == after


@pytest.mark.parametrize(("before", "after"), SPANISH)
def test_spanish(before: str, after: str | None) -> None:
    expected = 'uno <x id="1"/>, <g id="2">dos</g>; fin' if after is None else after
    assert ES.apply(before) == expected


def test_switches() -> None:
    source = '用 Python 和 <x id="1"/>, 好 的.'
    assert ZH.apply(source) == '用Python和<x id="1"/>，好的。'
    spaced = profile_for("zh", script_spacing=True)
    assert spaced.apply(source) == '用 Python 和 <x id="1"/>，好的。'
    half = profile_for("zh", fullwidth_punctuation=False)
    assert half.apply(source) == '用Python和<x id="1"/>, 好的.'


def test_traditional_chinese_has_its_own_quotes() -> None:
    assert profile_for("zh_TW").apply('他說"好".') == "他說「好」。"
    assert profile_for("zh_TW").apply("他說„好“和'走'.") == "他說「好」和『走』。"


@pytest.mark.parametrize("language", ["fr", "ru", "ko", "th", "ar"])
def test_other_languages_only_lose_repeated_blanks(language: str) -> None:
    profile = profile_for(language)
    source = '« Oui » ,  <g id="1">non</g> !  (x)'
    assert profile.apply(source, source) == '« Oui » , <g id="1">non</g> ! (x)'


@pytest.mark.parametrize(
    ("profile", "sentences", "joined"),
    [
        (ES, ["Hola.", "Adiós."], "Hola. Adiós."),
        (ES, ["Hola. ", "", " ", "Adiós."], "Hola. Adiós."),
        (ES, [], ""),
        (profile_for("th"), ["ก", "ข"], "ก ข"),
        (ZH, ["你好。", "好。"], "你好。好。"),
        (ZH, ["Hello.", "World."], "Hello. World."),
        (ZH, ["你好。", "Hello.", "好。"], "你好。Hello. 好。"),
        (ZH, ["Café", "École"], "Café École"),
        (ZH, ['<g id="1">你好。</g>', "Hello."], '<g id="1">你好。</g>Hello.'),
        (ZH, ["Hi.", '<g id="1">Go.</g>'], 'Hi. <g id="1">Go.</g>'),
        (ZH, ["Hi.", '<x id="1"/> is.'], 'Hi. <x id="1"/> is.'),
        (ZH, ["好。", '<x id="1"/>是。'], '好。<x id="1"/>是。'),
        (JA, ["はい。", "いいえ。"], "はい。いいえ。"),
    ],
)
def test_joining(profile: Profile, sentences: list[str], joined: str) -> None:
    assert profile.join(sentences) == joined


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageError):
        profile_for("xx")


PARTS = [
    *("好", "的 模型", "Python", "3.14", "x", "は", "……", "（", "）", "“", "”", "。"),
    *(
        " ",
        "  ",
        ",",
        ".",
        ":",
        ";",
        "!",
        "?",
        "(",
        ")",
        '"',
        "...",
        "…",
        "，",
        "、",
        "„",
        "«",
        "»",
    ),
    *("et al.", "Dr.", "A.", "U.S.", "'好'"),
    *("&lt;", "&amp;", "-", "%", "/", "'", "\n", "==", "10:30", "a.py"),
]


def random_text(chance: random.Random, depth: int = 0) -> str:
    """Return balanced coded text; its codes all have the number 0."""
    parts = []
    for _ in range(chance.randint(0, 9)):
        kind = chance.random()
        if kind < 0.1 and depth < 3:
            parts.append(f'<g id="0">{random_text(chance, depth + 1)}</g>')
        elif kind < 0.2:
            parts.append('<x id="0"/>')
        else:
            parts.append(chance.choice(PARTS))
    return "".join(parts)


@pytest.mark.parametrize(
    "profile", [ZH, JA, ES, profile_for("zh", script_spacing=True)]
)
def test_whatever_comes_twice_is_once_and_words_and_codes_stay(
    profile: Profile,
) -> None:
    chance = random.Random(profile.cjk)
    for _ in range(3_000):
        source = random_text(chance)
        target = profile.apply(source)
        assert profile.apply(target) == target
        assert inline_codes.verify(source, target) == ""
        assert words(source) == words(target)


def words(coded: str) -> str:
    """Return the letters and digits of *coded*, codes included."""
    return "".join(filter(str.isalnum, coded))


@pytest.mark.parametrize("language", ["zh", "yue", "yue-Hans", "nan", "lzh", "wuu"])
def test_the_chinese_languages_have_the_marks_of_chinese(language: str) -> None:
    profile = profile_for(language)
    assert profile.apply("今日 落雨,聽日 晴.") == "今日落雨，聽日晴。"
    assert profile_for("zh-Latn").apply("Jīntiān xià yǔ, 好.") == "Jīntiān xià yǔ, 好."


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        # No list has it, but in the source its stop ends nothing.
        ("The govt. of it pays.", "govt. 甲付.", "govt. 甲付。"),
        (
            "See lib. 3 and mgmt. (of it).",
            "见 lib. 甲与 mgmt. 乙",
            "见lib. 甲与mgmt. 乙",
        ),
        ('The <g id="1">govt.</g> pays.', '<g id="1">govt.</g> 甲付', None),
        # There it may end a sentence.
        ("Use Python. It is good.", "用 Python. 它好.", "用Python。它好。"),
        ("Use the govt.", "用 govt. 然后停.", "用govt。然后停。"),
    ],
)
def test_a_stop_within_the_source_s_sentence_is_no_full_stop(
    source: str, target: str, wanted: str | None
) -> None:
    assert ZH.apply(target, source) == (wanted or target)
