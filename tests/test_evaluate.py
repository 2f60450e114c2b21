"""Experiments with a toy book: arms, both directions, resuming, and what hurts."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus_toys import ZH, pairs, unseen
from fork_server import python
from lxml import html
from test_cli import amts
from waiting import PATIENCE

from amts_sphinx import cli
from amts_sphinx.core.errors import ConfigError, EngineError, ScoreError
from amts_sphinx.core.inline_codes import plain
from amts_sphinx.core.units import (
    LanguagePair,
    Location,
    Request,
    Segment,
    Translation,
)
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.none import create
from amts_sphinx.evaluation import page, results, systems, tables
from amts_sphinx.evaluation.systems import SystemOutput, TrainedSystem
from amts_sphinx.parallel.references import Passage
from amts_sphinx.text import diff
from amts_sphinx.text.diff import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.protocol import Progress

HELD = ("unseen/one", "unseen/two")
LANGUAGES = ("--languages", "en", "zh")


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """Return a Markdown book of invented sentences and its Chinese edition.

    A paragraph is two sentences; two documents have sentences that no other has.
    """
    sentences = [(plain(s), plain(t)) for s, t in pairs(ZH, 420)]
    held = [(plain(s), plain(t)) for s, t in unseen(ZH, 40)]
    documents = {f"part/{n}": sentences[n * 42 : n * 42 + 42] for n in range(10)}
    documents |= {HELD[0]: held[:20], HELD[1]: held[20:]}
    for side, language in enumerate(("en", "zh")):
        for name, both in documents.items():
            said = [each[side] for each in both]
            blank = " " if language == "en" else ""
            text = [blank.join(said[n : n + 2]) for n in range(0, len(said), 2)]
            path = tmp_path / language / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n\n".join(["# Title", *text]) + "\n", "utf-8")
    return tmp_path / "en", tmp_path / "zh"


def evaluate(
    editions: tuple[Path, Path], *more: str | Path
) -> subprocess.CompletedProcess[str]:
    common = (*LANGUAGES, "-j", "1", "--samples", "20", "--hold-out", "unseen/*")
    return amts("evaluate", *editions, *common, *more)


def read_results(folder: Path) -> Any:
    return json.loads((folder / "results.json").read_text("utf-8"))


def test_both_directions_with_all_arms(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    terms = tmp_path / "terms.csv"
    terms.write_text("en,zh\nbook,书本\n", "utf-8")
    out = tmp_path / "out"
    given = ("--terminology", terms, "--both", "-o", out)
    done = evaluate(editions, *given)
    assert done.returncode == 0, done.stderr
    found = read_results(out)
    assert [(d["source"], d["target"]) for d in found["directions"]] == [
        ("en", "zh"),
        ("zh", "en"),
    ]
    for direction in found["directions"]:
        names = [arm["name"] for arm in direction["arms"]]
        assert names == ["none", "terminology", "paragraph", "sentence"]
        assert [row["document"] for row in direction["documents"]] == list(HELD)
        none, terminology, _, sentence = direction["arms"]
        assert none["left"] == none["segments"] == terminology["left"]
        assert (none["units"], none["terms"], terminology["terms"]) == (0, 0, 1)
        assert sentence["units"] > 350
        said = {
            arm: scores[0]["score"]
            for arm, scores in direction["all"]["scores"].items()
        }
        assert said["sentence"] > 50 > said["none"]
        assert "none: the engine translated nothing" in " ".join(direction["remarks"])
        (test,) = (
            c
            for c in direction["comparisons"]
            if (c["arm"], c["metric"]) == ("sentence", "BLEU")
        )
        assert test["gain"] == pytest.approx(said["sentence"] - said["none"], abs=1e-5)
        assert test["p"] < 0.05
    assert "sentence" in done.stdout
    assert "tok:zh" in done.stdout
    assert "tok:13a" in done.stdout
    with (out / "results.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    whole = next(r for r in rows if (r["target"], r["document"]) == ("zh", "*"))
    first = found["directions"][0]["all"]["scores"]["sentence"][0]
    assert float(whole["sentence"]) == pytest.approx(first["fraction"], abs=1e-6)
    shown = html.parse(str(out / "results.html"))
    assert len(shown.findall(".//details")) == 4
    assert shown.findall(".//script") == []


def test_a_second_run_asks_for_nothing(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = evaluate(editions, "--arms", "sentence", "-o", out)
    assert first.returncode == 0, first.stderr
    (before,) = read_results(out)["directions"]
    assert before["arms"][0]["recalled"] == 0
    again = evaluate(editions, "--arms", "none", "sentence", "-o", out)
    assert again.returncode == 0, again.stderr
    (after,) = read_results(out)["directions"]
    told = after["arms"][1]
    assert told["recalled"] == told["segments"] - told["left"] > 0
    assert told["seconds"] == before["arms"][0]["seconds"]
    scores = [each["all"]["scores"]["sentence"] for each in (before, after)]
    assert scores[0] == scores[1]


def test_what_is_learnt_from_a_changed_book_is_not_mixed_up(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    given = ("--arms", "paragraph", "--work", work)
    assert evaluate(editions, *given).returncode == 0
    (editions[0] / "part" / "0.md").unlink()
    assert evaluate(editions, *given).returncode == 0
    assert len(list((work / "en-zh").glob("paragraph-*/memory.sqlite"))) == 2


def test_amazon_is_paid_once(editions: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("en,zh\nbook,书本\n", "utf-8")
    with serve(Options(buckets=("books",))) as endpoint:
        environment = {**os.environ, **endpoint.environment()}
        command: list[str | Path] = [python(), "-m", "amts_sphinx", "evaluate"]
        command += editions
        command += [*LANGUAGES, "--hold-out", "unseen/one", "--engine", "amazon"]
        role = "arn:aws:iam::123456789012:role/translate"
        for option in ("bucket=books", f"role_arn={role}", "poll=0.1"):
            command += ["--option", option]
        command += ["--terminology", tmp_path / "terms.csv", "--samples", "0"]
        command += ["-j", "1", "-o", tmp_path / "out"]

        def run(*more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [*command, *more],
                env=environment,
                capture_output=True,
                encoding="utf-8",
                timeout=PATIENCE,
                check=False,
            )

        refused = run("--cost-limit", "10")
        assert refused.returncode == 1
        assert "--cost-limit (10 characters); nothing was sent" in refused.stderr
        assert endpoint.usage()["characters"] == 0
        done = run()
        assert done.returncode == 0, done.stderr
        usage = endpoint.usage()
        assert len(usage["jobs"]) == 4
        assert "en → zh, none: " in done.stdout
        assert "characters, $" in done.stdout
        (direction,) = read_results(tmp_path / "out")["directions"]
        assert [arm["left"] for arm in direction["arms"]] == [0, 0, 0, 0]
        makers = [arm["fingerprint"] for arm in direction["arms"]]
        assert ["parallel" in maker for maker in makers] == [False, False, True, True]
        assert "terms=" in makers[1]
        again = run("--cost-limit", "0")
        assert again.returncode == 0, again.stderr
        assert again.stdout.count("nothing to pay for") == 4
        assert endpoint.usage()["characters"] == usage["characters"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--hold-out", "part/99"), "--hold-out part/99: no such document"),
        (("--arms", "magic"), "not 'magic'"),
        (("--arms", "none", "none"), "--arms names an arm twice"),
        (("--arms", "terminology"), "name its file with --terminology"),
        (("--engine", "corpis"), "did you mean 'corpus'?"),
        (("--option", "beam"), "--option takes NAME=VALUE, not 'beam'"),
        (("--option", "beam=big"), "amts_corpus.beam must be a whole number"),
        (("--cost-limit", "much"), "--cost-limit must be characters"),
    ],
)
def test_bad_input_is_told(
    editions: tuple[Path, Path],
    more: Sequence[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["evaluate", *map(str, editions), *LANGUAGES, "-j", "1"]
    assert cli.main([*command, "--hold-out", "unseen/*", *more]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["paragraph+sentence", "none+terminology", "", "sentence+"]
)
def test_what_is_no_arm(text: str) -> None:
    with pytest.raises(ConfigError, match="an arm is none, terminology, paragraph"):
        systems.read_arm(text)


def test_an_arm_of_two_parts() -> None:
    arm = systems.read_arm("terminology+sentence")
    assert arm.name == str(arm) == "sentence+terminology"


class Flaky:
    """An engine that fails when it is asked for the second time."""

    fingerprint = "flaky"
    pairs = None

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Shout, but the second time."""
        progress("shouting")
        self.asked.append([request.source for request in requests])
        if len(self.asked) == 2:
            raise EngineError(f"no more {pair.target} today")
        return [Translation(r.source.upper(), self.fingerprint) for r in requests]


