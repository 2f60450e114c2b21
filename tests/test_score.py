"""``amts score``: text files as sacrebleu takes them, files of units, and editions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from corpus_toys import ZH, units, unseen
from test_metrics import FAR, NEAR, REFERENCES, sacrebleu

from amts_sphinx import cli, formats
from amts_sphinx.core.inline_codes import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: Path, texts: Sequence[str]) -> str:
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return str(path)


def score(
    capsys: pytest.CaptureFixture[str], *arguments: str, languages: str = "en zh"
) -> list[dict[str, Any]]:
    """Return what the command says as JSON."""
    command = ["score", *arguments, "--languages", *languages.split(), "--json"]
    assert cli.main(command) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(("languages", "tok"), [("en zh", "zh"), ("zh en", "13a")])
def test_text_files_score_as_with_sacrebleu(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], languages: str, tok: str
) -> None:
    language = languages[-2:]
    # A line may hold what Python takes for the end of one, and end in blanks.
    near = [f"{text}\u2028 {text}  " for text in NEAR[language]]
    references = REFERENCES[language]
    files = write(tmp_path / "h", near), write(tmp_path / "r", references)
    told = sacrebleu(tmp_path, references, near, more=f"-tok {tok}")
    found = score(capsys, *files, "--samples", "0", languages=languages)
    assert found[0]["value"] == pytest.approx(told["score"], abs=1e-4)
    assert found[0]["signature"] == told["signature"]
    assert found[0]["interval"] is None
    names = {"zh": ["BLEU", "BLEU (jieba words)", "chrF2"], "en": ["BLEU", "chrF2"]}
    assert [each["metric"] for each in found] == names[language]


def test_beside_a_baseline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = NEAR["en"], REFERENCES["en"], FAR["en"]
    files = [write(tmp_path / str(n), each) for n, each in enumerate(texts)]
    command = ["score", *files[:2], "--baseline", files[2], "--samples", "50"]
    assert cli.main([*command, "--languages", "zh", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["BLEU", "chrF2"]
    assert "baseline" in lines[0]
    assert "p = 0.0196" in lines[0]
    assert "bs:50" in lines[0]


def test_an_empty_line_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (["Pump.", "x", "Dig a well."], ["Pump.", "", "Dig a well."])
    files = [write(tmp_path / str(n), each) for n, each in enumerate(lines)]
    found = score(capsys, *files, "--baseline", files[0], languages="de en")
    assert [each["p"] for each in found] == [1, 1]
    for each in found:
        low, high = each["interval"]
        assert 0 <= low <= each["value"] <= high <= 100


def test_the_mark_at_the_beginning_of_a_file_is_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["Pump the water.", "Dig a well."]
    marked = write(tmp_path / "marked", [f"\ufeff{lines[0]}", lines[1]])
    found = score(capsys, marked, write(tmp_path / "plain", lines), languages="de en")
    assert [each["value"] for each in found] == [pytest.approx(100)] * 2


def test_files_of_units_are_paired_by_their_sources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = unseen(ZH, 30)
    human, machine = units(pairs, ZH), units(reversed(pairs[:25]), ZH)
    formats.write(tmp_path / "human.tmx", human, ZH)
    formats.write(tmp_path / "machine.tmx", machine, ZH)
    command = ["score", "machine.tmx", "human.tmx", "--languages", "en", "zh"]
    assert cli.main([*command, "--samples", "0"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("BLEU 100.00 of 25 segments")
    assert told.err == "5 references have no hypothesis and are not scored\n"


def test_editions_are_aligned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [plain(target) for _, target in unseen(ZH, 40)]
    for name, said in (("machine", texts), ("human", [*texts[:10], *texts[11:]])):
        folder = tmp_path / name
        folder.mkdir()
        for page in ("page", name):
            text = "\n\n".join(["# 雨", *said])
            (folder / f"{page}.md").write_text(text + "\n", "utf-8")
    found = score(capsys, "machine", "human", "--samples", "0")
    assert found[0]["value"] > 95
    command = ["score", "machine", "human", "--languages", "en", "zh"]
    assert cli.main([*command, "--samples", "0"]) == 0
    told = "1 documents are only in the edition, 1 only in the reference"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("three", "two"), "there are 3 hypotheses for 2 references"),
        (("three", "folder"), "are not of one kind"),
        (("folder", "folder", "--baseline", "folder"), "a baseline must be a file"),
        (("none", "two"), "none cannot be read: No such file"),
        (("latin", "two"), "latin cannot be read: it is not UTF-8"),
        (("empty", "empty"), "there are no references to compare with"),
        (("three", "three", "--languages", "en", "xx"), "unknown language 'xx'"),
    ],
)
def test_bad_input_is_told(
    tmp_path: Path,
    arguments: Sequence[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path / "three", ["a", "b", "c"])
    write(tmp_path / "two", ["a", "b"])
    write(tmp_path / "empty", [])
    (tmp_path / "latin").write_bytes(b"\xe9\n")
    (tmp_path / "folder").mkdir()
    assert cli.main(["score", "--languages", "en", "fr", *arguments]) == 1
    assert message in capsys.readouterr().err
