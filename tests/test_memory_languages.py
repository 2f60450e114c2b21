"""What people wrote in a language that comes near the one of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory.delivery import Kind, deliver
from amts_sphinx.memory.importing import BookFiles, learn_book
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAKER = "engine/1"


def unit(
    source: str, target: str, tags: str, maker: str = HUMAN, state: str = "reviewed"
) -> TranslationUnit:
    pair = LanguagePair(*tags.split(">"))
    return TranslationUnit(source, target, pair, maker, State(state))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / ".amts" / "memory.sqlite") as opened:
        yield opened


def recalled(memory: Memory, tags: str, *sources: str) -> dict[str, str]:
    pair = LanguagePair(*tags.split(">"))
    found = memory.recall(pair, MAKER, sources)
    assert all(each.pair == pair for each in found.values())
    return {key: each.target for key, each in found.items()}


def test_the_same_tag_comes_first_then_the_nearest(memory: Memory) -> None:
    memory.learn(
        [
            unit("a", "es", "en>es"),
            unit("a", "419", "en>es-419"),
            unit("b", "419", "en>es-419"),
            unit("b", "MX", "en>es-MX"),
            unit("c", "MX", "en-GB>es-MX"),
            unit("d", "machine", "en>es-MX", MAKER, "machine"),
            unit("e", "machine", "en>es", MAKER, "machine"),
            unit("e", "MX", "en>es-MX"),
        ]
    )
    asked = ("a", "b", "c", "d", "e")
    # A machine's text for another region is not one for this edition.
    assert recalled(memory, "en>es", *asked) == {
        "a": "es", "b": "419", "c": "MX", "e": "MX"
    }  # fmt: skip
    assert recalled(memory, "en>es-AR", *asked) == {
        "a": "419", "b": "419", "c": "MX", "e": "MX"
    }  # fmt: skip
    assert recalled(memory, "en>es-MX", "b", "d") == {"b": "MX", "d": "machine"}


def test_never_across_scripts(memory: Memory) -> None:
    memory.learn(
        [
            unit("a", "繁", "en>zh-HK"),
            unit("a", "лат", "en>sr"),
            unit("a", "x", "en>nn"),
        ]
    )
    assert recalled(memory, "en>zh-TW", "a") == {"a": "繁"}
    for tags in ("en>zh", "en>sr-Latn", "en>no", "de>zh-TW"):
        assert recalled(memory, tags, "a") == {}


TMX = (
    '<tmx version="1.4"><header srclang="{}"/><body><tu><tuv xml:lang="de">'
    '<seg>Harke</seg></tuv><tuv xml:lang="en-GB"><seg>Rake</seg></tuv></tu></body>'
    "</tmx>"
)


@pytest.mark.parametrize("srclang", ["*", "*all*", "", "und", "en-GB", "de"])
def test_the_source_of_a_memory_file_is_the_books_language(
    tmp_path: Path, memory: Memory, srclang: str
) -> None:
    (tmp_path / "a.tmx").write_text(TMX.format(srclang), "utf-8")
    files = BookFiles(tmp_path, "en", "", ("a.tmx",))
    told: list[str] = []
    learn_book(memory, files, told.append, told.append)
    assert recalled(memory, "en>de", "Rake") == {"Rake": "Harke"}


def test_a_memory_file_that_holds_nothing_for_the_book(
    tmp_path: Path, memory: Memory
) -> None:
    (tmp_path / "a.tmx").write_text(TMX.format("de").replace("en-GB", "fr"), "utf-8")
    files = BookFiles(tmp_path, "en", "", ("a.tmx",))
    told: list[str] = []
    learn_book(memory, files, told.append, told.append)
    assert any("it holds nothing in en → any language" in text for text in told)
    assert any("its languages are: de → fr" in text for text in told)


def test_a_delivery_in_the_books_language_by_another_tag(
    tmp_path: Path, memory: Memory
) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(TMX.format("*"), "utf-8")
    files = BookFiles(tmp_path, "en", "memory/{language}.home.tmx")
    done = deliver(memory, files, path, tell=lambda _: None)
    assert done.counts[Kind.NEW] == 1
    home = (tmp_path / "memory" / "de.home.tmx").read_text("utf-8")
    assert '<tuv xml:lang="en"><seg>Rake' in home
    assert '<tuv xml:lang="de"><seg>Harke' in home
