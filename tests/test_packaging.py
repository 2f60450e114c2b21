"""What setup.cfg says of the package is true of the package."""

from __future__ import annotations

import configparser
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

import amts_sphinx

ROOT: Final = Path(__file__).parent.parent
SETUP: Final = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg", "utf-8")
ENTRY_POINTS: Final = [
    line.partition("=")[2].strip()
    for group in SETUP["options.entry_points"].values()
    for line in group.strip().split("\n")
]


def test_version_is_written_alike_in_both_places() -> None:
    assert amts_sphinx.__version__ == SETUP["metadata"]["version"]


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_entry_point_leads_somewhere(entry_point: str) -> None:
    module, _, name = entry_point.partition(":")
    assert callable(getattr(import_module(module), name))
