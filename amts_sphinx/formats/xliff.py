"""XLIFF 1.2, 2.0 and 2.1 to units: what translators hand back from their tools.

Trados's SDLXLIFF, memoQ's MQXLIFF and Phrase's MXLIFF are XLIFF 1.2 with words of their
own, see :mod:`xliff_states`. Reading streams; what cannot be kept whole is passed over
and reported, never bent.

A unit that is cut into segments is read by the segment, since a tool may have done some
of them only; where all are done, it is a unit as a whole, too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import literal_codes, parsing, provenance, xliff_states
from amts_sphinx.formats.asked import Asked
from amts_sphinx.formats.machine_names import is_machine
from amts_sphinx.formats.validity import as_read, reading_fault
from amts_sphinx.formats.xliff_codes import read_pair
from amts_sphinx.formats.xliff_states import TOOLS, Segment
from amts_sphinx.formats.xliff_writer import (
    NOTES,
    OURS,
    STATE_NAMES_2,
    attribute,
    write,
    written_state,
)
from amts_sphinx.text.copies import is_copy

if TYPE_CHECKING:
    import os
    import re
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from amts_sphinx.formats.provenance import Trust

__all__ = ["read", "write"]

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_STATES: Final = tuple(State)
_MISSING: Final = "there is no translation"


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the units of an XLIFF file, in order.

    Whose they are, and in what state, is told by the words of the tool that wrote them,
    else by the standard's. A target without a state is a person's in 1.2; in 2.x it
    needs a review, since the standard reads it as hardly begun. Nothing happens before
    the first unit is asked for.

    :param pair: the languages that are asked for, where the file does not tell
    :param on_skip: takes, with file and line, why each text is not usable that is not;
        without it the first such text raises InterchangeError
    :raises InterchangeError: the file cannot be read, or is not XLIFF
    """
    try:
        with Path(path).open("rb") as stream:
            yield from _XliffReader(str(path), pair, on_skip).read(stream)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc


class _Part(NamedTuple):
    """A source with its target: of a segment, or of all of them."""

    #: The elements whose content it is.
    source: Sequence[etree._Element]
    target: Sequence[etree._Element]
    segment: Segment
    #: ``None``: there is no translation yet.
    trust: Trust | None

    @property
    def is_done(self) -> bool:
        """Whether there is a translation."""
        return self.trust is not None and any(map(_has_content, self.target))


