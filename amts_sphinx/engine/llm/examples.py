"""Examples for a prompt: pairs that share the rare words of a sentence.

Near matches alone find nothing for most sentences of a book. Here each example is the
pair that covers most of the rarest words, and runs of words, that no earlier one did.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD: Final = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\W぀-ヿ㐀-鿿豈-﫿]+(?:['’-]\w+)*")
#: A code without words counts as a word: sentences with codes get such examples.
_CODE: Final = "\ufffc"
#: Words in a run.
_LONGEST: Final = 4
#: What remains of a run's worth when an example has covered it.
_COVERED: Final = 0.1
#: Keeps short examples from winning by their shortness.
_LENGTH: Final = 10
#: Runs that stand in more pairs than this tell nothing.
_COMMON: Final = 2000


class Example(NamedTuple):
    """A sentence that a person translated."""

    #: Coded texts.
    source: str
    target: str


class Examples:
    """The pairs of a book, by their words."""

    def __init__(self, pairs: Iterable[Example]) -> None:
        self._pairs = list(dict.fromkeys(pairs))
        self._sizes: list[int] = []
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, pair in enumerate(self._pairs):
            runs = _runs(pair.source)
            self._sizes.append(len(runs))
            for run in runs:
                self._places[run].append(place)

    def __len__(self) -> int:
        return len(self._pairs)

    def near(self, source: str, count: int) -> list[Example]:
        """Return up to *count* examples for a coded text, the best one last.

        The last is the nearest to the sentence in a conversation.
        """
        worth = {
            run: math.log((len(self._pairs) + 1) / len(places))
            for run in _runs(source)
            if (places := self._places.get(run)) and len(places) <= _COMMON
        }
        taken: list[int] = []
        while len(taken) < count:
            scores: Counter[int] = Counter()
            for run, value in worth.items():
                for place in self._places[run]:
                    scores[place] += value  # type: ignore[assignment]
            best = max(
                (place for place in scores if place not in taken),
                key=lambda p: (scores[p] / (_LENGTH + self._sizes[p] ** 0.5), -p),
                default=None,
            )
            if best is None:
                break
            taken.append(best)
            for run in worth.keys() & _runs(self._pairs[best].source):
                worth[run] *= _COVERED
        return [self._pairs[place] for place in reversed(taken)]


def _runs(coded: str) -> set[tuple[str, ...]]:
    """Return the words of a coded text, and the runs of up to four."""
    words: list[str] = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            words += _WORD.findall(inline_codes.unescape(piece.coded).lower())
        elif piece.type == "empty":
            words.append(_CODE)
    return {
        tuple(words[start : start + size])
        for size in range(1, _LONGEST + 1)
        for start in range(len(words) - size + 1)
    }
