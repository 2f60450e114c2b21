"""``amts_stale``: what readers see of a sentence whose source changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.cli import main
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Location,
    Segment,
    State,
    TranslationUnit,
)
from amts_sphinx.edition import draft_notice
from amts_sphinx.engine.none import create
from amts_sphinx.formats import tmx
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text.segmentation import container
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import stale
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book

PAIR = LanguagePair("en", "zh")
MARKED = "//*[contains(concat(' ', @class, ' '), ' amts-stale ')]"
NOTICE = "//div[contains(@class, 'amts-notice')]"
FORMER = "Water it well before the first frost of the year."
NOW = "Water it well before the last frost of the year."


def unit(source: str, target: str) -> TranslationUnit:
    return TranslationUnit(source, target, PAIR, HUMAN, State.APPROVED, "lone")


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_readers_see_what_a_person_made_of_the_former_text(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [unit(FORMER, "首霜前浇透水。")]
    tmx.write(book.source / "a.tmx", said, source_language="en")
    book.write("lone.rst", f":orphan:\n\nA lonely page\n{'=' * 13}\n\n{NOW}\n")
    settings = (
        'amts_memory_files = ["a.tmx"]\namts_stale = {"zh": "human"}\n'
        'amts_engine = "none"\namts_target_languages = ["zh"]\n'
    )
    book.write("conf.py", (book.source / "conf.py").read_text() + settings)
    # With -W: that this was chosen is no reason for a build to fail.
    built = book.build("amts-zh", "-W", engine="recording")
    assert built.status == 0, built.warned
    assert built.text("lone", MARKED) == ["首霜前浇透水。"]
    assert built.text("lone", NOTICE) == ["本页部分内容译自原文的旧版本。"]
    assert built.text("soil", NOTICE) == []
    assert "1 segments are people's translations of a former text" in built.said
    assert "by people" not in built.said
    assert "stay in the source language" not in built.said
    assert NOW not in {source for asked in book.requests() for source in asked}
    report = json.loads(
        (book.source / ".amts" / "report" / "zh" / "report.json").read_bytes()
    )
    [row] = [each for each in report["segments"] if each["source"] == NOW]
    assert (row["stage"], row["near"]["source"]) == ("changed", FORMER)
    assert [part[1] for part in row["near"]["difference"] if part[0] != "same"] == [
        "first",
        "last",
    ]
    assert main(["status", "--json", "--book", str(book.source)]) == 0
    [status] = json.loads(capsys.readouterr().out)
    assert status["progress"]["segments"]["changed"] == 1
    # The machine's text comes by itself when that is wanted.
    built = book.build("amts-zh", "-D", "amts_stale=machine", engine="recording")
    assert built.text("lone", MARKED) == built.text("lone", NOTICE) == []
    assert [NOW] in book.requests()
    told = "amts-zh: 1 translation by people is of a former text of their source, and"
    assert f"{told} the machine's are shown: see amts status" in built.said
    # It is told at every build, though the report is the last one's.
    built = book.build("amts-zh", "-D", "amts_stale=machine", engine="none")
    assert f"{told} the source is shown: see amts status" in built.said
    again = book.build("amts-zh", "-D", "amts_stale=machine", engine="none")
    assert f"{told} the source is shown: see amts status" in again.said


@pytest.mark.parametrize(
    ("former", "target", "now", "expected"),
    [
        (FORMER, "首霜。", NOW, "首霜。"),
        (
            'Call <x id="1"/> well before the first frost of the year.',
            '首霜 <x id="1"/>。',
            'Call <x id="1"/> well before the last frost of the year.',
            '首霜 <x id="1"/>。',
        ),
        (FORMER, "首霜。", f'{NOW[:-1]}, <x id="1"/>.', None),
        (FORMER, "首霜。", "Something else altogether.", None),
    ],
)
def test_only_what_has_the_codes_of_now(
    tmp_path: Path, former: str, target: str, *, now: str, expected: str | None
) -> None:
    segment = Segment(now, "paragraph", Location("lone", 3))
    whole = container(segment, 1, "en", by_sentence=True)
    with Memory(tmp_path / "memory") as memory:
        memory.learn([unit(former, target)])
        found = stale.find(memory, PAIR, {"lone": [*whole.segments]}, {})
    assert [each.target for each in found.values()] == ([expected] if expected else [])
    assert {each.replaced for each in found.values()} <= {former}
    assert {each.state for each in found.values()} <= {State.NEEDS_REVIEW}


def test_a_notice_in_every_language_that_has_one_of_drafts() -> None:
    assert draft_notice._STALE.keys() == draft_notice._DRAFTS.keys()  # noqa: SLF001


def test_a_caption_is_not_taken_for_another_that_the_book_has(tmp_path: Path) -> None:
    """Figures are asked for alone: what else the book has is not known there."""
    segment = Segment(NOW, "caption", Location("lone"))
    caption = container(segment, 0, "en", by_sentence=True)
    with Memory(tmp_path / "memory.sqlite") as memory:
        memory.learn([unit(FORMER, "首霜前浇透水。")], file=("a.tmx", "1"))
        memory.arrange([("file", "a.tmx")])
        translator = Translator(memory, create({}), profile_for("zh"), keeps_stale=True)
        assert translator.recall([caption], PAIR).stale
        assert translator.by_people([caption], PAIR) == {}
        memory.learn([unit(NOW, "末霜前浇透水。")], file=("a.tmx", "2"))
        assert translator.by_people([caption], PAIR) == {
            caption.whole.key: "末霜前浇透水。"
        }
