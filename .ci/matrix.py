"""Run the tests against every Sphinx that the package supports.

Each Sphinx has an environment of its own under ``build/matrix``, which later runs use
again; two of them work side by side. The package is installed from a wheel, so that a
file that was left out of the package is noticed here. Needs only the standard library::

    python .ci/matrix.py                      # all of them
    python .ci/matrix.py 5.3 newest           # some of them
    python .ci/matrix.py 5.3 -- -k engine     # what follows -- is for pytest
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import time
import venv
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
WORK: Final = ROOT / "build" / "matrix"
#: What the wheel is made of.
SOURCES: Final = ("amts_sphinx", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
#: Seconds that one command of one row may take.
PATIENCE: Final = 2400
#: How many rows work at a time.
AT_A_TIME: Final = 2
#: pytest's exit codes for "all passed" and "some failed"; others mean it did not run.
RAN: Final = (0, 1)
#: The row without a bound; a warning counts as a failure in this one only.
NEWEST: Final = "newest"
#: An older release warns of things that its own successor has put right.
LENIENT: Final = (
    "-Wdefault::DeprecationWarning",
    "-Wdefault::PendingDeprecationWarning",
)
#: Tests of what has nothing to do with Sphinx; the newest row runs them.
WITHOUT_SPHINX: Final = (
    "tests/test_align.py",
    "tests/test_amazon*",
    "tests/test_checks*",
    "tests/test_corpus*",
    "tests/test_endpoint*",
    "tests/test_evaluate*",
    "tests/test_metrics.py",
    "tests/test_report_browser.py",
)


@dataclass(frozen=True)
class Row:
    """One Sphinx to test with."""

    name: str
    #: What pip is asked for beside the package itself.
    requirements: str
    #: The first and the last Python that this Sphinx runs on.
    first: tuple[int, int] = (3, 10)
    last: tuple[int, int] = (3, 99)


#: myst-parser is named to save pip a search: each release takes a few Sphinx versions.
ROWS: Final = (
    # The version that d2lbook pins. It imports imghdr, which Python 3.13 dropped.
    Row("5.3", "Sphinx==5.3.* docutils<0.20 myst-parser<2", last=(3, 12)),
    Row("7.4", "Sphinx==7.4.* docutils<0.22 myst-parser<5"),
    Row("8.2", "Sphinx==8.2.* docutils<0.22 myst-parser<5", first=(3, 11)),
    Row(NEWEST, "Sphinx myst-parser"),
)


@dataclass(frozen=True)
class Outcome:
    """What came of one row."""

    row: str
    #: Versions of Sphinx, docutils and Python, or why there are none.
    versions: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    #: Whether the row counts as good.
    good: bool = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows that the command line names and print the table."""
    options, pytest_options = read_command_line(arguments)
    here = sys.version_info[:2]
    chosen = [row for row in ROWS if row.name in (options.rows or [row.name])]
    fitting = [row for row in chosen if row.first <= here <= row.last]
    outcomes = [
        Outcome(row.name, f"not for Python {here[0]}.{here[1]}")
        for row in chosen
        if row not in fitting
    ]
    wheel = build_wheel()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        jobs = [pool.submit(run_row, row, wheel, pytest_options) for row in fitting]
        outcomes.extend(job.result() for job in jobs)
    report(outcomes)
    return 0 if fitting and all(outcome.good for outcome in outcomes) else 1


def read_command_line(
    arguments: Sequence[str] | None,
) -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and what is meant for pytest."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = [row.name for row in ROWS]
    parser.add_argument("rows", nargs="*", metavar="VERSION", help=", ".join(names))
    options = parser.parse_args(words[:cut])
    for name in options.rows:
        if name not in names:
            parser.error(f"no row {name!r}; there are {', '.join(names)}")
    return options, words[cut + 1 :]


