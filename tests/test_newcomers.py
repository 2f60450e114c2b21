"""Somebody's first hour: which engine can do what here, and what is to be done."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from firefox_models import EN_ES, make_model, use_stand_in

from amts_sphinx.build import summary
from amts_sphinx.cli import main
from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.core.units import (
    HUMAN,
    Edition,
    LanguagePair,
    Location,
    Segment,
    State,
    TranslationUnit,
    Usage,
)
from amts_sphinx.engine import survey
from amts_sphinx.engine.firefox import models
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.memory.importing import learn_book
from amts_sphinx.memory.memory import Memory
from amts_sphinx.translate import request

if TYPE_CHECKING:
    from conftest import Book

pytestmark = pytest.mark.sphinx

ES: Final = LanguagePair("en", "es")
CONF: Final = """
extensions = ["amts_sphinx"]
language = "en"
amts_target_languages = ["es", "zh"]
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's models, with one of them."""
    use_stand_in(monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))  # no Apertium there
    folder = tmp_path / "models"
    make_model(folder, "en-es", EN_ES)
    monkeypatch.setenv(models.VARIABLE, str(folder))
    return folder


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return the ``conf.py`` of a book."""
    path = tmp_path / "book" / "conf.py"
    path.parent.mkdir()
    path.write_text(CONF, "utf-8")
    return path


def run(*arguments: object) -> int:
    return main([*map(str, arguments)])


def offers(pair: LanguagePair) -> dict[str, survey.Offer]:
    return {offer.name: offer for offer in survey.offers(pair, lambda _: {})}


def test_offers_say_what_is_ready_and_what_is_not() -> None:
    spanish, chinese = offers(ES), offers(LanguagePair("en", "zh"))
    assert not spanish["firefox"].lacks
    assert spanish["firefox"].line == 'amts_engine = {"es": "firefox"}'
    assert chinese["firefox"].lacks == "amts models get en zh"
    assert "apt-get install" in spanish["apertium"].lacks
    assert "bucket" in spanish["amazon"].lacks
    assert not spanish["pseudo"].helps_readers
    assert not next(iter(spanish.values())).lacks


def config_of(conf: Path, tag: str) -> AmtsConfig:
    return AmtsConfig.from_folder(conf.parent).for_language(tag)


def edition(pair: LanguagePair, left: int, whole: int) -> Edition:
    segment = Segment("Rain.", "paragraph", Location("index", 1))
    findings = (request.untranslated(segment),) * left
    return Edition(pair, {}, findings, Usage(segments=whole))


def advice(
    monkeypatch: pytest.MonkeyPatch, config: AmtsConfig, made: Edition
) -> list[str]:
    lines: list[str] = []

    class Logger:
        def warning(self, line: str, *values: object, **_: object) -> None:
            lines.append(line % values)

    monkeypatch.setattr(summary, "logger", Logger())
    summary.advise("amts-x", config, made)
    return "\n".join(lines).split("\n")


def test_an_edition_that_nobody_can_read_names_what_would_do(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = advice(monkeypatch, config_of(conf, "es"), edition(ES, 6, 10))
    assert told == [
        (
            "amts-x: 6 of 10 texts stay in the source language, since the engine"
            " 'corpus' has no translation for them."
        ),
        (
            "The engine 'firefox' can do en → es here and now; add to conf.py:"
            ' amts_engine = {"es": "firefox"}'
        ),
    ]


def test_if_none_is_ready_it_says_what_each_one_needs(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = LanguagePair("en", "zh")
    told = advice(monkeypatch, config_of(conf, "zh"), edition(pair, 10, 10))
    assert told[1:3] == [
        "No engine that is ready here can do en → zh. What each one needs:",
        "  firefox: amts models get en zh",
    ]
    assert told[-1].endswith('amts_engine = {"zh": "firefox"}')


@pytest.mark.parametrize(("left", "engine"), [(5, "corpus"), (10, "none")])
def test_no_advice_where_none_is_wanted(
    conf: Path, monkeypatch: pytest.MonkeyPatch, left: int, engine: str
) -> None:
    config = replace(config_of(conf, "es"), engine=engine)
    assert advice(monkeypatch, config, edition(ES, left, 10)) == [""]


def test_the_first_build_warns(book: Book) -> None:
    built = book.build("amts-fr")
    assert built.status == 0
    last = built.warned.strip()
    assert "texts stay in the source language" in last
    assert 'amts_engine = {"fr": "' in last
    assert "FutureWarning" not in last


def test_a_build_warns_of_a_key_that_is_no_language_of_the_book(book: Book) -> None:
    conf = (book.source / "conf.py").read_text("utf-8")
    keys = 'amts_engine = {"fr": "none", "ptt": "none", "it": "none"}\n'
    book.write("conf.py", f'{conf}\namts_target_languages = ["pt"]\n{keys}')
    built = book.build("amts-fr")
    assert built.status == 0
    told = "is none of amts_target_languages (pt)"
    assert f"amts_engine: 'ptt' {told}; did you mean 'pt'?" in built.warned
    # An edition that there is only where its engine is at hand is no slip.
    assert built.warned.count(told) == 1
    # Somebody who builds some of the editions knows of the others.
    built = book.build("amts", "-W", "-D", "amts_target_languages=fr")
    assert built.status == 0


@pytest.mark.parametrize(
    "command",
    [
        ["status", "--book"],
        ["estimate"],
        ["review", "export", "w.po", "--languages", "es", "--book"],
        ["diff", ".", "--book"],
    ],
    ids=lambda command: command[0],
)
def test_an_extension_that_is_not_listed_is_named(
    conf: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    conf.write_text(CONF.replace('"amts_sphinx"', ""), "utf-8")
    (conf.parent / "index.rst").write_text("Title\n=====\n")
    at = [str(conf.parent) if each == "." else each for each in command]
    assert run(*at, conf.parent) == 1
    said = f'{conf} does not list the extension: add "amts_sphinx" to extensions'
    assert capsys.readouterr().err == f"amts: {said}\n"


@pytest.mark.parametrize("is_terminal", [False, True])
def test_warnings_have_colours_on_a_terminal_alone(
    conf: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_terminal: bool,
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    conf.write_text(f"{CONF}amts_engine = 'none'\n", "utf-8")
    (conf.parent / "index.rst").write_text("Title\n=====\n\n.. nothing:: ü\n", "utf-8")
    assert run("diff", conf.parent, "--book", conf.parent) == 0
    said = capsys.readouterr().err
    assert 'Unknown directive type "nothing"' in said
    assert ".. nothing:: ü" in said
    assert ("\x1b[" in said) is is_terminal


def test_another_extension_may_load_this_one(conf: Path) -> None:
    text = f"{CONF}amts_engine = 'none'\n".replace('"amts_sphinx"', '"theirs"')
    conf.write_text(
        f"import sys\nsys.path.append({str(conf.parent)!r})\n{text}", "utf-8"
    )
    (conf.parent / "index.rst").write_text("Title\n=====\n")
    loads = "def setup(app):\n    app.setup_extension('amts_sphinx')\n"
    (conf.parent / "theirs.py").write_text(loads)
    assert run("status", "--book", conf.parent) == 0


def test_amts_engines(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("engines", "--book", conf.parent) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if not line.startswith((" ", "*"))]
    assert heads == ["en → es", "en → zh"]
    assert any(
        line.split(maxsplit=2)[:2] == ["firefox", "ready"] and "neural" in line
        for line in lines
    )
    assert sum(line.startswith("* corpus") for line in lines) == 2
    assert run("engines", "--book", conf.parent, "--languages", "es", "--json") == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert {row["target"] for row in rows} == {"es"}
    ready = {row["engine"] for row in rows if row["ready"]}
    assert "firefox" in ready
    # A new book has nothing that it could learn from.
    assert "corpus" not in ready
    assert "has only 0 pairs" in next(
        row["lacks"] for row in rows if row["engine"] == "corpus"
    )


def test_a_model_is_got_into_the_folder_that_the_book_names(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "amts_engine = 'firefox'\namts_firefox = {'models': 'my models'}\n"
    conf.write_text(f"{CONF}{options}", "utf-8")
    assert run("doctor", "--book", conf.parent) == 1
    folder = conf.parent / "my models"
    command = f"amts models get en es --folder '{folder}'"
    assert f"firefox, which lacks: {command}" in capsys.readouterr().out


def test_what_the_engine_that_learns_cannot_do_is_no_advice(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(config_of(conf, "zh"), engine="llm")
    told = advice(monkeypatch, config, edition(LanguagePair("en", "zh"), 10, 10))
    assert told[1].startswith("No engine that is ready here")
    assert any("corpus: the corpus engine has only 0 pairs" in line for line in told)


def test_amts_doctor_of_a_sound_book(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engines = 'amts_engine = {"zh": "corpus", "*": "firefox"}\n'
    conf.write_text(f"{CONF}{engines}amts_corpus = {{'min_pairs': 1}}\n", "utf-8")
    pair = LanguagePair("en", "zh")
    said_before = [TranslationUnit("Rain.", "雨。", pair, HUMAN, State.REVIEWED)]
    tmx.write(conf.parent / "memory" / "zh.home.tmx", said_before, source_language="en")
    assert run("doctor", "--book", conf.parent) == 0
    said = capsys.readouterr().out
    assert "engine of zh (Chinese (simplified)): corpus, ready" in said
    assert "engine of es (Spanish): firefox, ready" in said
    assert "the first build makes it" in said
    assert not [line for line in said.splitlines() if line.startswith("!")]


def test_amts_doctor_counts_what_the_corpus_engine_can_learn_from(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", "--book", conf.parent) == 1
    said = capsys.readouterr().out
    lacks = "corpus, which lacks: the corpus engine has only"
    assert f"! engine of es (Spanish): {lacks} 0 pairs of sentences" in said
    assert not (conf.parent / ".amts").exists()
    write_home(conf, ("Rain.", "Lluvia."), ("Snow.", "Nieve."))
    assert run("doctor", "--book", conf.parent) == 1
    said = capsys.readouterr().out
    assert f"! engine of es (Spanish): {lacks} 2 pairs of sentences" in said
    assert f"! engine of zh (Chinese (simplified)): {lacks} 0 pairs" in said


def test_amts_doctor_of_keys_that_are_no_languages_of_the_book(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = 'amts_engine = {"zh-CN": "none", "ess": "none", "*": "none"}\n'
    conf.write_text(f"{CONF}{keys}", "utf-8")
    assert run("doctor", "--book", conf.parent) == 1
    ill = [x for x in capsys.readouterr().out.splitlines() if x.startswith("!")]
    assert len(ill) == 1
    assert ill[0].startswith("! configuration: amts_engine: 'ess' is none of")
    assert ill[0].endswith("amts_target_languages (es, zh); did you mean 'es'?")


def test_amts_doctor_of_a_book_with_ailments(
    conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CONF.replace('"amts_sphinx"', "") + (
        'amts_engine = {"zh": "firefox"}\n'
        'amts_engin = "none"\n'
        'amts_memory_files = ["gone.tmx", "here.txt"]\n'
        'amts_terminology = ["terms.csv"]\n'
        'amts_memory = "broken.sqlite"\n'
    )
    conf.write_text(text, "utf-8")
    (conf.parent / "here.txt").write_text("nothing")
    (conf.parent / "terms.csv").write_text("no header\n")
    (conf.parent / "broken.sqlite").write_text("no database")
    assert run("doctor", "--book", conf.parent) == 1
    both = capsys.readouterr()
    ill = "\n".join(x for x in both.out.splitlines() if x.startswith("!"))
    assert "extension: conf.py does not list it" in ill
    assert "no configuration value amts_engin; did you mean amts_engine?" in ill
    assert (
        "engine of zh (Chinese (simplified)): firefox, which lacks: amts models" in ill
    )
    assert "gone.tmx is not there" in ill
    assert "here.txt is in no format" in ill
    assert "terminology of es: " in ill
    assert "memory: " in ill
    assert "engine of es" not in ill
    assert both.err.startswith("amts: 8 things to put right")


def write_home(conf: Path, *lines: tuple[str, str]) -> Path:
    """Write a home file of Spanish, and have the memory learn it."""
    files = AmtsConfig.from_folder(conf.parent).files
    path = files.home_of("es")
    assert path is not None
    with home_file.changing(path, "en") as home:
        for source, target in lines:
            home.add(TranslationUnit(source, target, ES, HUMAN, State.REVIEWED))
        home.write()
    with Memory(conf.parent / ".amts" / "memory.sqlite") as memory:
        learn_book(memory, files, lambda _: None, pytest.fail)
    return path


def test_amts_doctor_misses_a_home_file_until_that_is_accepted(
    conf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(conf.parent)
    conf.write_text(f"{CONF}amts_engine = 'none'\n", "utf-8")
    path = write_home(conf, ("Rain.", "Lluvia."), ("Snow.", "Nieve."))
    assert run("doctor") == 0
    path.unlink()
    assert run("doctor") == 1
    said = capsys.readouterr().out
    assert "! file of people's work: memory/es.home.tmx is not there, and had 2" in said
    assert run("memory", "forget", "memory/es.home.tmx") == 0
    assert run("doctor") == 0


def test_amts_doctor_says_where_it_may_not_look(
    conf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    conf.write_text(f"{CONF}amts_engine = 'none'\n", "utf-8")
    exists = Path.exists

    def may_not(path: Path) -> bool:
        if path.name == "memory.sqlite":
            raise PermissionError(13, "Permission denied")
        return exists(path)

    monkeypatch.setattr(Path, "exists", may_not)
    assert run("doctor", "--book", conf.parent) == 1
    [said] = [x for x in capsys.readouterr().out.splitlines() if x.startswith("!")]
    assert said.endswith("memory.sqlite: Permission denied")
    assert said.startswith("! memory: ")


@pytest.mark.parametrize("count", [1, 7])
def test_amts_doctor_sees_lines_that_cannot_be_used(
    conf: Path, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    conf.write_text(f"{CONF}amts_engine = 'none'\n", "utf-8")
    lines = [
        (f'Rain <g id="1">{n}</g>.', f'Lluvia <g id="1">{n}</g>.') for n in range(7)
    ]
    path = write_home(conf, *lines)
    path.write_text(path.read_text("utf-8").replace('<ept i="1"/>', "", 2 * count))
    assert run("doctor", "--book", conf.parent) == 1
    ill = [x for x in capsys.readouterr().out.splitlines() if x.startswith("!")]
    assert ill[0].startswith("! file of people's work: ")
    assert "es.home.tmx:5: " in ill[0]
    assert len(ill) == min(count, 5) + (count > 5)
    assert ("7 lines cannot be used" in ill[-1]) is (count > 5)


def test_amts_doctor_without_a_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("doctor") == 1
    assert "no conf.py here" in capsys.readouterr().out
    (tmp_path / "conf.py").write_text("amts_engine = 'nothing'\n")
    assert run("doctor") == 1
    assert "amts_engine must be one of" in capsys.readouterr().out


def test_amts_doctor_looks_for_credentials(
    conf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_REGION", "MY_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"):
        monkeypatch.setenv(name, str(conf.parent / "none"))
    text = CONF + (
        'amts_engine = {"zh": "bedrock", "es": "llm"}\n'
        'amts_bedrock = {"model": "vendor.model"}\n'
        'amts_llm = {"url": "http://localhost:1/v1", "model": "m",'
        ' "key_variable": "MY_KEY"}\n'
    )
    conf.write_text(text, "utf-8")
    assert run("doctor", "--book", conf.parent) == 1
    said = capsys.readouterr().out
    assert "! credentials of bedrock: no region" in said
    assert "  key of llm: the environment variable MY_KEY is not set" in said
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert run("doctor", "--book", conf.parent) == 1
    assert "! credentials of bedrock: none in the env" in capsys.readouterr().out
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not to be shown")
    monkeypatch.setenv("MY_KEY", "nor this")
    assert run("doctor", "--book", conf.parent) == 0
    said = capsys.readouterr().out
    assert "  credentials of bedrock: from env, region us-east-1; not tried" in said
    assert "MY_KEY is set" in said
    assert "shown" not in said
    assert "nor this" not in said
