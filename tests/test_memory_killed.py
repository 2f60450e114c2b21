"""A command that is killed at any moment: nothing half done, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx.core import atomic
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import connection, delivery, home_file, importing, learning
from amts_sphinx.memory.importing import BookFiles
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAIR = LanguagePair("en", "de")
#: Where a process may be killed, again and again.
MOMENTS: list[tuple[Any, str]] = [
    (atomic, "_give_name"),
    (connection, "create"),
    (connection, "connect"),
    (os, "fsync"),
    (home_file, "line_of"),
    (learning, "gather"),
    (learning, "origin_id"),
    (learning, "replace_all"),
    (learning, "_keep"),
    (Memory, "adopt"),
    (Memory, "arrange"),
]


def unit(source: str, target: str) -> TranslationUnit:
    return TranslationUnit(
        source, target, PAIR, HUMAN, State.REVIEWED, created=5, changed=5
    )


def book(folder: Path) -> None:
    folder.mkdir()
    tmx.write(folder / "a.tmx", [unit("a", "A"), unit("b", "B")], source_language="en")
    units = [unit("b", "B2"), unit("c", "C")]
    tmx.write(folder / "in.tmx", units, source_language="en")


def take(folder: Path) -> None:
    files = BookFiles(folder, "en", "memory/{language}.home.tmx", ("a.tmx",))
    with Memory(folder / ".amts" / "memory.sqlite") as memory:
        importing.learn_book(memory, files, _quietly, _quietly)
        delivery.deliver(memory, files, folder / "in.tmx", tell=_quietly)


def _quietly(_text: str) -> None:
    """Say nothing."""


def state(folder: Path) -> tuple[bytes, dict[str, str], list[str]]:
    """Return the home file without its dates, what is published, and all files."""
    path = folder / ".amts" / "memory.sqlite"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Memory(path) as memory:
        known = memory.recall(PAIR, "engine/1", ["a", "b", "c"])
    home = folder / "memory" / "de.home.tmx"
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))
    undated = re.sub(rb' changedate="[^"]*"', b"", home.read_bytes())
    return undated, {k: u.target for k, u in known.items()}, files


def killed(folder: Path, moment: int) -> bool:
    """Take the delivery in another process, which dies at a moment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons fear for threads
        child = os.fork()
    if child == 0:  # pragma: no cover - dies
        _count_down(moment)
        take(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _count_down(moment: int) -> None:  # pragma: no cover - in the process that dies
    left = moment

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    for owner, name in MOMENTS:
        setattr(owner, name, deadly(getattr(owner, name)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
def test_a_delivery_that_is_killed_can_be_taken_again(tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    book(undisturbed)
    take(undisturbed)
    expected = state(undisturbed)
    assert expected[1] == {"a": "A", "b": "B2", "c": "C"}
    moments = 0
    while True:
        folder = tmp_path / str(moments)
        book(folder)
        died = killed(folder, moments)
        take(folder)
        home, published, files = state(folder)
        assert (home, published) == expected[:2], moments
        # A copy of what the home file was before the second attempt may be there too.
        former = ".amts/de.home.tmx.former"
        assert [f for f in files if f != former] == expected[2], moments
        if not died:
            break
        moments += 1
    assert moments >= 20
