"""Inline codes of TMX: ``<bpt>``, ``<ept>``, ``<ph>`` and the others, and coded text.

Coded text becomes ``<bpt i="1" x="1" type="g"/>…<ept i="1"/>`` and
``<ph x="2" type="x"/>``; the native codes of other tools become codes, never words.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.formats import literal_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS: Final = re.compile(r"\d+")
#: The element with words inside, or without, by its name.
_SHAPES: Final = {"bpt": "g", "hi": "g", "ph": "x", "it": "x", "ut": "x"}


class _Native(NamedTuple):
    """A code as it stands in a file: the opening one, where there are two."""

    #: ``g`` around words, ``x`` for something without.
    shape: str
    #: What tells it from others: its ``x``, or else its native text, or nothing.
    mark: str
    #: Whether it has an ``x``, which is not to be matched by order then.
    explicit: bool
    #: The number that we gave it, digits as written; empty in other tools' files.
    ours: str


def fill(segment: etree._Element, coded: str) -> None:
    """Put *coded* into an empty ``<seg>``."""
    last: etree._Element | None = None
    around: list[str] = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            words = inline_codes.unescape(piece.coded)
            if last is None:
                segment.text = words
            else:
                last.tail = words
        elif piece.type == "close":
            last = etree.SubElement(segment, "ept", i=around.pop())
        else:
            number = _DIGITS.findall(piece.coded)[0]
            if piece.type == "open":
                around.append(number)
                last = etree.SubElement(segment, "bpt", i=number, x=number, type="g")
            else:
                last = etree.SubElement(segment, "ph", x=number, type="x")


def read_pair(
    source: etree._Element,
    target: etree._Element,
    literal: Literal["", "ours", "omegat"] = "",
) -> tuple[str, str]:
    """Return the coded texts of two ``<seg>``, their codes numbered alike.

    :param literal: whose codes the text of a segment without elements may hold: ours,
        as in a catalogue of ours that another tool made a TMX of; or OmegaT's, too
    :raises MarkupError: codes cross or are not closed, or an element is unknown
    """
    if literal and not len(source) and not len(target):
        texts = source.text or "", target.text or ""
        found = literal_codes.ours(*texts, escapes=literal == "omegat")
        if not found and literal == "omegat":
            found = literal_codes.foreign(*texts, literal_codes.OMEGAT)
        if found:
            return found
    here, there = list(_pieces(source, [])), list(_pieces(target, []))
    from_ = [piece for piece in here if isinstance(piece, _Native)]
    to = [piece for piece in there if isinstance(piece, _Native)]
    if all(code.ours for code in (*from_, *to)):
        return (
            _join(here, [code.ours for code in from_]),
            _join(there, [code.ours for code in to]),
        )
    numbers = [str(number) for number in range(1, len(from_) + 1)]
    return _join(here, numbers), _join(there, _match(from_, to))


def _join(pieces: list[str | _Native], numbers: list[str]) -> str:
    """Put the numbers, one for each code, into the text."""
    rest = iter(numbers)
    return "".join(
        piece if isinstance(piece, str) else _open(piece.shape, next(rest))
        for piece in pieces
    )


def _open(shape: str, number: str) -> str:
    return f'<g id="{number}">' if shape == "g" else f'<x id="{number}"/>'


def _match(source: list[_Native], target: list[_Native]) -> list[str]:
    """Return for each code of *target* the number of its twin in *source*, from 1.

    Twins have the same mark; of those without, and of those whose mark the source
    lacks, the first of the same shape that is left. A code without a twin gets a number
    that the source lacks.
    """
    marked: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for number, code in enumerate(source, 1):
        marked[code.shape, code.mark].append(number)
    found: dict[int, int] = {}
    for place, code in enumerate(target):
        if code.mark and (twins := marked[code.shape, code.mark]):
            found[place] = twins.popleft()
    taken = set(found.values())
    free: dict[str, deque[int]] = defaultdict(deque)
    for number, code in enumerate(source, 1):
        if number not in taken:
            free[code.shape].append(number)
    for place, code in enumerate(target):
        if place not in found and not code.explicit and free[code.shape]:
            found[place] = free[code.shape].popleft()
    beyond = len(source) + 1
    return [str(found.get(place, beyond + place)) for place in range(len(target))]


def _pieces(element: etree._Element, around: list[str]) -> Iterator[str | _Native]:
    """Yield text (coded already, closing codes included) and opening codes in order.

    :param around: the codes that are open: the ``i`` of a ``<bpt>``, or ``hi``
    """
    depth = len(around)
    yield inline_codes.escape(element.text or "")
    for child in element:
        if not isinstance(child.tag, str):
            raise MarkupError(f"{child!s} is not text")
        name = etree.QName(child).localname
        if name in _SHAPES:
            yield _native(name, child)
        elif name != "ept":
            raise MarkupError(f"<{name}> inside <seg>")
        if name == "bpt":
            around.append(f"i {child.get('i', '')}")
        elif name == "hi":
            yield from _pieces(child, [*around, "hi"])
            yield "</g>"
        elif name == "ept":
            _close(around, child.get("i", ""))
            yield "</g>"
        yield inline_codes.escape(child.tail or "")
    if len(around) != depth:
        raise MarkupError("<bpt> is not closed where it was opened")


def _close(around: list[str], name: str) -> None:
    if not around or around.pop() != f"i {name}":
        raise MarkupError(f'<ept i="{name}"> does not close the innermost code')


def _native(name: str, element: etree._Element) -> _Native:
    shape = _SHAPES[name]
    named = element.get("x", "")
    # The text of <hi> is words, and so says nothing about the code.
    text = "" if name == "hi" else "".join(map(str, element.itertext()))
    ours = named if element.get("type") == shape and _DIGITS.fullmatch(named) else ""
    return _Native(shape, f"x {named}" if named else text, bool(named), ours)
