"""The business: recall, ask once, learn; in process, with engines made for the test."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from amts_sphinx.config.values import Limit
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EnginePartialError,
    EngineReplyError,
    EngineUnavailableError,
    LanguagePairError,
)
from amts_sphinx.core.units import (
    HUMAN,
    Code,
    Container,
    Edition,
    LanguagePair,
    Location,
    Request,
    Segment,
    Severity,
    State,
    Translation,
    TranslationUnit,
)
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.segments import container
from amts_sphinx.doctree.sites import Site
from amts_sphinx.engine.protocol import Bill
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.cost_limit import Budget
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from amts_sphinx.engine.protocol import Progress

pytestmark = pytest.mark.sphinx

PAIR = LanguagePair("en", "es")
_WORD = re.compile(r"<[^>]*>|&\w+;|\w+")


def upper(source: str) -> str:
    """Return *source* with its words in capitals: the perfect translation."""
    return _WORD.sub(lambda m: m[0] if m[0][0] in "<&" else m[0].upper(), source)


@dataclass
class Fake:
    """An engine whose replies are a function of the source."""

    reply: Callable[[str], str | None] = upper
    fingerprint: str = "fake/1"
    pairs: frozenset[LanguagePair] | None = None
    #: Why there is no target, or what else there is to know.
    note: str = ""
    draft: bool = False
    requests: list[list[Request]] = field(default_factory=list)

    @property
    def asked(self) -> list[list[str]]:
        """The sources of each call."""
        return [[request.source for request in call] for call in self.requests]

    def maker(self, source: str) -> str:
        """Return who translates a text."""
        assert source
        return self.fingerprint

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Note the requests, and reply."""
        assert pair == PAIR
        self.requests.append(list(requests))
        progress(f"asked for {len(requests)}")
        return [
            Translation(self.reply(s), self.maker(s), self.draft, self.note)
            for s, *_ in requests
        ]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory.sqlite") as opened:
        yield opened


def book(*texts: str) -> list[Container]:
    """Return paragraphs of coded text as a book."""
    found = []
    for line, coded in enumerate(texts, 1):
        node = nodes.paragraph()
        node.line = line
        names = tuple(
            Code(p.id, paired=p.type == "open", kind="literal", equiv=f"it{p.id}")
            for p in inline_codes.tokens(coded)
            if p.id
        )
        site = Site(node, "paragraph", coded, names=names)
        found.append(container(site, "page", SegmentRules("en")))
    return found


def translate(
    memory: Memory, engine: Fake, *texts: str
) -> tuple[Edition, list[str | None]]:
    translator = Translator(memory, engine, profile_for("es"))
    containers = book(*texts)
    edition = translator.translate(containers, PAIR)
    return edition, [translator.target(each, edition) for each in containers]


def human(source: str, target: str) -> TranslationUnit:
    return TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)


def counts(edition: Edition) -> tuple[int, int, int, int]:
    use = edition.usage
    return use.segments, use.recalled, use.translated, use.requests


def test_one_request_for_the_whole_book_without_repetitions(memory: Memory) -> None:
    engine = Fake()
    texts = ("One. Two.", "Two.", "One. Three.", "It’s  one.", "It's one.")
    edition, targets = translate(memory, engine, *texts)
    assert engine.asked == [["One.", "Two.", "Three.", "It’s  one."]]
    assert targets == ["ONE. TWO.", "TWO.", "ONE. THREE.", "IT’S ONE.", "IT’S ONE."]
    assert counts(edition) == (4, 0, 4, 1)
    assert edition.usage.characters == sum(len(s) for s in engine.asked[0])
    assert edition.findings == ()


