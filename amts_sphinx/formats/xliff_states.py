"""Who answers for a target of XLIFF: the standard's states, and those of three tools.

Trados writes ``sdl:seg`` with ``conf`` and ``origin``, memoQ ``mq:status``, Phrase
``m:confirmed`` with ``m:trans-origin`` and ``m:score``. Where one of them speaks, the
standard's attributes are its makeshift and are not asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from amts_sphinx.core.units import HUMAN, Place, State
from amts_sphinx.formats import provenance
from amts_sphinx.formats.machine_names import is_machine
from amts_sphinx.formats.provenance import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

SDL: Final = "http://sdl.com/FileTypes/SdlXliff/1.0"
MEMOQ: Final = "MQXliff"
PHRASE: Final = "http://www.memsource.com/mxlf/2.0"
#: What a tool's namespace says of who wrote a file that names no tool.
TOOLS: Final = {SDL: "Trados", MEMOQ: "memoQ", PHRASE: "Phrase"}

#: States of 1.2 and of 2.x; ``None``: there is no translation yet.
_STANDARD: Final[dict[str, Trust | None]] = {
    "final": provenance.APPROVED,
    "signed-off": provenance.APPROVED,
    "reviewed": Trust(HUMAN, State.REVIEWED, certain=True),
    "translated": provenance.PERSON,
    "new": None,
    "initial": None,
}
#: Qualifiers of 1.2 that tell of a text that no person wrote.
_QUALIFIERS: Final = {
    "mt-suggestion": provenance.BY_MACHINE,
    "leveraged-mt": Trust("leveraged-mt", State.MACHINE),
    "fuzzy-match": provenance.GUESSED,
    "tm-suggestion": provenance.DOUBTFUL,
    "glossary-suggestion": provenance.DOUBTFUL,
}
#: What qualifiers of 1.2 begin with that tell why somebody refused a text.
_REJECTED: Final = "rejected-"
#: Units that gettext's tools make of the head of a catalogue.
HEADER: Final = "x-gettext-domain-header"
#: Contexts that a unit holds in alone, whatever their group is for.
_GETTEXT: Final = frozenset({"x-gettext-msgctxt", "x-po-msgctxt", "x-msgctxt"})
#: Trados's ``conf``; a draft, and what has none, is whosesoever its origin is.
_TRADOS: Final = {
    "ApprovedSignOff": provenance.APPROVED,
    "ApprovedTranslation": provenance.APPROVED,
    "Translated": provenance.PERSON,
    "RejectedSignOff": provenance.DOUBTFUL,
    "RejectedTranslation": provenance.DOUBTFUL,
}
#: memoQ's ``status``; what is confirmed by whomever is matched by :data:`_CONFIRMED`.
_MEMOQ: Final[dict[str, Trust | None]] = {
    "ManuallyConfirmed": provenance.PERSON,
    "ConfirmedTranslator": provenance.PERSON,
    "PartiallyEdited": provenance.DOUBTFUL,
    "Edited": provenance.DOUBTFUL,
    "Rejected": provenance.DOUBTFUL,
    "MachineTranslated": provenance.BY_MACHINE,
    "AssembledFromFragments": provenance.BY_MACHINE,
    "NotStarted": None,
}
_CONFIRMED: Final = re.compile("Confirmed|Proofread|Reviewed")
#: A match of less than this is of another source.
_WHOLE: Final = 100.0


class Segment(NamedTuple):
    """What a file says of one target beside its text."""

    #: The ``<trans-unit>`` of 1.2, or the ``<segment>`` of 2.x.
    holder: etree._Element
    target: etree._Element
    #: Trados's ``<sdl:seg>``.
    sdl: etree._Element | None = None
    #: Whether the phase or the tool that the target is of is a machine's.
    by_machine: bool = False

    @property
    def is_old(self) -> bool:
        """Whether it is of XLIFF 1.2."""
        return etree.QName(self.holder).localname == "trans-unit"

    def trust(self) -> Trust | None:
        """Return who answers for the target; ``None``: it is no translation yet."""
        found = self.by_tool()
        return self.by_standard() if found is _SILENT else found

    def by_tool(self) -> Trust | None:
        """Return what a tool says in its own words; :data:`_SILENT`: nothing."""
        if self.sdl is not None:
            return _by_trados(self.sdl)
        if status := self.holder.get(f"{{{MEMOQ}}}status"):
            return _by_memoq(status, self.holder.get(f"{{{MEMOQ}}}percent", ""))
        confirmed = self.holder.get(f"{{{PHRASE}}}confirmed")
        if confirmed is not None:
            return self._by_phrase(confirmed)
        return _SILENT

    @property
    def said_by_tool(self) -> bool:
        """Whether a tool says anything in its own words."""
        return self.by_tool() is not _SILENT

    def by_standard(self) -> Trust | None:
        """Return what the standard's attributes say."""
        state = self.target.get("state") if self.is_old else self.holder.get("state")
        approved = self.holder.get("approved")
        if not state:
            # An open "initial" is what the standard reads into 2.x without a state.
            doubt = approved == "no" or not self.is_old
            usual = provenance.DOUBTFUL if doubt else provenance.PERSON
        else:
            found = _STANDARD.get(state, provenance.DOUBTFUL)
            if found is None or (state == "needs-translation" and self._is_copy()):
                return None
            usual = found
        if approved == "yes" or usual.state is State.APPROVED:
            return provenance.APPROVED
        if found := self._by_qualifier(state or ""):
            return found
        if usual.certain or state == "translated":
            return usual
        return self._by_match() or usual

    def _by_qualifier(self, state: str) -> Trust | None:
        """Return what ``state-qualifier`` of 1.2 says; ``None``: nothing."""
        qualifier = self.target.get("state-qualifier", "")
        if qualifier.startswith(_REJECTED):
            return provenance.DOUBTFUL
        if state == "translated" and qualifier.endswith("-suggestion"):
            # "Suggested" is what it was; what is suggested still has another state.
            return None
        if qualifier.startswith("x-") and is_machine(qualifier):
            return provenance.BY_MACHINE
        return _QUALIFIERS.get(qualifier)

    def _is_copy(self) -> bool:
        """Tell whether the target was filled with the source, to be translated."""
        source = self.holder.find("{*}source")
        return source is not None and _words(source) == _words(self.target)

    def _by_match(self) -> Trust | None:
        """Return who suggested this very target, as the file says; ``None``: nobody."""
        if self.by_machine:
            return provenance.BY_MACHINE
        for match in (
            *self.holder.iterfind("{*}alt-trans"),
            *self.holder.iterfind("../{*}matches/{*}match"),
        ):
            target = match.find("{*}target")
            if target is None or _words(target) != _words(self.target):
                continue
            names = map(match.get, ("origin", "tool-id", "tool", "type"))
            if any(map(is_machine, filter(None, names))):
                return provenance.BY_MACHINE
            quality = _number(match.get("match-quality") or match.get("matchQuality"))
            if 0 < quality < _WHOLE or self._is_of_another(match):
                return provenance.GUESSED
        return None

    def _is_of_another(self, match: etree._Element) -> bool:
        """Tell whether a match translates another source, as it says itself."""
        source, ours = match.find("{*}source"), self.holder.find("{*}source")
        if source is None or ours is None:
            return False
        return bool(_words(source)) and _words(source) != _words(ours)

    def _by_phrase(self, confirmed: str) -> Trust | None:
        level = confirmed.strip().lower()
        if level not in {"", "0", "false"}:
            # Phrase counts the steps of a workflow: the first is the translator's.
            later = level.isdecimal() and int(level) > 1
            return provenance.APPROVED if later else provenance.PERSON
        origin = self.holder.get(f"{{{PHRASE}}}trans-origin", "")
        score = self.holder.get(f"{{{PHRASE}}}score", "")
        if is_machine(origin) or self._by_match() == provenance.BY_MACHINE:
            return provenance.BY_MACHINE
        whole = not origin.lower().startswith("tm") or _number(score) * 100 >= _WHOLE
        return provenance.DOUBTFUL if whole else provenance.GUESSED


