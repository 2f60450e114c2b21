"""Inline markup that is lost, moved or repeated in a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.checks.rules import check
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context


@check(
    "codes",
    Severity.ERROR,
    "Each piece of inline markup of the source, such as a literal, a formula or a"
    " reference, occurs in the translation exactly once.",
)
def _codes(texts: CheckedTexts, _context: Context) -> Iterator[str]:
    segment = texts.entry.segment
    fault = inline_codes.verify(segment.source, texts.entry.target or "", segment.codes)
    if fault:
        yield f"the markup differs: {fault}"
