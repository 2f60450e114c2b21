"""Forms of one word: an unknown one is translated like another form of it.

No grammar is written down. Endings that take turns are learnt from words that have the
same translation: *model* and *models*, *libro* and *libros*, *ev* and *evi*.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Letters of an unknown word, and those that forms of it have in common, at least.
_WORD: Final = 4
_STEM: Final = 3
#: Letters of an ending, at most.
_ENDING: Final = 3
#: Two endings take turns if this often, and in this share of the words that have both,
#: the translation is the same.
_OFTEN: Final = 3
_SHARE: Final = 0.25


class Inflections:
    """Finds known forms of unknown words."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        """:param translations: the best one of each known word"""
        self._stems: dict[str, list[str]] = defaultdict(list)
        for word in translations:
            for stem, ending in _cuts(word):
                self._stems[stem].append(ending)
        same: Counter[tuple[str, str]] = Counter()
        seen: Counter[tuple[str, str]] = Counter()
        for stem, endings in self._stems.items():
            for one, other in permutations(endings, 2):
                if one[:1] != other[:1]:  # else they have a longer stem
                    seen[one, other] += 1
                    alike = translations[stem + one] == translations[stem + other]
                    same[one, other] += alike
        self._turns: dict[str, dict[str, float]] = defaultdict(dict)
        for (one, other), count in same.items():
            share = count / seen[one, other]
            if count >= _OFTEN and share >= _SHARE:
                self._turns[one][other] = share

    def known_form(self, word: str) -> str | None:
        """Return the known word that *word* most likely is a form of, or ``None``."""
        if len(word) < _WORD:
            return None
        found = [
            (share, len(stem), stem + other)
            for stem, ending in _cuts(word)
            for other, share in self._turns.get(ending, {}).items()
            if other in self._stems.get(stem, ())
        ]
        return max(found)[2] if found else None


def _cuts(word: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to cut *word* into a stem and an ending."""
    for place in range(max(_STEM, len(word) - _ENDING), len(word) + 1):
        yield word[:place], word[place:]
