"""Coded text → its translation by an engine for plain text, or why there is none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.plain_text import disguise, terms
from amts_sphinx.engine.plain_text.parts import (
    Part,
    has_letters,
    has_words,
    is_sound,
    join,
    split,
    words,
)
from amts_sphinx.engine.plain_text.ways import ORDER, STYLES, Ways
from amts_sphinx.text import sentences

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Container,
        Iterable,
        Iterator,
        Sequence,
    )

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.plain_text.parts import Style
    from amts_sphinx.formats.terminology import Terminology

#: The codes that stand for terms have numbers from here; no text has so many.
_BOUND: Final = 20_000
#: Words of a sentence that engines bear; more are cut.
_MOST_WORDS: Final = 60
#: Where a sentence that is too long is cut, the best first.
_CUTS: Final = (
    re.compile(r"[;:；：]\s*"),
    re.compile(r"[,，、]\s*"),
    re.compile(r"\s+"),
)
#: Letters of the longest text that is left as it is, as it is no word.
_TINY: Final = 1
#: Words that the translation of one word may have.
_GROWN: Final = 3
#: How many times as many words a translation may have, and how many more.
_TIMES, _MORE = 3, 8
#: A sentence of this many words must not shrink to a quarter.
_LONG: Final = 12
_SHRUNK: Final = 4
#: How often the same four words may come in a row of a translation.
_LOOPS: Final = 4
#: The roles of texts in which each word may have a capital.
_TITLES: Final = frozenset({"project", "caption", "toctree", "rubric", "term", "index"})
#: Characters of such a script count as half a word.
_UNSPACED: Final = re.compile(r"[぀-ヿ㐀-鿿豈-﫿฀-๿]")

#: Why a text has no translation.
NOTHING_SAID: Final = "the model says nothing"
GREW: Final = "the model's answer is longer than the text can be in translation"
SHRANK: Final = "the model's answer lacks most of the text"
LOOPED: Final = "the model repeats itself"
LOST: Final = "the model loses a code, whole and in pieces"
#: What a person should know of a translation.
IN_PIECES: Final = "translated in pieces, between the codes"


class Answer(NamedTuple):
    """A translation, or the reason why there is none."""

    #: Coded text.
    target: str | None
    #: How the codes were kept, as :attr:`.ways.Way.name`; empty where nothing was said.
    way: str = ""
    note: str = ""


@dataclass(frozen=True)
class Speaker:
    """Translates coded text by an engine that takes one plain sentence.

    The same text has the same translation, whatever was translated before.
    """

    #: Translates a plain sentence; empty where it cannot.
    say: Callable[[str], str]
    #: The languages of the terms.
    pair: LanguagePair
    #: The characters that the engine can spell; ``None``: all of them.
    alphabet: Collection[str] | None = None
    #: What must be translated in one way; ``None``: nothing.
    terms: Terminology | None = None
    #: Whether the terms stand as marks in what the engine is asked.
    binding: bool = False
    #: How to keep codes, the best way first.
    ways: Sequence[str] = ORDER
    _known: dict[str, str] = field(default_factory=dict, compare=False)

    def translate(self, coded: str, kind: str = "paragraph") -> Answer:
        """Translate one coded text, of one sentence or of several.

        :param kind: its role in the book
        """
        parts = split(coded)
        if not _is_speech(parts):
            return Answer(coded, "same")
        made: list[str] = []
        ways: list[str] = []
        for piece in sentences.split(coded, self.pair.source):
            body = piece.strip()
            before, _, after = piece.partition(body)
            for part in _cut(split(body)) if body else []:
                answer = self._sentence(part, kind)
                if answer.target is None:
                    return answer
                ways.append(answer.way)
                made += [before, answer.target]
                before = ""
            made.append(after if body else piece)
        target = "".join(made)
        way = next((w for w in _WORST if w in ways), "same")
        if not is_sound(parts, split(target)):
            return Answer(None, "", LOST)
        return Answer(target, way, IN_PIECES if way == "pieces" else "")

    def _sentence(self, parts: Sequence[Part], kind: str) -> Answer:
        """Translate what the engine can take at once.

        It is asked once more without the signs that it made words of.
        """
        if not _is_speech(parts):
            return Answer(join(parts), "same")
        answer = self._attempt(parts, kind, self.alphabet)
        if lost := disguise.lost_signs(parts, split(answer.target or "")):
            fewer = disguise.Spelling(self.alphabet, lost)
            again = self._attempt(parts, kind, fewer)
            if again.target and not disguise.lost_signs(parts, split(again.target)):
                return again
        return answer

    def _attempt(
        self, parts: Sequence[Part], kind: str, alphabet: Container[str] | None
    ) -> Answer:
        """Translate what the engine can take at once, and can spell."""
        title = kind in _TITLES or "title" in kind
        asked, bound = list(parts), dict[int, str]()
        if self.terms and self.binding:
            asked, bound = terms.bind(self.terms, parts, _BOUND)
        worn = disguise.put_on(asked, alphabet, title=title)
        if not has_words(worn.parts):
            return Answer(join(terms.unbind(bound, asked)), "same")
        way = Ways(self._said, self._styles, self.ways).translate(_trimmed(worn.parts))
        if way is None:
            return Answer(None, "", LOST if len(parts) > 1 else NOTHING_SAID)
        said = way.target
        if self.terms and not self.binding:
            said = terms.put_in(self.terms, self._said, worn.parts, said)
        said = _in_case(worn.parts, said, self.pair.target)
        target = terms.unbind(bound, disguise.take_off(worn, said))
        target = _closed(parts, _around(parts, target))
        if fault := _fault(parts, target):
            return Answer(None, "", fault)
        if not is_sound(parts, target):
            return Answer(None, "", LOST)
        return Answer(join(target), way.name)

    def _said(self, text: str) -> str:
        """Return what the engine says to a plain text of some words."""
        text = " ".join(text.split())
        if text not in self._known:
            pieces = _cut([Part("text", text)])
            said = (self._asked(_text(piece).strip()) for piece in pieces)
            self._known[text] = " ".join(said)
        return self._known[text]

    def _asked(self, text: str) -> str:
        """Ask the engine; one word alone has it invent a sentence at times."""
        if not has_letters(text):
            return text
        said = " ".join(self.say(text).split())
        if len(text.split()) > 1 or not _is_invented(text, said):
            return said
        bare = text.strip(_STOPS)
        for other in (f"{bare}.", bare, bare.lower(), f"{bare.capitalize()}."):
            again = " ".join(self.say(other).split()).strip(_STOPS)
            if again and not _is_invented(bare, again):
                return f"{again}{text[len(bare) :]}"
        return said

    @cached_property
    def _styles(self) -> list[Style]:
        known = self.alphabet
        return [s for s in STYLES if known is None or s.signs <= set(known)]


#: Marks after a word.
_STOPS: Final = ".:;,!? "


def _is_invented(word: str, said: str) -> bool:
    """Tell whether what was said to one word is more than its translation."""
    words_ = [each.strip(_STOPS).lower() for each in said.split()]
    return (
        len(words_) > _GROWN
        or len(set(words_)) < len(words_)
        or ("(" in said and "(" not in word)
    )


#: Ways to keep codes, the worst first.
_WORST: Final = ("pieces", "hold", "fill", "project", "plain")


def _text(parts: Iterable[Part]) -> str:
    return "".join(part.text for part in parts)


def _is_speech(parts: Sequence[Part]) -> bool:
    """Tell whether there is something to translate: no lone letter, sign or name."""
    found = words(parts)
    if len(found) == 1 and disguise.is_name(found[0]):
        return False
    letters = (_UNSPACED.sub("aa", word) for word in found)
    return any(sum(map(str.isalpha, word)) > _TINY for word in letters)


def _cut(parts: Sequence[Part]) -> list[list[Part]]:
    """Return *parts* in pieces that an engine bears, cut at marks outside of pairs."""
    if _size(parts) <= _MOST_WORDS:
        return [list(parts)]
    for pattern in _CUTS:
        halves = [
            half
            for at, offset in _cuts(parts, pattern)
            if all(map(has_words, half := _halves(parts, at, offset)))
        ]
        if halves:
            left, right = min(halves, key=lambda h: abs(_size(h[0]) - _size(h[1])))
            return [*_cut(left), *_cut(right)]
    return [list(parts)]


def _cuts(parts: Sequence[Part], pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the places after *pattern*, as part and position in its text."""
    depth = 0
    for place, part in enumerate(parts):
        depth += (part.kind == "open") - (part.kind == "close")
        if part.kind == "text" and not depth:
            yield from ((place, match.end()) for match in pattern.finditer(part.text))


