"""What we export comes back whole, through other tools, and as people changed it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from itertools import count, product
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest
from lxml import etree

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, Place, State, TranslationUnit
from amts_sphinx.formats import po_syntax
from amts_sphinx.formats.sorting import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAIR = LanguagePair("en", "de")
FORMS = ["tmx", "xlf", "po", "csv", "tsv"]
PLACES = [
    None,
    Place(context="menu"),
    Place("rain/day one.rst", "", 'before <x id="1"/> &amp;', "after\nthis"),
    Place("", "", "", "after"),
]
CODED = (
    'A <g id="1">wet <x id="2"/></g> day &amp; &lt;b&gt;',
    '<g id="1">n<x id="2"/></g>',
)
TEXTS = [
    CODED,
    ("=1+1", "+1 = x"),
    ("-a", "@b, 'c' \"d\""),
    (" two\n lines\t\r and ", "zwei\nZeilen "),
    ('&lt;g id="1"&gt; is in XLIFF', "heißt: &lt;x/&gt; &amp;amp; &amp;lt;"),
    ("{1&gt;a&lt;1} \\n \\\\ ", "%s &amp;#61; \U0001f600"),
    ("It is late!", "Il est tard\u202f! «\u00a0Oui\u00a0» 10\u2007\u00a0km"),
    ("One space.", "Ein\u3000Raum\u2009."),
    ('10\u00a0km <g id="1">a\u202f?</g>', '10\u00a0km <g id="1">\u00a0a\u202f?</g>'),
    ("Feed the hens daily.", "Feed the hens daily."),
]  # fmt: skip


def human(source: str, target: str, **more: object) -> TranslationUnit:
    unit = TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED)
    return replace(unit, **more)  # type: ignore[arg-type]


def everything() -> Iterator[TranslationUnit]:
    """Yield units with all that one can say, each with a source of its own."""
    number = count(1)
    makers = [HUMAN, "corpus/3", 'amazon/1/"a"=<b>&c\n']
    for state, maker, place in product(State, makers, PLACES):
        source, target = CODED
        unit = TranslationUnit(f"{next(number)} {source}", target, PAIR, maker, state)
        yield replace(unit, place=place)
    for document, author in product(["", "a", "b & <c>/d e"], ["", "Ada", "B\n<C>"]):
        yield human(f"{next(number)} a", "b", document=document, author=author)
    for source, target in TEXTS:
        yield human(f"{source} {next(number)}", f"{target} {next(number) - 1}")
        yield human(source, target, state=State.APPROVED)
    yield human(
        "c", "d", tool="Tool 3", replaced='was <x id="1"/> &amp; so', author="E"
    )
    yield human("e", "f", corrects=("g", 'h <g id="1">i</g>\n'))
    yield human("Feed the cats daily.", "Feed the cats daily.")


def ignore(_text: str) -> None:
    """Take why a text is left out."""


def by_text(units: list[TranslationUnit]) -> list[TranslationUnit]:
    return sorted(units, key=str)


@pytest.mark.parametrize("form", FORMS)
def test_everything_a_unit_says_comes_back(tmp_path: Path, form: str) -> None:
    made = list(everything())
    first, second = tmp_path / f"1.{form}", tmp_path / f"2.{form}"
    assert formats.write(first, iter(made), PAIR) == len(made)
    assert by_text(list(formats.read(first))) == by_text(made)
    formats.write(second, reversed(made), PAIR)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_two_translations_of_a_source(tmp_path: Path, form: str) -> None:
    made = [
        human("a", "b"),
        human("a", "c", state=State.APPROVED),
        TranslationUnit("a", "d", PAIR, "corpus/3", State.DRAFT),
        human("a", "e", place=Place(context="menu")),
        human("a", "f", place=Place("one")),
    ]
    path, told = tmp_path / f"a.{form}", list[str]()
    written = formats.write(path, made, PAIR, on_skip=told.append)
    found = by_text(list(formats.read(path)))
    if form != "po":
        assert (written, found, told) == (5, by_text(made), [])
        return
    assert (written, found) == (3, by_text([made[1], *made[3:]]))
    assert len(told) == 1
    assert "PO holds one translation of a source: 2 units were left out" in told[0]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "tag", ["zh", "zh-TW", "zh-HK", "zh-Hans-HK", "sr-Latn", "pt", "pt-PT", "no", "nn",
            "de-CH", "es-419", "eu", "tlh"]
)  # fmt: skip
def test_languages_come_back(tmp_path: Path, form: str, tag: str) -> None:
    pair = LanguagePair("fr", tag)
    path = tmp_path / f"a.{form}"
    made = replace(human("a", "b"), pair=pair)
    formats.write(path, [made], pair)
    assert list(formats.read(path)) == [made]
    assert list(formats.read(path, pair)) == [made]


@pytest.mark.parametrize("form", FORMS)
def test_control_characters_stop_no_export(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    made = human("a\0 b\x07", "c\x1b", author="d\0", document="e\x01", tool="f\x02")
    assert formats.write(path, [made, human("g", "h\x00")], PAIR) == 2
    clean = human("a b", "c", author="d", document="e", tool="f")
    assert by_text(list(formats.read(path))) == by_text([clean, human("g", "h")])


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("po", 'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "a\\0"\nmsgstr "b"\n'),
        ("po", 'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "a"\nmsgstr "b\\x07"\n'),
        ("csv", "en,de\na\x07,b\n"),
        ("tsv", "en\tde\na\tb\x1b\n"),
        ("csv", "en,de,amts:state\na&#0;,b,reviewed\n"),
        ("csv", "en,de,amts:author\na,b,Ada&#7;\n"),
    ],
)
def test_control_characters_do_not_come_in(
    tmp_path: Path, form: str, text: str
) -> None:
    path, told = tmp_path / f"a.{form}", list[str]()
    path.write_text(text, "utf-8")
    assert list(formats.read(path, on_skip=told.append)) == []
    assert len(told) == 1
    assert "XML has no way to write" in told[0]


# A plain table


def test_a_plain_table_refuses_machines_and_says_what_it_leaves_out(
    tmp_path: Path,
) -> None:
    path, told = tmp_path / "a.csv", list[str]()
    machine = TranslationUnit(*CODED, PAIR, "corpus/3", State.DRAFT)
    with pytest.raises(InterchangeError, match="pass 1 of 2 off as people's") as caught:
        formats.write(path, [human("a", "b"), machine], PAIR, plain=True)
    assert "lose the codes of 1" in str(caught.value)
    assert not path.exists()
    made = [
        human("a", "b"),
        human("=1+1 is two", "=1+1 ist zwei"),
        human("c", "d", place=Place("e")),
        human(CODED[0], CODED[1]),
    ]
    assert formats.write(path, made, PAIR, plain=True, on_skip=told.append) == 2
    assert [line.removeprefix(f"{path}: ") for line in told] == [
        "1 units left out: they hold at one place only",
        "1 units left out: formula",
        "1 units written without their codes",
    ]
    assert path.read_text("utf-8") == "en,de\nA wet day & <b>,n\na,b\n"
    with pytest.raises(InterchangeError, match="only CSV and TSV can be plain"):
        formats.write(tmp_path / "a.tmx", made, PAIR, plain=True)


def test_what_other_tools_call_xliff_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match="no format is known"):
        formats.write(tmp_path / "a.sdlxliff", [human("a", "b")], PAIR)


# As people change it

MADE = [
    TranslationUnit("one", "EINS", PAIR, "corpus/3", State.DRAFT, "doc"),
    TranslationUnit("two", "ZWEI", PAIR, "amazon/1", State.MACHINE),
    human("three", "DREI", state=State.NEEDS_REVIEW, author="Ada"),
    human("four", "VIER", state=State.APPROVED, author="Ada"),
    human("five", "FUENF"),
]


def changed(path: Path, change: Callable[[str], str]) -> dict[str, TranslationUnit]:
    """Return what is read of a changed export."""
    formats.write(path, MADE, PAIR)
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return {unit.source: unit for unit in formats.read(path)}


@pytest.mark.parametrize("form", FORMS)
def test_a_changed_target_is_the_persons_who_changed_it(
    tmp_path: Path, form: str
) -> None:
    """In a tool that leaves states as they are, or has none."""

    def change(text: str) -> str:
        for word in ("EINS", "DREI", "VIER", "FUENF"):
            text = text.replace(word, word.lower())
        return text

    found = changed(tmp_path / f"a.{form}", change)
    # A catalogue has a word of its own for what is not done yet.
    done = State.NEEDS_REVIEW if form == "po" else State.REVIEWED
    assert found == {
        "one": human("one", "eins", state=done, document="doc"),
        "two": MADE[1],
        "three": human("three", "drei", state=done),
        "four": human("four", "vier"),
        "five": human("five", "fuenf"),
    }


@pytest.mark.parametrize("form", ["xlf", "po", "csv"])
def test_a_confirmed_target_is_a_persons(tmp_path: Path, form: str) -> None:
    def confirm(text: str) -> str:
        if form == "xlf":
            text = text.replace(
                'state="needs-review-translation"', 'state="translated"'
            )
            return text.replace('"final"', '"needs-review-translation"')
        if form == "po":
            return text.replace("#, fuzzy\n", "")
        return text.replace(",draft,", ",reviewed,").replace(",machine,", ",approved,")

    found = changed(tmp_path / f"a.{form}", confirm)
    assert found["one"].by_human
    assert found["one"].state is State.REVIEWED
    assert found["two"].by_human
    if form == "xlf":
        # The tool took the state back, and left "approved" where it was.
        assert found["three"].state is State.REVIEWED
        assert found["four"].state is State.APPROVED
    elif form == "po":
        assert found["three"] == replace(MADE[2], state=State.REVIEWED)
        assert found["four"] == MADE[3]
    else:
        assert found["two"].state is State.APPROVED
        assert [found[name] for name in ("three", "four", "five")] == MADE[2:]


def test_a_target_that_was_emptied_is_told_with_its_source(tmp_path: Path) -> None:
    for form in FORMS:
        path, told = tmp_path / f"a.{form}", list[str]()
        formats.write(path, MADE, PAIR)
        text = path.read_text("utf-8").replace("FUENF", "")
        path.write_text(text, "utf-8")
        found = list(formats.read(path, on_skip=told.append))
        assert len(found) == 4
        assert [(t.source, t.pair) for t in told] == [("five", PAIR)]  # type: ignore[attr-defined]


def test_a_row_that_a_person_adds_to_a_table(tmp_path: Path) -> None:
    found = changed(tmp_path / "a.csv", lambda text: text + "six,SECHS,,,,,,,,,\n")
    assert found["six"] == human("six", "SECHS")
    with pytest.raises(InterchangeError, match="state 'done' is not one of draft"):
        changed(tmp_path / "a.csv", lambda text: text + "a,b,done,,,,,,,,\n")


@pytest.mark.parametrize(
    ("form", "old", "new", "why"),
    [
        ("po", '"state": "draft"', '"state": "done"', "not as we write it"),
        ("po", '{"state": "draft"', '{"state" "draft"', "not as we write it"),
        (
            "xlf",
            'amts:state="draft"',
            'amts:state="done"',
            "state 'done' is not one of",
        ),
        ("tmx", ">draft<", ">done<", "state 'done' is not one of"),
    ],
)
def test_our_own_words_damaged(
    tmp_path: Path, form: str, old: str, new: str, why: str
) -> None:
    with pytest.raises(InterchangeError, match=why):
        changed(tmp_path / f"a.{form}", lambda text: text.replace(old, new))


def test_units_in_order_beyond_what_is_held() -> None:
    made = [human(str(number * 7919 % 1000), "x") for number in range(1000)]
    for run in (7, 500, 1000, 2000):
        found = list(in_order(iter(made), lambda unit: unit.source, run=run))
        assert found == sorted(made, key=lambda unit: unit.source)
    assert list(in_order([], lambda unit: unit.source)) == []


@pytest.mark.parametrize("form", FORMS)
def test_the_cost_is_in_proportion_to_the_codes(tmp_path: Path, form: str) -> None:
    """Not a time: how often the matching looks at a code grows with their number."""
    many = 3000
    source = " ".join(f'a <x id="{n}"/>' for n in range(1, many + 1))
    target = " ".join(f'b <x id="{n}"/>' for n in range(many, 0, -1))
    path = tmp_path / f"a.{form}"
    formats.write(path, [human(source, target)], PAIR)
    assert [unit.target for unit in formats.read(path)] == [target]
    ph = "".join(f"a <ph>{n}</ph>" for n in range(many))
    back = "".join(f"b <ph>{n}</ph>" for n in reversed(range(many)))
    tmx = tmp_path / "theirs.tmx"
    tmx.write_text(
        '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en">'
        f'<seg>{ph}</seg></tuv><tuv xml:lang="de"><seg>{back}</seg></tuv></tu></body>'
        "</tmx>",
        "utf-8",
    )
    [unit] = formats.read(tmx)
    assert unit.target.startswith(f'b <x id="{many}"/>')


# Through other tools


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip the test."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"needs the program {name}: {package}")
    return found


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


GETTEXT = "apt-get install gettext"
TOOLKIT = "pip install translate-toolkit"


@pytest.mark.parametrize("tool", ["msgcat", "msgattrib", "msgmerge", "polib"])
def test_through_the_tools_of_gettext(tmp_path: Path, tool: str) -> None:
    made = list(everything())
    first, second = tmp_path / "1.po", tmp_path / "2.po"
    formats.write(first, made, PAIR)
    if tool == "polib":
        polib.pofile(str(first)).save(str(second))
    elif tool == "msgmerge":
        template = tmp_path / "t.pot"
        run(
            program("msgattrib", GETTEXT),
            "--empty",
            "--no-obsolete",
            first,
            "-o",
            template,
        )
        run(program("msgmerge", GETTEXT), "-q", first, template, "-o", second)
    else:
        run(program(tool, GETTEXT), first, "-o", second)
    assert by_text(list(formats.read(second))) == by_text(made)


def test_our_catalogues_compile(tmp_path: Path) -> None:
    formats.write(tmp_path / "a.po", everything(), PAIR)
    run(program("msgfmt", GETTEXT), "-c", tmp_path / "a.po", "-o", tmp_path / "a.mo")


def test_what_gettext_guesses_from_our_units_is_no_persons(tmp_path: Path) -> None:
    old, new, merged = (tmp_path / name for name in ("a.po", "a.pot", "b.po"))
    made = [
        human(f"Water the {word} beds in the garden.", f"Gieße die {word} Beete.")
        for word in ("red", "blue")
    ]
    made.append(
        replace(made[0], source="Rake the long path in the garden.", author="A")
    )
    formats.write(old, made, PAIR)
    text = old.read_text("utf-8").replace("red beds", "green beds")
    text = text.replace("long path", "short path")
    new.write_text(re.sub('msgstr "[^L].*"', 'msgstr ""', text), "utf-8")
    program_ = program("msgmerge", GETTEXT)
    run(program_, "-q", "--previous", old, new, "-o", merged)
    found = {unit.source: unit for unit in formats.read(merged, on_skip=ignore)}
    assert found[made[1].source] == made[1]
    for now, was in (("green beds", made[0]), ("short path", made[2])):
        [guess] = [unit for source, unit in found.items() if now in source]
        assert (guess.maker, guess.state) == ("fuzzy", State.NEEDS_REVIEW)
        assert (guess.replaced, guess.author) == (was.source, "")


def letters(coded: str) -> str:
    """Return a coded text without its codes and blanks."""
    return "".join(inline_codes.plain(coded).split())


def test_through_the_translate_toolkit(tmp_path: Path) -> None:
    """Its programs alone: it is of another licence."""
    merge = program("pomerge", TOOLKIT)
    made = list(everything())
    for form in ("xlf", "po"):
        first, second = tmp_path / f"1.{form}", tmp_path / f"2.{form}"
        formats.write(first, made, PAIR)
        run(merge, "--progress=none", "-t", first, first, second)
        found = list(formats.read(second, on_skip=ignore))
        # In XLIFF, it says "needs-translation" of all that is not approved.
        approved = State.APPROVED
        doubted = [
            replace(unit, state=State.NEEDS_REVIEW)
            if form == "xlf" and unit.by_human and unit.state is not approved
            else unit
            for unit in made
            if form == "po"
            or letters(unit.source) != letters(unit.target)
            or unit.state is approved
        ]
        assert by_text(found) == by_text(doubted)
    tmx = tmp_path / "a.tmx"
    convert = program("po2tmx", TOOLKIT), "--progress=none", "-l", "de"
    run(*convert, "--source-language=en", tmp_path / "1.po", tmx)
    texts = {
        (unit.source, unit.target) for unit in made if unit.state is State.REVIEWED
    }
    assert texts & {
        (unit.source, unit.target) for unit in formats.read(tmx, on_skip=ignore)
    }


PROJECT = """\
<?xml version="1.0" encoding="UTF-8"?>
<omegat><project version="1.0">
<source_dir>__DEFAULT__</source_dir><target_dir>__DEFAULT__</target_dir>
<tm_dir>__DEFAULT__</tm_dir><glossary_dir>__DEFAULT__</glossary_dir>
<glossary_file>__DEFAULT__</glossary_file><dictionary_dir>__DEFAULT__</dictionary_dir>
<source_lang>EN</source_lang><target_lang>DE</target_lang>
<sentence_seg>false</sentence_seg>
<support_default_translations>true</support_default_translations>
<remove_tags>false</remove_tags></project></omegat>
"""


@pytest.mark.slow
def test_through_omegat(tmp_path: Path) -> None:
    omegat = program("omegat", "apt-get install omegat")
    for name in ("source", "target", "tm/auto", "glossary", "dictionary", "omegat"):
        (tmp_path / "p" / name).mkdir(parents=True)
    (tmp_path / "p" / "omegat.project").write_text(PROJECT, "utf-8")
    coded = (
        'See <g id="1">All</g> birds &amp; <x id="2"/> fly',
        'O <g id="1">A</g> &amp; <x id="2"/> f',
    )
    made = [
        TranslationUnit(*coded, PAIR, "corpus/3", State.DRAFT, "rain"),
        human("Rain &amp; wind", "Regen &amp; Wind", author="Ada"),
    ]
    for form in ("po", "xlf"):
        formats.write(tmp_path / "p" / "source" / f"a.{form}", made, PAIR)
    # In a file of XLIFF, OmegaT offers the target to be translated.
    better = coded[1].replace("A<", "Alle<")
    texts = [(coded[0], better), (coded[1], better)]
    (tmp_path / "p" / "tm" / "auto" / "t.tmx").write_text(
        _omegat_memory(texts), "utf-8"
    )
    run(omegat, tmp_path / "p", "--mode=console-translate")
    [memory] = (tmp_path / "p").glob("*-omegat.tmx")
    assert better in {unit.target for unit in formats.read(memory, on_skip=ignore)}
    for form in ("po", "xlf"):
        path = tmp_path / "p" / "target" / f"a.{form}"
        found = {unit.source: unit for unit in formats.read(path)}
        assert found[coded[0]].by_human
        assert found[coded[0]].state is State.REVIEWED
        assert found[coded[0]].target == better
        assert found[made[1].source] == made[1]


def _omegat_memory(texts: list[tuple[str, str]]) -> str:
    """Return a memory of OmegaT's with texts of our catalogue and our XLIFF."""
    shortcuts = {'<g id="1">': "<g0>", "</g>": "</g0>", '<x id="2"/>': "<x1/>",
                 "&amp;": "&"}  # fmt: skip
    rows = []
    for number, (source, target) in enumerate(texts):
        both = [source, target]
        for code, sign in shortcuts.items() if number else ():
            both = [text.replace(code, sign) for text in both]
        tuvs = zip(("EN", "DE"), both, strict=True)
        rows.append("".join(
            f'<tuv lang="{tag}"><seg>{_escaped(text)}</seg></tuv>' for tag, text in tuvs
        ))  # fmt: skip
    body = "".join(f"<tu>{row}</tu>" for row in rows)
    return (
        '<tmx version="1.1"><header creationtool="OmegaT" creationtoolversion="3.6"'
        ' segtype="paragraph" o-tmf="OmegaT TMX" adminlang="EN-US" srclang="EN"'
        f' datatype="plaintext"/><body>{body}</body></tmx>'
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


# As the standards have it

_XLIFF = "{urn:oasis:names:tc:xliff:document:1.2}"
#: What XLIFF 1.2 allows in an element, and asks of it, as far as we write it.
_CONTENT = {
    "xliff": ({"file"}, {"version"}),
    "file": ({"body"}, {"original", "source-language", "target-language", "datatype"}),
    "body": ({"trans-unit"}, set()),
    "trans-unit": ({"source", "target"}, {"id"}),
    "source": ({"g", "x"}, set()),
    "target": ({"g", "x"}, {"state"}),
    "g": ({"g", "x"}, {"id"}),
    "x": (set(), {"id"}),
}
_STATE_WORDS = {"needs-review-translation", "translated", "final"}


def test_our_xliff_is_as_version_1_2_has_it(tmp_path: Path) -> None:
    """By a list of our own: what stands where, and ids that occur once."""
    path = tmp_path / "a.xlf"
    formats.write(path, everything(), PAIR)
    root = etree.parse(str(path)).getroot()
    for element in root.iter():
        name = str(element.tag).removeprefix(_XLIFF)
        inside, asked = _CONTENT[name]
        assert {str(child.tag).removeprefix(_XLIFF) for child in element} <= inside
        assert asked <= {str(key) for key in element.attrib}
        own = {str(key) for key in element.attrib if not str(key).startswith("{")}
        assert own <= asked | {"approved", "state", "state-qualifier"}
        foreign = {str(key).rpartition("}")[0] for key in element.attrib}
        xml = "{http://www.w3.org/XML/1998/namespace"
        assert foreign <= {"", "{urn:amts_sphinx", xml}
        if name == "trans-unit":
            assert [str(c.tag).removeprefix(_XLIFF) for c in element] == [
                "source",
                "target",
            ]
        if name == "target":
            assert element.get("state") in _STATE_WORDS
    for file in root:
        ids = [str(holder.get("id")) for holder in file.iter(f"{_XLIFF}trans-unit")]
        assert len(set(ids)) == len(ids)


def test_our_tmx_is_as_version_1_4_has_it(tmp_path: Path) -> None:
    """By a document type of our own, of what we write."""
    path = tmp_path / "a.tmx"
    formats.write(path, everything(), PAIR)
    # Written for this test, after the specification of TMX 1.4b.
    dtd = etree.DTD(str(Path(__file__).parent / "roots" / "tmx14.dtd"))
    assert dtd.validate(etree.parse(str(path))), dtd.error_log


# The syntax of PO

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
GOOD_SYNTAX = [
    'msgid "a" msgstr "b"\n', 'msgid "a"\nmsgstr "b" "c"\n"d"\n',
    'msgid"a"msgstr"b"', '\tmsgid "a"\n  msgstr\n"b"\n', 'msgid "a"\n\nmsgstr "b"\n',
    'msgctxt "x"\nmsgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n',
    'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr [ 1 ] "d"\n',
    '#~| msgid "z"\n#~ msgid "a"\n#~ msgstr "b"\n', '#~msgid "a"\n#~msgstr "b"\n',
    '#| msgctxt "q"\n#| msgid "z"\n#| "y"\nmsgid "a"\nmsgstr "b"\n', "# x\n",
    'msgid "a"\nmsgstr "b"\n#| msgid "z"\nmsgid "c"\nmsgstr "d"\n',
    'msgid "a\\x41\\101\\t\\\\"\nmsgstr "tab\there"\n', "#~ # c\n", "\n\n",
    'domain "x"\nmsgid "a"\nmsgstr "b"\n', 'msgid "a"\r\nmsgstr "b"\r\n',
]  # fmt: skip
BAD_SYNTAX = [
    'msgid "a\nmsgstr "b"\n', 'msgid "a"\nmsgstr "b\n', 'msgid "a"\n# c\nmsgstr "b"\n',
    'msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n',
    'msgid "a"\nmsgid "b"\nmsgstr ""\n',
    'msgstr "c"\n', 'msgid "a"\n', 'msgid "a"\nmsgstr', 'msgid "a"\nmsgstr[0] "c"\n',
    'msgid "a"\nmsgid_plural "b"\nmsgstr[1] "c"\n', 'msgid ""\nmsgstr "again"\n',
    'msgid "a"\nmsgid_plural "b"\nmsgstr "c"\n', '#~ msgid "a"\nmsgstr "b"\n',
    '#| msgid "z"\n', 'msgid "a\\q"\nmsgstr "b"\n', 'foo "a"\nmsgstr "b"\n',
    'msgid a\nmsgstr "b"\n', 'msgid "a"\nmsgstr "b"\ntrailing\n',
    'msgid "a"\nmsgstr "say "hi" now"\n', 'msgctxt "x"\nmsgstr "b"\n',
    'msgid "a"\nmsgctxt "x"\nmsgstr "b"\n', 'msgid "a"\nmsgstr "b"\n#| "z"\n',
    '#~ "stray"\nmsgid "a"\nmsgstr "b"\n', 'msgid "a"\n#| msgid "z"\nmsgstr "b"\n',
    'MSGID "a"\nmsgstr "b"\n', 'msgid "a"\nmsgstr ""\n"b"\n#~ "c"\n',
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD_SYNTAX + BAD_SYNTAX)
def test_we_read_what_msgfmt_reads_and_refuse_what_it_refuses(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "a.po"
    path.write_text(HEADER + text, "utf-8", newline="")
    if text in GOOD_SYNTAX:
        list(po_syntax.messages(path))
    else:
        with pytest.raises(InterchangeError, match=r"a\.po:\d+: not a PO catalogue: "):
            list(po_syntax.messages(path))
    msgfmt = shutil.which("msgfmt")
    if msgfmt:
        done = subprocess.run(
            [msgfmt, path, "-o", tmp_path / "a.mo"], capture_output=True, check=False
        )
        assert (done.returncode == 0) == (text in GOOD_SYNTAX)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('msgid "a\nmsgstr "b"\n', 4, "the end of the line comes before the end"),
        ('msgid "a"\nmsgstr "b\n', 5, "the end of the line comes before the end"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 7, "duplicate message"),
        ('msgid "a"\n\nmsgid "b"\nmsgstr "c"\n', 6, "without 'msgstr'"),
        ('msgid "a"\nmsgstr[x] "c"\n', 5, r"unexpected '\[x\]"),
        ('msgid "a"\n', 4, "without 'msgstr'"),
    ],
)
def test_a_fault_of_syntax_has_its_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = tmp_path / "a.po"
    path.write_text(HEADER + text, "utf-8")
    with pytest.raises(InterchangeError, match=rf"a\.po:{line}: .*{why}"):
        list(po_syntax.messages(path))
