"""``amts d2l`` and the paths of a book of d2lbook, with a stand-in for d2lbook."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from sphinx.errors import ExtensionError

from amts_sphinx.build import authored, summary
from amts_sphinx.cli import d2l, main
from amts_sphinx.config import d2lbook
from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Finding, Location, Severity
from amts_sphinx.doctree.collect import DocumentTexts
from amts_sphinx.readers import editions, markdown

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.application import Sphinx
    from sphinx.config import Config

CONFIG = "[build]\nsphinx_extensions = amts_sphinx\ntabs = kitchen, field\n"
CONF = """\
extensions = ["amts_sphinx"]
amts_target_languages = ["zh"]
amts_engine = "pseudo"
"""
#: What d2lbook does, as far as it matters here: it writes the project anew.
PROGRAM = f"""\
#!{sys.executable}
import pathlib, sys
assert sys.argv[1:3] == ["build", "rst"], sys.argv
out = pathlib.Path("_build", "rst_field" if "field" in sys.argv else "rst")
out.mkdir(parents=True, exist_ok=True)
(out / "conf.py").write_text({CONF!r})
page = out / "index.rst"
if not page.exists():
    page.write_text("Rain\\n====\\n\\nIt rains.\\n")
sys.exit(3 if pathlib.Path("broken").exists() else 0)
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "config.ini").write_text(CONFIG)
    return folder


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a d2lbook, and a pandoc, on the search path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("d2lbook", "pandoc"):
        (folder / name).write_text(PROGRAM)
        (folder / name).chmod(0o755)
    monkeypatch.setattr(d2l, "_search", lambda: str(folder))
    return folder


def written(book: Path, name: str = "rst", conf: str = CONF) -> Path:
    project = book / "_build" / name
    project.mkdir(parents=True)
    (project / "conf.py").write_text(conf)
    (project / "index.rst").write_text("Rain\n====\n\nIt rains.\n")
    return project


@pytest.mark.sphinx
@pytest.mark.usefixtures("programs")
def test_editions_in_one_step(book: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["d2l", str(book), "-j", "1"]) == 0
    assert (book / "_build" / "amts" / "zh" / "index.html").is_file()
    assert (book / ".amts" / "memory.sqlite").is_file()
    assert (book / ".amts" / "report" / "zh" / "report.json").is_file()
    assert not (book / "_build" / "rst" / ".amts").exists()
    told = capfd.readouterr().out
    assert "d2lbook build rst: " in told
    assert "sphinx-build -b amts: " in told
    assert main(["d2l", str(book), "-j", "1"]) == 0
    assert "the edition is up to date" in capfd.readouterr().out


