"""Extensions of others do in an edition what they do in the book: real packages."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from conftest import copy_root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Book, Built, Marks, Once, Say

pytestmark = pytest.mark.sphinx
#: By package: its name as an extension, what ``conf.py`` says, and a page.
BOOKS: Final = {
    "sphinx_proof": (
        "sphinx_proof",
        "",
        """\
.. prf:theorem:: Of ropes
   :label: rope

   A rope that is pulled is straight.

.. prf:proof::

   Look at it, as :prf:ref:`rope` says.
""",
    ),
    "sphinxcontrib.bibtex": (
        "sphinxcontrib.bibtex",
        'bibtex_bibfiles = ["boats.bib"]',
        """\
Boats are old :cite:p:`oar`. So says :cite:t:`oar`. The same says :footcite:p:`oar`.

.. footbibliography::

.. bibliography::
""",
    ),
    "sphinx_exercise": (
        "sphinx_exercise",
        "",
        """\
.. exercise:: Of knots
   :label: knot

   Tie one.

.. solution:: knot
   :label: tied

   It is tied.

Look at :ref:`tied`.
""",
    ),
    "numpydoc": (
        "numpydoc",
        """\
import sys, os
sys.path.insert(0, os.path.dirname(__file__))
extensions += ['sphinx.ext.autodoc', 'sphinx.ext.autosummary']
""",
        """\
.. autosummary::

   amts_harbour.moor

.. autofunction:: amts_harbour.moor
""",
    ),
    "nbsphinx": (
        "nbsphinx",
        "nbsphinx_execute = 'never'",
        """\
Read :doc:`the notebook <tides>`.

.. nbgallery::
   :caption: Pictures of it

   tides
""",
    ),
    "ablog": (
        "ablog",
        "blog_path = 'blog'\nblog_baseurl = 'https://example.org/'",
        """\
.. post:: 2 May 2024
   :tags: water
   :author: Ann

   What the harbour is like.

Boats come in at night.
""",
    ),
    "sphinx_gallery": (
        "sphinx_gallery.gen_gallery",
        """\
sphinx_gallery_conf = {
    "examples_dirs": "examples", "gallery_dirs": "gallery", "plot_gallery": "False"
}
exclude_patterns = ["examples"]
""",
        """\
.. toctree::

   gallery/index
""",
    ),
    "sphinx_needs": (
        "sphinx_needs",
        'amts_strings = ["status"]',
        """\
.. req:: Boats must float
   :id: R_001
   :status: open

   They float always.

.. spec:: Tight
   :id: S_001

   No holes.

See :need:`R_001`, of which there is :need_count:`title == 'Boats must float'`.

.. needlist::
   :show_status:

.. needtable::
   :columns: id, title, type_name
   :filter: title == "Boats must float"
   :style: table

``Boats must float`` is code.
""",
    ),
    "sphinx_tabs": (
        "sphinx_tabs.tabs",
        "",
        """\
.. tabs::

   .. tab:: By day

      Boats come in.
""",
    ),
    "myst_nb": (
        "myst_nb",
        """\
nb_execution_mode = 'off'
amts_strings = ['Hide code cell source']
""",
        "See :doc:`the notebook <book>`.\n",
    ),
}
BIB: Final = """\
@book{oar, author = {Oar, Ann}, title = {Oars}, publisher = {Press}, year = {1999}}
"""
MODULE: Final = '''\
def moor(boat, rope=1):
    """Moor a boat.

    Parameters
    ----------
    boat : str
        The name of the boat.

    Raises
    ------
    ValueError
        If there is no room.

    Notes
    -----
    Mind the tide.
    """
'''
JUPYTER: Final = {
    "cells": [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": ["# Tides\n\nThey turn."],
        },
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {"nbsphinx-thumbnail": {"tooltip": "How it turns"}},
            "outputs": [
                {
                    "data": {"image/svg+xml": ["<svg/>"]},
                    "metadata": {},
                    "output_type": "display_data",
                }
            ],
            "source": ["draw()"],
        },
    ],
    "metadata": {"kernelspec": {"display_name": "P", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
EXAMPLE: Final = '''\
"""
Draw a boat
===========

The boat & its *net* are drawn.
"""
print("boat")
'''
NOTEBOOK: Final = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# A notebook

The tide turns *twice* a day.

```{code-cell}
---
mystnb:
  code_prompt_show: Show me
tags: [hide-input]
---
print("high")
```
"""


class Pair(NamedTuple):
    """A book, built in the source language and as an edition."""

    source: Built
    edition: Built


def needs(package: str) -> None:
    try:
        is_there = find_spec(package) is not None
    except ImportError:
        is_there = False
    if not is_there:
        pytest.skip(f"{package} is not installed")


