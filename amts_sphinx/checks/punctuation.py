"""The mark at the end of a text, brackets and quotes, and the marks of a language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING, check
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: The marks that end a text, with their kinds.
_ENDS: Final = {
    mark: kind
    for kind, marks in {
        "full stop": ".。．।۔።",
        "question mark": "?？؟\u037e",
        "exclamation mark": "!！",
        "colon": ":：",
        "semicolon": ";；",
        "ellipsis": "…",
    }.items()
    for mark in marks
}
_CLOSERS: Final = " \u00a0\u202f\"'”’»)）」』】》]*_" + THING
#: Closing bracket → opening one. Those of program text are balanced too.
_PAIRS: Final = {
    ")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "」": "「", "』": "『",
    "》": "《", "”": "“", "»": "«",
}  # fmt: skip
_SAME: Final = str.maketrans("（）［］", "()[]")
#: Quotation marks as in German: they close with what opens in other languages.
_LOW_QUOTED: Final = re.compile("„[^„“”]*[“”]")
#: Languages that open and close with ”.
_ONE_MARK: Final = frozenset({"fi", "sv"})
#: A Japanese question needs no question mark.
_ASKS: Final = re.compile("か。$")
_HALF: Final = re.compile(
    r"(?<=[\u3040-\u30ff\u3400-\u9fff])[,;:!?](?=[\u3040-\u30ff\u3400-\u9fff\s]|$)"
)
_FRENCH: Final = re.compile(r"\w[;!?](?:\s|$)|«\w|\w»")


@check(
    "end-mark",
    Severity.WARNING,
    "The target ends with a punctuation mark if its source does, and with a question"
    " mark if its source does; it has no full stop at the end if its source has no mark"
    " there.",
)
def _end_mark(texts: CheckedTexts, _context: Context) -> Iterator[str]:
    mine, other = _end(texts.source), _end(texts.target)
    if mine == "question mark" and _ASKS.search(texts.target):
        return
    if mine and not other:
        yield f"the {mine} at the end is missing"
    elif mine == "question mark" != other:
        yield f"it ends with a {other}, its source with a question mark"
    elif other == "full stop" and not mine:
        yield "it ends with a full stop, but its source does not"


@check(
    "brackets",
    Severity.WARNING,
    "Brackets and quotation marks that open are closed again, unless those of the"
    " source are not.",
)
def _brackets(texts: CheckedTexts, context: Context) -> Iterator[str]:
    target = texts.target
    if context.pair.target.partition("-")[0] in _ONE_MARK:
        target = target.replace("”", "")
    fault = _unbalanced(target)
    if fault and not _unbalanced(texts.source):
        yield fault


@check(
    "punctuation",
    Severity.INFO,
    "Punctuation marks are those of the language: full width in Chinese and Japanese, ¿"
    " and ¡ in Spanish, a blank before ; ! ? and within « » in French (of France).",
)
def _punctuation(texts: CheckedTexts, context: Context) -> Iterator[str]:
    language = name_language(context.pair.target)
    tag = language.tag
    primary = tag.partition("-")[0]
    text = texts.target
    if language.cjk:
        if context.fullwidth and (found := _HALF.search(text)):
            yield f"{found[0]!r} should be full width"
    elif primary == "es":
        for mark, opening in (("?", "¿"), ("!", "¡")):
            if text.rstrip().endswith(mark) and opening not in text:
                yield f"{opening!r} is missing"
    elif tag == "fr" and (found := _FRENCH.search(text)):
        yield f"a blank is missing in {found[0]!r}"


def _end(text: str) -> str:
    """Return the kind of mark that *text* ends with, if any."""
    bare = text.rstrip(_CLOSERS)
    return _ENDS.get(bare[-1:], "") if not bare.endswith("...") else "ellipsis"


def _unbalanced(text: str) -> str:
    """Return which bracket has no partner; its width makes no difference."""
    text = _LOW_QUOTED.sub("", text.translate(_SAME))
    if "„" in text:
        return "'„' is not closed"
    for closer, opener in _PAIRS.items():
        opened, closed = text.count(opener), text.count(closer)
        if opened > closed:
            return f"{opener!r} is not closed"
        if closed > opened:
            return f"{closer!r} is not opened"
    return ""
