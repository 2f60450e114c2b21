"""Match the codes of a translation with those of its source, by their content."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.text.code_placing import place_again

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import Code, Segment

#: Kinds of codes whose :attr:`Code.equiv` is the text that readers see.
_SHOWN: Final = frozenset({"literal", "math"})
#: Kinds of codes that say nothing of their own.
_EMPHASIS: Final = frozenset({"emphasis", "strong"})


def match(
    source: Sequence[Code], target: Sequence[Code], terms: Mapping[str, str]
) -> dict[int, int] | None:
    """Return, by the number of each code of the target, its number in the source.

    :param terms: the glossary's terms: the source's name by the target's name
    :returns: ``None`` when the two do not have the same codes
    """
    # Where each content stands in the source, in order: a text may have thousands of
    # codes, so that one must not look through all of them for each.
    alike: dict[tuple[str, bool, str], deque[int]] = defaultdict(deque)
    for place, code in enumerate(source):
        alike[code.kind, code.paired, _bare(code, code.equiv)].append(place)
    free = dict(enumerate(source))
    numbers: dict[int, int] = {}
    rest: list[Code] = []
    for code in target:
        names = {_bare(code, code.equiv)}
        if code.kind == "std:term":
            names.add(_bare(code, terms.get(code.equiv.lower(), code.equiv)))
        known = [alike[code.kind, code.paired, name] for name in names]
        if found := [places for places in known if places]:
            first = min(found, key=lambda places: places[0])
            numbers[code.id] = free.pop(first.popleft()).id
        else:
            rest.append(code)
    # If one link or term is left on each side, these two must be the same.
    left = {code.kind: code for code in free.values() if code.paired}
    if len(free) != len(rest) or len(left) != len(rest):
        return None
    for code in rest:
        if not code.paired or code.kind not in left:
            return None
        numbers[code.id] = left.pop(code.kind).id
    return numbers


def _bare(code: Code, equiv: str) -> str:
    """Return the content of a code, a formula's without the blanks it may differ in."""
    return ("" if code.kind == "math" else " ").join(equiv.split())


def recode(source: Segment, target: Segment, terms: Mapping[str, str]) -> str | None:
    """Return the target's text with the numbers that its codes have in the source.

    :returns: ``None`` when the two do not have the same codes, nested in the same way
    """
    target = _less_emphatic(source, _stressed_alike(source, target))
    numbers = match(source.codes, target.codes, terms)
    if numbers is None:
        return None
    text = inline_codes.renumber(target.source, numbers)
    return None if inline_codes.compare(source.source, text) else text


def reads_as(
    source: Segment, read: Segment, target: str, terms: Mapping[str, str]
) -> bool:
    """Tell whether what was written as the translation of a text is read as that.

    Blanks may differ, and two codes of one kind that say the same may change places.

    :param read: what a reader made of it
    :param target: what was meant, coded
    """
    text = recode(source, read, terms)
    if text is None:
        return False
    first: dict[tuple[str, str, bool], int] = {}
    alike = {
        code.id: first.setdefault((code.kind, code.equiv, code.paired), code.id)
        for code in source.codes
    }
    return bare(inline_codes.renumber(text, alike)) == bare(
        inline_codes.renumber(target, alike)
    )


def bare(coded: str) -> str:
    """Return a text without the blanks that a markup may need, and plain quotes."""
    return "".join(inline_codes.normalise(coded).split())


def likened(source: Segment, target: Segment, terms: Mapping[str, str]) -> Segment:
    """Return a known translation with the codes of its source, if it is sure which.

    A reference that shows the title of its target in the source does so in the
    translation too, whatever its translator has it show. Of code, links and the like
    that a translator changed, the source's is taken where just one of a kind is left on
    each side. What is marked as code in the translation alone becomes words.
    """
    named = {code.id: replace(code, equiv=_named(code, terms)) for code in target.codes}
    free = Counter(_content(code) for code in source.codes)
    free -= Counter(map(_content, named.values()))
    bare = set()
    for code in named.values():
        as_empty = replace(code, paired=False)
        if code.paired and free[_content(as_empty)] > 0 and _is_extra(code, source):
            free[_content(as_empty)] -= 1
            bare.add(code.id)
            named[code.id] = as_empty
    ours = Counter(map(_content, source.codes))
    theirs = Counter(map(_content, named.values()))
    lost = [
        code for code in source.codes if ours[_content(code)] > theirs[_content(code)]
    ]
    new = [c for c in named.values() if theirs[_content(c)] > ours[_content(c)]]
    for code in new:
        like = [each for each in lost if _shape(each) == _shape(code)]
        alone = [each for each in new if _shape(each) == _shape(code)]
        if len(like) == len(alone) == 1:
            named[code.id] = replace(code, equiv=like[0].equiv)
    # Code that is none in the source becomes words.
    words = {
        code.id: code.equiv
        for code in new
        if code.kind == "literal" and not any(_shape(c) == _shape(code) for c in lost)
    }
    if not (bare or words) and [*named.values()] == [*target.codes]:
        return target
    coded = inline_codes.hollowed(target.source, bare)
    coded = "".join(
        inline_codes.escape(words[piece.id]) if piece.id in words else piece.coded
        for piece in inline_codes.tokens(coded)
    )
    left = set(inline_codes.ids(coded))
    return replace(
        target,
        source=coded,
        codes=tuple(code for code in named.values() if code.id in left),
    )


