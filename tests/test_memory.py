"""The translation memory: what it recalls, what it refuses, and that it loses nothing.

Nothing here is timed; the numbers are in ``benchmarks/``.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.errors import (
    DamagedMemoryError,
    MarkupError,
    MemoryFileError,
    NewerMemoryError,
)
from amts_sphinx.core.units import HUMAN, LanguagePair, Severity, State, TranslationUnit
from amts_sphinx.memory import schema
from amts_sphinx.memory.memory import Count, Memory, Refusal
from amts_sphinx.memory.schema import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EN_ZH = LanguagePair("en", "zh")
EN_ES = LanguagePair("en", "es")
ENGINE = "amazon:1"


def machine(source: str, target: str, maker: str = ENGINE) -> TranslationUnit:
    return TranslationUnit(source, target, EN_ZH, maker, State.MACHINE)


def human(source: str, target: str) -> TranslationUnit:
    return TranslationUnit(source, target, EN_ZH, HUMAN, State.REVIEWED)


def targets(memory: Memory, *sources: str, maker: str = ENGINE) -> dict[str, str]:
    found = memory.recall(EN_ZH, maker, sources)
    return {key: unit.target for key, unit in found.items()}


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "book.amts") as opened:
        yield opened


def make(path: Path, count: int = 200) -> None:
    with Memory(path) as memory:
        memory.learn(machine(f"Sentence {n}.", f"句子{n}。") for n in range(count))


# Recall


def test_a_unit_comes_back_whole(memory: Memory) -> None:
    unit = TranslationUnit(
        'See <x id="1"/> &amp; <g id="2">go</g>.',
        '<g id="2">去</g>看<x id="1"/>。\U0001f600\0',
        EN_ZH,
        ENGINE,
        State.NEEDS_REVIEW,
        "intro/index",
        12,
        "See it.",
        100,
        200,
    )
    assert memory.learn([unit]) == 1
    assert memory.recall(EN_ZH, ENGINE, [unit.source]) == {unit.source: unit}
    assert list(memory.units()) == [unit]


def test_a_refusal_is_known_of_its_maker_alone(tmp_path: Path) -> None:
    why = Refusal("codes", Severity.ERROR, "the engine damaged the markup (…)")
    with Memory(tmp_path / "book.amts") as memory:
        assert memory.refused(EN_ZH, ENGINE) == {}
        memory.refuse(EN_ZH, ENGINE, {})
        memory.refuse(EN_ZH, ENGINE, {"one": why, "half \ud800": why})
        memory.refuse(EN_ZH, ENGINE, {"one": why, "two": why})
        assert memory.count() == []
    with Memory(tmp_path / "book.amts") as memory:
        assert memory.refused(EN_ZH, ENGINE) == {"one": why, "two": why}
        assert memory.refused(EN_ZH, "amazon:2") == {}
        assert memory.refused(EN_ES, ENGINE) == {}


@pytest.mark.parametrize(
    ("learnt", "asked"),
    [
        ("It\u2019s here.", "It's here."),
        ("two  blanks\nand a line", "two blanks and a line"),
        ("\u201cquoted\u201d \u2013 so", '"quoted" -- so'),
    ],
)
def test_quotes_and_blanks_make_no_difference(
    memory: Memory, learnt: str, asked: str
) -> None:
    memory.learn([machine(learnt, "这里")])
    assert targets(memory, asked) == {asked: "这里"}
    assert targets(memory, learnt) == {asked: "这里"}


@pytest.mark.parametrize("source", ["", "unknown", "Case", "half \ud800 a pair"])
def test_what_was_not_learnt_is_not_recalled(memory: Memory, source: str) -> None:
    memory.learn([machine("case", "例")])
    assert targets(memory, source) == {}


def test_other_makers_and_languages_are_not_recalled(memory: Memory) -> None:
    memory.learn(
        [machine("a", "甲", "other"), replace(machine("a", "el a"), pair=EN_ES)]
    )
    assert targets(memory, "a") == {}
    assert targets(memory, "a", maker="other") == {"a": "甲"}


def test_more_sources_than_fit_in_one_query(memory: Memory) -> None:
    sources = [f"Sentence {n}." for n in range(2 * BATCH + 1)]
    memory.learn(machine(source, f"句{source}") for source in sources)
    asked = [*sources, *sources, "unknown"]
    random.Random(1).shuffle(asked)
    assert targets(memory, *asked) == {source: f"句{source}" for source in sources}


# People and machines


@pytest.mark.parametrize("order", [1, -1])
def test_a_person_comes_before_every_machine(memory: Memory, order: int) -> None:
    for unit in [human("a", "人"), machine("a", "机")][::order]:
        memory.learn([unit])
    assert targets(memory, "a") == {"a": "人"}
    assert targets(memory, "a", maker="other") == {"a": "人"}
    assert targets(memory, "a", maker=HUMAN) == {"a": "人"}
    assert memory.count() == [
        Count(EN_ZH, ENGINE, State.MACHINE, 1),
        Count(EN_ZH, HUMAN, State.REVIEWED, 1),
    ]


def test_the_latest_person_wins(memory: Memory) -> None:
    memory.learn([human("a", "一"), human("a", "二")])
    assert targets(memory, "a") == {"a": "二"}
    assert memory.learn([human(" a", "三")]) == 1
    assert targets(memory, "a") == {"a": "三"}
    assert [count.units for count in memory.count()] == [1]


# Learning


def test_times_are_filled_in_and_kept(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only() -> TranslationUnit:
        (unit,) = memory.units()
        return unit

    clock = iter([1000.9, 2000.0, 3000.0, 4000.0])
    monkeypatch.setattr("time.time", lambda: next(clock))
    unit = replace(machine("a", "甲"), document="index", line=3)
    assert memory.learn([unit]) == 1
    assert (only().created, only().changed) == (1000, 1000)
    assert memory.learn([unit]) == 0
    assert memory.learn([replace(unit, line=9)]) == 1
    assert (only().line, only().created, only().changed) == (9, 1000, 1000)
    assert memory.learn([replace(unit, target="乙", document="", line=None)]) == 1
    assert (only().created, only().changed) == (1000, 4000)
    assert (only().document, only().line) == ("index", 9)


@pytest.mark.parametrize(
    ("source", "target", "fault"),
    [
        ('<x id="1"/>a', "甲", "lost code 1"),
        ('<x id="1"/>a', '<x id="1"/><x id="1"/>甲', "repeated code 1"),
        ("a", '<x id="3"/>甲', "foreign code 3"),
        ("a", "a < b", "stray '<'"),
        ("a & b", "a & b", "in the source, stray '&'"),
        ('<g id="1">a', "甲", 'in the source, <g id="1"> is not closed'),
        ("a", " ", "blank"),
        ("", "", "blank"),
        ("a", "\udc80", "half of a surrogate pair"),
    ],
)
@pytest.mark.parametrize("maker", [HUMAN, ENGINE])
def test_damage_is_refused_and_nothing_of_the_call_kept(
    memory: Memory, source: str, target: str, fault: str, maker: str
) -> None:
    units = [machine("b", "乙"), machine(source, target, maker)]
    with pytest.raises(MarkupError, match="cannot learn") as caught:
        memory.learn(units, file=("a.tmx", "1"))
    assert fault in str(caught.value)
    assert list(memory.units()) == []
    assert memory.learnt() == {}


def test_a_maker_that_fails_leaves_nothing(memory: Memory) -> None:
    def failing() -> Iterator[TranslationUnit]:
        yield machine("a", "甲")
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError, match="out of paper"):
        memory.learn(failing())
    assert list(memory.units()) == []
    assert memory.learn([]) == 0
    assert memory.learn([machine("a", "甲")]) == 1


def test_units_are_sorted_and_chosen(memory: Memory) -> None:
    units = [
        replace(human("b", "乙"), pair=EN_ES),
        human("a", "甲"),
        machine("b", "乙"),
        human("b", "乙"),
        machine("é", "丙"),
    ]
    memory.learn(reversed(units))
    key = [(unit.pair, unit.source, unit.maker) for unit in memory.units()]
    assert key == sorted(key)
    assert len(key) == len(units)
    assert [u.source for u in memory.units(EN_ZH, makers={HUMAN})] == ["a", "b"]
    assert [u.source for u in memory.units(makers=[ENGINE])] == ["b", "é"]
    assert memory.count(EN_ES) == [Count(EN_ES, HUMAN, State.REVIEWED, 1)]


# Files


def test_a_file_is_learnt_once_a_version(memory: Memory) -> None:
    assert not memory.is_learnt("a.tmx", "1")
    assert memory.learn([human("a", "甲")], file=("a.tmx", "1")) == 1
    assert memory.is_learnt("a.tmx", "1")
    assert not memory.is_learnt("a.tmx", "2")
    assert memory.learnt() == {"a.tmx": "1"}
    assert targets(memory, "a") == {"a": "甲"}


def test_what_left_a_file_is_forgotten(memory: Memory) -> None:
    first = [human(word, word.upper()) for word in "abc"]
    memory.learn(first, file=("a.tmx", "1"))
    memory.learn([human("a", "A")], file=("b.tmx", "1"))
    memory.learn([human("b", "edited")])
    memory.learn([human("d", "D")], file=("a.tmx", "2"))
    # `a` is in another file too, `b` was edited since, `c` was in this file only.
    assert targets(memory, *"abcd") == {"a": "A", "b": "edited", "d": "D"}
    memory.forget_file("b.tmx")
    memory.forget_file("unknown.tmx")
    assert targets(memory, *"abcd") == {"b": "edited", "d": "D"}
    assert memory.learnt() == {"a.tmx": "2"}


def test_a_file_does_not_undo_what_was_corrected_since(memory: Memory) -> None:
    memory.learn([human("a", "old"), human("b", "B")], file=("a.tmx", "1"))
    memory.learn([human("a", "corrected")])
    memory.learn([human("a", "old"), human("b", "new")], file=("a.tmx", "2"))
    assert targets(memory, "a", "b") == {"a": "corrected", "b": "new"}
    memory.learn([human("a", "newer"), human("b", "new")], file=("a.tmx", "3"))
    assert targets(memory, "a", "b") == {"a": "corrected", "b": "new"}
    [[conflict]] = memory.conflicts(EN_ZH, ["a", "b"]).values()
    assert conflict.published.unit.target == "corrected"
    assert conflict.other.unit.target == "newer"


# The file itself


def test_directories_are_made_and_a_closed_memory_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "bo?o#k %41.amts"
    make(path)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with Memory(path) as memory:
        assert targets(memory, "Sentence 7.") == {"Sentence 7.": "句子7。"}
        memory.close()


def test_a_closed_memory_says_so(memory: Memory) -> None:
    memory.close()
    with pytest.raises(MemoryFileError, match="closed"):
        memory.recall(EN_ZH, ENGINE, ["a"])


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", "empty path"),
        (".", "is a directory"),
        ("file/below/a.amts", "not a directory"),
        ("n" * 300, "too long"),
    ],
)
def test_a_path_that_cannot_be(tmp_path: Path, path: str, fault: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MemoryFileError) as caught:
        Memory(path and tmp_path / path)
    assert fault in str(caught.value).lower()


def foreign_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE unit (id)")


def truncated(path: Path) -> None:
    make(path)
    os.truncate(path, path.stat().st_size // 2)


def truncated_in_a_page(path: Path) -> None:
    make(path)
    os.truncate(path, path.stat().st_size - 100)


def only_a_header(path: Path) -> None:
    make(path)
    os.truncate(path, 100)


def garbage_pages(path: Path) -> None:
    make(path)
    data = bytearray(path.read_bytes())
    noise = random.Random(2).randbytes(8192)
    data[8192 : 8192 + len(noise)] = noise
    path.write_bytes(data)


def garbage_and_a_journal(path: Path) -> None:
    garbage_pages(path)
    with closing(sqlite3.connect(path.with_name("other"))) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (a)")
        journal = path.with_name("other-wal").read_bytes()
    path.with_name("other").unlink()
    # A journal with no valid frame, so that only the pages count.
    path.with_name(f"{path.name}-wal").write_bytes(b"\1" * len(journal))


def without_a_table(path: Path) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE origin")


def unknown_state(path: Path) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE unit SET state = 'splendid'")
        db.commit()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(Path.touch, id="empty"),
        pytest.param(lambda path: path.write_bytes(b"SQLite format 3"), id="short"),
        pytest.param(lambda path: path.write_text("msgid ''\n" * 99), id="text"),
        foreign_sqlite,
        truncated,
        truncated_in_a_page,
        only_a_header,
        garbage_pages,
        garbage_and_a_journal,
        without_a_table,
    ],
)
def test_a_damaged_or_foreign_file_is_left_alone(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = tmp_path / "book.amts"
    spoil(path)
    before = contents(tmp_path)
    with pytest.raises(DamagedMemoryError, match="not a healthy") as caught:
        Memory(path)
    assert str(path) in str(caught.value)
    after = contents(tmp_path)
    after.pop("book.amts-shm", None)
    assert after == before


def test_an_unknown_state_is_damage(tmp_path: Path) -> None:
    unknown_state(tmp_path / "book.amts")
    with (
        Memory(tmp_path / "book.amts") as memory,
        pytest.raises(DamagedMemoryError, match="splendid"),
    ):
        memory.count()


def test_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.amts"
    make(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    before = contents(tmp_path)
    with pytest.raises(NewerMemoryError, match="Upgrade amts_sphinx"):
        Memory(path)
    assert contents(tmp_path) == before


def test_the_journal_of_a_lost_file_is_not_played_into_a_new_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "book.amts-wal").write_bytes(b"precious")
    with pytest.raises(DamagedMemoryError, match="its journal book"):
        Memory(tmp_path / "book.amts")
    assert contents(tmp_path) == {"book.amts-wal": b"precious"}


def test_a_memory_on_read_only_media_recalls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.amts"
    make(path)
    before = contents(tmp_path)
    # The tests may run as root, whom no permission stops.
    monkeypatch.setattr("os.access", lambda *_: False)
    with Memory(path) as memory:
        assert targets(memory, "Sentence 7.") == {"Sentence 7.": "句子7。"}
        with pytest.raises(MemoryFileError, match="make the file and its directory"):
            memory.learn([machine("a", "甲")])
        assert contents(tmp_path) == before


def test_a_busy_memory_says_so(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amts_sphinx.memory.connection.BUSY_TIMEOUT", 0.01)
    with closing(sqlite3.connect(memory.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            Memory(memory.path) as second,
            pytest.raises(MemoryFileError, match="another process keeps it busy"),
        ):
            second.learn([machine("a", "甲")])
        assert targets(memory, "a") == {}


# Other processes


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as db:
        (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
    return bool(verdict == "ok")


def learn_in_pieces(path: Path, start: int) -> None:
    for first in range(start, start + 2000, 100):
        with Memory(path) as memory:
            memory.learn(
                human(f"Sentence {n}.", f"句子{n}，第{start}版。")
                for n in range(first, first + 100)
            )


def test_editions_built_at_once_all_learn(tmp_path: Path) -> None:
    path = tmp_path / "book.amts"
    spawn = multiprocessing.get_context("spawn")
    starts = (0, 1000, 1500)
    processes = [
        spawn.Process(target=learn_in_pieces, args=(path, start)) for start in starts
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert is_sound(path)
    with Memory(path) as memory:
        assert sum(count.units for count in memory.count()) == 3500


def learn_and_die(path: Path) -> None:
    with Memory(path) as memory:
        memory.learn(machine(f"Sentence {n}.", "句子") for n in range(200))
        db = memory._db  # noqa: SLF001 - the one sure way to die at a given moment
        before = db.total_changes

        def die() -> None:
            # 20,000 are gathered beside the file; these are written into it.
            if db.total_changes > before + 35_000:
                os.kill(os.getpid(), signal.SIGKILL)

        db.set_progress_handler(die, 1000)
        memory.learn(machine(f"Lost {n}.", "失" * 200) for n in range(20_000))


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_build_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "book.amts"
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=learn_and_die, args=(path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    journal = path.with_name("book.amts-wal")
    # The transaction was so long that SQLite had begun to write it.
    assert journal.stat().st_size > 5_000_000
    with Memory(path) as memory:
        assert [count.units for count in memory.count()] == [200]
        assert targets(memory, "Sentence 199.", "Lost 3.") == {"Sentence 199.": "句子"}
        assert memory.learn([machine("Lost 3.", "复得")]) == 1
    assert is_sound(path)
    assert not journal.exists()
