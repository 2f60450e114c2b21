"""HTML read: the main content's blocks, their coded text, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.readers import html
from amts_sphinx.readers.blocks import ReadingRules

if TYPE_CHECKING:
    from pathlib import Path

X1, X2 = (f'<x id="{n}"/>' for n in (1, 2))

#: What stands in a paragraph → its coded text, and (kind, equiv) of its codes.
INLINE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "Run <code>make\n all</code> now.": (f"Run {X1} now.", [("literal", "make all")]),
    "A <em>big</em> <b>bold</b> word.": (
        'A <g id="1">big</g> <g id="2">bold</g> word.',
        [("emphasis", ""), ("strong", "")],
    ),
    "As <a href='b.html'><span>the <i>bank</i></span></a> says.": (
        'As <g id="1">the <g id="2">bank</g></g> says.',
        [("reference", "b.html"), ("emphasis", "")],
    ),
    "An <a id='x'></a><a name='y'>anchor</a> here.": ("An anchor here.", []),
    r"Area <span class='math notranslate'>\(a &lt; b\)</span> grows.": (
        f"Area {X1} grows.",
        [("math", "a < b")],
    ),
    "Area <math alttext='a^2'><mi>a</mi></math> grows.": (
        f"Area {X1} grows.",
        [("math", "a^2")],
    ),
    "Area <span class='katex'><math><semantics><mi>a</mi><annotation encoding="
    "'application/x-tex'>a_1</annotation></semantics></math><span>a1</span></span>.": (
        f"Area {X1}.",
        [("math", "a_1")],
    ),
    "Look <img src='../img/leaf.png' alt='a leaf'> here.": (
        f"Look {X1} here.",
        [("image", "leaf.png")],
    ),
    "A note <a class='footnote-reference' href='#id1'>[1]</a> here.": (
        f"A note {X1} here.",
        [("footnote_reference", "1")],
    ),
    "A <span translate='no'>Brand</span> here.": (
        f"A {X1} here.",
        [("inline", "Brand")],
    ),
    "a &lt; b &amp; c&nbsp;&eacute;<br>d<!-- so -->": ("a &lt; b &amp; c\xa0é d", []),
    "<a href='x.html'><b>All of it.</b></a>": ("All of it.", []),
    "Words<a class='headerlink' href='#x'>¶</a><script>no()</script>": ("Words", []),
}

Rows = list[tuple[str, int, str]]
#: What stands in a page → the kinds, levels and sources of its segments.
BLOCKS: dict[str, Rows] = {
    "<p>One. Two.": [("paragraph", 1, "One."), ("paragraph", 1, "Two.")],
    "<h1>Title</h1><p>Text<h2>Part</h2>More": [
        ("title", 2, "Title"),
        ("paragraph", 2, "Text"),
        ("title", 3, "Part"),
        ("paragraph", 3, "More"),
    ],
    "<ul><li>one<li><p>two</p><ol><li>three</ol></ul>": [
        ("paragraph", 3, "one"),
        ("paragraph", 3, "two"),
        ("paragraph", 5, "three"),
    ],
    "<ul><li>one <b>two</b><ul><li>three</ul>four</ul>": [
        ("paragraph", 3, 'one <g id="1">two</g>'),
        ("paragraph", 5, "three"),
        ("paragraph", 3, "four"),
    ],
    "<blockquote>Quoted.<h3>Big</h3></blockquote>": [
        ("paragraph", 2, "Quoted."),
        ("rubric", 2, "Big"),
    ],
    "<dl><dt>Term<dd>Words.</dl>": [("term", 3, "Term"), ("paragraph", 4, "Words.")],
    "<table><caption>All</caption><tr><td>a b<td>1</table>": [
        ("title", 3, "All"),
        ("paragraph", 6, "a b"),
    ],
    "<table><thead><tr><th>a</thead></table>": [("paragraph", 6, "a")],
    "<pre>words</pre><div class='highlight'><p>words</div>": [],
    r"<div class='math'>\[words\]</div><svg><text>words</text></svg>": [],
    "<figure><img src=a.png><figcaption>Words</figcaption></figure>": [],
    "<nav><p>no</nav><form><p>no</form><p hidden>no<p aria-hidden=true>no": [],
    "<span>One</span> <span>two<p>three</p></span> four": [
        ("paragraph", 1, "One"),
        ("paragraph", 1, "two"),
        ("paragraph", 1, "three"),
        ("paragraph", 1, "four"),
    ],
    "<p>no<main><p>yes</main>": [("paragraph", 1, "yes")],
    "<p>no<div role=main><p>yes</div>": [("paragraph", 1, "yes")],
    "<article><p>one</article><article><p>two</article>": [
        ("paragraph", 1, "one"),
        ("paragraph", 1, "two"),
    ],
}


@pytest.mark.parametrize("text", INLINE)
def test_inline_markup_becomes_codes(text: str) -> None:
    (container,) = html.read(f"<p>{text}</p>", "page", "en")
    found = [(code.kind, code.equiv) for code in container.whole.codes]
    assert (container.whole.source, found) == INLINE[text]


@pytest.mark.parametrize("text", BLOCKS)
def test_blocks_become_containers(text: str) -> None:
    assert [
        (segment.kind, container.level, segment.source)
        for container in html.read(text, "page", "en")
        for segment in container.segments
    ] == BLOCKS[text]


def test_places_are_lines_and_captions_are_taken_if_asked_for() -> None:
    text = (
        "<?xml version='1.0' encoding='latin-1'?>\n<html><head><meta charset=gbk>\n"
        "<title>no</title><body><p>\n一\n<figure><figcaption>二</figcaption></figure>"
    )
    found = html.read(text, "page", "zh", ReadingRules("zh", figure_captions=True))
    assert [(c.whole.kind, c.whole.source, c.whole.location.line) for c in found] == [
        ("paragraph", "一", 3),
        ("caption", "二", 5),
    ]


@pytest.mark.parametrize(
    "text",
    ["", " ", "<", "<!-- -->", "\0", "a\ud800b", "<p" * 500, "<div>" * 5000 + "a",
     "<!DOCTYPE html [<!ENTITY a 'b'>]><p>&a;", "<b>" * 400 + "x", "<math>"],
)  # fmt: skip
def test_odd_texts_are_read(text: str) -> None:
    assert all(c.segments for c in html.read(text, "page", "en"))


def test_a_tree_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>甲</p>", "utf-8")
    assert list(html.read_tree(tmp_path, "zh")) == ["a"]
    (tmp_path / "a.html").write_bytes("<p>\né".encode("latin-1"))
    with pytest.raises(InterchangeError, match=r"a\.html:2: not UTF-8"):
        html.read_tree(tmp_path, "zh")
