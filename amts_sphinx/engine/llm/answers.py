"""What a model answered: the text in it, and what is wrong with that."""

from __future__ import annotations

import html
import json
import math
import re
from itertools import combinations
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks import language_id
from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.engine.llm import prompt
from amts_sphinx.engine.plain_text.parts import is_sound, split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.llm.examples import Example

_FENCED: Final = re.compile(r"```\w*\n?(.*?)\n?```", re.DOTALL)
#: What models say before a translation, if they say anything.
_PROSE: Final = re.compile(
    r"\s*(?:sure|certainly|of course|okay|ok|here(?:'s| is)|the translation|translation"
    r"|as an ai|i(?:'m| am) sorry|i can(?:no|')t)\b[^\n]*",
    re.IGNORECASE,
)
#: The same in any language, where the text itself has no colon.
_TALK: Final = re.compile(
    r"[^:：\n]{0,80}(?:translat|tradu[cçz]|übersetz|перевод|переклад|译|譯|翻訳|번역|vertal"
    r"|översätt|oversæt|oversett|tłumacz|překlad|fordít|dịch|terjemah|çevir|ترجم)"
    r"[^:：\n]{0,40}[:：]",
    re.IGNORECASE,
)
#: What models think aloud; a text of a book has its ``<`` escaped.
_THOUGHT: Final = re.compile(r"\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
#: Characters that models write by their names in HTML.
_ENTITY: Final = re.compile(r"&(?!amp;|lt;|gt;)#?\w+;")
_DIGITS: Final = re.compile(r"\d+")
_UNSPACED: Final = re.compile(r"[぀-ヿ㐀-鿿豈-﫿฀-๿]")
#: A bare ampersand is what models make of ``&amp;``.
_BARE: Final = re.compile(r"&(?!amp;|lt;|gt;)")
#: Marks of quotation that may stand around a whole answer.
_QUOTES: Final = ('""', "“”", "«»", "「」", "''")
#: Words of prose that are not left untranslated by chance.
_PROSE_WORDS: Final = 4
#: How many times longer a translation may be, and how many words more.
_TIMES, _MORE = 3, 10
#: A text of this many words must not shrink to a quarter.
_LONG, _SHRUNK = 8, 4
#: How much better two translations must fit the other way round.
_BETTER: Final = 0.7
#: A word that may be the same in both languages.
_NAME: Final = re.compile(r"[^\W\d_]{3,}")
#: Marks around a word, which say nothing of whether it was translated.
_MARKS: Final = " .!?\"'“”‘’«»。！？：:"


def text_of(answer: str, source: str) -> str:
    """Return the translation in an answer: without thoughts, fences and quotes."""
    said = _THOUGHT.sub("", answer, count=1).strip()
    fenced = _FENCED.fullmatch(said)
    text = (fenced[1] if fenced else said).strip()
    for opened, closed in _QUOTES:
        bare = source.strip()
        if (
            len(text) > 1
            and text.startswith(opened)
            and text.endswith(closed)
            and not bare.startswith(opened)
            and text.count(closed) <= 2  # noqa: PLR2004 - it is one pair
        ):
            text = text[1:-1].strip()
    if "&amp;" not in source:
        text = _ENTITY.sub(lambda m: html.escape(html.unescape(m[0]), False), text)  # noqa: FBT003
    return _BARE.sub("&amp;", text)


def texts_of(answer: str, count: int) -> list[str | None]:
    """Return the translations in an answer to a batch, by place; ``None``: not there.

    They are told apart by their keys; their order says nothing.
    """
    answer = _THOUGHT.sub("", answer, count=1)
    fenced = _FENCED.search(answer)
    text = fenced[1] if fenced else answer
    start, end = text.find("{"), text.rfind("}")
    try:
        said = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return [None] * count
    if not isinstance(said, dict):
        return [None] * count
    found = [said.get(prompt.key(place)) for place in range(count)]
    return [each if isinstance(each, str) else None for each in found]


def fault(
    source: str, target: str, examples: Sequence[Example], pair: LanguagePair
) -> str:
    """Say what is wrong with a coded *target*; empty: nothing that can be seen.

    The words are for the model as well as for people, and hold no text of the book.
    """
    return (
        _of_form(source, target)
        or _of_codes(source, target)
        or _of_words(source, target, examples)
        or _of_length(source, target)
        or _of_language(source, target, pair)
    )


def _of_form(source: str, target: str) -> str:
    if not target.strip():
        return "it is empty"
    if "\n" in target:
        return "it has more than one line"
    if _PROSE.match(target) and not _PROSE.match(source):
        return "it holds words of your own"
    if _TALK.match(target) and not re.search("[:：]", source):
        return "it holds words of your own"
    return ""


def _of_codes(source: str, target: str) -> str:
    if wrong := inline_codes.verify(source, target):
        return f"the codes are wrong: {wrong}"
    if not is_sound(split(source), split(target)):
        return "the words inside of a code <g> are missing"
    return ""


def _of_words(source: str, target: str, examples: Sequence[Example]) -> str:
    if _key(inline_codes.plain(target)) == _key(inline_codes.plain(source)):
        return "it is not translated" if _is_prose(source) else ""
    if _is_part(source, target):
        return "it is a part of the text, and not translated"
    if any(
        _key(example.target) == _key(target) and _key(example.source) != _key(source)
        for example in examples
    ):
        return "it is the translation of an example"
    return ""


def _is_part(source: str, target: str) -> bool:
    """Tell whether an answer repeats a few words of a text, as who obeys them does."""
    whole, part = (_key(inline_codes.plain(text)) for text in (source, target))
    few = 2 * _size(target) <= _size(source)
    return _is_prose(source) and few and part.strip(_MARKS) in whole


def _of_length(source: str, target: str) -> str:
    asked, said = _size(source), _size(target)
    if said > _TIMES * asked + _MORE:
        return "it is much longer than the text"
    if asked >= _LONG and said < asked / _SHRUNK:
        return "it is much shorter than the text"
    return ""


def _of_language(source: str, target: str, pair: LanguagePair) -> str:
    """Find words in another language: small models say a text anew in the book's.

    Where the text is not in the language of the book either, it quotes another.
    """
    text = inline_codes.plain(target)
    if not language_id.foreign(text, pair.target):
        return ""
    if not language_id.foreign(text, pair.source):
        return f"it is in {name_language(pair.source).name}"
    if not language_id.foreign(inline_codes.plain(source), pair.source):
        return f"it is not in {name_language(pair.target).name}"
    return ""


def _key(text: str) -> str:
    return inline_codes.normalise(text)


def is_swapped(source: str, target: str) -> bool:
    """Tell whether a text of a batch may have got the translation of another.

    The figures of a text are in its translation, or in words; other figures are not.
    """
    asked, said = (
        set(_DIGITS.findall(inline_codes.plain(t))) for t in (source, target)
    )
    return bool(said - asked) and not asked <= said


def swapped(pairs: Mapping[str, str]) -> set[str]:
    """Return the sources of a batch that may have got each other's translations.

    A translation is about as long as its source is to the others, and has its names.
    Two that would fit better the other way round are told; alike ones cannot be.
    """
    found: set[str] = set()
    for (one, first), (two, second) in combinations(pairs.items(), 2):
        gain = _fit(one, second) + _fit(two, first) - _fit(one, first)
        if gain - _fit(two, second) > _BETTER:
            found |= {one, two}
    return found


def _fit(source: str, target: str) -> float:
    """Return how well two texts go together; only differences mean something."""
    whole, other = (inline_codes.plain(text) for text in (source, target))
    names = [set(_NAME.findall(text.casefold())) for text in (whole, other)]
    ratio = math.log((len(other) + 1) / (len(whole) + 1))
    return bool(names[0] & names[1]) - abs(ratio)


def _is_prose(source: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", inline_codes.plain(source))
    return len(words) >= _PROSE_WORDS and any(word.islower() for word in words)


def _size(coded: str) -> float:
    """Return the length of a text in words; two characters of Chinese are one."""
    text = inline_codes.plain(coded)
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + unspaced / 2
