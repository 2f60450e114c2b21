"""The search of a Chinese edition, where Sphinx's own is slow or broken.

These are changes to Sphinx itself. They are made in the process of one edition only.
"""

from __future__ import annotations

import logging
from typing import Any, Final

#: Sphinx 9.0 and 9.1 end the script of the search with a class that it does not define,
#: so that a search never ends (sphinx-doc/sphinx#14229).
_UNDEFINED: Final = "window.Stemmer = ChineseStemmer;"
_DEFINED: Final = "window.Stemmer = EnglishStemmer;"


class _Set(set[str]):
    """A set with the one method of a list that Sphinx calls on it."""

    def extend(self, words: Any) -> None:
        self.update(words)


def mend(tag: str) -> None:
    """Make the search of a Chinese edition work, and its index fast to build."""
    if tag.partition("-")[0] != "zh":
        return
    from sphinx.search import IndexBuilder
    from sphinx.search.zh import SearchChinese

    # It tells on standard error that it loads its dictionary.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    # A list in Sphinx 7.4 and older, searched for every word of the book.
    if isinstance(getattr(SearchChinese, "latin_terms", None), list):
        SearchChinese.latin_terms = _Set()
    script = IndexBuilder.get_js_stemmer_code

    def defined(self: IndexBuilder) -> str:
        return script(self).replace(_UNDEFINED, _DEFINED)

    IndexBuilder.get_js_stemmer_code = defined  # type: ignore[method-assign]
