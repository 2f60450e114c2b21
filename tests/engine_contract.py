"""What every engine promises, as tests that each engine's own test class inherits."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair

if TYPE_CHECKING:
    from amts_sphinx.engine.protocol import Engine

CODED = [
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
]
SPECIAL = [
    'R&amp;D, a &lt; b &gt; c, x &amp;lt; y, &amp;nbsp; and &lt;p id="0"&gt; too.',
    "Signs: & alone".replace("&", "&amp;"),
    r"Braces {a} [b] [[c]] ^d$ ^e/f&lt;n&gt;$ \g \\ @h #i ~ % = + | ` * _j_ k/l.",
    "Money $5, 50% of 1,000.5, C++, C#, a_b, e.g. numpy.array(x)[0] at 10:30.",
    "Quotes \"a\" 'b' “c” ‘d’ «e» — – … € © ½ 中文 é ñ 😀 and 7xqz 70xqz.",
    "[t:b:3] [[/]] &lt;/p&gt; &lt;b&gt; *word .[] [] \\[ \\] \x00\x01 end.",
]
EMPTYISH = ["", " ", ".", "…", "3.14", "—", "( )", "&amp;", "  .  "]


class EngineContract:
    """Inherit this and define the fixture ``engine``."""

    @pytest.fixture
    def pair(self) -> LanguagePair:
        """Return the direction to test."""
        return LanguagePair("en", "es")

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        raise NotImplementedError

    def test_no_sources_no_targets(self, engine: Engine, pair: LanguagePair) -> None:
        """An empty batch is answered with an empty list."""
        assert engine.translate([], pair) == []

    @pytest.mark.parametrize("sources", [CODED, SPECIAL, EMPTYISH])
    def test_codes_survive_in_each_target(
        self, engine: Engine, pair: LanguagePair, sources: list[str]
    ) -> None:
        """Every code of a source is in its target, exactly once, nested alike."""
        targets = engine.translate(sources, pair)
        assert len(targets) == len(sources)
        for source, target in zip(sources, targets, strict=True):
            if target is not None:
                inline_codes.structure(target)
                assert inline_codes.verify(source, target) == ""
                assert bool(target.strip()) == bool(source.strip())

    def test_each_target_is_its_sources(
        self, engine: Engine, pair: LanguagePair
    ) -> None:
        """Order is kept, and neighbours in a batch change nothing."""
        sources = [*CODED, *SPECIAL, *EMPTYISH]
        forward = engine.translate(sources, pair)
        backward = engine.translate(sources[::-1], pair)
        assert forward == backward[::-1]
        assert forward[3:4] == engine.translate(sources[3:4], pair)

    def test_a_repeated_source_has_one_target(
        self, engine: Engine, pair: LanguagePair
    ) -> None:
        """The same source has the same target."""
        first, other, again = engine.translate([CODED[1], CODED[2], CODED[1]], pair)
        assert first == again
        assert other is None or other != first

    def test_a_line_stays_a_line(self, engine: Engine, pair: LanguagePair) -> None:
        """No line break is invented."""
        for target in engine.translate([*CODED, *SPECIAL], pair):
            assert target is None or "\n" not in target

    def test_a_very_long_segment_comes_back(
        self, engine: Engine, pair: LanguagePair
    ) -> None:
        """Neither a long segment nor a long word disturbs its neighbours."""
        clause = 'the <g id="{}">big house</g> of <x id="{}"/> is red, and '
        parts = [clause.format(2 * n + 1, 2 * n + 2) for n in range(300)]
        source = "".join(parts) + "that is all."
        unbroken = "word" * 1000
        assert len(source) > 15_000
        long, short, word = engine.translate([source, CODED[0], unbroken], pair)
        assert long is None or inline_codes.verify(source, long) == ""
        assert [short] == engine.translate([CODED[0]], pair)
        assert word is None or len(word) >= 1000

    def test_sources_are_not_changed(self, engine: Engine, pair: LanguagePair) -> None:
        """The caller's list stays as it is."""
        sources = [*CODED, *SPECIAL]
        before = copy.copy(sources)
        engine.translate(sources, pair)
        assert sources == before

    def test_a_sequence_need_not_be_a_list(
        self, engine: Engine, pair: LanguagePair
    ) -> None:
        """A tuple of sources is as good as a list."""
        assert engine.translate(tuple(CODED), pair) == engine.translate(CODED, pair)

    def test_the_fingerprint_is_stable(
        self, engine: Engine, pair: LanguagePair
    ) -> None:
        """The fingerprint is one line, and work does not change it."""
        before = engine.fingerprint
        engine.translate(CODED[:2], pair)
        assert before.strip()
        assert "\n" not in before
        assert engine.fingerprint == before
