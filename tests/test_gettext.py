"""A project's gettext catalogues come into its editions, as Sphinx shows them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from conftest import Book, Built, Once, copy_root

from amts_sphinx.cli import main
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import (
    HUMAN,
    Code,
    Container,
    LanguagePair,
    Location,
    Segment,
    State,
)
from amts_sphinx.formats import catalogues, po_syntax, provenance
from amts_sphinx.memory.memory import Memory
from amts_sphinx.parallel.messages import pair_texts
from amts_sphinx.text import code_matching
from amts_sphinx.text.segmentation import container as split
from amts_sphinx.text.written_codes import read_written

if TYPE_CHECKING:
    from pathlib import Path

PAIR: Final = LanguagePair("en", "ja")
HEADER: Final = 'msgid ""\nmsgstr ""\n"Language: ja\\n"\n'


def catalogue(folder: Path, text: str, name: str = "index.po") -> Path:
    """Write a catalogue of messages."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEADER}\n{text}", "utf-8")
    return path


# Catalogues


def test_messages_are_sorted_by_who_made_them(tmp_path: Path) -> None:
    mark = provenance.digest("d", "D")
    own = f'# amts: {{"maker": "x 1", "state": "draft", "digest": "{mark}"}}\n'
    path = catalogue(
        tmp_path,
        'msgid "a"\nmsgstr "A"\n\n'
        '#, fuzzy\nmsgid "b"\nmsgstr "B"\n\n'
        'msgid "c"\nmsgstr ""\n\n'
        f'{own}#, fuzzy\nmsgid "d"\nmsgstr "D"\n\n'
        f'{own}#, fuzzy\nmsgid "d, changed"\nmsgstr "D"\n\n'
        f'{own}msgid "d, confirmed"\nmsgstr "D"\n\n'
        'msgid "e"\nmsgstr "e"\n\n'
        '#~ msgid "f"\n#~ msgstr "F"\n\n'
        'msgctxt "x"\nmsgid "g"\nmsgstr "G"\n\n'
        'msgid "h"\nmsgid_plural "hs"\nmsgstr[0] "H"\n',
    )
    found = catalogues.read_file(path)
    trusts = {source: entry.trust[:2] for source, entry in found.entries[""].items()}
    assert trusts == {
        "a": (HUMAN, State.REVIEWED),
        "b": ("fuzzy", State.NEEDS_REVIEW),
        "d": ("x 1", State.DRAFT),
        "d, changed": ("fuzzy", State.NEEDS_REVIEW),
        "d, confirmed": (HUMAN, State.REVIEWED),
    }
    assert found.counts == {
        "by people": 2,
        "fuzzy": 2,
        "by machines": 1,
        catalogues.EMPTY: 1,
        catalogues.COPY: 1,
        catalogues.OBSOLETE: 1,
        catalogues.CONTEXT: 1,
        catalogues.PLURAL: 1,
    }
    assert [str(each) for each in found.left] == [
        f"{path}:35: {catalogues.CONTEXT}",
        f"{path}:39: {catalogues.PLURAL}",
    ]


def test_a_damaged_message_costs_no_other(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path,
        'msgid "a"\nmsgstr "A "quoted" A"\n\n'
        'msgid "b"\nmsgstr "B\n\n'
        '#, fuzzy\nmsgid "c"\nmsgstr "C"\n\n'
        'msgid "a"\nmsgstr "again"\n\n'
        '#, fuzzy\nmsgid "d"\nmsgstr "D\\."\n\n'
        'nonsense\n"more"\n\n'
        'msgid "e"\nmsgstr "E"\n',
    )
    told: list[str] = []
    found = {
        m.source: (m.target, m.flags) for m in po_syntax.messages(path, told.append)
    }
    del found[""]
    assert found == {
        "a": ('A "quoted" A', set()),
        "b": ("B", set()),
        "c": ("C", {"fuzzy"}),
        "d": ("D\\.", {"fuzzy"}),
        "e": ("E", set()),
    }
    assert [line.partition(": ")[0].rpartition(":")[2] for line in told] == [
        "6", "9", "15", "22",
    ]  # fmt: skip


