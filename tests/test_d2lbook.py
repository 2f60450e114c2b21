"""A book in d2lbook's layout becomes a Chinese edition, with the real d2lbook.

The environments are made with pip under ``build/d2lbook`` and used again as long as
what they were made from is the same. Where pandoc is not installed, the one of
pypandoc_binary is used.
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
from typing import TYPE_CHECKING, Final

import pytest
from lxml import html
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
#: What pip is asked for. ``pinned`` has the Sphinx that d2lbook pins, 5.3, and d2lbook
#: itself; ``newest`` has what its conf.py imports, with the newest Sphinx. The bounds
#: are for sphinxcontrib-bibtex 2.4.2, which imports what later releases removed.
REQUIREMENTS: Final = {
    "pinned": ["d2lbook==1.0.3", "pybtex<0.25", "setuptools<81"],
    "newest": [
        "Sphinx>=7",
        "mxtheme",
        "pybtex-apa-style",
        "recommonmark",
        "six",
        "sphinxcontrib-bibtex",
        "sphinxcontrib-svg2pdfconverter",
    ],
}
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_CODE: Final = re.compile(r"```\{\.python \.input\}\n(.*?)```", re.DOTALL)
_MATH: Final = re.compile(r"\$([^$]+)\$")

needs_old_python = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="Sphinx 5.3 does not run on Python 3.13"
)


def call(
    command: Sequence[str | Path], folder: Path, path: Sequence[Path] = ()
) -> None:
    """Run a command, with *path* before the search path, and show it if it fails."""
    search = os.pathsep.join([*map(str, path), os.environ["PATH"]])
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": search},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    shown = " ".join(map(str, command))
    assert done.returncode == 0, f"{shown}\n{done.stdout[-6000:]}"


def make_environment(name: str) -> Path:
    """Return the folder of programs of an environment, which is made if need be."""
    folder = ROOT / "build" / "d2lbook" / name
    wanted = [*REQUIREMENTS[name], "sphinxcontrib-jquery"]
    if name == "pinned" and not shutil.which("pandoc"):
        wanted.append("pypandoc_binary")
    setup = (ROOT / "setup.cfg").read_text("utf-8")
    digest = hashlib.sha256(f"{sys.version}{wanted}{setup}".encode()).hexdigest()
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text("utf-8") != digest:
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
        call([*pip, *wanted, "--editable", str(ROOT)], ROOT)
        stamp.write_text(digest, "utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def rst(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Sphinx project that ``d2lbook build rst`` makes of the book."""
    programs = make_environment("pinned")
    book = tmp_path_factory.mktemp("d2lbook") / "book"
    shutil.copytree(BOOK, book, ignore=shutil.ignore_patterns("_build"))
    bundled = programs.parent.glob("lib/python*/site-packages/pypandoc/files")
    call([programs / "d2lbook", "build", "rst"], book, [programs, *bundled])
    return book / "_build" / "rst"


@pytest.fixture(
    scope="module",
    params=[pytest.param("pinned", marks=needs_old_python), "newest"],
)
def edition(
    request: pytest.FixtureRequest, rst: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, html.HtmlElement]:
    """Return the pages of the Chinese edition, by name."""
    programs = make_environment(request.param)
    folder = tmp_path_factory.mktemp(f"edition-{request.param}")
    source, out = folder / "rst", folder / "zh"
    shutil.copytree(rst, source)
    call([programs / "sphinx-build", "-b", "amts-zh", source, out], folder, [programs])
    parser = html.HTMLParser(encoding="utf-8")
    return {
        page: html.parse(str(out / f"{page}.html"), parser).getroot() for page in PAGES
    }


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
            for block in root.xpath(f"//div[{with_class('highlight')}]/pre")
        ]
        assert shown == [code.strip() for code in _CODE.findall(markdown(page))], page


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
