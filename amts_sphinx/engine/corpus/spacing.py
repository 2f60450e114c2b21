"""Where blanks stand between the words of a translation, as the human texts have them.

No language's rules are written down here: what was seen in training is done again, and
for what was never seen there are habits of ordinary punctuation.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.languages import name_language
from amts_sphinx.engine.corpus.tokens import CODE, WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.engine.corpus.tokens import Token

_CLOSING: Final = frozenset(",.;:!?)]}%…»”’，。；：！？）》、】")
_OPENING: Final = frozenset("([{¿¡«“‘#$@（《【")
_EITHER: Final = frozenset("-/\\_^~+=|&'")
#: Words that it was seen beside before a mark's habit is believed.
_ENOUGH: Final = 2


class Spacing:
    """Decides on the blanks of one language."""

    def __init__(self, language: str, state: dict[str, Any] | None = None) -> None:
        """:param state: what :meth:`state` returned"""
        #: Whether blanks stand between words.
        self.spaced = name_language(language).spaced
        state = state or {}
        #: Mark → how often it stood without a blank, less how often with one.
        self._left: Counter[str] = Counter(state.get("left", {}))
        self._right: Counter[str] = Counter(state.get("right", {}))

    def state(self) -> dict[str, Any]:
        """Return what was learnt, for JSON."""
        return {"left": dict(self._left), "right": dict(self._right)}

    def learn(self, sentence: Sequence[Token]) -> None:
        """Take notice of a human sentence."""
        if not self.spaced:
            return
        for before, after in pairwise(sentence):
            step = 1 if after.glued else -1
            if after.kind not in {WORD, CODE}:
                self._left[after.surface] += step
            if before.kind not in {WORD, CODE}:
                self._right[before.surface] += step

    def is_glued(self, before: str, after: str, *, quote: bool = False) -> bool:
        """Tell whether no blank stands between the surfaces *before* and *after*.

        :param quote: whether a straight quotation is open, for ``"`` on either side
        """
        if not self.spaced:
            return not (_is_latin(before[-1:]) and _is_latin(after[:1]))
        if after == '"':
            return quote
        if before == '"':
            return quote
        return self._glues(before, self._right, _OPENING) or self._glues(
            after, self._left, _CLOSING
        )

    def _glues(self, surface: str, seen: Counter[str], usual: frozenset[str]) -> bool:
        """Tell whether *surface* holds on to its neighbour on one side."""
        count = seen.get(surface, 0)
        if abs(count) >= _ENOUGH:
            return count > 0
        return surface in usual or surface in _EITHER


def _is_latin(character: str) -> bool:
    """Tell whether *character* is a letter or digit of a script with blanks."""
    return (character.isalnum() and character.isascii()) or character in {"<", ">"}
