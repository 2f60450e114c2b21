"""Entities of HTML that a translation shows as text: escaped once too often.

Coded text has three escapes of its own, ``&amp;``, ``&lt;`` and ``&gt;``, which readers
see as the character. An engine that escapes them again makes ``&amp;amp;`` of them, and
readers see ``&amp;``. A book about HTML has such texts on purpose: in its source, too.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from amts_sphinx.core import inline_codes

#: An entity as readers see it. In coded text its ``&`` is escaped, once or more often.
_ENTITY: Final = re.compile(r"&((?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});)")
_ESCAPED: Final = re.compile(r"&amp;(?=(?:amp;)*[\w#]+;)")


def doubled(source: str, target: str) -> list[str]:
    """Return the entities that readers of *target* see, and those of *source* do not.

    Both are coded text.
    """
    if not _ESCAPED.search(target):
        return []
    there = set(_ENTITY.findall(_seen(source)))
    return [
        f"&{name}"
        for name in dict.fromkeys(_ENTITY.findall(_seen(target)))
        if name not in there and _character(f"&{name}")
    ]


def resolve(source: str, target: str) -> str:
    """Return *target* with the entities of :func:`doubled` as the characters meant.

    Its codes stay as they are.
    """
    found = doubled(source, target)
    for entity in sorted(found, key=len, reverse=True):
        meant = inline_codes.escape(_character(entity))
        target = target.replace(inline_codes.escape(entity), meant)
    return target


def _seen(coded: str) -> str:
    return inline_codes.plain(coded)


def _character(entity: str) -> str:
    """Return what an entity stands for, or an empty string: it is none, or unseen."""
    text, before = entity, ""
    while text != before:
        before, text = text, html.unescape(text)
    known = text != entity and not any(
        unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co"}
        for character in text
    )
    return text if known and "\ufffd" not in text else ""
