"""``amts status``: its numbers are the report's, and its exit status is for a CI."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import etree

from amts_sphinx.build.read_book import read_book
from amts_sphinx.cli import main
from amts_sphinx.cli.status import work_left
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, MakeBook

pytestmark = pytest.mark.sphinx
PAIR = LanguagePair("en", "zh")


def unit(source: str, target: str, state: State = State.REVIEWED) -> TranslationUnit:
    return TranslationUnit(source, target, PAIR, HUMAN, state, "soil")


@pytest.fixture(scope="module")
def garden(make_book: MakeBook) -> Book:
    """Return a book in every stage, built into Chinese; to be read only."""
    book = make_book("pages")
    said = [
        unit("Dig first.", "先挖。", State.APPROVED),
        unit("Mix both.", "混合两者。"),
        unit("Then wait.", "然后等？", State.NEEDS_REVIEW),
        unit("Good red soil", "好红土"),
    ]
    tmx.write(book.source / "a.tmx", said, source_language="en")
    rivals = [unit("Mix both.", "都混合。")]
    tmx.write(book.source / "b.tmx", rivals, source_language="en")
    settings = (
        'amts_engine = "pseudo"\namts_memory_files = ["a.tmx", "b.tmx"]\n'
        'amts_target_languages = ["zh"]\n'
    )
    book.write("conf.py", (book.source / "conf.py").read_text() + settings)
    assert book.build("amts-zh").status == 0
    return book


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], garden: Book) -> Any:
    """Return a function that runs ``amts status`` on the book: status and outputs."""

    def call(*arguments: object) -> tuple[int, str, str]:
        named = ["status", "--book", str(garden.source), *map(str, arguments)]
        code = main(named)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_numbers_are_those_of_the_report(garden: Book, run: Any) -> None:
    path = garden.source / ".amts" / "report" / "zh" / "report.json"
    report = json.loads(path.read_bytes())
    code, out, _ = run("--json")
    [status] = json.loads(out)
    assert code == 0
    assert {name: status[name] for name in report["work"]} == report["work"]
    assert {d["name"]: d["words_to_do"] for d in status["documents"]} == {
        d["name"]: d["progress"]["words_to_do"] for d in report["documents"]
    }
    [soil] = [d for d in status["documents"] if d["name"] == "soil"]
    assert soil["segments"] == {
        "new": 0,
        "changed": 1,
        "machine": 1,
        "draft": 0,
        "needs-review": 1,
        "reviewed": 1,
        "approved": 1,
    }
    assert soil["conflicts"] == 1
    assert soil["words_to_do"] == 2 + 3 + 2
    stages = {each["source"]: each["stage"] for each in report["segments"]}
    assert stages["Good soil"] == "changed"
    assert stages["Clay and sand"] == "machine"


def test_a_table_lists_the_documents(run: Any) -> None:
    _, out, _ = run("--document", "so*")
    assert "soil" in out
    assert "water" not in out
    assert "work left" in out


@pytest.mark.parametrize("more", [(), ("--untranslated",), ("--document", "so*")])
def test_a_document_that_the_book_has_not(run: Any, more: tuple[str, ...]) -> None:
    code, out, err = run("--document", "watter", *more)
    assert (code, out) == (1, "")
    assert err == "amts: --document watter: no such document; did you mean 'water'?\n"
    code, out, err = run("--document", "zz/*", *more)
    assert (code, out) == (1, "")
    assert "--document zz/*: no such document; there is, for example, " in err


def test_what_no_engine_was_asked_for_is_new(run: Any) -> None:
    _, out, err = run("--languages", "es", "--json")
    assert err == "'es' is none of amts_target_languages (zh)\n"
    [status] = json.loads(out)
    words = status["progress"]["words"]
    assert status["language"] == "es"
    assert words["new"] == sum(words.values()) == status["words_left"] > 0


def test_the_work_left_is_explained(run: Any) -> None:
    _, out, _ = run("--json")
    [status] = json.loads(out)
    assert status["words_left"] is None
    machine = status["left"]["machine"]
    _, out, _ = run()
    first, last = out.splitlines()[-2:]
    assert first.startswith("zh: 0 words are not translated, and ")
    assert f"and {machine} are a machine's that nobody has reviewed" in first
    assert last.endswith("not known, since nobody has reviewed a machine's text")
    _, out, _ = run("--languages", "es")
    last = out.splitlines()[-1]
    assert re.fullmatch(
        r"es: work left, as of a translation: \d+ words, which are not translated", last
    )


@pytest.mark.parametrize(
    ("left", "untranslated", "machine", "line"),
    [
        (0, 0, 0, "0 words"),
        (35, 10, 100, "35 words: 10 words that are not translated, and 25% of 100 by"),
    ],
)
def test_the_work_left_where_people_reviewed_machines(
    left: int, untranslated: int, machine: int, *, line: str
) -> None:
    parts = {"untranslated": untranslated, "machine": machine}
    found = {"words_left": left, "unit": "words", "left": parts, "effort": 0.25}
    [told] = work_left(found)
    assert told.startswith(f"work left, as of a translation: {line}")


def test_an_exit_status_for_what_must_not_be(run: Any) -> None:
    code, _, err = run("--fail-on", "new")
    assert (code, err) == (0, "")
    code, _, err = run("--fail-on", "needs-review", "--fail-on", "conflicts")
    assert code == 1
    assert "zh: 2 words needs-review" in err
    assert "zh: 1 conflicts" in err


STAYING: Final = """\
Staying
=======

