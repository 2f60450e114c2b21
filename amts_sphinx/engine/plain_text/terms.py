"""Terms whose translation is decided, put in place of the engine's own.

The engine's rendering of the term alone is looked for in what it said, and replaced. A
binding term stands in the source as a mark. It is never lost, but the engine no longer
knows its gender and number, and the sentence around it suffers: by 3 to 7 BLEU.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amts_sphinx.engine.plain_text.parts import Part, join

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def bind(
    terms: Terminology, source: Sequence[Part], first: int
) -> tuple[list[Part], dict[int, str]]:
    """Return *source* with codes for its terms, and what stands for each code.

    :param first: the number of the first code
    """
    bound: dict[int, str] = {}
    parts = list(source)
    for term, wanted in terms.find(join(source)).items():
        made: list[Part] = []
        for part in parts:
            if part.kind != "text":
                made.append(part)
                continue
            place = 0
            for match in _pattern(term).finditer(part.text):
                number = first + len(bound)
                bound[number] = _fitted(match[0], wanted)
                made += [
                    Part("text", part.text[place : match.start()]),
                    Part("empty", number=number),
                ]
                place = match.end()
            made.append(Part("text", part.text[place:]))
        parts = [part for part in made if part.kind != "text" or part.text]
    return parts, bound


def unbind(bound: Mapping[int, str], target: Sequence[Part]) -> list[Part]:
    """Return *target* with the words of its terms in place of their codes."""
    return [
        Part("text", bound[part.number])
        if part.kind == "empty" and part.number in bound
        else part
        for part in target
    ]


def _fitted(found: str, wanted: str) -> str:
    """Begin *wanted* with a capital if what it replaces does."""
    raised = found[:1].isupper() and wanted[:1].islower()
    return wanted[:1].upper() + wanted[1:] if raised else wanted


def _pattern(words: str) -> re.Pattern[str]:
    """Return a pattern for whole *words* in any case."""
    before = r"(?<!\w)" if words[:1].isascii() and words[:1].isalnum() else ""
    after = r"(?!\w)" if words[-1:].isascii() and words[-1:].isalnum() else ""
    return re.compile(f"{before}{re.escape(words)}{after}", re.IGNORECASE)


def _replaced(part: Part, own: str, wanted: str) -> Part:
    if part.kind != "text":
        return part
    return part._replace(
        text=_pattern(own).sub(lambda m: _fitted(m[0], wanted), part.text)
    )
