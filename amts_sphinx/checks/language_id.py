"""Which language a text is in: by its script if that tells, by an identifier if not."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING
from amts_sphinx.core.languages import name_language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: The letters of each script: what a text in it is made of.
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
#: A Latin word of prose: not a name, nor a piece of program.
_LATIN_WORD: Final = re.compile(
    r"(?<![\w.@/\\-])[a-z\u00df-\u024f]{2,}(?![\w(@/\\]|\.\w)"
)
#: The script that shows that a text is in a language which uses several.
_MAIN: Final = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Kana"}
#: Scripts that one language uses.
_NAMES: Final = {
    "Grek": "Greek", "Hani": "Chinese", "Hebr": "Hebrew", "Kana": "Japanese",
    "Kore": "Korean", "Thai": "Thai",
}  # fmt: skip
#: What a text about language says in another one.
_QUOTATION: Final = re.compile(r"\"[^\"]*\"|“[^“”]*”|「[^「」]*」")
#: Letters of the alphabet that a sign of some scripts is worth.
_TELLING: Final = {"Hani": 3, "Kana": 2, "Kore": 3}
#: With fewer letters of a foreign script nothing is said.
_ENOUGH: Final = 6
#: As many times more letters of a foreign script tell, and Latin words of prose.
_TIMES: Final = 2
_QUOTED: Final = 4
#: Share of kana in Chinese characters that only Japanese has.
_KANA: Final = 0.1
#: Letters that the identifier needs, and the probability from which it is believed.
_MANY: Final = 40
_SURE: Final = 0.8
#: Languages that the identifier takes for each other.
_ALIKE: Final = {
    "bs": ("hr", "sr", "sl"), "ca": ("es",), "da": ("no", "nb"), "hr": ("bs", "sr"),
    "id": ("ms",), "ms": ("id",), "no": ("nb", "nn", "da"), "sr": ("bs", "hr"),
    "tl": ("fil",),
}  # fmt: skip


def foreign(text: str, language: str) -> str:
    """Return the name of the language that *text* is in, if it is another.

    :param text: plain text
    :param language: BCP 47: the one that it should be in
    :returns: an empty string where the text is too short, or the language right
    """
    known = name_language(language)
    script = _MAIN.get(known.script, known.script)
    if script not in _LETTERS:
        return ""
    counts = {
        name: len(found.findall(text)) * _TELLING.get(name, 1)
        for name, found in _LETTERS.items()
    }
    other = _by_script(text, counts, script)
    if other or script in {"Hani", "Kana"} or counts[script] < _MANY:
        return other
    return _by_words(text, known.tag)


def _by_script(text: str, counts: dict[str, int], script: str) -> str:
    """Say what *text* is written in, if hardly anything of it is in *script*."""
    han, kana = (counts[name] // _TELLING[name] for name in ("Hani", "Kana"))
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
    """Ask the identifier, and believe it only when it is sure."""
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
    from py3langid.langid import (
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
