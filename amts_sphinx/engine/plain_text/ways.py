"""The ways to translate coded text with an engine for plain text, the best first.

1. *Project*: translate without the pairs of codes, then find the words of each pair in
   the translation.
2. *Fill*: a mark stands for each pair, whose words are translated by themselves.
3. *Hold*: marks stand for all codes, opening and closing ones too.
4. *Pieces*: the text between the codes is translated piece by piece.

Codes without words are marks in all but the last. That all codes are kept proves
little: engines copy the marks of a pair and leave its words untranslated, or outside.
That is why finding the words comes first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.plain_text import places
from amts_sphinx.engine.plain_text.parts import (
    Marked,
    Part,
    Style,
    has_letters,
    has_words,
    is_sound,
    mark,
    respace,
    unmark,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Spellings of codes that engines copy, the most reliable first.
STYLES: Final = (
    Style("_{}_", "_{}_", "_/{}_"),
    Style("[{}]", "[{}]", "[/{}]"),
)
#: The ways before pieces.
ORDER: Final = ("project", "fill", "hold")
#: The number of a code that stands for a pair whose words are looked for.
_STAND_IN: Final = 30_000
#: How often the engine is asked about one sentence which words give way to a mark.
_QUESTIONS: Final = 3
#: A place less worth than this is none, 0–100.
_DOUBTFUL: Final = 50


#: Letters of a word that may be an article or a preposition.
_SMALL: Final = 3
#: From here on scripts have no blanks between words, and this tells nothing.
_UNSPACED: Final = "\u0e00"
#: What may stand after the words of a pair, and not in them.
_MARKS: Final = " .,;:!?"


class Way(NamedTuple):
    """A translation, and how it was made."""

    target: list[Part]
    #: ``plain``, ``project``, ``fill``, ``hold`` or ``pieces``.
    name: str


class _Pair(NamedTuple):
    """A pair of codes, by its place among the other parts."""

    number: int
    #: The first part inside.
    first: int
    #: The first part after it.
    last: int
    #: The pairs around it.
    around: tuple[int, ...]


class Ways:
    """Translates coded text by an engine for plain sentences."""

    def __init__(
        self,
        say: Callable[[str], str],
        styles: Sequence[Style] = STYLES,
        order: Sequence[str] = ORDER,
    ) -> None:
        """Make it.

        :param say: translates one plain sentence
        :param order: the ways to try before pieces
        """
        self._say = say
        self._styles = styles
        ways = {"project": self._project, "fill": self._fill, "hold": self._hold}
        self._ways = {name: ways[name] for name in order}

    def translate(self, parts: Sequence[Part]) -> Way | None:
        """Return the best translation with all codes in place; ``None``: there is none.

        :param parts: with words in them
        """
        kinds = {part.kind for part in parts}
        if kinds <= {"text"}:
            said = self._say("".join(part.text for part in parts))
            return Way([Part("text", said)], "plain") if said.strip() else None
        for name, way in self._ways.items():
            if "open" not in kinds and name != "hold":
                continue
            for style in self._styles:
                target = way(parts, style)
                if target is not None:
                    target = respace(parts, target)
                    if is_sound(parts, target):
                        return Way(target, name)
        target = self._pieces(parts)
        return Way(target, "pieces") if is_sound(parts, target) else None

    def _said(self, marked: Marked | None) -> str | None:
        """Return what the engine says, if all marks are kept."""
        if marked is None:
            return None
        bare = marked.pattern.sub("", marked.text)
        said = self._say(marked.text) if has_letters(bare) else marked.text
        return said if said.strip() and marked.are_kept(said) else None

    def _hold(self, parts: Sequence[Part], style: Style) -> list[Part] | None:
        marked = mark(parts, style)
        said = self._said(marked)
        return unmark(said, marked) if said and marked else None

    def _fill(self, parts: Sequence[Part], style: Style) -> list[Part] | None:
        outer: list[Part] = []
        held: dict[int, list[Part]] = {}
        depth = 0
        for part in parts:
            depth -= part.kind == "close"
            if depth:
                held[outer[-1].number].append(part)
            elif part.kind != "close":
                opens = part.kind == "open"
                outer.append(Part("empty", number=part.number) if opens else part)
                if opens:
                    held[part.number] = []
            depth += part.kind == "open"
        said = self._hold(outer, style)
        if said is None:
            return None
        filled: list[Part] = []
        for part in said:
            inner = held.get(part.number) if part.kind == "empty" else None
            if inner is None:
                filled.append(part)
                continue
            made = self._hold(inner, style) if inner else []
            if made is None:
                return None
            filled.append(Part("open", number=part.number))
            filled += _cased(inner, made)
            filled.append(Part("close", number=part.number))
        return filled

    def _pieces(self, parts: Sequence[Part]) -> list[Part]:
        made: list[Part] = []
        for part in parts:
            core = part.text.strip()
            if part.kind != "text" or not has_letters(core):
                made.append(part)
                continue
            before, after = part.text.split(core, 1)
            said = _cased([part], [Part("text", self._say(core).strip() or core)])
            made.append(Part("text", f"{before}{said[0].text}{after}"))
        return made

    def _project(self, parts: Sequence[Part], style: Style) -> list[Part] | None:
        flat, pairs = _without_pairs(parts)
        marked = mark(flat, style)
        said = self._said(marked)
        if said is None or marked is None:
            return None
        spans = places.units(said, marked.marks)
        taken: dict[int, tuple[int, int]] = {}
        asked = 0
        for pair in pairs:
            start, end = marked.ends[pair.first], marked.ends[pair.last]
            words = marked.text[start:end]
            if not words.strip():
                return None  # an empty pair has no words to find
            where = (start + end) / 2 / len(marked.text)
            found: tuple[int, int] | None = (spans[0][0], spans[-1][1])
            if words.strip() != marked.text.strip():
                shown = self._renderings(words)
                best = self._find(shown, (said, spans, where), pair, taken)
                found = (best.start, best.end) if best else None
                if (not best or best.worth < places.SURE) and asked < _QUESTIONS:
                    asked += 1
                    gone = self._absent(flat, pair, said, style, taken)
                    if gone and not (found and _adds_little(said, gone, found)):
                        found = _trimmed(said, gone, words, shown)
            if found is None:
                return None
            taken[pair.number] = found
        return _woven(said, marked, pairs, taken)

    def _find(
        self,
        renderings: Sequence[str],
        here: tuple[str, Sequence[tuple[int, int]], float],
        pair: _Pair,
        taken: dict[int, tuple[int, int]],
    ) -> places.Place | None:
        """Return the place that is most like the words of a pair in translation.

        :param renderings: the words, translated by themselves in one way or several
        :param here: the translation, the spans of its words, and where to look, 0–1
        """
        best: places.Place | None = None
        for shown in renderings:
            for place in places.search(shown, *here):
                better = best is None or place.worth > best.worth
                if better and _is_free(place.start, place.end, pair, taken):
                    best = place
        return best if best and best.worth >= _DOUBTFUL else None

    def _renderings(self, words: str) -> list[str]:
        core = words.strip()
        if not has_letters(core):
            return [core]
        return list(dict.fromkeys([self._say(core), self._say(core.lower()), core]))

    def _absent(
        self,
        flat: Sequence[Part],
        pair: _Pair,
        said: str,
        style: Style,
        taken: dict[int, tuple[int, int]],
    ) -> tuple[int, int] | None:
        """Return the words that give way when a mark stands for the pair."""
        stand_in = Part("empty", number=_STAND_IN)
        rest = [*flat[: pair.first], stand_in, *flat[pair.last :]]
        marked = mark(rest, style)
        other = self._said(marked)
        if other is None or marked is None:
            return None
        spelt = marked.of(_STAND_IN)
        others = [each for each in marked.marks if each != spelt]
        found = places.given_way(said, other, spelt, others)
        return found if found and _is_free(*found, pair, taken) else None


def _adds_little(said: str, wide: tuple[int, int], narrow: tuple[int, int]) -> bool:
    """Tell whether a *wide* run holds a *narrow* one, and but small words around it.

    Articles and prepositions give way to a mark together with the words of a pair.
    """
    if not (wide[0] <= narrow[0] and narrow[1] <= wide[1]):
        return False
    around = f"{said[wide[0] : narrow[0]]} {said[narrow[1] : wide[1]]}"
    return all(map(_is_small, _words(around)))


def _trimmed(
    said: str, found: tuple[int, int], words: str, renderings: Sequence[str]
) -> tuple[int, int]:
    """Return a place without what gave way to a mark and is not of the pair.

    That is a small word before it, such as an article, where a rendering of the *words*
    shares some of the others, and none has that; and a mark after it, where the words
    end with a letter. A pronoun may belong to a verb: without a rendering it stays.
    """
    start, end = found
    made = [_words(each) for each in renderings if each != words.strip()]
    own = {word for each in made for word in each}
    first = re.match(r"\w+\s+(?=\w)", said[start:end])
    if first:
        small, *others = _words(said[start:end])
        begins_small = any(_is_small(word) for each in made for word in each[:1])
        is_known = any(word in own for word in others if not _is_small(word))
        if is_known and _is_small(small) and small not in own and not begins_small:
            start += len(first[0])
    if words.rstrip()[-1:].isalnum():
        end = start + len(said[start:end].rstrip(_MARKS))
    return start, end


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _is_small(word: str) -> bool:
    return len(word) <= _SMALL and word < _UNSPACED


def _without_pairs(parts: Sequence[Part]) -> tuple[list[Part], list[_Pair]]:
    """Return the parts that are no pairs, and the pairs, the outer ones first."""
    flat: list[Part] = []
    pairs: list[_Pair] = []
    opened: list[tuple[int, int]] = []
    for part in parts:
        if part.kind == "open":
            opened.append((part.number, len(flat)))
        elif part.kind == "close":
            number, first = opened.pop()
            around = tuple(outer for outer, _ in opened)
            pairs.append(_Pair(number, first, len(flat), around))
        else:
            flat.append(part)
    return flat, sorted(pairs, key=lambda pair: (len(pair.around), pair.first))


def _is_free(
    start: int, end: int, pair: _Pair, taken: dict[int, tuple[int, int]]
) -> bool:
    """Tell whether a place is inside the pairs around, and outside of all others."""
    for number, (first, last) in taken.items():
        inside = first <= start and end <= last
        apart = end <= first or last <= start
        if not (inside if number in pair.around else apart):
            return False
    return True


def _woven(
    said: str, marked: Marked, pairs: Sequence[_Pair], taken: dict[int, tuple[int, int]]
) -> list[Part]:
    """Return what was said, with the codes at their places."""
    depth = {pair.number: len(pair.around) for pair in pairs}
    # At one position inner pairs close first, then others open, the outer ones first.
    events = [
        (match.start(), 2, 0, marked.marks[match[0]], match.end())
        for match in marked.pattern.finditer(said)
    ]
    for number, (start, end) in taken.items():
        level = depth[number]
        events.append((start, 1, level, Part("open", number=number), start))
        events.append((end, 0, -level, Part("close", number=number), end))
    parts: list[Part] = []
    place = 0
    for start, _, _, part, end in sorted(events, key=lambda event: event[:3]):
        if start > place:
            parts.append(Part("text", said[place:start]))
        parts.append(part)
        place = max(place, end)
    if place < len(said):
        parts.append(Part("text", said[place:]))
    return parts


def _cased(source: Sequence[Part], made: list[Part]) -> list[Part]:
    """Begin *made* in lower case if its source does."""
    first = next((p.text.lstrip() for p in source if p.text.strip()), "")
    if not first[:1].islower() or not has_words(made):
        return made
    for place, part in enumerate(made):
        if part.text.strip():
            text = part.text
            at = len(text) - len(text.lstrip())
            if not text[at + 1 : at + 2].isupper():
                lowered = text[:at] + text[at].lower() + text[at + 1 :]
                return [*made[:place], Part("text", lowered), *made[place + 1 :]]
            break
    return made
