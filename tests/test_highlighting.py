"""Code is highlighted once for all editions, and each shows what Sphinx makes of it."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from conftest import Book
from lxml import html

from amts_sphinx.edition import highlighting

if TYPE_CHECKING:
    from pathlib import Path

#: Says in a file whenever a piece of code is highlighted, and has a lexer of its own.
CONF = """\
import os, sys
import sphinx.highlighting
from pygments import highlight
from pygments.lexer import RegexLexer
from pygments.token import Keyword, Text

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
extensions = ["amts_sphinx"]
amts_target_languages = ["de", "es"]
amts_engine = "pseudo"

def telling(source, lexer, formatter):
    with open(os.path.join(os.path.dirname(__file__), "..", "seen"), "a") as file:
        file.write(repr(source) + "\\n")
    return highlight(source, lexer, formatter)

sphinx.highlighting.highlight = telling

class Rain(RegexLexer):
    tokens = {"root": [(r"rain", Keyword), (r".|\\n", Text)]}

def setup(app):
    app.add_lexer("rain", Rain)
"""
PAGE = """\
Measuring
=========

Read the gauge.

.. code-block:: python

   level = gauge.read()

.. code-block:: python
   :emphasize-lines: 1

   level = gauge.read()

.. code-block:: rain

   rain and rain
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Return a book with code on its only page."""
    made = Book(tmp_path / "book")
    made.source.mkdir()
    made.write("conf.py", CONF)
    made.write("index.rst", PAGE)
    return made


def seen(book: Book) -> list[str]:
    """Return what was highlighted since the last call."""
    path = book.source.parent / "seen"
    found = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def blocks(book: Book, tag: str, out: str = "amts") -> list[bytes]:
    """Return the code of the page as it is written."""
    page: html.HtmlElement = html.fromstring(
        (book.source.parent / "out" / out / tag).read_bytes()
    )
    return [html.tostring(each) for each in page.find_class("highlight")]


def test_code_is_highlighted_for_the_first_edition_alone(book: Book) -> None:
    book.build("html", "-d", str(book.doctrees.with_name("plain")), out="plain")
    plain = blocks(book, "index.html", "plain")
    assert len(plain) == len(set(plain)) == 3
    seen(book)
    book.build("amts", "-j", "1")
    once = [repr("level = gauge.read()")] * 2
    # The lexer of the book itself may be another one at the next build.
    own = repr("rain and rain")
    assert sorted(seen(book)) == sorted([*once, own, own])
    assert blocks(book, "de/index.html") == blocks(book, "es/index.html") == plain

    # What an edition does not ask for any more is forgotten, and new code is not known.
    book.change(
        "index.rst",
        "   level = gauge.read()\n\n.. code-block:: rain",
        "   a = 1\n\n.. code-block:: rain",
    )
    book.build("amts", "-E")
    assert repr("a = 1") in seen(book)
    kept = pickle.dumps(_kept(book))
    assert b"a = 1" in kept
    assert b"rain" not in kept


def _kept(book: Book) -> object:
    with (book.doctrees / ".amts" / highlighting.NAME).open("rb") as file:
        pickle.load(file)
        return pickle.load(file)


def test_what_is_kept_is_written_again_for_new_code_alone(book: Book) -> None:
    book.write("words.rst", ":orphan:\n\nWords\n=====\n\nNo code here.\n")
    book.build("amts")
    path = book.doctrees / ".amts" / highlighting.NAME
    before = path.read_bytes(), path.stat().st_mtime_ns
    book.change("words.rst", "No code here.", "There is no code.")
    book.build("amts")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_each_edition_warns_of_code_that_is_none(book: Book) -> None:
    book.change("index.rst", "rain and rain", "rain")
    book.change("index.rst", ".. code-block:: rain", ".. code-block:: json")
    for builder in ("amts-de", "amts-es"):
        built = book.build(builder)
        assert built.warned.count("literal_block") == 1
    german, spanish = (blocks(book, "index.html", f"amts-{t}") for t in ("de", "es"))
    assert german == spanish


@pytest.mark.parametrize("content", [b"", b"\x80\x05no pickle", b"\x80\x04N."])
def test_a_damaged_file_is_as_good_as_none(book: Book, content: bytes) -> None:
    book.build("amts")
    before = blocks(book, "de/index.html")
    (book.doctrees / ".amts" / highlighting.NAME).write_bytes(content)
    book.change("index.rst", "Read the gauge.", "Read it.")
    book.build("amts")
    assert blocks(book, "de/index.html") == before
