"""The documentation as a site: links, pictures, editions. How its commands are read."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urldefrag

import page_commands
import pictures
import pytest
from fork_server import python
from lxml import html
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Once

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
PAGES: Final = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])
PICTURES: Final = sorted((DOCS / "pictures").glob("*.png"))
#: Bytes that a picture may have.
LARGE: Final = 150_000
#: How many paragraphs and titles the tutorial has, at least.
SHOWN: Final = 30
#: A text of the tutorial, which people translated into these languages.
BY_PEOPLE: Final = {"zh": "你将做一本小书", "es": "Va a hacer un libro"}


def build(builder: str, folder: Path, *options: str) -> Path:
    """Build the documentation strictly."""
    command = [
        python(),
        "-m",
        "sphinx",
        "-q",
        "-n",
        "-W",
        "--keep-going",
        "-b",
        builder,
    ]
    memory = ["-D", f"amts_memory={folder}/memory.sqlite", "-D", "amts_report="]
    out = folder / "site"
    done = subprocess.run(
        [*command, *memory, *options, str(DOCS), str(out)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def site(once: Once) -> Path:
    """Return the documentation in English."""
    out: Path = once("docs-html", partial(build, "html"))
    return out


def elements(page: Path, expression: str) -> list[html.HtmlElement]:
    """Return what an XPath *expression* finds on a page."""
    found = html.fromstring(page.read_bytes()).xpath(expression)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, html.HtmlElement)]


def links(page: Path) -> Iterator[str]:
    """Yield what a page of the site leads to."""
    for element in elements(page, "//*[@href or @src]"):
        yield element.get("href") or element.get("src") or ""


def names(page: Path) -> set[str]:
    """Return the anchors of a page."""
    found = html.fromstring(page.read_bytes()).xpath("//@id | //a/@name")
    assert isinstance(found, list)
    return {str(name) for name in found}


def broken(site: Path) -> tuple[list[str], set[str]]:
    """Return the links of a site that lead nowhere, and those that lead out of it."""
    anchors: dict[Path, set[str]] = {}
    lost, out = [], set()
    for page in sorted(site.rglob("*.html")):
        for link in links(page):
            address, anchor = urldefrag(link)
            address = address.partition("?")[0]
            if re.match(r"\w+:|//", address):
                out.add(link)
                continue
            target = (page.parent / unquote(address)).resolve() if address else page
            if not target.is_relative_to(site.resolve()):
                continue  # to an edition beside this one
            if not target.exists():
                lost.append(f"{page.name}: {link}")
            elif anchor and target.suffix == ".html":
                if target not in anchors:
                    anchors[target] = names(target)
                if unquote(anchor) not in anchors[target]:
                    lost.append(f"{page.name}: {link}")
    return lost, out


def test_no_link_is_broken(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost, out = broken(site)
    assert lost == []
    assert not [link for link in out if re.match(r"(http:|https:)//127\.", link)]
    with capsys.disabled():  # they are not fetched: somebody may look at them
        lines = ["\nlinks out of the documentation:", *sorted(out), ""]
        sys.stdout.write("\n  ".join(lines))


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">x</a><a href="#gone">x</a>'
        '<a href="b.html">x</a><a href="../out.html">x</a>'
        '<a href="https://example.org">x</a></p>'
    )
    assert broken(tmp_path) == (
        ["a.html: #gone", "a.html: b.html"],
        {"https://example.org"},
    )


def test_each_page_leads_to_its_editions(site: Path) -> None:
    for tag in BY_PEOPLE:
        link = f"//a[@hreflang='{tag}'][@href='../{tag}/tutorial.html']"
        assert elements(site / "tutorial.html", link)


def build_editions(folder: Path) -> Path:
    """Build the editions that people made."""
    return build("amts", folder, "-D", f"amts_target_languages={','.join(BY_PEOPLE)}")


@pytest.mark.slow
@pytest.mark.parametrize("tag", BY_PEOPLE)
def test_people_translated_all_of_the_tutorial(tag: str, once: Once) -> None:
    edition: Path = once("docs-editions", build_editions) / tag
    page = edition / "tutorial.html"
    assert BY_PEOPLE[tag] in page.read_text("utf-8")
    shown = elements(page, "//article//p | //article//h1 | //article//h2")
    assert len(shown) > SHOWN
    left = [each.text_content() for each in shown if each.get("lang") == "en"]
    assert left == []
    assert elements(page.with_name("usage.html"), "//article//p[@lang='en']")
    lost, _ = broken(edition)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_links_to_exist(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    linked = re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", text)
    assert [name for name in linked if not (page.parent / name).exists()] == []


def test_no_page_installs_from_an_index_where_the_package_is_not() -> None:
    found = [
        f"{page.name}: {line}"
        for page in PAGES
        if page.name not in {"d2lbook.md", "CHANGELOG.md"}
        for line in re.findall(
            r".*pip install '?amts_sphinx.*", page.read_text("utf-8")
        )
    ]
    assert found == []


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_pictures_are_small_and_shown(picture: Path) -> None:
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width > height
    assert len(data) <= LARGE
    shown = rf"!\[[^\]]{{10,}}\]\((?:docs/)?pictures/{picture.name}\)"
    assert any(re.search(shown, page.read_text("utf-8")) for page in PAGES)


def test_each_picture_has_a_way_to_make_it() -> None:
    assert {picture.stem for picture in PICTURES} == {*pictures.PICTURES}


@pytest.mark.slow
@pytest.mark.skipif(not pictures.BROWSER, reason="no browser: apt-get install chromium")
def test_pictures_can_be_made_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [python(), "-m", "pictures", "--folder", str(tmp_path), "--only", "edition"],
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(DOCS)},
    )
    assert done.returncode == 0
    assert (tmp_path / "edition.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_browser_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(pictures, "BROWSER", "")
    monkeypatch.setattr(sys, "argv", ["pictures.py", "--folder", str(tmp_path / "new")])
    assert pictures.main() == len(pictures.PICTURES)
    assert "apt-get install chromium" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


PAGE: Final = """\
Text.

