"""What is wrong in a project's catalogues, for people and for their tools.

The forms are a table, JSON, SARIF 2.1.0 (OASIS), which code hosts show beside the
lines, and the workflow commands of GitHub.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import paths
from amts_sphinx.core.units import Severity
from amts_sphinx.doctree import catalogues as reasons
from amts_sphinx.formats import catalogues as sorted_out
from amts_sphinx.formats.provenance import PERSON
from amts_sphinx.report import ci_annotations
from amts_sphinx.report.ci_annotations import Annotation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.doctree.gettext import CataloguesRead, GettextSettings
    from amts_sphinx.formats.catalogues import Entry

#: Reasons, with the rule that is broken and how bad that is.
_RULES: Final = {
    sorted_out.DAMAGED: ("syntax", Severity.ERROR),
    reasons.MARKS: ("damaged-markup", Severity.ERROR),
    reasons.DIFFERS: ("markup", Severity.ERROR),
    reasons.NOT_TAKEN: ("not-shown", Severity.ERROR),
    reasons.CHANGED: ("changed-markup", Severity.WARNING),
    reasons.HALF: ("half-translated", Severity.WARNING),
    sorted_out.CONTEXT: ("not-shown", Severity.WARNING),
    sorted_out.PLURAL: ("not-shown", Severity.WARNING),
    sorted_out.NO_DOCUMENT: ("no-document", Severity.INFO),
    reasons.NO_WORDS: ("no-words", Severity.INFO),
    # Where it is one of the text's attributes alone that stays as it was.
    sorted_out.COPY: ("no-words", Severity.INFO),
}
#: Rules about the same things as Sphinx's warnings.
_OF_MARKUP: Final = frozenset({"changed-markup", "damaged-markup", "markup"})
#: What a warning names.
_QUOTED: Final = re.compile(r"""["'`]([^"'`]+)["'`]""")
#: A translator may give a reference words of its own.
_HARMLESS: Final = "words of its own for"
#: A warning of docutils about a translation: file, line, and what it says.
_WARNING: Final = re.compile(
    r"(?P<path>.*?):(?P<line>\d+)?(?::?<translated>:\d+)?:"
    r" (?P<level>WARNING|ERROR|CRITICAL): (?P<text>.*)"
)
#: Sphinx compares references as they are written, in order: who translates the words of
#: one, or puts them into another order, is told of a fault. We compare what they are.
_COMPARED: Final = "inconsistent "


class CatalogueFault(NamedTuple):
    """One thing that a translator should look at."""

    rule: str
    severity: Severity
    path: str
    #: 1-based; 0: the file as a whole.
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.severity}: {self.message} [{self.rule}]"


def faults(read: CataloguesRead, folder: Path) -> list[CatalogueFault]:
    """Return what is wrong in the catalogues of one language, by file and line.

    :param folder: the one that paths are relative to
    """
    found = _joined(_of_messages(read), _of_sphinx(read))
    unique = dict.fromkeys(
        each._replace(path=_relative(each.path, folder)) for each in found
    )
    return sorted(unique, key=lambda each: (each.path, each.line, each.rule))


def _joined(
    ours: Iterable[CatalogueFault], theirs: Iterable[CatalogueFault]
) -> Iterator[CatalogueFault]:
    """Yield each fault of a message's markup with what Sphinx says of it; and the rest.

    :param theirs: what Sphinx says
    """
    said: dict[tuple[str, int], dict[str, None]] = {}
    rest = list(theirs)
    mine = list(ours)
    marked = {(each.path, each.line) for each in mine if each.rule in _OF_MARKUP}
    for each in rest:
        said.setdefault((each.path, each.line), {})[each.message] = None
    for each in mine:
        texts = said.get((each.path, each.line), {}) if each.rule in _OF_MARKUP else ()
        yield each._replace(message="; Sphinx: ".join((each.message, *texts)))
    for each in rest:
        if not each.line or (each.path, each.line) not in marked:
            yield each


def _relative(path: str, folder: Path) -> str:
    return paths.relative(path, folder)


def _of_messages(read: CataloguesRead) -> Iterator[CatalogueFault]:
    for left in read.found.left:
        if left.reason in _RULES:
            rule, severity = _RULES[left.reason]
            if _HARMLESS in left.detail:
                severity = Severity.INFO
            text = f"{left.reason}: {left.detail}" if left.detail else left.reason
            yield CatalogueFault(rule, severity, left.path, left.line, text)


def _of_sphinx(read: CataloguesRead) -> Iterator[CatalogueFault]:
    """Yield what Sphinx says of translations, at the message that it is about."""
    entries = _by_line(read)
    for line in read.warnings:
        match = _WARNING.match(line)
        if match is None or match["line"] is None:
            continue
        if match["text"].startswith(_COMPARED):
            continue
        severity = Severity.WARNING if match["level"] == "WARNING" else Severity.ERROR
        place = match["path"].replace("\\", "/"), int(match["line"])
        for entry in _of_warning(read, entries, *place, match["text"]):
            yield CatalogueFault(
                "sphinx", severity, entry.path, entry.line, match["text"]
            )


def _of_warning(
    read: CataloguesRead,
    entries: Mapping[tuple[str, int], Entry],
    path: str,
    line: int,
    text: str,
) -> Iterator[Entry]:
    """Yield the entries that a warning is about."""
    docnames = [
        docname
        for docname in read.source
        if re.search(rf"(?:^|/){re.escape(docname)}\.\w+$", path)
    ]
    for docname in docnames:
        if docname in read.settings.markdown:
            yield from _naming(read, docname, text)
        elif entry := entries.get((docname, line)):
            # Sphinx counts from the element, docutils from its first line.
            yield entry


def _naming(read: CataloguesRead, docname: str, text: str) -> Iterator[Entry]:
    """Yield the entries that a warning about Markdown is about.

    Its line is counted from the beginning of the message, of which it does not say
    which. So it is about those that have what it names, and their sources do not. Where
    there is none, it is about the catalogue.
    """
    known = read.catalogues.entries.get(read.settings.domain(docname), {})
    names = _QUOTED.findall(text)
    shown = {
        message.message: known[message.message]
        for message in read.source[docname].messages
        if message.message in known and _is_shown(known[message.message], read.settings)
    }
    found = [
        entry
        for message, entry in shown.items()
        if names and all(n in entry.target and n not in message for n in names)
    ]
    first = next(iter(shown.values()), None)
    if found:
        yield from found
    elif first:
        yield first._replace(line=0)


def _is_shown(entry: Entry, about: GettextSettings) -> bool:
    """Tell whether Sphinx publishes a translation."""
    return entry.trust == PERSON or about.fuzzy


def _by_line(read: CataloguesRead) -> dict[tuple[str, int], Entry]:
    """Return the entry of each text, by its document and line."""
    found: dict[tuple[str, int], Entry] = {}
    for docname, texts in read.source.items():
        known = read.catalogues.entries.get(read.settings.domain(docname), {})
        for text in texts.messages:
            line = text.container.whole.location.line
            entry = known.get(text.message)
            if line and entry and _is_shown(entry, read.settings):
                found.setdefault((docname, line), entry)
    return found


def as_table(found: Sequence[CatalogueFault]) -> str:
    """Return a line for each fault."""
    return "\n".join(map(str, found))


def as_json(found: Sequence[CatalogueFault]) -> str:
    """Return a list of objects."""
    rows = [{**each._asdict(), "severity": each.severity.value} for each in found]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def as_sarif(found: Sequence[CatalogueFault]) -> str:
    """Return a SARIF log."""
    rules = dict.fromkeys(sorted({each.rule for each in found}), "")
    log = ci_annotations.sarif("amts gettext check", rules, map(_annotation, found))
    return log.rstrip()


def as_github(found: Sequence[CatalogueFault]) -> str:
    """Return workflow commands, which GitHub shows beside the lines."""
    return ci_annotations.github(map(_annotation, found)).rstrip()


def _annotation(fault: CatalogueFault) -> Annotation:
    return Annotation(fault.path, fault.line, fault.rule, fault.severity, fault.message)


FORMS: Final[dict[str, Callable[[Sequence[CatalogueFault]], str]]] = {
    "table": as_table,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}


def counts(found: Iterable[CatalogueFault]) -> dict[Severity, int]:
    """Return how many faults there are, by severity."""
    total = dict.fromkeys(Severity, 0)
    for each in found:
        total[each.severity] += 1
    return total
