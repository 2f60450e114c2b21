"""A Python that begins with Sphinx and this package imported already.

To import them takes most of the time of a small build. So one process imports them, and
is forked for each program that a test starts: each still runs in a process of its own.
:func:`python` returns the path of an executable that stands in for
:data:`sys.executable`, for the processes of such a program too. It connects to that
process and hands over its arguments, directory, environment and open files. It ends as
the fork ends.

Where the system cannot do this, or if ``AMTS_TEST_COLD`` is set, the path is that of
Python itself.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NoReturn

with contextlib.suppress(ImportError):  # there is none on Windows
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: What is imported before the first fork, beside Sphinx's own extensions. An import has
#: no effect on what a build does: no language is chosen, no application is made.
_IMPORTED: Final = (
    "sphinx.cmd.build",
    "sphinx.ext.mathjax",
    "sphinx.search.zh",
    "amts_sphinx.align",
    "amts_sphinx.build.builders",
    "amts_sphinx.build.production",
    "amts_sphinx.cli",
    "amts_sphinx.edition.process",
    "amts_sphinx.engine.amazon.client",
    "amts_sphinx.engine.pseudo",
    "amts_sphinx.readers.editions",
    "babel.numbers",
    "boto3",
    "jieba",
    "jinja2.ext",
    "pypinyin",
    "sacrebleu",
)
#: How many bytes tell the length of a request.
_HEAD: Final = 8

#: The most open files that a program is given.
_FILES: Final = 64

#: What is neither ``-m MODULE`` nor ``-c CODE`` is left to Python itself.
_CLIENT: Final = f"""\
import os, signal, sys

asked = sys.argv[3:] if sys.argv[2:3] == ["-B"] else sys.argv[2:]
if asked[:1] not in (["-m"], ["-c"]):
    os.execv(sys.argv[1], sys.argv[1:])
import json, socket

def is_given(number):
    try:
        return os.get_inheritable(number)
    except OSError:
        return False

files = [int(name) for name in os.listdir("/proc/self/fd") if is_given(int(name))]
request = json.dumps([files, asked, os.getcwd(), dict(os.environ)]).encode()
server = socket.socket(socket.AF_UNIX)
server.connect(os.path.join(os.path.dirname(__file__), "socket"))
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: server.sendall(bytes([number])))
socket.send_fds(server, [len(request).to_bytes({_HEAD}, "big")], files)
server.sendall(request)
status = int(server.makefile().readline() or -signal.SIGKILL)
if status < 0:
    if status != -signal.SIGKILL:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@functools.cache
def python() -> str:
    """Return the path of the Python to start programs with."""
    if not hasattr(os, "pidfd_open") or os.environ.get("AMTS_TEST_COLD"):
        return sys.executable
    folder = Path(tempfile.mkdtemp(prefix="amts-"))  # the path of a socket is short
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    client, executable = folder / "client.py", folder / "python"
    client.write_text(_CLIENT, "utf-8")
    start = shlex.join([sys.executable, "-IS", str(client), sys.executable])
    executable.write_text(f'#!/bin/sh\nexec {start} "$@"\n', "utf-8")
    executable.chmod(0o755)
    server = subprocess.Popen(
        [sys.executable, __file__, str(folder / "socket"), str(executable)],
        stdin=subprocess.PIPE,  # the server ends when this is closed
        stdout=subprocess.PIPE,
    )
    atexit.register(server.communicate)
    assert server.stdout is not None
    if server.stdout.readline() != b"ready\n":
        raise RuntimeError("the process to fork from did not start")
    return str(executable)


def programs(folder: Path) -> Path:
    """Write ``amts`` and ``sphinx-build`` for shells to find; return their folder.

    As with those that pip writes, nothing is imported from the current directory.
    """
    folder.mkdir()
    for name, module in (
        ("amts", "amts_sphinx.cli"),
        ("sphinx-build", "sphinx.cmd.build"),
    ):
        code = f"import sys; del sys.path[0]; sys.argv[0] = {name!r}\n"
        code += f"from {module} import main; sys.exit(main())"
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nexec {shlex.join([python(), "-c", code])} "$@"\n'
        )
        program.chmod(0o755)
    return folder


#: How the program of this fork ended.
_ended: Final[list[int]] = []


@atexit.register
def _leave_nothing_to_tidy() -> None:
    """End a fork when all else is done: to free all that was imported takes long.

    This is called last, since it was registered before what else is imported.
    """
    if _ended:
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:
                stream.flush()
        os._exit(*_ended)


