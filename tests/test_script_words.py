"""Scripts of an edition's pages have words for all that they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from amts_sphinx.edition.script_words import completed

if TYPE_CHECKING:
    from conftest import Book

CATALOGUE: Final = {
    "locale": "xx",
    "messages": {
        "Search": "Suche",
        "Searching": "",
        "Hide": "",
        "one page": ["", ""],
        "one boat": ["Boot", ""],
        "one rope": ["Seil", "Seile"],
    },
    "plural_expr": "(n != 1)",
}
CALL: Final = "Documentation.addTranslations({});"


def catalogue(text: str) -> dict[str, Any]:
    found = re.fullmatch(r"Documentation\.addTranslations\((.*)\);", text, re.DOTALL)
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])
    return made


def test_what_is_empty_has_a_target_or_stays_english() -> None:
    text = CALL.format(json.dumps(CATALOGUE))
    made = completed(text, {"Searching": "Es wird gesucht", "Search": "nobody asks"})
    assert catalogue(made)["messages"] == {
        "Search": "Suche",
        "Searching": "Es wird gesucht",
        "one rope": ["Seil", "Seile"],
    }
    assert completed(made, {}) == made


@pytest.mark.skipif(not shutil.which("node"), reason="no node")
@pytest.mark.parametrize(
    ("rule", "forms"),
    [("(n != 1)", [1, 0, 1]), ("n==1 ? 0 : n==0 ? 2 : 1", [2, 0, 1]), ("0", [0, 0, 0])],
)
def test_the_rule_for_plurals_gives_a_number(rule: str, forms: list[int]) -> None:
    text = CALL.format(json.dumps({**CATALOGUE, "plural_expr": rule}))
    made = catalogue(completed(text, {}))["plural_expr"]
    code = f"console.log(JSON.stringify([0, 1, 2].map((n) => {made})))"
    done = subprocess.run(
        ["node", "-e", code], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == forms


@pytest.mark.parametrize("text", ["", "another file", 'f({"messages": {}})', "f([1]);"])
def test_a_file_of_another_form_is_left_alone(text: str) -> None:
    assert completed(text, {}) == text


@pytest.mark.sphinx
def test_an_arabic_edition_tells_who_searches(book: Book) -> None:
    built = book.build("amts-ar", engine="pseudo")
    assert (built.status, built.warned) == (0, "")
    path = built.out / "_static" / "translations.js"
    messages = catalogue(path.read_text("utf-8").strip())["messages"]
    assert messages  # it is not dropped whole
    assert all(words and all(words) for words in messages.values())
