"""Coded text: taken apart, put together, and compared."""

from __future__ import annotations

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.core.units import Code

SOUND = [
    "",
    "Plain words.",
    'One <x id="1"/> thing.',
    'A <g id="1">pair</g>.',
    'A <g id="1">nested <g id="2">pair <x id="3"/></g> of</g> codes.',
    '<g id="1"></g><x id="2"/>',
    "R&amp;D &lt;x id=1/&gt; &amp;amp;",
    'All <g id="12">twelve</g>',
]


@pytest.mark.parametrize(
    "text", ["", "a", "a & b", "<x>", "&lt;", "&amp;lt;", '<x id="1"/>', "</g> &&"]
)
def test_escaped_text_is_text_again(text: str) -> None:
    coded = inline_codes.escape(text)
    assert inline_codes.unescape(coded) == text
    assert inline_codes.plain(coded) == text
    assert inline_codes.structure(coded) == ()


@pytest.mark.parametrize("coded", SOUND)
def test_tokens_are_the_whole_text(coded: str) -> None:
    assert inline_codes.join(inline_codes.tokens(coded)) == coded
    assert inline_codes.verify(coded, coded) == ""


@pytest.mark.parametrize(
    ("coded", "structure"),
    [
        ("words", []),
        ('<x id="1"/>', [(1, False, 0)]),
        ('<g id="2"><x id="1"/></g>', [(2, True, 0), (1, False, 2)]),
        (
            '<g id="1"><g id="2"></g></g><x id="3"/>',
            [(1, True, 0), (2, True, 1), (3, False, 0)],
        ),
    ],
)
def test_structure(coded: str, structure: list[tuple[int, bool, int]]) -> None:
    assert list(inline_codes.structure(coded)) == structure


@pytest.mark.parametrize(
    ("coded", "fault"),
    [
        ("a < b", "stray '<'"),
        ("a > b", "stray '>'"),
        ("R&D", "stray '&'"),
        ("&nbsp;", "stray '&'"),
        ('<x id="one"/>', "stray '<'"),
        ('<X id="1"/>', "stray '<'"),
        ("<x id='1'/>", "stray '<'"),
        ("</g>", "was not opened"),
        ('<g id="1">', 'id="1"> is not closed'),
        ('<g id="1"><g id="2"></g>', 'id="1"> is not closed'),
        ('<g id="1"></g></g>', "was not opened"),
    ],
)
def test_damaged_text_has_no_structure(coded: str, fault: str) -> None:
    with pytest.raises(MarkupError, match=fault):
        inline_codes.structure(coded)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ('a <x id="1"/> b <x id="2"/>', 'B <x id="2"/> A <x id="1"/>'),
        ('<g id="1">a</g> <g id="2">b</g>', '<g id="2">B</g><g id="1">A</g>'),
        ('<g id="1">a <x id="2"/></g>', '<g id="1"><x id="2"/> A</g>'),
        ('<g id="1"></g>a', '<g id="1"></g>A'),
        ("a", "&lt;b&gt; &amp;"),
    ],
)
def test_order_is_free(source: str, target: str) -> None:
    assert inline_codes.verify(source, target) == ""


LINK = 'Read <g id="1">the page</g> first.'


