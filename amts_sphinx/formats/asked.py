"""The languages that a reader is asked for, and those that a file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core.languages import closest, find_language, is_open
from amts_sphinx.core.units import LanguagePair

if TYPE_CHECKING:
    from collections.abc import Iterable


class Asked:
    """The languages that are asked for: those of the book, or of the user."""

    def __init__(self, pair: LanguagePair | None) -> None:
        """Take a direction; either language may be empty: it is not asked for.

        :raises LanguageError: one is unknown
        """
        source, target = pair or ("", "")
        #: Tags; empty where none is asked for.
        self.source = "" if is_open(source) else find_language(source).tag
        self.target = "" if is_open(target) else find_language(target).tag

    def pair(self, source: str, target: str) -> LanguagePair:
        """Return a file's languages, by the names that they are asked for.

        A language that comes near one is that one; see :func:`closest`. One that the
        file leaves open is the one asked for; empty where none is.

        :raises LanguageError: the file names one that is unknown
        """
        return LanguagePair(
            self._named(source, self.source), self._named(target, self.target)
        )

    def name(self, source: str) -> str:
        """Return a source's tag, by the name that it is asked for."""
        return self._named(source, self.source)

    def _named(self, name: str, asked: str) -> str:
        if is_open(name):
            return asked
        tag = find_language(name).tag
        return asked if asked and closest(asked, [tag]) else tag

    def matches(self, pair: LanguagePair) -> bool:
        """Tell whether *pair* is what is asked for; anything is, if nothing is."""
        both = zip((self.source, self.target), pair, strict=True)
        return all(asked in {"", tag} for asked, tag in both)

    def missing(self, seen: Iterable[LanguagePair]) -> str:
        """Say that a file holds nothing that is asked for, and what it holds."""
        asked = f"{self.source or 'any language'} → {self.target or 'any language'}"
        known = ", ".join(sorted(map(str, set(seen)))) or "none"
        return f"it holds nothing in {asked}; its languages are: {known}"
