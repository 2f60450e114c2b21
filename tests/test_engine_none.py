"""The engines that ask nobody, and leave everything to the memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from engine_calls import translated

from amts_sphinx.cli import main
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.contract import CODED, EngineContract
from amts_sphinx.engine.known import KnownEngine
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from conftest import MakeBook

    from amts_sphinx.engine.protocol import Engine


class TestNone(EngineContract):
    """The contract, nothing translated."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("none", {})


class TestKnown(EngineContract):
    """The contract, nothing translated."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("known", {})


@pytest.mark.parametrize("name", ["known", "none"])
def test_nothing_is_translated(name: str) -> None:
    engine = create_engine(name, {})
    pair = LanguagePair("en", "zh")
    assert translated(engine, CODED, pair) == [None] * len(CODED)


@pytest.mark.parametrize("name", ["known", "none"])
def test_they_have_no_options(name: str) -> None:
    with pytest.raises(ConfigError, match=f"amts_{name} has no option 'style'"):
        create_engine(name, {"style": "cjk"})


def test_what_is_known_is_the_work_of_real_engines() -> None:
    engine = KnownEngine().after(["firefox/2/a", "pseudo/1/auto/1.3", "corpus/4"])
    assert engine.makers("Any text.") == ["firefox/2/a", "corpus/4", "known"]


@pytest.mark.sphinx
def test_an_edition_of_what_is_known(make_book: MakeBook) -> None:
    book = make_book("pages")
    whole = book.build(engine="recording")
    assert book.requests()
    book.change("soil.rst", "Mix both.", "Mix all of them.")
    known = book.build(engine="known", out="known")
    assert (known.status, book.requests()) == (0, [])
    assert "asking the engine" not in known.said
    assert known.text("water", "//p") == whole.text("water", "//p")
    assert "Mix all of them." in " ".join(known.text("soil", "//p"))
    assert known.summary()["recalled"] == known.summary()["segments"] - 1


@pytest.mark.sphinx
def test_the_status_shows_what_an_engine_made_that_is_gone(
    make_book: MakeBook, capsys: pytest.CaptureFixture[str]
) -> None:
    book = make_book("pages")
    lines = 'amts_engine = "corpus"\namts_target_languages = ["zh"]\n'
    book.write("conf.py", (book.source / "conf.py").read_text() + lines)
    assert book.build(engine="recording").status == 0
    status = ["status", "--json", "--book", str(book.source)]
    settings = {
        "known": 'amts_engine = "known"\n',
        # There are no models: what other engines made is shown all the same.
        "firefox": 'amts_engine = "firefox"\namts_firefox = {"models": "gone"}\n',
    }
    conf = (book.source / "conf.py").read_text()
    found = {}
    for name, said in settings.items():
        book.write("conf.py", conf + said)
        assert main(status) == 0
        captured = capsys.readouterr()
        found[name] = json.loads(captured.out)[0]["progress"]["words"]
        assert ("engines made before" in captured.err) == (name == "firefox")
    assert found["known"] == found["firefox"]
    assert found["known"]["new"] == 0
