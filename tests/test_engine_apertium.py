"""Apertium: with the program where it is installed, with stand-ins everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from engine_calls import translated
from waiting import PATIENCE

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    ConfigError,
    EngineReplyError,
    EngineUnavailableError,
    LanguagePairError,
)
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import apertium
from amts_sphinx.engine.apertium import mask, restore
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conftest import Book

    from amts_sphinx.engine.protocol import Engine

ES = LanguagePair("en", "es")


def has_pair() -> bool:
    program = shutil.which("apertium")
    if not program or not shutil.which("tf-extract"):
        return False
    listed = subprocess.run([program, "-l"], capture_output=True, check=False)
    return b"eng-spa" in listed.stdout


needs_apertium = pytest.mark.skipif(
    not has_pair(), reason="needs: apt-get install apertium apertium-eng-spa transfuse"
)


@needs_apertium
class TestApertium(EngineContract):
    """English to Spanish, as installed."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("apertium", {})


@needs_apertium
class TestApertiumBack(EngineContract):
    """Spanish to English, unknown words marked."""

    pair = LanguagePair("es", "en")

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("apertium", {"mark_unknown": True})


@needs_apertium
@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("The house is red.", "La casa es roja."),
        ("Words", "Palabras"),
        ("the house", "la casa"),
        (" The house\n", " La casa\n"),
        (
            'The <g id="1">red</g> house of <x id="2"/>.',
            'La casa <g id="1">roja</g> de <x id="2"/>.',
        ),
        (
            'The <g id="1">big <g id="2">red</g></g> house',
            'La casa <g id="1"><g id="2">roja</g> grande</g>',
        ),
        ('See <g id="1"><x id="2"/></g>.', 'Ve <g id="1"><x id="2"/></g>.'),
        (
            "See https://example.org/the/house?a=b&amp;c.",
            "Ve https://example.org/the/house?a=b&amp;c.",
        ),
        ("a_house or house.py, 3.14.", "a_house o house.py, 3.14."),
    ],
)
def test_translations(source: str, target: str) -> None:
    assert translated(create_engine("apertium", {}), [source], ES) == [target]


@needs_apertium
def test_many_paragraphs_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amts_sphinx.engine.apertium._CALL_SIZE", 200)
    sources = [f'House <x id="1"/> number {n} is <g id="2">red</g>' for n in range(40)]
    targets = translated(create_engine("apertium", {}), sources, ES)
    for number, target in enumerate(targets):
        assert target is not None
        assert f" {number} " in target


@needs_apertium
def test_a_pair_that_is_not_installed() -> None:
    engine = create_engine("apertium", {})
    with pytest.raises(LanguagePairError, match=r"'eng-zh'.*; it has .*en → es"):
        translated(engine, ["Words"], LanguagePair("en", "zh"))


@needs_apertium
def test_modes_can_be_chosen() -> None:
    american = create_engine("apertium", {"modes": {"es-en": "spa-eng_US"}})
    plain = create_engine("apertium", {})
    back = LanguagePair("es-MX", "en")
    assert translated(plain, ["El color."], back) == ["The colour."]
    assert translated(american, ["El color."], LanguagePair("es", "en")) == [
        "The color."
    ]
    assert american.fingerprint != plain.fingerprint


def test_a_missing_program_says_how_to_install_it() -> None:
    engine = create_engine("apertium", {"program": "no-such-apertium"})
    wanted = "'no-such-apertium'.*apt-get install apertium apertium-eng-spa transfuse"
    with pytest.raises(EngineUnavailableError, match=wanted):
        translated(engine, ["Words"], ES)
    with pytest.raises(EngineUnavailableError, match=wanted):
        _ = engine.fingerprint


