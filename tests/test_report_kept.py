"""A report that is made anew for what changed is the one that is made for all."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from test_report import configuration

from amts_sphinx.core import indented_json, kept
from amts_sphinx.core.kept import Remembered
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Location,
    Segment,
    State,
    TranslationUnit,
)
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report.model import Cost
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.text.segmentation import container as split
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "de")
WORDS = [f"word{number}" for number in range(150)]


def sentences(chance: random.Random, size: int = 90) -> list[str]:
    """Return sentences of which each second one is like the one before."""
    found: list[str] = []
    while len(found) < size:
        text = [*chance.choices(WORDS, k=7), "is not", str(chance.randrange(9))]
        found.append(f"The {' '.join(text)}.")
        text[3] = chance.choice(WORDS)
        found.append(f"The {' '.join(text)}.")
    return found


@dataclass
class Desk:
    """A memory and a book; two reports on each state of them."""

    home: Path
    memory: Memory
    #: Sentences by document.
    book: dict[str, list[str]]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where the report keeps what it found out."""
        return self.home / "kept.pickle"

    def reports(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a report that goes on from the last one, and one from nothing."""
        made = self.made("going-on", {"de": self.path}), self.made("from-nothing", {})
        assert made[0]["segments"]
        return made

    def made(
        self,
        name: str,
        kept: dict[str, Path],
        pair: LanguagePair = PAIR,
    ) -> dict[str, Any]:
        """Return the report of this name."""
        texts = [
            split(
                Segment(text, "paragraph", Location(document, line)),
                1,
                "en",
                by_sentence=True,
            )
            for document, lines in self.book.items()
            for line, text in enumerate(lines, 1)
        ]
        translator = Translator(
            self.memory, create_engine("pseudo", {}), profile_for(pair.target)
        )
        edition = translator.translate(texts, pair)
        names = {document: self.home / f"{document}.rst" for document in self.book}
        reporter = Reporter(
            self.memory,
            configuration(self.home, **self.options),
            self.home / name,
            BookFacts("Book", texts, names, "1"),
            {pair.target: self.home / "out"},
            kept=kept,
        )
        reporter.report(edition, Cost(0, None))
        file = self.home / name / pair.target / "report.json"
        text = file.read_text("utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1)
        content: dict[str, Any] = json.loads(text)
        del content["edition"]["built"], content["history"]
        return content


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    texts = sentences(random.Random(1))
    book = {"first": texts[:30], "second": texts[30:60], "third": texts[60:]}
    with Memory(tmp_path / "memory.sqlite") as memory:
        found = Desk(tmp_path, memory, book)
        # People have translated another book, much like it.
        for text in texts[::5]:
            say(found, text.replace(" is not ", " is "), f"Das war {len(text)}.")
        yield found


def say(desk: Desk, source: str, target: str) -> None:
    unit = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    desk.memory.learn([unit])


def test_each_change_is_noticed(desk: Desk) -> None:
    first, second = desk.reports()
    assert first == second
    assert any(each["near"] for each in first["segments"])

    # A sentence is another one.
    desk.book["first"][4] = desk.book["first"][4].replace("is not", "is")
    # A page has gone, with the near matches of others and what it said elsewhere.
    changed, expected = desk.reports()
    assert changed == expected != first
    del desk.book["second"]
    changed, expected = desk.reports()
    assert changed == expected
    assert not any(each["document"] == "second" for each in changed["segments"])

    # People translate a text, near which others are, and one that nobody asked for.
    say(desk, desk.book["third"][0], "Das ist 7 nicht.")
    say(desk, desk.book["third"][3].replace("word", "wort"), "So 8.")
    changed, expected = desk.reports()
    assert changed == expected
    # The unit that is near others alone has another target.
    say(desk, desk.book["third"][0], "Das ist nicht 8 und nicht 9.")
    again, expected = desk.reports()
    assert again == expected != changed


@pytest.mark.parametrize(
    "options",
    [
        {"ignore": frozenset({"numbers"})},
        {"forbidden_terms": {"de": ("Das",)}},
    ],
)
def test_options_are_noticed(desk: Desk, options: dict[str, Any]) -> None:
    desk.book["first"][0] = "There are 12 of them."
    say(desk, desk.book["first"][0], "Das sind 13.")
    first, _ = desk.reports()
    desk.options = options
    changed, expected = desk.reports()
    assert changed == expected
    assert changed["findings"] != first["findings"]


def test_what_is_the_same_is_not_looked_at_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from amts_sphinx.checks import rules

    looked: list[str] = []
    find = rules.CHECKS["numbers"]

    def counted(texts: rules.CheckedTexts, context: rules.Context) -> object:
        looked.append(texts.source)
        return find(texts, context)

    monkeypatch.setitem(rules.CHECKS, "numbers", counted)
    desk.made("going-on", {"de": desk.path})
    assert len(looked) == len({text for texts in desk.book.values() for text in texts})
    looked.clear()
    desk.book["first"][0] = "Water the garden 3 times in 5 days."
    desk.made("going-on", {"de": desk.path})
    # And the few that the sentence before was near to.
    assert "Water the garden 3 times in 5 days." in looked
    assert len(looked) < 10


@pytest.mark.parametrize("content", [b"", b"\x80\x05no pickle", b"\x80\x04N."])
def test_a_damaged_file_is_as_good_as_none(desk: Desk, content: bytes) -> None:
    desk.reports()
    desk.path.write_bytes(content)
    desk.book["first"][0] = "Water the garden 3 times in 5 days."
    changed, expected = desk.reports()
    assert changed == expected


def test_what_other_versions_kept_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept"
    kept.save(path, {"a": 1}, "library 1")
    assert kept.load(path, "library 1") == {"a": 1}
    assert kept.load(path, "library 2") is None
    assert kept.load(tmp_path / "none", "library 1") is None
    monkeypatch.setattr(kept, "__version__", "99")
    assert kept.load(path, "library 1") is None


def test_what_nobody_asks_for_is_forgotten() -> None:
    before = Remembered({"a": 1, "b": 2})
    assert before.get("a", lambda: 9) == 1
    assert before.has_changed
    assert before.get("c", lambda: 3) == 3
    assert before.present == {"a": 1, "c": 3}


@pytest.mark.parametrize(
    "value",
    [
        {}, [], {"a": []}, {"a": {}, "b": [{}, []]}, [1, -2, 3.5, 1e300, float("nan")],
        {"text": '„ü“\n\t"\\ \u2028 \x00 \U0001f600', "none": None, "yes": True},
        ["no", False, {"deep": [{"deeper": [[1], ["x"]]}]}], "text", 0, None,
        (1, ("a", None)), {"state": State.DRAFT},
    ],
)  # fmt: skip
def test_json_is_written_as_python_writes_it(value: object) -> None:
    expected = json.dumps(value, ensure_ascii=False, indent=1)
    assert indented_json.dumps(value) == expected


def test_json_has_no_other_values() -> None:
    with pytest.raises(TypeError):
        indented_json.dumps({"set": {1}})
