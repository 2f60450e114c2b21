"""The tests with each Sphinx that the package supports, and the trial of its wheel.

Each environment is kept in ``build/nox`` and used again::

    nox --list
    nox --session 'sphinx(5.3)'                 # the tests with one Sphinx
    nox --session 'sphinx(5.3)' -- -k memory    # what follows -- is for pytest
    nox --session package wheel oldest          # what CI runs
    nox --session pythons                       # the wheel, on each Python that is here
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

import nox

ROOT: Final = Path(__file__).parent

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "venv"
nox.options.envdir = str(ROOT / "build" / "nox")
nox.options.reuse_existing_virtualenvs = True


class Row(NamedTuple):
    """One Sphinx to test with."""

    #: What pip is asked for beside the package. myst-parser is named to save pip a
    #: search: each of its releases takes a few versions of Sphinx.
    requirements: str
    #: The first and the last Python that this Sphinx runs on.
    first: tuple[int, int] = (3, 10)
    last: tuple[int, int] = (3, 99)


ROWS: Final = {
    # The version that d2lbook pins. It imports imghdr, which Python 3.13 dropped.
    "5.3": Row("Sphinx==5.3.* docutils<0.20 myst-parser<2", last=(3, 12)),
    "7.4": Row("Sphinx==7.4.* docutils<0.22 myst-parser<5"),
    "8.2": Row("Sphinx==8.2.* docutils<0.22 myst-parser<5", first=(3, 11)),
}
#: An older release warns of things that its own successor has put right.
LENIENT: Final = (
    "-Wdefault::DeprecationWarning",
    "-Wdefault::PendingDeprecationWarning",
)


#: They build books too, but what they show does not depend on the version of Sphinx.
ELSEWHERE: Final = (
    "--ignore-glob=tests/test_amazon*",
    "--ignore=tests/test_report_browser.py",
)
#: What the tests need most of the source archive: its books, documents and settings.
QUICK: Final = (
    "tests/test_packaging.py",
    "tests/test_sample_book.py",
    "-m",
    "not slow",
)
FITTING: Final = [
    version
    for version, row in ROWS.items()
    if row.first <= sys.version_info[:2] <= row.last
]


@nox.session
@nox.parametrize("version", [nox.param(version, id=version) for version in FITTING])
def sphinx(session: nox.Session, version: str) -> None:
    """Run the tests that need Sphinx, with an older one."""
    install(session, "[test]", *ROWS[version].requirements.split())
    chosen = session.posargs or ["-m", "sphinx and not slow"]
    session.run(
        "pytest", "-n", "auto", "--dist", "loadfile", *LENIENT, *ELSEWHERE, *chosen
    )


@nox.session(venv_backend="none")
def oldest(session: nox.Session) -> None:
    """Run them with the oldest that runs here, and build big books with it too."""
    chosen = session.posargs or ["-m", "sphinx and (not slow or books)"]
    session.notify(f"sphinx({FITTING[0]})", chosen)


@nox.session
def wheel(session: nox.Session) -> None:
    """Try the package as users get it: from a wheel, without extras, elsewhere."""
    install(session, "[book]", "pytest")
    session.run("pytest", *session.posargs, ".ci/try_wheel.py")


@nox.session(python=["3.10", "3.11", "3.12", "3.13"])
def pythons(session: nox.Session) -> None:
    """Try the wheel on each Python that the package supports and that is here."""
    wheel(session)


@nox.session
def package(session: nox.Session) -> None:
    """Build both archives, and have the source one prove that it is complete."""
    session.install("build>=1.2", "twine>=6")
    folder = ROOT / "build" / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(folder), str(copy(session)))
    archives = sorted(map(str, folder.iterdir()))
    session.run("python", "-m", "twine", "check", "--strict", *archives)
    [archive] = folder.glob("*.tar.gz")
    place = Path(session.create_tmp()) / "source"
    shutil.rmtree(place, ignore_errors=True)
    shutil.unpack_archive(archive, place)
    [source] = place.iterdir()
    _compare(session, source)
    # As whoever has the archive alone.
    session.install(f"{source}[book,test]")
    session.chdir(source)
    session.run("pytest", "-q", *(session.posargs or QUICK))


def _compare(session: nox.Session, source: Path) -> None:
    """See whether the archive has each file that is under version control."""
    if not (ROOT / ".git").exists():
        session.log("no repository here: the archive is not compared with it")
        return
    listed = session.run(
        "git", "-C", str(ROOT), "ls-files", "-z", external=True, silent=True
    )
    tracked = {name for name in str(listed).split("\0") if name}
    missing = sorted(name for name in tracked if not (source / name).exists())
    if missing:
        session.error(f"MANIFEST.in leaves out {', '.join(missing)}")


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the code in small ways, and count what the tests notice: a sample."""
    session.install("--editable", ".[book,test]", "cosmic-ray>=8.3")
    session.run("python", ".ci/mutants.py", *session.posargs)


def install(session: nox.Session, extra: str, *more: str) -> None:
    """Install the package from a new wheel: a file that was left out is missed then."""
    folder = Path(session.create_tmp()) / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    make = ("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder))
    session.run(*make, str(copy(session)))
    [wheel] = folder.glob("*.whl")
    session.install(f"{wheel}{extra}", *more)
    # In an environment that is used again, pip took the version for the same.
    session.install("--no-deps", "--force-reinstall", str(wheel))


def copy(session: nox.Session) -> Path:
    """Copy the project without what git ignores, and return the folder.

    No file that has gone gets into an archive by what an earlier build left, and who
    builds at the same time writes elsewhere.
    """
    place = Path(session.create_tmp()) / "copy"
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(ROOT, place, ignore=_made))


def _made(folder: str, names: list[str]) -> set[str]:
    """Return those of the names in a folder that git ignores, and its own."""
    lines = (ROOT / ".gitignore").read_text("utf-8").split()
    here = [n for n in lines if not n.startswith("/") or Path(folder) == ROOT]
    patterns = (name.strip("/") for name in here)
    return shutil.ignore_patterns(".git", *patterns)(folder, names)
