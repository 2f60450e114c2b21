"""Every command of the documentation does what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import page_commands
from firefox_models import REAL, needs_real
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"


def follow(
    page: Path, folder: Path, words: Mapping[str, str], **variables: str
) -> None:
    """Run the commands of a page in a folder, and compare what they say."""
    text, commands = page_commands.script(page.read_text("utf-8"), words)
    bins = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=PATIENCE,
        env={
            **os.environ,
            "PATH": bins,
            "HOME": str(folder.parent),
            "NO_COLOR": "1",
            "COLUMNS": "120",
            "PYTHONIOENCODING": "utf-8",
            **variables,
        },
    )
    ended = page_commands.outcomes(done.stdout)
    faults = []
    for command, (said, status) in zip(commands, ended, strict=False):
        place = f"{page.name}:{command.line}: $ {command.text}"
        if status != command.status:
            faults.append(f"{place}\nends with {status}, not {command.status}:\n{said}")
        elif command.output is not None:
            lost = page_commands.missing(command.output, said)
            if lost:
                lines = "\n".join(lost)
                faults.append(f"{place}\ndoes not say so:\n{lines}\nbut:\n{said}")
    assert not faults, "\n\n".join(faults)
    assert len(ended) == len(commands), done.stdout


@needs_real
def test_tutorial(tmp_path: Path) -> None:
    folder = tmp_path / "tutorial"
    folder.mkdir()
    follow(DOCS / "tutorial.md", folder, {}, AMTS_MODELS=str(REAL))
    page = (folder / "build/pt/pump.html").read_text("utf-8")
    assert "</strong> deve ficar limpa." in page