.. figure:: a.png

   Under a picture.

.. container:: notranslate

   As it is.

.. rst-class:: language-fr

Une phrase.

.. raw:: html

   <p>Raw words.</p>

.. code-block:: python

   print("code here")

>>> doctest

.. py:function:: sail(boat)

   Sails with ``literal words`` and :program:`engine` and :math:`alpha`.

-o FILE  An option.
"""


@pytest.fixture(scope="module")
def staying(make_book: MakeBook) -> Book:
    """Return a book with something of each kind that stays; no edition is built."""
    book = make_book("pages")
    for path in book.source.glob("*.rst"):
        path.unlink()
    lines = 'amts_engine = "none"\namts_target_languages = ["zh"]\nroot_doc = "all"\n'
    book.write("conf.py", (book.source / "conf.py").read_text() + lines)
    book.write("all.rst", STAYING)
    book.write("other.rst", ":orphan:\n\n.. Nothing that anybody reads.\n")
    (book.source / "a.png").write_bytes(b"")
    return book


def listed(capsys: pytest.CaptureFixture[str], book: Book, *more: str) -> str:
    named = ["status", "--untranslated", "--book", str(book.source), *more]
    assert main(named) == 0
    return capsys.readouterr().out


def test_all_that_stays_is_listed_by_reason_and_place(
    capsys: pytest.CaptureFixture[str], staying: Book
) -> None:
    [edition] = json.loads(listed(capsys, staying, "--json"))
    assert edition["language"] == "zh"
    groups = {each["reason"]: each for each in edition["untranslated"]}
    said = {
        reason: [(e["kind"], e["text"]) for e in group["places"]]
        for reason, group in groups.items()
        if reason != "new"
    }
    assert ("label", "Donate") in said.pop("theme")
    assert said == {
        "figure": [("caption", "Under a picture.")],
        "notranslate": [("container", "As it is.")],
        "language": [("paragraph", "Une phrase.")],
        "raw": [("raw", "Raw words.")],
        "code": [
            ("literal_block", 'print("code here")'),
            ("doctest_block", ">>> doctest"),
        ],
        "signature": [("desc_signature", "sail(boat)"), ("option_group", "-o FILE")],
        "name": [("literal", "literal words"), ("literal_strong", "engine")],
        "math": [("math", "alpha")],
    }
    new = {e["text"]: e["line"] for e in groups["new"]["places"]}
    assert isinstance(new["An option."], int)
    assert not any("Under" in text for text in new)
    assert all(group["texts"] == len(group["places"]) for group in groups.values())
    assert {r for r, group in groups.items() if group["prose"]} == {
        "new",
        "figure",
        "theme",
        "notranslate",
        "language",
    }


def test_what_stays_is_told_in_words(
    capsys: pytest.CaptureFixture[str], staying: Book
) -> None:
    out = listed(capsys, staying)
    assert re.match(r"zh: \d+ words of prose stay in the source language, and \d+", out)
    assert "caption  Under a picture." in out
    assert "nobody has translated it yet" in out
    none = listed(capsys, staying, "--document", "oth*")
    assert none == (
        "zh: 0 words of prose stay in the source language, and 0 words of code and"
        " names\n"
    )


def test_a_badge(tmp_path: Path, run: Any) -> None:
    run("--badge", tmp_path / "{language}.svg")
    picture = etree.parse(tmp_path / "zh.svg").getroot()
    assert picture.get("aria-label", "").startswith("Chinese (simplified): ")
    assert "% reviewed" in picture.get("aria-label", "")
    code, _, err = run("--languages", "zh", "es", "--badge", tmp_path / "one.svg")
    assert code == 1
    assert "put {language} into the name" in err


def test_an_engine_that_is_missing_hides_nobody_s_text(
    garden: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conf = (garden.source / "conf.py").read_text()
    folder = tmp_path / "book"
    folder.mkdir()
    for name in ("soil.rst", "a.tmx", "b.tmx"):
        (folder / name).write_bytes((garden.source / name).read_bytes())
    lonely = 'root_doc = "soil"\namts_engine = "amazon"\namts_amazon = {"x": 1}\n'
    (folder / "conf.py").write_text(conf + lonely)
    assert main(["status", "--json", "--book", str(folder)]) == 0
    said = capsys.readouterr()
    assert "shown is what engines made before" in said.err
    [status] = json.loads(said.out)
    assert status["progress"]["segments"]["approved"] == 1


def test_a_folder_without_a_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--book", str(tmp_path)]) == 1
    assert "has no conf.py" in capsys.readouterr().err


@pytest.fixture
def orchard(make_book: MakeBook) -> Book:
    """Return a book of two pages, which no command has read yet."""
    book = make_book("pages")
    settings = 'amts_engine = "none"\namts_target_languages = ["zh"]\n'
    book.write("conf.py", (book.source / "conf.py").read_text() + settings)
    return book


def words_to_do(book: Book, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    assert main(["status", "--json", "--book", str(book.source)]) == 0
    [status] = json.loads(capsys.readouterr().out)
    return {each["name"]: each["words_to_do"] for each in status["documents"]}


def note_what_is_read(book: Book) -> Path:
    """Have the book write down which documents are read; return that file."""
    conf = (book.source / "conf.py").read_text()
    path = book.source.parent / "read.txt"
    book.write(
        "conf.py",
        f"{conf}\ndef setup(app):\n"
        "    def note(app, docname, source):\n"
        f"        with open({str(path)!r}, 'a') as stream:\n"
        "            stream.write(docname + '\\n')\n"
        "    app.connect('source-read', note)\n",
    )
    return path


def test_a_command_reads_what_has_changed_since_the_last_one(
    orchard: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    path = note_what_is_read(orchard)
    first = words_to_do(orchard, capsys)
    assert set(path.read_text().split()) >= {"soil", "water"}
    path.unlink()
    assert words_to_do(orchard, capsys) == first
    assert not path.exists()
    text = (orchard.source / "soil.rst").read_text()
    orchard.write("soil.rst", f"{text}\nFour words more now.\n")
    then = words_to_do(orchard, capsys)
    assert path.read_text().split() == ["soil"]
    assert then == {**first, "soil": first["soil"] + 4}


def test_two_commands_that_read_one_book_do_not_meet(
    orchard: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = words_to_do(orchard, capsys)
    found: list[dict[str, int]] = []
    # The inner one runs while the outer one has the doctrees.
    read_book(orchard.source, lambda *_: found.append(words_to_do(orchard, capsys)))
    assert found == [alone]


def test_a_book_where_doctrees_cannot_be_kept(
    orchard: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = words_to_do(orchard, capsys)
    shutil.rmtree(orchard.source / ".amts" / "doctrees")
    (orchard.source / ".amts" / "doctrees").write_text("a file, where a folder should")
    assert words_to_do(orchard, capsys) == alone
