"""Files of translation units, for exchange with other tools; one module a format.

A format is known by its content where that is XML, whatever the file is called, and
else by the suffix of its name.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.formats.asked import Asked

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from amts_sphinx.core.units import LanguagePair, TranslationUnit

#: The module that reads and writes files with a suffix.
_MODULES: Final = {
    ".tmx": "tmx",
    ".xlf": "xliff",
    ".xliff": "xliff",
    ".po": "po",
    ".csv": "csv",
    ".tsv": "csv",
}
#: What other tools call their XLIFF: it is read, never written.
_READ_ONLY: Final = dict.fromkeys((".sdlxliff", ".mqxliff", ".mxliff"), "xliff")
#: The root element of XML, in the first bytes of a file.
_ROOT: Final = re.compile(rb"<(?:\w+:)?(tmx|xliff)[\s>/]")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_HEAD: Final = 4096


def is_known(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is one of units, by its suffix or its content."""
    return bool(_format(path))


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a file of any format that is known.

    Nothing happens before the first unit is asked for.

    :param pair: the languages that are asked for; either may be empty, if any will do.
        They are the file's where it names none; where it has them under a tag that
        comes near, the units bear the tags asked for. Units in other languages may be
        yielded, too. What a catalogue's header says gives way to two languages.
    :param on_skip: takes, with file and line, why each text is not usable that is not,
        as a :class:`SkippedText` where its source is known; and in the end, if nothing
        is in the languages asked for, which there are. Without it such a text is an
        error, but for an empty field of a table
    :raises InterchangeError: the format is not known, or the file cannot be read
    """
    asked, seen, some = Asked(pair), set(), False
    for unit in _module(path, _format(path)).read(path, pair, on_skip=on_skip):
        seen.add(unit.pair)
        some = some or asked.matches(unit.pair)
        yield unit
    if pair and not some and on_skip:
        on_skip(f"{path}: {asked.missing(seen)}")


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    pair: LanguagePair,
    *,
    plain: bool = False,
    on_skip: Callable[[str], None] | None = None,
) -> int:
    """Write the units of *pair* in the format that the suffix names.

    Equal units make equal bytes. Every format keeps texts, codes, states, makers,
    documents, places and authors; none keeps lines and times. TMX, XLIFF, CSV and TSV
    keep all units, PO one translation of each source.

    :param plain: in CSV and TSV, the words of people's units alone, one translation of
        each source, as Amazon Translate takes them
    :param on_skip: takes what the file cannot hold, before it appears
    :returns: how many units were written
    :raises InterchangeError: the format is not known, a unit cannot be kept whole, it
        is a machine's and the file is to be plain, or the file cannot be written
    """
    name = _MODULES.get(Path(path).suffix.lower(), "")
    if plain and name != "csv":
        raise InterchangeError(f"{path}: only CSV and TSV can be plain")
    module = _module(path, name)
    mine = (unit for unit in units if unit.pair == pair)
    count: int
    if name == "tmx":
        count = module.write(path, mine, source_language=pair.source)
    elif name == "xliff":
        count = module.write(path, mine)
    elif name == "po":
        count = module.write(path, mine, pair, on_skip=on_skip)
    elif plain:
        count = module.write_plain(path, mine, pair, on_skip=on_skip)
    else:
        count = module.write_table(path, mine, pair)
    return count


def _format(path: str | os.PathLike[str]) -> str:
    """Return the name of a file's format; empty if it is not known."""
    suffix = Path(path).suffix.lower()
    by_name = _MODULES.get(suffix) or _READ_ONLY.get(suffix, "")
    if by_name in {"po", "csv"}:
        return by_name
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return by_name
    head = _COMMENT.sub(b"", head).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and (root := _ROOT.search(head)):
        return {b"tmx": "tmx", b"xliff": "xliff"}[root[1]]
    return by_name


def _module(path: str | os.PathLike[str], name: str) -> Any:
    """Return the module of a format."""
    if not name:
        *known, last = _MODULES
        raise InterchangeError(
            f"{path}: no format is known for this name; it may end in"
            f" {', '.join(known)} or {last}"
        )
    # Each loads what it needs, and most builds need none.
    return import_module(f"{__name__}.{name}")
