"""Work files: written by format, and known again when they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.review import work_po, work_xliff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.review.work import WorkUnit

#: The versions of XLIFF that can be written.
VERSIONS: Final = ("1.2", "2.1")
_XLIFF: Final = (".xlf", ".xliff")
#: A file says at its beginning what it is.
_HEAD: Final = 4096


def write(
    path: Path, units: Sequence[WorkUnit], pair: LanguagePair, version: str = "1.2"
) -> None:
    """Write *units* in the format that the suffix names.

    :param version: of XLIFF
    :raises InterchangeError: no format is known for the suffix, or the file cannot be
        written
    """
    suffix = path.suffix.lower()
    if suffix == ".po":
        work_po.write(path, units, pair)
    elif suffix in _XLIFF and version == "2.1":
        work_xliff.write_2(path, units, pair)
    elif suffix in _XLIFF:
        work_xliff.write(path, units, pair)
    else:
        raise InterchangeError(f"{path}: a work file ends in .xlf, .xliff or .po")


def is_work(path: Path) -> bool:
    """Tell whether a file is one that :func:`write` made, whatever a tool did to it."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False
    return work_po.MARK.encode() in head or b":work=" in head
