"""Whether a text is translated, and into the language of the edition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx import codes
from amts_sphinx.checks import identify
from amts_sphinx.checks.rules import THING, check
from amts_sphinx.languages import name_language
from amts_sphinx.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import Context, Texts

#: A word as prose has it: no name, no acronym, no piece of program.
_WORD: Final = re.compile(r"(?<![\w.@/\\-])[^\W\d_]{3,}(?![\w(@/\\]|\.\w)")
#: Words that two languages of one script may well have in common.
_SHARED: Final = 3


@check(
    "empty",
    Severity.ERROR,
    "The translation of a text that has words is not empty.",
)
def _empty(texts: Texts, _context: Context) -> Iterator[str]:
    if texts.target.replace(THING, "").strip():
        return
    if codes.has_words(texts.entry.segment.source):
        yield "the translation is empty"


@check(
    "untranslated",
    Severity.WARNING,
    "The target is not the source itself, unless that consists of names, acronyms or"
    " pieces of program, or a person left it as it is.",
)
def _untranslated(texts: Texts, context: Context) -> Iterator[str]:
    if texts.entry.by_human or _bare(texts.source) != _bare(texts.target):
        return
    mine, other = (name_language(tag).script for tag in context.pair)
    needed = 1 if mine != other else _SHARED + 1
    if len(_prose(texts.source)) >= needed:
        yield "it is left as it is in the source"


@check(
    "wrong-language",
    Severity.ERROR,
    "The translation is in the language of the edition, by its script, or by an"
    " identifier of languages where several have one script.",
)
def _wrong_language(texts: Texts, context: Context) -> Iterator[str]:
    if _bare(texts.source) == _bare(texts.target):
        return
    fault = identify.foreign(texts.target, context.pair.target)
    if fault:
        yield f"it looks like {fault}, not {name_language(context.pair.target).name}"


def _bare(text: str) -> str:
    return codes.normalise(text).casefold()


def _prose(text: str) -> list[str]:
    """Return the words of *text* that a translator would translate."""
    return [word for word in _WORD.findall(text) if word.islower()]
