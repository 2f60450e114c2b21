"""The dialect of Markdown: CommonMark, tables, formulas, MyST's and d2lbook's roles.

:func:`prepare` removes the lines and marks that only d2lbook's tools read; other lines
keep their numbers. :func:`parser` reads the result.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_block_dollar
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from amts_sphinx.readers import inline_spans
from amts_sphinx.readers.spans import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

    from amts_sphinx.readers.inline_spans import InlineRule
    from amts_sphinx.readers.spans import Span

_FENCE: Final = re.compile(r"\s*(?:(?:[>*+-]|\d+[.)])\s+)*(`{3,}(?=[^`]*$)|~{3,})")
#: A line that only sets a label, a size or a tab.
_SERVICE_LINE: Final = re.compile(
    r"[ \t]*"
    r"(?:(?::(?:label|eqlabel|width|height|begin_tab):`[^`\n]*`|:end_tab:)[ \t]*)+"
)
#: Marks that only d2lbook's documents have. In other Markdown ``(**…**)`` is prose.
_D2LBOOK: Final = re.compile(
    r"^(?:```\{\.|:(?:begin_tab|label|eqlabel):`)", re.MULTILINE
)
#: The same for MyST: directives, roles, targets, the head of Jupytext.
_MYST: Final = re.compile(
    r"^[ \t]*(?:`{3,}|:{3,}|~{3,})\{[a-z]|\{[a-z][\w:-]*\}`|^\([\w:.-]+\)=[ \t]*$"
    r"|\A---\n(?:.*\n)*?jupytext:",
    re.MULTILINE,
)
#: The dialects whose formulas differ.
D2LBOOK: Final = "d2lbook"
MYST: Final = "myst"
_SLIDE_ONLY: Final = re.compile(r"\(~~.+?~~\)|\[~~.+?~~\]", re.DOTALL)
_ON_SLIDE: Final = re.compile(
    r"\[\*\*(.+?)\*\*\](?!\([^()\s]*\))|\(\*\*(.+?)\*\*\)", re.DOTALL
)
#: The next dollar signs that are not escaped.
_CLOSING: Final = {
    mark: re.compile(rf"(?<!\\)(?:\\\\)*{re.escape(mark)}") for mark in ("$", "$$")
}
#: What words stand in within a formula: commands, and what is between braces.
_COMMAND: Final = re.compile(r"\\[A-Za-z]+|\{[^{}]*\}")
#: Words of prose; letters that stand for matrices or units are capitals or alone.
_PROSE: Final = re.compile(
    r"[a-zß-öø-ÿа-яё]{2}|[\u0590-\u1fff\u2e80-\u9fff\uac00-\ud7af]"
)
#: A formula of pandoc: no blank at its ends, no figure behind it.
_TIGHT: Final = re.compile(r"\$(?![\s$])(?:[^$\\]|\\.)*?(?<![\s])\$(?!\d)", re.DOTALL)
#: A sign of a line's end that stands before the usual one.
_RETURN: Final = re.compile(r"\r(?=\n)")
#: A value that MyST puts in, and the attributes of what stands before them.
_SUBSTITUTION: Final = re.compile(r"\{\{[^{}\n]+\}\}")
_ATTRIBUTES: Final = re.compile(
    r"\{[ \t]*(?:(?:[#.][\w:-]+|[\w:-]+=(?:\"[^\"\n]*\"|[^\s\"{}]+))[ \t]*)+\}"
)
#: A line of attributes, for the block below it.
_ATTRIBUTE_LINE: Final = re.compile(
    rf"^[ \t]*{_ATTRIBUTES.pattern}[ \t]*$", re.MULTILINE
)
_ROLE: Final = re.compile(r":([A-Za-z][\w.+:-]*):`([^`]+)`")
#: Whether delimiters have a field for the distance, as in markdown-it-py before 3.
_JUMPS: Final = "jump" in {field.name for field in fields(Delimiter)}
_ASIAN: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def prepare(text: str) -> SourceText:
    """Return *text* without what only d2lbook's tools read; no line is removed."""
    source = SourceText(text)
    marks = [(0, 1)] if text.startswith("\ufeff") else []
    source.cut([*marks, *(found.span() for found in _RETURN.finditer(text))])
    source.text = source.text.replace("\r", "\n")
    source.dialect = _dialect_of(source.text)
    source.cut(_in_prose(source.text, _SERVICE_LINE, _all_of))
    source.cut(_in_prose(source.text, _ATTRIBUTE_LINE, _all_of))
    if source.dialect == D2LBOOK:
        source.cut(_in_prose(source.text, _SLIDE_ONLY, _but_lines))
        source.cut(_in_prose(source.text, _ON_SLIDE, _marks_of))
    return source