class _Server:
    """Forks for each client, and tells the client how its fork ended."""

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(64)
        self._events = selectors.DefaultSelector()
        self._when_read(self._listener, self._accept)
        self._when_read(sys.stdin, sys.exit)
        #: Each client with the descriptor of its fork.
        self._forks: dict[socket.socket, int] = {}

    def _when_read(self, source: Any, action: Callable[[], object]) -> None:
        self._events.register(source, selectors.EVENT_READ, action)

    def serve(self) -> list[Any]:
        """Serve for ever; in each fork, return what is asked for."""
        while True:
            for key, _ in self._events.select():
                asked = key.data()
                if asked:
                    return list(asked)

    def _accept(self) -> list[Any] | None:
        client = self._listener.accept()[0]
        head, files, *_ = socket.recv_fds(client, _HEAD, _FILES)
        with client.makefile("rb") as file:
            asked: list[Any] = json.loads(file.read(int.from_bytes(head, "big")))
        pid = os.fork()
        if not pid:
            self._leave(client)
            _take(files, asked.pop(0))
            return asked
        for each in files:
            os.close(each)
        fork = self._forks[client] = os.pidfd_open(pid)
        self._when_read(fork, functools.partial(self._report, client, pid))
        self._when_read(client, functools.partial(self._pass_on, client))
        return None

    def _leave(self, client: socket.socket) -> None:
        """Close, in a fork, what belongs to the server."""
        self._events.close()
        for each in (self._listener, client, *self._forks):
            each.close()
        for fork in self._forks.values():
            os.close(fork)

    def _pass_on(self, client: socket.socket) -> None:
        """Send a fork the signals that its client got; end it if the client is gone."""
        fork = self._forks.get(client)
        if fork is None:
            return  # it has just ended
        numbers = client.recv(16)
        if not numbers:
            self._events.unregister(client)
        for number in numbers or [signal.SIGKILL]:
            signal.pidfd_send_signal(fork, number)

    def _report(self, client: socket.socket, pid: int) -> None:
        """Send a client how its fork ended."""
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        fork = self._forks.pop(client)
        self._events.unregister(fork)
        os.close(fork)
        if client in self._events.get_map():
            self._events.unregister(client)
            with contextlib.suppress(OSError):  # it has gone this moment
                client.sendall(b"%d\n" % status)
        client.close()


def _take(files: Sequence[int], numbers: Sequence[int]) -> None:
    """Give open files the numbers that they have in the client."""
    # First out of the way: one may have the number of another.
    free = max(numbers) + 1
    apart = [fcntl.fcntl(each, fcntl.F_DUPFD, free) for each in files]
    for each in files:
        os.close(each)
    for each, number in zip(apart, numbers, strict=True):
        os.dup2(each, number)
        os.close(each)


def _stream(number: int, settings: str, *, at_once: bool) -> io.TextIOWrapper:
    """Return one of the streams for output that Python begins with."""
    encoding, _, errors = settings.partition(":")
    raw = open(number, "wb", closefd=False)  # noqa: SIM115
    usual = "strict" if number == 1 else "backslashreplace"
    return io.TextIOWrapper(
        raw, encoding or "utf-8", errors or usual, write_through=at_once
    )


def _run(program: list[str], directory: str, environment: dict[str, str]) -> NoReturn:
    """Be ``python -m MODULE ...`` or ``python -c CODE ...``."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    settings = environment.get("PYTHONIOENCODING", "")
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, settings, at_once="PYTHONUNBUFFERED" in environment)
    sys.stderr = _stream(2, settings, at_once=True)
    added = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:0] = [directory, *added]
    importlib.invalidate_caches()
    kind, text, *sys.argv[1:] = program
    try:
        if kind == "-m":
            runpy.run_module(text, run_name="__main__", alter_sys=True)
        else:
            main = sys.modules["__main__"] = ModuleType("__main__")
            exec(text, main.__dict__)  # noqa: S102
        sys.exit()
    except SystemExit as end:
        status = end.code or 0
        _ended.append(status if isinstance(status, int) else 1)
        raise
    except Exception:
        _ended.append(1)
        raise


def _prepare() -> None:
    """Import what programs need, and read what takes long."""
    for name in _IMPORTED:
        importlib.import_module(name)
    from sphinx.application import builtin_extensions

    for name in builtin_extensions:
        importlib.import_module(name)
    import jieba

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    # A program is run as ``__main__`` though it is imported already.
    warnings.filterwarnings("ignore", r".* found in sys\.modules", RuntimeWarning)
    # Native threads, which numpy may have, make newer Pythons warn of a fork.
    warnings.filterwarnings("ignore", r".*fork\(\)", DeprecationWarning)
    gc.collect()
    gc.freeze()


def main(address: str, executable: str) -> NoReturn:
    """Serve, and in each fork be the program that was asked for."""
    del sys.path[0]  # the folder of this file
    _prepare()
    sys.executable = executable
    # It has taken note of another.
    importlib.import_module("multiprocessing.spawn").set_executable(executable)
    server = _Server(address)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _run(*server.serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
