"""Terms whose translation is decided: found in a text, longest first."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.engine.corpus.casing import lower
from amts_sphinx.engine.corpus.tokens import CODE

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


class Terms:
    """Source terms with their targets, both plain text; case makes no difference."""

    def __init__(self, terms: Mapping[str, str], language: str) -> None:
        """:param language: the source's, BCP 47"""
        self._targets = {
            _fold(source, language): target for source, target in terms.items()
        }
        self._targets.pop("", None)
        self._longest = max(map(len, self._targets), default=0)
        digest = hashlib.sha256()
        for item in sorted(self._targets.items()):
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
        text = ""
        for end, token in enumerate(tokens[start:], start + 1):
            if token.kind == CODE or len(text) > self._longest:
                break
            text += ("" if token.glued or not text else " ") + token.key
            target = self._targets.get(text)
            if target is not None:
                found.append(Spot(start, end, target))
        return found


def _fold(text: str, language: str) -> str:
    """Return *text* as :attr:`Token.key` has it, with single blanks."""
    return " ".join(lower(text, language).replace("’", "'").split())


def crosses(start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a run is neither inside another nor outside of it."""
    apart = end <= first or start >= last
    return not apart and not (first <= start and end <= last)
