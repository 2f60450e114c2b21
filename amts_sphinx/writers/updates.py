"""Carry what changed in the source into a page that people have written.

The page has a record: the source that it is a translation of. Blocks whose source is
as it was keep the bytes of the page. Of the others, texts that did not change are taken
from the page, and only the rest is new. What cannot be done safely is left as it is, in
the page and in its record, so that the next update finds it again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.readers.markdown_syntax import prepare
from amts_sphinx.readers.pages import blocks, read
from amts_sphinx.writers import pages, strict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from amts_sphinx.readers.blocks import ReadingRules
    from amts_sphinx.readers.page_pairs import BlockPair, Range
    from amts_sphinx.readers.pages import Page, PageBlock
    from amts_sphinx.readers.spans import Span
    from amts_sphinx.writers.pages import Written

#: Why a change is not carried over.
NOT_TOLD: Final = "it cannot be told which part of the page is its translation"
NOT_KNOWN: Final = "there is no translation of it yet"
EDITED: Final = "people changed the block in the page, and it changed in the source"
NOT_PROVEN: Final = "the page would not be read as it is meant"
#: Fewer words, such as a name, may be the same in both languages on purpose.
_SENTENCE: Final = 5
#: Tokens around the items of a list: the items are blocks of their own.
_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open"})


class Change(NamedTuple):
    """Blocks of the source that are not what they were."""

    #: Those of the record.
    before: Range
    #: Those of the source today.
    now: Range
    #: Those of the page; ``None``: it cannot be told.
    there: Range | None


class Left(NamedTuple):
    """A change that was not carried over."""

    #: The first line of the source, from 1.
    line: int
    reason: str


@dataclass(slots=True)
class Updated:
    """A page after an update."""

    text: str
    #: The source that it is a translation of now.
    record: str
    #: How many blocks were changed, added or removed.
    blocks: int = 0
    left: list[Left] = field(default_factory=list)
    #: The numbers of the source's texts that were not taken from the page.
    texts: tuple[int, ...] = ()


class PageUpdate:
    """A page that people have, with the source of then and of today."""

    def __init__(
        self,
        record: Page,
        source: Page,
        page: Page,
        paired: Sequence[BlockPair],
        *,
        fills: bool = False,
    ) -> None:
        """Compare the three.

        :param paired: the blocks of the record with those of the page
        :param fills: whether blocks are translated that the page has as the source has
            them
        """
        self.record, self.source, self.page = record, source, page
        self._before, self._now = blocks(record), blocks(source)
        self._there = blocks(page)
        self._paired = paired
        self.changes = [*self._changes(), *(self._fillable() if fills else ())]
        self.changes.sort()

    def _changes(self) -> Iterator[Change]:
        before, now = (
            [block.content for block in side] for side in (self._before, self._now)
        )
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "replace" and i2 - i1 == j2 - j1:
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                    yield self._change((i, i + 1), (j, j + 1))
            elif tag == "insert":
                for j in range(j1, j2):
                    yield self._change((i1, i1), (j, j + 1))
            elif tag != "equal":
                yield self._change((i1, i2), (j1, j2))

    def _fillable(self) -> Iterator[Change]:
        """Yield blocks that the page has in the source language still."""
        today = {block.content: number for number, block in enumerate(self._now)}
        for (i1, i2), (t1, t2) in self._paired:
            if (i2 - i1, t2 - t1) != (1, 1):
                continue
            before, there = self._before[i1], self._there[t1]
            has_text = before.texts[0] < before.texts[1]
            has_text = has_text and len(before.content.split()) >= _SENTENCE
            if has_text and before.content == there.content and there.content in today:
                number = today[there.content]
                yield Change((i1, i2), (number, number + 1), (t1, t2))

    def _change(self, before: Range, now: Range) -> Change:
        return Change(before, now, self._place(before))

    def _place(self, before: Range) -> Range | None:
        """Return the blocks of the page for some of the record."""
        first, last = before
        if first == last:
            return self._gap(first)
        found = [p for p in self._paired if p.ours[0] < last and first < p.ours[1]]
        if not found or found[0].ours[0] != first or found[-1].ours[1] != last:
            return None
        return found[0].theirs[0], found[-1].theirs[1]

    def _gap(self, place: int) -> Range | None:
        """Return where in the page something before a block of the record stands."""
        if place == 0:
            return 0, 0
        for pair in self._paired:
            if pair.ours[0] < place <= pair.ours[1]:
                end = pair.theirs[1]
                return (end, end) if pair.ours[1] == place else None
        return None

    def wanted(self) -> list[int]:
        """Return the numbers of the source's texts that need a translation."""
        return [
            number
            for change in self.changes
            if change.there is not None
            for number in self._texts(change)
            if number not in self._kept(change)
        ]

    def _texts(self, change: Change) -> list[int]:
        """Return the numbers of the source's texts in a change."""
        chosen = self._now[slice(*change.now)]
        return [number for block in chosen for number in range(*block.texts)]

    def _kept(self, change: Change) -> dict[int, str]:
        """Return the texts of the page that still hold, by their numbers today."""
        (i1, i2), (j1, j2), there = change
        if there is None or (i2 - i1, j2 - j1, there[1] - there[0]) != (1, 1, 1):
            return {}
        was, now = self._before[i1].texts, self._now[j1].texts
        page = self._there[there[0]].texts
        is_copy = self._before[i1].content == self._there[there[0]].content
        if is_copy or was[1] - was[0] != page[1] - page[0]:
            return {}
        theirs = {
            self._source_of(self.record, a): b
            for a, b in zip(range(*was), range(*page), strict=True)
        }
        found: dict[int, str] = {}
        for number in range(*now):
            other = theirs.get(self._source_of(self.source, number))
            spans = None if other is None else self.page.spans[other]
            if spans is not None:
                found[number] = self.page.text[slice(*spans.span)]
        return found

    @staticmethod
    def _source_of(page: Page, number: int) -> tuple[object, ...]:
        whole = page.containers[number].whole
        return whole.source, whole.codes, whole.kind

    def apply(
        self, written: Written, known: Collection[int], rules: ReadingRules
    ) -> Updated:
        """Return the page with what changed.

        :param written: the source of today, in the language of the page
        :param known: the numbers of the texts that have a translation
        :param rules: for reading the page
        """
        done: list[Change] = []
        left: list[Left] = []
        for change in self.changes:
            reason = self._reason(change, written, known)
            if reason:
                left.append(Left(self._line(change), reason))
            elif not self._is_there(change, written):
                done.append(change)
        updated = self._with(done, written, left)
        if done and not self._is_proven(updated, done, written, rules):
            left += [Left(self._line(change), NOT_PROVEN) for change in done]
            return self._with([], written, left)
        return updated

    def _reason(self, change: Change, written: Written, known: Collection[int]) -> str:
        """Return why a change cannot be carried over, if it cannot."""
        if change.there is None or self._has_more(change, change.there):
            return NOT_TOLD
        if self._is_edited(change, change.there):
            return EDITED
        kept = self._kept(change)
        wanted = [n for n in self._texts(change) if n not in kept]
        stays = {each.number: each.reason for each in written.stays}
        if any(number not in known for number in wanted):
            return NOT_KNOWN
        return next((stays[n] for n in wanted if n in stays), "")

    def _has_more(self, change: Change, there: Range) -> bool:
        """Tell whether people added blocks among those that are to be replaced.

        Which ones these are, nothing tells: they would be lost.
        """
        asked = change.before[1] - change.before[0]
        return bool(asked) and there[1] - there[0] > asked

    def _is_edited(self, change: Change, there: Range) -> bool:
        """Tell whether people changed blocks that have no text, such as code."""
        before = self._before[slice(*change.before)]
        page = self._there[slice(*there)]
        bare = [
            [block.content for block in side if block.texts[0] == block.texts[1]]
            for side in (before, page)
        ]
        today = [block.content for block in self._now[slice(*change.now)]]
        return any(each not in bare[0] and each not in today for each in bare[1])

    def _is_there(self, change: Change, written: Written) -> bool:
        """Tell whether the page and its record have a change already."""
        pairs = (
            (
                self.page,
                self._there,
                change.there or (0, 0),
                self._new(change, written),
            ),
            (self.record, self._before, change.before, self._today(change)),
        )
        return all(
            page.text[slice(*_stretch(found, place))].rstrip() == new.rstrip()
            for page, found, place, new in pairs
        )

    def _line(self, change: Change) -> int:
        if change.now[0] < len(self._now):
            place = self._now[change.now[0]].span[0]
            return self.source.text.count("\n", 0, place) + 1
        return self.source.text.count("\n") + 1

    def _with(
        self, done: Sequence[Change], written: Written, left: list[Left]
    ) -> Updated:
        """Return the page with some of the changes."""
        text = "".join(piece for piece, _ in self._pieces(done, written))
        record = self.source.text
        if left:
            today = [(change.before, self._today(change)) for change in done]
            pieces = _spliced(self.record.text, self._before, today)
            record = "".join(piece for piece, _ in pieces)
        size = sum(max(c.now[1] - c.now[0], c.before[1] - c.before[0]) for c in done)
        texts = [n for c in done for n in self._texts(c) if n not in self._kept(c)]
        return Updated(text, record, size, left, tuple(texts))

    def _pieces(
        self, done: Sequence[Change], written: Written
    ) -> list[tuple[str, bool]]:
        """Return the pieces of the new page, and whether each is new."""
        new = [(change.there or (0, 0), self._new(change, written)) for change in done]
        return _spliced(self.page.text, self._there, new)

    def _new(self, change: Change, written: Written) -> str:
        texts = {**written.texts, **self._kept(change)}
        new = pages.splice(self.source, texts, *_stretch(self._now, change.now))
        return self._apart(change, self.page, change.there, new)

    def _today(self, change: Change) -> str:
        new = self.source.text[slice(*_stretch(self._now, change.now))]
        return self._apart(change, self.record, change.before, new)

    def _apart(self, change: Change, page: Page, there: Range | None, new: str) -> str:
        """Return a block to add with the blank line before it that its source has."""
        found = self._before if page is self.record else self._there
        place = _stretch(found, there or (0, 0))
        start = _stretch(self._now, change.now)[0]
        is_apart = _ends_blank(self.source.text[:start])
        if place[0] < place[1] or not is_apart or _ends_blank(page.text[: place[0]]):
            return new
        ends = page.text[: place[0]].endswith("\n")
        return ("\n" if ends else "\n\n") + new

    def _is_proven(
        self,
        updated: Updated,
        done: Sequence[Change],
        written: Written,
        rules: ReadingRules,
    ) -> bool:
        """Tell whether the page is read as its old and its new blocks are."""
        again = read(updated.text, self.page.docname, rules)
        new = read(
            pages.splice(self.source, self._all_texts(done, written)),
            self.page.docname,
            rules,
        )
        if len(new.containers) != len(self.source.containers):
            return False
        expected: list[str] = []
        for change, stretch in self._sequence(done):
            page = self.page if change is None else new
            numbers = range(*stretch) if change is None else self._texts(change)
            expected += [page.containers[number].whole.source for number in numbers]
        if [each.whole.source for each in again.containers] != expected:
            return False
        stretches, place = [], 0
        for piece, _ in self._pieces(done, written):
            stretches.append((place, place + len(piece)))
            place += len(piece)
        return self._is_strictly(again, stretches, new, done)

    def _all_texts(self, done: Sequence[Change], written: Written) -> Mapping[int, str]:
        texts = dict(written.texts)
        for change in done:
            texts |= self._kept(change)
        return texts

    def _sequence(
        self, done: Sequence[Change]
    ) -> Iterator[tuple[Change | None, Range]]:
        """Yield kept stretches of the page's texts, and changes, in order."""
        place = 0
        for change in sorted(done, key=lambda each: (each.there or (0, 0), each.now)):
            first, last = change.there or (0, 0)
            yield (
                None,
                (_texts_before(self._there, place), _texts_before(self._there, first)),
            )
            yield change, (0, 0)
            place = last
        yield None, (_texts_before(self._there, place), len(self.page.containers))

    def _is_strictly(
        self,
        again: Page,
        stretches: Sequence[Span],
        new: Page,
        done: Sequence[Change],
    ) -> bool:
        """Tell whether a strict parser finds the blocks that it finds in the parts.

        Blocks that reach from one part into the next are not compared: a formula that
        stands in a paragraph is a block of its own to us.

        :param stretches: the parts of *again*
        """
        after = _strictly(again, stretches)
        kept = _strictly(self.page, _others(self.page, self._there, done))
        fresh = blocks(new)
        if len(fresh) != len(self._now):
            return False
        changed = _strictly(new, [_stretch(fresh, c.now) for c in done])
        return after == kept + changed


