"""A project's own gettext catalogues: what they say of the messages of a book.

Sphinx keeps them in the folders of ``locale_dirs``, as
``<language>/LC_MESSAGES/<domain>.po``. A message is reStructuredText or Markdown, and
only Sphinx can tell what it is; here it is only sorted by who wrote it, and what no
edition can show is counted by reason.
"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.errors import InterchangeError, LanguageError
from amts_sphinx.core.languages import closest, find_language
from amts_sphinx.core.units import HUMAN, State
from amts_sphinx.formats import po_marker, po_syntax
from amts_sphinx.formats.provenance import PERSON, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from amts_sphinx.formats.po_syntax import Message

#: The folder of a language's catalogues in that of the language.
MESSAGES: Final = "LC_MESSAGES"
#: The first line of a catalogue of ours.
OURS: Final = re.compile("amts_sphinx: coded text from")
_LANGUAGE: Final = re.compile(r"^Language:[ \t]*(\S+)", re.MULTILINE)
#: Who made what is fuzzy, and by nobody that we know: gettext's tools or a person.
FUZZY: Final = Trust("fuzzy", State.NEEDS_REVIEW)

#: What messages are counted by.
BY_PEOPLE: Final = "by people"
#: Why a message does not come into an edition.
EMPTY: Final = "no translation"
COPY: Final = "equal to its source"
OBSOLETE: Final = "obsolete"
CONTEXT: Final = "it has a context: Sphinx never looks it up"
PLURAL: Final = "it has plural forms: Sphinx knows none"
DAMAGED: Final = "the catalogue is damaged"
NO_DOCUMENT: Final = "no document has it"


class Entry(NamedTuple):
    """What a catalogue says of one message."""

    #: As a person wrote it: reStructuredText or Markdown.
    target: str
    path: str
    #: 1-based; 0 in a compiled catalogue.
    line: int
    trust: Trust = PERSON


class LeftMessage(NamedTuple):
    """A message that does not come into an edition, or not as it is."""

    reason: str
    path: str
    #: 1-based; 0: of the file as a whole.
    line: int
    #: Where the book has the text, and what it is about; empty: nowhere.
    detail: str = ""

    @property
    def place(self) -> str:
        """The file, with its line where it is known."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.place}: {self.reason}{detail}"


@dataclass(slots=True)
class Catalogues:
    """What the catalogues of one language say."""

    #: The entry of each message, by domain and source.
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    #: How many messages there are, by what they are.
    counts: Counter[str] = field(default_factory=Counter)
    #: What does not come in and is not told by its number alone.
    left: list[LeftMessage] = field(default_factory=list)
    #: The messages that were read, translated or not, by domain.
    seen: dict[str, set[str]] = field(default_factory=dict)
    #: The domains of which a catalogue is damaged: it may have had other messages.
    damaged_domains: set[str] = field(default_factory=set)
    #: What catalogues say that belong to no document, by file and source.
    spare: dict[str, dict[str, Entry]] = field(default_factory=dict)

    def add(self, message: Message, domain: str, path: str) -> None:
        """Take one message; the first that is translated counts."""
        if message.is_header:
            return
        if not message.obsolete:
            self.seen.setdefault(domain, set()).add(message.source)
        if reason := fault_of(message):
            self.counts[reason] += 1
            if reason in {CONTEXT, PLURAL}:
                self.left.append(LeftMessage(reason, path, message.line))
            return
        entry = Entry(message.target, path, message.line, trust_of(message))
        known = self.entries.setdefault(domain, {})
        if message.source not in known:
            known[message.source] = entry
            self.counts[kind_of(entry.trust)] += 1

    def lost(self, domain: str, message: str) -> bool:
        """Tell whether a message may have been in what cannot be read."""
        return domain in self.damaged_domains and message not in self.seen.get(
            domain, ()
        )

    def damaged(self, told: str, path: str, domain: str) -> None:
        """Note a fault of a file, as the reader tells it."""
        self.counts[DAMAGED] += 1
        self.damaged_domains.add(domain)
        place, _, why = told.removeprefix(f"{path}:").partition(": ")
        line = int(place) if place.isdecimal() else 0
        why = why.removeprefix("not a PO catalogue: ") if line else told
        self.left.append(LeftMessage(DAMAGED, path, line, why))


def kind_of(trust: Trust) -> str:
    """Return the word that messages of a trust are counted by."""
    if trust.maker == HUMAN:
        return BY_PEOPLE
    return "fuzzy" if trust.maker == FUZZY.maker else "by machines"


def fault_of(message: Message) -> str:
    """Say why a message is none that an edition can show, or return nothing."""
    if message.obsolete:
        return OBSOLETE
    if message.context is not None:
        return CONTEXT
    if message.has_plural:
        return PLURAL
    if not message.target.strip():
        return EMPTY
    return COPY if message.target == message.source else ""


def trust_of(message: Message) -> Trust:
    """Return who made a translation.

    What is fuzzy, and still as we wrote it, is the machine's that our comment names.
    What a person confirmed is the person's.
    """
    if "fuzzy" not in message.flags:
        return PERSON
    found = po_marker.find(message.notes)
    if found and not any(found[0].changed(message.source, message.target)):
        return found[0].trust
    return FUZZY