def test_what_could_not_be_translated_is_not_asked_for_again(memory: Memory) -> None:
    def reply(source: str) -> str | None:
        if "silent" in source:
            return None
        return "" if source.startswith("lost") else upper(source)

    texts = ("One.", "A silent one.", "lost it.", 'lost <x id="1"/> too.')
    first, _ = translate(memory, Fake(reply), *texts)
    assert [f.location.line for f in first.findings] == [2, 3, 4]
    again = Fake(reply)
    second, targets = translate(memory, again, "Moved down.", *texts)
    assert again.asked == [["Moved down."]]
    assert counts(second) == (5, 1, 1, 1)
    assert targets == ["MOVED DOWN.", "ONE.", None, None, None]
    # It is told again, where it stands now.
    assert [f.location.line for f in second.findings] == [3, 4, 5]
    told = [(f.check, f.severity, f.message) for f in first.findings]
    assert [(f.check, f.severity, f.message) for f in second.findings] == told
    other = Fake(fingerprint="fake/2")
    third, targets = translate(memory, other, *texts)
    assert counts(third) == (4, 0, 4, 1)
    assert third.findings == ()
    assert "A SILENT ONE." in targets


def test_a_person_translates_what_an_engine_could_not(memory: Memory) -> None:
    translate(memory, Fake(lambda _: None), "One.")
    memory.learn([human("One.", "Uno.")])
    edition, targets = translate(memory, Fake(lambda _: None), "One.")
    assert targets == ["Uno."]
    assert (edition.findings, counts(edition)) == ((), (1, 1, 0, 0))


def test_what_people_alone_translate_is_theirs_to_the_end(memory: Memory) -> None:
    engine = Fake()
    translate(memory, engine, "Four.")
    memory.learn([human("One.", "Uno."), human("Two.", "Dos.")])
    translator = Translator(memory, engine, profile_for("es"))
    captions = book("One. Two.", "Two. Three.", "Four.", "Two.")
    found = translator.by_people(captions, PAIR)
    assert found == {"One. Two.": "Uno. Dos.", "Two.": "Dos."}
    assert len(engine.requests) == 1


@pytest.mark.parametrize("texts", [("One.", "Two. Three.", "One."), ("One.",)])
def test_what_its_translator_wants_reviewed_is_told(
    memory: Memory, texts: tuple[str, ...]
) -> None:
    wanting = [human("One.", "Uno."), human("Two. Three.", "Dos y tres.")]
    memory.learn(replace(unit, state=State.NEEDS_REVIEW) for unit in wanting)
    memory.learn([human("Three.", "Tres.")])
    edition, targets = translate(memory, Fake(), *texts)
    assert targets == [{"O": "Uno.", "T": "Dos y tres."}[text[0]] for text in texts]
    wanted = list(dict.fromkeys(texts))
    assert [finding.source for finding in edition.findings] == wanted
    assert {f.check for f in edition.findings} == {"review"}
    assert {f.severity for f in edition.findings} == {Severity.WARNING}
    assert [f.location.line for f in edition.findings] == [1, 2][: len(wanted)]


def test_a_second_run_asks_for_nothing(memory: Memory) -> None:
    texts = ('One <x id="1"/>. Two.', "Three.")
    first = translate(memory, Fake(), *texts)
    engine = Fake()
    edition, targets = translate(memory, engine, *texts)
    assert engine.asked == []
    assert targets == first[1]
    assert counts(edition) == (3, 3, 0, 0)
    assert edition.usage.characters == 0


def test_only_the_changed_sentence_is_asked_for(memory: Memory) -> None:
    translate(memory, Fake(), "One. Two. Three.")
    engine = Fake()
    edition, targets = translate(memory, engine, "One. Two again. Three.")
    assert engine.asked == [["Two again."]]
    assert targets == ["ONE. TWO AGAIN. THREE."]
    assert counts(edition) == (3, 2, 1, 1)


def test_another_fingerprint_is_another_translation(memory: Memory) -> None:
    translate(memory, Fake(), "One.")
    engine = Fake(lambda s: s.lower(), "fake/2")
    assert translate(memory, engine, "One.")[1] == ["one."]
    assert engine.asked == [["One."]]


def test_a_persons_sentence_comes_before_the_machines(memory: Memory) -> None:
    translate(memory, Fake(), "One. Two.")
    memory.learn([human("One.", "Uno.")])
    engine = Fake()
    edition, targets = translate(memory, engine, "One. Two.")
    assert targets == ["Uno. TWO."]
    assert engine.asked == []
    assert edition.units["One."].by_human


