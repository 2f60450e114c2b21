"""Make units from texts of which it is known that one translates the other.

The messages of a gettext catalogue are such texts: what is left to find out is which of
their sentences and codes belong together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.align import PairLimits, align_documents
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import State
from amts_sphinx.parallel import pairs
from amts_sphinx.parallel.extract import prose_of
from amts_sphinx.text import code_matching
from amts_sphinx.text.written_codes import read_written, stray_signs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import (
        Container,
        LanguagePair,
        Segment,
        TranslationUnit,
    )
    from amts_sphinx.parallel.pairs import Block


class Learnt(NamedTuple):
    """What one text and its translation come to."""

    #: Of the sentences, in order; else of the whole, and of those that are sure.
    units: tuple[TranslationUnit, ...]
    #: Of the whole, if its codes can be matched.
    whole: TranslationUnit | None
    #: Whether its sentences say it all, so that there is no unit of the whole.
    by_sentence: bool
    #: Why there is nothing of the whole; empty: there is.
    lost: str = ""
    #: How the translator changed the markup, of which the source's is published.
    changed: str = ""
    #: The marks in it that are no markup, in words.
    damage: str = ""


def pair_texts(
    texts: Sequence[tuple[Container, Container]],
    pair: LanguagePair,
    executor: Carrier | None = None,
) -> list[Learnt]:
    """Return the units of each text and its translation.

    A text of which each sentence has its own translation comes sentence by sentence.
    Any other comes as a whole, with those of its sentences that are sure. What a person
    left as it is within a text stands in the whole alone: it is no translation.

    :param executor: runs the alignment; by default this thread does
    """
    # A single sentence needs no alignment.
    several = [
        number
        for number, (mine, other) in enumerate(texts)
        if len(mine.segments) > 1 and len(other.segments) > 1
    ]
    prose = [tuple(prose_of((side,)) for side in texts[number]) for number in several]
    documents = [(mine, other) for mine, other in prose]
    aligned = align_documents(documents, pair, executor)
    blocks = {
        # Nobody doubts that these belong together.
        number: pairs.of_document(both, found, pair, PairLimits(), blind=False).blocks
        for number, both, found in zip(several, documents, aligned, strict=True)
    }
    terms = _terms(texts)
    return [
        _Maker(pair, terms, *both).learnt(blocks.get(number, ()))
        for number, both in enumerate(texts)
    ]


def _terms(texts: Sequence[tuple[Container, Container]]) -> dict[str, str]:
    """Return the glossary's terms: the source's name by the translation's name."""
    return {
        inline_codes.plain(other.whole.source).lower(): inline_codes.plain(
            mine.whole.source
        ).lower()
        for mine, other in texts
        if mine.whole.kind == other.whole.kind == "term"
    }


class _Maker(NamedTuple):
    pair: LanguagePair
    terms: Mapping[str, str]
    source: Container
    target: Container

    def learnt(self, blocks: Sequence[Block]) -> Learnt:
        """Return what a text comes to; it is one block, if the aligner found it."""
        ours, theirs = self.source.whole, self.target.whole
        whole = self.unit(ours, theirs)
        changed = damage = ""
        if whole is None:
            changed = code_matching.difference(ours, theirs)
            damage = ", ".join(map(repr, stray_signs(ours, theirs)))
            whole = self.mended(ours, theirs)
        made = Learnt((), whole, by_sentence=False, changed=changed, damage=damage)
        sentences: list[TranslationUnit] = []
        complete = len(blocks) == 1 and blocks[0].in_step
        half_done = False
        for each in blocks[0].sentences if blocks else ():
            unit = self.unit(each.source, each.target) or self.mended(
                each.source, each.target
            )
            if each.dropped == pairs.COPY:
                half_done = True
            elif each.dropped or unit is None or _is_same(unit):
                complete = False
            else:
                sentences.append(unit)
        if complete and sentences:
            # Where a sentence is left in the source, the rest is published around it.
            lost = "a part of it is not translated" if half_done else ""
            return made._replace(units=tuple(sentences), by_sentence=True, lost=lost)
        if whole is None:
            return made._replace(units=tuple(sentences), lost=changed, changed="")
        return made._replace(units=(whole, *sentences))

    def unit(self, source: Segment, target: Segment) -> TranslationUnit | None:
        """Return the unit of two texts; ``None`` where their codes differ."""
        return pairs.unit_of(source, target, self.pair, self.terms)

    def mended(self, source: Segment, target: Segment) -> TranslationUnit | None:
        """Return the unit of two texts that do not have the same codes as they are."""
        written = read_written(source, target)
        mended = self.unit(source, written) if written is not target else None
        likened = code_matching.likened(source, written, self.terms)
        found = mended or self.unit(source, likened)
        if found is None and not stray_signs(source, target):
            found = self.stressed(source, likened)
        return found

    def stressed(self, source: Segment, target: Segment) -> TranslationUnit | None:
        """Return the unit of a text whose translator left its emphasis out."""
        text = code_matching.stressed_again(source, target, self.terms)
        if text is None:
            return None
        made = self.unit(source, replace(target, source=text, codes=source.codes))
        return made and replace(made, state=State.NEEDS_REVIEW)


def _is_same(unit: TranslationUnit) -> bool:
    return inline_codes.normalise(unit.source) == inline_codes.normalise(unit.target)
