"""The model of the language identifier, ready to use.

The library keeps it packed, and to unpack it takes longer than all else for a small
book. So it is unpacked once for all books of a user, 68 MB, of which a build reads what
it needs. Where that cannot be, or is damaged, the library's own is taken.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from amts_sphinx.core import atomic, user_folder
from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    from pathlib import Path

#: The parts of an identifier, each a file with an array. The last one is written last.
_PARTS: Final = {
    "chances": "nb_ptc",
    "priors": "nb_pc",
    "languages": "nb_classes",
    "moves": "tk_nextmove",
    "rows": "tk_row",
    "features": "tk_output",
}
#: What to read files may raise that are damaged or not there.
_UNREADABLE: Final = (OSError, ValueError, TypeError, EOFError)


def identifier() -> LanguageIdentifier:
    """Return the identifier with all its languages; its answers come with a chance."""
    folder: Path | None = None
    with suppress(RuntimeError):  # nobody knows where the user's files are
        folder = user_folder.caches() / f"languages-{version('py3langid')}"
    if folder:
        with suppress(*_UNREADABLE):
            return _read(folder)
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if folder:
        # It saves time, no more: a folder that cannot be written is no trouble.
        with suppress(InterchangeError, OSError):
            _write(folder, found)
    return found


def _read(folder: Path) -> LanguageIdentifier:
    """Return the identifier that :func:`_write` kept; of large parts what is needed."""
    parts: dict[str, Any] = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        for name in reversed(_PARTS)
    }
    return LanguageIdentifier(
        parts["chances"],
        np.array(parts["priors"]),
        parts["languages"].tolist(),
        # Python reads single numbers from it faster than from numpy's.
        memoryview(parts["moves"]),
        parts["features"].tolist(),
        norm_probs=True,
        tk_row=parts["rows"].tolist(),
    )


def _write(folder: Path, found: LanguageIdentifier) -> None:
    """Keep what an identifier is made of."""
    for name, attribute in _PARTS.items():
        with atomic.replacing(folder / f"{name}.npy") as stream:
            np.save(stream, np.asarray(getattr(found, attribute)), allow_pickle=False)
