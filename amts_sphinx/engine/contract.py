"""What every engine promises, as tests for pytest.

Engines of other packages run them too. In a test module::

    class TestMine(EngineContract):
        @pytest.fixture
        def engine(self):
            return create_engine("mine", {})

A fixture ``failing_engine``, if there is one, returns an engine that cannot work, such
as one whose service is not there. This module itself does not need pytest.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError, EngineError
from amts_sphinx.core.units import LanguagePair, Location, Request, Translation
from amts_sphinx.engine.protocol import (
    Batching,
    Commission,
    Paid,
    Progress,
    Versatile,
    quiet,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.engine.protocol import Engine

#: Inline markup as it stands in books, and as it rarely does.
CODED: Final = [
    "Plain words without codes.",
    'The <g id="1">big house</g> is red.',
    'Call <x id="1"/> with <x id="2"/>, then read <g id="3">the book</g>.',
    'A <g id="1">nested <g id="2">pair <x id="3"/></g> of</g> codes.',
    '<x id="1"/>',
    '<x id="1"/><x id="2"/>',
    '<g id="1">All of it.</g>',
    '<g id="1"></g> An empty pair.',
    'Adjacent <g id="1">one</g><g id="2">two</g><x id="3"/>s.',
    'See <x id="12"/>-based (<x id="7"/>) work, <g id="3"><x id="1"/></g>!',
    'He said that <g id="1">she</g> did not <g id="2">give it</g> up.',
    'A number 7<x id="1"/> and *<x id="2"/>*.',
    "".join(f'<g id="{n}">deep ' for n in range(1, 31)) + "down" + "</g>" * 30 + ".",
]
#: Signs that formats and programs have a meaning of their own for.
SPECIAL: Final = [
    'R&amp;D, a &lt; b &gt; c, x &amp;lt; y, &amp;nbsp; and &lt;p id="0"&gt; too.',
    "Signs: &amp; alone",
    r"Braces {a} [b] [[c]] ^d$ ^e/f&lt;n&gt;$ \g \\ @h #i ~ % = + | ` * _j_ k/l.",
    "Money $5, 50% of 1,000.5, C++, C#, a_b, e.g. numpy.array(x)[0] at 10:30.",
    "Quotes \"a\" 'b' “c” ‘d’ «e» — – … € © ½ 中文 é ñ and 7xqz 70xqz.",
    'مرحبا بالعالم، <g id="1">هذا كتاب</g> عن <x id="2"/>.',
    'שלום \u202bעולם\u202c, a \u200fword\u200e and <x id="1"/>.',
    "A 👩‍👩‍👧 family 😀, e\u0301 apart, soft\u00adhyphen, zero\u200bwidth\ufeff.",
    "No\u00a0break \u2009thin \u3000wide blanks.",
    "ALL CAPITALS, and iPhone, McDonald, ǅ and ß.",
]
#: What some formats cannot hold.
CONTROL: Final = [
    "[t:b:3] [[/]] &lt;/p&gt; &lt;b&gt; *word .[] [] \\[ \\] \x00\x01 end.",
    "A bell \x07 rings, and a \x1b[31mcolour\x1b[0m is set.",
]
#: Nothing in them is to be translated.
WORDLESS: Final = [
    "",
    " ",
    ".",
    "…",
    "3.14",
    "—",
    "( )",
    "&amp;",
    "  .  ",
    "😀",
    "\x00",
]
_ALL: Final = [*CODED, *SPECIAL, *CONTROL, *WORDLESS]
#: A language pair that no engine has.
_NOWHERE: Final = LanguagePair("qaa", "qab")


def requests_of(sources: Iterable[str]) -> list[Request]:
    """Return a request for each coded text, as if they followed each other."""
    texts = list(sources)
    return [
        Request(
            source,
            "paragraph",
            Location("page", place + 1),
            tuple(texts[max(0, place - 2) : place]),
            tuple(texts[place + 1 : place + 3]),
        )
        for place, source in enumerate(texts)
    ]


class EngineContract:
    """Inherit this, and define the fixture ``engine``."""

    #: The direction to test.
    pair: ClassVar[LanguagePair] = LanguagePair("en", "es")

    def ask(
        self, engine: Engine, requests: Sequence[Request], progress: Progress = quiet
    ) -> list[Translation]:
        """Return the translations of *requests*; each is of the right form."""
        made = engine.translate(requests, self.pair, progress)
        assert isinstance(made, list), f"translate returns a list, not {made!r}"
        assert len(made) == len(requests), "one translation for each request"
        for each in made:
            assert isinstance(each, Translation), f"{each!r} is no Translation"
            assert each.target is None or isinstance(each.target, str)
            assert isinstance(each.maker, str)
            assert each.maker.strip(), "a translation names its maker"
            assert isinstance(each.draft, bool)
            assert isinstance(each.note, str)
            assert "\n" not in each.maker + each.note, "maker and note are one line"
        return made

    def targets(self, engine: Engine, sources: Iterable[str]) -> list[str | None]:
        """Return the coded targets of coded texts."""
        return [each.target for each in self.ask(engine, requests_of(sources))]

    def test_an_empty_batch(self, engine: Engine) -> None:
        """Nothing is asked, and nothing is returned."""
        assert self.ask(engine, []) == []

    def test_codes_survive(self, engine: Engine) -> None:
        """Every code of a source is in its target, exactly once, nested alike."""
        for source, target in zip(_ALL, self.targets(engine, _ALL), strict=True):
            if target is not None:
                inline_codes.structure(target)  # raises where a stray sign is
                fault = inline_codes.verify(source, target)
                assert not fault, f"{source!r} became {target!r}: {fault}"
                assert bool(target.strip()) == bool(source.strip()), f"lost {source!r}"

    def test_order_is_kept(self, engine: Engine) -> None:
        """Others in the batch, and their order, change nothing."""
        requests = requests_of(_ALL)
        forward = self.ask(engine, requests)
        assert forward == self.ask(engine, requests[::-1])[::-1]
        assert forward[3:4] == self.ask(engine, requests[3:4])

    def test_a_repeated_request(self, engine: Engine) -> None:
        """The same request has the same translation."""
        one, other = requests_of(CODED[1:3])
        first, between, again = self.ask(engine, [one, other, one])
        assert first == again
        assert between.target is None or between.target != first.target

    def test_texts_without_words_stay(self, engine: Engine) -> None:
        """Numbers, signs and blanks are no text to translate."""
        made = self.targets(engine, WORDLESS)
        for source, target in zip(WORDLESS, made, strict=True):
            assert target in {None, source}, f"{source!r} became {target!r}"

    def test_a_line_stays_a_line(self, engine: Engine) -> None:
        """No line break is invented."""
        for target in self.targets(engine, _ALL):
            assert target is None or "\n" not in target, repr(target)

    def test_very_long_texts(self, engine: Engine) -> None:
        """Neither a long text nor a long word disturbs its neighbours."""
        clause = 'the <g id="{}">big house</g> of <x id="{}"/> is red, and '
        parts = [clause.format(2 * n + 1, 2 * n + 2) for n in range(300)]
        source = "".join(parts) + "that is all."
        word = "word" * 1000
        requests = requests_of([source, CODED[0], word])
        long, short, unbroken = self.ask(engine, requests)
        assert long.target is None or not inline_codes.verify(source, long.target)
        assert [short] == self.ask(engine, requests[1:2])
        # A Chinese character may stand for some letters.
        assert unbroken.target is None or len(unbroken.target) >= len(word) / 4

    def test_neighbours_are_not_translated(self, engine: Engine) -> None:
        """What stands around a text does not get into it."""
        odd = ("Zanzibar.", *SPECIAL, *CODED, *WORDLESS)
        near = Request(CODED[1], "no-such-kind", Location("", None), odd, odd)
        (made,) = self.ask(engine, [near])
        assert made.target is None or "zanzibar" not in made.target.lower()

    def test_requests_are_left_alone(self, engine: Engine) -> None:
        """The caller's list stays as it is; a tuple is as good as one."""
        requests = requests_of(CODED)
        before = list(requests)
        made = self.ask(engine, requests)
        assert requests == before
        assert self.ask(engine, tuple(requests)) == made

    def test_the_fingerprint(self, engine: Engine) -> None:
        """It is one line of text, which work does not change."""
        before = engine.fingerprint
        self.ask(engine, requests_of(CODED[:2]))
        assert isinstance(before, str)
        assert before.strip()
        assert "\n" not in before
        assert engine.fingerprint == before

    def test_no_state_changes(self, engine: Engine) -> None:
        """Nothing that others can read is changed by work."""
        before = _state(engine)
        self.ask(engine, requests_of([*CODED, "The Zanzibar of Quux."]))
        assert _state(engine) == before

    def test_the_makers(self, engine: Engine) -> None:
        """Whoever makes a translation is one whose stored translations will do.

        If not, the same text would be asked for, and paid for, at every build.
        """
        for request, each in zip(
            requests_of(_ALL), self.ask(engine, requests_of(_ALL)), strict=True
        ):
            makers: Sequence[str] = [engine.fingerprint]
            if isinstance(engine, Versatile):
                makers = engine.makers(request.source)
            assert each.maker in makers, f"{each.maker!r} is not among {makers!r}"

    def test_the_pairs_are_honest(self, engine: Engine) -> None:
        """It names what it can do, and refuses what it does not name."""
        pairs = engine.pairs
        if pairs is None:
            return
        assert self.pair in pairs
        for source, target in pairs:
            assert source
            assert target
        assert _NOWHERE not in pairs
        refused = False
        try:
            engine.translate(requests_of(CODED[:1]), _NOWHERE, quiet)
        except EngineError:
            refused = True
        assert refused, f"it has no {_NOWHERE}, and does not say so"

    def test_progress_takes_lines(self, engine: Engine) -> None:
        """What is said of the work is lines, and holds nothing of the book."""
        lines: list[str] = []
        texts = [
            "The Zanzibar reads a book.",
            *CODED,
            "\x00 Zanzibar",
            *SPECIAL,
            *CONTROL,
        ]
        made = self.ask(engine, requests_of(texts), lines.append)
        for line in (*lines, *(each.note for each in made if each.note)):
            assert isinstance(line, str)
            assert line.strip()
            assert "\n" not in line
            assert "zanzibar" not in line.lower(), f"text of the book: {line!r}"

    def test_the_bill(self, engine: Engine) -> None:
        """An engine that costs money says how much, and that is no surprise."""
        if not isinstance(engine, Paid):
            return
        nothing, some = (
            engine.bill(requests_of(texts), self.pair) for texts in ([], CODED)
        )
        assert (nothing.amount, nothing.dollars) == (0, 0)
        assert isinstance(some.amount, int)
        assert some.amount >= 0
        assert 0 <= some.dollars < math.inf
        assert some.unit in {"characters", "tokens"}
        assert some.tariff.strip()
        assert engine.bill(requests_of(CODED), self.pair) == some

    def test_what_is_begun_is_done(self, engine: Engine) -> None:
        """Work that was started in advance is translated as any other."""
        if not isinstance(engine, Batching):
            return
        engine.begin([])
        lines: list[str] = []
        requests = requests_of(CODED)
        engine.begin([Commission(engine, requests, self.pair, lines.append)])
        assert all(line.strip() for line in lines)
        made = self.ask(engine, requests)
        assert made == self.ask(engine, requests)

    def test_errors_are_typed(self, request: Any) -> None:
        """A failure is an error of :mod:`amts_sphinx.core.errors`, with a reason."""
        if not hasattr(self, "failing_engine"):
            import pytest

            pytest.skip("there is no fixture failing_engine")
        engine: Engine = request.getfixturevalue("failing_engine")
        error: Exception | None = None
        try:
            engine.translate(requests_of(CODED[:3]), self.pair, quiet)
        except Exception as exc:  # noqa: BLE001 - it is looked at
            error = exc
        assert isinstance(error, AmtsError), f"{error!r} is no AmtsError"
        assert str(error).strip(), "an error says what is wrong"


def _state(engine: Engine) -> dict[str, str]:
    """Return what others can read of *engine*, by name, as it looks now."""
    names = [name for name in dir(engine) if not name.startswith("_")]
    values = {name: getattr(engine, name) for name in names}
    return {name: repr(value) for name, value in values.items() if not callable(value)}
