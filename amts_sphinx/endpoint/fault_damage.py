"""Damaged translations, of kinds that users of the service have reported.

The sources are issues of other projects: codes lost and moved, the service's own
identifiers in place of what was not to be translated, blanks around tags.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import markup
from amts_sphinx.endpoint.fault_plan import ON_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    from amts_sphinx.endpoint.fault_plan import Fault

#: Opening or closing tag of an element that is no block, roughly.
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|code|em|i|kbd|samp|span|strong|sub|sup|u|var)\b[^<>]*>"
)
#: The same with the blanks around it; at least one.
_APART: Final = re.compile(
    rf"(?=\s|{_INLINE_TAG.pattern}\s)\s*({_INLINE_TAG.pattern})\s*"
)
_OVERSIZE: Final = 21_000_000
_NOT_UTF8: Final = b"\xff\xfe\x80"


def damage_text(text: str, fault: Fault, *, whole: bool) -> str:
    """Return a translated text with a damage.

    :param fault: of a kind in :data:`amts_sphinx.endpoint.fault_plan.ON_TEXTS`; with
        ``all`` it damages all places, not only the first that it can
    :param whole: the text is an HTML document, not a piece of one
    """
    first = None if fault.details.get("all") else 1
    if fault.kind == "empty-text":
        return ""
    if fault.kind == "blanks":
        return _INLINE_TAG.sub(r" \g<0> ", text, count=first or 0)
    if fault.kind == "codes-glued":
        return _APART.sub(r"\g<1>", text, count=first or 0)
    page = markup.Page(text, whole=whole)
    if fault.kind.startswith("segments-"):
        for run in page.runs()[:first]:
            lost = fault.kind == "segments-lost"
            run.apply("" if lost else f"{run.coded} {_without_codes(run.coded)}")
        return page.render()
    if fault.kind == "dnt-leak":
        elements = page.untranslated()
    elif fault.kind.startswith("codes-"):
        elements = page.inline()
    else:
        elements = page.blocks()
    for number, element in enumerate(elements[:first]):
        _ELEMENTS[fault.kind](element, number)
    return page.render()


def damage_document(text: str, fault: Fault | None, *, html: bool) -> bytes:
    """Return a translated document as it is written, damaged if a fault says so."""
    if fault is None:
        return text.encode()
    if fault.kind in ON_TEXTS:
        return damage_text(text, fault, whole=html).encode()
    data = text.encode()
    if fault.kind == "oversized":
        size = int(fault.details.get("bytes", _OVERSIZE))
        return data + b" " * max(0, size - len(data))
    middle = len(data) // 2
    if fault.kind == "not-utf8":
        return data[:middle] + _NOT_UTF8 + data[middle:]
    return data[:middle] if fault.kind == "truncated-html" else data


def _without_codes(coded: str) -> str:
    return inline_codes.escape(inline_codes.plain(coded))


def _text_before(element: etree._Element, text: str) -> None:
    """Add text right before an element."""
    former = element.getprevious()
    parent = element.getparent()
    if former is not None:
        former.tail = (former.tail or "") + text
    elif parent is not None:
        parent.text = (parent.text or "") + text


def _unwrap(element: etree._Element, _: int) -> None:
    """Leave an element's words, without its tags."""
    _text_before(element, "".join(map(str, element.itertext())))
    _remove(element, 0)


def _move(element: etree._Element, _: int) -> None:
    """Move an element to the end of its parent: out of the words that it had."""
    _text_before(element, element.text or "")
    element.text = None
    parent = element.getparent()
    if parent is not None:
        _text_before(element, element.tail or "")
        element.tail = None
        parent.append(element)


def _empty(element: etree._Element, _: int) -> None:
    """Move an element's words out of it, so that nothing is left inside."""
    _text_before(element, "".join(map(str, element.itertext())))
    element.text = None
    for child in list(element):
        element.remove(child)


def _double(element: etree._Element, _: int) -> None:
    """Repeat an element."""
    twin = deepcopy(element)
    element.tail = None
    element.addnext(twin)


def _leak(element: etree._Element, number: int) -> None:
    """Write the service's own identifier where something was not to be translated."""
    _text_before(element, f"DNT_GEBK{number}")
    _remove(element, 0)


def _remove(element: etree._Element, _: int) -> None:
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
    "codes-dropped": _unwrap,
    "codes-moved": _move,
    "codes-doubled": _double,
    "codes-emptied": _empty,
    "dnt-leak": _leak,
    "blocks-lost": _remove,
    "blocks-doubled": _double,
    "blocks-swapped": _swap,
}
