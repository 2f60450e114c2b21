"""Coded text ↔ the HTML that goes to the service.

One paragraph is one segment, with its key for an id. Words in a code stand in a
``<span>``, and what has no words in one with ``translate="no"``. What comes back is
untrusted: it is parsed without a network, and every element that was not sent becomes
the foreign code 0, so that no check of codes can miss it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree, html

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineReplyError
from amts_sphinx.engine.amazon import limits
from amts_sphinx.engine.aws.journal import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEAD: Final = b'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n'
#: Ends with a paragraph of its own, so that a document that was cut off is noticed.
_TAIL: Final = b'<p id="e"></p>\n</body></html>\n'
#: Either tells that a document is whole: a service might tidy one of them away.
_SIGNS: Final = (b'id="e"', b"</html>")
_END: Final = 200
#: Stands for what the service has put among our elements.
_FOREIGN: Final = inline_codes.empty(0)
_CODE_ID: Final = re.compile(r"c([1-9]\d{0,5})")
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)


def fits(source: str) -> bool:
    """Tell whether a document can hold *source*.

    It has no control character and no half of a pair, and is not as long as a book.
    """
    return len(source) <= limits.SEGMENT and not _CONTROL.search(source)


def fragment(source: str) -> str:
    """Return a coded text as HTML; plain text stays as it is, with its escapes."""
    parts = []
    for piece in inline_codes.tokens(inline_codes.collapse(source).strip()):
        if piece.type == "text":
            parts.append(piece.coded)
        elif piece.type == "open":
            parts.append(f'<span id="c{piece.id}">')
        elif piece.type == "close":
            parts.append("</span>")
        else:
            parts.append(
                f'<span id="c{piece.id}" translate="no">{name(piece.id)}</span>'
            )
    return "".join(parts)


def name(number: int) -> str:
    """Return what stands in a code without words: a name, which has no grammar."""
    return f"X{number}"


def paragraph(source: str) -> bytes:
    """Return a coded text as one segment of a document."""
    return f'<p id="s{key_of(source)}">{fragment(source)}</p>\n'.encode()


def document(paragraphs: Iterable[bytes]) -> bytes:
    """Return a document of segments."""
    return b"".join((_HEAD, *paragraphs, _TAIL))


def segments(data: bytes, doing: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and the coded texts of a document that came back.

    Of one that was cut off the last text is left out: its end may be missing.

    :raises EngineReplyError: it is not UTF-8, or no HTML
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise EngineReplyError(
            f"Amazon Translate: cannot {doing}: it is not UTF-8"
        ) from exc
    root = _parse(text, doing)
    paragraphs = [element for element in root.iter("p") if element.get("id")]
    if not is_whole(data):
        del paragraphs[-1:]
    for element in paragraphs:
        name = element.get("id", "")
        if name.startswith("s"):
            yield name[1:], _coded(element)


def is_whole(data: bytes) -> bool:
    """Tell whether a document that came back was not cut off."""
    return any(sign in data[-_END:] for sign in _SIGNS)


def coded(reply: str) -> str:
    """Return HTML that came back for one :func:`fragment` as coded text."""
    return _coded(_parse(f"<div>{reply}</div>", "read a translation"))


def _parse(text: str, doing: str) -> etree._Element:
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(_CONTROL.sub("\ufffd", text), parser=parser)
    except (etree.ParserError, ValueError) as exc:
        raise EngineReplyError(
            f"Amazon Translate: cannot {doing}: it is no HTML"
        ) from exc
    return root


def _coded(element: etree._Element) -> str:
    """Return the content of an element as coded text."""
    return inline_codes.collapse("".join(_inside(element))).strip()


def _inside(element: etree._Element) -> Iterator[str]:
    yield inline_codes.escape(element.text or "")
    for child in element:
        yield from _element(child)
        yield inline_codes.escape(child.tail or "")


def _element(element: etree._Element) -> Iterator[str]:
    """Yield one inline element as a code."""
    found = _CODE_ID.fullmatch(element.get("id", "")) if element.tag == "span" else None
    if element.tag in {"div", "p", "body", "html"}:
        yield from _inside(element)  # the parser's own, or around a whole segment
    elif not found:
        yield _FOREIGN
        yield from _inside(element)
    elif element.get("translate") == "no":
        number = int(found[1])
        kept = "".join(map(str, element.itertext())).strip() == name(number)
        yield inline_codes.empty(number) if kept else _FOREIGN
    else:
        yield inline_codes.opening(int(found[1]))
        yield from _inside(element)
        yield "</g>"
