"""Negations: the words for "not" and the like, in some languages."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

#: Whole words, as the inside of a regular expression.
_WORDS: Final = {
    "de": "nicht|kein(?:e[mnrs]?)?|nie|niemals|ohne|weder",
    "en": r"not|no|never|none|neither|nor|nothing|cannot|without|\w+n['’]t",
    "es": "no|nunca|jamás|ningun[oa]?|ningún|ni|sin|nada|tampoco",
    "fr": "pas|jamais|aucune?|sans|ni|rien",
    "it": "non|mai|nessun[oa]?|senza|né",
    "nl": "niet|geen|nooit|zonder",
    "pt": "não|nunca|jamais|nenhuma?|sem|nem",
    "ru": "не|нет|ни|никогда|без",
}
#: For languages without blanks between words: parts of words.
_PARTS: Final = {
    "ja": "ない|なく|なかっ|なけれ|ません|ずに|ず、|ぬ|無|非|未|不",
    "zh": "不|没|沒|无|無|非|未|勿|莫|别|別|否",
}


def count(text: str, language: str) -> int | None:
    """Return the number of negations in *text*.

    :param language: BCP 47
    :returns: ``None`` for a language whose negations are not known here
    """
    pattern = _pattern(language.partition("-")[0].lower())
    return pattern and len(pattern.findall(text))


@cache
def _pattern(primary: str) -> re.Pattern[str] | None:
    if primary in _PARTS:
        return re.compile(_PARTS[primary])
    if primary in _WORDS:
        return re.compile(rf"(?<!\w)(?:{_WORDS[primary]})(?!\w)", re.IGNORECASE)
    return None
