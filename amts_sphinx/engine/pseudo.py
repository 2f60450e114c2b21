"""Pseudo-translation: every Latin word becomes visibly something else, at no cost.

What still reads as plain Latin letters in such an edition was never sent to an engine;
a layout that breaks would break in a real translation too. It translates nothing.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import Translation
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request
    from amts_sphinx.engine.protocol import Progress

_LATIN: Final = r"A-Za-zªºÀ-ÖØ-öø-ʯḀ-ỿＡ-Ｚａ-ｚﬀ-ﬆ"
_COMBINING: Final = "\u0300-\u036f"
#: Words, markup and entities: what is not a word passes unchanged.
_WORD: Final = re.compile(
    rf'<g id="\d+">|</g>|<x id="\d+"/>|&(?:amp|lt|gt);'
    rf"|[{_LATIN}][{_LATIN}{_COMBINING}]*(?:['’][{_LATIN}{_COMBINING}]+)*"
)
_ACCENTS: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
#: Sixteen times eight characters that everybody who reads Chinese knows.
_HAN: Final = (
    "天地人山水火木土日月星云风雨雪花东西南北春夏秋冬红黄青白黑金银石"
    "大小多少长高远近上下左右前后里外门窗桌书笔纸画字词句文章学问心手"
    "目耳口足马牛羊鱼鸟虫竹果米茶酒饭菜衣车船桥路村城市国家田园江河湖"
    "海光电声色香味力气言语思想开关来去出入走飞看听说写读唱新旧明暗快"
)
_IS_HAN: Final = "\u3400-\u9fff"
_BLANKS_IN_HAN: Final = re.compile(
    rf'([{_IS_HAN}](?:</g>|<g id="\d+">)*) +(?=(?:</g>|<g id="\d+">)*[{_IS_HAN}])'
)
_EDGES: Final = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_END: Final = re.compile(r"[.!?:。！？：]*\s*$")
#: Latin letters that one Chinese character stands for, before expansion.
_LETTERS_PER_HAN: Final = 4


@dataclass(frozen=True, slots=True)
class PseudoOptions:
    """What ``amts_pseudo`` may hold."""

    #: ``auto`` is ``cjk`` for languages without blanks, ``accented`` for the others.
    style: Literal["accented", "cjk", "auto"] = "auto"
    #: How much longer words become, 1 or more.
    expansion: float = 1.3
    #: Whether about half of the segments get their codes in reverse order.
    reorder: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.expansion <= 10:  # noqa: PLR2004 - said in the message
            raise ConfigError(
                f"amts_pseudo.expansion must be from 1 to 10, not {self.expansion!r}"
            )


class PseudoEngine:
    """Makes pseudo-translations, the same on every run and machine."""

    def __init__(self, options: PseudoOptions) -> None:
        self._options = options

    @property
    def fingerprint(self) -> str:
        """The name, a version of its rules, and all options."""
        use = self._options
        order = "/reorder" if use.reorder else ""
        return f"pseudo/1/{use.style}/{use.expansion:g}{order}"

    @property
    def pairs(self) -> None:
        """Any."""
        return

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,  # noqa: ARG002 - it takes no time
    ) -> list[Translation]:
        """Return one pseudo-translation per request, in order.

        :raises LanguageError: the target language is unknown
        """
        style = self._options.style
        if style == "auto":
            style = "accented" if find_language(pair.target).spaced else "cjk"
        seen: dict[str, str] = {}
        word = _cjk if style == "cjk" else _accented
        targets: list[str] = []
        for source, *_ in requests:
            if not inline_codes.has_words(source):
                targets.append(source)
                continue
            target = _each_word(source, word, self._options.expansion, seen)
            if style == "cjk":
                target = _BLANKS_IN_HAN.sub(r"\1", target)
            if (
                self._options.reorder
                and zlib.crc32(source.encode("utf-8", "surrogatepass")) & 1
            ):
                target = _reverse(target)
            targets.append(target)
        return [Translation(target, self.fingerprint) for target in targets]


def create(options: Mapping[str, object]) -> PseudoEngine:
    """Make the engine from the value of ``amts_pseudo``."""
    return PseudoEngine(read_options(PseudoOptions, "amts_pseudo", options))


def _each_word(
    source: str,
    change: Callable[[str, float], str],
    expansion: float,
    seen: dict[str, str],
) -> str:
    """Return *source* with each word changed; *seen* saves changing it twice."""

    def replace(match: re.Match[str]) -> str:
        word = match[0]
        if word[0] in "<&":
            return word
        if word not in seen:
            seen[word] = change(word, expansion)
        return seen[word]

    return _WORD.sub(replace, source)


def _accented(word: str, expansion: float) -> str:
    """Put accents on *word*, and repeat letters evenly until it is long enough."""
    letters = word.translate(_ACCENTS)
    if letters == word:  # all of its letters had accents before: Čež
        letters = "ŵ" + letters
    return "".join(
        letter * (int((place + 1) * expansion) - int(place * expansion))
        if letter.isalpha()
        else letter
        for place, letter in enumerate(letters)
    )


def _cjk(word: str, expansion: float) -> str:
    """Turn *word* into Chinese characters, in proportion to its length."""
    count = max(1, round(len(word) * expansion / _LETTERS_PER_HAN))
    key = word.lower()
    return "".join(
        _HAN[zlib.crc32(f"{key}{place}".encode()) % len(_HAN)] for place in range(count)
    )


def _reverse(coded: str) -> str:
    """Reverse the top-level chunks of *coded*: text, ``<x/>``, whole ``<g>``."""
    ending = _END.search(coded)
    end = ending.start() if ending else len(coded)
    chunks: list[str] = []
    depth = 0
    for piece in inline_codes.tokens(coded[:end]):
        if depth:
            chunks[-1] += piece.coded
        elif piece.type == "text":
            edges = _EDGES.fullmatch(piece.coded)
            # Blanks stay between the same two neighbours.
            chunks.append("".join(edges.groups()[::-1]) if edges else piece.coded)
        else:
            chunks.append(piece.coded)
        depth += {"open": 1, "close": -1}.get(piece.type, 0)
    return "".join(reversed(chunks)) + coded[end:]
