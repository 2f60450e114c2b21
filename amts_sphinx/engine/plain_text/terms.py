"""Terms whose translation is decided, put in place of the engine's own.

The engine's rendering of the term alone is looked for in what it said, and replaced. A
term that stands in the source as a mark, or already translated, would be kept more
often, but the engine then no longer knows its gender and number, and the sentence
around it suffers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amts_sphinx.engine.plain_text.parts import Part, join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amts_sphinx.formats.terminology import Terminology


def put_in(
    terms: Terminology,
    say: Callable[[str], str],
    source: Sequence[Part],
    target: Sequence[Part],
) -> list[Part]:
    """Return *target* with the translations that are decided.

    :param say: the engine, for one plain text
    """
    parts = list(target)
    for term, wanted in terms.find(join(source)).items():
        text = " ".join(part.text for part in parts)
        if _pattern(wanted).search(text):
            continue
        for spelt in dict.fromkeys((term, term.lower())):
            own = say(spelt).strip(" .")
            if own and _pattern(own).search(text):
                parts = [_replaced(part, own, wanted) for part in parts]
                break
    return parts


def _pattern(words: str) -> re.Pattern[str]:
    """Return a pattern for whole *words* in any case."""
    before = r"(?<!\w)" if words[:1].isascii() and words[:1].isalnum() else ""
    after = r"(?!\w)" if words[-1:].isascii() and words[-1:].isalnum() else ""
    return re.compile(f"{before}{re.escape(words)}{after}", re.IGNORECASE)


def _replaced(part: Part, own: str, wanted: str) -> Part:
    def fit(match: re.Match[str]) -> str:
        raised = match[0][:1].isupper() and wanted[:1].islower()
        return wanted[:1].upper() + wanted[1:] if raised else wanted

    if part.kind != "text":
        return part
    return part._replace(text=_pattern(own).sub(fit, part.text))
