"""The plan of the house, executable: a module imports only from below itself.

An import counts wherever it stands: inside a function and under ``TYPE_CHECKING`` too.
What a module imports at run time, by a name in a string, is not seen here.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME: Final = "amts_sphinx"
PACKAGE: Final = Path(__file__).parent.parent / NAME

#: The floors, lowest first. A floor is a flight of steps, lowest first, and modules on
#: one step do not know each other. ``engine.*`` is every module inside ``engine`` that
#: has no place of its own; the package itself is written ``.``.
FLOORS: Final = (
    ("errors units", "languages"),
    ("codes", "changes codematch metrics repair sentences typography", "containers",
     "interchange.draft interchange.parsing",
     "interchange.tmx_segment interchange.xliff_segment",
     "interchange.*", "interchange.xliff_writer", "interchange",
     "page terminology",
     "checks.rules checks.negation checks.number_words", "checks.numerals",
     "checks.identify", "checks.*", "checks",
     "readers readers.blocks", "readers.files readers.markdown_syntax",
     "readers.markdown_inline", "readers.*", "readers.notebook"),
    ("memory_file fuzzy", "memory_store", "memory_likeness", "memory engine",
     "engine.options engine.apertium_html", "engine.*",
     "engine.corpus.casing engine.corpus.forks", "engine.corpus.tokens",
     "engine.corpus.vocabulary",
     "engine.corpus.spacing engine.corpus.lm engine.corpus.alignment",
     "engine.corpus.terms engine.corpus.inflection engine.corpus.weights",
     "engine.corpus.extraction", "engine.corpus.lexical", "engine.corpus.phrases",
     "engine.corpus.model engine.corpus.rendering engine.corpus.search",
     "engine.corpus.candidates", "engine.corpus.translation",
     "engine.corpus",
     "engine.amazon.options engine.amazon.limits engine.amazon.faults",
     "engine.amazon.client engine.amazon.wire", "engine.amazon.journal",
     "engine.amazon.plans engine.amazon.results", "engine.amazon.*",
     "engine.amazon.batch engine.amazon.cost",
     "engine.amazon.trained", "engine.amazon",
     "align.text", "align.bags", "align.lexicon", "align.costs", "align.rooms",
     "align.beads",
     "align.quality align.sections", "align.document", "align"),
    ("request learning pairs judge", "translator parallel", "review passages", "arms",
     "evaluation", "evaluation_files evaluation_page"),
    ("confvals", "config", "budget uistrings", "inline", "sites",
     "segments bookstrings",
     "collation search edition", "notices",
     "collect book", "plan records collector sources", "receipt scoring", "derive",
     "report.model report.chart",
     "report.effort report.gate report.history report.links",
     "report.junit report.survey", "report.data report.html", "report"),
    ("edition_build planning", "press", "telling", "production", "builders"),
    ("endpoint.http endpoint.options endpoint.refusal",
     "endpoint.tokens endpoint.usage endpoint.work",
     "endpoint.cbor endpoint.model endpoint.paging endpoint.quotas endpoint.resources",
     "endpoint.signature endpoint.wire",
     "endpoint.languages endpoint.bucket endpoint.markup endpoint.faults endpoint.s3",
     "endpoint.linguist",
     "endpoint.documents endpoint.damage endpoint.records",
     "endpoint.terminologies endpoint.parallel_data", "endpoint.realtime endpoint.jobs",
     "endpoint.batch endpoint.control endpoint.mishaps", "endpoint.service",
     "endpoint.dispatch", "endpoint",
     ".", "cli.console", "cli.editions cli.tables", "cli.*", "cli", "__main__"),
)  # fmt: skip

#: The first floor that may know Sphinx and docutils.
SPHINX_FLOOR: Final = 4
#: The exception, as (module, name): Sphinx shows errors of this class as messages.
ERRORS_OF_SPHINX: Final = ("errors", "sphinx.errors.SphinxError")

#: What is kept in one room: top-level name → the modules that may import it.
ROOMS: Final = {
    "boto3": "endpoint.bucket engine.amazon.client",
    "botocore": "endpoint.bucket endpoint.model engine.amazon.client"
    " engine.amazon.faults",
    "filelock": "engine.amazon.journal",
    "lxml": "endpoint.damage endpoint.markup endpoint.records engine.amazon.wire"
    " interchange.* readers.html report.junit",
    "markdown_it": "readers.*",
    "moto": "endpoint.s3",
    "nbformat": "readers.notebook",
    "numpy": "align.* engine.corpus.* fuzzy judge",
    "py3langid": "checks.identify",
    "rapidfuzz": "fuzzy report.effort",
    "sacrebleu": "metrics",
    "sentencex": "sentences",
    "sqlite3": "memory_likeness memory_store",
    "subprocess": "engine.apertium press",
}

HEIGHTS: Final = {
    pattern: (floor, step)
    for floor, steps in enumerate(FLOORS)
    for step, patterns in enumerate(steps)
    for pattern in patterns.split()
}


def patterns_for(module: str) -> Iterator[str]:
    """Yield the names under which *module* may be listed, the closest first."""
    yield module
    parent = module.rpartition(".")[0]
    while parent:
        yield f"{parent}.*"
        parent = parent.rpartition(".")[0]


def height(module: str) -> tuple[int, int] | None:
    """Return the floor and the step of *module*, or None if it has no place."""
    return next((HEIGHTS[p] for p in patterns_for(module) if p in HEIGHTS), None)


def find_modules(package: Path) -> dict[str, Path]:
    """Return the modules of *package* by name, without the package's own name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__") or "."] = path
    return found


