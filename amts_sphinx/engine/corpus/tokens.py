"""Coded text → tokens, with the places of its paired codes, for any language.

A code without words, a number and a name (a URL, ``numpy.array``, ``x_1``) are single
tokens that a translation passes on. Chinese is cut into words by jieba; other scripts
without blanks into characters.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.engine.corpus import casing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Kinds of tokens.
WORD: Final = "word"
MARK: Final = "mark"
NUMBER: Final = "number"
CODE: Final = "code"

#: Ideographs, kana, bopomofo, Thai, Lao and Khmer: scripts without blanks.
_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
#: Vowel signs, that Python does not count among the letters.
_SIGNS: Final = (
    r"\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0963\u0971-\u0dff"
)
_LETTER: Final = rf"(?:[^\W\d_{_UNSPACED}]|[{_SIGNS}])"
_TOKEN: Final = re.compile(
    rf"""
    (?P<url> (?:https?://|www\.)[^\s{_UNSPACED}，。）；]*[\w/] )
  | (?P<han> [{_UNSPACED}]+ )
  | (?P<abbr> (?:[A-Za-z]\.){{2,}} )
  | (?P<name> (?a: [A-Za-z_]\w*(?:(?:\.|::|@)[A-Za-z_]\w*)+
      | [A-Za-z_]+[\d_]\w* | \d+[A-Za-z_]\w* ) )
  | (?P<number> \d+(?:[.,:]\d+)* )
  | (?P<clitic> ['’]s\b )
  | (?P<elided> (?:[dljmnstcDLJMNSTC]|[Qq]u)['’](?={_LETTER}) )
  | (?P<word> {_LETTER}+(?:['’](?!s\b){_LETTER}+)* )
  | (?P<mark> \S )
    """,
    re.VERBOSE,
)
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KINDS: Final = {
    "url": NUMBER,
    "name": NUMBER,
    "number": NUMBER,
    "mark": MARK,
    "clitic": MARK,
}
_FINAL: Final = frozenset(".?!:;…。？！：；।؟")


class Token(NamedTuple):
    """One word, mark, number or code."""

    #: What it is in the text; a code as coded, all else without escapes.
    surface: str
    kind: str
    #: Whether no blank stands before it.
    glued: bool

    #: The form that tells words apart, whatever their case; empty for a code.
    key: str = ""


class Zone(NamedTuple):
    """The tokens inside a paired code."""

    start: int
    #: The first token after it.
    end: int
    #: The code's number.
    id: int


def ends(tokens: Sequence[Token]) -> bool:
    """Tell whether *tokens* end as a sentence does: with a mark after the words."""
    return len(tokens) > 1 and tokens[-1].surface in _FINAL


@dataclass(slots=True)
class Sentence:
    """A coded text, taken apart."""

    tokens: list[Token] = field(default_factory=list)
    #: Outer zones before those inside them.
    zones: list[Zone] = field(default_factory=list)


def tokenise(coded: str, language: str) -> Sentence:
    """Take *coded* text of *language*, a BCP 47 tag, apart."""
    tokens: list[Token] = []
    zones: list[Zone] = []
    around: list[tuple[int, int]] = []
    glued = False
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            text = inline_codes.unescape(piece.coded)
            tokens.extend(_words(text, language, glued=glued))
            glued = not text[-1:].isspace()
        elif piece.type == "empty":
            tokens.append(Token(piece.coded, CODE, glued))
            glued = True
        elif piece.type == "open":
            around.append((piece.id, len(tokens)))
        elif around:
            number, start = around.pop()
            if start == len(tokens):  # an empty pair is like a code without words
                tokens.append(Token(inline_codes.opening(number) + "</g>", CODE, glued))
            else:
                zones.append(Zone(start, len(tokens), number))
    zones.reverse()  # those that close last are around the others
    zones.sort(key=lambda zone: (zone.start, -zone.end))
    return Sentence(tokens, zones)


def _words(text: str, language: str, *, glued: bool) -> Iterator[Token]:
    """Yield the tokens of *text* without codes."""
    last = 0
    for found in _TOKEN.finditer(text):
        near = found.start() == last and (last > 0 or glued)
        last = found.end()
        group = found.lastgroup or ""
        if group != "han":
            key = casing.lower(found[0], language).replace("’", "'")
            yield Token(found[0], _KINDS.get(group, WORD), near, key)
            continue
        for word in _cut(found[0], language):
            yield Token(word, WORD, near, word)
            near = True


def _cut(text: str, language: str) -> Sequence[str]:
    """Cut *text* without blanks: Chinese into words by jieba, else into characters."""
    if language.lower().partition("-")[0] != "zh" or not _HAN.search(text):
        return text
    import jieba

    jieba.setLogLevel(logging.WARNING)
    # New words that it would guess are cut otherwise in the next sentence.
    return [word for word in jieba.lcut(text, HMM=False) if not word.isspace()]
