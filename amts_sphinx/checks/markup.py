"""Inline markup that is lost, moved, repeated or emptied; blanks beside it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING, check
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import LanguageError
from amts_sphinx.core.units import Severity
from amts_sphinx.text import code_borders, entities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context
    from amts_sphinx.text.code_borders import BorderRules

#: What is said of the faults at borders → their kinds.
_SPACING: Final = {
    "words touch at the markup in": ("missing",),
    "there is a blank too many at the markup in": ("extra",),
    "a blank stands inside the markup in": ("inside",),
}


@check(
    "codes",
    Severity.ERROR,
    "Each piece of inline markup of the source, such as a literal, a formula or a"
    " reference, occurs in the translation exactly once, and what holds words in the"
    " source holds words in the translation.",
)
def _codes(texts: CheckedTexts, _context: Context) -> Iterator[str]:
    segment = texts.entry.segment
    fault = inline_codes.verify(segment.source, texts.entry.target or "", segment.codes)
    if fault:
        yield f"the markup differs: {fault}"


@check(
    "code-spacing",
    Severity.WARNING,
    "At the borders of markup there is a blank between two words, as in the source, and"
    " none after an opening bracket or before a closing mark; in languages without"
    " blanks between words there is none.",
)
def _code_spacing(texts: CheckedTexts, context: Context) -> Iterator[str]:
    source, target = texts.entry.segment.source, texts.entry.target or ""
    rules = _rules(context.pair.target)
    found = code_borders.faults(target, source, rules) if rules else []
    if not found or inline_codes.compare(source, target):
        return
    for what, kinds in _SPACING.items():
        if shown := [repr(fault.shown) for fault in found if fault.kind in kinds]:
            yield f"{what} {shown[0].replace(THING, '…')}"


@check(
    "entities",
    Severity.WARNING,
    "No entity of HTML, such as &amp;amp;, is shown to readers of the translation that"
    " the source does not show to its readers.",
)
def _entities(texts: CheckedTexts, _context: Context) -> Iterator[str]:
    found = entities.doubled(texts.entry.segment.source, texts.entry.target or "")
    if found:
        yield f"readers see {', '.join(found)}"


@lru_cache(8)
def _rules(language: str) -> BorderRules | None:
    try:
        return code_borders.rules_for(language)
    except LanguageError:
        return None
