"""Words that occur twice in a row: a common fault of engines, and of pasted text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.rules import check
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.checks.rules import CheckedTexts, Context

_TWICE: Final = re.compile(r"(?<![\w'’-])([^\W\d_]+),?\s+\1(?![\w'’-])", re.IGNORECASE)
#: Two or more characters and the same again, or a single one that is never doubled. A
#: repetition that begins with 一 or 的 is good Chinese: 一步一步, 的转置的转置.
_RUN_TWICE: Final = re.compile(
    r"([\u3041-\u30fa\u3400-\u9fff](?<![一的])[\u3041-\u30fa\u3400-\u9fff]+)\1"
    r"|([的是和被把对を])\2"
)
#: Words that are correct twice in a row.
_DOUBLED: Final = {
    "de": {"der", "die", "das", "sie"},
    "en": {"had", "that"},
    "fr": {"nous", "vous"},
    "it": {"via"},
}


@check(
    "repeated-words",
    Severity.WARNING,
    "No word occurs twice in a row, unless the source repeats one too.",
)
def _repeated_words(texts: CheckedTexts, context: Context) -> Iterator[str]:
    language = name_language(context.pair.target)
    pattern = _TWICE if language.spaced else _RUN_TWICE
    usual = _DOUBLED.get(language.tag.partition("-")[0], set())
    if _TWICE.search(texts.source):
        return
    for found in pattern.finditer(texts.target):
        word = found[1] or found[2]
        if word.casefold() not in usual:
            yield f"{word!r} is repeated"
