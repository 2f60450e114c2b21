"""Small languages for tests of the corpus engine: sentences made from a few words."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ES: Final = LanguagePair("en", "es")
TR: Final = LanguagePair("en", "tr")
ZH: Final = LanguagePair("en", "zh")
FROM_ZH: Final = LanguagePair("zh", "en")

#: Thing → Spanish (all are masculine), Turkish, Chinese.
_THINGS: Final = {
    "model": ("modelo", "model", "模型"),
    "book": ("libro", "kitap", "书"),
    "layer": ("estrato", "katman", "层"),
    "number": ("número", "sayı", "数字"),
    "cloud": ("nublado", "bulut", "云"),
    "example": ("ejemplo", "örnek", "例子"),
    "error": ("error", "hata", "错误"),
    "network": ("tejido", "ağ", "网络"),
}
_QUALITIES: Final = {
    "big": ("grande", "büyük", "大"),
    "deep": ("profundo", "derin", "深"),
    "new": ("nuevo", "yeni", "新"),
    "small": ("pequeño", "küçük", "小"),
    "simple": ("simple", "basit", "简单"),
    "first": ("inicial", "ilk", "第一个"),
}
_ACTS: Final = {
    "trains": ("entrena", "eğitir", "训练"),
    "reads": ("lee", "okur", "阅读"),
    "shows": ("muestra", "gösterir", "显示"),
    "wants": ("quiere", "ister", "需要"),
}
#: Each is said in a language with the words of that language.
_SENTENCES: Final = {
    "en": (
        "The {quality} {thing} {act} a {other}.",
        'In <x id="1"/>, the {thing} {act} the <g id="2">{quality} {other}</g>.',
        "{count} {thing}s are {quality}.",
    ),
    "es": (
        "El {thing} {quality} {act} un {other}.",
        'En <x id="1"/>, el {thing} {act} el <g id="2">{other} {quality}</g>.',
        "{count} {thing}s son {quality}.",
    ),
    "tr": (
        "{quality} {thing} bir {other} {act}.",
        '<x id="1"/> içinde {thing} <g id="2">{quality} {other}</g> {act}.',
        "{count} {thing} {quality}.",
    ),
    "zh": (
        "{quality}的{thing}{act}一个{other}。",
        '在<x id="1"/>中，{thing}{act}<g id="2">{quality}的{other}</g>。',
        "{count}个{thing}是{quality}的。",
    ),
}
_PLACES: Final = {"es": 0, "tr": 1, "zh": 2}


def said(sentence: int, choice: Mapping[str, str], language: str) -> str:
    """Return one of the sentences in *language*, with its words chosen in English."""
    words = dict(choice)
    if language != "en":
        place = _PLACES[language]
        for name, table in (
            ("thing", _THINGS),
            ("other", _THINGS),
            ("quality", _QUALITIES),
            ("act", _ACTS),
        ):
            words[name] = table[words[name]][place]
    text = _SENTENCES[language][sentence].format(**words)
    return _capital(text, language)


def _capital(text: str, language: str) -> str:
    """Begin *text* with a capital, as Turkish does: with a dot if it had one."""
    first = "İ" if language == "tr" and text[0] == "i" else text[0].upper()
    return first + text[1:]


def choices() -> list[dict[str, str]]:
    """Return the ways to choose the words, in an order that mixes them."""
    chosen = [
        dict(zip(("thing", "other", "quality", "act"), words, strict=True))
        for words in product(_THINGS, _THINGS, _QUALITIES, _ACTS)
    ]
    mixed = [chosen[n * 601 % len(chosen)] for n in range(len(chosen))]
    return [
        {**choice, "count": str(2 + n * 7 % 90)}
        for n, choice in enumerate(mixed)
        if choice["thing"] != choice["other"]
    ]


def pairs(pair: LanguagePair, count: int) -> list[tuple[str, str]]:
    """Return the first *count* of all sentences, with their translations."""
    found = []
    for number, choice in enumerate(choices()[:count]):
        sentence = number % 3
        found.append(
            (said(sentence, choice, pair.source), said(sentence, choice, pair.target))
        )
    return found


def unseen(pair: LanguagePair, count: int) -> list[tuple[str, str]]:
    """Return *count* sentences that are none of :func:`pairs`, up to 600 of them."""
    return [
        (said(number % 3, choice, pair.source), said(number % 3, choice, pair.target))
        for number, choice in enumerate(choices()[600 : 600 + count])
    ]


def units(
    pairs: Iterable[tuple[str, str]], pair: LanguagePair
) -> list[TranslationUnit]:
    """Return human units of what *pairs* says."""
    return [TranslationUnit(s, t, pair, HUMAN, State.REVIEWED) for s, t in pairs]
