"""From a project's catalogues to units: what people translated, element by element."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import SkippedText
from amts_sphinx.formats import catalogues
from amts_sphinx.formats.catalogues import COPY, FUZZY, LeftMessage
from amts_sphinx.formats.provenance import DOUBTFUL, PERSON, Trust
from amts_sphinx.parallel.extract import settled
from amts_sphinx.parallel.messages import pair_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from amts_sphinx.core.units import Container, LanguagePair, TranslationUnit
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.doctree.gettext import GettextSettings
    from amts_sphinx.doctree.messages import MessageText
    from amts_sphinx.formats.catalogues import Catalogues, Entry

#: Why a message does not come in, beside the reasons of its catalogue.
DIFFERS: Final = "its markup is not that of its source"
CHANGED: Final = "published with the markup of its source"
HALF: Final = "a part of it is not translated"
NOT_TAKEN: Final = "Sphinx does not take it: it is no single paragraph"
NO_WORDS: Final = "its text holds no words, or is not translated"
UNKNOWN: Final = catalogues.NO_DOCUMENT
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


def said(found: Catalogues) -> dict[str, dict[str, str]]:
    """Return the target of each message, by domain."""
    return {
        domain: {source: entry.target for source, entry in entries.items()}
        for domain, entries in found.entries.items()
    }


class _Pair(NamedTuple):
    """A text and its translation, with the message that it is from."""

    source: Container
    target: Container
    entry: Entry


def units(
    pairing: Pairing,
    target: Mapping[str, DocumentTexts],
    executor: Executor | None = None,
) -> Found:
    """Return what the catalogues come to in the book.

    :param target: the texts of the book as they were read with the catalogues
    """
    found, source, languages, about = (
        pairing.catalogues,
        pairing.source,
        pairing.languages,
        pairing.settings,
    )
    seen: set[tuple[str, str]] = set()
    left = [*found.left]
    both: list[_Pair] = []
    for docname in sorted(source):
        entries = found.entries.get(about.domain(docname), {})
        domain = about.domain(docname)
        theirs = target.get(docname)
        seen.update((domain, message) for message in source[docname].wordless)
        for mine, other in _aligned(source[docname], theirs):
            entry = entries.get(mine.message)
            if entry is None:
                continue
            seen.add((domain, mine.message))
            why, pair = _paired(mine, other, entry)
            if pair:
                both.append(pair)
            elif why:
                left.append(_left(why, entry, mine.container))
    left += _unseen(found, source, seen, about)
    learnt = pair_texts([each[:2] for each in both], languages, executor)
    candidates: dict[Trust, list[TranslationUnit]] = defaultdict(list)
    unusable: list[SkippedText] = []
    for pair, said_of in zip(both, learnt, strict=True):
        trust = _trust(pair.entry.trust, fuzzy=about.fuzzy)
        candidates[trust] += (_of(unit, trust) for unit in said_of.units)
        if said_of.changed and not said_of.lost:
            left.append(_left(CHANGED, pair.entry, pair.source, said_of.changed))
        if said_of.lost:
            reason = HALF if said_of.by_sentence else DIFFERS
            detail = "" if said_of.by_sentence else said_of.lost
            left.append(_left(reason, pair.entry, pair.source, detail))
            if not said_of.by_sentence:
                whole = pair.source.whole.source
                unusable.append(SkippedText(reason, whole, languages))
    made = {trust: settled(each) for trust, each in candidates.items()}
    counts = Counter(found.counts)
    counts.update(Counter(each.reason for each in left[len(found.left) :]))
    return Found(
        tuple(unit for settled_units, _ in made.values() for unit in settled_units),
        dict(counts),
        tuple(left),
        sum(each.by_sentence for each in learnt),
        sum(bool(each.units) and not each.by_sentence for each in learnt),
        sum(conflicts for _, conflicts in made.values()),
        tuple(unusable),
    )


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


def _of(unit: TranslationUnit, trust: Trust) -> TranslationUnit:
    if trust == PERSON:
        return unit
    return replace(unit, maker=trust.maker, state=trust.state)


def _left(
    reason: str, entry: Entry, container: Container, detail: str = ""
) -> LeftMessage:
    where = container.whole.location
    text = inline_codes.plain(container.whole.source)
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    about = f"{where}: {text!r}" + (f": {detail}" if detail else "")
    return LeftMessage(reason, entry.path, entry.line, about)


def _unseen(
    found: Catalogues,
    source: Mapping[str, DocumentTexts],
    seen: Iterable[tuple[str, str]],
    about: GettextSettings,
) -> Iterator[LeftMessage]:
    """Yield the messages that are no text of the book."""
    known = set(seen)
    wordless = {
        (about.domain(docname), message)
        for docname, texts in source.items()
        for message in texts.wordless
    }
    with_words = {
        (about.domain(docname), each.message)
        for docname, texts in source.items()
        for each in texts.messages
    }
    for domain, entries in found.entries.items():
        for message, entry in entries.items():
            if (domain, message) in with_words:
                continue
            is_there = (domain, message) in wordless or (domain, message) in known
            reason = NO_WORDS if is_there else UNKNOWN
            yield LeftMessage(reason, entry.path, entry.line)
