"""Which unit a changed sentence came from: one whose source the book no longer has.

It is found in what the files say now, not in what a memory has seen, so that every copy
of the book finds the same one. A unit of the same document that is still like the
sentence comes first, one between the same neighbours before others; then the likest
unit of any document.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.memory.memory import Memory

#: The least similarity, 0–100, of a predecessor in the same document, and elsewhere.
_HERE: Final = 50
_ELSEWHERE: Final = 70
#: What neighbours that are the same add to the similarity in choosing, each.
_NEIGHBOUR: Final = 10
#: Candidates elsewhere that are looked at for each sentence: the book has some of them.
_LOOKED_AT: Final = 4


class _Candidate(NamedTuple):
    """A unit that a sentence may have come from."""

    #: To choose by, the greater the better.
    merit: int
    score: int
    key: str
    unit: TranslationUnit


def find(
    memory: Memory,
    pair: LanguagePair,
    documents: Mapping[str, Sequence[str]],
    wanted: Iterable[str],
    near: Mapping[str, Sequence[Match]] | None = None,
) -> dict[str, Match]:
    """Return the predecessor of each of *wanted* that has one, by key.

    No two have the same one.

    :param documents: the keys of the sources of each document, in order; all the book
    :param wanted: keys of the book that no person translated
    :param near: near matches of each of them, where they are known
    """
    asked = dict.fromkeys(wanted)
    book = {key for keys in documents.values() for key in keys}
    candidates = [*_of_documents(memory, pair, documents, asked, book)]
    found = _assigned(candidates, {})
    rest = [key for key in asked if key not in found]
    if near is None:
        near = memory.fuzzy(pair, rest, cutoff=_ELSEWHERE, limit=_LOOKED_AT)
    elsewhere = [
        _Candidate(match.score, match.score, key, match.unit)
        for key in rest
        for match in near.get(key, ())
        if match.unit.by_human and match.unit.key not in book
    ]
    return _assigned(elsewhere, found)


def _of_documents(
    memory: Memory,
    pair: LanguagePair,
    documents: Mapping[str, Sequence[str]],
    asked: Mapping[str, None],
    book: set[str],
) -> Iterable[_Candidate]:
    """Yield the units that the documents of *asked* have no longer."""
    for document, keys in documents.items():
        places: dict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            if key in asked:
                places[key].append(place)
        if not places:
            continue
        gone = {
            each.unit.key: each.unit
            for each in memory.of_document(pair, document)
            if each.unit.key not in book
        }
        if not gone:
            continue
        from amts_sphinx.memory.fuzzy_index import reduced  # it loads numpy

        formers = {former: reduced(former) for former in gone}
        for key, where in places.items():
            text = reduced(key)
            for former, unit in gone.items():
                score = _score(text, formers[former])
                if score >= _HERE:
                    bonus = max(_neighbours(unit, keys, place) for place in where)
                    yield _Candidate(score + _NEIGHBOUR * bonus, score, key, unit)


def _score(text: str, former: str) -> int:
    from rapidfuzz.distance import Levenshtein  # not where nothing is asked for

    likeness = Levenshtein.normalized_similarity(
        text, former, score_cutoff=_HERE / 100 - 0.01
    )
    return min(99, int(likeness * 100))


def _neighbours(unit: TranslationUnit, keys: Sequence[str], place: int) -> int:
    """Return how many of the neighbours that *unit* names stand there still: 0–2."""
    if unit.place is None:
        return 0
    before = keys[place - 1] if place else ""
    after = keys[place + 1] if place + 1 < len(keys) else ""
    named = (unit.place.before, unit.place.after)
    return sum(
        bool(text) and inline_codes.normalise(text) == key
        for text, key in zip(named, (before, after), strict=True)
    )


def _assigned(
    candidates: Iterable[_Candidate], found: dict[str, Match]
) -> dict[str, Match]:
    """Give each sentence the best unit that is free, the best pairs first."""
    taken = {match.unit.key for match in found.values()}
    for each in sorted(candidates, key=lambda c: (-c.merit, c.key, c.unit.key)):
        if each.key not in found and each.unit.key not in taken:
            found[each.key] = Match(each.unit, each.score)
            taken.add(each.unit.key)
    return found
