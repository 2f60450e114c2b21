"""Files that carry translation units to and from other tools, one module a format."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.errors import InterchangeError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from amts_sphinx.units import LanguagePair, TranslationUnit

#: The module that reads files with a suffix.
_MODULES: Final = {
    ".tmx": "tmx",
    ".xlf": "xliff",
    ".xliff": "xliff",
    ".po": "po",
    ".csv": "csv",
    ".tsv": "csv",
}


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a file of any format that is known, by its suffix.

    :param pair: the languages that are asked for, where a file does not tell; units of
        other languages may come too
    :param on_skip: is told, with file and line, of each text that is not usable
    :raises InterchangeError: the format is not known, or the file cannot be read
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _MODULES:
        known = ", ".join(_MODULES)
        msg = f"{path} is of no format that can be read; there are {known}"
        raise InterchangeError(msg)
    # Each loads what it needs, and most builds need none.
    module = import_module(f"{__name__}.{_MODULES[suffix]}")
    if suffix == ".tmx" and pair is not None:
        yield from module.read(path, source_language=pair.source, on_skip=on_skip)
    elif _MODULES[suffix] in {"po", "xliff"}:
        yield from module.read(path, pair, on_skip=on_skip)
    else:
        yield from module.read(path, on_skip=on_skip)
