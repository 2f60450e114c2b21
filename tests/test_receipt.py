"""What is done again, and what is not: the second build of an edition."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from sphinx.config import Config

from amts_sphinx.build import up_to_date
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.edition.plan import EditionPlan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Book, Built, MakeBook, Say

pytestmark = pytest.mark.sphinx

PAGES = {"index.html", "part_one.html", "part_two.html", "part_three.html"}
#: Sphinx writes a page again when one in its table of contents is.
PARENT = {"index.html"}
#: The files that every build of HTML writes, and what is no page.
NO_PAGES = {"genindex.html", "search.html"}


@dataclass(frozen=True)
class Step:
    """One build of a book that changes in between."""

    built: Built
    #: Pages that were written.
    written: set[str]
    #: Whether any file at all changed.
    touched: bool
    #: What the engine was asked, request by request.
    requests: list[list[str]]
    #: The text of each page.
    texts: dict[str, str]


def nothing(_: Book) -> None:
    """Change nothing."""


def change_a_sentence(book: Book) -> None:
    book.change("part_one.rst", "that will change", "that has changed")


def change_a_title(book: Book) -> None:
    book.change("part_two.rst", "Part two\n", "Part 2 b\n")


def delete_a_page(book: Book) -> None:
    (book.source.parent / "out" / "amts-es" / "part_three.html").unlink()


def spoil_a_page(book: Book) -> None:
    path = book.source.parent / "out" / "amts-es" / "part_three.html"
    path.write_text("spoilt", "utf-8")
    os.utime(path, (0, 0))


def add_a_page(book: Book) -> None:
    book.write("part_four.rst", "Part four\n=========\n\nIts own words.\n")


def remove_a_page(book: Book) -> None:
    (book.source / "part_four.rst").unlink()


#: Name → what changes, and options of the build.
STEPS: dict[str, tuple[Callable[[Book], None], tuple[str, ...]]] = {
    "first": (nothing, ()),
    "unchanged": (nothing, ()),
    "sentence": (change_a_sentence, ()),
    "title": (change_a_title, ()),
    "deleted": (delete_a_page, ()),
    "spoilt": (spoil_a_page, ()),
    "added": (add_a_page, ()),
    "removed": (remove_a_page, ()),
    "all": (nothing, ("-a",)),
    "fresh": (nothing, ("-E",)),
    "engine": (nothing, ("-D", "amts_recording.version=2")),
}


@pytest.fixture(scope="module")
def steps(make_book: MakeBook) -> dict[str, Step]:
    """Build a book again and again, with a change before each build."""
    book = make_book("incremental")
    found: dict[str, Step] = {}
    before: dict[str, int] = {}
    for name, (change, options) in STEPS.items():
        change(book)
        built = book.build("amts-es", *options, engine="recording")
        assert built.status == 0, built.warned
        after = built.files()
        new = {file for file, age in after.items() if before.get(file) != age}
        pages = {file for file in new if file.endswith(".html")} - NO_PAGES
        texts = {
            file: built.text(file.removesuffix(".html"), "//body")[0]
            for file in after
            if file.endswith(".html")
        }
        found[name] = Step(built, pages, bool(new), book.requests(), texts)
        before = after
    return found


def test_all_is_written_at_first(steps: dict[str, Step]) -> None:
    step = steps["first"]
    assert step.written == PAGES
    [request] = step.requests
    # Beside the book's there are words around its pages, which are counted apart.
    assert len(set(request)) == len(request) >= 11
    assert "A sentence that all share." in request
    numbers = step.built.summary("es")
    assert numbers.pop("characters") == sum(map(len, request))
    assert numbers == {"segments": 11, "recalled": 0, "translated": 11, "findings": 0}


def test_nothing_is_done_for_an_unchanged_book(steps: dict[str, Step]) -> None:
    step = steps["unchanged"]
    assert step.requests == []
    assert not step.touched
    assert step.built.summary("es") == {
        "segments": 11,
        "recalled": 11,
        "translated": 0,
        "characters": 0,
        "findings": 0,
    }


def test_one_changed_sentence(steps: dict[str, Step], say: Say) -> None:
    step = steps["sentence"]
    assert step.requests == [["A sentence that has changed."]]
    assert step.written - PARENT == {"part_one.html"}
    assert step.built.summary("es")["translated"] == 1
    assert say("A sentence that has changed.", "es") in step.texts["part_one.html"]


def test_a_changed_title_shows_everywhere(steps: dict[str, Step], say: Say) -> None:
    step = steps["title"]
    assert step.requests == [["Part 2 b"]]
    assert step.written == PAGES
    for page in ("index.html", "part_three.html", "part_two.html"):
        assert say("Part 2 b", "es") in step.texts[page]


@pytest.mark.parametrize("name", ["deleted", "spoilt"])
def test_a_page_that_is_gone_comes_back(steps: dict[str, Step], name: str) -> None:
    step = steps[name]
    assert step.requests == []
    assert step.written - PARENT == {"part_three.html"}
    assert step.texts["part_three.html"] == steps["title"].texts["part_three.html"]


def test_an_added_page(steps: dict[str, Step], say: Say) -> None:
    step = steps["added"]
    assert step.requests == [["Part four", "Its own words."]]
    assert "part_four.html" in step.written
    assert say("Part four", "es") in step.texts["index.html"]


def test_a_removed_page(steps: dict[str, Step], say: Say) -> None:
    step = steps["removed"]
    assert step.requests == []
    assert "index.html" in step.written
    assert say("Part four", "es") not in step.texts["index.html"]


@pytest.mark.parametrize("name", ["all", "fresh"])
def test_everything_is_written_again_when_asked(
    steps: dict[str, Step], name: str
) -> None:
    step = steps[name]
    assert step.requests == []
    assert step.written >= PAGES
    assert step.built.summary("es")["translated"] == 0
    for page in PAGES:
        assert step.texts[page] == steps["removed"].texts[page]


def test_another_engine_is_asked_for_all(steps: dict[str, Step]) -> None:
    step = steps["engine"]
    assert len(step.requests[0]) == len(steps["first"].requests[0])
    assert step.built.summary("es")["recalled"] == 0


def test_two_outputs_of_one_book_are_both_kept_up_to_date(book: Book, say: Say) -> None:
    """As with ``make amts-zh`` and ``make amts``, which share their doctrees."""
    book.build("amts-es", engine="recording", out="one")
    change_a_title(book)
    book.build("amts-es", engine="recording", out="two")
    built = book.build("amts-es", engine="recording", out="one")
    for page in ("index", "part_three", "part_two"):
        assert say("Part 2 b", "es") in built.text(page, "//body")[0]


def test_a_build_of_one_file_leaves_the_rest_to_do(book: Book, say: Say) -> None:
    first = book.build("amts-es", engine="recording")
    change_a_title(book)
    built = book.build("amts-es", engine="recording", files=["part_one.rst"])
    ages = {f: a for f, a in built.files().items() if first.files().get(f) != a}
    assert built.status == 0
    assert PAGES & ages.keys() <= {"part_one.html", "index.html"}
    built = book.build("amts-es", engine="recording")
    for page in ("index", "part_three", "part_two"):
        assert say("Part 2 b", "es") in built.text(page, "//body")[0]


def plan(tmp_path: Path, **changes: Any) -> EditionPlan:
    made = EditionPlan(
        tag="zh",
        locale="zh_CN",
        source_locale="en",
        format="html",
        srcdir=str(tmp_path / "source"),
        confdir=str(tmp_path / "source"),
        outdir=str(tmp_path / "out"),
        doctrees=str(tmp_path / "doctrees"),
        home=str(tmp_path / "home"),
        overrides={"language": "zh_CN", "b": {"x": 1, "a": {2, 1}}},
        tags=("t",),
        verbosity=0,
        parallel=1,
        quiet=False,
        force=False,
        filenames=(),
        rules=SegmentRules("en"),
        targets={},
        drafts=frozenset(),
        bound={},
        notice=True,
        digests={"index": "1"},
        dates={},
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"overrides": {"b": {"a": {1, 2}, "x": 1}, "language": "zh_CN"}}, True),
        ({"verbosity": 2, "parallel": 2, "quiet": True}, True),
        ({"overrides": {"language": "zh_CN", "b": {"x": 2, "a": {2, 1}}}}, False),
        ({"digests": {"index": "2"}}, False),
        ({"digests": {}}, False),
        ({"format": "epub"}, False),
        ({"outdir": "elsewhere"}, False),
        ({"tags": ("t", "u")}, False),
        ({"locale": "zh_TW"}, False),
    ],
)
def test_what_an_edition_depends_on(
    tmp_path: Path, change: dict[str, Any], *, same: bool
) -> None:
    before = up_to_date.digest(plan(tmp_path), Config())
    after = up_to_date.digest(plan(tmp_path, **change), Config())
    assert (before == after) is same


def test_every_file_must_be_as_it_was(tmp_path: Path) -> None:
    made = plan(tmp_path)
    for folder in ("out/sub", "out/.doctrees", "home"):
        (tmp_path / folder).mkdir(parents=True)
    page = tmp_path / "out" / "sub" / "page.html"
    page.write_text("words", "utf-8")
    assert not up_to_date.is_current(made, "order")
    up_to_date.keep(made, "order")
    assert up_to_date.is_current(made, "order")
    assert not up_to_date.is_current(made, "another order")
    (tmp_path / "out" / ".doctrees" / "x").write_text("", "utf-8")
    assert up_to_date.is_current(made, "order")
    page.write_text("other words", "utf-8")
    assert not up_to_date.is_current(made, "order")
    up_to_date.keep(made, "order")
    (tmp_path / "out" / "new.html").write_text("", "utf-8")
    assert not up_to_date.is_current(made, "order")
    up_to_date.keep(made, "order")
    up_to_date.void(made)
    assert not up_to_date.is_current(made, "order")
    up_to_date.void(made)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"order": "order"}'])
def test_a_broken_receipt_is_none(tmp_path: Path, text: str) -> None:
    made = plan(tmp_path)
    for folder in ("out", "home"):
        (tmp_path / folder).mkdir()
    (tmp_path / "home" / "receipt.json").write_text(text, "utf-8")
    assert not up_to_date.is_current(made, "order")
