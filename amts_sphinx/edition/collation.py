"""The order of an edition's index and glossaries: that of its own language."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sphinx import addnodes

from amts_sphinx import _compat
from amts_sphinx.doctree.sites import index_parts

if TYPE_CHECKING:
    from docutils import nodes

_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def sort_glossaries(doctree: nodes.document, tag: str) -> None:
    """Sort the glossaries that the author wants sorted.

    Sphinx has sorted them by the terms of the source language.
    """
    for glossary in doctree.findall(addnodes.glossary):
        if glossary.get("sorted") and glossary.children:
            items = glossary.children[0]
            items.children = sorted(
                items.children, key=lambda item: _key(item.children[0].astext(), tag)
            )


def _key(term: str, tag: str) -> str:
    """Return what a term is sorted by: pinyin, or letters as Sphinx sorts them."""
    if is_chinese(tag):
        term = " ".join(_pinyin(term))
    return unicodedata.normalize("NFD", term.lower())


def sort_index(doctree: nodes.document, tag: str) -> None:
    """Give the index entries of a Chinese doctree the letters they are grouped by.

    Sphinx would make a group of every first character. A pair or triple has one key for
    all the places it is listed at, so it becomes the single entries it stands for.
    """
    if not is_chinese(tag):
        return
    for node in doctree.findall(addnodes.index):
        node["entries"] = [
            (kind, text, target, main, key or _initial(text))
            for entry in node["entries"]
            for kind, text, target, main, key in _singles(entry)
        ]


def mend(tag: str) -> None:
    """Have Sphinx put what is under one letter of a Chinese index in order, too.

    It sorts entries of the same key, and entries under an entry, by code points.
    """
    if is_chinese(tag):
        _compat.order_index(partial(_ordered, tag=tag))


def _ordered(entries: list[tuple[str, Any]], tag: str) -> list[tuple[str, Any]]:
    """Sort what one letter of the index lists: names, each with what is under it."""
    return sorted(
        (
            (name, (targets, sorted(under, key=lambda sub: _key(sub[0], tag)), key))
            for name, (targets, under, key) in entries
        ),
        key=lambda entry: _key(entry[0], tag),
    )


def is_chinese(tag: str) -> bool:
    """Tell whether *tag*, BCP 47, is Chinese in any script."""
    return tag.partition("-")[0] == "zh"


def _singles(entry: tuple[str, ...]) -> list[tuple[str, ...]]:
    kind, _, *rest = entry
    parts = index_parts(entry)
    if kind == "pair" and len(parts) == len("ab"):
        a, b = parts
        texts = [(a, b), (b, a)]
    elif kind == "triple" and len(parts) == len("abc"):
        a, b, c = parts
        texts = [(a, f"{b} {c}"), (b, f"{c}, {a}"), (c, f"{a} {b}")]
    else:
        return [entry]
    return [("single", f"{first}; {second}", *rest) for first, second in texts]


def _initial(text: str) -> str | None:
    """Return the first letter of the pinyin of *text*; none when it is not Chinese."""
    if not _HAN.match(text):
        return None
    letter = _pinyin(text[0])[0][:1].upper()
    return letter if letter.isalpha() else None


def _pinyin(text: str) -> list[str]:
    """Return the pinyin of each character, or what is not Chinese as it is."""
    # Its dictionary takes a seventh of a second, which only a Chinese edition needs.
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(text)
    return found
