"""TMX 1.4b: the memory's way in and out, for people's tools and for git.

Reading streams. Writing gives the same bytes for the same units on every day and every
computer: sorted, without a clock, one line a text. What cannot be kept whole is
refused: entities, codes that cross or are lost, characters that XML cannot hold.

Coded text becomes ``<bpt i="1" x="1" type="g"/>…<ept i="1"/>`` and
``<ph x="2" type="x"/>``; the native codes of other tools become codes, never words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import parsing

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO


_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIGITS: Final = re.compile(r"\d+")
#: The element with words inside, or without, by its name.
_SHAPES: Final = {"bpt": "g", "hi": "g", "ph": "x", "it": "x", "ut": "x"}


class _Native(NamedTuple):
    """A code as it stands in a file: the opening one, where there are two."""

    #: ``g`` around words, ``x`` for something without.
    shape: str
    #: What tells it from others: its ``x``, or else its native text, or nothing.
    mark: str
    #: Whether it has an ``x``, which is not to be matched by order then.
    explicit: bool
    #: The number that we gave it, digits as written; empty in other tools' files.
    ours: str


def fill(segment: etree._Element, coded: str) -> None:
    """Put *coded* into an empty ``<seg>``."""
    last: etree._Element | None = None
    around: list[str] = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            words = inline_codes.unescape(piece.coded)
            if last is None:
                segment.text = words
            else:
                last.tail = words
        elif piece.type == "close":
            last = etree.SubElement(segment, "ept", i=around.pop())
        else:
            number = _DIGITS.findall(piece.coded)[0]
            if piece.type == "open":
                around.append(number)
                last = etree.SubElement(segment, "bpt", i=number, x=number, type="g")
            else:
                last = etree.SubElement(segment, "ph", x=number, type="x")


def read_pair(source: etree._Element, target: etree._Element) -> tuple[str, str]:
    """Return the coded texts of two ``<seg>``, their codes numbered alike.

    :raises MarkupError: codes cross or are not closed, or an element is unknown
    """
    here, there = list(_pieces(source, [])), list(_pieces(target, []))
    from_ = [piece for piece in here if isinstance(piece, _Native)]
    to = [piece for piece in there if isinstance(piece, _Native)]
    if all(code.ours for code in (*from_, *to)):
        return (
            _join(here, [code.ours for code in from_]),
            _join(there, [code.ours for code in to]),
        )
    numbers = [str(number) for number in range(1, len(from_) + 1)]
    return _join(here, numbers), _join(there, _match(from_, to))


def _join(pieces: list[str | _Native], numbers: list[str]) -> str:
    """Put the numbers, one for each code, into the text."""
    rest = iter(numbers)
    return "".join(
        piece if isinstance(piece, str) else _open(piece.shape, next(rest))
        for piece in pieces
    )


def _open(shape: str, number: str) -> str:
    return f'<g id="{number}">' if shape == "g" else f'<x id="{number}"/>'


def _match(source: list[_Native], target: list[_Native]) -> list[str]:
    """Return for each code of *target* the number of its twin in *source*, from 1.

    A code without a twin gets a number that the source lacks.
    """
    free = dict(enumerate(source, 1))
    found: dict[int, int] = {}
    for by_mark in (True, False):
        for place, code in enumerate(target):
            if place in found or (code.explicit if not by_mark else not code.mark):
                continue
            for number, twin in free.items():
                if twin.shape == code.shape and (not by_mark or twin.mark == code.mark):
                    found[place] = number
                    del free[number]
                    break
    beyond = len(source) + 1
    return [str(found.get(place, beyond + place)) for place in range(len(target))]


def _pieces(element: etree._Element, around: list[str]) -> Iterator[str | _Native]:
    """Yield text (coded already, closing codes included) and opening codes in order.

    :param around: the codes that are open: the ``i`` of a ``<bpt>``, or ``hi``
    """
    depth = len(around)
    yield inline_codes.escape(element.text or "")
    for child in element:
        if not isinstance(child.tag, str):
            raise MarkupError(f"{child!s} is not text")
        name = etree.QName(child).localname
        if name in _SHAPES:
            yield _native(name, child)
        elif name != "ept":
            raise MarkupError(f"<{name}> inside <seg>")
        if name == "bpt":
            around.append(f"i {child.get('i', '')}")
        elif name == "hi":
            yield from _pieces(child, [*around, "hi"])
            yield "</g>"
        elif name == "ept":
            _close(around, child.get("i", ""))
            yield "</g>"
        yield inline_codes.escape(child.tail or "")
    if len(around) != depth:
        raise MarkupError("<bpt> is not closed where it was opened")


def _close(around: list[str], name: str) -> None:
    if not around or around.pop() != f"i {name}":
        raise MarkupError(f'<ept i="{name}"> does not close the innermost code')


def _native(name: str, element: etree._Element) -> _Native:
    shape = _SHAPES[name]
    named = element.get("x", "")
    # The text of <hi> is words, and so says nothing about the code.
    text = "" if name == "hi" else "".join(map(str, element.itertext()))
    ours = named if element.get("type") == shape and _DIGITS.fullmatch(named) else ""
    return _Native(shape, f"x {named}" if named else text, bool(named), ours)


def fault(unit: TranslationUnit) -> str:
    """Say why a file cannot hold *unit*, or return an empty string."""
    texts = (unit.source, unit.target)
    if not all(map(inline_codes.normalise, texts)):
        return "the source or the target is blank"
    for text in (*texts, unit.maker, unit.document, unit.replaced):
        if foreign := _NOT_XML.search(text):
            return f"XML has no way to write {foreign[0]!r}"
    try:
        inline_codes.structure(unit.source)
        return inline_codes.verify(*texts)
    except MarkupError as exc:
        return f"in the source, {exc}"


_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_STATE: Final = "x-amts-state"
_DOCUMENT: Final = "x-amts-document"
_REPLACED: Final = "x-amts-replaced"
#: The header, all of it the same on every day and every computer.
_HEADER: Final = {
    "creationtool": "amts_sphinx",
    "creationtoolversion": "1",
    "segtype": "sentence",
    "o-tmf": "amts",
    "adminlang": "en",
    "datatype": "xml",
}


def read(
    path: str | os.PathLike[str],
    *,
    source_language: str = "",
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a TMX file, one for each target of each ``<tu>``, in order.

    A unit is a reviewed one made by a person, unless the file says otherwise in the
    way that :func:`write` does. Nothing happens before the first unit is asked for.

    :param source_language: which language is the source, if it is not the one that the
        file names. When neither tells, it is the first of each ``<tu>``.
    :param on_skip: is told, with file and line, of each text that is not usable;
        without it the first such text raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not TMX
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _TmxReader(str(path), source_language, on_skip).read(stream)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc


class _Variant(NamedTuple):
    """A ``<tuv>``, its language's tag and its ``<seg>``."""

    element: etree._Element
    tag: str
    segment: etree._Element


