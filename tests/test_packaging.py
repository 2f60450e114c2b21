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


# Archives and workflows

WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name: str) -> dict[Any, Any]:
    """Return a workflow; the key ``on`` is True in YAML 1.1."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    content: dict[Any, Any] = yaml.safe_load(text)
    return content


def commands(content: dict[Any, Any]) -> list[str]:
    """Return what the steps of a workflow run."""
    return [
        step["run"]
        for job in content["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_valid_and_has_few_rights(path: Path) -> None:
    checker = pytest.importorskip(
        "check_jsonschema", reason="needs: pip install check-jsonschema"
    )
    asked = ["--builtin-schema", "vendor.github-workflows", str(path)]
    with pytest.raises(SystemExit) as ended:
        checker.main(asked)
    assert not ended.value.code
    content = workflow(path.stem)
    assert content["permissions"] == {"contents": "read"}
    text = path.read_text("utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    for job in content["jobs"].values():
        assert job["timeout-minutes"] <= 60


def test_the_fast_tests_run_on_three_systems() -> None:
    content = workflow("tests")
    matrix = content["jobs"]["fast"]["strategy"]["matrix"]
    assert {"windows-latest", "macos-latest"} < set(matrix["os"])
    classifiers = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    assert matrix["python"] == [classifiers[0], classifiers[-1]]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    [tests] = re.findall(r"\$\(BIN\)/pytest (-m 'not slow' .+)", makefile)
    assert f"python -m pytest {tests}".replace("'", '"') in commands(content)


def test_a_release_runs_what_the_nox_file_has() -> None:
    [nox] = [line for line in commands(workflow("release")) if line.startswith("nox")]
    named = nox.split()[2:]
    text = (ROOT / "noxfile.py").read_text("utf-8")
    assert named
    for session in named:
        assert re.search(rf"^def {session}\(", text, re.MULTILINE), session
    uploads = workflow("release")["jobs"]["upload"]
    assert uploads["permissions"] == {"id-token": "write"}


def test_every_python_is_tried_with_the_wheel() -> None:
    classifiers = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    text = (ROOT / "noxfile.py").read_text("utf-8")
    [listed] = re.findall(r"^@nox\.session\(python=\[(.+)\]\)", text, re.MULTILINE)
    assert re.findall(r"3\.\d+", listed) == classifiers


def test_the_source_archive_takes_every_folder() -> None:
    """``nox --session package`` compares file by file, where there is a repository."""
    manifest = (ROOT / "MANIFEST.in").read_text("utf-8")
    grafted = set(re.findall(r"^graft (\S+)$", manifest, re.MULTILINE))
    assert {"tests", "docs", "sample_book", "benchmarks", ".ci", ".github"} == grafted
    included = {
        name
        for line in re.findall(r"^include (.+)$", manifest, re.MULTILINE)
        for name in line.split()
    }
    assert {"Makefile", "noxfile.py", "CHANGELOG.md", "SECURITY.md"} <= included
    assert all((ROOT / name).exists() for name in grafted | included)


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "amts_sphinx" / "py.typed").is_file()
    assert "py.typed" in SETUP["options.package_data"]["amts_sphinx"]
    assert "Typing :: Typed" in SETUP["metadata"]["classifiers"]


def test_every_extra_that_a_message_or_page_names_exists() -> None:
    extras = set(SETUP["options.extras_require"])
    files = [*(ROOT / "amts_sphinx").rglob("*.py"), *PAGES]
    files += (ROOT / "docs").glob("*.rst")
    named = {
        extra.strip()
        for path in files
        for group in re.findall(r"amts_sphinx\[([\w, ]+)\]", path.read_text("utf-8"))
        for extra in group.split(",")
    }
    assert {"cluster", "completion", "review"} <= named <= extras
