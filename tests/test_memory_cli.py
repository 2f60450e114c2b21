"""``amts memory``, in process: which memory it is about, and what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.cli import main
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "de")


def unit(source: str, target: str, **more: object) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book that is the present folder, with two files that disagree."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\namts_target_languages = ["de"]\n'
        'amts_memory_files = ["a.tmx", "b.tmx"]\n'
    )
    (folder / "index.rst").write_text("Title\n=====\n\nSame here.\n")
    tmx.write(
        folder / "a.tmx",
        [unit("Same here.", "Eins.", document="index"), unit("Old.", "Alt.")],
        source_language="en",
    )
    tmx.write(folder / "b.tmx", [unit("Same here.", "Zwei.")], source_language="en")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command and returns what it said."""

    def call(*arguments: object, status: int = 0) -> str:
        assert main(["memory", *map(str, arguments)]) == status
        said = capsys.readouterr()
        return said.err if status else said.out

    return call


def deliver(book: Path, run: Any, *units: TranslationUnit) -> str:
    tmx.write(book.parent / "in.tmx", units, source_language="en")
    said: str = run("import", book.parent / "in.tmx")
    return said


def test_a_delivery_goes_into_the_home_file(book: Path, run: Any) -> None:
    said = deliver(book, run, unit("New.", "Neu."), unit("Old.", "Uralt."))
    assert "in.tmx: 1 new, 1 changed" in said
    home = book / "memory" / "de.home.tmx"
    assert f"wrote {home}" in said
    assert f"to undo it: rm {home}" in said
    assert {u.source: u.corrects for u in home_file.read(home)} == {
        "New.": (),
        "Old.": ("Alt.",),
    }
    said = deliver(book, run, unit("New.", "Neuer."))
    former = book / ".amts" / "de.home.tmx.former"
    assert f"to undo it: cp {former} {home}" in said


