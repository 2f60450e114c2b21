"""What every file of units can hold, and what none may bring in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from unicodedata import category

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError, MarkupError
from amts_sphinx.core.units import Place, State
from amts_sphinx.text.copies import is_copy, is_partly_copied

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from amts_sphinx.core.units import TranslationUnit

#: Letters, numbers and signs, such as an emoji, as Unicode classes them.
_SAY: Final = frozenset("LNS")
#: Control characters and half surrogates: XML has no way to write them, and no reader
#: of a book sees them.
_CONTROL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fault(unit: TranslationUnit) -> str:
    """Say why no file can hold *unit*, and no reader passes it on; or return ``""``."""
    texts = (unit.source, unit.target)
    if not all(map(inline_codes.normalise, texts)):
        return "the source or the target is blank"
    for text in (*texts, unit.maker, *_attributes(unit)):
        if foreign := _CONTROL.search(text):
            return f"XML has no way to write {foreign[0]!r}"
    try:
        if unit.source == unit.target:
            # Here `compare` would have nothing to compare.
            inline_codes.structure(unit.source)
        return inline_codes.compare(*texts)
    except MarkupError as exc:
        return f"in the source, {exc}"


def reading_fault(unit: TranslationUnit, *, certain: bool) -> str:
    """Say why a reader does not pass *unit* on, or return an empty string.

    :param certain: whether somebody says in so many words that the target is right:
        then it may be the source again
    """
    if found := fault(unit):
        return found
    if certain:
        return ""
    if is_copy(unit.source, unit.target, unit.pair):
        return "the target is the source again: no translation"
    if _says_nothing(unit.target) and not _says_nothing(unit.source):
        return "the target holds no word: no translation"
    return ""


def _says_nothing(coded: str) -> bool:
    """Tell whether a text has marks alone, such as ``…`` or a blank without a width."""
    text = inline_codes.plain(coded)
    return "<x" not in coded and not any(category(c)[0] in _SAY for c in text)


def as_read(unit: TranslationUnit, *, certain: bool) -> TranslationUnit:
    """Return *unit* as one to be looked at, if it may be half a translation.

    :param certain: as for :func:`reading_fault`
    """
    reviewed = unit.by_human and unit.state is State.REVIEWED
    if certain or not reviewed:
        return unit
    if is_partly_copied(unit.source, unit.target, unit.pair):
        return replace(unit, state=State.NEEDS_REVIEW)
    return unit


def without_controls(unit: TranslationUnit) -> TranslationUnit:
    """Return *unit* without the characters that no file can hold; most have none."""
    texts = (unit.source, unit.target, unit.maker, *_attributes(unit))
    if not any(map(_CONTROL.search, texts)):
        return unit
    place = unit.place and Place(*map(clean, unit.place))
    return replace(
        unit,
        source=clean(unit.source),
        target=clean(unit.target),
        maker=clean(unit.maker),
        document=clean(unit.document),
        replaced=clean(unit.replaced),
        author=clean(unit.author),
        tool=clean(unit.tool),
        note=clean(unit.note),
        place=place,
        corrects=tuple(map(clean, unit.corrects)),
    )


def writable(
    path: str | os.PathLike[str], units: Iterable[TranslationUnit]
) -> Iterator[TranslationUnit]:
    """Yield *units* as a file can hold them: without control characters.

    One that holds nothing else is left out.

    :raises InterchangeError: a unit cannot be kept whole
    """
    for unit in units:
        clean = without_controls(unit)
        if clean is not unit and not (
            clean.key and inline_codes.normalise(clean.target)
        ):
            continue
        if reason := fault(clean):
            where = f" ({unit.document})" if unit.document else ""
            raise InterchangeError(
                f"{path} cannot hold the unit {unit.source[:60]!r}{where}: {reason}"
            )
        yield clean


def _attributes(unit: TranslationUnit) -> tuple[str, ...]:
    place = unit.place or ()
    said = (unit.document, unit.replaced, unit.author, unit.tool, unit.note)
    return (*said, *place, *unit.corrects)


def clean(text: str) -> str:
    """Return *text* without the characters that no file can hold."""
    return _CONTROL.sub("", text)
