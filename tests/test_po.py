"""PO catalogues, of others and of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import po

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "es")
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: es\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
)


def catalogue(folder: Path, *messages: str, header: str = HEADER) -> Path:
    path = folder / "rain.po"
    path.write_text(header + "\n\n".join(messages) + "\n", "utf-8")
    return path


def message(source: str, target: str, note: str = "") -> str:
    return f'{note}msgid "{source}"\nmsgstr "{target}"'


def test_plain_messages_become_units(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path,
        message("It rains & snows.", "Llueve y nieva."),
        message("Wind", "Viento", "#, fuzzy\n"),
        '#~ msgid "Old"\n#~ msgstr "Viejo"',
    )
    found = list(formats.read(path))
    assert [(u.source, u.target, u.maker, u.state) for u in found] == [
        ("It rains &amp; snows.", "Llueve y nieva.", HUMAN, State.REVIEWED),
        ("Wind", "Viento", po.FUZZY, State.NEEDS_REVIEW),
    ]
    assert {u.pair for u in found} == {PAIR}


@pytest.mark.parametrize(
    "source",
    [
        "See ``code``.",
        "It is *wet*.",
        "See :doc:`rain`.",
        "The |station| works.",
        "A link_ here.",
        "A note [1]_ here.",
        r"A star \\*.",
        "Such as::",
        "A link_.",
        "__",
        ".. image:: rain.png",
        "See https://example.org.",
        "Write to a@example.org.",
        "It is _wet_.",
        "See [rain](rain.md).",
        "A note[^1].",
        "It is $x$ high.",
        "A <b>storm</b>.",
        "{{ rain }}",
    ],
)
def test_what_may_be_markup_is_told(tmp_path: Path, source: str) -> None:
    path = catalogue(tmp_path, message(source, "Algo."))
    told: list[str] = []
    assert list(po.read(path, on_skip=told.append)) == []
    assert told == [f"{path}:6: there may be markup in it"]
    path = catalogue(tmp_path, message("Rain", source))
    assert list(po.read(path, on_skip=told.append)) == []
    assert told[1:] == told[:1]


@pytest.mark.parametrize(
    "source",
    [
        "Rain costs $5 (or 2 < 3); a-b_c, x.y: 'z' -- 50 %.",
        "Is it 1 > 0 & [so]?",
        "Such as: this",
        "snake_case, and @ alone",
    ],
)
def test_what_is_no_markup_is_taken(tmp_path: Path, source: str) -> None:
    [unit] = po.read(catalogue(tmp_path, message(source, f"Ja: {source}")))
    assert inline_codes.plain(unit.source) == source
    assert inline_codes.plain(unit.target) == f"Ja: {source}"


def test_what_is_not_translated_is_told(tmp_path: Path) -> None:
    plural = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"'
    told: list[str] = []
    path = catalogue(
        tmp_path,
        message("Rain", ""),
        plural,
        message("a = 1\\nb = 2", "a = 1\\nb = 3"),
    )
    assert list(po.read(path, on_skip=told.append)) == []
    assert [line.partition(".po:")[2] for line in told] == [
        "6: there is no translation",
        "9: it has plural forms",
        "14: it spans lines",
    ]
    with pytest.raises(InterchangeError, match=r"rain\.po:6: there is no translation"):
        list(po.read(path))


def test_the_languages_can_be_given(tmp_path: Path) -> None:
    path = catalogue(tmp_path, message("Rain", "Regen"), header="")
    with pytest.raises(
        InterchangeError, match=r"rain\.po: its header names no Language"
    ):
        list(po.read(path))
    pair = LanguagePair("fr", "de")
    assert [unit.pair for unit in formats.read(path, pair)] == [pair]
    # The user knows better than a header, which is often a copy of another's.
    path = catalogue(tmp_path, message("Rain", "Regen"))
    told: list[str] = []
    assert [u.pair for u in po.read(path, pair, on_skip=told.append)] == [pair]
    why = "its header says that it is in 'es'; it is read as de, which was asked for"
    assert told == [f"{path}: {why}"]
    asked = LanguagePair("fr", "")
    assert [u.pair for u in po.read(path, asked)] == [LanguagePair("fr", "es")]
    for said, tag in (("zh_CN", "zh"), ("zh-Hant", "zh-TW"), ("pt_PT", "pt-PT")):
        header = HEADER.replace("es", said, 1)
        path = catalogue(tmp_path, message("Rain", "x"), header=header)
        assert [u.pair.target for u in po.read(path)] == [tag]


def test_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "rain.po"
    text = HEADER.replace("UTF-8", "ISO-8859-1") + message("Spain", "España")
    path.write_bytes(text.encode("latin-1"))
    assert [unit.target for unit in po.read(path)] == ["España"]
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + message("Spain", "España")).encode())
    assert [unit.target for unit in po.read(path)] == ["España"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'msgid "a\nnonsense', 1),
        (HEADER.encode() + b'msgid "Rain"\nmsgstr "\xff"\n', 7),
        (HEADER.replace("UTF-8", "x-77").encode() + b'msgid "a"\nmsgstr "\xe9"', 7),
        (HEADER.encode() + b'msgid "Rain"\n\nmsgid "Wind"\nmsgstr "x"', 8),
        (HEADER.encode() + b'msgid "Rain"\nmsgstr[x] "b"', 7),
        (b'"a"\n', 1),
    ],
)
def test_a_damaged_catalogue_is_refused(tmp_path: Path, data: bytes, line: int) -> None:
    path = tmp_path / "rain.po"
    path.write_bytes(data)
    with pytest.raises(InterchangeError, match=rf"rain\.po:{line}: not a PO catalogue"):
        list(formats.read(path))


GOOD = 'msgid "Rain"\nmsgstr "Lluvia"\n'


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + GOOD).replace("\n", "\r\n").encode("utf-8-sig"),
        (HEADER + GOOD).replace("\n", "\r").encode(),
        (HEADER + GOOD).encode("utf-16"),
        (HEADER.replace("UTF-8", "UTF-16") + GOOD).encode(),
        (HEADER.replace("UTF-8", "UNKNOWN-8BIT") + GOOD).encode(),
        (HEADER.replace("UTF-8", "hex") + GOOD).encode(),
        (HEADER.replace("UTF-8", "iso-8859-1") + GOOD).encode(),
    ],
)
def test_a_charset_is_found_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rain.po"
    path.write_bytes(data)
    (unit,) = po.read(path)
    assert (unit.source, unit.target) == ("Rain", "Lluvia")


@pytest.mark.parametrize(
    "bad",
    [
        GOOD.encode(),  # Weblate and others write such duplicates
        HEADER.encode(),
        b'msgid "Wind \\d"\nmsgstr "Viento"\n',
        b'msgid "Wind"\nmsgstr "Viento\xff"\n',
        b'msgid "Wind\nmsgstr "Viento"\n',
        b'msgid "Wind"\n',
        b"<<<<<<< HEAD\n=======\n>>>>>>> other\n",
        b"\0\n",
    ],
)
def test_a_message_that_is_none_stops_no_other(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "rain.po"
    more = b'msgid "Snow"\nmsgstr "Nieve"\n'
    path.write_bytes(b"\n".join([HEADER.encode(), GOOD.encode(), bad, more]))
    told: list[str] = []
    units = [u.target for u in po.read(path, on_skip=told.append)]
    assert [units[0], units[-1]] == ["Lluvia", "Nieve"]
    assert told or units[1:-1] == ["Viento"]
    assert all(line.startswith(f"{path}:") for line in told)


def test_a_language_or_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = catalogue(tmp_path, header=HEADER.replace("es", "xx", 1))
    with pytest.raises(InterchangeError, match=r"rain\.po: its header: unknown.*'xx'"):
        list(formats.read(path))
    with pytest.raises(InterchangeError, match="cannot be read"):
        list(formats.read(tmp_path / "none.po"))


# There and back

TEXTS = [
    ("plain", "sencillo"),
    ("a &amp; b &lt; c `*|\\", 'y "así" \\n'),
    ('<g id="1">all</g> <x id="2"/>', '<x id="2"/> <g id="1">todo</g>'),
    ("  blanks \t kept\n over \r lines\n", " \u3000 \u0085 \u2028x"),
    (f"long {'word ' * 60}", "\U0001f600"),
]


def human(source: str, target: str, document: str = "") -> TranslationUnit:
    return TranslationUnit(source, target, PAIR, HUMAN, State.REVIEWED, document)


def test_our_catalogues_come_back_exactly(tmp_path: Path) -> None:
    made = [human(*texts, f"part {number}") for number, texts in enumerate(TEXTS)]
    foreign = TranslationUnit("a", "b", LanguagePair("en", "de"), HUMAN, State.REVIEWED)
    first, second = tmp_path / "1.po", tmp_path / "2.po"
    assert po.write(first, [*made, foreign], PAIR) == len(made)
    assert set(po.read(first)) == set(made)
    po.write(second, reversed(made), PAIR)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("tag", ["zh", "zh-TW", "es-MX", "pt-PT", "pt", "no", "fa-AF"])
def test_the_languages_come_back(tmp_path: Path, tag: str) -> None:
    pair = LanguagePair("fr", tag)
    path = tmp_path / "a.po"
    po.write(path, [TranslationUnit("a", "b", pair, HUMAN, State.REVIEWED)], pair)
    assert [unit.pair for unit in po.read(path)] == [pair]


def test_a_catalogue_looks_like_this(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    made = [
        TranslationUnit("b", "x", PAIR, "corpus 3", State.MACHINE, "rain"),
        TranslationUnit("a", "y", PAIR, "corpus 3", State.MACHINE, "rain"),
        TranslationUnit("a", "z", PAIR, HUMAN, State.APPROVED, "rain"),
        TranslationUnit("c", "w", PAIR, HUMAN, State.NEEDS_REVIEW),
    ]
    assert po.write(path, made, PAIR) == 3
    assert (
        path.read_text("utf-8")
        == """\
# amts_sphinx: coded text from en
msgid ""
msgstr ""
"Language: es\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

# amts: {"state": "approved"}
#: rain
msgid "a"
msgstr "z"

# amts: {"state": "machine", "maker": "corpus 3", "digest": "a120d0ad50f1-0a7651f82b16"}
#. translated by a machine
#: rain
#, fuzzy
msgid "b"
msgstr "x"

# amts: {"state": "needs-review", "digest": "ff08fffb1947-8d25fe4416e9"}
#, fuzzy
msgid "c"
msgstr "w"
"""
    )


def test_codes_that_a_translator_lost_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    po.write(path, [human('<g id="1">all</g>', '<g id="1">todo</g>')], PAIR)
    damaged = path.read_text("utf-8").replace("todo</g>", "todo")
    path.write_text(damaged, "utf-8")
    told: list[str] = []
    assert list(po.read(path, on_skip=told.append)) == []
    assert told == [f'{path}:9: <g id="1"> is not closed']
    with pytest.raises(InterchangeError, match=r"hold the unit 'a' .*blank"):
        po.write(path, [human("a", " ", "rain")], PAIR)
    assert path.read_text("utf-8") == damaged
