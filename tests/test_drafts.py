"""Drafts: kept apart in the memory, marked on the pages, told at the end of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from docutils.utils import new_document

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.edition import draft_notice
from amts_sphinx.formats import tmx
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, MakeBook

PAIR = LanguagePair("en", "zh")
ES = LanguagePair("en", "es")
DRAFTS = ("-D", "amts_recording.makes_drafts=1")
MARKED = "//*[contains(concat(' ', @class, ' '), ' amts-draft ')]"
NOTICE = "//div[contains(@class, 'amts-notice')]"


def build(book: Book, tag: str = "zh", *options: str, out: str = "") -> Built:
    built = book.build(f"amts-{tag}", *DRAFTS, *options, engine="recording", out=out)
    assert built.status == 0, built.warned
    return built


@pytest.fixture(scope="module")
def read(make_book: MakeBook) -> Book:
    """Return a book for tests that build it without changing anything."""
    return make_book("pages")


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_drafts_are_marked_and_told(book: Book) -> None:
    built = build(book)
    segments = built.summary()["translated"]
    assert f"amts-zh: {segments} segments are drafts of the engine 'recording'" in (
        built.said
    )
    assert built.warned == ""
    for page in ("index", "soil", "water"):
        assert len(built.text(page, MARKED)) > 2
        assert built.text(page, NOTICE) == ["本页部分内容由机器翻译，尚未经人工审校。"]
        [first] = built.page(page).xpath("//h1/following-sibling::*[1]/@class")
        assert "amts-notice" in first
    assert (built.out / "_static" / "amts.css").exists()
    with Memory(book.source / ".amts" / "memory.sqlite") as memory:
        assert {row.state for row in memory.count()} == {State.DRAFT}


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_the_notice_can_be_left_out(book: Book) -> None:
    built = build(book, "zh", "-D", "amts_draft_notice=0")
    assert built.text("soil", NOTICE) == []
    assert len(built.text("soil", MARKED)) > 2  # a theme may still tell them
    assert build(book).text("soil", NOTICE) != []


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_what_a_person_says_is_no_draft(book: Book) -> None:
    people = [
        TranslationUnit(source, "人的译文。", PAIR, HUMAN, State.REVIEWED)
        for source in (
            "Good soil",
            "Dig first.",
            "Then wait.",
            "Clay and sand",
            "Mix both.",
        )
    ]
    with Memory(book.source / ".amts" / "memory.sqlite") as memory:
        memory.learn(people)
    built = build(book)
    assert built.text("soil", MARKED) == []
    assert built.text("soil", NOTICE) == []
    assert built.text("water", NOTICE) != []


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_draft_that_is_in_an_attribute_alone_is_told(book: Book) -> None:
    said = TranslationUnit("Lilies", "百合", PAIR, HUMAN, State.REVIEWED)
    (book.source / "lily.png").write_bytes(b"")
    picture = "Lilies\n======\n\n.. image:: lily.png\n   :alt: A white lily\n"
    book.write("lilies.rst", f":orphan:\n\n{picture}")
    book.write("roses.rst", ":orphan:\n\n.. index:: rose\n\nLilies\n======\n")
    with Memory(book.source / ".amts" / "memory.sqlite") as memory:
        memory.learn([said])
    built = build(book)
    assert built.text("lilies", NOTICE) == ["本页部分内容由机器翻译，尚未经人工审校。"]
    assert built.text("lilies", MARKED) == []
    # What is in the index alone is no text of the page.
    assert built.text("roses", NOTICE) == []
    without = build(book, "zh", "-D", "amts_draft_notice=0")
    assert without.text("lilies", NOTICE) == []


@pytest.mark.parametrize("form", ["latex", "text", "epub"])
def test_every_format_tells_of_drafts(read: Book, form: str) -> None:
    built = build(read, "zh", "-D", f"amts_format={form}", out=form)
    files = (p for p in built.out.rglob("*") if p.suffix in {".tex", ".txt", ".xhtml"})
    assert any("机器翻译" in path.read_text("utf-8") for path in files)


def test_former_drafts_are_dropped(tmp_path: Path) -> None:
    other = LanguagePair("en", "es")
    units = [
        TranslationUnit("b", "0", PAIR, "corpus/1", State.DRAFT),
        TranslationUnit("a", "1", PAIR, "corpus/1", State.DRAFT),
        TranslationUnit("a", "2", PAIR, "corpus/2", State.DRAFT),
        TranslationUnit("a", "3", PAIR, "engine/1", State.MACHINE),
        TranslationUnit("a", "4", PAIR, HUMAN, State.REVIEWED),
        TranslationUnit("a", "5", other, "corpus/1", State.DRAFT),
    ]
    with Memory(tmp_path / "memory.sqlite") as memory:
        memory.learn(units)
        memory.drop_drafts(PAIR, "corpus/2")
        # A person replaced "1": it tells how much there was to correct.
        left = sorted(unit.target for unit in memory.units())
        assert left == ["1", "2", "3", "4", "5"]
        memory.drop_drafts(PAIR, "corpus/2")
        assert len(list(memory.units())) == 5


@pytest.mark.parametrize(
    ("tag", "start"), [("zh-TW", "本頁"), ("fr-CA", "Certaines"), ("xx", "Parts of")]
)
def test_the_notice_is_in_the_language_of_the_edition(tag: str, start: str) -> None:
    text = nodes.paragraph("x", "x", classes=["amts-draft"])
    doctree = new_document("x")
    doctree += text
    draft_notice.tell(doctree, tag)
    assert doctree.children[0].astext().startswith(start)
    clean = new_document("x")
    clean += nodes.paragraph("x", "x")
    draft_notice.tell(clean, tag)
    assert len(clean.children) == 1


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_page_that_is_not_translated_says_so(book: Book) -> None:
    unit = TranslationUnit("Good soil", "Buena tierra", ES, HUMAN, State.REVIEWED)
    tmx.write(book.source / "es.tmx", [unit], source_language="en")
    option = ("-D", "amts_memory_files=es.tmx")
    built = book.build("amts-es", *option, engine="none")
    assert (built.status, built.warned) == (0, "")
    assert built.text("water", NOTICE) == ["Esta página aún no se ha traducido."]
    assert built.text("soil", NOTICE) == []
    silent = book.build("amts-es", *option, "-D", "amts_draft_notice=0", engine="none")
    assert silent.text("water", NOTICE) == []
