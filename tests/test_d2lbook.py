"""A book in d2lbook's layout becomes a Chinese edition, with the real d2lbook.

The environments are made with pip under ``build/d2lbook`` and used again as long as
what they were made from is the same. Where pandoc is not installed, ``amts d2l`` takes
the one of pypandoc_binary.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from page_markup import lost, markup, parse
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import html

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parent.parent
BOOK: Final = ROOT / "tests" / "d2lbook"
#: Page → how many headings it has.
PAGES: Final = {
    "index": 1,
    "chapter_water/index": 1,
    "chapter_water/weighing": 4,
    "chapter_water/heating": 2,
    "references": 1,
}
#: What pip is asked for. ``pinned`` is what users install, with d2lbook and the Sphinx
#: that it pins, 5.3; ``newest`` has what its conf.py imports, with the newest Sphinx.
REQUIREMENTS: Final = {
    "pinned": [f"{ROOT}[d2l]"],
    "newest": [
        str(ROOT),
        "Sphinx>=7",
        "mxtheme",
        "pybtex-apa-style",
        "recommonmark",
        "six",
        "sphinxcontrib-bibtex",
        "sphinxcontrib-jquery",
        "sphinxcontrib-svg2pdfconverter",
    ],
}
#: What tells whether there is a package index at all.
FIRST: Final = {"pinned": "d2lbook==1.0.3", "newest": "mxtheme"}
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_CODE: Final = re.compile(r"```\{\.python \.input\}\n(.*?)```", re.DOTALL)
_MATH: Final = re.compile(r"\$([^$]+)\$")

needs_old_python = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="Sphinx 5.3 does not run on Python 3.13"
)


def call(command: Sequence[str | Path], folder: Path, **more: str) -> str:
    """Run a command, and show it if it fails; return what it wrote."""
    done = run(command, folder, **more)
    shown = " ".join(map(str, command))
    assert done.returncode == 0, f"{shown}\n{done.stdout[-6000:]}"
    return done.stdout


def run(
    command: Sequence[str | Path], folder: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )


def make_environment(name: str) -> Path:
    """Return the folder of programs of an environment, which is made if need be."""
    folder = ROOT / "build" / "d2lbook" / name
    wanted = REQUIREMENTS[name]
    setup = (ROOT / "setup.cfg").read_text("utf-8")
    digest = hashlib.sha256(f"{sys.version}{wanted}{setup}".encode()).hexdigest()
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text("utf-8") != digest:
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "-qq"]
        first = ["download", "--no-deps", "--dest", str(folder / "tried"), FIRST[name]]
        if run([*pip, *first], ROOT).returncode:
            pytest.skip(f"{FIRST[name]} cannot be had: there is no package index")
        # What can be had must go together.
        wheels = [each for each in wanted if not each.startswith(str(ROOT))]
        [ours] = [each for each in wanted if each.startswith(str(ROOT))]
        call([*pip, "install", *wheels, "--editable", ours], ROOT)
        call([*pip, "check"], ROOT)
        stamp.write_text(digest, "utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book whose editions ``amts d2l`` has made with d2lbook itself."""
    programs = make_environment("pinned")
    book = tmp_path_factory.mktemp("d2lbook") / "book"
    shutil.copytree(BOOK, book, ignore=shutil.ignore_patterns("_build"))
    call([programs / "amts", "d2l", book], ROOT)
    return book


class Made(NamedTuple):
    """A Chinese edition, and the book in its own language."""

    zh: Path
    en: Path

    @property
    def pages(self) -> dict[str, html.HtmlElement]:
        """The pages of the edition, by name."""
        return {page: parse(self.zh / f"{page}.html") for page in PAGES}


@pytest.fixture(
    scope="module",
    params=[pytest.param("pinned", marks=needs_old_python), "newest"],
)
def made(
    request: pytest.FixtureRequest, book: Path, tmp_path_factory: pytest.TempPathFactory
) -> Made:
    """Return both editions, with one Sphinx."""
    programs = make_environment(request.param)
    folder = tmp_path_factory.mktemp(f"edition-{request.param}")
    here, out = folder / "book", folder / "out"
    shutil.copytree(book, here, ignore=shutil.ignore_patterns("amts"))
    call([programs / "amts", "d2l", here, "--skip-rst", "-o", out], folder)
    rst = here / "_build" / "rst"
    call([programs / "sphinx-build", "-q", "-b", "html", rst, folder / "en"], folder)
    return Made(out / "zh", folder / "en")


@pytest.fixture(scope="module")
def edition(made: Made) -> dict[str, html.HtmlElement]:
    return made.pages


def markdown(page: str) -> str:
    return (BOOK / f"{page}.md").read_text("utf-8")