def test_what_came_before_a_fault_is_kept(tmp_path: Path) -> None:
    engine = Flaky()
    data = systems.TrainingData(PAIR, {}, {})
    system = systems.train(engine, systems.read_arm("none"), data, tmp_path)
    with pytest.raises(EngineError, match="no more fr today"):
        systems.translate(system, PASSAGES)
    done: list[tuple[int, int]] = []
    found = systems.translate(system, PASSAGES, lambda *both: done.append(both))
    first, second = ([p.source[0].source] for p in PASSAGES)
    assert engine.asked == [first, second, second]
    assert done == [(0, 2), (1, 2)]
    assert (found.segments, found.left, found.recalled) == (2, 0, 1)
    assert found.targets[first[0]] == first[0].upper()


def test_an_engine_that_does_not_learn(tmp_path: Path) -> None:
    data = systems.TrainingData(PAIR, {}, {"one": "un"})
    arm = systems.read_arm("terminology")
    system = systems.train(create({}), arm, data, tmp_path)
    found = results.evaluate(
        [systems.translate(system, PASSAGES)], PASSAGES, PAIR, ["TER"], samples=0
    )
    assert list(found.remarks()) == [
        f"{arm}: the engine translated nothing; what is scored is the source itself",
        "terminology: this engine cannot learn, so it was given nothing",
    ]
    assert found.comparisons == {}
    assert found.total.score("terminology", "TER").interval is None


