"""CSV and TSV: what Amazon Translate takes, what is left out, and what is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.formats import csv
from amts_sphinx.formats.csv import WriteCount

if TYPE_CHECKING:
    from pathlib import Path

EN_ZH = LanguagePair("en", "zh")


def unit(
    source: str, target: str, state: State = State.REVIEWED, maker: str = HUMAN
) -> TranslationUnit:
    return TranslationUnit(source, target, EN_ZH, maker, state)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pairs.csv"


@pytest.mark.parametrize(
    ("source", "target", "line"),
    [
        ("plain", "平", "plain,平"),
        ("a, b", "甲，乙", '"a, b",甲，乙'),
        ('say "so"', '说"是"', '"say ""so""","说""是"""'),
        ("a &amp; b &lt; c", "甲 &amp; 乙", "a & b < c,甲 & 乙"),
        ('A <g id="1">b</g> <x id="2"/>.', '<g id="1">集</g>。', "A b .,集。"),
        (" two\n  lines\u2028here ", "两\r行", "two lines here,两 行"),
        ("1 - 2 = 3 a@b", "甲+乙", "1 - 2 = 3 a@b,甲+乙"),
        ("a" * 1000, "译" * 333, "a" * 1000 + "," + "译" * 333),
    ],
)  # fmt: skip
def test_a_pair_is_a_line(path: Path, source: str, target: str, line: str) -> None:
    assert csv.write(path, [unit(source, target)], EN_ZH) == WriteCount(1)
    assert path.read_text("utf-8") == f"en,zh\n{line}\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (unit("a", " "), "wordless"),
        (unit('<x id="1"/> 12', '<x id="1"/> 12'), "wordless"),
        (unit("a" * 1001, "甲"), "too_long"),
        (unit("a", "译" * 334), "too_long"),
        (unit("+a", "甲"), "formula"),
        (unit("a", "\n- 甲"), "formula"),
        (unit('<x id="1"/> = a', '甲 = <x id="1"/>'), "formula"),
        (unit("@a, b", "甲"), "formula"),
        (unit("bell\x07", "铃"), "unprintable"),
        (unit("nul\0", "零"), "unprintable"),
        (unit("half", "半\ud800"), "unprintable"),
        (replace(unit("a", "甲"), pair=LanguagePair("de", "zh")), "foreign"),
        (unit("good", "好"), "repeated"),
        (unit("good", "坏"), "conflicting"),
    ],
)  # fmt: skip
def test_what_the_service_does_not_take_is_counted(
    path: Path, bad: TranslationUnit, reason: str
) -> None:
    found = csv.write(path, [unit("good", "好"), bad, unit("good", "好")], EN_ZH)
    expected = {"repeated": 1}
    expected[reason] = expected.get(reason, 0) + 1
    assert (found.pairs, found.left_out()) == (1, expected)
    assert path.read_text("utf-8") == "en,zh\ngood,好\n"


@pytest.mark.parametrize(
    ("units", "kept"),
    [
        ([unit("a", "乙"), unit("a", "甲"), unit("a", "甲")], "甲"),
        ([unit("a", "甲"), unit("a", "甲"), unit("a", "乙", State.APPROVED)], "乙"),
        ([unit("a", "甲", State.REVIEWED, "m"), unit("a", "乙")], "乙"),
        ([unit("a", "乙"), unit("a", "丙")], "丙"),
    ],
)
def test_of_one_source_the_best_is_kept_in_any_order(
    path: Path, units: list[TranslationUnit], kept: str
) -> None:
    for some in (units, units[::-1]):
        csv.write(path, some, EN_ZH)
        assert path.read_text("utf-8") == f"en,zh\na,{kept}\n"


