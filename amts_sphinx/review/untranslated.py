"""All that stays in the source language in an edition: what, where, and why."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import globs
from amts_sphinx.doctree.stays import NAMES, REASONS, Stay, of_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.report.model import Row
    from amts_sphinx.review.desk import EditionAtHand

#: Why a text of the book stays that is to be translated.
_LACKING: Final = {
    "refused": "the engine was asked, and gave nothing that can be published",
    "new": "nobody has translated it yet, and no engine was asked",
}
#: What no translator would touch.
_NO_PROSE: Final = {"raw", "code", *NAMES}
_WHY: Final = {**_LACKING, **REASONS, **NAMES}


def of(at_hand: EditionAtHand, documents: Sequence[str] = ()) -> dict[str, Any]:
    """Return what stays, by reason; what is to be translated comes first.

    :param documents: globs of the documents to list; all when there are none
    """
    rows = [row for row in at_hand.report.rows if row.target is None]
    found: dict[str, list[tuple[Stay, str]]] = defaultdict(list)
    for row in rows:
        reason, note = _lacking(row)
        for stay in of_segment(row.segment, reason):
            found[reason].append((stay, note))
    for stay in at_hand.stays():
        found[stay.reason].append((stay, ""))
    return {
        "language": at_hand.edition.pair.target,
        "untranslated": [
            _group(reason, wanted, [*at_hand.sources])
            for reason in _WHY
            if (
                wanted := [
                    e
                    for e in found[reason]
                    if globs.matches(e[0].location.docname, documents)
                ]
            )
        ],
    }


def _lacking(row: Row) -> tuple[str, str]:
    """Return the reason why a text has no translation, and what is known besides."""
    notes = [f.message for f in row.findings if f.check in {"untranslated", "codes"}]
    return ("refused", "; ".join(notes)) if notes else ("new", "")


def _group(
    reason: str, found: list[tuple[Stay, str]], order: list[str]
) -> dict[str, Any]:
    """Return what stays for one reason, in the order of the book."""
    position = {name: i for i, name in enumerate(order)}
    found.sort(
        key=lambda e: (
            position.get(e[0].location.docname, len(position)),
            e[0].location.line or 0,
        )
    )
    return {
        "reason": reason,
        "why": _WHY[reason],
        "prose": reason not in _NO_PROSE,
        "texts": len(found),
        "words": sum(stay.words for stay, _ in found),
        "places": [
            {
                "document": stay.location.docname,
                "line": stay.location.line,
                "kind": stay.kind,
                "words": stay.words,
                "text": stay.text,
                **({"note": note} if note else {}),
            }
            for stay, note in found
        ],
    }
