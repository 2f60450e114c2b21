"""Quotation marks of a language, where the author's were made by Sphinx.

Sphinx makes curly quotes of straight ones by the language of a book. An engine may
leave them as they are in the source.
"""

from __future__ import annotations

from typing import Final

from docutils.utils.smartquotes import smartchars

_CURLY: Final = ("\u201c", "\u201d")


def localised(target: str, source_language: str, language: str) -> str:
    """Return a coded target with the double quotation marks of its language.

    Marks that do not pair are left: nobody knows what was meant.

    :param source_language: a BCP 47 tag, as *language*
    """
    theirs, ours = _pair(source_language), _pair(language)
    if theirs != _CURLY or ours in (theirs, ("", "")) or not _is_paired(target):
        return target
    return target.replace(theirs[0], ours[0]).replace(theirs[1], ours[1])


def _is_paired(text: str) -> bool:
    """Tell whether opening and closing marks take turns."""
    marks = [character for character in text if character in _CURLY]
    turns = [*_CURLY] * (len(marks) // 2)
    return bool(marks) and marks == turns


def _pair(language: str) -> tuple[str, str]:
    """Return the double quotation marks that docutils has for a language."""
    quotes = smartchars.quotes
    tag = language.lower()
    found = quotes.get(tag) or quotes.get(tag.partition("-")[0]) or ""
    return (found[0], found[1]) if found else ("", "")
