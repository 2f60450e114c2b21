"""The ``amts`` command, as a person types it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from fork_server import python
from waiting import PATIENCE

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "zh")


def amts(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a shell does."""
    command = [python(), "-m", "amts_sphinx", *map(str, arguments)]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
    )


def write_book(folder: Path, language: str, index: str) -> Path:
    folder.mkdir()
    conf = f'project = "Rain"\nlanguage = "{language}"\n'
    (folder / "conf.py").write_text(conf, "utf-8")
    (folder / "index.rst").write_text(index, "utf-8")
    return folder


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """Return a tiny book and its Chinese edition."""
    english = "Rain\n====\n\nIt rains. Use ``cup``.\n\n* One cup.\n"
    chinese = "雨\n====\n\n下雨了。用\\ ``cup``\\ 。\n\n* 一杯。\n"
    return (
        write_book(tmp_path / "en", "en", english),
        write_book(tmp_path / "zh", "zh_CN", chinese),
    )


@pytest.mark.sphinx
def test_parallel_writes_what_people_translated(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "zh.tmx"
    done = amts("parallel", *editions, "-o", file)
    assert done.returncode == 0, done.stderr
    assert {unit.source: unit.target for unit in tmx.read(file)} == {
        "Rain": "雨",
        "It rains.": "下雨了。",
        'Use <x id="1"/>.': '用<x id="1"/>。',
        "One cup.": "一杯。",
    }
    last = done.stdout.splitlines()[-2]
    assert last.startswith("en → zh: 4 pairs, 4 units; 3 texts learnt sentence by")
    assert "conf.py: 1 left out" in done.stdout


@pytest.mark.sphinx
def test_parallel_learns_into_a_memory(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    memory = tmp_path / "memory.sqlite"
    assert amts("parallel", *editions, "--learn", memory).returncode == 0
    told = amts("memory", "info", memory).stdout
    assert "en → zh  human  reviewed  4" in told


def test_parallel_without_a_place_for_the_units(editions: tuple[Path, Path]) -> None:
    done = amts("parallel", *editions)
    assert done.returncode == 1
    assert "-o" in done.stderr
    assert "--learn" in done.stderr


def test_parallel_of_one_language(tmp_path: Path) -> None:
    book = write_book(tmp_path / "en", "en", "Rain\n====\n")
    done = amts("parallel", book, book, "-o", tmp_path / "x.tmx")
    assert done.returncode == 1
    assert "--languages" in done.stderr
    assert not (tmp_path / "x.tmx").exists()


@pytest.mark.sphinx
@pytest.mark.parametrize("conf", [None, "raise ValueError('no')\n"])
def test_parallel_of_what_is_no_book(tmp_path: Path, conf: str | None) -> None:
    book = write_book(tmp_path / "en", "en", "Rain\n====\n")
    (tmp_path / "bad").mkdir()
    if conf:
        (tmp_path / "bad" / "conf.py").write_text(conf, "utf-8")
    done = amts("parallel", book, tmp_path / "bad", "-o", tmp_path / "x.tmx")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr.partition("amts:")[0]
    assert str(tmp_path / "bad") in done.stderr


#: Sentences of a tiny book in Markdown and their translations.
MARKDOWN = (
    "# Rain\n\nIt rains on `roof`. The gauge fills.\n\n```\ncode\n```\n\n* One cup.\n",
    "# 雨\n\n`roof`上下雨了。雨量计满了。\n\n```\ncode\n```\n\n* 一杯。\n",
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return a book of two Markdown files and its Chinese edition."""
    for name, text in zip(("en", "zh"), MARKDOWN, strict=True):
        for page in ("part/rain.md", "snow.md"):
            path = tmp_path / name / page
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return tmp_path / "en", tmp_path / "zh"


LANGUAGES = ("--languages", "en", "zh-CN")


def test_folders_become_parallel_data(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "pairs.csv"
    page = tmp_path / "pairs.html"
    done = amts(
        "parallel", *folders, *LANGUAGES, "-o", file, "--review", page, "-j", "1"
    )
    assert done.returncode == 0, done.stderr
    assert file.read_text("utf-8") == (
        "en,zh\nIt rains on roof.,roof上下雨了。\nOne cup.,一杯。\nRain,雨\n"
        "The gauge fills.,雨量计满了。\n"
    )
    assert "4 left out: repeated" in done.stdout
    shown = page.read_text("utf-8")
    assert shown.count("roof上下雨了。") == 2
    assert "part/rain" in shown


def test_paragraphs_as_tab_separated_values(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "pairs.txt"
    asked = ("--granularity", "paragraph", "--format", "tsv", "-o", file)
    assert amts("parallel", *folders, *LANGUAGES, *asked).returncode == 0
    assert file.read_text("utf-8").splitlines()[1] == (
        "It rains on roof. The gauge fills.\troof上下雨了。雨量计满了。"
    )


def test_documents_are_held_out(folders: tuple[Path, Path], tmp_path: Path) -> None:
    memory = tmp_path / "m.sqlite"
    asked = (*folders, *LANGUAGES, "--learn", memory)
    done = amts("parallel", *asked, "--hold-out", "part/*")
    assert done.returncode == 0, done.stderr
    with Memory(memory) as opened:
        assert {unit.document for unit in opened.units()} == {"snow"}
    done = amts("parallel", *asked, "--hold-out", "nothing/*")
    assert done.returncode == 1
    assert "--hold-out nothing/*: no such document" in done.stderr


def test_pairs_of_other_files_are_added(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    other, file = tmp_path / "wind.csv", tmp_path / "all.tmx"
    other.write_text("en,zh\nThe wind blows.,刮风了。\nRain,下雨\n", "utf-8")
    done = amts("parallel", *folders, *LANGUAGES, "-o", file, "--add", other)
    assert done.returncode == 0, done.stderr
    found = {unit.source: unit.target for unit in tmx.read(file)}
    assert found["The wind blows."] == "刮风了。"
    assert found["Rain"] == "雨"


#: A page with captions, by its suffix, and their translations in order.
CAPTIONS = {
    ".md": "# Rain\n\n![A wet roof](a.png)\n\n```{figure} b.png\n:name: b\n\n"
    "The gauge\n```\n\n:Wet days\n\n| a | b |\n|--|--|\n| 1 | 2 |\n",
    ".html": "<h1>Rain</h1><figure><img src='a.png'><figcaption>A wet roof</figcaption>"
    "</figure><figure><img src='b.png'><figcaption>The gauge</figcaption></figure>"
    "<table><caption>Wet days</caption><tr><td>1</td></tr></table>",
}


@pytest.mark.parametrize(
    ("suffix", "layout"), [(".md", "folders"), (".html", "folders"), (".md", "d2lbook")]
)
def test_captions_are_translations_of_people(
    tmp_path: Path, suffix: str, layout: str
) -> None:
    known = {"A wet roof": "湿屋顶", "The gauge": "雨量计", "Wet days": "雨天"}
    source = target = CAPTIONS[suffix]
    for text, translation in known.items():
        target = target.replace(text, translation)
    if layout == "d2lbook":
        asked = [tmp_path / "book"]
        names = [f"book/rain_origin{suffix}", f"book/rain{suffix}"]
    else:
        asked = [tmp_path / "en", tmp_path / "zh"]
        names = [f"en/rain{suffix}", f"zh/rain{suffix}"]
    for name, text in zip(names, (source, target), strict=True):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    file = tmp_path / "b.tmx"
    done = amts("parallel", *asked, *LANGUAGES, "-o", file)
    assert done.returncode == 0, done.stderr
    found = {unit.source: unit.target for unit in tmx.read(file)}
    assert {text: found.get(text) for text in known} == known


def test_a_file_that_is_paired_already(tmp_path: Path) -> None:
    source, file = tmp_path / "a.tsv", tmp_path / "b.tmx"
    source.write_text("en\tzh\nRain\t雨\n", "utf-8")
    done = amts("parallel", source, *LANGUAGES, "-o", file)
    assert done.returncode == 0, done.stderr
    assert [unit.target for unit in tmx.read(file)] == ["雨"]


def test_d2lbooks_own_layout(tmp_path: Path) -> None:
    book, file = tmp_path / "book", tmp_path / "b.tmx"
    book.mkdir()
    (book / "rain_origin.md").write_text(MARKDOWN[0], "utf-8")
    (book / "rain.md").write_text(MARKDOWN[1], "utf-8")
    done = amts("parallel", book, *LANGUAGES, "-o", file)
    assert done.returncode == 0, done.stderr
    assert len(list(tmx.read(file))) == 4


def test_what_parallel_cannot_read(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    output = ("-o", tmp_path / "x.csv")
    for asked, why in (
        ((*folders, *output), "does not name its language"),
        ((folders[0], tmp_path / "empty", *LANGUAGES, *output), "holds no edition"),
        ((folders[0], tmp_path / "none", *LANGUAGES, *output), "is not a folder"),
        ((folders[0], *LANGUAGES, *output), "page_origin.md"),
        ((*folders, *LANGUAGES, "-o", tmp_path / "x.doc"), "name its --format"),
        ((*folders, "--languages", "en", "xx", *output), "xx"),
    ):
        done = amts("parallel", *asked)
        assert done.returncode == 1
        assert why in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_a_memory_goes_out_and_comes_in(tmp_path: Path) -> None:
    first, second = tmp_path / "one.sqlite", tmp_path / "two.sqlite"
    machine = TranslationUnit("Snow.", "雪。", PAIR, "engine/1", State.MACHINE)
    person = TranslationUnit("Rain.", "雨。", PAIR, HUMAN, State.APPROVED)
    with Memory(first) as memory:
        memory.learn([machine, person])
    people, everybody = tmp_path / "people.tmx", tmp_path / "all.tmx"
    languages = ("--languages", "en", "zh-CN")
    assert amts("memory", "export", first, people, *languages).returncode == 0
    amts("memory", "export", first, everybody, "--all", *languages)
    assert [unit.source for unit in tmx.read(people)] == ["Rain."]
    assert len(list(tmx.read(everybody))) == 2
    assert amts("memory", "import", second, everybody).returncode == 0
    with Memory(second) as memory:
        assert {(u.source, u.maker, u.state) for u in memory.units()} == {
            ("Rain.", HUMAN, State.APPROVED),
            ("Snow.", "engine/1", State.MACHINE),
        }


def test_near_matches_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    with Memory(path) as memory:
        memory.learn(
            [
                TranslationUnit(
                    "It rains today.", "今天下雨。", PAIR, HUMAN, State.APPROVED
                )
            ]
        )
    asked = ("memory", "search", path, "It rains today!")
    done = amts(*asked, *LANGUAGES)
    assert done.stdout.splitlines() == [
        "93  human  approved",
        "    It rains today.",
        "    今天下雨。",
    ]
    assert "nothing in en → zh" in amts(*asked, *LANGUAGES, "--cutoff", "99").stdout
    wrong = amts(*asked, *LANGUAGES, "--cutoff", "0")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_a_file_is_forgotten(tmp_path: Path) -> None:
    memory, file = tmp_path / "m.sqlite", tmp_path / "zh.tmx"
    unit = TranslationUnit("Rain.", "雨。", PAIR, HUMAN, State.APPROVED)
    tmx.write(file, [unit], source_language="en")
    assert amts("memory", "import", memory, file).returncode == 0
    assert "learnt zh.tmx" in amts("memory", "info", memory).stdout
    assert amts("memory", "forget", memory, file).returncode == 0
    assert amts("memory", "info", memory).stdout == f"{memory} is empty\n"
    again = amts("memory", "forget", memory, file)
    assert again.returncode == 1
    assert "has learnt no file zh.tmx" in again.stderr


@pytest.mark.parametrize("command", [("info",), ("export", "x.tmx")])
def test_looking_at_a_memory_does_not_make_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "none.sqlite"
    what, *files = command
    options = ["--languages", "en", "zh"] if files else []
    done = amts("memory", what, path, *files, *options)
    assert done.returncode == 1
    assert f"there is no memory {path}" in done.stderr
    assert not path.exists()


def test_import_of_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "bad.tmx"
    file.write_text("<tmx>", "utf-8")
    done = amts("memory", "import", tmp_path / "m.sqlite", file)
    assert done.returncode == 1
    assert str(file) in done.stderr
