"""What a bead costs, in sums that can be worked out by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from amts_sphinx.align import lexicon
from amts_sphinx.align.bead_costs import BeadWeights, Costs, surprise
from amts_sphinx.align.features import TITLE, Bag, Side
from amts_sphinx.align.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.align.bead_costs import Shape

#: A kind of block that is no title.
PROSE: Final = 1


def bag(items: Sequence[Sequence[int]]) -> Bag:
    starts = np.cumsum([0, *map(len, items)])
    ids = np.array([number for item in items for number in item], np.int64)
    return Bag(starts, ids)


def side(
    *,
    anchors: Sequence[Sequence[int]] = ((),),
    words: Sequence[Sequence[int]] = ((),),
    tokens: Sequence[Sequence[int]] = ((),),
    lengths: Sequence[float] = (),
    kinds: Sequence[int] = (),
    joints: Sequence[float] = (),
) -> Side:
    """Return items, each with the numbers of what it has; 40 long by default."""
    count = max(map(len, (anchors, words, tokens, lengths, kinds)))

    def filled(items: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
        return items if len(items) == count else [()] * count

    return Side(
        np.array(lengths or [40] * count, np.float32),
        np.array(kinds or [PROSE] * count),
        np.array(joints or [0] * count, np.float32),
        bag(filled(anchors)),
        bag(filled(words)),
        bag(filled(tokens)),
        np.array([len(item) for item in filled(anchors)], np.float32),
    )


def cost(
    source: Side,
    target: Side,
    shape: Shape = (1, 1),
    known: Lexicon | None = None,
    **weights: float,
) -> float:
    """Return the cost of the bead of the first items, its shape being certain."""
    own = BeadWeights(shapes=((shape, 1.0),), **weights)
    costs = Costs(source, target, own, known or lexicon.empty())
    return float(costs.window(slice(0, 1), slice(0, 1))[shape][0, 0])


def test_equal_lengths_cost_nothing() -> None:
    assert cost(side(), side()) == 0


def test_a_shape_costs_the_logarithm_of_its_frequency() -> None:
    costs = Costs(side(), side(), BeadWeights(), lexicon.empty())
    [[found]] = costs.window(slice(0, 1), slice(0, 1))[1, 1]
    assert found == pytest.approx(-math.log(0.88))


@pytest.mark.parametrize(
    ("number", "counted"), [(1, 1), (4, 4), (5, 5), (6, 5), (9, 5)]
)
def test_five_words_are_evidence_enough(number: int, counted: int) -> None:
    both = [range(number)]
    assert cost(side(words=both), side(words=both)) == -counted
    assert cost(side(words=both), side(words=both), words=2.0) == -2 * counted


@pytest.mark.parametrize(("more", "counted"), [(0, 0), (2, 2), (5, 5), (6, 5), (9, 5)])
def test_words_that_only_the_target_has_cost(more: int, counted: int) -> None:
    found = cost(side(words=[[0]]), side(words=[range(1 + more)]))
    assert found == pytest.approx(0.6 * counted - 1)


def test_words_that_only_the_source_has_cost_nothing() -> None:
    assert cost(side(words=[range(9)]), side(words=[[0]])) == -1


@pytest.mark.parametrize(
    ("number", "counted"), [(1, 1), (5, 5), (6, 6), (7, 6), (20, 6)]
)
def test_six_anchors_are_evidence_enough(number: int, counted: int) -> None:
    both = [range(number)]
    assert cost(side(anchors=both), side(anchors=both)) == -counted


@pytest.mark.parametrize(("more", "counted"), [(0, 0), (2, 2), (6, 6), (7, 6)])
def test_anchors_that_one_side_has_cost_half(more: int, counted: int) -> None:
    few, many = side(anchors=[[0]]), side(anchors=[range(1 + more)])
    assert cost(few, many) == cost(many, few) == counted / 2 - 1


def test_an_anchor_counts_three_times_at_most() -> None:
    twice, often = side(anchors=[[0] * 2]), side(anchors=[[0] * 9])
    assert cost(twice, twice) == -2
    assert cost(often, often) == 6 / 2 - 3  # the other six have no counterpart
    assert cost(twice, often) == 6 / 2 - 2  # of the seven that are left six count


def test_a_title_is_no_paragraph() -> None:
    title, prose = side(kinds=[TITLE]), side(kinds=[PROSE])
    assert cost(title, title) == cost(prose, prose) == 0
    assert cost(title, prose) == cost(prose, title) == 6
    assert cost(prose, side(kinds=[2])) == 2


def test_lengths_that_differ_cost() -> None:
    # 40 and 52 differ by 12; the deviation is sqrt(3 · 46) and this is 1.0215 of it.
    found = cost(side(lengths=[40]), side(lengths=[52]))
    assert found == pytest.approx(
        -math.log(math.erfc(12 / math.sqrt(2 * 3 * 46))), 1e-3
    )
    assert found == cost(side(lengths=[52]), side(lengths=[40]))
    # A pair of one and two characters is judged as if it was three long.
    short = surprise(np.array([1], np.float32), np.array([2], np.float32), 3.0)
    assert short[0] == pytest.approx(-math.log(math.erfc(1 / math.sqrt(18))), 1e-2)


def test_items_that_are_joined_count_together() -> None:
    two = side(
        words=[[0, 1], [2]], anchors=[[5], [6]], lengths=[30, 10], joints=[9, 0.5]
    )
    one = side(words=[[0, 1, 2]], anchors=[[5, 6]], lengths=[40])
    # Three words, two anchors, and the joint of the second item.
    assert cost(two, one, (2, 1)) == pytest.approx(-3 - 2 + 0.5)
    assert cost(one, two, (1, 2)) == pytest.approx(-3 - 2 + 0.5)


def test_an_item_without_counterpart_costs_by_its_length() -> None:
    lengths = np.array([0, 10, 100], np.float32)
    skips = BeadWeights(skip=2.0, skip_length=0.1, skip_most=7.0).skips(lengths)
    assert skips.tolist() == [2, 3, 7]


def test_the_lexicon_rewards_the_share_of_words_it_accounts_for() -> None:
    """Word 0 is word 0, surely; word 1 is word 1 by half; word 2 is nothing."""
    known = Lexicon(
        {"a": 0, "b": 1, "c": 2},
        {"d": 0, "e": 1, "f": 2},
        np.array([1, 1, 2], np.float32),
        np.array([1, 1, 2], np.float32),
        np.array([0, 1, 2, 2]),
        np.array([0, 1]),
        np.array([1, 0.5], np.float32),
        np.array([1, 0.5], np.float32),
    )

    def reward(source: list[int], target: list[int]) -> float:
        found = cost(
            side(tokens=[source]), side(tokens=[target]), known=known, lexicon=6
        )
        return -found / (6 * 2 / 4)

    assert reward([0], [0]) == 2
    assert reward([0, 1], [0, 1]) == pytest.approx(0.75 + 0.75)
    assert reward([0, 2], [0]) == pytest.approx(1 / 3 + 1)
    assert reward([0], [1, 2]) == 0
