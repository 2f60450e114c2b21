"""What alignment looks at: sentences as lengths, anchors and tokens.

An *anchor* is what an edition keeps as it is: mathematics, code, the aim of a
reference, a URL, a number. A *token* is a word, folded and cut so that its inflected
forms are one, or a pair of characters where no blank stands between words. Nothing here
knows which letters are capitals.
"""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from amts_sphinx.core.units import Code, Container, Segment

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_ALONE: Final = re.compile(r"[$\\{}\s]*(\d+(?:[.,]\d+)*)[\\%$}\s]*")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SPACES: Final = re.compile(r"\s+")
#: Scripts whose words are not told apart by blanks, or hardly ever stand bare.
_BIGRAMS: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
#: Characters of a word that count: more are endings, in most languages.
_STEM: Final = 6
#: Characters that stand for a code without words in the length of a sentence.
_CODE_LENGTH: Final = 2
#: An anchor that is longer, in characters, can hardly be there by chance.
_LONG: Final = 8
#: A sentence that has more tokens is a table or a list: the first say enough.
_MOST_TOKENS: Final = 120
_DOTLESS: Final = str.maketrans({"ı": "i", "\u0307": None})


@dataclass(frozen=True, slots=True)
class Text:
    """One document as alignment sees it; the tuples have one item per sentence."""

    #: Characters other than blanks.
    lengths: tuple[int, ...]
    #: With repetitions.
    anchors: tuple[tuple[str, ...], ...]
    #: Each once, in order.
    tokens: tuple[tuple[str, ...], ...]
    #: The number of the first sentence of each block, and that of all sentences.
    blocks: tuple[int, ...]
    #: Of each block.
    kinds: tuple[str, ...]
    levels: tuple[int, ...]


def read(containers: Sequence[Container], language: str) -> Text:
    """Read the prose of a document; each container is a block."""
    tokenize = tokenizer(language)
    segments = [segment for each in containers for segment in each.segments]
    texts = [_bare(segment.source) for segment in segments]
    return Text(
        tuple(map(_length, segments, texts)),
        tuple(
            tuple(_anchors(s, text)) for s, text in zip(segments, texts, strict=True)
        ),
        tuple(tuple(dict.fromkeys(tokenize(text)))[:_MOST_TOKENS] for text in texts),
        tuple(accumulate((len(c.segments) for c in containers), initial=0)),
        tuple(container.whole.kind for container in containers),
        tuple(container.level for container in containers),
    )


def tokenizer(language: str) -> Callable[[str], Iterator[str]]:
    """Return what splits plain text of a language into tokens.

    :param language: BCP 47
    """
    if language.replace("_", "-").partition("-")[0].lower() == "zh":
        return _chinese
    known = name_language(language)
    return _words if known.spaced and known.script != "Kore" else _bigrams


def _chinese(text: str) -> Iterator[str]:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    for word in jieba.cut(text, HMM=False):
        if word[0].isalpha():
            yield _folded(word)


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        if len(word) > 1:
            yield _folded(word)


def _bigrams(text: str) -> Iterator[str]:
    place = 0
    for run in _BIGRAMS.finditer(text):
        yield from _words(text[place : run.start()])
        place = run.end()
        pair = run[0]
        yield from (sys.intern(pair[i : i + 2]) for i in range(max(1, len(pair) - 1)))
    yield from _words(text[place:])


def _folded(word: str) -> str:
    """Return a word without case and ending, the same for "İki", "iki" and "IKI"."""
    # Interned: it is pickled once, however often it stands in the text.
    return sys.intern(word.casefold().translate(_DOTLESS)[:_STEM])


def _bare(coded: str) -> str:
    """Return the words of *coded*, with a blank where a code stood."""
    if "<" not in coded:
        return inline_codes.unescape(coded)
    pieces = (p.coded if p.type == "text" else " " for p in inline_codes.tokens(coded))
    return inline_codes.unescape("".join(pieces))


def _length(segment: Segment, text: str) -> int:
    empty = sum(not code.paired for code in segment.codes)
    return len(_SPACES.sub("", text)) + _CODE_LENGTH * empty


def _anchors(segment: Segment, text: str) -> Iterator[str]:
    for code in segment.codes:
        key = _key(code)
        if key:
            yield from [sys.intern(key)] * (2 if len(key) > _LONG else 1)
    for number in _NUMBER.findall(text):
        yield _number(number)


def _key(code: Code) -> str:
    """Return what a code stands for, when no translation changes it."""
    if not code.equiv or code.kind == "std:term":  # names of terms are translated
        return ""
    alone = _NUMBER_ALONE.fullmatch(code.equiv)
    return _number(alone[1]) if alone else _SPACES.sub("", code.equiv)


def _number(digits: str) -> str:
    """Return a number in one form, whatever its digits and its marks."""
    bare = digits.replace(",", ".")
    if not bare.isascii():
        bare = "".join(c if c == "." else str(unicodedata.decimal(c)) for c in bare)
    return "#" + bare
