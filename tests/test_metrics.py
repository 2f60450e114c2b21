"""Scores, against the command line of sacreBLEU itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import jieba
import pytest
from corpus_toys import ZH, pairs, unseen

from amts_sphinx.core.errors import ConfigError, ScoreError
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Sentences in Chinese and English; the same with parts left out; and others.
REFERENCES: Final = {
    "zh": [target for _, target in unseen(ZH, 40)],
    "en": [source for source, _ in unseen(ZH, 40)],
}
NEAR: Final = {
    language: [text[n % 4 :] for n, text in enumerate(texts)]
    for language, texts in REFERENCES.items()
}
FAR: Final = {
    "zh": [target for _, target in pairs(ZH, 40)],
    "en": [source for source, _ in pairs(ZH, 40)],
}


def run(
    folder: Path, references: Sequence[str], *systems: Sequence[str], more: str
) -> str:
    """Return what the command says of *systems*."""
    paths = []
    for number, texts in enumerate((references, *systems)):
        path = folder / f"{number}.txt"
        path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        paths.append(str(path))
    command = [sys.executable, "-m", "sacrebleu", *paths[:1], "-i", *paths[1:]]
    command += [*more.split(), "-w", "6"]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, check=True, capture_output=True, encoding="utf-8", env=env
    )
    return done.stdout


def sacrebleu(
    folder: Path, references: Sequence[str], hypotheses: Sequence[str], *, more: str
) -> Any:
    """Return what the command says of one system."""
    return json.loads(run(folder, references, hypotheses, more=f"{more} -f json"))


@pytest.mark.parametrize(
    ("language", "name", "more"),
    [
        pytest.param("zh", "BLEU", "-tok zh", id="bleu-zh"),
        pytest.param("en", "BLEU", "-tok 13a", id="bleu-13a"),
        pytest.param("zh-TW", "chrF2", "-m chrf", id="chrf-zh"),
        pytest.param("en", "chrF2", "-m chrf", id="chrf-en"),
        pytest.param("en", "chrF++", "-m chrf --chrf-word-order 2", id="chrf++"),
        pytest.param("en", "TER", "-m ter", id="ter-en"),
        pytest.param(
            "zh",
            "TER",
            "-m ter --ter-normalized --ter-asian-support",
            id="ter-zh",
        ),
    ],
)
def test_scores_are_those_of_the_command(
    tmp_path: Path, language: str, name: str, more: str
) -> None:
    base = language[:2]
    told = sacrebleu(tmp_path, REFERENCES[base], NEAR[base], more=more)
    found = metrics.score(NEAR[base], REFERENCES[base], language, names={name})[0]
    assert found.value == pytest.approx(told["score"], abs=1e-4)
    assert found.signature == told["signature"]
    assert (found.metric, found.segments, found.interval) == (name, 40, None)


def test_japanese_without_mecab_is_scored_by_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "sacrebleu.tokenizers.tokenizer_ja_mecab"
    monkeypatch.setattr(f"{module}.MeCab", None)
    told = sacrebleu(tmp_path, REFERENCES["zh"], NEAR["zh"], more="-tok char")
    found = metrics.score(NEAR["zh"], REFERENCES["zh"], "ja", names=["BLEU"])
    assert [each.value for each in found] == pytest.approx([told["score"]], abs=1e-4)
    assert "tok:char" in found[0].signature


def test_chinese_is_scored_by_words_too(tmp_path: Path) -> None:
    cut = [
        [" ".join(jieba.cut(text)) for text in texts["zh"]]
        for texts in (REFERENCES, NEAR)
    ]
    told = sacrebleu(tmp_path, *cut, more="-tok none --force")
    by_characters, by_words, chrf = metrics.score(NEAR["zh"], REFERENCES["zh"], "zh")
    assert (by_characters.metric, chrf.metric) == ("BLEU", "chrF2")
    assert by_words.metric == "BLEU (jieba words)"
    assert by_words.value == pytest.approx(told["score"], abs=1e-4)
    tokenizer = f"tok:jieba-{jieba.__version__}"
    assert by_words.signature == told["signature"].replace("tok:none", tokenizer)


def test_words_are_cut_in_chinese_alone() -> None:
    for language, by_words in (("ja", True), ("zh", False)):
        found = metrics.score(NEAR["zh"], REFERENCES["zh"], language, by_words=by_words)
        assert [each.metric for each in found] == ["BLEU", "chrF2"]


def test_thai_has_no_blanks_between_words() -> None:
    [found] = metrics.score(NEAR["zh"], REFERENCES["zh"], "th", names=["BLEU"])
    assert "tok:char" in found.signature


def test_the_confidence_interval_is_that_of_the_command(tmp_path: Path) -> None:
    more = "-tok 13a --confidence --confidence-n 200"
    told = sacrebleu(tmp_path, REFERENCES["en"], NEAR["en"], more=more)
    found = metrics.score(
        NEAR["en"], REFERENCES["en"], "en", names=["BLEU"], bootstrap=200
    )[0]
    mean, half = told["confidence_mean"], told["confidence_var"]
    assert found.interval == pytest.approx((mean - half, mean + half), abs=1e-4)
    assert found.signature == told["signature"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_paired_test_is_that_of_the_command(tmp_path: Path, language: str) -> None:
    references, far, near = (each[language] for each in (REFERENCES, FAR, NEAR))
    tokenizer = {"zh": "zh", "en": "13a"}[language]
    more = f"-m bleu chrf -tok {tokenizer} --paired-bs --paired-bs-n 300"
    # Its JSON cannot hold the numbers of newer releases of NumPy.
    told = run(tmp_path, references, far, near, more=f"{more} -f text")
    numbers = re.findall(r"([\d.]+) \(([\d.]+) ± ([\d.]+)\)", told)
    chances = re.findall(r"\(p = ([\d.]+)\)", told)
    found = [
        each
        for each in metrics.compare(far, near, references, language, samples=300)
        if each.metric != metrics.JIEBA
    ]
    scores = [each.baseline for each in found] + [each.system for each in found]
    for score, theirs in zip(scores, numbers, strict=True):
        assert score.interval is not None
        low, high = score.interval
        ours = (score.value, (low + high) / 2, (high - low) / 2)
        assert ours == pytest.approx([float(each) for each in theirs], abs=1e-4)
    for each, p in zip(found, chances, strict=True):
        assert each.p == pytest.approx(float(p), abs=1e-4)
        assert each.gain == each.system.value - each.baseline.value > 0
        assert f"{each.metric:<10} {each.system.signature}" in told


#: Small test sets whose samples score nothing at times: hypotheses and references.
SMALL: Final = {
    "empty line": (["Water.", "X", "Dig."], ["Water.", "", "Dig."]),
    "empty hypothesis": (["", "Dig a deep well here."], ["Pump.", "Dig a well here."]),
    "nothing in common": (["Data", "GNN"], ["数据", "GNN"]),
    "all empty": (["", ""], ["", ""]),
    "one text": (["Dig a deep well."], ["Dig a well."]),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SMALL)
def test_small_test_sets_have_scores_within_bounds(name: str, language: str) -> None:
    hypotheses, references = SMALL[name]
    # spBLEU needs a file from the network.
    names = [name for name in metrics.NAMES if name != "spBLEU"]
    found = metrics.score(hypotheses, references, language, names=names, bootstrap=200)
    compared = metrics.compare(
        references, hypotheses, references, language, names=names, samples=200
    )
    assert {each.metric for each in found} > set(names) or language == "en"
    for each in (*found, *(c.system for c in compared)):
        assert each.interval is not None
        low, high = each.interval
        assert 0 <= low <= high
        assert high <= 100 or each.metric == "TER"
    assert all(0 < each.p <= 1 for each in compared)


def test_an_interval_ends_at_100() -> None:
    hypotheses, references = SMALL["nothing in common"]
    [found] = metrics.score(
        hypotheses, references, "zh", names=["chrF2"], bootstrap=1000
    )
    # One of the two texts is right: a quarter of the samples has it twice, 100, and a
    # quarter not at all, 0. The mean plus half of that spread is above 100.
    assert found.interval is not None
    assert found.interval[1] == 100


def test_ter_may_be_above_100() -> None:
    [found] = metrics.score(
        ["a b c d"] * 3, ["x"] * 3, "en", names=["TER"], bootstrap=9
    )
    assert found.value == 400
    assert found.interval == (400, 400)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_equal_systems_differ_by_chance(language: str) -> None:
    near, references = NEAR[language], REFERENCES[language]
    found = metrics.compare(near, near, references, language, samples=100)
    assert [each.p for each in found] == [1.0] * len(found)
    # Other words, the same score for each text: chance again.
    other = metrics.compare(["a b"] * 4, ["b a"] * 4, ["a c b"] * 4, "en", samples=50)
    assert other[0].gain == 0
    assert other[0].p == 1


def test_random_samples_can_begin_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> tuple[object, ...]:
        [found] = metrics.score(
            NEAR["en"], REFERENCES["en"], "en", names=["BLEU"], bootstrap=30
        )
        return found.interval, found.signature

    usual, again = run(), run()
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    seven = run()
    monkeypatch.setenv("SACREBLEU_SEED", "None")
    free = run()
    assert usual == again
    assert usual[0] != seven[0]
    assert "seed:7" in str(seven[1])
    assert "seed:none" in str(free[1])


def test_less_of_ter_is_a_gain() -> None:
    references = REFERENCES["en"]
    (found,) = metrics.compare(
        FAR["en"], references, references, "en", names=["TER"], samples=10
    )
    assert found.system.value == 0
    assert found.gain == found.baseline.value


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        pytest.param([], [], "there are no references to compare with", id="none"),
        pytest.param(
            ["a"],
            ["a", "b"],
            "there are 1 hypotheses for 2 references; each needs one",
            id="unequal",
        ),
    ],
)
def test_what_cannot_be_scored(
    hypotheses: list[str], references: list[str], message: str
) -> None:
    with pytest.raises(ScoreError, match=message):
        metrics.score(hypotheses, references, "en")
    with pytest.raises(ScoreError, match=message):
        metrics.compare(hypotheses, hypotheses, references, "en")


def test_a_metric_that_there_is_not() -> None:
    with pytest.raises(ConfigError, match=r"no metric 'COMET'; there are BLEU, chrF2"):
        metrics.score(["a"], ["a"], "en", names=["COMET"])


def test_the_package_does_not_load_sacrebleu() -> None:
    code = (
        "import sys, amts_sphinx, amts_sphinx.cli, amts_sphinx.text.metrics;"
        "sys.exit('sacrebleu' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_pieces_of_flores_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(ConfigError, match="spBLEU needs the package sentencepiece"):
        metrics.score(["a b"], ["a b"], "en", names=["spBLEU"])


def test_one_text_tells_nothing_of_chance() -> None:
    found = metrics.compare(["rain"], ["rain falls here"], ["rain falls here"], "en")
    assert [each.p for each in found] == [1.0, 1.0]