def test_what_git_could_not_merge_is_taken_from_neither_side(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path,
        "<<<<<<< HEAD\n#: a.rst:1\n=======\n#: a.rst:2\n>>>>>>> other\n"
        'msgid "a"\nmsgstr "A"\n\n'
        '<<<<<<< HEAD\nmsgid "b"\nmsgstr "B"\n=======\n'
        'msgid "b"\nmsgstr "other B"\n>>>>>>> other\n\n'
        'msgid "c"\nmsgstr "C"\n\n'
        'msgid "d"\nmsgstr ""\n"D "\n<<<<<<< HEAD\n"E"\n||||||| old\n"F"\n=======\n'
        '"G"\n>>>>>>> other\n"H"\n\n'
        "<<<<<<< HEAD\n#, fuzzy\n=======\n>>>>>>> other\n"
        'msgid "e"\nmsgstr "E"\n\n'
        'msgid "f"\nmsgstr "F"\n\n<<<<<<< HEAD\nmsgid "g"\nmsgstr "G"\n',
    )
    told: list[str] = []
    found = [m.source for m in po_syntax.messages(path, told.append)]
    assert found == ["", "a", "c", "f"]
    lines = [line.partition(": ")[0].rpartition(":")[2] for line in told]
    assert lines == ["5", "13", "27", "36", "46"]


def test_a_line_in_another_charset_costs_its_message_alone(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path,
        '# ä\nmsgid "a"\nmsgstr "A"\n\n'
        'msgid "b"\nmsgstr "ä"\n"B"\n\n'
        'msgid "c"\nmsgstr "C"\nmsgid "ä"\nmsgstr "D"\n\n'
        'msgid "e"\nmsgstr "E"\n',
    )
    path.write_bytes(path.read_text("utf-8").encode("latin1"))
    told: list[str] = []
    found = [m.source for m in po_syntax.messages(path, told.append)]
    assert found == ["", "a", "c", "e"]
    lines = [line.partition(": ")[0].rpartition(":")[2] for line in told]
    assert lines == ["5", "10", "15"]
    with pytest.raises(InterchangeError, match=":5: "):
        [*po_syntax.messages(path)]


def test_one_of_several_codes_of_a_language_is_read(tmp_path: Path) -> None:
    full = 'msgid "a"\nmsgstr "A"\n'
    for name, text in {
        "zh_CN": "",
        "zh_Hans": full,
        "zh": full,
        "no-tag!": full,
    }.items():
        catalogue(tmp_path / name / "LC_MESSAGES", text)
    (tmp_path / "de").mkdir()
    known = catalogues.folders([tmp_path, tmp_path / "none"])
    assert {tag: [each.name for each in those] for tag, those in known.items()} == {
        "zh": ["zh_CN", "zh", "zh_Hans"]
    }
    warned: list[str] = []
    tag, those = catalogues.chosen(known, "zh", warned.append)
    assert (tag, [each.name for each in those]) == ("zh", ["zh"])
    assert len(warned) == 1
    assert str(tmp_path / "zh_Hans") in warned[0]
    assert catalogues.chosen(known, "ja", warned.append) == ("ja", [])


def test_the_first_folder_counts_and_a_compiled_catalogue_will_do(
    tmp_path: Path,
) -> None:
    first, second = (tmp_path / name / "LC_MESSAGES" for name in ("1", "2"))
    catalogue(first, 'msgid "a"\nmsgstr "first"\n')
    catalogue(second, 'msgid "a"\nmsgstr "second"\n\nmsgid "b"\nmsgstr "B"\n')
    catalogue(second, 'msgid "x"\nmsgstr "X"\n', "gone.po")
    catalogue(second, 'msgid "x"\nmsgstr "X"\n', "sphinx.po")
    (first / "bad.mo").write_bytes(b"no catalogue")
    found = catalogues.read([tmp_path / "1", tmp_path / "2"], ["index", "bad"])
    targets = {source: entry.target for source, entry in found.entries["index"].items()}
    assert targets == {"a": "first", "b": "B"}
    assert [each.reason for each in found.left] == [catalogues.DAMAGED]
    [spare] = found.spare.values()
    assert spare["x"].target == "X"


# Codes


