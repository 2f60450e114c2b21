"""A text, whatever it is written in: taken apart into segments, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Say = Callable[[Sequence[str]], list[str]]

HTML: Final = "text/html"
PLAIN: Final = "text/plain"
#: What real-time requests and batch jobs take here; the real service takes more.
TYPES: Final = (HTML, PLAIN)


class Translated(NamedTuple):
    """A translated text, and what of it was sent."""

    text: str
    #: The coded segments.
    segments: list[str]
    #: The segments as billed: plain, with what is kept among the words.
    billed: list[str]
    #: Characters between the segments that are billed too.
    blanks: int


def translate(text: str, kind: str, say: Say) -> Translated:
    """Translate a text.

    :param kind: ``text/html`` for a document, ``text/plain``, or an empty string for
        what may be a piece of HTML or plain
    :param say: returns one coded target per coded text, in order
    """
    if kind == HTML:
        return _html(text, say, whole=True)
    if not kind and markup.is_markup(text):
        return _html(text, say, whole=False)
    return _plain(text, say)


def _html(text: str, say: Say, *, whole: bool) -> Translated:
    page = markup.Page(text, whole=whole)
    runs = page.runs()
    segments, billed = [run.coded for run in runs], [run.text for run in runs]
    for run, target in zip(runs, say(segments), strict=True):
        run.apply(target)
    return Translated(page.render(), segments, billed, 0)


def _plain(text: str, say: Say) -> Translated:
    """Translate each line; every character is billed, blanks and line ends too."""
    lines = text.split("\n")
    words = [line.strip() for line in lines]
    segments = [inline_codes.escape(word) for word in words if word]
    targets = iter(say(segments))
    out = [
        line.replace(word, inline_codes.unescape(next(targets)), 1) if word else line
        for line, word in zip(lines, words, strict=True)
    ]
    billed = [word for word in words if word]
    return Translated(
        "\n".join(out), segments, billed, len(text) - sum(map(len, billed))
    )