def test_a_persons_paragraph_comes_before_its_sentences(memory: Memory) -> None:
    memory.learn(
        [
            human("One. Two.", "Dos, y antes uno."),
            human("One.", "Uno."),
            human("X.", "x"),
        ]
    )
    engine = Fake()
    edition, targets = translate(memory, engine, "One. Two.", "One. Three.")
    assert targets == ["Dos, y antes uno.", "Uno. THREE."]
    assert engine.asked == [["Three."]]
    assert counts(edition) == (3, 2, 1, 1)


def test_a_machines_paragraph_does_not_hide_its_sentences(memory: Memory) -> None:
    memory.learn([replace(human("One. Two.", "old"), maker="fake/1")])
    assert translate(memory, Fake(), "One. Two.")[1] == ["ONE. TWO."]


def test_the_typography_of_a_person_is_left_alone(memory: Memory) -> None:
    memory.learn([human("One: two.", "Uno  : dos.")])
    assert translate(memory, Fake(), "One: two.")[1] == ["Uno  : dos."]
    engine = Fake(lambda _: "Tres  : cuatro.")
    assert translate(memory, engine, "Three: four.")[1] == ["Tres: cuatro."]


def test_codes_of_sentences_get_their_numbers_back(memory: Memory) -> None:
    engine = Fake()
    text = 'Take <x id="1"/>. Then <g id="2">read <x id="3"/></g>.'
    assert translate(memory, engine, text)[1] == [upper(text)]
    assert engine.asked == [
        ['Take <x id="1"/>.', 'Then <g id="1">read <x id="2"/></g>.']
    ]


def test_spelling_of_codes_is_mended_without_a_word(memory: Memory) -> None:
    engine = Fake(lambda s: upper(s).replace('<x id="1"/>', "＜X ID＝“1”／＞"))
    edition, targets = translate(memory, engine, 'Type <x id="1"/> now.')
    assert targets == ['TYPE <x id="1"/> NOW.']
    assert edition.findings == ()
    assert len(engine.asked) == 1


def test_a_refusal_is_asked_for_piece_by_piece(memory: Memory) -> None:
    engine = Fake(lambda s: upper(re.sub(r"<[^>]*>", "", s)))
    text = 'Type <x id="1"/> now.'
    edition, targets = translate(memory, engine, text, "Fine.")
    assert targets == ['TYPE <x id="1"/> NOW.', "FINE."]
    assert engine.asked == [[text, "Fine."], ["Type", "now."]]
    [finding] = edition.findings
    assert (finding.check, finding.severity) == ("codes", Severity.WARNING)
    assert str(finding.location) == "page:1"
    assert "literal it1" in finding.message
    assert "piece by piece" in finding.message
    assert "Type" not in finding.message
    state = edition.units[text].state
    assert state is State.NEEDS_REVIEW
    # It is known the next time, and reported again.
    edition, again = translate(memory, Fake(), text, "Fine.")
    assert again == targets
    assert [f.location.line for f in edition.findings] == [1]


@pytest.mark.parametrize(
    "emptied", ["the page{}</g>", "the page {}.</g>", "the page{}\u200b</g>"]
)
def test_a_link_without_words_is_asked_for_piece_by_piece(
    memory: Memory, emptied: str
) -> None:
    opening = '<g id="1">'
    engine = Fake(
        lambda s: (
            upper(s)
            .replace("THE PAGE</g>", "</g>")
            .replace(opening, emptied.format(opening).removesuffix("</g>"))
        )
    )
    text = 'Read <g id="1">the page</g> first.'
    edition, targets = translate(memory, engine, text)
    assert targets == ['READ <g id="1">THE PAGE</g> FIRST.']
    assert engine.asked == [[text], ["Read", "the page", "first."]]
    [finding] = edition.findings
    assert "literal it1) lost its words" in finding.message


