"""TMX 1.4b: the memory's way in and out, for people's tools and for git.

Reading and writing stream. Writing gives the same bytes for the same units on every day
and every computer: sorted, without a clock, one line a text. It keeps everything that
a unit says but lines and times. What cannot be kept whole is refused: entities, codes
that cross or are lost.

Other tools' states: those of Trados (``x-ConfirmationLevel``, ``x-Origin``), what other
properties say of a state, an origin or a machine, and an engine's name where a person's
would stand, such as ``MT!``. A unit of which nothing is said is a person's, unless a
machine wrote the file. What holds at one place alone: OmegaT's ``file``, ``prev``,
``next`` and ``id``, and the ``context`` of Weblate and other tools of gettext.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import closest, find_language, is_open, name_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Place,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import parsing, provenance, tool_words
from amts_sphinx.formats.asked import Asked
from amts_sphinx.formats.sorting import in_order
from amts_sphinx.formats.tmx_codes import fill, read_pair
from amts_sphinx.formats.validity import as_read, fault, reading_fault, writable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import BinaryIO

    from amts_sphinx.formats.provenance import Trust

__all__ = ["fault", "fill", "read", "read_pair", "write"]

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
#: Our own properties of a unit.
_STATE: Final = "x-amts-state"
_DOCUMENT: Final = "x-amts-document"
_REPLACED: Final = "x-amts-replaced"
_TOOL: Final = "x-amts-tool"
_PLACE: Final = "x-amts-place"
_CORRECTS: Final = "x-amts-corrects"
_DIGEST: Final = "x-amts-digest"
_OURS: Final = "amts_sphinx"
#: The header, all of it the same on every day and every computer.
_HEADER: Final = {
    "creationtool": _OURS,
    "creationtoolversion": "1",
    "segtype": "sentence",
    "o-tmf": "amts",
    "adminlang": "en",
    "datatype": "xml",
}
#: What Trados calls ``x-ConfirmationLevel``. A draft is whosesoever its origin is.
_TRADOS: Final[dict[str, Trust]] = {
    "ApprovedSignOff": provenance.APPROVED,
    "ApprovedTranslation": provenance.APPROVED,
    "Translated": provenance.PERSON,
    "RejectedSignOff": provenance.DOUBTFUL,
    "RejectedTranslation": provenance.DOUBTFUL,
    "Draft": provenance.DOUBTFUL,
}


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of a TMX file, one for each target of each ``<tu>``, in order.

    A unit is a reviewed one made by a person, unless the file says otherwise in the way
    that :func:`write` does, or as its tool does. Nothing happens before the first unit
    is asked for.

    :param pair: the languages that are asked for; either may be empty. The source is
        the one asked for, else that which the file names, else the first of each
        ``<tu>``. Texts in other languages are yielded, too.
    :param on_skip: takes, with file and line, why each text is not usable that is not;
        without it the first such text raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not TMX
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _TmxReader(str(path), pair, on_skip).read(stream)
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
        self,
        path: str,
        pair: LanguagePair | None,
        on_skip: Callable[[str], None] | None,
    ) -> None:
        self.path = path
        self.on_skip = on_skip
        #: Asked for by the caller, who knows better than the file.
        self.asked = Asked(pair)
        #: What the header says; empty when it leaves it open.
        self.named = ""
        self.tool = ""

    def read(self, stream: BinaryIO) -> Iterator[TranslationUnit]:
        """Yield the units of *stream*."""
        for event, element in parsing.events(stream, self.path, "tmx"):
            name = etree.QName(element).localname
            if element.getparent() is None:
                continue
            if event == "start":
                if name == "header":
                    self.named = self.header_language(element)
                    self.tool = _tool(element)
            elif name == "tu":
                yield from self.units(element)
                # One <tu> is in memory at a time.
                parsing.forget(element)

    def header_language(self, header: etree._Element) -> str:
        """Return the source language of the file; none, if nobody knows the one named.

        Each ``<tu>`` tells then.
        """
        try:
            return self.source_language(header)
        except InterchangeError as exc:
            self.skip(exc)
            return ""

    def source_language(self, element: etree._Element) -> str:
        """Return the tag of ``srclang``; none, if *element* leaves it open."""
        named = element.get("srclang", "*all*")
        if is_open(named):
            return ""
        if self.asked.source:
            return name_language(named).tag  # it matters only where that is missing
        return self.language(named, element)

    def language(self, tag: str, element: etree._Element) -> str:
        """Return the language's tag as we write it."""
        try:
            return find_language(tag).tag
        except LanguageError as exc:
            raise self.error(element, str(exc)) from exc

    def error(self, element: etree._Element, why: str) -> InterchangeError:
        """Return an error that names the file and the line, 1-based."""
        return InterchangeError(f"{self.path}:{element.sourceline}: {why}")

    def skip(
        self,
        error: InterchangeError,
        source: str = "",
        pair: LanguagePair | None = None,
    ) -> None:
        """Report something that is not usable; stop if nobody listens."""
        if self.on_skip is None:
            raise error
        self.on_skip(SkippedText(str(error), source, pair))

    def units(self, tu: etree._Element) -> Iterator[TranslationUnit]:
        """Yield the units of one ``<tu>``."""
        try:
            named = self.source_language(tu) if "srclang" in tu.attrib else self.named
        except InterchangeError as exc:
            self.skip(exc)
            return
        texts = list(self.texts(tu))
        source = self.source(texts, named)
        if source is None or len(texts) == 1:
            lacks = "source" if source is None else "target"
            why = f"<tu> has no usable text in a {lacks} language"
            self.skip(self.error(tu, why))
            return
        said = _properties(tu)
        others: list[_Variant] = []
        for text in texts:
            if text.tag != source.tag:
                others.append(text)
            elif text is not source:
                why = f"a second text in the source language {source.tag}"
                self.skip(self.error(text.element, why))
        wanted = closest(self.asked.target, [text.tag for text in others])
        for text in others:
            target = self.asked.target if text.tag == wanted else text.tag
            pair = LanguagePair(self.asked.name(source.tag), target)
            yield from self.unit(tu, said, pair, source, text)

    def source(self, texts: list[_Variant], named: str) -> _Variant | None:
        """Return the text in the source language: asked for, named, or the first."""
        tags = [text.tag for text in texts]
        first = texts[0].tag if texts and not self.asked.source and not named else ""
        wanted = (self.asked.source, named, first)
        best = next(filter(None, (closest(tag, tags) for tag in wanted)), None)
        return next((text for text in texts if text.tag == best), None)

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
        self,
        tu: etree._Element,
        said: Mapping[str, list[str]],
        pair: LanguagePair,
        source: _Variant,
        text: _Variant,
    ) -> Iterator[TranslationUnit]:
        """Yield the unit of two texts, if it is usable."""
        ours = _STATE in said
        literal = _literal(self.tool, ours=ours)
        try:
            texts = read_pair(source.segment, text.segment, literal)
            unit = TranslationUnit(*texts, pair, HUMAN, State.REVIEWED)
            if ours:
                unit, certain = _own(unit, tu, said)
            else:
                unit, certain = _others(unit, tu, text.element, said, self.tool)
            why = reading_fault(unit, certain=certain)
        except MarkupError as exc:
            why = str(exc)
        if why:
            here = _coded(source.segment, literal)
            self.skip(self.error(text.element, why), here, pair)
        else:
            yield unit if ours else as_read(unit, certain=certain)


