"""Near matches of the last time, and which of them still hold.

What is near a text depends on few sources of the memory: those that have one of its
rarest features. Where none of them came or went, and no other feature has become rarer
than these, an index would find the same again, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from amts_sphinx.memory.fuzzy_index import Index, features_of, is_chosen, table_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

#: Sources of a memory from which on nothing is kept: it would take too much room.
MOST: Final = 100_000
#: The part of the sources that may have come or gone: of more, all is found anew.
_FEW: Final = 0.1


class Hit(NamedTuple):
    """A source that is nearly a text."""

    key: str
    #: 0–1.
    similarity: float


@dataclass(slots=True)
class KeptMatches:
    """The near matches of texts, as they were found last; it can be pickled."""

    #: What they were asked for with: the cutoff and the limit.
    asked: tuple[float, int] = (0.0, 0)
    #: The size of the table of features.
    places: int = 0
    #: The keys of the memory, each with its text as it is compared.
    texts: dict[str, str] = field(default_factory=dict)
    #: The features of texts, one after the other, and how many each has.
    features: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    counts: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    #: The texts that those are of.
    owners: list[str] = field(default_factory=list)
    #: What is near each text that was asked for.
    found: dict[str, list[Hit]] = field(default_factory=dict)

    def forget(self) -> None:
        """Keep nothing."""
        self.places, self.texts, self.found = 0, {}, {}
        self.know({})

    def own(self) -> dict[str, Ints]:
        """Return the features of each text."""
        if not self.owners:
            return {}
        parts = np.split(self.features, np.cumsum(self.counts)[:-1])
        return dict(zip(self.owners, parts, strict=True))

    def know(self, features: Mapping[str, Ints]) -> None:
        """Keep the features of texts."""
        self.owners = list(features)
        self.counts = np.fromiter(map(len, features.values()), np.int32, len(features))
        self.features = np.concatenate([np.empty(0, np.int32), *features.values()])


def find(
    kept: KeptMatches,
    keys: Sequence[str],
    asked: Iterable[str],
    how: tuple[float, int],
    reduced: Callable[[str], str],
) -> dict[str, list[Hit]]:
    """Return what is near each of some texts; *kept* is brought up to date.

    :param keys: all sources of the memory, sorted
    :param asked: texts as they are compared
    :param how: the least similarity, 0–1, and the most sources that are near a text
    :param reduced: makes the text of a key that is compared
    """
    if not keys:
        kept.forget()
        return {text: [] for text in asked}
    texts = {key: kept.texts.get(key) or reduced(key) for key in keys}
    places = table_size(len(keys))
    own = kept.own() if kept.places == places else {}
    wanted = list(dict.fromkeys(asked))
    features = {
        text: own[text] if text in own else features_of(text, places)
        for text in dict.fromkeys((*texts.values(), *wanted))
    }
    found: dict[str, list[Hit]] = {}
    if (kept.asked, kept.places) == (how, places):
        known = [text for text in wanted if text in kept.found]
        changes = _Changes(kept.texts, texts, own | features, places)
        found = {text: kept.found[text] for text in changes.holding(known)}
    rest = [text for text in wanted if text not in found]
    if rest:
        index = Index([*texts.values()], features)
        for text in rest:
            hits = index.near(text, *how)
            found[text] = [Hit(keys[hit.text], hit.similarity) for hit in hits]
    kept.asked, kept.places, kept.texts, kept.found = how, places, texts, found
    kept.know(features)
    return found


class _Changes:
    """The sources that came into the memory, and those that went."""

    def __init__(
        self,
        then: Mapping[str, str],
        now: Mapping[str, str],
        features: Mapping[str, Ints],
        places: int,
    ) -> None:
        """Compare two states of a memory.

        :param then: the text of each key then; *now*: the same now
        :param features: those of all texts of both
        """
        came = [features[now[key]] for key in now.keys() - then.keys()]
        went = [features[then[key]] for key in then.keys() - now.keys()]
        self._number = len(came) + len(went)
        self._is_much = self._number > _FEW * len(now)
        self._features = features
        if self._number and not self._is_much:
            counted = [features[text] for text in now.values()]
            self._now = _sizes(counted, places)
            self._then = self._now - _sizes(came, places) + _sizes(went, places)
            self._touched = _sizes(came + went, places) > 0

    def holding(self, texts: Sequence[str]) -> Sequence[str]:
        """Return those of *texts* near which nothing can have changed."""
        if not self._number or not texts:
            return texts
        if self._is_much:
            return ()
        own = [self._features[text] for text in texts]
        flat = np.concatenate(own)
        owners = np.repeat(np.arange(len(own)), [len(each) for each in own])
        now = is_chosen(flat, owners, self._now)
        then = is_chosen(flat, owners, self._then)
        changed = set(owners[(now != then) | (now & self._touched[flat])].tolist())
        return [text for number, text in enumerate(texts) if number not in changed]


def _sizes(features: Sequence[Ints], places: int) -> NDArray[np.int64]:
    """Return how many texts have each feature."""
    if not features:
        return np.zeros(places, np.int64)
    return np.bincount(np.concatenate(features), minlength=places)
