"""Apply the typographic rules of a language to the output of an engine.

Engines leave half-width punctuation and blanks in Chinese, and blanks before commas in
other languages. This module changes blanks and punctuation only: never a word, never a
code, and nothing that may be a number, a name or a piece of program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import find_language
from amts_sphinx.text import code_borders
from amts_sphinx.text.code_borders import BorderRules

if TYPE_CHECKING:
    from collections.abc import Iterable

# In the text that the rules work on, each code is one character of private use.
_OPEN, _CLOSE, _EMPTY = "\ue000", "\ue001", "\ue002"
_STAND_IN: Final = {"open": _OPEN, "close": _CLOSE, "empty": _EMPTY}
_STAND_INS: Final = re.compile(f"[{_OPEN}{_CLOSE}{_EMPTY}]")
_TAGS: Final = _OPEN + _CLOSE
_PAIRED: Final = re.compile(r'</g>|<g id="\d+">')

#: Ideographs, kana and bopomofo.
_HAN: Final = (
    r"\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
)
_FULL: Final = "，。：；！？（）、《》「」『』【】"
_IS_HAN: Final = re.compile(f"[{_HAN}]")
_LIKE_HAN_BEFORE: Final = re.compile(f"[{_HAN}）》」』】]")
_LIKE_HAN_AFTER: Final = re.compile(f"[{_HAN}（《「『【]")
_TO_DO: Final = re.compile(r"[ ,.:;!?()\"…]|。{3}")

_BLANK_IN_HAN: Final = re.compile(f"([{_HAN}][{_TAGS}]*) +(?=[{_TAGS} ]*[{_HAN}])")
_BLANK_BY_FULL: Final = re.compile(
    f"([{_FULL}…][{_TAGS}]*) +| +(?=[{_TAGS}]*[{_FULL}])"
)
_BLANK_BY_QUOTE: Final = re.compile(f"([{_HAN}]) +(?=[“‘])|([”’]) +(?=[{_HAN}])")
_OTHER: Final = rf"[^\W{_HAN}]|[{_EMPTY}($@#\\+]"
_BLANK_AFTER_HAN: Final = re.compile(
    f"([{_HAN}][{_TAGS}]*) +(?=[{_TAGS} ]*(?:{_OTHER}))"
)
_BLANK_BEFORE_HAN: Final = re.compile(
    rf"((?:[^\W{_HAN}]|[{_EMPTY})%+\#])[{_TAGS}]*) +(?=[{_TAGS} ]*[{_HAN}])"
)
_MARK: Final = re.compile(r"(?<![,.:;!?])(?:[,.:;]|[!?]+)(?![,.:;!?])")
_ELLIPSIS: Final = re.compile(r"\.(?: ?\.){2,}|…+|。{3,}")
_BRACKETS: Final = re.compile(r"[(（]([^()（）]*)[)）]")
_QUOTED: Final = re.compile(r'"([^"]*)"')
#: A quotation whose marks are of two kinds, or of another language.
_MIXED: Final = re.compile(r'“([^“”"]*)"|"([^“”"]*)”|„([^„“”"]*)[“”"]|«([^«»]*)»')
#: One in single straight marks, which may be apostrophes elsewhere.
_SINGLE: Final = re.compile(rf"(?<![A-Za-z0-9'])'([^']*[{_HAN}][^']*)'(?![A-Za-z0-9'])")
#: Abbreviations that keep their full stop, wherever they stand.
_ABBREVIATION: Final = re.compile(
    r"(?<![A-Za-z.])(?:al|approx|ca|cf|Corp|Dr|etc|Inc|Jr|Ltd|Messrs|Mrs?|Ms|Prof|resp"
    r"|Sr|St|viz|vs|(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2})$"
)
#: Those that may be words at the end of a sentence, or letters that are names.
_ABBREVIATION_AMID: Final = re.compile(
    r"(?<![A-Za-z.])(?:[A-Z]|Alg|Apps?|Appx|Assn|Assoc|Ave|Blvd|Bros|Capt|Ch|Chap|Co|Col"
    r"|Def|Dept|Eds?|eds?|Eqn?s?|eqn?s?|Figs?|figs?|Ft|Gen|Gov|Hon|[Ii]bid|Inst|Intl|Lem"
    r"|Lt|max|min|Mt|Nos?|no|pp?|Pres|Prop|Refs?|refs?|Rev|Secs?|secs?|Sects?|sects?|Sen"
    r"|seq|Sgt|Suppl|Tabs?|Thm|Univ|[Vv]er|Vols?|vol"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$"
)
#: A word with a full stop in the midst of a source's sentence: an abbreviation, too.
_STOP_AMID: Final = re.compile(
    r"(?<![A-Za-z.])([A-Za-z][A-Za-z.]*)\.(?=\s*[a-z0-9(\[,;:])"
)
_LAST_WORD: Final = re.compile(r"(?<![A-Za-z.])[A-Za-z][A-Za-z.]*$")
_NONE: Final[frozenset[str]] = frozenset()
#: A tuple of numbers, which keeps its brackets: (10, 20).
_TUPLE: Final = re.compile(r"\s*[-+\d.]+\s*(?:,\s*[-+\d.]*\s*)+")
#: An HTML entity as text of the book, up to its semicolon.
_ENTITY: Final = re.compile(r"&#?\w+$")
_ENTITY_SIZE: Final = 10
_TAIL: Final = 24  # characters; longer than any abbreviation

_MANY_BLANKS: Final = re.compile(r"(?<=[^ ]) {2,}(?=[^ ])")
_BLANK_BEFORE_MARK: Final = re.compile(r"(?<=[^\s]) +(?=[,;.:!?](?:\s|<|$))")
#: Languages that have no blank before a punctuation mark; French has one.
_TIGHT: Final = frozenset({"ca", "de", "en", "es", "it", "nl", "pt"})

#: What straight quotes become, double and single; in Japanese they do not change.
_QUOTES: Final = {"Hans": "“”‘’", "Hant": "「」『』"}
_CHINESE_MARKS: Final = str.maketrans(",.:;!?", "，。：；！？")
_ANY_LANGUAGE: Final = BorderRules("")
_JAPANESE_MARKS: Final = str.maketrans(",.!?", "、。！？")


@dataclass(frozen=True, slots=True)
class Profile:
    """The typographic rules of one language; make it with :func:`profile_for`."""

    #: ``zh``, ``ja``, or empty for every language with blanks.
    cjk: str = ""
    #: Half-width punctuation beside CJK characters becomes full-width.
    fullwidth_punctuation: bool = False
    #: Blanks between CJK characters and Latin letters, digits or codes are kept.
    script_spacing: bool = False
    #: What straight quotes around Chinese become; empty leaves them.
    quotes: str = ""
    #: Blanks before ``, ; . : ! ?`` are dropped.
    tight_punctuation: bool = False
    #: What the language wants at the borders of codes.
    borders: BorderRules = _ANY_LANGUAGE

    def apply(self, coded: str, source: str | None = None) -> str:
        """Return *coded* by the rules of the language; applying it twice is as once.

        :param source: the coded text that *coded* translates, with the same codes;
            without one every border of a code counts as one between two words
        """
        body = coded.strip(" ")
        changed, before = body, ""
        amid = _stops_amid(source) if self.cjk and source else _NONE
        while changed != before:  # a mark that changes decides on blanks beside it
            before = changed
            changed = code_borders.mend(changed, source, self.borders)
            changed = self._cjk(changed, amid) if self.cjk else self._spaced(changed)
        if changed == body:
            return coded
        start = len(coded) - len(coded.lstrip(" "))
        return coded[:start] + changed + coded[start + len(body) :]

    def join(self, sentences: Iterable[str]) -> str:
        """Join the coded *sentences* of one paragraph, with blanks if it has them."""
        parts: list[str] = []
        for sentence in sentences:
            following = sentence.strip()
            if parts and following and self._has_gap(parts[-1], following):
                parts.append(" ")
            if following:
                parts.append(following)
        return "".join(parts)

    def _has_gap(self, sentence: str, following: str) -> bool:
        """Tell whether there is a blank between two sentences."""
        if not self.cjk:
            return True
        # After a sentence with Latin punctuation at its end there is a blank.
        return sentence[-1] in ".!?" or (
            _is_latin(sentence, -1) and _is_latin(following, 0)
        )

    def _spaced(self, text: str) -> str:
        """Correct the blanks of a language that has them between words."""
        if "  " in text:
            text = _MANY_BLANKS.sub(" ", text)
        return _BLANK_BEFORE_MARK.sub("", text) if self.tight_punctuation else text

    def _cjk(self, text: str, amid: frozenset[str]) -> str:
        """Correct the punctuation and the blanks of Chinese or Japanese.

        :param amid: the words that keep their full stop
        """
        view, hidden = _hide(text)
        before = ""
        while before != view and _TO_DO.search(view) and _IS_HAN.search(view):
            before = view  # each round leaves fewer marks and blanks to change
            if "  " in view:
                view = _MANY_BLANKS.sub(" ", view)
            if self.fullwidth_punctuation:
                view = self._punctuation(view, amid)
            if " " in view:
                view = self._blanks(view)
        return _show(view, hidden) if before else text

    def _punctuation(self, view: str, amid: frozenset[str]) -> str:
        """Make the punctuation beside CJK characters full-width."""
        if "(" in view or ")" in view:
            view = _BRACKETS.sub(_bracket, view)
        if self.quotes:
            view = self._quotations(view)
        if self.cjk == "zh":
            view = _ELLIPSIS.sub(_ellipsis, view)
        marks = _CHINESE_MARKS if self.cjk == "zh" else _JAPANESE_MARKS
        return _MARK.sub(lambda mark: _widen(mark, marks, amid), view)

    def _quotations(self, view: str) -> str:
        """Give Chinese quotations the marks of the language."""
        if any(mark in view for mark in '"„«'):
            view = _MIXED.sub(self._quote, view)
        if '"' in view and view.count('"') % 2 == 0:
            view = _QUOTED.sub(self._quote, view)
        if "'" in view:
            view = _SINGLE.sub(rf"{self.quotes[2]}\1{self.quotes[3]}", view)
        return view

    def _blanks(self, view: str) -> str:
        """Remove the blanks that CJK text does not have."""
        view = _BLANK_IN_HAN.sub(r"\1", view)
        view = _BLANK_BY_FULL.sub(r"\1", view)
        if not self.script_spacing and " " in view:
            view = _BLANK_AFTER_HAN.sub(r"\1", view)
            view = _BLANK_BEFORE_HAN.sub(r"\1", view)
            view = _BLANK_BY_QUOTE.sub(r"\1\2", view)
        return view

    def _quote(self, quoted: re.Match[str]) -> str:
        """Return a quotation, in the language's quotes if it is Chinese."""
        inside = next(group for group in quoted.groups() if group is not None)
        around = _beside(quoted) if _TUPLE.fullmatch(inside) is None else ("", "")
        if _IS_HAN.search(inside) or any(map(_IS_HAN.match, around)):
            return f"{self.quotes[0]}{inside}{self.quotes[1]}"
        return quoted[0]


