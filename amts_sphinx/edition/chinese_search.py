"""The search of a Chinese edition, where Sphinx's own is slow or broken.

These are changes to Sphinx itself. They are made in the process of one edition only.
"""

from __future__ import annotations

import logging
from pathlib import Path
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
    from sphinx.search import IndexBuilder, zh
    from sphinx.search.zh import SearchChinese

    # It reports on standard error that it loads its dictionary.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    if hasattr(zh, "JIEBA_DEFAULT_DICT"):
        zh.jieba_load_userdict = load_dictionary  # type: ignore[attr-defined]
    # A list in Sphinx 7.4 and older, searched for every word of the book.
    if isinstance(getattr(SearchChinese, "latin_terms", None), list):
        SearchChinese.latin_terms = _Set()
    script = IndexBuilder.get_js_stemmer_code

    def defined(self: IndexBuilder) -> str:
        return script(self).replace(_UNDEFINED, _DEFINED)

    IndexBuilder.get_js_stemmer_code = defined  # type: ignore[method-assign]


def load_dictionary(path: str) -> None:
    """Load a dictionary into jieba, its own in a moment: jieba has its words already.

    Sphinx 8.2 and later load it once more, word by word, which takes longer than to
    write a small book. It only doubles the sum of all frequencies.
    """
    import jieba

    default = Path(jieba.__file__).with_name(jieba.DEFAULT_DICT_NAME)
    if Path(path) == default.resolve():
        jieba.initialize()
        jieba.dt.total *= 2
    else:
        with Path(path).open("rb") as file:  # jieba would leave it open
            jieba.load_userdict(file)
