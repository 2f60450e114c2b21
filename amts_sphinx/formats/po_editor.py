"""Fill messages of a catalogue in place: no other line of the file changes.

The libraries that write catalogues wrap every message anew, which buries what was
filled among thousands of changed lines. Here the lines of one ``msgstr`` are replaced,
and a comment and a flag are added; the rest stays, byte by byte.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from babel.messages.pofile import denormalize, normalize

from amts_sphinx.formats import po_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from amts_sphinx.formats.provenance import Trust

_FIELD: Final = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s*(".*)')
_CHARSET: Final = re.compile(rb"charset=([\w.:-]+)")
_PLACEHOLDERS: Final = {
    "python-format": re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[a-zA-Z%]"),
    "python-brace-format": re.compile(r"\{\w*[^{}]*\}"),
    "c-format": re.compile(r"%[#0\- +]*\d*(?:\.\d+)?[a-zA-Z%]"),
}
#: The width at which gettext's tools break lines, and a longer line that shows that
#: those of a file are not broken.
_WIDTH: Final = 76
_LONG: Final = 100


class Filling(NamedTuple):
    """What is written into a message."""

    text: str
    #: Who made it; nothing: a person, so that no mark is needed.
    maker: Trust | None = None


class Standing(Enum):
    """What stands in a message that may be filled."""

    EMPTY = "empty"
    #: The machine's, of a source that has changed since; nobody touched the text.
    STALE = "stale"
    #: The machine's, as it was written.
    MACHINE = "machine"
    #: Fuzzy, and none of what we wrote: a person's, or what gettext guessed from one's.
    PEOPLE = "people"


#: What is filled if nothing else is asked for: no text of a person.
USUAL: Final = frozenset({Standing.EMPTY, Standing.STALE})


class Candidate(NamedTuple):
    """A message that may be filled."""

    source: str
    #: Of its source in the catalogue, 1-based.
    line: int
    standing: Standing
    #: The line of its flags, as it stands; empty: it has none.
    flags: str = ""

    def takes(self, text: str) -> bool:
        """Tell whether ``msgfmt`` finds the placeholders of the source in *text*.

        gettext's tools guess from prose that a message is a format.
        """
        for flag, placeholder in _PLACEHOLDERS.items():
            if flag in self.flags and f"no-{flag}" not in self.flags:
                ours, theirs = map(placeholder.findall, (self.source, text))
                if sorted(ours) != sorted(theirs):
                    return False
        return True


class _Field(NamedTuple):
    #: The lines of an entry that it takes, from and to.
    first: int
    last: int
    text: str


def fill(
    data: bytes,
    answer: Callable[[Candidate], Filling | None],
    which: Container[Standing] = USUAL,
) -> tuple[bytes, list[Candidate]]:
    """Return a catalogue with messages filled, and those that are others now.

    :param answer: returns what is to stand in a message
    :param which: the messages that it is asked for
    """
    found = _CHARSET.search(data)
    charset = found[1].decode() if found and found[1] != b"CHARSET" else "utf-8"
    lines = data.decode(charset).splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    width = _WIDTH if not _is_unwrapped(lines) else 10**9
    out: list[str] = []
    changed: list[Candidate] = []
    for line, entry in _entries(lines):
        candidate = _candidate(entry, line)
        if candidate is not None and candidate.standing in which:
            filled = _filled(entry, candidate, answer(candidate), (width, end))
            if filled != entry:
                changed.append(candidate)
            out += filled
        else:
            out += entry
    return "".join(out).encode(charset), changed


def _is_unwrapped(lines: list[str]) -> bool:
    """Tell whether long strings stand on one line."""
    return any(
        len(line) > _LONG
        and line.startswith(("msgid", "msgstr"))
        and not re.match(r'msg\w+ "\S*"\s*$', line)
        for line in lines
    )


def _entries(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each message, with the number of the first, 1-based."""
    entry: list[str] = []
    done, first = False, 1
    for number, line in enumerate(lines, 1):
        text = line.strip()
        begins = not text or text.startswith(("#", "msgid ", "msgctxt "))
        if done and begins:
            yield first, entry
            entry, done, first = [], False, number
        entry.append(line)
        done = done or text.startswith("msgstr")
    if entry:
        yield first, entry


