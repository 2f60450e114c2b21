"""The source of a book as it is in a folder, or as it was in a revision of git."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def tree(name: str, book: Path) -> Iterator[Path]:
    """Give the folder with the ``conf.py`` of a version of *book*.

    :param name: a folder with a ``conf.py``, or a revision of the git repository that
        *book* is in; a folder comes first
    :raises ConfigError: it is neither
    """
    if Path(name, "conf.py").is_file():
        yield Path(name)
        return
    if Path(name).is_dir():
        raise ConfigError(f"{name} is not a Sphinx project: it has no conf.py")
    root = Path(_git(book, "rev-parse", "--show-toplevel", name=name).decode().strip())
    # The book may need files beside it.
    packed = _git(root, "archive", "--format=zip", name, "--", name=name)
    with tempfile.TemporaryDirectory() as folder:
        # Of a link, a file with its text is made: nothing leads out of the folder.
        with ZipFile(BytesIO(packed)) as archive:
            archive.extractall(folder)
        there = Path(folder, book.resolve().relative_to(root.resolve()))
        if not (there / "conf.py").is_file():
            raise ConfigError(f"{name} had no conf.py in {book}")
        yield there


def _git(folder: Path, *arguments: str, name: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=True, capture_output=True
        )
    except FileNotFoundError:
        raise ConfigError(f"{name} is no folder, and there is no git") from None
    except subprocess.CalledProcessError as exc:
        why = exc.stderr.decode(errors="replace").strip().splitlines()
        raise ConfigError(
            f"{name} is neither a folder with a conf.py nor a revision of the"
            f" repository of {folder}: {why[-1] if why else 'git failed'}"
        ) from None
    return done.stdout
