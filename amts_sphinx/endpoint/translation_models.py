"""The models that translate: our corpus engine, trained on parallel data, and pseudo.

The service always returns a translation. So the corpus engine is made with loose
options, and what it leaves all the same is pseudo-translated: visibly foreign, so that
nobody takes it for a draft.
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

#: The engine leaves nothing that it knows too little of, or is too unsure of.
_LOOSE: Final = {"max_unknown": 1.0, "min_support": -10.0}


@dataclass(frozen=True)
class Customization:
    """What customizes translations in one direction: parallel data, and terms."""

    #: Source → target, as plain text.
    pairs: Mapping[str, str] = field(default_factory=dict)
    #: Term → target, as plain text.
    terms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def coded_pairs(self) -> dict[str, str]:
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
PLAIN: Final = Customization()


class TranslationModels:
    """One model for each direction and customization, made when it is first needed."""

    def __init__(
        self, base: Iterable[TranslationUnit], folder: Path, min_pairs: int
    ) -> None:
        """Let all models know the units of *base*.

        :param folder: where trained models are kept
        :param min_pairs: pairs below which no model is trained
        """
        self._base: dict[LanguagePair, list[TranslationUnit]] = {}
        for unit in base:
            self._base.setdefault(unit.pair, []).append(unit)
        self._folder = folder
        self._options = {**_LOOSE, "min_pairs": min_pairs}
        self._pseudo = pseudo.create({})
        self._engines: dict[object, tuple[CorpusEngine, Lock]] = {}
        self._lock = Lock()

    def translate(
        self, texts: Sequence[str], pair: LanguagePair, custom: Customization = PLAIN
    ) -> list[str]:
        """Return one coded target for each coded text, in order."""
        if pair.source == pair.target:
            return list(texts)
        with self._lock:
            engine, lock = self._engine(pair, custom)
        # It is trained when it is first asked. Others go on meanwhile; but one engine
        # must not be used by two threads at once.
        with lock:
            made = engine.translate([Request(text) for text in texts], pair, quiet)
        left = {t for t, each in zip(texts, made, strict=True) if each.target is None}
        pseudo_targets = self._pseudo_translate(sorted(left), pair, custom)
        return [
            pseudo_targets[text] if each.target is None else each.target
            for text, each in zip(texts, made, strict=True)
        ]

    def _engine(
        self, pair: LanguagePair, custom: Customization
    ) -> tuple[CorpusEngine, Lock]:
        key = (pair, *custom.key)
        if key not in self._engines:
            units = [*self._base.get(pair, ()), *_units(custom.coded_pairs, pair)]
            made = engine.create(self._options)
            # An engine deletes older models of its folder: each has its own folder.
            folder = self._folder / custom.key[0]
            trained = made.train(pair, units, folder, custom.terms)
            self._engines[key] = (trained, Lock())
        return self._engines[key]

    def _pseudo_translate(
        self, texts: Sequence[str], pair: LanguagePair, custom: Customization
    ) -> dict[str, str]:
        """Return a target for each text: that of the parallel data, else a pseudo one.

        So parallel data that is too small to train a model shows where it fits.
        """
        protected = [_protect(text, pair, custom.terms) for text in texts]
        requests = [Request(text) for text, _ in protected]
        made = self._pseudo.translate(requests, pair, quiet)
        return {
            text: custom.coded_pairs.get(text) or _restore(each.target or text, terms)
            for text, each, (_, terms) in zip(texts, made, protected, strict=True)
        }


def _digest(pairs: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(pairs.items())).encode()).hexdigest()[:16]


def _units(coded: Mapping[str, str], pair: LanguagePair) -> list[TranslationUnit]:
    return [
        TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)
        for source, target in coded.items()
    ]


def _protect(
    coded: str, pair: LanguagePair, terms: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Put a code in the place of each term, and return what each stands for."""
    terminology = Terminology(pair, terms)
    protected: dict[str, str] = {}
    number = max(inline_codes.ids(coded), default=0)
    before = ""
    while coded != before:  # each time, every term that is left goes in one place
        before = coded
        for term, target in terminology.find(coded).items():
            number += 1
            code = inline_codes.empty(number)
            protected[code] = inline_codes.escape(target)
            coded = _replace(coded, inline_codes.escape(term), code)
    return coded, protected


def _replace(coded: str, old: str, new: str) -> str:
    """Replace *old* in the text between codes, at the first place that has it."""
    whole_word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    anywhere = re.compile(re.escape(old), re.IGNORECASE)  # in scripts without blanks
    pieces = list(inline_codes.tokens(coded))
    for pattern in (whole_word, anywhere):
        for place, piece in enumerate(pieces):
            match = pattern.search(piece.coded) if piece.type == "text" else None
            if match:
                text = piece.coded[: match.start()] + new + piece.coded[match.end() :]
                pieces[place] = piece._replace(coded=text)
                return inline_codes.join(pieces)
    return coded


def _restore(coded: str, protected: Mapping[str, str]) -> str:
    for code, target in protected.items():
        coded = coded.replace(code, target)
    return coded
