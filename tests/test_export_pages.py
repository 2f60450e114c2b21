"""Pages with hard markup, written in another language: only the words change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.readers.blocks import ReadingRules
from amts_sphinx.readers.pages import read
from amts_sphinx.writers import pages, strict
from amts_sphinx.writers.markdown import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.core.units import Container

ENGLISH: Final = ReadingRules("en", figure_captions=True)
CHINESE: Final = ReadingRules("zh", figure_captions=True)
#: What makes a page one of d2lbook's.
CODE: Final = "```{.python .input}\nx\n```\n\n"
PAGES: Final = {
    "code in code, in items and in quotations": (
        "# Fences\n"
        "\n"
        "````md\n"
        "```py\n"
        "# not prose\n"
        "```\n"
        "````\n"
        "\n"
        "~~~\n"
        "```\n"
        "tilde\n"
        "```\n"
        "~~~\n"
        "\n"
        "   ```python\n"
        "   indented fence\n"
        "   ```\n"
        "\n"
        "- item\n"
        "\n"
        "  ```sh\n"
        "  $ in item\n"
        "  ```\n"
        "\n"
        "  after it\n"
        "\n"
        "> ```c\n"
        "> quoted code\n"
        "> ```\n"
        "> quoted words\n"
        "\n"
        '``` js title="a `b` c"\n'
        "```\n"
        "\n"
        "Unclosed after this.\n"
        "\n"
        "```python\n"
        "last\n"
    ),
    "tabs": (
        "#\tTabbed title\n"
        "\n"
        "-\titem with tab\n"
        "\n"
        "\tcontinued para\n"
        "\n"
        "\t\tcode block by tabs\n"
        "\n"
        "1.\tone\n"
        "2.\ttwo\twith tab\n"
        "\n"
        "A para\twith\ttabs\n"
        "\tand a tab line.\n"
        "\n"
        "\tcode = 1\n"
    ),
    "HTML": (
        '<div align="center">\n'
        "  <b>Not prose</b>\n"
        "\n"
        "Prose *inside* after blank.\n"
        "\n"
        "</div>\n"
        "\n"
        "<!-- a comment\n"
        "over lines -->\n"
        "\n"
        'Words <span class="x">in span</span> and <br> end <!-- c --> here.\n'
        "\n"
        "<script>\n"
        'if (a < b) { "x" }\n'
        "</script>\n"
        "\n"
        "<details><summary>Sum</summary>\n"
        "\n"
        "Body words.\n"
        "\n"
        "</details>\n"
        "\n"
        "<https://auto.link> and <a@b.org> words.\n"
    ),
    "bars in tables": (
        "| Head `a\\|b` | Two |\n"
        "|:--|--:|\n"
        "| cell \\| bar | `x | y` |\n"
        "| *em* and | $a|b$ |\n"
        "| [link|x](u) | ![i|j](p.png) |\n"
        "\n"
        "| a |\n"
        "|---|\n"
        "| short\n"
        "\n"
        "Text | not table\n"
    ),
    "footnotes and definitions": (
        "Words[^1] and more[^note].\n"
        "\n"
        "[^1]: The first note.\n"
        "[^note]: A note\n"
        "    with lines\n"
        "\n"
        "    and `code` para.\n"
        "\n"
        "        code in note\n"
        "\n"
        "Term one\n"
        ": Its definition.\n"
        ": Second definition\n"
        "\n"
        "  with para.\n"
        "\n"
        "Term *two*\n"
        ": ```py\n"
        "  code\n"
        "  ```\n"
    ),
    "front matter, comments and substitutions": (
        "---\n"
        'title: "Not: touched"\n'
        "myst:\n"
        "  substitutions:\n"
        '    key: "I\'m *sub*"\n'
        "---\n"
        "\n"
        "# {{ key }} title\n"
        "\n"
        "A {{ key }} in words, and {{ key | upper }} more.\n"
        "\n"
        "% a comment line\n"
        "% another\n"
        "\n"
        '+++ {"meta": 1}\n'
        "\n"
        "Block break above.\n"
        "\n"
        "(target-name)=\n"
        "## Sub title\n"
        "\n"
        "***\n"
        "\n"
        "Setext with `code`\n"
        "------------------\n"
    ),
    "directives in directives": (
        ":::::{tab-set}\n"
        "::::{tab-item} One label\n"
        ":sync: a\n"
        "\n"
        ":::{note} Words of note\n"
        ":class: x\n"
        "Body *words*.\n"
        "\n"
        "```{code-block} python\n"
        ":caption: Cap\n"
        "x = 1\n"
        "```\n"
        ":::\n"
        "::::\n"
        "::::{tab-item} Two\n"
        "```{figure} a.png\n"
        ":alt: alt words\n"
        ":name: f\n"
        "\n"
        "Caption words.\n"
        "\n"
        "Legend words.\n"
        "```\n"
        "::::\n"
        ":::::\n"
        "\n"
        "```{admonition} Title `x`\n"
        "---\n"
        "class: tip\n"
        "---\n"
        "Inner text.\n"
        "```\n"
        "\n"
        "{ref}`words <target>` and {doc}`/a/b` and {math}`x^2` and "
        "{abbr}`HTML (Hyper Text)`.\n"
    ),
    "byte order mark, line ends and no end": (
        "\ufeffTitle words\r\n"
        "===========\r\n"
        "\r\n"
        "Hard  \r\n"
        "break and\\\r\n"
        "another line.\r\n"
        "\r\n"
        "> quote\r\n"
        "lazy line\r\n"
        "\r\n"
        "* a\r\n"
        "* b\r\n"
        "\r\n"
        "  more\r\n"
        "\r\n"
        "```\r\n"
        "code\r\n"
        "```\r\n"
        "\r\n"
        "No end"
    ),
    "links, images and escapes": (
        "See [one][a], [two][], [Three], ![alt words][img] and "
        '[*four* `x`](<a b.md> "Title words").\n'
        "\n"
        '[a]: http://a.org "T"\n'
        "[two]: <b c>\n"
        "  'title two'\n"
        "[three]:\n"
        "   http://c.org\n"
        "[img]: p.png\n"
        "\n"
        "![Alt *em*](i.png 'Image title')\n"
        "\n"
        "![](empty.png)\n"
        "\n"
        "Escapes \\* \\_ \\[ \\$5 and &amp; &nbsp; &#35; a_b_c __init__ 2*3*4 http://x.org/a_b_.\n"
    ),
    "formulas": (
        "# Energy $E=mc^2$ is *big*\n"
        "\n"
        "## With `code` and \\$5\n"
        "\n"
        "$$\n"
        "a \\\n"
        "\\text{words}\n"
        "$$ (eq:1)\n"
        "\n"
        "Inline $$x$$ display and $a_1 * b_2 * c$ math; "
        "\\\\(x\\\\) and costs $5 and $6.\n"
        "\n"
        "\\begin{equation}\n"
        "x = y\n"
        "\\end{equation}\n"
        "\n"
        "- item $x$\n"
        "\n"
        "  $$y$$\n"
        "\n"
        "  after\n"
    ),
}
#: Texts that another parser does not take for words, in MyST's pages and in d2lbook's.
STAY: Final = {
    "formulas": ("display and",),
}
STAY_IN_D2LBOOK: Final = {
    "code in code, in items and in quotations": ("``` js",),
    "bars in tables": ("`x", "$a"),
}
#: Of MyST alone.
MYST: Final = {
    "front matter, comments and substitutions",
    "directives in directives",
    "byte order mark, line ends and no end",
}


def capitals(words: str) -> str:
    return words.upper()


def signs(words: str) -> str:
    """Return words that hold what Markdown would take for markup."""
    return "树“木”在*生_长[" if any(map(str.isalnum, words)) else words


def target(container: Container, change: Callable[[str], str]) -> Target:
    return Target(
        "".join(
            inline_codes.escape(change(inline_codes.unescape(piece.coded)))
            if piece.type == "text"
            else piece.coded
            for piece in inline_codes.tokens(container.whole.source)
        )
    )


def prove(text: str, change: Callable[[str], str], *, with_pandoc: bool) -> list[str]:
    """Write a page, prove that the rest is as it was, and return what stays."""
    page = read(text, "page", ENGLISH)
    assert all(page.spans)
    own = {n: Target(c.whole.source) for n, c in enumerate(page.containers)}
    assert pages.write(page, own, ENGLISH).text == text
    targets = {n: target(c, change) for n, c in enumerate(page.containers)}
    written = pages.write(page, targets, CHINESE, with_pandoc=with_pandoc)
    rest, place = written.text, 0
    found = [(spans.span, n) for n, spans in enumerate(page.spans) if spans]
    for new in (written.texts[n] for _, n in sorted(found) if n in written.texts):
        place = rest.index(new, place)
        rest = f"{rest[:place]}\0{rest[place + len(new) :]}"
    assert rest == pages.splice(page, dict.fromkeys(written.texts, "\0"))
    return [page.containers[each.number].whole.source for each in written.stays]


@pytest.mark.parametrize("change", [capitals, signs])
@pytest.mark.parametrize("name", PAGES)
def test_only_words_change(name: str, change: Callable[[str], str]) -> None:
    left = prove(PAGES[name], change, with_pandoc=False)
    wanted = STAY.get(name, ())
    assert len(left) == len(wanted)
    assert all(map(str.startswith, left, wanted))


@pytest.mark.skipif(not strict.has_pandoc(), reason="pandoc is not installed")
@pytest.mark.parametrize("name", sorted(PAGES.keys() - MYST))
def test_one_text_that_pandoc_reads_otherwise_leaves_the_others(name: str) -> None:
    left = prove(CODE + PAGES[name], capitals, with_pandoc=True)
    wanted = STAY_IN_D2LBOOK.get(name, ())
    assert len(left) == len(wanted)
    assert all(map(str.startswith, left, wanted))


def test_what_extensions_of_myst_read_is_no_prose() -> None:
    """Formulas of amsmath, values and attributes are the source's, byte by byte."""
    text = (
        "Words before.\n"
        "\n"
        "\\begin{align}\n"
        "a &= b \\\\\n"
        "c &= d \\text{ if words}\n"
        "\\end{align}\n"
        "\n"
        "{#name .class}\n"
        "Version {{ version }} and {{ today | upper }} of it.\n"
        "\n"
        '{.wide key="two words"}\n'
        "- ![alt](a.png){width=50%} one\n"
        "\n"
        "Some [words here]{.class #id}, `code`{l=python}, *strong*{.c} and "
        "[links]( page.md ){.external}.\n"
        "\n"
        "A set {of words} and {x: 1} [in brackets].\n"
    )
    assert prove(text, capitals, with_pandoc=False) == []
    page = read(text, "page", ENGLISH)
    upper = {n: target(c, capitals) for n, c in enumerate(page.containers)}
    written = pages.write(page, upper, CHINESE).text
    assert written == (
        "WORDS BEFORE.\n"
        "\n"
        "\\begin{align}\n"
        "a &= b \\\\\n"
        "c &= d \\text{ if words}\n"
        "\\end{align}\n"
        "\n"
        "{#name .class}\n"
        "VERSION {{ version }} AND {{ today | upper }} OF IT.\n"
        "\n"
        '{.wide key="two words"}\n'
        "- ![alt](a.png){width=50%} ONE\n"
        "\n"
        "SOME [WORDS HERE]{.class #id}, `code`{l=python}, *STRONG*{.c} AND "
        "[LINKS]( page.md ){.external}.\n"
        "\n"
        "A SET \\{OF WORDS} AND \\{X: 1} \\[IN BRACKETS\\].\n"
    )


def test_a_field_list_stays() -> None:
    """We read it as prose; a parser that knows it does not find its fields again."""
    fields = ":name: The words of a field\n:other: More words\n"
    left = prove(f"```{{note}}\nA note.\n```\n\n{fields}", capitals, with_pandoc=False)
    assert left == [" ".join(fields.split())]
