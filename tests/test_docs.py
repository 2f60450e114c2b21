"""What the documentation says of the code is true: names, drawing, commands."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import draw_wings
import pytest
from draw_wings import Arrow, House
from lxml import etree

from amts_sphinx.cli import make_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
PACKAGE: Final = ROOT / "amts_sphinx"
PAGES: Final = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted(DOCS.glob("*.md")),
    *sorted(DOCS.glob("*.rst")),
]
#: Pages in which ``docs/`` is a reader's own book, but for the recipes.
GUIDES: Final = {"github.md", "keeping.md", "readthedocs.md", "team.md", "tutorial.md"}
WINGS: Final = {path.name for path in PACKAGE.iterdir() if path.is_dir()}


def by_name(page: Path) -> str:
    """Return the name of a page, as the name of a test."""
    return page.name


def found(name: str) -> bool:
    """Tell whether a dotted name leads to a module or to something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for attribute in parts[cut:]:
            thing = getattr(thing, attribute, None)
        return thing is not None
    return False


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_modules_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    groups = r"amts_sphinx\.engines\b"  # the entry points' name, which is no module
    text = re.sub(groups, "", text)
    names = re.findall(r"\bamts_sphinx(?:\.\w+)+", text)
    names += [
        f"amts_sphinx.{n}" for n in re.findall(r"from amts_sphinx import (\w+)", text)
    ]
    for module, what in re.findall(r"from (amts_sphinx[\w.]*) import ([\w, ]+)", text):
        names += [f"{module}.{name.strip()}" for name in what.split(",")]
    assert [name for name in names if not found(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    docs = "docs/recipes" if page.name in GUIDES else "docs"
    folders = f"amts_sphinx|benchmarks|{docs}|tests"
    named = re.findall(rf"`((?:{folders})/[\w/.-]*)`", text)
    paths = [ROOT / name for name in named]
    inside = re.findall(r"`(\w+)/([\w/]+\.py)`", text)
    paths += [PACKAGE / wing / rest for wing, rest in inside if wing in WINGS]
    assert [str(path) for path in paths if not path.exists()] == []


def test_every_wing_is_in_the_plan_of_the_house() -> None:
    text = (DOCS / "development.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
    packages = {wing for wing in WINGS if (PACKAGE / wing / "__init__.py").exists()}
    assert set(table) == packages


def test_the_plan_lists_the_wings_in_the_order_of_the_contract() -> None:
    text = (DOCS / "development.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", text, re.MULTILINE)
    tools = (ROOT / "pyproject.toml").read_text("utf-8")
    layers = re.search(r"^layers = \[(.*?)\]", tools, re.MULTILINE | re.DOTALL)
    assert layers is not None
    order = re.findall(r'"(\w+)"', layers[1])
    assert table == [wing for wing in order if wing in table]


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of all commands."""
    yield parser
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for each in action.choices.values():
                yield from leaves(each)


def test_commands_that_pages_name_exist() -> None:
    known = {parser.prog for parser in leaves(make_parser())}
    shell = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for page in PAGES:
        blocks = shell.findall(page.read_text("utf-8"))
        for line in "\n".join(blocks).splitlines():
            words = line.removeprefix("$ ").split("#")[0].split()
            if words[:1] == ["amts"] and words[1:] and words[1] != "COMMAND":
                assert " ".join(words[:2]) in known, f"{page.name}: {line}"


def test_each_option_of_each_command_says_what_it_does() -> None:
    for parser in leaves(make_parser()):
        for action in parser._actions:  # noqa: SLF001
            if not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                assert action.help, f"{parser.prog} {action.dest}"


def house(*arrows: str) -> House:
    """Return a house of wings that are named by single letters."""
    made = {Arrow(*each): 1 for each in arrows}
    return House({wing: 1 for each in arrows for wing in each}, made)


def test_a_wing_stands_above_what_it_imports() -> None:
    small = house("ab", "bc", "ac", "db")
    assert small.floors == {"a": 3, "b": 2, "c": 1, "d": 3}
    assert small.drawn() == [Arrow("a", "b"), Arrow("b", "c"), Arrow("d", "b")]
    assert small.figures() == "4 wings with 4 modules, 3 floors, 4 arrows"


def test_wings_in_a_circle_are_an_error() -> None:
    with pytest.raises(ValueError, match="in a circle among a, b"):
        _ = house("ab", "ba", "bc").floors


def test_the_drawing_shows_each_wing_and_each_arrow_once() -> None:
    small = house("ab", "bc", "cd", "ad", "ed", "fe", "ae")
    root = etree.fromstring(draw_wings.draw(small))
    names = root.findall(f"{{{draw_wings.NAMESPACE}}}text")
    lines = root.findall(f"{{{draw_wings.NAMESPACE}}}path")
    assert sorted(name.text or "" for name in names) == list("abcdef")
    assert len(lines) == len(small.drawn())


def test_the_package_is_a_house_without_circles() -> None:
    package = draw_wings.survey()
    assert package.wings.keys() >= WINGS - {"static", "templates", "__pycache__"}
    assert package.floors["core"] < package.floors["memory"] < package.floors["build"]
    for arrow in package.arrows:
        assert package.floors[arrow.start] > package.floors[arrow.end], arrow
