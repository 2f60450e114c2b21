"""People's texts, fitted to the book: corrections, changed markup, conflicts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import (
    HUMAN,
    Code,
    Container,
    Edition,
    LanguagePair,
    Severity,
    State,
    TranslationUnit,
)
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.segments import container
from amts_sphinx.doctree.sites import Site
from amts_sphinx.engine.none import create
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text.code_placing import place_again
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = LanguagePair("en", "de")
PARAGRAPH = "The first one. The second one. The third one."
TARGET = "Der erste. Der zweite. Der dritte."


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def unit(source: str, target: str, **more: object) -> TranslationUnit:
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(made, **more)  # type: ignore[arg-type]


def paragraph(coded: str, kind: str = "emphasis") -> Container:
    names = tuple(
        Code(p.id, paired=p.type == "open", kind=kind, equiv="")
        for p in inline_codes.tokens(coded)
        if p.id
    )
    site = Site(nodes.paragraph(), "paragraph", coded, names=names)
    return container(site, "page", SegmentRules("en"))


def edition(
    memory: Memory, *texts: str, kind: str = "emphasis"
) -> tuple[Edition, list[str | None]]:
    translator = Translator(memory, create({}), profile_for("de"))
    containers = [paragraph(text, kind) for text in texts]
    made = translator.translate(containers, PAIR)
    return made, [translator.target(each, made) for each in containers]


def findings(made: Edition) -> list[tuple[str, str]]:
    return [
        (each.check, each.message)
        for each in made.findings
        if each.severity is not Severity.INFO
    ]


def learn(
    memory: Memory, name: str, *units: TranslationUnit, kind: str = "file"
) -> None:
    memory.learn(units, file=(name, name), kind=kind)


# Paragraphs and their sentences


def test_a_correction_of_a_sentence_takes_its_place_in_a_paragraph(
    memory: Memory,
) -> None:
    learn(memory, "a.tmx", unit(PARAGRAPH, TARGET))
    new = unit("The second one.", "Der Zweite!", corrects=("Der zweite.",))
    learn(memory, "home.tmx", new, kind="home")
    memory.arrange([("home", "home.tmx"), ("file", "a.tmx")])
    made, [target] = edition(memory, PARAGRAPH)
    assert target == "Der erste. Der Zweite! Der dritte."
    assert findings(made) == []


def test_a_correction_that_says_what_it_corrects_comes_before_an_approved_paragraph(
    memory: Memory,
) -> None:
    learn(memory, "a.tmx", unit(PARAGRAPH, TARGET, state=State.APPROVED))
    for corrects, expected in (
        (("Der zweite.",), "Der erste. Der Zweite! Der dritte."),
        ((TARGET,), "Der erste. Der Zweite! Der dritte."),
        ((), TARGET),
    ):
        new = unit("The second one.", "Der Zweite!", corrects=corrects)
        learn(memory, "home.tmx", new, kind="home")
        memory.arrange([("home", "home.tmx"), ("file", "a.tmx")])
        _, [target] = edition(memory, PARAGRAPH)
        assert target == expected


def test_a_sentence_that_stands_behind_its_paragraph_is_a_conflict(
    memory: Memory,
) -> None:
    learn(memory, "a.tmx", unit(PARAGRAPH, TARGET))
    learn(memory, "b.tmx", unit("The second one.", "Nummer zwei."))
    memory.arrange([("file", "a.tmx"), ("file", "b.tmx")])
    made, [target] = edition(memory, PARAGRAPH)
    assert target == TARGET
    [(check, message)] = findings(made)
    assert check == "conflict"
    assert "a.tmx" in message
    assert "'Nummer zwei.' (b.tmx)" in message


@pytest.mark.parametrize("sentence", ["Nummer zwei.", "Der zweite."])
def test_a_paragraph_and_its_sentence_in_one_file_are_no_conflict(
    memory: Memory, sentence: str
) -> None:
    learn(memory, "a.tmx", unit(PARAGRAPH, TARGET), unit("The second one.", sentence))
    memory.arrange([("file", "a.tmx")])
    made, [target] = edition(memory, PARAGRAPH)
    assert target == TARGET
    assert findings(made) == []


def test_a_sentence_that_stands_in_the_paragraph_is_no_conflict(memory: Memory) -> None:
    learn(memory, "a.tmx", unit("One. Two.", "Eins. Das ist alles. Zwei."))
    learn(memory, "b.tmx", unit("Two.", "Das ist alles."))
    memory.arrange([("file", "a.tmx"), ("file", "b.tmx")])
    made, [target] = edition(memory, "One. Two.")
    assert target == "Eins. Das ist alles. Zwei."
    assert findings(made) == []


def test_where_the_pairing_is_not_sure_a_correction_is_a_conflict(
    memory: Memory,
) -> None:
    merged = "Der erste und der zweite. Der dritte."
    learn(memory, "a.tmx", unit(PARAGRAPH, merged))
    new = unit("The third one.", "Nummer drei.", corrects=("Der dritte.",))
    same = unit("The first one.", "Der erste")
    learn(memory, "home.tmx", new, same, kind="home")
    memory.arrange([("home", "home.tmx"), ("file", "a.tmx")])
    made, [target] = edition(memory, PARAGRAPH)
    assert target == merged
    [(check, message)] = findings(made)
    assert check == "conflict"
    assert "'Nummer drei.' (home.tmx)" in message


def test_the_codes_of_a_corrected_sentence_are_those_of_the_paragraph(
    memory: Memory,
) -> None:
    source = 'A <x id="1"/> one. The <g id="2">second</g> one.'
    learn(memory, "a.tmx", unit(source, 'Ein <x id="1"/>. Der <g id="2">zweite</g>.'))
    new = unit(
        'The <g id="1">second</g> one.',
        '<g id="1">Nummer</g> zwei.',
        corrects=('Der <g id="1">zweite</g>.',),
    )
    learn(memory, "home.tmx", new, kind="home")
    memory.arrange([("home", "home.tmx"), ("file", "a.tmx")])
    _, [target] = edition(memory, source)
    assert target == 'Ein <x id="1"/>. <g id="2">Nummer</g> zwei.'


def test_when_one_sentence_changes_the_others_keep_their_text(memory: Memory) -> None:
    learn(memory, "a.tmx", unit(PARAGRAPH, TARGET))
    changed = PARAGRAPH.replace("second", "2nd")
    made, [target] = edition(memory, changed)
    assert target == "Der erste. The 2nd one. Der dritte."
    assert made.usage.recalled == 2


# Markup that changed


@pytest.mark.parametrize(
    ("former", "target", "source", "expected"),
    [
        (
            'Read the <g id="1">manual</g> now.',
            'Lies das <g id="1">Handbuch</g>.',
            "Read the manual now.",
            "Lies das Handbuch.",
        ),
        (
            "Use NumPy now.",
            "Nimm NumPy.",
            'Use <g id="1">NumPy</g> now.',
            'Nimm <g id="1">NumPy</g>.',
        ),
        ("All of it.", "Alles.", '<g id="1">All of it.</g>', '<g id="1">Alles.</g>'),
        ("All of it.", "全部。", 'All of it.<x id="1"/>', '全部。<x id="1"/>'),
        (
            '<g id="1">A</g> and <g id="2">B</g>.',
            '<g id="2">B</g> und <g id="1">A</g>.',
            'A and <g id="1">B</g>.',
            '<g id="1">B</g> und A.',
        ),
        (
            "Q &amp; A here.",
            "Hier Q &amp; A.",
            '<g id="1">Q &amp; <g id="2">A</g></g> here.',
            'Hier <g id="1">Q &amp; <g id="2">A</g></g>.',
        ),
    ],
)
def test_codes_are_placed_again(
    memory: Memory, former: str, target: str, source: str, expected: str
) -> None:
    assert place_again(former, target, source) == expected
    learn(memory, "a.tmx", unit(former, target))
    made, [said] = edition(memory, source)
    assert said == expected
    [(check, message)] = findings(made)
    assert (check, "markup of the source changed" in message) == ("review", True)
    [found] = made.units.values()
    assert found.state is State.NEEDS_REVIEW


def test_placed_codes_are_always_those_of_the_source() -> None:
    sources = [
        "One two three.",
        '<g id="1">One</g> two three.',
        'One <g id="1">two</g> three<x id="2"/>.',
        '<g id="1">One <g id="2">two</g></g> three.',
        '<x id="1"/>One two<x id="2"/> <g id="3">three.</g>',
        '<g id="1"><g id="2">One two three.</g></g>',
    ]
    targets = {
        sources[0]: "Drei zwei.",
        sources[1]: '<g id="1">Eins</g>.',
        sources[2]: '<x id="2"/><g id="1">Zwei</g>',
        sources[3]: '<g id="1"><g id="2">Zwei</g> eins</g>',
        sources[4]: '<g id="3">Drei</g><x id="2"/><x id="1"/>',
        sources[5]: '<g id="1">eins <g id="2">zwei</g> drei</g>',
    }
    for former in sources:
        for source in sources:
            made = place_again(former, targets[former], source, range(9))
            if made is not None:
                assert inline_codes.verify(source, made) == ""
    assert place_again(sources[0], "Drei zwei.", sources[3], {1, 2}) is not None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('A tide is a sum of <x id="1"/> cosines.', None),
        ('A <g id="1">tide</g> is a sum of cosines.', None),
        ('<x id="1"/>A tide is a sum of cosines.', '<x id="1"/>余弦之和。'),
        ('A tide is a sum of cosines<x id="1"/>.', '余弦之和<x id="1"/>。'),
        ('A tide is a sum of cosines.<x id="1"/>', '余弦之和。<x id="1"/>'),
    ],
)
def test_a_new_code_is_not_put_amid_words_by_guess(
    memory: Memory, source: str, expected: str | None
) -> None:
    """A formula at another place says something else."""
    former = "A tide is a sum of cosines."
    assert place_again(former, "余弦之和。", source) == expected
    learn(memory, "a.tmx", unit(former, "余弦之和。"))
    made, [said] = edition(memory, source, kind="math")
    assert said == expected
    [(check, message)] = findings(made)
    assert (check, "is not published" in message) == ("review", expected is None)


def test_new_emphasis_may_go_where_its_length_says(memory: Memory) -> None:
    learn(memory, "a.tmx", unit("Read the manual now.", "Lies jetzt das Handbuch."))
    _, [said] = edition(memory, 'Read the <g id="1">manual</g> now.')
    assert said == 'Lies jetzt <g id="1">das</g> Handbuch.'


def test_other_words_are_no_match(memory: Memory) -> None:
    learn(memory, "a.tmx", unit("Read the manual.", "Lies das Handbuch."))
    _, [said] = edition(memory, 'Read the <g id="1">Manual</g>.')
    assert said is None


# Conflicts in an edition


def test_conflicts_are_findings_and_the_first_is_published(memory: Memory) -> None:
    learn(memory, "a.tmx", unit("Same here.", "Eins."), unit("Alone.", "Allein."))
    learn(memory, "b.tmx", unit("Same here.", "Zwei."))
    learn(memory, "c.tmx", unit("Not in the book.", "A."))
    learn(memory, "d.tmx", unit("Not in the book.", "B."))
    memory.arrange([("file", f"{name}.tmx") for name in "abcd"])
    made, targets = edition(memory, "Same here.", "Alone.")
    assert targets == ["Eins.", "Allein."]
    [(check, message)] = findings(made)
    assert check == "conflict"
    assert message == (
        "people's translations differ: 'Eins.' (a.tmx) is published, and 'Zwei.'"
        " (b.tmx) is not"
    )