def write(package: str, folder: Path) -> Book:
    name, settings, text = BOOKS[package]
    book = copy_root("incremental", folder)
    for path in book.source.glob("*.rst"):
        path.unlink()
    lines = [f"extensions = [{name!r}, 'amts_sphinx']", 'project = "Boats"']
    lines += ['language = "en"', 'html_theme = "alabaster"', settings]
    book.write("conf.py", "\n".join(lines))
    more = "\n.. toctree::\n\n   book\n" if package == "myst_nb" else ""
    book.write("index.rst", f"Boats\n=====\n\n{text}{more}")
    if package == "myst_nb":
        book.write("book.md", NOTEBOOK)
    book.write("boats.bib", BIB)
    if package == "numpydoc":
        book.write("amts_harbour.py", MODULE)
    if package == "sphinx_gallery":
        (book.source / "examples").mkdir()
        book.write("examples/README.rst", "Pictures\n========\n\nOf boats.\n")
        book.write("examples/plot_boat.py", EXAMPLE)
    if package == "nbsphinx":
        book.write("tides.ipynb", json.dumps(JUPYTER))
    return book


def build(folder: Path, package: str) -> Pair:
    book = write(package, folder)
    return Pair(book.build("html"), book.build("amts-es", engine="pseudo"))


@pytest.fixture
def pair(once: Once, request: pytest.FixtureRequest) -> Pair:
    """Return the book with the package that the test names, for reading."""
    package = request.param
    needs(package)
    made: Pair = once(f"others-{package}", lambda folder: build(folder, package))
    assert made.source.status == 0, made.source.warned
    assert made.edition.status == 0, made.edition.warned
    return made


def pages(built: Built) -> Iterator[str]:
    for path in sorted(built.out.rglob("*.html")):
        name = path.relative_to(built.out).with_suffix("").as_posix()
        if not name.startswith("_"):
            yield name


@pytest.mark.parametrize("pair", BOOKS, indirect=True)
def test_pages_warnings_ids_and_addresses_are_the_book_s(
    pair: Pair, marks: Marks
) -> None:
    warned = {*pair.source.warned.splitlines()}
    assert {*pair.edition.warned.splitlines()} <= warned
    assert [*pages(pair.edition)] == [*pages(pair.source)]
    for name in pages(pair.source):
        if not pair.source.page(name).xpath("//div[@class='body']"):
            continue  # a page without the theme, which is there for its script
        made, own = (marks(built.page(name)) for built in (pair.edition, pair.source))
        # sphinx-needs gives each of its buttons another id in each build.
        for found in (made, own):
            for key in [key for key in found if key[1].startswith("SNCB-")]:
                del found[key]
        assert made == own, name


@pytest.mark.parametrize("pair", ["sphinx_proof"], indirect=True)
def test_theorems_are_numbered_and_translated(pair: Pair, say: Say) -> None:
    [title] = pair.edition.text("index", "//div[contains(@class, 'theorem')]/p")
    assert say("Of ropes", "es") in title
    assert "1" in title
    [link] = pair.edition.text("index", "//a[@href='#rope']")
    assert link.endswith("1")
    shown = pair.edition.text("index", "//div[contains(@class, 'proof')]//p")
    assert say("A rope that is pulled is straight.", "es") in shown
    # Its index has a name in its code.
    assert say("Proof Index", "es") in pair.edition.text("prf-prf", "//h1")


@pytest.mark.parametrize("pair", ["sphinxcontrib.bibtex"], indirect=True)
def test_citations_stay_what_they_are(pair: Pair, say: Say) -> None:
    [text] = pair.edition.text("index", "//p[contains(., 'Oar99')]")[:1]
    assert text.startswith(say("Boats are old", "es"))
    cited = "//div[contains(@class, 'citation')]//p"
    assert pair.edition.text("index", cited) == pair.source.text("index", cited)
    notes = "//aside[contains(@class, 'footnote')]//p"
    assert pair.edition.text("index", notes) == pair.source.text("index", notes) != []


@pytest.mark.parametrize("pair", ["sphinx_exercise"], indirect=True)
def test_a_solution_names_its_exercise_in_the_edition_s_words(
    pair: Pair, say: Say
) -> None:
    [title] = pair.edition.text("index", "//div[contains(@class, 'solution')]/p")[:1]
    assert title.startswith(say("Solution to", "es"))
    assert say("Of knots", "es") in title
    assert title in " ".join(pair.edition.text("index", "//p[a]"))


@pytest.mark.parametrize("pair", ["numpydoc"], indirect=True)
def test_names_of_parameters_stay_and_sphinx_s_words_are_its_own(
    pair: Pair, say: Say
) -> None:
    names = "//dd[contains(@class, 'field')]//dt"
    assert pair.edition.text("index", names) == ["boatstr", "ValueError"]
    assert pair.edition.text("index", "//p[@class='rubric']") == ["Notas"]
    first = "//table[contains(@class, 'autosummary')]//tr/td[1]"
    assert pair.edition.text("index", first) == pair.source.text("index", first)
    shown = " ".join(pair.edition.text("index", "//body"))
    assert say("The name of the boat.", "es") in shown


