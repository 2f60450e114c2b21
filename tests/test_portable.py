"""What other systems do otherwise: names, replaced files, encodings, line ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

import pytest
from waiting import PATIENCE

from amts_sphinx import formats
from amts_sphinx.core import atomic, paths
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import connection, home_file
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "amts_sphinx"
PAIR: Final = LanguagePair("en", "zh-CN")
#: A locale in which Python knows ASCII only, unless it is told otherwise.
LOCALE_C: Final = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def unit(source: str, target: str) -> TranslationUnit:
    return TranslationUnit(
        source, target, PAIR, HUMAN, State.REVIEWED, changed=1_700_000_000
    )


# Replaced files


def test_a_file_is_closed_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows renames and links no file that is open."""
    closed: list[bool] = []

    def watch(function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            closed.append(stream.closed)
            return function(*args, **kwargs)

        return watched

    # As where a file cannot be without a name.
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    monkeypatch.setattr(Path, "replace", watch(Path.replace))
    with atomic.replacing(tmp_path / "a") as stream:
        stream.write(b"rain")
    assert closed == [True]
    assert (tmp_path / "a").read_bytes() == b"rain"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_that_is_in_use_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []
    replace = Path.replace

    def busy(self: Path, target: Path) -> Path:
        tries.append(self)
        if len(tries) < 3:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(atomic, "_IS_WINDOWS", True)
    monkeypatch.setattr(atomic, "_PAUSES", (0, 0, 0))
    atomic.keep(tmp_path / "a", b"rain")
    assert (tmp_path / "a").read_bytes() == b"rain"
    assert len(tries) == 3
    tries.clear()
    monkeypatch.setattr(atomic, "_PAUSES", (0,))
    with pytest.raises(InterchangeError, match="in use"):
        atomic.keep(tmp_path / "a", b"snow")
    assert (tmp_path / "a").read_bytes() == b"rain"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


# Names


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/a b/m.sqlite"), "file:///a%20b/m.sqlite"),
        (PureWindowsPath(r"C:\a\m.sqlite"), "file:///C:/a/m.sqlite"),
        (PureWindowsPath(r"\\host\share\m.sqlite"), "file:////host/share/m.sqlite"),
    ],
)
def test_sqlite_is_told_no_host(path: Any, uri: str) -> None:
    assert connection.uri_of(path) == uri


def test_names_on_another_drive_stay_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paths.relative(tmp_path / "a" / "b.tmx", tmp_path) == "a/b.tmx"
    assert paths.relative(tmp_path / "b.tmx", tmp_path / "a") == "../b.tmx"

    def on_windows(path: str, start: str) -> str:
        raise ValueError(f"path is on mount {path!r}, start on mount {start!r}")

    monkeypatch.setattr(os.path, "relpath", on_windows)
    there = tmp_path / "b.tmx"
    assert paths.relative(there, tmp_path) == there.as_posix()
    with Memory(tmp_path / "m.sqlite") as memory:
        formats.write(there, [unit("Rain", "雨")], PAIR)
        memory.learn([unit("Rain", "雨")])


