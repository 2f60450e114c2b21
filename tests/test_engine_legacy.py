"""Engines written for amts_sphinx 0.1 still work, and say what to change."""

from __future__ import annotations

import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus_toys import ES, ZH, pairs, units
from engine_calls import commission, requests, translated

from amts_sphinx.core import moved
from amts_sphinx.core.errors import (
    EnginePartialError,
    EngineReplyError,
    EngineUnavailableError,
)
from amts_sphinx.core.units import State
from amts_sphinx.engine import legacy, registry
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.protocol import Batching, Bill, Learner, Paid, Versatile, quiet
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.memory.memory import Memory
from amts_sphinx.translate import commissions

if TYPE_CHECKING:
    from conftest import Book

    from amts_sphinx.engine.protocol import Engine

ENGINES = Path(__file__).parent / "engines"
TEXTS = ['It rains <x id="1"/> rain.', "No rain.", "No.", "3.14"]
#: The names that 0.1 had in the modules that have moved.
NAMES = {
    "codes": "Token escape unescape opening empty tokens join plain has_words normalise"
    " ids renumber without localise globalise structure verify",
    "errors": "AmtsError ConfigError LanguageError MarkupError MemoryFileError"
    " NewerMemoryError DamagedMemoryError InterchangeError EngineError"
    " EngineUnavailableError EngineRejectedError EngineReplyError EnginePartialError"
    " CostLimitError ScoreError EditionError QualityError",
    "languages": "Language LANGUAGES find_language name_language",
    "terminology": "Terminology read encode",
    "units": "HUMAN LanguagePair Location Code Segment Container State TranslationUnit"
    " Match Severity Finding Score Usage Edition",
}


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ENGINES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        importlib.import_module("amts_test_engine_01")


def make(name: str, **options: object) -> Engine:
    with pytest.warns(FutureWarning, match="written for amts_sphinx 0.1"):
        return create_engine(name, options)


def full(home: Path, **options: object) -> Any:
    """Return the engine that has everything, trained."""
    engine = make("full01", **options)
    assert isinstance(engine, Learner)
    return engine.train(ES, units(pairs(ES, 3), ES), home, {"rain": "lluvia"})


# The old import paths.


@pytest.mark.parametrize("module", NAMES)
def test_every_name_is_where_it_was(module: str) -> None:
    former = importlib.import_module(f"amts_sphinx.{module}")
    present = importlib.import_module(moved.MODULES[former.__name__])
    for name in NAMES[module].split():
        with pytest.warns(DeprecationWarning, match=rf"{module}\.{name} is gone with"):
            found = getattr(former, name)
        if name not in {"Token", "EnginePartialError", "LANGUAGES"}:
            assert found is getattr(present, name)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = former.no_such_name


def test_an_import_warns_where_it_stands(tmp_path: Path) -> None:
    module = tmp_path / "engine.py"
    module.write_text(
        "from amts_sphinx.errors import EngineError\n"
        "import amts_sphinx.units\n"
        "from amts_sphinx import codes\n"
        "print(EngineError.__module__, amts_sphinx.units.HUMAN, codes.plain('x'))\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-W", "always::DeprecationWarning:__main__", module],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "amts_sphinx.core.errors human x\n"
    told = [line for line in done.stderr.splitlines() if "DeprecationWarning" in line]
    assert [line.partition(": Dep")[0] for line in told] == [
        f"{module}:1", f"{module}:4", f"{module}:4",
    ]  # fmt: skip
    assert "it is amts_sphinx.core.errors.EngineError" in told[0]


def test_what_python_asks_of_every_module_is_no_former_name() -> None:
    for name in moved.MODULES:
        module = sys.modules[name]
        assert not hasattr(module, "__path__")
        assert not hasattr(module, "__file__")
        assert importlib.util.find_spec(name) is not None


def test_an_error_of_01_is_one_of_today() -> None:
    former = importlib.import_module("amts_sphinx.errors")
    with pytest.warns(DeprecationWarning, match="EnginePartialError is gone with"):
        error = former.EnginePartialError("broken", {"a": "b"})
    assert isinstance(error, EnginePartialError)
    assert vars(error)["targets"] == {"a": "b"}


# The engines.


