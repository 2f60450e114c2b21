"""``amts review export`` and ``import``: exactly the work, and back unit by unit."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polib
import pytest
from lxml import etree

from amts_sphinx.cli import main
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine.pseudo import PseudoEngine, PseudoOptions
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sphinx
PAIR = LanguagePair("en", "de")
CONF = """\
extensions = ["amts_sphinx"]
html_baseurl = "https://example.org/book/"
amts_target_languages = ["de"]
amts_engine = "pseudo"
amts_memory_files = ["a.tmx"]
amts_terminology = ["terms.csv"]
"""
#: In order: approved, changed, machine, needs review, new with codes.
TEXT = """\
Garden
======

Dig first.

Mix both of them well before it freezes.

Rain is free.

Then wait.

Use ``spade()`` with *great* care in spring.
"""
OLD = "Mix both of them well before it rains."
CODED = 'Use <x id="1"/> with <g id="2">great</g> care in spring.'
MACHINE = PseudoEngine(PseudoOptions()).fingerprint
SUFFIXES = ["w.xlf", "w2.xlf", "w.po"]


def unit(source: str, target: str, **more: Any) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED, "index")
    return replace(made, **more)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book with a text in each stage; it is the present folder."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text(CONF)
    (folder / "index.rst").write_text(TEXT)
    (folder / "terms.csv").write_text("en,de\nspring,Frühjahr\n", "utf-8")
    said = [
        unit("Garden", "Garten"),
        unit("Dig first.", "Erst graben.", state=State.APPROVED),
        unit(OLD, "Mische beide gut, bevor es regnet."),
        unit("Then wait.", "Dann warten?", state=State.NEEDS_REVIEW),
    ]
    tmx.write(folder / "a.tmx", said, source_language="en")
    by_machine = unit("Rain is free.", "Rgn", maker=MACHINE, state=State.MACHINE)
    with Memory(folder / ".amts" / "memory.sqlite") as memory:
        memory.learn([by_machine])
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command and returns all that it said."""

    def call(*arguments: object, code: int = 0) -> str:
        assert main([*map(str, arguments)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return call


def export(run: Any, name: str, *options: object) -> str:
    version = ["--xliff", "2.1"] if name == "w2.xlf" else []
    said: str = run("review", "export", name, *version, *options)
    return said


def pairs_of(root: Any) -> list[tuple[Any, Any]]:
    """Return each source of a work file in XLIFF with the element around it."""
    return [
        (source, source.getparent())
        for source in root.iterfind(".//{*}source")
        if etree.QName(source.getparent()).localname in {"trans-unit", "segment"}
    ]


def texts(name: str) -> dict[str, str]:
    """Return the sources in a work file, plain, with their targets."""
    if name.endswith(".po"):
        return {entry.msgid: entry.msgstr for entry in polib.pofile(name)}
    return {
        "".join(source.itertext()): "".join(
            "".join(target.itertext()) for target in holder.findall("{*}target")
        )
        for source, holder in pairs_of(etree.parse(name).getroot())
    }


def translate(name: str, targets: dict[str, str]) -> None:
    """Work as a person does in a tool: write *targets*, by the beginnings of sources.

    Codes are given as elements of XLIFF, or as text in PO.
    """
    if name.endswith(".po"):
        file = polib.pofile(name)
        for entry in file:
            for start, target in targets.items():
                if entry.msgid.startswith(start):
                    entry.msgstr = target
                    entry.flags = []
        file.save()
        return
    tree = etree.parse(name)
    space = tree.getroot().nsmap[None]
    for source, holder in pairs_of(tree.getroot()):
        for start, target in targets.items():
            if not "".join(source.itertext()).startswith(start):
                continue
            for former in holder.findall("{*}target"):
                holder.remove(former)
            coded = target
            if name == "w2.xlf":
                coded = target.replace("<g ", "<pc ").replace("</g>", "</pc>")
                coded = coded.replace("<x ", "<ph ")
                holder.attrib.pop("state", None)
            made = etree.fromstring(f'<target xmlns="{space}">{coded}</target>')
            source.addnext(made)
    tree.write(name, encoding="utf-8")


def home(book: Path) -> dict[str, TranslationUnit]:
    path = book / "memory" / "de.home.tmx"
    return {each.source: each for each in home_file.read(path)} if path.exists() else {}


@pytest.mark.parametrize("name", SUFFIXES)
@pytest.mark.usefixtures("book")
def test_the_work_and_nothing_else(run: Any, name: str) -> None:
    said = export(run, name)
    found = texts(name)
    assert f"{name}: 4 units, 19 words" in said
    assert found["Mix both of them well before it freezes."] == ""
    assert found["Rain is free."] == "Rgn"
    assert found["Then wait."] == "Dann warten?"
    assert len(found) == 4
    [status] = json.loads(run("status", "--json"))
    assert status["progress"]["words_to_do"] == 19


@pytest.mark.parametrize("name", SUFFIXES)
def test_what_comes_with_a_unit(book: Path, run: Any, name: str) -> None:
    export(run, name)
    text = (book / name).read_text("utf-8")
    for expected in (
        OLD,
        "Mische beide gut, bevor es regnet.",
        "[-rains-]{+freezes+}",
        "index:6, paragraph",
        "spring = Frühjahr",
        "Rain is free.",  # the neighbour
        "https://example.org/book/de/index.html#:~:text=",
        "spade()",
        "its translator marked the translation as in need of review",
    ):
        assert expected in text
    if name == "w.po":
        changed = next(e for e in polib.pofile(name) if "freezes" in e.msgid)
        assert changed.previous_msgid == OLD


@pytest.mark.parametrize("name", SUFFIXES)
def test_work_comes_back_by_the_unit(book: Path, run: Any, name: str) -> None:
    export(run, name)
    translate(
        name,
        {
            "Mix both": "Mische beide gut, bevor es friert.",
            "Then wait": "Dann warten.",
            "Use": 'Im Frühjahr mit <g id="2">großer</g> Sorgfalt <x id="1"/> nutzen.',
        },
    )
    said = run("review", "import", name, "--by", "Ann")
    assert f"{name}: 2 new, 1 changed, 1 by machines" in said
    found = home(book)
    changed = found["Mix both of them well before it freezes."]
    assert (changed.author, changed.replaced) == ("Ann", OLD)
    assert found["Then wait."].corrects == ("Dann warten?",)
    assert 'mit <g id="2">großer</g>' in found[CODED].target
    [status] = json.loads(run("status", "--json"))
    assert status["progress"]["words"]["machine"] == 3
    assert status["progress"]["words_to_do"] == 3
    assert f"{name}: 3 equal, 1 by machines" in run("review", "import", name)


def test_what_comes_back_fuzzy_is_counted(book: Path, run: Any) -> None:
    export(run, "w.po")
    file = polib.pofile("w.po")
    [entry] = [each for each in file if each.msgstr == "Dann warten?"]
    assert "fuzzy" in entry.flags
    entry.msgstr = "Dann warten."
    file.save()
    said = run("review", "import", "w.po")
    assert "w.po: 1 changed" in said
    assert "w.po: 1 of them are marked fuzzy: they need review. Remove the mark" in said
    assert home(book)["Then wait."].state is State.NEEDS_REVIEW
    entry.flags = []
    file.save()
    said = run("review", "import", "w.po")
    assert "marked fuzzy" not in said
    assert home(book)["Then wait."].state is State.REVIEWED


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_damaged_unit_is_refused_by_its_place(
    book: Path, run: Any, name: str
) -> None:
    export(run, name)
    translate(name, {"Use": "Ohne Auszeichnung.", "Then wait": "Dann warten."})
    said = run("review", "import", name, code=1)
    assert "1 changed, 1 by machines, 1 not translated, 1 refused" in said
    [line] = [line for line in said.splitlines() if "lost" in line]
    assert line.startswith(f"{name}:")
    assert "lost code 1; lost code 2, around 'great'; in 'Use with great" in line
    assert [*home(book)] == ["Then wait."]


def test_each_damaged_unit_is_told(book: Path, run: Any) -> None:
    lines = (f"Dig *{n}* times." for n in "abcdefgh")
    (book / "index.rst").write_text("Garden\n======\n\n" + "\n\n".join(lines) + "\n")
    export(run, "w.po")
    translate("w.po", {"Dig": "Graben."})
    said = run("review", "import", "w.po", code=1)
    assert said.count("lost code 1") == 8
    assert "lost code 1, around 'h'; in 'Dig h times.'" in said
    assert "w.po: 8 refused" in said


@pytest.mark.parametrize("name", SUFFIXES)
def test_what_happened_since_is_a_conflict(book: Path, run: Any, name: str) -> None:
    export(run, name)
    shutil.copy(name, f"other-{name}")
    translate(name, {"Mix both": "Eins.", "Then wait": "Zwei."})
    run("review", "import", name, "--by", "Ann")
    shutil.move(f"other-{name}", name)
    translate(name, {"Mix both": "Drei.", "Then wait": "Zwei."})
    said = run("review", "import", name, "--by", "Bob")
    assert "1 equal, 1 in conflict" in said
    assert "'Eins.'" in said
    assert "'Drei.'" in said
    [status] = json.loads(run("status", "--json"))
    assert status["progress"]["conflicts"] == 1
    # Who sees both, and decides, is not contradicted.
    export(run, name, "--state", "conflicts")
    translate(name, {"Mix both": "Vier."})
    assert "1 changed" in run("review", "import", name, "--by", "Eve")
    assert "Vier." in {each.target for each in home(book).values()}
    [status] = json.loads(run("status", "--json"))
    assert status["progress"]["conflicts"] == 0


def test_a_state_set_in_a_tool_is_kept(book: Path, run: Any) -> None:
    export(run, "w.xlf", "--state", "machine", "--state", "needs-review")
    tree = etree.parse("w.xlf")
    for target in tree.getroot().iterfind(".//{*}trans-unit/{*}target"):
        target.set("state", "final")
    tree.write("w.xlf")
    assert "1 new, 1 changed" in run("review", "import", "w.xlf")
    assert {each.state for each in home(book).values()} == {State.APPROVED}
    assert {each.author for each in home(book).values()} == {""}


@pytest.mark.usefixtures("book")
def test_a_state_set_in_a_newer_tool_is_kept(run: Any, book: Path) -> None:
    export(run, "w2.xlf", "--state", "machine")
    tree = etree.parse("w2.xlf")
    for segment in tree.getroot().iterfind(".//{*}segment"):
        segment.set("state", "final")
    tree.write("w2.xlf")
    assert "1 new" in run("review", "import", "w2.xlf")
    assert home(book)["Rain is free."].state is State.APPROVED


@pytest.mark.parametrize(
    ("options", "sources"),
    [
        (["--state", "new"], ["Use spade"]),
        (["--shown"], ["Rain", "Then"]),
        (["--finding", "review"], ["Then"]),
        (["--words", "9"], ["Mix"]),
        (["--words", "11"], ["Mix", "Rain"]),
        (["--order", "risk", "--words", "3"], ["Then"]),
        (["--state", "approved"], ["Dig"]),
    ],
)
@pytest.mark.usefixtures("book")
def test_a_part_of_the_work(run: Any, options: list[str], sources: list[str]) -> None:
    export(run, "w.po", *options)
    starts = [source.split()[0] for source in texts("w.po")]
    assert starts == [source.split()[0] for source in sources]


def test_bad_input_is_named(book: Path, run: Any) -> None:
    assert "ends in .xlf, .xliff or .po" in run("review", "export", "w.txt", code=1)
    two = ["--languages", "de", "es"]
    assert "put {language} into" in run("review", "export", "w.po", *two, code=1)
    assert "--words" in run("review", "export", "w.po", "--words", "-1", code=1)
    other = ["review", "export", "w.po", "--document", "other*"]
    assert "--document other*: no such document" in run(*other, code=1)
    assert not (book / "w.po").exists()
    assert "cannot be read" in run("review", "import", "none.po", code=1)
    (book / "w.xlf").write_text("<xliff><file>")
    assert "not well-formed" in run("review", "import", "w.xlf", code=1)
    assert home(book) == {}


def test_git_is_told_to_keep_both_sides(book: Path, run: Any) -> None:
    subprocess.run(["git", "init", "-q", str(book)], check=True)
    export(run, "w.po")
    translate("w.po", {"Then wait": "Dann warten."})
    run("review", "import", "w.po")
    told = book / "memory" / ".gitattributes"
    assert told.read_text() == "*.home.tmx merge=union\n"
    (book / "memory" / "de.home.tmx").unlink()
    told.write_text("*.tmx merge=union\n")
    run("review", "import", "w.po")
    assert told.read_text() == "*.tmx merge=union\n"
    conf = (book / "conf.py").read_text()
    (book / "conf.py").write_text(f"{conf}amts_home_file = 'memory/{{language}}.tmx'\n")
    told.write_text("* text\n".replace("*", "x"))
    run("review", "import", "w.po")
    assert told.read_text() == "x text\nde.tmx merge=union\n"
