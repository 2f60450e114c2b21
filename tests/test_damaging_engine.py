"""An engine that damages markup: none of the damage is published, all of it is told."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from docutils import nodes
from engine_calls import translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.collect import texts_of
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings

if TYPE_CHECKING:
    from conftest import Book, Built, MakeBook, Marks

PAGES = ["index", "other", "many"]
#: One paragraph for each number: the damage depends on the words.
PARAGRAPH = (
    "Paragraph {0} has ``code_{0}`` and *emphasis {0}*, :math:`x_{{{0}}}` too,"
    " with :ref:`a link {0} <start>`.\n"
)
WARNING = re.compile(r"(\w+)\.rst:(\d+): WARNING: amts-zh: the engine damaged")


class Case(NamedTuple):
    """A book, and its builds in the source language and into Chinese."""

    book: Book
    source: Built
    edition: Built


@pytest.fixture(scope="module")
def case(make_book: MakeBook) -> Case:
    book = make_book("inline")
    paragraphs = "\n".join(PARAGRAPH.format(number) for number in range(60))
    book.write("many.rst", f":orphan:\n\nMany\n====\n\n{paragraphs}")
    source = book.build("html", "-d", str(book.doctrees.with_name("plain")))
    return Case(book, source, book.build("amts-zh", engine="damaging"))


def test_every_damage_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is worth its name: each of its ways harms some segment."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "engines"))
    engines = importlib.import_module("amts_test_engines")
    sources = [
        f'A<x id="1"/> <g id="2">b{n} <x id="3"/></g> <x id="4"/> c <g id="5">d</g>.'
        for n in range(400)
    ]
    damaging = engines.DamagingEngine()
    targets = translated(damaging, sources, LanguagePair("en", "zh"))
    faults = {
        inline_codes.verify(s, t or "") for s, t in zip(sources, targets, strict=True)
    }
    assert len(faults) >= len(engines.DAMAGES) // 2  # some do the same to this segment
    assert all(faults)


@pytest.mark.parametrize("page", PAGES)
def test_every_code_of_the_source_is_in_the_edition(
    case: Case, marks: Marks, page: str
) -> None:
    assert case.edition.status == 0, case.edition.warned
    assert marks(case.edition.page(page)) == marks(case.source.page(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_node_of_the_source_is_in_the_doctree(case: Case, page: str) -> None:
    def count(tree: nodes.document) -> dict[str, int]:
        found: dict[str, int] = {}
        for node in tree.findall(nodes.Element):
            # A sentence that stays in the source says so by an element of its own.
            if not (
                isinstance(node, nodes.inline) and "language-en" in node["classes"]
            ):
                found[node.tagname] = found.get(node.tagname, 0) + 1
        return found

    assert count(case.book.doctree(page, "zh")) == count(case.book.doctree(page))


@pytest.mark.parametrize("page", PAGES)
def test_no_markup_is_shown_as_text(case: Case, page: str) -> None:
    [body] = case.edition.text(page, "//div[@class='body']")
    assert not re.search(r"[<＜]\s*/?[xgb组]\b|id\s*=|编号|&lt;", body)


@pytest.mark.parametrize("page", PAGES)
def test_no_words_are_lost(case: Case, page: str) -> None:
    """Each text is translated or stands in the source language: none is empty."""
    finder = Finder(SegmentRules("en"), UiStrings("en"))

    def kinds(tree: nodes.document) -> list[str]:
        found = [site.kind for site in finder.sites(tree)]
        return [kind for kind in found if kind not in {"ui", "index"}]

    tree = case.book.doctree(page, "zh")
    assert kinds(tree) == kinds(case.book.doctree(page))


def test_each_refusal_is_listed_with_its_place(case: Case) -> None:
    places = {(m[1], int(m[2])) for m in WARNING.finditer(case.edition.warned)}
    lines = case.book.source.joinpath("many.rst").read_text("utf-8").splitlines()
    told = {line for name, line in places if name == "many"}
    assert len(told) >= 30
    said = {lines[line - 1].partition(" ")[0] for line in told}
    assert said <= {"Paragraph", "Many", "===="}
    # The report finds more than what comes of translating, which alone is warned of.
    assert case.edition.summary()["findings"] >= case.edition.warned.count("WARNING")


def test_what_is_not_told_is_sound(case: Case) -> None:
    """A paragraph without a warning was translated; one with "left" was not."""
    texts = texts_of(case.book.environment())["many"].containers
    left = {
        int(m[2])
        for m in re.finditer(r"(many)\.rst:(\d+):.*left in the", case.edition.warned)
    }
    shown = case.edition.text("many", "//div[@class='body']//p")
    paragraphs = [c.whole for c in texts if c.whole.kind == "paragraph"]
    assert len(shown) == len(paragraphs)
    for text, segment in zip(shown, paragraphs, strict=True):
        assert ("Paragraph" in text) is (segment.location.line in left)


def test_the_memory_knows_no_damage_and_tells_again(case: Case) -> None:
    again = case.book.build("amts-zh", engine="damaging")
    assert again.status == 0
    assert again.summary()["characters"] == 0  # it is not paid for twice
    pieces = case.edition.warned.count("piece by piece")
    assert pieces > 0
    assert again.warned.count("piece by piece") == pieces
    left = case.edition.warned.count("left in the source language")
    assert left > 0
    assert again.warned.count("left in the source language") == left
    assert marks_of(again) == marks_of(case.edition)


def marks_of(built: Built) -> list[str]:
    return built.text("many", "//div[@class='body']//code")
