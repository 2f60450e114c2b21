"""Read a book as a build does, for commands that make no edition of it."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO, cast

from filelock import FileLock, Timeout
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import strip_colors

from amts_sphinx import _compat
from amts_sphinx.build.builders import AmtsBuilder, OrderingBuilder
from amts_sphinx.config import d2lbook
from amts_sphinx.config.settings import EXTENSION, is_listed, namespace
from amts_sphinx.core.errors import AmtsError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amts_sphinx.build.builders import Use


#: Where doctrees are kept between commands, in the folder of the book.
_DOCTREES: Final = Path(".amts", "doctrees")


def read_book(book: Path, use: Use, settings: Mapping[str, str] | None = None) -> None:
    """Read *book*, and pass it to *use* in place of making its editions.

    As a build does, it reads only the documents that have changed since the last time.

    :param settings: values in place of those of ``conf.py``
    :raises AmtsError: it cannot be read, or *use* raises that
    """
    if not (book / "conf.py").exists():
        raise ConfigError(f"{book} is not a Sphinx project: it has no conf.py")
    with (
        _sphinx_errors(),
        tempfile.TemporaryDirectory() as out,
        _doctrees(book) as doctrees,
        _compat.docutils_of_its_own(),
    ):
        app = _application(book, out, doctrees, settings or {})
        # Another extension may have a builder of our name.
        if not isinstance(app.builder, OrderingBuilder):
            raise _unlisted(book)
        app.builder.use = use
        app.build(force_all=True)


def _application(
    book: Path, out: str, doctrees: Path, settings: Mapping[str, str]
) -> Sphinx:
    """Return what reads *book*.

    :raises ConfigError: its ``conf.py`` does not list this extension
    """
    try:
        return Sphinx(
            str(book),
            str(book),
            out,
            str(doctrees),
            AmtsBuilder.name,
            confoverrides=dict(settings),
            status=None,
            warning=_warnings(),
        )
    except SphinxError as exc:
        # Sphinx says no more than that it has no such builder. Another extension may
        # load this one, so that a list without it alone is no fault.
        is_of_builder = AmtsBuilder.name in str(exc).split()
        if is_of_builder and not is_listed(namespace(book)):
            raise _unlisted(book) from exc
        raise


def _warnings() -> TextIO:
    """Return where warnings go: with Sphinx's colours on a terminal alone."""
    if sys.stderr.isatty() or os.environ.get("FORCE_COLOR"):
        return sys.stderr
    return cast("TextIO", _Plain())


class _Plain:
    """Standard error, without colours."""

    def write(self, text: str) -> None:
        """Write *text* without the codes of its colours."""
        sys.stderr.write(strip_colors(text))

    def flush(self) -> None:
        """Write what was held back."""
        sys.stderr.flush()


def _unlisted(book: Path) -> ConfigError:
    return ConfigError(
        f"{book / 'conf.py'} does not list the extension: add"
        f' "{EXTENSION}" to extensions'
    )


@contextmanager
def _doctrees(book: Path) -> Iterator[Path]:
    """Yield the folder of doctrees that commands keep for *book*.

    It is an empty one, and is removed, where another command is reading the book, or
    where the book's folder cannot be written.
    """
    kept = d2lbook.home(book) / _DOCTREES
    lock = FileLock(kept.with_suffix(".lock"))
    try:
        kept.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except (OSError, Timeout):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    try:
        yield kept
    finally:
        lock.release()


@contextmanager
def _sphinx_errors() -> Iterator[None]:
    """Raise Sphinx's errors as ours, which are shown without a traceback."""
    try:
        yield
    except AmtsError:
        raise
    except SphinxError as exc:
        raise AmtsError(str(exc)) from exc
