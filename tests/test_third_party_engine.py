"""A package with an engine, as the documentation shows it: installed, found, tested."""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.engine import create_engine, engine_names
from amts_sphinx.engine.contract import EngineContract

if TYPE_CHECKING:
    from conftest import Book

    from amts_sphinx.engine import Engine

PACKAGE: Final = Path(__file__).parent / "third_party_engine"
GROUP: Final = "amts_sphinx.engines"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package as an installer leaves it."""
    target = tmp_path_factory.mktemp("site-packages")
    project = configparser.ConfigParser()
    project.read(PACKAGE / "pyproject.toml", "utf-8")
    name, version = (json.loads(project["project"][k]) for k in ("name", "version"))
    for module in json.loads(project["tool.setuptools"]["py-modules"]):
        shutil.copy(PACKAGE / f"{module}.py", target)
    info = target / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata, "utf-8")
    engines = project[f'project.entry-points."{GROUP}"'].items()
    lines = [f"{key} = {json.loads(value)}\n" for key, value in engines]
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{''.join(lines)}", "utf-8")
    return target


@pytest.fixture
def found(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the package on the path, of this process and of those that it starts."""
    monkeypatch.syspath_prepend(str(installed))
    path = [str(installed), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))


@pytest.mark.usefixtures("found")
class TestShout(EngineContract):
    """The contract of all engines."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("shout", {})


@pytest.mark.usefixtures("found")
def test_it_is_one_of_the_engines() -> None:
    assert "shout" in engine_names()
    with pytest.raises(ConfigError, match="amts_shout has no option 'loud'"):
        create_engine("shout", {"loud": True})


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_book_is_built_with_it(book: Book) -> None:
    built = book.build("amts-es", engine="shout")
    assert built.status == 0, built.warned
    assert built.warned == ""
    use = built.summary("es")
    assert use["translated"] == use["segments"] > 0
    assert built.text("soil", "//h1/text()") == ["GOOD SOIL"]


def test_it_is_as_short_as_the_documentation_says() -> None:
    text = (PACKAGE / "shout_engine.py").read_text("utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) == 15


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("pip", "setuptools", "wheel"))),
    reason="needs pip, setuptools and wheel in this environment",
)
def test_an_installer_leaves_the_same(installed: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(PACKAGE, source)
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--target"]
    subprocess.run([*command, target, source], check=True, capture_output=True)
    (theirs,), (ours,) = (
        list(distributions(path=[str(place)])) for place in (target, installed)
    )
    assert [*theirs.entry_points] == [*ours.entry_points]
    assert theirs.metadata["Name"] == ours.metadata["Name"]
    module = "shout_engine.py"
    assert (target / module).read_bytes() == (installed / module).read_bytes()
