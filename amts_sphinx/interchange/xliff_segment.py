"""Coded text ↔ the content of an XLIFF ``<source>`` or ``<target>``.

An inline element is known by its id, which both sides share, and is numbered by its
order in the source, as the codes of a segment are. Some elements come as two, such as
``<bpt>`` and ``<ept>``; where such a code crosses another, the text is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx import codes
from amts_sphinx.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
#: Inline elements of 1.2 and of 2.x by name: what each stands for, and the family in
#: which its id is unique. In 2.x, ``<pc>`` may become ``<sc/>`` and ``<ec/>``.
_ELEMENTS: Final = {
    "g": ("around", "g"),
    "pc": ("around", "pc"),
    "bpt": ("open", "bpt"),
    "bx": ("open", "bpt"),
    "sc": ("open", "pc"),
    "ept": ("close", "bpt"),
    "ex": ("close", "bpt"),
    "ec": ("close", "pc"),
    "x": ("empty", "x"),
    "ph": ("empty", "x"),
    "it": ("empty", "x"),
    "mrk": ("clear", ""),
    "sm": ("clear", ""),
    "em": ("clear", ""),
}
_BLANKS: Final = re.compile(r"[ \t\r\n]+")

#: A code by its family and its id.
_Key = tuple[str, str]


def read_pair(source: etree._Element, target: etree._Element) -> tuple[str, str]:
    """Return the coded texts of two elements, their codes numbered alike.

    White space is made plain where the file does not ask to preserve it.

    :raises MarkupError: an element is unknown, has no id or one that is taken, or
        codes cross
    """
    numbers: dict[_Key, int] = {}
    here = _coded(source, numbers)
    if len(codes.ids(here)) > len(numbers):
        msg = "two codes of the source have the same id"
        raise MarkupError(msg)
    return here, _coded(target, numbers)


def fill(element: etree._Element, coded: str) -> None:
    """Put *coded* into an empty element without a namespace, in the form of 1.2."""
    around = [element]
    for piece in codes.tokens(coded):
        if piece.type == "text":
            _append(around[-1], codes.unescape(piece.coded))
        elif piece.type == "close":
            around.pop()
        else:
            name = "g" if piece.type == "open" else "x"
            child = etree.SubElement(around[-1], name, id=str(piece.id))
            if name == "g":
                around.append(child)


def _append(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = text
    else:
        element.text = text


def _coded(element: etree._Element, numbers: dict[_Key, int]) -> str:
    """Return the content of an element as coded text.

    :param numbers: the number of each code; new ones are added to it
    """
    around: list[_Key] = []
    coded = "".join(_pieces(element, around, numbers))
    if around:
        msg = f"the code {around[-1][1]!r} is not closed"
        raise MarkupError(msg)
    return coded if _preserves(element) else _BLANKS.sub(" ", coded).strip(" ")


def _preserves(element: etree._Element) -> bool:
    for place in (element, *element.iterancestors()):
        if said := place.get(SPACE):
            return said == "preserve"
    return False


def _pieces(
    element: etree._Element, around: list[_Key], numbers: dict[_Key, int]
) -> Iterator[str]:
    """Yield the coded text of an element's content, piece by piece.

    :param around: the codes that are open, but for those that are one element
    """
    yield codes.escape(element.text or "")
    for child in element:
        name = etree.QName(child).localname
        what, family = _ELEMENTS.get(name, ("", ""))
        if not what or child.find(".//{*}sub") is not None:
            msg = f"<{name if not what else 'sub'}> cannot be kept"
            raise MarkupError(msg)
        key = family, _id(child, what)
        if what == "around":
            depth = len(around)
            yield codes.opening(_number(key, numbers))
            yield from _pieces(child, around, numbers)
            if len(around) != depth:
                msg = f"the code {key[1]!r} crosses another"
                raise MarkupError(msg)
            yield "</g>"
        elif what == "open":
            around.append(key)
            yield codes.opening(_number(key, numbers))
        elif what == "close":
            if not around or around.pop() != key:
                msg = f"the code {key[1]!r} crosses another, or was not opened"
                raise MarkupError(msg)
            yield "</g>"
        elif what == "empty":
            yield codes.empty(_number(key, numbers))
        else:
            yield from _pieces(child, around, numbers)
        yield codes.escape(child.tail or "")


def _id(element: etree._Element, what: str) -> str:
    """Return what both halves of a code, and both sides, know it by."""
    names = {"open": ("rid", "id"), "close": ("startRef", "rid", "id")}
    found = [element.get(name) for name in names.get(what, ("id",))]
    known = next(filter(None, found), "")
    if not known and what != "clear":
        msg = f"<{etree.QName(element).localname}> has no id"
        raise MarkupError(msg)
    return known


def _number(key: _Key, numbers: dict[_Key, int]) -> int:
    return numbers.setdefault(key, len(numbers) + 1)
