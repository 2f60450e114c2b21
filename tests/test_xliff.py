"""XLIFF 1.2 and 2.x, as translators' tools write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import interchange
from amts_sphinx.errors import InterchangeError
from amts_sphinx.units import HUMAN, LanguagePair, State

if TYPE_CHECKING:
    from pathlib import Path

    from amts_sphinx.units import TranslationUnit

OLD = (
    '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
    '<file original="rain.rst" source-language="en" target-language="es-MX"'
    ' datatype="plaintext"><body>{}</body></file></xliff>'
)
NEW = (
    '<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0"'
    ' srcLang="en" trgLang="es"><file id="f">{}</file></xliff>'
)


def units(path: Path, text: str) -> tuple[list[TranslationUnit], list[str]]:
    """Return what is read from *text*, and what is told of the rest."""
    path = path / "a.xlf"
    path.write_text(text, "utf-8")
    told: list[str] = []
    return list(interchange.read(path, on_skip=told.append)), told


def old(source: str, target: str, attributes: str = "", unit: str = "") -> str:
    return OLD.format(
        f'<trans-unit id="1" {unit}><source>{source}</source>'
        f"<target {attributes}>{target}</target></trans-unit>"
    )


def new(source: str, target: str, state: str = "") -> str:
    return NEW.format(
        f'<unit id="u"><segment {state}><source>{source}</source>'
        f"<target>{target}</target></segment></unit>"
    )


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        (old("It rains.", "Llueve."), "It rains.", "Llueve."),
        (old("R&amp;D &lt;b&gt;", "I+D"), "R&amp;D &lt;b&gt;", "I+D"),
        (
            old('A <g id="a">b</g> <x id="7"/>.', '<x id="7"/> <g id="a">c</g>.'),
            'A <g id="1">b</g> <x id="2"/>.',
            '<x id="2"/> <g id="1">c</g>.',
        ),
        (
            old(
                'A <bpt id="1">*</bpt>b<ept id="1">*</ept> <ph id="2">%s</ph>',
                '<bpt id="1">*</bpt>c<ept id="1">*</ept> <ph id="2">%s</ph>',
            ),
            'A <g id="1">b</g> <x id="2"/>',
            '<g id="1">c</g> <x id="2"/>',
        ),
        (
            old(
                '<mrk mtype="seg" mid="0">It <bx id="1"/>rains<ex rid="1"/>.</mrk>', "x"
            ),
            "",
            "",
        ),
        (
            new('A <pc id="1">b</pc> <ph id="2"/>', '<ph id="2"/> <pc id="1">c</pc>'),
            'A <g id="1">b</g> <x id="2"/>',
            '<x id="2"/> <g id="1">c</g>',
        ),
        (
            new('A <sc id="s"/>b<ec startRef="s"/>', '<sc id="s"/>c<ec startRef="s"/>'),
            'A <g id="1">b</g>',
            '<g id="1">c</g>',
        ),
    ],
)
def test_texts_and_codes(tmp_path: Path, text: str, source: str, target: str) -> None:
    found, told = units(tmp_path, text)
    assert [(u.source, u.target) for u in found] == (
        [(source, target)] if source else []
    )
    assert len(told) == (not source)


def test_languages_and_maker(tmp_path: Path) -> None:
    [unit], _ = units(tmp_path, old("It rains.", "Llueve."))
    assert unit.pair == LanguagePair("en", "es-MX")
    assert (unit.maker, unit.state) == (HUMAN, State.REVIEWED)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (old("a", "b", unit='approved="yes"'), State.APPROVED),
        (old("a", "b", 'state="final"'), State.APPROVED),
        (old("a", "b", 'state="translated"'), State.REVIEWED),
        (old("a", "b", 'state="needs-review-translation"'), State.NEEDS_REVIEW),
        (old("a", "b", 'state="x-ours"'), State.NEEDS_REVIEW),
        (old("a", "b", 'state-qualifier="mt-suggestion"'), State.NEEDS_REVIEW),
        (new("a", "b", 'state="reviewed"'), State.REVIEWED),
        (new("a", "b", 'state="final"'), State.APPROVED),
    ],
)
def test_states(tmp_path: Path, text: str, state: State) -> None:
    assert [unit.state for unit in units(tmp_path, text)[0]] == [state]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (old("a", ""), "no translation"),
        (old("a", "b", 'state="new"'), "no translation"),
        (new("a", "b", 'state="initial"'), "no translation"),
        (old('a <x id="1"/>', "b"), "lost code 1"),
        (old("a", 'b <x id="9"/>'), "foreign code 1"),
        (old("a", 'b <bx id="1"/>'), "not closed"),
        (old("a", "b <g>c</g>"), "no id"),
        (old("a", "b <sub>c</sub>"), "<sub> cannot be kept"),
    ],
)
def test_what_is_not_whole_is_told(tmp_path: Path, text: str, why: str) -> None:
    found, [told] = units(tmp_path, text)
    assert found == []
    assert why in told
    assert "a.xlf:1:" in told


def test_what_must_not_be_translated_is_left_out(tmp_path: Path) -> None:
    assert units(tmp_path, old("a", "b", unit='translate="no"')) == ([], [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<xliff>", "not well-formed"),
        ("<tmx/>", "the root is <tmx>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xliff>&a;</xliff>', "entities"),
        (old("a", "b").replace("es-MX", "xx-yy"), "languages"),
        (old("a", "b").replace(' target-language="es-MX"', ""), "language"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InterchangeError, match=why) as caught:
        units(tmp_path, text)
    assert "a.xlf:1" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match=r"none\.xlf cannot be read"):
        list(interchange.read(tmp_path / "none.xlf"))