class TestFull(EngineContract):
    """The contract, by an engine of 0.1 that knows nothing of it."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        """Return the engine to test."""
        found: Engine = full(tmp_path)
        return found

    @pytest.fixture
    def failing_engine(self, tmp_path: Path) -> Engine:
        """Return an engine that cannot work."""
        found: Engine = full(tmp_path, fails_after=1)
        return found


def test_the_engine_of_the_documentation() -> None:
    engine = make("shout01")
    assert engine.fingerprint == "shout/1"
    assert engine.pairs is None
    (made,) = engine.translate(requests(["Rain"]), ES, quiet)
    assert made == ("RAIN", "shout/1", False, "")
    for kind in (Learner, Paid, Batching, Versatile):
        assert not isinstance(engine, kind)


def test_one_warning_for_an_engine_says_what_to_change() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            create_engine("shout01", {})
        create_engine("full01", {})
    told = [str(each.message) for each in caught]
    assert len(told) == 2
    assert told[0].startswith(
        "the engine 'shout01' of amts_test_engines (amts_test_engine_01:create_shout)"
        " is written for amts_sphinx 0.1, and the next release will not take it."
    )
    assert "`translate(requests, pair, progress)` return a Translation" in told[0]


def test_all_that_it_had_is_heard(tmp_path: Path) -> None:
    engine = full(tmp_path)
    for kind in (Paid, Batching, Versatile):
        assert isinstance(engine, kind)
    lines: list[str] = []
    made = engine.translate(requests(TEXTS), ES, lines.append)
    assert lines == ["4 asked", "it has learnt 3 units"]
    assert [each.target for each in made] == [
        'It RAINs <x id="1"/> RAIN.', "No RAIN.", None, "3.14",
    ]  # fmt: skip
    assert [each.maker for each in made] == ["full/1/batch"] + 3 * ["full/1/realtime"]
    assert all(each.draft for each in made)
    assert engine.makers("x") == ["full/1/batch", "full/1/realtime"]


def test_what_it_costs(tmp_path: Path) -> None:
    engine = full(tmp_path)
    assert engine.bill(requests(["four", "five"]), ES) == Bill(8, 0.5, "a tariff")
    assert engine.bill([], ES).amount == 0


def test_like_engines_begin_together(tmp_path: Path) -> None:
    lines: list[str] = []
    engines = [full(tmp_path), full(tmp_path)]
    asked = [
        commission(engine, TEXTS[:2], pair, lines.append)
        for engine, pair in zip(engines, (ES, ZH), strict=True)
    ]
    assert commissions.begin(asked) == []
    assert lines == ["2 begun for es", "2 begun for zh"]
    assert [each.engine.begun for each in engines] == [[TEXTS[:2]], [TEXTS[:2]]]
    twice = commissions.begin([asked[0], asked[0]])
    assert [(each, str(why)) for each, why in twice] == [
        (asked[0], "twice the same pair")
    ] * 2


def test_what_it_had_before_it_failed_is_kept(tmp_path: Path) -> None:
    with pytest.raises(EnginePartialError, match="the line is dead") as caught:
        full(tmp_path, fails_after=2).translate(requests(TEXTS), ES, quiet)
    done = caught.value.translations
    assert [each and each.target for each in done] == [
        'It RAINs <x id="1"/> RAIN.', "No RAIN.", None, None,
    ]  # fmt: skip
    assert [each is None for each in done] == [False, False, True, True]


def test_a_wrong_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineReplyError, match="3 translations for 4 segments"):
        translated(full(tmp_path, short_of=1), TEXTS, ES)


def test_the_public_bill_takes_both_names() -> None:
    assert legacy.Bill(characters=3, dollars=0.1, tariff="t").amount == 3
    bill = legacy.Bill(3, 0.1, "t", "tokens")
    assert bill == Bill(3, 0.1, "t", "tokens")
    assert isinstance(bill, Bill)


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_book_is_built_with_it(book: Book) -> None:
    built = book.build("amts-zh", "-D", "amts_theme_words=0", engine="full01")
    assert built.status == 0, built.warned
    assert built.warned.count("is written for amts_sphinx 0.1") == 1
    use = built.summary()
    assert use["translated"] == use["segments"] > 0
    assert f"amts-zh: {use['segments']} begun for zh" in built.said
    assert "amts-zh: it has learnt 0 units" in built.said
    assert "are drafts of the engine 'full01'" in built.said
    with Memory(book.source / ".amts" / "memory.sqlite") as memory:
        found = list(memory.units())
    assert {unit.state for unit in found} == {State.DRAFT}
    assert sorted({unit.maker for unit in found}) == ["full/1/batch", "full/1/realtime"]
    assert book.build("amts-zh", engine="full01").summary()["translated"] == 0


# What keeps neither protocol.


class Half:
    """A new engine that forgot its pairs."""

    fingerprint = "half/1"

    def translate(self, requests: Any, pair: Any, progress: Any) -> Any:
        """Do nothing."""


class Odd(Half):
    """An engine whose translate takes what nobody gives."""

    pairs = None

    def translate(self, requests: Any) -> Any:  # type: ignore[override]
        """Do nothing."""


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (Half(), "it has no 'pairs'"),
        (Odd(), r"it does not translate\(requests, pair, progress\)"),
        (object(), "it has no 'fingerprint' and has no 'pairs' and has no 'translate'"),
    ],
)
def test_what_is_no_engine_is_refused(
    monkeypatch: pytest.MonkeyPatch, engine: object, message: str
) -> None:
    monkeypatch.setattr(registry, "_load", lambda _: lambda _: engine)
    with pytest.raises(EngineUnavailableError, match=message):
        create_engine("pseudo", {})


def test_an_engine_with_more_parameters_is_still_one_of_01() -> None:
    class Former:
        fingerprint = "former/1"
        #: Of sentences.
        pairs = 3

        def translate(self, sources: Any, pair: Any) -> Any:
            return [sources, pair]

    assert legacy.is_legacy(Former())
    assert not legacy.is_legacy(Half())
    assert not legacy.is_legacy(create_engine("pseudo", {}))
