"""XLIFF 1.2, 2.0 and 2.1 to units: what translators hand back from their tools.

Reading streams; what cannot be kept whole is passed over and told, never bent.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.interchange import parsing, tmx_segment, xliff_segment
from amts_sphinx.languages import find_language
from amts_sphinx.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
#: States of 1.2 and of 2.x; ``None``: there is no translation yet.
_STATES: Final[dict[str, State | None]] = {
    "final": State.APPROVED,
    "signed-off": State.APPROVED,
    "reviewed": State.REVIEWED,
    "translated": State.REVIEWED,
    "needs-translation": None,
    "new": None,
    "initial": None,
}
#: Ways in which a text of 1.2 came about without a person: the maker of its unit.
BY_MACHINE: Final = ("mt-suggestion", "leveraged-mt", "fuzzy-match")


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of an XLIFF file as a person's, in order.

    What a machine suggested, and nobody approved, has another maker: the
    ``state-qualifier``. A target without a state is taken as reviewed in 1.2; in 2.x
    it needs a review, since the standard reads it as hardly begun. Nothing happens
    before the first unit is asked for.

    :param pair: the languages, where the file does not tell
    :param on_skip: is told, with file and line, of each text that is not usable;
        without it the first such text raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not XLIFF
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _Reader(str(path), pair, on_skip).read(stream)
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}"
        raise InterchangeError(msg) from exc


class _Reader:
    """What is known while one file is read."""

    def __init__(
        self,
        path: str,
        pair: LanguagePair | None,
        on_skip: Callable[[str], None] | None,
    ) -> None:
        self._path = path
        self._asked = pair or LanguagePair("", "")
        self._on_skip = on_skip
        #: The languages as the file names them, empty where it does not.
        self._named = ("", "")
        #: Whether what is being read is to be translated, for each element around.
        self._translate = [True]

    def read(self, stream: BinaryIO) -> Iterator[TranslationUnit]:
        """Yield the units of *stream*."""
        for event, element in parsing.events(stream, self._path, "xliff"):
            name = etree.QName(element).localname
            if event == "start":
                self._enter(name, element)
                continue
            if name in {"trans-unit", "segment"} and self._translate[-1]:
                yield from self._units(element)
            self._translate.pop()
            if name in {"trans-unit", "unit"}:
                # One of them is in memory at a time.
                parsing.forget(element)

    def _enter(self, name: str, element: etree._Element) -> None:
        said = element.get("translate")
        self._translate.append(said != "no" if said else self._translate[-1])
        # 2.x names the languages at the root, and 1.2 at each file.
        if name == "xliff":
            self._named = element.get("srcLang", ""), element.get("trgLang", "")
        elif name == "file" and "source-language" in element.attrib:
            target = element.get("target-language", "")
            self._named = element.get("source-language", ""), target

    def _units(self, holder: etree._Element) -> Iterator[TranslationUnit]:
        """Yield the unit of a ``<trans-unit>`` or ``<segment>``, if there is one."""
        source, target = holder.find("{*}source"), holder.find("{*}target")
        if source is None:
            return
        state = None if target is None else _state(holder, target)
        if target is None or state is None or not _has_content(target):
            self._skip(source, "there is no translation")
            return
        pair = self._pair(target)
        try:
            texts = xliff_segment.read_pair(source, target)
        except MarkupError as exc:
            self._skip(source, str(exc))
            return
        unit = TranslationUnit(*texts, pair, _maker(target, state), state)
        if fault := tmx_segment.fault(unit):
            self._skip(source, fault)
        else:
            yield unit

    def _pair(self, target: etree._Element) -> LanguagePair:
        """Return the languages of a target and its source."""
        ours, theirs = self._named
        tags = (
            ours or self._asked.source,
            theirs or target.get(_LANG) or self._asked.target,
        )
        if not all(tags):
            missing = "target" if tags[0] else "source"
            raise self._error(target, f"the file names no {missing} language")
        try:
            return LanguagePair(*(find_language(tag).tag for tag in tags))
        except LanguageError as exc:
            raise self._error(target, f"its languages: {exc}") from exc

    def _skip(self, element: etree._Element, why: str) -> None:
        error = self._error(element, why)
        if self._on_skip is None:
            raise error
        self._on_skip(str(error))

    def _error(self, element: etree._Element, why: str) -> InterchangeError:
        return InterchangeError(f"{self._path}:{element.sourceline}: {why}")


def _has_content(element: etree._Element) -> bool:
    return len(element) > 0 or bool((element.text or "").strip())


def _state(holder: etree._Element, target: etree._Element) -> State | None:
    """Return how far a translation has come; ``None``: not even begun."""
    old = etree.QName(holder).localname == "trans-unit"
    said = target.get("state") if old else holder.get("state")
    if said is None:
        state: State | None = State.REVIEWED if old else State.NEEDS_REVIEW
    else:
        state = _STATES.get(said, State.NEEDS_REVIEW)
    if state is not None and holder.get("approved") == "yes":
        return State.APPROVED
    if state is State.REVIEWED and target.get("state-qualifier") in BY_MACHINE:
        # Tools say "translated" of what they filled in themselves.
        return State.NEEDS_REVIEW
    return state


def _maker(target: etree._Element, state: State) -> str:
    qualifier = target.get("state-qualifier", "")
    return (
        qualifier if state is State.NEEDS_REVIEW and qualifier in BY_MACHINE else HUMAN
    )
