"""Where the text that was read stands in its file, character by character."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from typing_extensions import Self

#: From where to where, as positions in the text of a file.
Span: TypeAlias = tuple[int, int]

#: What stands before the text of a block: signs of quotations and lists.
_CONTAINERS: Final = re.compile(r"(?:[ \t>]|[*+-](?=[ \t])|\d{1,9}[.)](?=[ \t]))*")
#: What may close a heading.
_CLOSING_SIGNS: Final = re.compile(r"(?:[ \t]+#+)?[ \t]*$")


class Words(str):
    """Words with the places of their characters: where each begins and ends."""

    __slots__ = ("ends", "starts")

    starts: Sequence[int]
    ends: Sequence[int]

    def __new__(cls, text: str, starts: Sequence[int], ends: Sequence[int]) -> Self:
        """Return *text*, whose characters stand at the positions given."""
        words = super().__new__(cls, text)
        words.starts, words.ends = starts, ends
        return words

    def part(self, start: int, end: int | None = None) -> Words:
        """Return some of the characters, with their places."""
        chosen = slice(start, end)
        return Words(str(self)[chosen], self.starts[chosen], self.ends[chosen])

    @classmethod
    def joined(cls, pieces: Sequence[Words]) -> Self:
        """Return the pieces as one."""
        return cls(
            "".join(pieces),
            [*chain.from_iterable(piece.starts for piece in pieces)],
            [*chain.from_iterable(piece.ends for piece in pieces)],
        )


class MarkSpans(NamedTuple):
    """Where a piece of markup stands, and the words in it."""

    outer: Span
    inner: Span


@dataclass(frozen=True, slots=True)
class TextSpans:
    """Where the text of a container stands in its file, and what is in it."""

    #: What a translation takes the place of.
    span: Span
    #: By the number of the code.
    marks: Mapping[int, MarkSpans]
    #: The positions of the characters of the words that are no blanks, in order.
    letters: Sequence[int]
    #: What of the span belongs to no text and must stay: comments, labels.
    others: Sequence[Span] = ()
    #: Whether it is the cell of a table.
    in_cell: bool = False
    #: The number of the part of the document, as of the cell of a notebook; from 0.
    part: int = 0


class _Cut:
    """A text without some of its stretches, and where each character stood."""

    def __init__(self, text: str, away: Iterable[Span]) -> None:
        pieces: list[str] = []
        #: Where each kept piece begins, in the new text and in the former one.
        self._new: list[int] = []
        self._old: list[int] = []
        last = size = 0
        for start, end in [*away, (len(text), len(text))]:
            if start > last or start == len(text):
                self._new.append(size)
                self._old.append(last)
                pieces.append(text[last:start])
                size += start - last
            last = max(last, end)
        self.text = "".join(pieces)

    def origin(self, place: int) -> int:
        number = bisect_right(self._new, place) - 1
        return self._old[number] + place - self._new[number]


@dataclass(slots=True)
class SourceText:
    """The text of a document, less what only tools read, with the places it had."""

    text: str
    #: Whose Markdown it is; empty: it has no marks of any dialect.
    dialect: str = ""
    #: What was left out, as spans of the file, in no order.
    left_out: list[Span] = field(default_factory=list)
    _cuts: list[_Cut] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)

    def cut(self, away: Iterable[Span]) -> None:
        """Leave out stretches of the text, which are in order and do not overlap."""
        away = list(away)
        if away:
            self.left_out += [
                (self.origin(start), self.origin(end - 1) + 1)
                for start, end in away
                if start < end
            ]
            cut = _Cut(self.text, away)
            self._cuts.append(cut)
            self.text = cut.text
            self._lines.clear()

    def origin(self, place: int) -> int:
        """Return where in the file a character of :attr:`text` stands."""
        for cut in reversed(self._cuts):
            place = cut.origin(place)
        return place

    @property
    def lines(self) -> list[str]:
        """The lines of :attr:`text`."""
        if not self._lines:
            self._lines = self.text.split("\n")
            self._starts = [0]
            for line in self._lines:
                self._starts.append(self._starts[-1] + len(line) + 1)
        return self._lines

    def line_start(self, number: int) -> int:
        """Return where in the file a line of :attr:`text` begins; from 0."""
        place = self._starts[number] if number < len(self.lines) else len(self.text)
        return self.origin(place - 1) + 1 if place else 0

    def of_block(self, content: str, first: int) -> list[int] | None:
        """Return where each character of a block's inline content stands, and its end.

        Each line of the content is the end of a line of the file.

        :param first: the number of the block's first line, from 0
        :returns: ``None`` where the content is not found
        """
        places: list[int] = []
        end = 0
        for number, part in enumerate(content.split("\n"), first):
            found = self._line_end(number, part)
            if found is None:
                return None
            if number > first:
                places.append(end)  # the line break
            places += found
            end = found[-1] + 1 if found else self._starts[number]
        places.append(end)
        return self._origins(places)

    def _line_end(self, number: int, part: str) -> list[int] | None:
        """Return the places of a line of a content."""
        if number >= len(self.lines):
            return None
        own, bare = self.lines[number].rstrip(), part.strip()
        if not own.endswith(bare):
            return None
        # Blanks before and after the words are not told apart: nothing is there.
        before = len(part) - len(part.lstrip()) if bare else 0
        base = self._starts[number] + len(own) - len(bare)
        last = self._starts[number] + len(self.lines[number])
        return [
            min(max(base - before + n, self._starts[number]), last)
            for n in range(len(part))
        ]

    def of_heading(self, content: str, first: int) -> list[int] | None:
        """Return the places of a heading of one line, as :meth:`of_block` does."""
        if first >= len(self.lines) or "\n" in content:
            return None
        own = self.lines[first].rstrip()
        for end in (len(own), _closed(own)):
            if own.endswith(content, 0, end):
                base = self._starts[first] + end - len(content)
                return self._origins(range(base, base + len(content) + 1))
        return None

    def of_cell(self, content: str, line: int, column: int) -> list[int] | None:
        """Return the places of a cell of a table, as :meth:`of_block` does."""
        if line >= len(self.lines):
            return None
        cells = list(_cells(self.lines[line]))
        if column >= len(cells):
            return None
        start, end = cells[column]
        own = self.lines[line]
        while end > start and own[end - 1].isspace():
            end -= 1
        places = [end]
        place = end
        # From behind, since the signs of a list may stand before the first cell.
        for char in reversed(content):
            place -= 1
            if place < start or own[place] != char:
                return None
            places.append(place)
            if char == "|" and own[place - 1 : place] == "\\":
                place -= 1
                places[-1] = place
        base = self._starts[line]
        return self._origins([base + each for each in reversed(places)])

    def _origins(self, places: Iterable[int]) -> list[int]:
        if not self._cuts:
            return list(places)
        return [self.origin(place) for place in places]


def _closed(heading: str) -> int:
    """Return where the text of a heading ends."""
    found = _CLOSING_SIGNS.search(heading)
    return found.start() if found else len(heading)


def _cells(row: str) -> Iterable[Span]:
    """Yield the stretches between the bars of a table's row."""
    head = _CONTAINERS.match(row)
    start = head.end() if head else 0
    if row[start : start + 1] == "|":
        start += 1
    else:
        start = 0
    place = start
    while place < len(row):
        if row[place] == "\\":
            place += 2
            continue
        if row[place] == "|":
            yield start, place
            start = place + 1
        place += 1
    yield start, len(row)
