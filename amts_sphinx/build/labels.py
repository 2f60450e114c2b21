"""Words of an edition that are in no document: labels of Sphinx, and words of themes.

A label that Sphinx lacks in a language is a text of the book, with a finding. What is
around the pages is translated with the book, and counted neither as a segment of it
nor in its shares: a theme says the same in every book.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx.util import logging

from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import HUMAN, Finding, Severity
from amts_sphinx.doctree.stays import of_people

if TYPE_CHECKING:
    from collections.abc import Collection

    from amts_sphinx.build.commission import Work
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.doctree.stays import Stay

logger = logging.getLogger(__name__)


def told(edition: Edition, work: Work, known: Collection[str]) -> Edition:
    """Add a finding for each label that Sphinx does not have in the language.

    What is around the pages is no text of the book, and not counted.

    :param known: the keys of that which the memory had
    """
    language = name_language(edition.pair.target).name
    found = tuple(
        Finding("label", Severity.INFO, each.whole.location, why, each.whole.source)
        for each in work.labels
        for why in [f"Sphinx does not have this label in {language}"]
    )
    around = _keys_around(work)
    if not (found or around):
        return edition
    fresh = around & edition.units.keys() - {*known}
    usage = replace(
        edition.usage,
        segments=edition.usage.segments - len(around),
        recalled=edition.usage.recalled - len(around & {*known}),
        translated=max(0, edition.usage.translated - len(fresh)),
    )
    kept = (each for each in edition.findings if each.key not in around)
    return replace(edition, findings=(*kept, *found), usage=usage)


def _keys_around(work: Work) -> set[str]:
    return {each.whole.key for each in work.around}


def without_around(edition: Edition, work: Work) -> Edition:
    """Return an edition without what is around its pages."""
    around = _keys_around(work)
    units = {key: unit for key, unit in edition.units.items() if key not in around}
    return replace(edition, units=units)


def known_around(work: Work) -> set[str]:
    """Return the keys of what is around the pages and in the memory."""
    return (
        {*work.translator.recall(work.around, work.pair).units}
        if work.around
        else set()
    )


def _around(edition: Edition, work: Work) -> list[Container]:
    """Return what is translated of the words around the pages."""
    return [
        each
        for each in work.around
        if each.whole.key in work.lacking and edition.unit(each.whole) is not None
    ]


def tell_around(edition: Edition, work: Work) -> None:
    """Log how much around the pages is a machine's: it is not counted elsewhere."""
    units = [edition.unit(each.whole) for each in _around(edition, work)]
    count = sum(unit is not None and unit.maker != HUMAN for unit in units)
    if count:
        logger.info(
            "amts-%s: the engine %r translated %d texts around the pages, beside the"
            " segments: neither Sphinx nor the theme has them in the language",
            work.language.tag,
            work.config.engine,
            count,
        )


def shown(edition: Edition, work: Work) -> list[Container]:
    """Return the labels of an edition: of those around the pages, what has a target."""
    return [*work.labels, *_around(edition, work)]


def around_that_stays(edition: Edition, work: Work) -> list[Stay]:
    """Return what is around the pages of an edition in English."""
    translated = {each.whole.key for each in shown(edition, work)}
    lacking = [each for each in work.around if each.whole.key in work.lacking]
    return of_people("theme", lacking, translated)