def _strictly(page: Page, stretches: Sequence[Span]) -> Counter[object]:
    """Count what a strict parser finds in some stretches of a page."""
    prepared = prepare(page.text)
    found: Counter[object] = Counter()
    for block in strict.blocks(prepared.text, prepared.dialect):
        if block.line is None or block.what[0] in _LISTS:
            continue
        place, stop = map(prepared.line_start, (block.line, block.end))
        stop = place + len(page.text[place:stop].rstrip())
        if any(start <= place and stop <= end for start, end in stretches):
            found[block.what] += 1
    return found


def _others(
    page: Page, there: Sequence[PageBlock], done: Sequence[Change]
) -> list[Span]:
    """Return the stretches of a page that no change takes the place of."""
    found: list[Span] = []
    place = 0
    for change in sorted(done, key=lambda each: each.there or (0, 0)):
        start, end = _stretch(there, change.there or (0, 0))
        found.append((place, start))
        place = end
    return [*found, (place, len(page.text))]


def _ends_blank(text: str) -> bool:
    """Tell whether a text ends with a blank line, or has nothing yet."""
    last = text.replace("\r\n", "\n")[-200:].rstrip(" \t>")
    return not last or last.endswith("\n\n")


def _texts_before(found: Sequence[PageBlock], number: int) -> int:
    """Return how many texts stand before a block."""
    return max((block.texts[1] for block in found[:number]), default=0)


