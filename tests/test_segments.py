"""From a doctree to coded text: what is taken from a snippet, and what is not."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from amts_sphinx.doctree.classify import SegmentRules, is_opaque
from amts_sphinx.doctree.collect import texts_of
from amts_sphinx.doctree.segments import container
from amts_sphinx.doctree.sites import Site

if TYPE_CHECKING:
    from conftest import MakeBook

    from amts_sphinx.core.units import Container

X1, X2, X3 = (f'<x id="{n}"/>' for n in (1, 2, 3))

#: What stands in a paragraph → its coded text.
INLINE: dict[str, str] = {
    "Run ``make *all*`` now.": f"Run {X1} now.",
    "Vraiment\u202f? \u00ab\u00a0Non\u00a0\u00bb": "Vraiment\u202f? «\u00a0Non\u00a0»",
    "It is 10\u00a0km, 10\u202f000\u2007m  or\u2009so": (
        "It is 10\u00a0km, 10\u202f000\u2007m or\u2009so"
    ),
    "In *10\u00a0km* or ``x\u00a0y``": f'In <g id="1">10\u00a0km</g> or {X2}',
    "A\u2060B and C\u200bD\u3000E": "A\u2060B and C\u200bD\u3000E",
    "A *big* **bold** word.": 'A <g id="1">big</g> <g id="2">bold</g> word.',
    "Area :math:`a^2` grows.": f"Area {X1} grows.",
    "See :ref:`search` now.": f"See {X1} now.",
    "See :ref:`the search <search>` now.": 'See <g id="1">the search</g> now.',
    "See :doc:`i000` now.": f"See {X1} now.",
    "See :doc:`that page <i000>` now.": 'See <g id="1">that page</g> now.',
    "See :any:`i000` now.": f"See {X1} now.",
    "See :eq:`sum` now.": f"See {X1} now.",
    "See :numref:`tab` now.": f"See {X1} now.",
    "See :numref:`Panel %s <tab>` now.": 'See <g id="1">Panel <x id="2"/></g> now.',
    "See :numref:`{name} on {number} <tab>` now.": (
        'See <g id="1"><x id="2"/> on <x id="3"/></g> now.'
    ),
    "See :numref:`%s <tab>` now.": f"See {X1} now.",
    "Press :kbd:`Ctrl+Alt+x` or :kbd:`y` + 1.": f"Press {X1} or {X2} + 1.",
    ":numref:`Panel %s <tab>`": '<g id="1">Panel <x id="2"/></g>',
    "A :term:`seed` and :term:`seeds <seed>`.": (
        'A <g id="1">seed</g> and <g id="2">seeds</g>.'
    ),
    "Call :py:func:`sow` or :py:func:`this one <sow>`.": (
        f'Call {X1} or <g id="2">this one</g>.'
    ),
    "See :py:func:`the GitHub parser of 3.12 <sow>`.": (
        'See <g id="1">the GitHub parser of 3.12</g>.'
    ),
    "See :py:func:`the beds_of it <sow>`, :py:func:`a getBeds call <sow>`.": (
        f"See {X1}, {X2}."
    ),
    "Call :py:func:`plant <sow>` or :py:func:`the beds.sow <sow>`.": (
        f"Call {X1} or {X2}."
    ),
    "Set :envvar:`PATH` with :option:`-j`.": f"Set {X1} with {X2}.",
    "Run :program:`sow` or :command:`reap`.": f"Run {X1} or {X2}.",
    "Edit :file:`/etc/{name}/x` soon.": f"Edit {X1} soon.",
    "Press :guilabel:`&Save all` twice.": 'Press <g id="1">Save all</g> twice.',
    "Open :menuselection:`File --> New` now.": 'Open <g id="1">File ‣ New</g> now.',
    "Type :samp:`cp {x}` here.": f"Type {X1} here.",
    "As :pep:`8` says.": f"As {X1} says.",
    "As :rfc:`2324` says.": f"As {X1} says.",
    "As :manpage:`ls(1)` says.": f"As {X1} says.",
    "As `the bank <https://a.example/b>`_ says.": 'As <g id="1">the bank</g> says.',
    "As `bank`_ says.": 'As <g id="1">bank</g> says.',
    "As `anything <https://a.example/anything>`__ says.": (
        'As <g id="1">anything</g> says.'
    ),
    "At https://a.example/b today.": f"At {X1} today.",
    "At `a.example/b <https://a.example/b>`__ today.": f"At {X1} today.",
    "Mail me@a.example today.": f"Mail {X1} today.",
    "Take |tool| home.": 'Take the <g id="1">garden</g> spade home.',
    "Look |leaf| here.": f"Look {X1} here.",
    "In |release| or |version| on |today| here.": f"In {X1} or {X2} on {X3} here.",
    "Water\\ :sup:`2` rises.": f"Water{X1} rises.",
    "The 1\\ :sup:`st` one.": 'The 1<g id="1">st</g> one.',
    "An _`inline target` here.": 'An <g id="1">inline target</g> here.',
    "An :index:`indexed word` here.": "An indexed word here.",
    "A :notranslate:`Brand` here.": f"A {X1} here.",
    "A :kept:`Brand` here.": f"A {X1} here.",
    "An :abbr:`RH (relative humidity)` here.": 'An <g id="1">RH</g> here.',
    "A note [1]_ here.": f"A note {X1} here.",
    "A work [Tull]_ here.": f"A work {X1} here.",
    "Get :download:`a picture <leaf.png>`.": 'Get <g id="1">a picture</g>.',
    "Get :download:`leaf.png`.": f"Get {X1}.",
    "a < b & c > d": "a &lt; b &amp; c &gt; d",
    "Text like <x id=1/> here.": "Text like &lt;x id=1/&gt; here.",
    "Lines that\nare   broken.": "Lines that are broken.",
    "*All of it.*": "All of it.",
    "`All of it <https://a.example/>`__": "All of it",
    ":ref:`All of it <search>`": "All of it",
}

Rows = list[tuple[str, str]]
#: What stands in a document → the kinds and sources of its segments.
BLOCKS: dict[str, Rows] = {
    "One. Two.": [("paragraph", "One."), ("paragraph", "Two.")],
    "*One. Two.*": [("paragraph", "One."), ("paragraph", "Two.")],
    "So *one. Two* three. Four.": [
        ("paragraph", 'So <g id="1">one. Two</g> three.'),
        ("paragraph", "Four."),
    ],
    "One ``a``. Two ``b``.": [
        ("paragraph", f"One {X1}."),
        ("paragraph", f"Two {X1}."),
    ],
    "``a``": [],
    "1.5": [],
    "===\n123\n===": [],
    "::\n\n   code block": [],
    ">>> doctest()": [],
    ".. code-block:: c\n   :caption: A list\n\n   int x;": [("caption", "A list")],
    ".. parsed-literal::\n\n   some *text*": [],
    ".. math::\n\n   \\text{words}": [],
    ".. raw:: html\n\n   <p>words</p>": [],
    ".. a comment": [],
    ".. figure:: leaf.png\n   :alt: a leaf\n\n   A caption\n\n   A legend.": [],
    ".. image:: leaf.png\n   :alt: a leaf": [("alt", "a leaf")],
    ".. image:: leaf.png": [],
    ".. note::\n\n   Words.": [("paragraph", "Words.")],
    ".. admonition:: A title\n\n   Words.": [
        ("title", "A title"),
        ("paragraph", "Words."),
    ],
    ".. topic:: A title\n\n   Words.": [("title", "A title"), ("paragraph", "Words.")],
    ".. rubric:: A rubric": [("rubric", "A rubric")],
    ".. container:: notranslate\n\n   Words.": [],
    ".. rst-class:: kept\n\nWords.": [],
    "| A line\n| of a block": [],
    "Term\n   A definition.": [("term", "Term"), ("paragraph", "A definition.")],
    "Some words.\n\n:Field: A body.": [
        ("paragraph", "Some words."),
        ("field_name", "Field"),
        ("paragraph", "A body."),
    ],
    ":author: Me\n\nWords.": [("paragraph", "Words.")],
    "-v  be loud": [("paragraph", "be loud")],
    "Title\n=====\n\nWords.": [("title", "Title"), ("paragraph", "Words.")],
    "==== ====\nOne  22\n==== ====\na b  ``x``\n==== ====": [
        ("paragraph", "One"),
        ("paragraph", "a b"),
    ],
    ".. table:: A caption\n\n   == ==\n   1  2\n   == ==": [("title", "A caption")],
    ".. versionadded:: 9.1\n   Some words.": [("paragraph", "Some words.")],
    ".. versionadded:: 9.1": [],
    ".. deprecated:: 9.1\n   So ``it`` goes.": [("paragraph", f"So {X1} goes.")],
    ".. todo:: Dig.": [("paragraph", "Dig.")],
    ".. contents::\n\nPart\n----\n\nWords.\n\nMore\n----": [
        ("paragraph", "Part"),
        ("paragraph", "More"),
        ("title", "Part"),
        ("paragraph", "Words."),
        ("title", "More"),
    ],
    ".. py:method:: C.f(x)\n\n   Words.\n\n   :param x: A letter.\n   :returns: It.": [
        ("paragraph", "Words."),
        ("paragraph", f"{X1} – A letter."),
        ("paragraph", "It."),
    ],
    ".. py:module:: m\n\n.. py:class:: C\n\n   Words.": [("paragraph", "Words.")],
    ".. meta::\n   :description: About it\n   :robots: noindex": [("meta", "About it")],
    ".. epigraph::\n\n   Words.\n\n   -- A writer": [
        ("paragraph", "Words."),
        ("attribution", "A writer"),
    ],
    ".. productionlist::\n   a: b": [],
    ".. centered:: Words here": [("centered", "Words here")],
    ".. only:: nothing\n\n   Words.": [("paragraph", "Words.")],
    ".. index:: apple; tree\n\nWords.": [
        ("index", "apple"),
        ("index", "tree"),
        ("paragraph", "Words."),
    ],
    # The heading that the index lists a term under; a letter is one to sort by.
    ".. glossary::\n\n   tide : Water\n      It rises.\n\n   rope : R\n      Ties.": [
        ("term", "tide"),
        ("index", "tide"),
        ("index", "Water"),
        ("paragraph", "It rises."),
        ("term", "rope"),
        ("index", "rope"),
        ("paragraph", "Ties."),
    ],
    ".. index:: os.path, -j, f(), a_b\n\nWords.": [("paragraph", "Words.")],
    # The index has the name of an object as its signature has it.
    ".. py:exception:: Flood\n\n   Words.": [("paragraph", "Words.")],
    ".. index::\n   see: run; sow\n\nWords.": [
        ("index", "run"),
        ("index", "sow"),
        ("paragraph", "Words."),
    ],
    ".. toctree::\n   :caption: Parts\n\n   One thing <i000>\n   i001": [
        ("toctree", "Parts"),
        ("toctree", "One thing"),
    ],
    ".. title:: A page title\n\nWords.": [
        ("title", "A page title"),
        ("paragraph", "Words."),
    ],
    "It's \"so\" -- or...": [("paragraph", "It’s “so” – or…")],
}  # fmt: skip
AROUND = """

