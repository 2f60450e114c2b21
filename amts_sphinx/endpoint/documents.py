"""A text, in HTML or plain: taken apart into segments, translated, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Translate = Callable[[Sequence[str]], list[str]]

HTML: Final = "text/html"
#: What batch jobs take here; the real service takes more.
TYPES: Final = (HTML, "text/plain")


class DocumentTranslation(NamedTuple):
    """A translated text, and what of its source is billed."""

    text: str
    #: The segments as billed: plain, with what is kept among the words.
    billed: list[str]
    #: Characters between the segments that are billed too.
    blanks: int


def translate(text: str, kind: str, segments: Translate) -> DocumentTranslation:
    """Translate a text.

    :param kind: ``text/html`` for a document, ``text/plain``, or an empty string for
        what may be a piece of HTML or plain
    :param segments: returns one coded target for each coded source, in order
    """
    if kind == HTML or (not kind and markup.is_markup(text)):
        return _html(text, segments, whole=kind == HTML)
    return _plain(text, segments)


def _html(text: str, segments: Translate, *, whole: bool) -> DocumentTranslation:
    page = markup.Page(text, whole=whole)
    runs = page.runs()
    billed = [run.text for run in runs]
    targets = segments([run.coded for run in runs])
    for run, target in zip(runs, targets, strict=True):
        run.apply(target)
    return DocumentTranslation(page.render(), billed, 0)


def _plain(text: str, segments: Translate) -> DocumentTranslation:
    """Translate each line; every character is billed, blanks and line ends too."""
    lines = text.split("\n")
    words = [line.strip() for line in lines]
    billed = [word for word in words if word]
    targets = iter(segments([inline_codes.escape(word) for word in billed]))
    translated = [
        line.replace(word, inline_codes.unescape(next(targets)), 1) if word else line
        for line, word in zip(lines, words, strict=True)
    ]
    blanks = len(text) - sum(map(len, billed))
    return DocumentTranslation("\n".join(translated), billed, blanks)
