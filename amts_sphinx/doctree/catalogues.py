"""From a project's catalogues to units: what people translated, element by element."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Place, SkippedText
from amts_sphinx.formats.catalogues import (
    BY_PEOPLE,
    COPY,
    DAMAGED,
    FUZZY,
    NO_DOCUMENT,
    LeftMessage,
)
from amts_sphinx.formats.provenance import DOUBTFUL, PERSON, Trust
from amts_sphinx.text import code_matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from amts_sphinx.core.units import Container, LanguagePair, TranslationUnit
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.doctree.gettext import GettextSettings
    from amts_sphinx.doctree.messages import MessageText
    from amts_sphinx.formats.catalogues import Catalogues, Entry
    from amts_sphinx.parallel.messages import Learnt

#: Why a message does not come in, beside the reasons of its catalogue.
DIFFERS: Final = "its markup is not that of its source"
MARKS: Final = "its markup is damaged"
CHANGED: Final = "published with the markup of its source"
HALF: Final = "a part of it is not translated"
NOT_TAKEN: Final = "Sphinx does not take it: it is no single paragraph"
NO_WORDS: Final = "its text holds no words, or is not translated"
#: Texts that are told one by one are cut to so many characters.
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the texts of a book are paired with those read with its catalogues."""

    catalogues: Catalogues
    #: The texts of the book, by document.
    source: Mapping[str, DocumentTexts]
    languages: LanguagePair
    settings: GettextSettings


class Waiting(NamedTuple):
    """A text that waits for a person to confirm its translation."""

    pair: LanguagePair
    whole: str
    #: The keys of its sentences.
    sentences: tuple[str, ...]


class Found(NamedTuple):
    """What the catalogues of one language come to."""

    units: tuple[TranslationUnit, ...]
    #: How many messages there are, by what they are; and what does not come in.
    counts: Mapping[str, int]
    left: tuple[LeftMessage, ...]
    #: The texts that came in, by sentence and as a whole.
    by_sentence: int
    whole: int
    #: Sources with several translations; the most frequent one was taken.
    conflicts: int
    #: What stands in the catalogues, but cannot be used.
    unusable: tuple[SkippedText, ...] = ()
    #: The keys of texts that are translated, and stay in the source language.
    refused: tuple[str, ...] = ()
    #: The texts of several sentences whose translation is fuzzy.
    waiting: tuple[Waiting, ...] = ()


def said(found: Catalogues) -> dict[str, dict[str, str]]:
    """Return the target of each message, by domain."""
    return {
        domain: {source: entry.target for source, entry in entries.items()}
        for domain, entries in found.entries.items()
    }


def lend(
    found: Catalogues, source: Mapping[str, DocumentTexts], about: GettextSettings
) -> None:
    """Let people's messages follow a text to another document.

    A page that has another name now has another catalogue too, which is empty. What a
    person said of a message is taken from where no document has it any more, if the
    document that has it now lacks it. The rest is told.
    """
    texts = {
        (about.domain(docname), text.message)
        for docname, each in source.items()
        for text in each.messages
    }
    left_over = _left_over(found, texts)
    taken: set[str] = set()
    for domain, message in sorted(texts):
        known = found.entries.setdefault(domain, {})
        own = known.get(message)
        if message in left_over and (own is None or own.trust != PERSON):
            known[message] = left_over[message][message]
            taken.add(message)
    spare = {*map(id, found.spare.values())}
    for message in taken:
        # Those of other documents are counted already.
        found.counts[BY_PEOPLE] += id(left_over[message]) in spare
        del left_over[message][message]
    for path, entries in found.spare.items():
        if count := len(entries):
            found.counts[NO_DOCUMENT] += count
            detail = f"{count} translated messages"
            found.left.append(LeftMessage(NO_DOCUMENT, path, 0, detail))


def _left_over(
    found: Catalogues, texts: Collection[tuple[str, str]]
) -> dict[str, dict[str, Entry]]:
    """Return where people's messages stand that no document has there.

    :param texts: the domain and message of each text of the book
    """
    left_over: dict[str, dict[str, Entry]] = {}
    # Those of pages that are still there come first.
    every = *sorted(found.entries.items()), *sorted(found.spare.items())
    for domain, entries in every:
        for message, entry in entries.items():
            if entry.trust == PERSON and (domain, message) not in texts:
                left_over.setdefault(message, entries)
    return left_over


class _Pair(NamedTuple):
    """A text and its translation, with the message that it is from."""

    source: Container
    target: Container
    entry: Entry


class _Said(NamedTuple):
    """What a text of a document comes to."""

    docname: str
    learnt: Learnt


