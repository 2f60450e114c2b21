"""Units to XLIFF 1.2, which nearly every translator's tool opens.

What the standard has no word for stands in attributes of our own namespace, which the
standard allows.
"""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.units import LanguagePair, State, TranslationUnit
from amts_sphinx.formats import provenance
from amts_sphinx.formats.sorting import in_order
from amts_sphinx.formats.validity import writable
from amts_sphinx.formats.xliff_codes import SPACE, fill

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:1.2"
#: Of the attributes that only we read; see :func:`attribute`.
OURS: Final = "urn:amts_sphinx"
_HEAD: Final = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    f'<xliff xmlns="{NAMESPACE}" xmlns:amts="{OURS}" version="1.2">\n'
)
_BREAKS: Final = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
#: What the standard calls a state; a machine's is a suggestion, whatever it is.
STATE_NAMES: Final = {
    State.DRAFT: "needs-review-translation",
    State.MACHINE: "needs-review-translation",
    State.NEEDS_REVIEW: "needs-review-translation",
    State.REVIEWED: "translated",
    State.APPROVED: "final",
}
#: The same in 2.x, where "initial" is a text without translation.
STATE_NAMES_2: Final = {
    State.DRAFT: "translated",
    State.MACHINE: "translated",
    State.NEEDS_REVIEW: "translated",
    State.REVIEWED: "reviewed",
    State.APPROVED: "final",
}
#: What the notes of a work file are about, but for people's remarks.
NOTES: Final = frozenset(
    "place state former-source former-target difference finding term code page before"
    " after".split()
)
#: What a remark of a person is about.
REMARK: Final = "remark"
#: Required of a file; it names nothing where units of no document are together.
NO_DOCUMENT: Final = "book"


def attribute(name: str) -> str:
    """Return the full name of an attribute of ours."""
    return f"{{{OURS}}}{name}"


def written_state(unit: TranslationUnit) -> tuple[str, str]:
    """Return the ``state`` and ``approved`` that stand in a file for *unit*."""
    if not unit.by_human:
        return STATE_NAMES[State.NEEDS_REVIEW], ""
    return STATE_NAMES[unit.state], "yes" if unit.state is State.APPROVED else ""


def write(path: str | os.PathLike[str], units: Iterable[TranslationUnit]) -> int:
    """Write *units* as XLIFF 1.2, by languages and document, sorted by source.

    Equal units make equal bytes, whatever their order. What a machine made is marked as
    a suggestion to be reviewed. Lines, times and control characters are left out. The
    file appears when it is whole.

    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    count = 0
    with replacing(path) as stream:
        stream.write(_HEAD.encode())
        ordered = in_order(writable(path, units), _order)
        for (pair, document), group in groupby(ordered, _group):
            stream.write(f"<file {_about(pair, document)}>\n<body>\n".encode())
            for unit, name in _named(path, group):
                stream.write(_holder(unit, name).encode())
                count += 1
            stream.write(b"</body>\n</file>\n")
        stream.write(b"</xliff>\n")
    return count


def _group(unit: TranslationUnit) -> tuple[LanguagePair, str]:
    return unit.pair, unit.document


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    first = (*_group(unit), unit.key, unit.maker, unit.source, unit.target)
    rest = (unit.state.value, unit.replaced, unit.author, unit.tool)
    return (*first, *rest, unit.place or (), unit.corrects)


def _about(pair: LanguagePair, document: str) -> str:
    """Return the attributes of a ``<file>``: one direction, one document."""
    said = {
        "original": document or NO_DOCUMENT,
        "source-language": pair.source,
        "target-language": pair.target,
        "datatype": "plaintext",
    }
    said |= {"amts:document": document} if document else {}
    return " ".join(f"{name}={quoteattr(text, _BREAKS)}" for name, text in said.items())


def _named(
    path: str | os.PathLike[str], units: Iterable[TranslationUnit]
) -> Iterator[tuple[TranslationUnit, str]]:
    """Yield each unit of a file with an id of its own."""
    former, number = "", 0
    for unit in units:
        ids = inline_codes.ids(unit.source)
        if ids != list(range(1, len(ids) + 1)):
            where = f" ({unit.document})" if unit.document else ""
            raise InterchangeError(
                f"{path} cannot hold the unit {unit.source[:60]!r}{where}: its codes"
                " are not in order"
            )
        name = name_of(unit)
        number = number + 1 if name == former else 1
        former = name
        yield unit, name if number == 1 else f"{name}-{number}"


def name_of(unit: TranslationUnit) -> str:
    """Return an id for *unit*: it stays as long as the source does."""
    return name_of_key(unit.key)


def name_of_key(key: str) -> str:
    """Return the id of the units of a source, by its key."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]


def _holder(unit: TranslationUnit, name: str) -> str:
    """Return the ``<trans-unit>`` of *unit*, as text.

    Its elements have no namespace: they stand in a file that says theirs.
    """
    state, approved = written_state(unit)
    holder = etree.Element("trans-unit", {"id": name}, nsmap={"amts": OURS})
    holder.set(SPACE, "preserve")
    if approved:
        holder.set("approved", approved)
    for key, text in said_of(unit).items():
        if text:
            holder.set(attribute(key), text)
    source = etree.SubElement(holder, "source")
    target = etree.SubElement(holder, "target", state=state)
    if not unit.by_human:
        target.set("state-qualifier", provenance.MACHINE)
    fill(source, unit.source)
    fill(target, unit.target)
    holder.text = source.tail = "\n  "
    target.tail = holder.tail = "\n"
    text = etree.tostring(holder, encoding="unicode")
    return text.replace(f' xmlns:amts="{OURS}"', "", 1)


def said_of(unit: TranslationUnit) -> dict[str, str]:
    """Return what we say of *unit* beside the standard's words."""
    plain = unit.by_human and unit.state not in {State.DRAFT, State.MACHINE}
    return {
        "state": "" if plain else unit.state.value,
        "maker": "" if unit.by_human else unit.maker,
        "author": unit.author,
        "tool": unit.tool,
        "replaced": unit.replaced,
        "place": provenance.write_place(unit.place),
        "corrects": json.dumps(unit.corrects, ensure_ascii=False)
        if unit.corrects
        else "",
        "digest": provenance.mark_of(unit),
    }