def folders(dirs: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the folders of all languages that have catalogues, by the BCP 47 tag.

    One language may have several: ``zh_CN`` and ``zh_Hans``. Sphinx's own name for it
    comes first.
    """
    found: dict[str, list[Path]] = {}
    for folder in dirs:
        if not folder.is_dir():
            continue
        for each in sorted(folder.iterdir()):
            if not Path(each, MESSAGES).is_dir():
                continue
            try:
                tag = find_language(each.name).tag
            except LanguageError:
                continue
            found.setdefault(tag, []).append(each)
    for tag, those in found.items():
        locale = find_language(tag).locale
        those.sort(key=lambda each: each.name != locale)
    return found


def chosen(
    known: Mapping[str, list[Path]], tag: str, warn: Callable[[str], None]
) -> tuple[str, list[Path]]:
    """Return the folders of a language, one of each of ``locale_dirs``, and its tag.

    Where there are several codes for the language, the first one counts that has a
    translation; where there is none, a language that comes near.

    :param warn: takes a line on folders that are not read
    """
    near = closest(tag, known)
    if near is None:
        return tag, []
    by_name: dict[str, list[Path]] = {}
    for folder in known[near]:
        by_name.setdefault(folder.name, []).append(folder)
    if len(by_name) > 1:
        full = [name for name, those in by_name.items() if any(map(_says, those))]
        name = (full or [*by_name])[0]
        others = [each for each in full if each != name]
        if others:
            warn(
                f"the catalogues in {by_name[name][0]} are read; those in"
                f" {', '.join(str(by_name[each][0]) for each in others)} are not, since"
                " they are in the same language: join them with msgcat"
            )
        return near, by_name[name]
    return near, next(iter(by_name.values()))


def _says(folder: Path) -> bool:
    """Tell whether a folder's catalogues hold a translation."""
    for path in sorted(Path(folder, MESSAGES).rglob("*.po")):
        try:
            found = po_syntax.messages(path, lambda _: None)
            if any(not each.is_header and not fault_of(each) for each in found):
                return True
        except InterchangeError:
            continue
    return False


def domains(those: Iterable[Path]) -> set[str]:
    """Return the domains of all catalogues in folders of a language.

    Sphinx takes the words of its own templates from ``sphinx``.
    """
    return {
        path.relative_to(Path(folder, MESSAGES)).with_suffix("").as_posix()
        for folder in those
        for path in Path(folder, MESSAGES).rglob("*.po")
    } - {"sphinx"}


def read(those: Sequence[Path], domains: Iterable[str]) -> Catalogues:
    """Read the catalogues of one language.

    :param those: its folders, one of each of ``locale_dirs``; of one message the first
        counts
    :param domains: those of the documents of the book
    """
    found = Catalogues()
    domains = set(domains)
    for folder in those:
        for domain in sorted(domains):
            path = Path(folder, MESSAGES, f"{domain}.po")
            if path.is_file():
                _read_po(found, path, domain)
            elif path.with_suffix(".mo").is_file():
                _read_mo(found, path.with_suffix(".mo"), domain)
        _read_others(found, Path(folder, MESSAGES), domains)
    return found


def read_file(path: Path) -> Catalogues:
    """Read one catalogue, whatever its domain: its entries stand under no name."""
    found = Catalogues()
    _read_po(found, path, "")
    return found


def language_of(path: Path) -> str:
    """Return the tag of the language that a catalogue's header names, or nothing.

    It is nothing too for a catalogue of ours, which holds coded text.
    """
    try:
        header = next(po_syntax.messages(path), None)
    except InterchangeError:
        return ""
    if header is None or not header.is_header or any(map(OURS.match, header.notes)):
        return ""
    named = _LANGUAGE.search(header.target)
    try:
        return find_language(named[1]).tag if named else ""
    except LanguageError:
        return ""


def _read_po(found: Catalogues, path: Path, domain: str) -> None:
    try:
        for message in po_syntax.messages(
            path, lambda told: found.damaged(told, str(path), domain)
        ):
            found.add(message, domain, str(path))
    except InterchangeError as exc:
        found.damaged(str(exc), str(path), domain)


def _read_mo(found: Catalogues, path: Path, domain: str) -> None:
    """Read a compiled catalogue that has no source beside it."""
    try:
        with path.open("rb") as stream:
            texts = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined] # noqa: SLF001
    except (OSError, ValueError, LookupError) as exc:
        found.damaged(f"{path}: {exc}", str(path), domain)
        return
    for source, target in texts.items():
        if isinstance(source, str) and "\x04" not in source:
            texts = {"msgid": source, "msgstr": target}
            found.add(po_syntax.Message(texts=texts), domain, str(path))


def _read_others(found: Catalogues, folder: Path, domains: set[str]) -> None:
    """Read the catalogues that belong to no document."""
    for path in sorted(folder.rglob("*.po")):
        domain = path.relative_to(folder).with_suffix("").as_posix()
        # Sphinx takes the words of its own templates from there.
        if domain in domains or domain == "sphinx":
            continue
        said = Catalogues()
        _read_po(said, path, domain)
        found.spare[str(path)] = said.entries.get(domain, {})
        damage = [each for each in said.left if each.reason == DAMAGED]
        found.left += damage
        found.counts[DAMAGED] += len(damage)
