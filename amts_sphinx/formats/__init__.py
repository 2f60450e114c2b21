"""Files of translation units, for exchange with other tools; one module a format."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from amts_sphinx.core.units import LanguagePair, TranslationUnit

#: The module that reads files with a suffix.
_MODULES: Final = {
    ".tmx": "tmx",
    ".xlf": "xliff",
    ".xliff": "xliff",
    ".po": "po",
    ".csv": "csv",
    ".tsv": "csv",
}


def is_known(path: str | os.PathLike[str]) -> bool:
    """Tell whether the suffix is that of a file of units."""
    return Path(path).suffix.lower() in _MODULES


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a file; the suffix names the format.

    The file is opened when the first unit is asked for.

    :param pair: the languages, for files that do not name theirs; the units of other
        files may be in other languages
    :param on_skip: takes a message, with file and line, about each text that cannot be
        used; without it such a text is an error, except for an empty field of a table
    :raises InterchangeError: the format is unknown, or the file cannot be read
    """
    name, module = _module(path)
    if name == "tmx" and pair is not None:
        yield from module.read(path, source_language=pair.source, on_skip=on_skip)
    elif name in {"po", "xliff"}:
        yield from module.read(path, pair, on_skip=on_skip)
    else:
        yield from module.read(path, on_skip=on_skip)


def write(
    path: str | os.PathLike[str], units: Iterable[TranslationUnit], pair: LanguagePair
) -> int:
    """Write the units of *pair* in the format that the suffix names.

    Equal units give equal bytes. TMX keeps the most. XLIFF does not keep the makers, PO
    keeps one translation of each source, and CSV and TSV keep only the words, as Amazon
    Translate takes them.

    :returns: the number of units that were written
    :raises InterchangeError: the format is unknown, a unit cannot be written without
        loss, or the file cannot be written
    """
    name, module = _module(path)
    mine = (unit for unit in units if unit.pair == pair)
    count: int
    if name == "tmx":
        count = module.write(path, mine, source_language=pair.source)
    elif name == "xliff":
        count = module.write(path, mine)
    elif name == "po":
        count = module.write(path, mine, pair)
    else:
        count = module.write(path, mine, pair).pairs
    return count


def _module(path: str | os.PathLike[str]) -> tuple[str, Any]:
    """Return the format of a file, and its module."""
    if not is_known(path):
        *known, last = _MODULES
        raise InterchangeError(
            f"{path}: no format is known for this name; it may end in"
            f" {', '.join(known)} or {last}"
        )
    # They are imported when needed; most builds need none.
    name = _MODULES[Path(path).suffix.lower()]
    return name, import_module(f"{__name__}.{name}")
