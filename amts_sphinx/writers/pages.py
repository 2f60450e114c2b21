"""Write a page in another language: only the spans of its prose change.

What was written is proven: our own reader must read what was meant, and the parsers
that build books must find the blocks and the markup that the source has. A text that
cannot be proven stays as it is in the source, and is named.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.errors import AmtsError, MarkupError
from amts_sphinx.readers.markdown_syntax import D2LBOOK, prepare
from amts_sphinx.readers.pages import Page, read
from amts_sphinx.text import code_matching
from amts_sphinx.writers import strict
from amts_sphinx.writers.markdown import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from amts_sphinx.core.units import Container
    from amts_sphinx.readers.blocks import ReadingRules
    from amts_sphinx.writers.markdown import Target

#: Why a text stays in the source language.
NO_PLACE: Final = "it is not known where all of it stands in the file"
NOT_SAME: Final = "it is not read again as it was meant"
NOT_STRICT: Final = "a strict parser does not find the same markup"
#: How often a page is written anew without the texts that cannot be proven.
_ROUNDS: Final = 60


class Stays(NamedTuple):
    """A text that stays in the source language."""

    #: Its place among those of the page.
    number: int
    reason: str


@dataclass(slots=True)
class Written:
    """A page that was written."""

    text: str
    #: What was put in the place of texts, by their number.
    texts: dict[int, str] = field(default_factory=dict)
    #: Those that were to change and do not.
    stays: list[Stays] = field(default_factory=list)


def write(
    page: Page,
    targets: Mapping[int, Target],
    rules: ReadingRules,
    *,
    with_pandoc: bool = False,
) -> Written:
    """Return *page* with some of its texts replaced by their translations.

    :param targets: by the number of the text
    :param rules: for reading the result, in its language
    :param with_pandoc: whether pandoc must find the same in a page of d2lbook
    """
    stays: dict[int, str] = {}
    texts: dict[int, str] = {}
    for number, target in targets.items():
        container, spans = page.containers[number], page.spans[number]
        if spans is None:
            stays[number] = NO_PLACE
        elif target.text != container.whole.source:
            try:
                texts[number] = render(
                    page.text, container, spans, target, page.left_out
                )
            except MarkupError as exc:
                stays[number] = str(exc)
    proof = _Proof(page, targets, rules, with_pandoc=with_pandoc)
    kept, bad = _proven(page, texts, proof)
    if len(bad) > 1:  # some may be blamed for what another one broke
        rest = {number: texts[number] for number in bad}
        kept, bad = _parted(page, rest, proof, kept)
    stays |= bad
    found = [Stays(number, reason) for number, reason in sorted(stays.items())]
    return Written(splice(page, kept), kept, found)


def _proven(
    page: Page, texts: Mapping[int, str], proof: _Proof
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the texts that are left when no fault is found, and why others are not.

    Those that the proof names are left out, until it names none.
    """
    kept, stays = dict(texts), dict[int, str]()
    for _ in range(_ROUNDS):
        bad = proof.faults(splice(page, kept), kept) if kept else {}
        if not bad:
            return kept, stays
        if len(bad) == len(kept):
            break  # nothing tells which it is
        stays |= bad
        kept = {number: text for number, text in kept.items() if number not in bad}
    return {}, stays | bad | dict.fromkeys(kept.keys() - bad.keys(), NOT_SAME)


