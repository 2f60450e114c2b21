"""Code is highlighted for the first edition alone: it is the same in all of them."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import _compat
from amts_sphinx.core import kept
from amts_sphinx.core.kept import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from sphinx.application import Sphinx

#: Who makes lexers and formatters that are other ones in another version only.
_VERSIONED: Final = frozenset({"pygments", "sphinx"})
#: Where the highlighted code of all editions of a book is kept.
NAME: Final = "code.pickle"
_VERSION: Final = version("pygments")


def register(app: Sphinx, home: Path, *, whole: bool) -> None:
    """Have the code of one edition highlighted only where none before it had that done.

    :param home: where builds keep what they found out for the next one
    :param whole: whether all pages are written: what they do not ask for is forgotten
    """
    path = home / NAME
    former = kept.load(path, _VERSION) or {}
    known: Remembered[str] = Remembered(former)

    def remembering(
        highlight: Callable[..., str], source: str, lexer: Any, formatter: Any
    ) -> str:
        made_from = _made_from(source, lexer, formatter)
        if made_from is None:
            return highlight(source, lexer, formatter)
        # What fails is not kept, so that each edition warns of it.
        return known.get(made_from, lambda: highlight(source, lexer, formatter))

    def save(_: Sphinx, exception: Exception | None) -> None:
        found = known.present if whole else {**former, **known.present}
        if exception is None and found.keys() != former.keys():
            kept.save(path, found, _VERSION)

    _compat.wrap_highlight(remembering)
    app.connect("build-finished", save)


def _made_from(source: str, lexer: Any, formatter: Any) -> Hashable | None:
    """Return all that highlighted code depends on; ``None`` where nobody can tell."""
    parts = (lexer, formatter, *lexer.filters)
    if any(type(p).__module__.partition(".")[0] not in _VERSIONED for p in parts):
        # One of an extension, or of the book itself, may be changed between two builds.
        return None
    made_with = repr([(type(p), sorted(p.options.items())) for p in parts])
    # An address in memory names something that says nothing of itself.
    return None if " at 0x" in made_with else (made_with, source)
