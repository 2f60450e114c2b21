"""Small and capital letters, as a language has them."""

from __future__ import annotations

from typing import Final

#: Languages with an i that has no dot.
_DOTLESS: Final = frozenset({"tr", "az"})
_SMALL: Final = str.maketrans({"I": "ı", "İ": "i"})


def lower(text: str, language: str) -> str:
    """Return *text* in small letters.

    :param language: BCP 47
    """
    if language.partition("-")[0] in _DOTLESS:
        text = text.translate(_SMALL)
    return text.lower()


def capital(word: str, language: str) -> str:
    """Return *word* with its first letter as a capital."""
    first = word[:1]
    if first == "i" and language.partition("-")[0] in _DOTLESS:
        return "İ" + word[1:]
    # Others than ß, that has no capital.
    return (first.upper() if len(first.upper()) == 1 else first) + word[1:]