def profile_for(
    language: str,
    *,
    fullwidth_punctuation: bool = True,
    script_spacing: bool = False,
) -> Profile:
    """Return the typographic profile of *language*, a BCP 47 tag.

    The options concern Chinese and Japanese. For languages without special rules, only
    repeated blanks are removed.

    :param fullwidth_punctuation: whether punctuation becomes full-width
    :param script_spacing: whether blanks between CJK characters and others are kept
    :raises LanguageError: the language is unknown
    """
    known = find_language(language)
    primary = known.tag.partition("-")[0]
    borders = code_borders.rules_for(known.tag)
    if not known.cjk:
        return Profile(tight_punctuation=primary in _TIGHT, borders=borders)
    return Profile(
        borders=borders,
        cjk=known.cjk,
        fullwidth_punctuation=fullwidth_punctuation,
        script_spacing=script_spacing,
        quotes=_QUOTES.get(known.script, ""),
    )


def _hide(coded: str) -> tuple[str, list[str]]:
    """Return *coded* with each code as one character, and the codes.

    The text is empty if it holds such characters already; then it is not changed.
    """
    if _STAND_INS.search(coded):
        return "", []
    if "<" not in coded and "&" not in coded:
        return coded, []
    hidden: list[str] = []
    parts: list[str] = []
    for piece in inline_codes.tokens(coded):
        if piece.type == "text":
            parts.append(inline_codes.unescape(piece.coded))
        else:
            hidden.append(piece.coded)
            parts.append(_STAND_IN[piece.type])
    return "".join(parts), hidden


