"""The comment by which a filled message of a catalogue says who made its text.

Tools of gettext break comments at 76 columns, at blanks and after hyphens. So it is
short, its last part says where it ends, and what they broke is read all the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.formats import provenance
from amts_sphinx.formats.provenance import Trust

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the comment begins with.
_BEGIN: Final = "amts: "
#: A comment of our own that has no other use; it holds a text that was replaced.
FORMER: Final = "amts, formerly: "
#: The columns that no tool breaks.
_WIDTH: Final = 69
_MARK: Final = re.compile(r"(?P<state>[\w-]+) (?P<maker>.+?) (?P<mark>[\da-f.]{25})")
#: As many lines as a marker may have been broken into.
_MOST: Final = 8


class Marker(NamedTuple):
    """What the comment says."""

    trust: Trust
    #: See :func:`provenance.digest`.
    digest: str

    def changed(self, source: str, target: str) -> tuple[bool, bool]:
        """Tell whether the source and the target are others than they were."""
        now = provenance.digest(source, target).partition("-")
        then = self.digest.partition("-")
        return now[0] != then[0], now[2] != then[2]


def lines(trust: Trust, source: str, target: str) -> list[str]:
    """Return the comment, without the signs that begin its lines."""
    digest = provenance.digest(source, target).replace("-", ".")
    maker = " ".join(trust.maker.split())
    whole = f"{_BEGIN}{trust.state.value} {maker} {digest}"
    if len(whole) + len("# ") <= _WIDTH:
        return [whole]
    return [f"{_BEGIN}{trust.state.value} {maker}", digest]


def find(notes: Sequence[str]) -> tuple[Marker, slice] | None:
    """Return the comment and where it stands among the notes of a message.

    :param notes: its lines, without the signs that begin them
    """
    for first, line in enumerate(notes):
        if not line.startswith(_BEGIN):
            continue
        text = line.removeprefix(_BEGIN)
        for last in range(first + 1, min(first + _MOST, len(notes)) + 1):
            if marker := _read(text) or _read_former(text):
                return marker, slice(first, last)
            if last < len(notes):
                # Only what stands within a word is broken after a hyphen.
                text += ("" if text.endswith("-") else " ") + notes[last]
    return None


def _read(text: str) -> Marker | None:
    match = _MARK.fullmatch(text.strip())
    state = provenance.state_named(match["state"]) if match else None
    if match is None or state is None:
        return None
    return Marker(Trust(match["maker"], state), match["mark"].replace(".", "-"))


def _read_former(text: str) -> Marker | None:
    """Read the form of former versions: JSON."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    state = provenance.state_named(str(said.get("state", "machine")))
    maker = str(said.get("maker", ""))
    if not maker or state is None:
        return None
    return Marker(Trust(maker, state), str(said.get("digest", "")))