def test_a_sphinx_book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Path(__file__).parent.parent / "sample_book"
    command = ["evaluate", str(book / "en"), str(book / "zh"), "-j", "1"]
    command += ["--hold-out", "cleaning", "--engine", "pseudo", "--arms", "none"]
    out = str(tmp_path / "out")
    assert cli.main([*command, "--samples", "0", "-o", out]) == 0
    (direction,) = read_results(tmp_path / "out")["directions"]
    assert (direction["source"], direction["target"]) == ("en", "zh")
    assert direction["documents"][0]["passages"] > 50
    assert direction["arms"][0]["left"] == 0
    assert "cleaning" in capsys.readouterr().out


# The result.


def passage(document: str, source: str, target: str) -> Passage:
    where = Location(document, 1)
    return Passage(
        document,
        (Segment(source, "paragraph", where),),
        (Segment(target, "paragraph", where),),
    )


PASSAGES = [
    passage("a", "one two three four five", "un deux trois quatre cinq"),
    passage("b", "six seven eight nine ten", "six sept huit neuf dix"),
]
PAIR = LanguagePair("en", "fr")


def output_of(name: str, targets: Mapping[str, str], folder: Path) -> SystemOutput:
    system = TrainedSystem(systems.read_arm(name), PAIR, create({}), folder, 3, 0)
    return SystemOutput(system, targets, 2, 2 - len(targets), 0, 1.5)


@pytest.fixture
def outcome(tmp_path: Path) -> results.Evaluation:
    """Return a result in which sentence pairs make one article worse."""
    said = [
        {"one two three four five": "un deux trois quatre sept"},
        {
            "one two three four five": "un deux & trois",
            "six seven eight nine ten": "six sept huit neuf dix",
        },
    ]
    both = [
        output_of("none", said[0], tmp_path),
        output_of("sentence", said[1], tmp_path),
    ]
    return results.evaluate(both, PASSAGES, PAIR, samples=10)


