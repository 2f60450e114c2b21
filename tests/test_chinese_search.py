"""What is done to Sphinx for the search of a Chinese edition."""

from __future__ import annotations

from pathlib import Path

import jieba
import pytest

from amts_sphinx._compat import load_jieba_dictionary

pytestmark = pytest.mark.sphinx


@pytest.fixture(autouse=True)
def _jieba_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    jieba.initialize()
    monkeypatch.setattr(jieba.dt, "total", jieba.dt.total)
    monkeypatch.setattr(jieba.dt, "FREQ", dict(jieba.dt.FREQ))


def test_jiebas_own_dictionary_counts_twice_as_if_it_were_read_again() -> None:
    path = Path(jieba.__file__).with_name("dict.txt").resolve()
    rows = [line.split(" ") for line in path.read_text("utf-8").splitlines()]
    before = dict(jieba.dt.FREQ)
    load_jieba_dictionary(str(path))
    assert jieba.dt.total == 2 * sum(int(frequency) for _, frequency, _ in rows)
    assert before == jieba.dt.FREQ
    assert all(before[word] == int(frequency) for word, frequency, _ in rows)


def test_the_words_of_another_dictionary_are_added(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("墒情监测 30 n\n", "utf-8")
    assert jieba.lcut("墒情监测") != ["墒情监测"]
    load_jieba_dictionary(str(path))
    assert jieba.lcut("墒情监测") == ["墒情监测"]
