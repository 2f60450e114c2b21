"""Build the edition that is reviewed: in a process of its own, one build at a time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import IO

#: The lines of a build's output that are kept: the last ones.
_KEPT: Final = 300
#: Seconds that a build is given to end by itself.
_PATIENCE: Final = 5
#: What colours terminals.
_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")


@dataclass(slots=True)
class Build:
    """Builds one edition of a book with ``sphinx-build``."""

    #: The folder with ``conf.py``.
    book: Path
    #: The tag of the edition's language.
    language: str
    #: The folder of the edition.
    out: Path
    #: Values in place of those of ``conf.py``.
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Is called on another thread when a build has ended by itself.
    when_done: Callable[[], None] = lambda: None
    _process: subprocess.Popen[bytes] | None = None
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))
    #: The number of builds that have ended.
    _ended: int = 0
    #: The exit status of the last build; ``None``: there was none, or it was ended.
    _status: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def command(self) -> list[str]:
        """Return the command that builds the edition."""
        settings = [f"-D{name}={value}" for name, value in self.settings.items()]
        command = [sys.executable, "-m", "sphinx", "-b", f"amts-{self.language}"]
        return [*command, *settings, str(self.book), str(self.out)]

    def start(self) -> bool:
        """Start a build, and tell whether it was: there may be one already."""
        with self._lock:
            if self._process is not None:
                return False
            self._lines.clear()
            self._status = None
            self._process = subprocess.Popen(
                self.command(),
                env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # So that the processes of a build end together.
                start_new_session=os.name != "nt",
            )
        threading.Thread(target=self._listen, args=[self._process], daemon=True).start()
        return True

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Take what a build says, and note how it ends."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        self._read(process.stdout)
        status = process.wait()
        with self._lock:
            ended = self._process is not process
            if not ended:
                self._process, self._status = None, status
                self._ended += 1
        if not ended:
            self.when_done()

    def _read(self, stream: IO[bytes]) -> None:
        """Keep the lines of *stream*; a line of progress makes way for the next one."""
        replaces = False
        # Lines end in a carriage return, too, while progress is shown.
        with TextIOWrapper(stream, "utf-8", "replace", newline="") as lines:
            for line in lines:
                if text := _COLOUR.sub("", line).rstrip():
                    with self._lock:
                        if replaces and self._lines:
                            self._lines.pop()
                        self._lines.append(text)
                    replaces = line.endswith("\r")

    def told(self) -> dict[str, Any]:
        """Return how the build stands, as the page shows it."""
        with self._lock:
            return {
                "running": self._process is not None,
                "status": self._status,
                "ended": self._ended,
                "lines": [*self._lines],
            }

    def stop(self) -> None:
        """End the build, if there is one, with all its processes."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            self._ended += 1
            self._lines.append("The build was stopped.")
        _end(process, signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _end(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()


def _end(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """Tell *process* to end, and those that it has started."""
    with suppress(OSError):
        if os.name == "nt":
            process.terminate()
        else:
            os.killpg(process.pid, sign)