def test_an_article_that_got_worse_is_named(outcome: results.Evaluation) -> None:
    (setback,) = outcome.setbacks
    assert (setback.document, setback.arm, setback.simpler) == ("a", "sentence", "none")
    assert setback.metric == "BLEU"
    scores = [outcome.rows[0].score(a, "BLEU").value for a in ("none", "sentence")]
    assert setback.loss == pytest.approx(scores[0] - scores[1])
    assert str(setback).startswith("a: sentence is worse than none by ")
    assert "p = " in str(setback)


def test_the_mean_of_the_documents_is_not_the_score_of_all(
    outcome: results.Evaluation,
) -> None:
    scores = [row.score("sentence", "BLEU").value for row in outcome.rows]
    assert outcome.mean("sentence", "BLEU") == pytest.approx(sum(scores) / 2)
    total = outcome.total.score("sentence", "BLEU")
    assert total.segments == 2
    assert total.interval is not None


def test_what_was_left_is_told(outcome: results.Evaluation) -> None:
    why = "were not translated, and are scored in the source language"
    assert list(outcome.remarks()) == [f"none: 1 of 2 segments {why}"]
    assert [e.document for e in outcome.examples] == ["a", "b"]
    assert outcome.examples[1].hypotheses == (
        "six seven eight nine ten",
        "six sept huit neuf dix",
    )


def test_the_files_of_a_result(outcome: results.Evaluation, tmp_path: Path) -> None:
    paths = tables.write(tmp_path, [outcome], "none")
    assert [path.name for path in paths] == [
        "results.csv",
        "results.json",
        "results.tex",
    ]
    tex = paths[2].read_text("utf-8")
    assert r"en $\to$ fr & none & sentence \\" in tex
    (direction,) = json.loads(paths[1].read_text("utf-8"))["directions"]
    assert direction["setbacks"][0]["document"] == "a"
    score = direction["all"]["scores"]["sentence"][0]
    assert score["fraction"] == pytest.approx(score["score"] / 100, abs=1e-6)
    assert "tok:13a" in score["signature"]


def test_the_page_of_a_result(outcome: results.Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page.write(path, [outcome], "none")
    shown = html.parse(str(path)).getroot()
    assert "a: sentence is worse than none" in shown.text_content()
    marked = [(m.tag, m.text) for m in shown.findall(".//dl//ins")]
    assert ("ins", "& ") in marked or ("ins", "&") in marked
    assert shown.findall(".//link") == shown.findall(".//img") == []


def test_nothing_to_score(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="no references"):
        results.evaluate([output_of("none", {}, tmp_path)], [], PAIR)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("a b c", "a b c", [Piece("same", "a b c")]),
        (
            "the cat sat",
            "the dog sat",
            [
                Piece("same", "the "),
                Piece("gone", "cat"),
                Piece("new", "dog"),
                Piece("same", " sat"),
            ],
        ),
        (
            "今天下雨",
            "今天下雪",
            [Piece("same", "今天下"), Piece("gone", "雨"), Piece("new", "雪")],
        ),
        ("one two three", "甲乙丙丁", [Piece("same", "甲乙丙丁")]),
        (
            "so it is a cat, dog and cow",
            "so it is a bat, hog and cow",
            [
                Piece("same", "so it is a "),
                Piece("gone", "cat, dog"),
                Piece("new", "bat, hog"),
                Piece("same", " and cow"),
            ],
        ),
    ],
)
def test_what_changed_is_marked(before: str, after: str, pieces: list[Piece]) -> None:
    assert diff.between(before, after) == pieces


