"""Inline codes of XLIFF 1.2 and 2.x, and coded text."""

from __future__ import annotations

import re
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.formats import literal_codes
from amts_sphinx.formats.validity import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Code

_NO_CODES: Final[Mapping[int, Code]] = MappingProxyType({})
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

#: What a person deleted while Trados kept track of changes.
_DELETED: Final = "x-sdl-deleted"

#: A code by its family and its id.
_Key = tuple[str, str]


def read_pair(
    source: Sequence[etree._Element],
    target: Sequence[etree._Element],
    signs: re.Pattern[str] | None = None,
) -> tuple[str, str]:
    """Return the coded texts of two runs of elements, their codes numbered alike.

    White space is made plain where the file does not ask to preserve it.

    :param signs: of codes that the file's tool writes as text; see
        :func:`literal_codes.foreign`
    :raises MarkupError: an element is unknown, has no id or one that is taken, or
        codes cross
    """
    if signs:
        here, there = (
            " ".join("".join(map(str, each.itertext())) for each in elements)
            for elements in (source, target)
        )
        if found := literal_codes.foreign(here, there, signs):
            return found
    numbers: dict[_Key, int] = {}
    here = _coded(source, numbers)
    if len(inline_codes.ids(here)) > len(numbers):
        raise MarkupError("two codes of the source have the same id")
    return here, _coded(target, numbers)


def fill(
    element: etree._Element, coded: str, codes: Mapping[int, Code] = _NO_CODES
) -> None:
    """Put *coded* into an empty element without a namespace, in the form of 1.2.

    :param codes: what stands behind the numbers, for tools to show
    """
    _fill(element, coded, {"open": "g", "empty": "x"}, partial(_old_hints, codes))


def fill_2(
    element: etree._Element, coded: str, codes: Mapping[int, Code] = _NO_CODES
) -> None:
    """Put *coded* into an empty element without a namespace, in the form of 2.x.

    :param codes: as for :func:`fill`
    """
    _fill(element, coded, {"open": "pc", "empty": "ph"}, partial(_new_hints, codes))


def _old_hints(codes: Mapping[int, Code], number: int) -> dict[str, str]:
    code = codes.get(number)
    if code is None:
        return {}
    found = {"ctype": f"x-{_BLANKS.sub('-', code.kind)}" if code.kind else ""}
    found["equiv-text"] = clean(code.equiv)
    return {name: text for name, text in found.items() if text}


def _new_hints(codes: Mapping[int, Code], number: int) -> dict[str, str]:
    code = codes.get(number)
    if code is None:
        return {}
    shown = clean(f"{code.kind} {code.equiv}".strip())
    return {"dispStart" if code.paired else "disp": shown} if shown else {}


def _fill(
    element: etree._Element,
    coded: str,
    names: Mapping[str, str],
    hints: Callable[[int], dict[str, str]],
) -> None:
    """Put *coded* into an element.

    :param names: of the elements of codes with and without words
    """
    around = [element]
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            _append(around[-1], inline_codes.unescape(piece.coded))
        elif piece.type == "close":
            around.pop()
        else:
            child = etree.SubElement(
                around[-1], names[piece.type], {"id": str(piece.id), **hints(piece.id)}
            )
            if piece.type == "open":
                around.append(child)


def _append(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = text
    else:
        element.text = text


def _coded(elements: Sequence[etree._Element], numbers: dict[_Key, int]) -> str:
    """Return the content of elements as coded text.

    :param numbers: the number of each code; new ones are added to it
    """
    around: list[_Key] = []
    coded = "".join(
        piece for each in elements for piece in _pieces(each, around, numbers)
    )
    if around:
        raise MarkupError(f"the code {around[-1][1]!r} is not closed")
    if all(map(_preserves, elements)):
        return coded
    return _BLANKS.sub(" ", coded).strip(" ")


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
    yield inline_codes.escape(element.text or "")
    for child in element:
        name = etree.QName(child).localname
        what, family = _ELEMENTS.get(name, ("", ""))
        if not what or child.find(".//{*}sub") is not None:
            raise MarkupError(f"<{name if not what else 'sub'}> cannot be kept")
        key = family, _id(child, what)
        if what == "around":
            depth = len(around)
            yield inline_codes.opening(_number(key, numbers))
            yield from _pieces(child, around, numbers)
            if len(around) != depth:
                raise MarkupError(f"the code {key[1]!r} crosses another")
            yield "</g>"
        elif what == "open":
            around.append(key)
            yield inline_codes.opening(_number(key, numbers))
        elif what == "close":
            if not around or around.pop() != key:
                raise MarkupError(
                    f"the code {key[1]!r} crosses another, or was not opened"
                )
            yield "</g>"
        elif what == "empty":
            yield inline_codes.empty(_number(key, numbers))
        elif child.get("mtype") != _DELETED:
            yield from _pieces(child, around, numbers)
        yield inline_codes.escape(child.tail or "")


def _id(element: etree._Element, what: str) -> str:
    """Return what both halves of a code, and both sides, know it by."""
    names = {"open": ("rid", "id"), "close": ("startRef", "rid", "id")}
    found = [element.get(name) for name in names.get(what, ("id",))]
    known = next(filter(None, found), "")
    if not known and what != "clear":
        raise MarkupError(f"<{etree.QName(element).localname}> has no id")
    return known


def _number(key: _Key, numbers: dict[_Key, int]) -> int:
    return numbers.setdefault(key, len(numbers) + 1)
