"""Programs that tests start without importing all anew end as any other would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fork_server import python
from waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(
    python() == sys.executable, reason="this system cannot fork for a client"
)


def run(code: str, *arguments: str, cwd: Path | None = None, **environment: str) -> str:
    """Run a program and return its output, its errors after that, and its end."""
    done = subprocess.run(
        [python(), "-c", code, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **environment},
        timeout=PATIENCE,
    )
    return f"{done.stdout}{done.stderr}{done.returncode}"


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("print('é')", "é\n0"),
        ("import sys; sys.exit(7)", "7"),
        ("import sys; sys.exit('no')", "no\n1"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "-9"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "-15"),
        (
            "import atexit; atexit.register(print, 'last'); print('first')",
            "first\nlast\n0",
        ),
    ],
)
def test_a_program_ends_as_it_does(code: str, end: str) -> None:
    assert run(code) == end


def test_an_error_is_shown() -> None:
    shown = run("raise ValueError('wrong')")
    assert "Traceback" in shown
    assert shown.endswith("ValueError: wrong\n1")


def test_a_program_has_its_own_surroundings(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['SOIL'], *sys.argv[1:])"
    assert run(code, "a b", "c", cwd=tmp_path, SOIL="wet") == f"{tmp_path} wet a b c\n0"


def test_nothing_stays_from_one_program_to_the_next() -> None:
    assert run("import sphinx; sphinx.soil = 'wet'") == "0"
    assert run("import sphinx; print(hasattr(sphinx, 'soil'))") == "False\n0"


def test_a_program_may_start_others() -> None:
    code = (
        "from concurrent.futures import ProcessPoolExecutor as Pool\n"
        "from multiprocessing import get_context\n"
        "with Pool(2, get_context('spawn')) as pool: print(*pool.map(abs, [-1, -2]))"
    )
    assert run(code) == "1 2\n0"


def test_signals_reach_a_program(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(5))\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "while True: signal.pause()"
    )
    there = tmp_path / "there"
    with subprocess.Popen([python(), "-c", code, str(there)]) as process:
        until(there.exists)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 5


def test_a_program_ends_with_its_client() -> None:
    code = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [python(), "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not Path(f"/proc/{pid}").exists())
