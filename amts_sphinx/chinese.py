"""What a Chinese edition needs beyond its words: an index in pinyin order, a search."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from pypinyin import Style, lazy_pinyin
from sphinx import addnodes
from sphinx.search.zh import SearchChinese

from amts_sphinx.segments import index_parts

if TYPE_CHECKING:
    from docutils import nodes

_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def sort_index(doctree: nodes.document, tag: str) -> None:
    """Give the index entries of a Chinese doctree the letters they are grouped by.

    Sphinx would make a group of every first character. A pair or triple has one key for
    all the places it is listed at, so it becomes the single entries it stands for.
    """
    if tag.partition("-")[0] != "zh":
        return
    for node in doctree.findall(addnodes.index):
        node["entries"] = [
            (kind, text, target, main, key or _initial(text))
            for entry in node["entries"]
            for kind, text, target, main, key in _singles(entry)
        ]


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
    letters: list[str] = lazy_pinyin(text[0], style=Style.FIRST_LETTER)
    return letters[0].upper() if letters and letters[0].isalpha() else None


class _Set(set[str]):
    """A set with the one method of a list that Sphinx calls on it."""

    def extend(self, words: Any) -> None:
        self.update(words)


def mend_search() -> None:
    """Keep Sphinx 7.4 and older from searching a list for every word of the book.

    ``SearchChinese.latin_terms`` was a list there, which made indexing quadratic. And
    keep jieba from telling on standard error that it loads its dictionary.
    """
    logging.getLogger("jieba").setLevel(logging.WARNING)
    if isinstance(getattr(SearchChinese, "latin_terms", None), list):
        SearchChinese.latin_terms = _Set()
