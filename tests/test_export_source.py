"""Editions as source: what is written, what stays byte by byte, what is updated."""

from __future__ import annotations

import json
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from odd_texts import FEW_HUNDRED

from amts_sphinx.build import source_edition
from amts_sphinx.build.source_trees import (
    SourceTree,
    digest,
    is_machines,
    machine_texts,
)
from amts_sphinx.cli import main
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.parallel import extract
from amts_sphinx.readers import markdown
from amts_sphinx.readers.blocks import ReadingRules
from amts_sphinx.readers.pages import blocks, read
from amts_sphinx.text import code_matching
from amts_sphinx.writers import pages, strict
from amts_sphinx.writers.markdown import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PAIR = LanguagePair("en", "zh")
#: What people translated.
KNOWN = {
    "Growth": "生长",
    "Trees": "树木",
    "A tree grows.": "树在生长。",
    "It needs water.": "它需要水。",
    'Water the <g id="1">young</g> ones.': '给<g id="1">小树</g>浇水。',
    'Let <x id="1"/> be its height.': '设 <x id="1"/> 为树高。',
    "Cut nothing.": "什么也别剪。",
}
PAGE = (
    "# Growth\n:label:`sec_growth`\n\nA tree grows. It needs water.\n\n"
    "```{.python .input}\n# A tree grows.\nprint('A tree grows.')\n```\n\n"
    "Let $h$ be its height.\n$$h = 2a$$\n:eqlabel:`eq_h`\n\n"
    "* Water the *young* ones.\n* Cut nothing.\n"
)
PAGE_ZH = (
    "# 生长\n:label:`sec_growth`\n\n树在生长。它需要水。\n\n"
    "```{.python .input}\n# A tree grows.\nprint('A tree grows.')\n```\n\n"
    "设 $h$ 为树高。\n$$h = 2a$$\n:eqlabel:`eq_h`\n\n"
    "* 给*小树*浇水。\n* 什么也别剪。\n"
)
#: The same page as a person may have written it.
PEOPLES = PAGE_ZH.replace("树在生长。它需要水。", "一棵树\n要长大，也要水。")


