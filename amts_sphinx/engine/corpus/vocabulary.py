"""Words as characters: a sentence is a ``str``, and a phrase is a slice of it.

Slices of strings are made, hashed and counted at the speed of C. The first characters
are not words: they end sentences, and stand for the codes and numbers that a
translation passes on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.engine.corpus.tokens import CODE, NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.engine.corpus.tokens import Token

#: Between the parts of a key; in no sentence.
SEPARATOR: Final = "\x00"
UNKNOWN: Final = "\x01"
START: Final = "\x02"
END: Final = "\x03"
#: A code and a number, as the language model sees them.
A_CODE: Final = "\x04"
A_NUMBER: Final = "\x05"
#: The codes, and the numbers, of a sentence or a phrase, in order.
CODES: Final = "".join(map(chr, range(0x40, 0x80)))
NUMBERS: Final = "".join(map(chr, range(0x80, 0xC0)))
#: Any of them.
CLASS: Final = re.compile("[\x40-\xbf]")
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys(CODES, A_CODE), **dict.fromkeys(NUMBERS, A_NUMBER)}
)
_FIRST: Final = 0x100
_SURROGATES: Final = 0xD800
_AFTER_SURROGATES: Final = 0xE000


class Vocabulary:
    """The words of one language, each with its character."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = list(words)
        self.characters = {word: _character(n) for n, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def add(self, word: str) -> str:
        """Return the character of *word*, a new one if it has none."""
        known = self.characters.get(word)
        if known is None:
            known = self.characters[word] = _character(len(self.words))
            self.words.append(word)
        return known

    def word(self, character: str) -> str:
        """Return the word that *character* stands for."""
        return self.words[index(character)]


def _character(number: int) -> str:
    """Return the character of word *number*; surrogates cannot be written."""
    place = _FIRST + number
    if place >= _SURROGATES:
        place += _AFTER_SURROGATES - _SURROGATES
    return chr(place)


def index(character: str) -> int:
    """Return the number of the word that *character* stands for."""
    place = ord(character)
    if place >= _AFTER_SURROGATES:
        place -= _AFTER_SURROGATES - _SURROGATES
    return place - _FIRST


def plain(sentence: str) -> str:
    """Return *sentence* as the language model sees it: one code is like another."""
    return sentence.translate(_PLAIN)


def relabel(phrase: str) -> tuple[str, dict[str, str]]:
    """Count the codes and numbers of *phrase* from 1, in order.

    :returns: the phrase, and each former character's new one
    """
    new: dict[str, str] = {}
    seen = [0, 0]
    for found in CLASS.findall(phrase):
        if found not in new:
            is_number = found >= NUMBERS[0]
            new[found] = (NUMBERS if is_number else CODES)[seen[is_number]]
            seen[is_number] += 1
    return (phrase.translate({ord(a): b for a, b in new.items()}), new)


def classes(source: Sequence[Token], target: Sequence[Token]) -> dict[str, str] | None:
    """Return the characters of those codes and numbers that both sides have.

    A number that the other side lacks, or has in words, is a word like any other.

    :returns: a token's surface → its character, or ``None`` if there are too many
    """
    found: dict[str, str] = {}
    for kind, characters in ((CODE, CODES), (NUMBER, NUMBERS)):
        sides = [
            [t.surface for t in side if t.kind == kind] for side in (source, target)
        ]
        both = [
            surface
            for surface in dict.fromkeys(sides[0])
            if sides[0].count(surface) == sides[1].count(surface) == 1
        ]
        if len(both) > len(characters) or (kind == CODE and len(both) < len(sides[0])):
            return None
        found.update(zip(both, characters, strict=False))
    return found


def is_class(character: str) -> bool:
    """Tell whether *character* stands for no word, but for a code or a number."""
    return ord(character) < _FIRST
