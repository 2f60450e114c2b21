"""What the service takes, from its developer guide and its model.

Sizes are bytes of UTF-8, unless they say otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The text of one ``TranslateText``.
TEXT: Final = 10_000
#: The translatable text of one document of a batch job, and its characters. We count
#: markup too, and keep a tenth in hand.
DOCUMENT: Final = 900_000
#: As much of what a job has left out goes into one document of the next: one bad
#: segment takes few others along.
SECOND_DOCUMENT: Final = 5_000
#: Characters of a segment: with all its escapes it still fits into a document.
SEGMENT: Final = 100_000
#: The target languages of one job.
TARGETS: Final = 10
#: Parallel data of an account in a region.
PARALLEL_DATA: Final = 1_000
#: One field of parallel data.
FIELD: Final = 1_000


def portions(pieces: Iterable[bytes], most: int = DOCUMENT) -> Iterator[list[bytes]]:
    """Yield *pieces* in runs of *most* bytes or less; a longer one by itself."""
    portion: list[bytes] = []
    size = 0
    for piece in pieces:
        if portion and size + len(piece) > most:
            yield portion
            portion, size = [], 0
        portion.append(piece)
        size += len(piece)
    if portion:
        yield portion
