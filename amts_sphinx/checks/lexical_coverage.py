"""Whether the words of a target are those that people use for the source's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING, check
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: A pair with a smaller share of known words is hardly a translation.
_LEAST: Final = 0.2
#: With fewer letters in the source, chance decides.
_ENOUGH: Final = 30


@check(
    "coverage",
    Severity.WARNING,
    "Words of a machine's translation are those that people use for words of the"
    " source, by the lexicon that is learnt from people's translations.",
)
def _coverage(texts: CheckedTexts, context: Context) -> Iterator[str]:
    if context.coverage is None or texts.entry.by_human or len(texts.source) < _ENOUGH:
        return
    mine, other = (text.replace(THING, " ") for text in (texts.source, texts.target))
    share = context.coverage(mine, other)
    if 0 <= share < _LEAST:
        yield (
            f"it hardly looks like a translation: {share:.0%} of the words are known"
            " as translations of each other"
        )
