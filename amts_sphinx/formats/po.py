"""PO catalogues ↔ units, by Babel: what people translate with gettext's tools.

Messages of Sphinx's catalogues are reStructuredText or Markdown. We do not parse it: a
message in which there could be markup is passed over and told. Our own catalogues hold
coded text, and say so in their first line.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import PoFileError, normalize, read_po

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import InterchangeError, LanguageError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from babel.messages.catalog import Catalog, Message

#: The maker of what gettext's tools guessed, or a person was not sure of.
FUZZY: Final = "fuzzy"
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
    out. Nothing happens before the first unit is asked for.

    :param pair: the languages, where the file does not tell; else from English
    :param on_skip: is told, with file and line, of each message that is not usable;
        without it the first such message raises InterchangeError
    :raises InterchangeError: the file cannot be read, or names no language
    """
    catalogue = _read(Path(path))
    ours = _SOURCE.search(catalogue.header_comment)
    pair = _languages(path, catalogue, pair, ours[1] if ours else "")
    for message in catalogue:
        if not message.id:
            continue  # the header
        unit = _unit(message, pair, coded=bool(ours))
        fault = _fault(message, unit, coded=bool(ours))
        if not fault:
            yield unit
            continue
        said = f"{path}:{message.lineno}: {fault}"
        if on_skip is None:
            raise InterchangeError(said)
        on_skip(said)


class _Lines:
    """The lines of a catalogue, and how far they have been read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.number = 1

    def __iter__(self) -> Iterator[bytes]:
        for number, line in enumerate(self._stream, 1):
            self.number = number
            yield line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as stream:
            lines = _Lines(stream)
            try:
                return read_po(lines, ignore_obsolete=True, abort_invalid=True)
            # Babel trusts what it reads, and damaged files make it raise all of these.
            except (PoFileError, ValueError, LookupError) as exc:
                raise InterchangeError(
                    f"{path}:{lines.number}: not a PO catalogue: {exc}"
                ) from exc
    except OSError as exc:
        raise InterchangeError(f"{path} cannot be read: {exc.strerror}") from exc


def _languages(
    path: str | os.PathLike[str],
    catalogue: Catalog,
    asked: LanguagePair | None,
    source: str,
) -> LanguagePair:
    source = source or (asked.source if asked else "en")
    target = catalogue.locale_identifier or (asked.target if asked else "")
    if not target:
        raise InterchangeError(
            f"{path}: its header names no Language, and none is asked for"
        )
    try:
        return LanguagePair(find_language(source).tag, find_language(target).tag)
    except LanguageError as exc:
        raise InterchangeError(f"{path}: {exc}") from exc


def _unit(message: Message, pair: LanguagePair, *, coded: bool) -> TranslationUnit:
    source, target = str(message.id), str(message.string or "")
    if not coded:
        source, target = inline_codes.escape(source), inline_codes.escape(target)
    if message.fuzzy:
        return TranslationUnit(source, target, pair, FUZZY, State.NEEDS_REVIEW)
    return TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)


def _fault(message: Message, unit: TranslationUnit, *, coded: bool) -> str:
    """Say why a message cannot be a unit, or return an empty string."""
    if message.pluralizable:
        return "it has plural forms"
    if not unit.target.strip():
        return "there is no translation"
    if message.context:
        return "it holds in one context only"
    if coded:
        return tmx.fault(unit)
    texts = str(message.id), str(message.string)
    if any(map(_MARKUP.search, texts)):
        return "there may be markup in it"
    # Sphinx joins the lines of prose; what keeps them is code.
    return "it spans lines" if "\n" in texts[0].strip() else ""


def write(
    path: str | os.PathLike[str], units: Iterable[TranslationUnit], pair: LanguagePair
) -> int:
    """Write the units of *pair* as a catalogue of coded text, sorted by source.

    Equal units make equal bytes, whatever their order. A message has one translation:
    that of the highest state, a person's before a machine's. What no person reviewed
    is fuzzy. PO cannot say that a unit is approved. The file appears when it is whole.

    :returns: how many units were written
    :raises InterchangeError: a unit cannot be kept whole, or the file not be written
    """
    best: dict[str, TranslationUnit] = {}
    for unit in sorted((unit for unit in units if unit.pair == pair), key=_rank):
        best.setdefault(unit.source, unit)
    for unit in best.values():
        if fault := tmx.fault(unit):
            where = f" ({unit.document})" if unit.document else ""
            raise InterchangeError(
                f"{path} cannot hold the unit {unit.source[:60]!r}{where}: {fault}"
            )
    header = _HEADER.format(ours=_OURS, source=pair.source, target=_locale(pair.target))
    with replacing(path) as stream:
        stream.write(header.encode())
        for _, unit in sorted(best.items()):
            stream.write(_message(unit).encode())
    return len(best)


def _rank(unit: TranslationUnit) -> tuple[object, ...]:
    """Return a key by which the best unit of a source comes first."""
    state = tuple(State).index(unit.state)
    return (-state, not unit.by_human, unit.maker, unit.target, unit.document)


def _locale(tag: str) -> str:
    """Return a language as gettext's tools know it, if that says no less."""
    known = find_language(tag).locale
    return known if find_language(known).tag == tag else tag.replace("-", "_")


def _message(unit: TranslationUnit) -> str:
    lines = [""]
    if not unit.by_human:
        lines.append("#. translated by a machine")
    if unit.document:
        blank = any(char.isspace() for char in unit.document)
        # Marks of gettext's around a name with blanks.
        lines.append(
            f"#: \u2068{unit.document}\u2069" if blank else f"#: {unit.document}"
        )
    if not unit.by_human or unit.state not in {State.REVIEWED, State.APPROVED}:
        lines.append("#, fuzzy")
    lines.append(f"msgid {normalize(unit.source, width=0)}")
    lines.append(f"msgstr {normalize(unit.target, width=0)}")
    return "\n".join([*lines, ""])
