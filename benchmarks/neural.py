"""What becomes of inline codes in an engine for plain sentences, and at which price.

    amts parallel EN PT --languages en pt -o pairs.tmx
    python benchmarks/neural.py pairs.tmx --models FOLDER --pair en pt

The pairs are sentences that people translated, with codes. A code without words counts
as one word for BLEU, so its place counts too; pairs of codes do not. "In place" are the
pairs whose words are like those that the person's pair holds (ratio of 80 or more).
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.firefox import models, native
from amts_sphinx.engine.plain_text import parts, sentence
from amts_sphinx.engine.plain_text.vocabulary import alphabet
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.core.units import TranslationUnit

#: The ways to keep codes that are compared, each with those that stand behind it.
ARMS: Final = {
    "project → fill → hold → pieces": ("project", "fill", "hold"),
    "fill → hold → pieces": ("fill", "hold"),
    "hold → pieces": ("hold",),
    "pieces": (),
}
_LIKE: Final = 80
#: How many kinds of letter case are tried in turn, and the number of the title's.
_CASES, _TITLE = 4, 1
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_SIGN: Final = re.compile(r"[^\w\s.,:;!?'\"()\-“”‘’–—…\u200b]")


def main() -> None:
    """Translate, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--models", type=Path, default=models.user_folder())
    parser.add_argument("--pair", nargs=2, default=("en", "pt"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument(
        "--signs",
        action="store_true",
        help="write quotes of print, dashes, signs or an address into each, and"
        " capitals into three of four",
    )
    parser.add_argument(
        "--ways",
        type=int,
        default=len(ARMS),
        metavar="N",
        help="only the first of the rows, which the engine itself has",
    )
    parser.add_argument("--show", type=int, default=0, metavar="N")
    options = parser.parse_args()
    pair = LanguagePair(*options.pair)
    units = _units(options.pairs, pair, options.count)
    if options.signs:
        units = [_with_signs(unit, place) for place, unit in enumerate(units)]
    titles = [options.signs and place % _CASES == _TITLE for place in range(len(units))]
    kinds = ["title" if title else "paragraph" for title in titles]
    (leg,) = models.Store(options.models).route(pair)
    data = leg.read()
    for name, order in [*ARMS.items()][: options.ways]:
        say = native.load(data)
        speaker = sentence.Speaker(say, pair, alphabet(data.source_vocabulary))
        started = time.process_time()
        answers = [
            replace(speaker, ways=order).translate(unit.source, kind)
            for unit, kind in zip(units, kinds, strict=True)
        ]
        seconds = time.process_time() - started
        _tell(name, units, answers, seconds)
        if order and options.show:
            _show(units, answers, options.show)
            break


def _units(path: Path, pair: LanguagePair, count: int) -> list[TranslationUnit]:
    """Return sentences with codes, spread over the file."""
    found = [
        unit
        if unit.pair == pair
        else replace(unit, source=unit.target, target=unit.source, pair=pair)
        for unit in formats.read(path)
        if unit.pair in {pair, pair.turned} and inline_codes.ids(unit.source)
    ]
    step = max(1, len(found) // count)
    return found[::step][:count]


def _with_signs(unit: TranslationUnit, place: int) -> TranslationUnit:
    """Return a unit whose source holds what vocabularies lack; the target does too.

    Of four, one is in capitals, one has those of a title, and one a word in them.
    """
    source, target = unit.source, unit.target
    case = place % _CASES
    if case == 0:
        source, target = (_on_texts(text, str.upper) for text in (source, target))
    elif case == _TITLE:
        source = _on_texts(source, lambda text: _WORD.sub(_capital, text))
    elif case == _TITLE + 1:
        longest = max(_WORD.findall(inline_codes.plain(source)), key=len, default="")
        source = _on_texts(source, lambda text: text.replace(longest, longest.upper()))
    words, rest = (
        (" — see", " “§ 4.2”"),
        (" (mail", " me@example.org)"),
        (", that is", " α ≤ 3 × β"),
        (" at", " https://example.org/a#b"),
        (", for C# and", " {x}"),
    )[place % 5]
    extra = (words if case else words.upper()) + rest

    def put(text: str) -> str:
        return f"{text[:-1]}{extra}." if text.endswith(".") else f"{text}{extra}"

    return replace(unit, source=put(source), target=put(target))


def _on_texts(coded: str, change: Callable[[str], str]) -> str:
    """Return coded text with its texts changed, and not its codes."""
    return parts.join(
        part._replace(text=change(part.text)) for part in parts.split(coded)
    )


def _capital(match: re.Match[str]) -> str:
    return f"{match[0][:1].upper()}{match[0][1:]}"


def _tell(
    name: str,
    units: list[TranslationUnit],
    answers: list[sentence.Answer],
    seconds: float,
) -> None:
    count = len(units)
    failed = sum(answer.target is None for answer in answers)
    ways = Counter(answer.way for answer in answers if answer.target)
    targets = [answer.target or "" for answer in answers]
    texts = [_flat(target) for target in targets]
    wanted = [_flat(unit.target) for unit in units]
    bleu, chrf = metrics.score(texts, wanted, units[0].pair.target)
    empty = right = pairs = lost = 0
    for unit, target in zip(units, targets, strict=True):
        theirs = dict(parts.inside(parts.split(unit.target)))
        ours = dict(parts.inside(parts.split(target)))
        for number, words in theirs.items():
            pairs += 1
            mine = ours.get(number, "")
            empty += bool(words.strip()) and not mine.strip()
            right += fuzz.ratio(words.lower(), mine.lower()) >= _LIKE
        signs = Counter(_SIGN.findall(inline_codes.plain(unit.source)))
        lost += bool(signs - Counter(_SIGN.findall(inline_codes.plain(target))))
    share = 100 * (1 - (ways["pieces"] + failed) / count)
    print(
        f"{name:<32} BLEU {bleu.value:.1f} chrF2 {chrf.value:.1f}; not in pieces"
        f" {share:.1f} %, {failed} failed; words in place {right}/{pairs}"
        f" ({100 * right / max(1, pairs):.1f} %), {empty} empty pairs; {lost} texts"
        f" lost a sign; {1000 * seconds / count:.0f} ms CPU a sentence; {dict(ways)}"
    )


def _show(
    units: list[TranslationUnit], answers: list[sentence.Answer], count: int
) -> None:
    for unit, answer in list(zip(units, answers, strict=True))[:: len(units) // count]:
        print(f"  {unit.source}\n  {answer.target} [{answer.way}] {answer.note}")
        print(f"  {unit.target}\n")


def _flat(coded: str) -> str:
    """Return coded text with one word for each code that has no words."""
    return "".join(
        " XCODE " if part.kind == "empty" else part.text for part in parts.split(coded)
    )


if __name__ == "__main__":
    main()
