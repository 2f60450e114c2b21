"""Coded text ↔ the content of a TMX ``<seg>``, and what cannot be one.

Our own codes come back exactly. Those of other tools are numbered by their order in the
source, and a target's are found again by their native text, else by order. Codes that
cross, as in ``<bpt i="1"/><bpt i="2"/><ept i="1"/><ept i="2"/>``, are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from amts_sphinx import codes
from amts_sphinx.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.units import TranslationUnit

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
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
    for piece in codes.tokens(coded):
        if piece.type == "text":
            words = codes.unescape(piece.coded)
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


def read_pair(source: etree._Element, target: etree._Element) -> tuple[str, str]:
    """Return the coded texts of two ``<seg>``, their codes numbered alike.

    :raises MarkupError: codes cross or are not closed, or an element is unknown
    """
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

    A code without a twin gets a number that the source lacks.
    """
    free = dict(enumerate(source, 1))
    found: dict[int, int] = {}
    for by_mark in (True, False):
        for place, code in enumerate(target):
            if place in found or (code.explicit if not by_mark else not code.mark):
                continue
            for number, twin in free.items():
                if twin.shape == code.shape and (not by_mark or twin.mark == code.mark):
                    found[place] = number
                    del free[number]
                    break
    beyond = len(source) + 1
    return [str(found.get(place, beyond + place)) for place in range(len(target))]


def _pieces(element: etree._Element, around: list[str]) -> Iterator[str | _Native]:
    """Yield text (coded already, closing codes included) and opening codes in order.

    :param around: the codes that are open: the ``i`` of a ``<bpt>``, or ``hi``
    """
    depth = len(around)
    yield codes.escape(element.text or "")
    for child in element:
        if not isinstance(child.tag, str):
            msg = f"{child!s} is not text"
            raise MarkupError(msg)
        name = etree.QName(child).localname
        if name in _SHAPES:
            yield _native(name, child)
        elif name != "ept":
            msg = f"<{name}> inside <seg>"
            raise MarkupError(msg)
        if name == "bpt":
            around.append(f"i {child.get('i', '')}")
        elif name == "hi":
            yield from _pieces(child, [*around, "hi"])
            yield "</g>"
        elif name == "ept":
            _close(around, child.get("i", ""))
            yield "</g>"
        yield codes.escape(child.tail or "")
    if len(around) != depth:
        msg = "<bpt> is not closed where it was opened"
        raise MarkupError(msg)


def _close(around: list[str], name: str) -> None:
    if not around or around.pop() != f"i {name}":
        msg = f'<ept i="{name}"> does not close the innermost code'
        raise MarkupError(msg)


def _native(name: str, element: etree._Element) -> _Native:
    shape = _SHAPES[name]
    named = element.get("x", "")
    # The text of <hi> is words, and so says nothing about the code.
    text = "" if name == "hi" else "".join(map(str, element.itertext()))
    ours = named if element.get("type") == shape and _DIGITS.fullmatch(named) else ""
    return _Native(shape, f"x {named}" if named else text, bool(named), ours)


def fault(unit: TranslationUnit) -> str:
    """Say why a file cannot hold *unit*, or return an empty string."""
    texts = (unit.source, unit.target)
    if not all(map(codes.normalise, texts)):
        return "the source or the target is blank"
    for text in (*texts, unit.maker, unit.document, unit.replaced):
        if foreign := _NOT_XML.search(text):
            return f"XML has no way to write {foreign[0]!r}"
    try:
        codes.structure(unit.source)
        return codes.verify(*texts)
    except MarkupError as exc:
        return f"in the source, {exc}"
