"""Find texts that are nearly alike, fast, among up to a million.

An inverted index from words and pairs of words to texts gives candidates: those that
share most of a query's rarest features. They are then compared by Levenshtein distance,
so that what is found is exact; what is missed is a text that is alike but shares hardly
any rare feature. Words of scripts without blanks are their characters.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]

#: Thai, Lao, Burmese, Khmer, kana and ideographs stand without blanks between words.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_RUN: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
#: What stands for a code in a text that is compared: one character.
_CODES: Final = {"open": "\ue000", "close": "\ue001", "empty": "\ue002"}
#: Features of a query that are looked up, the rarest first: at least and at most; and
#: the postings after which no more are: common features tell little and cost much.
_LEAST: Final = 4
_FEATURES: Final = 20
_BUDGET: Final = 4000
#: Candidates that are compared, in a book's memory and in one of many books.
_CANDIDATES: Final = (60, 120)
#: Texts from which on there are more that look alike.
_MANY: Final = 200_000
#: rapidfuzz may drop what has just the cutoff: it is asked for a little less, and what
#: is below the cutoff by more than rounding is dropped here.
_SLACK: Final = 0.01
_ROUNDING: Final = 1e-9
#: Places of the table of features for each text, and the fewest and the most.
_PLACES: Final = 16
_SMALLEST: Final = 2**14
_LARGEST: Final = 2**23
#: Up to so many texts their features are kept; those of more take too much room.
_REMEMBERED: Final = 50_000


class FuzzyHit(NamedTuple):
    """A text that is nearly the one that was asked for."""

    #: Its number.
    text: int
    #: Levenshtein similarity, 0–1: one less the edits by the longer text's length.
    similarity: float


class Index:
    """The texts that can be found; about 300 bytes for each, besides the text."""

    def __init__(
        self, texts: Sequence[str], features: Mapping[str, Ints] | None = None
    ) -> None:
        """Take the texts.

        :param texts: as :func:`reduced` makes them, each once
        :param features: those of all texts, where :func:`features_of` made them before
        """
        self._texts = list(texts)
        self._lengths = np.array([len(text) for text in self._texts], np.int32)
        self._places = table_size(len(self._texts))
        #: Features of texts that will be asked for themselves: those of a book.
        self._own: Mapping[str, Ints] = features or {}
        if features is None:
            own = [features_of(text, self._places) for text in self._texts]
        else:
            own = [features[text] for text in self._texts]
        self._starts, self._postings = _invert(own, self._places)
        if features is None and len(own) <= _REMEMBERED:
            self._own = dict(zip(self._texts, own, strict=True))

    def __len__(self) -> int:
        return len(self._texts)

    def near(self, text: str, cutoff: float, limit: int) -> list[FuzzyHit]:
        """Return the texts most like *text*, the nearest first, then by their number.

        :param cutoff: the least similarity, 0–1
        """
        candidates = self._candidates(text, cutoff).tolist()
        found = nearest(text, [self._texts[number] for number in candidates], cutoff)
        ranked = sorted((-score, candidates[place]) for place, score in found)
        return [FuzzyHit(number, -score) for score, number in ranked[:limit]]

    def _candidates(self, text: str, cutoff: float) -> Ints:
        """Return the texts that share most of the rarest features of *text*."""
        ends = self._rarest(text)
        if not ends:
            return np.empty(0, np.int32)
        touched = np.concatenate([self._postings[first:last] for first, last in ends])
        sizes = np.array([last - first for first, last in ends])
        votes = np.repeat(1 / (1 + np.log(sizes)), sizes)
        lengths = self._lengths[touched]
        fits = (lengths >= len(text) * cutoff) & (lengths * cutoff <= len(text))
        touched, votes = touched[fits], votes[fits]
        order = np.argsort(touched, kind="stable")
        touched, votes = touched[order], votes[order]
        first = np.flatnonzero(np.diff(touched, prepend=-1))
        if not len(first):
            return np.empty(0, np.int32)
        touched, votes = touched[first], np.add.reduceat(votes, first)
        most = _CANDIDATES[len(self) >= _MANY]
        if len(touched) > most:
            touched = touched[np.argpartition(-votes, most)[:most]]
        return np.asarray(touched, np.int32)

    def _rarest(self, text: str) -> list[tuple[int, int]]:
        """Return the ends of the postings of the rarest features of *text*."""
        places = self._own.get(text)
        if places is None:
            places = features_of(text, self._places)
        starts, ends = self._starts[places], self._starts[places + 1]
        sizes = ends - starts
        order = np.argsort(sizes, kind="stable")
        order = order[sizes[order] > 0][:_FEATURES]
        affordable = int(np.searchsorted(np.cumsum(sizes[order]), _BUDGET))
        order = order[: max(_LEAST, affordable)]
        return list(zip(starts[order].tolist(), ends[order].tolist(), strict=True))


def nearest(text: str, texts: Sequence[str], cutoff: float) -> list[tuple[int, float]]:
    """Return which of *texts* are like *text*, with their similarity, in any order.

    :param cutoff: the least similarity, 0–1
    """
    found = process.extract(
        text,
        texts,
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=cutoff - _SLACK,
        limit=None,
    )
    least = cutoff - _ROUNDING
    return [(place, score) for _, score, place in found if score >= least]


def reduced(coded: str) -> str:
    """Return coded text as it is compared: each code counts as one character."""
    if "<" not in coded:
        return inline_codes.unescape(coded)
    return "".join(
        _CODES.get(piece.type) or inline_codes.unescape(piece.coded)
        for piece in inline_codes.tokens(coded)
    )


def _features(text: str) -> Iterator[str]:
    """Yield the words of a text, and each two that are neighbours."""
    last = ""
    for word in _RUN.findall(text.lower()):
        yield word
        if last:
            yield f"{last} {word}"
        last = word


def features_of(text: str, places: int) -> Ints:
    """Return where the features of a text stand in the table, rising, each once."""
    own = sorted(set(_hashes(text, places)))
    return np.fromiter(own, np.int32, len(own))


def _hashes(text: str, places: int) -> Iterator[int]:
    for feature in _features(text):
        yield zlib.crc32(feature.encode("utf-8", "surrogatepass")) & (places - 1)


def table_size(texts: int) -> int:
    """Return the size of the table of features, a power of two."""
    wanted = max(_SMALLEST, min(_LARGEST, texts * _PLACES))
    return int(2 ** np.ceil(np.log2(wanted)))


def is_chosen(
    features: Ints, owners: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell of each feature of many texts whether it is one that is looked up.

    :param features: of one text after the other
    :param owners: the number of the text of each, rising
    :param sizes: the number of texts that have each feature of the table
    """
    own = sizes[features]
    order = np.lexsort((own, owners))
    order = order[own[order] > 0]
    grouped, rising = owners[order], own[order]
    first = np.searchsorted(grouped, grouped)
    rank = np.arange(len(order)) - first
    total = np.cumsum(rising)
    total -= (total - rising)[first]
    chosen = np.zeros(len(features), bool)
    chosen[order] = (rank < _FEATURES) & ((rank < _LEAST) | (total < _BUDGET))
    return chosen


def _invert(features: Sequence[Ints], places: int) -> tuple[NDArray[np.int64], Ints]:
    """Return where each feature's postings start, and the postings: texts, rising.

    :param features: those of each text
    """
    if not features:
        return np.zeros(places + 1, np.int64), np.empty(0, np.int32)
    keys = np.concatenate(features)
    counts = [len(each) for each in features]
    numbers = np.repeat(np.arange(len(features), dtype=np.int32), counts)
    starts = np.zeros(places + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=places), out=starts[1:])
    return starts, numbers[np.argsort(keys, kind="stable")]
