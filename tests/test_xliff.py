"""XLIFF 1.2 and 2.x, as translators' tools write them, and as we do."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import xliff

if TYPE_CHECKING:
    from collections.abc import Iterator

STATM = Path("/proc/self/statm")
PAIR = LanguagePair("en", "es")

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
    return list(formats.read(path, on_skip=told.append)), told


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
        # What are two on one side may be one on the other.
        (
            new('A <pc id="s">b</pc>', '<sc id="s"/>c<ec startRef="s"/>'),
            'A <g id="1">b</g>',
            '<g id="1">c</g>',
        ),
        # A pair has an id of its own, which something without words may have too.
        (
            old(
                '<x id="1"/> <bx id="2" rid="1"/>a<ex id="3" rid="1"/>',
                '<bx id="2" rid="1"/>b<ex id="3" rid="1"/> <x id="1"/>',
            ),
            '<x id="1"/> <g id="2">a</g>',
            '<g id="2">b</g> <x id="1"/>',
        ),
        (
            old('<it id="1" pos="open">&lt;b></it>a', '<it id="1" pos="open"/>b'),
            '<x id="1"/>a',
            '<x id="1"/>b',
        ),
        (
            new('A <mrk id="m" type="term">b</mrk>.', 'A <sm id="n"/>c<em/>.'),
            "A b.",
            "A c.",
        ),
        (old("\n  A\n  b\n", " c  d "), "A b", "c d"),
        (old(" A  b", " c  d", unit='xml:space="preserve"'), " A  b", " c  d"),
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
        (old("a", "b", 'state-qualifier="mt-suggestion"'), State.MACHINE),
        (new("a", "b", 'state="reviewed"'), State.REVIEWED),
        (new("a", "b", 'state="final"'), State.APPROVED),
        # The standard: without a state it is "initial".
        (new("a", "b"), State.NEEDS_REVIEW),
    ],
)
def test_states(tmp_path: Path, text: str, state: State) -> None:
    assert [unit.state for unit in units(tmp_path, text)[0]] == [state]


@pytest.mark.parametrize(
    ("attributes", "unit", "maker", "state"),
    [
        ("", "", "leveraged-mt", State.MACHINE),
        ('state="translated"', "", "leveraged-mt", State.MACHINE),
        ('state="needs-l10n"', "", "leveraged-mt", State.MACHINE),
        ('state="signed-off"', "", HUMAN, State.APPROVED),
        ("", 'approved="yes"', HUMAN, State.APPROVED),
    ],
)
def test_what_a_machine_made_is_a_persons_when_one_approves_it(
    tmp_path: Path, attributes: str, unit: str, maker: str, state: State
) -> None:
    text = old("a", "b", f'state-qualifier="leveraged-mt" {attributes}', unit)
    [found] = units(tmp_path, text)[0]
    assert (found.maker, found.state) == (maker, state)


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
        (old("a", 'b <ph id="1"><sub>c</sub></ph>'), "<sub> cannot be kept"),
        (old("a", "b", 'state="new"', 'approved="yes"'), "no translation"),
        (old("a", "", unit='approved="yes"'), "no translation"),
        (old('<x id="1"/> <x id="1"/>', '<x id="1"/>'), "have the same id"),
        (old('<x id="1"/>', '<x id="1"/> <x id="1"/>'), "repeated code 1"),
        (new('<sc id="1"/>a', '<sc id="1"/>b'), "not closed"),
        (new('a<ec startRef="1"/>', "b"), "was not opened"),
        (
            new('<sc id="1"/>a<pc id="2">b<ec startRef="1"/></pc>', "c"),
            "crosses another",
        ),
        (new('<pc id="2"><sc id="1"/>b</pc><ec startRef="1"/>', "c"), "crosses"),
        (new('<pc id="1"><ph id="1"/></pc>', '<ph id="1"/><pc id="1"/>'), "moved"),
    ],
)
def test_what_is_not_whole_is_told(tmp_path: Path, text: str, why: str) -> None:
    found, [told] = units(tmp_path, text)
    assert found == []
    assert why in told
    assert "a.xlf:1:" in told


def test_without_a_listener_it_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(old("a", ""), "utf-8")
    with pytest.raises(InterchangeError, match=r"a\.xlf:1: there is no translation"):
        list(xliff.read(path))


def test_what_must_not_be_translated_is_left_out(tmp_path: Path) -> None:
    assert units(tmp_path, old("a", "b", unit='translate="no"')) == ([], [])
    segment = "<segment><source>{0}</source><target>{0}</target></segment>"
    text = NEW.format(
        '<group translate="no">'
        f'<unit id="1">{segment.format("a")}</unit>'
        f'<unit id="2" translate="yes">{segment.format("b")}</unit>'
        f"</group><unit>{segment.format('c')}</unit>"
    )
    assert [unit.source for unit in units(tmp_path, text)[0]] == ["b", "c"]


def test_only_the_translation_itself_is_read(tmp_path: Path) -> None:
    """Suggestions beside it, and segments of a source, are not taken for it."""
    text = OLD.format(
        '<trans-unit id="1"><source>a</source><seg-source><mrk mtype="seg">a</mrk>'
        "</seg-source><target>b</target><alt-trans><source>a</source>"
        "<target>c</target></alt-trans></trans-unit>"
    )
    assert [u.target for u in units(tmp_path, text)[0]] == ["b"]
    text = NEW.format(
        '<unit id="u"><m:matches xmlns:m="urn:m"><m:match><source>a</source>'
        "<target>c</target></m:match></m:matches><segment><source>a</source>"
        "<target>b</target></segment><ignorable><source> </source></ignorable>"
        "<segment><source>d</source><target>e</target></segment></unit>"
    )
    assert [u.target for u in units(tmp_path, text)[0]] == ["b", "e", "b e"]


def test_languages_that_the_file_does_not_tell(tmp_path: Path) -> None:
    silent = old("a", "b").replace(' target-language="es-MX"', "")
    path = tmp_path / "a.xlf"
    path.write_text(silent.replace("<target ", '<target xml:lang="fr" '), "utf-8")
    asked = LanguagePair("de", "es")
    assert [u.pair for u in xliff.read(path, asked)] == [LanguagePair("en", "fr")]
    path.write_text(silent, "utf-8")
    assert [u.pair for u in xliff.read(path, asked)] == [LanguagePair("en", "es")]
    path.write_text(silent.replace(' source-language="en"', ""), "utf-8")
    assert [u.pair for u in xliff.read(path, asked)] == [asked]
    # One without translations needs none.
    path.write_text(silent.replace(">b<", "><"), "utf-8")
    told: list[str] = []
    assert list(xliff.read(path, on_skip=told.append)) == []
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<xliff>", "not well-formed"),
        ("<tbx/>", "the root is <tbx>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xliff>&a;</xliff>', "entities"),
        (old("a", "b").replace(' target-language="es-MX"', ""), "language"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InterchangeError, match=why) as caught:
        units(tmp_path, text)
    assert "a.xlf:1" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match=r"none\.xlf cannot be read"):
        list(formats.read(tmp_path / "none.xlf"))


# There and back


def coded_text(chance: random.Random) -> tuple[str, str]:
    """Return two texts with the same codes, nested alike."""

    def grow(number: Iterator[int], depth: int) -> tuple[list[str], list[str]]:
        here, there = [], []
        for _ in range(chance.randint(0, 3)):
            word = "".join(chance.choices("ab é译\n\t\u00a0'\"]\U0001f600", k=4))
            here.append(f"{word}&amp;")
            there.append(f"&lt;{word[::-1]}")
            code = next(number)
            if depth and chance.random() < 0.5:
                inside, mirrored = grow(number, depth - 1)
                here.append(f'<g id="{code}">{"".join(inside)}</g>')
                there.append(f'<g id="{code}">{"".join(mirrored)}</g>')
            else:
                here.append(f'<x id="{code}"/>')
                there.append(f'<x id="{code}"/>')
        chance.shuffle(there)
        return here, there

    here, there = grow(iter(range(1, 1000)), 4)
    return f"source {''.join(here)}", f"译 {''.join(there)}"


def some_units(count: int) -> list[TranslationUnit]:
    """Return units of people, their codes in order, from two documents and none."""
    chance = random.Random(7)
    made = []
    for number in range(count):
        source, target = coded_text(chance)
        state = chance.choice([State.NEEDS_REVIEW, State.REVIEWED, State.APPROVED])
        pair = PAIR if chance.random() < 0.8 else LanguagePair("de", "zh")
        document = chance.choice(["", "chapter/one & <two>", "water"])
        text = f"{source} {number}"
        made.append(TranslationUnit(text, target, pair, HUMAN, state, document))
    assert sum(bool(inline_codes.ids(unit.source)) for unit in made) > count / 2
    return made


def test_a_book_comes_back_and_is_written_the_same_again(tmp_path: Path) -> None:
    made = some_units(400)
    first, second = tmp_path / "1.xlf", tmp_path / "2.xlf"
    assert xliff.write(first, iter(made)) == len(made)
    again = list(xliff.read(first))
    assert len(again) == len(made)
    assert set(again) == set(made)
    random.Random(1).shuffle(made)
    xliff.write(second, made)
    assert first.read_bytes() == second.read_bytes()


def test_a_file_looks_like_this(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    made = [
        TranslationUnit("b", "c", PAIR, "corpus 3", State.DRAFT, "rain"),
        TranslationUnit("b", "d", PAIR, HUMAN, State.REVIEWED, "rain"),
        TranslationUnit(
            '<g id="1">a</g> &lt;', '<g id="1">a</g>', PAIR, HUMAN, State.APPROVED
        ),
    ]
    assert xliff.write(path, made) == 3
    assert (
        path.read_text("utf-8")
        == """\