def with_class(name: str) -> str:
    """Return the XPath condition for an element of a class."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def test_every_page_says_that_it_is_chinese(
    edition: Mapping[str, html.HtmlElement],
) -> None:
    assert {root.get("lang") for root in edition.values()} == {"zh-CN"}


def test_headings_are_translated(edition: Mapping[str, html.HtmlElement]) -> None:
    for page, number in PAGES.items():
        headings = [
            str(heading.text_content())
            for heading in edition[page].xpath("//section/h1 | //section/h2")
        ]
        assert len(headings) == number, page
        for heading in headings:
            assert _CHINESE.search(heading), (page, heading)
            assert not _LATIN.search(heading), (page, heading)


def test_code_is_untouched(edition: Mapping[str, html.HtmlElement]) -> None:
    for page, root in edition.items():
        shown = [
            str(block.text_content()).strip()
            for block in root.xpath(
                f"//div[{with_class('highlight')}]/pre"
                f"[not(ancestor::div[{with_class('output')}])]"
            )
        ]
        written = [code.strip() for code in _CODE.findall(markdown(page))]
        assert shown == [code for code in written if "#@tab field" not in code], page


def test_math_is_untouched(edition: Mapping[str, html.HtmlElement]) -> None:
    for page, root in edition.items():
        shown = sorted(
            re.split(r"\\[(\[]|\\[)\]]", str(element.text_content()))[1]
            for element in root.xpath(f"//*[{with_class('math')}]")
        )
        assert shown == sorted(_MATH.findall(markdown(page))), page


def test_references_lead_where_they_did(
    edition: Mapping[str, html.HtmlElement],
) -> None:
    heating = edition["chapter_water/heating"]
    weighing = edition["chapter_water/weighing"]
    assert heating.xpath("//p/a[@href='weighing.html#sec-weighing']")
    assert heating.xpath("//p//a[starts-with(@href, '../references.html#')]")
    for anchor in ("sec-weighing", "fig-bucket", "tab-vessels", "equation-eq-mass"):
        assert weighing.xpath(f"//*[@id='{anchor}']"), anchor
        if not anchor.startswith("sec"):
            assert weighing.xpath(f"//p/a[@href='#{anchor}']"), anchor


def test_nothing_but_words_changes(made: Made) -> None:
    """Numbered figures, citations, outputs, labels, links: all as in the book."""
    for page in PAGES:
        assert lost(made.en / f"{page}.html", made.zh / f"{page}.html") == {}, page
    weighing = markup(made.pages["chapter_water/weighing"])
    assert weighing["output"] == {"9.98\n": 1}
    assert weighing["numbers"]["1.1.1"] == 4  # a figure, a table, and what names them


def test_tabs_and_slides_leave_no_marks(
    edition: Mapping[str, html.HtmlElement],
) -> None:
    heating = str(edition["chapter_water/heating"].text_content())
    assert "2000" in heating
    for text in ("800", "begin_tab", "end_tab", "#@tab"):
        assert text not in heating
    weighing = str(edition["chapter_water/weighing"].text_content())
    for mark in ("[**", "**]"):
        assert mark not in weighing


def test_the_theme_has_what_shows_its_pages(made: Made) -> None:
    """Sphinx has no jQuery since version 6, and without it the pages are blank."""
    for name in ("index.html", "chapter_water/heating.html"):
        page = made.zh / name
        scripts = [
            str(src).partition("?")[0] for src in parse(page).xpath("//script/@src")
        ]
        [jquery] = [src for src in scripts if src.endswith("/jquery.js")]
        assert (page.parent / jquery).is_file()
        theme = next(
            n for n, src in enumerate(scripts) if "materialdesign_theme" in src
        )
        assert scripts.index(jquery) < theme


def test_pages_are_not_blank(made: Made) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("there is no chromium to show a page with")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    address = (made.zh / "chapter_water" / "weighing.html").as_uri()
    body = call([browser, *options, "--virtual-time-budget=5000", address], made.zh)
    assert re.search(r"<body[^>]*style=\"display: block;\"", body)


@needs_old_python
def test_a_second_time_nothing_is_made(book: Path) -> None:
    """The book is d2lbook's own, which writes ``conf.py`` anew each time."""
    programs = make_environment("pinned")
    pages = sorted((book / "_build" / "amts" / "zh").rglob("*.html"))
    before = [page.stat().st_mtime_ns for page in pages]
    told = call([programs / "amts", "d2l", book], ROOT)
    assert "the edition is up to date" in told
    assert "0 translated" in told
    assert [page.stat().st_mtime_ns for page in pages] == before
    (book / "index.md").write_text(markdown("index").replace("little", "small"))
    told = call([programs / "amts", "d2l", book], ROOT)
    assert "1 translated" in told


@needs_old_python
def test_clearing_keeps_what_people_and_engines_made(book: Path) -> None:
    programs = make_environment("pinned")
    here = book.parent / "cleared"
    shutil.copytree(book, here)
    kept = [
        here / ".amts" / name for name in ("memory.sqlite", "report/zh/report.json")
    ]
    assert all(path.is_file() for path in kept)
    call([programs / "d2lbook", "clear"], here)
    assert not (here / "_build").exists()
    assert all(path.is_file() for path in kept)
    assert "0 translated" in call([programs / "amts", "d2l", here], ROOT)
    assert "chapter_water/weighing" in call([programs / "amts", "status"], here)


@needs_old_python
def test_d2lbook_builds_the_same_pages_of_the_edition_as_markdown(
    book: Path, tmp_path: Path
) -> None:
    programs = make_environment("pinned")
    tree = tmp_path / "zh"
    call(
        [programs / "amts", "export-source", book, "--language", "zh", "-o", tree], ROOT
    )
    shutil.copytree(book / "img", tree / "img")
    shutil.copy(book / "water.bib", tree)
    config = (book / "config.ini").read_text("utf-8")
    config = re.sub(r"(?m)^(sphinx_extensions|    amts_\w+) = .*\n", "", config)
    said = "sphinx_configs ="
    config = config.replace(said, f"{said}\n    language = 'zh_CN'")
    config = config.replace("tabs =", "exclusions = **/*_origin.md\ntabs =")
    (tree / "config.ini").write_text(config, "utf-8")
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    call([programs / "d2lbook", "build", "html"], tree, PATH=path)
    for page in PAGES:
        ours, theirs = (
            markup(parse(folder / f"{page}.html"))
            for folder in (book / "_build" / "amts" / "zh", tree / "_build" / "html")
        )
        for kind in ("code", "output", "formulas", "inline code", "images", "numbers"):
            assert ours[kind] == theirs[kind], (page, kind)
        for label in re.findall(r":label:`([^`]+)`", markdown(page)):
            assert label.replace("_", "-") in theirs["labels"], (page, label)
