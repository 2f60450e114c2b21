"""PO catalogues ↔ units: what people translate with gettext's tools.

Messages of Sphinx's catalogues are reStructuredText or Markdown. We do not parse it: a
message in which there could be markup is passed over and reported. Our own catalogues
hold coded text, and say so in their first line; what PO has no word for stands in a
comment ``# amts: …`` of its message, which gettext's tools keep.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from babel.messages.pofile import normalize

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import closest, find_language, posix_locale
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Place,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import po_syntax, provenance
from amts_sphinx.formats.asked import Asked
from amts_sphinx.formats.provenance import Trust
from amts_sphinx.formats.sorting import in_order
from amts_sphinx.formats.validity import as_read, reading_fault, writable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from amts_sphinx.formats.po_syntax import Message

#: The maker of what gettext's tools guessed, or a person was not sure of.
FUZZY: Final = "fuzzy"
_MISSING: Final = "there is no translation"
_FUZZY: Final = Trust(FUZZY, State.NEEDS_REVIEW)
#: Signs of inline markup, and what docutils makes a link by itself.
_MARKUP: Final = re.compile(
    r"""
    [`*|\\]              # code, emphasis, roles, substitutions, escapes
  | \w_(?!\w) | (?<!\w)_\w | \]_ | __            # references of reST, _so_ of Markdown
  | \]\( | \]\[ | \[\^ | <[a-zA-Z/!] | \$\S[^$]*\$ | \{\{           # of Markdown
  | ::\s*$ | ^\s*\.\.\s                          # a literal block follows; a directive
  | [a-zA-Z][a-zA-Z0-9+.-]*://\S | \bmailto: | \S@\w                 # links
    """,
    re.VERBOSE,
)
#: Our first line; the language is that of the sources, which PO has no field for.
_OURS: Final = "amts_sphinx: coded text from"
_SOURCE: Final = re.compile(rf"{_OURS} (\S+)")
#: What begins a comment that says of a message what PO cannot, as JSON.
_SAID: Final = "amts: "
_SEVERAL_BLANKS: Final = re.compile("  +")
_FIELD: Final = re.compile(r"^([\w-]+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
#: A reference: between gettext's marks around a name with blanks, or without.
_REFERENCE: Final = re.compile(r"\u2068([^\u2069]*)\u2069|(\S+)")
_LINE: Final = re.compile(r":\d+$")
_HEADER: Final = """\
# {ours} {source}
msgid ""
msgstr ""
"Language: {target}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the translated messages of a catalogue as a person's units, in order.

    Fuzzy ones need a review, and have the maker :data:`FUZZY`. Obsolete ones are left
    out. A message with a context holds there alone. Nothing happens before the first
    unit is asked for.

    :param pair: the languages, which come before what the header says if both are
        named; else the source's alone, which is English if nothing tells
    :param on_skip: takes, with file and line, why each message is not usable that is
        not; without it the first such message raises InterchangeError
    :raises InterchangeError: the file cannot be read, or names no language
    """
    catalogue: _Catalogue | None = None
    for message in po_syntax.messages(path, on_skip):
        if catalogue is None:
            catalogue = _header(str(path), message, Asked(pair), on_skip)
        if not message.is_header and not message.obsolete:
            yield from catalogue.units(message)


class _Catalogue(NamedTuple):
    """What is known of a catalogue from its header."""

    path: str
    pair: LanguagePair
    #: Whether its messages are coded text of ours.
    coded: bool
    tool: str
    on_skip: Callable[[str], None] | None

    def units(self, message: Message) -> Iterator[TranslationUnit]:
        """Yield the unit of a message, if it is usable."""
        source, target = message.source, message.target
        if not self.coded:
            source, target = inline_codes.escape(source), inline_codes.escape(target)
        unit = TranslationUnit(source, target, self.pair, HUMAN, State.REVIEWED)
        try:
            why = self._fault(message)
            missing = why == _MISSING
            unit, certain = self._said(unit, message)
            why = why or reading_fault(unit, certain=certain)
        except MarkupError as exc:
            why, missing = str(exc), False
        if not why:
            yield as_read(unit, certain=certain)
            return
        told = f"{self.path}:{message.line}: {why}"
        if self.on_skip is None:
            raise InterchangeError(told)
        self.on_skip(SkippedText(told, source, self.pair, missing=missing))

    def _fault(self, message: Message) -> str:
        """Say why a message cannot be a unit, or return an empty string."""
        if message.has_plural:
            return "it has plural forms"
        if not message.target.strip():
            return _MISSING
        if self.coded:
            return ""
        texts = message.source, message.target
        if any(map(_MARKUP.search, texts)):
            return "there may be markup in it"
        # Sphinx joins the lines of prose; what keeps them is code.
        return "it spans lines" if "\n" in message.source.strip() else ""

    def _said(
        self, unit: TranslationUnit, message: Message
    ) -> tuple[TranslationUnit, bool]:
        """Return *unit* with all that its message says, and whether it is certain.

        :raises MarkupError: what it says of itself is not as we write it
        """
        unit = replace(
            unit,
            document=_document(message, coded=self.coded),
            replaced=self._former(message),
            place=Place(context=message.context) if message.context else None,
        )
        fuzzy = "fuzzy" in message.flags
        notes = " ".join(message.notes) if self.coded else ""
        if _SAID in notes:
            unit = replace(unit, note=_remarks(message.notes))
            # Some tools break long comments into lines.
            return _own(unit, notes.partition(_SAID)[2], fuzzy=fuzzy)
        trust = _FUZZY if fuzzy else provenance.PERSON
        tool = "" if self.coded else self.tool
        unit = replace(provenance.with_trust(unit, trust), tool=tool)
        return unit, False

    def _former(self, message: Message) -> str:
        """Return the source that a message had before, if it is text that we know."""
        former = message.former.get("msgid", "")
        if self.coded:
            return former
        return "" if _MARKUP.search(former) else inline_codes.escape(former)


def _header(
    path: str,
    message: Message,
    asked: Asked,
    on_skip: Callable[[str], None] | None,
) -> _Catalogue:
    """Return what the first message says of a catalogue, if it is the header."""
    fields: dict[str, str] = {}
    ours = None
    if message.is_header:
        fields = dict(_FIELD.findall(message.target))
        ours = next(filter(None, map(_SOURCE.search, message.notes)), None)
    source = ours[1] if ours else fields.get("X-Source-Language", "")
    target = fields.get("Language", "")
    pair = _languages(path, asked, source, target, ours=bool(ours))
    if on_skip and not ours and asked.target and _differs(target, pair.target):
        on_skip(
            f"{path}: its header says that it is in {target!r}; it is read as"
            f" {pair.target}, which was asked for"
        )
    return _Catalogue(path, pair, bool(ours), fields.get("X-Generator", ""), on_skip)


def _languages(
    path: str, asked: Asked, source: str, target: str, *, ours: bool
) -> LanguagePair:
    """Return the languages of a catalogue: those asked for before its header's.

    :param ours: whether we wrote it, and its header is right
    """
    if asked.source and asked.target and not ours:
        return LanguagePair(asked.source, asked.target)
    try:
        pair = asked.pair(source, target)
    except LanguageError as exc:
        raise InterchangeError(
            f"{path}: its header: {exc}; name its languages with --languages"
        ) from exc
    if not pair.target:
        raise InterchangeError(
            f"{path}: its header names no Language, and none is asked for; name its"
            " languages with --languages"
        )
    return LanguagePair(pair.source or "en", pair.target)


def _differs(header: str, tag: str) -> bool:
    """Tell whether a header's language is known, and another."""
    try:
        return bool(header) and closest(tag, [find_language(header).tag]) is None
    except LanguageError:
        return False


def _document(message: Message, *, coded: bool) -> str:
    """Return the document that a message was seen in first."""
    for line in message.references:
        if match := _REFERENCE.match(line):
            name = match[1] or match[2]
            return name if coded else provenance.document_of(_LINE.sub("", name))
    return ""


def _remarks(notes: Iterable[str]) -> str:
    """Return what people remarked: what stands before and after what we say."""
    lines = [*notes]
    first = next(n for n, line in enumerate(lines) if _SAID in line)
    said = " ".join(lines[first:]).partition(_SAID)[2]
    try:
        end = json.JSONDecoder().raw_decode(said)[1]
    except ValueError:
        return ""  # it is an error elsewhere
    return "\n".join(filter(None, [*lines[:first], said[end:].strip()]))


def _own(
    unit: TranslationUnit, note: str, *, fuzzy: bool
) -> tuple[TranslationUnit, bool]:
    """Return a unit that we exported, and whether it is certain.

    :raises MarkupError: what it says of itself is not as we write it
    """
    try:
        said: dict[str, Any] = json.JSONDecoder().raw_decode(note)[0]
        state = State(said.get("state", State.REVIEWED.value))
        place = Place(*said["place"]) if "place" in said else unit.place
        corrects = tuple(map(str, said.get("corrects", ())))
    except (TypeError, ValueError, AttributeError) as exc:
        raise MarkupError(f"its comment {_SAID!r} is not as we write it") from exc
    exported = replace(
        unit,
        maker=str(said.get("maker", HUMAN)),
        state=state,
        author=str(said.get("author", "")),
        tool=str(said.get("tool", "")),
        replaced=unit.replaced or str(said.get("replaced", "")),
        place=place,
        corrects=corrects,
    )
    mark = str(said.get("digest", ""))
    what = provenance.change(exported, mark)
    trust: Trust | None = None
    if what == "source":
        # A message of ours that gettext found near a new one.
        trust = _FUZZY if fuzzy else provenance.PERSON
    elif what or fuzzy != _is_fuzzy(exported):
        trust = provenance.DOUBTFUL if fuzzy else provenance.PERSON
    return provenance.returned(exported, mark, trust)


def write(
    path: str | os.PathLike[str],
    units: Iterable[TranslationUnit],
    pair: LanguagePair,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> int:
    """Write the units of *pair* as a catalogue of coded text, sorted by source.

    Equal units make equal bytes, whatever their order. A message has one translation at
    each place: that of the highest state, a person's before a machine's. What no person
    reviewed is fuzzy. Lines, times and control characters are left out. The file
    appears when it is whole.

    :param on_skip: takes what the file cannot hold, before it appears
    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    mine = (unit for unit in units if unit.pair == pair)
    ordered = in_order(writable(path, mine), _order)
    count = left_out = 0
    with replacing(path) as stream:
        stream.write(header(pair).encode())
        for _, group in groupby(ordered, _message_of):
            best, *others = group
            stream.write(message(best).encode())
            count += 1
            left_out += len(others)
        if left_out and on_skip:
            on_skip(
                f"{path}: PO holds one translation of a source: {left_out} units were"
                " left out, of lower states or by other makers; TMX and XLIFF hold all"
            )
    return count


def _message_of(unit: TranslationUnit) -> tuple[str, str]:
    """Return what tells messages apart: the source and the context."""
    return unit.source, _context(unit.place)


def _context(place: Place | None) -> str:
    """Return a message's context: gettext's own, or all that names the place."""
    if place is None:
        return ""
    alone = place == Place(context=place.context)
    return place.context if alone else " | ".join(filter(None, place)) or "-"


def _order(unit: TranslationUnit) -> tuple[object, ...]:
    """Return a key by which the best unit of a message comes first."""
    state = tuple(State).index(unit.state)
    rank = (-state, not unit.by_human, unit.maker, unit.target, unit.document)
    rest = (unit.replaced, unit.author, unit.tool, unit.place or (), unit.corrects)
    return (*_message_of(unit), *rank, *rest)


def _is_fuzzy(unit: TranslationUnit) -> bool:
    return not unit.by_human or unit.state not in {State.REVIEWED, State.APPROVED}


def header(pair: LanguagePair) -> str:
    """Return the head of a catalogue of coded text."""
    return _HEADER.format(
        ours=_OURS, source=pair.source, target=posix_locale(pair.target)
    )


def message(unit: TranslationUnit, notes: Iterable[str] = ()) -> str:
    """Return the message of *unit*, whose target may be empty.

    :param notes: what a translator should know, a line each
    """
    lines = ["", *(f"# {line}" for line in unit.note.splitlines() if line.strip())]
    if said := _said_of(unit):
        text = json.dumps(said, ensure_ascii=False)
        # Several blanks would become one where a tool breaks the line.
        text = _SEVERAL_BLANKS.sub(lambda m: "\\u0020" * len(m[0]), text)
        lines.append(f"# {_SAID}{text}")
    if not unit.by_human:
        lines.append("#. translated by a machine")
    lines += [f"#. {' '.join(note.split())}" for note in notes]
    if unit.document:
        blank = any(char.isspace() for char in unit.document)
        # Marks of gettext's around a name with blanks.
        lines.append(
            f"#: \u2068{unit.document}\u2069" if blank else f"#: {unit.document}"
        )
    if _is_fuzzy(unit):
        lines.append("#, fuzzy")
    if unit.replaced:
        former = normalize(unit.replaced, width=0).splitlines()
        lines += [f"#| {'msgid ' * (not n)}{line}" for n, line in enumerate(former)]
    if context := _context(unit.place):
        lines.append(f"msgctxt {normalize(context, width=0)}")
    lines.append(f"msgid {normalize(unit.source, width=0)}")
    lines.append(f"msgstr {normalize(unit.target, width=0)}")
    return "\n".join([*lines, ""])


def _said_of(unit: TranslationUnit) -> dict[str, Any]:
    """Return what PO has no word for, where it is not what one would think."""
    alone = unit.place and unit.place == Place(context=unit.place.context)
    said: dict[str, Any] = {
        "state": "" if unit.state is State.REVIEWED else unit.state.value,
        "maker": "" if unit.by_human else unit.maker,
        "author": unit.author,
        "tool": unit.tool,
        "replaced": unit.replaced,
        "place": () if alone else unit.place or (),
        "corrects": unit.corrects,
        "digest": provenance.mark_of(unit),
    }
    return {name: value for name, value in said.items() if value}
