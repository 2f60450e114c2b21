"""Codes that a tool wrote as if they were text: ours in PO, OmegaT's and Phrase's own.

They become codes only where the source is sound as a whole: its codes nest, and stand
in the order that we number them in. Otherwise they are text, as they say they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: ``<g0>words</g0>`` and ``<x1/>``: OmegaT numbers the codes of each segment.
OMEGAT: Final = re.compile(
    r"<(?P<open>[a-z]+\d+)>|</(?P<close>[a-z]+\d+)>|<(?P<empty>[a-z]+\d+)/>"
)
#: ``{1>words<1}`` and ``{2}``, in Phrase's MXLIFF.
PHRASE: Final = re.compile(r"\{(?P<open>\w+)>|<(?P<close>\w+)\}|\{(?P<empty>\d+)\}")
_OURS: Final = re.compile(r'<[gx] id="\d+"/?>')
_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt);")


def ours(source: str, target: str, *, escapes: bool = False) -> tuple[str, str] | None:
    """Return two plain texts as they are, if the source is coded text of ours.

    :param escapes: whether escapes alone, without codes, make it one
    :returns: ``None`` if the source is plain text
    :raises MarkupError: the source is coded text, and the target's codes differ
    """
    if not (_OURS.search(source) or (escapes and _ESCAPED.search(source))):
        return None
    try:
        inline_codes.structure(source)
    except MarkupError:
        return None
    ids = inline_codes.ids(source)
    if ids != list(range(1, len(ids) + 1)):
        return None
    if fault := inline_codes.compare(source, target):
        raise MarkupError(fault)
    return source, target


def foreign(source: str, target: str, signs: re.Pattern[str]) -> tuple[str, str] | None:
    """Return two plain texts as coded text, with the codes that *signs* finds.

    :param signs: with the groups ``open``, ``close`` and ``empty``, the code's name
    :returns: ``None`` if the source has no such codes, or they do not nest
    """
    if not signs.search(source):
        return None
    numbers: dict[str, int] = {}
    try:
        coded = "".join(_pieces(source, signs, numbers, grows=True))
        inline_codes.structure(coded)
    except MarkupError:
        return None
    if len(inline_codes.ids(coded)) > len(numbers):
        return None
    return coded, "".join(_pieces(target, signs, numbers, grows=False))


def _pieces(
    text: str, signs: re.Pattern[str], numbers: dict[str, int], *, grows: bool
) -> Iterator[str]:
    """Yield coded text; a sign that the source lacks is text.

    :raises MarkupError: a closing code is not that of the innermost one
    """
    around: list[str] = []
    end = 0
    for match in signs.finditer(text):
        name = match["open"] or match["close"] or match["empty"]
        if grows:
            numbers.setdefault(name, len(numbers) + 1)
        elif name not in numbers:
            continue
        yield inline_codes.escape(text[end : match.start()])
        end = match.end()
        if match["open"]:
            around.append(name)
            yield inline_codes.opening(numbers[name])
        elif match["empty"]:
            yield inline_codes.empty(numbers[name])
        else:
            if not around or around.pop() != name:
                raise MarkupError(f"the code {name!r} crosses another")
            yield "</g>"
    yield inline_codes.escape(text[end:])