def _halves(
    parts: Sequence[Part], place: int, offset: int
) -> tuple[list[Part], list[Part]]:
    text = parts[place].text
    left = [*parts[:place], Part("text", text[:offset])]
    right = [Part("text", text[offset:]), *parts[place + 1 :]]
    return left, right


def _size(parts: Iterable[Part]) -> float:
    """Return the length of a text in words."""
    text = " ".join(part.text for part in parts if part.kind == "text")
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + unspaced / 2


def _trimmed(parts: Sequence[Part]) -> list[Part]:
    """Return *parts* without blanks at their ends."""
    trimmed = list(parts)
    trimmed[0] = trimmed[0]._replace(text=trimmed[0].text.lstrip())
    trimmed[-1] = trimmed[-1]._replace(text=trimmed[-1].text.rstrip())
    return [part for part in trimmed if part.kind != "text" or part.text]


def _around(source: Sequence[Part], target: Sequence[Part]) -> list[Part]:
    """Return *target* with the blanks that *source* has at its ends."""
    first, last = source[0].text, source[-1].text
    before = first[: len(first) - len(first.lstrip())]
    after = last[len(last.rstrip()) :]
    if len(source) == 1 and not first.strip():
        after = ""
    blanks = [[Part("text", text)] if text else [] for text in (before, after)]
    return [*blanks[0], *_trimmed(target), *blanks[1]]


