"""The language identifier's model: unpacked once, with the same answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from amts_sphinx.checks import language_id, language_model
from amts_sphinx.core import languages, user_folder
from amts_sphinx.core.errors import LanguageError
from amts_sphinx.doctree.classify import same_language

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "Water the garden before the sun is high, and wait for the evening.",
    "Gieße den Garten, bevor die Sonne hoch steht, und warte auf den Abend.",
    "Riega el jardín antes de que suba el sol, y espera a la tarde.",
    "先浇花园，再等到晚上。",
    "",
)


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "caches"
    monkeypatch.setattr(user_folder, "caches", lambda: folder)
    return folder


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, float]]:
    """Return what the library's own model says."""
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return [theirs.classify(text) for text in TEXTS]


def said() -> list[tuple[str, float]]:
    found = language_model.identifier()
    return [found.classify(text) for text in TEXTS]


def test_it_is_unpacked_once_and_says_the_same(
    caches: Path, answers: list[tuple[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said() == answers
    assert any(caches.rglob("*.npy"))
    with monkeypatch.context() as patched:
        patched.delattr(LanguageIdentifier, "from_model_file")
        assert said() == answers, "read from the folder"


def test_a_damaged_folder_is_made_anew(
    caches: Path, answers: list[tuple[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said()
    (large,) = caches.rglob("moves.npy")
    large.write_bytes(large.read_bytes()[:5000])
    assert said() == answers
    monkeypatch.delattr(LanguageIdentifier, "from_model_file")
    assert said() == answers


def test_a_folder_that_cannot_be_made_is_no_trouble(
    caches: Path, answers: list[tuple[str, float]]
) -> None:
    caches.write_text("a file is in its place", "utf-8")
    assert said() == answers


def test_what_a_tag_was_meant_for_is_found_out_for_people_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(LanguageError, match="did you mean"):
        languages.find_language("germann")
    # It takes a second: no build may do it for the class of a listing.
    monkeypatch.setattr(languages, "_own_names", lambda: pytest.fail("asked for names"))
    assert languages.known_language("python") is None
    assert languages.name_language("python").tag == "python"
    assert same_language("python", "en")
    assert not same_language("fr", "en")
    assert languages.known_language("de_AT") == languages.find_language("de-AT")


def test_letters_of_all_scripts_are_counted() -> None:
    scripts = language_id._LETTERS  # noqa: SLF001 - what the short way must agree with
    worth = language_id._WORTH  # noqa: SLF001
    every = "".join(map(chr, [*range(0x20, 0xD800), *range(0xE000, 0xFFFE)]))
    for text in (*every[::9], every[:600], "“Latin” – only…", "", "one ب two 湿度"):
        expected = {
            name: len(found.findall(text)) * worth.get(name, 1)
            for name, found in scripts.items()
        }
        counts = language_id._letters(text)  # noqa: SLF001
        assert counts == expected
        assert [*counts] == [*expected]
