"""Blanks at the borders of codes: put back, taken out or moved, as the language wants.

Engines glue words to a code (``und<g id="1">du</g>``), tear marks and endings off one
(``<x id="1"/> .``), and put blanks inside it (``<g id="1"> du </g>``). What is right
follows from two things: what stands at the same border of the source, and whether the
script of the target has blanks between words. Rules, for every border:

1. A blank inside a code goes outside, unless the source has it inside; at the end of
   the text it is dropped.
2. Two words that touch at a border get a blank between them, unless those of the source
   touch there, or are joined by a mark such as a hyphen. Endings and beginnings that
   the language joins to a word stay, and so does an ending without a vowel. Letters of
   a script without blanks stay too. Where the source has a blank between a mark and a
   code, as after a comma and before a bracket, the target gets one as well.
3. A blank is dropped after an opening bracket, before a closing mark, after an elided
   word, beside a quotation mark, before a joined ending, between letters of a script
   without blanks, before an ending without a vowel that touches the code in the source
   too, and at a hyphen or an apostrophe that joins in the source too: unless the source
   has one there as well.

Only the ordinary blank is such a blank: no-break spaces are never touched.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import find_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.core.inline_codes import CodedPiece

#: Stands for a code without words in a text that is looked at: a word of its own.
_THING: Final = "\ufffc"
#: Letters of scripts that have no blanks between words.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf"
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u9fff"
    "\uaa60-\uaa7f\uf900-\ufaff\U00020000-\U0003ffff]"
)
#: Marks that join two words into one.
_JOINER: Final = "-\u2010\u2011'’/.@:+=~\\"
_OPENS: Final = "([{⟨（［｛【〔〈《「『¿¡‚„"
#: They open in most languages; in some they close what ``„`` or ``‚`` opened.
_OPENS_OR_CLOSES: Final = "“‘"
#: Marks that follow a word without a blank, if nothing follows them.
_ENDS: Final = ",.;:!?\u037e\u0387،؛؟۔।॥։።၊។，。：；！？、"
_CLOSES: Final = ")]}⟩）］｝】〕〉》」』”’"
#: What may stand after a mark that ends something.
_AFTER_ENDS: Final = f'{_CLOSES}"»'
#: Marks that French has a blank before; a no-break one, but that is not our business.
_FRENCH_MARKS: Final = ";:!?»"
_ELIDED: Final = re.compile(
    r"(?<![^\W_])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|un|all|dall"
    r"|dell|nell|sull|coll|quest|quell|bell|sant|dov|com|anch)['’]$",
    re.IGNORECASE,
)
#: Korean particles that are no words by themselves.
_PARTICLE: Final = re.compile(
    r"(?:[은는을를와과의로에]|에서|에게|으로|까지|부터|에는|에서는)(?![^\W_])"
)
#: Arabic prepositions and conjunctions that are one letter of the next word.
_ARABIC_LETTER: Final = re.compile("(?<![^\\W_])[بكلف]$")

#: How long an ending may be that a language joins to a word: Turkish, Finnish and their
#: like join it to code and emphasis too.
_ENDINGS: Final = {
    "ko": 4,
    **dict.fromkeys(
        "az ba eu fi et hu ka kk kn ky ml mn ta te tk tr tt ug uz".split(), 6
    ),
}
#: The beginnings that a language joins to the next word.
_BEGINNINGS: Final = {
    "ar": re.compile("[وفبكلسأ]{1,3}(?:ال)?|ال"),
    "ckb": re.compile(r"\w{1,2}"),
    "fa": re.compile(r"\w{1,2}"),
    "he": re.compile("[ושהבכלמ]{1,3}"),
    "ur": re.compile(r"\w{1,2}"),
    "yi": re.compile(r"\w{1,2}"),
}
#: Marks that a blank stands after, and before, in a script with blanks.
_THEN_BLANK: Final = ",;:.!?…)]،؛؟।"
_AFTER_BLANK: Final = "([«„–—"
#: Latin consonants without a vowel, which no word is made of; a capital begins a name.
_ENDING: Final = re.compile("[bcdfghjklmnpqrstvwxzß]{1,2}")
#: Languages with words of one consonant: prepositions.
_CONSONANTS_ALONE: Final = frozenset("bs cs hr pl sk sl sr szl wen".split())
_ELIDES: Final = frozenset({"ca", "fr", "it", "oc"})
_TAG: Final = "(?:<g[^>]*>|</g>)"
_BLANK: Final = f"[{inline_codes.BLANKS}]"
#: A character that may be part of a word; too many are better than too few.
_WORDY: Final = r"""[^\s<>,.;:!?()\[\]"“”…、。，（）「」]"""
_BEFORE: Final = re.escape(f'{_OPENS}{_OPENS_OR_CLOSES}{_JOINER}"بكلف')
_AFTER: Final = re.escape(
    f'{_ENDS}{_CLOSES}{_OPENS_OR_CLOSES}{_JOINER}"은는을를와과의로에으까부'
)
#: What a target with a fault holds at least: words that touch at a code, a blank within
#: one, or a blank between a code and a mark, a particle or a letter without blanks.
_SUSPECT: Final = re.compile(
    "|".join(
        (
            f"{_WORDY}{_TAG}+{_WORDY}",
            f"(?:/>|{_WORDY}){_TAG}*<x",
            f"/>{_TAG}*{_WORDY}",
            f"<g[^>]*>{_BLANK}|{_BLANK}</g>",
            f"(?:[{_BEFORE}]|{_UNSPACED.pattern})(?:{_TAG}*{_BLANK}+<|{_TAG}+{_BLANK})",
            f"[{re.escape(_THEN_BLANK)}]{_TAG}*(?:<x|{_TAG}[^\\s<,.;:!?…])",
            f"(?:>{_TAG}*|{_WORDY}{_TAG}+)[{re.escape(_AFTER_BLANK)}]",
            f">{_BLANK}+{_TAG}*{_ENDING.pattern}(?![^\\W_])",
            f"(?:>{_BLANK}+{_TAG}*|{_BLANK}{_TAG}+)[{_AFTER}]",
        )
    )
)
#: The second round finds next to nothing, the third nothing that was ever seen.
_ROUNDS: Final = 4
#: Characters that a finding shows on each side of a border.
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class BorderRules:
    """What a language wants at the borders of codes; see :func:`rules_for`."""

    language: str
    #: Whether its script has blanks between words.
    spaced: bool = True

    @property
    def ending(self) -> int:
        """The most letters of an ending that may be joined to a code."""
        return _ENDINGS.get(self.language, 0)

    def is_beginning(self, letters: str) -> bool:
        """Tell whether *letters* may be joined to the code that follows."""
        known = _BEGINNINGS.get(self.language)
        return known is not None and bool(known.fullmatch(letters))


@lru_cache(64)
def rules_for(language: str) -> BorderRules:
    """Return the rules of *language*, a BCP 47 tag.

    :raises LanguageError: the language is unknown
    """
    known = find_language(language)
    return BorderRules(known.tag.partition("-")[0], known.spaced)


class Fault(NamedTuple):
    """A border of the target where the blanks are wrong."""

    #: ``missing``, ``extra`` or ``inside``.
    kind: str
    #: The text around the border, codes left out.
    shown: str
    #: Number of the gap in the target.
    gap: int


def _is_suspect(target: str) -> bool:
    """Tell whether there may be a fault at a border of *target*; most have none."""
    return "<" in target and bool(_SUSPECT.search(target))


def mend(target: str, source: str | None, rules: BorderRules) -> str:
    """Return *target* with the blanks at the borders of its codes put right.

    :param source: the coded text with the same codes that it translates; without one
        every border counts as one between two words
    """
    if not _is_suspect(target):
        return target
    # A blank that is put at one border shows where a word ends at the next one.
    for _ in range(_ROUNDS):
        found = _found(target, source, rules)
        if not found:
            break
        text = _Text(target)
        for fault in found:
            text.gaps[fault.gap] = _mended(text.gaps[fault.gap], fault, text)
        target = str(text)
    return target


def faults(target: str, source: str, rules: BorderRules) -> list[Fault]:
    """Return the borders of *target* that :func:`mend` would change."""
    return [*_found(target, source, rules)] if _is_suspect(target) else []


@lru_cache(2**15)
def _found(target: str, source: str | None, rules: BorderRules) -> tuple[Fault, ...]:
    """Return the faults of a text; it is mended, and checked again for the report."""
    return tuple(_faults(_Text(target), source, rules))


class _Text:
    """Coded text as what is seen, with gaps of codes and blanks between.

    A gap stands before, between and after the atoms: texts without blanks at their
    ends, and codes without words.
    """

    def __init__(self, coded: str) -> None:
        self.atoms: list[CodedPiece] = []
        #: Of each gap the blanks, as ``text``, and the codes.
        self.gaps: list[list[CodedPiece]] = [[]]
        around: list[int] = []
        for piece in inline_codes.tokens(coded):
            if piece.type == "open":
                around.append(piece.id)
            if piece.type == "empty":
                self._atom(piece)
            elif piece.type != "text":
                # What closes a code is given its number, too.
                closed = piece.type == "close" and around
                self.gaps[-1].append(
                    piece._replace(id=around.pop()) if closed else piece
                )
            if piece.type != "text":
                continue
            body = piece.coded.strip(inline_codes.BLANKS)
            before, _, after = piece.coded.partition(body) if body else ("", "", "")
            self._blank(before or ("" if body else piece.coded))
            if body:
                self._atom(piece._replace(coded=body))
                self._blank(after)
        #: What is seen, and where in it each gap is.
        self.view = ""
        self.places: list[int] = []
        for number, gap in enumerate(self.gaps):
            self.places.append(len(self.view))
            if any(piece.type == "text" for piece in gap):
                self.view += " "
            if number < len(self.atoms):
                atom = self.atoms[number]
                is_text = atom.type == "text"
                self.view += inline_codes.unescape(atom.coded) if is_text else _THING

    def _atom(self, piece: CodedPiece) -> None:
        self.atoms.append(piece)
        self.gaps.append([])

    def _blank(self, blank: str) -> None:
        if blank:
            self.gaps[-1].append(inline_codes.CodedPiece("text", blank, 0))

    def __str__(self) -> str:
        parts = [inline_codes.join(self.gaps[0])]
        for atom, gap in zip(self.atoms, self.gaps[1:], strict=True):
            parts += [atom.coded, inline_codes.join(gap)]
        return "".join(parts)

    def sides(self, number: int) -> Iterator[_Side]:
        """Yield the sides of codes that meet in a gap."""
        if number and self.atoms[number - 1].type == "empty":
            yield _Side(self.atoms[number - 1].id, first=False)
        yield from _sides(self.gaps[number])
        if number < len(self.atoms) and self.atoms[number].type == "empty":
            yield _Side(self.atoms[number].id, first=True)

    def border(self, number: int) -> _Border:
        """Return what stands around a gap."""
        gap = self.gaps[number]
        blank = any(piece.type == "text" for piece in gap)
        place = self.places[number]
        return _Border(self.view[:place], blank, self.view[place + blank :])


class _Side(NamedTuple):
    """The beginning or the end of a code."""

    number: int
    first: bool


class _Border(NamedTuple):
    """What is seen before and after a gap, and whether there is a blank in it."""

    left: str
    blank: bool
    right: str

    @property
    def words_touch(self) -> bool:
        """Whether two words meet without a blank."""
        return not self.blank and _is_word(self.left[-1:]) and _is_word(self.right[:1])

    @property
    def mark_touches(self) -> bool:
        """Whether a mark touches what it is mostly apart from, and opens nothing."""
        left, right = self.left[-1:], self.right[:1]
        if self.blank or not left or not right:
            return False
        if left in _THEN_BLANK:
            return _is_word(right) or right in _AFTER_BLANK
        return right in _AFTER_BLANK and _is_word(left)

    @property
    def is_joined(self) -> bool:
        """Whether one word, in a script with blanks, goes on across the border."""
        if self.blank or not self.left or not self.right:
            return False
        if _UNSPACED.match(self.left[-1]) or _UNSPACED.match(self.right[0]):
            return False
        return self.words_touch or bool(self.joiner)

    @property
    def joiner(self) -> str:
        """The mark beside the border that joins the words of both sides, if any."""
        left, right = self.left, self.right
        if self.blank:
            return ""
        if left[-1:] in _JOINER and _is_word(left[-2:-1]) and _is_word(right[:1]):
            return left[-1:]
        if right[:1] in _JOINER and _is_word(left[-1:]) and _is_word(right[1:2]):
            return right[:1]
        return ""


@dataclass(slots=True)
class _Source:
    """What stands at the borders of the source's codes."""

    borders: dict[_Side, _Border] = field(default_factory=dict)
    #: The sides that have a blank inside of the code.
    inside: set[_Side] = field(default_factory=set)

    def at(self, sides: Sequence[_Side]) -> list[_Border]:
        """Return what stands at some sides of codes."""
        return [self.borders[side] for side in sides if side in self.borders]


@lru_cache(2**14)
def _source(coded: str | None) -> _Source:
    """Return what stands in a source, if there is one.

    It is asked for last: most borders need no more than the target.
    """
    found = _Source()
    if coded is None:
        return found
    text = _Text(coded)
    for number, gap in enumerate(text.gaps):
        border = text.border(number)
        for side in text.sides(number):
            found.borders.setdefault(side, border)
        found.inside.update(_inside(gap))
    return found


def _is_word(character: str) -> bool:
    """Tell whether *character* is part of a word; a vowel sign is, too."""
    return bool(character) and (
        character.isalnum()
        or character in {_THING, "_"}
        or unicodedata.category(character)[0] == "M"
    )


def _sides(gap: Sequence[CodedPiece]) -> list[_Side]:
    """Return the sides of the paired codes in a gap, but of those without content."""
    opened = {piece.id for piece in gap if piece.type == "open"}
    closed = {piece.id for piece in gap if piece.type == "close"}
    return [
        _Side(piece.id, first=piece.type == "open")
        for piece in gap
        if piece.type != "text" and not (piece.id in opened and piece.id in closed)
    ]


def _inside(gap: Sequence[CodedPiece]) -> set[_Side]:
    """Return the sides of codes that have a blank of this gap inside of them."""
    blanks = [place for place, piece in enumerate(gap) if piece.type == "text"]
    if not blanks:
        return set()
    around = set(_sides(gap))
    found = set()
    for place, piece in enumerate(gap):
        side = _Side(piece.id, first=piece.type == "open")
        if piece.type == "text" or side not in around:
            continue
        if blanks[-1] > place if side.first else blanks[0] < place:
            found.add(side)
    return found


def _faults(text: _Text, source: str | None, rules: BorderRules) -> Iterator[Fault]:
    for number, gap in enumerate(text.gaps):
        sides = list(text.sides(number))
        if not sides:
            continue
        border = text.border(number)
        if not (border.blank or border.words_touch or border.mark_touches):
            continue
        kind = ""
        if not border.blank:
            lacks = _lacks_blank if border.mark_touches else _is_missing
            kind = "missing" if lacks(border, sides, source, rules) else ""
        elif border.left and border.right and _is_extra(border, sides, source, rules):
            kind = "extra"
        elif (inside := _inside(gap)) and inside - _source(source).inside:
            kind = "inside"
        if kind:
            blank = " " if border.blank else ""
            yield Fault(
                kind, f"{border.left[-_SHOWN:]}{blank}{border.right[:_SHOWN]}", number
            )


def _is_missing(
    border: _Border, sides: Sequence[_Side], source: str | None, rules: BorderRules
) -> bool:
    """Tell whether two words touch that the language has a blank between."""
    left, right = border.left, border.right
    if _UNSPACED.match(left[-1]) or _UNSPACED.match(right[0]):
        return False
    if not rules.spaced and _THING in {left[-1], right[0]}:
        return False
    if any(each.is_joined for each in _source(source).at(sides)):
        return False
    after_code = any(not side.first for side in sides)
    before_code = any(side.first for side in sides)
    if after_code and not before_code:
        size = _letters(right)
        return size > rules.ending and not _is_ending(right[:size], rules)
    if before_code and not after_code:
        return not rules.is_beginning(left[len(left) - _letters(left[::-1]) :])
    return True


def _lacks_blank(
    border: _Border, sides: Sequence[_Side], source: str | None, rules: BorderRules
) -> bool:
    """Tell whether a blank is lost between a mark and a code: the source has it."""
    left, right = border.left, border.right
    if not rules.spaced or _UNSPACED.match(left[-1]) or _UNSPACED.match(right[0]):
        return False
    if right[0] in "–—" and not right[1:2].isspace():
        return False  # a dash without blanks
    there = _source(source).at(sides)
    return bool(there) and all(each.blank for each in there)


def _is_ending(letters: str, rules: BorderRules) -> bool:
    """Tell whether *letters* can only be the end of a word: one or two consonants.

    A blank would tear the word apart, which reads worse than a link that lacks an "s".
    """
    return rules.language not in _CONSONANTS_ALONE and bool(_ENDING.fullmatch(letters))


def _letters(text: str) -> int:
    """Return with how many characters of a word *text* begins."""
    count = 0
    for character in text:
        if not _is_word(character):
            break
        count += 1
    return count


def _is_extra(
    border: _Border, sides: Sequence[_Side], source: str | None, rules: BorderRules
) -> bool:
    """Tell whether a blank stands where the language has none."""
    left, right = border.left, border.right
    before_code = any(side.first for side in sides)
    after_code = any(not side.first for side in sides)
    if before_code and _opens(left):
        there = _source(source).at(sides)
        return not any(each.blank and _opens(each.left) for each in there)
    if after_code and _closes(left, right, rules):
        there = _source(source).at(sides)
        return not any(
            each.blank and _closes(each.left, each.right, rules) for each in there
        )
    # A word and a code, or the other way round: between two codes nobody can tell.
    if not after_code and _joins_next(left, rules):
        return True
    if not before_code and rules.language == "ko" and _PARTICLE.match(right):
        return True
    if _UNSPACED.match(left[-1]) and _UNSPACED.match(right[0]):
        return not rules.spaced
    torn = not before_code and _tears_ending(right, sides, source, rules)
    return torn or _tears(left, right, sides, source)


def _joins_next(left: str, rules: BorderRules) -> bool:
    """Tell whether *left* ends with what is written together with the next word."""
    if rules.language in _ELIDES:
        return bool(_ELIDED.search(left))
    return rules.language == "ar" and bool(_ARABIC_LETTER.search(left))


def _opens(left: str) -> bool:
    """Tell whether *left* ends with a bracket or a quotation mark that opens."""
    mark = left[-1:]
    if mark == '"':
        return left.count('"') % 2 == 1
    if mark in _OPENS_OR_CLOSES:
        return not any(low in left for low in "„‚")
    return mark in _OPENS


def _closes(left: str, right: str, rules: BorderRules) -> bool:
    """Tell whether *right* begins with a mark that belongs to the word before it."""
    mark = right[:1]
    if mark == '"':
        return left.count('"') % 2 == 1
    if mark and mark in _OPENS_OR_CLOSES:
        low = "„‚"[_OPENS_OR_CLOSES.index(mark)]
        return left.count(low) > left.count(mark)
    if rules.language == "fr" and mark in _FRENCH_MARKS:
        return False
    if mark in _CLOSES:
        return True
    following = right.lstrip(_ENDS)[:1]
    return mark in _ENDS and (
        not following or following.isspace() or following in _AFTER_ENDS
    )


def _tears_ending(
    right: str, sides: Sequence[_Side], source: str | None, rules: BorderRules
) -> bool:
    """Tell whether a blank stands before an ending that touches in the source."""
    return _is_ending(right[: _letters(right)], rules) and any(
        each.words_touch for each in _source(source).at(sides)
    )


def _tears(left: str, right: str, sides: Sequence[_Side], source: str | None) -> bool:
    """Tell whether a blank stands beside a mark that joins two words in the source."""
    if left[-1:] not in _JOINER and right[:1] not in _JOINER:
        return False
    joiners = {each.joiner for each in _source(source).at(sides)} - {""}
    if left[-1:] in joiners and _is_word(left[-2:-1]) and _is_word(right[:1]):
        return True
    return right[:1] in joiners and _is_word(left[-1:]) and _is_word(right[1:2])


def _mended(gap: Sequence[CodedPiece], fault: Fault, text: _Text) -> list[CodedPiece]:
    """Return a gap of codes and blanks with the fault mended."""
    codes = [piece for piece in gap if piece.type != "text"]
    at_end = fault.gap in {0, len(text.gaps) - 1}
    if fault.kind == "extra" or at_end:
        return codes
    # A pair without content would have the blank inside of the pair around it.
    closed = {piece.id for piece in codes if piece.type == "close"}
    place = next(
        (
            place
            for place, piece in enumerate(codes)
            if piece.type == "open" and piece.id not in closed
        ),
        len(codes),
    )
    blank = inline_codes.CodedPiece("text", " ", 0)
    return [*codes[:place], blank, *codes[place:]]
