"""Where the words of a pair of codes came to stand in a translation."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A word, or a sign, or a character of a script without blanks.
_WORD: Final = re.compile(
    r"[぀-ヿ㐀-鿿豈-﫿]|(?:(?![぀-ヿ㐀-鿿豈-﫿])[\w\-'’/.])*"
    r"(?![぀-ヿ㐀-鿿豈-﫿])\w|[^\w\s]"
)
#: How like its words a place must be, 0–100, before what its distance takes off.
_LEAST: Final = 75
#: What is taken off where a place is at the other end of the sentence.
_DISTANCE: Final = 30
#: Words that a place may have more than what is looked for.
_LONGER: Final = 2
#: A place this good is taken without asking the engine again.
SURE: Final = 85


class Place(NamedTuple):
    """A run of whole words in a text."""

    #: 0–100; what is far from where it should be has less.
    worth: float
    start: int
    end: int


def units(text: str, marks: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Return where each word of *text* starts and ends; a mark is one word."""
    spelt = sorted(marks, key=len, reverse=True)
    pattern = "|".join([*map(re.escape, spelt), _WORD.pattern])
    return [match.span() for match in re.finditer(pattern, text)]


def search(
    words: str, text: str, spans: Sequence[tuple[int, int]], where: float
) -> list[Place]:
    """Return the places in *text* that are like *words*.

    :param spans: those of :func:`units`
    :param where: where they are expected, 0–1
    """
    wanted = words.strip(" .,;:").lower()
    if not wanted:
        return []
    longest = len(units(wanted)) + _LONGER
    room = max(4, len(wanted) / 2)
    found = []
    lower = text.lower()
    if len(lower) != len(text):  # a few letters change their length
        lower = text
    for first, (start, _) in enumerate(spans):
        for _, end in spans[first : first + longest]:
            if end - start > len(wanted) + room:
                break
            if end - start < len(wanted) - room:
                continue
            likeness = fuzz.ratio(wanted, lower[start:end], score_cutoff=_LEAST)
            if likeness:
                away = abs((start + end) / 2 / len(text) - where)
                found.append(Place(likeness - _DISTANCE * away, start, end))
    return found


def given_way(
    said: str, other: str, mark: str, marks: Iterable[str] = ()
) -> tuple[int, int] | None:
    """Return the words of *said* in whose place *other* has the *mark*.

    :param other: the translation of the same source with the mark for some words
    :returns: start and end in *said*; ``None`` where they cannot be told apart
    """
    if other.count(mark) != 1:
        return None
    known = [mark, *marks]
    here, there = (units(text, known) for text in (said, other))
    ours = [said[start:end].lower() for start, end in here]
    theirs = [other[start:end].lower() for start, end in there]
    at = theirs.index(mark.lower()) if mark.lower() in theirs else -1
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "replace" and first <= at < last <= first + 2:
            return here[start][0], here[end - 1][1]
    return None
