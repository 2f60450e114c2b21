"""The syntax of PO catalogues, message by message, as GNU gettext reads it.

What ``msgfmt`` refuses is refused here: strings that are not closed, sections that are
missing or in the wrong order, duplicate messages. What it takes is read, obsolete
messages and former sources (``#~|``) among it. See "The Format of PO Files" in the
manual of GNU gettext.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

_CHARSET: Final = re.compile(
    rb'^"?.*Content-Type:[^\n]*charset=([\w.:-]+)', re.MULTILINE
)
#: A byte that is none of the charset, as Python reads it if it is told to go on.
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
#: Where the header is looked for, in bytes.
_HEAD: Final = 2**16
_TOKEN: Final = re.compile(
    r"""
    \s+ | (?P<keyword> [a-z_]+ ) | \[ \s* (?P<index> \d+ ) \s* \]
    | " (?P<string> (?: [^"\\] | \\. )* ) "
    """,
    re.VERBOSE,
)
#: A line of sections whose strings are closed, and one whose string is not, or holds
#: quotes: people who edit catalogues by hand write these, and Sphinx reads them.
_CLOSED: Final = re.compile(
    r"(?:\s+|(?:msgctxt|msgid_plural|msgid|msgstr|domain)\b|\[\s*\d+\s*\]"
    r'|"(?:[^"\\]|\\.)*")*',
    re.DOTALL,
)
_LOOSE: Final = re.compile(
    r'((?:msgctxt|msgid_plural|msgid|msgstr)(?:\[\d+\])?\s*)?"(.*?)"?', re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]+)|(.))", re.DOTALL)
_CONTROL: Final = dict(zip('abfnrtv"\\', '\a\b\f\n\r\t\v"\\', strict=True))
#: Names the catalogue that the messages after it go into: one book has one.
_DOMAIN: Final = "domain"
#: What git writes where two people changed the same lines: it begins, parts and ends.
_CONFLICT: Final = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)|={7}$")
_END: Final = ">>>>>>>"
#: Comments that say nothing of what a message is worth.
_HARMLESS: Final = ("#:", "#.")
_SECTIONS: Final = ("msgctxt", "msgid", "msgid_plural", "msgstr")


@dataclass(slots=True)
class Message:
    """One message of a catalogue."""

    #: Of its first section, 1-based.
    line: int = 0
    #: The texts of the sections, by keyword; that of ``msgstr[1]`` by ``msgstr[1]``.
    texts: dict[str, str] = field(default_factory=dict)
    #: The same of what it was before the source changed: after ``#|``.
    former: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    #: What translators noted, line by line.
    notes: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    obsolete: bool = False

    @property
    def source(self) -> str:
        """The source; empty for the header."""
        return self.texts.get("msgid", "")

    @property
    def target(self) -> str:
        """The translation; of plural forms, none."""
        return self.texts.get("msgstr", "")

    @property
    def context(self) -> str | None:
        """What tells it from others of the same source."""
        return self.texts.get("msgctxt")

    @property
    def has_plural(self) -> bool:
        """Whether there are several forms of it, by number."""
        return "msgid_plural" in self.texts

    @property
    def is_header(self) -> bool:
        """Whether its translation is about the catalogue."""
        return not self.source and self.context is None

    @property
    def is_done(self) -> bool:
        """Whether all its sections have been read."""
        return any(name.startswith("msgstr") for name in self.texts)


def messages(
    path: str | os.PathLike[str], on_fault: Callable[[str], None] | None = None
) -> Iterator[Message]:
    """Yield the messages of a catalogue in order, obsolete ones included.

    :param on_fault: takes what is wrong with each message that is no message, with file
        and line, and the others are read; without it the first such is an error
    :raises InterchangeError: it cannot be read, or is no catalogue; with file and line
    """
    parser = _Parser(str(path), on_fault)
    for number, line, why in _lines(Path(path)):
        yield from (
            parser.undecoded(number, line, why) if why else parser.take(number, line)
        )
    yield from parser.finish()


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the lines of a file with their numbers, in its charset.

    The third is why a line is not in that charset, and mostly empty.
    """
    try:
        with path.open("rb") as stream:
            charset = _charset(stream.read(_HEAD))
        with path.open(encoding=charset, errors="surrogateescape") as text:
            for number, line in enumerate(text, 1):
                bad = _UNDECODED.search(line)
                byte = ord(bad[0]) - 0xDC00 if bad else 0
                why = f"the byte 0x{byte:02x} is none of the charset" if bad else ""
                yield number, _UNDECODED.sub("\ufffd", line.removesuffix("\n")), why
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeError as exc:
        raise _error(str(path), 1, str(exc)) from exc


