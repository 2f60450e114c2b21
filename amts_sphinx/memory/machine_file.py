"""The machine file of a language: what an engine was paid for, one unit a line, in TMX.

It lies beside the home file, under version control, so that a clone pays for nothing.
Builds add to it; nobody has to look at it. A line with a source alone is a text that
the engine could not translate, with the reason: to ask again would cost as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Severity,
    SkippedText,
    State,
    TranslationUnit,
)
from amts_sphinx.formats import parsing, tmx
from amts_sphinx.memory import home_file, schema
from amts_sphinx.memory.lookup import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_STATE: Final = "x-amts-state"
#: Of a text without a translation: its check, its severity and why.
_CHECK: Final = "x-amts-refused"
_SEVERITY: Final = "x-amts-severity"
_WHY: Final = "x-amts-message"
_STATES: Final = {str(state): state for state in State}


class Refused(NamedTuple):
    """A source that a machine could not translate."""

    #: Coded and normalised.
    source: str
    pair: LanguagePair
    maker: str
    why: Refusal


class MachineFile:
    """The lines of a machine file while some are added."""

    def __init__(self, path: Path, pair: LanguagePair) -> None:
        """Read the file, if it is there.

        :raises InterchangeError: it cannot be read
        """
        self.path = path
        self._pair = pair
        #: Lines by source and maker.
        self._lines: dict[tuple[str, str], str] = {}
        self.added = 0
        if path.exists():
            for each in read(path, pair.target, lambda _: None):
                self._put(each)

    def add(self, entries: Iterable[TranslationUnit | Refused]) -> None:
        """Add what is not there yet, and can stand in a file."""
        for each in entries:
            if _name(each) not in self._lines and not _fault(each):
                self._put(each)
                self.added += 1

    def _put(self, entry: TranslationUnit | Refused) -> None:
        self._lines[_name(entry)] = _line(entry)

    def write(self) -> None:
        """Write the file: equal units make equal bytes.

        :raises InterchangeError: it cannot be written
        """
        with replacing(self.path) as stream:
            stream.write(home_file.HEADER.format(self._pair.source).encode())
            for name in sorted(self._lines):
                stream.write(f"{self._lines[name]}\n".encode())
            stream.write(home_file.END.encode())


def _name(entry: TranslationUnit | Refused) -> tuple[str, str]:
    key = entry.key if isinstance(entry, TranslationUnit) else entry.source
    return key, entry.maker


def _fault(entry: TranslationUnit | Refused) -> str:
    if isinstance(entry, TranslationUnit):
        return tmx.fault(entry) or schema.fault_of(entry)
    unit = TranslationUnit(
        entry.source, entry.source, entry.pair, entry.maker, State.MACHINE
    )
    return tmx.fault(unit)


def _line(entry: TranslationUnit | Refused) -> str:
    tu = etree.Element("tu", creationid=entry.maker)
    texts = [(entry.pair.source, entry.source)]
    said: list[tuple[str, str]] = []
    if isinstance(entry, Refused):
        why = entry.why
        said = [
            (_CHECK, why.check),
            (_SEVERITY, str(why.severity)),
            (_WHY, why.message),
        ]
    else:
        texts.append((entry.pair.target, entry.target))
        if entry.state is not State.MACHINE:
            said = [(_STATE, entry.state.value)]
    for name, text in said:
        etree.SubElement(tu, "prop", type=name).text = text
    for tag, coded in texts:
        tuv = etree.SubElement(tu, "tuv", {_LANG: tag})
        tmx.fill(etree.SubElement(tuv, "seg"), coded)
    return etree.tostring(tu, encoding="unicode").replace("\n", "&#10;")


def read(
    path: Path, target: str, on_skip: Callable[[str], None]
) -> Iterator[TranslationUnit | Refused]:
    """Yield what a machine file says, in order.

    :param target: the language that the file is for
    :param on_skip: takes why a line is not usable, with its place
    :raises InterchangeError: the file cannot be read
    """
    try:
        with path.open("rb") as stream:
            for event, element in parsing.events(stream, str(path), "tmx"):
                if event == "end" and etree.QName(element).localname == "tu":
                    try:
                        yield _entry(element, target)
                    except (MarkupError, LanguageError) as exc:
                        on_skip(SkippedText(f"{path}:{element.sourceline}: {exc}"))
                    parsing.forget(element)
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc


def _entry(tu: etree._Element, target: str) -> TranslationUnit | Refused:
    """Return what a line says.

    :raises MarkupError: nothing that can be used
    """
    props = tu.iterfind("{*}prop")
    said = {prop.get("type", ""): prop.text or "" for prop in props}
    maker = tu.get("creationid", "")
    if not maker or maker == HUMAN:
        raise MarkupError("creationid must name the engine that made the line")
    if _CHECK in said:
        return _refused(tu, target, maker, said)
    (tag, ours), (other, theirs) = home_file.two_variants(tu)
    state = said.get(_STATE, State.MACHINE.value)
    if state not in _STATES:
        raise MarkupError(f"state {state!r} is not one of {', '.join(_STATES)}")
    pair = LanguagePair(tag, other)
    unit = TranslationUnit(*tmx.read_pair(ours, theirs), pair, maker, _STATES[state])
    if fault := schema.fault_of(unit):
        raise MarkupError(fault)
    return unit


def _refused(
    tu: etree._Element, target: str, maker: str, said: Mapping[str, str]
) -> Refused:
    """Return what a line says of a text without a translation.

    :raises MarkupError: nothing that can be used
    """
    texts = home_file.variants(tu)
    if len(texts) != 1:
        raise MarkupError(f"a line with {_CHECK} must have one text")
    ((tag, ours),) = texts
    severity = said.get(_SEVERITY, "")
    if severity not in set(map(str, Severity)):
        raise MarkupError(f"{_SEVERITY} is {severity!r}")
    pair = LanguagePair(tag, find_language(target).tag)
    why = Refusal(said[_CHECK], Severity(severity), said.get(_WHY, ""))
    source, _ = tmx.read_pair(ours, ours)
    return Refused(source, pair, maker, why)
