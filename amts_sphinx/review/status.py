"""How far people have come with each edition: tables, data and a badge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from amts_sphinx.core import globs
from amts_sphinx.core.languages import name_language
from amts_sphinx.report import data
from amts_sphinx.report.model import CONFLICTS, Origin, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.report.model import Report

#: The geometry of a badge, in pixels; a full-width character counts twice.
_HEIGHT: Final = 20
_MARGIN: Final = 6
_LETTER: Final = 7
_BASELINE: Final = 14
#: The least share of reviewed words for each colour, the best first.
_COLOURS: Final = ((0.9, "#2a7d2a"), (0.5, "#8a6d00"), (0.0, "#a63d2f"))


def of(report: Report, documents: Sequence[str] = ()) -> dict[str, Any]:
    """Return the status of an edition, with the numbers of its quality report.

    :param documents: globs of the documents to list; all when there are none
    """
    return {
        "language": report.pair.target,
        "unit": "words" if name_language(report.pair.source).spaced else "letters",
        **data.work(report),
        # What the work left is an estimate of.
        "left": {
            "untranslated": report.words(Origin.UNTRANSLATED),
            "machine": report.words(Origin.MACHINE) + report.words(Origin.DRAFT),
        },
        "documents": [
            {"name": each.name, **data.progress(each.progress)}
            for each in report.documents
            if globs.matches(each.name, documents)
        ],
    }


def missed(statuses: Iterable[Mapping[str, Any]], unwanted: Iterable[str]) -> list[str]:
    """Return a line on each of *unwanted* that an edition has.

    :param unwanted: values of :class:`Stage`, or :data:`CONFLICTS`
    """
    found = []
    for status in statuses:
        whole = status["progress"]
        for name in unwanted:
            if name == CONFLICTS:
                if whole["conflicts"]:
                    found.append(
                        f"{status['language']}: {whole['conflicts']} conflicts"
                    )
            elif whole["segments"][name]:
                count = f"{whole['words'][name]:,} {status['unit']}"
                found.append(f"{status['language']}: {count} {name}")
    return found


def reviewed(status: Mapping[str, Any]) -> float:
    """Return the share of an edition's words that people have reviewed, 0–1."""
    words = status["progress"]["words"]
    total = sum(words.values())
    done = sum(words[stage.value] for stage in Stage if stage.is_done)
    return done / total if total else 1.0


def badge(status: Mapping[str, Any]) -> str:
    """Return a picture for a README, in SVG: the share that people have reviewed."""
    share = reviewed(status)
    language = name_language(status["language"])
    # Rounded down: what is not finished is not 100 %.
    label, value = language.name, f"{int(share * 100)}% reviewed"
    colour = next(colour for least, colour in _COLOURS if share >= least)
    left, right = (2 * _MARGIN + _LETTER * len(text) for text in (label, value))
    texts = "".join(
        f'<text x="{start + _MARGIN}" y="{_BASELINE}" textLength="{width}"'
        f' fill="#fff">{escape(text)}</text>'
        for start, width, text in (
            (0, left - 2 * _MARGIN, label),
            (left, right - 2 * _MARGIN, value),
        )
    )
    whole = f"{label}: {value}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}"'
        f' height="{_HEIGHT}" role="img" aria-label="{escape(whole)}">'
        f"<title>{escape(whole)}</title>"
        f'<rect width="{left}" height="{_HEIGHT}" fill="#444"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour}"/>'
        f'<g font-family="Verdana,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
