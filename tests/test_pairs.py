"""Pairs of texts: which are kept, by limits that depend on the documents' structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx.align import Confidence, Pairing, PairLimits
from amts_sphinx.align.beads import Bead
from amts_sphinx.core.units import Code, LanguagePair, Location, Segment
from amts_sphinx.parallel import pairs
from amts_sphinx.text.segmentation import container

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import Container

ES: Final = LanguagePair("en", "es")
ZH: Final = LanguagePair("en", "zh")
LIMITS: Final = PairLimits()
SURE: Final = Confidence(90, 0.8, 1.0, 1.0)
FEW_WORDS: Final = "few of its words are known as translations"
SHORTER: Final = "it is much shorter than its source"
LONGER: Final = "it is much longer than its source"
UNSURE: Final = "there is too little text to be sure"


def prose(*texts: str, kinds: str = "") -> list[Container]:
    """Return blocks; a letter of *kinds* for each, ``t`` for a title."""
    return [
        container(
            Segment(text, "title" if kind == "t" else "paragraph", Location("a", n)),
            2,
            "en",
            by_sentence=True,
        )
        for n, (text, kind) in enumerate(
            zip(texts, kinds or "p" * len(texts), strict=True)
        )
    ]


def pairing(
    blocks: Bead,
    score: Confidence,
    sentences: Sequence[tuple[Bead, Confidence]] | None = None,
    *,
    moved: bool = False,
) -> Pairing:
    """Return how blocks were aligned, by default each as one sentence."""
    return Pairing(blocks, score, list(sentences or [(blocks, score)]), moved=moved)


def made(
    documents: tuple[list[Container], list[Container]],
    pairings: Sequence[Pairing],
    *,
    blind: bool = False,
    pair: LanguagePair = ES,
    limits: PairLimits = LIMITS,
) -> list[pairs.Block]:
    return pairs.of_document(documents, pairings, pair, limits, blind=blind).blocks


#: Two documents of one paragraph, and two that differ in their structure.
ALIKE: Final = (prose("Dig here."), prose("Cave aquí."))
UNLIKE: Final = (prose("Dig here."), prose("Cave aquí.", "Y allí."))


@pytest.mark.parametrize(
    ("score", "trusted", "otherwise"),
    [
        (SURE, "", ""),
        (SURE._replace(coverage=0.4), "", ""),
        (SURE._replace(coverage=0.39), "", FEW_WORDS),
        (SURE._replace(coverage=0.1), "", FEW_WORDS),
        (SURE._replace(coverage=0.09), FEW_WORDS, FEW_WORDS),
        (SURE._replace(coverage=-1.0), "", ""),
        (SURE._replace(ratio=0.45), "", ""),
        (SURE._replace(ratio=0.44), "", SHORTER),
        (SURE._replace(ratio=0.15), "", SHORTER),
        (SURE._replace(ratio=0.14), SHORTER, SHORTER),
        (SURE._replace(ratio=2.2), "", ""),
        (SURE._replace(ratio=2.3), "", LONGER),
        (SURE._replace(ratio=6.0), "", LONGER),
        (SURE._replace(ratio=6.1), LONGER, LONGER),
    ],
)
def test_equal_structures_need_less_evidence(
    score: Confidence, trusted: str, otherwise: str
) -> None:
    """A text that the structure pairs too is dropped only if the pair is absurd."""
    one = [pairing(Bead(0, 1, 0, 1), score)]
    for documents, dropped in ((ALIKE, trusted), (UNLIKE, otherwise)):
        [block] = made(documents, one)
        assert block.whole.dropped == dropped
        assert [each.dropped for each in block.sentences] == [dropped]
    [block] = made(ALIKE, one)
    # What the strict limits would have said is marked for people.
    assert block.whole.marks == ((otherwise,) if otherwise and not trusted else ())


def test_sentences_that_do_not_go_one_by_one_need_all_evidence() -> None:
    weak = SURE._replace(coverage=0.2)
    documents = prose("Dig. Then pump."), prose("Cave. Bombee.")
    beads = [(Bead(0, 2, 0, 1), weak), (Bead(0, 0, 1, 2), weak)]
    [block] = made(documents, [pairing(Bead(0, 1, 0, 1), SURE, beads)])
    assert [each.dropped for each in block.sentences] == [FEW_WORDS]
    assert block.sentences[0].source.source == "Dig. Then pump."
    assert block.whole.dropped == ""
    assert block.alone == (0, 1)
    assert not block.in_step


def test_each_section_is_of_equal_structure_by_itself() -> None:
    weak = SURE._replace(coverage=0.2)
    source = prose("One", "Dig.", "Two", "Pump.", "Rest.", kinds="tptpp")
    target = prose("Uno", "Cave.", "Dos", "Bombee.", kinds="tptp")
    beads = [Bead(n, n + 1, n, n + 1) for n in range(4)]
    blocks = made((source, target), [pairing(bead, weak) for bead in beads])
    assert [block.whole.dropped for block in blocks] == ["", "", FEW_WORDS, FEW_WORDS]
    # With another number of sections, nothing is certain.
    fewer = prose("Uno", "Cave.", "Dos", "Bombee.", kinds="tppp")
    blocks = made((source, fewer), [pairing(bead, weak) for bead in beads])
    assert {block.whole.dropped for block in blocks} == {FEW_WORDS}


def test_without_a_lexicon_structure_or_anchors_are_needed() -> None:
    unknown = SURE._replace(coverage=-1.0)
    for anchors, dropped in ((0.34, ""), (0.33, UNSURE), (-1.0, UNSURE)):
        one = [pairing(Bead(0, 1, 0, 1), unknown._replace(anchors=anchors))]
        [block] = made(UNLIKE, one, blind=True)
        assert block.whole.dropped == dropped
        assert [each.dropped for each in block.sentences] == [dropped]
        [block] = made(ALIKE, one, blind=True)
        assert not block.whole.dropped
    # A pair that is dropped keeps its reason.
    [block] = made(
        UNLIKE, [pairing(Bead(0, 1, 0, 1), unknown._replace(ratio=9))], blind=True
    )
    assert block.whole.dropped == LONGER


def test_a_text_left_as_it_is_needs_no_evidence() -> None:
    poor = Confidence(1, 0.0, 9.0, 0.0)
    same = (prose("NumPy"), prose("NumPy", "más"))
    [block] = made(same, [pairing(Bead(0, 1, 0, 1), poor)])
    assert block.whole.dropped == ""


def test_what_a_person_should_look_at_is_marked() -> None:
    [block] = made(UNLIKE, [pairing(Bead(0, 1, 0, 1), SURE, moved=True)])
    assert block.whole.marks == ("at another place in the translation",)
    [block] = made(UNLIKE, [pairing(Bead(0, 1, 0, 1), SURE._replace(anchors=0.33))])
    assert block.whole.marks == ("other numbers, formulas or code",)
    assert block.sentences[0].marks == block.whole.marks
    [block] = made(UNLIKE, [pairing(Bead(0, 1, 0, 1), SURE._replace(anchors=-1.0))])
    assert block.whole.marks == ()


def test_the_limits_are_those_that_were_asked_for() -> None:
    one = [pairing(Bead(0, 1, 0, 1), SURE._replace(confidence=59))]
    [block] = made(UNLIKE, one, limits=PairLimits(confidence=60))
    assert block.whole.dropped == "the confidence is too low"
    [block] = made(UNLIKE, one, limits=PairLimits(confidence=59))
    assert block.whole.dropped == ""


def test_what_has_no_counterpart() -> None:
    nothing = Confidence(0, 0.0, 0.0, -1.0)
    documents = prose("Dig.", "Pump."), prose("Cave.")
    found = pairs.of_document(
        documents,
        [pairing(Bead(0, 1, 0, 1), SURE), pairing(Bead(1, 2, 1, 1), nothing)],
        ES,
        LIMITS,
        blind=False,
    )
    assert found.only_source == documents[0][1:]
    assert len(found.blocks) == 1


def test_sentences_in_step() -> None:
    documents = prose("Dig. Pump. Rest."), prose("Cave. Bombee.")
    beads = [(Bead(n, n + 1, n, n + 1), SURE) for n in range(2)]
    [block] = made(documents, [pairing(Bead(0, 1, 0, 1), SURE, beads)])
    assert block.in_step
    alone = [*beads, (Bead(2, 3, 2, 2), SURE)]
    [block] = made(documents, [pairing(Bead(0, 1, 0, 1), SURE, alone)])
    assert block.alone == (1, 0)
    assert not block.in_step


def test_joined_texts_have_a_blank_where_the_language_has_one() -> None:
    three = [
        Segment(
            'Dig <x id="1"/>.',
            "paragraph",
            Location("a", 1),
            (Code(1, paired=False, kind="math", equiv="$a$"),),
        ),
        Segment("Rest.", "paragraph", Location("a", 2)),
        Segment(
            '<g id="2">Pump</g> <x id="1"/>.',
            "paragraph",
            Location("a", 3),
            (
                Code(1, paired=False, kind="literal", equiv="p"),
                Code(2, paired=True, kind="strong", equiv=""),
            ),
        ),
    ]
    whole = pairs.joined(three, " ")
    assert whole.source == 'Dig <x id="1"/>. Rest. <g id="3">Pump</g> <x id="2"/>.'
    assert [(code.id, code.equiv) for code in whole.codes] == [
        (1, "$a$"),
        (2, "p"),
        (3, ""),
    ]
    assert whole.location == three[0].location
    assert pairs.joined(three[1:2], " ") is three[1]
    documents = prose("Dig.", "Pump."), prose("挖。", "抽。")
    [block] = made(documents, [pairing(Bead(0, 2, 0, 2), SURE)], pair=ZH)
    assert (block.whole.source.source, block.whole.target.source) == (
        "Dig. Pump.",
        "挖。抽。",
    )
