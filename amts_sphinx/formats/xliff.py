"""XLIFF 1.2, 2.0 and 2.1 to units: what translators hand back from their tools.

Reading streams; what cannot be kept whole is passed over and told, never bent.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import parsing, tmx

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO


SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
#: Inline elements of 1.2 and of 2.x by name: what each stands for, and the family in
#: which its id is unique. In 2.x, ``<pc>`` may become ``<sc/>`` and ``<ec/>``.
_ELEMENTS: Final = {
    "g": ("around", "g"),
    "pc": ("around", "pc"),
    "bpt": ("open", "bpt"),
    "bx": ("open", "bpt"),
    "sc": ("open", "pc"),
    "ept": ("close", "bpt"),
    "ex": ("close", "bpt"),
    "ec": ("close", "pc"),
    "x": ("empty", "x"),
    "ph": ("empty", "x"),
    "it": ("empty", "x"),
    "mrk": ("clear", ""),
    "sm": ("clear", ""),
    "em": ("clear", ""),
}
_BLANKS: Final = re.compile(r"[ \t\r\n]+")

#: A code by its family and its id.
_Key = tuple[str, str]


def read_pair(source: etree._Element, target: etree._Element) -> tuple[str, str]:
    """Return the coded texts of two elements, their codes numbered alike.

    White space is made plain where the file does not ask to preserve it.

    :raises MarkupError: an element is unknown, has no id or one that is taken, or
        codes cross
    """
    numbers: dict[_Key, int] = {}
    here = _coded(source, numbers)
    if len(inline_codes.ids(here)) > len(numbers):
        raise MarkupError("two codes of the source have the same id")
    return here, _coded(target, numbers)


def fill(element: etree._Element, coded: str) -> None:
    """Put *coded* into an empty element without a namespace, in the form of 1.2."""
    around = [element]
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            _append(around[-1], inline_codes.unescape(piece.coded))
        elif piece.type == "close":
            around.pop()
        else:
            name = "g" if piece.type == "open" else "x"
            child = etree.SubElement(around[-1], name, id=str(piece.id))
            if name == "g":
                around.append(child)


def _append(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = text
    else:
        element.text = text


def _coded(element: etree._Element, numbers: dict[_Key, int]) -> str:
    """Return the content of an element as coded text.

    :param numbers: the number of each code; new ones are added to it
    """
    around: list[_Key] = []
    coded = "".join(_pieces(element, around, numbers))
    if around:
        raise MarkupError(f"the code {around[-1][1]!r} is not closed")
    return coded if _preserves(element) else _BLANKS.sub(" ", coded).strip(" ")


def _preserves(element: etree._Element) -> bool:
    for place in (element, *element.iterancestors()):
        if said := place.get(SPACE):
            return said == "preserve"
    return False


def _pieces(
    element: etree._Element, around: list[_Key], numbers: dict[_Key, int]
) -> Iterator[str]:
    """Yield the coded text of an element's content, piece by piece.

    :param around: the codes that are open, but for those that are one element
    """
    yield inline_codes.escape(element.text or "")
    for child in element:
        name = etree.QName(child).localname
        what, family = _ELEMENTS.get(name, ("", ""))
        if not what or child.find(".//{*}sub") is not None:
            raise MarkupError(f"<{name if not what else 'sub'}> cannot be kept")
        key = family, _id(child, what)
        if what == "around":
            depth = len(around)
            yield inline_codes.opening(_number(key, numbers))
            yield from _pieces(child, around, numbers)
            if len(around) != depth:
                raise MarkupError(f"the code {key[1]!r} crosses another")
            yield "</g>"
        elif what == "open":
            around.append(key)
            yield inline_codes.opening(_number(key, numbers))
        elif what == "close":
            if not around or around.pop() != key:
                raise MarkupError(
                    f"the code {key[1]!r} crosses another, or was not opened"
                )
            yield "</g>"
        elif what == "empty":
            yield inline_codes.empty(_number(key, numbers))
        else:
            yield from _pieces(child, around, numbers)
        yield inline_codes.escape(child.tail or "")


def _id(element: etree._Element, what: str) -> str:
    """Return what both halves of a code, and both sides, know it by."""
    names = {"open": ("rid", "id"), "close": ("startRef", "rid", "id")}
    found = [element.get(name) for name in names.get(what, ("id",))]
    known = next(filter(None, found), "")
    if not known and what != "clear":
        raise MarkupError(f"<{etree.QName(element).localname}> has no id")
    return known


def _number(key: _Key, numbers: dict[_Key, int]) -> int:
    return numbers.setdefault(key, len(numbers) + 1)


_NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:1.2"
#: A person's drafts are none of ours, but nothing keeps others from making them.
_STATE_NAMES: Final = {
    State.DRAFT: "needs-review-translation",
    State.MACHINE: "needs-review-translation",
    State.NEEDS_REVIEW: "needs-review-translation",
    State.REVIEWED: "translated",
    State.APPROVED: "final",
}


def write(path: str | os.PathLike[str], units: Iterable[TranslationUnit]) -> int:
    """Write *units* as XLIFF 1.2, by languages and document, sorted by source.

    Equal units make equal bytes, whatever their order. What a machine made is marked as
    a suggestion to be reviewed; its name is left out, as are lines and times. All units
    are held, in order to sort them. The file appears when it is whole.

    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    ordered = sorted(units, key=_order)
    for unit in ordered:
        if fault := tmx.fault(unit) or _misnumbered(unit.source):
            where = f" ({unit.document})" if unit.document else ""
            raise InterchangeError(
                f"{path} cannot hold the unit {unit.source[:60]!r}{where}: {fault}"
            )
    with replacing(path) as stream:
        with etree.xmlfile(stream, encoding="UTF-8") as file:
            file.write_declaration()
            with file.element("xliff", version="1.2", nsmap={None: _NAMESPACE}):
                for group, found in groupby(ordered, _group):
                    file.write("\n", _file(group, found))
                file.write("\n")
        stream.write(b"\n")
    return len(ordered)


