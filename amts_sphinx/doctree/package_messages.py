"""The strings that the code of themes and extensions marks to be translated.

Buttons that a theme adds, and pages that an extension makes, have their words from
Python. A catalogue of the package may lack a language, or not be there at all.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sphinx

from amts_sphinx.core import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amts_sphinx.doctree.sphinx_strings import Package

#: Only files with this have such strings.
_LOCALE: Final = "sphinx.locale"
#: What a file names a catalogue of its own.
_OWN: Final = re.compile(r"(?m)^\s*(\w+)\s*=\s*get_translation\(")
_SPHINXS: Final = re.compile(r"(?m)^\s*from sphinx\.locale import .*?(?<!\w)_(?!\w)")
#: Methods that write to the log, for who builds the book.
_LOGS: Final = frozenset({"critical", "debug", "error", "info", "verbose", "warning"})
#: Where the strings are kept for the next build.
_KEPT: Final = "packages.pickle"


def marked(packages: Iterable[Package], home: Path) -> frozenset[str]:
    """Return the strings that *packages* mark in their code.

    :param home: the folder of what is kept for the next build
    """
    # What Sphinx and this package say themselves is known by their catalogues.
    folders = {Path(each.folder) for each in packages}
    folders -= {Path(sphinx.package_dir), Path(__file__).parents[1]}
    files = kept.stamps(folders, kept.CODE)
    path = home / _KEPT
    found: frozenset[str] | None = kept.load(path, files)
    if found is None:
        found = frozenset(text for file, *_ in files for text in _marked(Path(file)))
        kept.save(path, found, files)
    return found


def _marked(file: Path) -> Iterator[str]:
    """Yield the strings of one file; of one that cannot be read there are none."""
    try:
        text = file.read_text("utf-8")
        names = _marks(text) if _LOCALE in text else set()
        tree = ast.parse(text) if names else None
    except (OSError, UnicodeError, SyntaxError, ValueError):
        return
    if tree is not None:
        yield from in_code(tree, names)


def _marks(text: str) -> set[str]:
    """Return the names of the functions that mark strings in the code of a file."""
    own = {*_OWN.findall(text)}
    return own | {"_"} if _SPHINXS.search(text) else own


def in_code(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield the strings that calls of *names* mark, but for those of the log."""
    if isinstance(tree, ast.Call):
        called = tree.func
        if isinstance(called, ast.Attribute) and called.attr in _LOGS:
            return
        if isinstance(called, ast.Name) and called.id in names and tree.args:
            said = tree.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value
    for inner in ast.iter_child_nodes(tree):
        yield from in_code(inner, names)