<!-- file: a/b.txt -->
```text
one
two
```

1. In a list:

   ```console
   $ echo first \\
   >   BOOK    # a remark
   first docs
   $ pip install x
   ```

<!-- status: 3 -->
```sh
exit 3
```

<!-- not run: it would hurt -->
```sh
rm -r /
```
"""


def test_a_page_becomes_a_script() -> None:
    text, run = page_commands.script(PAGE, {"BOOK": "docs"})
    assert [(each.line, each.text, each.status) for each in run] == [
        (12, "echo first BOOK", 0),
        (20, "exit 3", 3),
    ]
    assert run[0].output == "first docs"
    assert "echo first docs\n" in text
    assert "pip install" not in text
    assert "rm -r" not in text
    assert "cat > a/b.txt" in text


def test_what_is_not_run_has_a_reason(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert [*page_commands.left_out([page])] == [
        "page.md:15: installs packages: pip install x",
        "page.md:25: it would hurt: rm -r /",
    ]


def test_a_file_is_changed_by_a_diff() -> None:
    assert page_commands.changed("a\nb\nc\n", " a\n-b\n+B\n") == "a\nB\nc\n"
    with pytest.raises(ValueError, match="not there once: x"):
        page_commands.changed("a\n", "-x\n+y\n")
    with pytest.raises(ValueError, match="not there once"):
        page_commands.changed("a\na\n", "-a\n+b\n")


@pytest.mark.parametrize(
    ("expected", "said", "lost"),
    [
        ("took 3 s\n", "took 12.5  s\n\n", []),
        ("a\n...\nd", "a\nb\nc\nd\n", []),
        ("...\nc", "a\nb\nc\n", []),
        ("a\n...", "a\nb\n", []),
        ("a\nc", "a\nb\nc\n", ["c"]),
        ("...\nx", "a\n", ["x"]),
        ("a", "a\nb\n", ["not on the page: b"]),
        ("b\na", "a\nb\n", ["b"]),
        ("file 0123abcd9", "file ffff00000", []),
    ],
)
def test_output_is_compared(expected: str, said: str, lost: list[str]) -> None:
    assert page_commands.missing(expected, said) == lost