@pytest.mark.sphinx
@pytest.mark.usefixtures("programs")
def test_options_reach_the_builds(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--tab", "field", "--languages", "de", "-o", str(out), "-j", "1"]
    assert main(["d2l", str(book), *options, "-D", "amts_report="]) == 0
    assert (out / "de" / "index.html").is_file()
    assert not (out / "zh").exists()
    assert (book / "_build" / "rst_field").is_dir()
    assert not (book / ".amts" / "report").exists()


def test_a_step_that_fails_ends_it(
    book: Path, programs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (book / "broken").touch()
    assert main(["d2l", str(book)]) == 3
    assert "d2lbook build rst: " in capfd.readouterr().err
    assert not (book / "_build" / "amts").exists()
    (programs / "d2lbook").unlink()
    assert main(["d2l", str(book)]) == 1
    assert "pip install './amts_sphinx[d2l]'" in capfd.readouterr().err
    assert main(["d2l", str(book), "--skip-rst", "--tab", "field"]) == 1
    assert "rst_field has no conf.py" in capfd.readouterr().err


@pytest.mark.usefixtures("programs")
def test_all_tabs_are_evaluated_first(
    book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """d2lbook would leave the others out without a word, and keep it so."""
    (book / "broken").touch()  # d2lbook fails, when it is reached
    (book / "_build" / "eval").mkdir(parents=True)
    assert main(["d2l", str(book), "--tab", "all"]) == 1
    told = capfd.readouterr().err
    assert "\n  d2lbook build eval --tab field\n" in told
    assert told.count("build eval") == 1
    (book / "_build" / "eval_field").mkdir()
    assert main(["d2l", str(book), "--tab", "all"]) == 3


def test_what_is_no_book_of_d2lbook(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["d2l", str(tmp_path)]) == 1
    assert "it has no config.ini" in capsys.readouterr().err
    assert main(["d2l", str(book), "--tab", "garden"]) == 1
    assert "'garden'" in capsys.readouterr().err
    (book / "config.ini").write_text("[build]\n")
    assert main(["d2l", str(book)]) == 1
    assert "  sphinx_extensions = amts_sphinx\n" in capsys.readouterr().err
    (book / "config.ini").write_text("not a configuration")
    assert main(["d2l", str(book)]) == 1
    assert "config.ini cannot be read" in capsys.readouterr().err


def test_pandoc_is_found_or_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(d2l, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pip install pypandoc_binary"):
        d2l._search()  # noqa: SLF001 - no book of d2lbook is built without it
    bundled = tmp_path / "pypandoc" / "files"
    bundled.mkdir(parents=True)
    (bundled / "pandoc").write_text("#!/bin/sh\n")
    (bundled / "pandoc").chmod(0o755)
    spec = SimpleNamespace(origin=str(bundled.parent / "__init__.py"))
    monkeypatch.setattr(d2l, "find_spec", lambda _: spec)
    assert str(bundled) in d2l._search()  # noqa: SLF001


def test_paths_begin_at_the_book(book: Path) -> None:
    project = written(book, conf=CONF + 'amts_terminology = ["terms.csv"]\n')
    config = AmtsConfig.from_folder(project)
    assert config.memory == book / ".amts" / "memory.sqlite"
    assert config.report == book / ".amts" / "report"
    assert config.terminology == (book / "terms.csv",)
    assert config.folder == book


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amts_memory", "'../../.amts/memory.sqlite'"),
        ("amts_memory_files", "['a.tmx', '../../memory/zh.tmx']"),
    ],
)
def test_paths_that_began_at_conf_py_are_refused(
    book: Path, name: str, value: str
) -> None:
    project = written(book, conf=f"{CONF}{name} = {value}\n")
    with pytest.raises(ConfigError, match=f"{name}: in a book of d2lbook"):
        AmtsConfig.from_folder(project)


@pytest.mark.parametrize("where", ["docs", "docs/rst", "rst"])
def test_other_books_have_paths_as_ever(tmp_path: Path, where: str) -> None:
    """A ``config.ini`` above may be of anything."""
    for text in ("[server]\nport = 1\n", "no configuration", CONFIG):
        (tmp_path / "config.ini").write_text(text)
        assert d2lbook.home(tmp_path / where) == tmp_path / where


def test_where_d2lbook_writes(book: Path) -> None:
    assert d2lbook.project(book) == book / "_build" / "rst"
    assert d2lbook.project(book, "kitchen") == book / "_build" / "rst"
    assert d2lbook.project(book, "all") == book / "_build" / "rst_all"
    (book / "config.ini").write_text("[build]\noutput_dir = made/here\n")
    assert d2lbook.project(book) == book / "made" / "here" / "rst"
    assert d2lbook.home(book / "made" / "here" / "rst") == book
    assert d2lbook.project(book / "made") is None


def test_commands_find_the_book(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", "conflicts", "--book", str(book)]) == 1
    told = capsys.readouterr().err
    assert "`d2lbook clear` removed it" in told
    assert f"Run `amts d2l {book}` first" in told
    assert f"{book / '_build' / 'rst'} is where it would be" in told
    written(book)
    chapter = book / "chapter"
    chapter.mkdir()
    (chapter / "config.ini").write_text("of something else")
    monkeypatch.chdir(chapter)
    assert main(["memory", "conflicts"]) == 1
    memory = book / ".amts" / "memory.sqlite"
    assert f"there is no memory {memory}" in capsys.readouterr().err


#: What people write, and what d2lbook makes of it: other lines, other quotes.
MARKDOWN = """\
# Rain
:label:`sec_rain`

Rain
falls. Write "`cup`" in it.

It rains.

```{.python .input}
weigh("the cup")
```

It rains.

Only here.
"""
MADE = """\
.. _sec_rain:

Rain
====

Rain falls. Write “\\ ``cup``\\ ” in it.

.. raw:: html

   <p>signs that nobody reads</p>

It rains.

.. code:: python

   weigh("the cup")

It rains.

Only in what was made.
"""


@pytest.mark.sphinx
def test_texts_are_named_by_the_file_that_people_edit(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (written(book) / "index.rst").write_text(MADE, "utf-8")
    (book / "index.md").write_text(MARKDOWN, "utf-8")
    assert main(["d2l", str(book), "--skip-rst", "-j", "1"]) == 0
    report = book / ".amts" / "report" / "zh" / "report.json"
    found = json.loads(report.read_text("utf-8"))["segments"]
    found = [each for each in found if "theme" not in each["document"]]
    assert {each["source"]: each["line"] for each in found} == {
        "Rain": 1,
        "Rain falls.": 4,
        "Write “cup” in it.": 4,
        "It rains.": 7,
        "Only in what was made.": None,
    }
    assert {each["file"] for each in found} == {"../../../index.md"}
    capsys.readouterr()
    options = ["--book", str(book), "--untranslated", "--json"]
    assert main(["status", *options]) == 0
    [edition] = json.loads(capsys.readouterr().out)
    places = {
        (each["text"], each["line"])
        for reason in edition["untranslated"]
        for each in reason["places"]
    }
    assert places >= {('weigh("the cup")', 10), ("cup", None)}


def test_warnings_name_the_file_that_people_edit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[str] = []
    warn = SimpleNamespace(warning=lambda *_, location, **__: told.append(location))
    monkeypatch.setattr(summary, "logger", warn)
    log = summary.BuildLog({"a": tmp_path / "a.md"})
    for place in (Location("a", 3), Location("a"), Location("conf.py")):
        log._warn("zh", Finding("codes", Severity.WARNING, place, "x"))  # noqa: SLF001
    assert told == [f"{tmp_path}/a.md:3", f"{tmp_path}/a.md:", "conf.py:"]


def test_a_file_that_cannot_be_read_names_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"# Rain\n\n\xff\n")
    [title, *_] = markdown.read("\n\n# Rain\n", "a", "en")
    assert title.whole.location.line == 3
    texts = DocumentTexts((title,), "")
    [named] = authored.Lines(tmp_path / "a.md", "en").named(texts).containers
    assert named.whole.location == ("a", None)


class _App:
    """An application of Sphinx, as far as extensions go."""

    def __init__(self, *, installed: bool, extensions: tuple[str, ...] = ()) -> None:
        self.extensions = dict.fromkeys(extensions)
        self.asked: list[str] = []
        self._installed = installed

    def setup_extension(self, name: str) -> None:
        self.asked.append(name)
        if not self._installed:
            raise ExtensionError(name)


def shown(
    monkeypatch: pytest.MonkeyPatch, app: _App, theme: str, version: int
) -> list[str]:
    """Return what is added to the scripts of a book's pages."""
    added: list[str] = []
    module = SimpleNamespace(add_js_files=lambda *_: added.append("jquery.js"))
    monkeypatch.setattr(d2lbook, "import_module", lambda _: module)
    monkeypatch.setattr(d2lbook, "version_info", (version, 0))
    config = cast("Config", SimpleNamespace(html_theme=theme))
    d2lbook._show_pages(cast("Sphinx", app), config)  # noqa: SLF001 - Sphinx calls it
    return added


def test_jquery_is_added_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def app(**more: Any) -> _App:
        return _App(installed=True, **more)

    assert shown(monkeypatch, app(), "mxtheme", 6) == ["jquery.js"]
    assert shown(monkeypatch, app(), "mxtheme", 5) == []
    assert shown(monkeypatch, app(), "furo", 9) == []
    there = app(extensions=("sphinxcontrib.jquery",))
    assert shown(monkeypatch, there, "mxtheme", 9) == []
    assert there.asked == []


def test_blank_pages_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(d2lbook, "_LOGGER", SimpleNamespace(warning=told.append))
    assert shown(monkeypatch, _App(installed=False), "mxtheme", 9) == []
    [text] = told
    assert "pip install sphinxcontrib-jquery" in text


def test_only_what_d2lbook_builds_is_in_the_book(book: Path) -> None:
    config = "notebooks = *.md */*.md\nexclusions = */*_origin.md README.md\n"
    (book / "config.ini").write_text(f"[build]\n{config}")
    for name in ("README", "index", "rain/cup", "rain/cup_origin", "rain/old/cup"):
        path = book / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# Rain\n\nIt rains.\n")
    assert d2lbook.documents(book) == frozenset({"index", "rain/cup"})
    (book.parent / "en").mkdir()
    (book.parent / "en" / "a.md").write_text("# Rain\n")
    there = editions.read_with_base(book.parent / "en", book, ("en", "zh"))
    assert [list(each.texts) for each in there if each is not None] == [
        ["a"],
        ["index", "rain/cup"],
        ["rain/cup"],
    ]
    (book / "config.ini").write_text("[server]\nport = 1\n")
    assert d2lbook.documents(book) is None