def units(
    pairing: Pairing,
    target: Mapping[str, DocumentTexts],
    executor: Executor | None = None,
) -> Found:
    """Return what the catalogues come to in the book.

    :param target: the texts of the book as they were read with the catalogues
    """
    from amts_sphinx.parallel.messages import pair_texts  # it loads the aligner

    found, languages, about = pairing.catalogues, pairing.languages, pairing.settings
    both, left, refused = _gathered(pairing, target)
    learnt = pair_texts([each[:2] for each in both], languages, executor)
    unusable: list[SkippedText] = []
    by_trust: dict[Trust, list[_Said]] = defaultdict(list)
    for pair, said_of in zip(both, learnt, strict=True):
        docname = pair.source.whole.location.docname
        trust = _trust(pair.entry.trust, fuzzy=about.fuzzy)
        by_trust[trust].append(_Said(docname, said_of))
        reason = _shortcoming(said_of)
        if reason and _is_told(pair.entry, about):
            detail = "" if reason == HALF else said_of.lost or said_of.changed
            is_lost = bool(said_of.lost) and not said_of.by_sentence
            if reason == MARKS:
                detail = f"{said_of.damage} is no markup, and readers see it"
                if is_lost:
                    detail = f"{said_of.damage} is no markup: it is not published"
            left.append(_left(reason, pair.entry, pair.source, detail))
            if is_lost:
                whole = pair.source.whole.source
                unusable.append(SkippedText(reason, whole, languages))
                refused.add(pair.source.whole.key)
    # One message may stand at several places, which are told alike.
    left = [*dict.fromkeys(left)]
    unusable += _lost(pairing)
    made = {trust: _settled(each, trust) for trust, each in by_trust.items()}
    counts = Counter(found.counts)
    counts.update(each.reason for each in left)
    return Found(
        tuple(unit for settled_units, _ in made.values() for unit in settled_units),
        dict(counts),
        (*found.left, *left),
        sum(each.by_sentence for each in learnt),
        sum(bool(each.units) and not each.by_sentence for each in learnt),
        sum(conflicts for _, conflicts in made.values()),
        tuple(unusable),
        tuple(sorted(refused)),
        () if about.fuzzy else tuple(_waiting(pairing)),
    )


def _gathered(
    pairing: Pairing, target: Mapping[str, DocumentTexts]
) -> tuple[list[_Pair], list[LeftMessage], set[str]]:
    """Return the texts that are translated, and the messages that are none.

    The third are the keys of texts whose translations do not come in.
    """
    about = pairing.settings
    left: list[LeftMessage] = []
    both: list[_Pair] = []
    refused: set[str] = set()
    for docname, texts in sorted(pairing.source.items()):
        entries = pairing.catalogues.entries.get(about.domain(docname), {})
        for mine, other in _aligned(texts, target.get(docname)):
            entry = entries.get(mine.message)
            why, pair = _paired(mine, other, entry) if entry else ("", None)
            if pair:
                both.append(pair)
            elif why and entry and _is_told(entry, about):
                left.append(_left(why, entry, mine.container))
                if why != COPY:
                    refused.add(mine.container.whole.key)
    return both, [*left, *_unseen(pairing)], refused


def _lost(pairing: Pairing) -> Iterator[SkippedText]:
    """Yield the texts whose messages may be in the damaged part of a catalogue."""
    for docname, texts in pairing.source.items():
        domain = pairing.settings.domain(docname)
        for each in texts.messages:
            if pairing.catalogues.lost(domain, each.message):
                # Once it was learnt by sentence, or as a whole.
                parts = {each.container.whole, *each.container.segments}
                for part in parts:
                    yield SkippedText(DAMAGED, part.source, pairing.languages)


def _waiting(pairing: Pairing) -> Iterator[Waiting]:
    for docname, texts in pairing.source.items():
        entries = pairing.catalogues.entries.get(pairing.settings.domain(docname), {})
        for each in texts.messages:
            entry, segments = entries.get(each.message), each.container.segments
            if entry and entry.trust == FUZZY and len(segments) > 1:
                keys = tuple(segment.key for segment in segments)
                yield Waiting(pairing.languages, each.container.whole.key, keys)


def _is_told(entry: Entry, about: GettextSettings) -> bool:
    """Tell whether a translation is finished, so that its faults are worth a word."""
    return entry.trust == PERSON or (about.fuzzy and entry.trust == FUZZY)


def _shortcoming(learnt: Learnt) -> str:
    """Say what of a text does not come in as its translator wrote it, or nothing."""
    if learnt.damage:
        return MARKS
    if learnt.lost:
        return HALF if learnt.by_sentence else DIFFERS
    return CHANGED if learnt.changed else ""


