"""Whether a translation is the source again: what nobody has translated yet.

Tools fill the target of what they do not know with the source, and a human edition
holds what its translators have not reached. Numbers, names and code are the same in
many languages, so only prose counts: what has ordinary words enough to be a sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import find_language

if TYPE_CHECKING:
    from amts_sphinx.core.units import LanguagePair

#: A letter, with signs within words that Python does not count among the letters.
_LETTER: Final = (
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670]"
    r"|[\u0900-\u0963\u0971-\u0dff])"
)
#: Words of scripts with blanks; none with signs of code in it or about it.
_WORD: Final = re.compile(
    rf"(?<![^\s(\[{{\"'“‘«„¿¡])({_LETTER}+(?:['’\-]{_LETTER}+)*)"
    r"(?=[.,;:!?…।؟)\]}\"'”’»]*(?:\s|$))"
)
#: The end of a sentence, with closing marks.
_SENTENCE: Final = re.compile(r"[.!?…।؟։።][)\]\"'”’»]*\s*$")
#: Letters of the scripts that have no blanks between words.
_HAN: Final = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA: Final = r"\u3040-\u30ff\u31f0-\u31ff"
_SOUTH: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_RUN: Final = re.compile(f"[{_HAN}{_KANA}{_SOUTH}]")
_HAS_KANA: Final = re.compile(f"[{_KANA}]")
_HAS_HAN: Final = re.compile(f"[{_HAN}]")
_CJK_END: Final = re.compile(r"[。！？]")
#: Where a text may be cut to find sentences that are whole in another one.
_BETWEEN: Final = re.compile(r"[.!?…।؟։።][)\]\"'”’»]*(?=\s)|[。！？]")
#: The first letters of a text, behind codes and marks.
_BEGINNING: Final = re.compile(r"(?:<[^>]*>|[\W_])*(\w{1,3})")
_NO_WORD: Final = re.compile(r"[\W_]+")
#: The fewest letters without blanks that are prose, and those that two languages with
#: ideographs may have in common.
_SHORT, _SHARED = 4, 8
#: The fewest words that are prose where no mark ends a sentence.
_TITLE: Final = 4
#: The fewest letters of a word that is no article or preposition within a name.
_LONG: Final = 4
#: Languages that share many a sentence.
_ALIKE: Final = (
    frozenset({"no", "nn", "da"}),
    frozenset({"bs", "cnr", "hr", "sr"}),
    frozenset({"id", "ms"}),
)


def is_copy(source: str, target: str, pair: LanguagePair) -> bool:
    """Tell whether *target* is *source* again, and that is prose: no translation.

    Marks, capitals and codes that differ are no translation either.

    Languages that differ by region or variant alone share most of their sentences, and
    so do a few others; there nothing is a copy.

    :param source: coded text
    :param target: coded text
    :param pair: BCP 47 tags
    """
    if source != target and not _same_words(source, target):
        return False
    return is_prose(source, pair.target) and not _alike(pair)


def is_partly_copied(source: str, target: str, pair: LanguagePair) -> bool:
    """Tell whether a sentence of *source* stands in *target* as it is.

    Mostly somebody stopped in the middle. But it may be a quotation, too.

    :param source: coded text, as is *target*; neither is a copy as a whole
    :param pair: BCP 47 tags
    """
    words = inline_codes.collapse(inline_codes.plain(target))
    text = inline_codes.collapse(inline_codes.plain(source))
    start = 0
    for end in (*(match.end() for match in _BETWEEN.finditer(text)), len(text)):
        sentence, start = text[start:end].strip(), end
        if sentence and sentence in words:
            coded = inline_codes.escape(sentence)
            if is_prose(coded, pair.target) and not _alike(pair):
                return True
    return False


def is_prose(coded: str, language: str) -> bool:
    """Tell whether *coded* has words enough to be said otherwise in *language*.

    Numbers, names, addresses and pieces of program are the same everywhere.

    :param language: BCP 47
    """
    text = "".join(
        inline_codes.unescape(piece.coded) if piece.type == "text" else "\0"
        for piece in inline_codes.tokens(coded)
        if piece.type in {"text", "empty"}
    )
    letters = len(_RUN.findall(text))
    if letters:
        return letters >= _needed(text, language)
    words = [match[1] for match in _WORD.finditer(text)]
    ordinary = [word for word in words if _is_ordinary(word)]
    if len(words) > 1 and words[0].istitle() and words[1] in ordinary[:1]:
        ordinary.append(words[0])
    if text.isupper():
        ordinary = words if len(words) >= _TITLE else []
    if len(ordinary) <= 1 or len(ordinary) * 2 < len(text.split()):
        return False
    if _SENTENCE.search(text):
        return True
    if not any(_is_ordinary(word) and len(word) >= _LONG for word in words):
        return text.isupper()
    # A list of commands has no capital; a heading of three words has one.
    return len(words) >= _TITLE - (words[0].istitle() and words[0] in ordinary)


def _is_ordinary(word: str) -> bool:
    """Tell whether a word is no name, as far as its script has capitals."""
    return len(word) > 1 and word == word.lower()


def _needed(text: str, language: str) -> int:
    """Return how many letters without blanks are prose, for readers of *language*."""
    script = find_language(language).script
    if _HAS_KANA.search(text):
        shared = script == "Jpan"
    elif _HAS_HAN.search(text):
        shared = script in {"Hans", "Hant", "Jpan"}
    else:
        shared = script in {"Thai", "Laoo", "Mymr", "Khmr"}
    needed = _SHARED if shared else _SHORT
    return needed // 2 if _CJK_END.search(text) else needed


def _alike(pair: LanguagePair) -> bool:
    source, target = (tag.partition("-")[0] for tag in pair)
    return source == target or any({source, target} <= group for group in _ALIKE)


def _same_words(source: str, target: str) -> bool:
    """Tell whether two coded texts have the same letters and digits in the same order.

    Most differ in the first of them.
    """
    return _first(source) == _first(target) and _letters(source) == _letters(target)


def _first(coded: str) -> str:
    found = _BEGINNING.match(coded)
    return found[1].casefold() if found else ""


def _letters(coded: str) -> str:
    return _NO_WORD.sub("", inline_codes.plain(coded)).casefold()