def segment(coded: str, *codes: Code) -> Segment:
    return Segment(coded, "paragraph", Location("a", 1), codes)


def empty(number: int, kind: str, equiv: str) -> Code:
    return Code(number, paired=False, kind=kind, equiv=equiv)


def test_literals_that_differ_by_a_blank_are_two() -> None:
    source = segment(
        'Both <x id="1"/> and <x id="2"/>.',
        empty(1, "literal", "Home page"),
        empty(2, "literal", "Homepage"),
    )
    target = segment(
        '<x id="1"/>と<x id="2"/>。',
        empty(1, "literal", "Homepage"),
        empty(2, "literal", "Home page"),
    )
    assert code_matching.recode(source, target, {}) == '<x id="2"/>と<x id="1"/>。'


def test_words_of_its_own_make_room_for_the_title_of_a_target() -> None:
    source = segment('See <x id="1"/>.', empty(1, "std:ref", "pump"))
    own = Code(1, paired=True, kind="std:ref", equiv="pump")
    target = segment('<g id="1">ポンプ</g>を見よ。', own)
    assert code_matching.recode(source, target, {}) is None
    assert code_matching.difference(source, target) == (
        "words of its own for std:ref pump"
    )
    likened = code_matching.likened(source, target, {})
    assert code_matching.recode(source, likened, {}) == '<x id="1"/>を見よ。'


def test_one_changed_literal_is_that_of_the_source_and_two_are_not() -> None:
    one = segment('Run <x id="1"/>.', empty(1, "literal", "python3"))
    other = segment('<x id="1"/>を走らせる。', empty(1, "literal", "python"))
    likened = code_matching.likened(one, other, {})
    assert code_matching.recode(one, likened, {}) == '<x id="1"/>を走らせる。'
    two = replace(
        one,
        source='<x id="1"/> <x id="2"/>',
        codes=(*one.codes, empty(2, "literal", "b")),
    )
    changed = replace(two, codes=(empty(1, "literal", "c"), empty(2, "literal", "d")))
    assert code_matching.likened(two, changed, {}) == changed


def test_code_in_the_translation_alone_becomes_words() -> None:
    source = segment('Run <x id="1"/> here.', empty(1, "literal", "a"))
    target = segment(
        '<x id="1"/>で<x id="2"/>を走らせる。',
        empty(1, "literal", "b & c"),
        empty(2, "literal", "a"),
    )
    assert code_matching.recode(source, target, {}) is None
    likened = code_matching.likened(source, target, {})
    assert code_matching.recode(source, likened, {}) == (
        'b &amp; cで<x id="1"/>を走らせる。'
    )


def paired(number: int, kind: str) -> Code:
    return Code(number, paired=True, kind=kind, equiv="")


ALL: Final = '<x id="1"/>と<g id="2">船</g>'


@pytest.mark.parametrize(
    ("coded", "codes", "expected"),
    [
        ("``a``と*船*", (), ALL),
        ("*船*と``a``", (), '<g id="2">船</g>と<x id="1"/>'),
        # Up to the next mark that has its blank, all was taken for code.
        (
            '<x id="1"/>と*船*',
            (empty(1, "literal", "a``と``b"),),
            '<x id="1"/>とbと<g id="2">船</g>',
        ),
        (
            '<x id="1"/>',
            (empty(1, "literal", "b``と``a``と*船*と``c"),),
            f"bと{ALL}とc",
        ),
        # A single mark for code, and one that says nothing.
        ('<g id="1">a</g>と*船*', (paired(1, "title_reference"),), ALL),
        ('``a``と*船*<g id="1">港</g>', (paired(1, "title_reference"),), f"{ALL}港"),
        # Bold for slanted.
        ('``a``と<g id="1">船</g>', (paired(1, "strong"),), ALL),
        # Not what the source has, or not as often.
        ("``b``と*船*", (), ""),
        ("``a``と``a``", (), ""),
        ("``aと*船*", (), ""),
    ],
)
def test_marks_that_were_not_read_are_the_source_s_codes(
    coded: str, codes: tuple[Code, ...], expected: str
) -> None:
    source = segment(
        '<x id="1"/> and <g id="2">ship</g>',
        empty(1, "literal", "a"),
        paired(2, "emphasis"),
    )
    written = read_written(source, segment(coded, *codes))
    assert (code_matching.recode(source, written, {}) or "") == expected