def _misnumbered(source: str) -> str:
    """Say whether codes are not numbered from 1 in order, as they will be read."""
    ids = inline_codes.ids(source)
    return "" if ids == list(range(1, len(ids) + 1)) else "its codes are not in order"


def _group(unit: TranslationUnit) -> tuple[LanguagePair, str]:
    return unit.pair, unit.document


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    first = (*_group(unit), unit.key, unit.maker)
    return (*first, unit.source, unit.target, unit.state.value)


def _file(
    group: tuple[LanguagePair, str], units: Iterable[TranslationUnit]
) -> etree._Element:
    """Return a ``<file>``, which has one direction and one document of the book.

    Its elements have no namespace: they are written into an element that has ours.
    """
    pair, document = group
    file = etree.Element(
        "file",
        {
            # Required; it names nothing where units of no document are together.
            "original": document or "book",
            "source-language": pair.source,
            "target-language": pair.target,
            "datatype": "plaintext",
        },
    )
    body = etree.SubElement(file, "body")
    seen: Counter[str] = Counter()
    for unit in units:
        # It stays as long as the source does, whatever is added to the file.
        name = hashlib.sha256(unit.key.encode()).hexdigest()[:16]
        seen[name] += 1
        _fill(body, unit, name if seen[name] == 1 else f"{name}-{seen[name]}")
    _lay_out(body, "\n")
    _lay_out(file, "\n")
    return file


def _fill(body: etree._Element, unit: TranslationUnit, name: str) -> None:
    """Add the ``<trans-unit>`` of *unit* to a ``<body>``."""
    holder = etree.SubElement(body, "trans-unit", id=name)
    holder.set(SPACE, "preserve")
    source = etree.SubElement(holder, "source")
    target = etree.SubElement(holder, "target")
    fill(source, unit.source)
    fill(target, unit.target)
    if unit.by_human:
        target.set("state", _STATE_NAMES[unit.state])
        if unit.state is State.APPROVED:
            holder.set("approved", "yes")
    else:
        target.set("state", _STATE_NAMES[State.NEEDS_REVIEW])
        known = unit.maker in BY_MACHINE
        target.set("state-qualifier", unit.maker if known else BY_MACHINE[0])
    _lay_out(holder, "\n  ")


def _lay_out(element: etree._Element, blanks: str) -> None:
    """Put each child of an element that has no text of its own on a line."""
    element.text = blanks
    for child in element:
        child.tail = blanks
    element[-1].tail = "\n"


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
            yield from _XliffReader(str(path), pair, on_skip).read(stream)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc


class _XliffReader:
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
            texts = read_pair(source, target)
        except MarkupError as exc:
            self._skip(source, str(exc))
            return
        unit = TranslationUnit(*texts, pair, _maker(target, state), state)
        if fault := tmx.fault(unit):
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
