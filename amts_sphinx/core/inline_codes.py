"""Inline codes: split coded text, join it again, and verify that no code is lost.

This module uses no docutils class and no engine's own format. It does not guess: a
target whose codes differ from those of its source, or have lost their words, is
refused, and the difference is named.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Code

_TOKEN: Final = re.compile(r'(<g id="\d+">|</g>|<x id="\d+"/>)')
_ID_IN_CODE: Final = re.compile(r'(<[gx] id=")(\d+)("/?>)')
#: A code in a fault that :func:`verify` tells without the names of codes.
_CODE_NAMED: Final = re.compile(r"\bcode (\d+)\b")
#: Characters of a text that a message shows.
_SHOWN: Final = 40
_STRAY: Final = re.compile(r"[<>]|&(?!amp;|lt;|gt;)")
#: The blanks that HTML shows as one, and the other marks at which a line ends. Every
#: other blank, such as a no-break space, is a character that its author chose.
BLANKS: Final = " \t\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS: Final = re.compile(rf"[{BLANKS}]+")
#: Blanks of any kind, for the memory's key.
_ANY_BLANKS: Final = re.compile(r"\s+")
#: Typographic marks → the ASCII form that an author may have typed instead.
_PLAIN_PUNCTUATION: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "--",
        "\u2014": "---",
        "\u2026": "...",
    }
)
_LETTER: Final = re.compile(r"[^\W\d_]")
#: Letters by their category, but nothing is seen of them: Hangul fillers.
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
#: A symbol by its category: the empty pattern of Braille.
_EMPTY_PATTERN: Final = "\u2800"
#: Categories of characters that nothing is seen of: blanks, and what only joins,
#: directs or marks others.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Cs", "Mn", "Zl", "Zp", "Zs"})


class CodedPiece(NamedTuple):
    """One piece of coded text."""

    #: ``text``, ``open``, ``close`` or ``empty``.
    type: str
    #: The piece as it is written in the coded text.
    coded: str
    #: The code's number; 0 for text and for a closing code.
    id: int


def escape(text: str) -> str:
    """Return plain *text* as coded text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(coded: str) -> str:
    """Return coded text that holds no code as plain text."""
    if "&" not in coded:  # most texts, and much faster
        return coded
    return coded.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def opening(number: int) -> str:
    """Return the opening code *number*; it is closed by ``</g>``."""
    return f'<g id="{number}">'


def empty(number: int) -> str:
    """Return the code *number* that stands for something without words."""
    return f'<x id="{number}"/>'


def tokens(coded: str) -> Iterator[CodedPiece]:
    """Yield the pieces of *coded* in order, without checking them."""
    if "<" not in coded:  # most texts, and much faster
        if coded:
            yield CodedPiece("text", coded, 0)
        return
    # Between the texts, at every second place, stand the codes.
    for place, piece in enumerate(_TOKEN.split(coded)):
        if place % 2 == 0:
            if piece:
                yield CodedPiece("text", piece, 0)
        elif piece == "</g>":
            yield CodedPiece("close", piece, 0)
        elif piece.startswith("<g"):
            yield CodedPiece("open", piece, int(piece[len('<g id="') : -len('">')]))
        else:
            yield CodedPiece("empty", piece, int(piece[len('<x id="') : -len('"/>')]))


def join(pieces: Iterable[CodedPiece]) -> str:
    """Return pieces, such as those of :func:`tokens`, as coded text."""
    return "".join(piece.coded for piece in pieces)


def plain(coded: str) -> str:
    """Return the words of *coded*, without its codes, as plain text."""
    return unescape(_TOKEN.sub("", coded))


def has_words(coded: str) -> bool:
    """Tell whether there is a letter outside of codes: something to translate."""
    return bool(_LETTER.search(plain(coded)))


