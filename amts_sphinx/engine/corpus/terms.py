"""Terms whose translation is decided: found in a text, longest first."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.engine.corpus.casing import lower
from amts_sphinx.engine.corpus.tokens import CODE
from amts_sphinx.formats.terminology import keeps_case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.corpus.tokens import Token


class Spot(NamedTuple):
    """A term in a sentence."""

    start: int
    #: The first token after it.
    end: int
    #: Plain text.
    target: str


class TermTable:
    """Source terms with their targets, both plain text.

    Capitals make no difference, unless the term has some after its first letter.
    """

    def __init__(self, terms: Mapping[str, str], language: str) -> None:
        """:param language: the source's, BCP 47"""
        #: The target of each spelling, by what it is compared as.
        self._targets: dict[str, dict[str, str]] = {}
        for source, target in sorted(terms.items()):
            spelt = _spelling(source)
            self._targets.setdefault(lower(spelt, language), {})[spelt] = target
        self._targets.pop("", None)
        self._longest = max(map(len, self._targets), default=0)
        digest = hashlib.sha256()
        for item in sorted(i for t in self._targets.values() for i in t.items()):
            for text in item:
                data = text.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        #: Changes with the terms; empty without any.
        self.digest = digest.hexdigest()[:16] if self._targets else ""

    def find(
        self, tokens: Sequence[Token], walls: Sequence[tuple[int, int]]
    ) -> list[Spot]:
        """Return the terms in *tokens*, which are whole tokens; none in another.

        :param walls: runs of tokens with a code around them, that no term may cross
        """
        found = [
            spot
            for start in range(len(tokens))
            for spot in self._from(tokens, start)
            if not any(crosses(spot.start, spot.end, *wall) for wall in walls)
        ]
        taken: set[int] = set()
        kept: list[Spot] = []
        for spot in sorted(found, key=lambda spot: (spot.start - spot.end, spot.start)):
            places = range(spot.start, spot.end)
            if taken.isdisjoint(places):
                taken.update(places)
                kept.append(spot)
        return sorted(kept)

    def _from(self, tokens: Sequence[Token], start: int) -> list[Spot]:
        """Return the terms that begin with the token *start*."""
        found: list[Spot] = []
        text = spelt = ""
        for end, token in enumerate(tokens[start:], start + 1):
            if token.kind == CODE or len(text) > self._longest:
                break
            blank = "" if token.glued or not text else " "
            text += blank + token.key
            spelt += blank + _spelling(token.surface)
            target = self._target(text, spelt)
            if target is not None:
                found.append(Spot(start, end, target))
        return found

    def _target(self, text: str, spelt: str) -> str | None:
        """Return the target of *text*; the term that is spelt alike comes first."""
        known = self._targets.get(text, {})
        others = (target for term, target in known.items() if not keeps_case(term))
        return known.get(spelt) or next(others, None)


def _spelling(text: str) -> str:
    """Return *text* with the apostrophes of :attr:`Token.key`, and single blanks."""
    return " ".join(text.replace("’", "'").split())


def crosses(start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a run is neither inside another nor outside of it."""
    apart = end <= first or start >= last
    return not apart and not (first <= start and end <= last)
