"""Who translates: our corpus engine, taught by parallel data; else pseudo-translation.

The service always says something, so the corpus engine is made with loose options, and
what it leaves all the same is pseudo-translated: visibly foreign, and nobody's draft.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, Request, State, TranslationUnit
from amts_sphinx.engine import pseudo
from amts_sphinx.engine.corpus import engine
from amts_sphinx.engine.protocol import quiet
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.corpus.engine import CorpusEngine

#: Nothing is too little known, or put together too finely, to be said.
_LOOSE: Final = {"max_unknown": 1.0, "min_support": -10.0}


@dataclass(frozen=True)
class Lore:
    """What is known beside the base: parallel data in one direction, and terms."""

    #: Source → target, as plain text.
    pairs: Mapping[str, str] = field(default_factory=dict)
    #: Term → target, as plain text.
    terms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> dict[str, str]:
        """The pairs as coded text."""
        return {
            inline_codes.escape(s): inline_codes.escape(t)
            for s, t in self.pairs.items()
        }

    @cached_property
    def key(self) -> tuple[str, str]:
        """A digest of the pairs, and one of the terms."""
        return _digest(self.pairs), _digest(self.terms)


#: What a request without parallel data and terminology has.
PLAIN: Final = Lore()


class Linguist:
    """Translates coded texts, as well as it was taught."""

    def __init__(
        self, base: Iterable[TranslationUnit], home: Path, min_pairs: int
    ) -> None:
        """Know the units of *base*.

        :param home: a folder where models may be kept
        :param min_pairs: pairs below which nothing is learnt
        """
        self._base: dict[LanguagePair, list[TranslationUnit]] = {}
        for unit in base:
            self._base.setdefault(unit.pair, []).append(unit)
        self._home = home
        self._options = {**_LOOSE, "min_pairs": min_pairs}
        self._pseudo = pseudo.create({})
        self._engines: dict[object, tuple[CorpusEngine, Lock]] = {}
        self._lock = Lock()

    def translate(
        self, texts: Sequence[str], pair: LanguagePair, lore: Lore = PLAIN
    ) -> list[str]:
        """Return one coded target per coded text, in order; never none."""
        if pair.source == pair.target:
            return list(texts)
        with self._lock:
            engine, lock = self._engine(pair, lore)
        # It is trained when it is first asked. Others go on meanwhile; but an engine's
        # own state is not made for threads.
        with lock:
            made = engine.translate([Request(text) for text in texts], pair, quiet)
        left = {t for t, each in zip(texts, made, strict=True) if each.target is None}
        spare = self._invent(sorted(left), pair, lore)
        return [
            spare[text] if each.target is None else each.target
            for text, each in zip(texts, made, strict=True)
        ]

    def _engine(self, pair: LanguagePair, lore: Lore) -> tuple[CorpusEngine, Lock]:
        key = (pair, *lore.key)
        if key not in self._engines:
            units = [*self._base.get(pair, ()), *_units(lore.known, pair)]
            made = engine.create(self._options)
            # An engine deletes former models of a folder: each has one to itself.
            home = self._home / lore.key[0]
            trained = made.train(pair, units, home, lore.terms)
            self._engines[key] = (trained, Lock())
        return self._engines[key]

    def _invent(
        self, texts: Sequence[str], pair: LanguagePair, lore: Lore
    ) -> dict[str, str]:
        """Return a pseudo-translation of each text; a known text comes as it is known.

        So parallel data that is too small to learn from shows at least where it fits.
        """
        veiled = [_veil(text, pair, lore.terms) for text in texts]
        asked = [Request(text) for text, _ in veiled]
        said = self._pseudo.translate(asked, pair, quiet)
        return {
            text: lore.known.get(text) or _unveil(each.target or text, hidden)
            for text, each, (_, hidden) in zip(texts, said, veiled, strict=True)
        }


def _digest(pairs: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(pairs.items())).encode()).hexdigest()[:16]


def _units(coded: Mapping[str, str], pair: LanguagePair) -> list[TranslationUnit]:
    return [
        TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)
        for source, target in coded.items()
    ]


def _veil(
    coded: str, pair: LanguagePair, terms: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Put a code in the place of each term, and return what each stands for."""
    terminology = Terminology(pair, terms)
    hidden: dict[str, str] = {}
    number = max(inline_codes.ids(coded), default=0)
    before = ""
    while coded != before:  # each time, every term that is left goes in one place
        before = coded
        for term, target in terminology.find(coded).items():
            number += 1
            hidden[inline_codes.empty(number)] = inline_codes.escape(target)
            coded = _replace(
                coded, inline_codes.escape(term), inline_codes.empty(number)
            )
    return coded, hidden


def _replace(coded: str, old: str, new: str) -> str:
    """Replace *old* in the text between codes, at the first place that has it."""
    whole_word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    anywhere = re.compile(re.escape(old), re.IGNORECASE)  # in scripts without blanks
    pieces = list(inline_codes.tokens(coded))
    for pattern in (whole_word, anywhere):
        for place, piece in enumerate(pieces):
            found = pattern.search(piece.coded) if piece.type == "text" else None
            if found:
                text = piece.coded[: found.start()] + new + piece.coded[found.end() :]
                pieces[place] = piece._replace(coded=text)
                return inline_codes.join(pieces)
    return coded


def _unveil(coded: str, hidden: Mapping[str, str]) -> str:
    for code, target in hidden.items():
        coded = coded.replace(code, target)
    return coded
