"""Work files in PO, for gettext's tools: codes stand in the text, and are checked.

What PO has no word for stands in the comment that our catalogues have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.formats import po
from amts_sphinx.formats.validity import without_controls
from amts_sphinx.formats.xliff_writer import REMARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.review.work import WorkUnit

#: The second line of a catalogue that is one of work.
MARK: Final = "# amts_sphinx: work"


def write(path: Path, units: Sequence[WorkUnit], pair: LanguagePair) -> None:
    """Write a catalogue.

    :raises InterchangeError: it cannot be written
    """
    first, rest = po.header(pair).split("\n", 1)
    messages = [
        po.message(without_controls(each.unit), _comments(each)) for each in units
    ]
    with replacing(path) as stream:
        stream.write(f"{first}\n{MARK}\n{rest}".encode())
        stream.write("".join(messages).encode())


def _comments(work: WorkUnit) -> Iterator[str]:
    for note in work.notes():
        if note.about != REMARK:  # a comment of its own, that people may change
            yield f"{note.about}: {note.text}"
    for match in work.matches:
        source, target = match.unit.source, match.unit.target
        near = f"{inline_codes.plain(source)} = {inline_codes.plain(target)}"
        yield f"near match, {match.score}: {near}"
    for name, text in (("before", work.before), ("after", work.after)):
        if text:
            yield f"{name}: {inline_codes.plain(text)}"
