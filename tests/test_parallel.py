"""Two editions → units: what is paired, and what is left and why."""

from __future__ import annotations

import pytest

from amts_sphinx import codes
from amts_sphinx.parallel import Left, Parallel, by_structure, documents, pair_books
from amts_sphinx.sentences import split
from amts_sphinx.units import Code, Container, LanguagePair, Location, Segment

PAIR = LanguagePair("en", "zh")


def container(
    text: str,
    kind: str = "paragraph",
    level: int = 2,
    *marks: Code,
    language: str = "en",
) -> Container:
    """Return a container as the extraction makes it, for a text on line 1 of ``a``."""
    whole = Segment(text, kind, Location("a", 1), marks)
    pieces = split(text, language)
    if len(pieces) == 1 or not level:
        return Container(whole, (whole,), level)
    named = {mark.id: mark for mark in marks}
    segments = []
    for piece in pieces:
        source, numbers = codes.localise(piece.strip())
        own = tuple(named[n].numbered(i) for i, n in enumerate(numbers, 1))
        segments.append(Segment(source, kind, whole.location, own, numbers))
    return Container(whole, tuple(segments), level)


def english(
    text: str, *marks: Code, kind: str = "paragraph", level: int = 2
) -> Container:
    return container(text, kind, level, *marks)


def chinese(
    text: str, *marks: Code, kind: str = "paragraph", level: int = 2
) -> Container:
    return container(text, kind, level, *marks, language="zh")


def paired(source: list[Container], target: list[Container]) -> Parallel:
    return pair_books({"a": tuple(source)}, {"a": tuple(target)}, PAIR)


def told(found: Parallel) -> dict[str, str]:
    return {unit.source: unit.target for unit in found.units}


def test_sentences_are_paired_where_the_counts_agree() -> None:
    found = paired([english("One day. Two days.")], [chinese("一天。两天。")])
    assert told(found) == {"One day.": "一天。", "Two days.": "两天。"}
    assert (found.by_sentence, found.whole, found.left) == (1, 0, ())
    assert all(unit.by_human for unit in found.units)


def test_a_paragraph_is_one_unit_where_the_counts_differ() -> None:
    found = paired([english("One day. Two days.")], [chinese("一天，两天。")])
    assert told(found) == {"One day. Two days.": "一天，两天。"}
    assert (found.by_sentence, found.whole) == (0, 1)


def test_sentences_out_of_step_are_not_paired() -> None:
    # Two merged and one split: the counts agree, the sentences do not.
    short = "A short one here. Another short sentence. This is long."
    long = "It goes on and on and on and on and on and on and on and on and on."
    found = paired(
        [english(f"{short} {long}")],
        [
            chinese(
                "一句很长很长很长很长很长很长很长很长很长很长很长很长很长的话。短。短。短。"
            )
        ],
    )
    assert found.whole == 1


def test_codes_are_matched_by_what_they_stand_for() -> None:
    mine = english(
        'Use <x id="1"/> and <x id="2"/>.',
        Code(1, paired=False, kind="literal", equiv="a"),
        Code(2, paired=False, kind="literal", equiv="b"),
    )
    other = chinese(
        '用<x id="1"/>和<x id="2"/>。',
        Code(1, paired=False, kind="literal", equiv="b"),
        Code(2, paired=False, kind="literal", equiv="a"),
    )
    assert told(paired([mine], [other])) == {
        'Use <x id="1"/> and <x id="2"/>.': '用<x id="2"/>和<x id="1"/>。'
    }


def test_terms_are_matched_through_the_glossary() -> None:
    def term(number: int, name: str) -> Code:
        return Code(number, paired=True, kind="std:term", equiv=name)

    source = [
        english("sensor", kind="term"),
        english("reading", kind="term"),
        english(
            'A <g id="1">sensor</g> gives a <g id="2">reading</g>.',
            term(1, "sensor"),
            term(2, "reading"),
        ),
    ]
    target = [
        chinese("传感器", kind="term"),
        chinese("读数", kind="term"),
        chinese(
            '<g id="1">读数</g>来自<g id="2">传感器</g>。',
            term(1, "读数"),
            term(2, "传感器"),
        ),
    ]
    found = told(paired(source, target))
    assert found['A <g id="1">sensor</g> gives a <g id="2">reading</g>.'] == (
        '<g id="2">读数</g>来自<g id="1">传感器</g>。'
    )


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ((), "lost literal x"),
        ((Code(1, paired=False, kind="literal", equiv="y"),), "new literal y"),
        ((Code(1, paired=False, kind="math", equiv="x"),), "new math x"),
    ],
)
def test_other_markup_is_left_and_said(marks: tuple[Code, ...], reason: str) -> None:
    mine = english('See <x id="1"/>.', Code(1, paired=False, kind="literal", equiv="x"))
    text = '见<x id="1"/>。' if marks else "见。"
    found = paired([mine], [chinese(text, *marks)])
    assert found.units == ()
    [left] = found.left
    assert reason in left.reason
    assert left.location == Location("a", 1)


def test_the_sound_sentences_of_a_damaged_paragraph_are_kept() -> None:
    mine = english(
        'One day. See <x id="1"/>.', Code(1, paired=False, kind="literal", equiv="x")
    )
    found = paired([mine], [chinese("一天。见那里。")])
    assert told(found) == {"One day.": "一天。"}
    assert len(found.left) == 1


def title(text: str, level: int = 2) -> Container:
    return container(text, "title", level)


def test_a_section_that_is_built_otherwise_leaves_the_others() -> None:
    source = [title("A"), english("One."), title("B"), english("Two.")]
    target = [
        title("甲"),
        chinese("一。"),
        title("乙"),
        chinese("二。"),
        chinese("三。"),
    ]
    found = paired(source, target)
    assert told(found) == {"A": "甲", "One.": "一。", "B": "乙"}
    assert [left.reason for left in found.left] == [
        "the section is built otherwise in the translation"
    ]


def test_other_sections_leave_the_document() -> None:
    aligned = by_structure(
        [title("A"), english("One.")], [title("甲"), title("乙"), chinese("一。")]
    )
    assert aligned.pairs == []
    assert aligned.left == [Left(Location("a", 1), "the sections differ", 2)]


def test_a_document_without_translation_is_said() -> None:
    found = pair_books({"a": (english("One."),), "b": ()}, {}, PAIR)
    assert [left.reason for left in found.left] == ["it has no translation"]
    assert list(documents(found.left)) == [("a", {"it has no translation": 1})]


def test_index_entries_do_not_disturb_the_prose() -> None:
    source = [english("sun", kind="index", level=0), english("One.")]
    found = paired(source, [chinese("一。")])
    assert told(found) == {"One.": "一。"}
    assert "index" in found.left[0].reason


def test_the_commonest_of_several_translations_is_taken() -> None:
    source = [english("Summary")] * 3
    target = [chinese("总结"), chinese("小结"), chinese("小结")]
    found = paired(source, target)
    assert told(found) == {"Summary": "小结"}
    assert found.conflicts == 1


def test_what_is_left_in_the_source_language_is_only_learnt_among_translations() -> (
    None
):
    name = "ISO 8601"
    mostly = paired(
        [english(name), english("One."), english("Two.")],
        [chinese(name), chinese("一。"), chinese("二。")],
    )
    assert told(mostly)[name] == name
    hardly = paired([english(name), english("One.")], [chinese(name), chinese("One.")])
    assert hardly.units == ()
    assert {left.reason for left in hardly.left} == {"it is not translated"}
