"""An edition that fell behind its source: what is current, stale, missing and extra."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.cli import main
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.formats import tmx
from amts_sphinx.memory import predecessors
from amts_sphinx.memory.memory import Memory
from amts_sphinx.parallel import base as base_of
from amts_sphinx.parallel import documents, extract
from amts_sphinx.readers import markdown
from amts_sphinx.review import drift
from amts_sphinx.review.drift import Status

if TYPE_CHECKING:
    from pathlib import Path

    from amts_sphinx.core.units import Book

PAIR = LanguagePair("en", "zh")
LANGUAGES = ("--languages", "en", "zh", "-j", "1")
#: What people translated.
BASE = """\
# Rain

The station writes `rain.csv` every morning. The old cup holds three litres.

A person empties the cup by hand.

Snow is melted before `weigh()` is called. Nobody measures hail.
"""
EDITION = """\
# 雨

站点每天早上写入`rain.csv`。旧杯子可以装三升水。

有人用手倒空杯子。

调用`weigh()`之前先把雪融化。Nobody measures hail.
"""
#: The source of today, under another name.
NOW = """\
# Rain

The station writes `rain.csv` every morning. The new cup holds four litres.

Snow is melted before `weigh()` is called. Nobody measures hail.

Fog was never measured by anybody here.
"""
CHINESE = "# 雨\n\n站点每天早上写入文件。旧杯子可以装三升水。\n\n有人用手倒空杯子。\n"
JAPANESE = """\
# 雨

観測所は毎朝そのファイルを書きます。古いカップには三リットル入ります。

雪は、はかりに載せる前に溶かします。
"""
PLAIN = "# Wind\n\nWind turns the vane.\n"


def write(folder: Path, pages: dict[str, str]) -> Path:
    for name, text in pages.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """Return today's book, and an edition with its origin; a page has none."""
    now = {"weather/rainfall": NOW, "weather/wind": PLAIN}
    edition = {
        "climate/rain": EDITION,
        "climate/rain_origin": BASE,
        "weather/wind": "# 风\n\n风转动风向标。\n",
    }
    return write(tmp_path / "en", now), write(tmp_path / "zh", edition)


