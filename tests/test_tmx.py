"""TMX: what we write comes back, and what others write is read or named as skipped."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from collections.abc import Iterator

STATM = Path("/proc/self/statm")
EN_ZH = LanguagePair("en", "zh")


def unit(source: str, target: str, maker: str = HUMAN) -> TranslationUnit:
    return TranslationUnit(source, target, EN_ZH, maker, State.REVIEWED)


def body(text: str, srclang: str = "en") -> str:
    """Return a TMX file around *text*, whose first line is line 3."""
    header = f'<header srclang="{srclang}"/>'
    return f'<tmx version="1.4">{header}\n<body>\n{text}\n</body></tmx>'


def tu(source: str, target: str) -> str:
    return (
        f'<tu><tuv xml:lang="en"><seg>{source}</seg></tuv>'
        f'<tuv xml:lang="zh"><seg>{target}</seg></tuv></tu>'
    )


def read(path: Path, content: str) -> tuple[list[TranslationUnit], list[str]]:
    """Return the units and the messages about what was skipped, without the path."""
    path.write_text(content, "utf-8")
    skipped: list[str] = []
    units = list(tmx.read(path, on_skip=skipped.append))
    assert all(message.startswith(f"{path}:") for message in skipped)
    return units, [message.removeprefix(f"{path}:") for message in skipped]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.tmx"


# There and back

TEXTS = [
    ("plain", "平"),
    ("a &amp; b &lt; c &amp;lt; d &amp;amp;", "甲 &amp; 乙 &lt;&gt; &amp;amp;"),
    ('<g id="1">all</g>', '<g id="1">全</g>'),
    ('<x id="1"/>', '<x id="1"/>'),
    ('<g id="1">a<g id="2">b</g></g>', '<g id="1"><g id="2"></g>甲</g>'),
    ('<g id="1"></g><x id="7"/>', '<x id="7"/><g id="1"></g>'),
    ('<x id="01"/>', '<x id="1"/>'),
    ('<x id="1"/><x id="1"/>', '<x id="1"/><x id="1"/>'),
    ("  blanks \t kept\n over \r lines\r\n ", " \u3000甲\u00a0 "),
    ("quotes \u201cso\u201d 'so' \"so\" \U0001f600 \u0085 \u2028", "引“号”"),
    ("]]> &lt;!-- no comment -->".replace(">", "&gt;"), "&lt;?pi?&gt;"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target"), TEXTS)
def test_texts_come_back_exactly(path: Path, source: str, target: str) -> None:
    assert tmx.write(path, [unit(source, target)], source_language="en") == 1
    assert list(tmx.read(path)) == [unit(source, target)]


def coded_text(chance: random.Random) -> tuple[str, str]:
    """Return two texts with the same codes, nested alike."""

    def grow(number: Iterator[int], depth: int) -> tuple[list[str], list[str]]:
        here, there = [], []
        for _ in range(chance.randint(0, 3)):
            word = "".join(chance.choices("ab é译\n\t\u00a0'\"]\U0001f600", k=4))
            here.append(f"{word}&amp;")
            there.append(f"&lt;{word[::-1]}")
            code = next(number)
            if depth and chance.random() < 0.5:
                inside, mirrored = grow(number, depth - 1)
                here.append(f'<g id="{code}">{"".join(inside)}</g>')
                there.append(f'<g id="{code}">{"".join(mirrored)}</g>')
            else:
                here.append(f'<x id="{code}"/>')
                there.append(f'<x id="{code}"/>')
        chance.shuffle(there)
        return here, there

    here, there = grow(iter(range(1, 1000)), 4)
    return f"source {''.join(here)}", f"译 {''.join(there)}"


def some_units(count: int) -> list[TranslationUnit]:
    chance = random.Random(7)
    made = []
    for number in range(count):
        source, target = coded_text(chance)
        maker = chance.choice([HUMAN, 'amazon:"1"\n&', "corpus 3"])
        made.append(
            TranslationUnit(
                f"{source} {number}",
                target,
                EN_ZH if chance.random() < 0.8 else LanguagePair("de", "es"),
                maker,
                chance.choice(list(State)),
                chance.choice(["", "chapter/one & <two>"]),
                None,
                chance.choice(["", 'was <x id="1"/> &amp; so ']),
            )
        )
    return made


def test_a_book_comes_back_and_is_written_the_same_again(tmp_path: Path) -> None:
    units = some_units(400)
    first, second = tmp_path / "1.tmx", tmp_path / "2.tmx"
    tmx.write(first, iter(units), source_language="en")
    again = list(tmx.read(first))
    assert set(again) == set(units)
    assert len(again) == len(units)
    random.Random(1).shuffle(again)
    tmx.write(second, again, source_language="en")
    assert first.read_bytes() == second.read_bytes()


def test_a_file_looks_like_this(path: Path) -> None:
    units = [
        unit("b", "乙"),
        TranslationUnit(
            'a <g id="1">c</g>\u2019s <x id="2"/>',
            '<x id="2"/> <g id="1">丙</g>的',
            EN_ZH,
            "amazon:1",
            State.MACHINE,
            "intro/index",
            7,
            "former",
            1000,
            2000,
        ),
    ]
    tmx.write(path, units, source_language="en")
    assert path.read_text("utf-8") == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<tmx version="1.4">\n'
        '<header creationtool="amts_sphinx" creationtoolversion="1" '
        'segtype="sentence" o-tmf="amts" adminlang="en" datatype="xml" '
        'srclang="en"/>\n'
        "<body>\n"
        '<tu creationid="amazon:1">\n'
        '  <prop type="x-amts-state">machine</prop>\n'
        '  <prop type="x-amts-document">intro/index</prop>\n'
        '  <prop type="x-amts-replaced">former</prop>\n'
        '  <prop type="x-amts-digest">7fef207c3632-bf68d55849e6</prop>\n'
        '  <tuv xml:lang="en"><seg>a <bpt i="1" x="1" type="g"/>c<ept i="1"/>\u2019s '
        '<ph x="2" type="x"/></seg></tuv>\n'
        '  <tuv xml:lang="zh"><seg><ph x="2" type="x"/> '
        '<bpt i="1" x="1" type="g"/>丙<ept i="1"/>的</seg></tuv>\n'
        "</tu>\n"
        "\n"
        '<tu creationid="human">\n'
        '  <prop type="x-amts-state">reviewed</prop>\n'
        '  <tuv xml:lang="en"><seg>b</seg></tuv>\n'
        '  <tuv xml:lang="zh"><seg>乙</seg></tuv>\n'
        "</tu>\n"
        "</body>\n"
        "</tmx>\n"
    )


def test_no_units_are_a_file_too(path: Path) -> None:
    assert tmx.write(path, [], source_language="en") == 0
    assert list(tmx.read(path)) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (unit('<x id="1"/>a', "甲"), "lost code 1"),
        (unit("a & b", "a & b"), "in the source, stray '&'"),
        (unit("a", " "), "blank"),
    ],
)
def test_what_cannot_be_kept_whole_is_named_and_the_former_file_stays(
    path: Path, bad: TranslationUnit, fault: str
) -> None:
    path.write_text("former", "utf-8")
    with pytest.raises(InterchangeError, match="cannot hold the unit") as caught:
        tmx.write(path, [unit("good", "好"), bad], source_language="en")
    assert fault in str(caught.value)
    assert repr(bad.source) in str(caught.value)
    assert path.read_text("utf-8") == "former"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (unit("bell \x07", "铃"), unit("bell ", "铃")),
        (unit("bell", "铃\x00"), unit("bell", "铃")),
        (unit("a", "甲\ufffe"), unit("a", "甲")),
        (unit("a", "\ud800甲"), unit("a", "甲")),
        (unit("a", "甲", "ma\x1fker"), unit("a", "甲", "maker")),
        (replace(unit("a", "甲"), author="x\0"), replace(unit("a", "甲"), author="x")),
        (unit("a", "\0"), None),
    ],
)
def test_control_characters_are_left_out_and_stop_no_export(
    path: Path, bad: TranslationUnit, good: TranslationUnit | None
) -> None:
    kept = [unit("good", "好"), *([good] if good else [])]
    assert tmx.write(path, [kept[0], bad], source_language="en") == len(kept)
    assert sorted(tmx.read(path), key=str) == sorted(kept, key=str)


def test_a_failure_in_the_middle_leaves_the_former_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path.write_text("former", "utf-8")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InterchangeError, match="cannot be written: No space left"):
        tmx.write(path, [unit("a", "甲")], source_language="en")
    assert path.read_text("utf-8") == "former"
    assert list(path.parent.iterdir()) == [path]


def test_directories_are_made_but_not_in_place_of_files(tmp_path: Path) -> None:
    tmx.write(tmp_path / "a" / "b.tmx", [], source_language="en")
    with pytest.raises(InterchangeError, match="cannot be written"):
        tmx.write(tmp_path / "a" / "b.tmx" / "c.tmx", [], source_language="en")
    with pytest.raises(InterchangeError, match="cannot be written"):
        tmx.write(tmp_path / "a", [], source_language="en")


# Other tools' files


@pytest.mark.parametrize(
    ("source", "target", "read_source", "read_target"),
    [
        pytest.param(
            'go <bpt i="1">&lt;b&gt;</bpt>on<ept i="1">&lt;/b&gt;</ept>',
            '<bpt i="1">&lt;b&gt;</bpt>走<ept i="1">&lt;/b&gt;</ept>',
            'go <g id="1">on</g>',
            '<g id="1">走</g>',
            id="native-code-is-no-text",
        ),
        pytest.param(
            '<bpt i="5" x="0"/>a<ept i="5"/><ph x="3"/>',
            '<ph x="3"/><bpt i="1" x="0"/>甲<ept i="1"/>',
            '<g id="1">a</g><x id="2"/>',
            '<x id="2"/><g id="1">甲</g>',
            id="numbers-of-others-are-made-ours",
        ),
        pytest.param(
            "<ph>{0}</ph> of <ph>{1}</ph>",
            "<ph>{1}</ph>之<ph>{0}</ph>",
            '<x id="1"/> of <x id="2"/>',
            '<x id="2"/>之<x id="1"/>',
            id="found-by-native-text",
        ),
        pytest.param(
            '<ph/>a<it pos="begin">x</it>b<ut>y</ut><ph>z<sub>tip</sub></ph>',
            "<ph/>甲<ut>q</ut>乙<it>r</it><ph>z<sub>提示</sub></ph>",
            '<x id="1"/>a<x id="2"/>b<x id="3"/><x id="4"/>',
            '<x id="1"/>甲<x id="2"/>乙<x id="3"/><x id="4"/>',
            id="found-by-order",
        ),
        pytest.param(
            '<ph/><bpt i="1"/>a<ept i="1"/>',
            '<bpt i="9"/>甲<ept i="9"/><ph/>',
            '<x id="1"/><g id="2">a</g>',
            '<g id="2">甲</g><x id="1"/>',
            id="order-counts-within-a-shape",
        ),
        pytest.param(
            "<hi>a <hi>b</hi></hi>",
            "<hi>甲<hi>乙</hi></hi>",
            '<g id="1">a <g id="2">b</g></g>',
            '<g id="1">甲<g id="2">乙</g></g>',
            id="hi-holds-words",
        ),
        pytest.param(
            "a<!-- not text -->b<?nor this?>c<![CDATA[<d>]]>&#38;",
            "甲",
            "abc&lt;d&gt;&amp;",
            "甲",
            id="comments-and-cdata",
        ),
    ],
)
def test_codes_of_other_tools(
    path: Path, source: str, target: str, read_source: str, read_target: str
) -> None:
    assert read(path, body(tu(source, target))) == (
        [unit(read_source, read_target)],
        [],
    )


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ("<ph/>a", "甲", "lost code 1"),
        ("a", "<ph/>甲", "foreign code 1"),
        ('<ph x="1"/>a', '<ph x="2"/>甲', "lost code 1; foreign code 2"),
        ('<ph x="2" type="x"/>', '<ph x="3" type="x"/>', "lost code 2; foreign code 3"),
        ("<hi>a</hi>", "<ph/>甲", "lost code 1; foreign code 2"),
        ('<bpt i="1"/>a', '<bpt i="1"/>甲', "<bpt> is not closed"),
        ("a", '甲<ept i="1"/>', '<ept i="1"> does not close the innermost code'),
        (
            '<bpt i="1"/><bpt i="2"/>a<ept i="1"/><ept i="2"/>',
            "甲",
            '<ept i="1"> does not close the innermost code',
        ),
        ('<hi><bpt i="1"/></hi><ept i="1"/>', "甲", "<bpt> is not closed"),
        ('<bpt i="1"/><hi><ept i="1"/></hi>', "甲", "does not close the innermost"),
        ("a <b>c</b>", "甲", "<b> inside <seg>"),
        ("a", "", "the source or the target is blank"),
        ("", "甲", "the source or the target is blank"),
    ],
)
def test_what_is_skipped_is_told_with_its_line(
    path: Path, source: str, target: str, fault: str
) -> None:
    content = body(f"{tu('good', '好')}\n{tu(source, target)}\n{tu('fine', '佳')}")
    units, skipped = read(path, content)
    assert units == [unit("good", "好"), unit("fine", "佳")]
    (message,) = skipped
    assert message.startswith("4: ")
    assert fault in message
    with pytest.raises(InterchangeError) as caught:
        list(tmx.read(path))
    assert str(caught.value) == f"{path}:{message}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<tu/>", "no usable text in a source language"),
        ('<tu><tuv xml:lang="zh"><seg>a</seg></tuv></tu>', "a source language"),
        ('<tu><tuv xml:lang="en"><seg>a</seg></tuv></tu>', "a target language"),
        ('<tu srclang="xx"><tuv/></tu>', "unknown language 'xx'"),
        (
            tu("a", "甲").replace("<tu>", '<tu><prop type="x-amts-state">?</prop>'),
            "state '?' is not one of draft, machine, needs-review, reviewed, approved",
        ),
    ],
)
def test_a_tu_without_a_unit_is_told(path: Path, text: str, fault: str) -> None:
    units, skipped = read(path, body(text))
    assert units == []
    assert [message[:3] for message in skipped] == ["3: "]
    assert fault in skipped[0]


def test_each_target_language_is_a_unit(path: Path) -> None:
    rows = [
        ("xml:lang", "ES-es", "uno"),
        ("lang", "EN-US", "one"),
        ("xml:lang", "zh-CN", "一"),
        ("xml:lang", "zh_Hant", "壹"),
        ("xml:lang", "xx", "wa'"),
        ("xml:lang", "en-GB", "one, please"),
        ("other", "de", "eins"),
    ]
    tuvs = "\n".join(f'<tuv {a}="{b}"><seg>{c}</seg></tuv>' for a, b, c in rows)
    units, skipped = read(path, body(f"<tu>\n{tuvs}\n<tuv xml:lang='fr'/></tu>"))
    assert [(u.pair.source, u.pair.target, u.source, u.target) for u in units] == [
        ("en", "es", "one", "uno"),
        ("en", "zh", "one", "一"),
        ("en", "zh-TW", "one", "壹"),
        ("en", "en-GB", "one", "one, please"),
    ]
    # Languages are looked at first, then texts.
    assert [message.partition(" ")[0] for message in skipped] == ["8:", "10:", "11:"]


@pytest.mark.parametrize(
    ("srclang", "attribute", "asked", "source"),
    [
        ("en", "", "", "en"),
        ("zh", "", "", "zh"),
        ("*all*", "", "", "en"),
        ("*ALL*", "", "zh_CN", "zh"),
        ("en", ' srclang="zh-CN"', "", "zh"),
        ("en", ' srclang="en"', "zh", "zh"),
        ("xx", "", "en", "en"),
        ("*", "", "", "en"),
        ("*", "", "zh", "zh"),
        ("", "", "zh", "zh"),
        ("und", "", "", "en"),
        ("mul", ' srclang="zh"', "", "zh"),
        ("zh", ' srclang="*all*"', "en", "en"),
    ],
)
def test_which_language_is_the_source(
    path: Path, srclang: str, attribute: str, asked: str, source: str
) -> None:
    text = tu("a", "甲").replace("<tu>", f"<tu{attribute}>")
    path.write_text(body(text, srclang), "utf-8")
    (found,) = tmx.read(path, LanguagePair(asked, ""))
    assert found.pair.source == source


def test_makers_of_other_tools_are_people(path: Path) -> None:
    content = body(tu("a", "甲").replace("<tu>", '<tu creationid="JANE" changeid="x">'))
    assert read(path, content) == ([replace(unit("a", "甲"), author="x")], [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(path: Path, encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
    path.write_bytes((text + body(tu("é", "ü"))).encode(encoding))
    assert list(tmx.read(path)) == [unit("é", "ü")]


def test_a_namespace_makes_no_difference(path: Path) -> None:
    content = body(tu("<hi>a</hi>", "<hi>甲</hi>"))
    content = content.replace("<tmx ", '<tmx xmlns="http://www.lisa.org/tmx14" ')
    assert read(path, content)[0] == [unit('<g id="1">a</g>', '<g id="1">甲</g>')]


# Files that are none

BOMB = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10)
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "not well-formed"),
        ("msgid", ":1: not well-formed"),
        (body("<tu>"), ":4: not well-formed"),
        (body(tu("a", "甲"))[:-20], "not well-formed"),
        (body(tu("a &nbsp; b", "甲")), ":3: not well-formed"),
        ("<tbx/>", ":1: the root is <tbx>, not <tmx>"),
        ("<!-- -->\n<xliff><tu/></xliff>", ":2: the root is <xliff>, not <tmx>"),
        ('<?xml version="1.0" encoding="x-77"?><tmx/>', "not well-formed"),
        (body("", "xx"), ":1: unknown language 'xx'"),
        (f"<!DOCTYPE tmx [{BOMB}]>\n{body(tu('&l9;', 'a'))}", ":2: it declares"),
        (f"<!DOCTYPE tmx [{BOMB}]>\n<tmx version='&l9;'/>", "tmx:"),
        (
            f'<!DOCTYPE tmx [<!ENTITY f SYSTEM "secret.txt">]>\n{body("&f;")}',
            ":2: it declares entities",
        ),
        (
            f'<!DOCTYPE tmx [<!ENTITY % f SYSTEM "secret.txt"> %f;]>\n{body("")}',
            ":2: it declares entities",
        ),
    ],
)
def test_what_is_no_tmx_is_refused(path: Path, content: str, fault: str) -> None:
    (path.parent / "secret.txt").write_text("the secret", "utf-8")
    path.write_text(content, "utf-8")
    with pytest.raises(InterchangeError) as caught:
        list(tmx.read(path))
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)
    assert "the secret" not in str(caught.value)


def test_a_declared_dtd_is_not_loaded_and_its_entities_are_skipped(path: Path) -> None:
    (path.parent / "tmx14.dtd").write_text('<!ENTITY e "the secret">', "utf-8")
    text = f"{tu('a &e; b', '甲')}\n{tu('good', '好')}"
    units, skipped = read(path, f'<!DOCTYPE tmx SYSTEM "tmx14.dtd">{body(text)}')
    assert units == [unit("good", "好")]
    assert skipped == ["3: &e; is not text"]


def test_bytes_that_are_not_in_the_encoding(path: Path) -> None:
    path.write_bytes(body(tu("café", "甲")).encode("gb18030"))
    with pytest.raises(InterchangeError, match=r"book\.tmx:3: not well-formed"):
        list(tmx.read(path))


def test_a_missing_file_and_a_directory(path: Path) -> None:
    with pytest.raises(InterchangeError, match=r"book\.tmx cannot be read: No such"):
        list(tmx.read(path))
    with pytest.raises(InterchangeError, match="cannot be read: Is a directory"):
        list(tmx.read(path.parent))


def resident() -> int:
    """Return the bytes of memory that this process holds, libxml2's included."""
    return int(STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATM.exists(), reason="the system does not tell")
def test_a_long_file_is_read_in_little_memory(path: Path) -> None:
    line = tu("word " * 40, "译" * 100).encode() + b"\n"
    head, _, tail = body("|").encode().partition(b"|")
    path.write_bytes(head + line * 40_000 + tail)
    before = resident()
    peak = 0
    count = 0
    for count, _ in enumerate(tmx.read(path), 1):
        if count % 1000 == 0:
            peak = max(peak, resident())
    assert count == 40_000
    assert path.stat().st_size > 20_000_000
    assert peak - before < 10_000_000