def _stretch(found: Sequence[PageBlock], chosen: Range) -> Span:
    """Return from where to where in the page some of its blocks stand."""
    first, last = chosen
    if first < last:
        return found[first].span[0], found[last - 1].span[1]
    place = found[first].span[0] if first < len(found) else found[-1].span[1]
    return place, place


def _spliced(
    text: str, found: Sequence[PageBlock], new: Sequence[tuple[Range, str]]
) -> list[tuple[str, bool]]:
    """Return a text with some of its blocks replaced: its pieces, and which are new."""
    pieces: list[tuple[str, bool]] = []
    last = 0
    line_end = "\r\n" if "\r\n" in text else "\n"
    ordered = sorted(
        ((_stretch(found, place), piece) for place, piece in new),
        key=lambda each: each[0],
    )
    for (start, end), piece in ordered:
        before = text[last:start]
        if before and piece.strip() and not before.endswith("\n"):
            before += line_end
        pieces.append((before, False))
        pieces.append((_fitted(piece, text[start:end], line_end), True))
        last = end
    return [*pieces, (text[last:], False)]


def _fitted(new: str, old: str, line_end: str) -> str:
    """Return a new block with the blank lines that the old one had around it."""
    if not new.strip():
        return ""
    body = new.strip("\r\n").replace("\r\n", "\n")
    before, after = _blank_lines(old if old.strip() else new)
    return (before + body.rstrip() + after).replace("\n", line_end)


def _blank_lines(block: str) -> tuple[str, str]:
    """Return the line ends before and behind a block."""
    plain = block.replace("\r\n", "\n")
    start = len(plain) - len(plain.lstrip("\n"))
    return plain[:start], plain[len(plain.rstrip()) :]
