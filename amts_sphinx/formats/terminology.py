"""Terms: words of the book that must be translated in one way, wherever they stand.

A file of terms is a table in CSV or TSV, as Amazon Translate takes it for custom
terminology: its first row names the languages, the source's first, and a field may be
empty. (Amazon's *directionality* is a word of the request, not of the file; a book has
one source, and so has its file.) TMX and the other formats of units will do too.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.languages import closest
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.formats import csv as tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


#: What Amazon Translate takes as a term, in bytes of UTF-8.
LONGEST: Final = 200
#: Thai, Lao, Burmese, Khmer, kana and ideographs: words without blanks between them.
_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3105-\u312f"
    r"\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
#: Signs within words that Python does not count among the letters.
_SIGNS: Final = (
    r"\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0963\u0971-\u0dff"
)
#: Where a term may begin and end: a word, a letter of those scripts, or a mark.
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|(?:[^\W{_UNSPACED}]|[{_SIGNS}])+|[^\w\s]")
_TABLES: Final = frozenset({".csv", ".tsv"})


class Term(NamedTuple):
    """A word or words, as plain text, and what must stand for them."""

    source: str
    target: str


@dataclass(frozen=True)
class Terminology:
    """The terms of one direction."""

    pair: LanguagePair
    #: The target of each source, both plain text.
    terms: Mapping[str, str]

    @cached_property
    def digest(self) -> str:
        """A hash of all terms, whatever their order; empty when there are none."""
        if not self.terms:
            return ""
        said = "\0".join(f"{source}\1{self.terms[source]}" for source in self._sources)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def find(self, coded: str) -> dict[str, str]:
        """Return the terms in a coded source with their targets, in order.

        They are whole words, outside of codes; in a script without blanks, any run of
        letters. White space and quotes are compared as in the memory's key. The longest
        wins where terms overlap. Capitals make no difference, unless the term has some
        after its first letter, as NumPy has; what is spelt alike comes before what is
        not.
        """
        found: dict[str, str] = {}
        if self.terms:
            for piece in inline_codes.tokens(coded):
                if piece.type == "text":
                    text = inline_codes.normalise(inline_codes.unescape(piece.coded))
                    for source in self._sources_in(text):
                        found[source] = self.terms[source]
        return found

    @property
    def _sources(self) -> list[str]:
        return sorted(self.terms)

    @cached_property
    def _index(self) -> dict[str, list[tuple[str, str]]]:
        """The terms, as compared and as given, by the first token of each."""
        index: dict[str, list[tuple[str, str]]] = {}
        for source in self._sources:
            spelt = inline_codes.normalise(source)
            if first := _TOKEN.match(spelt):
                index.setdefault(first[0].casefold(), []).append((spelt, source))
        return index

    def _sources_in(self, text: str) -> Iterator[str]:
        tokens = list(_TOKEN.finditer(text))
        ends = {token.end() for token in tokens}
        free = 0
        for token in tokens:
            start = token.start()
            known = self._index.get(token[0].casefold(), ()) if start >= free else ()
            fitting = [
                (-len(spelt), not text.startswith(spelt, start), source)
                for spelt, source in known
                if start + len(spelt) in ends and _fits(spelt, text, start)
            ]
            if fitting:
                length, _, source = min(fitting)
                free = start - length
                yield source


def _fits(spelt: str, text: str, start: int) -> bool:
    here = text[start : start + len(spelt)]
    alike = here.casefold() == spelt.casefold()
    return here == spelt or (alike and not keeps_case(spelt))


def keeps_case(term: str) -> bool:
    """Tell whether *term* stands only where it is spelt alike, as NumPy does."""
    return term[1:] != term[1:].lower()


def read(paths: Iterable[Path], pair: LanguagePair) -> Terminology:
    """Read the terms of *pair* from files.

    A file need not have the target language; it may be one for other editions.

    :raises InterchangeError: a file cannot be read or is in another source language, or
        a term has no source, has markup, is longer than :data:`LONGEST`, or has two
        translations; with file and, of a table, the line
    """
    terms: dict[str, str] = {}
    places: dict[str, str] = {}
    for path in paths:
        for place, term in _placed(Path(path), pair):
            if fault := _fault(term):
                raise InterchangeError(f"{place}: {fault}")
            if terms.setdefault(*term) != term.target:
                raise InterchangeError(
                    f"{place}: the term {term.source!r} is {term.target!r} here, but"
                    f" {terms[term.source]!r} in {places[term.source]}"
                )
            places.setdefault(term.source, place)
    return Terminology(pair, terms)


def _fault(term: Term) -> str:
    if not term.source:
        return f"there is no term for {term.target!r}"
    for text in term:
        if len(text.encode()) > LONGEST:
            return f"the term {text[:40]!r}… has more than {LONGEST} bytes"
    return ""


def _placed(path: Path, pair: LanguagePair) -> Iterator[tuple[str, Term]]:
    """Yield each term of a file with its place."""
    if path.suffix.lower() in _TABLES:
        yield from _tabled(path, pair)
        return
    # A catalogue would take the target that is asked for as its own.
    by_header = path.suffix.lower() == ".po"
    asked = LanguagePair(pair.source, "") if by_header else pair
    for unit in formats.read(path, asked):
        near = by_header and closest(pair.target, [unit.pair.target])
        if near or unit.pair == pair:
            yield str(path), _term(str(path), unit.source, unit.target, unit.place)


def _tabled(path: Path, pair: LanguagePair) -> Iterator[tuple[str, Term]]:
    for row in tables.pairs(path, pair):
        if row.languages.source != pair.source:
            raise InterchangeError(
                f"{path}:1: the first language is {row.languages.source}, but these are"
                f" terms of a book in {pair.source}"
            )
        where = f"{path}:{row.line}"
        if row.languages == pair and row.target:
            if row.said:
                place = row.said["place"]
                yield where, _term(where, row.source, row.target, place)
            else:
                yield where, Term(row.source.strip(), row.target.strip())


def _term(where: str, source: str, target: str, place: object) -> Term:
    """Return a term from coded texts.

    :raises InterchangeError: it has markup, or holds at one place only
    """
    plain = inline_codes.plain(source)
    if inline_codes.ids(source) or inline_codes.ids(target):
        raise InterchangeError(f"{where}: the term {plain!r} has markup")
    if place:
        raise InterchangeError(f"{where}: the term {plain!r} holds at one place only")
    return Term(plain.strip(), inline_codes.plain(target).strip())


def encode(terminology: Terminology, languages: Iterable[str] = ()) -> bytes:
    """Return the terms as the CSV file that Amazon Translate imports, sorted.

    :param languages: what the service calls the two languages; by default their tags
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(list(languages) or terminology.pair)
    writer.writerows(sorted(terminology.terms.items()))
    return text.getvalue().encode()
