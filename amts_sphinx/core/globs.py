"""Globs on the command line that choose among a book's documents."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

#: Characters that make a name a glob.
_SIGNS: Final = frozenset("*?[")


def matches(name: str, globs: Collection[str]) -> bool:
    """Tell whether one of *globs* takes *name*; without any, all are taken."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def check(
    globs: Collection[str],
    names: Collection[str],
    what: str = "document",
    option: str = "--document",
) -> None:
    """See that each glob takes something.

    :param what: what the *names* are of
    :raises ConfigError: one does not; the message has a name that there is
    """
    for glob in globs:
        if any(fnmatchcase(name, glob) for name in names):
            continue
        near = [] if _SIGNS & {*glob} else get_close_matches(glob, names, n=1)
        likest = get_close_matches(glob, names, n=1, cutoff=0)
        hint = f"did you mean {near[0]!r}?" if near else ""
        hint = hint or f"there is, for example, {''.join(likest)!r}"
        raise ConfigError(f"{option} {glob}: no such {what}; {hint}")
