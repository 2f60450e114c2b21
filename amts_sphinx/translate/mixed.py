"""Paragraphs of which an engine drafted the smaller part.

Two languages in one paragraph read worse than either. Where an engine that makes drafts
left most of a paragraph, the paragraph stays in the source language as a whole. What a
person translated is never left out, and neither is what stands beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Finding, Severity, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from amts_sphinx.core.units import Container, Edition, Segment

_WHY: Final = (
    "its draft is left out, since the engine left most of the paragraph in the source"
    " language"
)


def without(containers: Collection[Container], edition: Edition) -> Edition:
    """Return *edition* without the drafts of such paragraphs, and with a finding each.

    A sentence that is also published elsewhere stays. The memory keeps all of them:
    they are published as soon as the rest of their paragraph is translated.
    """
    alone: dict[str, Segment] = {}
    needed: set[str] = set()
    for container in containers:
        translated = [each for each in container.segments if edition.unit(each)]
        if _is_mostly_left(container, translated, edition):
            for segment in translated:
                alone.setdefault(segment.key, segment)
        else:
            needed.update(segment.key for segment in translated)
    left = {key: each for key, each in alone.items() if key not in needed}
    if not left:
        return edition
    units = {key: unit for key, unit in edition.units.items() if key not in left}
    findings = [
        Finding("untranslated", Severity.INFO, each.location, _WHY, each.source)
        for each in left.values()
    ]
    return replace(edition, units=units, findings=(*edition.findings, *findings))


def _is_mostly_left(
    container: Container, translated: Collection[Segment], edition: Edition
) -> bool:
    if not translated or len(translated) == len(container.segments):
        return False
    whole = edition.unit(container.whole)
    if whole and whole.by_human:
        return False
    units = map(edition.unit, translated)
    if not all(unit and unit.state is State.DRAFT for unit in units):
        return False
    return 2 * sum(map(_size, translated)) < sum(map(_size, container.segments))


def _size(segment: Segment) -> int:
    """Return the length of the words of a segment, in characters."""
    return len(inline_codes.plain(segment.source).strip())
