"""Two programs that write one home file, and what people remark in it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from filelock import FileLock

from amts_sphinx.cli import main
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.memory.importing import BookFiles

if TYPE_CHECKING:
    from pathlib import Path

PAIR: Final = LanguagePair("en", "de")
#: Saves as the page does; writes by the same lines as a delivery does.
SAVE: Final = """\
import sys
from pathlib import Path
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import home_file
from amts_sphinx.review.saving import Saver
home, lock, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
saver = Saver(home, "en", name, lock)
for number in range(25):
    pair = LanguagePair("en", "de")
    text = f"{name} {number}"
    unit = TranslationUnit(text, text, pair, HUMAN, State.REVIEWED)
    if name == "page":
        saver.save([(unit, ())])
    else:
        with home_file.changing(home, "en", lock) as file:
            file.add(unit)
            file.write()
saver.close()
"""


def unit(source: str, target: str, **more: object) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(made, **more)  # type: ignore[arg-type]


def test_nothing_is_lost_of_what_two_programs_write_at_once(tmp_path: Path) -> None:
    files = BookFiles(tmp_path, "en", "{language}.home.tmx")
    home, lock = files.home_of("de"), files.lock_of("de")
    assert home is not None
    command = [sys.executable, "-c", SAVE, str(home), str(lock)]
    running = [subprocess.Popen([*command, name]) for name in ("page", "import")]
    assert [each.wait() for each in running] == [0, 0]
    assert len({each.source for each in home_file.read(home)}) == 50
    # Git sees the home file alone: the lock is where it does not look.
    assert lock.parent == tmp_path / ".amts"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [home.name]


def test_who_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_file, "_PATIENCE", 0.1)
    home, lock = tmp_path / "de.home.tmx", tmp_path / "lock"
    opened = home_file.changing(home, "en", lock)
    # A lock of another process is one of another descriptor.
    with (
        FileLock(lock),
        pytest.raises(InterchangeError, match="another program"),
        opened,
    ):
        pytest.fail("it is locked")
    assert not home.exists()


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book with a home file in which somebody remarks something."""
    (tmp_path / "conf.py").write_text(
        'extensions = ["amts_sphinx"]\namts_target_languages = ["de"]\n'
        'amts_engine = "none"\n'
    )
    (tmp_path / "index.rst").write_text("Garden\n======\n\nDig first.\n")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, unit("Garden", "Garten", note="Or park?\nAsk <Bob> & Ann."))
    return tmp_path


def home_of(book: Path) -> Path:
    return book / "memory" / "de.home.tmx"


def write(book: Path, *units: TranslationUnit) -> None:
    with home_file.changing(home_of(book), "en") as home:
        for each in units:
            home.add(each)
        home.write()


def notes(book: Path) -> dict[str, str]:
    return {each.source: each.note for each in home_file.read(home_of(book))}


def test_a_remark_is_in_the_line_of_its_unit(book: Path) -> None:
    assert notes(book) == {"Garden": "Or park?\nAsk <Bob> & Ann."}
    assert len(home_of(book).read_text().splitlines()) == 7
    # Two people's remarks on one translation, as a merge leaves them, both stay.
    write(book, unit("Garden", "Garten", note="Good."))
    assert notes(book)["Garden"] == "Or park?\nAsk <Bob> & Ann.\nGood."
    write(book, unit("Garden", "Garten", note="Good."), unit("Garden", "Garten"))
    assert notes(book)["Garden"].count("Good.") == 1
    # TMX knows remarks: other tools show them.
    assert [each.target for each in tmx.read(home_of(book))] == ["Garten"]


@pytest.mark.parametrize("name", ["w.xlf", "w2.xlf", "w.po"])
def test_a_remark_goes_to_a_translator_and_back(book: Path, name: str) -> None:
    version = ["--xliff", "2.1"] if name == "w2.xlf" else []
    states = ["--state", "reviewed", "--state", "new"]
    assert main(["review", "export", name, *states, *version]) == 0
    path = book / name
    text = path.read_text("utf-8")
    assert "Or park?" in text
    text = text.replace(">Garten<", ">Park<").replace('str "Garten"', 'str "Park"')
    if name == "w.po":
        text = text.replace("\n#. place: ", "\n# Park it is.\n#. place: ", 1)
    elif name == "w2.xlf":
        text = text.replace("</notes>", "<note>Park it is.</note></notes>", 1)
    else:
        text = text.replace(
            "</trans-unit>", '<note from="Eve">Park it is.</note></trans-unit>', 1
        )
    path.write_text(text, "utf-8")
    assert main(["review", "import", name]) == 0
    [line] = home_file.read(home_of(book))
    assert line.target == "Park"
    assert "Or park?" in line.note
    assert "Ask <Bob> & Ann." in line.note
    assert line.note.splitlines()[-1].endswith("Park it is.")
    assert "place" not in line.note
    # Once more changes nothing.
    before = home_of(book).read_bytes()
    assert main(["review", "import", name]) == 0
    assert home_of(book).read_bytes() == before


def test_a_remark_alone_is_news_and_changes_no_state(book: Path) -> None:
    write(book, unit("Dig first.", "Erst graben.", state=State.APPROVED))
    assert main(["review", "export", "w.xlf", "--state", "approved"]) == 0
    path = book / "w.xlf"
    text = path.read_text("utf-8")
    text = text.replace("</trans-unit>", "<note>Deep?</note></trans-unit>")
    path.write_text(text, "utf-8")
    assert main(["review", "import", "w.xlf"]) == 0
    found = {each.source: each for each in home_file.read(home_of(book))}
    assert found["Dig first."].note == "Deep?"
    assert found["Dig first."].state is State.APPROVED


def test_a_remark_on_a_machines_text_is_not_dropped_silently(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "conf.py").write_text(
        (book / "conf.py").read_text().replace('"none"', '"pseudo"')
    )
    from amts_sphinx.engine.pseudo import PseudoEngine, PseudoOptions
    from amts_sphinx.memory.memory import Memory

    maker = PseudoEngine(PseudoOptions()).fingerprint
    made = unit("Dig first.", "[Dg]", maker=maker, state=State.MACHINE)
    with Memory(book / ".amts" / "memory.sqlite") as memory:
        memory.learn([made])
    assert main(["review", "export", "w.xlf"]) == 0
    path = book / "w.xlf"
    text = path.read_text("utf-8")
    assert "[Dg]" in text
    text = text.replace("</trans-unit>", "<note>What?</note></trans-unit>")
    path.write_text(text, "utf-8")
    assert main(["review", "import", "w.xlf"]) == 0
    assert "remark on 'Dig first.' is not kept" in capsys.readouterr().err


def test_remarks_of_the_same_source_at_two_places_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "de.home.tmx"
    here = Place(before="Shut it.")
    with home_file.changing(path, "en") as home:
        home.add(unit("Close.", "Zu.", place=here, note="verb"))
        home.add(unit("Close.", "Zu.", note="everywhere"))
        home.write()
        assert home.notes() == {
            ("Close.", home_file.place_name(here)): "verb",
            ("Close.", ""): "everywhere",
        }
        assert [each.note for each in home.at("Close.", here)] == ["verb"]
    assert {each.note for each in home_file.read(path)} == {"verb", "everywhere"}