def test_a_link_that_an_old_memory_emptied_is_asked_for_again(memory: Memory) -> None:
    text = 'Read <g id="1">the page</g> first.'
    old = replace(
        human(text, 'LIES<g id="1"></g>'), maker="fake/1", state=State.MACHINE
    )
    memory.learn([old])
    engine = Fake()
    assert translate(memory, engine, text)[1] == [upper(text)]
    assert translate(memory, engine, text)[1] == [upper(text)]
    assert len(engine.asked) == 1


def test_a_link_that_a_person_emptied_is_published(memory: Memory) -> None:
    text, target = 'Read <g id="1">the page</g> first.', 'Lee esto<g id="1"></g>.'
    memory.learn([human(text, target)])
    engine = Fake()
    assert translate(memory, engine, text)[1] == [target]
    assert engine.asked == []


@pytest.mark.parametrize(
    ("text", "reply", "published"),
    [
        ('A <g id="1">b</g> c.', 'A<g id="1">B</g>C.', 'A <g id="1">B</g> C.'),
        ('A (<x id="1"/>) c.', 'A ( <x id="1"/> ) C.', 'A (<x id="1"/>) C.'),
        ("R&amp;D here.", "R&amp;amp;D HERE.", "R&amp;D HERE."),
    ],
)
def test_blanks_and_entities_are_mended_whenever_they_were_bought(
    memory: Memory, text: str, reply: str, published: str
) -> None:
    edition, targets = translate(memory, Fake(lambda _: reply), text)
    assert targets == [published]
    assert edition.findings == ()
    old = replace(human(text, reply), maker="fake/2", state=State.MACHINE)
    memory.learn([old])
    engine = Fake(fingerprint="fake/2")
    assert translate(memory, engine, text)[1] == [published]
    assert engine.asked == []


#: Replies to every request, and a text whose source must then be published.
HOPELESS: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda _: "", 'Type <x id="1"/> now.'),
    "blank": (lambda _: " ", 'Type <x id="1"/> now.'),
    "empty without codes": (lambda _: "", "Plain words."),
    "stray bracket": (lambda s: f"{s} <", "Plain words."),
    "foreign code": (lambda s: f'{s}<x id="9"/>', "Plain words."),
    "foreign markup": (lambda s: f"<b>{s}</b>", 'Type <x id="1"/> now.'),
    "unbalanced": (lambda s: f'<g id="1">{s}', "Plain words."),
}  # fmt: skip


@pytest.mark.parametrize("name", HOPELESS)
def test_what_cannot_be_saved_stays_in_the_source_language(
    memory: Memory, name: str
) -> None:
    reply, text = HOPELESS[name]
    engine = Fake(lambda s: upper(s) if s == "Fine." else reply(s))
    edition, targets = translate(memory, engine, text, "Fine.", f"{text} Fine.")
    assert targets == [None, "FINE.", f"{text} FINE."]
    [finding] = edition.findings
    assert (finding.check, finding.severity) == ("codes", Severity.ERROR)
    assert finding.source == text
    assert "left in the source language" in finding.message
    assert len(engine.asked) == 2
    assert [unit.source for unit in memory.units()] == ["Fine."]


def test_a_bare_ampersand_is_mended_in_a_piece_too(memory: Memory) -> None:
    engine = Fake(lambda s: inline_codes.unescape(re.sub(r"<[^>]*>", "", s)))
    edition, targets = translate(memory, engine, 'R&amp;D with <x id="1"/> now.')
    assert targets == ['R&amp;D with <x id="1"/> now.']
    assert "piece by piece" in edition.findings[0].message


def test_none_is_no_translation(memory: Memory) -> None:
    engine = Fake(lambda s: None if s == "Two." else upper(s))
    edition, targets = translate(memory, engine, "One. Two.", "Two.")
    assert targets == ["ONE. Two.", None]
    assert counts(edition) == (2, 0, 1, 1)
    assert edition.usage.characters == len("One.")
    [finding] = edition.findings
    assert (finding.check, finding.severity) == ("untranslated", Severity.INFO)
    assert len(engine.asked) == 1
    _, targets = translate(memory, engine, "One. Two.")
    assert targets == ["ONE. Two."]
    assert engine.asked[1:] == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_count_is_refused_whole(memory: Memory, count: int) -> None:
    class Short(Fake):
        def translate(
            self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
        ) -> list[Translation]:
            del requests, pair, progress
            return [Translation("X.", self.fingerprint)] * count

    engine = Short()
    with pytest.raises(EngineReplyError, match=f"returned {count} .* for 2 segments"):
        translate(memory, engine, "One.", "Two.")
    assert list(memory.units()) == []


