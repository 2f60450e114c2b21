"""What people made of former texts: published meanwhile, if a book wants it.

That is what ``amts_stale = "human"`` asks for. Readers are told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Finding, Severity, State
from amts_sphinx.memory import predecessors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Segment, TranslationUnit
    from amts_sphinx.memory.memory import Memory

#: The id of the finding.
STALE: Final = "stale"


def find(
    memory: Memory,
    pair: LanguagePair,
    documents: Mapping[str, Sequence[Segment]],
    known: Mapping[str, TranslationUnit],
) -> dict[str, TranslationUnit]:
    """Return what people made of former versions of texts, by the keys of now.

    A translation whose codes are not those of the present text is left out.

    :param documents: the texts of each document that are published, in order
    :param known: what is known of the present texts
    """
    wanted = {
        segment.key: segment
        for segments in documents.values()
        for segment in segments
        if not ((unit := known.get(segment.key)) and unit.by_human)
    }
    keys = {name: [s.key for s in segments] for name, segments in documents.items()}
    found: dict[str, TranslationUnit] = {}
    for key, match in predecessors.find(memory, pair, keys, wanted).items():
        unit, segment = match.unit, wanted[key]
        if not inline_codes.verify(segment.source, unit.target):
            found[key] = replace(
                unit,
                source=segment.source,
                pair=pair,
                state=State.NEEDS_REVIEW,
                replaced=unit.source,
                place=None,
            )
    return found


def findings(keys: Iterable[str], texts: Mapping[str, Segment]) -> Iterable[Finding]:
    """Yield a note on each of *keys* among *texts*, which are published."""
    asked = frozenset(keys)
    for key, segment in texts.items():
        if key in asked:
            yield Finding(
                STALE,
                Severity.INFO,
                segment.location,
                "the source changed: a person's translation of its former version is"
                " published",
                segment.source,
            )
