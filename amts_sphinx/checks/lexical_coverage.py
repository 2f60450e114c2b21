"""Whether the words of a target are ones that people use for the source's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import THING, check
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context

#: Pairs with a smaller share of known words are rarely translations.
_LEAST: Final = 0.2
#: The least length, in characters, of a source that is checked.
_ENOUGH: Final = 30


@check(
    "coverage",
    Severity.WARNING,
    "The words of a machine's translation are ones that people use for the words of the"
    " source, by a lexicon that is learnt from people's translations.",
)
def _coverage(texts: CheckedTexts, context: Context) -> Iterator[str]:
    if context.coverage is None or texts.entry.by_human or len(texts.source) < _ENOUGH:
        return
    mine, other = (text.replace(THING, " ") for text in (texts.source, texts.target))
    share = context.coverage(mine, other)
    if 0 <= share < _LEAST:
        yield (
            f"it may not be a translation: only {share:.0%} of the words are known as"
            " translations of each other"
        )