def _show(view: str, hidden: list[str]) -> str:
    """Undo :func:`_hide`."""
    rest = iter(hidden)
    return _STAND_INS.sub(lambda _: next(rest), inline_codes.escape(view))


def _is_latin(coded: str, end: int) -> bool:
    """Tell whether *coded* has a half-width character or ``<x/>`` at this *end*."""
    character = _PAIRED.sub("", coded)[end:][:1]
    return character.isascii() or (character.isalpha() and not _IS_HAN.match(character))


def _neighbour(view: str, place: int, step: int, skip: str) -> str:
    """Return the first character from *place* on, by *step*, that is not in *skip*."""
    while 0 <= place < len(view):
        if view[place] not in skip:
            return view[place]
        place += step
    return ""


def _beside(found: re.Match[str], skip: str = _TAGS + " ") -> tuple[str, str]:
    """Return the characters before and after *found*, or empty strings."""
    view = found.string
    return (
        _neighbour(view, found.start() - 1, -1, skip),
        _neighbour(view, found.end(), 1, skip),
    )


def _bracket(found: re.Match[str]) -> str:
    """Return a text in brackets, in full-width ones if it belongs to Chinese text."""
    full = f"（{found[1]}）"
    if _IS_HAN.search(found[1]) or "（" in found[0] or "）" in found[0]:
        return full
    touching = _beside(found, _TAGS)[0]
    if _TUPLE.fullmatch(found[1]) or _is_code_like(touching) or not found[1].strip():
        return found[0]
    before, after = _beside(found)
    beside_han = _LIKE_HAN_BEFORE.match(before) or _LIKE_HAN_AFTER.match(after)
    return full if beside_han else found[0]


