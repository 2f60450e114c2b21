"""What setup.cfg says of the package is true, and no other file says otherwise."""

from __future__ import annotations

import configparser
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import amts_sphinx

ROOT: Final = Path(__file__).parent.parent
SETUP: Final = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg", "utf-8")
ENTRY_POINTS: Final = [
    line.partition("=")[2].strip()
    for group in SETUP["options.entry_points"].values()
    for line in group.strip().split("\n")
]
PYTHON: Final = SETUP["options"]["python_requires"].removeprefix(">=")
SPHINX: Final = re.findall(
    r"^Sphinx>=(\S+)", SETUP["options"]["install_requires"], re.MULTILINE
)
#: Files for people, which name the first versions that the package supports.
PAGES: Final = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def lines(extra: str) -> list[str]:
    """Return the requirements of an extra."""
    return SETUP["options.extras_require"][extra].split()


def makefile_commands() -> list[str]:
    """Return the commands of the Makefile that check the code, without the tests."""
    text = (ROOT / "Makefile").read_text("utf-8")
    commands = re.findall(r"^\t\$\(BIN\)/(.+)$", text, re.MULTILINE)
    tools = {"ruff", "mypy", "lint-imports"}
    return [f".venv/bin/{each}" for each in commands if each.split()[0] in tools]


def hooks() -> list[dict[str, Any]]:
    """Return the hooks of pre-commit."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    return [hook for repo in config["repos"] for hook in repo["hooks"]]


def test_the_version_is_written_once() -> None:
    assert SETUP["metadata"]["version"] == "attr: amts_sphinx._version.__version__"
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", amts_sphinx.__version__)


def test_the_changelog_knows_the_last_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert heads[0] == "Unreleased"
    if "dev" not in amts_sphinx.__version__:
        assert heads[1] == amts_sphinx.__version__


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_entry_point_leads_somewhere(entry_point: str) -> None:
    module, _, name = entry_point.partition(":")
    assert callable(getattr(import_module(module), name))


def test_first_python_is_the_same_everywhere() -> None:
    classifiers = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    tools = (ROOT / "pyproject.toml").read_text("utf-8")
    major, minor = PYTHON.split(".")
    assert classifiers[0] == PYTHON
    assert f'target-version = "py{major}{minor}"' in tools
    assert f'python_version = "{PYTHON}"' in tools
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"sys.version_info < ({major}, {minor})" in makefile
    assert set(re.findall(r"Python >= (\d+\.\d+)", makefile)) == {PYTHON}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_the_first_versions_as_setup_does(page: Path) -> None:
    text = page.read_text("utf-8")
    for name, first in (("Python", PYTHON), ("Sphinx", *SPHINX)):
        named = re.findall(rf"{name} (\d+\.\d+) or later", text)
        assert set(named) <= {first}, name


def test_readme_names_the_versions() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert f"Python {PYTHON} or later" in text
    assert f"Sphinx {SPHINX[0]} or later" in text


def test_a_commit_is_checked_with_the_commands_of_the_makefile() -> None:
    assert len(makefile_commands()) == len({"ruff format", "ruff check"}) + 2
    assert [hook["entry"] for hook in hooks()] == makefile_commands()
    for hook in hooks():
        assert hook["language"] == "system"
        assert hook["pass_filenames"] is False


def test_tools_have_one_version() -> None:
    pinned = [line for line in lines("lint") if line.startswith(("ruff", "mypy"))]
    assert all("==" in line for line in pinned)
    config = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert "rev:" not in config
