"""Near matches that are kept are those that would be found anew."""

from __future__ import annotations

import pickle
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from amts_sphinx.core.units import LanguagePair, State, TranslationUnit
from amts_sphinx.memory import fuzzy_index, fuzzy_kept
from amts_sphinx.memory.fuzzy_kept import KeptMatches
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "de")
HOW = (0.7, 4)


def book(chance: random.Random, size: int) -> list[str]:
    """Return sentences of a few common words and many rare ones, many of them alike."""
    words = [f"w{number}" for number in range(size)]
    found = []
    for _ in range(size):
        length = chance.randint(2, 12)
        text = ["the", "a", *chance.choices(words, k=length), "of", "it"]
        found.append(" ".join(chance.sample(text, len(text))))
        if chance.random() < 0.5:
            text[chance.randrange(len(text))] = chance.choice(words)
            found.append(" ".join(text))
    return sorted(set(found))


def anew(keys: list[str], asked: list[str]) -> dict[str, list[fuzzy_kept.Hit]]:
    return fuzzy_kept.find(KeptMatches(), keys, asked, HOW, str)


def test_is_chosen_is_what_is_looked_up() -> None:
    chance = random.Random(3)
    texts = [
        " ".join(chance.choices("the a of x y z".split(), k=9)) for _ in range(5000)
    ]
    texts += book(chance, 900)
    index = fuzzy_index.Index(texts)
    places = fuzzy_index.table_size(len(texts))
    asked = [*texts[::50], "nothing of this", ""]
    own = [fuzzy_index.features_of(text, places) for text in asked]
    every = [fuzzy_index.features_of(text, places) for text in texts]
    sizes = np.bincount(np.concatenate(every), minlength=places)
    owners = np.repeat(np.arange(len(own)), [len(each) for each in own])
    chosen = fuzzy_index.is_chosen(np.concatenate(own), owners, sizes)
    for number, text in enumerate(asked):
        ends = index._rarest(text)  # noqa: SLF001 - what it must agree with
        assert chosen[owners == number].sum() == len(ends)
        mine = own[number][chosen[owners == number]]
        assert sorted(sizes[mine]) == sorted(last - first for first, last in ends)


@pytest.mark.parametrize("seed", range(6))
def test_kept_matches_are_those_found_anew(seed: int) -> None:
    chance = random.Random(seed)
    keys = book(chance, 700)
    kept = KeptMatches()
    fuzzy_kept.find(kept, keys, keys, HOW, str)
    for _ in range(6):
        went = set(chance.sample(keys, chance.randint(0, 4)))
        came = [
            f"{chance.choice(keys)} w{chance.randrange(700)}"
            for _ in range(chance.randint(0, 4))
        ]
        keys = sorted({*keys, *came} - went)
        asked = [*keys[::2], *came, "the w1 w2 of it"]
        kept = pickle.loads(pickle.dumps(kept))
        assert fuzzy_kept.find(kept, keys, asked, HOW, str) == anew(keys, asked)


def test_few_are_looked_for_after_a_small_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In a book of thousands of texts the commonest words are not looked up.
    monkeypatch.setattr(fuzzy_index, "_BUDGET", 200)
    looked: list[str] = []
    near = fuzzy_index.Index.near

    def counted(self: fuzzy_index.Index, text: str, *how: float) -> object:
        looked.append(text)
        return near(self, text, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(fuzzy_index.Index, "near", counted)
    keys = book(random.Random(1), 1000)
    kept = KeptMatches()
    fuzzy_kept.find(kept, keys, keys, HOW, str)
    assert len(looked) == len(keys)
    looked.clear()
    keys = sorted([*keys, "the w7 a new w8 of it"])
    fuzzy_kept.find(kept, keys, keys, HOW, str)
    assert 0 < len(looked) < len(keys) / 10
    looked.clear()
    fuzzy_kept.find(kept, keys, keys, HOW, str)
    assert looked == []
    fuzzy_kept.find(kept, keys, keys, (0.8, 4), str)
    assert len(looked) == len(keys), "asked in another way"


def test_a_memory_answers_the_same(tmp_path: Path) -> None:
    sources = book(random.Random(2), 300)

    def units(texts: list[str], sign: str) -> list[TranslationUnit]:
        return [
            TranslationUnit(text, f"{text} {sign}", PAIR, "pseudo/1", State.MACHINE)
            for text in texts
        ]

    kept = KeptMatches()
    with Memory(tmp_path / "memory.sqlite") as memory:
        memory.learn(units(sources, "!"))
        ask = sources[:200]
        memory.fuzzy(PAIR, ask, limit=4, kept=kept)
        # A target alone changes, and a source comes.
        memory.learn(units(sources[:20], "?"))
        memory.learn(units([f"{sources[5]} x"], "!"))
        found = memory.fuzzy(PAIR, ask, limit=4, kept=kept)
    with Memory(tmp_path / "memory.sqlite") as memory:
        assert found == memory.fuzzy(PAIR, ask, limit=4)
    assert any(
        match.unit.target.endswith("?") for each in found.values() for match in each
    )
