"""Have the parser of Markdown note where inline markup stands in its block.

markdown-it knows the lines of blocks, but no columns. Each rule is wrapped in one that
notes from where to where it has read: as ``span`` in the ``meta`` of the tokens. A
token that opens something has the span of the whole, and as ``inner`` that of its
content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    #: A rule of the parser: takes the state, and whether to look only.
    InlineRule: TypeAlias = Callable[[StateInline, bool], bool]

#: Rules that join neighbouring words; then nothing tells where they stand.
_JOINING: Final = ("fragments_join", "text_collapse")


def note(md: MarkdownIt) -> None:
    """Wrap the inline rules of a parser."""
    rules = md.inline.ruler
    named = zip(rules.get_active_rules(), rules.getRules(""), strict=True)
    for name, rule in list(named):
        rules.at(name, _noting(rule))
    md.inline.ruler2.disable(list(_JOINING), ignoreInvalid=True)
    md.inline.ruler2.before("balance_pairs", "word_spans", _place_words)
    md.inline.ruler2.push("emphasis_spans", _widen_emphasis)


def _noting(rule: InlineRule) -> InlineRule:
    def read(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
        if silent:
            return rule(state, silent)
        start, count, pending = state.pos, len(state.tokens), state.pending
        if not rule(state, silent):
            return False
        if len(state.tokens) == count:
            _part_special(state, pending, start)
        new = state.tokens[count:]
        if pending and new and new[0].type == "text" and "span" not in new[0].meta:
            new = new[1:]  # the words before it
        for token in new:
            token.meta.setdefault("span", (start, state.pos))
            if token.nesting == 1:
                break  # what is inside has its own
        return True

    return read


def _part_special(state: StateInline, pending: str, start: int) -> None:
    """Give a character that is written in another way a token of its own.

    markdown-it 2 adds escaped characters and entities to the words around them.

    :param pending: the words before the rule
    :param start: where the rule began
    """
    added = state.pending.removeprefix(pending)
    if added and added != state.src[start : state.pos]:
        state.pending = pending
        state.push("text_special", "", 0).content = added


def _place_words(state: StateInline) -> None:
    """Note where words stand that no rule has read, and what is inside of links."""
    place = 0
    around: list[Token] = []
    for token in state.tokens:
        if token.nesting == 1:
            place = token.meta["span"][0] + 1
            token.meta["inner"] = (place, place)
            around.append(token)
        elif token.nesting == -1:
            opening = around.pop()
            opening.meta["inner"] = (opening.meta["inner"][0], place)
            place = opening.meta["span"][1]
        else:
            if "span" not in token.meta and state.src.startswith(token.content, place):
                token.meta["span"] = (place, place + len(token.content))
            place = token.meta.get("span", (0, place))[1]
        if token.type == "myst_role":
            whole = state.src[: token.meta["span"][1]]
            token.meta["ticks"] = len(whole) - len(whole.rstrip("`"))


def _widen_emphasis(state: StateInline) -> None:
    """Note the spans of emphasis, whose signs have been read one by one."""
    around: list[Token] = []
    for token in state.tokens:
        if token.nesting == 1:
            around.append(token)
        elif token.nesting == -1 and around:
            opening = around.pop()
            if "inner" in opening.meta or "span" not in token.meta:
                continue
            size = len(opening.markup)
            start, end = opening.meta["span"][1], token.meta["span"][0]
            opening.meta["inner"] = (start, end)
            opening.meta["span"] = (start - size, end + size)
