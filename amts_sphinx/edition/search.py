"""The search of an edition: how readers of its language type, without our own words.

Notices and the like are not of the book: elements of the class ``no-search`` are not
indexed, and the lines that show a page among the results do not quote them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import _compat
from amts_sphinx.core.languages import find_language

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: The class of elements that the search leaves out.
NO_SEARCH: Final = "no-search"
#: Scripts without blanks between words, and Korean, which joins particles to its words.
_SCRIPTS: Final = frozenset(
    "Hans Hant Hani Jpan Kore Thai Laoo Khmr Mymr Tibt Lana Tale Talu Bopo".split()
)
#: For the page of results: what is shown of a page is without the words of ours.
_QUOTE: Final = """
document.addEventListener("DOMContentLoaded", function () {
  if (typeof Search === "undefined" || !Search.htmlToText) return;
  var quoted = Search.htmlToText;
  Search.htmlToText = function (source, anchor) {
    var page = new DOMParser().parseFromString(source, "text/html");
    page.querySelectorAll(".no-search").forEach(function (e) { e.remove(); });
    return quoted(page.documentElement.outerHTML, anchor);
  };
});
"""


def by_pairs(tag: str) -> bool:
    """Tell whether the search of an edition cuts its text into pairs.

    :param tag: the edition's language, BCP 47
    """
    return find_language(tag).script in _SCRIPTS


def register(app: Sphinx, tag: str) -> None:
    """Set up the search of an edition; ``html_search_language`` is the user's word.

    :param tag: the edition's language, BCP 47
    """
    if not _compat.is_given(app.config, "html_search_language"):
        if by_pairs(tag):
            from amts_sphinx.edition import pair_search  # it loads Sphinx's stemmers

            app.add_search_language(
                pair_search.named(app.config.language.partition("_")[0])
            )
    elif tag.partition("-")[0] == "zh":
        _compat.mend_chinese_search()
    _compat.remember_stems()
    _compat.skip_in_search(NO_SEARCH)
    app.connect("html-page-context", _quote)


def _quote(app: Sphinx, page: str, *_: Any) -> None:
    if page == "search":
        app.add_js_file(None, body=_QUOTE)
