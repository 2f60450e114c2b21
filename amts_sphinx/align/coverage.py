"""What people's translations teach about other ones: which words go together.

The lexicon is that of the alignment, learnt from units instead of two editions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from amts_sphinx.align import lexicon, quality, text
from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.align.features import Ints
    from amts_sphinx.align.lexicon import Lexicon
    from amts_sphinx.core.units import LanguagePair, TranslationUnit

#: Words of a text that are looked at: the beginning of a long one will do.
_MOST: Final = 120


@dataclass(frozen=True, slots=True)
class Coverage:
    """Tells how many words of two texts are known as translations of each other.

    It is for :attr:`amts_sphinx.checks.Context.coverage`, and can be pickled.
    """

    pair: LanguagePair
    lexicon: Lexicon

    def __call__(self, source: str, target: str) -> float:
        """Return the share of words, by weight, that have a counterpart.

        :param source: plain text
        :param target: plain text
        :returns: 0-1, or -1 where too few words are known
        """
        mine = _numbers(source, self.pair.source, self.lexicon.source)
        other = _numbers(target, self.pair.target, self.lexicon.target)
        return quality.coverage(mine, other, self.lexicon)


def judge(units: Iterable[TranslationUnit], pair: LanguagePair) -> Coverage | None:
    """Learn from what people translated in one direction.

    :param units: of any maker and pair; only people's of *pair* are looked at
    :returns: ``None`` where there are too few to learn from
    """
    lessons = [
        (_words(unit.source, pair.source), _words(unit.target, pair.target))
        for unit in units
        if unit.by_human and unit.pair == pair
    ]
    if len(lessons) < lexicon.ENOUGH:
        return None
    learnt = lexicon.train(lessons)
    return Coverage(pair, learnt) if learnt.source else None


def _words(coded: str, language: str) -> tuple[str, ...]:
    pieces = (p.coded if p.type == "text" else " " for p in inline_codes.tokens(coded))
    return _tokens(inline_codes.unescape("".join(pieces)), language)


def _tokens(plain: str, language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.tokenizer(language)(plain)))[:_MOST]


def _numbers(plain: str, language: str, known: Mapping[str, int]) -> Ints:
    found = (known[word] for word in _tokens(plain, language) if word in known)
    return np.unique(np.fromiter(found, np.int64))