def test_nothing_is_learnt_when_the_engine_fails(memory: Memory) -> None:
    def fail(source: str) -> str:
        if source == "Two.":
            raise EngineUnavailableError("the line is dead")
        return upper(source)

    with pytest.raises(EngineUnavailableError, match="the line is dead"):
        translate(memory, Fake(fail), "One.", "Two.")
    assert list(memory.units()) == []


def test_what_was_paid_for_is_kept_when_the_second_request_fails(
    memory: Memory,
) -> None:
    def fail_for_pieces(source: str) -> str:
        if source in {"Type", "now."}:
            raise EngineUnavailableError("the line is dead")
        return upper(re.sub(r"<[^>]*>", "", source))

    texts = ("Fine.", 'Type <x id="1"/> now.')
    with pytest.raises(EngineUnavailableError):
        translate(memory, Fake(fail_for_pieces), *texts)
    assert [unit.source for unit in memory.units()] == ["Fine."]


def test_an_empty_book_costs_nothing(memory: Memory) -> None:
    engine = Fake()
    edition, _ = translate(memory, engine)
    assert counts(edition) == (0, 0, 0, 0)
    assert engine.asked == []
    assert edition.summary("amts-es").startswith("amts-es: 0 segments, 0 recalled, 0")


# Engines that fail midway, and engines that work in several ways.


@dataclass
class Mixed(Fake):
    """An engine that translates some texts in another way."""

    def makers(self, source: str) -> Sequence[str]:
        """Name the usual way, and the other."""
        assert source
        return ["fake/batch", "fake/realtime"]

    def maker(self, source: str) -> str:
        """Return the way in which a text was translated."""
        return f"fake/{'realtime' if source.startswith('Two') else 'batch'}"


def test_each_unit_names_the_way_it_was_made(memory: Memory) -> None:
    first, _ = translate(memory, Mixed(), "One. Two.")
    makers = {unit.source: unit.maker for unit in first.units.values()}
    assert makers == {"One.": "fake/batch", "Two.": "fake/realtime"}
    again = Mixed()
    second, _ = translate(memory, again, "One. Two. Three.")
    assert again.asked == [["Three."]]
    assert counts(second) == (3, 2, 1, 1)
    memory.learn([replace(first.units["Two."], maker="fake/batch", target="Dos.")])
    third, _ = translate(memory, Mixed(), "Two.")
    assert third.units["Two."].target == "Dos."  # the better way comes first


