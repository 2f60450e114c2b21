"""Which book a command is about, and where its memory is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from amts_sphinx.config.settings import AmtsConfig


class BookAt(NamedTuple):
    """A book, and what its ``conf.py`` says."""

    folder: Path
    config: AmtsConfig


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add what names the book."""
    parser.add_argument(
        "--book",
        type=Path,
        metavar="DIR",
        help="the folder with conf.py, or with d2lbook's config.ini (default: this one,"
        " or the nearest above it)",
    )


def add_languages(parser: argparse.ArgumentParser) -> None:
    """Add what chooses among the editions of the book."""
    parser.add_argument(
        "--languages",
        nargs="+",
        default=[],
        metavar="TAG",
        help="languages of the editions (default: amts_target_languages)",
    )


def tell_of_others(config: AmtsConfig, tags: Iterable[str]) -> None:
    """Say which of the languages that were asked for are none of the book's.

    That is allowed: somebody may want to know of an edition before there is one.
    """
    for tag in tags:
        if stray := config.stray(find_language(tag).tag):
            echo(stray, error=True)


def find(named: Path | None, start: Path | None = None) -> BookAt | None:
    """Return the book that is *named*, else the one at *start* or nearest above it.

    :param start: by default the present folder
    :returns: ``None`` where none is named and none is there
    :raises ConfigError: there is no such book, or its ``conf.py`` is wrong
    """
    # Loading Sphinx takes longer than most commands: not before there is a book.
    from amts_sphinx.config.settings import AmtsConfig

    if named is not None:
        there = _project(named) or named
        return BookAt(there, AmtsConfig.from_folder(there))
    here = (start or Path()).resolve()
    for each in (here, *here.parents):
        if (folder := _project(each)) is not None:
            return BookAt(folder, AmtsConfig.from_folder(folder))
    return None


def within(folder: Path) -> BookAt | None:
    """Return the book in *folder* itself, if there is one.

    :raises ConfigError: its ``conf.py`` is wrong, or d2lbook has not written it yet
    """
    from amts_sphinx.config.settings import AmtsConfig

    there = _project(folder)
    return BookAt(there, AmtsConfig.from_folder(there)) if there is not None else None


def _project(folder: Path) -> Path | None:
    """Return the folder with ``conf.py`` of the book in *folder*, if there is one.

    :raises ConfigError: the book is d2lbook's, which has not written it yet
    """
    from amts_sphinx.config import d2lbook

    if (folder / "conf.py").is_file():
        return folder
    try:
        written = d2lbook.project(folder)
        ours = written is not None and d2lbook.NAME in d2lbook.extensions(folder)
    except ConfigError:
        return None  # a config.ini of something else
    if written is None or not ours:
        return None
    if not (written / "conf.py").is_file():
        raise ConfigError(
            f"the Sphinx project of {folder} is not there: d2lbook has not written it"
            f" yet, or `d2lbook clear` removed it. Run `amts d2l {folder}` first, or"
            f" `d2lbook build rst` in that folder; {written} is where it would be"
        )
    return written


def required(named: Path | None) -> BookAt:
    """Return the book of :func:`find`.

    :raises ConfigError: there is none
    """
    found = find(named)
    if found is None:
        raise ConfigError(
            "there is no conf.py here or above: name the book with --book DIR"
        )
    return found
