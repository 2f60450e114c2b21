"""Markdown read: which blocks there are, their coded text, and what is left out."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Final

import pytest
from mdit_py_plugins.dollarmath.index import math_block_dollar

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.readers import markdown
from amts_sphinx.readers.blocks import ReadingRules

CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpora" / "d2l"
X1, X2, X3 = (f'<x id="{n}"/>' for n in (1, 2, 3))

#: What stands in a paragraph → its coded text, and (kind, equiv) of its codes.
INLINE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "Run `make *all*` now.": (f"Run {X1} now.", [("literal", "make *all*")]),
    "A *big* **bold** word.": (
        'A <g id="1">big</g> <g id="2">bold</g> word.',
        [("emphasis", ""), ("strong", "")],
    ),
    "A ***big*** word.": ('A <g id="1">big</g> word.', [("emphasis", "")]),
    "Area $a^2$ grows.": (f"Area {X1} grows.", [("math", "a^2")]),
    r"Area $\$a\\$ grows.": (f"Area {X1} grows.", [("math", r"\$a\\")]),
    "Sums $a\n+b$ grow.": (f"Sums {X1} grow.", [("math", "a +b")]),
    r"It costs \$5 or \$6.": ("It costs $5 or $6.", []),
    "It costs $5 and $6 as $x$.": (f"It costs $5 and $6 as {X1}.", [("math", "x")]),
    "Let $ m_t $ be.": (f"Let {X1} be.", [("math", "m_t")]),
    "So $ x $ and $ AB = C $.": (
        f"So {X1} and {X2}.",
        [("math", "x"), ("math", "AB = C")],
    ),
    r"So $ \operatorname{rank} A $ is.": (
        f"So {X1} is.",
        [("math", r"\operatorname{rank} A")],
    ),
    "At $ 5 $ now.": (f"At {X1} now.", [("math", "5")]),
    "It costs $ 5 and $ 6.": ("It costs $ 5 and $ 6.", []),
    "From $ 5 - $ 6 up.": ("From $ 5 - $ 6 up.", []),
    "It is $5 or $ 6.": ("It is $5 or $ 6.", []),
    "A $ and B $ sign.": ("A $ and B $ sign.", []),
    "Pay $ 价 $ now.": ("Pay $ 价 $ now.", []),
    "See :numref:`fig_a` now.": (f"See {X1} now.", [("std:numref", "fig_a")]),
    "See :eqref:`eq_a` now.": (f"See {X1} now.", [("math:eq", "eq_a")]),
    "As :cite:`A.B,C` and :citet:`D` say.": (
        f"As {X1} and {X2} say.",
        [("cite:p", "A.B,C"), ("cite:t", "D")],
    ),
    "See {ref}`the search <search>` now.": (
        'See <g id="1">the search</g> now.',
        [("std:ref", "search")],
    ),
    "A {term}`seed`, {term}`seeds <seed>`.": (
        'A <g id="1">seed</g>, <g id="2">seeds</g>.',
        [("std:term", "seed"), ("std:term", "seed")],
    ),
    "Call {py:func}`sow` or {py:func}`this one <!sow>`.": (
        f'Call {X1} or <g id="2">this one</g>.',
        [("py:func", "sow"), ("py:func", "sow")],
    ),
    "Press {guilabel}`Save` or {abbr}`RH (humidity)`.": (
        'Press <g id="1">Save</g> or <g id="2">RH</g>.',
        [("inline", ""), ("abbreviation", "")],
    ),
    "Area {math}`a<b` and {sup}`2`.": (
        f"Area {X1} and {X2}.",
        [("math", "a<b"), ("superscript", "")],
    ),
    "As [the **bank**](https://a.example/b) says.": (
        'As <g id="1">the <g id="2">bank</g></g> says.',
        [("reference", "https://a.example/b"), ("strong", "")],
    ),
    "As [**bank**](b.md) says.": (
        'As <g id="1">bank</g> says.',
        [("reference", "b.md")],
    ),
    "At <https://a.example/b> today.": (
        f"At {X1} today.",
        [("reference", "https://a.example/b")],
    ),
    "At [`f`](f.md) today.": (f"At {X1} today.", [("reference", "f.md")]),
    "Look ![a leaf](../img/leaf.png) here.": (
        f"Look {X1} here.",
        [("image", "leaf.png")],
    ),
    "A note [^1] here.\n\n[^1]: 22": (
        f"A note {X1} here.",
        [("footnote_reference", "1")],
    ),
    "Press <kbd>a</kbd><!-- so --> twice.": (
        f"Press {X1}a{X2} twice.",
        [("raw", "<kbd>"), ("raw", "</kbd>")],
    ),
    "a < b & c > d &amp; e": ("a &lt; b &amp; c &gt; d &amp; e", []),
    "Lines that\nare   broken.": ("Lines that are broken.", []),
    "*All of it.*": ("All of it.", []),
    "[All of it](https://a.example/)": ("All of it", []),
    "One  \ntwo\\\nthree": (
        f'One{X1}{X2}two<x id="3"/><x id="4"/>three',
        [("raw", "<br />"), ("raw", r"\\")] * 2,
    ),
    "A (**bold**) word.": ('A (<g id="1">bold</g>) word.', [("strong", "")]),
}

Rows = list[tuple[str, int, str]]
#: What stands in a document → the kinds, levels and sources of its segments.
BLOCKS: dict[str, Rows] = {
    "One. Two.": [("paragraph", 1, "One."), ("paragraph", 1, "Two.")],
    "# Title\nText\n## Part\nMore": [
        ("title", 2, "Title"),
        ("paragraph", 2, "Text"),
        ("title", 3, "Part"),
        ("paragraph", 3, "More"),
    ],
    "Title\n=====": [("title", 2, "Title")],
    "* one\n* two\n\n  more": [
        ("paragraph", 3, "one"),
        ("paragraph", 3, "two"),
        ("paragraph", 3, "more"),
    ],
    "1. one\n   * two": [("paragraph", 3, "one"), ("paragraph", 5, "two")],
    "> Quoted.\n>\n> # Big": [("paragraph", 2, "Quoted."), ("rubric", 2, "Big")],
    "| a b | 1 |\n|---|---|\n| *c* | `x` |": [
        ("paragraph", 6, "a b"),
        ("paragraph", 6, "c"),
    ],
    ":All cells\n\n|a|\n|-|\n|1|\n:label:`tab_a`": [
        ("title", 2, "All cells"),
        ("paragraph", 6, "a"),
    ],
    "Term\n: A definition.": [("term", 3, "Term"), ("paragraph", 4, "A definition.")],
    "---\ntitle: x\n---\nText": [("paragraph", 1, "Text")],
    "```python\nprint('words')\n```": [],
    "~~~\nwords\n```\nwords\n~~~\ntext": [("paragraph", 1, "text")],
    "    indented code": [],
    "<div>\nwords\n</div>": [],
    "% a comment\n\n(target)=\n\n+++": [],
    "$$\na\n=\nb\n$$": [],
    "Before\n$$\na\n=\nb\n$$\nafter": [
        ("paragraph", 1, "Before"),
        ("paragraph", 1, "after"),
    ],
    "Before $$a$$ after": [("paragraph", 1, "Before"), ("paragraph", 1, "after")],
    "![A caption](leaf.png)\n:label:`fig_a`": [],
    "```toc\n:maxdepth: 2\n\nindex\n```": [],
    "```{note}\nWords.\n```": [("paragraph", 2, "Words.")],
    ":::{warning} First\n:class: x\n\nWords.\n:::": [
        ("paragraph", 2, "First"),
        ("paragraph", 2, "Words."),
    ],
    "```{admonition} A *title*\n---\nclass: x\n---\n- Words.\n```": [
        ("title", 2, 'A <g id="1">title</g>'),
        ("paragraph", 4, "Words."),
    ],
    "```{versionadded} 9.1 Words.\n```": [("paragraph", 2, "Words.")],
    "````{note}\n```{tip}\nWords.\n```\n````": [("paragraph", 3, "Words.")],
    "```{exercise} A *title*\n:label: x\n\nWords.\n```": [
        ("title", 2, 'A <g id="1">title</g>'),
        ("paragraph", 2, "Words."),
    ],
    "```{solution} x\nWords.\n```": [("paragraph", 2, "Words.")],
    "```{prf:lemma} Title\nWords.\n```": [
        ("title", 2, "Title"),
        ("paragraph", 2, "Words."),
    ],
    "```{list-table} Title\n:header-rows: 1\n* - One\n  - Two\n```": [
        ("title", 2, "Title"),
        ("paragraph", 6, "One"),
        ("paragraph", 6, "Two"),
    ],
    "```{figure} leaf.png\nWords.\n```": [],
    "## Head $x$ {#id .class}\n# Set {1}": [
        ("title", 3, 'Head <x id="1"/>'),
        ("title", 2, "Set {1}"),
    ],
    "$$\na\n\nwords\n$$": [],
    "(x)=\nLet $a $ be, $ b$ and $c$5.": [
        ("paragraph", 1, 'Let <x id="1"/> be, <x id="2"/> and <x id="3"/>5.')
    ],
    "(x)=\nFrom $5 and $6, or $ 5 and $ 6.": [
        ("paragraph", 1, "From $5 and $6, or $ 5 and $ 6.")
    ],
    "(x)=\nFrom US$5 to US$6, or $5M–$6M, of $n$.": [
        ("paragraph", 1, f"From US$5 to US$6, or $5M–$6M, of {X1}.")
    ],
    "```{.a}\n```\nFrom $ a $ to $b$, $c$5.": [
        ("paragraph", 1, 'From $ a $ to <x id="1"/>, $c$5.')
    ],
    "```{math}\nwords\n```\n```{code-block} c\nint x;\n```": [],
    "# Title\n:label:`sec_a`\n\nText": [
        ("title", 2, "Title"),
        ("paragraph", 2, "Text"),
    ],
    "$$a$$\n:eqlabel:`eq_a`\nwhere": [("paragraph", 1, "where")],
    ":begin_tab:`mxnet`\nOne\n:end_tab:\n\n:begin_tab:`all`\nTwo\n:end_tab:": [
        ("paragraph", 1, "One"),
        ("paragraph", 1, "Two"),
    ],
    "```{.a}\nf(**a)\n```\nSo [**we\nsay *it***] (~~not\nthis~~)all (**now**).": [
        ("paragraph", 1, 'So we say <g id="1">it</g> all now.')
    ],
    "```{.python .input}\nf(**a)\n```\nThe [**bank**](b.md) [~~no~~]said": [
        ("paragraph", 1, 'The <g id="1">bank</g> said')
    ],
}  # fmt: skip


def rows(text: str, language: str = "en") -> Rows:
    """Return the segments of a document."""
    return [
        (segment.kind, container.level, segment.source)
        for container in markdown.read(text, "page", language)
        for segment in container.segments
    ]


@pytest.mark.parametrize("text", INLINE)
def test_inline_markup_becomes_codes(text: str) -> None:
    (container,) = markdown.read(text, "page", "en")
    found = [(code.kind, code.equiv) for code in container.whole.codes]
    assert (container.whole.source, found) == INLINE[text]
    assert [code.paired for code in container.whole.codes] == [
        paired for _, paired, _ in inline_codes.structure(container.whole.source)
    ]


@pytest.mark.parametrize("text", BLOCKS)
def test_blocks_become_containers(text: str) -> None:
    assert rows(text) == BLOCKS[text]


@pytest.mark.parametrize(
    ("text", "coded"),
    [
        (
            "这是*重置门*和*更新门*。",
            '这是<g id="1">重置门</g>和<g id="2">更新门</g>。',
        ),
        ("这是**门（gate）**的名字", '这是<g id="1">门（gate）</g>的名字'),
        ("名字**“门”**在此", '名字<g id="1">“门”</g>在此'),
        ("中文\n一行 $x$\n两行", f"中文一行 {X1}两行"),
        ("说 a\nb 说", "说 a b 说"),
    ],
)
def test_chinese_has_no_blanks_to_tell_by(text: str, coded: str) -> None:
    assert rows(text, "zh") == [("paragraph", 1, coded)]


@pytest.mark.skipif(
    "allow_blank_lines" not in signature(math_block_dollar).parameters,
    reason="this version of mdit-py-plugins has one rule for all formulas",
)
def test_to_d2lbook_a_blank_line_ends_a_formula() -> None:
    assert rows("```{.a}\n```\n$$\n\nwords\n\n$$") == [("paragraph", 1, "words")]


def test_places_are_lines_of_the_file() -> None:
    text = (
        "---\na: b\n---\n\n# Title\n:label:`x`\n\nOne\ntwo\n$$\na\n$$\nthree\n\n"
        "```{note} Four\n:class: x\n\nfive\n```\n\n* six\n\n  seven"
    )
    found = {
        c.whole.source: c.whole.location.line for c in markdown.read(text, "", "en")
    }
    assert found == {
        "Title": 5, "One two": 8, "three": 13, "Four": 15, "five": 18, "six": 21,
        "seven": 23,
    }  # fmt: skip


def test_sentences_have_codes_of_their_own() -> None:
    (container,) = markdown.read("One `a`. Two `b` or `c`.", "page", "en")
    assert [s.source for s in container.segments] == [
        f"One {X1}.",
        f"Two {X1} or {X2}.",
    ]
    assert [[c.equiv for c in s.codes] for s in container.segments] == [
        ["a"],
        ["b", "c"],
    ]
    assert container.segments[1].numbers == (2, 3)


def test_rules_say_what_is_taken() -> None:
    faults: list[str] = []
    rules = ReadingRules(
        "en", by_sentence=False, figure_captions=True, on_fault=faults.append
    )
    text = "One. Two.\n\n![A *leaf*. Green.](leaf.png)\n:label:`fig`\n\nLone $ here"
    found = markdown.read(text, "page", "en", rules)
    assert [(c.whole.kind, len(c.segments)) for c in found] == [
        ("paragraph", 1), ("caption", 1), ("paragraph", 1)
    ]  # fmt: skip
    assert found[1].whole.source == 'A <g id="1">leaf</g>. Green.'
    figure = "```{figure} leaf.png\n:name: x\n\nA *leaf*.\n\nA legend.\n```"
    found = markdown.read(figure, "page", "en", rules)
    assert [(c.whole.kind, c.level) for c in found] == [
        ("caption", 2), ("paragraph", 2)
    ]  # fmt: skip
    assert faults == ["page:6: a dollar sign that neither opens nor ends a formula"]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "\0", "```", "$$", "$", "$$$", "[**", ":label:`", "```{note}", "`" * 99,
     "* " * 60 + "x", "[" * 300, "> " * 60 + "x", "{ref}`", ":a:`b", "*" * 500,
     "```{note}\n---\n```", "|a|\n|-|", "\ufeff# x"],
)  # fmt: skip
def test_odd_texts_are_read(text: str) -> None:
    assert all(c.segments for c in markdown.read(text, "page", "en"))


def test_a_tree_is_read_by_name(tmp_path: Path) -> None:
    for name, text in {
        "index.md": "# A", "part/two.md": "Two", "_build/made.md": "no",
        ".git/x.md": "no", "part/notes.txt": "no",
        "dir.md/page.md": "\ufeffThree\r\nfour",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    book = markdown.read_tree(tmp_path, "en")
    assert {name: [c.whole.source for c in texts] for name, texts in book.items()} == {
        "dir.md/page": ["Three four"], "index": ["A"], "part/two": ["Two"],
    }  # fmt: skip
    assert list(markdown.read_tree(tmp_path, "en", "part/*.md")) == ["part/two"]


def test_d2lbooks_layout_gives_both_books(tmp_path: Path) -> None:
    (tmp_path / "ch").mkdir()
    for name, text in {
        "ch/a.md": "甲", "ch/a_origin.md": "A", "index.md": "乙", "b_origin.md": "B",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text, "utf-8")
    rules = ReadingRules("en"), ReadingRules("zh")
    source, target = markdown.read_origin_tree(tmp_path, *rules)
    assert [c.whole.source for c in source["ch/a"]] == ["A"]
    assert [c.whole.source for c in target["ch/a"]] == ["甲"]
    assert (list(source), list(target)) == (["b", "ch/a"], ["ch/a"])


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match="nowhere is not a folder"):
        markdown.read_tree(tmp_path / "nowhere", "en")
    (tmp_path / "a.md").write_bytes("one\ncafé".encode("latin-1"))
    with pytest.raises(InterchangeError, match=r"a\.md:2: not UTF-8"):
        markdown.read_tree(tmp_path, "en")


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the d2l corpus is not at {CORPUS}")
@pytest.mark.parametrize(("language", "sentences"), [("en", 10_000), ("zh", 10_000)])
def test_the_d2l_corpus(language: str, sentences: int) -> None:
    faults: list[str] = []
    rules = ReadingRules(language, on_fault=faults.append)
    book = markdown.read_tree(CORPUS / language, language, rules=rules)
    texts = [container for found in book.values() for container in found]
    assert len(book) == 124
    assert all(book.values())
    assert len(texts) > 4900
    assert sum(len(container.segments) for container in texts) > sentences
    assert faults == []
    for container in texts:
        words = inline_codes.plain(container.whole.source)
        assert not any(mark in words for mark in ("**", "`", "~~", "$$", "_tab:"))


def test_an_address_is_a_link_in_books_of_d2lbook() -> None:
    """reStructuredText, which d2lbook makes, has links of addresses."""
    text = "See *all http://a.org/b_c_d*, 或http://b.org/?x=1。\n"
    code = "```{.python .input}\n```\n\n"
    [found] = markdown.read(code + text, "page", "en")
    assert found.whole.source == 'See <g id="1">all <x id="2"/></g>, 或<x id="3"/>。'
    assert [c.equiv for c in found.whole.codes[1:]] == [
        "http://a.org/b_c_d",
        "http://b.org/?x=1",
    ]
    [plain] = markdown.read(text, "page", "en")
    assert "http://b.org/?x=1" in plain.whole.source


def test_cells_have_the_line_of_their_row() -> None:
    text = "# Rain\n\n| Cup | Rain |\n|-----|------|\n| old | much |\n| new | less |\n"
    found = markdown.read(text, "page", "en")
    lines = [(each.whole.source, each.whole.location.line) for each in found]
    assert lines == [
        ("Rain", 1),
        ("Cup", 3),
        ("Rain", 3),
        ("old", 5),
        ("much", 5),
        ("new", 6),
        ("less", 6),
    ]