def _is_code_like(touching: str) -> bool:
    """Tell whether a bracket after *touching* belongs to a call: f(x)."""
    return touching == _EMPTY or (touching.isascii() and touching.isalnum())


def _ellipsis(found: re.Match[str]) -> str:
    """Return six dots beside Chinese characters, and *found* elsewhere."""
    # Dots with blanks between may have some around them, too.
    before, after = _beside(found, _TAGS + " " * (" " in found[0]))
    beside_han = _LIKE_HAN_BEFORE.match(before) or _LIKE_HAN_AFTER.match(after)
    return "……" if beside_han else found[0]


def _widen(found: re.Match[str], marks: dict[int, int], amid: frozenset[str]) -> str:
    """Return a punctuation mark, full-width where it belongs to CJK text.

    :param amid: the words that keep their full stop
    """
    mark = found[0]
    before, after = _beside(found, _TAGS)
    if before in "“‘" or not _may_follow(mark, after):
        return mark
    if before.isspace() or before in "”’\"'" or before == _EMPTY:
        left, right = _beside(found, f"{_TAGS}{_EMPTY} ”’\"'")
        wide = not right or bool(_LIKE_HAN_AFTER.match(right))
        # In a list of codes all commas have the width of the last one.
        wide = wide or (before == _EMPTY and mark == "," and right == "，")
        if before != _EMPTY:
            wide = wide or bool(_LIKE_HAN_BEFORE.match(left))
    elif _LIKE_HAN_BEFORE.match(before):
        wide = True
    else:
        wide = _latin_ends_in_cjk(found, before, amid)
    return mark.translate(marks) if wide else mark


def _may_follow(mark: str, after: str) -> bool:
    """Tell whether a full-width *mark* is possible before the character *after*."""
    if not after or not after.isascii() or after in " \"')(":
        return True
    return after.isalnum() if mark != "." else False


def _stops_amid(source: str) -> frozenset[str]:
    """Return the words of *source* with a full stop that does not end its sentence."""
    if "." not in source:
        return _NONE
    return frozenset(_STOP_AMID.findall(inline_codes.plain(source)))


def _is_abbreviated(before: str, after: str, amid: frozenset[str]) -> bool:
    """Tell whether the full stop after *before* is that of a Latin abbreviation."""
    if _ABBREVIATION.search(before):
        return True
    if not after:
        return False
    word = _LAST_WORD.search(before)
    known = bool(word and word[0] in amid)
    return known or bool(_ABBREVIATION_AMID.search(before))


def _latin_ends_in_cjk(found: re.Match[str], before: str, amid: frozenset[str]) -> bool:
    """Tell whether the mark after a Latin word or number ends a part of CJK text."""
    view = found.string
    touching = _neighbour(view, found.end(), 1, _TAGS)
    after = _neighbour(view, found.end(), 1, f"{_TAGS}{_EMPTY} ”’“‘\"'")
    if touching.isascii() and touching.isalnum():
        return False  # 3.14, 1,000, 10:30, file.py
    if found[0] == "." and (before.isdigit() or view[: found.start()].endswith(".g")):
        return not after  # "1. 标题" is an item of a list, "图 1. 标题" a figure
    if found[0] == "." and _is_abbreviated(view[: found.start()][-_TAIL:], after, amid):
        return False
    if found[0] == ";" and _ENTITY.search(view[: found.start()][-_ENTITY_SIZE:]):
        return False
    if not before.isalnum() and before not in ")]%#+":
        return False
    return not after or bool(_LIKE_HAN_AFTER.match(after))
