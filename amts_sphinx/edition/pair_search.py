"""Terms for the search of scripts without blanks between words: pairs of characters.

Sphinx cuts such a text by a dictionary, or not at all, and the query not at all, so
that most words are not found. Here every pair of neighbouring characters is a term, and
every character, and the reader's browser cuts the query into the same pairs. That needs
no dictionary, and finds every text that a page holds. Words in other scripts are cut at
marks and blanks and lose their English endings, as in Sphinx's Chinese search.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import ClassVar, Final

from sphinx.search.en import SearchEnglish

#: Letters of scripts without blanks, and of Korean, which joins particles to its words:
#: Thai and Tibetan, Burmese, Hangul, Khmer, Tai, kana, Bopomofo, ideographs; no marks.
#: The first and the last of each range, as numbers, for Python and for JavaScript.
_RANGES: Final = (
    (0x0E00, 0x0F0C),
    (0x0F15, 0x0FFF),
    (0x1000, 0x1049),
    (0x104C, 0x109F),
    (0x1100, 0x11FF),
    (0x1780, 0x17D3),
    (0x17D7, 0x17D7),
    (0x17DC, 0x17FF),
    (0x1950, 0x19DF),
    (0x1A20, 0x1AAF),
    (0x3005, 0x3007),
    (0x3041, 0x30FA),
    (0x30FC, 0x30FF),
    (0x3105, 0x318F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAA60, 0xAA7F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x20000, 0x3FFFF),
)
_UNSPACED: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES)
_TERM: Final = re.compile(rf"([{_UNSPACED}]+)|([^\W{_UNSPACED}]+)")
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
#: The same cut in the reader's browser. ``var``, since Sphinx's script declares the
#: name so too, whichever is loaded first. It has neither ``<`` nor ``&`` nor quotes
#: that a template might escape.
_SPLIT_QUERY: Final = """
var splitQuery = function (query) {
  var terms = [], pieces = /([@]+)|((?:(?![@])[\\p{L}\\p{N}_])+)/gu;
  Array.from(query.normalize(`NFC`).matchAll(pieces)).forEach(function (found) {
    if (found[2]) return terms.push(found[2]);
    var letters = Array.from(found[1]);
    if (letters.length === 1) return terms.push(found[1]);
    letters.slice(1).forEach(function (letter, place) {
      terms.push(letters[place] + letter);
    });
  });
  // A pair that the whole book lacks stands where two words meet. Without it both words
  // are found where they stand apart.
  var index = typeof Search === `undefined` ? null : Search._index;
  if (!index) return terms;
  var holds = function (words, term) {
    return Object.prototype.hasOwnProperty.call(words, term.toLowerCase());
  };
  var known = terms.filter(function (term) {
    var word = !/[@]/u.test(term);
    return word || holds(index.terms, term) || holds(index.titleterms, term);
  });
  return known.length ? known : terms;
};
""".replace(
    "@", "".join(f"\\u{{{first:x}}}-\\u{{{last:x}}}" for first, last in _RANGES)
)


class PairSearch(SearchEnglish):
    """Terms of one or two characters in scripts without blanks, words in others."""

    #: What Sphinx's stemmer of the other words is called in JavaScript.
    language_name = "English"
    js_splitter_code = _SPLIT_QUERY
    _stems: ClassVar[dict[str, str]] = {}

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names it so
        """Return the terms of a text."""
        return terms(input)

    def stem(self, word: str) -> str:
        """Return a term without its English ending; pairs have none."""
        stems = self._stems
        if word not in stems:
            pair = _IS_UNSPACED.match(word)
            stems[word] = word.lower() if pair else super().stem(word)
        return stems[word]

    def word_filter(self, word: str) -> bool:
        """Tell whether a term is indexed: a single character is, too."""
        return (
            bool(word)
            and not (word.isascii() and word.isdigit())
            and word not in self.stopwords
        )


def terms(text: str) -> list[str]:
    """Return what is indexed of a text.

    Of a run of characters of a script without blanks that is each of them, and each
    with the next one.
    """
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    found: list[str] = []
    for run, word in _TERM.findall(text):
        if word:
            found.append(word)
        else:
            found += run
            found += map("".join, pairwise(run))
    return found


@cache
def named(language: str) -> type[PairSearch]:
    """Return the class under the name that Sphinx looks it up by."""
    return type("PairSearch", (PairSearch,), {"lang": language})
