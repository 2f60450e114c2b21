"""The dialect of Markdown: CommonMark, tables, formulas, MyST's and d2lbook's roles.

:func:`prepare` removes the lines and marks that only d2lbook's tools read; other lines
keep their numbers. :func:`parser` reads the result.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_block_dollar
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

if TYPE_CHECKING:
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_inline import StateInline

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
_ROLE: Final = re.compile(r":([A-Za-z][\w.+:-]*):`([^`]+)`")
#: Whether delimiters have a field for the distance, as in markdown-it-py before 3.
_JUMPS: Final = "jump" in {field.name for field in fields(Delimiter)}
_ASIAN: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def prepare(text: str) -> str:
    """Return *text* without what only d2lbook's tools read; no line is removed."""
    d2lbook = bool(_D2LBOOK.search(text))
    done: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opened = None if fence else _FENCE.match(line)
        if not fence and not opened:
            prose.append("" if _SERVICE_LINE.fullmatch(line) else line)
            continue
        if opened:
            done += _without_slides(prose) if d2lbook else prose
            prose = []
            fence = opened[1]
        elif set(line.strip()) == {fence[0]} and len(line.strip()) >= len(fence):
            fence = ""
        done.append(line)
    done += _without_slides(prose) if d2lbook else prose
    return "\n".join(done)


def _without_slides(lines: list[str]) -> list[str]:
    """Remove the text that is only for slides, and the marks around shared text."""
    text = "\n".join(lines)
    text = _SLIDE_ONLY.sub(lambda m: "\n" * m[0].count("\n"), text)
    return _ON_SLIDE.sub(lambda m: m[1] or m[2], text).split("\n") if lines else []


@lru_cache(1)
def parser() -> MarkdownIt:
    """Return the parser; it keeps nothing from one text to the next."""
    md = MarkdownIt("commonmark").enable("table")
    # Without this rule, an escaped dollar sign differs from one that opens a formula.
    md.disable("text_join", ignoreInvalid=True)
    for plugin in (front_matter_plugin, myst_block_plugin, footnote_plugin):
        md.use(plugin)
    for plugin in (deflist_plugin, colon_fence_plugin, myst_role_plugin):
        md.use(plugin)
    md.use(dollarmath_plugin, double_inline=True)
    # A display formula may follow a sentence without a blank line.
    paragraphs: RuleOptionsType = {
        "alt": ["paragraph", "reference", "blockquote", "list"]
    }
    md.block.ruler.at("math_block", math_block_dollar(), paragraphs)
    md.inline.ruler.at("math_inline", _formula)
    md.inline.ruler.before("backticks", "role", _role)
    md.inline.ruler.at("emphasis", _emphasis)
    return md


def _formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the interface
    """Read ``$…$`` or ``$$…$$``, as MyST does: sums of money are not formulas."""
    src, start = state.src, state.pos
    if src[start] != "$":
        return False
    mark = "$$" if src.startswith("$$", start) else "$"
    inside = start + len(mark)
    closing = _CLOSING[mark].search(src, inside)
    if not closing:
        return False
    before = src[inside : closing.end() - len(mark)]
    if not before.strip() or (mark == "$" and _is_money(before, src[closing.end() :])):
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
    if not blanks:
        return False
    # ``$ m_t $`` is a formula, and so is ``$ 5 $``, unless a second sum follows.
    sums = inside.strip()[0].isdigit() and after.lstrip()[:1].isdigit()
    return sums or bool(_PROSE.search(_COMMAND.sub(" ", inside)))


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