def test_addresses_and_roles_that_were_not_read_are_the_source_s_codes() -> None:
    source = segment(
        'Ask <x id="1"/>, see <x id="2"/>, <g id="3">it</g>, <g id="4">that</g>.',
        empty(1, "reference", "mailto:crew@ship.org"),
        empty(2, "py:func", "os.walk"),
        Code(3, paired=True, kind="std:ref", equiv="pump"),
        Code(4, paired=True, kind="reference", equiv="https://ship.org/?a&b"),
    )
    target = segment(
        '<x id="1"/>.org（と:func:`~os.walk`と:ref:`船 &lt;pump&gt;`と'
        "`港 &lt;https://ship.org/?a&amp;b&gt;`__）",
        empty(1, "reference", "mailto:crew@ship"),
    )
    assert code_matching.recode(source, read_written(source, target), {}) == (
        '<x id="1"/>（と<x id="2"/>と<g id="3">船</g>と<g id="4">港</g>）'
    )


def test_what_was_read_as_it_was_meant_stays() -> None:
    source = segment('Run <x id="1"/>.', empty(1, "literal", "a"))
    for target in (source, segment("``b``と*c*", empty(1, "math", "x"))):
        assert read_written(source, target) is target


def test_hollowed_codes_lose_what_is_inside() -> None:
    coded = 'a <g id="1">b <g id="2">c</g> <x id="3"/></g> <g id="4">d</g>'
    assert inline_codes.hollowed(coded, [1]) == 'a <x id="1"/> <g id="4">d</g>'
    assert inline_codes.hollowed(coded, [2]) == (
        'a <g id="1">b <x id="2"/> <x id="3"/></g> <g id="4">d</g>'
    )
    assert inline_codes.hollowed(coded, []) == coded


# Texts that are known to belong together


def text(coded: str, language: str, *codes: Code) -> Container:
    return split(segment(coded, *codes), 2, language, by_sentence=True)


def test_texts_come_sentence_by_sentence_or_whole() -> None:
    pairs = [
        ("Open the hatch. Start the pump.", "ハッチを開ける。ポンプを始動する。"),
        ("Stop the pump. Close the hatch.", "ポンプを止めてハッチを閉める。"),
        ("Read the manual.", "手引を読む。"),
    ]
    texts = [(text(mine, "en"), text(other, "ja")) for mine, other in pairs]
    first, second, third = pair_texts(texts, PAIR)
    assert first.by_sentence
    assert [(u.source, u.target) for u in first.units] == [
        ("Open the hatch.", "ハッチを開ける。"),
        ("Start the pump.", "ポンプを始動する。"),
    ]
    assert (second.units[0].source, second.units[0].target) == pairs[1]
    assert (third.units[0].source, third.units[0].target) == pairs[2]
    assert [second.by_sentence, third.by_sentence] == [False, False]


def test_what_is_left_as_it_is_stands_in_the_whole_alone() -> None:
    mine = text("The valve was mended. (PR #600)", "en")
    other = text("弁を直した。 (PR #600)", "ja")
    [found] = pair_texts([(mine, other)], PAIR)
    assert found.whole == found.units[0]
    assert all(unit.source != unit.target for unit in found.units)


def test_left_out_emphasis_is_put_back_for_a_person_to_look_at() -> None:
    mine = text('Never open <g id="1">the Hatch</g>.', "en", paired(1, "emphasis"))
    for other, expected in {
        "the Hatchを開けない。": '<g id="1">the Hatch</g>を開けない。',
        "ハッチを開けない。": '<g id="1">',
        # Something else is missing, too, or is too much.
        'ハッチを<x id="1"/>開けない。': "",
    }.items():
        codes = (empty(1, "math", "x"),) if "<x" in other else ()
        [found] = pair_texts([(mine, text(other, "ja", *codes))], PAIR)
        if not expected:
            assert (found.whole, bool(found.lost)) == (None, True)
            continue
        assert found.whole is not None
        assert expected in found.whole.target
        assert inline_codes.plain(found.whole.target) == other
        assert found.whole.state == State.NEEDS_REVIEW
        assert found.changed == "lost emphasis"


