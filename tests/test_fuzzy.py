"""Near matches: the index against brute force, and what a memory offers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import fuzzy_index
from amts_sphinx.memory.fuzzy_index import Index, reduced
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "es")
NOUNS = "sensor battery gauge logger station cable shield funnel file clock".split()
VERBS = "reads stops fills breaks opens needs loses keeps warms sends".split()
PLACES = "garden roof valley school river window field shed street tower".split()
SIGNS = "温度湿度气压雨量传感器电池记录站读数误差"


def english(rng: random.Random) -> str:
    words = [rng.choice(each) for each in (NOUNS, VERBS, NOUNS, PLACES)]
    more = " ".join(rng.choices(NOUNS + VERBS + PLACES, k=rng.randint(2, 12)))
    return "The {} {} the {} in the {} {}.".format(*words, more)


def chinese(rng: random.Random) -> str:
    return "".join(rng.choices(SIGNS, k=rng.randint(6, 40))) + "。"


@pytest.mark.parametrize("make", [english, chinese])
def test_the_index_finds_what_comparing_with_all_finds(make: object) -> None:
    rng = random.Random(3)
    assert callable(make)
    texts = list(dict.fromkeys(make(rng) for _ in range(3000)))
    index = Index(texts)
    for text in rng.sample(texts, 150):
        place = rng.randrange(len(text))
        query = text[:place] + rng.choice(["", "new ", "别的"]) + text[place + 2 :]
        best = process.extractOne(
            query, texts, scorer=Levenshtein.normalized_similarity, score_cutoff=0.7
        )
        found = index.near(query, 0.7, 1)
        assert [near.similarity for near in found] == ([best[1]] if best else [])


def test_an_index_of_many_books_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    texts = [english(rng) for _ in range(300)]
    small = Index(texts)
    monkeypatch.setattr(fuzzy_index, "_REMEMBERED", 10)
    big = Index(texts)
    for text in texts[:50]:
        assert big.near(text, 0.5, 3) == small.near(text, 0.5, 3)


def test_an_empty_index_and_an_empty_query() -> None:
    assert Index([]).near("rain", 0.5, 3) == []
    assert Index(["rain"]).near("", 0.5, 3) == []
    assert Index(["rain", "…"]).near("snow", 0.5, 3) == []


def test_a_code_counts_as_one_character() -> None:
    assert reduced('a <g id="1">b</g> &amp;<x id="12"/>') == "a \ue000b\ue001 &\ue002"


def unit(
    source: str,
    target: str = "x",
    maker: str = HUMAN,
    state: State = State.REVIEWED,
    pair: LanguagePair = PAIR,
) -> TranslationUnit:
    return TranslationUnit(source, target, pair, maker, state)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def scores(
    memory: Memory, source: str, *, cutoff: int = 70, limit: int = 1
) -> list[tuple[str, int]]:
    found = memory.fuzzy(PAIR, [source], cutoff=cutoff, limit=limit)[source]
    return [(match.unit.source, match.score) for match in found]


def test_the_nearest_comes_first(memory: Memory) -> None:
    memory.learn(
        [
            unit("The logger writes a file every hour."),
            unit("The logger writes a file every day."),
            unit("The roof is red."),
        ]
    )
    asked = "The logger writes a file every hours."
    assert scores(memory, asked, limit=3) == [
        ("The logger writes a file every hour.", 97),
        ("The logger writes a file every day.", 86),
    ]
    assert [s for s, _ in scores(memory, asked)] == [
        "The logger writes a file every hour."
    ]
    assert scores(memory, asked, cutoff=98) == []


def test_only_equal_sources_are_exact(memory: Memory) -> None:
    long = "The logger writes a very long file. " * 20
    memory.learn([unit(long), unit("It's dry.")])
    assert scores(memory, "It’s  dry.") == [("It's dry.", 100)]
    [(_, score)] = scores(memory, f"{long}!")
    assert score == 99


def test_a_person_comes_before_machines_and_drafts_do_not_come(memory: Memory) -> None:
    memory.learn(
        [
            unit("It rains today.", "m", "engine/1", State.MACHINE),
            unit("It rains today.", "h"),
            unit("It rains tonight.", "d", "corpus/1", State.DRAFT),
            unit("It rained today.", "m", "engine/1", State.MACHINE),
        ]
    )
    found = memory.fuzzy(PAIR, ["It rains today!"], limit=5)["It rains today!"]
    assert [match.unit.target for match in found] == ["h", "m"]


def test_other_languages_are_not_asked(memory: Memory) -> None:
    memory.learn([unit("It rains today.", pair=LanguagePair("en", "zh"))])
    assert scores(memory, "It rains today!") == []


def test_what_is_learnt_later_is_found(memory: Memory) -> None:
    memory.learn([unit("It rains today.")])
    assert scores(memory, "It snows in winter!") == []
    memory.learn([unit("It snows in winter.")])
    assert scores(memory, "It snows in winter!") == [("It snows in winter.", 94)]
    memory.learn([], file=("a.tmx", "1"))
    assert scores(memory, "It snows in winter!") == [("It snows in winter.", 94)]


def test_codes_cost_little(memory: Memory) -> None:
    memory.learn([unit('Read the <g id="1">whole</g> chapter.', '<g id="1">x</g>')])
    [(_, score)] = scores(memory, "Read the whole chapter.")
    assert score == 92


@pytest.mark.parametrize(("cutoff", "limit"), [(0, 1), (101, 1), (70, 0)])
def test_bounds(memory: Memory, cutoff: int, limit: int) -> None:
    with pytest.raises(ValueError, match="1–100"):
        memory.fuzzy(PAIR, ["rain"], cutoff=cutoff, limit=limit)
