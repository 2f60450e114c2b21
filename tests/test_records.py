"""Warnings cross from an edition's process to the one that a person looks at."""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.edition.warning_log import Record, Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, MakeBook

FRAGILE = ("-D", "amts_recording.loses_codes_of=Fragile")


@pytest.mark.parametrize(
    "record",
    [
        Record("words", "page.rst:3", "ref", "ref", "WARNING"),
        Record("", None, "", "", "ERROR"),
        Record(
            "several\nlines, 中文 and \u2028 more", "a:1", "amts", "codes", "WARNING"
        ),
    ],
)
def test_a_record_travels_on_one_line(record: Record) -> None:
    line = record.to_json()
    assert len(line.splitlines()) == 1
    assert Record.from_json(line) == record


def emit(suppressed: list[str], **extra: Any) -> list[Record]:
    """Return what is kept of one warning."""
    config = SimpleNamespace(suppress_warnings=suppressed)
    app: Any = SimpleNamespace(config=config, _warncount=0)
    recorder = Recorder(app)
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "%s!", ("Oh",), None)
    record.__dict__.update(extra)
    recorder.emit(record)
    return recorder.records


@pytest.mark.parametrize(
    ("suppressed", "kept"),
    [
        ([], 1),
        (["other"], 1),
        (["amts.other"], 1),
        (["amts"], 0),
        (["amts.*"], 0),
        (["amts.codes"], 0),
    ],
)
def test_suppressed_warnings_do_not_travel(suppressed: list[str], kept: int) -> None:
    found = emit(suppressed, type="amts", subtype="codes", location="page.rst:1")
    assert found == [Record("Oh!", "page.rst:1", "amts", "codes", "WARNING")] * kept


def test_a_warning_without_type_or_place() -> None:
    assert emit(["amts"]) == [Record("Oh!", None, "", "", "WARNING")]


@pytest.fixture(scope="module")
def told(make_book: MakeBook, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Build two editions with warnings of three kinds, and again."""
    book = make_book("warnings")
    file = tmp_path_factory.mktemp("told") / "warnings.txt"
    built = book.build("amts", "-j", "2", "-w", str(file), *FRAGILE, engine="recording")
    again = book.build("amts", "-W", "--keep-going", *FRAGILE, engine="recording")
    return built, file.read_text("utf-8"), again


def warnings_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if "WARNING" in line]


def test_each_warning_is_told_once(told: tuple[Built, str, Built]) -> None:
    built, _, _ = told
    assert built.status == 0
    lines = warnings_of(built.warned)
    assert len(lines) == 3
    [unknown] = [line for line in lines if "nowhere" in line]
    assert re.search(r"index\.rst:4: WARNING: undefined label: '?nowhere'?", unknown)
    for tag in ("zh", "es"):
        [damaged] = [line for line in lines if f"amts-{tag}:" in line]
        assert re.search(r"index\.rst:6: WARNING: .*lost <x id=\"1\"/>", damaged)
        assert "literal code" in damaged
        assert "Fragile" not in damaged
    assert "3 warnings" in built.said


def test_the_file_of_warnings_has_them_too(told: tuple[Built, str, Built]) -> None:
    built, file, _ = told
    assert sorted(warnings_of(file)) == sorted(warnings_of(built.warned))


def test_an_unchanged_book_still_fails_under_strictness(
    told: tuple[Built, str, Built],
) -> None:
    _, _, again = told
    assert again.status != 0
    assert len([w for w in warnings_of(again.warned) if "piece by piece" in w]) == 2


@pytest.mark.parametrize("book", ["warnings"], indirect=True)
def test_a_finding_fails_a_strict_build(book: Book) -> None:
    book.change("index.rst", ":ref:`nowhere`", "nothing")
    strict = book.build("amts-es", "-W", *FRAGILE, engine="recording")
    assert strict.status != 0
    assert "damaged the markup" in strict.warned + strict.said
    quiet = ("-D", "suppress_warnings=amts.codes")
    built = book.build("amts-es", "-W", *quiet, *FRAGILE, engine="recording")
    assert (built.status, built.warned) == (0, "")


@pytest.mark.parametrize("book", ["warnings"], indirect=True)
def test_a_warning_of_a_strict_edition_fails_the_build(
    book: Book, tmp_path: Path
) -> None:
    file = tmp_path / "warnings.txt"
    built = book.build("amts-es", "-n", "-W", "-w", str(file), engine="recording")
    assert built.status != 0
    assert "nowhere" in built.warned
