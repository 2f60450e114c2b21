"""A translation → the Markdown that stands in the place of its source.

The markup is the source's own, character by character; only words are new.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.writers.myst import Markup, compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.core.units import Code, Container
    from amts_sphinx.readers.spans import Span, TextSpans

#: A bar in a cell that is not escaped.
_BAR: Final = re.compile(r"(?<!\\)\|")
_BLANKS: Final = re.compile(r"[ \t]*[\r\n]+[ \t>]*")
#: d2lbook's marks around what slides show.
_OPENS: Final = {"[**": "**]", "(**": "**)"}
#: The content of a role that has a target of its own.
_TITLED: Final = re.compile(r"\s*<[^<>]+>`+")


class Target(NamedTuple):
    """What a text is replaced with."""

    #: All of it, coded.
    text: str
    #: The coded targets of the sentences of the source, in order; empty: it was
    #: translated as a whole.
    parts: tuple[str, ...] = ()


def render(
    page: str,
    container: Container,
    spans: TextSpans,
    target: Target,
    left_out: Sequence[Span] = (),
) -> str:
    """Return the Markdown of a translation.

    :param page: the text of the file that the source stands in
    :param left_out: what of the file only tools read, in order; marks of slides among
        it are kept, around the sentences that they were about
    :raises MarkupError: it cannot be written
    """
    known = {
        code.id: _markup(page, spans, code)
        for code in container.whole.codes
        if code.id in spans.marks
    }
    if len(known) < len(container.whole.codes):
        raise MarkupError("it is not known where all of its markup stands")
    inside = [page[slice(*s)] for s in spans.others]
    slides = _Slides(page, container, spans, left_out)
    text = slides.around(target, known) if slides else compose(target.text, known)
    if spans.in_cell:
        text = _BAR.sub(r"\\|", text)
    return " ".join([text, *map(_on_one_line, inside)])


def _markup(page: str, spans: TextSpans, code: Code) -> Markup:
    """Return how a code is written in the source."""
    (start, end), (first, last) = spans.marks[code.id]
    if not code.paired:
        whole = page[start:end]
        if code.kind == "raw" and code.equiv == "<br />" and not whole.startswith("<"):
            return Markup("\\" + whole.strip(" \t\\"), "")  # a hard break
        return Markup(_on_one_line(whole), "")
    before, after = page[start:first], page[last:end]
    if set(before) == {"_"}:
        # The sign _ is no sign between letters.
        return Markup("*" * len(before), "*" * len(after))
    if after in {"]", "][]"}:  # the words were the name of what it leads to
        after = f"][{_on_one_line(page[first:last])}]"
    elif code.kind == "std:term" and not _TITLED.fullmatch(after):
        ticks = "`" * (len(after) - len(after.rstrip("`")))
        after = f" <{_on_one_line(page[first:last])}>{ticks}"
    return Markup(_on_one_line(before), _on_one_line(after))


def _on_one_line(text: str) -> str:
    return _BLANKS.sub(" ", text)


class _Stretch(NamedTuple):
    """Sentences that slides show."""

    opens: str
    first: int
    last: int
    closes: str


class _Slides:
    """The marks of slides in one text."""

    def __init__(
        self,
        page: str,
        container: Container,
        spans: TextSpans,
        left_out: Sequence[Span],
    ) -> None:
        start, end = spans.span
        self._letters = spans.letters
        sizes = (_letters(segment.source) for segment in container.segments)
        #: The number of letters up to the end of each sentence.
        self._ends = list(accumulate(sizes))
        first = bisect_left(left_out, (start, start))
        self._marks: list[tuple[int, str]] = []
        for place, stop in left_out[first:]:
            if stop > end:
                break
            mark = page[place:stop].strip()
            former = self._marks[-1] if self._marks else (0, "")
            if former[1][1:3] == "~~" and former[1][-3:-1] != "~~":
                self._marks[-1] = former[0], f"{former[1]} {mark}"  # on several lines
            elif mark:
                self._marks.append((place, mark))

    def __bool__(self) -> bool:
        return bool(self._marks)

    def around(self, target: Target, known: dict[int, Markup]) -> str:
        """Return a text with the marks around its sentences."""
        parts = target.parts or (target.text,)
        before = [""] * len(parts)
        after = [""] * len(parts)
        for stretch in _merged(self._stretches(len(parts))):
            before[stretch.first] += stretch.opens
            after[stretch.last] += stretch.closes
        out, place = "", 0
        for number, part in enumerate(parts):
            bare = part.strip()
            found = target.text.find(bare, place)
            if found < 0:
                raise MarkupError("the sentences are not those of the whole text")
            out += target.text[place:found] + before[number]
            out += compose(bare, known) + after[number]
            place = found + len(bare)
        return out

    def _stretches(self, count: int) -> Iterator[_Stretch]:
        opened: tuple[str, int] | None = None
        for place, mark in self._marks:
            number = bisect_left(self._letters, place)
            if mark in _OPENS:
                opened = mark, self._sentence(number, count)
            elif mark in _OPENS.values():
                last = self._sentence(max(number - 1, 0), count)
                opens, first = opened or ("", last)
                yield _Stretch(opens, min(first, last), last, mark)
                opened = None
            else:  # what slides show alone
                here = self._sentence(number, count)
                yield _Stretch(mark, here, here, "")
        if opened:
            yield _Stretch(opened[0], opened[1], opened[1], "")

    def _sentence(self, letter: int, count: int) -> int:
        """Return the number of the sentence that has a letter."""
        if count != len(self._ends):
            return 0
        place = bisect_left(self._ends, letter + 1)
        return min(place, count - 1)


def _merged(stretches: Iterator[_Stretch]) -> list[_Stretch]:
    """Return stretches so that no two are about the same sentence."""
    found: list[_Stretch] = []
    for each in stretches:
        last = found[-1] if found else None
        shared = last and not _is_slides_own(last) and not _is_slides_own(each)
        if last and shared and each.first <= last.last:
            closes = last.closes if each.closes else ""
            stop = max(last.last, each.last)
            found[-1] = last._replace(last=stop, closes=closes)
        else:
            found.append(each)
    return found


def _is_slides_own(stretch: _Stretch) -> bool:
    """Tell whether it is a text that slides show alone."""
    return "~~" in stretch.opens


def _letters(coded: str) -> int:
    """Return the number of characters of the words that are no blanks."""
    return sum(not char.isspace() for char in inline_codes.plain(coded))