.. role:: notranslate
   :class: notranslate

.. role:: kept
   :class: kept
"""
TARGETS = """
.. math:: s = a
   :label: sum

.. _tab:

.. table:: Rows

   == ==
   1  2
   == ==

.. glossary::

   seed
      It grows.

.. [Tull] A work.
"""


@pytest.fixture(scope="module")
def found(make_book: MakeBook) -> dict[str, tuple[Container, ...]]:
    """Return the containers of each snippet, all read in one build."""
    book = make_book("snippets")
    names = {}
    for place, snippet in enumerate([*INLINE, *BLOCKS]):
        name = f"i{place:03}"
        names[name] = snippet
        note = "\n\n.. [1] The remark.\n" if "[1]_" in snippet else ""
        book.write(f"{name}.rst", f"{dedent(snippet)}{note}{AROUND}")
    book.write("index.rst", f"Index\n=====\n{TARGETS}")
    built = book.build("dummy", "-q")
    assert built.status == 0, built.warned
    texts = texts_of(book.environment())
    return {names[d]: t.containers for d, t in texts.items() if d in names}


@pytest.mark.parametrize("snippet", INLINE)
def test_inline_markup(found: dict[str, tuple[Container, ...]], snippet: str) -> None:
    wholes = [c.whole for c in found[snippet] if c.whole.kind == "paragraph"]
    assert wholes[0].source == INLINE[snippet]
    assert wholes[0].location.line == 1


@pytest.mark.parametrize("snippet", BLOCKS)
def test_blocks(found: dict[str, tuple[Container, ...]], snippet: str) -> None:
    segments = [(s.kind, s.source) for c in found[snippet] for s in c.segments]
    assert segments == BLOCKS[snippet]


@pytest.mark.parametrize(
    ("snippet", "names"),
    [
        ("Run ``make *all*`` now.", ["literal make *all*"]),
        ("See :doc:`that page <i000>` now.", ["std:doc i000"]),
        ("A work [Tull]_ here.", ["citation:ref Tull"]),
        ("Look |leaf| here.", ["image leaf.png"]),
        ("At https://a.example/b today.", ["reference https://a.example/b"]),
        (
            "In |release| or |version| on |today| here.",
            ["value release", "value version", "value today"],
        ),
    ],
)
def test_codes_have_names(
    found: dict[str, tuple[Container, ...]], snippet: str, names: list[str]
) -> None:
    codes = found[snippet][0].whole.codes
    assert [f"{code.kind} {code.equiv}" for code in codes] == names


def test_extra_texts_of_a_paragraph_are_taken_too(
    found: dict[str, tuple[Container, ...]],
) -> None:
    kinds = {
        "An :abbr:`RH (relative humidity)` here.": ("explanation", "relative humidity"),
        "Look |leaf| here.": ("alt", "a green leaf"),
        "An :index:`indexed word` here.": ("index", "indexed word"),
    }
    for snippet, row in kinds.items():
        rows = [(c.whole.kind, c.whole.source) for c in found[snippet]]
        assert row in rows


@pytest.fixture(scope="module")
def other_rules(make_book: MakeBook) -> list[tuple[str, str]]:
    """Return the segments of a book that is read under other rules."""
    book = make_book("blocks")
    options = ["-D", "amts_figure_captions=1", "-D", "amts_segmentation=paragraph"]
    built = book.build("dummy", "-q", *options, "-D", "amts_skip=table,notranslate")
    assert built.status == 0, built.warned
    [texts] = texts_of(book.environment()).values()
    return [(s.kind, s.source) for c in texts.containers for s in c.segments]


def test_figures_may_be_translated(other_rules: Rows) -> None:
    for row in (
        ("alt", "leaf seen from above"),
        ("caption", "Caption of the figure"),
        ("paragraph", "Legend of the figure."),
    ):
        assert row in other_rules


def test_a_segment_may_be_a_paragraph() -> None:
    site = Site(nodes.paragraph(), "paragraph", "One. Two.")
    for by_sentence, count in ((True, 2), (False, 1)):
        rules = SegmentRules("en", by_sentence=by_sentence)
        assert len(container(site, "page", rules).segments) == count


def test_other_nodes_may_be_skipped(other_rules: Rows) -> None:
    texts = [source for _, source in other_rules]
    assert "Red apples" not in texts
    assert "Prices at market" not in texts
    assert "This classed sentence stays." in texts
    assert not any("brand name" in text for text in texts)


class Wish(nodes.Inline, nodes.Element):
    """A reference of a class that an extension defines for its role."""


@pytest.mark.parametrize("explicit", [False, True])
def test_what_an_extension_fills_is_no_text(*, explicit: bool) -> None:
    words = nodes.emphasis("", "WISH_1")
    role = {"reftarget": "WISH_1", "reftype": "wish", "refexplicit": explicit}
    assert is_opaque(Wish("", words, **role), SegmentRules("en")) is not explicit