class Failing(Fake):
    """An engine that fails after its first text."""

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Translate one, and fail."""
        first, *others = super().translate(requests, pair, progress)
        raise EnginePartialError("it broke", [first, *(None for _ in others)])


def test_what_was_translated_before_a_failure_is_learnt(memory: Memory) -> None:
    with pytest.raises(EnginePartialError, match="it broke"):
        translate(memory, Failing(), "One.", "Two.")
    engine = Fake()
    edition, targets = translate(memory, engine, "One.", "Two.")
    assert engine.asked == [["Two."]]
    assert targets == ["ONE.", "TWO."]
    assert edition.findings == ()


def test_the_maker_of_a_text_in_pieces_is_who_damaged_it(memory: Memory) -> None:
    engine = Mixed(lambda s: upper(re.sub(r"<[^>]*>", "", s)))
    text = 'Two <x id="1"/> now.'
    edition, _ = translate(memory, engine, text)
    assert engine.asked[1] == ["Two", "now."]
    unit = edition.units[text]
    assert (unit.maker, unit.state) == ("fake/realtime", State.NEEDS_REVIEW)


# What an engine is shown, and what it says beside its targets.


def paragraph(docname: str, *texts: str) -> list[Container]:
    segments = [
        Segment(text, "paragraph", Location(docname, line))
        for line, text in enumerate(texts, 1)
    ]
    return [Container(segment, (segment,)) for segment in segments]


def asked(memory: Memory, containers: list[Container]) -> list[Request]:
    engine = Fake()
    Translator(memory, engine, profile_for("es")).translate(containers, PAIR)
    (requests,) = engine.requests
    return requests


def test_a_text_comes_with_its_place_and_its_neighbours(memory: Memory) -> None:
    texts = [f"Text {n}." for n in range(8)]
    title = Segment("A title", "title", Location("b", 7))
    containers = [
        *paragraph("a", *texts),
        Container(title, (title,)),
        *paragraph("b", "After the title."),
    ]
    requests = {request.source: request for request in asked(memory, containers)}
    assert requests["Text 0."] == Request(
        "Text 0.", "paragraph", Location("a", 1), (), ("Text 1.", "Text 2.", "Text 3.")
    )
    middle = requests["Text 4."]
    assert middle.before == ("Text 1.", "Text 2.", "Text 3.")
    assert middle.after == ("Text 5.", "Text 6.", "Text 7.")
    # Another document is no neighbour.
    assert requests["Text 7."].after == ()
    found = requests["A title"]
    assert (found.kind, found.location) == ("title", Location("b", 7))
    assert (found.before, found.after) == ((), ("After the title.",))


def test_sentences_and_known_texts_are_neighbours_too(memory: Memory) -> None:
    memory.learn([human("Two.", "Dos.")])
    requests = asked(memory, book("One. Two. Three.", "One.", "Four."))
    assert [(r.source, r.before, r.after) for r in requests] == [
        ("One.", (), ("Two.", "Three.", "One.")),
        ("Three.", ("One.", "Two."), ("One.", "Four.")),
        ("Four.", ("Two.", "Three.", "One."), ()),
    ]
    assert requests[0].location == Location("page", 1)


def test_pieces_come_with_the_place_of_their_text(memory: Memory) -> None:
    engine = Fake(lambda s: upper(re.sub(r"<[^>]*>", "", s)))
    translate(memory, engine, "Before.", 'Type <x id="1"/> now.')
    for piece in engine.requests[1]:
        assert piece.location == Location("page", 2)
        assert piece.before == ("Before.",)


def test_a_commission_is_what_will_be_asked(memory: Memory) -> None:
    memory.learn([human("Two.", "Dos.")])
    lines: list[str] = []
    engine = Fake()
    translator = Translator(memory, engine, profile_for("es"), progress=lines.append)
    containers = book("One. Two.", "One. Three.")
    commission = translator.commission(containers, PAIR)
    translator.translate(containers, PAIR)
    assert [list(commission.requests)] == engine.requests
    assert (commission.engine, commission.pair) == (engine, PAIR)
    assert lines == ["asked for 2"]
    commission.progress("more")
    assert lines == ["asked for 2", "more"]
    assert translator.commission(containers, PAIR).requests == []


def test_a_pair_that_the_engine_lacks_is_an_error_before_it_is_asked(
    memory: Memory,
) -> None:
    many = [
        LanguagePair("en", tag) for tag in "ca de es-MX eu fr gl it nl pl pt".split()
    ]
    engine = Fake(pairs=frozenset([*many, LanguagePair("fr", "es")]))
    translator = Translator(memory, engine, profile_for("es"))
    for ask in (translator.commission, translator.translate):
        with pytest.raises(LanguagePairError) as refusal:
            ask(book("One."), PAIR)
    assert str(refusal.value) == (
        "the engine 'fake' has no en → es; it has en → es-MX, en → ca, en → de,"
        " en → eu, en → fr, en → gl, en → it, en → nl and 3 more"
    )
    assert engine.requests == []
    # Where people have translated all, nobody needs the engine.
    memory.learn([human("One.", "Uno.")])
    assert translate(memory, engine, "One.")[1] == ["Uno."]
    memory.learn([human("Two.", "Dos.")])
    assert translator.commission(book("Two."), PAIR).requests == []


def test_a_draft_is_a_draft(memory: Memory) -> None:
    edition, _ = translate(memory, Fake(draft=True), "One.")
    assert edition.units["One."].state is State.DRAFT


def test_the_reason_of_the_engine_is_reported_and_remembered(memory: Memory) -> None:
    wanted = (
        "the engine has no translation (too few pairs); left in the source language"
    )
    first, _ = translate(memory, Fake(lambda _: None, note="too few pairs"), "One.")
    again, _ = translate(memory, Fake(), "One.")
    for edition in (first, again):
        assert [finding.message for finding in edition.findings] == [wanted]


def test_notes_on_targets_go_to_whoever_follows_the_work(memory: Memory) -> None:
    lines: list[str] = []
    engine = Fake(note="an umlaut was lost")
    translator = Translator(memory, engine, profile_for("es"), progress=lines.append)
    edition = translator.translate(book("One. Two."), PAIR)
    assert lines == ["asked for 2", "an umlaut was lost (2 texts)"]
    assert edition.findings == ()


@dataclass
class PaidFake(Fake):
    """An engine that takes money."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return a price."""
        assert pair
        return Bill(len(requests), 0.1, "a tariff")


