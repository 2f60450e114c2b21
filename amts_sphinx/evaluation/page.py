"""The page of an experiment: its tables, and each passage with the arms' outputs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import pages
from amts_sphinx.text import diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, Score
    from amts_sphinx.evaluation.results import Evaluation, Example
    from amts_sphinx.text.diff import Piece

#: The most passages of a document on the page, the worst ones: more are slow to show.
MOST: Final = 300


class _PageText(NamedTuple):
    """The output of one arm."""

    arm: str
    #: chrF2, 0–100.
    value: float
    #: The text, with its difference from the arm before.
    pieces: list[Piece]
    #: Whether the arm before has the same output.
    same: bool


class _Passage(NamedTuple):
    example: Example
    texts: list[_PageText]


class _PageDocument(NamedTuple):
    name: str
    passages: list[_Passage]
    #: The number of better passages, which are not shown.
    untold: int


class _Direction(NamedTuple):
    found: Evaluation
    pair: LanguagePair
    documents: list[_PageDocument]
    #: The last arm's total score by each metric, for the signatures.
    signatures: list[Score]


def write(path: Path, found: Sequence[Evaluation], engine: str) -> None:
    """Write the page, which needs no other file.

    :param found: each direction
    :param engine: its name
    :raises InterchangeError: it cannot be written
    """
    directions = [
        _Direction(
            each,
            each.pair,
            list(_documents(each)),
            list(each.total.scores[each.arms[-1]]),
        )
        for each in found
    ]
    pages.write(path, "evaluation.html", directions=directions, engine=engine)


def _documents(found: Evaluation) -> Iterator[_PageDocument]:
    for name, group in groupby(found.examples, key=lambda each: each.document):
        examples = list(group)
        shown = [_Passage(each, _texts(found, each)) for each in examples[:MOST]]
        yield _PageDocument(name, shown, max(0, len(examples) - MOST))


def _texts(found: Evaluation, example: Example) -> list[_PageText]:
    texts = []
    before = None
    for arm, value, text in zip(
        found.arms, example.values, example.hypotheses, strict=True
    ):
        pieces = diff.between(text if before is None else before, text)
        texts.append(_PageText(arm, value, pieces, text == before))
        before = text
    return texts
