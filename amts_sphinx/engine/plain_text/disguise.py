"""What an engine for plain sentences cannot bear, put out of its sight and back.

An engine with a fixed alphabet drops what it cannot spell without a word: quotes of
print, signs, Greek. It takes addresses for words, and leaves titles in capitals as they
are. All of that is changed before it is asked, and changed back in what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.engine.plain_text.parts import Part, has_letters, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

#: Signs of print → what every vocabulary has.
_PLAIN: Final = {
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "…": "...",
}
#: Signs that say nothing: where a word may be cut, and the order of bytes.
_NOTHING: Final = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))
_DASH: Final = " - "
#: A sign of print, or what it is made, which an author may write too. A dash between
#: digits is a range: that is hidden as a whole.
_PRINT: Final = re.compile(
    rf"[{''.join(_PLAIN)}]|\.\.\.|[\"']|(?<!\d)[^\S\n]*[—–][^\S\n]*(?!\d)| - "
)
_CHUNK: Final = re.compile(r"\S+")
#: Marks around a word that are not part of it.
_AROUND: Final = ".,;:!?()[]\"'¿¡"
#: Signs that may stand in a word of prose.
_IN_PROSE: Final = frozenset(".,:;!?'\"()-/%$&+=*°_[]|")
#: What may stand between signs of one expression.
_FIGURES: Final = re.compile(r"[\s\d.+\-*/=]+")
#: Signs that stand by themselves in prose.
_MARKS: Final = frozenset(".,:;!?'\"()-/%$&+=")
#: Signs that mean the same in every language.
_SIGNS: Final = frozenset("%$&+=*°_[]|")
#: A character of HTML by its name.
_ENTITY: Final = re.compile(r"&\w+;")
_ADDRESS: Final = re.compile(r"://|@|^www\.|^mailto:|^[/~.]+/\w", re.IGNORECASE)
#: A call with its arguments, but no plural as in "sensor(s)".
_CALL: Final = re.compile(r"[\w.]+\((?!s\)|es\))\S*\)$|[\w.]+\(\S*,$")
_NAME: Final = re.compile(r"\w*[_\d.]\w+|[a-z]+[A-Z]\w*")
#: A word longer than this is none.
_LONGEST: Final = 50
#: Our own codes get numbers from here: a sentence has fewer.
_FIRST: Final = 10_000


@dataclass(frozen=True)
class Spelling(Container[str]):
    """What an engine can spell."""

    #: ``None``: all characters.
    alphabet: Container[str] | None
    #: What it shall not see all the same.
    lacking: Collection[str] = ()
    #: Whether it will see capitals as small letters.
    any_case: bool = False

    def __contains__(self, sign: object) -> bool:
        """Tell whether a character can be spelt."""
        if self.any_case and isinstance(sign, str) and len(sign.lower()) == 1:
            sign = sign.lower()
        known = self.alphabet is None or sign in self.alphabet
        return known and sign not in self.lacking


class Disguise(NamedTuple):
    """A source as the engine is to see it, and how to undo that."""

    parts: list[Part]
    #: What our own codes stand for, by number.
    hidden: dict[int, str]
    #: The signs of print that were made plain, by what they became.
    printed: dict[str, list[str]]
    #: Whether the source was in capitals.
    capitals: bool
    #: Words that lost the capital of a title.
    lowered: frozenset[str]


def put_on(
    parts: Sequence[Part], alphabet: Container[str] | None, *, title: bool = False
) -> Disguise:
    """Return *parts* as the engine is to see them.

    :param alphabet: the characters that its vocabulary can spell; ``None``: all
    :param title: whether it is a title, in which words may have capitals
    """
    calm = Spelling(alphabet, any_case=True)
    prose = [w for w in words(parts) if not _is_hidden(w, calm)]
    capitals = _is_in_capitals(prose)
    lowered: set[str] = set()
    hidden: dict[int, str] = {}
    printed: dict[str, list[str]] = {}
    as_title = title and not capitals and _is_in_title_case(prose)
    first = True
    shown: list[Part] = []
    for part in parts:
        if part.kind != "text":
            shown.append(part)
            continue
        text = unicodedata.normalize("NFC", part.text)
        text = _plain(text, alphabet, printed)
        # What is hidden keeps its case.
        for piece in _hide(text, calm if capitals or as_title else alphabet, hidden):
            text = piece.text or hidden[piece.number]
            if piece.text and (capitals or as_title):
                calmed = _calmed(text, lowered, first=first, acronyms=not capitals)
                shown += _hide(calmed, alphabet, hidden)
            else:
                shown.append(piece)
            first = first and not has_letters(text)
    return Disguise(shown, hidden, printed, capitals, frozenset(lowered))


def take_off(disguise: Disguise, said: Iterable[Part]) -> list[Part]:
    """Return what the engine said with everything in its place again."""
    parts: list[Part] = []
    for part in said:
        if part.number in disguise.hidden and part.kind == "empty":
            parts.append(Part("text", disguise.hidden[part.number]))
        elif part.kind == "text":
            text = part.text.upper() if disguise.capitals else part.text
            parts.append(Part("text", _recapitalised(text, disguise.lowered)))
        else:
            parts.append(part)
    return _printed(parts, disguise)


def lost_signs(source: Iterable[Part], target: Iterable[Part]) -> frozenset[str]:
    """Return the signs that *target* has fewer of: an engine makes words of some.

    The marks of a sentence are its language's matter, and so is "and/or".
    """
    asked, said = (
        Counter(sign for part in parts for sign in part.text if sign in _SIGNS)
        for parts in (source, target)
    )
    return frozenset(asked - said)


def is_name(word: str) -> bool:
    """Tell whether a word is an identifier: it is the same in every language."""
    return bool(_NAME.fullmatch(word.strip(_AROUND)))


def _plain(
    text: str, alphabet: Container[str] | None, printed: dict[str, list[str]]
) -> str:
    """Make the signs of print plain, and note in *printed* what each one was."""

    def replace(match: re.Match[str]) -> str:
        sign = match[0]
        if alphabet is not None and _can_spell(alphabet, sign):
            made = sign
        else:
            made = _DASH if sign.strip() in {"—", "–"} else _PLAIN.get(sign, sign)
        printed.setdefault(made, []).append(sign)
        return made

    text = _PRINT.sub(replace, text.translate(_NOTHING))
    return re.sub(r"[^\S\n]+", " ", text)


def _printed(parts: list[Part], disguise: Disguise) -> list[Part]:
    """Put signs of print back, where as many stand in *parts* as were made plain."""
    for made, signs in disguise.printed.items():
        count = sum(part.text.count(made) for part in parts)
        if count != len(signs) or set(signs) == {made}:
            continue
        pieces = [re.split(f"({re.escape(made)})", part.text) for part in parts]
        row = iter(signs)
        parts = [
            part._replace(
                text="".join(next(row) if text == made else text for text in found)
            )
            for part, found in zip(parts, pieces, strict=True)
        ]
    return parts


def _hide(
    text: str, alphabet: Container[str] | None, hidden: dict[int, str]
) -> list[Part]:
    """Return *text* with codes of our own for what is no word that can be spelt."""
    parts: list[Part] = []
    place = 0
    for match in _CHUNK.finditer(text):
        chunk = match[0]
        if not _is_hidden(chunk, alphabet):
            continue
        core = chunk.strip(_AROUND)
        if not any(sign.isalnum() for sign in core) or "[[" in chunk:
            core = chunk
        start = match.start() + chunk.index(core)
        # The bracket that a call ends with is its own.
        while (
            core.count("(") > core.count(")") and text[start + len(core) :][:1] == ")"
        ):
            core += ")"
        number = max(hidden, default=_FIRST - 1) + 1
        hidden[number] = core
        if start > place:
            parts.append(Part("text", text[place:start]))
        parts.append(Part("empty", number=number))
        place = start + len(core)
    if place < len(text):
        parts.append(Part("text", text[place:]))
    return _together(parts, hidden)


def _together(parts: list[Part], hidden: dict[int, str]) -> list[Part]:
    """Join codes of our own with only figures and blanks between: ``α ≤ 3 × β``."""
    joined: list[Part] = []
    for part in parts:
        near = len(joined) > 1 and part.kind == "empty"
        if near and _FIGURES.fullmatch(joined[-1].text) and joined[-2].kind == "empty":
            between = joined.pop().text
            hidden[joined[-1].number] += between + hidden.pop(part.number)
        else:
            joined.append(part)
    return joined


def _is_hidden(chunk: str, alphabet: Container[str] | None) -> bool:
    core = chunk.strip(_AROUND)
    if not any(sign.isalnum() for sign in chunk):
        # Marks alone: those of prose stay.
        spelt = alphabet is None or _can_spell(alphabet, chunk)
        return not set(chunk) <= _MARKS or not spelt
    if "[[" in chunk or _ENTITY.search(chunk):
        return True
    if len(core) > _LONGEST or _ADDRESS.search(core) or _CALL.fullmatch(chunk):
        return True
    return any(_is_odd(sign, alphabet) for sign in core)


def _can_spell(alphabet: Container[str], chunk: str) -> bool:
    return all(sign in alphabet for sign in chunk if sign != " ")


def _is_odd(sign: str, alphabet: Container[str] | None) -> bool:
    """Tell whether an engine may drop a character, or make another of it."""
    if unicodedata.normalize("NFKC", sign) != sign:
        return True
    if not sign.isalnum() and sign not in _IN_PROSE:
        return True
    return alphabet is not None and sign not in alphabet


def _is_in_capitals(found: Sequence[str]) -> bool:
    """Tell whether the words of a text, if there are some, are all in capitals."""
    longest = max(map(len, found), default=0)
    return (
        len(found) > 1
        and longest > _ACRONYM
        and all(word == word.upper() for word in found)
        and any(word != word.lower() for word in found)
    )


#: Letters that a word in capitals may have without being one of a title.
_ACRONYM: Final = 4
#: Letters from which on a word of a title has a capital.
_LONG: Final = 4


def _is_in_title_case(prose: Sequence[str]) -> bool:
    """Tell whether each long word of a text of some words begins with a capital."""
    found = [word.strip(_AROUND) for word in prose]
    long = [word for word in found if len(word) >= _LONG]
    return len(found) > 1 and len(long) > 1 and all(w[:1].isupper() for w in long)


def _calmed(text: str, lowered: set[str], *, first: bool, acronyms: bool) -> str:
    """Return *text* in lower case, but for its first letter and names like iPhone.

    :param acronyms: whether words in capitals keep them
    """
    begun = not first

    def lower(match: re.Match[str]) -> str:
        nonlocal begun
        word = match[0]
        start, begun = not begun, True
        if not word.isupper() and word[1:] != word[1:].lower():
            return word  # iPhone, McDonald
        if word.isupper() and (acronyms or len(word) == 1):
            return word
        if start:
            return word[0] + word[1:].lower()
        if word[:1].isupper():
            lowered.add(word)
        return word.lower()

    return re.sub(r"[^\W\d_]+", lower, text)


def _recapitalised(text: str, lowered: Collection[str]) -> str:
    """Give names back the capital that they had in a title: they are not translated."""
    names = {word.lower(): word for word in lowered if len(word) >= _LONG}

    def capital(match: re.Match[str]) -> str:
        return names.get(match[0], match[0])

    return re.sub(r"[^\W\d_]+", capital, text) if names else text
