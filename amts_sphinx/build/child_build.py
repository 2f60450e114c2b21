"""Start the build of an edition in its own process, and read its messages."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from io import TextIOWrapper
from threading import Thread
from typing import IO, TYPE_CHECKING

from amts_sphinx.edition.plan import save_pickles
from amts_sphinx.edition.process import FAILURE, RECORD
from amts_sphinx.edition.warning_log import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.edition.plan import EditionPlan


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """How an edition's build ended."""

    plan: EditionPlan
    #: What went wrong; empty when the edition is written.
    failure: str
    records: tuple[Record, ...]


def run(
    plan: EditionPlan, show: Callable[[str], object], *, color: bool
) -> BuildOutcome:
    """Build the edition of *plan* and wait for its end.

    :param show: takes the output of the build, as lines with their ends
    """
    save_pickles(plan.path, plan)
    env = {
        **os.environ,
        # What this process can import, the other one can; as in a test or a notebook.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONIOENCODING": "utf-8",
        ("FORCE_COLOR" if color else "NO_COLOR"): "1",
    }
    command = [sys.executable, "-m", "amts_sphinx.edition.process", str(plan.path)]
    with subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        reports: list[str] = []
        listener = Thread(target=_listen, args=(process.stderr, reports.append))
        listener.start()
        try:
            _listen(process.stdout, show)
            process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            listener.join()
    return _outcome(plan, process.returncode, reports, show)


def _listen(stream: IO[bytes] | None, take: Callable[[str], object]) -> None:
    """Pass lines on, with their ends: a carriage return while progress is shown."""
    if stream is not None:
        text = TextIOWrapper(stream, "utf-8", errors="replace", newline="")
        for line in text:
            take(line)


def _outcome(
    plan: EditionPlan, status: int, reports: list[str], show: Callable[[str], object]
) -> BuildOutcome:
    """Sort what came on standard error into records, a failure, and the rest."""
    records, failure, rest = [], "", []
    for line in reports:
        if line.startswith(RECORD):
            records.append(Record.from_json(line.removeprefix(RECORD)))
        elif line.startswith(FAILURE):
            text = line.removeprefix(FAILURE).rstrip()
            failure = text.encode().decode("unicode_escape")
        else:
            rest.append(line)
    if status and not failure:
        failure = f"its process ended with status {status}\n{''.join(rest)}"
    elif rest:
        show("".join(rest))
    return BuildOutcome(plan, failure, tuple(records))
