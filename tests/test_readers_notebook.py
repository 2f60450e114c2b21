"""Notebooks read: the prose of Markdown cells, and what is no notebook."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.readers import notebook

if TYPE_CHECKING:
    from pathlib import Path


def made(*cells: Any, nbformat: Any = 4) -> str:
    return json.dumps({"cells": cells, "nbformat": nbformat, "metadata": {}})


def cell(source: Any, kind: str = "markdown") -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {}}


def test_markdown_cells_are_one_document() -> None:
    output = {"output_type": "stream", "text": ["words of an output"]}
    text = made(
        cell("# Title\r\n\r\nOne $x$. Two."),
        cell("words = 1", "code") | {"outputs": [output]},
        cell(["## Part\n", "Three\n", "four"]),
        cell("raw words", "raw"),
        cell([]),
    )
    found = notebook.read(text, "page", "en")
    assert [(c.whole.kind, c.level, c.whole.source) for c in found] == [
        ("title", 2, "Title"),
        ("paragraph", 2, 'One <x id="1"/>. Two.'),
        ("title", 3, "Part"),
        ("paragraph", 3, "Three four"),
    ]
    assert len(found[1].segments) == 2
    assert {c.whole.location for c in found} == {("page", None)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ":1: not JSON"),
        ('{\n"cells": [],\n}', ":3: not JSON"),
        ("[" * 100_000, ": not a notebook: nested too deep"),
        ("[]", ": not a notebook: 'list' object has"),
        ("null", ": not a notebook: 'NoneType' object has"),
        ("{}", ": not a notebook: "),
        (made(nbformat=3), ": not a notebook: "),
        (made(nbformat=99), ": not a notebook: Unsupported nbformat version 99"),
        (made(nbformat="4"), ": not a notebook: Unsupported nbformat version 4"),
        ('{"nbformat": 4}', ": not a notebook: "),
        ('{"nbformat": 4, "cells": {}}', ": not a notebook: "),
        ('{"nbformat": 4, "cells": {}, "metadata": {}}', ": not a notebook: "),
        (made(cell("a"), "b"), ": not a notebook: "),
        (made({}), ": not a notebook: "),
        (made({"cell_type": "markdown"}), ": not a notebook: "),
        (made(cell("a"), cell(["b", 1])), ": not a notebook: "),
        (made(cell({"a": 1})), ": cell 1 has no source"),
        (made({"cell_type": "markdown", "metadata": {}}), ": cell 1 has no source"),
    ],
)
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InterchangeError) as caught:
        notebook.read(text, "page", "en")
    assert str(caught.value).startswith(f"page{fault}")
    path = tmp_path / "page.ipynb"
    path.write_text(text, "utf-8")
    with pytest.raises(InterchangeError) as caught:
        notebook.read_tree(tmp_path, "en")
    assert str(caught.value).startswith(f"{path}{fault}")


def prose(text: str) -> list[str]:
    return [c.whole.source for c in notebook.read(text, "page", "en")]


def test_older_formats_are_brought_up_to_date() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Title"], "metadata": {}},
        {"cell_type": "markdown", "source": "One.", "metadata": {}},
        {"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"},
    ]
    sheet = {"cells": cells, "metadata": {}}
    third = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    assert prose(json.dumps(third)) == ["Title", "One."]
    first = {"nbformat": 1, "cells": [{"cell_type": "text", "text": "One."}]}
    assert prose(json.dumps(first)) == ["One."]


def test_what_is_wrong_outside_of_the_prose_is_no_concern(
    caplog: pytest.LogCaptureFixture,
) -> None:
    newest = json.loads(made(cell("One."), cell("Two."), cell("", "code")))
    newest |= {"nbformat_minor": 5}
    # Warnings are errors here: cells lack an id, and then have one in common.
    assert prose(json.dumps(newest)) == ["One.", "Two."]
    for found in newest["cells"]:
        found["id"] = "same"
    assert prose(json.dumps(newest)) == ["One.", "Two."]
    assert not caplog.records


def test_without_nbformat_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "nbformat", None)
    with pytest.raises(
        InterchangeError, match=r"^page: .* './amts_sphinx\[notebook\]'$"
    ):
        notebook.read(made(), "page", "en")
    path = tmp_path / "page.ipynb"
    path.write_text(made(), "utf-8")
    with pytest.raises(
        InterchangeError, match=r"ipynb: .* './amts_sphinx\[notebook\]'$"
    ):
        notebook.read_tree(tmp_path, "en")


def test_a_tree_is_read_without_checkpoints(tmp_path: Path) -> None:
    for name in ("a.ipynb", "b/c.ipynb", ".ipynb_checkpoints/a.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(made(cell("甲。乙。")), "utf-8")
    book = notebook.read_tree(tmp_path, "zh")
    assert {name: len(c[0].segments) for name, c in book.items()} == {"a": 2, "b/c": 2}