def build_wheel() -> Path:
    """Build the package's wheel from a clean copy, so that no stale file gets in."""
    source, target = WORK / "source", WORK / "wheel"
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            leave_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, source / name, ignore=leave_out)
        else:
            shutil.copy(path, source / name)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"]
    command += ["--quiet", "--quiet", "--no-deps"]
    command += ["--wheel-dir", str(target), str(source)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return next(target.glob("*.whl"))


def run_row(row: Row, wheel: Path, pytest_options: Sequence[str]) -> Outcome:
    """Install one Sphinx, run the tests with it, and read what came of them."""
    start = time.monotonic()
    folder = WORK / row.name
    log = WORK / f"{row.name}.log"
    log.write_text("", "utf-8")
    print(f"Sphinx {row.name}: started; output in {log.relative_to(ROOT)}", flush=True)
    try:
        install(row, folder, wheel, log)
        versions = show_versions(folder)
        outcome = run_tests(row, folder, pytest_options, log)
    except (subprocess.SubprocessError, OSError, ET.ParseError) as fault:
        print(f"Sphinx {row.name}: {fault}", flush=True)
        return Outcome(row.name, f"did not run: see {log.name}", good=False)
    seconds = time.monotonic() - start
    return Outcome(row.name, versions, *outcome, seconds, good=not outcome[1])


def install(row: Row, folder: Path, wheel: Path, log: Path) -> None:
    """Make the environment of *row*, or bring the package in it up to date."""
    wanted = f"{sys.version}{row.requirements}".encode() + read_bytes("setup.cfg")
    digest = hashlib.sha256(wanted).hexdigest()
    stamp = folder / "installed"
    pip = [str(program(folder, "python")), "-m", "pip", "--disable-pip-version-check"]
    pip += ["install", "--quiet", "--quiet"]
    if not stamp.exists() or stamp.read_text("utf-8") != digest:
        venv.create(folder, clear=True, with_pip=True)
        call([*pip, f"{wheel}[test]", *row.requirements.split()], log)
        stamp.write_text(digest, "utf-8")
    else:
        call([*pip, "--no-deps", "--force-reinstall", str(wheel)], log)


def run_tests(
    row: Row, folder: Path, options: Sequence[str], log: Path
) -> tuple[int, int, int]:
    """Run pytest and return how many tests passed, failed and were skipped."""
    results = WORK / f"{row.name}.xml"
    results.unlink(missing_ok=True)
    command = [str(program(folder, "pytest")), "-m", "not slow", "-q"]
    command += ["-p", "no:cacheprovider", f"--junitxml={results}"]
    if row.name != NEWEST:
        command += [*LENIENT, *(f"--ignore-glob={glob}" for glob in WITHOUT_SPHINX)]
    command += options
    status = call(command, log, allowed=RAN)
    root = ET.parse(results).getroot()  # noqa: S314 -- our own file
    suites = list(root.iter("testsuite"))

    def total(name: str) -> int:
        return sum(int(suite.get(name, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    passed = total("tests") - failed - skipped
    if status or failed:
        print(f"Sphinx {row.name}: {failed} failed\n{tail(log)}", flush=True)
    return passed, max(failed, status), skipped


def call(command: Sequence[str], log: Path, allowed: Sequence[int] = (0,)) -> int:
    """Run *command* with its output in *log*; any other exit code raises."""
    with log.open("a", encoding="utf-8") as output:
        output.write(f"$ {' '.join(command)}\n")
        output.flush()
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
    if done.returncode not in allowed:
        print(tail(log), flush=True)
        raise subprocess.CalledProcessError(done.returncode, command[0])
    return done.returncode


def show_versions(folder: Path) -> str:
    """Return the versions that an environment really has."""
    code = (
        "import platform, docutils, sphinx; "
        "print(f'{sphinx.__version__:9} {docutils.__version__:9} "
        "{platform.python_version()}')"
    )
    command = [str(program(folder, "python")), "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def report(outcomes: Sequence[Outcome]) -> None:
    """Print the table, and the sum as the last line."""
    head = f"{'Sphinx':9} {'docutils':9} Python"
    print(f"\n{'row':7} {head:27} passed failed skipped seconds")
    order = [row.name for row in ROWS]
    for each in sorted(outcomes, key=lambda outcome: order.index(outcome.row)):
        print(
            f"{each.row:7} {each.versions:27} {each.passed:6} {each.failed:6} "
            f"{each.skipped:7} {each.seconds:7.0f}"
            f"{'' if each.good else '  <-- look here'}"
        )
    passed = sum(outcome.passed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    failed = sum(max(outcome.failed, not outcome.good) for outcome in outcomes)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")


def program(folder: Path, name: str) -> Path:
    """Return the path of a program of an environment."""
    return folder / "bin" / name


def read_bytes(name: str) -> bytes:
    """Return what a file of the project holds."""
    return (ROOT / name).read_bytes()


def tail(log: Path, lines: int = 60) -> str:
    """Return the end of a log file."""
    return "\n".join(log.read_text("utf-8", "replace").split("\n")[-lines:])


if __name__ == "__main__":
    raise SystemExit(main())
