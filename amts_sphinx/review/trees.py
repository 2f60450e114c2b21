"""The source of a book as it is in a folder, or as it was in a revision of git."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from amts_sphinx.config import d2lbook
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
    if d2lbook.home(book) != book:
        raise ConfigError(
            f"{name}: the Sphinx project of a book of d2lbook is written anew by each"
            f" build and is in no revision. Give the folders of two such projects, or"
            f" have `amts drift {d2lbook.home(book)} EDITION --base {name}` compare the"
            " book with an edition that is kept as source"
        )
    # The book may need files beside it.
    with _revision(name, book, "a folder with a conf.py", whole=True) as there:
        if not (there / "conf.py").is_file():
            raise ConfigError(f"{name} had no conf.py in {book}")
        yield there


@contextmanager
def version(name: str, book: Path) -> Iterator[Path]:
    """Give the folder of a version of *book*, whatever its form.

    :param name: a folder, or a revision of the git repository that *book* is in; a
        folder comes first
    :raises ConfigError: it is neither
    """
    if Path(name).is_dir():
        yield Path(name)
        return
    whole = (book / "conf.py").is_file()
    with _revision(name, book, "a folder", whole=whole) as there:
        if not there.is_dir():
            raise ConfigError(f"{name} had no folder {book}")
        yield there


@contextmanager
def _revision(name: str, book: Path, else_: str, *, whole: bool) -> Iterator[Path]:
    """Give the folder of *book* as it was in a revision.

    :param else_: what *name* may be beside a revision, for messages
    :param whole: whether the files of the repository outside of *book* come with it
    """
    if name.startswith("-"):
        raise ConfigError(f"{name} is no revision of git")
    told = f"{name} is neither {else_} nor"
    top = _git(book, "rev-parse", "--show-toplevel", told=told)
    root = Path(top.decode().strip())
    inside = book.resolve().relative_to(root.resolve())
    paths = [] if whole else [str(inside)]
    packed = _git(root, "archive", "--format=zip", name, "--", *paths, told=told)
    with tempfile.TemporaryDirectory() as folder:
        # Of a link, a file with its text is made: nothing leads out of the folder.
        with ZipFile(BytesIO(packed)) as archive:
            archive.extractall(folder)
        yield Path(folder, inside)


def _git(folder: Path, *arguments: str, told: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=True, capture_output=True
        )
    except FileNotFoundError:
        raise ConfigError(f"{told} can it be a revision: there is no git") from None
    except subprocess.CalledProcessError as exc:
        lines = exc.stderr.decode(errors="replace").strip().splitlines()
        why = lines[-1] if lines else "git failed"
        raise ConfigError(
            f"{told} a revision of the repository of {folder}: {why}"
        ) from None
    return done.stdout