def measured(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, dict[str, Any]]:
    status = main(["drift", *map(str, arguments), *LANGUAGES, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_each_text_is_what_it_is(
    trees: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = measured(capsys, *trees)
    assert status == 0
    now = {
        item["now"] or item["was"]: (item["status"], item["translation"])
        for item in found["work"]
    }
    assert now == {
        "The new cup holds four litres.": ("stale", "旧杯子可以装三升水。"),
        "Nobody measures hail.": ("missing", ""),
        "Fog was never measured by anybody here.": ("missing", ""),
        "A person empties the cup by hand.": ("extra", "有人用手倒空杯子。"),
        "Wind": ("unsure", ""),
        "Wind turns the vane.": ("unsure", ""),
    }
    assert found["total"]["current"] == {"sentences": 3, "words": 12}
    assert found["renamed"] == {"climate/rain": ["weather/rainfall"]}
    assert found["pages_without_base"] == ["weather/wind"]
    [chapter] = found["chapters"]
    assert chapter["name"] == "weather"
    assert chapter["stale"] == {"sentences": 1, "words": 6}


def test_the_list_names_files_and_lines(
    trees: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now, edition = trees
    plain, table = tmp_path / "work.txt", tmp_path / "work.tsv"
    for path in (plain, table):
        assert main(["drift", *map(str, trees), *LANGUAGES, "--list", str(path)]) == 0
    assert "weather" in capsys.readouterr().out
    stale = (
        f"{now}/weather/rainfall.md:3: stale\n"
        "  was: The old cup holds three litres.\n"
        "  now: The new cup holds four litres.\n"
        "  translation: 旧杯子可以装三升水。\n"
        f"  where: {edition}/climate/rain.md:3\n"
    )
    assert stale in plain.read_text("utf-8")
    head, *rows = table.read_text("utf-8").splitlines()
    assert head.split("\t")[:4] == ["place", "status", "was", "now"]
    assert {len(row.split("\t")) for row in rows} == {len(head.split("\t"))}
    gone = next(row for row in rows if "\textra\t" in row)
    assert gone.startswith(f"{edition}/climate/rain_origin.md:5\t")


def test_what_must_not_be_fails(
    trees: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = measured(capsys, *trees, "--fail-on", "stale", "--fail-on", "extra")
    assert status == 1
    clean = ("--exclude", "weather/wind", "--fail-on", "unsure")
    assert measured(capsys, *trees, *clean)[0] == 0


def test_without_a_base_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = write(tmp_path / "en", {"rain": NOW})
    edition = write(tmp_path / "zh", {"rain": EDITION})
    assert main(["drift", str(book), str(edition), *LANGUAGES]) == 1
    told = capsys.readouterr().err
    assert "--base" in told
    assert str(edition) in told
    assert main(["drift", str(book), *LANGUAGES]) == 1
    assert "EDITION" in capsys.readouterr().err


def test_the_base_is_a_revision_of_git(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = write(tmp_path / "repository" / "en", {"rain": BASE})
    git = ["git", "-C", str(book.parent), "-c", "user.name=x", "-c", "user.email=x@y.z"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    write(book, {"rain": NOW})
    edition = write(tmp_path / "zh", {"rain": EDITION})
    _, found = measured(capsys, book, edition, "--base", "HEAD")
    assert {name: found["total"][name]["sentences"] for name in map(str, Status)} == {
        "current": 3,
        "machine": 0,
        "unsure": 0,
        "stale": 1,
        "missing": 2,
        "extra": 1,
    }
    for wrong in ("no-such-revision", "--output=x"):
        arguments = [str(book), str(edition), f"--base={wrong}"]
        assert main(["drift", *arguments, *LANGUAGES]) == 1
        assert wrong in capsys.readouterr().err
    assert not (book.parent / "x").exists()


def test_people_keep_what_they_said_of_former_texts(
    trees: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What changed is not the present text's translation, and is found to be its."""
    file = tmp_path / "zh.tmx"
    assert main(["parallel", *map(str, trees), *LANGUAGES, "-o", str(file)]) == 0
    told = capsys.readouterr().out
    assert "3 units are of today's source, 2 of former texts" in told
    assert "weather/wind: nothing says what this page was translated from" in told
    said = {unit.source: unit for unit in tmx.read(file)}
    former = said["The old cup holds three litres."]
    assert former.document == "weather/rainfall"
    assert "The new cup holds four litres." not in said
    assert "Nobody measures hail." not in said
    with Memory(tmp_path / "memory.sqlite") as memory:
        memory.learn(said.values())
        wanted = "The new cup holds four litres."
        keys = {"weather/rainfall": ["Rain", wanted]}
        match = predecessors.find(memory, PAIR, keys, [wanted])[wanted]
    assert match.unit.source == former.source


def test_a_base_needs_an_edition(
    trees: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = ("-o", str(tmp_path / "x.tmx"), *LANGUAGES)
    assert main(["parallel", str(trees[1]), "--base", "HEAD", *output]) == 1
    assert "edition" in capsys.readouterr().err


def read(texts: dict[str, str], language: str) -> Book:
    return {name: markdown.read(text, name, language) for name, text in texts.items()}


def test_what_was_translated_with_a_changed_sentence_is_not_sure() -> None:
    base = read({"a": "# Cup\n\nTake a cup. Fill the cup.\n"}, "en")
    now = read({"a": "# Cup\n\nTake a cup. Fill that cup now.\n"}, "en")
    edition = read({"a": "# 杯子\n\n拿一个杯子，把杯子装满水。\n"}, "zh-CN")
    found = extract.pair_books(base, edition, PAIR)
    assert [pair.shape for pair in found.kept] == [(1, 1), (2, 1)]
    items = drift.measure(now, edition, base, found, PAIR).items
    assert [(item.source, item.status) for item in items] == [
        ("Cup", Status.CURRENT),
        ("Take a cup.", Status.UNSURE),
        ("Fill that cup now.", Status.STALE),
    ]
    divided = base_of.divide(found.units, base, now, "en")
    assert [unit.source for unit in divided.current] == ["Cup"]
    kept = base_of.divide(found.units, base, base, "en")
    assert kept.former == ()


LONG = (
    "Run `{0}_one()`, `{0}_two()`, `{0}_three()` and see [it](https://{0}.org/{1}).\n\n"
)


def chapter(*names: str) -> str:
    return "# Title\n\n" + "".join(
        LONG.format(name, number) for name in names for number in range(4)
    )


def test_documents_are_paired_by_name_then_by_content() -> None:
    source = read({"a": chapter("rain"), "b": chapter("snow"), "c": "# Hail\n"}, "en")
    target = read({"a": "# 雨\n", "x/y": chapter("snow"), "z": "# 雹\n"}, "zh-CN")
    found = documents.counterparts(source, target)
    assert [tuple(both) for both in found] == [(("a",), ("a",)), (("b",), ("x/y",))]


def test_a_document_that_was_split_is_paired_with_its_parts() -> None:
    whole = {"a": chapter("rain", "snow"), "b": chapter("wind")}
    parts = {"a1": chapter("rain"), "a2": chapter("snow"), "b": chapter("wind")}
    there = documents.counterparts(read(whole, "en"), read(parts, "zh-CN"))
    back = documents.counterparts(read(parts, "en"), read(whole, "zh-CN"))
    assert (("a",), ("a1", "a2")) in there
    assert (("a1", "a2"), ("a",)) in back


def test_documents_with_nothing_in_common_are_not_paired() -> None:
    source = read({"a": chapter("rain"), "b": "# Snow\n\nIt snows.\n"}, "en")
    target = read({"c": chapter("wind"), "d": "# 雪\n\n下雪。\n"}, "zh-CN")
    assert documents.counterparts(source, target) == []


def test_what_became_of_a_document() -> None:
    former = read({"a": BASE, "b": "# Wind\n\nIt blows.\n", "c": "# Ice\n"}, "en")
    now = read({"d": NOW, "b": "# Storm\n\nIt roars.\n"}, "en")
    assert documents.origins(former, now) == {"a": ("d",), "b": ("b",), "c": ()}


def test_editions_that_changed_places_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of one would be called English that is Chinese."""
    for name, text in {"en": NOW, "zh": CHINESE, "ja": JAPANESE, "copy": BASE}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "rain.md").write_text(text, "utf-8")
    units = tmp_path / "units.tmx"

    def paired(source: str, target: str) -> int:
        folders = [str(tmp_path / source), str(tmp_path / target)]
        return main(["parallel", *folders, *LANGUAGES, "-o", str(units)])

    assert paired("zh", "en") == 1
    told = capsys.readouterr().err
    assert "the editions have changed places" in told
    assert f"{tmp_path / 'zh'} is Chinese, not en" in told
    assert paired("zh", "ja") == 1
    assert (
        "zh is said to be in en, but most of it is Chinese" in capsys.readouterr().err
    )
    assert paired("en", "ja") == 1
    assert "is said to be in zh, but most of it is Japanese" in capsys.readouterr().err
    assert not units.exists()
    # What is not translated yet is in the language of the source.
    assert paired("en", "zh") == paired("en", "copy") == 0


def test_what_a_machine_wrote_is_counted_apart() -> None:
    """A person's text is found before a machine's of the same source."""
    base = read({"a": "# Cup\n\nTake a cup. Fill the cup.\n\nWait.\n"}, "en")
    now = read({"a": "# Cup\n\nTake a cup. Fill that cup now.\n"}, "en")
    edition = read({"a": "# 杯子\n\n拿一个杯子。把杯子装满水。\n\n等一等。\n"}, "zh-CN")
    found = extract.pair_books(base, edition, PAIR)
    title, *rest = found.pairs
    again = title._replace(target=rest[0].target)
    both = replace(found, pairs=(again, *found.pairs))
    for pairs in (both, found):
        items = drift.measure(
            now, edition, base, pairs, PAIR, by_machine=lambda each: each is not title
        ).items
        assert [(item.source, item.status, item.why) for item in items] == [
            ("Cup", Status.CURRENT, ""),
            ("Take a cup.", Status.MACHINE, ""),
            ("Fill that cup now.", Status.STALE, "a machine wrote the translation"),
            ("", Status.EXTRA, "a machine wrote the translation"),
        ]