def stand_in(
    folder: Path,
    translate: str,
    installed: str = "eng-spa",
    modes: Mapping[str, str] | None = None,
) -> Engine:
    """Return an engine whose program has some modes and runs *translate*."""
    program = folder / "stand-in"
    program.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        f"-l) echo {installed};;\n"
        "-V) echo Apertium 9.9;;\n"
        f"*) {translate};;\n"
        "esac\n"
    )
    program.chmod(0o755)
    options = {"program": str(program), "timeout": PATIENCE, "modes": modes or {}}
    return create_engine("apertium", options)


class TestStandIn(EngineContract):
    """The contract, by a program that gives back what it gets."""

    @pytest.fixture
    def engine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
        """Return the engine to test."""
        monkeypatch.setattr(apertium, "which", str)
        return stand_in(tmp_path, "cat")

    @pytest.fixture
    def failing_engine(self) -> Engine:
        """Return an engine that cannot work."""
        return create_engine("apertium", {"program": "no-such-apertium"})


def test_its_pairs_are_those_that_are_installed(tmp_path: Path) -> None:
    modes = {"es-MX-en": "spa-eng_US", "en-fr": "eng-fra_CA", "nonsense": "eng-spa"}
    installed = "eng-spa oci-cat spa-eng_US eng-spa-tagger"
    engine = stand_in(tmp_path, "cat", installed, modes)
    assert engine.pairs == {
        LanguagePair("en", "es"),
        LanguagePair("en", "es-MX"),
        LanguagePair("oc", "ca"),
        LanguagePair("es-MX", "en"),
    }
    for pair in engine.pairs:
        assert translated(engine, ["house"], pair) == ["house"]
    with pytest.raises(LanguagePairError, match=r"'eng-fra_CA' for en → fr; it has"):
        translated(engine, ["house"], LanguagePair("en", "fr"))


def test_without_the_program_there_are_no_pairs() -> None:
    engine = create_engine("apertium", {"program": "no-such-apertium"})
    with pytest.raises(EngineUnavailableError, match="cannot be run; install it"):
        _ = engine.pairs


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_pair_that_is_not_installed_fails_one_edition(book: Book) -> None:
    stand_in(book.source.parent, "cat")
    program = book.source.parent / "stand-in"
    options = ["-D", f"amts_apertium.program={program}"]
    options += ["-D", "amts_target_languages=zh,es"]
    path = os.environ["PATH"]
    (book.source.parent / "tf-extract").write_text("#!/bin/sh\n", "utf-8")
    (book.source.parent / "tf-extract").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{book.source.parent}:{path}")
        built = book.build("amts", *options, engine="apertium")
    assert built.status == 1
    assert "1 of 2 editions failed" in built.warned
    reason = "the engine 'apertium' has no en → zh; it has en → es, en → es-MX"
    assert f"amts-zh: amts engine: {reason}" in built.warned
    assert "amts-zh: asking the engine" not in built.said
    assert built.summary("es")["translated"] > 0


@pytest.mark.parametrize("there", [True, False])
def test_markup_needs_a_program_that_moves_it(
    there: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apertium, "which", lambda name: name if there else None)
    engine = stand_in(tmp_path, "cat")
    assert translated(engine, ["house"], ES) == ["house"]
    source = '<g id="1">house</g> of'
    if there:
        assert translated(engine, [source], ES) == [source]
    else:
        with pytest.raises(EngineUnavailableError, match=r"install .*transfuse"):
            translated(engine, [source], ES)


def test_a_lost_code_sends_the_pieces_between_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apertium, "which", str)
    engine = stand_in(tmp_path, "sed -e 's/<b id=.2.>the<.b>//' -e s/house/casa/")
    source = 'A <g id="1">house</g> of <g id="2">the</g> <x id="3"/> house.'
    assert translated(engine, [source], ES) == [
        'A <g id="1">casa</g> of <g id="2">the</g> <x id="3"/> casa.'
    ]