def test_prose_that_is_not_translated_is_left_to_the_engine() -> None:
    mine = text("The valve closes well. The crew opens it every day.", "en")
    other = text("弁はよく閉まります。 The crew opens it every day.", "ja")
    [found] = pair_texts([(mine, other)], PAIR)
    assert [unit.source for unit in found.units] == ["The valve closes well."]
    assert found.lost


def test_markup_that_differs_is_told() -> None:
    mine = text('Run <x id="1"/> twice.', "en", empty(1, "literal", "a"))
    [found] = pair_texts([(mine, text("二度。", "ja"))], PAIR)
    assert (found.units, found.whole, found.lost) == ((), None, "lost literal a")


# Whole books


def build_all(folder: Path) -> dict[str, Built]:
    """Build the book several times, each time with something changed."""
    book = copy_root("catalogues", folder)
    built = {
        "first": book.build("amts-ja", out="first"),
        "again": book.build("amts-ja"),
    }
    built["off"] = book.build("amts-ja", "-D", "amts_gettext=0", out="off")
    part = "locales/ja/LC_MESSAGES/part.po"
    book.change(part, "ポンプを始動します", "ポンプを動かします")
    allow = ("-D", "gettext_allow_fuzzy_translations=1")
    built["changed"] = book.build("amts-ja", *allow, out="changed")
    shutil.copyfile(book.source / part, book.source / "delivery.po")
    own = ("-D", "amts_memory_files=locales/*/LC_MESSAGES/*.po")
    built["named"] = book.build("amts-ja", *allow, *own, out="changed")
    names = ("-D", "amts_memory_files=delivery.po", "-D", "amts_gettext=0")
    built["file"] = book.build("amts-ja", *names, out="file")
    return built


@pytest.fixture(scope="module")
def built(once: Once) -> dict[str, Built]:
    """Return the builds of the book with catalogues."""
    found: dict[str, Built] = once("gettext", build_all)
    return found


PARAGRAPHS: Final = "//div[@class='body']//p"


@pytest.mark.sphinx
def test_what_sphinx_translates_comes_in(built: dict[str, Built]) -> None:
    first = built["first"]
    assert first.status == 0
    for name in ("part", "gone"):
        text = f"{name}.po:13: WARNING: the catalogue is damaged: a quote is not"
        assert text in first.warned
    assert len(first.warned.splitlines()) == 2
    paragraphs = first.text("index", PARAGRAPHS)
    assert paragraphs[:4] == [
        "井戸は水を与えます。きれいな 水を pump が汲み上げます。",
        "弁 と ポンプ と ポンプ を見てください。",
        "Nobody has translated this sentence.",
        "Nobody has to translate Python 3.",
    ]
    for words in (
        "マス。",
        "別のマス。",
        "乗組員が開け、閉めます。それから雨が降ります。",
    ):
        assert words in paragraphs
    assert first.text("index", "//span[@class='caption-text']") == [
        "人のための説明文。", "A caption without people.", "部品", "部品",
    ]  # fmt: skip
    assert first.text("index", "//meta[@name='description']/@content") == [
        "井戸の掘り方。"
    ]
    assert "図面" in first.text("index", "//img/@alt")
    assert "ポンプの頁" in first.text("index", "//div[@class='body']//a")
    assert any("水" in entry for entry in first.text("genindex", "//td"))
    assert first.text("part", "//h1")[0].startswith("ポンプ")