def _properties(tu: etree._Element) -> dict[str, list[str]]:
    """Return the texts of each ``<prop>`` by its type."""
    said: dict[str, list[str]] = {}
    for prop in tu.iterfind("{*}prop"):
        said.setdefault(prop.get("type", ""), []).append(prop.text or "")
    return said


def _literal(tool: str, *, ours: bool) -> Literal["", "ours", "omegat"]:
    """Return whose codes may stand in text: none where we wrote elements for them."""
    if ours:
        return ""
    return "omegat" if tool.startswith("OmegaT") else "ours"


def _tool(element: etree._Element) -> str:
    parts = (element.get("creationtool"), element.get("creationtoolversion"))
    return " ".join(filter(None, parts))


def _own(
    unit: TranslationUnit, tu: etree._Element, said: Mapping[str, list[str]]
) -> tuple[TranslationUnit, bool]:
    """Return a unit that we exported, and whether it is certain.

    :raises MarkupError: what it says of itself is not as we write it
    """

    def one(name: str) -> str:
        return said.get(name, [""])[0]

    state = provenance.state_named(one(_STATE))
    if state is None:
        raise MarkupError(
            f"state {one(_STATE)!r} is not one of {provenance.all_states()}"
        )
    unit = replace(
        unit,
        maker=tu.get("creationid", HUMAN),
        state=state,
        document=one(_DOCUMENT),
        replaced=one(_REPLACED),
        author=tu.get("changeid", ""),
        tool=one(_TOOL),
        place=provenance.read_place(one(_PLACE)),
        corrects=tuple(said.get(_CORRECTS, ())),
    )
    return provenance.returned(unit, one(_DIGEST))