def collapse(text: str) -> str:
    """Return *text* with each run of ordinary blanks as one blank.

    No-break spaces and others of a width of their own stay: they are characters.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text  # most texts, and much faster
    return _BLANKS.sub(" ", text)


@lru_cache(2**16)
def normalise(coded: str) -> str:
    """Return the memory's key of a source: its white space and quotes made plain.

    This is for finding a source only. Readers see what the author wrote.
    """
    if coded.isascii() and coded.isprintable() and "  " not in coded:
        return coded.strip()  # most texts, and much faster
    return _ANY_BLANKS.sub(" ", coded.translate(_PLAIN_PUNCTUATION)).strip()


def ids(coded: str) -> list[int]:
    """Return the numbers of the codes of *coded*, in order of appearance."""
    return [piece.id for piece in tokens(coded) if piece.id]


def renumber(coded: str, numbers: Mapping[int, int]) -> str:
    """Return *coded* with each code's number replaced by the one in *numbers*.

    :raises KeyError: a code's number is not in *numbers*
    """
    return _ID_IN_CODE.sub(lambda m: f"{m[1]}{numbers[int(m[2])]}{m[3]}", coded)


def without(coded: str, numbers: Collection[int]) -> str:
    """Return *coded* without the codes *numbers*; the words inside them stay."""
    kept: list[CodedPiece] = []
    around: list[bool] = []
    for piece in tokens(coded):
        gone = piece.id in numbers
        if piece.type == "open":
            around.append(gone)
        elif piece.type == "close":
            gone = around.pop() if around else False
        if not gone:
            kept.append(piece)
    return join(kept)


def hollowed(coded: str, numbers: Collection[int]) -> str:
    """Return *coded* with the paired codes *numbers* as codes without words.

    What stands inside them goes, other codes too.
    """
    kept: list[str] = []
    around: list[int] = []
    for piece in tokens(coded):
        hidden = any(number in numbers for number in around)
        if piece.type == "close":
            number = around.pop() if around else 0
            hidden = number in numbers or any(each in numbers for each in around)
        elif piece.type == "open":
            around.append(piece.id)
            if piece.id in numbers and not hidden:
                kept.append(empty(piece.id))
                continue
        if not hidden:
            kept.append(piece.coded)
    return "".join(kept)


def localise(coded: str) -> tuple[str, tuple[int, ...]]:
    """Give the codes of *coded* numbers from 1, in order of appearance.

    :returns: the renumbered text, and the former numbers: number *n* of the new text
        was item *n - 1*. So a sentence has the same key at any place of a paragraph.
    """
    former = tuple(dict.fromkeys(ids(coded)))
    return renumber(coded, {old: new for new, old in enumerate(former, 1)}), former


def globalise(coded: str, former: Sequence[int]) -> str:
    """Undo :func:`localise` on a translation of its result."""
    return renumber(coded, dict(enumerate(former, 1)))


@lru_cache(2**16)
def structure(coded: str) -> tuple[tuple[int, bool, int], ...]:
    """Return each code as (number, paired, number of the code around it or 0).

    :raises MarkupError: codes do not nest, or there is other markup in the text
    """
    found: list[tuple[int, bool, int]] = []
    around = [0]
    for piece in tokens(coded):
        if piece.type == "text":
            stray = _STRAY.search(piece.coded)
            if stray:
                raise MarkupError(f"stray {stray[0]!r} in the text between codes")
        elif piece.type == "close":
            if len(around) == 1:
                raise MarkupError("</g> closes a code that was not opened")
            around.pop()
        else:
            found.append((piece.id, piece.type == "open", around[-1]))
            if piece.type == "open":
                around.append(piece.id)
    if len(around) > 1:
        raise MarkupError(f"{opening(around[-1])} is not closed")
    return tuple(found)


def verify(source: str, target: str, names: Sequence[Code] = ()) -> str:
    """Compare the codes of *target* with its *source*'s, and the words in them.

    What :func:`compare` asks for, and what :func:`emptied` does not find.

    :param names: the segment's codes, so that the result can name what was lost
    :returns: what is wrong, or an empty string
    """
    fault = compare(source, target, names)
    if fault or source == target:
        return fault
    return "; ".join(
        f"{_named(number, names)} lost its words" for number in emptied(source, target)
    )


def compare(source: str, target: str, names: Sequence[Code] = ()) -> str:
    """Compare the codes of *target* with its *source*'s, without looking into them.

    Each code of the source must stand in the target exactly once, of the same shape
    and inside the same code; their order is free, since languages differ in it. A
    target that passes can be published without harm to the page.

    :param names: the segment's codes, so that the result can name what was lost
    :returns: what is wrong, or an empty string
    """
    if source == target:
        return ""
    try:
        have = structure(target)
    except MarkupError as exc:
        return str(exc)
    want = structure(source)
    if sorted(have) == sorted(want):
        return ""
    return _difference(want, have, names)


def emptied(source: str, target: str) -> list[int]:
    """Return the numbers of the paired codes that hold less to see than in *source*.

    A code that held words or figures, or a code without words, still holds one of these
    in the target. One that held marks alone still holds something that is seen. Blanks
    without a width, and what only joins or directs other characters, are nothing.

    :param source: coded text that nests
    :param target: coded text of the same codes
    """
    if "<g" not in source:
        return []
    had, has = _contents(source), _contents(target)
    return [number for number, rank in had.items() if has.get(number, 0) < rank]


def _contents(coded: str) -> dict[int, int]:
    """Return how much is seen in each paired code: 0 nothing, 1 marks, 2 words."""
    found: dict[int, int] = {}
    around: list[int] = []
    for piece in tokens(coded):
        if piece.type == "open":
            found[piece.id] = 0
            around.append(piece.id)
        elif piece.type == "close":
            if around:
                around.pop()
        elif around:
            rank = 2 if piece.type == "empty" else _rank(_meant(piece.coded))
            for number in around:
                found[number] = max(found[number], rank)
    return found


def _meant(coded: str) -> str:
    """Return a coded text as it is meant: with entities that were escaped twice."""
    text = unescape(coded)
    return html.unescape(text) if "&" in text else text


def _rank(text: str) -> int:
    """Return how much is seen of a plain *text*: 0 nothing, 1 marks, 2 words."""
    rank = 0
    for character in text:
        if character.isalnum() and character not in _FILLERS:
            return 2
        if rank == 0 and not (
            unicodedata.category(character) in _UNSEEN
            or character in _FILLERS
            or character == _EMPTY_PATTERN
        ):
            rank = 1
    return rank


def _named(number: int, names: Sequence[Code]) -> str:
    """Return what a code is called for people."""
    return next((str(code) for code in names if code.id == number), f"code {number}")


def explained(fault: str, source: str, codes: Sequence[Code] = ()) -> str:
    """Return a fault of :func:`verify` for who works on the text and sees no codes.

    Each code is called as the page of reviewers shows it, with the words that it is
    around: ``lost code 1 strong, around 'paint'``. It holds words of the book: it is
    for the person who works on them, not for a log.

    :param source: coded text
    :param codes: the segment's codes, where they are known
    """

    def named(match: re.Match[str]) -> str:
        number = int(match[1])
        names = [code.equiv or code.kind for code in codes if code.id == number]
        words = _around(number, source)
        return " ".join([match[0], *names]) + (f", around {words!r}" if words else "")

    return _CODE_NAMED.sub(named, fault)


def _around(number: int, source: str) -> str:
    """Return the beginning of the words in a paired code, as plain text."""
    words, depth = "", 0
    for piece in tokens(source):
        if depth and piece.type == "text":
            words += piece.coded
        elif piece.type == "open" and (depth or piece.id == number):
            depth += 1
        elif piece.type == "close" and depth:
            depth -= 1
    return beginning(words)


def beginning(coded: str) -> str:
    """Return the beginning of the words of a text, for a message."""
    words = collapse(plain(coded)).strip()
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"


def _difference(
    want: Sequence[tuple[int, bool, int]],
    have: Sequence[tuple[int, bool, int]],
    names: Sequence[Code],
) -> str:
    """Say in words how two lists of codes differ."""

    def show(number: int) -> str:
        return _named(number, names)

    wanted = Counter(code[0] for code in want)
    found = Counter(code[0] for code in have)
    faults = [f"lost {show(n)}" for n in (wanted - found).elements()]
    faults.extend(
        f"repeated {show(n)}" if n in wanted else f"foreign code {n}"
        for n in (found - wanted).elements()
    )
    if not faults:
        kept = dict.fromkeys(want)
        moved = [code[0] for code in have if code not in kept]
        faults = [f"moved {show(n)} into or out of another code" for n in moved]
    return "; ".join(faults)