@pytest.mark.parametrize(
    ("source", "target", "numbers"),
    [
        (LINK, 'Lies zuerst die Seite<g id="1"></g>.', [1]),
        (LINK, 'Lies zuerst die Seite<g id="1"> </g>.', [1]),
        (LINK, 'Lies zuerst die Seite <g id="1">.</g>', [1]),
        (LINK, 'Lies zuerst die Seite <g id="1">“”…</g>', [1]),
        (LINK, 'Lies <g id="1">\u200b</g>zuerst.', [1]),
        (LINK, 'Lies <g id="1">&amp;nbsp;</g>zuerst.', [1]),
        (LINK, 'Lies <g id="1">&amp;#8203;</g>zuerst.', [1]),
        ('<g id="1">&amp;nbsp;</g> it', 'es <g id="1">&amp;nbsp;</g>', []),
        (LINK, 'Lies <g id="1">\u00a0\u202f\u2060</g>zuerst.', [1]),
        (LINK, 'Lies <g id="1">\u00ad\ufeff\u200d\u200e</g>zuerst.', [1]),
        (LINK, 'Lies <g id="1">\u0301\ufe0f</g>zuerst.', [1]),
        (LINK, 'Lies <g id="1">\u3164\uffa0\u115f</g>zuerst.', [1]),
        (LINK, '先读这页<g id="1">。</g>', [1]),
        (LINK, 'اقرأ الصفحة<g id="1">،</g>', [1]),
        (LINK, 'อ่านหน้านี้<g id="1">ๆ</g>', []),
        ('<g id="1">7</g> of them', 'sieben<g id="1">,</g>', [1]),
        ('<g id="1">✓</g> done', '✓ fertig <g id="1">\u2800</g>', [1]),
        ('<g id="1">!</g> done', '! fertig <g id="1">\u200b</g>', [1]),
        ('<g id="1">a <g id="2">b</g></g>', '<g id="1">A B<g id="2"></g></g>', [2]),
        ('<g id="1">a</g><g id="2">b</g>', 'A B<g id="1"></g><g id="2">-</g>', [1, 2]),
        ('<g id="1"><g id="2">b</g></g>', 'B<g id="1"><g id="2"></g></g>', [1, 2]),
    ],
)
def test_a_code_that_lost_its_words_is_no_translation(
    source: str, target: str, numbers: list[int]
) -> None:
    assert inline_codes.emptied(source, target) == numbers
    fault = inline_codes.verify(source, target)
    assert fault == "; ".join(f"code {n} lost its words" for n in numbers)
    assert inline_codes.compare(source, target) == ""


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (LINK, 'Lies zuerst <g id="1">7</g>.'),
        (LINK, '先读<g id="1">页</g>。'),
        (LINK, 'पहले <g id="1">पृ</g>'),
        ('<g id="1">!</g> a', 'A <g id="1">¡</g>'),
        ('<g id="1">✓</g> a', 'A <g id="1">ja</g>'),
        ('the <g id="1">module <x id="2"/></g>', '<g id="1"><x id="2"/></g>'),
        ('<g id="1"><g id="2">b</g></g>', '<g id="1"><g id="2">B</g></g>'),
        ('<g id="1"> </g>a', '<g id="1"></g>A'),
        ('<g id="1"><x id="2"/></g>', '<g id="1"><x id="2"/></g>'),
        ("no code", "kein Code"),
    ],
)
def test_a_code_that_shows_something_is_one(source: str, target: str) -> None:
    assert inline_codes.verify(source, target) == ""


def test_an_emptied_code_is_named_in_a_readers_terms() -> None:
    named = [Code(1, paired=True, kind="reference", equiv="http://a.org")]
    fault = inline_codes.verify(LINK, 'Lies<g id="1"></g>', named)
    assert fault == '<g id="1"> (reference http://a.org) lost its words'


@pytest.mark.parametrize(
    ("text", "collapsed"),
    [
        ("a  b", "a b"),
        (" a\n\t b ", " a b "),
        ("10\u00a0km", "10\u00a0km"),
        ("a \u202f\u2007\u2009\u3000 b", "a \u202f\u2007\u2009\u3000 b"),
        (
            "Vraiment\u202f?  \u00ab\u00a0mot\u00a0\u00bb",
            "Vraiment\u202f? «\u00a0mot\u00a0»",
        ),
        ("", ""),
    ],
)
def test_only_ordinary_blanks_become_one(text: str, collapsed: str) -> None:
    assert inline_codes.collapse(text) == collapsed


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ('a <x id="1"/>', "A", "lost code 1"),
        ('a <x id="1"/>', 'A <x id="1"/><x id="1"/>', "repeated code 1"),
        ("a", 'A <x id="7"/>', "foreign code 7"),
        ('a <x id="1"/>', 'A <x id="2"/>', "lost code 1; foreign code 2"),
        ('a <x id="1"/>', 'A <g id="1"></g>', "moved code 1"),
        ('<g id="1">a</g> <x id="2"/>', '<g id="1">A <x id="2"/></g>', "moved code 2"),
        (
            '<g id="1">a <g id="2">b</g></g>',
            '<g id="2">b <g id="1">a</g></g>',
            "moved code",
        ),
        ('<g id="1">a</g>', '<g id="1">A', "is not closed"),
        ('<x id="1"/> a', '<x id="1"/> <', "stray '<'"),
    ],
)
def test_every_damage_is_named(source: str, target: str, fault: str) -> None:
    assert fault in inline_codes.verify(source, target)