def find_imports(path: Path, package: Path) -> Iterator[tuple[int, str]]:
    """Yield each import of a file: its line, and the full dotted name."""
    inside = [NAME, *path.relative_to(package).parent.parts]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            start = inside[: len(inside) - node.level + 1] if node.level else []
            origin = ".".join([*start, *filter(None, [node.module])])
            for alias in node.names:
                yield node.lineno, f"{origin}.{alias.name}"


def resolve(name: str, modules: Mapping[str, Path]) -> str:
    """Return the module that an import of *name* from the package leads to."""
    rest = name.partition(".")[2]
    while rest and rest not in modules:
        rest = rest.rpartition(".")[0]
    return rest or "."


def fault_of_import(module: str, name: str, modules: Mapping[str, Path]) -> str:
    """Say why *module* may not import *name*, or return an empty string."""
    here = height(module)
    top = name.partition(".")[0]
    if here is None:
        return ""  # said once, by find_faults
    if top == NAME:
        target = resolve(name, modules)
        there = height(target)
        if target != module and there is not None and there >= here:
            return f"imports {target}, which is not below it"
    elif top in {"sphinx", "docutils"}:
        if here[0] < SPHINX_FLOOR and (module, name) != ERRORS_OF_SPHINX:
            return f"imports {name}, but {top} begins on floor {SPHINX_FLOOR}"
    elif top in ROOMS and not set(ROOMS[top].split()) & set(patterns_for(module)):
        return f"imports {name}; only {ROOMS[top]} may"
    return ""


def find_faults(package: Path) -> list[str]:
    """Return every way in which *package* departs from the plan."""
    modules = find_modules(package)
    faults = [f"{module} has no floor" for module in modules if height(module) is None]
    for module, path in modules.items():
        for line, name in find_imports(path, package):
            fault = fault_of_import(module, name, modules)
            if fault:
                faults.append(f"{module}:{line} {fault}")
    return faults


def test_the_package_keeps_to_the_plan() -> None:
    assert find_faults(PACKAGE) == []


def test_only_its_command_knows_the_endpoint() -> None:
    modules = find_modules(PACKAGE)
    users = {
        module
        for module, path in modules.items()
        for _, name in find_imports(path, PACKAGE)
        if resolve(name, modules).partition(".")[0] == "endpoint"
        and not f"{module}.".startswith("endpoint.")
        and name.partition(".")[0] == NAME
    }
    assert users == {"cli.endpoint"}


def test_no_module_stands_in_two_places() -> None:
    listed = [name for floor in FLOORS for step in floor for name in step.split()]
    assert sorted(listed) == sorted(set(listed))


def build(package: Path, module: str, text: str) -> Path:
    """Make a small house in which *module* holds *text*."""
    for name in ("__init__", "units", "codes", "memory", "config", "builders",
                 "engine/__init__", "engine/none", "engine/pseudo",
             "engine/amazon/client"):  # fmt: skip
        path = package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (package / module).write_text(text, "utf-8")
    return package


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        pytest.param(
            "units.py",
            "def late():\n    from amts_sphinx import builders\n",
            "units:2 imports builders, which is not below it",
            id="inside-a-function",
        ),
        pytest.param(
            "codes.py",
            "if TYPE_CHECKING:\n    from amts_sphinx.config import AmtsConfig\n",
            "codes:2 imports config, which is not below it",
            id="for-types-only",
        ),
        pytest.param(
            "memory.py",
            "from . import config\n",
            "memory:1 imports config, which is not below it",
            id="relative",
        ),
        pytest.param(
            "engine/none.py",
            "from .pseudo import create\n",
            "engine.none:1 imports engine.pseudo, which is not below it",
            id="neighbour",
        ),
        pytest.param(
            "memory.py",
            "import amts_sphinx.engine\n",
            "memory:1 imports engine, which is not below it",
            id="same-step",
        ),
        pytest.param(
            "config.py",
            "from amts_sphinx import __version__\n",
            "config:1 imports ., which is not below it",
            id="the-package-itself",
        ),
        pytest.param(
            "codes.py",
            "import sqlite3\n",
            "codes:1 imports sqlite3; only memory_likeness memory_store may",
            id="another-room",
        ),
        pytest.param(
            "engine/pseudo.py",
            "from docutils import nodes\n",
            "engine.pseudo:1 imports docutils.nodes, but docutils begins on floor 4",
            id="docutils-too-low",
        ),
        pytest.param("attic.py", "", "attic has no floor", id="no-floor"),
    ],
)
def test_a_fault_is_seen(tmp_path: Path, module: str, text: str, fault: str) -> None:
    assert find_faults(build(tmp_path / NAME, module, text)) == [fault]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        pytest.param("codes.py", "from amts_sphinx.units import Code\n", id="below"),
        pytest.param("memory_store.py", "import sqlite3, json\n", id="own-room"),
        pytest.param("engine/none.py", "from . import Engine\n", id="own-package"),
        pytest.param("builders.py", "from sphinx import addnodes\n", id="sphinx"),
        pytest.param(
            "errors.py", "from sphinx.errors import SphinxError\n", id="sphinx-errors"
        ),
        pytest.param(
            "engine/amazon/client.py", "def client():\n    import boto3\n", id="amazon"
        ),
    ],
)
def test_what_is_allowed_passes(tmp_path: Path, module: str, text: str) -> None:
    assert find_faults(build(tmp_path / NAME, module, text)) == []