#: What stands in a page → the same in the edition.
PAGES: Final = {
    "\ufeff# Growth\r\n\r\nA tree grows. \r\n"
    "It needs water.\r\n": "\ufeff# 生长\r\n\r\n树在生长。它需要水。\r\n",
    "#\tGrowth #\n\n\n\nCut nothing.\t": "#\t生长 #\n\n\n\n什么也别剪。\t",
    "Growth\n======\n": "生长\n======\n",
    "## Growth {#id .x}\n": "## 生长 {#id .x}\n",
    "> - Cut\n>   nothing.\n": "> - 什么也别剪。\n",
    "| Growth | a |\n|--|--|\n| `x\\|y` | Trees |\n": "| 生长 | a |\n|--|--|\n"
    "| `x\\|y` | 树木 |\n",
    "*Cut nothing.* <!-- why -->\n": "*什么也别剪。* <!-- why -->\n",
    "[Cut nothing.](a.md 'T')\n": "[什么也别剪。](a.md 'T')\n",
    "Cut <!-- why --> nothing.\n": "什么也别剪。 <!-- why -->\n",
    "Water the _young_ ones.\n": "给*小树*浇水。\n",
    "Water the [young][b] ones.\n\n[b]: c.md\n": "给[小树][b]浇水。\n\n[b]: c.md\n",
    "Water the [young] ones.\n\n[young]: c.md\n": "给[小树][young]浇水。\n\n"
    "[young]: c.md\n",
    "Water the {ref}`young <a>` ones.\n": "给{ref}`小树 <a>`浇水。\n",
    "Water the {term}`young` ones.\n": "给{term}`小树 <young>`浇水。\n",
    "```{note} Growth\n"
    ":class: x\n\nCut nothing.\n"
    "```\n": "```{note} 生长\n:class: x\n\n什么也别剪。\n```\n",
    "```{exercise} Growth\n:label: x\n\nCut nothing.\n```\n": "```{exercise} 生长\n"
    ":label: x\n\n什么也别剪。\n```\n",
    "````{prf:theorem} Growth\n```{tip}\nCut nothing.\n```\n"
    "````\n": "````{prf:theorem} 生长\n```{tip}\n什么也别剪。\n```\n````\n",
    "```{figure} a.png\n:name: x\n\nCut nothing.\n```\n": "```{figure} a.png\n"
    ":name: x\n\n什么也别剪。\n```\n",
    "```{list-table} Growth\n"
    "* - Trees\n"
    "  - Cut nothing.\n```\n": "```{list-table} 生长\n* - 树木\n"
    "  - 什么也别剪。\n```\n",
    "![Growth](a.png)\n:label:`f`\n": "![生长](a.png)\n:label:`f`\n",
    "$$\nTrees\n\nTrees\n$$\n\n(x)=\nTrees\n": "$$\nTrees\n\nTrees\n$$\n\n(x)=\n树木\n",
    "Let $ x $ be its height.\n\n(x)=\n": "设 $ x $ 为树高。\n\n(x)=\n",
    "Cut nothing&#46;\n\nCut \\nothing\\.\n": "什么也别剪。\n\nCut \\nothing\\.\n",
    "```python\nCut nothing.\n```\n": "```python\nCut nothing.\n```\n",
    "": "",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return the folder of a book in d2lbook's layout, with one page."""
    folder = tmp_path / "book"
    write(folder / "config.ini", "[project]\n")
    write(folder / "part/page.md", PAGE)
    return folder


@pytest.fixture
def export(book: Path, tmp_path: Path) -> Callable[..., int]:
    """Return what runs the command, and returns its exit status."""
    units = tmp_path / "units.tmx"
    keep(units, KNOWN)

    def run(*options: str, engine: str = "none") -> int:
        place = [str(book), "--language", "zh", "-o", str(tmp_path / "tree")]
        pandoc = [] if "--pandoc" in options else ["--no-pandoc"]
        more = [each for each in options if each != "--pandoc"]
        asked = ["--units", str(units), "--engine", engine, *pandoc, *more]
        return main(["export-source", *place, *asked])

    return run


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def keep(path: Path, known: Mapping[str, str]) -> None:
    """Write a file with people's translations."""
    units = [
        TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
        for source, target in known.items()
    ]
    tmx.write(path, units, source_language="en")


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def test_a_page_is_written_beside_its_source(
    export: Callable[..., int], tmp_path: Path
) -> None:
    assert export() == 0
    tree = tmp_path / "tree" / "part"
    assert text_of(tree / "page.md") == PAGE_ZH
    assert text_of(tree / "page_origin.md") == PAGE
    assert sorted(path.name for path in tree.iterdir()) == ["page.md", "page_origin.md"]


@pytest.mark.parametrize("before", PAGES)
def test_only_prose_changes(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    before: str,
) -> None:
    write(book / "part/page.md", before)
    export()
    assert text_of(tmp_path / "tree/part/page.md") == PAGES[before]


D2LBOOK_CODE: Final = "```{.python .input}\nx\n```\n\n"


#: A text of d2lbook's, what people made of it, and how that is written.
BESIDE_LETTERS: Final = {
    "In :numref:`a`, $b$ and (:cite:`c`).": (
        '在<x id="1"/>、<x id="2"/>与（<x id="3"/>）。',
        "在 :numref:`a`、$b$与（:cite:`c`）。",
    ),
    "See :eqref:`a` here.": ('见“<x id="1"/>”。', "见“:eqref:`a`”。"),
    "$b$ of :eqref:`a` it is.": ('<x id="1"/><x id="2"/>的', "$b$ :eqref:`a`的"),
    "Open http://a.org/b_c?d=1. Now.": (
        '打开<x id="1"/>吧',
        "打开 http://a.org/b_c?d=1 吧",
    ),
    "Open it (http://a.org/b).": ('打开（<x id="1"/>）', "打开（http://a.org/b）"),
}


@pytest.mark.parametrize("source", BESIDE_LETTERS)
def test_d2lbook_finds_roles_and_addresses_beside_letters(
    export: Callable[..., int], book: Path, tmp_path: Path, source: str
) -> None:
    """It makes reStructuredText of a page, which has no markup amid letters."""
    known, wanted = BESIDE_LETTERS[source]
    write(book / "part/page.md", D2LBOOK_CODE + source + "\n")
    page = read(D2LBOOK_CODE + source, "page", ENGLISH)
    keep(tmp_path / "units.tmx", {page.containers[0].whole.source: known})
    assert export() == 0
    assert text_of(tmp_path / "tree/part/page.md") == D2LBOOK_CODE + wanted + "\n"


@pytest.mark.skipif(not strict.has_pandoc(), reason="pandoc is not installed")
def test_a_cell_that_would_break_its_table_stays(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    """Columns are drawn anew, as wide as the signs below the header say.

    A page without code is one of d2lbook's too, by its labels.
    """
    table = "| {} | {} |\n|{}|" + 90 * "-" + "|\n| {} | `x` |\n"
    for name, signs in (("narrow", "--"), ("wide", "--------")):
        text = table.format("Trees", "Growth", signs, "Trees")
        write(book / f"part/{name}.md", f"{text}:label:`x`\n")
    assert export("--pandoc") == 1
    tree = tmp_path / "tree/part"
    narrow = table.format("Trees", "生长", "--", "Trees")
    assert text_of(tree / "narrow.md") == f"{narrow}:label:`x`\n"
    wide = table.format("树木", "生长", "--------", "树木")
    assert text_of(tree / "wide.md") == f"{wide}:label:`x`\n"


def test_marks_of_slides_stay_around_their_sentences(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    code = "```{.python .input}\nx\n```\n\n"
    write(
        book / "part/page.md",
        code + "[**A tree grows.**] It needs water.\n\n(~~Look~~) Cut nothing.\n",
    )
    export()
    assert text_of(tmp_path / "tree/part/page.md") == (
        code + "[**树在生长。**]它需要水。\n\n(~~Look~~) 什么也别剪。\n"
    )


def test_words_that_look_like_markup_are_escaped(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    target = "1. 用 *a* 与 $5 与 [x] 与 <b>、`c`"
    coded = target.replace("<", "&lt;").replace(">", "&gt;")
    keep(tmp_path / "units.tmx", {"Trees": coded})
    write(book / "part/page.md", "Trees\n")
    assert export() == 0
    written = text_of(tmp_path / "tree/part/page.md")
    assert written.replace("\\", "") == target + "\n"
    assert written.count("\\") >= 6


def test_what_cannot_be_proven_stays_and_is_named(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    keep(
        tmp_path / "units.tmx",
        {'See <g id="1">this</g>.': '见 <g id="1">a`b</g>。', "Trees": "树木"},
    )
    write(book / "part/page.md", "Trees\n\nSee {ref}`this <x>`.\n")
    assert export() == 1
    assert text_of(tmp_path / "tree/part/page.md") == ("树木\n\nSee {ref}`this <x>`.\n")
    assert (
        "part/page.md:3: a role cannot hold the words 'a`b'" in capsys.readouterr().out
    )


def test_texts_without_translation_stay(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(book / "part/page.md", "Trees\n\nNobody knows.\n\nA tree grows. Who knows?\n")
    assert export() == 0
    written = text_of(tmp_path / "tree/part/page.md")
    assert written == "树木\n\nNobody knows.\n\n树在生长。Who knows?\n"
    said = capsys.readouterr().out
    assert "part/page.md:3: there is no translation of it yet" in said
    assert "1 of them partly in the source language" in said


def test_the_exit_status_can_ask_for_all(
    export: Callable[..., int], book: Path
) -> None:
    write(book / "part/page.md", "Nobody knows.\n")
    assert export("--complete") == 1


def test_an_engine_translates_the_rest(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    write(book / "part/page.md", "Trees\n\nNobody knows `it`.\n\n![Nobody](a.png)\n")
    assert export(engine="pseudo") == 0
    lines = text_of(tmp_path / "tree/part/page.md").split("\n")
    assert lines[0] == "树木"
    assert "`it`" in lines[2]
    assert "Nobody" not in lines[2]
    assert lines[4] == "![Nobody](a.png)"  # captions: only what people made


# Updates


@pytest.fixture
def peoples(tmp_path: Path) -> Path:
    """Return a page that people have, with the record of its source."""
    write(tmp_path / "tree/part/page_origin.md", PAGE)
    return write(tmp_path / "tree/part/page.md", PEOPLES)


def record_of(page: Path) -> str:
    return text_of(page.with_name("page_origin.md"))


def test_what_did_not_change_keeps_its_bytes(
    export: Callable[..., int], peoples: Path
) -> None:
    assert export() == 0
    assert text_of(peoples) == PEOPLES


#: In the source: what stands there and what comes in its place; in the page the same.
CHANGES: Final = {
    "text": ("* Cut nothing.", "* A tree grows.", "* 什么也别剪。", "* 树在生长。"),
    "item": ("* Cut", "* A tree grows.\n* Cut", "* 什么也", "* 树在生长。\n* 什么也"),
    "last item": ("ing.\n", "ing.\n* Trees\n", "剪。\n", "剪。\n* 树木\n"),
    "last block": ("ing.\n", "ing.\n\nTrees\n", "剪。\n", "剪。\n\n树木\n"),
    "no item": ("* Water the *young* ones.\n", "", "* 给*小树*浇水。\n", ""),
    "title": ("# Growth", "# Trees", "# 生长", "# 树木"),
    "code": ("('A tree grows.')", "(2)", "('A tree grows.')", "(2)"),
    "formula": ("$$h = 2a$$", "$$h = 3a$$", "$$h = 2a$$", "$$h = 3a$$"),
    "block": ("```\n\n", "```\n\nTrees\n\n", "```\n\n", "```\n\n树木\n\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_changed_is_carried_over(
    export: Callable[..., int], book: Path, peoples: Path, change: str
) -> None:
    old, new, then, now = CHANGES[change]
    source = PAGE.replace(old, new)
    assert source != PAGE
    write(book / "part/page.md", source)
    assert export() == 0
    wanted = PEOPLES.replace(then, now)
    assert text_of(peoples) == wanted
    assert record_of(peoples) == source
    assert export() == 0
    assert text_of(peoples) == wanted


def test_what_people_added_among_changed_blocks_is_not_lost(
    export: Callable[..., int],
    book: Path,
    peoples: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing tells it from what is to be replaced, and so all of it stays."""
    source = "# Growth\n\n$$\nx = 1\n$$\n\n- Trees\n- Cut nothing.\n"
    page = "# 生长\n\n$$\nx = 1\n$$\n\n人加的一段。\n\n- 树木\n- 什么也别剪。\n"
    write(peoples, page)
    write(peoples.with_name("page_origin.md"), source)
    write(book / "part/page.md", "# Growth\n\n## Trees\n\nA tree grows.\n")
    assert export() == 1
    assert text_of(peoples) == page
    assert record_of(peoples) == source
    assert "page.md:3: it cannot be told" in capsys.readouterr().out


def test_what_people_added_is_no_translation_of_a_block_of_another_kind(
    export: Callable[..., int], book: Path, peoples: Path
) -> None:
    """The second quotation is removed; the paragraph before it is people's."""
    source = "# Growth\n\n> A tree grows.\n\n> It needs water.\n\n1. Trees\n"
    page = "# 生长\n\n> 树在生长。\n\n人加的段落。\n\n> 它需要水。\n\n1. 树木\n"
    write(peoples, page)
    write(peoples.with_name("page_origin.md"), source)
    write(book / "part/page.md", source.replace("> It needs water.\n\n", ""))
    export()
    assert "人加的段落。" in text_of(peoples)


@pytest.mark.parametrize("end", ["x^[Growth]\n", "x^[Growth] y^[Trees]\n"])
def test_texts_that_have_no_place_in_the_file_stop_no_update(
    export: Callable[..., int], book: Path, peoples: Path, end: str
) -> None:
    """A note within a paragraph is read behind all blocks; it is in none of them."""
    write(peoples, f"{PEOPLES.rstrip()}\n* 人加的一项。\n\n{end}")
    write(peoples.with_name("page_origin.md"), f"{PAGE}\n{end}")
    write(book / "part/page.md", f"{PAGE}\n{end}".replace("h = 2a", "h = 3a"))
    assert export() == 0
    wanted = PEOPLES.replace("h = 2a", "h = 3a").rstrip()
    assert text_of(peoples) == f"{wanted}\n* 人加的一项。\n\n{end}"


def test_a_change_without_translation_waits(
    export: Callable[..., int],
    book: Path,
    peoples: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = PAGE.replace("* Cut nothing.", "* Cut little.").replace(
        "# Growth", "# Trees"
    )
    write(book / "part/page.md", source)
    assert export() == 0
    assert text_of(peoples) == PEOPLES.replace("# 生长", "# 树木")
    assert record_of(peoples) == PAGE.replace("# Growth", "# Trees")
    assert "part/page.md:16: there is no translation" in capsys.readouterr().out
    keep(tmp_path / "units.tmx", KNOWN | {"Cut little.": "少剪。"})
    assert export() == 0
    assert text_of(peoples).endswith("* 给*小树*浇水。\n* 少剪。\n")
    assert record_of(peoples) == source


def test_code_that_people_changed_is_theirs(
    export: Callable[..., int], book: Path, peoples: Path
) -> None:
    mine = PEOPLES.replace("# A tree grows.\n", "# 树在生长。\n")
    write(peoples, mine)
    write(book / "part/page.md", PAGE.replace("print('A tree grows.')", "print(2)"))
    assert export() == 1
    assert text_of(peoples) == mine
    assert record_of(peoples) == PAGE


def test_texts_of_a_changed_block_are_kept(
    export: Callable[..., int], book: Path, peoples: Path
) -> None:
    before = "> Cut nothing.\n>\n> A tree grows.\n"
    write(peoples.with_name("page_origin.md"), before)
    write(peoples, "> 一点也不要剪。\n>\n> 树长。\n")
    write(book / "part/page.md", before.replace("A tree grows.", "It needs water."))
    assert export() == 0
    assert text_of(peoples) == "> 一点也不要剪。\n>\n> 它需要水。\n"


def test_what_cannot_be_told_is_left(
    export: Callable[..., int], book: Path, peoples: Path
) -> None:
    """Two paragraphs that people made one, and one of which changed."""
    before = "A tree grows.\n\nIt needs water.\n"
    write(peoples.with_name("page_origin.md"), before)
    write(peoples, "树在生长，也需要水。\n")
    write(book / "part/page.md", before.replace("It needs water.", "Cut nothing."))
    assert export() == 1
    assert text_of(peoples) == "树在生长，也需要水。\n"
    assert record_of(peoples) == before


def test_a_page_without_record_is_refused(
    export: Callable[..., int],
    peoples: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    peoples.with_name("page_origin.md").unlink()
    assert export() == 1
    assert text_of(peoples) == PEOPLES
    assert "part/page.md: it is there already" in capsys.readouterr().out
    assert export("--force") == 0
    assert text_of(peoples) == PAGE_ZH
    assert record_of(peoples) == PAGE


def test_the_base_may_be_a_folder_or_a_revision(
    export: Callable[..., int], book: Path, peoples: Path, tmp_path: Path
) -> None:
    peoples.with_name("page_origin.md").unlink()
    write(tmp_path / "then/part/page.md", PAGE)
    git = ["git", "-C", str(book), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], check=True)
    write(book / "part/page.md", PAGE.replace("# Growth", "# Trees"))
    wanted = PEOPLES.replace("# 生长", "# 树木")
    for base in (str(tmp_path / "then"), "HEAD"):
        write(peoples, PEOPLES)
        assert export("--base", base) == 0
        assert text_of(peoples) == wanted
        peoples.with_name("page_origin.md").unlink()
    assert export("--base", "no-such-thing") == 1
    assert text_of(peoples) == wanted


def test_a_dry_run_writes_nothing(
    export: Callable[..., int],
    book: Path,
    peoples: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(book / "part/page.md", PAGE.replace("* Cut nothing.", "* A tree grows."))
    write(book / "new.md", "# Growth\n")
    assert export("--dry-run") == 0
    assert text_of(peoples) == PEOPLES
    assert not (tmp_path / "tree/new.md").exists()
    said = capsys.readouterr().out
    assert "part/page.md: 1 block\n" in said
    assert "1 page would be written, 1 would be updated (1 block), 0 unchanged" in said
    assert export("--estimate") == 0
    assert not (tmp_path / "tree/new.md").exists()


def test_blocks_left_in_the_source_language_are_filled_on_demand(
    export: Callable[..., int], peoples: Path
) -> None:
    left = PEOPLES.replace("一棵树\n要长大，也要水。", "A tree grows. It needs water.")
    write(peoples, left)
    assert export() == 0
    assert text_of(peoples) == left
    assert export("--fill") == 0
    assert text_of(peoples) == PAGE_ZH


def test_one_bad_page_does_not_stop_the_others(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(book / "bad.md", "ein Bär".encode("latin-1"))
    write(book / "bad.ipynb", "{")
    assert export() == 1
    assert text_of(tmp_path / "tree/part/page.md") == PAGE_ZH
    said = capsys.readouterr().out
    assert "bad.md:1: not UTF-8" in said
    assert "bad.ipynb: not a notebook" in said


def test_an_edition_inside_of_the_book_is_no_page_of_it(
    export: Callable[..., int], book: Path
) -> None:
    for _ in range(2):
        assert export("-o", str(book / "zh")) == 0
    assert text_of(book / "zh/part/page.md") == PAGE_ZH
    assert not (book / "zh/zh").exists()


def test_a_book_of_d2lbook_says_what_it_is_made_of(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = "[build]\nsphinx_extensions = amts_sphinx\nnotebooks = part/*.md\n"
    write(book / "config.ini", config)
    write(book / "README.md", "# Growth\n")
    assert export() == 1
    assert "Run `amts d2l" in capsys.readouterr().err
    conf = "extensions = ['amts_sphinx']\namts_memory_files = ['own.tmx']\n"
    write(book / "_build/rst/conf.py", conf)
    keep(book / "own.tmx", {"Who *knows*?": "谁知道？"})
    write(book / "part/other.md", "Who \\*knows\\*?\n")
    assert export() == 0
    assert text_of(tmp_path / "tree/part/other.md") == "谁知道？\n"
    assert text_of(tmp_path / "tree/part/page.md") == PAGE_ZH
    assert not (tmp_path / "tree/README.md").exists()


def test_wrong_words_on_the_command_line_are_told(
    export: Callable[..., int], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("--document", "nowhere/*") == 1
    assert "no such page" in capsys.readouterr().err
    place = ["--language", "zh", "-o", str(book)]
    assert main(["export-source", str(book), *place]) == 1
    assert "is the book itself" in capsys.readouterr().err


# QuantEcon's layout, and notebooks


def test_quantecons_layout_has_a_map_of_headings(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    head = "---\njupytext:\n  text_representation:\n    format_name: myst\n"
    keep(tmp_path / "units.tmx", KNOWN | {'Is it <x id="1"/>?': '是 <x id="1"/>：吗？'})
    body = "---\n\n# Growth\n\n## Trees\n\n### Is it $x$?\n\nCut nothing.\n"
    write(book / "part/page.md", head + body)
    assert export("--layout", "quantecon") == 0
    written = text_of(tmp_path / "tree/part/page.md")
    assert written == (
        head + "translation:\n  title: 生长\n  headings:\n    Trees: 树木\n"
        "    Trees::Is it $x$?: 是 $x$：吗？\n"
        "---\n\n# 生长\n\n## 树木\n\n### 是 $x$：吗？\n\n什么也别剪。\n"
    )
    record = tmp_path / "tree/.amts-source/part/page.md"
    assert text_of(record) == head + body


HEAD: Final = "---\nname: page\n"
#: A map as people or their tools may have written it.
MAP: Final = (
    "translation:\n  title: '生长'\n  by: Ana\n  headings:\n"
    '    Trees: "树木"\n    "Trees::Cut nothing.": >-\n      什么也\n      别剪\n'
)
HEADINGS: Final = "# Growth\n\n## Trees\n\n### Cut nothing.\n\nTrees\n"
HEADINGS_ZH: Final = "# 生长\n\n## 树木\n\n### 什么也别剪\n\n树\n"


@pytest.fixture
def lecture(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> Callable[[str, str], str]:
    """Return what updates a page of QuantEcon's and returns its text."""
    tree = tmp_path / "tree"
    write(tree / "part/page.md", HEAD + MAP + "---\n" + HEADINGS_ZH)
    write(tree / ".amts-source/part/page.md", HEAD + "---\n" + HEADINGS)

    def run(old: str, new: str) -> str:
        text = HEAD + "---\n" + HEADINGS
        write(book / "part/page.md", text.replace(old, new))
        assert export("--layout", "quantecon") == 0
        return text_of(tree / "part/page.md")

    return run


def test_a_map_of_headings_stays_where_no_heading_changed(
    lecture: Callable[[str, str], str],
) -> None:
    wanted = HEAD + MAP + "---\n" + HEADINGS_ZH
    assert lecture("", "") == wanted
    assert lecture("\n\nTrees\n", "\n\nIt needs water.\n") == wanted.replace(
        "\n\n树\n", "\n\n它需要水。\n"
    )


def test_a_map_of_headings_has_what_changed_and_keeps_the_rest(
    lecture: Callable[[str, str], str],
) -> None:
    assert lecture("## Trees\n", "## It needs water.\n") == (
        HEAD + "translation:\n  title: '生长'\n  headings:\n"
        "    It needs water.: 它需要水。\n"
        "    It needs water.::Cut nothing.: 什么也别剪\n  by: Ana\n---\n"
        + HEADINGS_ZH.replace("树木", "它需要水。")
    )


def test_a_new_heading_comes_into_the_map(
    lecture: Callable[[str, str], str],
) -> None:
    at, new = "### Cut", "### It needs water.\n\n### Cut"
    assert lecture(at, new) == (
        HEAD
        + MAP.replace("  by: Ana\n", "").replace(
            '    "Trees::Cut', '    Trees::It needs water.: 它需要水。\n    "Trees::Cut'
        )
        + "  by: Ana\n---\n"
        + HEADINGS_ZH.replace("### 什么", "### 它需要水。\n\n### 什么")
    )


def test_front_matter_is_updated_beside_the_map(
    lecture: Callable[[str, str], str],
) -> None:
    assert lecture("page\n", "page\norder: 3\n") == (
        HEAD + MAP + "order: 3\n---\n" + HEADINGS_ZH
    )
    assert lecture("page\n", "leaf\norder: 3\n") == (
        HEAD.replace("page", "leaf") + "order: 3\n" + MAP + "---\n" + HEADINGS_ZH
    )


def notebook(*cells: tuple[str, list[str]], indent: int = 1) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": kind, "metadata": {}, "source": source}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, source in cells
    ]
    book = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
    return json.dumps(book, indent=indent, ensure_ascii=False)


def test_of_a_notebook_only_the_texts_of_cells_change(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    cells = [
        ("markdown", ["# Growth\n", "\n", "A tree grows.\n", "It needs water."]),
        ("code", ["# Growth\n", "1"]),
        ("markdown", ["No é ☺ words"]),
    ]
    text = notebook(*cells, indent=3).replace("☺", "\\u263a")
    write(book / "part/a.ipynb", text)
    assert export() == 0
    written = text_of(tmp_path / "tree/part/a.ipynb")
    cells[0] = ("markdown", ["# 生长\n", "\n", "树在生长。它需要水。"])
    assert written == notebook(*cells, indent=3).replace("☺", "\\u263a")
    assert text_of(tmp_path / "tree/part/a_origin.ipynb") == text


def test_cells_of_a_notebook_are_updated(
    export: Callable[..., int], book: Path, tmp_path: Path
) -> None:
    cells = [("markdown", ["A tree grows."]), ("code", ["1"]), ("markdown", ["Trees"])]
    tree = tmp_path / "tree/part"
    write(tree / "a_origin.ipynb", notebook(*cells))
    mine = [("markdown", ["一棵树"]), ("code", ["1"]), ("markdown", ["树"])]
    write(tree / "a.ipynb", notebook(*mine))
    cells[2] = mine[2] = ("markdown", ["Cut nothing."])
    write(book / "part/a.ipynb", notebook(*cells))
    mine[2] = ("markdown", ["什么也别剪。"])
    assert export("--document", "*.ipynb") == 0
    assert text_of(tree / "a.ipynb") == notebook(*mine)
    cells[1] = ("code", ["2"])
    write(book / "part/a.ipynb", notebook(*cells))
    assert export("--document", "*.ipynb") == 1  # the cells are others
    assert text_of(tree / "a.ipynb") == notebook(*mine)


# Whatever stands in a page

WORDS: Final = st.text("aB1é树。 .,;:!?*_`[](){}<>|#$&~^=+-/\\\"'", max_size=12)
LINES: Final = st.sampled_from(
    ["# A title", "Words *here* and `there`.", "* an item", "1. one", "> quoted", "",
     "```python", "```", "$$", "a = $b$ c", "| a | b |", "|---|---|", ":label:`x`",
     "```{note} Title", ":::{tip}", ":::", "[link](a.md 'x') to", "![alt text](i.png)",
     "    code", "term", ": what it is", "[**on slides**] (~~not~~)", "<!-- c --> d",
     "{ref}`words <x>` on", "hard  ", "break\\", "(x)=", "---", "<div>", "\ttab"]
)  # fmt: skip
PAGE_TEXTS: Final = st.tuples(
    st.lists(st.one_of(LINES, WORDS), max_size=12), st.sampled_from(["\n", "\r\n"])
).map(lambda drawn: drawn[1].join(drawn[0]))
ENGLISH: Final = ReadingRules("en", figure_captions=True)


@given(PAGE_TEXTS)
@example("```{.python .input}\n```\n(**a *b**) c*")
@example("a\r\rb\ufeff\n")
@FEW_HUNDRED
def test_places_are_those_of_the_words(text: str) -> None:
    page = read(text, "page", ENGLISH)
    for container, spans in zip(page.containers, page.spans, strict=True):
        if spans is None:
            continue
        words = [c for c in inline_codes.plain(container.whole.source) if c.strip()]
        there = [text[place] for place in spans.letters]
        assert len(words) == len(there)
        assert all(a == b or b in "\\&" for a, b in zip(words, there, strict=True))
    assert "".join(text[slice(*block.span)] for block in blocks(page)) == text


@given(PAGE_TEXTS, st.data())
@FEW_HUNDRED
def test_what_is_no_prose_stays_whatever_is_written(
    text: str, data: st.DataObject
) -> None:
    page = read(text, "page", ENGLISH)
    targets = {
        number: Target(inline_codes.escape(data.draw(WORDS)) + container.whole.source)
        for number, container in enumerate(page.containers)
        if data.draw(st.booleans())
    }
    written = pages.write(page, targets, ENGLISH)
    again = read(written.text, "page", ENGLISH)
    assert len(again.containers) == len(page.containers)
    for number, container in enumerate(page.containers):
        meant = container.whole.source
        if number in written.texts:
            meant = targets[number].text
        read_as = again.containers[number].whole
        assert code_matching.reads_as(container.whole, read_as, meant, {})
    # Between the texts, every character is the source's.
    rest = written.text
    for number, spans in enumerate(page.spans):
        if spans is not None and number in written.texts:
            rest = rest.replace(written.texts[number], "\0", 1)
    mine = pages.splice(page, dict.fromkeys(written.texts, "\0"))
    assert len(rest) == len(mine)


@given(PAGE_TEXTS)
@FEW_HUNDRED
def test_a_page_that_is_not_translated_is_the_source(text: str) -> None:
    page = read(text, "page", ENGLISH)
    targets = {n: Target(c.whole.source) for n, c in enumerate(page.containers)}
    assert pages.write(page, targets, ENGLISH).text == text


def test_a_sentence_that_gained_a_formula_is_named_and_not_guessed(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(
        book / "part/page.md", PAGE.replace("A tree grows. It", "A $t$ tree grows. It")
    )
    assert export() == 0
    written = text_of(tmp_path / "tree/part/page.md")
    assert "A $t$ tree grows. 它需要水。" in written
    told = capsys.readouterr().out
    assert "translation by people to review" in told
    assert "part/page.md:4: the source gained markup" in told


def test_the_texts_of_an_update_are_counted(
    export: Callable[..., int],
    book: Path,
    peoples: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    new = "* Cut nothing.\n* Nobody translated it.\n"
    write(book / "part/page.md", PAGE.replace("* Cut nothing.\n", new) + "\nTrees\n")
    assert export(engine="pseudo") == 0
    assert "1 text by people, 1 by the engine, 0 of them" in capsys.readouterr().out
    assert text_of(peoples).startswith(PEOPLES.rstrip())


@pytest.mark.parametrize("name", ["toc", "{toctree}"])
def test_entries_that_people_left_out_of_the_contents_are_named(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    source = f"# Growth\n\n```{name}\n:maxdepth: 2\n\na/b\nTrees <c>\nd.md\n```\n"
    write(book / "index.md", source)
    assert export() == 0
    assert "table of contents" not in capsys.readouterr().out
    write(
        tmp_path / "tree/index.md",
        f"# 生长\n\n```{name}\n:maxdepth: 2\n\n树木 <c>\n```\n",
    )
    assert export("--dry-run") == 0
    told = capsys.readouterr().out
    assert "1 page lacks entries of the table of contents" in told
    assert "  index.md: a/b, d\n" in told


def test_what_a_machine_wrote_is_not_learnt_as_a_persons(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    new = "\nNobody wrote this one.\n\nSomebody mended this other one.\n"
    write(book / "part/page.md", PAGE + new)
    assert export(engine="pseudo") == 0
    page = tmp_path / "tree/part/page.md"
    lines = text_of(page).splitlines()
    assert lines[-1] != "Somebody mended this other one."
    write(page, "\n".join([*lines[:-1], "有人改过这一句话。", ""]))
    out = tmp_path / "again.tmx"
    folders = [str(book), str(tmp_path / "tree")]
    capsys.readouterr()
    assert (
        main(
            ["parallel", *folders, "--languages", "en", "zh", "-j", "1", "-o", str(out)]
        )
        == 0
    )
    assert "1 unit left out: a machine wrote the text" in capsys.readouterr().out
    languages = ["--languages", "en", "zh", "-j", "1"]
    assert main(["drift", *folders, *languages, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"]["machine"] == {"sentences": 1, "words": 4}
    assert found["total"]["current"]["sentences"] == 7
    assert [each["now"] for each in found["work"]] == ["Nobody wrote this one."]
    assert main(["drift", *folders, *languages, "--fail-on", "machine"]) == 1
    assert "1 sentences are machine" in capsys.readouterr().err
    learnt = text_of(out)
    assert "Nobody wrote" not in learnt
    assert "有人改过这一句话" in learnt
    assert "什么也别剪" in learnt


def test_a_command_that_is_ended_has_told_what_a_machine_wrote(
    export: Callable[..., int],
    book: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the pages that are there would be taken for people's."""
    write(book / "part/page.md", "# Growth\n\nNobody wrote this one.\n")
    put = SourceTree.write

    def ended(tree: SourceTree, path: Path, page: bytes, record: bytes) -> None:
        put(tree, path, page, record)
        raise KeyboardInterrupt

    monkeypatch.setattr(SourceTree, "write", ended)
    assert export(engine="pseudo") != 0
    said = text_of(tmp_path / "tree/part/page.md").splitlines()[-1]
    assert said != "Nobody wrote this one."
    assert digest(said) in machine_texts(tmp_path / "tree")


def test_sentences_that_a_machine_made_of_one_are_the_machines(tmp_path: Path) -> None:
    """Whoever reads the page finds two, which may be paired with two others."""
    unit = TranslationUnit(
        "A tree grows.", "树在生长。它很高。", PAIR, "pseudo", State.DRAFT
    )
    [text] = markdown.read("A tree grows.\n", "a", "en")
    work = SimpleNamespace(translator=None, pair=PAIR)
    edition = SimpleNamespace(unit=lambda _: unit)
    answers = source_edition._Answers(cast("Any", work), cast("Any", edition), {})  # noqa: SLF001
    tree = SourceTree(tmp_path, "parallel", tmp_path)
    tree.note_machine(answers.machines(text))
    made = machine_texts(tmp_path)
    base = {"a": markdown.read("It is tall. A tree grows.\n", "a", "en")}
    for said, machines in (("它很高。树在生长。", True), ("它真高。树在生长。", False)):
        there = {"a": markdown.read(said, "a", "zh")}
        [whole] = extract.pair_books(
            base, there, PAIR, extract.PairingRules(by_sentence=False)
        ).pairs
        parts = tuple(there["a"][0].segments)
        assert is_machines(whole._replace(target_parts=parts), made) is machines


@pytest.mark.parametrize("culprits", [{3}, {0, 6}, {2, 3}, set(range(7))])
@pytest.mark.parametrize("blamed", ["first", "all"])
def test_only_what_cannot_be_proven_stays(
    monkeypatch: pytest.MonkeyPatch, culprits: set[int], blamed: str
) -> None:
    """The proof may name a text for what another one broke."""
    names, rules = "abcdefg", ReadingRules("en")
    page = read("".join(f"Text {name}.\n\n" for name in names), "page", rules)
    assert len(page.containers) == len(names)

    def faults(_: object, __: str, texts: Mapping[int, str]) -> dict[int, str]:
        if not culprits & texts.keys():
            return {}
        return dict.fromkeys([min(texts)] if blamed == "first" else texts, "it broke")

    monkeypatch.setattr(pages._Proof, "faults", faults)  # noqa: SLF001
    targets = {number: Target(f"Wort {name}.") for number, name in enumerate(names)}
    written = pages.write(page, targets, rules)
    assert {each.number for each in written.stays} == culprits
    assert {each.reason for each in written.stays} == {"it broke"}
    assert written.texts.keys() == set(range(7)) - culprits
    for number, name in enumerate(names):
        text = f"Text {name}." if number in culprits else f"Wort {name}."
        assert text in written.text