def test_a_lost_code_is_named_in_a_readers_terms() -> None:
    named = [Code(1, paired=False, kind="literal", equiv="make all")]
    assert "literal make all" in inline_codes.verify('run <x id="1"/>', "run", named)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It’s “so” – or…", 'It\'s "so" -- or...'),
        ("a  b\n c\t", "a b c"),
        ("a\u00a0b", "a b"),
        ("10\u202f000\u2007km \u00a0 b", "10 000 km b"),
        ("\u3000a\u2009b\u00a0", "a b"),
        ("wait — so", "wait --- so"),
    ],
)
def test_quotes_and_blanks_do_not_count(one: str, other: str) -> None:
    assert inline_codes.normalise(one) == inline_codes.normalise(other) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "ab"), ("A", "a"), ("a.", "a"), ('<x id="1"/>', '<x id="2"/>')],
)
def test_everything_else_counts(one: str, other: str) -> None:
    assert inline_codes.normalise(one) != inline_codes.normalise(other)


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        ("a", True),
        ("中", True),
        ("1.5 &lt; 2 &amp; 3", False),
        ('<x id="1"/>: <g id="2">7</g>', False),
        ("", False),
    ],
)
def test_words_are_letters_outside_of_codes(coded: str, *, expected: bool) -> None:
    assert inline_codes.has_words(coded) is expected


@pytest.mark.parametrize(
    ("coded", "local", "former"),
    [
        ("a", "a", ()),
        ('a <x id="5"/>', 'a <x id="1"/>', (5,)),
        (
            '<g id="7">a <x id="3"/></g> <x id="12"/>',
            '<g id="1">a <x id="2"/></g> <x id="3"/>',
            (7, 3, 12),
        ),
    ],
)
def test_a_sentence_has_one_key_wherever_it_stands(
    coded: str, local: str, former: tuple[int, ...]
) -> None:
    assert inline_codes.localise(coded) == (local, former)
    assert inline_codes.globalise(local, former) == coded


def test_text_that_looks_like_a_code_is_not_renumbered() -> None:
    coded = 'a &lt;x id="5"/&gt; <x id="5"/>'
    assert inline_codes.localise(coded)[0] == 'a &lt;x id="5"/&gt; <x id="1"/>'


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((), 'a <g id="1">b <g id="2">c</g></g> <x id="3"/>'),
        ((1,), 'a b <g id="2">c</g> <x id="3"/>'),
        ((2, 3), 'a <g id="1">b c</g> '),
        ((1, 2, 3), "a b c "),
    ],
)
def test_codes_are_removed_around_their_words(
    numbers: tuple[int, ...], expected: str
) -> None:
    coded = 'a <g id="1">b <g id="2">c</g></g> <x id="3"/>'
    assert inline_codes.without(coded, numbers) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ('Old <g id="1">paint</g>.', "Alt.", "lost code 1 strong, around 'paint'"),
        (
            'A <g id="1">b <g id="2">c &lt; d</g></g> e.',
            '<g id="1">B</g>',
            "lost code 2, around 'c < d'",
        ),
        (
            '<g id="1">b <g id="2">c</g> d</g> e.',
            "B",
            "lost code 1 strong, around 'b c d'",
        ),
        (f'<g id="1">{"ab " * 20}</g>', "a", "around 'ab ab"),
        ('A <x id="3"/>.', "A", "lost code 3 math x"),
        ("A.", 'A <x id="7"/>.', "foreign code 7"),
    ],
)
def test_a_fault_for_who_works_on_the_text(
    source: str, target: str, expected: str
) -> None:
    codes = [
        Code(1, paired=True, kind="strong", equiv=""),
        Code(3, paired=False, kind="math", equiv="math x"),
    ]
    fault = inline_codes.verify(source, target)
    told = inline_codes.explained(fault, source, codes)
    assert expected in told
    assert len(told) < 90
