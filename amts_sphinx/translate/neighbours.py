"""What an engine is asked for: each text with its place and its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.core.units import Container, Segment

#: Segments on each side that an engine is shown.
NEIGHBOURS: Final = 3


def requests_of(
    wanted: Mapping[str, Segment], containers: Iterable[Container]
) -> dict[str, Request]:
    """Return a request for each of *wanted*, by the same keys and in the same order.

    Neighbours are the segments around it in its document, whoever translates them.

    :param wanted: segments of *containers*, each at its first place in the book
    :param containers: those of each document in its order
    """
    documents: dict[str, list[Segment]] = {}
    for container in containers:
        for segment in container.segments:
            documents.setdefault(segment.location.docname, []).append(segment)
    found: dict[str, Request] = {}
    for segments in documents.values():
        sources = [segment.source for segment in segments]
        for place, segment in enumerate(segments):
            key = segment.key
            if wanted.get(key) is segment:
                before = tuple(sources[max(0, place - NEIGHBOURS) : place])
                after = tuple(sources[place + 1 : place + 1 + NEIGHBOURS])
                found[key] = Request(
                    segment.source, segment.kind, segment.location, before, after
                )
    return {key: found[key] for key in wanted}
