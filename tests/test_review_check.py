"""``amts review check``: what is wrong with people's files, for a pull request."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from amts_sphinx.cli import main, review
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.review import ci_output

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sphinx
PAIR = LanguagePair("en", "de")


def unit(source: str, target: str, **more: Any) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED, changed=1)
    return replace(made, **more)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book with a home file; it is the present folder."""
    (tmp_path / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\namts_memory_files = ["a.tmx"]\n'
    )
    tmx.write(tmp_path / "a.tmx", [unit("Dig.", "Graben.")], source_language="en")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, unit("Wait.", "Warte."), unit('See <x id="1"/>.', '<x id="1"/>.'))
    return tmp_path


def write(book: Path, *units: TranslationUnit) -> None:
    with home_file.changing(book / "memory" / "de.home.tmx", "en") as home:
        for each in units:
            home.add(each)
        home.write()


def damage(book: Path, old: str, new: str) -> None:
    path = book / "memory" / "de.home.tmx"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that checks: exit status, output, and the line of counts."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["review", "check", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.usefixtures("book")
def test_good_files(run: Any) -> None:
    assert run() == (0, "", "amts review check: 0 errors, 0 warnings\n")


@pytest.mark.parametrize(
    ("change", "line", "rule", "why"),
    [
        (("<seg>Warte.</seg>", "<seg> </seg>"), 6, "unit", "blank"),
        ((">reviewed<", ">red<"), 5, "unit", "state 'red' is not one of"),
        (('xml:lang="de"><seg>W', 'xml:lang="fr"><seg>W'), 6, "language", "en → fr"),
        (("<seg>Warte.", "<<seg>Warte."), 6, "file", "not well-formed"),
        (("</body>", "<<<<<<< HEAD\n</body>"), 7, "file", "a merge left its marks"),
    ],
)
def test_what_is_wrong_with_a_line(
    book: Path,
    run: Any,
    change: tuple[str, str],
    line: int,
    *,
    rule: str,
    why: str,
) -> None:
    damage(book, *change)
    code, out, err = run()
    first = out.splitlines()[0]
    assert code == 1
    assert first.startswith(f"memory/de.home.tmx:{line}: error: ")
    assert first.endswith(f"[{rule}]")
    assert why in first
    assert "errors, 0 warnings" in err


def test_a_lost_code(book: Path, run: Any) -> None:
    path = book / "memory" / "de.home.tmx"
    text = path.read_text("utf-8")
    lost = re.sub(r'("de"><seg>)<.*?</seg>', r"\1Ohne.</seg>", text)
    assert lost != text
    path.write_text(lost, "utf-8")
    code, out, _ = run()
    assert code == 1
    assert "memory/de.home.tmx:5: error: lost code 1 [unit]" in out


def test_a_conflict_is_a_warning_at_its_line(book: Path, run: Any) -> None:
    write(
        book,
        unit("Wait.", "Warte.", author="Ann"),
        unit("Wait.", "Halt.", author="Bob", changed=2),
        unit("Dig.", "Grabe."),
    )
    code, out, err = run()
    assert code == 0
    assert "memory/de.home.tmx:7: warning: 'Wait.': people's" in out
    assert "'Halt.' (memory/de.home.tmx, Bob) is published" in out
    assert "memory/de.home.tmx:5: warning: 'Dig.': people's" in out
    assert "0 errors, 2 warnings" in err
    assert run("-W")[0] == 1
    assert run("-W", "a.tmx")[0] == 0


def test_a_file_that_is_not_there(run: Any, book: Path) -> None:
    assert run("none.tmx")[0] == 1
    (book / "a.tmx").unlink()
    code, out, _ = run()
    assert code == 1
    assert "a.tmx:1: error: " in out


def test_git_must_keep_both_sides(book: Path, run: Any) -> None:
    subprocess.run(["git", "init", "-q", str(book)], check=True)
    # It is there where the folder for the tests is in a repository.
    (book / "memory" / ".gitattributes").unlink(missing_ok=True)
    code, out, _ = run()
    assert code == 0
    assert "de.home.tmx merge=union" in out
    for pattern in ("*.home.tmx", "memory/*.tmx", "/memory/de.home.tmx"):
        (book / ".gitattributes").write_text(f"# x\n\n{pattern} text merge=union\n")
        assert run()[1] == ""
    (book / ".gitattributes").write_text("*.home.tmx merge=ours\n")
    assert "union" in run()[1]


def test_the_forms_of_services(book: Path, run: Any) -> None:
    damage(book, "<seg>Warte.</seg>", "<seg> </seg>")
    _, out, _ = run("--format", "github")
    assert out == (
        "::error file=memory/de.home.tmx,line=6,title=amts unit::"
        "the source or the target is blank\n"
    )
    _, out, _ = run("--format", "sarif")
    [found] = json.loads(out)["runs"]
    [result] = found["results"]
    assert result["level"] == "error"
    assert result["ruleId"] in {rule["id"] for rule in found["tool"]["driver"]["rules"]}
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "memory/de.home.tmx"
    assert place["region"] == {"startLine": 6}
    code, out, _ = run("--format", "junit", "--output", "x.xml")
    assert (code, out) == (1, "")
    suite = etree.parse("x.xml").getroot()
    assert suite.get("failures") == "1"
    [failure] = suite.iterfind("testcase[@name='unit']/failure")
    assert "blank" in (failure.text or "")


def test_hostile_texts_forge_no_command(book: Path, run: Any) -> None:
    hostile = "A%0A::error::x\n::error file=y::z"
    write(book, unit("Go.", hostile), unit("Go.", "Los.", changed=2))
    _, out, _ = run("--format", "github")
    [line] = out.splitlines()
    assert line.startswith("::warning file=memory/de.home.tmx,line=")


def test_all_forms_are_offered() -> None:
    assert {*ci_output.FORMS} == {*review.FORMS}


def test_a_file_that_cannot_be_read_hides_no_conflict_of_others(
    book: Path, run: Any
) -> None:
    (book / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\namts_memory_files = ["[abc].tmx"]\n'
    )
    tmx.write(book / "b.tmx", [unit("Dig.", "Buddeln.")], source_language="en")
    (book / "c.tmx").write_text("<tmx version='1.4'><body><tu>")
    code, out, counts = run()
    assert code == 1
    assert "c.tmx" in out
    assert "Graben." in out
    assert "Buddeln." in out
    assert "1 errors, 1 warnings" in counts