#: What a tool says that says nothing: not even that there is no translation.
_SILENT: Final = Trust("", State.DRAFT)


def _by_trados(seg: etree._Element) -> Trust | None:
    level, origin = seg.get("conf", ""), seg.get("origin", "")
    if level in _TRADOS:
        return _TRADOS[level]
    if is_machine(origin):
        return provenance.BY_MACHINE
    if origin in {"source", "not-translated"}:
        return None
    if origin in {"tm", "document-match"} and _number(seg.get("percent")) < _WHOLE:
        return provenance.GUESSED
    return provenance.DOUBTFUL


def _by_memoq(status: str, percent: str) -> Trust | None:
    if status in _MEMOQ:
        return _MEMOQ[status]
    if _CONFIRMED.search(status):
        return provenance.APPROVED
    if status == "Pretranslated" and _number(percent) < _WHOLE:
        return provenance.GUESSED
    return provenance.DOUBTFUL


def _number(text: str | None) -> float:
    try:
        return float((text or "").strip().rstrip("%"))
    except ValueError:
        return 0.0


def _words(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def place_of(holder: etree._Element) -> Place | None:
    """Return where a ``<trans-unit>`` holds, if not everywhere.

    A group of contexts whose purpose is ``match`` says where it may be used again.
    """
    texts = [
        context.text or ""
        for group in holder.iterfind("{*}context-group")
        for context in group.iterfind("{*}context")
        if "match" in group.get("purpose", "").split()
        or context.get("context-type") in _GETTEXT
    ]
    found = " ".join(" ".join(texts).split())
    return Place(context=found) if found else None


def author_of(segment: Segment, phases: Mapping[str, str]) -> str:
    """Return who wrote a target, as its tool names the person; or nothing.

    :param phases: who is named in each phase of the file
    """
    holder, sdl = segment.holder, segment.sdl
    if sdl is not None:
        values = {each.get("key"): each.text for each in sdl.iterfind("{*}value")}
        return values.get("last_modified_by") or values.get("created_by") or ""
    names = [
        holder.get(f"{{{MEMOQ}}}lastchanginguser"),
        holder.get(f"{{{PHRASE}}}modified-by"),
        holder.get(f"{{{PHRASE}}}created-by"),
        phases.get(segment.target.get("phase-name") or holder.get("phase-name") or ""),
    ]
    return next(filter(None, names), "")
