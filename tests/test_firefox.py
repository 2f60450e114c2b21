"""The engine firefox: models in a folder, the library, processes."""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from engine_calls import requests, translated
from firefox_models import (
    ALPHABET,
    EN_ES,
    EN_PT,
    ES_EN,
    REAL,
    make_model,
    needs_real,
    use_stand_in,
    vocabulary,
)

from amts_sphinx.cli import main
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineUnavailableError, LanguagePairError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.contract import CODED, EngineContract
from amts_sphinx.engine.firefox import models, native, worker
from amts_sphinx.engine.plain_text.vocabulary import alphabet
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from amts_sphinx.engine.protocol import Engine

ES: Final = LanguagePair("en", "es")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with models for the stand-in."""
    use_stand_in(monkeypatch)
    make_model(tmp_path, "en-es", EN_ES)
    make_model(tmp_path, "es-en", ES_EN)
    make_model(tmp_path, "en-pt", EN_PT)
    return tmp_path


def engine_of(folder: Path | None, pair: LanguagePair = ES, **terms: str) -> Any:
    engine: Any = create_engine("firefox", {"models": str(folder)})
    return engine.train(pair, [], Path(), terms)


class TestFirefox(EngineContract):
    """The contract, with the stand-in for the library."""

    @pytest.fixture
    def engine(self, folder: Path) -> Engine:
        """Return the engine to test."""
        made: Engine = engine_of(folder)
        return made

    @pytest.fixture
    def failing_engine(self, folder: Path) -> Engine:
        """Return an engine whose model is damaged."""
        model = folder / "en-es" / "model.enes.intgemm.alphas.bin"
        model.write_bytes(model.read_bytes()[1:])
        made: Engine = engine_of(folder)
        return made


@pytest.mark.slow
@needs_real
class TestRealModel(EngineContract):
    """The contract, with a real model, where there is one."""

    pair = LanguagePair("en", "pt")

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        made: Engine = engine_of(REAL, self.pair)
        return made


@needs_real
def test_a_real_model_translates_a_page() -> None:
    pair = LanguagePair("en", "pt")
    source = 'The <g id="1">rain gauge</g> sends “β” to me@x.org, see <x id="2"/>.'
    lines: list[str] = []
    texts = [source, *(f"Station {n} is closed today." for n in range(70))]
    targets = translated(engine_of(REAL, pair), texts, pair, lines.append)
    assert targets[0]
    assert not inline_codes.verify(source, targets[0])
    assert all(sign in targets[0] for sign in ("“β”", "me@x.org", "medidor"))
    assert all(
        target and f" {n} " in target and "hoje" in target
        for n, target in enumerate(targets[1:])
    )
    assert lines == ["71 texts translated, 1 with codes: 1 their words found again"]


def test_every_translation_is_a_draft(folder: Path) -> None:
    made = engine_of(folder).translate(requests(["The house.", "3.14"]), ES, quiet)
    assert [(each.target, each.draft) for each in made] == [
        ("La casa.", True),
        ("3.14", False),
    ]


def test_the_alphabet_of_a_vocabulary() -> None:
    assert alphabet(vocabulary("ab _")) == frozenset("ab _")
    assert alphabet(vocabulary("ab", by_bytes=True)) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xff\xff", b"no vocabulary", b"\x0a\x7fxx"]
)
def test_what_is_no_vocabulary(data: bytes) -> None:
    with pytest.raises(EngineUnavailableError, match="no vocabulary"):
        alphabet(data)


def test_the_models_of_a_folder(folder: Path) -> None:
    (folder / "en-fr").mkdir()  # as a download that failed leaves it
    (folder / "de-en").mkdir()
    (folder / "de-en" / "model.deen.bin").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    store = models.Store(folder)
    assert set(store) == {
        *(ES, ES.turned, LanguagePair("en", "pt")),
        LanguagePair("es", "pt"),
    }
    assert len(store) == 4
    assert LanguagePair("en", "es-MX") in store
    assert LanguagePair("en", "fr") not in store
    assert LanguagePair("es", "es") not in store
    assert not store.__contains__("nothing")
    assert [leg.pair.target for leg in store.route(LanguagePair("es", "pt"))] == [
        "en",
        "pt",
    ]
    assert not list(models.Store(folder / "nowhere"))


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("vocab.enes.spm", "vocab.*.spm"),
        ("model.enes.intgemm.alphas.bin", "model.*.bin"),
    ],
)
def test_what_a_folder_lacks_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, lacks: str
) -> None:
    (folder / "en-es" / name).unlink()
    told = f"{folder / 'en-es'} has no {lacks}"
    with pytest.raises(LanguagePairError, match="amts models get en es") as caught:
        translated(engine_of(folder), ["The house."], ES)
    assert told in str(caught.value)
    assert told in engine_of(folder).lacks(ES)
    # It is half of the way from Portuguese, too.
    assert told in models.Store(folder).advice(LanguagePair("pt", "es"))
    assert main(["models", "list", "--folder", str(folder)]) == 0
    assert f"en → es  cannot be used: {told}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("vocab.enes.spm", b"\x0a\xff"),
        ("vocab.enes.spm", vocabulary("rubbish")),
        ("model.enes.intgemm.alphas.bin", b"nothing"),
    ],
)
def test_a_damaged_model_is_not_ready(folder: Path, name: str, data: bytes) -> None:
    assert engine_of(folder).lacks(ES) == ""
    (folder / "en-es" / name).write_bytes(data)
    told = engine_of(folder).lacks(ES)
    assert told.startswith(str(folder / "en-es"))
    assert f"get it again: amts models get en es --folder {folder}" in told
    with pytest.raises(EngineUnavailableError, match="en-es"):
        translated(engine_of(folder), ["The house."], ES)


def test_models_are_known_by_mozillas_names_of_files(tmp_path: Path) -> None:
    make_model(tmp_path, "en-es", EN_ES).rename(tmp_path / "enes-1693087644")
    assert list(models.Store(tmp_path)) == [ES]


def test_two_vocabularies(tmp_path: Path) -> None:
    home = make_model(tmp_path, "en-zh", EN_ES)
    (home / "vocab.enzh.spm").rename(home / "srcvocab.enzh.spm")
    assert not list(models.Store(tmp_path))
    (home / "trgvocab.enzh.spm").write_bytes(vocabulary("书"))
    (leg,) = models.Store(tmp_path).route(LanguagePair("en", "zh"))
    assert [path.name for path in leg.files] == [
        "model.enzh.intgemm.alphas.bin",
        "srcvocab.enzh.spm",
        "trgvocab.enzh.spm",
    ]


def test_the_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(models.VARIABLE, str(tmp_path))
    assert models.user_folder() == tmp_path
    monkeypatch.delenv(models.VARIABLE)
    assert models.user_folder().name == "models"


def test_without_a_model_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(LanguagePairError, match="amts models get en es"):
        translated(engine_of(tmp_path), ["The house."], ES)
    assert engine_of(tmp_path).fingerprint == "firefox/1/none"


def test_the_fingerprint_is_that_of_the_bytes(folder: Path) -> None:
    before = engine_of(folder).fingerprint
    other = engine_of(folder, LanguagePair("en", "pt")).fingerprint
    (folder / "en-es").rename(folder / "en-es-MX")
    assert engine_of(folder).fingerprint == before != other
    assert engine_of(folder, LanguagePair("es", "pt")).fingerprint.count("+") == 1
    path = folder / "en-es-MX" / "vocab.enes.spm"
    path.write_bytes(vocabulary(ALPHABET + "ß"))
    assert engine_of(folder).fingerprint != before


def test_terms_are_in_the_maker_of_the_texts_that_have_them(folder: Path) -> None:
    bare, engine = engine_of(folder), engine_of(folder, book="tomo")
    assert engine.fingerprint == bare.fingerprint
    assert engine.makers("The house.") == bare.makers("The house.")
    assert engine.makers("The book.") != bare.makers("The book.")
    assert translated(engine, ["The book."], ES) == ["La tomo."]
    forced: Any = create_engine(
        "firefox", {"models": str(folder), "binding_terms": True}
    ).train(ES, [], folder, {"book": "tomo"})  # type: ignore[attr-defined]
    assert forced.makers("The book.") != engine.makers("The book.")
    assert translated(forced, ["The book."], ES) == ["La tomo."]


def test_by_way_of_english(folder: Path) -> None:
    pair = LanguagePair("es", "pt")
    lines: list[str] = []
    engine = engine_of(folder, pair)
    source = 'Lee <g id="1">la libro</g> <x id="2"/>.'
    assert translated(engine, [source], pair, lines.append) == [
        'Lee <g id="1">la livro</g> <x id="2"/>.'
    ]
    assert lines == [
        "Firefox has no model for es → pt: by way of English, es-en and en-pt"
    ]


def test_a_vocabulary_of_another_model_is_noticed(folder: Path) -> None:
    (folder / "en-es" / "vocab.enes.spm").write_bytes(vocabulary("rubbish"))
    with pytest.raises(EngineUnavailableError, match="do not belong together"):
        translated(engine_of(folder), ["The house."], ES)


@pytest.mark.parametrize(("model", "vocab"), [(b"", b"x"), (b"{}", b"")])
@pytest.mark.usefixtures("folder")
def test_what_the_library_refuses(model: bytes, vocab: bytes) -> None:
    with pytest.raises(EngineUnavailableError, match="cannot be used"):
        native.load(models.ModelBytes(model, vocab, vocab))


def test_without_the_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fxtranslate", None)
    with pytest.raises(EngineUnavailableError, match="pip install"):
        translated(engine_of(folder), ["The house."], ES)


def test_a_panic_costs_one_text(folder: Path) -> None:
    made = engine_of(folder).translate(
        requests(["The PANIC and words.", "The house."]), ES, quiet
    )
    assert [each.target for each in made] == [None, "La casa."]


def test_many_texts_go_to_processes(folder: Path) -> None:
    """They translate as this one does; one that dies takes one text with it."""
    lines: list[str] = []
    texts = [f"The house {n} is red." for n in range(70)]
    texts[5] = "The DEATH of words."
    engine = engine_of(folder)
    made = engine.translate(requests([*texts, *CODED]), ES, lines.append)
    assert [each.target for each in made[:5]] == [
        f"La casa {n} es roja." for n in range(5)
    ]
    assert made[5].target is None
    assert "dies" in made[5].note
    here = engine.translate(requests([*texts[6:20], *CODED]), ES, quiet)
    assert here == [*made[6:20], *made[70:]]
    assert "texts translated" in lines[-1]


def test_a_process_that_cannot_work_says_why(folder: Path) -> None:
    model = folder / "en-es" / "model.enes.intgemm.alphas.bin"
    model.write_bytes(b"nothing")
    task = worker.Task(models.Store(folder).route(ES), {})
    with pytest.raises(EngineUnavailableError, match="cannot be used: invalid model"):
        list(worker.run(task, [("The house.", "paragraph")]))


def test_a_translator_ends_in_the_thread_that_it_began_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[int] = []

    class Translator:
        def __init__(self, **_: bytes) -> None:
            self.translate = str

        def __del__(self) -> None:
            ended.append(threading.get_ident())

    library = SimpleNamespace(Translator=Translator)
    monkeypatch.setitem(sys.modules, "fxtranslate", library)
    monkeypatch.setattr(native, "_LIVING", {})
    data = models.ModelBytes(b"model", b"source", b"target")
    ring: list[object] = [native.load(data)]
    ring.append(ring)
    del ring
    idents: list[int] = []

    def elsewhere() -> None:
        gc.collect()
        idents.append(threading.get_ident())
        native.load(data)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert ended == idents
