"""The output of the commands on the terminal."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def use_terminal() -> None:
    """Have characters that the terminal does not know shown by their numbers.

    A program that prints an arrow is not to end of it, as it would on a Windows console
    or in the locale C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    names = sys.getfilesystemencoding()
    if not _is_utf8(names):
        echo(
            f"amts: names of files are read as {names}: others than of ASCII are not"
            " told right. Set the environment variable PYTHONUTF8 to 1",
            error=True,
        )


def echo(text: str, *, error: bool = False) -> None:
    """Print one line at once."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def counted(number: int, one: str, more: str = "") -> str:
    """Return a number with what it counts.

    :param one: the name of one
    :param more: that of several, if it does not just end in s
    """
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def echo_json(value: Any) -> None:
    """Print a value as JSON, which any encoding of the output carries whole."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    echo(json.dumps(value, ensure_ascii=not _is_utf8(encoding), indent=1))


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def number(text: str, least: int, most: int | None = None) -> int:
    """Return the number that an option was given.

    :raises ArgumentTypeError: it is none, or out of bounds
    """
    bounds = f"from {least} to {most}" if most is not None else f"of {least} or more"
    try:
        found = int(text)
    except ValueError:
        found = least - 1
    if found < least or (most is not None and found > most):
        raise ArgumentTypeError(f"{text!r} is no number {bounds}")
    return found


#: Lines that tell of a long work from its beginning to its end.
_LINES: Final = 20


@contextmanager
def progress(what: str, *, lines: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar, if the output goes to a terminal.

    :param lines: where it does not, print a line each time a part is done
    :returns: a function that takes the amount of work that is done, and the whole
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if lines and not console.is_terminal:
        yield _by_lines(what)
        return
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def _by_lines(what: str) -> Callable[[int, int], None]:
    told = 0

    def advance(done: int, whole: int) -> None:
        nonlocal told
        parts = done * _LINES // whole if whole else _LINES
        if parts > told:
            told = parts
            echo(f"{what}: {parts * 100 // _LINES} %", error=True)

    return advance
