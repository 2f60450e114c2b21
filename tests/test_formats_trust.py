"""Whose a target is: what each tool says of it in its own words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from amts_sphinx import formats
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.formats.machine_names import is_machine
from amts_sphinx.text.copies import is_copy

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "de")
NO = None
PERSON = (HUMAN, State.REVIEWED)
APPROVED = (HUMAN, State.APPROVED)
DOUBT = (HUMAN, State.NEEDS_REVIEW)
MT = ("mt-suggestion", State.MACHINE)
GUESS = ("fuzzy-match", State.NEEDS_REVIEW)


def read(path: Path, text: str) -> tuple[list[TranslationUnit], list[str]]:
    """Return the units of a file, and why the other texts were left out."""
    path.write_text(text, "utf-8")
    told: list[str] = []
    return list(formats.read(path, on_skip=told.append)), told


def trust(path: Path, text: str) -> tuple[str, State] | None:
    """Return who answers for the one target of a file."""
    units, _ = read(path, text)
    assert len(units) <= 1
    return (units[0].maker, units[0].state) if units else None


# XLIFF

OLD = (
    '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"'
    ' xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0" xmlns:mq="MQXliff"'
    ' xmlns:m="http://www.memsource.com/mxlf/2.0"><file original="../docs/rain.rst"'
    ' source-language="en" target-language="de" datatype="plaintext"'
    ' tool-id="t"><header><phase-group><phase phase-name="p"'
    ' process-name="Translation" contact-name="Ada"/><phase phase-name="q"'
    ' process-name="Machine translation"/></phase-group><tool tool-id="t"'
    ' tool-name="Tool" tool-version="3"/></header><body>{}</body></file></xliff>'
)
NEW = (
    '<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0"'
    ' srcLang="en" trgLang="de"><file id="f" original="a/b.md">{}</file></xliff>'
)


def old(target: str = "", unit: str = "", more: str = "", text: str = "Regen") -> str:
    return OLD.format(
        f'<trans-unit id="1" {unit}><source>Rain</source>'
        f"<target {target}>{text}</target>{more}</trans-unit>"
    )


def alternative(origin: str, text: str = "Regen") -> str:
    return (
        f'<alt-trans origin="{origin}"><source>Rain</source><target>{text}</target>'
        "</alt-trans>"
    )


STANDARD = [
    (old(), PERSON),
    (old('state="translated"'), PERSON),
    (old('state="signed-off"'), APPROVED),
    (old('state="final"'), APPROVED),
    (old(unit='approved="yes"'), APPROVED),
    # In so many words, nobody has approved it, and no state says more.
    (old(unit='approved="no"'), DOUBT),
    (old('state="translated"', 'approved="no"'), PERSON),
    (old('state=""'), PERSON),
    (old('state="needs-review-translation"'), DOUBT),
    (old('state="needs-review-l10n"'), DOUBT),
    (old('state="needs-adaptation"'), DOUBT),
    (old('state="x-reviewing"'), DOUBT),
    (old('state="new"'), NO),
    # The word of some tools for gettext's fuzzy, of others for a copy of the source.
    (old('state="needs-translation"'), DOUBT),
    (old('state="needs-translation"', text="Rain"), NO),
    (old('state="new"', 'approved="yes"'), NO),
    (old('state-qualifier="mt-suggestion"'), MT),
    (old('state="needs-review-translation" state-qualifier="mt-suggestion"'), MT),
    (old('state-qualifier="leveraged-mt"'), ("leveraged-mt", State.MACHINE)),
    (old('state-qualifier="fuzzy-match"'), GUESS),
    (old('state-qualifier="exact-match"'), PERSON),
    (old('state-qualifier="tm-suggestion"'), DOUBT),
    (old('state-qualifier="glossary-suggestion"'), DOUBT),
    (old('state="translated" state-qualifier="tm-suggestion"'), PERSON),
    (old('state-qualifier="rejected-grammar"'), DOUBT),
    (old('state="translated" state-qualifier="rejected-inaccurate"'), DOUBT),
    (old('state-qualifier="x-nmt"'), MT),
    (old('state-qualifier="x-checked"'), PERSON),
    # It was suggested, and then translated.
    (old('state="translated" state-qualifier="mt-suggestion"'), PERSON),
    (old('state="final" state-qualifier="leveraged-mt"'), APPROVED),
    (old(more=alternative("machine-trans")), MT),
    (old(more=alternative("MT-Engine")), MT),
    (old(more=alternative("machine-trans", "Niesel")), PERSON),
    (old(more=alternative("memory")), PERSON),
    (old(more=alternative("Google Cloud Translation")), MT),
    (old(more=alternative("memory") + alternative("DeepL")), MT),
    (old(more=alternative("DeepL", "Niesel") + alternative("memory")), PERSON),
    (old(more=alternative('memory" match-quality="80%')), GUESS),
    (old(more=alternative('memory" match-quality="100')), PERSON),
    (old(more=alternative("previous").replace("Rain", "Rain, then")), GUESS),
    (old('state="translated"', more=alternative("x").replace("Rain", "No")), PERSON),
    (old(unit='restype="x-gettext-domain-header"'), NO),
    (old('state="translated"', more=alternative('TM" match-quality="80')), PERSON),
    (old('state="translated"', more=alternative("machine-trans")), PERSON),
    (old('phase-name="p"'), PERSON),
    (old('phase-name="q"'), MT),
    (old('phase-name="q" state="final"'), APPROVED),
]
MEMOQ = [
    ("ManuallyConfirmed", PERSON),
    ("ConfirmedTranslator", PERSON),
    ("Proofread", APPROVED),
    ("ConfirmedReviewer1", APPROVED),
    ("PartiallyEdited", DOUBT),
    ("Rejected", DOUBT),
    ("MachineTranslated", MT),
    ("AssembledFromFragments", MT),
    ("NotStarted", NO),
    ('Pretranslated" mq:percent="85', GUESS),
    ('Pretranslated" mq:percent="101', DOUBT),
]
PHRASE = [
    ('0" m:trans-origin="mt', MT),
    ('0" m:trans-origin="nmt', MT),
    ('0" m:trans-origin="tm" m:score="0.85', GUESS),
    ('0" m:trans-origin="tm" m:score="1.01', DOUBT),
    ("0", DOUBT),
    ("", DOUBT),
    ('1" m:trans-origin="mt', PERSON),
    ("1", PERSON),
    ("true", PERSON),
    ("2", APPROVED),
]
TRADOS = [
    ('conf="ApprovedSignOff"', APPROVED),
    ('conf="ApprovedTranslation" origin="mt"', APPROVED),
    ('conf="Translated" origin="mt"', PERSON),
    ('conf="Translated" origin="interactive"', PERSON),
    ('conf="RejectedTranslation"', DOUBT),
    ('conf="Draft" origin="interactive"', DOUBT),
    ('conf="Draft" origin="mt"', MT),
    ('conf="Draft" origin="nmt"', MT),
    ('conf="Draft" origin="amt"', MT),
    ('origin="mt"', MT),
    ('conf="Draft" origin="tm" percent="72"', GUESS),
    ('conf="Draft" origin="tm" percent="100"', DOUBT),
    ('conf="Draft" origin="source"', NO),
    ("", DOUBT),
]


@pytest.mark.parametrize(("text", "expected"), STANDARD)
def test_xliff_1_2(
    tmp_path: Path, text: str, expected: tuple[str, State] | None
) -> None:
    assert trust(tmp_path / "a.xlf", text) == expected


@pytest.mark.parametrize(("status", "expected"), MEMOQ)
def test_memoq(tmp_path: Path, status: str, expected: tuple[str, State] | None) -> None:
    # The standard's attribute is a makeshift there.
    text = old('state="translated"', f'mq:status="{status}"')
    assert trust(tmp_path / "a.mqxliff", text) == expected


@pytest.mark.parametrize(("confirmed", "expected"), PHRASE)
def test_phrase(
    tmp_path: Path, confirmed: str, expected: tuple[str, State] | None
) -> None:
    text = old(unit=f'm:confirmed="{confirmed}"')
    assert trust(tmp_path / "a.mxliff", text) == expected


def trados(*segments: tuple[str, str, str], more: str = "") -> str:
    """Return a unit with segments: source, target and the attributes of each."""

    def marks(place: int) -> str:
        return " ".join(
            f'<mrk mtype="seg" mid="{number}">{segment[place]}</mrk>'
            for number, segment in enumerate(segments, 1)
        )

    defined = "".join(
        f'<sdl:seg id="{number}" {attributes}><sdl:value key="created_by">Bo'
        "</sdl:value></sdl:seg>"
        for number, (*_, attributes) in enumerate(segments, 1)
    )
    return OLD.format(
        f'<trans-unit id="u"><source>{" ".join(s[0] for s in segments)}</source>'
        f"<seg-source>{marks(0)}</seg-source><target>{marks(1)}</target>{more}"
        f"<sdl:seg-defs>{defined}</sdl:seg-defs></trans-unit>"
    )


@pytest.mark.parametrize(("attributes", "expected"), TRADOS)
def test_trados(
    tmp_path: Path, attributes: str, expected: tuple[str, State] | None
) -> None:
    text = trados(("Rain.", "Regen.", attributes))
    assert trust(tmp_path / "a.sdlxliff", text) == expected


@pytest.mark.parametrize("name", ["a.sdlxliff", "a.mqxliff", "a.mxliff", "a.xml", "a"])
def test_a_file_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    assert trust(tmp_path / name, f"\ufeff<?xml version='1.0'?><!-- <tmx> -->{old()}")
    assert formats.is_known(tmp_path / name)
    (tmp_path / "plain").write_text("a <xliff > of words", "utf-8")
    assert not formats.is_known(tmp_path / "plain")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ('state="initial"', NO),
        ("", DOUBT),
        ('state="translated"', PERSON),
        ('state="reviewed"', PERSON),
        ('state="final"', APPROVED),
        ('state="odd"', DOUBT),
    ],
)
@pytest.mark.parametrize("by_machine", [False, True])
def test_xliff_2(
    tmp_path: Path,
    state: str,
    expected: tuple[str, State] | None,
    *,
    by_machine: bool,
) -> None:
    match = '<m:matches xmlns:m="urn:m"><m:match ref="#1" type="mt">{}</m:match>'
    both = "<source>Rain</source><target>Regen</target>"
    matches = f"{match.format(both)}</m:matches>" if by_machine else ""
    text = NEW.format(f'<unit id="u">{matches}<segment {state}>{both}</segment></unit>')
    if by_machine and expected is DOUBT:
        expected = MT
    assert trust(tmp_path / "a.xlf", text) == expected


def test_who_where_and_with_what(tmp_path: Path) -> None:
    [unit], _ = read(tmp_path / "a.xlf", old('phase-name="p"'))
    assert (unit.author, unit.tool, unit.document) == ("Ada", "Tool 3", "docs/rain")
    [unit], _ = read(tmp_path / "a.xlf", trados(("Rain.", "Regen.", "")))
    assert unit.author == "Bo"
    memoq = 'mq:status="PartiallyEdited" mq:lastchanginguser="Cy"'
    time = 'mq:lastchangedtimestamp="2026-01-02T03:04:05Z"'
    [unit], _ = read(tmp_path / "a.xlf", old(unit=f"{memoq} {time}"))
    assert (unit.author, unit.changed) == ("Cy", 1767323045)
    [unit], _ = read(tmp_path / "a.xlf", old(unit='m:confirmed="1" m:created-by="D"'))
    assert unit.author == "D"
    bare = old().replace(' tool-name="Tool" tool-version="3"', "")
    [unit], _ = read(tmp_path / "a.xlf", bare.replace(' xmlns:m="', ' xmlns:n="'))
    assert unit.tool == "Trados"
    segment = '<segment state="final"><source>a</source><target>b</target></segment>'
    [unit], _ = read(tmp_path / "a.xlf", NEW.format(f'<unit id="u">{segment}</unit>'))
    assert unit.document == "a/b"


# Half of a unit


def told_of(units: list[TranslationUnit]) -> dict[str, str]:
    return {unit.source: unit.target for unit in units}


def test_only_the_finished_half_of_a_segmented_unit_is_read(tmp_path: Path) -> None:
    done, empty = 'conf="Translated"', ""
    text = trados(("One.", "Eins.", done), ("Two.", "", empty), ("Three.", "3.", done))
    units, told = read(tmp_path / "a.sdlxliff", text)
    assert told_of(units) == {"One.": "Eins.", "Three.": "3."}
    assert len(told) == 1
    assert "there is no translation" in told[0]


def test_a_unit_whose_segments_are_done_is_one_too(tmp_path: Path) -> None:
    text = trados(
        ("One.", "Eins.", 'conf="ApprovedSignOff"'), ("Two.", "Zwei.", 'conf="Draft"')
    )
    units, told = read(tmp_path / "a.sdlxliff", text)
    whole = {"One.": "Eins.", "Two.": "Zwei.", "One. Two.": "Eins. Zwei."}
    assert (told_of(units), told) == (whole, [])
    assert [unit.state for unit in units] == [
        State.APPROVED,
        State.NEEDS_REVIEW,
        State.NEEDS_REVIEW,
    ]


def test_a_machines_half_makes_no_whole(tmp_path: Path) -> None:
    text = trados(
        ("One.", "Eins.", 'conf="Translated"'),
        ("Two.", "Zwei.", 'conf="Draft" origin="mt"'),
    )
    units, _ = read(tmp_path / "a.sdlxliff", text)
    assert [(unit.source, unit.by_human) for unit in units] == [
        ("One.", True),
        ("Two.", False),
    ]


def test_segments_inside_codes_and_what_was_deleted(tmp_path: Path) -> None:
    mark = '<g id="7"><mrk mtype="seg" mid="1">{}</mrk></g>'
    deleted = '<mrk mtype="x-sdl-deleted" sdl:revid="r">alt</mrk>'
    added = '<mrk mtype="x-sdl-added" sdl:revid="r">neu</mrk>'
    source = mark.format('A <x id="8"/> word.')
    target = mark.format(f'Ein {deleted}{added} <x id="8"/>.')
    text = OLD.format(
        '<trans-unit id="u"><source><g id="7">A <x id="8"/> word.</g></source>'
        f"<seg-source>{source}</seg-source><target>{target}</target></trans-unit>"
    )
    units, _ = read(tmp_path / "a.sdlxliff", text)
    assert told_of(units) == {'A <x id="1"/> word.': 'Ein neu <x id="1"/>.'}


def test_segments_of_xliff_2(tmp_path: Path) -> None:
    def unit(second: str, more: str = "") -> str:
        return NEW.format(
            '<unit id="u"><segment state="final"><source>One <pc id="1">two</pc>.'
            '</source><target>Eins <pc id="1">zwei</pc>.</target></segment><ignorable>'
            '<source> </source></ignorable><segment state="final"><source>Three'
            f"<ph id='3'/>.</source><target {more}>{second}</target></segment></unit>"
        )

    first = {'One <g id="1">two</g>.': 'Eins <g id="1">zwei</g>.'}
    units, told = read(tmp_path / "a.xlf", unit(""))
    assert told_of(units) == first
    assert len(told) == 1
    second = {'Three<x id="1"/>.': 'Drei<x id="1"/>.'}
    whole = {
        'One <g id="1">two</g>. Three<x id="2"/>.': (
            'Eins <g id="1">zwei</g>. Drei<x id="2"/>.'
        )
    }
    units, told = read(tmp_path / "a.xlf", unit('Drei<ph id="3"/>.'))
    assert (told_of(units), told) == (first | second | whole, [])
    units, _ = read(tmp_path / "a.xlf", unit('Drei<ph id="3"/>.', 'order="1"'))
    assert told_of(units) == first | second


def test_phrases_codes_are_text_in_its_files(tmp_path: Path) -> None:
    def unit(source: str, target: str) -> str:
        return OLD.format(
            f'<trans-unit id="1" m:confirmed="1"><source>{source}</source>'
            f"<target>{target}</target></trans-unit>"
        )

    text = unit("A {1&gt;wet{2}&lt;1} day", "Ein {1&gt;nasser{2}&lt;1} Tag")
    units, _ = read(tmp_path / "a.mxliff", text)
    assert told_of(units) == {
        'A <g id="1">wet<x id="2"/></g> day': 'Ein <g id="1">nasser<x id="2"/></g> Tag'
    }
    units, told = read(tmp_path / "a.mxliff", unit("A {1} day", "Ein Tag"))
    assert (units, len(told)) == ([], 1)
    assert "lost code 1" in told[0]
    units, _ = read(tmp_path / "a.mxliff", unit("A {1&gt; day", "Ein Tag"))
    assert told_of(units) == {"A {1&gt; day": "Ein Tag"}


# TMX

TMX = (
    '<tmx version="1.4"><header srclang="en" creationtool="{}"'
    ' creationtoolversion="9"/>'
    "<body>{}</body></tmx>"
)


def tu(props: str = "", attributes: str = "", target: str = "", tool: str = "x") -> str:
    return TMX.format(
        tool,
        f'<tu {attributes}>{props}<tuv xml:lang="EN-US"><seg>Rain</seg></tuv>'
        f'<tuv xml:lang="de-DE" {target}><seg>Regen</seg></tuv></tu>',
    )


def prop(**values: str) -> str:
    return "".join(
        f'<prop type="{name.replace("_", "-")}">{text}</prop>'
        for name, text in values.items()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tu(), PERSON),
        (tu(prop(x_ConfirmationLevel="ApprovedSignOff")), APPROVED),
        (tu(prop(x_ConfirmationLevel="ApprovedTranslation")), APPROVED),
        (tu(prop(x_ConfirmationLevel="Translated")), PERSON),
        (tu(prop(x_ConfirmationLevel="Draft")), DOUBT),
        (tu(prop(x_ConfirmationLevel="RejectedTranslation")), DOUBT),
        (tu(prop(x_ConfirmationLevel="Unspecified")), PERSON),
        (tu(prop(x_Origin="TM")), PERSON),
        (tu(prop(x_Origin="MachineTranslation")), MT),
        (tu(prop(x_Origin="AdaptiveMachineTranslation")), MT),
        (tu(prop(x_Origin="MT", x_ConfirmationLevel="Draft")), MT),
        (tu(prop(x_Origin="MT", x_ConfirmationLevel="Translated")), PERSON),
        (tu(attributes='creationid="MT!"'), MT),
        (tu(attributes='creationid="MT!" changeid="ADA"'), PERSON),
        (tu(target='creationid="MT!"'), MT),
        (tu(attributes='creationid="MT!"', target='changeid="ADA"'), PERSON),
        (tu(target='changeid="DeepL"'), MT),
        (tu(attributes='creationid="google-translate"'), MT),
        (tu(attributes='creationid="Weblate (NMT)"'), MT),
        (tu(target='creationid="gpt-4o" changeid="ADA"'), PERSON),
        (tu(tool="ModernMT"), MT),
        (tu(attributes='creationid="ADA"', tool="ModernMT"), PERSON),
        (tu(prop(x_MT="yes")), MT),
        (tu(prop(x_MT="false")), PERSON),
        (tu(prop(x_match_type="MT")), MT),
        (tu(prop(x_translation_engine="Azure Translator")), MT),
        (tu(prop(x_status="needs-review")), DOUBT),
        (tu(prop(x_fuzzy="1")), DOUBT),
        (tu(prop(x_fuzzy="0")), PERSON),
        (tu(prop(x_approved="no")), DOUBT),
        (tu(prop(x_approved="yes", x_note="draft by DeepL")), PERSON),
    ],
)
def test_tmx(tmp_path: Path, text: str, expected: tuple[str, State] | None) -> None:
    assert trust(tmp_path / "a.tmx", text) == expected


@pytest.mark.parametrize(
    ("tool", "props", "place"),
    [
        ("OmegaT", prop(file="a.rst"), Place("a.rst")),
        ("OmegaT", prop(file="a.rst", id="7"), Place("a.rst", "7")),
        (
            "OmegaT",
            prop(file="a.rst", prev="R&amp;D &lt;g0&gt;x&lt;/g0&gt;", next="&lt;b"),
            Place("a.rst", "", 'R&amp;D <g id="1">x</g>', "&lt;b"),
        ),
        ("x", prop(file="a.rst"), None),
        ("x", prop(file="a.rst", next="Wind"), Place("a.rst", "", "", "Wind")),
        ("Translate Toolkit", prop(x_context="menu"), Place(context="menu")),
        ("x", prop(context="menu"), Place(context="menu")),
        ("x", prop(context=""), None),
        ("SDL Language Platform", prop(x_Context="1, 2", context="a"), None),
        ("MemoQ", prop(context="a", x_context="b"), None),
        ("x", prop(x_document="a.rst", project="b"), None),
    ],
)
def test_where_a_translation_holds(
    tmp_path: Path, tool: str, props: str, place: Place | None
) -> None:
    [unit], _ = read(tmp_path / "a.tmx", tu(props, tool=tool))
    assert unit.place == place
    assert unit.tool == f"{tool} 9"


def test_who_wrote_a_unit_of_tmx_and_when(tmp_path: Path) -> None:
    attributes = 'creationid="ADA" creationdate="20260102T030405Z"'
    [unit], _ = read(tmp_path / "a.tmx", tu(attributes=attributes))
    assert (unit.author, unit.created, unit.changed) == ("ADA", *[1767323045] * 2)
    target = 'changeid="BO" changedate="20260102T030406Z" creationtool="Other"'
    [unit], _ = read(tmp_path / "a.tmx", tu(attributes=attributes, target=target))
    assert (unit.author, unit.created, unit.changed, unit.tool) == (
        "BO", 1767323045, 1767323046, "Other"
    )  # fmt: skip
    [unit], _ = read(tmp_path / "a.tmx", tu(target='changedate="yesterday"'))
    assert unit.changed == 0


def test_omegats_memory_of_our_files(tmp_path: Path) -> None:
    """As OmegaT 3.6 and 5.7 write what they make of our catalogues and XLIFF."""

    def units(source: str, target: str, tool: str = "OmegaT") -> dict[str, str]:
        said = tu(tool=tool).replace("Rain", source).replace("Regen", target)
        return told_of(read(tmp_path / "a.tmx", said)[0])

    catalogue = "&lt;g id=&quot;1&quot;&gt;{}&lt;/g&gt; &amp;amp; &lt;x id='2'/&gt;"
    texts = [catalogue.replace("'", "&quot;").format(word) for word in ("All", "Alle")]
    ours = {
        '<g id="1">All</g> &amp; <x id="2"/>': '<g id="1">Alle</g> &amp; <x id="2"/>'
    }
    assert units(*texts) == ours
    # Weblate and others make a TMX of a catalogue, too.
    assert units(texts[0], texts[1], "Translate Toolkit") == ours
    assert units("R&amp;amp;D", "F&amp;amp;E") == {"R&amp;D": "F&amp;E"}
    assert units("R&amp;D", "F&amp;E") == {"R&amp;D": "F&amp;E"}
    shortcuts = "&lt;g0&gt;{}&lt;g1&gt;x&lt;/g1&gt;&lt;/g0&gt; &lt;x2/&gt;"
    assert units(shortcuts.format("All"), shortcuts.format("Alle")) == {
        '<g id="1">All<g id="2">x</g></g> <x id="3"/>': (
            '<g id="1">Alle<g id="2">x</g></g> <x id="3"/>'
        )
    }
    # Text about markup stays what it is.
    for text in (
        "Write &lt;g id=&quot;1&quot;&gt; here",
        "&lt;g id=&quot;2&quot;/&gt;",
    ):
        assert list(units(text, f"{text}!")) == [text.replace("&quot;", '"')]
    assert list(units("Use &lt;b1&gt; so", "So", tool="x")) == ["Use &lt;b1&gt; so"]
    # A code that is lost is not learnt as text.
    assert units(texts[0], "Alle") == {}


# PO

PO = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"X-Generator: Poedit 3\\n"\n\n'


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('msgid "Rain"\nmsgstr "Regen"', PERSON),
        ('#, fuzzy\nmsgid "Rain"\nmsgstr "Regen"', ("fuzzy", State.NEEDS_REVIEW)),
        ('#, c-format, fuzzy\nmsgid "Rain"\nmsgstr "x"', ("fuzzy", State.NEEDS_REVIEW)),
        ('#| msgid "Wind"\nmsgid "Rain"\nmsgstr "Regen"', PERSON),
        ('#~ msgid "Rain"\n#~ msgstr "Regen"', NO),
        ('#, fuzzy\n#~| msgid "x"\n#~ msgid "Rain"\n#~ msgstr "Regen"', NO),
        ('msgid "Rain"\nmsgstr ""', NO),
        ('msgid "Rain"\nmsgid_plural "Rains"\nmsgstr[0] "Regen"', NO),
    ],
)
def test_po(tmp_path: Path, message: str, expected: tuple[str, State] | None) -> None:
    assert trust(tmp_path / "a.po", f"{PO}{message}\n") == expected


def test_what_else_a_message_says(tmp_path: Path) -> None:
    message = (
        '#: ../../docs/rain.rst:12 ../wind.rst:3\n#| msgid "Wind & sea"\n'
        'msgctxt "menu"\nmsgid "Rain"\nmsgstr "Regen"\n'
    )
    [unit], _ = read(tmp_path / "a.po", PO + message)
    assert unit.place == Place(context="menu")
    assert unit.document == "docs/rain"
    assert unit.replaced == "Wind &amp; sea"
    assert unit.tool == "Poedit 3"


def test_plural_forms_and_contexts_are_told_apart(tmp_path: Path) -> None:
    plural = 'msgctxt "c"\nmsgid "Rain"\nmsgid_plural "Rains"\nmsgstr[0] "R"\n'
    units, told = read(tmp_path / "a.po", f"{PO}{plural}")
    assert units == []
    assert told[0].endswith("it has plural forms")


@pytest.mark.parametrize(
    ("header", "pair", "expected"),
    [
        ("Language: de", None, ("en", "de")),
        ("Language: de", LanguagePair("fr", ""), ("fr", "de")),
        ("Language: de_DE", LanguagePair("en", "de-AT"), ("en", "de-AT")),
        ("Language: en", LanguagePair("en", "zh"), ("en", "zh")),
        ("Language: nonsense", LanguagePair("en", "zh"), ("en", "zh")),
        ("Language: de\\nX-Source-Language: fr", None, ("fr", "de")),
        (
            "Language: de\\nX-Source-Language: en_GB",
            LanguagePair("en", ""),
            ("en", "de"),
        ),
        ("X-Source-Language: fr", LanguagePair("en", "de"), ("en", "de")),
        ("Language: ", LanguagePair("", "sr-Latn"), ("en", "sr-Latn")),
        ("Language: sr@latin", None, ("en", "sr-Latn")),
    ],
)
def test_the_languages_of_a_catalogue(
    tmp_path: Path,
    header: str,
    pair: LanguagePair | None,
    expected: tuple[str, str],
) -> None:
    path = tmp_path / "a.po"
    text = f'msgid ""\nmsgstr "{header}\\n"\n\nmsgid "a"\nmsgstr "b"\n'
    path.write_text(text, "utf-8")
    assert [unit.pair for unit in formats.read(path, pair)] == [expected]


# The source again


SAME = [
    ("Feed the hens daily.", True),
    ("Rake paths.", True),
    ("Install the sensor", True),
    ('Click <g id="1">the button</g> to go on.', True),
    ("DO NOT OPEN THE CASE", True),
    ("Close.", False),
    ("New York", False),
    ("Visual Studio Code", False),
    ("University of California at Berkeley", False),
    ("pip install numpy", False),
    ("numpy.array(x_1)", False),
    ("https://example.org/a/b", False),
    ("Ubuntu 22.04, macOS 13", False),
    ("3.14", False),
    ('<x id="1"/>', False),
]


@pytest.mark.parametrize(("text", "is_no_translation"), SAME)
@pytest.mark.parametrize("form", ["po", "xlf", "tmx", "csv"])
def test_the_source_again_is_no_translation_if_it_is_prose(
    tmp_path: Path, form: str, text: str, *, is_no_translation: bool
) -> None:
    if "<" in text and form in {"po", "csv"}:
        pytest.skip("a plain file has no codes")
    escaped = text.replace('"', "&quot;") if form == "tmx" else text
    for ours, theirs in (("<g id=&quot;1&quot;>", "<hi>"), ("</g>", "</hi>")):
        escaped = escaped.replace(ours, theirs)
    escaped = escaped.replace("<x id=&quot;1&quot;/>", "<ph/>")
    said = {
        "po": f'{PO}msgid "{text}"\nmsgstr "{text}"\n',
        "xlf": old(text=text).replace("Rain", text),
        "tmx": tu().replace("Rain", escaped).replace("Regen", escaped),
        "csv": f'en,de\n"{text}","{text}"\n',
    }
    units, told = read(tmp_path / f"a.{form}", said[form])
    if is_no_translation:
        assert "the source again" in told[0]
    else:
        # A catalogue takes an address for markup.
        assert "the source again" not in str(told)
    assert len(units) + len(told) == 1


def test_an_approved_copy_is_meant(tmp_path: Path) -> None:
    text = old('state="final"', text="Feed the hens daily.")
    units, _ = read(tmp_path / "a.xlf", text.replace("Rain", "Feed the hens daily."))
    assert len(units) == 1


@pytest.mark.parametrize(
    ("text", "pair", "copy"),
    [
        ("Feed the hens daily.", ("en", "zh"), True),
        ("Feed the hens daily.", ("en", "en-GB"), False),
        ("Det er godt for deg.", ("no", "nn"), False),
        ("Das ist gut so.", ("de", "fr"), True),
        ("今天下雨。", ("zh", "en"), True),
        ("数据", ("zh", "ja"), False),
        ("データを読み込む", ("ja", "zh"), True),
        ("机器学习", ("zh", "en"), True),
        ("مرحبا بكم في الكتاب.", ("ar", "de"), True),
        ("매일 닭에게 먹이를 주세요.", ("ko", "en"), True),
        ("मुर्गियों को रोज़ खिलाएँ।", ("hi", "en"), True),
        ("ให้อาหารไก่ทุกวัน", ("th", "en"), True),
        ("Покормите кур сегодня.", ("ru", "sr"), True),
    ],
)
def test_prose_in_other_languages(
    text: str, pair: tuple[str, str], *, copy: bool
) -> None:
    assert is_copy(text, text, LanguagePair(*pair)) is copy
    # Another mark at its end, or none, is no translation either.
    assert is_copy(text, f"“{text}”！", LanguagePair(*pair)) is copy
    assert not is_copy(text, f"{text} 7", LanguagePair(*pair))


MACHINES = """
MT; nmt; MT!; machine; DeepL; deepl-pro; Google Translate; google-cloud-translation-v3;
GoogleTranslator; ModernMT; LibreTranslate; Microsoft Translator; azure; SYSTRAN;
Amazon Translate; auto-translate; Automatic Translation; ChatGPT; gpt-4o; OpenAI;
claude-3-opus; Smartcat MT; Custom NMT (v2); opus-mt-en-de; Machine Translation
"""
PEOPLE = """
Claude; Marian Kowalska; Tilde Svensson; Bing Liu; Matt; mtoledo; translator1; OmegaT;
Google Translator Toolkit; memoQ; Weblate 5.4; Poedit; Trados Studio; memory; TM; Egypt;
Amazonia; Apple Martin
"""


@pytest.mark.parametrize(("names", "machine"), [(MACHINES, True), (PEOPLE, False)])
def test_names_of_machines_are_told_from_those_of_people(
    names: str, *, machine: bool
) -> None:
    given = [name.strip() for name in names.split(";")]
    assert [name for name in given if is_machine(name) is not machine] == []


HALF = [
    # Whole sentences that nobody has reached yet.
    (
        "Feed the hens. Water the beds daily.",
        "Füttere sie. Water the beds daily.",
        True,
    ),
    ("Water the beds daily. Feed them.", "Water the beds daily. Füttere sie.", True),
    ("Water the beds daily.", "(offen) Water the beds daily.", True),
    ("下雨了就别浇水。天晴再浇。", "下雨了就别浇水。 Gieße bei Sonne.", True),
    # Names, code and single words are the same in both.
    ("Use Python 3. Then stop.", "Use Python 3. Dann höre auf.", False),
    ("See RFC 2119. Feed the hens.", "Siehe RFC 2119. Füttere die Hennen.", False),
    ("Feed the hens. Then stop.", "Füttere die Hennen. Dann höre auf.", False),
]


@pytest.mark.parametrize(("source", "target", "half"), HALF)
@pytest.mark.parametrize("suffix", ["tmx", "xlf", "po", "csv"])
def test_half_a_translation_is_to_be_looked_at(
    tmp_path: Path, suffix: str, source: str, target: str, *, half: bool
) -> None:
    path = tmp_path / f"a.{suffix}"
    pair = LanguagePair("zh" if source[0] == "下" else "en", "de")
    texts = {
        "tmx": f'<tmx version="1.4"><header srclang="{pair.source}"/><body><tu>'
        f'<tuv xml:lang="{pair.source}"><seg>{source}</seg></tuv><tuv xml:lang="de">'
        f"<seg>{target}</seg></tuv></tu></body></tmx>",
        "xlf": '<xliff version="1.2"><file original="a" target-language="de"'
        f' source-language="{pair.source}"><body><trans-unit id="1">'
        f"<source>{source}</source>"
        f"<target>{target}</target></trans-unit></body></file></xliff>",
        "po": f'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "{source}"\n'
        f'msgstr "{target}"\n',
        "csv": f"{pair.source},de\n{source},{target}\n",
    }
    path.write_text(texts[suffix], "utf-8")
    (unit,) = formats.read(path, pair)
    assert (unit.maker, unit.target) == (HUMAN, target)
    assert unit.state is (State.NEEDS_REVIEW if half else State.REVIEWED)
    # What a person confirmed in a file of ours stays confirmed.
    mine = replace(unit, state=State.REVIEWED)
    formats.write(path, [mine], pair)
    assert next(formats.read(path, pair)).state is State.REVIEWED


@pytest.mark.parametrize(
    ("group", "place"),
    [
        ('purpose="match"><context context-type="record">menu', "menu"),
        ('purpose="location match"><context context-type="x-a"> a\n b ', "a b"),
        ('name="po-entry"><context context-type="x-gettext-msgctxt">menu', "menu"),
        ('purpose="location"><context context-type="sourcefile">a.rst', ""),
        ('purpose="information"><context context-type="x-po-autocomment">b', ""),
        ('purpose="match"><context context-type="record">', ""),
    ],
)
def test_a_unit_of_xliff_may_hold_at_one_place(
    tmp_path: Path, group: str, place: str
) -> None:
    more = f"<context-group {group}</context></context-group>"
    (unit,), _ = read(tmp_path / "a.xlf", old(more=more))
    assert unit.place == (Place(context=place) if place else None)


@pytest.mark.parametrize("text", ["\u200b", "\u2060", "…", "???", "-", "。", "_"])
def test_a_target_without_a_word_is_none(tmp_path: Path, text: str) -> None:
    assert trust(tmp_path / "a.xlf", old(text=text)) is None
    assert trust(tmp_path / "a.xlf", old('state="final"', text=text)) == APPROVED
    same = old(text=text).replace(">Rain<", ">!<")
    assert trust(tmp_path / "a.xlf", same) == PERSON


def test_a_segment_that_is_a_copy_makes_no_whole(tmp_path: Path) -> None:
    def marked(*texts: str) -> str:
        return " ".join(
            f'<mrk mtype="seg" mid="{n}">{text}</mrk>' for n, text in enumerate(texts)
        )

    here = "Feed the hens daily.", "Water the beds daily."
    for cut in (f"<seg-source>{marked(*here)}</seg-source>", ""):
        source = " ".join(here) if cut else marked(*here)
        target = marked("Füttere die Hennen.", here[1])
        text = OLD.format(
            f'<trans-unit id="1"><source>{source}</source>{cut}'
            f"<target>{target}</target></trans-unit>"
        )
        units, told = read(tmp_path / "a.xlf", text)
        assert [(unit.source, unit.target) for unit in units] == [
            (here[0], "Füttere die Hennen.")
        ]
        assert "the source again" in told[0]


# The languages of a file


def test_a_language_that_nobody_knows_stops_no_other_text(tmp_path: Path) -> None:
    def file(language: str) -> str:
        return (
            f'<file original="a" source-language="en" target-language="{language}">'
            "<body>" + '<trans-unit id="1"><source>Rain</source><target>Regen</target>'
            "</trans-unit>" * 2 + "</body></file>"
        )

    text = f'<xliff version="1.2">{file("deutsch")}{file("de")}</xliff>'
    units, told = read(tmp_path / "a.xlf", text)
    assert {unit.pair.target for unit in units} == {"de"}
    assert len(told) == 1
    assert "unknown language 'deutsch'" in told[0]
    with pytest.raises(InterchangeError, match="unknown language 'deutsch'"):
        list(formats.read(tmp_path / "a.xlf"))
    text = tu().replace('srclang="en"', 'srclang="english"')
    units, told = read(tmp_path / "a.tmx", text)
    assert [unit.pair for unit in units] == [("en", "de")]
    assert "unknown language 'english'" in told[0]


def test_the_nearest_language_of_a_tu_is_the_one_asked_for(tmp_path: Path) -> None:
    rows = [("en-GB", "colour"), ("es-MX", "uno"), ("es-419", "dos"), ("zh-HK", "三")]
    texts = "".join(f'<tuv xml:lang="{a}"><seg>{b}</seg></tuv>' for a, b in rows)
    path = tmp_path / "a.tmx"
    path.write_text(TMX.format("x", f"<tu>{texts}</tu>"), "utf-8")

    def read_as(source: str, target: str) -> dict[tuple[str, str], str]:
        return {
            u.pair: u.target for u in formats.read(path, LanguagePair(source, target))
        }

    assert read_as("en", "es-AR")["en", "es-AR"] == "dos"
    assert read_as("en", "es-MX")["en", "es-MX"] == "uno"
    assert read_as("en", "es")["en", "es"] == "dos"
    assert read_as("en", "zh-TW")["en", "zh-TW"] == "三"
    assert ("en", "zh") not in read_as("en", "zh")
    assert read_as("en", "")["en", "zh-HK"] == "三"
    assert {u.pair.source for u in formats.read(path)} == {"en-GB"}


def test_the_nearest_language_of_a_table_and_of_xliff(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("en-US,es-MX,es-419\na,b,c\n", "utf-8")
    pair = LanguagePair("en", "es")
    assert {u.pair.target: u.target for u in formats.read(path, pair)} == {
        "es-MX": "b",
        "es": "c",
    }
    path = tmp_path / "a.xlf"
    path.write_text(old().replace('"de"', '"de-CH"'), "utf-8")
    assert [u.pair.target for u in formats.read(path)] == ["de-CH"]
    assert [u.pair for u in formats.read(path, PAIR)] == [PAIR]
    path.write_text(old().replace('"de"', '"sr-Latn"'), "utf-8")
    asked = LanguagePair("en", "sr")
    assert [u.pair.target for u in formats.read(path, asked)] == ["sr-Latn"]


def test_a_file_that_holds_nothing_for_the_book_says_what_it_holds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(old(), "utf-8")
    told: list[str] = []
    list(formats.read(path, LanguagePair("en", "sr-Latn"), on_skip=told.append))
    why = "it holds nothing in en → sr-Latn; its languages are: en → de"
    assert told == [f"{path}: {why}"]
    list(formats.read(path, LanguagePair("fr", ""), on_skip=told.append))
    assert "nothing in fr → any language" in told[1]
    assert list(formats.read(path, LanguagePair("en", ""), on_skip=told.append))
    assert len(told) == 2
