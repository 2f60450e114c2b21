"""Which document of one edition is which of another: by name, else by content.

Documents are renamed, and chapters split. Two books in one language have sentences in
common (:func:`origins`). Two languages have in common what is not translated: formulas,
code, addresses, numbers and names (:func:`counterparts`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from amts_sphinx.core.units import Book, Container

    #: By the name of a document: what it has that is not translated, with its weight.
    _Weights = dict[str, dict[str, float]]

#: Words that are the same in most languages: with a digit, or a capital that is not the
#: first letter; and numbers of several digits.
_KEPT: Final = re.compile(
    r"(?a:\b(?=[a-z]*\w*[A-Z\d_])[A-Za-z]\w*[A-Z\d_]\w*\b|\b\d{2,}\b)"
)
#: The least likeness, 0–1, of documents that have other names.
_ALIKE: Final = 0.35
#: How much liker two documents are than either is to any third: a factor.
_CLEAR: Final = 1.25
#: The fewest things, not in many documents, that such documents have in common.
_FEWEST: Final = 4
#: A thing in more documents than this is not looked up: nearly all have it.
_RARE: Final = 60
#: The share of what a document holds that another must hold for it to be a part of it.
_PART: Final = 0.6
#: The share of the best origin's text that another document must have to be one too.
_SHARE: Final = 0.2
#: A sentence in more documents than this says nothing of where one came from.
_COMMON: Final = 2


class Counterparts(NamedTuple):
    """Documents that are each other's translation."""

    source: tuple[str, ...]
    target: tuple[str, ...]

    @property
    def by_name(self) -> bool:
        """Whether their name says so."""
        return self.source == self.target


def counterparts(source: Book, target: Book) -> list[Counterparts]:
    """Pair the documents of two editions, in the order of the source.

    A document is paired with the one of its name, else with the one that is clearly the
    likest. What has no counterpart then, but is a part of one, was split off from it.
    """
    if source.keys() == target.keys():
        return [Counterparts((name,), (name,)) for name in source]
    sides = _weighted(source, target)
    found = {name: name for name in source if name in target}
    found.update(_renamed(*sides, found))
    pieces = _pieces(*sides, found)
    order = {name: number for number, name in enumerate(source)}
    return sorted(_groups(found, pieces), key=lambda both: order[both.source[0]])


