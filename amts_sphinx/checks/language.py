"""Whether a text is translated, and into the language of the edition."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import language_id
from amts_sphinx.checks.rules import THING, book_check, check
from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: A word that is not part of a name, an address or a piece of program.
_WORD: Final = re.compile(r"(?<![\w.@/\\:-])[^\W\d_]{3,}(?![\w(@/\\]|[.:]\S)")
_ADDRESS: Final = re.compile(r"\b(?:\w+://|www\.)\S+")
#: So many words may be the same in two languages of one script.
_SHARED: Final = 3
#: A word that a book has so often in lower case is not a name.
_OFTEN: Final = 3


@check(
    "empty",
    Severity.ERROR,
    "The translation of a text that has words is not empty.",
)
def _empty(texts: CheckedTexts, _context: Context) -> Iterator[str]:
    if texts.target.replace(THING, "").strip():
        return
    if inline_codes.has_words(texts.entry.segment.source):
        yield "the translation is empty"


@book_check(
    "untranslated",
    Severity.WARNING,
    "The target differs from the source, unless the source consists of names, acronyms"
    " or pieces of program, or a person left it unchanged.",
)
def _untranslated(
    texts: Sequence[CheckedTexts], context: Context
) -> Iterator[tuple[int, str]]:
    same = [
        number
        for number, each in enumerate(texts)
        if not each.entry.by_human and _bare(each.source) == _bare(each.target)
    ]
    if not same:
        return
    mine, other = (name_language(tag).script for tag in context.pair)
    needed = 1 if mine != other else _SHARED + 1
    # A word with a capital is not a name if the book often has it without one.
    known = Counter(word for each in texts for word in _words(each.source))
    for number in same:
        words = [w for w in _words(texts[number].source) if w[1:].islower()]
        if sum(w.islower() or known[w.lower()] >= _OFTEN for w in words) >= needed:
            yield number, "the target is the source, unchanged"


@check(
    "wrong-language",
    Severity.ERROR,
    "The translation is in the language of the edition: by its script, or by language"
    " identification where several languages have the same script.",
)
def _wrong_language(texts: CheckedTexts, context: Context) -> Iterator[str]:
    if _bare(texts.source) == _bare(texts.target):
        return
    fault = language_id.foreign(texts.target, context.pair.target)
    if fault:
        yield f"it looks like {fault}, not {name_language(context.pair.target).name}"


def _bare(text: str) -> str:
    return inline_codes.normalise(text).casefold()


def _words(text: str) -> list[str]:
    """Return the words of *text* that may be prose."""
    return _WORD.findall(_ADDRESS.sub(" ", text))
