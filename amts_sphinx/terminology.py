"""Terms: words of the book that must be translated in one way, wherever they stand.

A file of terms is a CSV, TSV or TMX file as Amazon Translate takes it for custom
terminology: its first row names the languages, the source's first.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from amts_sphinx import codes, interchange
from amts_sphinx.errors import InterchangeError
from amts_sphinx.languages import name_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from amts_sphinx.units import LanguagePair

#: What Amazon Translate takes as a term, in bytes of UTF-8.
LONGEST: Final = 200


class Terminology:
    """The terms of one direction."""

    def __init__(self, pair: LanguagePair, terms: Mapping[str, str]) -> None:
        """:param terms: the target's name of each of the source's, plain text"""
        self.pair = pair
        self.terms = dict(sorted(terms.items()))

    @cached_property
    def digest(self) -> str:
        """A hash of all terms; empty when there are none."""
        if not self.terms:
            return ""
        said = "\0".join(f"{source}\1{target}" for source, target in self.terms.items())
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def find(self, coded: str) -> dict[str, str]:
        """Return the terms in a coded source, outside of its codes, with their targets.

        The longest wins where terms overlap. Capitals make no difference, unless the
        term has some after its first letter, as NumPy has.
        """
        found: dict[str, str] = {}
        if self.terms:
            for piece in codes.tokens(coded):
                if piece.type == "text":
                    for match in self._pattern.finditer(codes.unescape(piece.coded)):
                        source = self._by_form.get(match[0]) or self._by_form.get(
                            match[0].lower()
                        )
                        if source is not None:
                            found[source] = self.terms[source]
        return found

    @cached_property
    def _by_form(self) -> dict[str, str]:
        """Each term by the form in which it is looked up."""
        return {form(source): source for source in self.terms}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.terms, key=lambda term: (-len(term), term))
        either = "|".join(map(re.escape, longest_first))
        spaced = name_language(self.pair.source).spaced
        edges = (r"(?<!\w)", r"(?!\w)") if spaced else ("", "")
        return re.compile(f"{edges[0]}(?:{either}){edges[1]}", re.IGNORECASE)


def form(source: str) -> str:
    """Return a term as it is compared: in small letters, but for inner capitals."""
    return source if source[1:] != source[1:].lower() else source.lower()


def read(paths: Iterable[Path], pair: LanguagePair) -> Terminology:
    """Read the terms of *pair* from files.

    :raises InterchangeError: a file cannot be read, a term is blank, has markup or is
        longer than :data:`LONGEST`, or stands there with two translations
    """
    terms: dict[str, str] = {}
    where: dict[str, Path] = {}
    for path in paths:
        for source, target in _terms(path, pair):
            if terms.setdefault(source, target) != target:
                msg = (
                    f"{path}: the term {source!r} is {target!r} here, but"
                    f" {terms[source]!r} in {where[source]}"
                )
                raise InterchangeError(msg)
            where.setdefault(source, path)
    return Terminology(pair, terms)


def _terms(path: Path, pair: LanguagePair) -> Iterator[tuple[str, str]]:
    for unit in interchange.read(path, pair):
        if unit.pair != pair:
            continue
        for text in (unit.source, unit.target):
            if codes.ids(text):
                msg = f"{path}: the term {codes.plain(text)!r} has markup"
                raise InterchangeError(msg)
            if len(codes.plain(text).encode()) > LONGEST:
                start = codes.plain(text)[:40]
                msg = f"{path}: the term {start!r}… has more than {LONGEST} bytes"
                raise InterchangeError(msg)
        yield codes.plain(unit.source).strip(), codes.plain(unit.target).strip()