def test_a_book_comes_back_in_any_format(tmp_path: Path) -> None:
    chance = random.Random(7)
    units = [
        unit(
            "w" + "".join(chance.choices("ab, é\"';&\U0001f600", k=12)).strip(), "译，"
        )
        for _ in range(500)
    ]
    expected = sorted(
        {(u.source.replace("&", "&amp;"), u.target) for u in map(_tidy, units)}
    )
    written = set()
    for name in ("a.csv", "a.tsv", "a.TAB"):
        csv.write(tmp_path / name, map(_coded, units), EN_ZH)
        found = [(u.source, u.target) for u in csv.read(tmp_path / name)]
        assert sorted(found) == expected
        chance.shuffle(units)
        csv.write(tmp_path / "again", map(_coded, units), EN_ZH, tabs=name != "a.csv")
        assert (tmp_path / "again").read_bytes() == (tmp_path / name).read_bytes()
        written.add((tmp_path / name).read_bytes())
    assert len(written) == 2


def _tidy(one: TranslationUnit) -> TranslationUnit:
    return unit(" ".join(one.source.split()), one.target)


def _coded(one: TranslationUnit) -> TranslationUnit:
    return unit(one.source.replace("&", "&amp;"), one.target)


def test_codes_are_kept_if_asked_for(path: Path) -> None:
    one = unit('A <g id="1">b</g> &amp; <x id="2"/>', '<x id="2"/>甲<g id="1">乙</g>')
    assert csv.write_table(path, [one], EN_ZH) == 1
    assert list(csv.read(path)) == [one]


def test_languages_have_the_services_names(path: Path) -> None:
    pair = LanguagePair("zh-TW", "fa-AF")
    csv.write(path, [], pair)
    assert path.read_text("utf-8") == "zh-TW,fa-AF\n"
    assert list(csv.read(path)) == []