<?xml version='1.0' encoding='UTF-8'?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:amts="urn:amts_sphinx" \
version="1.2">
<file original="book" source-language="en" target-language="es" datatype="plaintext">
<body>
<trans-unit id="41493b9702ba99f1" xml:space="preserve" approved="yes">
  <source><g id="1">a</g> &lt;</source>
  <target state="final"><g id="1">a</g></target>
</trans-unit>
</body>
</file>
<file original="rain" source-language="en" target-language="es" datatype="plaintext" \
amts:document="rain">
<body>
<trans-unit id="3e23e8160039594a" xml:space="preserve" amts:state="draft" \
amts:maker="corpus 3" amts:digest="a120d0ad50f1-ff08fffb1947">
  <source>b</source>
  <target state="needs-review-translation" state-qualifier="mt-suggestion">c</target>
</trans-unit>
<trans-unit id="3e23e8160039594a-2" xml:space="preserve">
  <source>b</source>
  <target state="translated">d</target>
</trans-unit>
</body>
</file>
</xliff>
"""
    )
    assert sorted(xliff.read(path), key=str) == sorted(made, key=str)


def test_nothing_to_write_is_a_file_too(tmp_path: Path) -> None:
    assert xliff.write(tmp_path / "a.xlf", []) == 0
    assert list(xliff.read(tmp_path / "a.xlf")) == []


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ('<x id="2"/>', '<x id="2"/>', "not in order"),
        ('<x id="1"/><x id="1"/>', '<x id="1"/><x id="1"/>', "not in order"),
        ('<x id="1"/>a', "b", "lost code 1"),
        ("a", " ", "blank"),
    ],
)
def test_what_would_not_come_back_is_not_written(
    tmp_path: Path, source: str, target: str, why: str
) -> None:
    path = tmp_path / "a.xlf"
    made = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED, "rain")
    with pytest.raises(InterchangeError, match=rf"a\.xlf cannot .*\(rain\).*{why}"):
        xliff.write(path, [made])
    assert list(tmp_path.iterdir()) == []


def resident() -> int:
    """Return the memory that this process has, in bytes."""
    return int(STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATM.exists(), reason="the system does not tell")
@pytest.mark.parametrize("text", [old, new])
def test_a_long_file_is_read_in_little_memory(tmp_path: Path, text: object) -> None:
    assert callable(text)
    whole = text("word " * 200, "palabra " * 125)
    name = "trans-unit" if text is old else "unit"
    start, end = whole.index(f"<{name}"), whole.index(f"</{name}>") + len(name) + 3
    path = tmp_path / "a.xlf"
    many = (whole[start:end] + "\n") * 9_000
    path.write_text(whole[:start] + many + whole[end:], "utf-8")
    before = resident()
    peak = count = 0
    for count, _ in enumerate(xliff.read(path), 1):
        if count % 1000 == 0:
            peak = max(peak, resident())
    assert count == 9_000
    assert path.stat().st_size > 18_000_000
    assert peak - before < 10_000_000
