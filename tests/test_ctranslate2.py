"""The engine ctranslate2: the real library, on tiny models with random weights."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from ctranslate2_models import make_model
from engine_calls import requests, translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineUnavailableError, LanguagePairError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import create_engine, survey
from amts_sphinx.engine.contract import CODED, EngineContract
from amts_sphinx.engine.ctranslate2 import engine as engines
from amts_sphinx.engine.ctranslate2 import models, native
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from amts_sphinx.engine.protocol import Engine

ES: Final = LanguagePair("en", "es")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a model of each kind."""
    home = tmp_path_factory.mktemp("models")
    make_model(home / "opus-mt-en-es")
    make_model(home / "translate-en_fr-1_9", seed=2)
    argos = make_model(home / "anything", argos=True)
    said = {"from_code": "es", "to_code": "en"}
    (argos / "metadata.json").write_text(json.dumps(said), "utf-8")
    (home / "de-en").mkdir()  # as a copy that failed leaves it
    (home / "notes.txt").write_text("x")
    return home


@pytest.fixture
def believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a model at its word, though it does not know the days of the week."""
    monkeypatch.setattr(engines, "prove", lambda *_: None)


def engine_of(folder: Path, pair: LanguagePair = ES, **terms: str) -> Any:
    engine: Any = create_engine("ctranslate2", {"models": str(folder), "threads": 2})
    return engine.train(pair, [], folder, terms)


@pytest.mark.usefixtures("believed")
class TestCTranslate2(EngineContract):
    """The contract, in the layout of OPUS-MT."""

    @pytest.fixture
    def engine(self, folder: Path) -> Engine:
        """Return the engine to test."""
        made: Engine = engine_of(folder)
        return made

    @pytest.fixture
    def failing_engine(self, tmp_path: Path) -> Engine:
        """Return an engine whose model is damaged."""
        model = make_model(tmp_path / "en-es")
        (model / "model.bin").write_bytes(b"no model")
        made: Engine = engine_of(tmp_path)
        return made


def test_the_models_of_a_folder(folder: Path) -> None:
    store = models.Store(folder)
    assert set(store) == {ES, ES.turned, LanguagePair("en", "fr")}
    assert len(store) == 3
    assert LanguagePair("en", "es-MX") in store
    assert LanguagePair("de", "en") not in store
    assert LanguagePair("es", "es") not in store
    assert not store.__contains__("nothing")
    with pytest.raises(LanguagePairError, match=r"no model for en → zh .* it has en →"):
        store.find(LanguagePair("en", "zh"))
    # One model may be named as well.
    assert set(models.Store(folder / "opus-mt-en-es")) == {ES}
    assert set(models.Store(folder / "nowhere")) == set()


@pytest.mark.parametrize("said", ["", "[]", '{"from_code": "en"}', "{"])
def test_metadata_that_say_nothing(tmp_path: Path, said: str) -> None:
    argos = make_model(tmp_path / "x", argos=True)
    (argos / "metadata.json").write_text(said, "utf-8")
    assert len(models.Store(tmp_path)) == 0


@pytest.mark.usefixtures("believed")
@pytest.mark.parametrize("pair", [ES, ES.turned], ids=str)
def test_codes_are_kept_whatever_a_model_says(folder: Path, pair: LanguagePair) -> None:
    made = engine_of(folder, pair).translate(requests(CODED), pair, quiet)
    for source, each in zip(CODED, made, strict=True):
        if each.target is None:
            assert each.note
        else:
            assert not inline_codes.verify(source, each.target)
    # Alone or in company, in one thread or in two.
    alone = [
        engine_of(folder, pair).translate([r], pair, quiet) for r in requests(CODED)
    ]
    assert [each for (each,) in alone] == made


def test_the_end_of_a_source_is_put_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the library or by us, as the model's configuration says."""
    import ctranslate2
    import sentencepiece

    asked: list[list[str]] = []

    class Spy:
        def __init__(self, *_: Any, **__: Any) -> None:
            """Take what the library takes."""

        def translate_batch(self, batch: list[list[str]], **limits: int) -> Any:
            asked.extend(batch)
            assert limits["max_decoding_length"] >= len(batch[0])
            return [type("Result", (), {"hypotheses": [said]})]

    monkeypatch.setattr(ctranslate2, "Translator", Spy)
    store = models.Store(folder)
    said = sentencepiece.SentencePieceProcessor(
        model_file=str(store.find(ES).target)
    ).encode("la casa", out_type=str)
    for pair in (ES, ES.turned):
        say = native.load(store.find(pair), 1)
        assert say("the house") == "la casa"
        assert say("") == ""
    opus, argos = asked
    assert opus == [*argos, "</s>"]
    assert native.load(store.find(ES), 1)("word " * 600) == ""  # it would be cut off


def test_an_answer_without_an_end_is_none(folder: Path) -> None:
    model = models.Store(folder).find(ES)
    say = native.load(model, 1)
    for text in ("the big house", "read the book"):
        said = say(text)
        assert isinstance(said, str)
        assert say(text) == said


def test_a_model_must_know_the_days_of_the_week(folder: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="does not know the days"):
        translated(engine_of(folder), ["the house"], ES)


def test_a_model_of_many_languages_is_refused(tmp_path: Path) -> None:
    make_model(tmp_path / "en-es", more=(">>spa<<", ">>por<<"))
    with pytest.raises(EngineUnavailableError, match="several target languages"):
        translated(engine_of(tmp_path), ["the house"], ES)


@pytest.mark.parametrize("name", ["config.json", "source.spm"])
def test_damaged_files(tmp_path: Path, name: str) -> None:
    model = make_model(tmp_path / "en-es")
    (model / name).write_bytes(b"\xff nothing")
    with pytest.raises(EngineUnavailableError, match="en-es"):
        translated(engine_of(tmp_path), ["the house"], ES)


def test_the_fingerprint_is_of_all_files(tmp_path: Path) -> None:
    model = make_model(tmp_path / "en-es")
    before = engine_of(tmp_path).fingerprint
    assert before.startswith("ctranslate2/1/")
    assert engine_of(tmp_path).fingerprint == before
    assert engine_of(tmp_path, house="casa").fingerprint == before
    assert engine_of(tmp_path, house="casa").makers("The house.")[0] != before
    (model / "target.spm").write_bytes(b"x")
    assert engine_of(tmp_path).fingerprint != before
    nothing: Any = create_engine("ctranslate2", {"models": str(tmp_path / "none")})
    assert nothing.fingerprint == "ctranslate2/1/none"


def test_what_it_lacks_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"models": str(folder)}
    assert survey.lacks("ctranslate2", ES, options) == ""
    there = survey.lacks("ctranslate2", LanguagePair("en", "zh"), options)
    assert "amts_ctranslate2.models" in there
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert "amts_sphinx[ctranslate2]" in survey.lacks("ctranslate2", ES, options)
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(EngineUnavailableError, match=r"amts_sphinx\[ctranslate2\]"):
        translated(engine_of(folder), ["the house"], ES)
