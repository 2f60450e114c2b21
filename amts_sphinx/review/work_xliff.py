"""Work files in XLIFF 1.2, for most translators' tools, and in XLIFF 2.1.

What the standards have no word for stands in attributes of our own namespace, as in
what ``amts memory export`` writes: the same reader takes them back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.formats import provenance
from amts_sphinx.formats.validity import clean
from amts_sphinx.formats.xliff_codes import SPACE, fill, fill_2
from amts_sphinx.formats.xliff_writer import (
    NAMESPACE,
    OURS,
    STATE_NAMES_2,
    attribute,
    said_of,
    written_state,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, Match
    from amts_sphinx.review.work import WorkUnit

_NAMESPACE_2: Final = "urn:oasis:names:tc:xliff:document:2.0"
_MATCHES: Final = "urn:oasis:names:tc:xliff:matches:2.0"
#: Says that a file is one of work: its units name what their translators saw.
WORK: Final = "work"


def write(path: Path, units: Sequence[WorkUnit], pair: LanguagePair) -> None:
    """Write XLIFF 1.2.

    :raises InterchangeError: the file cannot be written
    """
    root = etree.Element("xliff", {"version": "1.2"}, nsmap=_spaces(NAMESPACE))
    root.set(attribute(WORK), "1")
    for document, mine in _by_document(units):
        file = etree.SubElement(
            root,
            "file",
            {
                "original": document,
                "source-language": pair.source,
                "target-language": pair.target,
                "datatype": "plaintext",
                attribute("document"): document,
            },
        )
        body = etree.SubElement(file, "body")
        for unit in mine:
            body.append(_trans_unit(unit))
    _save(path, root)


def write_2(path: Path, units: Sequence[WorkUnit], pair: LanguagePair) -> None:
    """Write XLIFF 2.1.

    :raises InterchangeError: the file cannot be written
    """
    spaces = {**_spaces(_NAMESPACE_2), "mtc": _MATCHES}
    root = etree.Element(
        "xliff",
        {"version": "2.1", "srcLang": pair.source, "trgLang": pair.target},
        nsmap=spaces,
    )
    root.set(attribute(WORK), "1")
    for number, (document, mine) in enumerate(_by_document(units), 1):
        said = {"id": f"f{number}", "original": document}
        file = etree.SubElement(root, "file", {**said, attribute("document"): document})
        for unit in mine:
            file.append(_unit(unit))
    _save(path, root)


def _spaces(default: str) -> Any:
    """Return the prefixes of a file; the one without a name has no type in stubs."""
    return {None: default, "amts": OURS}


def _by_document(units: Iterable[WorkUnit]) -> Iterable[tuple[str, list[WorkUnit]]]:
    """Return the units of each document; documents as they come first."""
    found: dict[str, list[WorkUnit]] = {}
    for unit in units:
        found.setdefault(clean(unit.segment.location.docname), []).append(unit)
    return found.items()


def _said(unit: WorkUnit) -> dict[str, str]:
    """Return our own attributes of a unit."""
    said = said_of(unit.unit)
    if not unit.unit.target:
        said["digest"] = ""
    return {attribute(name): clean(text) for name, text in said.items() if text}


def _trans_unit(work: WorkUnit) -> etree._Element:
    unit = work.unit
    codes = {code.id: code for code in work.segment.codes}
    holder = etree.Element(
        "trans-unit",
        {"id": work.id, **_said(work)},
        nsmap={"amts": OURS},
    )
    holder.set(SPACE, "preserve")
    fill(etree.SubElement(holder, "source"), clean(unit.source), codes)
    if unit.target:
        state, approved = written_state(unit)
        target = etree.SubElement(holder, "target", {"state": state})
        if approved:
            holder.set("approved", approved)
        if not unit.by_human:
            target.set("state-qualifier", provenance.MACHINE)
        fill(target, clean(unit.target), codes)
    _context(holder, "location", _location(work))
    sides = {"x-before": work.before, "x-after": work.after}
    texts = {name: inline_codes.plain(text) for name, text in sides.items() if text}
    _context(holder, "information", texts)
    for note in work.notes():
        etree.SubElement(holder, "note", {"from": note.about}).text = clean(note.text)
    for match in work.matches:
        about = {"match-quality": f"{match.score}%", "origin": _origin(match)}
        near = etree.SubElement(holder, "alt-trans", about)
        for name, text in (
            ("source", match.unit.source),
            ("target", match.unit.target),
        ):
            etree.SubElement(near, name).text = clean(inline_codes.plain(text))
    return holder


def _location(work: WorkUnit) -> dict[str, str]:
    document, line = work.segment.location
    return {"sourcefile": document, "linenumber": str(line) if line else ""}


def _context(holder: etree._Element, purpose: str, texts: dict[str, str]) -> None:
    known = {kind: clean(text) for kind, text in texts.items() if text}
    if known:
        group = etree.SubElement(holder, "context-group", purpose=purpose)
        for kind, text in known.items():
            context = etree.SubElement(group, "context", {"context-type": kind})
            context.text = text


def _unit(work: WorkUnit) -> etree._Element:
    unit = work.unit
    codes = {code.id: code for code in work.segment.codes}
    holder = etree.Element("unit", {"id": work.id, **_said(work)}, nsmap={"amts": OURS})
    holder.set(SPACE, "preserve")
    if work.matches:
        matches = etree.SubElement(holder, f"{{{_MATCHES}}}matches")
        for match in work.matches:
            _match(matches, match)
    notes = etree.SubElement(holder, "notes")
    said = [(note.about, note.text) for note in work.notes()]
    for name, text in (("before", work.before), ("after", work.after)):
        said += [(name, inline_codes.plain(text))] if text else []
    for about, text in said:
        note = etree.SubElement(notes, "note", category=about.replace(" ", "-"))
        note.text = clean(text)
    segment = etree.SubElement(holder, "segment", id="s1")
    fill_2(etree.SubElement(segment, "source"), clean(unit.source), codes)
    if unit.target:
        segment.set("state", STATE_NAMES_2[unit.state])
        fill_2(etree.SubElement(segment, "target"), clean(unit.target), codes)
    return holder


def _match(matches: etree._Element, match: Match) -> None:
    about = {"ref": "#s1", "matchQuality": str(match.score), "origin": _origin(match)}
    # Whoever made it, it comes from the memory: the standard's "mt" would tell a reader
    # that a target which is equal to it is a machine's.
    near = etree.SubElement(matches, f"{{{_MATCHES}}}match", {**about, "type": "tm"})
    for name, text in (("source", match.unit.source), ("target", match.unit.target)):
        etree.SubElement(near, name).text = clean(inline_codes.plain(text))


def _origin(match: Match) -> str:
    return clean(match.unit.author or match.unit.maker)


def _save(path: Path, root: etree._Element) -> None:
    namespace = root.nsmap[None]
    for element in root.iter():
        # Content was made without a namespace: it is that of its file.
        if not element.tag.startswith("{"):
            element.tag = f"{{{namespace}}}{element.tag}"
    etree.cleanup_namespaces(root)
    _indent(root)
    with replacing(path) as stream:
        stream.write(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
        stream.write(b"\n")


#: Elements whose blanks are text.
_TEXTS: Final = frozenset({"source", "target", "note", "context"})


def _indent(element: etree._Element, depth: int = 0) -> None:
    """Put each element on a line of its own, but for those within texts."""
    if etree.QName(element).localname in _TEXTS or not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        _indent(child, depth + 1)
        child.tail = element.text
    element[-1].tail = "\n" + "  " * depth
