"""Coded text as a list of parts, and parts as plain text with marks for the codes."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LETTER: Final = re.compile(r"[^\W\d_]")
_BLANKS: Final = re.compile(r"\s+")


class Part(NamedTuple):
    """A run of text, or a code."""

    kind: Literal["text", "open", "close", "empty"]
    #: Plain text; empty for a code.
    text: str = ""
    #: The code's number, also where it closes; 0 for text.
    number: int = 0

    @property
    def coded(self) -> str:
        """The part in coded text."""
        if self.kind == "text":
            return inline_codes.escape(self.text)
        if self.kind == "close":
            return "</g>"
        write = inline_codes.empty if self.kind == "empty" else inline_codes.opening
        return write(self.number)


class Style(NamedTuple):
    """How codes are spelt in plain text; ``{}`` is the number."""

    empty: str
    opening: str
    closing: str

    def spell(self, part: Part, number: int) -> str:
        """Return the mark of a code, with a number of its own."""
        spelling = {
            "empty": self.empty,
            "open": self.opening,
            "close": self.closing,
        }
        return spelling[part.kind].format(number)

    @property
    def signs(self) -> frozenset[str]:
        """The characters that a vocabulary must have for it."""
        return frozenset("".join(self)) - set("{}") | set("0123456789")


class Marked(NamedTuple):
    """Plain text with marks in it."""

    text: str
    #: Each mark with the code that it stands for, in order.
    marks: dict[str, Part]
    #: Where each part begins in the text, and where the last one ends.
    ends: tuple[int, ...]

    def of(self, number: int) -> str:
        """Return the first mark of the code *number*."""
        return next(m for m, part in self.marks.items() if part.number == number)

    def are_kept(self, said: str) -> bool:
        """Tell whether each mark stands in *said* exactly once."""
        found = self.find(said)
        return len(found) == len(self.marks) and len(set(found)) == len(found)

    def find(self, said: str) -> list[str]:
        """Return the marks in *said*, in order."""
        return self.pattern.findall(said) if self.marks else []

    @property
    def pattern(self) -> re.Pattern[str]:
        """A pattern that matches any of the marks; of several, the longest."""
        marks = sorted(self.marks, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, marks)) or r"(?!)")


def split(coded: str) -> list[Part]:
    """Return the parts of coded text."""
    parts: list[Part] = []
    around: list[int] = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            parts.append(Part("text", inline_codes.unescape(piece.coded)))
        elif piece.type == "open":
            around.append(piece.id)
            parts.append(Part("open", number=piece.id))
        elif piece.type == "close":
            parts.append(Part("close", number=around.pop()))
        else:
            parts.append(Part("empty", number=piece.id))
    return parts


def join(parts: Iterable[Part]) -> str:
    """Return parts as coded text."""
    return "".join(part.coded for part in parts)


def has_letters(text: str) -> bool:
    """Tell whether plain *text* holds a letter of any script."""
    return bool(_LETTER.search(text))


def has_words(parts: Iterable[Part]) -> bool:
    """Tell whether there is a letter in the text between the codes."""
    return any(part.kind == "text" and has_letters(part.text) for part in parts)


def words(parts: Iterable[Part]) -> list[str]:
    """Return what stands between blanks and holds a letter, codes left out."""
    text = " ".join(part.text for part in parts if part.kind == "text")
    return [word for word in text.split() if has_letters(word)]


def mark(parts: Sequence[Part], style: Style) -> Marked | None:
    """Return *parts* as plain text; ``None`` where the text looks like a mark.

    The codes are counted from 1: engines keep small numbers better.
    """
    codes = dict.fromkeys(p.number for p in parts if p.kind != "text")
    short = {number: place for place, number in enumerate(codes, 1)}
    spelt = [
        p.text if p.kind == "text" else style.spell(p, short[p.number]) for p in parts
    ]
    marks = {text: p for text, p in zip(spelt, parts, strict=True) if p.kind != "text"}
    texts = [p.text for p in parts if p.kind == "text"]
    if any(each in text for each in marks for text in texts):
        return None
    ends = (0, *accumulate(map(len, spelt)))
    return Marked("".join(spelt), marks, ends)


def unmark(said: str, marked: Marked) -> list[Part] | None:
    """Return what was said with codes again; ``None`` if one is lost or misplaced."""
    if not marked.are_kept(said):
        return None
    parts: list[Part] = []
    around: list[int] = []
    place = 0
    for match in marked.pattern.finditer(said):
        part = marked.marks[match[0]]
        if part.kind == "open":
            around.append(part.number)
        elif part.kind == "close" and (not around or around.pop() != part.number):
            return None
        if match.start() > place:
            parts.append(Part("text", said[place : match.start()]))
        parts.append(part)
        place = match.end()
    if place < len(said):
        parts.append(Part("text", said[place:]))
    return None if around else parts


def is_sound(source: Sequence[Part], target: Sequence[Part]) -> bool:
    """Tell whether *target* has all codes, and words where they held words."""
    if inline_codes.verify(join(source), join(target)):
        return False
    held, holds = (dict(inside(parts)) for parts in (source, target))
    return not any(
        bool(text.strip()) != bool(holds[number].strip())
        or (has_letters(text) and not _speaks(holds[number]))
        for number, text in held.items()
    )


def _speaks(text: str) -> bool:
    """Tell whether there is more than codes and marks in what a pair holds."""
    return any(sign.isalnum() for sign in text)


def inside(parts: Sequence[Part]) -> Iterator[tuple[int, str]]:
    """Yield the number of each pair with the plain text in it."""
    texts: dict[int, list[str]] = {}
    around: list[int] = []
    for part in parts:
        if part.kind == "open":
            around.append(part.number)
            texts[part.number] = []
        elif part.kind == "close":
            around.pop()
        else:
            # A code without words holds its place like a word.
            shown = part.text if part.kind == "text" else "\ufffc"
            for number in around:
                texts[number].append(shown)
    for number, found in texts.items():
        yield number, "".join(found)


def respace(source: Sequence[Part], target: Sequence[Part]) -> list[Part]:
    """Give *target* the blanks around codes that the *source* has.

    A blank that a pair holds at its edge is moved out of it. A code without words that
    stood by itself does not touch a word.
    """
    parts = _moved_out(target)
    alone = {
        part.number: (_blank_before(source, place), _blank_after(source, place))
        for place, part in enumerate(source)
        if part.kind == "empty"
    }
    spaced: list[Part] = []
    for place, part in enumerate(parts):
        before, after = alone.get(part.number, (False, False))
        if part.kind != "empty" or not (before and after):
            spaced.append(part)
            continue
        last = spaced[-1].text[-1:] if spaced and spaced[-1].kind == "text" else ""
        following = parts[place + 1].text[:1] if place + 1 < len(parts) else ""
        spaced += [Part("text", " ")] if last.isalnum() else []
        spaced.append(part)
        spaced += [Part("text", " ")] if following.isalnum() else []
    return spaced


def _blank_before(parts: Sequence[Part], place: int) -> bool:
    return place == 0 or parts[place - 1].text[-1:].isspace()


def _blank_after(parts: Sequence[Part], place: int) -> bool:
    return place + 1 == len(parts) or parts[place + 1].text[:1].isspace()


def _moved_out(parts: Sequence[Part]) -> list[Part]:
    """Move blanks at the edges of pairs out of them."""
    moved = list(parts)
    for place in range(1, len(moved)):
        before, here = moved[place - 1], moved[place]
        if before.kind == "open" and here.text[:1].isspace():
            kept = here.text.lstrip()
            moved[place] = Part("text", kept)
            moved[place - 1 : place - 1] = [Part("text", " ")]
            return _moved_out(_merged(moved))
        if here.kind == "close" and before.text[-1:].isspace():
            moved[place - 1] = Part("text", before.text.rstrip())
            moved[place + 1 : place + 1] = [Part("text", " ")]
            return _moved_out(_merged(moved))
    return moved


def _merged(parts: Iterable[Part]) -> list[Part]:
    """Join neighbouring texts, with single blanks, and drop empty ones."""
    merged: list[Part] = []
    for part in parts:
        if part.kind == "text" and merged and merged[-1].kind == "text":
            text = _BLANKS.sub(" ", merged.pop().text + part.text)
            merged.append(Part("text", text))
        elif part.kind != "text" or part.text:
            merged.append(part)
    return merged