def test_a_split_code_sends_the_pieces(tmp_path: Path) -> None:
    # The program drops each made-up word, so that no protected word comes back.
    engine = stand_in(tmp_path, "sed -e 's/7[0-9]*xqz//g' -e s/house/casa/")
    sources = ['house <x id="1"/>', "my_name", "my_name of house"]
    assert translated(engine, sources, ES) == ['casa <x id="1"/>', None, None]


@pytest.mark.parametrize(
    ("program", "error", "text"),
    [
        ("head -n 1", EngineReplyError, "3 paragraphs .* returned 1"),
        ("tac", EngineReplyError, "another order"),
        ("cat >/dev/null", EngineReplyError, "returned 0"),
        ("echo broken data >&2; exit 3", EngineUnavailableError, "code 3: broken data"),
    ],
)
def test_a_bad_reply_is_refused(
    tmp_path: Path, program: str, error: type[Exception], text: str
) -> None:
    engine = stand_in(tmp_path, program)
    with pytest.raises(error, match=text):
        translated(engine, ["One.", "Two.", "Three."], ES)


def test_a_program_that_hangs_is_stopped(tmp_path: Path) -> None:
    stand_in(tmp_path, "exec sleep 30")
    program = str(tmp_path / "stand-in")
    engine = create_engine("apertium", {"program": program, "timeout": 0.2})
    with pytest.raises(EngineUnavailableError, match=r"within 0\.2 seconds"):
        translated(engine, ["One."], ES)


def test_the_fingerprint_has_the_version_and_the_options(tmp_path: Path) -> None:
    engine = stand_in(tmp_path, "cat")
    assert engine.fingerprint.startswith("apertium/9.9")
    program = str(tmp_path / "stand-in")
    marked = create_engine("apertium", {"program": program, "mark_unknown": "yes"})
    assert marked.fingerprint != engine.fingerprint


def test_a_timeout_is_a_number() -> None:
    with pytest.raises(ConfigError, match=r"amts_apertium.timeout must be a number"):
        create_engine("apertium", {"timeout": "long"})


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("and/or (the) [house] 2nd", "and/or (the) [house] 2nd"),
        ('<g id="3">a</g> <x id="4"/>', '<b id="3">a</b> 70xqz'),
        ("my_name, f(x): C++; ~ 70xqz.", "70xqz, 71xqz): 72xqz; 73xqz 74xqz."),
        ('time<x id="1"/>, <x id="2"/>s x', "time 70lxqz, 71rxqz s x"),
        ('a<x id="1"/>b<x id="2"/><x id="3"/>', "a 70lrxqz b 71lxqz72xqz"),
        ("R&amp;D &lt;b&gt; a\n b", "R&amp;D 70xqz a b"),
    ],
)
def test_masks(source: str, html: str) -> None:
    masked = mask(source)
    assert masked.html == html
    if "\n" not in source:
        assert restore(source, masked.html, masked.words) == source


@pytest.mark.parametrize("word", ["a" * 201, "half\ud800"])
def test_what_the_program_cannot_read_is_masked(word: str) -> None:
    masked = mask(f"The {word} here")
    assert masked == ("The 70xqz here", [word])


@pytest.mark.parametrize(
    ("reply", "target"),
    [
        (
            '<b id="1"><b id="2">x</b></b> <b id="1">y</b> 70xqz',
            '<g id="1"><g id="2">x</g> y</g> <x id="3"/>',
        ),
        ('<b id="1">x</b> y <b id="1">z</b> 70xqz', None),
        ('<b id="1"><b id="2">x y</b></b>', None),
        ('<b id="1"><b id="2">x y</b></b> 70xqz *70xqz', None),
        ("x y 70xqz", None),
    ],
)
def test_only_whole_replies_are_kept(reply: str, target: str | None) -> None:
    source = '<g id="1"><g id="2">x</g> y</g> <x id="3"/>'
    restored = restore(source, reply, ['<x id="3"/>'])
    if restored is not None and inline_codes.verify(source, restored):
        restored = None
    assert restored == target
