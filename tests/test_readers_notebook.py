"""Notebooks read: the prose of Markdown cells, and what is no notebook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.errors import InterchangeError
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
        ("[" * 100_000, ": not a notebook: it nests too deep"),
        ("[]", ": not a notebook: it has no nbformat"),
        ("{}", ": not a notebook: it has no nbformat"),
        (made(nbformat=3), ": of nbformat 3; only 4 is read"),
        (made(nbformat="4"), ": of nbformat '4'; only 4 is read"),
        ('{"nbformat": 4}', ": not a notebook: it has no list of cells"),
        ('{"nbformat": 4, "cells": {}}', ": not a notebook: it has no list of cells"),
        (made(cell("a"), "b"), ": cell 2 is no cell"),
        (made({}), ": cell 1 is no cell"),
        (made({"cell_type": "markdown"}), ": cell 1 has no source"),
        (made(cell("a"), cell(["b", 1])), ": cell 2 has no source"),
        (made(cell({"a": 1})), ": cell 1 has no source"),
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


def test_a_tree_is_read_without_checkpoints(tmp_path: Path) -> None:
    for name in ("a.ipynb", "b/c.ipynb", ".ipynb_checkpoints/a.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(made(cell("甲。乙。")), "utf-8")
    book = notebook.read_tree(tmp_path, "zh")
    assert {name: len(c[0].segments) for name, c in book.items()} == {"a": 2, "b/c": 2}