def _dialect_of(text: str) -> str:
    """Return :data:`D2LBOOK` or :data:`MYST`, if a document has marks of it alone."""
    if _D2LBOOK.search(text):
        return D2LBOOK
    return MYST if _MYST.search(text) else ""


def _in_prose(
    text: str,
    pattern: re.Pattern[str],
    stretches: Callable[[re.Match[str]], Iterable[Span]],
) -> Iterator[Span]:
    """Yield the stretches of what is found outside of fenced code."""
    for start, end in _prose(text):
        for found in pattern.finditer(text[start:end]):
            yield from ((a + start, b + start) for a, b in stretches(found))


def _prose(text: str) -> Iterator[Span]:
    """Yield the stretches of *text* between its fences."""
    start = place = 0
    fence = ""
    for line in text.split("\n"):
        bare = line.strip()
        opened = None if fence else _FENCE.match(line)
        if opened:
            fence = opened[1]
            yield start, max(start, place - 1)
        elif fence and set(bare) == {fence[0]} and len(bare) >= len(fence):
            fence = ""
            start = place + len(line) + 1
        place += len(line) + 1
    if not fence:
        yield min(start, len(text)), len(text)


def _all_of(found: re.Match[str]) -> Iterator[Span]:
    yield found.span()


def _but_lines(found: re.Match[str]) -> Iterator[Span]:
    """Yield a match in pieces, so that its line breaks stay."""
    place = found.start()
    for line in found[0].split("\n"):
        yield place, place + len(line)
        place += len(line) + 1


def _marks_of(found: re.Match[str]) -> Iterator[Span]:
    """Yield what stands before and after the text of a match."""
    group = 1 if found[1] is not None else 2
    yield found.start(), found.start(group)
    yield found.end(group), found.end()


@lru_cache(3)
def parser(dialect: str = "") -> MarkdownIt:
    """Return the parser; it keeps nothing from one text to the next.

    Where each piece of inline markup stands in the block's content is in its tokens'
    ``meta``, as ``span``.

    :param dialect: as of :func:`dialect_of`. Formulas of d2lbook are pandoc's: without
        blanks at their ends, without blank lines. MyST allows both.
    """
    md = MarkdownIt("commonmark").enable("table")
    # Without this rule, an escaped dollar sign differs from one that opens a formula.
    md.disable("text_join", ignoreInvalid=True)
    for plugin in (front_matter_plugin, myst_block_plugin, footnote_plugin):
        md.use(plugin)
    for plugin in (deflist_plugin, colon_fence_plugin, myst_role_plugin):
        md.use(plugin)
    md.use(dollarmath_plugin, double_inline=True).use(amsmath_plugin)
    # A display formula may follow a sentence without a blank line.
    paragraphs: RuleOptionsType = {
        "alt": ["paragraph", "reference", "blockquote", "list"]
    }
    md.block.ruler.at("math_block", _display(dialect), paragraphs)
    md.inline.ruler.at("math_inline", _FORMULAS[dialect])
    md.inline.ruler.before("backticks", "role", _role)
    md.inline.ruler.before("backticks", "braces", _braces)
    md.inline.ruler.before("link", "span", _bracketed)
    md.inline.ruler.at("emphasis", _emphasis)
    inline_spans.note(md)
    return md


def _display(dialect: str) -> Callable[[StateBlock, int, int, bool], bool]:
    """Return the rule of display formulas."""
    if "allow_blank_lines" in signature(math_block_dollar).parameters:
        return math_block_dollar(allow_blank_lines=dialect != D2LBOOK)
    return math_block_dollar()


def _tight_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read ``$…$`` or ``$$…$$``, as pandoc does."""
    found = _TIGHT.match(state.src, state.pos)
    if state.src[state.pos] == "$" and found and not found[0].startswith("$$"):
        if not silent:
            token = state.push("math_inline", "math", 0)
            token.content, token.markup = found[0][1:-1], "$"
        state.pos = found.end()
        return True
    return state.src.startswith("$$", state.pos) and _formula(state, silent)


def _formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the interface
    """Read ``$…$`` or ``$$…$$``: sums of money are not formulas."""
    return _read_formula(state, silent, _is_money)


def _loose_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read ``$…$`` or ``$$…$$`` as MyST does, but not prose between two prices."""
    return _read_formula(state, silent, _is_loose_money)