def test_other_peoples_files_are_read(path: Path) -> None:
    path.write_bytes(
        '\ufeffEN, zh_CN,es\r\na,甲,uno\r\n\r\n,乙,b\r\nc, ,"do""s"\r\n'.encode()
    )
    skipped: list[str] = []
    found = [
        (u.source, u.target, u.pair.target)
        for u in csv.read(path, on_skip=skipped.append)
    ]
    assert found == [("a", "甲", "zh"), ("a", "uno", "es"), ("c", 'do"s', "es")]
    assert [line.removeprefix(f"{path}:") for line in skipped] == [
        "4: no text in en", "4: no text in en", "5: no text in zh"
    ]  # fmt: skip
    assert len(list(csv.read(path))) == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ":1: the first row does not name two languages"),
        (b"en\na\n", ":1: the first row does not name two languages"),
        (b"source,target\n", ":1: the first row names languages, the source's first"),
        (b"en,en\n", ":1: the first row names a language twice"),
        (b"en,zh\na,b\nc\n", ":3: 1 fields, but 2 languages in row 1"),
        (b"en,zh\na,b,c\n", ":2: 3 fields, but 2 languages in row 1"),
        (b"en,zh\na,\xe9\n", ":2: not UTF-8"),
        (b"en,zh\na,b\0\n", ":2: a NUL"),
        (b'en,zh\na,"b\nc",d\n', ":2: 3 fields, but 2 languages in row 1"),
        (b'en,zh\n"a\n\nb",c\nd\n', ":5: 1 fields, but 2 languages in row 1"),
        (b"en,zh,notes\na,b,c\n", ":1: the first row names languages, the source's"),
        (b'en,zh\na,b\nc,"d\ne,f\n', ":3: unexpected end of data"),
        (b'en,zh\na,"b"c\n', ":2: ',' expected after '\"'"),
        (b'en,zh\n"' + b"a" * 200_000 + b'",b\n', ":2: field larger than field"),
    ],
)  # fmt: skip
def test_what_is_no_parallel_data_is_refused(
    path: Path, content: bytes, fault: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(InterchangeError) as caught:
        list(csv.read(path))
    assert str(caught.value).startswith(f"{path}{fault}")


ROWS = 'en,de\n"Dig, now.",Grabe jetzt.\n'


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("utf-16"),
        ROWS.replace(",G", "\tG").replace("en,", "en\t").encode("utf-16"),
        ROWS.replace(",G", ";G").replace("en,", "en;").encode("utf-8-sig"),
        ROWS.replace(",G", "|G").replace("en,", "en|").encode(),
        b"sep=;\n" + ROWS.replace(",G", ";G").replace("en,", "en;").encode(),
        b'"sep=,"\r\n' + ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace("\n", ",,\n").encode(),
        (ROWS + ",\n,\n").encode(),
        ROWS.replace("Dig, now.", "Dig,\r\n  now.").encode(),
        ROWS.replace("en,de", " EN_us , de-DE").encode(),
        ROWS.replace("en,de", "source,target").encode(),
        ROWS.replace("en,de", "Source,Target").encode("utf-16"),
        b'context,source,target\n,"Dig, now.",Grabe jetzt.\n',
    ],
)
def test_spreadsheets_write_the_same_table_in_many_ways(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    for suffix in ("", ".tsv"):
        there = path.with_suffix(suffix or path.suffix)
        there.write_bytes(content)
        (unit,) = csv.read(there, LanguagePair("en", "de"))
        assert (unit.source, unit.target) == ("Dig, now.", "Grabe jetzt.")
        assert (unit.pair, unit.state) == (("en", "de"), State.REVIEWED)


@pytest.mark.parametrize(
    ("header", "fields", "said"),
    [
        ("fuzzy", "True", (HUMAN, State.NEEDS_REVIEW, None)),
        ("fuzzy", "False", (HUMAN, State.REVIEWED, None)),
        ("fuzzy,context", ",menu", (HUMAN, State.REVIEWED, Place(context="menu"))),
        ("Status", "Needs work", (HUMAN, State.NEEDS_REVIEW, None)),
        ("status", "translated", (HUMAN, State.REVIEWED, None)),
        ("approved", "no", (HUMAN, State.NEEDS_REVIEW, None)),
        ("Origin", "DeepL", ("mt-suggestion", State.MACHINE, None)),
        ("translator_comments", "see DeepL", (HUMAN, State.REVIEWED, None)),
    ],
)
@pytest.mark.parametrize("names", ["source,target", "en,de"])
def test_columns_beside_the_languages_say_what_a_text_is(
    path: Path, names: str, header: str, fields: str, said: tuple[object, ...]
) -> None:
    path.write_text(f"{names},{header}\nDig now.,Grabe jetzt.,{fields}\n", "utf-8")
    told: list[str] = []
    (unit,) = csv.read(path, LanguagePair("en", "de"), on_skip=told.append)
    assert (unit.maker, unit.state, unit.place) == said
    assert len(told) == (len(header.split(",")) if names == "en,de" else 0)


def test_one_row_that_cannot_be_read_stops_no_other(path: Path) -> None:
    path.write_bytes(
        b'en,de\na,b\nc\n"d" e,f\ng\xff,h\ni,j\0\nk,l,m\n"n,o\n\xfcber,p"\n'
    )
    told: list[str] = []
    (unit,) = csv.read(path, on_skip=told.append)
    assert (unit.source, unit.target) == ("a", "b")
    assert [line.removeprefix(f"{path}:").partition(":")[0] for line in told] == [
        "3", "4", "5", "6", "7", "9", "8"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('"a <x id=""1""/>",b', "2: lost code 1"),
        ("a & b,c", "2: in the source, stray '&'"),
        ("a,b < c", "2: stray '<'"),
    ],
)
def test_codes_that_are_broken_are_refused(path: Path, line: str, fault: str) -> None:
    path.write_text(f"en,zh,amts:state\n{line},reviewed\n", "utf-8")
    with pytest.raises(InterchangeError, match=fault):
        list(csv.read(path))


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match="cannot be read: No such file"):
        list(csv.read(tmp_path / "none.csv"))
    with pytest.raises(InterchangeError, match="cannot be written"):
        csv.write(tmp_path, [], EN_ZH)
    assert list(tmp_path.iterdir()) == []
