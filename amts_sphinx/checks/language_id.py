"""Tell the language of a text, by its script or else by a language identifier."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING
from amts_sphinx.core.languages import name_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from py3langid.langid import LanguageIdentifier

#: The letters of each script.
_SCRIPTS: Final = {
    "Arab": "\u0600-\u06ff\u0750-\u077f",
    "Armn": "\u0530-\u058f",
    "Beng": "\u0980-\u09ff",
    "Cyrl": "\u0400-\u052f",
    "Deva": "\u0900-\u097f",
    "Ethi": "\u1200-\u137f",
    "Geor": "\u10a0-\u10ff",
    "Grek": "\u0370-\u03ff\u1f00-\u1fff",
    "Gujr": "\u0a80-\u0aff",
    "Guru": "\u0a00-\u0a7f",
    "Hebr": "\u0590-\u05ff",
    "Kana": "\u3040-\u30ff",
    "Hani": "\u3400-\u9fff\uf900-\ufaff",
    "Kore": "\u1100-\u11ff\uac00-\ud7af",
    "Knda": "\u0c80-\u0cff",
    "Latn": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "Mlym": "\u0d00-\u0d7f",
    "Sinh": "\u0d80-\u0dff",
    "Taml": "\u0b80-\u0bff",
    "Telu": "\u0c00-\u0c7f",
    "Thai": "\u0e00-\u0e7f",
}
_LETTERS: Final = {name: re.compile(f"[{chars}]") for name, chars in _SCRIPTS.items()}
#: A character that may be a letter of another script than the Latin one.
_NOT_LATIN: Final = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u3040-\ufaff]")
#: The scripts of most texts that are not in the Latin one alone, and a character that
#: may be a letter of another.
_HAN_OR_LATIN: Final = ("Hani", "Kana", "Latn")
_OTHER: Final = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u3100-\u33ff\ua000-\uf8ff]")
#: A Latin word of prose: not a name, nor a piece of program.
_LATIN_WORD: Final = re.compile(
    r"(?<![\w.@/\\-])[a-z\u00df-\u024f]{2,}(?![\w(@/\\]|\.\w)"
)
#: For languages that use several scripts: the one that identifies the language.
_MAIN: Final = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Kana"}
#: Scripts that only one language uses, with its name.
_NAMES: Final = {
    "Grek": "Greek", "Hani": "Chinese", "Hebr": "Hebrew", "Kana": "Japanese",
    "Kore": "Korean", "Thai": "Thai",
}  # fmt: skip
#: Quoted words, which may be in another language.
_QUOTATION: Final = re.compile(r"\"[^\"]*\"|“[^“”]*”|「[^「」]*」")
#: How many letters of an alphabet one character of these scripts counts for.
_WORTH: Final = {"Hani": 3, "Kana": 2, "Kore": 3}
#: The least number of letters of a foreign script that count as evidence.
_ENOUGH: Final = 6
#: How many times more letters a foreign script must have than the expected one.
_TIMES: Final = 2
#: The least number of Latin words of prose that count as evidence.
_QUOTED: Final = 4
#: A larger ratio of kana to Chinese characters occurs in Japanese only.
_KANA: Final = 0.1
#: The least number of letters that the identifier needs.
_MANY: Final = 40
#: The least probability with which the identifier's answer is accepted.
_SURE: Final = 0.8
#: Languages that the identifier confuses.
_ALIKE: Final = {
    "bs": ("hr", "sr", "sl"), "ca": ("es",), "da": ("no", "nb"), "hr": ("bs", "sr"),
    "id": ("ms",), "ms": ("id",), "no": ("nb", "nn", "da"), "sr": ("bs", "hr"),
    "tl": ("fil",),
}  # fmt: skip


def foreign(text: str, language: str) -> str:
    """Return the name of the language of *text*, if it is not *language*.

    :param text: plain text
    :param language: BCP 47: the language that the text should be in
    :returns: an empty string where the language is right or the text is too short
    """
    known = name_language(language)
    script = _MAIN.get(known.script, known.script)
    if script not in _LETTERS:
        return ""
    counts = _letters(text)
    other = _by_script(text, counts, script)
    if other or script in {"Hani", "Kana"} or counts[script] < _MANY:
        return other
    return _by_words(text, known.tag)


def foreign_script(text: str, language: str) -> str:
    """Return the name of the language of *text*, if its script is not *language*'s.

    :returns: as :func:`foreign`, but other languages of one script are not told apart
    """
    script = name_language(language).script
    script = _MAIN.get(script, script)
    return _by_script(text, _letters(text), script) if script in _LETTERS else ""


def _letters(text: str) -> dict[str, int]:
    """Return how many letters of each script a text has, by what they are worth."""
    # To look for each script takes twenty times as long as for those of most texts.
    if not _NOT_LATIN.search(text):
        scripts: Iterable[str] = ("Latn",)
    else:
        scripts = _LETTERS if _OTHER.search(text) else _HAN_OR_LATIN
    return dict.fromkeys(_LETTERS, 0) | {
        name: len(_LETTERS[name].findall(text)) * _WORTH.get(name, 1)
        for name in scripts
    }


def _by_script(text: str, counts: dict[str, int], script: str) -> str:
    """Return the language of *text*, if hardly anything of it is in *script*."""
    han, kana = (counts[name] // _WORTH[name] for name in ("Hani", "Kana"))
    if script == "Hani" and kana >= _ENOUGH and kana > _KANA * han:
        return "Japanese"
    if script == "Kana":
        if han >= _MANY // 2 and not kana:
            return "Chinese"
        counts = counts | {"Kana": counts["Kana"] + counts["Hani"], "Hani": 0}
    main = max(counts, key=lambda name: counts[name])
    if (
        main == script
        or counts[main] < _ENOUGH
        or counts[main] < _TIMES * counts[script]
    ):
        return ""
    if main == "Latn":
        # Names and code are Latin in any script: only prose counts.
        words = len(_LATIN_WORD.findall(_QUOTATION.sub(" ", text)))
        return "a language in Latin script" if words >= _QUOTED else ""
    return _NAMES.get(main, f"a language in the script {main}")


def _by_words(text: str, tag: str) -> str:
    """Return the identifier's answer, if it is another language and a sure answer."""
    identifier = _identifier()
    primary = tag.partition("-")[0]
    if primary not in identifier.labels:
        return ""
    guess, sure = identifier.classify(text.replace(THING, " "))
    if sure < _SURE or guess in {primary, *_ALIKE.get(primary, ())}:
        return ""
    return name_language(guess).name


@cache
def _identifier() -> LanguageIdentifier:
    from amts_sphinx.checks import language_model  # it loads the library

    return language_model.identifier()