class _XliffReader:
    """What is known while one file is read."""

    def __init__(
        self,
        path: str,
        pair: LanguagePair | None,
        on_skip: Callable[[str], None] | None,
    ) -> None:
        self._path = path
        self._asked = Asked(pair)
        self._on_skip = on_skip
        #: The languages as the file names them, empty where it does not.
        self._named = ("", "")
        #: Those that nobody knows, and that were reported.
        self._unknown: set[tuple[str, str]] = set()
        self._document = ""
        #: The tool of the file, or what its namespaces tell of it; the persons, and the
        #: machines, of its phases.
        self._tool = ""
        self._kind = ""
        self._phases: dict[str, str] = {}
        self._machines: set[str] = set()
        #: The tools that are machines, by their ``tool-id``.
        self._tools: set[str] = set()
        #: Whether what is being read is to be translated, for each element around.
        self._translate = [True]

    def read(self, stream: BinaryIO) -> Iterator[TranslationUnit]:
        """Yield the units of *stream*."""
        for event, element in parsing.events(stream, self._path, "xliff"):
            name = etree.QName(element).localname
            if event == "start":
                self._enter(name, element)
                continue
            if name in {"trans-unit", "unit"}:
                is_text = element.get("restype") != xliff_states.HEADER
                if self._translate[-1] and is_text:
                    yield from self._units(name, element)
                # One of them is in memory at a time.
                parsing.forget(element)
            elif name == "header":
                self._read_header(element)
                parsing.forget(element)
            self._translate.pop()

    def _enter(self, name: str, element: etree._Element) -> None:
        said = element.get("translate")
        self._translate.append(said != "no" if said else self._translate[-1])
        # 2.x names the languages at the root, and 1.2 at each file.
        if name == "xliff":
            self._named = element.get("srcLang", ""), element.get("trgLang", "")
        elif name == "file":
            if "source-language" in element.attrib:
                target = element.get("target-language", "")
                self._named = element.get("source-language", ""), target
            ours = OURS in element.nsmap.values()
            self._document = (
                element.get(attribute("document"), "")
                if ours
                else provenance.document_of(element.get("original", ""))
            )
            spaces = {str(space) for space in element.nsmap.values()}
            kinds = (name for known, name in TOOLS.items() if known in spaces)
            self._kind = "" if ours else next(kinds, "")
            self._tool = "" if ours else element.get("tool", "")
            self._phases, self._machines, self._tools = {}, set(), set()

    def _read_header(self, header: etree._Element) -> None:
        """Take from a file's header its tool, and who worked in which phase."""
        for tool in header.iterfind("{*}tool"):
            parts = (tool.get("tool-name"), tool.get("tool-version"))
            self._tool = self._tool or " ".join(filter(None, parts))
            if is_machine(tool.get("tool-name", "")):
                self._tools.add(tool.get("tool-id", ""))
        for phase in header.iterfind("{*}phase-group/{*}phase"):
            name = phase.get("phase-name", "")
            self._phases[name] = phase.get("contact-name") or ""
            if is_machine(phase.get("process-name", "")):
                self._machines.add(name)

    def _units(self, name: str, element: etree._Element) -> Iterator[TranslationUnit]:
        """Yield the units of a ``<trans-unit>`` or a ``<unit>``."""
        parts = self._old(element) if name == "trans-unit" else _new(element)
        if len(parts) == 1:
            yield from self._unit(element, parts[0])
            return
        *segments, whole = parts
        # A source that was left as it is is no translation, and half of one neither.
        done = all(part.is_done and not self._is_copied(part) for part in segments)
        if done and _is_ours(element):
            yield from self._unit(element, whole)
            return
        for part in segments:
            yield from self._unit(element, part)
        if done and len({part.trust and part.trust.maker for part in segments}) == 1:
            lowest = min(
                (part.trust for part in segments if part.trust),
                key=lambda trust: _STATES.index(trust.state),
            )
            yield from self._unit(element, whole._replace(trust=lowest), aside=True)

    def _old(self, holder: etree._Element) -> list[_Part]:
        """Return the parts of a ``<trans-unit>``: its segments, and the whole."""
        source, target = holder.find("{*}source"), holder.find("{*}target")
        if source is None:
            return []
        if target is None:
            target = etree.SubElement(holder, "target")
        whole = Segment(holder, target, None, self._is_machines(holder, target))
        cut = holder.find("{*}seg-source")
        theirs = _marks(source if cut is None else cut)
        ours = _marks(target)
        defined = {
            each.get("id", ""): each
            for each in holder.iterfind(f"{{{xliff_states.SDL}}}seg-defs/{{*}}seg")
        }
        segments = []
        if ours:
            for number, mark in theirs.items():
                there = ours.get(number)
                segment = whole._replace(sdl=defined.get(number))
                elements = () if there is None else (there,)
                segments.append(_Part((mark,), elements, segment, segment.trust()))
        if len(segments) == 1 and not _beside(target):
            return segments
        return [*segments, _Part((source,), (target,), whole, whole.trust())]

    def _is_copied(self, part: _Part) -> bool:
        """Tell whether the target of a segment is its source again."""
        pair = self._pair(part)
        if not (pair and part.is_done) or (part.trust and part.trust.certain):
            return False
        try:
            return is_copy(*read_pair(part.source, part.target), pair)
        except MarkupError:
            return False

    def _is_machines(self, holder: etree._Element, target: etree._Element) -> bool:
        """Tell whether the phase, or the tool, that a target is of is a machine's."""
        phase = target.get("phase-name") or holder.get("phase-name") or ""
        tool = target.get("tool-id") or holder.get("tool-id")
        by_tool = is_machine(self._tool) if tool is None else tool in self._tools
        return phase in self._machines or by_tool

    def _unit(
        self, holder: etree._Element, part: _Part, *, aside: bool = False
    ) -> Iterator[TranslationUnit]:
        """Yield the unit of *part*, if there is one.

        :param aside: whether the same texts were read by the segment already
        """
        element = part.source[0]
        signs = (
            literal_codes.PHRASE
            if xliff_states.PHRASE in holder.nsmap.values()
            else None
        )
        pair, why = self._pair(part), _MISSING
        if pair is None and part.is_done and not self._unknown:
            raise self._unnamed(part.segment.target)
        try:
            if part.trust and pair and part.is_done:
                texts = read_pair(part.source, part.target, signs)
                unit = TranslationUnit(
                    *texts, pair, HUMAN, State.REVIEWED, self._document
                )
                unit, certain = self._said(holder, unit, part.segment, part.trust)
                why = reading_fault(unit, certain=certain)
        except MarkupError as exc:
            why = str(exc)
        if not why:
            yield as_read(unit, certain=certain)
        elif not aside and (pair or not self._unknown):
            self._skip(element, why, _coded(part.source, signs), pair)

    def _said(
        self,
        holder: etree._Element,
        unit: TranslationUnit,
        segment: Segment,
        trust: Trust,
    ) -> tuple[TranslationUnit, bool]:
        """Return *unit* with all that is said of it, and whether it is certain."""
        if _is_ours(holder):
            return _own(holder, unit, segment, trust)
        unit = provenance.with_trust(unit, trust)
        author = xliff_states.author_of(segment, self._phases)
        changed = holder.get(f"{{{xliff_states.MEMOQ}}}lastchangedtimestamp", "")
        unit = replace(
            unit,
            author=author if unit.by_human else "",
            tool=self._tool or self._kind,
            changed=provenance.time_of(changed),
            place=xliff_states.place_of(holder),
        )
        return unit, trust.certain

    def _pair(self, part: _Part) -> LanguagePair | None:
        """Return the languages of a part; nothing, if neither file nor caller tells."""
        target = part.segment.target
        source, named = self._named
        named = named or target.get(_LANG) or ""
        if (source, named) in self._unknown:
            return None
        try:
            pair = self._asked.pair(source, named)
        except LanguageError as exc:
            error = self._error(target, f"its languages: {exc}")
            if self._on_skip is None:
                raise error from exc
            # Another <file> may have others.
            self._on_skip(str(error))
            self._unknown.add((source, named))
            return None
        return pair if all(pair) else None

    def _unnamed(self, target: etree._Element) -> InterchangeError:
        missing = "target" if self._named[0] or self._asked.source else "source"
        why = f"the file names no {missing} language; name both with --languages"
        return self._error(target, why)

    def _skip(
        self, element: etree._Element, why: str, source: str, pair: LanguagePair | None
    ) -> None:
        error = self._error(element, why)
        if self._on_skip is None:
            raise error
        missing = why == _MISSING
        self._on_skip(SkippedText(str(error), source, pair, missing=missing))

    def _error(self, element: etree._Element, why: str) -> InterchangeError:
        return InterchangeError(f"{self._path}:{element.sourceline}: {why}")