def _read_formula(
    state: StateInline,
    silent: bool,  # noqa: FBT001
    is_money: Callable[[str, str], bool],
) -> bool:
    src, start = state.src, state.pos
    if src[start] != "$":
        return False
    mark = "$$" if src.startswith("$$", start) else "$"
    inside = start + len(mark)
    closing = _CLOSING[mark].search(src, inside)
    if not closing:
        return False
    before = src[inside : closing.end() - len(mark)]
    if not before.strip() or (mark == "$" and is_money(before, src[closing.end() :])):
        return False
    if not silent:
        double = "math_inline_double" if mark == "$$" else "math_inline"
        token = state.push(double, "math", 0)
        token.content, token.markup = before, mark
    state.pos = closing.end()
    return True


def _is_money(inside: str, after: str) -> bool:
    """Tell whether dollars are currency: ``$5 and $6``, or ``$ 5 and $ 6``."""
    blanks = inside[0].isspace() + inside[-1].isspace()
    if blanks == 1 or after[:1].isdigit():
        return True
    return bool(blanks) and _is_prose(inside, after)


def _is_loose_money(inside: str, after: str) -> bool:
    """Tell whether dollars are currency in a document where formulas have blanks."""
    sums = inside[0].isdigit() and after[:1].isdigit()  # ``US$5 to US$6``, ``$5–$6``
    return sums or (inside != inside.strip() and _is_prose(inside, after))


def _is_prose(inside: str, after: str) -> bool:
    """Tell whether there is prose between two dollars, or a sum before a second one."""
    # ``$ m_t $`` is a formula, and so is ``$ 5 $``, unless a second sum follows.
    sums = inside.strip()[0].isdigit() and after.lstrip()[:1].isdigit()
    return sums or bool(_PROSE.search(_COMMAND.sub(" ", inside)))


_FORMULAS: Final[dict[str, InlineRule]] = {
    D2LBOOK: _tight_formula,
    MYST: _loose_formula,
    "": _formula,
}


def _role(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the interface
    """Read ``:name:`content```, the roles of reStructuredText and of d2lbook."""
    if state.src[state.pos] != ":":
        return False
    match = _ROLE.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("myst_role", "", 0)
        token.meta = {"name": match[1]}
        token.content = match[2].replace("\n", " ")
    state.pos = match.end()
    return True


def _braces(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the interface
    """Read ``{{value}}``, and the attributes behind a link, code or a picture.

    Attributes belong to what stands before them, and so they are a part of it.
    """
    if state.src[state.pos] != "{":
        return False
    found = _SUBSTITUTION.match(state.src, state.pos)
    if found is None:
        found = _ATTRIBUTES.match(state.src, state.pos)
        if found is None or state.src[state.pos - 1 : state.pos] not in tuple("`)]>*_"):
            return False
        if not silent and not state.pending and _widen(state, found.end()):
            state.pos = found.end()
            return True
    if not silent:
        state.push("kept", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _widen(state: StateInline, end: int) -> bool:
    """Have the last piece of markup, if it is one, end at *end*."""
    depth = 0
    for token in reversed(state.tokens):
        depth -= token.nesting
        if depth == 0:
            if token.type == "text" or "span" not in token.meta:
                return False
            token.meta["span"] = token.meta["span"][0], end
            return True
    return False


def _bracketed(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Read ``[words]{.class}``."""
    if state.src[state.pos] != "[":
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos)
    found = _ATTRIBUTES.match(state.src, end + 1) if end > state.pos else None
    if found is None:
        return False
    if not silent:
        state.push("span_open", "span", 1)
        outer = state.posMax
        state.pos, state.posMax = state.pos + 1, end
        state.md.inline.tokenize(state)
        state.posMax = outer
        state.push("span_close", "span", -1)
    state.pos = found.end()
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the interface
    """Read a run of ``*`` or ``_``, also beside Chinese or Japanese punctuation.

    CommonMark needs a blank after ``**词（word）**``; those languages have none.
    """
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    before = state.src[state.pos - 1 : state.pos]
    after = state.src[state.pos + scanned.length :][:1]
    star = marker == "*"
    opens = scanned.can_open or (star and after.strip() and _ASIAN.match(before))
    closes = scanned.can_close or (star and before.strip() and _ASIAN.match(after))
    for place in range(scanned.length):
        older: dict[str, Any] = {"jump": place} if _JUMPS else {}
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=bool(opens),
                close=bool(closes),
                **older,
            )
        )
    state.pos += scanned.length
    return True