@pytest.mark.sphinx
def test_what_does_not_come_in_is_counted_by_reason(built: dict[str, Built]) -> None:
    said = built["first"].said
    assert "amts-ja: messages 22 by people, 1 fuzzy; 20 texts learnt" in said
    for reason in (
        "obsolete: 1",
        "no translation: 1",
        "equal to its source: 1",
        "Sphinx knows none: 1",
        "the catalogue is damaged: 2",
        "no document has it: 8",
        "no single paragraph: 1",
        "its markup is not that of its source: 1",
        # Its marks have no blanks around them.
        "published with the markup of its source: 1",
    ):
        assert reason in said
    paragraphs = built["first"].text("part", PARAGRAPHS)
    assert paragraphs == [
        "ハッチを開けます。ポンプを始動します。",
        'ポンプを止めます。ハッチを"閉めます"。',
        "A doubtful sentence.",
        "What a machine said.",
        "What a machine said, and a person changed.",
        "Lost code and more.",
        "A list follows.",
        "Homepage と Home page はどちらも名前です。",
        "船でgoを走らせ、crew@ship.org（正午）に書きます。",
        "バージョン 2.0 で変更: 弁は新しくなりました。値段は同じです。",
    ]
    marked = built["first"].text("part", "//p/em | //p/code | //p/a")
    assert marked[-3:] == ["船", "go", "crew@ship.org"]


@pytest.mark.sphinx
def test_catalogues_are_read_again_only_when_something_changed(
    built: dict[str, Built],
) -> None:
    reading = "reading the book with the catalogues"
    assert reading in built["first"].said
    assert reading not in built["again"].said
    assert "messages 22 by people" in built["again"].said
    assert built["again"].summary("ja")["recalled"] > 0
    assert reading in built["changed"].said
    assert not [*built["first"].out.parents[1].rglob("locales/**/*.mo")]


@pytest.mark.sphinx
def test_a_change_and_what_is_fuzzy_are_published_where_the_project_allows_it(
    built: dict[str, Built],
) -> None:
    paragraphs = built["changed"].text("part", PARAGRAPHS)
    assert paragraphs[0] == "ハッチを開けます。ポンプを動かします。"
    assert paragraphs[2] == "疑わしい文。"
    assert "in need of review" in built["changed"].warned


@pytest.mark.sphinx
def test_catalogues_can_be_left_out(built: dict[str, Built]) -> None:
    assert "Open the hatch. Start the pump." in built["off"].text("part", PARAGRAPHS)
    assert built["off"].summary("ja")["recalled"] == 0


@pytest.mark.sphinx
def test_the_book_s_own_catalogues_may_be_named_too(built: dict[str, Built]) -> None:
    named = built["named"]
    assert "reading the book" not in named.said
    assert "learnt" not in named.said.replace("texts learnt", "")
    assert named.summary("ja") == built["changed"].summary("ja")


@pytest.mark.sphinx
def test_a_named_file_is_looked_up_in_the_book(built: dict[str, Built]) -> None:
    paragraphs = built["file"].text("part", PARAGRAPHS)
    assert paragraphs[0] == "ハッチを開けます。ポンプを動かします。"
    assert paragraphs[7] == "Homepage と Home page はどちらも名前です。"
    assert "delivery.po: messages 8 by people, 1 fuzzy" in built["file"].said
    with Memory(built["file"].out.parents[1] / "source/.amts/memory.sqlite") as memory:
        kinds = {str(each.origin.kind): each.origin.rank for each in memory.origins()}
    assert kinds == {"file": 1, "catalogue": None}


@pytest.mark.sphinx
def test_a_book_that_cannot_be_read_in_a_language_is_built_all_the_same(
    book: Book,
) -> None:
    catalogue(book.source / "locales/ja/LC_MESSAGES", 'msgid "a"\nmsgstr "A"\n')
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write(
        "conf.py",
        f"{conf}\ndef setup(app):\n    if app.config.language == 'ja':\n"
        "        raise ValueError('no Japanese here')\n",
    )
    built = book.build("amts-ja", engine="pseudo")
    assert "the catalogues in locales/ja are not read" in built.warned
    assert "no Japanese here" in built.warned


HARBOUR: Final = {
    "index": "Harbour\n=======\n\nThe pier is long.\n\nShips rest here.\n\n"
    ".. toctree::\n\n   notes\n",
    "notes": "Notes\n=====\n\nThe tide is low. Nobody swims.\n\nBerth\n",
}
NOTES: Final = {
    "Notes": "覚え書き",
    "The tide is low. Nobody swims.": "潮が引いています。誰も泳ぎません。",
    "Berth": "船の席",
}


def messages(said: dict[str, str]) -> str:
    """Return messages as a catalogue has them."""
    return "\n".join(f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in said.items())