def _fields(entry: list[str]) -> dict[str, _Field]:
    """Return the fields of a message by keyword."""
    found: dict[str, _Field] = {}
    keyword = ""
    for number, line in enumerate(entry):
        text = line.strip()
        if match := _FIELD.match(text):
            keyword = match[1]
            if keyword in found:
                return {}
            found[keyword] = _Field(number, number + 1, denormalize(match[2]))
        elif text.startswith('"') and keyword:
            first, _, before = found[keyword]
            found[keyword] = _Field(first, number + 1, before + denormalize(text))
        elif text.startswith("msg"):
            return {}
    return found


def _candidate(entry: list[str], line: int) -> Candidate | None:
    """Return a message that may be filled; ``None``: it has to stay.

    :param line: the number of its first line
    """
    fields = _fields(entry)
    if fields.keys() != {"msgid", "msgstr"} or not fields["msgid"].text:
        return None
    source, target = fields["msgid"], fields["msgstr"]
    flags = _flags(entry)
    is_fuzzy = flags is not None and "fuzzy" in entry[flags]
    standing = _standing(entry, source.text, target.text, is_fuzzy=is_fuzzy)
    if standing is None:
        return None
    named = entry[flags] if flags is not None else ""
    return Candidate(source.text, line + source.first, standing, named)


def _flags(entry: list[str]) -> int | None:
    """Return which line of a message has its flags."""
    return next((n for n, each in enumerate(entry) if each.startswith("#,")), None)


def _filled(
    entry: list[str],
    candidate: Candidate,
    filling: Filling | None,
    form: tuple[int, str],
) -> list[str]:
    """Return the lines of a message that is filled, or as they are.

    :param form: the width of lines, and their end
    """
    fields, flags = _fields(entry), _flags(entry)
    source, target = fields["msgid"], fields["msgstr"]
    named = candidate.flags
    if filling is None or not candidate.takes(filling.text):
        return entry
    width, end = form
    new = [*entry]
    text = f"msgstr {normalize(filling.text, width=width)}".split("\n")
    new[target.first : target.last] = [f"{each}{end}" for each in text]
    if filling.maker is not None and "fuzzy" not in named:
        if flags is None:
            new.insert(source.first, f"#, fuzzy{end}")
        else:
            new[flags] = new[flags].replace("#,", "#, fuzzy,", 1)
    elif filling.maker is None and flags is not None:
        new[flags] = _without_fuzzy(new[flags], end) if "fuzzy" in named else named
    if found := po_marker.find(_notes(new)):
        for number in [n for n, each in enumerate(new) if _is_note(each)][found[1]]:
            new[number] = ""
    # Comments of translators stand before all others.
    first = next(n for n, each in enumerate(entry) if each.startswith(("#", "msg")))
    notes = _new_notes(candidate, target.text, filling)
    new[first:first] = [f"# {each}{end}" for each in notes]
    return [each for each in new if each]


def _new_notes(candidate: Candidate, former: str, filling: Filling) -> Iterator[str]:
    """Yield the comments on what is filled."""
    if candidate.standing is Standing.PEOPLE:
        yield f"{po_marker.FORMER}{' '.join(former.split())}"
    if filling.maker is not None:
        yield from po_marker.lines(filling.maker, candidate.source, filling.text)


def _standing(
    entry: list[str], source: str, target: str, *, is_fuzzy: bool
) -> Standing | None:
    """Return what stands in a message; ``None``: what somebody has confirmed."""
    if not target.strip():
        return Standing.EMPTY
    if not is_fuzzy:
        return None
    found = po_marker.find(_notes(entry))
    if found is None:
        return Standing.PEOPLE
    moved, touched = found[0].changed(source, target)
    if touched:
        return Standing.PEOPLE
    return Standing.STALE if moved else Standing.MACHINE


def _is_note(line: str) -> bool:
    """Tell whether a line is a comment of translators."""
    return bool(re.match(r"#(?![,:.|~=])", line))


def _notes(entry: list[str]) -> list[str]:
    """Return the comments of translators, without the signs before them."""
    return [each[1:].strip() for each in entry if _is_note(each)]


def _without_fuzzy(line: str, end: str) -> str:
    rest = [flag.strip() for flag in line[2:].split(",")]
    rest = [flag for flag in rest if flag != "fuzzy"]
    return f"#, {', '.join(rest)}{end}" if rest else ""
