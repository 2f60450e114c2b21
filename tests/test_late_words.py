"""Words that extensions keep of documents, and write on pages at the end."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from amts_sphinx.doctree.records import records
from amts_sphinx.edition.late_words import Words

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

WORDS = Words(
    {"Old boats": "Alte Boote", "Old": "Alt", "status": "Stand", "Same": "Same"},
    {"Old boats", "Old"},
)


@dataclass
class Kept:
    """A record with attributes."""

    docname: str
    title: str
    lineno: int = 3


class Own:
    """A class that is used as a dictionary, and is none."""

    def __init__(self, **values: str) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def items(self) -> Any:
        """Return names and values."""
        return self._values.items()


class Other:
    """A class whose items are something else."""

    def __getitem__(self, name: str) -> str:
        return name

    def items(self, kind: str) -> str:
        """Return something else."""
        return kind


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Old boats", "Alte Boote"),
        (" status: ", " Stand: "),
        ("R1: Old boats (open)", "R1: Alte Boote (open)"),
        ("Gold boats", "Gold boats"),
        ("Old boatsmen", "Old boatsmen"),
        ("Old", "Alt"),
        # One word, and what is no title, stays among other words.
        ("Old men", "Old men"),
        ("the status of it", "the status of it"),
        ("Same", "Same"),
    ],
)
def test_what_is_replaced(text: str, shown: str) -> None:
    assert WORDS.replaced(text) == shown


def test_what_is_kept_of_a_document() -> None:
    env = SimpleNamespace(
        found_docs={"a", "b"},
        domains={},
        harbour={
            "x": [Kept("b", "Two words")],
            "y": Own(docname="a", title="Big", type_name="Kind", status="Not this"),
            "code": {"docname": "a", "title": "os.path", "caption": "name_of"},
            "lines": {"docname": "a", "title": "One\nTwo"},
            "setting": {"title": "Of no document"},
            "gone": {"docname": "c", "title": "Of a document that is gone"},
            "strange": Other(),
        },
    )
    env.harbour["itself"] = env.harbour
    found = records(cast("BuildEnvironment", env))
    assert [(each.docname, each.line, each.text) for each in found] == [
        ("a", None, "Big"),
        ("a", None, "Kind"),
        ("b", 3, "Two words"),
    ]