def _others(
    unit: TranslationUnit,
    tu: etree._Element,
    tuv: etree._Element,
    said: Mapping[str, list[str]],
    tool: str,
) -> tuple[TranslationUnit, bool]:
    """Return a unit of another tool, and whether it is certain."""

    def attribute(*names: str) -> str:
        found = (each.get(name) for each in (tuv, tu) for name in names)
        return next(filter(None, found), "")

    written_with = _tool(tuv) or _tool(tu) or tool
    trust = _trust(said, attribute("changeid", "creationid"), written_with)
    unit = replace(
        provenance.with_trust(unit, trust),
        created=provenance.time_of(attribute("creationdate")),
        changed=provenance.time_of(attribute("changedate", "creationdate")),
        author="" if trust.maker != HUMAN else attribute("changeid", "creationid"),
        tool=written_with,
        place=_place(said, tool),
    )
    return unit, trust.certain


def _trust(said: Mapping[str, list[str]], author: str, tool: str) -> Trust:
    """Return who answers for a target, by the words of its tool.

    :param author: who is said to have written it
    :param tool: what is said to have written it
    """
    level = said.get("x-ConfirmationLevel", [""])[0]
    if level in _TRADOS and level != "Draft":
        # Where a text came from does not matter to whoever confirmed it.
        by_workbench = author == "MT!"
        return provenance.BY_MACHINE if by_workbench else _TRADOS[level]
    fields = [(name, value) for name, values in said.items() for value in values]
    return tool_words.trust_of(fields, author, tool)


def _place(said: Mapping[str, list[str]], tool: str) -> Place | None:
    """Return where a translation holds, if not everywhere.

    OmegaT tells what it found there; Weblate what gettext's message says of it. The
    contexts of Trados and memoQ are no bounds: they find the better of two matches.
    """

    def one(*names: str) -> str:
        return next((said[name][0] for name in names if said.get(name)), "")

    if tool.startswith(("SDL", "TRADOS", "Trados", "RWS", "MemoQ", "memoQ")):
        return None
    if one("file") and (
        tool.startswith("OmegaT") or said.keys() & {"prev", "next", "id", "path"}
    ):
        around = (_neighbour(one(name), tool) for name in ("prev", "next"))
        return Place(one("file"), one("id", "path"), *around)
    context = one("context", "x-context")
    return Place(context=context) if context else None


def _neighbour(text: str, tool: str) -> str:
    """Return the source of a neighbour as coded text."""
    element = etree.Element("seg")
    element.text = text
    found = _coded(element, _literal(tool, ours=False))
    return found or inline_codes.escape(text)


def _coded(segment: etree._Element, literal: Literal["", "ours", "omegat"]) -> str:
    """Return the coded text of one ``<seg>``; nothing, if its codes are unsound."""
    try:
        return read_pair(segment, segment, literal)[0]
    except MarkupError:
        return ""


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    *,
    source_language: str,
) -> int:
    """Write *units* as TMX, sorted by normalised source, maker and languages.

    Equal units make equal bytes, whatever their order. Lines and times are left out:
    they differ from one computer to the next; so are control characters, which XML has
    no way to write. The file appears when it is whole; until then there is the former.

    :param source_language: the one that the header names
    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    count = 0
    header = etree.Element("header", {**_HEADER, "srclang": source_language})
    header.tail = "\n"
    with replacing(path) as stream:
        with etree.xmlfile(stream, encoding="UTF-8") as file:
            file.write_declaration()
            with file.element("tmx", version="1.4"):
                file.write("\n", header)
                with file.element("body"):
                    for unit in in_order(writable(path, units), _order):
                        file.write("\n", _tu(unit, source_language))
                        count += 1
                file.write("\n")
        stream.write(b"\n")
    return count


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    """Return a key that no two different units share, as far as a file tells."""
    first = (unit.key, unit.maker, unit.pair)
    texts = (unit.source, unit.target, unit.state.value, unit.document, unit.replaced)
    return (*first, *texts, unit.author, unit.tool, unit.place or (), unit.corrects)


def _tu(unit: TranslationUnit, source_language: str) -> etree._Element:
    """Return *unit* as lines: one for what is said of it, and one for each text."""
    tu = etree.Element("tu", creationid=unit.maker)
    if unit.author:
        tu.set("changeid", unit.author)
    if unit.pair.source != source_language:
        tu.set("srclang", unit.pair.source)
    said = [
        (_STATE, unit.state.value),
        (_DOCUMENT, unit.document),
        (_REPLACED, unit.replaced),
        (_TOOL, unit.tool),
        (_PLACE, provenance.write_place(unit.place)),
        *((_CORRECTS, text) for text in unit.corrects),
        (_DIGEST, provenance.mark_of(unit)),
    ]
    for name, text in said:
        if text:
            etree.SubElement(tu, "prop", type=name).text = text
    for tag, coded in zip(unit.pair, (unit.source, unit.target), strict=True):
        tuv = etree.SubElement(tu, "tuv", {_LANG: tag})
        fill(etree.SubElement(tuv, "seg"), coded)
    tu.text = "\n  "
    for child in tu:
        child.tail = "\n  "
    tu[-1].tail = tu.tail = "\n"
    return tu
