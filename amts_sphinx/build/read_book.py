"""Read a book as a build does, for commands that make no edition of it."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from amts_sphinx import _compat
from amts_sphinx.build.builders import AmtsBuilder, OrderingBuilder
from amts_sphinx.core.errors import AmtsError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amts_sphinx.build.builders import Use


def read_book(book: Path, use: Use, settings: Mapping[str, str] | None = None) -> None:
    """Read *book*, and pass it to *use* in place of making its editions.

    :param settings: values in place of those of ``conf.py``
    :raises AmtsError: it cannot be read, or *use* raises that
    """
    if not (book / "conf.py").exists():
        raise ConfigError(f"{book} is not a Sphinx project: it has no conf.py")
    with (
        _sphinx_errors(),
        tempfile.TemporaryDirectory() as out,
        _compat.docutils_of_its_own(),
    ):
        app = Sphinx(
            str(book),
            str(book),
            out,
            str(Path(out, "doctrees")),
            AmtsBuilder.name,
            confoverrides=dict(settings or {}),
            status=None,
            warning=sys.stderr,
        )
        if not isinstance(app.builder, OrderingBuilder):
            raise ConfigError(
                f"{book}: conf.py does not list the extension amts_sphinx"
            )
        app.builder.use = use
        app.build(force_all=True)


@contextmanager
def _sphinx_errors() -> Iterator[None]:
    """Raise Sphinx's errors as ours, which are shown without a traceback."""
    try:
        yield
    except AmtsError:
        raise
    except SphinxError as exc:
        raise AmtsError(str(exc)) from exc