def harbour(folder: Path) -> tuple[Book, Path]:
    """Write a book of two pages with catalogues, and return the catalogues' folder."""
    book = Book(folder / "source")
    book.source.mkdir()
    conf = 'extensions = ["amts_sphinx"]\nlocale_dirs = ["locale"]\n'
    conf += "gettext_compact = False\n"
    conf += (
        'amts_target_languages = ["ja"]\namts_engine = "none"\namts_home_file = ""\n'
    )
    book.write("conf.py", conf)
    for name, text in HARBOUR.items():
        book.write(f"{name}.rst", text)
    there = book.source / "locale/ja/LC_MESSAGES"
    index = {
        "Harbour": "港",
        "The pier is long.": "桟橋は長い。",
        "Ships rest here.": "船が休みます。",
    }
    catalogue(there, messages(index))
    catalogue(there, messages(NOTES), "notes.po")
    return book, there


@pytest.mark.sphinx
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_book_may_get_its_first_catalogue_later(tmp_path: Path, jobs: str) -> None:
    book, _ = harbour(tmp_path)
    locale, later = book.source / "locale", tmp_path / "later"
    locale.rename(later)
    first = book.build("amts-ja", "-j", jobs)
    assert "The tide is low. Nobody swims." in first.text("notes", PARAGRAPHS)
    later.rename(locale)
    second = book.build("amts-ja", "-j", jobs)
    assert (
        second.text("notes", PARAGRAPHS)[0] == NOTES["The tide is low. Nobody swims."]
    )
    assert second.warned == ""
    # It is read again once, and not in each build.
    assert "0 added, 2 changed, 0 removed" in second.said
    assert "0 added, 0 changed, 0 removed" in book.build("amts-ja").said


@pytest.mark.sphinx
def test_a_loss_of_people_s_texts_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, there = harbour(tmp_path)
    doctor = ["doctor", "--book", str(book.source)]
    first = book.build("amts-ja")
    assert (first.status, first.warned) == (0, "")
    assert main(doctor) == 0
    told = "  catalogues of ja: locale/ja, 6 messages by people\n"
    assert told in capsys.readouterr().out
    whole = (there / "notes.po").read_text("utf-8")
    # As sphinx-intl does when a sentence has changed.
    new, old = "The tide is low. Everybody swims.", "The tide is low. Nobody swims."
    book.change("notes.rst", old, new)
    fuzzy = whole.replace(f'msgid "{old}', f'#, fuzzy\nmsgid "{new}')
    (there / "notes.po").write_text(fuzzy, "utf-8")
    changed = book.build("amts-ja")
    assert changed.warned == ""
    assert changed.text("notes", PARAGRAPHS)[0] == "潮が引いています。Everybody swims."
    book.change("notes.rst", new, old)
    # A person has doubts.
    doubt = whole.replace(f'msgid "{old}', f'#, fuzzy\nmsgid "{old}')
    (there / "notes.po").write_text(doubt, "utf-8")
    assert book.build("amts-ja").text("notes", PARAGRAPHS)[0] == old
    (there / "notes.po").write_text(whole, "utf-8")
    assert book.build("amts-ja").warned == ""
    # Lines 13 to 16 are a conflict.
    broken = whole.replace('msgid "Berth"', '<<<<<<< HEAD\nmsgid "Berth"')
    (there / "notes.po").write_text(f"{broken}>>>>>>> other\n", "utf-8")
    damaged = book.build("amts-ja")
    assert main(doctor) == 1
    assert "notes.po:11: the catalogue is damaged" in capsys.readouterr().out
    assert (
        "notes.po:11: WARNING: the catalogue is damaged: git's mark" in damaged.warned
    )
    assert "the message with 'Berth' (notes) is fuzzy, damaged, or" in damaged.warned
    expected = ["潮が引いています。誰も泳ぎません。", "船の席"]
    assert damaged.text("notes", PARAGRAPHS) == first.text("notes", PARAGRAPHS)
    assert damaged.text("notes", PARAGRAPHS) == expected
    assert book.build("amts-ja", "-W", "--keep-going").status == 1
    (there / "notes.po").write_text(whole, "utf-8")
    gone = book.build("amts-ja", "-D", "locale_dirs=nowhere")
    assert "locale_dirs: there is no folder 'nowhere'" in gone.said
    assert "locale/ja has no catalogues any more, and had 7 units" in gone.warned
    forget = ["memory", "forget", "locale/ja", "--book", str(book.source)]
    assert main(forget) == 0
    again = book.build("amts-ja", "-D", "locale_dirs=nowhere")
    assert "no catalogues any more" not in again.warned
    assert book.build("amts-ja").warned == ""
    (there / "index.po").unlink()
    assert "locale/ja has 4 units, and had 7" in book.build("amts-ja").warned