@pytest.mark.parametrize("pair", ["nbsphinx"], indirect=True)
def test_files_that_are_made_while_reading_are_published(pair: Pair, say: Say) -> None:
    assert pair.edition.text("tides", "//h1/text()") == [say("Tides", "es")]
    tip = "//a[contains(@class, 'internal')]/@title"
    assert pair.source.text("index", tip) == ["How it turns"]
    assert pair.edition.text("index", tip) == [say("How it turns", "es")]
    assert (pair.source.out / "tides.ipynb").is_file()
    assert (pair.edition.out / "tides.ipynb").is_file()


@pytest.mark.parametrize("pair", ["ablog"], indirect=True)
def test_a_blog_is_listed_in_the_edition(pair: Pair, say: Say) -> None:
    [post] = pair.edition.text("blog", "//*[contains(@class, 'ablog-post')]//a[1]")[:1]
    assert post == say("Boats", "es")
    listed = " ".join(pair.edition.text("blog", "//body"))
    assert say("What the harbour is like.", "es") in listed
    # What its templates and its code mark, of which it has no catalogue here.
    heads = "//div[contains(@class, 'ablog__collection')]/h1"
    [tagged] = pair.edition.text("blog/tag/water", heads)
    assert tagged == f"{say('Posts tagged', 'es')} {say('water', 'es')}"
    # The address of a tag is the book's, and an author is a person.
    assert (pair.edition.out / "blog" / "author" / "ann.html").is_file()
    [by] = pair.edition.text("blog/author/ann", heads)
    assert by.endswith(" Ann")
    feed = (pair.edition.out / "blog" / "atom.xml").read_text("utf-8")
    assert say("Boats", "es") in feed
    assert "What the harbour" not in feed


@pytest.mark.parametrize("pair", ["sphinx_gallery"], indirect=True)
def test_a_gallery_tells_what_its_pictures_are(pair: Pair, say: Say) -> None:
    title, tip = "//div[contains(@class, 'thumbnail-title')]", "//div/@tooltip"
    assert pair.source.text("gallery/index", title) == ["Draw a boat"]
    assert pair.edition.text("gallery/index", title) == [say("Draw a boat", "es")]
    [told] = pair.source.text("gallery/index", tip)
    assert pair.edition.text("gallery/index", tip) == [say(told, "es")]


@pytest.mark.parametrize("pair", ["sphinx_tabs"], indirect=True)
def test_what_screen_readers_say_is_translated(pair: Pair, say: Say) -> None:
    label = "//div[@role='tablist']/@aria-label"
    assert pair.source.text("index", label) == ["Tabbed content"]
    assert pair.edition.text("index", label) == [say("Tabbed content", "es")]


@pytest.mark.parametrize("pair", ["sphinx_needs"], indirect=True)
def test_titles_that_an_extension_keeps_are_translated_on_pages(
    pair: Pair, say: Say
) -> None:
    float_, tight = say("Boats must float", "es"), say("Tight", "es")
    shown = "//span[contains(@class, 'needs_title')]"
    assert pair.edition.text("index", shown) == [float_, tight]
    kinds = "//span[contains(@class, 'needs_type')]//span[@class='needs_data']"
    assert pair.edition.text("index", kinds) == [
        say("Requirement", "es"),
        say("Specification", "es"),
    ]
    [label] = pair.edition.text("index", "//span[@class='needs_label']")
    assert label == f"{say('status', 'es')}:"
    # A title is found among other words, if it has several.
    lines = "//div[@class='line']/a"
    assert f"R_001: {float_} (open)" in pair.edition.text("index", lines)
    assert f"{float_} (R_001)" in pair.edition.text("index", "//p[a]//em")
    # The filters ask for the title in the book's language.
    cells = "//table[contains(@class, 'NEEDS')]//tbody//td"
    assert pair.edition.text("index", cells)[:2] == ["R_001", float_]
    assert "1" in pair.edition.text("index", "//p[a]")[0]
    assert "Boats must float" in pair.edition.text("index", "//code")


@pytest.mark.parametrize("pair", ["myst_nb"], indirect=True)
def test_a_notebook_keeps_its_code(pair: Pair, say: Say) -> None:
    assert pair.edition.text("book", "//h1/text()") == [say("A notebook", "es")]
    assert len(pair.edition.text("book", "//em")) == 1
    # What the author says at a cell, and the words that MyST-NB has in its code.
    asked = "//summary//p[contains(@class, '{}')]"
    assert pair.source.text("book", asked.format("collapsed")) == ["Show me"]
    assert pair.edition.text("book", asked.format("collapsed")) == [
        say("Show me", "es")
    ]
    assert pair.edition.text("book", asked.format("expanded")) == [
        say("Hide code cell source", "es")
    ]
    code = "//div[contains(@class, 'cell_input')]//pre"
    assert pair.edition.text("book", code) == ['print("high")']