@pytest.mark.parametrize(
    ("kind", "left"), [(Fake, []), (PaidFake, ["fake/1"]), (Mixed, ["fake/1"])]
)
def test_former_drafts_are_dropped_where_they_cost_nothing(
    memory: Memory, kind: type[Fake], left: list[str]
) -> None:
    translate(memory, Fake(draft=True), "A former text.")
    translator = Translator(memory, kind(draft=True), profile_for("es"))
    translator.engine.fingerprint = "fake/2"  # type: ignore[misc]
    edition = translator.translate(book("One."), PAIR)
    translator.drop_former_drafts(edition)
    makers = {unit.maker for unit in memory.units()} - {"fake/2", "fake/batch"}
    assert sorted(makers) == left


class Priced(Fake):
    """An engine that charges a dollar a word, and knows what it was paid for."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return the price."""
        assert pair == PAIR
        count = sum(len(inline_codes.plain(source).split()) for source, *_ in requests)
        return Bill(count, float(count), "by the word")


def losing(source: str) -> str:
    """Return *source* in capitals, without its codes."""
    return upper(inline_codes.escape(inline_codes.plain(source)))


DAMAGED = 'Press <x id="1"/> once.'


@pytest.mark.parametrize(
    ("limit", "characters", "left"), [(None, 4, 0), (4, 4, 0), (3, 2, 1)]
)
def test_pieces_count_under_the_limit(
    memory: Memory, limit: int | None, characters: int, left: int
) -> None:
    engine = Priced(losing)
    budget = Budget(Limit(limit, "characters") if limit else None)
    translator = Translator(memory, engine, profile_for("es"), budget=budget)
    containers = book(DAMAGED)
    wanted = translator.commission(containers, PAIR)
    bill = engine.bill(wanted.requests, PAIR)
    budget.spent.append(bill)
    edition = translator.translate(containers, PAIR, bill)
    use = edition.usage
    assert (use.characters, use.dollars) == (characters, float(characters))
    assert sum(each.amount for each in budget.spent) == characters
    assert use.segments - use.translated == left
    (finding,) = edition.findings
    assert ("more than amts_cost_limit" in finding.message) is bool(left)
    # With a higher limit it is asked for again.
    again = Translator(memory, engine, profile_for("es")).translate(containers, PAIR)
    assert again.usage.translated == left


def test_the_build_says_what_is_billed(memory: Memory) -> None:
    said: list[tuple[int, int]] = []
    translator = Translator(
        memory, Priced(), profile_for("es"), lambda *counts: said.append(counts)
    )
    containers = book("One two.", "Three.")
    edition = translator.translate(containers, PAIR)
    assert said == [(2, 3)]
    assert (edition.usage.characters, edition.usage.dollars) == (3, 3.0)
    assert translator.translate(containers, PAIR).usage.dollars is None