def _aligned(
    source: DocumentTexts, target: DocumentTexts | None
) -> Iterator[tuple[MessageText, MessageText | None]]:
    """Yield the texts of a document, with the same as it was read with catalogues."""
    theirs = {each.place: each for each in target.messages} if target else {}
    for mine in source.messages:
        yield mine, theirs.get(mine.place)


def _paired(
    mine: MessageText, other: MessageText | None, entry: Entry
) -> tuple[str, _Pair | None]:
    """Return why a text does not come in, or the pair that does."""
    if other is None:
        # The entries of a glossary's index come with its terms.
        return ("" if mine.place.attribute else DIFFERS), None
    if not mine.place.attribute:
        if mine.message != other.message:
            # The book has another structure in this language.
            return DIFFERS, None
        if not other.done:
            return NOT_TAKEN, None
    ours, theirs = mine.container.whole.source, other.container.whole.source
    if inline_codes.normalise(ours) == inline_codes.normalise(theirs):
        return COPY, None
    return "", _Pair(mine.container, other.container, entry)


def _trust(trust: Trust, *, fuzzy: bool) -> Trust:
    """Return who is taken to answer for a target.

    :param fuzzy: whether the project publishes what is fuzzy
    """
    return DOUBTFUL if fuzzy and trust == FUZZY else trust


def _settled(
    learnt: Sequence[_Said], trust: Trust
) -> tuple[tuple[TranslationUnit, ...], int]:
    """Return the units, and the number of sources with several targets.

    The most frequent target of a source holds everywhere. Where the catalogue of a
    document says otherwise, that holds in the document. Where a sentence is translated
    otherwise elsewhere in it, the whole text around it is a unit too, so that each text
    is published as its translator wrote it.
    """
    from amts_sphinx.parallel.extract import settled  # it loads the aligner

    said = [(docname, unit) for docname, each in learnt for unit in each.units]
    units, conflicts = settled(unit for _, unit in said)
    general = {unit.key: unit.target for unit in units}
    here = _bound(said, general)

    def differs(docname: str, unit: TranslationUnit) -> bool:
        bound = here.get((docname, unit.key))
        shown = bound.target if bound else general.get(unit.key, unit.target)
        return shown != unit.target

    wholes = [
        (docname, each.whole)
        for docname, each in learnt
        if each.by_sentence
        and each.whole
        and not each.lost
        and any(differs(docname, unit) for unit in (each.whole, *each.units))
    ]
    more, _ = settled(unit for _, unit in wholes if unit.key not in general)
    general |= {unit.key: unit.target for unit in more}
    here |= _bound(wholes, general)
    every = *units, *more, *here.values()
    return tuple(_of(unit, trust) for unit in every), conflicts


def _bound(
    said: Sequence[tuple[str, TranslationUnit]], general: Mapping[str, str]
) -> dict[tuple[str, str], TranslationUnit]:
    """Return what holds in one document alone, by document and key."""
    from amts_sphinx.parallel.extract import settled  # it loads the aligner

    disputed = {unit.key for _, unit in said if unit.target != general[unit.key]}
    documents: dict[str, list[TranslationUnit]] = defaultdict(list)
    for docname, unit in said:
        if unit.key in disputed:
            documents[docname].append(unit)
    return {
        (docname, unit.key): replace(unit, place=Place(document=docname))
        for docname, those in documents.items()
        for unit in settled(those)[0]
        if unit.target != general[unit.key]
    }


def _of(unit: TranslationUnit, trust: Trust) -> TranslationUnit:
    if trust == PERSON:
        return unit
    return replace(unit, maker=trust.maker, state=trust.state)


def _left(
    reason: str, entry: Entry, container: Container, detail: str = ""
) -> LeftMessage:
    where = container.whole.location
    text = code_matching.shown(container.whole, named=True)
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    about = f"{where}: {text!r}" + (f": {detail}" if detail else "")
    return LeftMessage(reason, entry.path, entry.line, about)


def _unseen(pairing: Pairing) -> Iterator[LeftMessage]:
    """Yield the messages that are no text of the book."""
    texts: set[tuple[str, str]] = set()
    others: set[tuple[str, str]] = set()
    for docname, each in pairing.source.items():
        domain = pairing.settings.domain(docname)
        texts.update((domain, text.message) for text in each.messages)
        others.update((domain, message) for message in each.wordless)
    for domain, entries in pairing.catalogues.entries.items():
        for message, entry in entries.items():
            if (domain, message) not in texts:
                reason = NO_WORDS if (domain, message) in others else NO_DOCUMENT
                yield LeftMessage(reason, entry.path, entry.line)
