"""XLIFF 1.2, 2.0 and 2.1 to units: what translators hand back from their tools.

Reading streams. Inline elements become codes by their ids, which both sides share; what
has no whole counterpart is passed over and told, never bent.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lxml import etree

from amts_sphinx import codes
from amts_sphinx.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.languages import find_language
from amts_sphinx.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

#: Inline elements of 1.2 and of 2.x, which share no name with two meanings.
_AROUND: Final = frozenset({"g", "pc"})
_EMPTY: Final = frozenset({"x", "ph", "it"})
_OPEN: Final = frozenset({"bx", "bpt", "sc"})
_CLOSE: Final = frozenset({"ex", "ept", "ec"})
#: Notes on words: nothing of them is shown.
_CLEAR: Final = frozenset({"mrk", "sm", "em"})
#: States of 1.2 and of 2.x; ``None``: there is no translation yet.
_STATES: Final[dict[str, State | None]] = {
    "final": State.APPROVED,
    "signed-off": State.APPROVED,
    "reviewed": State.REVIEWED,
    "translated": State.REVIEWED,
    "needs-adaptation": State.NEEDS_REVIEW,
    "needs-l10n": State.NEEDS_REVIEW,
    "needs-review-adaptation": State.NEEDS_REVIEW,
    "needs-review-l10n": State.NEEDS_REVIEW,
    "needs-review-translation": State.NEEDS_REVIEW,
    "needs-translation": None,
    "new": None,
    "initial": None,
}
#: Ways in which a text of 1.2 came about without a person.
_BY_MACHINE: Final = frozenset({"mt-suggestion", "leveraged-mt", "fuzzy-match"})


def read(
    path: str | os.PathLike[str],
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of an XLIFF file as a person's, in order.

    :param on_skip: is told, with file and line, of each text that is not usable;
        without it the first such text raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not XLIFF
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _Reader(str(path), on_skip).read(stream)
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}"
        raise InterchangeError(msg) from exc


class _Unit(NamedTuple):
    """What may become a unit, and the element that holds its state."""

    holder: etree._Element
    source: etree._Element
    target: etree._Element | None


class _Reader:
    def __init__(self, path: str, on_skip: Callable[[str], None] | None) -> None:
        self._path = path
        self._on_skip = on_skip
        self._pair = LanguagePair("", "")
        #: Elements around that say ``translate="no"``.
        self._kept = 0

    def read(self, stream: BinaryIO) -> Iterator[TranslationUnit]:
        # huge_tree would switch off the parser's own limits against bombs.
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        try:
            for event, element in events:
                if event == "start":
                    self._enter(element)
                else:
                    yield from self._leave(element)
        except etree.XMLSyntaxError as exc:
            msg = f"{self._path}:{exc.lineno}: not well-formed XML: {exc.msg}"
            raise InterchangeError(msg) from exc

    def _enter(self, element: etree._Element) -> None:
        name = etree.QName(element).localname
        if element.getparent() is None:
            dtd: Any = element.getroottree().docinfo.internalDTD
            if dtd is not None and dtd.entities():
                raise self._error(element, "it declares entities: none are allowed")
            if name != "xliff":
                raise self._error(element, f"the root is <{name}>, not <xliff>")
        ours = ("source-language", "srcLang"), ("target-language", "trgLang")
        if name in {"file", "xliff"}:
            tags = [
                next((element.get(a) for a in names if element.get(a)), "")
                for names in ours
            ]
            if any(tags):
                self._pair = self._languages(element, tags)
        self._kept += element.get("translate") == "no"

    def _languages(self, element: etree._Element, tags: list[Any]) -> LanguagePair:
        try:
            return LanguagePair(*(find_language(tag).tag for tag in tags))
        except LanguageError as exc:
            raise self._error(element, f"its languages: {exc}") from exc

    def _leave(self, element: etree._Element) -> Iterator[TranslationUnit]:
        name = etree.QName(element).localname
        if name in {"trans-unit", "segment"} and not self._kept:
            source, target = element.find("{*}source"), element.find("{*}target")
            if source is not None:
                yield from self._unit(_Unit(element, source, target))
        self._kept -= element.get("translate") == "no"
        if name in {"trans-unit", "unit"}:
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]

    def _unit(self, found: _Unit) -> Iterator[TranslationUnit]:
        state = _state(found)
        if state is None or found.target is None or not _text(found.target):
            self._skip(found.source, "there is no translation")
            return
        if not all(self._pair):
            raise self._error(found.holder, "the file names no target language")
        numbers: dict[str, int] = {}
        try:
            source = _coded(found.source, numbers)
            target = _coded(found.target, dict(numbers))
            fault = codes.verify(source, target)
        except MarkupError as exc:
            fault = str(exc)
        if fault or not _text(found.source):
            self._skip(found.source, fault or "the source is blank")
            return
        yield TranslationUnit(source, target, self._pair, HUMAN, state)

    def _skip(self, element: etree._Element, why: str) -> None:
        error = self._error(element, why)
        if self._on_skip is None:
            raise error
        self._on_skip(str(error))

    def _error(self, element: etree._Element, why: str) -> InterchangeError:
        return InterchangeError(f"{self._path}:{element.sourceline}: {why}")


def _state(found: _Unit) -> State | None:
    """Return how far a translation has come; ``None``: not even begun."""
    if found.holder.get("approved") == "yes":
        return State.APPROVED
    target = found.target
    said = found.holder.get("state")
    if target is not None:
        said = target.get("state", said)
        if target.get("state-qualifier") in _BY_MACHINE:
            return State.NEEDS_REVIEW
    return _STATES.get(said, State.NEEDS_REVIEW) if said else State.REVIEWED


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _coded(element: etree._Element, numbers: dict[str, int]) -> str:
    """Return the content of a source or a target as coded text.

    :param numbers: the number of each id; new ids are added to it
    :raises MarkupError: an element is unknown, or codes cross
    """
    parts: list[str] = []
    around: list[str] = []
    _walk(element, parts, around, numbers)
    if around:
        msg = f"the code {around[-1]!r} is not closed"
        raise MarkupError(msg)
    return "".join(parts).strip()


def _walk(
    element: etree._Element,
    parts: list[str],
    around: list[str],
    numbers: dict[str, int],
) -> None:
    parts.append(codes.escape(element.text or ""))
    for child in element:
        name = etree.QName(child).localname
        key = child.get("rid") or child.get("startRef") or child.get("id") or ""
        if name in _AROUND:
            parts.append(codes.opening(_number(key, numbers)))
            _walk(child, parts, around, numbers)
            parts.append("</g>")
        elif name in _EMPTY:
            parts.append(codes.empty(_number(key, numbers)))
        elif name in _OPEN:
            around.append(key)
            parts.append(codes.opening(_number(key, numbers)))
        elif name in _CLOSE:
            if not around or around.pop() != key:
                msg = f"the code {key!r} crosses another, or was not opened"
                raise MarkupError(msg)
            parts.append("</g>")
        elif name in _CLEAR:
            _walk(child, parts, around, numbers)
        else:
            msg = f"<{name}> cannot be kept"
            raise MarkupError(msg)
        parts.append(codes.escape(child.tail or ""))


def _number(key: str, numbers: dict[str, int]) -> int:
    if not key:
        msg = "an inline element has no id"
        raise MarkupError(msg)
    return numbers.setdefault(key, len(numbers) + 1)
