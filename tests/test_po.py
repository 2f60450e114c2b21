"""PO catalogues, and the choice of a reader by a file's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import interchange
from amts_sphinx.errors import InterchangeError
from amts_sphinx.interchange import po
from amts_sphinx.units import HUMAN, LanguagePair, State

if TYPE_CHECKING:
    from pathlib import Path

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
    found = list(interchange.read(path))
    assert [(u.source, u.target, u.state) for u in found] == [
        ("It rains &amp; snows.", "Llueve y nieva.", State.REVIEWED),
        ("Wind", "Viento", State.NEEDS_REVIEW),
    ]
    assert {(u.pair, u.maker) for u in found} == {(LanguagePair("en", "es"), HUMAN)}


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
    ],
)
def test_what_may_be_markup_is_told(tmp_path: Path, source: str) -> None:
    path = catalogue(tmp_path, message(source, "Algo."))
    told: list[str] = []
    assert list(po.read(path, on_skip=told.append)) == []
    assert "there may be markup in it" in told[0]
    assert "rain.po:6:" in told[0]


def test_what_is_not_translated_is_told(tmp_path: Path) -> None:
    plural = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"'
    told: list[str] = []
    path = catalogue(tmp_path, message("Rain", ""), plural)
    assert list(po.read(path, on_skip=told.append)) == []
    assert [line.partition(": ")[2] for line in told] == [
        "there is no translation",
        "it has plural forms",
    ]


def test_the_languages_can_be_given(tmp_path: Path) -> None:
    path = catalogue(tmp_path, message("Rain", "Regen"), header="")
    with pytest.raises(InterchangeError, match="does not name its language"):
        list(po.read(path))
    pair = LanguagePair("en", "de")
    assert [unit.pair for unit in interchange.read(path, pair)] == [pair]


def test_what_is_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "rain.po"
    path.write_text('msgid "a\nnonsense', "utf-8")
    with pytest.raises(InterchangeError, match="not a PO catalogue"):
        list(interchange.read(path))
    with pytest.raises(InterchangeError, match="cannot be read"):
        list(interchange.read(tmp_path / "none.po"))


def test_a_format_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(InterchangeError, match=r"no format .* \.tmx, \.xlf"):
        list(interchange.read(tmp_path / "a.docx"))