def _coded(elements: Sequence[etree._Element], signs: re.Pattern[str] | None) -> str:
    """Return the coded text of a source; nothing, if its codes are unsound."""
    try:
        return read_pair(elements, elements, signs)[0]
    except MarkupError:
        return ""


def _new(unit: etree._Element) -> list[_Part]:
    """Return the parts of a ``<unit>`` of 2.x: segments, and the whole of several."""
    segments: list[_Part] = []
    sources: list[etree._Element] = []
    targets: list[etree._Element] = []
    ordered = False
    for child in unit:
        name = etree.QName(child).localname
        source, target = child.find("{*}source"), child.find("{*}target")
        if name not in {"segment", "ignorable"} or source is None:
            continue
        if target is None:
            target = (
                source if name == "ignorable" else etree.SubElement(child, "target")
            )
        ordered = ordered or "order" in target.attrib
        sources.append(source)
        targets.append(target)
        if name == "segment":
            segment = Segment(child, target)
            segments.append(_Part((source,), (target,), segment, segment.trust()))
    if len(segments) == 1 or not segments:
        return segments
    # Targets in another order than the sources cannot be read one after the other.
    whole = _Part(sources, targets, segments[0].segment, None)
    return [*segments, whole._replace(target=()) if ordered else whole]


def _own(
    holder: etree._Element, unit: TranslationUnit, segment: Segment, trust: Trust
) -> tuple[TranslationUnit, bool]:
    """Return a unit that we exported, and whether it is certain.

    :raises MarkupError: what it says of itself is not as we write it
    """

    def said(name: str) -> str:
        return holder.get(attribute(name), "")

    if not segment.is_old and "state" not in segment.holder.attrib:
        trust = provenance.PERSON  # we left it out, since there was no translation
    state = provenance.state_named(said("state"))
    if said("state") and state is None:
        raise MarkupError(
            f"state {said('state')!r} is not one of {provenance.all_states()}"
        )
    try:
        corrects = tuple(map(str, json.loads(said("corrects") or "[]")))
    except (TypeError, ValueError) as exc:
        raise MarkupError("amts:corrects is not a list of texts") from exc
    exported = replace(
        unit,
        maker=said("maker") or HUMAN,
        state=state or trust.state,
        replaced=said("replaced"),
        author=said("author"),
        tool=said("tool"),
        place=provenance.read_place(said("place")),
        corrects=corrects,
        note=_remarks(holder),
    )
    approved = holder.get("approved", "")
    if segment.is_old:
        now = segment.target.get("state", ""), "" if approved == "no" else approved
        same = not now[0] or now == written_state(exported)
    else:
        same = segment.holder.get("state", "") in {"", STATE_NAMES_2[exported.state]}
    changed = segment.said_by_tool or not same
    return provenance.returned(exported, said("digest"), trust if changed else None)


def _remarks(holder: etree._Element) -> str:
    """Return what people remarked: the notes that a work file did not come with."""
    notes = holder.iterfind(".//{*}note")
    texts = [
        " ".join(str(note.xpath("string()")).split("\r"))
        for note in notes
        if (note.get("from") or note.get("category") or "").replace(" ", "-")
        not in NOTES
    ]
    return "\n".join(filter(None, map(str.strip, texts)))


def _is_ours(holder: etree._Element) -> bool:
    return OURS in holder.nsmap.values()


def _marks(element: etree._Element) -> dict[str, etree._Element]:
    """Return the segments in an element of 1.2 by their number, each once."""
    found: dict[str, etree._Element] = {}
    for mark in element.iterfind(".//{*}mrk"):
        if mark.get("mtype") == "seg":
            found.setdefault(mark.get("mid", ""), mark)
    return found


def _beside(target: etree._Element) -> bool:
    """Tell whether there is more in a target than its one segment."""
    (mark,) = _marks(target).values() if len(_marks(target)) == 1 else (target,)
    words = "".join(map(str, target.itertext())).strip()
    return words != "".join(map(str, mark.itertext())).strip() or len(target) > 1


def _has_content(element: etree._Element) -> bool:
    if len(element) > 0 and not _marks(element):
        return True
    return bool("".join(map(str, element.itertext())).strip())
