"""The folders of an edition that is kept as source: where its pages and records are.

A record is the source that a page is a translation of, as it was then.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.config import d2lbook
from amts_sphinx.core import atomic, inline_codes
from amts_sphinx.core.errors import AmtsError, InterchangeError
from amts_sphinx.readers import files
from amts_sphinx.text import code_matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from amts_sphinx.parallel.pairs import Pair

#: The layouts: d2lbook's, with ``page_origin.md`` beside ``page.md``; a tree like that
#: of the book; the same as QuantEcon has it, with a map of headings in each page.
D2LBOOK: Final = "d2lbook"
PARALLEL: Final = "parallel"
QUANTECON: Final = "quantecon"
LAYOUTS: Final = (D2LBOOK, PARALLEL, QUANTECON)

#: Of the files that are pages.
_PATTERNS: Final = ("**/*.md", "**/*.ipynb")
_ORIGIN: Final = "_origin"
#: The folder of the records of a tree that has none beside its pages.
_RECORDS: Final = ".amts-source"
#: The file in it that tells which texts a machine wrote, one digest a line. A text that
#: anybody has changed since has another one.
_MACHINE: Final = "machine.txt"
_DIGITS: Final = 16
_COMMIT: Final = re.compile(r"^source-sha:\s*['\"]?([0-9a-f]{7,40})", re.MULTILINE)
#: Seconds that git may take.
_PATIENCE: Final = 60


def pages_of(book: Path) -> Iterator[Path]:
    """Yield the pages of a book, relative to its folder.

    Of a book of d2lbook, these are the ones that it builds.

    :raises AmtsError: there is no such folder, or its configuration cannot be read
    """
    built = d2lbook.documents(book)
    for pattern in _PATTERNS:
        for name, path in files.documents(book, pattern):
            is_page = built is None or name in built
            if is_page and not path.stem.endswith(_ORIGIN):
                yield path.relative_to(book)


def digest(coded: str) -> str:
    """Return what a text is recorded as: its words, whatever blanks are in them."""
    text = code_matching.bare(inline_codes.escape(inline_codes.plain(coded)))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def machine_texts(folder: Path) -> frozenset[str]:
    """Return the digests of the texts that a machine wrote into a tree.

    :raises InterchangeError: they cannot be read
    """
    path = folder / _RECORDS / _MACHINE
    try:
        return frozenset(path.read_text("ascii").split())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except (OSError, UnicodeDecodeError) as exc:
        raise InterchangeError(f"{path} cannot be read: {exc}") from exc


def is_machines(pair: Pair, made: Collection[str]) -> bool:
    """Tell whether a machine wrote the translation of a pair, all of it.

    :param made: as :func:`machine_texts` returns it
    """
    if not made:
        return False
    parts = pair.target_parts
    return digest(pair.target.source) in made or (
        bool(parts) and all(digest(part.source) in made for part in parts)
    )


def layout_of(book: Path) -> str:
    """Return the layout that editions of a book have by custom."""
    return D2LBOOK if (book / "config.ini").is_file() else PARALLEL


@dataclass(frozen=True, slots=True)
class SourceTree:
    """A folder with the pages of an edition."""

    folder: Path
    #: One of :data:`LAYOUTS`.
    layout: str
    #: The folder of the book.
    book: Path
    #: A folder, or a revision of the book's git repository, with the source of all
    #: pages that have no record; empty: there is none.
    base: str = ""

    def sources(self) -> Iterator[Path]:
        """Yield the pages of the book; those of an edition inside of it are none.

        :raises AmtsError: as :func:`pages_of`
        """
        own = self.folder.resolve()
        for path in pages_of(self.book):
            if own not in Path(self.book, path).resolve().parents:
                yield path

    def page(self, path: Path) -> Path:
        """Return where a page of the book stands in the edition."""
        return self.folder / path

    def record(self, path: Path) -> Path:
        """Return where the record of a page stands."""
        if self.layout == D2LBOOK:
            return self.folder / path.with_name(f"{path.stem}{_ORIGIN}{path.suffix}")
        return self.folder / _RECORDS / path

    def recorded(self, path: Path) -> bytes | None:
        """Return the source that a page is a translation of; ``None``: not known.

        :raises AmtsError: it cannot be read
        """
        try:
            return self.record(path).read_bytes()
        except FileNotFoundError:
            pass
        except OSError as exc:
            raise InterchangeError(
                f"{self.record(path)} cannot be read: {exc.strerror}"
            ) from exc
        if self.base:
            folder = Path(self.base)
            if folder.is_dir():
                found = folder / path
                return found.read_bytes() if found.is_file() else None
            return _at_revision(self.book, self.base, path)
        commit = self._commit(path) if self.layout == QUANTECON else ""
        return _at_revision(self.book, commit, path) if commit else None

    def _commit(self, path: Path) -> str:
        """Return the revision that QuantEcon's tools noted for a page."""
        for folder in (self.folder, self.folder.parent):
            noted = folder / ".translate" / "state" / f"{path.as_posix()}.yml"
            if noted.is_file():
                found = _COMMIT.search(noted.read_text("utf-8", errors="replace"))
                return found[1] if found else ""
        return ""

    def note_machine(self, coded: Iterable[str]) -> None:
        """Record which texts a machine wrote, beside those of former updates.

        :raises InterchangeError: they cannot be written
        """
        known = machine_texts(self.folder)
        if new := known.union(map(digest, coded)) - known:
            lines = "".join(f"{each}\n" for each in sorted(known | new))
            atomic.keep(self.folder / _RECORDS / _MACHINE, lines.encode())

    def write(self, path: Path, page: bytes, record: bytes) -> None:
        """Write a page and its record.

        Whoever is killed between the two finds the change once more.

        :raises InterchangeError: one cannot be written
        """
        atomic.keep(self.page(path), page)
        atomic.keep(self.record(path), record)


def _at_revision(book: Path, revision: str, path: Path) -> bytes | None:
    """Return a page as it was in a revision of the book; ``None``: it was not there."""
    if revision.startswith("-"):
        raise AmtsError(f"{revision!r} is neither a folder nor a revision")
    git = ["git", "-C", str(book)]
    try:
        known = subprocess.run(
            [*git, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
        if known.returncode:
            raise AmtsError(
                f"{revision} is neither a folder nor a revision of the repository of"
                f" {book}"
            )
        found = subprocess.run(
            [*git, "show", f"{revision}:./{path.as_posix()}"],
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise AmtsError(f"git cannot be asked for {revision}: {exc}") from exc
    return found.stdout if found.returncode == 0 else None
