"""Blanks: double ones, and those that the typography of the language does not have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import check
from amts_sphinx.core.errors import LanguageError
from amts_sphinx.core.units import Severity
from amts_sphinx.text.typography import profile_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context
    from amts_sphinx.text.typography import Profile

_DOUBLE: Final = re.compile(r"(?<=\S)[ \u00a0]{2,}(?=\S)")
_BEFORE_MARK: Final = re.compile(r"\S+ [,;.:!?](?=\s|$)")
_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff"
_IN_CJK: Final = re.compile(
    f"[{_CJK}] +[{_CJK}]|\\S +[，。：；！？、）》」』】]|[（《「『【] +\\S"
)


@check(
    "spacing",
    Severity.INFO,
    "There are no double blanks, and no blanks where the language has none: before a"
    " comma or a full stop, or between Chinese or Japanese characters.",
)
def _spacing(texts: CheckedTexts, context: Context) -> Iterator[str]:
    text = texts.target
    if _DOUBLE.search(text) and not _DOUBLE.search(texts.source):
        yield "there are two blanks in a row"
    profile = _profile(context.pair.target)
    if profile is None:
        return
    if profile.cjk and (found := _IN_CJK.search(text)):
        yield f"there is a blank too many in {found[0]!r}"
    if profile.tight_punctuation and not _BEFORE_MARK.search(texts.source):
        found = _BEFORE_MARK.search(text)
        if found:
            yield f"there is a blank before the mark in {found[0]!r}"


@lru_cache(8)
def _profile(language: str) -> Profile | None:
    try:
        return profile_for(language)
    except LanguageError:
        return None
