"""``amts d2l``: the editions of a book of d2lbook, in one step."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_DESCRIPTION: Final = """\
Make the editions of a book that d2lbook builds: `d2lbook build rst` writes its Sphinx
project, then `sphinx-build -b amts` its editions. What has not changed since the last
time is not made again. Memory, home files and reports are in the folder of config.ini,
so `d2lbook clear` keeps them.

Exit status: that of the step that failed, else 0.
"""
_ADD: Final = """\
{path} does not name amts_sphinx. Add to its section [build]:
  sphinx_extensions = amts_sphinx
  sphinx_configs =
      amts_target_languages = ['zh']"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "d2l",
        help="make the editions of a book of d2lbook",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "book",
        type=Path,
        nargs="?",
        default=Path(),
        metavar="BOOK",
        help="the folder with config.ini (default: this one)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the folder of the editions (default: amts in d2lbook's output folder)",
    )
    parser.add_argument(
        "--languages",
        nargs="+",
        default=[],
        metavar="TAG",
        help="languages of the editions (default: amts_target_languages)",
    )
    parser.add_argument(
        "--tab", default="", help="the tab of code, or all (default: the first)"
    )
    parser.add_argument(
        "--skip-rst",
        action="store_true",
        help="take the Sphinx project as d2lbook has written it; d2lbook and pandoc"
        " need not be installed then",
    )
    parser.add_argument(
        "-D",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="a value for conf.py, as sphinx-build takes it; may be repeated",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        default="auto",
        metavar="N",
        help="number of processes (default: one for each core)",
    )
    parser.add_argument(
        "-W", action="store_true", dest="strict", help="turn warnings into errors"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from amts_sphinx.config import d2lbook

    book = options.book
    project = d2lbook.project(book, options.tab.lower())
    if project is None:
        raise ConfigError(f"{book} is no book of d2lbook: it has no {d2lbook.CONFIG}")
    if d2lbook.NAME not in d2lbook.extensions(book):
        raise ConfigError(_ADD.format(path=book / d2lbook.CONFIG))
    if not options.skip_rst and options.tab.lower() == "all":
        _check_tabs(book)
    if not options.skip_rst:
        tab = ["--tab", options.tab.lower()] if options.tab else []
        failed = _step(
            [_program(), "build", "rst", *tab], "d2lbook build rst", book, _search()
        )
        if failed:
            return failed
    if not (project / "conf.py").is_file():
        raise ConfigError(f"{project} has no conf.py: leave --skip-rst out")
    out = options.output or project.parent / project.name.replace("rst", "amts", 1)
    command = [
        *(sys.executable, "-m", "sphinx", "-b", "amts", "-j", options.jobs),
        *(part for each in options.settings for part in ("-D", each)),
        *(["-W", "--keep-going"] if options.strict else []),
        *(str(project.resolve()), str(out.resolve())),
    ]
    if options.languages:
        tags = ",".join(options.languages)
        command[3:3] = ["-D", f"amts_target_languages={tags}"]
    # In our folder, so that the paths it tells lead from there.
    return _step(command, "sphinx-build -b amts", Path(), None)


def _check_tabs(book: Path) -> None:
    """Refuse to join tabs of which some are not there: d2lbook leaves them out unsaid.

    :raises ConfigError: d2lbook has not run the code of a tab
    """
    from amts_sphinx.config import d2lbook

    if missing := d2lbook.not_evaluated(book):
        steps = "".join(f"\n  d2lbook build eval --tab {tab}" for tab in missing)
        raise ConfigError(
            f"--tab all joins the tabs that d2lbook has evaluated; run in {book} first:"
            f"{steps}"
        )


def _step(command: Sequence[str], name: str, folder: Path, path: str | None) -> int:
    """Run a program in *folder*, and say how long it took.

    :param path: the search path of programs, if it is not ours
    :returns: its exit status
    """
    start = time.monotonic()
    environment = {**os.environ, "PATH": path} if path else None
    done = subprocess.run(command, check=False, cwd=folder, env=environment)
    took = f"{name}: {time.monotonic() - start:.1f} s"
    if done.returncode:
        echo(f"amts d2l: {took}, and failed: status {done.returncode}", error=True)
        return max(1, done.returncode)  # a signal that ended it is below 0
    echo(took)
    return 0


def _program() -> str:
    """Return the path of d2lbook: beside this Python, or on the search path.

    :raises ConfigError: it is not installed
    """
    found = shutil.which("d2lbook", path=_search())
    if found is None:
        raise ConfigError(
            "d2lbook is not installed: pip install './amts_sphinx[d2l]', with Python"
            " 3.10 to 3.12"
        )
    return found


def _search() -> str:
    """Return the search path of programs, with this Python's and pandoc on it.

    :raises ConfigError: there is no pandoc, which d2lbook needs
    """
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    search = os.pathsep.join(folders)
    if shutil.which("pandoc", path=search):
        return search
    spec = find_spec("pypandoc")
    bundled = Path(spec.origin).parent / "files" if spec and spec.origin else None
    if bundled is None or not shutil.which("pandoc", path=str(bundled)):
        raise ConfigError(
            "d2lbook needs pandoc, which is not installed: see https://pandoc.org, or"
            " pip install pypandoc_binary"
        )
    return os.pathsep.join([search, str(bundled)])
