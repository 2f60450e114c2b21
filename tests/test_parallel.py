"""Two editions → units: what is paired, and what is left and why."""

from __future__ import annotations

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Code, Container, LanguagePair, Location, Segment
from amts_sphinx.parallel.extract import (
    PairingRules,
    Parallel,
    by_document,
    pair_books,
    texts,
)
from amts_sphinx.text.sentences import split

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
        source, numbers = inline_codes.localise(piece.strip())
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
    assert [pair.shape for pair in found.pairs] == [(2, 1)]


def test_sentences_that_go_one_by_one_are_learnt_beside_the_whole() -> None:
    source = (
        "The station measures the temperature of the air every ten minutes."
        " It rains. It snows. Then the file with all of the readings is closed."
    )
    target = (
        "气象站每隔十分钟测量一次空气的温度。下雨下雪。然后，把包含全部读数的文件关闭。"
    )
    found = told(paired([english(source)], [chinese(target)]))
    assert found[source] == target
    assert found["It rains. It snows."] == "下雨下雪。"
    assert found["Then the file with all of the readings is closed."] == (
        "然后，把包含全部读数的文件关闭。"
    )


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


#: So much text tells how long sentences of both languages are, compared.
OTHERS = {
    "The sensor stands in the shade, two metres above the grass.": (
        "传感器放在阴凉处，距离草地两米高。"
    ),
    "Write the time of each reading beside its value.": (
        "在每个读数的旁边写下它的时间。"
    ),
    "A cable that is too long makes the signal weaker.": "过长的电缆会使信号变弱。",
    "Clean the funnel of the rain gauge every month.": "每个月清洗一次雨量计的漏斗。",
}


def with_others(*texts: Container, translated: bool = False) -> list[Container]:
    """Return *texts* between others, or their translations."""
    others = [
        chinese(target) if translated else english(source)
        for source, target in OTHERS.items()
    ]
    return [*others[:2], *texts, *others[2:]]


def test_other_structures_of_little_text_are_not_guessed_at() -> None:
    note = "这里有一段很长的话，是译者自己添加的，原文里面根本没有这样的内容。"
    found = paired(with_others(), with_others(chinese(note), translated=True))
    assert found.units == ()
    assert found.dropped() == {"there is too little text to be sure": len(OTHERS)}


def test_anchors_tell_what_belongs_together_in_little_text() -> None:
    def code(number: int) -> Code:
        return Code(1, paired=False, kind="literal", equiv=f"name_{number}")

    source = [english('Call <x id="1"/>.', code(n)) for n in range(4)]
    target = [chinese('调用<x id="1"/>。', code(n)) for n in (0, 2, 3)]
    found = paired(source, target)
    assert [p.source.codes[0].equiv for p in found.kept] == [
        "name_0",
        "name_2",
        "name_3",
    ]


def test_a_sentence_that_was_dropped_is_said() -> None:
    mine = english(
        "The battery is empty, and the logger stops."
        " This is an entire sentence which its translator left out on purpose."
        " The file stays as it was."
    )
    other = chinese("电池没有电了，记录器停止工作。文件保持原样。")
    found = paired(with_others(mine), with_others(other, translated=True))
    assert [left.reason for left in found.left] == [
        "sentences of it have no counterpart"
    ]
    assert told(found)["The file stays as it was."] == "文件保持原样。"


def test_paragraphs_are_paired_when_asked_for() -> None:
    source, target = [english("One day. Two days.")], [chinese("一天。两天。")]
    found = pair_books(
        {"a": tuple(source)},
        {"a": tuple(target)},
        PAIR,
        PairingRules(by_sentence=False),
    )
    assert told(found) == {"One day. Two days.": "一天。两天。"}
    assert [pair.shape for pair in found.kept] == [(1, 1)]


def test_plain_texts_have_formulas_and_code_in_them() -> None:
    def formula(equiv: str) -> Code:
        return Code(1, paired=False, kind="math", equiv=equiv)

    mine = english('Take <x id="1"/> &amp; go.', formula("x + 1"))
    other = chinese('取<x id="1"/>再走。', formula("x+1"))
    found = paired([mine], [other])
    assert told(found) == {'Take <x id="1"/> &amp; go.': '取<x id="1"/>再走。'}
    [unit] = texts(found.kept, PAIR)
    assert (unit.source, unit.target) == ("Take x + 1 &amp; go.", "取x+1再走。")


def test_emphasis_that_only_the_translator_used_is_dropped() -> None:
    mark = Code(1, paired=True, kind="strong", equiv="")
    found = paired([english("It rains.")], [chinese('<g id="1">下雨</g>了。', mark)])
    assert told(found) == {"It rains.": "下雨了。"}


def test_a_document_without_translation_is_said() -> None:
    found = pair_books({"a": (english("One."),), "b": ()}, {}, PAIR)
    assert [left.reason for left in found.left] == ["it has no translation"]
    assert list(by_document(found.left)) == [("a", {"it has no translation": 1})]


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
