"""Quotation marks of a language, where the author's were made by Sphinx.

Sphinx makes curly quotes of straight ones by the language of a book. An engine may
leave them as they are in the source.
"""

from __future__ import annotations

import re
from typing import Final

from docutils.utils.smartquotes import smartchars

_DOUBLE: Final = ("\u201c", "\u201d")
_SINGLE: Final = ("\u2018", "\u2019")
#: In a word, that is an apostrophe.
_APOSTROPHE: Final = re.compile(r"(?<=\w)\u2019(?=\w)")
_QUOTED: Final = re.compile(
    r"(?<!\w)\u2018((?:[^\u2018\u2019]|(?<=\w)\u2019(?=\w))+)\u2019(?!\w)"
)


def localised(target: str, source_language: str, language: str) -> str:
    """Return a coded target with the quotation marks of its language.

    Marks that do not pair are left: nobody knows what was meant. So are single ones
    beside one that may be an apostrophe at the end of a word.

    :param source_language: a BCP 47 tag, as *language*
    """
    theirs, ours = _marks(source_language), _marks(language)
    if theirs != (*_DOUBLE, *_SINGLE) or not ours:
        return target
    if ours[:2] != _DOUBLE and _is_paired(target):
        target = target.replace(_DOUBLE[0], ours[0]).replace(_DOUBLE[1], ours[1])
    if ours[2:] != _SINGLE and not _APOSTROPHE.sub("", _QUOTED.sub("", target)).count(
        _SINGLE[1]
    ):
        target = _QUOTED.sub(rf"{ours[2]}\1{ours[3]}", target)
    return target


def _is_paired(text: str) -> bool:
    """Tell whether opening and closing marks take turns."""
    marks = [character for character in text if character in _DOUBLE]
    turns = [*_DOUBLE] * (len(marks) // 2)
    return bool(marks) and marks == turns


def _marks(language: str) -> tuple[str, ...]:
    """Return the double and single marks that docutils has for a language, if any."""
    quotes = smartchars.quotes
    tag = language.lower()
    return tuple(quotes.get(tag) or quotes.get(tag.partition("-")[0]) or "")
