"""The terms that a translation must use, and the words that it must not use."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import check
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity
from amts_sphinx.formats.terminology import keeps_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: How many letters at the end of a word inflection may change.
_ENDING: Final = 2
#: How many letters at the beginning of a word inflection never changes.
_STEM: Final = 4
_WORD: Final = re.compile(r"\w+")


@check(
    "terminology",
    Severity.WARNING,
    "Where a term occurs in the source, its translation from the terminology occurs in"
    " the target; endings and capitals make no difference.",
)
def _terminology(texts: CheckedTexts, context: Context) -> Iterator[str]:
    if context.terms is None:
        return
    spaced = name_language(context.pair.target).spaced
    for term, wanted in context.terms.find(texts.entry.segment.source).items():
        if not _occurs(wanted, texts.target, spaced=spaced):
            yield f"{term!r} should be {wanted!r}"


@check(
    "forbidden",
    Severity.WARNING,
    "The translation has none of the words that the author has forbidden.",
)
def _forbidden(texts: CheckedTexts, context: Context) -> Iterator[str]:
    spaced = name_language(context.pair.target).spaced
    for word in context.forbidden:
        if _whole(word, spaced=spaced).search(texts.target):
            yield f"{word!r} should not be used"


@lru_cache(2**12)
def _whole(word: str, *, spaced: bool) -> re.Pattern[str]:
    """Return a pattern for *word*; where blanks separate words, for the whole word."""
    form = re.escape(word)
    if spaced:
        form = rf"(?<!\w){form}(?!\w)"
    return re.compile(form, 0 if keeps_case(word) else re.IGNORECASE)


def _occurs(wanted: str, text: str, *, spaced: bool) -> bool:
    """Tell whether a term occurs in *text*, perhaps inflected."""
    if _folded(wanted) in _folded(text):
        return True
    if not spaced:
        return _folded(wanted).replace(" ", "") in _folded(text).replace(" ", "")
    words = [_stem(word) for word in _WORD.findall(_folded(wanted))]
    others = _WORD.findall(_folded(text))
    return bool(words) and all(
        any(other.startswith(stem) for other in others) for stem in words
    )


def _stem(word: str) -> str:
    return word[: max(_STEM, len(word) - _ENDING)]


def _folded(text: str) -> str:
    """Return *text* without capitals and accents, which inflection may change."""
    if text.isascii():
        return " ".join(text.casefold().split())
    bare = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(kept.casefold().split())