@pytest.mark.sphinx
def test_each_page_has_its_own_catalogue_and_a_renamed_one_its_former(
    tmp_path: Path,
) -> None:
    book, there = harbour(tmp_path)
    twice = "\n\nBerth\n\nOpen the gate. Mind the dog.\n"
    for name in ("index", "notes"):
        text = (book.source / f"{name}.rst").read_text("utf-8")
        book.write(f"{name}.rst", text + twice)
    (book.source / "sub").mkdir()
    book.write("sub/index.rst", f":orphan:\n\nPage\n====\n{twice}")
    own = {"index": ("錨地", "門"), "sub/index": ("船の席", "扉"), "notes": ("", "扉")}
    for name, (berth, gate) in own.items():
        path = there / f"{name}.po"
        former = path.read_text("utf-8") if path.exists() else ""
        said = {"Open the gate. Mind the dog.": f"{gate}を開けます。犬に注意。"}
        if berth:
            said["Berth"] = berth
        catalogue(there, former.removeprefix(HEADER) + messages(said), f"{name}.po")
    (book.source / "notes.rst").rename(book.source / "remarks.rst")
    book.change("index.rst", "   notes", "   remarks")
    built = book.build("amts-ja")
    assert (built.status, built.warned) == (0, "")
    assert "messages 11 by people" in built.said
    assert "no document has it" not in built.said
    assert built.text("index", PARAGRAPHS)[2:] == ["錨地", "門を開けます。犬に注意。"]
    assert built.text("sub/index", PARAGRAPHS) == ["船の席", "扉を開けます。犬に注意。"]
    remarks = ["潮が引いています。誰も泳ぎません。", "船の席", "船の席"]
    assert built.text("remarks", PARAGRAPHS) == [*remarks, "扉を開けます。犬に注意。"]
    assert built.text("remarks", "//h1")[0].startswith("覚え書き")
    catalogue(there, 'msgid "Notes"\nmsgstr ""\n', "remarks.po")
    locale = str(there.parent)
    assert main(["gettext", "fill", locale, "--book", str(book.source)]) == 0
    filled = (there / "remarks.po").read_text("utf-8")
    assert filled.removeprefix(HEADER) == '\nmsgid "Notes"\nmsgstr "覚え書き"\n'


@pytest.mark.sphinx
def test_a_refused_message_is_told_and_does_not_stay_on_purpose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, there = harbour(tmp_path)
    (book.source / "ship.png").write_bytes(b"")
    notes = f"{HARBOUR['notes']}\n``keel``\n"
    for caption in ("The ``keel`` is new.", "The mast is old."):
        notes += f"\n.. figure:: ship.png\n\n   {caption}\n"
    book.write("notes.rst", notes)
    said = {**NOTES, "``keel``": "``kiel``", "The ``keel`` is new.": "新しい。"}
    catalogue(there, messages(said), "notes.po")
    built = book.build("amts-ja")
    assert "its markup is not that of its source: 1" in built.said
    assert "holds no words, or is not translated: 1" in built.said
    assert main(["gettext", "check", "--book", str(book.source)]) == 1
    told = capsys.readouterr().out
    assert "notes.po:14: info: its text holds no words" in told
    assert "notes.po:17: error: its markup is not that of its source" in told
    report = json.loads(
        (book.source / ".amts/report/ja/report.json").read_text("utf-8")
    )
    [figures] = [each for each in report["stays"] if each["reason"] == "figure"]
    assert [each["text"] for each in figures["places"]] == ["The mast is old."]