def _parted(
    page: Page, texts: Mapping[int, str], proof: _Proof, known: Mapping[int, str]
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the texts that can be proven together, and why each of the others cannot.

    Halves are tried, and halves of those that fail.

    :param known: what can be proven already; it is among what is returned
    """
    kept = dict(known)
    bad: dict[int, str] = {}
    numbers = sorted(texts)
    middle = len(numbers) // 2
    groups = [numbers[middle:], numbers[:middle]]
    for _ in range(_ROUNDS):
        if not groups:
            break
        group = groups.pop()
        these = kept | {number: texts[number] for number in group}
        faults = proof.faults(splice(page, these), these)
        if not faults:
            kept = these
        elif len(group) == 1:
            bad[group[0]] = next(iter(faults.values()))
        else:
            middle = len(group) // 2
            groups += group[middle:], group[:middle]
    bad |= {number: NOT_SAME for group in groups for number in group}
    return kept, bad


def splice(
    page: Page, texts: Mapping[int, str], start: int = 0, end: int | None = None
) -> str:
    """Return the text of a page, or a stretch of it, with some spans replaced."""
    end = len(page.text) if end is None else end
    pieces: list[str] = []
    last = start
    for first, stop, text in sorted(
        (*spans.span, texts[number])
        for number, spans in enumerate(page.spans)
        if spans is not None and number in texts
    ):
        if start <= first and stop <= end:
            pieces += page.text[last:first], text
            last = stop
    return "".join([*pieces, page.text[last:end]])


class _Proof:
    """Proves that a page is what was meant."""

    def __init__(
        self,
        page: Page,
        targets: Mapping[int, Target],
        rules: ReadingRules,
        *,
        with_pandoc: bool,
    ) -> None:
        self._page = page
        self._targets = targets
        self._rules = rules
        source = prepare(page.text)
        self._dialect = source.dialect
        self._parsers: list[Callable[[str], list[strict.Found]]] = [
            lambda text: strict.blocks(text, self._dialect)
        ]
        if with_pandoc and self._dialect == D2LBOOK:
            self._parsers.append(strict.pandoc)
        self._blocks = [parse(source.text) for parse in self._parsers]

    def faults(self, text: str, texts: Mapping[int, str]) -> dict[int, str]:
        """Return what is wrong, by the number of the text that must stay.

        :param texts: what was replaced
        """
        again = read(text, self._page.docname, self._rules)
        if bad := self._misread(again, texts):
            return dict.fromkeys(bad, NOT_SAME)
        prepared = prepare(text).text
        for parse, before in zip(self._parsers, self._blocks, strict=True):
            try:
                after = parse(prepared)
            except AmtsError as exc:
                return dict.fromkeys(texts, str(exc))
            if bad := self._unlike(before, after, again, texts):
                return dict.fromkeys(bad, NOT_STRICT)
        return {}

    def _misread(self, again: Page, texts: Mapping[int, str]) -> list[int]:
        """Return which texts our reader does not read as they were meant."""
        mine, theirs = self._page.containers, again.containers
        bad = [
            number
            for number, (source, read) in enumerate(zip(mine, theirs, strict=False))
            if not self._is_meant(number, source, read, is_new=number in texts)
        ]
        if len(mine) == len(theirs):
            if not bad and self._marks(again) != self._marks(self._page):
                return list(texts)
            return [n for n in bad if n in texts] or (list(texts) if bad else [])
        # The first that differs broke the structure, or the one before it.
        first = bad[0] if bad else min(len(mine), len(theirs))
        return _nearest(texts, first)

    def _is_meant(
        self, number: int, source: Container, read: Container, *, is_new: bool
    ) -> bool:
        if (source.whole.kind, source.level) != (read.whole.kind, read.level):
            return False
        target = self._targets[number].text if is_new else source.whole.source
        return code_matching.reads_as(source.whole, read.whole, target, {})

    @staticmethod
    def _marks(page: Page) -> Counter[str]:
        """Count what only tools read, but marks of slides: they may be joined."""
        found = (page.text[slice(*span)] for span in page.left_out)
        return Counter(mark.strip() for mark in found if mark.strip().startswith(":"))

    def _unlike(
        self,
        before: Sequence[strict.Found],
        after: Sequence[strict.Found],
        again: Page,
        texts: Mapping[int, str],
    ) -> list[int]:
        """Return which texts a parser finds otherwise than in the source."""
        bad: set[int] = set()
        for was, now in zip(before, after, strict=False):
            if was.what != now.what:
                bad.update(self._near(was, now, again, texts))
                if len(before) != len(after):
                    break
        if not bad and len(before) != len(after):
            return list(texts)
        return sorted(bad)

    def _near(
        self,
        was: strict.Found,
        now: strict.Found,
        again: Page,
        texts: Mapping[int, str],
    ) -> Iterable[int]:
        """Return which of the texts stand in a block."""
        if now.line is not None:
            lines = _lines(again)
            there = [n for n in texts if lines[n] == now.line]
            if there:
                return there
            number = bisect_right(lines, now.line) - 1
            return _nearest(texts, number)
        found = [
            number
            for number in texts
            if _is_part(self._page.containers[number], was.words)
        ]
        return found or list(texts)


def _lines(page: Page) -> list[int]:
    """Return the line of each text, from 0."""
    found: list[int] = []
    for container in page.containers:
        line = container.whole.location.line
        found.append((line or 1) - 1)
    return found


def _nearest(texts: Iterable[int], number: int) -> list[int]:
    """Return the last of the texts up to a number, else the first."""
    ordered = sorted(texts)
    place = bisect_right(ordered, number)
    return [ordered[max(place - 1, 0)]]


def _is_part(container: Container, words: str) -> bool:
    """Tell whether a text is a part of a block, by its first words."""
    mine = "".join(filter(str.isalnum, code_matching.shown(container.whole)))
    theirs = "".join(filter(str.isalnum, words))
    return bool(mine) and (mine[:20] in theirs or theirs[:20] in mine)
