"""The search of a Chinese edition, which old versions of Sphinx index very slowly."""

from __future__ import annotations

import logging
from typing import Any


class _Set(set[str]):
    """A set with the one method of a list that Sphinx calls on it."""

    def extend(self, words: Any) -> None:
        self.update(words)


def mend(tag: str) -> None:
    """Keep Sphinx 7.4 and older from searching a list for every word of the book.

    ``SearchChinese.latin_terms`` was a list there, which made indexing quadratic. And
    keep jieba from telling on standard error that it loads its dictionary.
    """
    if tag.partition("-")[0] != "zh":
        return
    from sphinx.search.zh import SearchChinese  # noqa: PLC0415 - it loads jieba

    logging.getLogger("jieba").setLevel(logging.WARNING)
    if isinstance(getattr(SearchChinese, "latin_terms", None), list):
        SearchChinese.latin_terms = _Set()