def test_several_engines_in_one_table(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    metrics = ("--metrics", "BLEU", "chrF++")
    given = ("--engines", "none,corpus", "pseudo", "--option", "pseudo.expansion=1.5")
    done = evaluate(editions, *given, *metrics, "-o", out)
    assert done.returncode == 0, done.stderr
    (found,) = read_results(out)["directions"]
    arms = ["none sentence", "corpus sentence", "pseudo sentence"]
    assert [arm["name"] for arm in found["arms"]] == arms
    assert found["arms"][2]["fingerprint"] == "pseudo/1/auto/1.5"
    assert found["arms"][0]["left"] == found["arms"][0]["segments"]
    # What an arm translated is scored by itself; one that translated nothing has none.
    assert list(found["translated"]) == arms[1:]
    part = found["translated"][arms[1]]
    assert part["passages"] <= found["all"]["passages"]
    chances = {
        each["arm"]: (each["p"], each["p_holm"])
        for each in found["comparisons"]
        if each["metric"] == "BLEU"
    }
    assert all(p <= holm <= 2 * p for p, holm in chances.values())
    assert "segments left" in done.stdout
    assert "their chrF++" in done.stdout
    assert "p by Holm" in done.stdout
    texts = {path.name: path for path in (out / "texts").iterdir()}
    assert set(texts) == {
        f"en-zh.{name}.txt"
        for name in ("source", "reference", *(arm.replace(" ", "_") for arm in arms))
    }
    lines = {name: path.read_text("utf-8").splitlines() for name, path in texts.items()}
    assert {len(each) for each in lines.values()} == {found["all"]["passages"]}
    bare = [
        [line.replace(" ", "") for line in lines[f"en-zh.{name}.txt"]]
        for name in ("source", "none_sentence")
    ]
    assert bare[0] == bare[1]


def test_an_engine_twice_with_other_options(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    given = ("--engines", "pseudo", "long=pseudo", "--option", "long.expansion=2")
    done = evaluate(editions, *given, "-o", out)
    assert done.returncode == 0, done.stderr
    (found,) = read_results(out)["directions"]
    arms = {arm["name"]: arm["fingerprint"] for arm in found["arms"]}
    assert list(arms) == ["pseudo sentence", "long sentence"]
    assert arms["long sentence"] == "pseudo/1/auto/2"
    # Of two engines none is the simpler one.
    assert found["setbacks"] == []
    assert "is worse than" not in done.stderr


def test_an_engine_that_is_not_ready_is_told_of_before_the_work(
    editions: tuple[Path, Path], tmp_path: Path
) -> None:
    option = ("--option", f"firefox.models={tmp_path / 'none'}")
    done = evaluate(editions, "--engines", "corpus", "firefox", *option)
    assert done.returncode == 1
    assert "the engine firefox cannot translate en → zh yet: " in done.stderr
    assert "amts models get en zh" in done.stderr
    assert "units by sentence" not in done.stdout


def test_what_a_model_is_asked_with_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Its fingerprint is the same: a build would keep what it has."""
    data = systems.TrainingData(ZH, {}, {})
    arm = systems.System(("sentence",), "llm")
    homes = {}
    for told, options in {
        "usual": {},
        "said": {"examples": "2"},
        "none": {"examples": "0"},
        "batch": {"examples": "0", "batch": "9"},
    }.items():
        base = {"url": "http://localhost:1/v1", "model": "toy"}
        engine = create_engine("llm", {**base, **options})
        system = systems.train(engine, arm, data, tmp_path)
        homes[told] = system.home.name
        assert system.engine.fingerprint == engine.fingerprint
    assert homes["usual"] == homes["said"]
    assert len(set(homes.values())) == 3


def test_options_of_engines_that_are_not_compared() -> None:
    wrong = ["--engines", "none", "--option", "corpus.beam=3"]
    for given in (wrong, [*wrong[:3], "beam=3"]):
        options = cli.make_parser().parse_args(
            ["evaluate", "a", "b", "--hold-out", "*", *given]
        )
        with pytest.raises(ConfigError, match=r"ENGINE\.NAME=VALUE"):
            options.run(options)


@pytest.mark.parametrize("given", [["none", "none"], ["a/b=none"], ["a.b=none"]])
def test_what_an_engine_may_be_called(given: list[str]) -> None:
    options = cli.make_parser().parse_args(
        ["evaluate", "a", "b", "--hold-out", "*", "--engines", *given]
    )
    with pytest.raises(ConfigError, match="LABEL=NAME"):
        options.run(options)
