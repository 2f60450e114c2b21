"""Catalogues are filled in place, with the markup of their messages, and checked."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from babel.messages import pofile
from conftest import Book, Once, copy_root

from amts_sphinx.cli import main
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.core.units import Severity, State
from amts_sphinx.doctree.messages import Span, Written
from amts_sphinx.formats import catalogues, po_syntax
from amts_sphinx.formats.po_editor import USUAL, Filling, Standing, fill
from amts_sphinx.formats.provenance import Trust, digest
from amts_sphinx.report import catalogue_faults
from amts_sphinx.report.catalogue_faults import CatalogueFault
from amts_sphinx.writers import heads, myst, restructuredtext, smart_marks
from amts_sphinx.writers.names import NOQA, SOURCE

MACHINE: Final = Trust("engine 1", State.MACHINE)


# The editor of catalogues


def filled(
    text: str,
    *,
    which: frozenset[Standing] = USUAL,
    maker: Trust | None = MACHINE,
    word: str = "T",
) -> str:
    """Return a catalogue with *word* and the source wherever it may be filled."""
    data, _ = fill(
        text.encode(), lambda each: Filling(f"{word} {each.source}", maker), which
    )
    return data.decode()


def test_only_what_is_filled_changes() -> None:
    text = (
        '# A project\nmsgid ""\nmsgstr ""\n"Language: ja\\n"\n\n'
        '#. note\n#: a.rst:1\nmsgid "a"\nmsgstr ""\n\n'
        '#: b.rst:2\n#, no-wrap\nmsgid ""\n"b "\n"c"\nmsgstr ""\n\n'
        'msgid "d"\nmsgstr "D"\n\n\n'
        'msgctxt "x"\nmsgid "e"\nmsgstr ""\n\n'
        'msgid "f"\nmsgid_plural "fs"\nmsgstr[0] ""\n\n'
        '#~ msgid "g"\n#~ msgstr ""\n'
    )
    after = filled(text)
    note_a, note_b = (line for line in after.splitlines() if "amts:" in line)
    expected = text.replace(
        '#. note\n#: a.rst:1\nmsgid "a"\nmsgstr ""\n',
        f'{note_a}\n#. note\n#: a.rst:1\n#, fuzzy\nmsgid "a"\nmsgstr "T a"\n',
    ).replace(
        '#: b.rst:2\n#, no-wrap\nmsgid ""\n"b "\n"c"\nmsgstr ""\n',
        f'{note_b}\n#: b.rst:2\n#, fuzzy, no-wrap\nmsgid ""\n"b "\n"c"\n'
        'msgstr "T b c"\n',
    )
    assert after == expected
    assert note_a.startswith("# amts: machine engine 1 ")


def test_what_a_person_made_has_no_mark_and_line_ends_stay() -> None:
    text = 'msgid "a"\r\nmsgstr ""\r\n\r\n#, fuzzy\r\nmsgid "b"\r\nmsgstr "?"\r\n'
    assert filled(text, maker=None) == text.replace('""', '"T a"')
    assert filled(text, maker=None, which=frozenset(Standing)) == (
        'msgid "a"\r\nmsgstr "T a"\r\n\r\n'
        '# amts, formerly: ?\r\nmsgid "b"\r\nmsgstr "T b"\r\n'
    )


FUZZY: Final = USUAL | {Standing.MACHINE}


def test_a_person_s_fuzzy_text_is_replaced_only_if_that_is_asked_for() -> None:
    """A translator marks own work so, and gettext does where the source changed."""
    text = '#, fuzzy\nmsgid "a"\nmsgstr "mine"\n'
    assert filled(text) == filled(text, which=FUZZY) == text
    replaced = filled(text, which=frozenset(Standing))
    assert "# amts, formerly: mine\n" in replaced
    assert 'msgstr "T a"' in replaced


def test_the_machine_s_text_is_made_anew_where_its_source_changed() -> None:
    machine = filled('msgid "a"\nmsgstr ""\n')
    assert filled(machine, word="U") == machine
    anew = filled(machine, word="U", which=FUZZY)
    assert 'msgstr "U a"' in anew
    assert anew.count("amts") == 1
    moved = machine.replace('msgid "a"', 'msgid "b"')
    assert 'msgstr "U b"' in filled(moved, word="U")
    assert filled(moved, which=frozenset({Standing.EMPTY})) == moved
    touched = moved.replace("T a", "T a, by me")
    assert filled(touched, which=FUZZY) == touched


def test_what_a_person_made_loses_the_machine_s_mark() -> None:
    machine = filled('#. x\nmsgid "a"\nmsgstr ""\n')
    person = filled(machine, maker=None, word="P", which=FUZZY)
    assert person == '#. x\nmsgid "a"\nmsgstr "P a"\n'


@pytest.mark.parametrize("maker", ["engine", "a-long-name-of-an-engine/" * 4 + "1"])
@pytest.mark.parametrize("width", [40, 76])
def test_a_marker_is_read_and_replaced_though_it_was_wrapped(
    tmp_path: Path, maker: str, width: int
) -> None:
    trust = Trust(maker, State.MACHINE)
    path = tmp_path / "a.po"
    path.write_text(filled('# mine\nmsgid "a"\nmsgstr ""\n', maker=trust), "utf-8")
    with path.open("rb") as stream:
        catalogue = pofile.read_po(stream)
    with path.open("wb") as stream:
        pofile.write_po(stream, catalogue, width=width)
    assert catalogues.read_file(path).entries[""]["a"].trust == trust
    again = filled(path.read_text("utf-8"), which=FUZZY, word="U")
    notes = [line for line in again.splitlines() if line.startswith("# ")]
    assert [note for note in notes if "amts" in note or "engine" in note] == [
        note for note in notes if note.startswith("# amts: machine engine 1 ")
    ]
    assert "# mine" in notes
    assert not any("." in note and "amts" not in note for note in notes[-2:])


def test_markers_of_former_versions_are_read_and_replaced(tmp_path: Path) -> None:
    mark = digest("a", "T a")
    old = (
        '# amts: {"maker": "engine 1", "state": "machine", "digest":\n'
        f'# "{mark}"}}\n# mine\n#, fuzzy\nmsgid "a"\nmsgstr "T a"\n'
    )
    path = tmp_path / "a.po"
    path.write_text(old, "utf-8")
    assert catalogues.read_file(path).entries[""]["a"].trust == MACHINE
    again = filled(old, which=FUZZY).splitlines()
    assert again[1:] == ["# mine", "#, fuzzy", 'msgid "a"', 'msgstr "T a"']
    assert len(again[0]) < 70


def test_long_texts_are_wrapped_as_the_file_is() -> None:
    words = "word " * 30
    wrapped = f'msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr "{words}"\n'
    long, _ = fill(wrapped.encode(), lambda _: Filling(words))
    assert long.decode().count("\n") == wrapped.count("\n")
    short, _ = fill(b'msgid "a"\nmsgstr ""\n', lambda _: Filling(words))
    assert short.decode().startswith('msgid "a"\nmsgstr ""\n"word word')


def test_a_message_keeps_its_placeholders() -> None:
    text = '#, python-format\nmsgid "%(n)s wells"\nmsgstr ""\n'
    lost, count = fill(text.encode(), lambda _: Filling("井戸"))
    assert (lost.decode(), count) == (text, [])
    kept, count = fill(text.encode(), lambda _: Filling("井戸 %(n)s"))
    assert (len(count), "井戸 %(n)s" in kept.decode()) == (1, True)


def test_what_is_filled_is_read_back_as_the_machine_s(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_text(filled('msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr ""\n'), "utf-8")
    found = catalogues.read_file(path).entries[""]
    assert {entry.trust for entry in found.values()} == {MACHINE}
    confirmed = path.read_text("utf-8").replace("#, fuzzy\n", "", 1)
    path.write_text(confirmed.replace("T b", "T B"), "utf-8")
    found = catalogues.read_file(path).entries[""]
    assert [found[each].trust.maker for each in "ab"] == ["human", "fuzzy"]


# reStructuredText


def span(kind: str, raw: str, words: str = "", *, hole: bool = False) -> Span:
    return Span(bool(words), kind, raw, words, hole)


def rst(message: str, coded: str, *spans: Span, references: str = "translated") -> str:
    return restructuredtext.render(coded, message, Written(spans, ()), references)


LITERAL: Final = span("literal", "``x``")
TERM: Final = span("pending_xref", ":term:`valve`", "valve")


@pytest.mark.parametrize(
    ("message", "coded", "spans", "expected"),
    [
        ("Run ``x``.", '<x id="1"/>を走らせる', [LITERAL], "``x``\\ を走らせる"),
        ("Run ``x``.", 'これ<x id="1"/>、', [LITERAL], "これ\\ ``x``、"),
        ("A :term:`valve`.", '<g id="1">valve</g>', [TERM], ":term:`valve`"),
        ("A :term:`valve`.", '<g id="1">弁</g>', [TERM], ":term:`弁 <valve>`"),
        (
            "See `the pump`_.",
            '<g id="1">ポンプ</g>',
            [span("reference", "`the pump`_", "the pump")],
            "`ポンプ <the pump_>`_",
        ),
        (
            "See pump_.",
            '<g id="1">ポンプ</g>',
            [span("reference", "pump_", "pump")],
            "`ポンプ <pump_>`_",
        ),
        (
            "See `a <https://b.example>`__.",
            '<g id="1">c</g>',
            [span("reference", "`a <https://b.example>`__", "a")],
            "`c <https://b.example>`__",
        ),
        (
            "An :abbr:`RH (relative humidity)`.",
            '<g id="1">湿度</g>',
            [span("abbreviation", "", "RH")],
            ":abbr:`湿度 (relative humidity)`",
        ),
        (
            ":numref:`Figure %s <f>`",
            '<g id="1">図<x id="2"/></g>',
            [span("pending_xref", "", "Figure %s"), span("", "%s", hole=True)],
            ":numref:`図%s <f>`",
        ),
        (
            "Choose :menuselection:`File --> Save`.",
            '<g id="1">Archivo ‣ Guardar & ver</g>.',
            [span("inline", "File ‣ Save", "File ‣ Save")],
            ":menuselection:`Archivo --> Guardar && ver`.",
        ),
        (
            "A |thing|.",
            '<x id="1"/>です',
            [span("generated", "|thing|")],
            "|thing|\\ です",
        ),
        (
            'See `the "big" pump`_.',
            '<g id="1">the "big" pump</g>',
            [span("reference", '`the "big" pump`_', "the “big” pump")],
            '`the "big" pump`_',
        ),
        (
            "**a** *b*",
            '<g id="2">乙</g><g id="1">甲</g>',
            [span("strong", "**a**", "a"), span("emphasis", "*b*", "b")],
            "*乙*\\ **甲**",
        ),
        ("a", "a * b | c` d_ e\\", [], "a \\* b \\| c\\` d\\_ e\\\\"),
        ("a", "1. a", [], "\\1. a"),
        ("a", "- a", [], "\\- a"),
        ("a", "see https://a.example and a@b.example", [],
         "see \\https://a.example and \\a@b.example"),
    ],
)  # fmt: skip
def test_codes_are_written_as_in_the_message(
    message: str, coded: str, spans: list[Span], expected: str
) -> None:
    assert rst(message, coded, *spans) == expected


def test_what_cannot_be_written_is_refused() -> None:
    strong = span("strong", "**a**", "a")
    with pytest.raises(MarkupError, match="within markup"):
        rst("**a** ``x``", '<g id="1">a<x id="2"/></g>', strong, LITERAL)
    with pytest.raises(MarkupError, match="no piece of markup"):
        rst("no markup", '<x id="1"/>', LITERAL)


def test_only_links_that_take_words_get_words_of_their_own() -> None:
    """A role that a project has written itself may fail with them."""
    link = span("reference", ":bug:`600`", "bug-600")
    written = Written((link,), ())
    message = "See :bug:`600`."
    same = '<g id="1">bug-600</g>。'
    assert restructuredtext.render(same, message, written) == ":bug:`600`。"
    other = '<g id="1">故障600</g>。'
    with pytest.raises(MarkupError, match="may not take words"):
        restructuredtext.render(other, message, written)
    assert (
        restructuredtext.render(other, message, written, extlinks={"bug"})
        == ":bug:`故障600 <600>`。"
    )


def test_a_text_within_one_markup_gets_it_back() -> None:
    written = Written((), (("strong", "**All of it.**"),))
    assert restructuredtext.render("全部", "**All of it.**", written) == "**全部**"


def test_named_references_may_keep_their_words_or_be_silent() -> None:
    named = span("reference", "`the pump`_", "the pump")
    coded = '<g id="1">ポンプ</g>です'
    assert rst("`the pump`_", coded, named, references=SOURCE) == "`the pump`_\\ です"
    assert rst("`the pump`_", coded, named, references=NOQA).endswith(" # noqa")
    word = span("reference", "pump_", "pump")
    assert rst("pump_", coded, word, references=NOQA).endswith(" # noqa")
    alias = span("reference", "`the pump <pump_>`_", "the pump")
    assert rst(alias.raw, coded, alias, references=NOQA).endswith(" # noqa")
    address = span("reference", "`a <https://b.example>`_", "a")
    assert not rst(address.raw, coded, address, references=NOQA).endswith("noqa")
    same = '<g id="1">the pump</g>です'
    assert not rst("`the pump`_", same, named, references=NOQA).endswith("noqa")


@pytest.mark.parametrize(
    ("target", "message", "locale", "expected"),
    [
        ('«so <g id="1">be</g> it» – d’ici…', "\"a\" -- 'b'...", "es",
         "\"so <g id=\"1\">be</g> it\" -- d'ici..."),
        ("«a» – b", '"a" - b', "es", '"a" – b'),
        # Sphinx would make other quotes of the plain ones.
        ("“a”", '"a"', "es", "“a”"),
    ],
)  # fmt: skip
def test_marks_are_plain_where_sphinx_makes_the_same_of_them(
    target: str, message: str, locale: str, expected: str
) -> None:
    assert smart_marks.undone(target, message, "qDe", locale) == expected


def test_marks_stay_where_sphinx_changes_none() -> None:
    assert smart_marks.undone("«a»", '"a"', "", "es") == "«a»"


# Markdown


def markdown(message: str, coded: str, *paired: bool, around: int = 0) -> str:
    spans = tuple(Span(each, "", "", "", is_hole=False) for each in paired)
    written = Written(spans, (("strong", ""),) * around)
    return myst.render(coded, message, written, frozenset())


@pytest.mark.parametrize(
    ("message", "coded", "paired", "expected"),
    [
        ("Run `x`.", '<x id="1"/>を', [False], "`x`を"),
        ("[a](b.md) c", '丙<g id="1">甲</g>', [True], "丙[甲](b.md)"),
        ("[a](b.md 'T')", '<g id="1">甲</g>', [True], '[甲](b.md "T")'),
        ("_a_ b", '乙<g id="1">甲</g>', [True], "乙*甲*"),
        ("**a** b", '乙<g id="1">「甲」</g>丙', [True], "乙 **「甲」** 丙"),
        ("{ref}`a` b", '<x id="1"/>乙', [False], "{ref}`a`乙"),
        ("<https://a.example> b", '<x id="1"/>乙', [False], "<https://a.example>乙"),
        ("![a](b.png) c", '<x id="1"/>丙', [False], "![a](b.png)丙"),
        ("`a` `b`", '<x id="2"/><x id="1"/>', [False, False], "`b` `a`"),
        (
            "***a*** b",
            '<g id="1"><g id="2">甲</g></g>',
            [True, True],
            "***甲***",
        ),
        ("a", "# a * b [c] _d_ $e$", [], "\\# a \\* b \\[c\\] \\_d\\_ \\$e\\$"),
        ("a", "1. a", [], "1\\. a"),
    ],
)
def test_markdown_is_written_as_in_the_message(
    message: str, coded: str, paired: list[bool], expected: str
) -> None:
    assert markdown(message, coded, *paired) == expected


def test_markdown_that_is_not_as_its_codes_is_refused() -> None:
    with pytest.raises(MarkupError, match="more pieces"):
        markdown("`a` `b`", '<x id="1"/>', False)  # noqa: FBT003
    with pytest.raises(MarkupError, match="fewer pieces"):
        markdown("a", '<x id="1"/>', False)  # noqa: FBT003
    assert markdown("**All.**", "全部", around=1) == "**全部**"


# Whole books

EMPTIED: Final = ("The pump", "Both ``Home page`` and ``Homepage`` are names.")


def fill_book(folder: Path) -> tuple[Book, str, str]:
    """Fill the catalogues of a book; return it with the messages before and after."""
    book = copy_root("catalogues", folder)
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write("conf.py", conf.replace('"none"', '"pseudo"'))
    part = book.source / "locales/ja/LC_MESSAGES/part.po"
    # It has people's texts for some of what is to be filled.
    part.with_name("gone.po").unlink()
    text = part.read_text("utf-8")
    for source in EMPTIED:
        before, _, after = text.partition(f'msgid "{source}"\nmsgstr "')
        text = f'{before}msgid "{source}"\nmsgstr "{after.partition(chr(10))[0][-1:]}'
        text += "\n" + after.partition("\n")[2]
    part.write_text(text, "utf-8")
    book.change("locales/ja/LC_MESSAGES/index.po", '"マス。"', '":nosuch:`マス`。"')
    locale = str(book.source / "locales/ja")
    assert main(["gettext", "fill", locale, "--book", str(book.source)]) == 0
    return book, text, part.read_text("utf-8")


@pytest.fixture(scope="module")
def after(once: Once) -> tuple[Book, str, str]:
    """Return a book whose catalogues are filled, with a catalogue before and after."""
    found: tuple[Book, str, str] = once("gettext-fill", fill_book)
    return found


@pytest.mark.sphinx
def test_a_book_s_empty_messages_are_filled(after: tuple[Book, str, str]) -> None:
    book, before, text = after
    path = book.source / "locales/ja/LC_MESSAGES/part.po"
    messages = {m.source: m for m in po_syntax.messages(path, lambda _: None)}
    for source in EMPTIED:
        assert messages[source].target
        assert "fuzzy" in messages[source].flags
        assert any("pseudo" in note for note in messages[source].notes)
    assert "``Homepage``" in messages[EMPTIED[1]].target
    kept = [line for line in text.splitlines() if line in before.splitlines()]
    gone = [line for line in before.splitlines() if line not in text.splitlines()]
    assert gone == ['msgstr ""'] or not gone
    assert [line for line in before.splitlines() if line in kept] == [
        line for line in before.splitlines() if line not in gone
    ]


@pytest.mark.sphinx
def test_what_the_engine_filled_is_its_own_in_the_edition(
    after: tuple[Book, str, str],
) -> None:
    book, _, _ = after
    fuzzy = ("-D", "gettext_allow_fuzzy_translations=1")
    ours = book.build("amts-ja", *fuzzy, out="ours")
    doctrees = str(book.doctrees.with_name("native"))
    native = book.build(
        "html", "-D", "language=ja", *fuzzy, "-d", doctrees, out="native"
    )
    assert "by machines" in ours.said
    expression = "//div[@class='body']//*[self::h1 or self::p]"
    mine, other = (
        ["".join(each.split()) for each in built.text("part", expression)]
        for built in (ours, native)
    )
    for place in (0, -1):
        assert mine[place] == other[place]
        assert not mine[place].isascii()


@pytest.mark.sphinx
def test_a_check_tells_file_line_and_rule(
    after: tuple[Book, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    book, _, _ = after
    command = ["gettext", "check", "--book", str(book.source), "--format", "json"]
    assert main(command) == 1
    found = capsys.readouterr()
    rows = json.loads(found.out)
    assert {row["rule"] for row in rows} >= {"syntax", "markup", "not-shown"}
    # What Sphinx says of a fault that is told already stands there.
    assert not any(row["rule"] == "sphinx" for row in rows)
    [role] = [row for row in rows if "nosuch" in row["message"]]
    assert "; Sphinx: " in role["message"]
    assert (role["severity"], role["path"].rpartition("/")[2]) == ("error", "index.po")
    lines = Path(role["path"]).read_text("utf-8").splitlines()
    assert lines[role["line"] - 1] == 'msgid "A cell."'
    assert all(row["path"].endswith(".po") for row in rows)
    assert "there are errors" in found.err


def test_a_folder_that_is_no_language_s_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conf.py").write_text("", "utf-8")
    (tmp_path / "ja").mkdir()
    command = ["gettext", "fill", str(tmp_path / "ja"), "--book", str(tmp_path)]
    assert main(command) == 1
    assert "has no LC_MESSAGES" in capsys.readouterr().err
    missing = ["gettext", "fill", str(tmp_path / "fr"), "--book", str(tmp_path)]
    assert main(missing) == 1
    assert "fr does not exist" in capsys.readouterr().err
    assert main([*command, "--limit", "-1"]) == 1
    assert "--limit must be" in capsys.readouterr().err
    assert main(["gettext", "check", "--book", str(tmp_path)]) == 1
    assert "amts_target_languages" in capsys.readouterr().err


# The forms of a check

FAULTS: Final = [
    CatalogueFault("markup", Severity.ERROR, "a:b.po", 3, "lost 100%\nof it"),
    CatalogueFault("no-document", Severity.INFO, "c.po", 0, "gone"),
]


def test_faults_have_forms_for_tools() -> None:
    table = catalogue_faults.as_table(FAULTS).splitlines()
    assert table[-1] == "c.po: info: gone [no-document]"
    assert json.loads(catalogue_faults.as_json(FAULTS))[0]["severity"] == "error"
    [run] = json.loads(catalogue_faults.as_sarif(FAULTS))["runs"]
    first, second = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert (first["level"], place["region"]) == ("error", {"startLine": 3})
    assert second["level"] == "note"
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert catalogue_faults.as_github(FAULTS).splitlines() == [
        "::error file=a%3Ab.po,line=3,title=amts markup::lost 100%25%0Aof it",
        "::notice file=c.po,title=amts no-document::gone",
    ]


# Damaged markup


def boats(folder: Path, catalogue: str, name: str = "index.rst", text: str = "") -> str:
    """Write a book with one page and one catalogue; return its folder."""
    folder = folder / "source"
    folder.mkdir()
    extensions = ["amts_sphinx", *(["myst_parser"] if name.endswith(".md") else [])]
    conf = f'extensions = {extensions}\namts_home_file = ""\nlanguage = "en"\n'
    conf += 'amts_target_languages = ["es"]\namts_engine = "pseudo"\n'
    (folder / "conf.py").write_text(conf, "utf-8")
    (folder / name).write_text(text, "utf-8")
    path = folder / "locales/es/LC_MESSAGES/index.po"
    path.parent.mkdir(parents=True)
    path.write_text(catalogue, "utf-8")
    return str(folder)


@pytest.mark.sphinx
def test_a_mark_that_is_no_markup_is_told_and_nothing_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (
        "Boats\n=====\n\nTwenty *euros* per night.\n\nA |thing| floats.\n\n"
        ".. |thing| replace:: boat\n"
    )
    said = (
        'msgid "Twenty *euros* per night."\nmsgstr "Veinte *euros por noche."\n\n'
        'msgid "A |thing| floats."\nmsgstr "Un |cosa| flota."\n'
    )
    book = boats(tmp_path, said, text=page)
    assert main(["gettext", "check", "--book", book, "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["rule"] for row in rows] == ["damaged-markup"] * 2
    assert [row["line"] for row in rows] == [1, 4]
    assert "'*' is no markup: it is not published" in rows[0]["message"]
    assert "'|cosa|' is no markup, and readers see it" in rows[1]["message"]
    built = Book(Path(book)).build("amts-es")
    assert "index.po:1: WARNING: its markup is damaged" in built.warned
    assert "in need of review" not in built.warned


@pytest.mark.sphinx
def test_a_warning_about_markdown_is_at_its_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "# Boats\n\nThey float.\n\nThey sail.\n"
    said = (
        'msgid "Boats"\nmsgstr "Barcos"\n\n'
        'msgid "They sail."\nmsgstr "Navegan {nosuch}`x`."\n'
    )
    book = boats(tmp_path, said, "index.md", page)
    main(["gettext", "check", "--book", book, "--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    assert {row["line"] for row in rows} == {4}
    assert sum("nosuch" in row["message"] for row in rows) == 1


# What is told of a round


@pytest.mark.sphinx
def test_a_round_tells_its_limit_its_changes_and_how_to_undo_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "Boats\n=====\n\nThey all float.\n\nThey sail.\n\nThey sink.\n"
    said = "".join(
        f'msgid "{text}"\nmsgstr ""\n\n'
        for text in ("Boats", "They all float.", "They sail.")
    )
    said += '#, fuzzy\nmsgid "They sink."\nmsgstr "Se hunden."\n'
    book = boats(tmp_path, said, text=page)
    locale = Path(book, "locales/es")
    path = locale / "LC_MESSAGES/index.po"
    command = ["gettext", "fill", str(locale), "--book", book]

    def told(*options: str) -> list[str]:
        assert main([*command, *options]) == 0
        return capsys.readouterr().out.splitlines()

    estimate = told("--limit", "4", "--estimate")
    assert estimate[0] == "2 messages with 4 words would be filled"
    left = "stopped at the limit of 4 words: 1 messages with 2 words are left"
    assert estimate[-1] == left
    assert path.read_text("utf-8") == said

    first = told("--limit", "4")
    assert "2 messages filled by the engine, 0 from people's texts; 4 words" in first
    assert first[-1] == left
    [undo] = [line for line in first if line.startswith("to undo it: cp -r ")]
    kept, folder = shlex.split(undo.partition("cp -r ")[2])
    assert Path(folder) == locale
    assert (Path(kept) / "LC_MESSAGES/index.po").read_text("utf-8") == said

    told()
    after = path.read_text("utf-8")
    again = told()
    assert again[:2] == [
        "no file has changed",
        "0 messages filled by the engine, 0 from people's texts; 0 words",
    ]
    assert again[2].startswith("1 fuzzy messages stay as they are: a person wrote")
    assert path.read_text("utf-8") == after

    replaced = told("--replace-people")
    assert replaced[2].startswith("1 of them replace a fuzzy text that a person wrote")
    assert "# amts, formerly: Se hunden.\n" in path.read_text("utf-8")


@pytest.mark.sphinx
def test_a_stale_text_is_no_translation_where_fuzzy_ones_are_published(
    tmp_path: Path,
) -> None:
    page = "Boats\n=====\n\nThey all float.\n"
    said = filled('msgid "They float."\nmsgstr ""\n')
    moved = said.replace('msgid "They float."', 'msgid "They all float."')
    book = boats(tmp_path, moved, text=page)
    conf = Path(book, "conf.py")
    more = "gettext_allow_fuzzy_translations = True\n"
    conf.write_text(conf.read_text("utf-8") + more, "utf-8")
    locale = str(Path(book, "locales/es"))
    assert main(["gettext", "fill", locale, "--book", book]) == 0
    path = Path(locale, "LC_MESSAGES/index.po")
    [message] = po_syntax.messages(path)
    assert message.target not in {"", "T They float."}
    assert "pseudo" in message.notes[0]


@pytest.mark.sphinx
def test_a_message_that_would_lose_a_placeholder_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = '#, python-format\nmsgid "It has %d oars."\nmsgstr ""\n'
    book = boats(tmp_path, said, text="Boats\n=====\n\nIt has %d oars.\n")
    path = Path(book, "locales/es/LC_MESSAGES/index.po")
    locale = str(path.parents[1])
    assert main(["gettext", "fill", locale, "--book", book]) == 0
    told = capsys.readouterr().out
    assert "1 messages stay as they are: a placeholder such as" in told
    assert f"{path}:2: 'It has %d oars.'" in told
    assert path.read_text("utf-8") == said


# Texts of which a message is the end


def test_a_field_s_text_is_cut_and_put_together() -> None:
    """The name and the type of a parameter are not in its message."""
    target = '<x id="1"/> (<x id="2"/>)： 舟の<g id="3">速さ</g>'
    head, rest = heads.cut(target, 2)
    assert (head + "|", rest) == (
        '<x id="1"/> (<x id="2"/>)： |',
        '舟の<g id="1">速さ</g>',
    )
    source = '<x id="1"/> – its <g id="2">speed</g>'
    assert heads.with_head(source, 1, rest) == ('<x id="1"/> – 舟の<g id="2">速さ</g>')
    assert heads.cut("plain", 0) == ("", "plain")
    assert heads.cut('<x id="1"/> – -x', 1)[1] == "-x"


@pytest.mark.parametrize(
    "target", ['舟の速さ <x id="1"/>', "舟の速さ", '<x id="1"/> – a <x id="1"/>']
)
def test_a_field_s_name_in_another_place_is_refused(target: str) -> None:
    with pytest.raises(MarkupError, match="field's name"):
        heads.cut(target, 1)


BOATS: Final = '''\
"""Boats."""


def row(speed, oars=2):
    """Row the boat.

    :param speed: How it moves
    :param int oars: How it moves
    :raises ValueError: when the *boat* has sunk
    :returns: the distance
    """
'''


@pytest.mark.sphinx
def test_fields_of_docstrings_and_substitutions_are_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One message may stand after a name alone, and after a name with a type."""
    conf = (
        "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n"
        'extensions = ["amts_sphinx", "sphinx.ext.autodoc"]\n'
        'amts_engine = "pseudo"\namts_home_file = ""\nlanguage = "en"\n'
    )
    (tmp_path / "conf.py").write_text(conf, "utf-8")
    (tmp_path / "boats_of_test.py").write_text(BOATS, "utf-8")
    page = (
        "Boats\n=====\n\n.. autofunction:: boats_of_test.row\n\n"
        'A "boat" -- |thing| -- floats on |water|.\n\n'
        ".. |thing| replace:: a *thing*\n.. |water| replace:: water\n"
    )
    (tmp_path / "index.rst").write_text(page, "utf-8")
    path = tmp_path / "locales/es/LC_MESSAGES/index.po"
    path.parent.mkdir(parents=True)
    texts = ["How it moves", "when the *boat* has sunk", "the distance"]
    texts += ['A "boat" -- |thing| -- floats on |water|.']
    quoted = [text.replace('"', '\\"') for text in texts]
    path.write_text("".join(f'msgid "{t}"\nmsgstr ""\n\n' for t in quoted), "utf-8")
    locale = str(tmp_path / "locales/es")
    assert main(["gettext", "fill", locale, "--book", str(tmp_path)]) == 0
    assert "4 messages filled" in capsys.readouterr().out
    messages = {m.source: m.target for m in po_syntax.messages(path)}
    assert all(messages[text] for text in texts)
    assert messages[texts[1]].count("*") == 2
    # The references themselves, and plain marks of which Sphinx makes others.
    marks = re.findall(r'\|\w+\||--|"', messages[texts[3]])
    assert marks == ['"', '"', "--", "|thing|", "--", "|water|"]
