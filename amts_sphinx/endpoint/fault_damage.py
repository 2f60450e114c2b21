"""What a translation can have suffered: each kind was met in practice.

The sources are issues of other projects: codes lost and moved, the service's own
identifiers in place of what was not to be translated, blanks round tags.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import markup

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

#: Opening or closing tag of an element that is no block, roughly.
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|code|em|i|kbd|samp|span|strong|sub|sup|u|var)\b[^<>]*>"
)
_OVERSIZE: Final = 21_000_000
_NOT_UTF8: Final = b"\xff\xfe\x80"


def spoil(text: str, kind: str, *, whole: bool, everywhere: bool) -> str:
    """Return a translated text with a damage.

    :param kind: one of :data:`amts_sphinx.endpoint.fault_plan.ON_TEXTS`
    :param whole: it is an HTML document, not a piece of one
    :param everywhere: do it wherever it can be done, not only where it first can
    """
    if kind == "empty-text":
        return ""
    if kind == "blanks":
        return _INLINE_TAG.sub(r" \g<0> ", text, count=0 if everywhere else 1)
    page = markup.Page(text, whole=whole)
    if kind.startswith("segments-"):
        return _spoil_runs(page, kind, everywhere=everywhere)
    if kind == "dnt-leak":
        found = page.untranslated()
    elif kind.startswith("codes-"):
        found = page.inline()
    else:
        found = page.blocks()
    for number, element in enumerate(found if everywhere else found[:1]):
        _ELEMENTS[kind](element, number)
    return page.render()


def spoil_bytes(data: bytes, kind: str, size: int | None) -> bytes:
    """Return a translated document with a damage.

    :param kind: ``oversized``, ``not-utf8`` or ``truncated-html``
    :param size: bytes of an oversized document
    """
    if kind == "oversized":
        return data + b" " * max(0, (size or _OVERSIZE) - len(data))
    if kind == "not-utf8":
        middle = len(data) // 2
        return data[:middle] + _NOT_UTF8 + data[middle:]
    return data[: len(data) // 2]


def _spoil_runs(page: markup.Page, kind: str, *, everywhere: bool) -> str:
    found = page.runs()
    for run in found if everywhere else found[:1]:
        run.apply("" if kind == "segments-lost" else f"{run.coded} {_bare(run.coded)}")
    return page.render()


def _bare(coded: str) -> str:
    return inline_codes.escape(inline_codes.plain(coded))


def _text_before(element: etree._Element, text: str) -> None:
    """Add text right before an element."""
    former = element.getprevious()
    parent = element.getparent()
    if former is not None:
        former.tail = (former.tail or "") + text
    elif parent is not None:
        parent.text = (parent.text or "") + text


def _drop(element: etree._Element, _: int) -> None:
    """Leave an element's words, without its tags."""
    _text_before(element, "".join(map(str, element.itertext())))
    _lose(element, 0)


def _move(element: etree._Element, _: int) -> None:
    """Move an element to the end of its parent: out of the words that it had."""
    _text_before(element, element.text or "")
    element.text = None
    parent = element.getparent()
    if parent is not None:
        _text_before(element, element.tail or "")
        element.tail = None
        parent.append(element)


def _double(element: etree._Element, _: int) -> None:
    """Say an element twice."""
    twin = deepcopy(element)
    element.tail = None
    element.addnext(twin)


def _leak(element: etree._Element, number: int) -> None:
    """Write the service's own identifier where something was not to be translated."""
    _text_before(element, f"DNT_GEBK{number}")
    _lose(element, 0)


def _lose(element: etree._Element, _: int) -> None:
    """Take an element out, with all that is in it."""
    _text_before(element, element.tail or "")
    element.tail = None
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _swap(element: etree._Element, _: int) -> None:
    """Put an element after the next one."""
    following = element.getnext()
    if following is not None:
        element.tail, following.tail = following.tail, element.tail
        following.addnext(element)


_ELEMENTS: Final[dict[str, Callable[[etree._Element, int], None]]] = {
    "codes-dropped": _drop,
    "codes-moved": _move,
    "codes-doubled": _double,
    "dnt-leak": _leak,
    "blocks-lost": _lose,
    "blocks-doubled": _double,
    "blocks-swapped": _swap,
}
