"""The package as users get it: installed from its wheel, without its extras.

``nox --session wheel`` runs this in an environment of its own.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest

import amts_sphinx

BOOK: Final = Path(__file__).parent.parent / "sample_book"
PACKAGE: Final = Path(amts_sphinx.__file__).parent
PROGRAMS: Final = Path(sys.executable).parent
#: What only an extra of the package installs.
EXTRAS: Final = set(
    "boto3 botocore distributed flask moto nbformat shtab werkzeug".split()
)
MODULES: Final = sorted(
    ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in PACKAGE.rglob("*.py")
    if path.stem not in {"__init__", "__main__"}
)
#: Words of the sample book that people translated, by language.
TITLES: Final = {"zh": "口袋气象站", "es": "La Estación Meteorológica de Bolsillo"}


def run(*command: str | Path) -> str:
    """Run a command and return its output; its failure is the test's."""
    done = subprocess.run(
        [*command],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_it_is_the_installed_package() -> None:
    assert Path(sys.prefix) in PACKAGE.parents


def test_the_command_is_there() -> None:
    assert run(PROGRAMS / "amts", "--version").strip() == version("amts_sphinx")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_imported(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if str(missing.name).partition(".")[0] not in EXTRAS:
            raise


@pytest.mark.parametrize("engine", ["none", "pseudo", "corpus"])
def test_the_sample_book_is_built(engine: str, tmp_path: Path) -> None:
    shutil.copytree(BOOK, tmp_path / "book", ignore=shutil.ignore_patterns(".amts"))
    out = tmp_path / "out"
    options = ("-b", "amts", "-D", f"amts_engine={engine}")
    run(PROGRAMS / "sphinx-build", *options, tmp_path / "book" / "en", out)
    for language, title in TITLES.items():
        page = (out / language / "index.html").read_text("utf-8")
        assert title in page
        assert f'<html lang="{language}' in page