def _renamed(
    source: _Weights, target: _Weights, named: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the documents with another name that are clearly the likest, each once."""
    others = _Index({n: things for n, things in target.items() if n not in named})
    scores = {
        (mine, other): score
        for mine in source.keys() - named.keys()
        for other in others.near(source[mine])
        if (score := _likeness(source[mine], target[other])) >= _ALIKE
    }
    #: By each document: the pairs that it is in.
    among: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for both in scores:
        for each in enumerate(both):
            among[each].append(both)
    taken: set[tuple[int, str]] = set()
    for both in sorted(scores, key=lambda both: (-scores[both], both)):
        if taken & {*enumerate(both)}:
            continue
        rivals = [
            scores[other]
            for each in enumerate(both)
            for other in among[each]
            if other != both and not taken & {*enumerate(other)}
        ]
        if max(rivals, default=0) * _CLEAR <= scores[both]:
            taken |= {*enumerate(both)}
            yield both


def _pieces(
    source: _Weights, target: _Weights, found: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return the documents without a counterpart, with what they are a part of."""
    sides = _Index(source), _Index(target)
    ours = [
        (name, whole)
        for name in source.keys() - found.keys()
        if (whole := _holder(source[name], sides[1])) is not None
    ]
    theirs = [
        (whole, name)
        for name in target.keys() - set(found.values())
        if (whole := _holder(target[name], sides[0])) is not None
    ]
    return ours + theirs


class _Index:
    """Finds documents that have rare things in common with one."""

    def __init__(self, documents: _Weights) -> None:
        self.documents = documents
        self._where: dict[str, list[str]] = defaultdict(list)
        for name, things in documents.items():
            for thing in things:
                self._where[thing].append(name)

    def near(self, things: Iterable[str]) -> list[str]:
        """Return the names of the documents that may be like one with *things*."""
        shared = Counter(
            name
            for thing in things
            if len(names := self._where.get(thing, ())) <= _RARE
            for name in names
        )
        return [name for name, count in shared.items() if count >= _FEWEST]


def _holder(part: Mapping[str, float], others: _Index) -> str | None:
    """Return the one document that clearly holds *part*; ``None``: there is none."""
    size = sum(part.values())
    shares = sorted(
        (
            (sum(part[thing] for thing in common) / size, name)
            for name in others.near(part)
            if (common := part.keys() & others.documents[name].keys())
        ),
        reverse=True,
    )
    if not shares or shares[0][0] < _PART:
        return None
    second = shares[1][0] if len(shares) > 1 else 0
    return shares[0][1] if second * _CLEAR <= shares[0][0] else None


def _groups(
    found: Mapping[str, str], pieces: Iterable[tuple[str, str]]
) -> Iterator[Counterparts]:
    """Yield the documents that belong together; a chain of splits is left out."""
    mine: dict[str, set[str]] = defaultdict(set)
    other: dict[str, set[str]] = defaultdict(set)
    for a, b in [*found.items(), *pieces]:
        mine[a].add(b)
        other[b].add(a)
    for a, theirs in mine.items():
        if all(len(other[b]) == 1 for b in theirs):
            yield Counterparts((a,), tuple(sorted(theirs)))
        elif a in found and len(other[found[a]]) == 1:
            yield Counterparts((a,), (found[a],))
    for b, ours in other.items():
        if len(ours) > 1:
            if all(len(mine[a]) == 1 for a in ours):
                yield Counterparts(tuple(sorted(ours)), (b,))
            else:
                yield from (Counterparts((a,), (b,)) for a in ours if found.get(a) == b)


def _weighted(source: Book, target: Book) -> tuple[_Weights, _Weights]:
    """Return what each document has that is not translated, with its weight."""
    sides = [
        {name: Counter(_kept(texts)) for name, texts in side.items()}
        for side in (source, target)
    ]
    frequency: Counter[str] = Counter()
    for side in sides:
        for things in side.values():
            frequency.update(things.keys())
    whole = sum(map(len, sides)) or 1
    ours, theirs = (
        {
            name: {
                thing: sqrt(count) * log(1 + whole / frequency[thing])
                for thing, count in things.items()
            }
            for name, things in side.items()
        }
        for side in sides
    )
    return ours, theirs


def _kept(texts: Iterable[Container]) -> Iterable[str]:
    """Yield what of some texts is the same in every language."""
    for container in texts:
        for code in container.whole.codes:
            if code.equiv:
                yield code.equiv
        yield from _KEPT.findall(inline_codes.plain(container.whole.source))


def _likeness(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Return the cosine of two documents, 0–1."""
    common = ours.keys() & theirs.keys()
    lengths = (sqrt(sum(w * w for w in side.values())) for side in (ours, theirs))
    product = sum(ours[thing] * theirs[thing] for thing in common)
    one, other = lengths
    return product / (one * other)


def origins(former: Book, now: Book) -> dict[str, tuple[str, ...]]:
    """Return for each document of a former version what became of it.

    :returns: the documents of *now* that have its text, the one with the most first; a
        document of the same name is among them in any case
    """
    where: dict[str, set[str]] = defaultdict(set)
    for name, texts in now.items():
        for key in _keys(texts):
            where[key].add(name)
    held = Counter(key for texts in former.values() for key in set(_keys(texts)))
    found: dict[str, tuple[str, ...]] = {}
    for name, texts in former.items():
        shared: Counter[str] = Counter()
        for key in set(_keys(texts)):
            if held[key] <= _COMMON and len(where.get(key, ())) <= _COMMON:
                for there in where.get(key, ()):
                    shared[there] += len(key)
        best = max(shared.values(), default=0)
        heirs = [
            there
            for there, size in sorted(shared.items(), key=lambda s: (-s[1], s[0]))
            if size >= best * _SHARE
        ]
        if name in now and name not in heirs:
            heirs.append(name)
        found[name] = tuple(heirs)
    return found


def _keys(texts: Iterable[Container]) -> Iterable[str]:
    return (segment.key for each in texts for segment in each.segments)
