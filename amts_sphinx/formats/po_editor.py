"""Fill messages of a catalogue in place: no other line of the file changes.

The libraries that write catalogues wrap every message anew, which buries what was
filled among thousands of changed lines. Here the lines of one ``msgstr`` are replaced,
and a comment and a flag are added; the rest stays, byte by byte.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from babel.messages.pofile import denormalize, normalize

from amts_sphinx.formats import provenance
from amts_sphinx.formats.catalogues import SAID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


class _Field(NamedTuple):
    #: The lines of an entry that it takes, from and to.
    first: int
    last: int
    text: str


def fill(
    data: bytes,
    answer: Callable[[str, int], Filling | None],
    *,
    fuzzy: bool = False,
) -> tuple[bytes, int]:
    """Return a catalogue with messages filled, and how many there are.

    :param answer: takes the source and the line of a message that may be filled, and
        returns what is to stand there
    :param fuzzy: whether fuzzy messages may be filled too, not only empty ones
    """
    found = _CHARSET.search(data)
    charset = found[1].decode() if found and found[1] != b"CHARSET" else "utf-8"
    lines = data.decode(charset).splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    width = _WIDTH if not _is_unwrapped(lines) else 10**9
    out: list[str] = []
    count = 0
    for line, entry in _entries(lines):
        filled = _filled(entry, line, answer, width, end, fuzzy=fuzzy)
        count += filled is not None
        out += filled if filled is not None else entry
    return "".join(out).encode(charset), count


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


def _filled(
    entry: list[str],
    line: int,
    answer: Callable[[str, int], Filling | None],
    width: int,
    end: str,
    *,
    fuzzy: bool,
) -> list[str] | None:
    """Return the lines of a message that is filled; ``None``: it stays."""
    fields = _fields(entry)
    if fields.keys() != {"msgid", "msgstr"} or not fields["msgid"].text:
        return None
    flags = next((n for n, each in enumerate(entry) if each.startswith("#,")), None)
    is_fuzzy = flags is not None and "fuzzy" in entry[flags]
    target = fields["msgstr"]
    if target.text.strip() and not (fuzzy and is_fuzzy):
        return None
    source = fields["msgid"]
    filling = answer(source.text, line + source.first)
    named = entry[flags] if flags is not None else ""
    if filling is None or not _keeps_format(named, source.text, filling.text):
        return None
    new = [*entry]
    text = f"msgstr {normalize(filling.text, width=width)}".split("\n")
    new[target.first : target.last] = [f"{each}{end}" for each in text]
    if filling.maker is not None and not is_fuzzy:
        if flags is None:
            new.insert(source.first, f"#, fuzzy{end}")
        else:
            new[flags] = new[flags].replace("#,", "#, fuzzy,", 1)
    elif filling.maker is None and is_fuzzy and flags is not None:
        new[flags] = _without_fuzzy(new[flags], end)
    if filling.maker is not None:
        # Comments of translators stand before all others.
        first = next(
            (n for n, each in enumerate(entry) if each.startswith(("#", "msg"))), 0
        )
        note = _note(source.text, filling)
        new = [each for each in new if not each.startswith(f"# {SAID}")]
        new.insert(first, f"{note}{end}")
    return new


def _keeps_format(flags: str, source: str, text: str) -> bool:
    """Tell whether ``msgfmt`` finds the placeholders of a message in its translation.

    gettext's tools guess from prose that a message is a format.
    """
    for flag, placeholder in _PLACEHOLDERS.items():
        if flag in flags and f"no-{flag}" not in flags:
            mine, other = (sorted(placeholder.findall(each)) for each in (source, text))
            if mine != other:
                return False
    return True


def _without_fuzzy(line: str, end: str) -> str:
    rest = [flag.strip() for flag in line[2:].split(",")]
    rest = [flag for flag in rest if flag != "fuzzy"]
    return f"#, {', '.join(rest)}{end}" if rest else ""


def _note(source: str, filling: Filling) -> str:
    """Return the comment that says who made a translation."""
    if filling.maker is None:
        return ""
    said = {
        "maker": filling.maker.maker,
        "state": filling.maker.state.value,
        "digest": provenance.digest(source, filling.text),
    }
    return f"# {SAID}{json.dumps(said, ensure_ascii=False)}"