def _closed(source: Sequence[Part], target: list[Part]) -> list[Part]:
    """Close the bracket that *source* ends with."""
    last = target[-1] if target else Part("text")
    if source[-1].text.endswith(")") and last.kind == "text":
        text = _text(target)
        if text.count("(") == text.count(")") + 1 and not last.text.endswith(")"):
            return [*target[:-1], Part("text", f"{last.text})")]
    return target


def _in_case(
    source: Sequence[Part], target: Sequence[Part], language: str
) -> list[Part]:
    """Begin *target* with a capital if *source* does, and only then.

    German nouns keep theirs.
    """
    wanted = next((p.text for p in source if has_letters(p.text)), "")
    letter = next((sign for sign in wanted if sign.isalpha()), "")
    if source[:1] and source[0].kind == "empty":
        return list(target)  # a word may come first that did not
    cased = list(target)
    for place, part in enumerate(cased):
        at = next((i for i, sign in enumerate(part.text) if sign.isalpha()), None)
        if part.kind == "empty":
            break
        if at is None:
            continue
        sign, following = part.text[at], part.text[at + 1 : at + 2]
        made = sign
        if letter.isupper():
            made = sign.upper()
        elif letter.islower() and not following.isupper() and language[:2] != "de":
            made = sign.lower()
        if len(made) == 1:
            text = part.text[:at] + made + part.text[at + 1 :]
            cased[place] = part._replace(text=text)
        break
    return cased


def _fault(source: Sequence[Part], target: Sequence[Part]) -> str:
    """Say why *target* cannot be a translation of *source*; empty: it can."""
    asked, said = _size(source), _size(target)
    if not has_words(target):
        return NOTHING_SAID
    alone = len(words(source)) == 1 and asked <= 1
    if alone and _is_invented(_text(source), _text(target)):
        return GREW
    if said > _TIMES * asked + _MORE:
        return GREW
    if asked >= _LONG and said < asked / _SHRUNK:
        return SHRANK
    found = " ".join(part.text for part in target if part.kind == "text").split()
    rows = Counter(zip(found, found[1:], found[2:], found[3:], strict=False))
    own = " ".join(part.text for part in source if part.kind == "text").split()
    mine = Counter(zip(own, own[1:], own[2:], own[3:], strict=False))
    most = max(mine.values(), default=1)
    if max(rows.values(), default=0) >= _LOOPS * most:
        return LOOPED
    return ""