#: Names that Windows keeps for itself, with any suffix, and characters it refuses.
RESERVED: Final = re.compile(
    r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*[<>:\"|?*\\\x00-\x1f].*|.*[. ]"
)


def test_every_file_of_the_project_can_be_checked_out_on_windows() -> None:
    folders = ("amts_sphinx", "benchmarks", "docs", "sample_book", "tests", ".github")
    for folder in folders:
        seen: set[str] = set()
        for path in sorted((ROOT / folder).rglob("*")):
            if {"__pycache__", ".amts", "_build"} & set(path.parts):
                continue
            assert not path.is_symlink(), path
            assert not RESERVED.fullmatch(path.name), path
            name = path.relative_to(ROOT).as_posix().casefold()
            assert name not in seen, f"{path}: another file differs only in case"
            seen.add(name)
        assert seen, folder


# Encodings


def test_no_program_speaks_in_the_encoding_of_the_locale() -> None:
    """As ruff sees to for files."""
    text_streams = re.compile(r"(?:\btext|universal_newlines)=True")
    for path in PACKAGE.rglob("*.py"):
        code = path.read_text("utf-8")
        for call in text_streams.finditer(code):
            beside = code[call.start() - 200 : call.end() + 200]
            assert 'encoding="utf-8"' in beside, path


#: What a system without fork has not; nothing of ours may need it.
ELSEWHERE: Final = """\
import multiprocessing, os, sys

for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("fork", "O_TMPFILE", "getuid", "geteuid", "getgid", "fchmod", "chown"):
    if hasattr(os, name):
        delattr(os, name)
multiprocessing.set_start_method("spawn")
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a Python without fork, in a locale without letters."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(ELSEWHERE, "utf-8")
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, **LOCALE_C, "PYTHONPATH": path}


def run(env: dict[str, str], *command: str | Path) -> str:
    """Run a module of Python in *env*; return what it said, in bytes of ASCII."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.sphinx
def test_a_system_without_fork_in_a_locale_without_letters(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    """The same pages; and commands say what the locale has no letters for."""
    build = ("sphinx", "-q", "-b", "amts", "-D", "amts_engine=pseudo")
    pages = []
    for name, env in (("here", {**os.environ}), ("there", elsewhere)):
        book = tmp_path / name / "en"
        shutil.copytree(
            ROOT / "sample_book", book.parent, ignore=shutil.ignore_patterns(".amts")
        )
        for page in ("forecasting", "plotting", "why_measure", "cleaning"):
            (book / f"{page}.rst").write_text(f"{page}\n{'=' * 12}\n", "utf-8")
        out = tmp_path / "out" / name
        run(env, *build, "-D", "amts_target_languages=zh", book, out)
        pages.append({p.name: p.read_bytes() for p in (out / "zh").glob("*.html")})
    assert pages[0] == pages[1]
    assert "口袋气象站" in pages[1]["index.html"].decode()
    told = run(
        elsewhere,
        *("amts_sphinx", "memory", "info", "--book", tmp_path / "there" / "en"),
    )
    assert re.search(r"^en \\u2192 zh  human", told, re.MULTILINE)
    assert told.startswith("amts: names of files are read as ascii")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes there")
@pytest.mark.parametrize("command", [["sphinx", "-b", "amts-zh"], ["amts_sphinx"]])
def test_names_that_the_locale_cannot_read_are_told(
    tmp_path: Path, elsewhere: dict[str, str], command: list[str]
) -> None:
    book = tmp_path / "book"
    book.mkdir()
    conf = 'extensions = ["amts_sphinx"]\namts_target_languages = ["zh"]\n'
    (book / "conf.py").write_text(f'{conf}amts_engine = "pseudo"\n', "utf-8")
    (book / "index.rst").write_text("Index\n=====\n", "utf-8")
    (book / "página.rst").write_text(":orphan:\n\nPage\n====\n", "utf-8")
    build = command[0] == "sphinx"
    rest = [book, tmp_path / "out"] if build else ["status", "--book", book]
    done = subprocess.run(
        [sys.executable, "-m", *map(str, [*command, *rest])],
        check=False,
        capture_output=True,
        env=elsewhere,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert done.returncode != 0
    assert r"the document 'p\udcc3\udca1gina' cannot be read as ascii" in done.stderr
    assert "set the environment variable PYTHONUTF8 to 1" in done.stderr
    assert "Traceback" not in done.stderr


def test_alignment_in_processes_that_are_spawned(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    for side, word in (("en", "It rains."), ("zh", "下雨了。")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "page.md").write_text(f"# A\n\n{word}\n", "utf-8")
    books = [tmp_path / "en", tmp_path / "zh", "--languages", "en", "zh"]
    file = tmp_path / "zh.tmx"
    run(elsewhere, "amts_sphinx", "parallel", *map(str, books), "-j2", "-o", str(file))
    found = {each.source: each for each in formats.read(file)}
    assert found["It rains."].target == "下雨了。"
    assert found["It rains."].document == "page"


# Line ends


def crlf(path: Path) -> Path:
    """Give each line of a file the end that it has after a checkout on Windows."""
    lines = path.read_bytes().replace(b"\r\n", b"\n")
    path.write_bytes(lines.replace(b"\n", b"\r\n"))
    return path


SAID: Final = [
    unit("It rains.", "下雨了。"),
    unit("It snows.\nA lot.", "下雪。\n很大。"),
]


@pytest.mark.parametrize("name", ["a.tmx", "a.xlf", "a.csv", "a.tsv", "a.po"])
def test_units_are_the_same_after_a_checkout_on_windows(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    formats.write(path, SAID, PAIR)
    before = [(u.source, u.target) for u in formats.read(path, pair=PAIR)]
    assert before
    assert [(u.source, u.target) for u in formats.read(crlf(path), pair=PAIR)] == before


def test_a_home_file_after_a_checkout_on_windows(tmp_path: Path) -> None:
    """It reads the same, and to add a line gives the same bytes as anywhere."""
    written = []
    for name in ("here", "there"):
        path = tmp_path / name / "zh.home.tmx"
        with home_file.changing(path, "en") as home:
            for each in SAID:
                home.add(each)
            home.write()
        before = list(home_file.lines(path))
        if name == "there":
            crlf(path)
        assert list(home_file.lines(path)) == before
        with home_file.changing(path, "en") as home:
            home.add(unit("Wind.", "风。"))
            home.write()
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert b"\r" not in written[0]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "end"])
def test_git_is_told_in_the_line_ends_of_its_file(
    end: str, last: str, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    told = tmp_path / ".gitattributes"
    former = f"*.png binary{end}*.jpg binary{end if last else ''}".encode()
    told.write_bytes(former)
    with home_file.changing(tmp_path / "zh.home.tmx", "en") as home:
        home.add(SAID[0])
        home.write()
    between = "" if last else end
    assert told.read_bytes() == former + (
        f"{between}*.home.tmx merge=union{end}".encode()
    )
