"""What may be mended of a damaged target, and what may not."""

from __future__ import annotations

import pytest

from amts_sphinx.core import inline_codes
from amts_sphinx.translate import repair


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ('&lt;x id="1"/&gt; A', '<x id="1"/> A'),
        ('&lt;g id="1"&gt;A&lt;/g&gt;', '<g id="1">A</g>'),
        ("＜x id＝“1”／＞", '<x id="1"/>'),
        ("＜g id＝”１２”＞A＜／g＞", '<g id="12">A</g>'),
        ("〈x id=«1»/〉", '<x id="1"/>'),
        ('< x id = "1" / >', '<x id="1"/>'),
        ('<x id="1" />', '<x id="1"/>'),
        ("< / g >", "</g>"),
        ('<X ID="1"/><G Id="2">A</G>', '<x id="1"/><g id="2">A</g>'),
        ("<x id='1'/>", '<x id="1"/>'),
        ('<x id="1"></x> A', '<x id="1"/> A'),
        ('&amp;lt;x id="1"/&amp;gt; A', '<x id="1"/> A'),
        ("&lt;g id=&quot;1&quot;&gt;A&lt;/g&gt;", '<g id="1">A</g>'),
        ("&amp;lt;x id=&amp;quot;1&amp;quot;/&amp;gt;", '<x id="1"/>'),
        ("R&D &amp; more", "R&amp;D &amp; more"),
    ],
)
def test_spelling_is_mended(damaged: str, mended: str) -> None:
    assert repair.mend(damaged) == mended
    assert repair.mend(mended) == mended


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "x id 1",
        '<b id="1">',
        '<x id="one"/>',
        "",
        '<g id="1">A',
        "&lt;g&gt; and &lt;x&gt;",
    ],
)
def test_nothing_else_is_touched(text: str) -> None:
    assert repair.mend(text) == text


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("words", ["words"]),
        ('<x id="1"/>', []),
        ('A <x id="1"/> (<x id="2"/>), and b.', ["A", "), and b."]),
        ('<g id="1">in</g> <g id="2"> and </g>7', ["in", "and"]),
        ('R&amp;D <x id="1"/> &lt;', ["R&amp;D"]),
        ('same <x id="1"/> same', ["same", "same"]),
    ],
)
def test_runs_are_the_words_between_codes(source: str, runs: list[str]) -> None:
    assert repair.runs(source) == runs
    again = repair.refill(source, {run: run for run in runs})
    assert again == source


def test_a_refilled_source_keeps_blanks_and_codes() -> None:
    source = 'Type <x id="1"/> (<g id="2">twice</g>) now.'
    targets = {"Type": "T", "twice": "Z", ") now.": ") N."}
    filled = repair.refill(source, targets)
    assert filled == 'T <x id="1"/> (<g id="2">Z</g>) N.'
    assert inline_codes.verify(source, filled) == ""


def test_a_run_without_a_target_is_an_error() -> None:
    with pytest.raises(KeyError):
        repair.refill('A <x id="1"/> b', {"A": "X"})