def _charset(head: bytes) -> str:
    """Return the charset of a catalogue, from its first bytes.

    One that nobody knows is mostly none, as ``CHARSET`` in a template.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    found = _CHARSET.search(head)
    name = found[1].decode() if found else "utf-8"
    try:
        # Nothing that is read by the byte is in UTF-16, whatever it says of itself.
        by_byte = "a".encode(name) == b"a"
    except LookupError:
        by_byte = False
    return name if by_byte and codecs.lookup(name).name != "utf-8" else "utf-8-sig"


def _error(path: str, line: int, why: str) -> InterchangeError:
    return InterchangeError(f"{path}:{line}: not a PO catalogue: {why}")


class _Parser:
    """What is known while one catalogue is read."""

    def __init__(self, path: str, on_fault: Callable[[str], None] | None) -> None:
        self._path = path
        self._on_fault = on_fault
        #: Whether the rest of a message that is none is passed over.
        self._damaged = False
        self._told = ""
        self._line = 0
        self._message = Message()
        #: The section whose strings are being read, and where they belong.
        self._section = ""
        self._texts: dict[str, str] = {}
        #: Whether the section lacks its first string.
        self._open = False
        #: Hashes of the messages that there were: the texts would be too many.
        self._known: set[int] = set()
        #: The lines of git's conflict that is being read; ``None``: there is none.
        self._conflict: list[str] | None = None
        #: Whether the last line was blank.
        self._apart = True
        #: Whether all is passed over up to the next blank line.
        self._to_blank = False

    def take(self, number: int, line: str) -> Iterator[Message]:
        """Take a line, and yield the message that ends before it.

        :raises InterchangeError: there is a fault, and nobody who takes it
        """
        if self._on_fault and (self._conflict is not None or _CONFLICT.match(line)):
            yield from self._disputed(number, line)
            return
        self._apart = not line.strip()
        if self._to_blank and not self._apart:
            return
        self._to_blank = False
        if self._damaged and not _may_begin(line):
            return
        self._damaged = False
        # What is wrong may be the message before: then the line begins another.
        for _ in range(1 + _may_begin(line)):
            try:
                yield from self.read(number, line)
            except InterchangeError as exc:
                self._tell(exc)
                if self._message.is_done and not (self._open or '"' in line):
                    # It is whole: what follows is wrong.
                    yield from self.close()
                self._drop(exc)
            else:
                return
        self._damaged = True

    def undecoded(self, number: int, line: str, why: str) -> Iterator[Message]:
        """Take a line that is not in the charset of its file.

        :param line: with signs in place of what cannot be read
        :raises InterchangeError: there is nobody who takes the fault
        """
        fault = _error(self._path, number, why)
        self._tell(fault)
        if line.lstrip().startswith("#") or self._conflict is not None:
            yield from self.take(number, line)
            return
        if _may_begin(line):
            yield from self.close()
        self._apart = False
        self._drop(fault)
        self._damaged = True

    def finish(self) -> Iterator[Message]:
        """Yield the message that ends with the file, if there is one.

        :raises InterchangeError: there is a fault, and nobody who takes it
        """
        if self._conflict is not None:
            yield from self._settle()
        yield from self.close()

    def _disputed(self, number: int, line: str) -> Iterator[Message]:
        """Take a line of a conflict; neither side is known to be right."""
        if self._conflict is None:
            why = "git's mark of a conflict, which nobody has settled"
            self._tell(_error(self._path, number, why))
            self._conflict = []
        if not _CONFLICT.match(line):
            self._conflict.append(line.strip())
        elif line.startswith(_END):
            yield from self._settle()

    def _settle(self) -> Iterator[Message]:
        """End a conflict: forget the messages that it is about."""
        lines, self._conflict = self._conflict or [], None
        if all(not line or line.startswith(_HARMLESS) for line in lines):
            return
        if self._apart:
            yield from self.close()
        self._forget()
        self._to_blank = True

    def close(self) -> Iterator[Message]:
        """Yield the message that was read last, if there is one.

        :raises InterchangeError: there is a fault, and nobody who takes it
        """
        try:
            yield from self.end()
        except InterchangeError as exc:
            self._drop(exc)

    def _drop(self, fault: InterchangeError) -> None:
        """Forget the message that is being read."""
        self._tell(fault)
        self._forget()

    def _forget(self) -> None:
        self._message, self._section, self._texts = Message(), "", {}
        self._open = False

    def _tell(self, fault: InterchangeError) -> None:
        """Pass on a fault, once.

        :raises InterchangeError: nobody takes it
        """
        if self._on_fault is None:
            raise fault
        if str(fault) != self._told:
            self._told = str(fault)
            self._on_fault(self._told)

    def read(self, number: int, line: str) -> Iterator[Message]:
        """Take a line, and yield the message that ends before it."""
        self._line = number
        text = line.strip()
        if not text.startswith("#"):
            yield from self._sections(text, "")
        elif text.startswith(("#|", "#~")):
            mark = "#~|" if text.startswith("#~|") else text[:2]
            rest = text[len(mark) :].strip()
            # What was commented out may have had comments.
            yield from self._sections("" if rest.startswith("#") else rest, mark)
        else:
            if self._message.is_done:
                yield from self.end()
            elif self._message.texts:
                raise self.error("a comment within a message")
            self._note(text)

    def end(self) -> Iterator[Message]:
        """Yield the message that was read last, if there is one."""
        if self._open:
            raise self.error(f"{self._section!r} without a string")
        message = self._message
        self._message, self._section, self._texts = Message(), "", {}
        if not message.texts:
            # Former sources, or comments, that belong to nothing.
            if message.former:
                raise self.error("a former source without a message")
            return
        self._check(message)
        yield message

    def error(self, why: str) -> InterchangeError:
        """Return an error at the line that is being read."""
        return _error(self._path, self._line, why)

    def _note(self, text: str) -> None:
        """Take a comment."""
        message = self._message
        if text.startswith(("#,", "#=")):
            message.flags.update(flag.strip() for flag in text[2:].split(","))
        elif text.startswith("#:"):
            message.references.append(text[2:].strip())
        elif not text.startswith("#."):
            message.notes.append(text[1:].strip())

    def _sections(self, text: str, mark: str) -> Iterator[Message]:
        """Take keywords and strings.

        :param mark: what stands before them: ``#~``, ``#|``, ``#~|`` or nothing
        """
        if self._on_fault and not _CLOSED.fullmatch(text):
            text = self._closed(text)
        place = 0
        while place < len(text):
            token = _TOKEN.match(text, place)
            if token is None:
                raise self.error(self._misfit(text[place:]))
            place = token.end()
            if keyword := token["keyword"]:
                yield from self._begin(keyword, mark)
            elif index := token["index"]:
                self._number(int(index))
            elif token["string"] is not None:
                self._add(token["string"], mark)

    def _closed(self, text: str) -> str:
        """Return a line with its string closed, and the quotes in it as such."""
        loose = _LOOSE.fullmatch(text)
        if loose is None:
            return text
        self._tell(self.error("a quote is not closed, or has no backslash before it"))
        string = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', loose[2])
        odd = (len(string) - len(string.rstrip("\\"))) % 2
        rest = "\\" * odd
        return f'{loose[1] or ""}"{string}{rest}"'

    @staticmethod
    def _misfit(text: str) -> str:
        if text.startswith('"'):
            return "the end of the line comes before the end of the string"
        return f"unexpected {text[:20]!r}"

    def _begin(self, keyword: str, mark: str) -> Iterator[Message]:
        if self._open:
            raise self.error(f"{self._section!r} without a string")
        former, domain = mark.endswith("|"), keyword == _DOMAIN and not mark
        if self._message.is_done and (
            former or domain or keyword in {"msgctxt", "msgid"}
        ):
            yield from self.end()
        message = self._message
        if domain and not message.texts:
            self._section, self._texts, self._open = keyword, {keyword: ""}, True
            return
        if keyword not in _SECTIONS or (former and keyword == "msgstr"):
            raise self.error(f"unknown keyword {keyword!r}")
        if former and message.texts:
            raise self.error("a former source within a message")
        if not former and not message.texts:
            message.line, message.obsolete = self._line, mark == "#~"
        self._texts = message.former if former else message.texts
        self._open_section(keyword)

    def _open_section(self, keyword: str) -> None:
        """Begin a section, if it has its place here."""
        rank = _SECTIONS.index(keyword)
        later = {name for name in self._texts if _rank(name) >= rank}
        lacks_source = "msgid" not in self._texts and keyword not in _SECTIONS[:2]
        if keyword != "msgstr" and later:
            if keyword in _SECTIONS[:2]:
                raise self.error("a message without 'msgstr'")
            raise self.error(f"{keyword!r} in the wrong place")
        if lacks_source:
            raise self.error(f"{keyword!r} without 'msgid'")
        if keyword in self._texts:
            raise self.error(f"a second {keyword!r}")
        self._section, self._open = keyword, True
        self._texts[keyword] = ""

    def _number(self, index: int) -> None:
        """Take the number of a plural form."""
        if self._section != "msgstr" or self._texts.get("msgstr") != "":
            raise self.error(f"unexpected '[{index}]'")
        del self._texts["msgstr"]
        count = sum(name.startswith("msgstr[") for name in self._texts)
        if index != count:
            raise self.error(f"the plural form {index} has the wrong number")
        self._section = f"msgstr[{index}]"
        self._texts[self._section] = ""

    def _add(self, string: str, mark: str) -> None:
        if not self._section:
            raise self.error("a string without a keyword")
        former = self._texts is self._message.former
        whole = former or self._section == _DOMAIN
        if former != mark.endswith("|") or (
            not whole and self._message.obsolete != (mark == "#~")
        ):
            raise self.error("a message that is obsolete in part")
        self._open = False
        self._texts[self._section] += _ESCAPE.sub(self._unescape, string)

    def _unescape(self, match: re.Match[str]) -> str:
        octal, digits, char = match.groups()
        if octal or digits:
            return chr(int(octal, 8) if octal else int(digits, 16) & 0xFF)
        if char not in _CONTROL:
            if self._on_fault:
                return match[0]
            raise self.error(f"invalid control sequence '\\{char}'")
        return _CONTROL[char]

    def _check(self, message: Message) -> None:
        """Refuse a message that lacks a section, or that there was before."""
        if "msgid" not in message.texts or not message.is_done:
            lacks = "msgstr" if "msgid" in message.texts else "msgid"
            raise _error(self._path, message.line, f"a message without {lacks!r}")
        if message.has_plural == ("msgstr" in message.texts):
            wanted = "msgstr[0]" if message.has_plural else "msgstr"
            raise _error(self._path, message.line, f"a message without {wanted!r}")
        if message.obsolete:
            return
        name = hash((message.context, message.source))
        if name in self._known:
            raise _error(self._path, message.line, "a duplicate message definition")
        self._known.add(name)


def _may_begin(line: str) -> bool:
    """Tell whether a message can begin at *line*, after one that is none."""
    text = line.strip()
    if text.startswith("#"):
        return not text.startswith(("#|", "#~"))
    return not text or text.startswith(_SECTIONS[:2])


def _rank(section: str) -> int:
    return _SECTIONS.index(section.partition("[")[0])
