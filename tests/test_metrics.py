"""The metrics: the very numbers of sacreBLEU's command line."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx import metrics
from amts_sphinx.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WORDS: Final = {
    "zh": "模型 训练 数据 一个 神经 网络 的 在 我们 学习 3.5 GPU 。 ， 与 了".split(),
    "es": "el modelo aprende de los datos , una red neuronal 3.5 GPU . no".split(),
}


def texts(language: str, seed: int) -> tuple[list[str], list[str], list[str]]:
    """Return references, and what a good and a bad system make of them."""
    rng = random.Random(seed)  # noqa: S311 - a test
    blank = "" if language == "zh" else " "
    references: list[str] = []
    good: list[str] = []
    bad: list[str] = []
    for _ in range(60):
        words = rng.choices(WORDS[language], k=rng.randint(4, 18))
        references.append(blank.join(words))
        for system, share in ((good, 0.15), (bad, 0.35)):
            said = [
                rng.choice(WORDS[language]) if rng.random() < share else word
                for word in words
            ]
            system.append(blank.join(said))
    return references, good, bad


def sacrebleu(folder: Path, *lines: Sequence[str], options: Sequence[str]) -> str:
    """Return what the command line says of references and systems."""
    names = []
    for number, side in enumerate(lines):
        path = folder / f"{number}.txt"
        path.write_text("".join(f"{line}\n" for line in side), "utf-8")
        names.append(str(path))
    command = [sys.executable, "-m", "sacrebleu", names[0], "-i", *names[1:]]
    command += [*options, "-w", "6"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return done.stdout


@pytest.mark.parametrize(
    ("language", "name", "options"),
    [
        ("zh", "BLEU", ["-m", "bleu", "--tokenize", "zh"]),
        ("es", "BLEU", ["-m", "bleu"]),
        ("th", "BLEU", ["-m", "bleu", "--tokenize", "char"]),
        ("zh", "chrF2", ["-m", "chrf"]),
        ("es", "TER", ["-m", "ter"]),
        (
            "zh",
            "TER",
            ["-m", "ter", "--ter-normalized", "--ter-asian-support"],
        ),
    ],
)
def test_scores_are_those_of_sacrebleu(
    tmp_path: Path, language: str, name: str, options: list[str]
) -> None:
    references, good, _ = texts("es" if language == "es" else "zh", 1)
    options = [*options, "--confidence", "--confidence-n", "200", "--format", "json"]
    wanted = json.loads(sacrebleu(tmp_path, references, good, options=options))
    [found] = metrics.score(good, references, language, names=[name], bootstrap=200)
    assert found.value == pytest.approx(wanted["score"], abs=1e-4)
    assert found.signature == wanted["signature"]
    assert found.interval
    middle, spread = wanted["confidence_mean"], wanted["confidence_var"]
    low, high = found.interval
    assert (low, high) == pytest.approx((middle - spread, middle + spread), abs=1e-4)
    [plain] = metrics.score(good, references, language, names=[name])
    assert (plain.value, plain.interval, plain.segments) == (found.value, None, 60)


@pytest.mark.parametrize("language", ["zh", "es"])
def test_the_paired_test_is_that_of_sacrebleu(tmp_path: Path, language: str) -> None:
    references, good, bad = texts(language, 2)
    options = ["-m", "bleu", "chrf", "--paired-bs", "--paired-bs-n", "300"]
    options += ["--tokenize", metrics.tokenizer(language)]
    # Its JSON fails on the numbers of newer NumPys.
    said = sacrebleu(tmp_path, references, bad, good, options=[*options, "-f", "text"])
    table = said.partition("\n\n")[0]
    scores = [float(n) for n in re.findall(r"(\d+\.\d+) \(", table)]
    chances = [float(n) for n in re.findall(r"p = (\d+\.\d+)", table)]
    found = metrics.compare(bad, good, references, language, resamples=300)
    assert [each.system.metric for each in found] == ["BLEU", "chrF2"]
    values = [each.baseline.value for each in found]
    values += [each.system.value for each in found]
    assert values == pytest.approx(scores, abs=1e-4)
    assert [each.p for each in found] == pytest.approx(chances, abs=1e-4)


def test_chinese_words_are_jieba_s() -> None:
    references, good, _ = texts("zh", 3)
    found = metrics.score(good, references, "zh-TW", names=metrics.NAMES)
    assert [each.metric for each in found] == ["BLEU", "BLEU words", "chrF2", "TER"]
    assert "tok:jieba-0." in found[1].signature
    assert found[1].value < found[0].value
    assert "BLEU words" not in {
        each.metric
        for each in metrics.score(good, references, "ja", names=metrics.NAMES)
    }


@pytest.mark.parametrize(
    ("tag", "tokenizer"), [("zh", "zh"), ("zh_TW", "zh"), ("de", "13a"), ("th", "char")]
)
def test_tokenizers(tag: str, tokenizer: str) -> None:
    assert metrics.tokenizer(tag) == tokenizer


def test_the_best_and_the_worst() -> None:
    for name, best in (("BLEU", 100), ("chrF2", 100), ("TER", 0)):
        [same] = metrics.score(["a b c d"], ["a b c d"], "en", names=[name])
        assert same.value == pytest.approx(best)


@pytest.mark.parametrize(
    ("hypotheses", "references", "names", "said"),
    [
        (["a"], ["a", "b"], ["BLEU"], "1 hypotheses for 2 references"),
        ([], [], ["BLEU"], "nothing to score"),
        (["a"], ["a"], ["BLUE"], "there is no metric 'BLUE'; there are BLEU,"),
    ],
)
def test_bad_input(
    hypotheses: list[str], references: list[str], names: list[str], said: str
) -> None:
    with pytest.raises(EvaluationError, match=said):
        metrics.score(hypotheses, references, "en", names=names)