def _named(code: Code, terms: Mapping[str, str]) -> str:
    """Return what a code is, by the source's names of terms."""
    if code.kind != "std:term":
        return code.equiv
    return terms.get(code.equiv.lower(), code.equiv)


def _content(code: Code) -> tuple[str, bool, str]:
    equiv = code.equiv.lower() if code.kind == "std:term" else code.equiv
    return code.kind, code.paired, _bare(code, equiv)


def _shape(code: Code) -> tuple[str, bool]:
    return code.kind, code.paired


def _is_extra(code: Code, source: Segment) -> bool:
    """Tell whether the source has no paired code like this one."""
    return all(_content(code) != _content(each) for each in source.codes)


def stressed_again(
    source: Segment, target: Segment, terms: Mapping[str, str]
) -> str | None:
    """Return a translation without its source's emphasis, as :func:`recode` does.

    The emphasis goes to the same words, or to the place that corresponds by length; so
    a person must look at it.
    """
    bare = _less_emphatic(target, source)
    text = recode(bare, target, terms) if bare is not source else None
    return placed_again(bare.source, text, source) if text else None


def placed_again(former: str, target: str, source: Segment) -> str | None:
    """Return *target*, a translation of *former*, with the codes of *source*.

    The two sources have the same words. Emphasis that is new goes to the place that
    corresponds by length, if nothing else tells it; other codes do not.

    :returns: ``None`` where the place of a code is not known
    """
    stress = {code.id for code in source.codes if code.kind in _EMPHASIS}
    return place_again(former, target, source.source, stress)


def _stressed_alike(source: Segment, target: Segment) -> Segment:
    """Return a translation with its source's kind of emphasis in place of another one.

    Scripts without italics often have bold words where the source has slanted ones.
    """
    ours, theirs = (
        Counter(c.kind for c in side.codes if c.paired and c.kind in _EMPHASIS)
        for side in (source, target)
    )
    lost, new = ours - theirs, theirs - ours
    if not (len(lost) == len(new) == 1 and lost.total() == new.total()):
        return target
    (kind,), (other,) = lost, new
    if other in ours:  # which of them is meant otherwise?
        return target
    codes = tuple(
        replace(code, kind=kind) if code.paired and code.kind == other else code
        for code in target.codes
    )
    return replace(target, codes=codes)


def _less_emphatic(source: Segment, target: Segment) -> Segment:
    """Remove from a translation the kinds of emphasis that its source does not have.

    The words stay; a code that the source does not have could not be published.
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
    """Return which codes only one side has, in words."""
    ours = Counter((code.kind, code.equiv) for code in source.codes)
    theirs = Counter((code.kind, code.equiv) for code in target.codes)
    lost = [f"lost {' '.join(code)}".strip() for code in (ours - theirs).elements()]
    new = [f"new {' '.join(code)}".strip() for code in (theirs - ours).elements()]
    # A reference that shows words of its own in the translation alone.
    bare = {(c.kind, c.equiv) for c in source.codes if not c.paired}
    own = [
        f"words of its own for {code.kind} {code.equiv}"
        for code in target.codes
        if code.paired and (code.kind, code.equiv) in bare
    ]
    return ", ".join(lost + new or own) or "it is nested differently"


def shown(segment: Segment, *, named: bool = False) -> str:
    """Return a segment as plain text, with formulas and code as written.

    :param named: whether other codes without words, such as references, are shown in
        ‹ ›, by their content or kind
    """
    return written(segment.source, segment.codes, named=named)


def written(coded: str, codes: Iterable[Code], *, named: bool = False) -> str:
    """Return coded text as plain text, with formulas and code as written.

    :param codes: what its codes are
    :param named: as of :func:`shown`
    """
    by_number = {code.id: code for code in codes}
    parts = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            parts.append(inline_codes.unescape(piece.coded))
        elif piece.type == "empty":
            code = by_number.get(piece.id)
            if code and code.kind in _SHOWN:
                parts.append(code.equiv)
            elif code and named:
                parts.append(f"‹{code.equiv or code.kind}›")
    return " ".join("".join(parts).split())
