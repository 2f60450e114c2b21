"""Place the codes of a changed source in a translation of the same words.

What stood in the former source too stays where the translator put it. A code that is
new goes around the same words, if the translation has them, or to the end of the text
that it stands at. Amid other words nothing tells its place: a formula would change what
the sentence says. Emphasis may go to the place that corresponds by length. A person
must look at the result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: A word, a character of a script without blanks, or a mark.
_PIECE: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    r"\uf900-\ufaff]+"
)


class _Span(NamedTuple):
    """A code, and where it begins and ends in the plain text."""

    start: int
    end: int
    number: int
    paired: bool


def place_again(
    former: str, target: str, source: str, by_length: Collection[int] = ()
) -> str | None:
    """Return *target*, a translation of *former*, with the codes of *source*.

    All are coded texts; *former* and *source* have the same words.

    :param by_length: the numbers of codes of *source* that go to the place that
        corresponds by length, if nothing else tells it
    :returns: ``None`` where it is not known where a new code belongs, or the codes
        cannot be placed so that they nest as in *source*
    """
    theirs, text = _spans(former)
    ours, _ = _spans(source)
    placed, words = _spans(target)
    twins = _twins(theirs, ours)
    spans = [
        span._replace(number=twins[span.number])
        for span in placed
        if span.number in twins
    ]
    found = {span.number: span for span in spans}
    around = {number: outer for number, _, outer in inline_codes.structure(source)}
    for span in ours:
        if span.number not in found:
            new = _place(span, text, words)
            if new is None and span.number in by_length:
                new = _by_length(span, text, words)
            if new is None:
                return None
            found[span.number] = _inside(new, found.get(around[span.number]), words)
    made = _join(words, [*found.values()], [span.number for span in ours])
    try:
        return None if inline_codes.compare(source, made) else made
    except MarkupError:
        return None


def _spans(coded: str) -> tuple[list[_Span], str]:
    """Return the codes of *coded* in order of appearance, and its plain text."""
    found: list[_Span] = []
    around: list[int] = []
    text = ""
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            text += inline_codes.unescape(piece.coded)
        elif piece.type == "close":
            if around:
                place = around.pop()
                found[place] = found[place]._replace(end=len(text))
        else:
            paired = piece.type == "open"
            if paired:
                around.append(len(found))
            found.append(_Span(len(text), len(text), piece.id, paired))
    return found, text


def _twins(former: Sequence[_Span], ours: Sequence[_Span]) -> dict[int, int]:
    """Return the number that each code of the former source has now.

    They are the same code when they stand around the same words, or at the same place.
    """
    free = list(ours)
    found: dict[int, int] = {}
    for span in former:
        for twin in free:
            if span[:2] == twin[:2] and span.paired == twin.paired:
                found[span.number] = twin.number
                free.remove(twin)
                break
    return found


def _place(span: _Span, source: str, target: str) -> _Span | None:
    """Return where a code of *source* stands in *target*, both plain texts.

    :returns: ``None`` where nothing tells
    """
    words = source[span.start : span.end]
    if words.strip() and target.count(words) == 1:
        start = target.index(words)
        return span._replace(start=start, end=start + len(words))
    if span.paired and (span.start, span.end) == (0, len(source)):
        return span._replace(start=0, end=len(target))
    if not span.paired and not _PIECE.search(source[: span.start]):
        return span._replace(start=0, end=0)
    if not span.paired and not _PIECE.search(source[span.start :]):
        # Before the mark that ends the sentence, if it stands so in the source.
        behind = bool(source[span.start :].strip())
        end = _end_of_words(target) if behind else len(target)
        return span._replace(start=end, end=end)
    return None


def _end_of_words(text: str) -> int:
    """Return the place behind the last word of a text."""
    return max((piece.end() for piece in _PIECE.finditer(text)), default=0)


def _by_length(span: _Span, source: str, target: str) -> _Span:
    """Return the place that corresponds to that of a code by length."""
    start = _corresponding(span.start, source, target)
    if not span.paired:
        return span._replace(start=start, end=start)
    return span._replace(
        start=start,
        end=max(start, _corresponding(span.end, source, target, after=True)),
    )


def _inside(span: _Span, outer: _Span | None, text: str) -> _Span:
    """Return *span* within the code around it; what holds words never gets none."""
    if outer is not None:
        start = min(max(span.start, outer.start), outer.end)
        span = span._replace(start=start, end=min(max(span.end, start), outer.end))
    if not span.paired or span.end > span.start:
        return span
    first, last = (outer.start, outer.end) if outer else (0, len(text))
    words = [m for m in _PIECE.finditer(text, first, last) if m.start() <= span.start]
    start, end = words[-1].span() if words else (first, last)
    return span._replace(start=start, end=end)


def _corresponding(place: int, source: str, target: str, *, after: bool = False) -> int:
    """Return the place in *target* with the same share of words before it.

    :param after: whether it is the end of a word
    """
    if place == len(source):
        return len(target)
    pieces = [*_PIECE.finditer(target)]
    before = [m for m in _PIECE.finditer(source) if m.end() <= place]
    total = len(_PIECE.findall(source))
    if not pieces or not total:
        return 0 if place == 0 else len(target)
    count = round(len(before) / total * len(pieces))
    if after:
        return pieces[max(0, count - 1)].end()
    return pieces[count].start() if count < len(pieces) else len(target)


def _join(text: str, spans: Sequence[_Span], order: Sequence[int]) -> str:
    """Put codes into a plain *text*.

    :param order: the codes' numbers as the source has them: outer ones first
    """
    rank = {number: place for place, number in enumerate(order)}
    events: list[tuple[int, int, int, str]] = []
    for span in spans:
        place = rank[span.number]
        if not span.paired:
            events.append((span.start, 1, place, inline_codes.empty(span.number)))
            continue
        # At one place: first what closes, the inner one first, then what opens.
        opens = 1 if span.end > span.start else 0
        events.append((span.start, opens, place, inline_codes.opening(span.number)))
        events.append((span.end, 0, -place, "</g>"))
    parts = []
    last = 0
    for place, _, _, code in sorted(events):
        parts += [inline_codes.escape(text[last:place]), code]
        last = place
    return "".join([*parts, inline_codes.escape(text[last:])])