class _TmxReader:
    """What is known while one file is read."""

    def __init__(
        self, path: str, source_language: str, on_skip: Callable[[str], None] | None
    ) -> None:
        self.path = path
        self.on_skip = on_skip
        #: Asked for by the caller, who knows better than the file.
        self.wanted = self.language(source_language) if source_language else ""
        #: What the header says; empty when it leaves it open.
        self.named = ""

    def read(self, stream: BinaryIO) -> Iterator[TranslationUnit]:
        """Yield the units of *stream*."""
        for event, element in parsing.events(stream, self.path, "tmx"):
            name = etree.QName(element).localname
            if element.getparent() is None:
                continue
            if event == "start":
                if name == "header":
                    self.named = self.source_language(element)
            elif name == "tu":
                yield from self.units(element)
                # One <tu> is in memory at a time.
                parsing.forget(element)

    def source_language(self, element: etree._Element) -> str:
        """Return the tag of ``srclang``; none, if *element* leaves it open."""
        named = element.get("srclang", "*all*")
        if self.wanted or named.lower() == "*all*":
            return self.wanted
        return self.language(named, element)

    def language(self, tag: str, element: etree._Element | None = None) -> str:
        """Return the language's tag as we write it."""
        try:
            return find_language(tag).tag
        except LanguageError as exc:
            raise self.error(element, str(exc)) from exc

    def error(self, element: etree._Element | None, why: str) -> InterchangeError:
        """Return an error that names the file and the line, 1-based."""
        where = self.path if element is None else f"{self.path}:{element.sourceline}"
        return InterchangeError(f"{where}: {why}")

    def skip(
        self,
        error: InterchangeError,
        source: str = "",
        pair: LanguagePair | None = None,
    ) -> None:
        """Say what is not usable, and of which source; stop if nobody listens."""
        if self.on_skip is None:
            raise error
        self.on_skip(SkippedText(str(error), source, pair))

    def units(self, tu: etree._Element) -> Iterator[TranslationUnit]:
        """Yield the units of one ``<tu>``."""
        try:
            named = self.source_language(tu) if "srclang" in tu.attrib else self.named
            base = self.template(tu)
        except InterchangeError as exc:
            self.skip(exc)
            return
        texts = list(self.texts(tu))
        wanted = self.wanted or named or (texts[0].tag if texts else "")
        source = next((text for text in texts if text.tag == wanted), None)
        if source is None or len(texts) == 1:
            lacks = "source" if source is None else "target"
            why = f"<tu> has no usable text in a {lacks} language"
            self.skip(self.error(tu, why))
            return
        for text in texts:
            if text is not source:
                try:
                    yield self.unit(base, source, text)
                except MarkupError as exc:
                    error = self.error(text.element, str(exc))
                    self.skip(error, *_unusable(source, text))

    def template(self, tu: etree._Element) -> TranslationUnit:
        """Return what a ``<tu>`` says of all its units, without texts."""
        said = {prop.get("type"): prop.text or "" for prop in tu.iterfind("{*}prop")}
        state = said.get(_STATE, State.REVIEWED.value)
        if state not in set(map(str, State)):
            why = f"state {state!r} is not one of {', '.join(map(str, State))}"
            raise self.error(tu, why)
        # Beside a state of ours stands a maker of ours; other tools name a person.
        maker = tu.get("creationid", HUMAN) if _STATE in said else HUMAN
        rest = (said.get(_DOCUMENT, ""), None, said.get(_REPLACED, ""))
        return TranslationUnit("", "", LanguagePair("", ""), maker, State(state), *rest)

    def texts(self, tu: etree._Element) -> Iterator[_Variant]:
        """Yield the texts of a ``<tu>`` that are in a language we know."""
        for tuv in tu.iterfind("{*}tuv"):
            tag = tuv.get(_LANG) or tuv.get("lang") or ""
            segment = tuv.find("{*}seg")
            if segment is None:
                self.skip(self.error(tuv, "<tuv> has no <seg>"))
                continue
            try:
                known = self.language(tag, tuv)
            except InterchangeError as exc:
                self.skip(exc)
            else:
                yield _Variant(tuv, known, segment)

    def unit(
        self, base: TranslationUnit, source: _Variant, text: _Variant
    ) -> TranslationUnit:
        """Return *base* with two texts."""
        if text.tag == source.tag:
            raise MarkupError(f"a second text in the source language {source.tag}")
        there, here = read_pair(source.segment, text.segment)
        pair = LanguagePair(source.tag, text.tag)
        unit = replace(base, source=there, target=here, pair=pair)
        if reason := fault(unit):
            raise MarkupError(reason)
        return unit


