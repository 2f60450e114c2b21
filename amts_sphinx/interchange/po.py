"""PO catalogues to units, by Babel: what people translated with gettext.

Messages of Sphinx's catalogues are reStructuredText. We do not parse it: a message in
which there could be markup is passed over and told.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import PoFileError, read_po

from amts_sphinx import codes
from amts_sphinx.errors import InterchangeError, LanguageError
from amts_sphinx.languages import find_language
from amts_sphinx.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from babel.messages.catalog import Message

#: Signs of inline markup: backquotes, stars, bars, backslashes, links, footnotes.
_MARKUP: Final = re.compile(r"[`*|\\]|\w_(?!\w)|\]_|::\s*$|__")


def read(
    path: str | os.PathLike[str],
    pair: LanguagePair | None = None,
    *,
    on_skip: Callable[[str], None] | None = None,
) -> Iterator[TranslationUnit]:
    """Yield the translated messages of a catalogue as a person's units, in order.

    Fuzzy ones need a review. Obsolete ones are left out.

    :param pair: the languages; by default from English to the one that the file names
    :param on_skip: is told, with file and line, of each message that is not usable
    :raises InterchangeError: the file cannot be read, or names no language
    """
    try:
        with Path(path).open("rb") as stream:
            catalogue = read_po(stream, ignore_obsolete=True, abort_invalid=True)
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}"
        raise InterchangeError(msg) from exc
    except (PoFileError, UnicodeDecodeError, LookupError, ValueError) as exc:
        msg = f"{path}: not a PO catalogue: {exc}"
        raise InterchangeError(msg) from exc
    pair = pair or _languages(path, catalogue.locale_identifier)
    for message in catalogue:
        if not message.id:
            continue  # the header
        fault = _fault(message)
        if fault:
            if on_skip is not None:
                on_skip(f"{path}:{message.lineno}: {fault}")
            continue
        source, target = (
            codes.escape(str(message.id)),
            codes.escape(str(message.string)),
        )
        state = State.NEEDS_REVIEW if message.fuzzy else State.REVIEWED
        yield TranslationUnit(source, target, pair, HUMAN, state)


def _languages(path: str | os.PathLike[str], named: str | None) -> LanguagePair:
    if not named:
        msg = f"{path} does not name its language; name both with --languages"
        raise InterchangeError(msg)
    try:
        return LanguagePair("en", find_language(named).tag)
    except LanguageError as exc:
        msg = f"{path}: {exc}"
        raise InterchangeError(msg) from exc


def _fault(message: Message) -> str:
    """Say why a message cannot be a unit, or return an empty string."""
    if message.pluralizable:
        return "it has plural forms"
    source, target = str(message.id), str(message.string or "")
    if not target.strip():
        return "there is no translation"
    if _MARKUP.search(source) or _MARKUP.search(target):
        return "there may be markup in it"
    return ""
