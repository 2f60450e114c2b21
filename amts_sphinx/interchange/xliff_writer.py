"""Units to XLIFF 1.2, which all translators' tools know.

Equal units make equal bytes, on every day and every computer: sorted, without a clock.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx import codes
from amts_sphinx.errors import InterchangeError
from amts_sphinx.interchange import tmx_segment, xliff_segment
from amts_sphinx.interchange.draft import replacing
from amts_sphinx.interchange.xliff import BY_MACHINE
from amts_sphinx.units import State

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from amts_sphinx.units import LanguagePair, TranslationUnit

_NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:1.2"
#: A person's drafts are none of ours, but nothing keeps others from making them.
_STATES: Final = {
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
        if fault := tmx_segment.fault(unit) or _misnumbered(unit.source):
            where = f" ({unit.document})" if unit.document else ""
            msg = f"{path} cannot hold the unit {unit.source[:60]!r}{where}: {fault}"
            raise InterchangeError(msg)
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
    ids = codes.ids(source)
    return "" if ids == list(range(1, len(ids) + 1)) else "its codes are not in order"


def _group(unit: TranslationUnit) -> tuple[LanguagePair, str]:
    return unit.pair, unit.document


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    first = (*_group(unit), codes.normalise(unit.source), unit.maker)
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
        name = hashlib.sha256(codes.normalise(unit.source).encode()).hexdigest()[:16]
        seen[name] += 1
        _fill(body, unit, name if seen[name] == 1 else f"{name}-{seen[name]}")
    _lay_out(body, "\n")
    _lay_out(file, "\n")
    return file


def _fill(body: etree._Element, unit: TranslationUnit, name: str) -> None:
    """Add the ``<trans-unit>`` of *unit* to a ``<body>``."""
    holder = etree.SubElement(body, "trans-unit", id=name)
    holder.set(xliff_segment.SPACE, "preserve")
    source = etree.SubElement(holder, "source")
    target = etree.SubElement(holder, "target")
    xliff_segment.fill(source, unit.source)
    xliff_segment.fill(target, unit.target)
    if unit.by_human:
        target.set("state", _STATES[unit.state])
        if unit.state is State.APPROVED:
            holder.set("approved", "yes")
    else:
        target.set("state", _STATES[State.NEEDS_REVIEW])
        known = unit.maker in BY_MACHINE
        target.set("state-qualifier", unit.maker if known else BY_MACHINE[0])
    _lay_out(holder, "\n  ")


def _lay_out(element: etree._Element, blanks: str) -> None:
    """Put each child of an element that has no text of its own on a line."""
    element.text = blanks
    for child in element:
        child.tail = blanks
    element[-1].tail = "\n"