def _unusable(source: _Variant, text: _Variant) -> tuple[str, LanguagePair]:
    """Return the source of a text that cannot be used, and the languages."""
    try:
        coded, _ = read_pair(source.segment, source.segment)
    except MarkupError:
        coded = ""
    return coded, LanguagePair(source.tag, text.tag)


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    *,
    source_language: str,
) -> int:
    """Write *units* as TMX, sorted by normalised source, maker and languages.

    Equal units make equal bytes, whatever their order. Lines and times are left out:
    they differ from one computer to the next. All units are held, in order to sort
    them. The file appears when it is whole; until then there is the former one.

    :param source_language: the one that the header names
    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    ordered = sorted(units, key=_order)
    for unit in ordered:
        if reason := fault(unit):
            where = f" ({unit.document})" if unit.document else ""
            raise InterchangeError(
                f"{path} cannot hold the unit {unit.source[:60]!r}{where}: {reason}"
            )
    with replacing(path) as stream:
        _write(stream, ordered, source_language)
    return len(ordered)


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    """Return a key that no two different units share, as far as a file tells."""
    first = (unit.key, unit.maker, unit.pair)
    rest = (unit.source, unit.target, unit.state.value, unit.document, unit.replaced)
    return (*first, *rest)


def _write(
    stream: BinaryIO, units: Iterable[TranslationUnit], source_language: str
) -> None:
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("tmx", version="1.4"):
            file.write("\n")
            header = etree.Element("header", {**_HEADER, "srclang": source_language})
            header.tail = "\n"
            file.write(header)
            with file.element("body"):
                for unit in units:
                    file.write("\n", _tu(unit, source_language))
            file.write("\n")
    stream.write(b"\n")


def _tu(unit: TranslationUnit, source_language: str) -> etree._Element:
    """Return *unit* as lines: one for what is said of it, and one for each text."""
    tu = etree.Element("tu", creationid=unit.maker)
    if unit.pair.source != source_language:
        tu.set("srclang", unit.pair.source)
    said = {_STATE: unit.state, _DOCUMENT: unit.document, _REPLACED: unit.replaced}
    for name, text in said.items():
        if text:
            etree.SubElement(tu, "prop", type=name).text = str(text)
    for tag, coded in zip(unit.pair, (unit.source, unit.target), strict=True):
        tuv = etree.SubElement(tu, "tuv", {_LANG: tag})
        fill(etree.SubElement(tuv, "seg"), coded)
    tu.text = "\n  "
    for child in tu:
        child.tail = "\n  "
    tu[-1].tail = tu.tail = "\n"
    return tu
