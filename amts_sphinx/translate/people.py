"""What people wrote, fitted to the book: corrections, changed markup, conflicts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Finding, Severity, State
from amts_sphinx.memory import paragraphs, statements
from amts_sphinx.memory.statements import Conflict
from amts_sphinx.text.code_matching import placed_again

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from amts_sphinx.core.units import Container, LanguagePair, Segment, TranslationUnit
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.memory.statements import Statement

#: The ids of findings.
CONFLICT: Final = "conflict"
REVIEW: Final = "review"
#: What is said where the markup of a source changed.
RECODED: Final = (
    "the markup of the source changed: its codes were placed again in a person's"
    " translation"
)
NO_PLACE: Final = (
    "the source gained markup, and nothing tells where it belongs in a person's"
    " translation of the same words: that is not published, but counts as one of a"
    " former text"
)


class People(NamedTuple):
    """What people's texts come to in one edition."""

    #: What is published, by key, where that is not what the memory recalls.
    units: Mapping[str, TranslationUnit]
    #: The conflicts about each text, by its key.
    conflicts: Mapping[str, list[Conflict]]
    #: The keys of texts whose codes were placed again.
    recoded: Collection[str]
    #: The keys of texts with a code whose place in people's words is not known.
    not_placed: Collection[str] = ()


def fit(
    memory: Memory,
    pair: LanguagePair,
    containers: Collection[Container],
    known: Mapping[str, TranslationUnit],
) -> People:
    """Fit what people wrote to the book.

    A correction of one sentence takes its place in the paragraph that a person
    translated as a whole. Where only the markup of a source changed, its codes are
    placed again in the translation, which needs review then. Where it is not known
    where a new code belongs, the text counts as changed.

    :param known: what the memory recalls, by key
    """
    units: dict[str, TranslationUnit] = {}
    between: dict[str, list[Conflict]] = {}
    for container, whole, sentences in _paragraphs(memory, pair, containers, known):
        unit, conflicts = _corrected(container, whole, sentences)
        if unit != whole.unit:
            units[unit.key] = unit
        if conflicts:
            between[unit.key] = conflicts
    recoded, not_placed = _recoded(memory, pair, containers, known)
    units |= recoded
    texts = _published(containers, {**known, **units})
    for key, conflicts in memory.conflicts(pair, texts).items():
        between[key] = [*between.get(key, ()), *conflicts]
    return People(units, between, recoded.keys(), not_placed)


def findings(people: People, texts: Mapping[str, Segment]) -> Iterable[Finding]:
    """Yield what a person should look at among *texts*, which are published, by key."""
    for key, conflicts in people.conflicts.items():
        if key in texts:
            for conflict in conflicts:
                yield _finding(CONFLICT, texts[key], statements.describe(conflict))
    for keys, message in (people.recoded, RECODED), (people.not_placed, NO_PLACE):
        for key in keys:
            if key in texts:
                yield _finding(REVIEW, texts[key], message)


def _finding(check: str, segment: Segment, message: str) -> Finding:
    return Finding(check, Severity.WARNING, segment.location, message, segment.source)


def _paragraphs(
    memory: Memory,
    pair: LanguagePair,
    containers: Iterable[Container],
    known: Mapping[str, TranslationUnit],
) -> Iterable[tuple[Container, Statement, dict[int, Statement]]]:
    """Yield the paragraphs that a person translated as a whole, and in parts too.

    With each come what is said of it and, by their place from 0, of its sentences.
    """
    found: dict[str, Container] = {}
    for container in containers:
        whole = known.get(container.whole.key)
        if whole and whole.by_human and len(container.segments) > 1:
            found[container.whole.key] = container
    sources = {s.source for c in found.values() for s in (c.whole, *c.segments)}
    best = memory.best(pair, sources, parts=False) if found else {}
    for key, container in found.items():
        sentences = {
            place: best[segment.key]
            for place, segment in enumerate(container.segments)
            if segment.key in best
        }
        if sentences and key in best:
            yield container, best[key], sentences


def _corrected(
    container: Container, whole: Statement, sentences: Mapping[int, Statement]
) -> tuple[TranslationUnit, list[Conflict]]:
    """Return the unit of a paragraph with what people say of its *sentences*."""
    unit = whole.unit
    pairs = paragraphs.pairing(unit.source, unit.target, unit.pair)
    conflicts = []
    corrections = {}
    sure = len(pairs) == len(container.segments)
    for place, sentence in sentences.items():
        text = inline_codes.normalise(sentence.unit.target)
        if sure and text == inline_codes.normalise(pairs[place].target):
            continue
        part = pairs[place].target if sure else ""
        if sure and statements.is_before(sentence, whole, part):
            corrections[place] = sentence.unit.target
        elif text not in inline_codes.normalise(unit.target) and statements.differ(
            whole, sentence
        ):
            conflicts.append(Conflict(whole, sentence))
    if not corrections:
        return unit, conflicts
    made = replace(
        unit,
        source=container.whole.source,
        target=paragraphs.corrected(pairs, corrections),
        state=statements.lowest(
            unit.state, *(sentences[place].unit.state for place in corrections)
        ),
    )
    if inline_codes.compare(made.source, made.target):
        both = [Conflict(whole, sentences[place]) for place in corrections]
        return unit, [*conflicts, *both]
    return made, conflicts


def _recoded(
    memory: Memory,
    pair: LanguagePair,
    containers: Collection[Container],
    known: Mapping[str, TranslationUnit],
) -> tuple[dict[str, TranslationUnit], list[str]]:
    """Return people's texts whose sources differ from the book's in markup alone.

    :returns: by key; and the keys of those in which a code has no place
    """
    missing = {
        segment.key: segment
        for container in containers
        for segment in (container.whole, *container.segments)
        if not _by_human(known.get(segment.key))
    }
    former = memory.same_words(pair, (s.source for s in missing.values()))
    found = {}
    not_placed = []
    for key, statement in former.items():
        unit, segment = statement.unit, missing[key]
        target = placed_again(unit.source, unit.target, segment)
        if target is None:
            not_placed.append(key)
        else:
            found[key] = replace(
                unit, source=segment.source, target=target, state=State.NEEDS_REVIEW
            )
    # A paragraph whose sentences are all known needs no text as a whole.
    for container in containers:
        if len(container.segments) > 1 and all(
            segment.key in found or _by_human(known.get(segment.key))
            for segment in container.segments
        ):
            found.pop(container.whole.key, None)
    return found, not_placed


def _by_human(unit: TranslationUnit | None) -> bool:
    return unit is not None and unit.by_human


def _published(
    containers: Iterable[Container], known: Mapping[str, TranslationUnit]
) -> set[str]:
    """Return the sources that are published in one piece."""
    found = set()
    for container in containers:
        whole = known.get(container.whole.key)
        if whole and whole.by_human:
            found.add(container.whole.source)
        else:
            found |= {segment.source for segment in container.segments}
    return found
