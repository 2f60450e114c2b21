"""Which code of a translation is which code of its source: by what they stand for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.core.units import Code, Segment

#: Kinds of codes whose :attr:`Code.equiv` is what the reader sees.
_SHOWN: Final = frozenset({"literal", "math"})
_EMPHASIS: Final = frozenset({"emphasis", "strong"})


def match(
    source: Sequence[Code], target: Sequence[Code], terms: Mapping[str, str]
) -> dict[int, int] | None:
    """Return the source's number of each code of the target.

    :param terms: the source's name of each of the glossary's terms by the target's
    :returns: ``None`` when the two do not have the same codes
    """
    free = list(source)
    numbers: dict[int, int] = {}
    rest: list[Code] = []
    for code in target:
        names = {_bare(code.equiv)}
        if code.kind == "std:term":
            names.add(_bare(terms.get(code.equiv.lower(), code.equiv)))
        for candidate in free:
            same = (candidate.kind, candidate.paired) == (code.kind, code.paired)
            if same and _bare(candidate.equiv) in names:
                numbers[code.id] = candidate.id
                free.remove(candidate)
                break
        else:
            rest.append(code)
    # A single link or term that is left over can only be the one that is left over.
    for code in rest:
        alike = [c for c in free if (c.kind, c.paired) == (code.kind, True)]
        if not code.paired or len(alike) != 1:
            return None
        numbers[code.id] = alike[0].id
        free.remove(alike[0])
    return None if free else numbers


def _bare(equiv: str) -> str:
    """Return what a code stands for without blanks: a formula is the same with them."""
    return "".join(equiv.split())


def recode(source: Segment, target: Segment, terms: Mapping[str, str]) -> str | None:
    """Return the target's text with the numbers that its codes have in the source.

    :returns: ``None`` when the two do not have the same codes, in the same places of
        each other
    """
    target = _less_emphatic(source, target)
    numbers = match(source.codes, target.codes, terms)
    if numbers is None:
        return None
    text = inline_codes.renumber(target.source, numbers)
    return None if inline_codes.verify(source.source, text) else text


def _less_emphatic(source: Segment, target: Segment) -> Segment:
    """Take from a translation the kinds of emphasis that its source has nowhere.

    The words are the translator's; a code that the source lacks could not be shown.
    """
    kinds = _EMPHASIS - {code.kind for code in source.codes}
    extra = {code.id for code in target.codes if code.paired and code.kind in kinds}
    if not extra:
        return target
    kept = tuple(code for code in target.codes if code.id not in extra)
    return replace(
        target, source=inline_codes.without(target.source, extra), codes=kept
    )


def difference(source: Segment, target: Segment) -> str:
    """Say which codes only one side has."""
    ours = Counter((code.kind, code.equiv) for code in source.codes)
    theirs = Counter((code.kind, code.equiv) for code in target.codes)
    lost = [f"lost {' '.join(code)}".strip() for code in (ours - theirs).elements()]
    new = [f"new {' '.join(code)}".strip() for code in (theirs - ours).elements()]
    return ", ".join(lost + new) or "it nests otherwise"


def shown(segment: Segment, *, named: bool = False) -> str:
    """Return what a reader sees of a segment: formulas and code as written.

    :param named: whether what else has no words, such as a reference, is named in ‹ ›
    """
    behind = {code.id: code for code in segment.codes}
    parts = []
    for piece in inline_codes.tokens(segment.source):
        if piece.type == "text":
            parts.append(inline_codes.unescape(piece.coded))
        elif piece.type == "empty":
            code = behind.get(piece.id)
            if code and code.kind in _SHOWN:
                parts.append(code.equiv)
            elif code and named:
                parts.append(f"‹{code.equiv or code.kind}›")
    return " ".join("".join(parts).split())
