"""Texts of which a message is only the end.

In the fields of a function the name of a parameter and its type stand before what the
docstring says of it: one text for readers, of which gettext knows the end alone.
"""

from __future__ import annotations

import re
from typing import Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError

#: What follows a head: Sphinx's brackets around a type, and its dash.
_SEAM: Final = re.compile(r"\s*[)\]）]*\s*(?:[-–—:：]+(?!\w))?\s*")


def cut(coded: str, head: int) -> tuple[str, str]:
    """Return the head of a coded text, and the rest, with codes from 1.

    :param head: how many codes are in the head, the first ones
    :raises MarkupError: something else stands there
    """
    numbers, end = set(range(1, head + 1)), 0
    waiting = set(numbers)
    for piece in inline_codes.tokens(coded):
        if not waiting:
            break
        if piece.type == "text":
            is_head = not inline_codes.has_words(piece.coded)
        else:
            is_head = piece.id in waiting and piece.type == "empty"
            waiting.discard(piece.id)
        if not is_head:
            raise MarkupError("the translation does not begin with the field's name")
        end += len(piece.coded)
    if head and (seam := _SEAM.match(coded, end)):
        end = seam.end()
    rest = coded[end:]
    there = inline_codes.ids(rest)
    if waiting or numbers.intersection(there):
        raise MarkupError("the translation does not begin with the field's name")
    return coded[:end], inline_codes.renumber(rest, {n: n - head for n in there})


def with_head(source: str, head: int, rest: str) -> str:
    """Return a rest with the head that *source* has, as Sphinx puts them together."""
    before, _ = cut(source, head)
    numbers = {number: number + head for number in inline_codes.ids(rest)}
    return before + inline_codes.renumber(rest, numbers)
