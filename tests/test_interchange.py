"""The choice of a format by a file's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx import formats
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

PAIR = LanguagePair("en", "es")
UNITS = [
    TranslationUnit("It rains.", "Llueve.", PAIR, HUMAN, State.REVIEWED),
    TranslationUnit("R&amp;D", "I+D", PAIR, HUMAN, State.REVIEWED),
]
FOREIGN = TranslationUnit("a", "b", LanguagePair("en", "de"), HUMAN, State.REVIEWED)


@pytest.mark.parametrize("suffix", ["tmx", "xlf", "xliff", "po", "csv", "tsv", "TMX"])
def test_every_format_is_written_and_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"book.{suffix}"
    assert formats.write(path, [FOREIGN, *UNITS], PAIR) == 2
    assert list(formats.read(path)) == UNITS
    assert list(formats.read(path, LanguagePair("en", "zh"))) == UNITS


@pytest.mark.parametrize("name", ["a.docx", "po", "a.tmx.gz"])
def test_a_format_that_is_not_known(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    why = r"no format .* \.tmx, \.xlf, \.xliff, \.po, \.csv or \.tsv$"
    with pytest.raises(InterchangeError, match=why):
        list(formats.read(path))
    with pytest.raises(InterchangeError, match=why):
        formats.write(path, UNITS, PAIR)
    assert not path.exists()


def test_a_memory_learns_any_format_and_tells_of_the_rest_in_short(
    tmp_path: Path,
) -> None:
    plain = "\n\n".join(f'msgid "Rain {n}"\nmsgstr "Lluvia {n}"' for n in range(3))
    coded = "\n\n".join(f'msgid "*{n}*"\nmsgstr "*{n}*"' for n in range(40))
    header = (
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    )
    path = tmp_path / "a.po"
    path.write_text(f"{header}{plain}\n\n{coded}\n", "utf-8")
    table = tmp_path / "b.csv"
    formats.write(table, UNITS, PAIR)
    told: list[str] = []
    with Memory(tmp_path / "memory.sqlite") as memory:
        importing.learn_files(memory, [path, table], told.append)
        assert len(list(memory.units(PAIR))) == 5
    assert told == [
        *(f"{path}:{15 + 3 * n}: there may be markup in it" for n in range(5)),
        f"{path}: 40 texts were left out, of which these are the first 5",
        f"memory: learnt 3 units from {path}",
        f"memory: learnt 2 units from {table}",
    ]