def test_the_book_is_found_above_and_by_name(
    book: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(book, run, unit("New.", "Neu."))
    (book / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(book / "deep" / "er")
    inside = run("info")
    assert "en → de  human  reviewed" in inside
    monkeypatch.chdir(book.parent)
    assert run("info", "--book", book) == inside
    assert run("info", book / ".amts" / "memory.sqlite") == inside
    assert "name the book with --book DIR" in run("info", status=1)
    assert "has no conf.py" in run("info", "--book", book.parent, status=1)


def test_a_memory_by_name_writes_the_home_file_of_its_book(
    book: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(book, run)
    monkeypatch.chdir(book.parent)
    tmx.write("x.tmx", [unit("New.", "Neu.")], source_language="en")
    run("import", book / ".amts" / "memory.sqlite", "x.tmx")
    assert [u.source for u in home_file.read(book / "memory" / "de.home.tmx")] == [
        "New."
    ]


def test_a_memory_without_a_book_learns_the_file(tmp_path: Path, run: Any) -> None:
    tmx.write(tmp_path / "x.tmx", [unit("New.", "Neu.")], source_language="en")
    memory = tmp_path / "m.sqlite"
    assert "learnt 1 units" in run("import", memory, tmp_path / "x.tmx")
    assert "learnt x.tmx" in run("info", memory)
    assert "forgot x.tmx" in run("forget", memory, tmp_path / "x.tmx")
    assert run("info", memory) == f"{memory} is empty\n"
    assert json.loads(run("info", memory, "--json"))["units"] == []


def test_info_as_json(book: Path, run: Any) -> None:
    deliver(book, run, unit("New.", "Neu."))
    found = json.loads(run("info", "--json"))
    assert [each["kind"] for each in found["origins"]] == ["home", "file", "file"]
    assert [each["units"] for each in found["origins"]] == [1, 2, 1]
    assert found["units"] == [
        {
            "source_language": "en",
            "target_language": "de",
            "maker": "human",
            "state": "reviewed",
            "units": 3,
        }
    ]


def test_search_finds_words_of_the_source_and_of_the_target(
    book: Path, run: Any
) -> None:
    deliver(book, run, unit("A very long sentence about nothing.", "Viel 100% Lärm."))
    for words in ("long sentence", "100%", "VIEL"):
        assert "holds  human  reviewed" in run("search", words)
        [row] = json.loads(run("search", words, "--json"))
        assert row["target"] == "Viel 100% Lärm."
    assert "nothing in en → de" in run("search", "1_0")
    assert run("search", "Same here!").splitlines()[0] == "90  human  reviewed  index"


def test_history_shows_what_stands_and_what_is_retired(book: Path, run: Any) -> None:
    deliver(book, run, unit("Same here.", "Drei."))
    deliver(book, run, unit("Same here.", "Vier."))
    lines = [line.split("  ") for line in run("history", "Same here.").splitlines()]
    said = [
        (target[2].strip(), about[3], about[-1].split()[0])
        for about, target in zip(lines[::2], lines[1::2], strict=True)
    ]
    assert said == [
        ("Eins.", "a.tmx", "stands"),
        ("Zwei.", "b.tmx", "stands"),
        ("Vier.", "memory/de.home.tmx", "published"),
        ("Drei.", "memory/de.home.tmx", "retired"),
    ]
    found = json.loads(run("history", "Same here.", "--json"))
    assert [row["target"] for row in found if row["published"]] == ["Vier."]
    assert "nothing was ever said" in run("history", "Never.")


def test_conflicts_are_shown_until_they_are_settled(book: Path, run: Any) -> None:
    deliver(book, run)
    said = run("conflicts")
    assert "published: Eins.  (a.tmx)" in said
    assert "not: Zwei.  (b.tmx)" in said
    [row] = json.loads(run("conflicts", "--json"))
    assert (row["published"]["target"], row["other"]["target"]) == ("Eins.", "Zwei.")
    deliver(book, run, unit("Same here.", "Zwei."))
    assert run("conflicts") == "no conflicts\n"


def test_export_chooses_by_document_state_maker_and_book(book: Path, run: Any) -> None:
    machine = TranslationUnit("Made.", "Gemacht.", PAIR, "engine/1", State.MACHINE)
    deliver(book, run, machine, unit("Draft.", "Entwurf.", state=State.NEEDS_REVIEW))
    out = book.parent / "out.tmx"

    def exported(*options: str) -> list[str]:
        run("export", out, *options)
        return [u.source for u in tmx.read(out)]

    assert exported() == ["Draft.", "Old.", "Same here."]
    assert exported("--all") == ["Draft.", "Made.", "Old.", "Same here."]
    assert exported("--maker", "engine/1") == ["Made."]
    assert exported("--state", "needs-review") == ["Draft."]
    assert exported("--document", "in*") == ["Same here."]
    assert exported("--in-book") == ["Same here."]


def test_what_is_wrong_is_said(book: Path, run: Any) -> None:
    assert "there is no memory" in run("info", status=1)
    (book / "conf.py").write_text("amts_home_file = ''\n")
    assert "amts_home_file is empty" in run("import", "a.tmx", status=1)
    (book / "conf.py").write_text("1 / 0\n")
    assert "division by zero" in run("info", status=1)


def test_a_reader_that_has_had_enough_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with Memory(path) as memory:
        memory.learn(
            TranslationUnit(f"{n}", "x", PAIR, f"engine/{n}", State.MACHINE)
            for n in range(3000)
        )
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "amts_sphinx", "memory", "info", str(path)]
    done = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, check=False, text=True
    )
    os.close(writer)
    assert done.stderr == ""


def test_a_full_disk_is_said_and_leaves_nothing(
    book: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    said = run("info", "--book", book, status=1)
    assert "there is no memory" in said
    said = run("import", book / "a.tmx", status=1)
    assert "No space left on device; free some space on the disk" in said
    assert not list(book.rglob(".amts-*"))


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    from amts_sphinx.core.atomic import replacing

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".amts-{gone.pid}-0123456789abcdef"
    in_use = tmp_path / f".amts-{os.getpid()}-0123456789abcdef"
    foreign = tmp_path / ".amts-other"
    for path in (left, in_use, foreign):
        path.touch()
    with replacing(tmp_path / "file") as stream:
        stream.write(b"whole")
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [in_use.name, foreign.name, "file"]
    )


def test_only_its_owner_can_read_a_memory(tmp_path: Path) -> None:
    path = tmp_path / ".amts" / "memory.sqlite"
    Memory(path).close()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_plain_table_is_of_people_alone(book: Path, run: Any) -> None:
    made = [unit("=1+1 is two.", "=1+1 ist zwei."), unit("New.", "Neu.")]
    deliver(book, run, *made)
    table = book.parent / "out.csv"
    run("export", table, "--languages", "en", "de", "--plain")
    assert "New.,Neu.\n" in table.read_text("utf-8")
    assert "amts:" not in table.read_text("utf-8")
    run("export", table, "--languages", "en", "de", "--all")
    assert "amts:state" in table.read_text("utf-8")
    with Memory(book / ".amts" / "memory.sqlite") as memory:
        memory.learn([TranslationUnit("m", "M", PAIR, "engine/1", State.MACHINE)])
    asked = ("export", table, "--languages", "en", "de", "--all", "--plain")
    assert "cannot say who made a translation" in run(*asked, status=1)
    assert "amts:state" in table.read_text("utf-8")
