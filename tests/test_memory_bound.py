"""People's texts that hold at one place of the book only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from amts_sphinx.core.units import (
    HUMAN,
    Container,
    LanguagePair,
    Place,
    State,
    TranslationUnit,
)
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.segments import container
from amts_sphinx.doctree.sites import Site
from amts_sphinx.engine.none import create
from amts_sphinx.formats import tmx
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator, is_bound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Book

pytestmark = pytest.mark.sphinx

PAIR = LanguagePair("en", "de")
CLOSE = "Close."


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def paragraph(document: str, line: int, coded: str) -> Container:
    node = nodes.paragraph()
    node.line = line
    site = Site(node, "paragraph", coded, names=())
    return container(site, document, SegmentRules("en"))


BOOK = [
    paragraph("index", 1, "Shops."),
    paragraph("index", 2, "Near. Close. Far."),
    paragraph("index", 4, "Close."),
    paragraph("garden/gate", 1, "Close."),
    paragraph("garden/gate", 2, "Water it."),
]


def bound(target: str, place: Place, **more: str) -> TranslationUnit:
    state = State(more.get("state", "reviewed"))
    source = more.get("source", CLOSE)
    return TranslationUnit(source, target, PAIR, HUMAN, state, place=place)


def published(memory: Memory, *units: TranslationUnit) -> list[str | None]:
    """Return what is published of each text that has "Close." in it."""
    everywhere = TranslationUnit(CLOSE, "Schließen.", PAIR, HUMAN, State.REVIEWED)
    memory.learn([everywhere, *units], file=("a.tmx", "1"))
    memory.arrange([("file", "a.tmx")])
    lines: list[str] = []
    translator = Translator(
        memory, create({}), profile_for("de"), progress=lines.append
    )
    made = translator.translate(BOOK, PAIR)
    assert not [each for each in made.findings if each.check == "conflict"]
    return [translator.target(each, made) for each in BOOK[1:4]]


GENERAL = ["Near. Schließen. Far.", "Schließen.", "Schließen."]


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (Place("garden/gate.rst"), [2]),
        (Place("source/garden/gate.md"), [2]),
        (Place(r"garden\gate.rst"), [2]),
        (Place("gate.rst"), []),
        (Place("index.rst"), [0, 1]),
        (Place("index.rst", "", "Near."), [0]),
        (Place("index.rst", "", '<g id="1">Near.</g>'), [0]),
        (Place("index.rst", "", "Far."), [1]),
        (Place("", "", "", "Water it."), [2]),
        (Place("garden/gate.rst", "", "Far.", "Water it."), []),
        (Place("index.rst", "7"), []),
        (Place(context="index"), []),
    ],
    ids=str,
)
def test_a_text_is_published_where_all_that_it_names_agrees(
    memory: Memory, place: Place, where: list[int]
) -> None:
    texts = published(memory, bound("Nah.", place))
    assert texts == [
        text.replace("Schließen", "Nah") if n in where else text
        for n, text in enumerate(GENERAL)
    ]


def test_of_two_texts_the_one_that_names_more_of_the_place_is_published(
    memory: Memory,
) -> None:
    of_place = bound("Nah.", Place("index.rst", "", "Far."))
    of_file = bound("Zu.", Place("index.rst"))
    texts = published(memory, of_place, of_file)
    assert texts == ["Near. Zu. Far.", "Nah.", "Schließen."]


def test_a_whole_paragraph_can_be_bound(memory: Memory) -> None:
    source, target = "Near. Close. Far.", "Alles ist nah."
    place = Place("index", "", "Shops.", "Close.")
    texts = published(memory, bound(target, place, source=source))
    assert texts == [target, *GENERAL[1:]]


def test_a_bound_text_needs_no_engine_and_is_reviewed_at_its_place(
    memory: Memory,
) -> None:
    places = [Place("index"), Place("garden/gate"), Place("attic.rst")]
    units = [bound("Zu.", place, state="needs-review") for place in places]
    memory.learn(units, file=("a.tmx", "1"))
    memory.arrange([("file", "a.tmx")])
    lines: list[str] = []
    translator = Translator(
        memory, create({}), profile_for("de"), progress=lines.append
    )
    made = translator.translate(BOOK, PAIR)
    review = [str(each.location) for each in made.findings if each.check == "review"]
    assert review == ["index:2", "index:4", "garden/gate:1"]
    asked = {each.source for each in made.findings if each.check == "untranslated"}
    assert CLOSE not in asked
    assert [is_bound(each, made) for each in BOOK] == [False, True, True, True, False]
    assert len(lines) == 1
    assert "1 of people's translations into de are for places" in lines[0]


def test_a_book_has_each_text_at_its_place(book: Book) -> None:
    """Built from the file that OmegaT writes: alternatives stand after the default."""
    for extra in ("part_two.rst", "part_three.rst"):
        (book.source / extra).unlink()
    (book.source / "index.rst").write_text(
        "Shops\n=====\n\nClose.\n\nFar.\n\n.. toctree::\n\n   part_one\n"
    )
    (book.source / "part_one.rst").write_text("Gate\n====\n\nClose.\n\nClose.\n")
    units = [
        TranslationUnit(CLOSE, target, LanguagePair("en", "es"), HUMAN, State.REVIEWED)
        for target in ("Cierra.", "Cerca.")
    ]
    place = Place("part_one.rst", "", "Gate")
    tmx.write(
        book.source / "es.tmx",
        [units[0], replace(units[1], place=place)],
        source_language="en",
    )
    settings = ("-D", "amts_memory_files=es.tmx", "-D", "amts_engine=none")
    built = book.build("amts-es", "-W", *settings)
    assert (built.status, built.warned) == (0, "")
    assert built.text("index", "//section/p") == ["Cierra.", "Far."]
    assert built.text("part_one", "//section/p") == ["Cerca.", "Cierra."]
    assert "1 of which hold at one place only" in built.said


def test_a_document_s_whole_name_is_that_document_alone(memory: Memory) -> None:
    book = [paragraph(name, 1, CLOSE) for name in ("gate", "garden/gate")]
    unit = bound("Zumachen.", Place(document="garden/gate"))
    everywhere = TranslationUnit(CLOSE, "Schließen.", PAIR, HUMAN, State.REVIEWED)
    memory.learn([everywhere, unit], file=("a.tmx", "1"))
    translator = Translator(memory, create({}), profile_for("de"))
    made = translator.translate(book, PAIR)
    targets = [translator.target(each, made) for each in book]
    assert targets == ["Schließen.", "Zumachen."]
